"""What a number in one unit is in another: a factor and an offset for each pair of units, through pint."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pint

EQUAL = 1e-9


class Line(NamedTuple):
    """A conversion: the number in the other unit is `factor` times the number, plus `offset`."""

    factor: float
    offset: float = 0.0


SAME = Line(1.0)

# only what is listed is read: left to itself, pint takes `K/uL` for kelvins and `u/L` for atomic masses
_PREFIXED = ("g", "mol", "L", "U", "IU", "m", "s", "Pa", "Eq", "Osm", "kat", "cal", "M", "J", "V", "Bq", "Gy", "Sv")
_PREFIXES = ("", "n", "u", "m", "c", "d", "k", "p", "f", "M", "G")
_WORDS = {
    "mmHg": "mmHg",
    "cmH2O": "cmH2O",
    "atm": "atm",
    "bar": "bar",
    "mbar": "mbar",
    "min": "minute",
    "h": "hour",
    "hr": "hour",
    "second": "second",
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "d": "day",
    "week": "week",
    "wk": "week",
    "month": "month",
    "mo": "month",
    "year": "year",
    "yr": "year",
    "lb": "pound",
    "oz": "ounce",
    "inch": "inch",
    "in": "inch",
    "ft": "foot",
    "°C": "degC",
    "C": "degC",
    "degC": "degC",
    "°F": "degF",
    "F": "degF",
    "degF": "degF",
    "K": "kelvin",
    "cell": "cell",
    "cells": "cell",
    "copy": "copies",
    "copies": "copies",
    "CFU": "cfu",
    "beat": "cell",
    "beats": "cell",
    "breath": "cell",
    "breaths": "cell",
    "bpm": "cell/minute",
    "ratio": "dimensionless",
    "fraction": "dimensionless",
    "Hz": "hertz",
    "dB": "decibel_of_hearing",
    "D": "dioptre_of_lens",
    "mcg": "ug",
    "mcL": "uL",
    "ppm": "ppm",
    "cc": "mL",
}
_TOKENS = {prefix + base: prefix + base for prefix in _PREFIXES for base in _PREFIXED} | _WORDS
_DEFINED = (
    "IU = U",
    "Eq = [equivalent]",
    "Osm = mol",
    "cell = []",
    "copies = [copies]",
    "cfu = [colonies]",
    "bsa = [normalised_surface]",
    "predicted = [predicted]",
    "decibel_of_hearing = [hearing]",
    "dioptre_of_lens = [lens]",
)
_TOKEN = re.compile(r"[A-Za-z°]+(?:(?<=cmH)2O)?")
_POWER = re.compile(r"(?<=[A-Za-z])\^?(-?\d)(?![0-9.])")
# charge of the ion that a laboratory counts in equivalents
_CHARGES = {
    "sodium": 1,
    "potassium": 1,
    "chloride": 1,
    "bicarbonate": 1,
    "lithium": 1,
    "calcium": 2,
    "ionized-calcium": 2,
    "magnesium": 2,
}


def conversion(origin: str, target: str, measure: str | None = None) -> Line | None:
    """What makes a number in `origin` one in `target`; None where that cannot be done or a unit is not known.

    `measure`: the lexicon's id of what is measured; its molar mass turns mass into amount of substance, and haemoglobin
    A1c goes between per cent (NGSP) and mmol/mol (IFCC) by the master equation (doi:10.1373/clinchem.2003.024802).

    >>> conversion("g/dL", "g/L").factor
    10.0
    >>> conversion("mL/min", "mL/min/1.73m2") is None
    True
    """
    return SAME if origin == target else _conversion(origin, target, measure)


@cache
def _conversion(origin: str, target: str, measure: str | None) -> Line | None:
    if measure == "hba1c" and {origin, target} == {"%", "mmol/mol"}:
        return Line(0.09148, 2.152) if target == "%" else Line(1 / 0.09148, -2.152 / 0.09148)
    one, other = _pint_of(origin), _pint_of(target)
    if one is None or other is None:
        return None
    try:
        if one.dimensionality == other.dimensionality:
            zero, unit = (_registry().Quantity(x, one.units).to(other.units).magnitude for x in (0.0, 1.0))
            scale = one.magnitude / other.magnitude
            if zero == 0:
                return Line(_rounded(unit * scale))
            return Line(_rounded(unit - zero), _rounded(zero)) if scale == 1 else None
        return _through_amount(one, other, measure)
    except (ArithmeticError, TypeError, _pint().PintError):
        return None


def _through_amount(one: Any, other: Any, measure: str | None) -> Line | None:
    """Mass to amount of substance by the molar mass, equivalents to amount by the charge of the ion."""
    units = _registry()
    ways = []
    mass = _molar_mass(measure)
    if mass is not None:
        ways.append(units.Quantity(mass, "g/mol"))
    if measure in _CHARGES:
        ways.append(units.Quantity(_CHARGES[measure], "Eq/mol"))
    if len(ways) == 2:
        ways.append(ways[0] / ways[1])
    for way in ways:
        for turned in (one * way, one / way):
            if turned.dimensionality == other.dimensionality:
                return Line(_rounded(float((turned / other).to("dimensionless").magnitude)))
    return None


def _rounded(value: float) -> float:
    """The number without the last digits, which multiplying prefixes leaves wrong."""
    return float(f"{value:.13g}")


def _molar_mass(measure: str | None) -> float | None:
    from trialwright.protocol.eligibility.lexicon.loading import entry

    found = entry(measure) if measure else None
    stated = found.fields.get("molar_mass") if found else None
    return float(stated) if stated else None


def known(unit: str) -> bool:
    """Whether the unit can be converted at all.

    >>> known("mg/dL"), known("K/uL"), known("point")
    (True, False, False)
    """
    return _pint_of(unit) is not None


@cache
def _pint_of(unit: str) -> Any | None:
    """The unit as a quantity of pint, None where any part of it is not listed."""
    text = unit.strip().replace("µ", "u").replace("μ", "u").replace("mm Hg", "mmHg").replace("cm H2O", "cmH2O")
    if text == "% predicted":
        return _registry().Quantity(1.0, "predicted")
    text = re.sub(r"/\s*\(?1\.73 ?m(?:\^?2|²)\)?", "/bsa", text)
    text = text.replace("²", "2").replace("³", "3").replace("%", "percent")
    if "K" in _TOKEN.findall(text) and text != "K":
        return None
    if text.startswith("/"):
        text = "1" + text
    text = re.sub(r"[x×]?10[*^](\d{1,2})", lambda power: str(10 ** int(power[1])), text)
    out, last = [], 0
    for match in _TOKEN.finditer(text):
        word = match.group()
        replaced = {"bsa": "bsa", "percent": "percent"}.get(word) or _TOKENS.get(word)
        if replaced is None:
            return None
        out += [text[last : match.start()], f"({replaced})" if "/" in replaced else replaced]
        last = match.end()
    written = "".join([*out, text[last:]])
    written = re.sub(r"cmH2O", "centimeter_H2O", written)
    if re.search(r"[^\w\s/*.()^-]", written):
        return None
    try:
        return _registry().Quantity(_POWER.sub(r"**\1", written).replace("H**2O", "H2O"))
    except (_pint().PintError, ArithmeticError, AttributeError, SyntaxError, TypeError, ValueError):
        return None


@cache
def _registry() -> pint.UnitRegistry[Any]:
    registry: pint.UnitRegistry[Any] = _pint().UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
    for line in _DEFINED:
        registry.define(line)
    return registry


def _pint() -> Any:
    import pint

    return pint
