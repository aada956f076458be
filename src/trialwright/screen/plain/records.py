"""Which records of a measure, scale or test count, and what they say together: the latest, those of a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trialwright.protocol.eligibility.tree import Dates, When
from trialwright.screen.person import MeasureRecord, Person
from trialwright.screen.plain.kleene import Answer, same
from trialwright.screen.plain.moments import Stretch, in_dates, in_window

Verdict = Callable[[MeasureRecord], Answer]


def seen(person: Person, key: str) -> list[MeasureRecord]:
    """The records of a key on or before the day of screening; undated ones too, and all where that day is not known."""
    day = person.screening
    return [
        record for record in person.measures.get(key, ()) if record.date is None or day is None or record.date <= day
    ]


def latest(records: Sequence[MeasureRecord]) -> list[MeasureRecord]:
    """The records of the last day; all of them where one is not dated."""
    days = [record.date for record in records if record.date is not None]
    if len(days) < len(records) or not days:
        return list(records)
    return [record for record in records if record.date == max(days)]


def placed(record: MeasureRecord, when: When, person: Person) -> Answer:
    """Whether a record lies in a window."""
    days = None if record.date is None else Stretch(record.date, record.date)
    return in_dates(when, days) if isinstance(when, Dates) else in_window(when, days, person)


def told(records: Sequence[MeasureRecord], when: When | None, person: Person, verdict: Verdict) -> Answer:
    """What records say: without a window those of the last day, which must agree, or all where one is not dated; with
    a window those in it, with those that may be in it. Unknown where there are none, and where a window meets a record
    without a date."""
    if when is None:
        return same(verdict(record) for record in latest(records))
    if any(record.date is None for record in records):
        return None
    places = [placed(record, when, person) for record in records]
    inside = [record for record, place in zip(records, places, strict=True) if place is True]
    perhaps = [record for record, place in zip(records, places, strict=True) if place is None]
    if not inside:
        return None
    return same(verdict(record) for record in ([*inside, *perhaps] if perhaps else latest(inside)))
