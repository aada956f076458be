"""What the columns of a table are about, told by their names.

A person's particulars, a thing of the lexicon with its unit, a companion of it (`creatinine date`), or the answer to a
criterion.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from trialwright.protocol.eligibility.grammar.units import canonical_unit
from trialwright.protocol.eligibility.lexicon.loading import Entry, lexicon, spelling_key
from trialwright.protocol.eligibility.needs import Need, NeedKind

LONGEST = 200


class Part(StrEnum):
    """What the cells of a column say. THING: a value, level or flag of its key; OWN: a particular of the person, named
    by its key; ANSWER: a person's answer to the criterion that the key names; the others belong to a THING."""

    OWN = "own"
    ANSWER = "answer"
    THING = "thing"
    UNIT = "unit"
    LOW = "low"
    HIGH = "high"
    DATE = "date"
    END = "end"
    COUNT = "count"
    DOSE = "dose"
    PER = "per"
    ROUTE = "route"
    ONGOING = "ongoing"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column means. `kinds`: as what a THING is read: `number` (also levels and results), `flag`, or both."""

    part: Part
    key: str = ""
    unit: str | None = None
    kinds: frozenset[str] = frozenset()
    complete: bool = False
    date_format: str | None = None
    decimal_comma: bool = False


OWN = {
    "id": "usubjid|subjid|id|patient|patient id|subject|subject id|participant|participant id|patient number|mrn"
    "|subject identifier|patient identifier|unique subject identifier|screening number|study id|record id|person id"
    "|patient no|subject no|screening no|pat id|patid|subject number|screening id"
    "|case id|study number",
    "age": "age|age at screening|age years|age in years",
    "birth": "birth date|date of birth|dob|birthdate|brthdtc|brthdat|born|year of birth|birth year",
    "sex": "sex|gender|sex at birth|biological sex",
    "healthy": "healthy|healthy volunteer",
    "consent": "consent|informed consent|consented|consent given|informed consent given",
    "consent_by": "consent by|consent given by|consented by",
    "screening": "screening date|screening|date of screening|screen date|visit date|screening visit date",
    "baseline": "baseline date|baseline|date of baseline|baseline visit date",
    "randomisation": "randomisation date|randomization date|randomisation|randomization|date of randomisation"
    "|date of randomization",
    "enrolment": "enrolment date|enrollment date|enrolment|enrollment|date of enrolment|date of enrollment",
    "first_dose": "first dose date|first dose|date of first dose",
    "consent_date": "consent date|date of consent|informed consent date|rficdtc|date of informed consent|icf date",
}
SUFFIXES = {
    **{part.value: part for part in (Part.UNIT, Part.LOW, Part.HIGH, Part.DATE, Part.END, Part.COUNT)},
    **{part.value: part for part in (Part.DOSE, Part.PER, Part.ROUTE, Part.ONGOING)},
    "units": Part.UNIT,
    "lln": Part.LOW,
    "uln": Part.HIGH,
    "start": Part.DATE,
    "onset": Part.DATE,
    "value": Part.THING,
    "result": Part.THING,
    "level": Part.THING,
    "present": Part.THING,
    "flag": Part.THING,
}
COMPANIONS = ("low", "high", "count", "dose", "route", "end", "date", "baseline")
KINDS_OF_SUFFIX = {"value": "number", "result": "number", "level": "number", "present": "flag", "flag": "flag"}
# what laboratories' headings shorten further than texts do
SHORT = {"Na": "serum-sodium", "K": "serum-potassium", "Cl": "serum-chloride", "Ca": "serum-calcium"}
GLUED = {"mgdl": "mg/dL", "gdl": "g/dL", "gl": "g/L", "mgl": "mg/L", "umoll": "umol/L", "mmoll": "mmol/L"}
COUNTS = {"G/L": "10^9/L", "T/L": "10^12/L", "Gpt/L": "10^9/L", "Tpt/L": "10^12/L"}
CODES = frozenset(
    ("y/n", "n/y", "yes/no", "y or n", "yes or no", "m/f", "f/m", "m or f", "0/1", "1/0", "pos/neg", "+/-", "1=yes")
)
DATE_FORMATS = {
    **dict.fromkeys(("dd/mm/yyyy", "d/m/y", "dd.mm.yyyy", "dd-mm-yyyy", "dmy", "dd/mm/yy"), "d/m/y"),
    **dict.fromkeys(("mm/dd/yyyy", "m/d/y", "mm-dd-yyyy", "mdy", "mm/dd/yy"), "m/d/y"),
    **dict.fromkeys(("yyyy-mm-dd", "y-m-d", "yyyy/mm/dd", "iso", "iso 8601"), "y-m-d"),
}
_ANSWER = re.compile(r"(inclusion|exclusion|unknown)[ -]?(\d{1,4}(?:\.\d{1,3})?)")
_BRACKETS = re.compile(r"(.*?)\s*[(\[]([^()\[\]]*)[)\]]")
_ALLERGY = re.compile(r"(?:allergy|allergic|hypersensitivity)(?::| to )\s*(.+)|(.+) allergy", re.IGNORECASE)


class Names:
    """Recognises names: those of the lexicon, and those that a protocol's criteria ask for."""

    __slots__ = ("_asked", "_seen")

    def __init__(self, wanted: Iterable[Need] = ()) -> None:
        self._asked: dict[str, set[str]] = {}
        self._seen: dict[str, Meaning | None] = {}
        needed = tuple(wanted)
        keys = {need.key for need in needed}
        for need in needed:
            stem, _, last = need.key.rpartition(" ")
            if last in COMPANIONS and stem in keys:
                continue
            if last == "date" and stem not in keys and need.key not in _own() and _entry(stem) is None:
                self._asked.setdefault(stem, set()).add("flag")
            if need.kind is NeedKind.FLAG:
                self._asked.setdefault(need.key, set()).add("flag")
            elif need.kind in (NeedKind.NUMBER, NeedKind.LEVEL):
                self._asked.setdefault(need.key, set()).add("number")

    def meaning(self, name: str) -> Meaning | None:
        """What a column of this name means, None where the name is not known.

        >>> Names().meaning("Creatinine [mg/dL]").key
        'creatinine'
        """
        if name not in self._seen:
            self._seen[name] = self._meaning(name)
        return self._seen[name]

    def thing(self, name: str) -> tuple[str, frozenset[str]] | None:
        """The key of a thing with this name, and as what it is read."""
        text = " ".join(name.split())
        lower = text.lower()
        for key in (lower, lower.replace(" ", "-")):
            if key in self._asked:
                return key, self._kinds(key, _by_id(key))
        found = _entry(text)
        if found is not None:
            return found.id, self._kinds(found.id, found)
        allergy = _ALLERGY.fullmatch(text)
        if allergy:
            cause = self.thing(allergy[1] or allergy[2])
            return (f"allergy:{cause[0]}", frozenset({"flag"})) if cause is not None else None
        return None

    def nearest(self, name: str) -> str | None:
        """A known name that looks like this one, None where none does."""
        bare = _BRACKETS.sub(r"\1", name).strip().lower()
        own = [spelling for spellings in OWN.values() for spelling in spellings.split("|")]
        found = difflib.get_close_matches(bare, [*self._asked, *own, *_folded()], n=1, cutoff=0.75)
        return found[0] if found else None

    def _meaning(self, name: str) -> Meaning | None:
        text = " ".join(name.replace("_", " ").split())[:LONGEST]
        noted = _BRACKETS.fullmatch(text)
        if noted and noted[2].strip().lower() in CODES:
            return self._meaning(noted[1])
        if noted and noted[2].strip().lower() in DATE_FORMATS:
            dated = self._meaning(noted[1])
            return None if dated is None else replace(dated, date_format=DATE_FORMATS[noted[2].strip().lower()])
        lower = text.lower()
        own = _own().get(lower.strip(" .:")) or _own().get(lower.replace("-", " ").strip(" .:"))
        if own is not None:
            return Meaning(Part.OWN, own)
        answer = _ANSWER.fullmatch(lower)
        if answer:
            return Meaning(Part.ANSWER, f"{answer[1]}-{answer[2]}")
        if lower in ("minimum-age", "maximum-age", "criteria"):
            return Meaning(Part.ANSWER, lower)
        found = self._named(text)
        if found is not None:
            return found
        brackets = _BRACKETS.fullmatch(text)
        if brackets:
            unit = _unit(brackets[2])
            own = _own().get(brackets[1].strip().lower())
            if own == "age":
                return Meaning(Part.OWN, "age", unit=unit or brackets[2].strip())
            inner = self._named(brackets[1])
            if inner is not None and brackets[2].strip():
                return _with_unit(inner, unit or brackets[2].strip(), brackets[2].strip())
        words = text.split(" ")
        for cut in range(len(words) - 1, 0, -1):
            unit = _unit(" ".join(words[cut:])) or _unit("/".join(words[cut:]))
            inner = self._named(" ".join(words[:cut]).removesuffix(" in")) if unit is not None else None
            if inner is not None:
                return _with_unit(inner, unit, " ".join(words[cut:]))
        return None

    def _named(self, text: str) -> Meaning | None:
        thing = self.thing(text)
        if thing is not None:
            return Meaning(Part.THING, thing[0], kinds=thing[1])
        head, _, last = text.rpartition(" ")
        part = SUFFIXES.get(last.lower())
        if not head or part is None:
            return None
        thing = self.thing(head)
        if thing is None:
            brackets = _BRACKETS.fullmatch(head)
            thing = self.thing(brackets[1]) if brackets and canonical_unit(brackets[2]) else None
        if thing is None:
            return None
        kind = KINDS_OF_SUFFIX.get(last.lower())
        return Meaning(part, thing[0], kinds=frozenset({kind}) if kind else thing[1])

    def _kinds(self, key: str, found: Entry | None) -> frozenset[str]:
        own = frozenset() if found is None else frozenset({kind_of(found)})
        return (own | frozenset(self._asked.get(key, ()))) or frozenset({"flag"})


