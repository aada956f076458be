"""What a number in one unit is in another: a factor and an offset for each pair of units, through pint."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from trialwright.protocol.eligibility.grammar.units import canonical_unit, unit_table

if TYPE_CHECKING:
    import pint

EQUAL = 1e-9


class Line(NamedTuple):
    """A conversion: the number in the other unit is `factor` times the number, plus `offset`."""

    factor: float
    offset: float = 0.0


SAME = Line(1.0)

# what the table of units leaves to us: counts are plain numbers, and copies or colonies are each their own
_OWN = {
    "1": "dimensionless",
    "1.73m2": "bsa",
    "% predicted": "predicted",
    "month": "month",
    "s": "second",
    "min": "minute",
    "h": "hour",
    "cell": "dimensionless",
    "platelet": "dimensionless",
    "leukocyte": "dimensionless",
    "beat": "dimensionless",
    "breath": "dimensionless",
    "fraction": "dimensionless",
    "ratio": "dimensionless",
    "copy": "copies",
    "dB": "hearing_decibel",
    "dpt": "lens_dioptre",
}
_DEFINED = (
    "Eq = [equivalent]",
    "Osm = mol",
    "bsa = [normalised_surface]",
    "predicted = [predicted]",
    "copies = [copies]",
    "hearing_decibel = [hearing]",
    "lens_dioptre = [lens]",
)
_POWER = re.compile(r"10\^(\d{1,2})")
# charge of the ions that a laboratory counts in equivalents
CHARGES = {
    "serum-potassium": 1,
    "serum-sodium": 1,
    "serum-chloride": 1,
    "serum-bicarbonate": 1,
    "anion-gap": 1,
    "base-excess": 1,
    "lithium-level": 1,
    "sweat-chloride": 1,
    "ionized-calcium": 2,
    "serum-calcium": 2,
    "serum-magnesium": 2,
}
# what is divided by the creatinine of the same urine
PER_CREATININE = ("urine-albumin-creatinine-ratio", "urine-protein-creatinine-ratio")


def conversion(origin: str, target: str, measure: str | None = None) -> Line | None:
    """What makes a number in `origin` one in `target`; None where that cannot be done or a unit is not known.

    `measure`: the lexicon's id of what is measured; its molar mass turns mass into amount of substance, and haemoglobin
    A1c goes between per cent (NGSP) and mmol/mol (IFCC) by the master equation (doi:10.1373/clinchem.2003.024802).

    >>> conversion("g/dL", "g/L").factor
    10.0
    >>> conversion("mL/min", "mL/min/1.73m2") is None
    True
    """
    return SAME if origin == target or spelling(origin) == spelling(target) else _conversion(origin, target, measure)


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
    if measure in CHARGES:
        ways.append(units.Quantity(CHARGES[measure], "Eq/mol"))
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

    found = entry("creatinine" if measure in PER_CREATININE else measure) if measure else None
    stated = found.fields.get("molar_mass") if found else None
    return float(stated) if stated else None


def known(unit: str) -> bool:
    """Whether the unit can be converted at all.

    >>> known("mg/dL"), known("point")
    (True, False)
    """
    return _pint_of(unit) is not None


@cache
def _pint_of(unit: str) -> Any | None:
    """The unit as a quantity of pint, None where any part of it is not in the table: left to itself, pint takes `K/uL`
    for kelvins and `u/L` for atomic masses."""
    parts = spelling(unit).split("/")
    power = _POWER.fullmatch(parts[0].partition(" ")[0])
    if power:
        parts[0] = parts[0].partition(" ")[2] or "1"
    names = [_atom(part) for part in parts]
    if None in names:
        return None
    registry = _registry()
    quantity = registry.Quantity(10.0 ** int(power[1]) if power else 1.0, registry.Unit(names[0] or ""))
    for name in names[1:]:
        quantity = quantity / registry.Unit(name or "")
    return quantity


def _atom(part: str) -> str | None:
    row = unit_table().get(part)
    return _OWN.get(part) or (row.pint if row is not None and row.pint else None)


@cache
def spelling(unit: str) -> str:
    """The canonical spelling of a unit, or the unit itself where it has none."""
    return canonical_unit(unit) or unit.strip()


@cache
def _registry() -> pint.UnitRegistry[Any]:
    registry: pint.UnitRegistry[Any] = _pint().UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
    for line in _DEFINED:
        registry.define(line)
    return registry


def _pint() -> Any:
    import pint

    return pint
