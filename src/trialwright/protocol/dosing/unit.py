"""Units of doses as registries spell them: what is counted, per what, and in which volume."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from trialwright.protocol.dosing.number import decimal

CELL_NOUN = r"(?:[\w+/-]*?(?:cells?|MSCs?|SCs|MNCs?|lymphocytes|leu[ck]ocytes|thrombocytes|platelets)\b)"
_FILLER = (
    r"(?:(?!(?:mg|ml|cc|g|days?|weeks?|patients?|participants?|times|for|is|are|was|were|will|and|or|per)\b)"
    r"[A-Za-z][\w+'-]*\s+)"
)
_UNITS: tuple[tuple[str, str], ...] = (
    (r"Gy[- ]?Eq", "Gy-Eq"),
    (r"cGy", "cGy"),
    (r"Gy", "Gy"),
    (r"(?:mg|milligrams?|mgs)", "mg"),
    (r"(?:µg|μg|ug|mcg|micrograms?)", "µg"),
    (r"(?:ng|nanograms?)", "ng"),
    (r"(?:g|gm|grams?)", "g"),
    (r"(?:MIU|million international units)", "MIU"),
    (r"(?:IU|I\.U\.|international units?)", "IU"),
    (r"(?:U|units?)", "U"),
    (r"(?:mmol|millimoles?)(?:\s+Gd)?", "mmol"),
    (r"(?:µmol|umol)", "µmol"),
    (r"mEq", "mEq"),
    (r"mCi", "mCi"),
    (r"(?:MBq|megabecquerels?)", "MBq"),
    (r"(?:GBq|gigabecquerels?)", "GBq"),
    (r"(?:PFU|plaque[- ]forming units)", "PFU"),
    (r"(?:CFU|colony[- ]forming units)", "CFU"),
    (r"(?:vg|viral genomes|vector genomes)", "vg"),
    (r"(?:viral )?particles", "particles"),
    (r"TCID50", "TCID50"),
)
_UNIT = re.compile("|".join(f"(?P<u{index}>{pattern})" for index, (pattern, _) in enumerate(_UNITS)))
_VOLUME_UNIT = re.compile(r"(?:mL|ml|ML|Ml|cc|milliliters?|millilitres?)(?![A-Za-z])")
_CREAM = re.compile(
    r"%\s*(?:\(?w/[wv]\)?\s*)?(?=(?:\w+\s+)?(?:cream|ointment|gel|lotion|eye drops|ophthalmic|patch|foam))"
)
_CELLS = re.compile(rf"(?:of\s+)?{_FILLER}{{0,6}}?{CELL_NOUN}(?:\s+(?:stem |stromal )?cells?\b)?", re.IGNORECASE)
_CELLS_NEXT = re.compile(r"(?:viable\s+|live\s+|total\s+|stem\s+)?cells?\b", re.IGNORECASE)
_BRACKETED = re.compile(
    r"\s*\((?:[^()]{0,30}(?:million|billion|cohort|level|group|arm)[^()]{0,20})\)\s*", re.IGNORECASE
)
_PER = re.compile(
    r"\s*\(?\s*(?:/|\bper\b|\bx(?=\s*kg)|×|\*)\s*(?:of\s+|each\s+|one\s+|1\s+)?"
    r"(?:(?P<kg>(?:(?:body(?:[- ]?weight)?|BW|patient'?s?)\s*[,(]?\s*(?:per\s+|in\s+)?)?(?:kgs?\b|kilograms?\b"
    r"|kilos?\b))"
    r"|(?P<m2>m2\b|m²|m\^2|sqm\b|square met(?:er|re)s?\b)"
    r"|(?P<vol>(?:[A-Z]{2,6}\s+)?(?P<n>\d+(?:\.\d+)?)\s*(?:ml|cc)\b)"
    r"|(?P<conc>ml\b|cc\b|l\b|dl\b|[µμu]l\b|liters?\b|litres?\b|cm3\b|cm\^3)"
    r"|(?P<area>cm2\b|cm²|cm\^2|square cm\b|square centimet(?:er|re)s?\b)"
    r"|(?P<weight>body[- ]?weight\b|BW\b)|(?P<rate>min(?:ute)?s?\b|hours?\b|h\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit read from a text: where it ends, its name, per what (`kg`, `m2`, None), and the volume it is given in.

    `concentration`: an amount per volume or per time, which is no dose.
    """

    end: int
    name: str
    per: str | None = None
    volume: Decimal | None = None
    concentration: bool = False


def _per(text: str, end: int, name: str) -> Unit:
    found = _PER.match(text, end)
    if found is None:
        return Unit(end, name)
    if found["kg"]:
        return Unit(found.end(), name, "kg")
    if found["m2"]:
        return Unit(found.end(), name, "m2")
    if found["vol"]:
        return Unit(found.end(), name, volume=decimal(found["n"]))
    if found["area"]:
        return Unit(found.end(), f"{name}/cm2")
    return Unit(found.end(), name, concentration=True)


def _blank(text: str, start: int) -> int:
    while start < len(text) and text[start] in " -\n":
        start += 1
    return start


def read_unit(text: str, start: int, *, large: bool, cells: bool) -> Unit | None:
    """The unit that stands at `start`, or None.

    `large`: the number before it is written as counts of cells are, so that words may stand between it and
    "cells". `cells`: the product is a cell product, so that a bare "1x10^6/kg" counts cells.

    >>> read_unit("1x10^6 MSCs per kg", 6, large=True, cells=True)
    Unit(end=18, name='cells', per='kg', volume=None, concentration=False)
    """
    if large and (bracket := _BRACKETED.match(text, start)) is not None:
        start = bracket.end()
    at = _blank(text, start)
    if large and (bare := _PER.match(text, start)) is not None and (bare["kg"] or bare["conc"] or bare["area"]):
        noun = _CELLS.match(text, _blank(text, bare.end()))
        if bare["kg"] and (noun is not None or cells):
            return Unit(noun.end() if noun else bare.end(), "cells", "kg")
        return Unit(bare.end(), "cells", concentration=True) if not bare["kg"] else None
    if (found := _UNIT.match(text, at)) is not None:
        after = text[found.end() : found.end() + 1]
        if not (after.isalpha() or after.isdigit()):
            name = _UNITS[int(str(found.lastgroup)[1:])][1]
            return _per(text, found.end(), name)
    if large and (found := _CELLS.match(text, at)) is not None:
        return _per(text, found.end(), "cells")
    if (found := _CELLS_NEXT.match(text, at)) is not None:
        return _per(text, found.end(), "cells")
    if (found := _VOLUME_UNIT.match(text, at)) is not None:
        return _per(text, found.end(), "mL")
    if (found := _CREAM.match(text, at)) is not None:
        return Unit(found.end(), "%")
    return None