def kind_of(found: Entry) -> str:
    """As what the cells of an entry are read: `number` for measures, scales and tests, else `flag`."""
    return "number" if found.sort in ("measure", "scale", "test") else "flag"


def _with_unit(meaning: Meaning, unit: str | None, written: str) -> Meaning:
    """The meaning with its unit; `G/L` is a number of cells where cells are counted, and grams elsewhere."""
    found = _by_id(meaning.key)
    counted = found is not None and found.fields.get("unit", "").startswith("10^")
    return Meaning(meaning.part, meaning.key, COUNTS.get(written, unit) if counted else unit, meaning.kinds)


def _unit(text: str) -> str | None:
    """The unit that a heading states, None where it states none."""
    bare = " ".join(text.split())
    if bare.lower() in ("% predicted", "% pred", "% pred.", "percent predicted", "%predicted"):
        return "% predicted"
    return canonical_unit(bare) or GLUED.get(bare.lower())


def _by_id(key: str) -> Entry | None:
    return lexicon().entries.get(key)


def _entry(text: str) -> Entry | None:
    """The entry with this id or spelling; capitals are looked past where that leaves one entry only."""
    found = _by_id(text.lower()) or _by_id(text.lower().replace(" ", "-")) or _by_id(SHORT.get(text, ""))
    return found or _spelled().get(spelling_key(text)) or _folded().get(text.replace("-", " ").casefold())


@cache
def _spelled() -> dict[str, Entry]:
    return {spelling_key(spelling): found for spelling, found in lexicon().spellings}


@cache
def _folded() -> dict[str, Entry]:
    owners: dict[str, dict[str, Entry]] = {}
    for spelling, found in lexicon().spellings:
        owners.setdefault(spelling_key(spelling).casefold(), {})[found.id] = found
    return {spelling: next(iter(found.values())) for spelling, found in owners.items() if len(found) == 1}


@cache
def _own() -> dict[str, str]:
    return {spelling: key for key, listed in OWN.items() for spelling in listed.split("|")}
