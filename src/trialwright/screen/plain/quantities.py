"""A value in the unit that is asked for, and whether anybody can have it, by the lexicon's entry of its measure."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.protocol.eligibility.lexicon.loading import entry
from trialwright.screen.plain.numbers import at_or_above, at_or_below
from trialwright.screen.units import conversion

NO_UNIT = frozenset({None, "point", "points", "score", "ratio", "1"})


def unit_of(key: str, unit: str | None) -> str | None:
    """The unit, or the one that the field always means where none is stated."""
    return unit if unit is not None else fields_of(key).get("default_unit")


def plausible(key: str, value: float, unit: str | None) -> bool:
    """Whether anybody can have such a value; True too where that cannot be tested."""
    fields = fields_of(key)
    low, high = fields.get("low"), fields.get("high")
    if pure(key):
        canonical = value if unit in NO_UNIT else None
    else:
        canonical = None if "unit" not in fields else in_unit(key, value, unit, fields["unit"])
    if canonical is None:
        return True
    return (low is None or at_or_above(canonical, float(low))) and (high is None or at_or_below(canonical, float(high)))


def pure(key: str) -> bool:
    """Whether the measure is a number without a unit, as the INR and scores are."""
    return entry(key) is not None and not {"unit", "default_unit", "other_units"} & set(fields_of(key))


def converted(key: str, value: float, unit: str | None, asked: str | None) -> float | None:
    """The value in the unit that is asked for; None where that is not known."""
    if pure(key):
        return value if {unit, asked} <= NO_UNIT else None
    if unit is None and asked is None:
        return value if entry(key) is None else None
    return None if asked is None else in_unit(key, value, unit, asked)


def in_unit(key: str, value: float, unit: str | None, asked: str) -> float | None:
    """The value in another unit; None where its own is not known or cannot be converted."""
    line = None if unit is None else conversion(unit, asked, key)
    return None if line is None else value * line.factor + line.offset


def fields_of(key: str) -> Mapping[str, str]:
    """What the lexicon states of a measure; nothing where it has no entry."""
    found = entry(key)
    return {} if found is None else found.fields
