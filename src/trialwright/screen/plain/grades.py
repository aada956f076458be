"""Whether a level on an ordered scale lies between two levels, and what the last result of a test is."""

from __future__ import annotations

from trialwright.protocol.eligibility.tree import Ordinal, Result
from trialwright.screen.levels import places
from trialwright.screen.person import MeasureRecord, Person
from trialwright.screen.plain.keys import is_kind_of
from trialwright.screen.plain.kleene import Answer
from trialwright.screen.plain.numbers import at_or_above, at_or_below
from trialwright.screen.plain.records import seen, told

CONTRARY = {"positive": "negative", "negative": "positive", "normal": "abnormal", "abnormal": "normal"}


def graded(leaf: Ordinal, person: Person) -> Answer:
    """The answer to a question for a level."""
    return told(levels(leaf, person), leaf.when, person, lambda record: _between(leaf, record))


def levels(leaf: Ordinal, person: Person) -> list[MeasureRecord]:
    """The records that state a level of what the leaf grades, or do not say of what."""
    return [
        record
        for record in seen(person, leaf.scale.key)
        if (record.text is not None or record.value is not None)
        and (leaf.of is None or record.of is None or is_kind_of(record.of, leaf.of.key))
    ]


def level_of(record: MeasureRecord) -> str | None:
    """The level as the record spells it; a number as a person writes it."""
    if record.text is not None:
        return record.text
    return None if record.value is None else f"{record.value:g}"


def _between(leaf: Ordinal, record: MeasureRecord) -> Answer:
    """A level stands for itself and all finer ones: True where all of them are in, False where none is."""
    known = places(leaf.scale.key)
    held = known.get((level_of(record) or "").strip().lower())
    first, last = 0, max((last for _, last in known.values()), default=0)
    if leaf.low is not None:
        low = known.get(leaf.low.strip().lower())
        if low is None:
            return None
        first = low[0] if leaf.low_inclusive else low[1] + 1
    if leaf.high is not None:
        high = known.get(leaf.high.strip().lower())
        if high is None:
            return None
        last = high[1] if leaf.high_inclusive else high[0] - 1
    if held is None:
        return None
    inside = [first <= place <= last for place in range(held[0], held[1] + 1)]
    return True if all(inside) else None if any(inside) else False


def resulted(leaf: Result, person: Person) -> Answer:
    """The answer to a question for a test's last result."""
    records = [r for r in seen(person, leaf.test.key) if r.text is not None or r.value is not None]
    return told(records, leaf.when, person, lambda record: _says(leaf.result, record))


def _says(asked: str, record: MeasureRecord) -> Answer:
    found = record.text.casefold() if record.text is not None else _by_limits(record)
    return True if found == asked else False if found == CONTRARY[asked] else None


def _by_limits(record: MeasureRecord) -> str | None:
    """Normal between both limits of the laboratory, abnormal outside a known one."""
    value = record.value
    assert value is not None
    if record.low is not None and not at_or_above(value, record.low):
        return "abnormal"
    if record.high is not None and not at_or_below(value, record.high):
        return "abnormal"
    return "normal" if record.low is not None and record.high is not None else None
