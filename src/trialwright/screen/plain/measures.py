"""Whether a measured or derived quantity lies between bounds: units, limits of normal, plausible ranges."""

from __future__ import annotations

import math

from trialwright.protocol.eligibility.tree import Compare, Reference
from trialwright.screen.person import MeasureRecord, Person
from trialwright.screen.plain.ages import age
from trialwright.screen.plain.derived import derived
from trialwright.screen.plain.kleene import Answer
from trialwright.screen.plain.numbers import inside
from trialwright.screen.plain.quantities import converted, plausible, unit_of
from trialwright.screen.plain.records import seen, told

PREDICTED = "% predicted"


def compare(leaf: Compare, person: Person) -> Answer:
    """The answer to a comparison for one patient."""
    answer = age(leaf, person) if leaf.measure.key == "age" else _measured(leaf, person)
    # a record says what was measured on a day, not for how long it was so
    return None if leaf.lasting is not None and answer is True else answer


def numbers(person: Person, key: str) -> list[MeasureRecord]:
    """The records of a measure that are numbers and are seen at screening."""
    return [record for record in seen(person, key) if record.value is not None]


def _measured(leaf: Compare, person: Person) -> Answer:
    if leaf.reference is Reference.BASELINE:
        return None
    records = numbers(person, leaf.measure.key)
    if not records and leaf.when is None:
        return derived(leaf.measure.key, person, lambda record: verdict(leaf, record))
    return told(records, leaf.when, person, lambda record: verdict(leaf, record))


def verdict(leaf: Compare, record: MeasureRecord) -> Answer:
    """What one record says; unknown where it cannot be compared, or no such value is plausible."""
    key = leaf.measure.key
    value = record.value
    if value is None or not math.isfinite(value) or not plausible(key, value, unit_of(key, record.unit)):
        return None
    match leaf.reference:
        case Reference.UPPER_LIMIT | Reference.LOWER_LIMIT:
            limit = record.high if leaf.reference is Reference.UPPER_LIMIT else record.low
            return None if limit is None or limit <= 0 else inside(value, leaf.interval, limit)
        case Reference.PREDICTED:
            return inside(value, leaf.interval) if unit_of(key, record.unit) == PREDICTED else None
        case Reference.BASELINE:
            return None
    number = converted(key, value, unit_of(key, record.unit), unit_of(key, leaf.unit))
    return None if number is None else inside(number, leaf.interval)
