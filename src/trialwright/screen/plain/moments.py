"""Where a day, or the days of a record, lie in a time window; the calendar decides.

A window is a choice (or) of sides, a side some conditions (and) on the anchor's day. Each condition changes one way
only while the anchor moves forward, so what holds for every anchor from screening on is found from the days on which a
condition changes.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from functools import cache

from trialwright.protocol.eligibility.lexicon.loading import lexicon, spelling_key
from trialwright.protocol.eligibility.tree import Anchor, AnchorKind, Concept, Dates, Interval, Lasting, Side, Window
from trialwright.screen.person import Person
from trialwright.screen.plain.keys import is_kind_of
from trialwright.screen.plain.kleene import Answer, every, same, some

MONTHS = {"month": 1, "year": 12}
DAYS = {"day": 1, "week": 7}
IN_A_DAY = {"hour": 24, "minute": 24 * 60, "second": 24 * 60 * 60}
DAYS_IN_A_MONTH = Decimal("30.4375")

Condition = Callable[[date], Answer]
"""Something that holds of an anchor's day or not, and changes one way only as that day moves forward."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days of a record from the first to the last; `last` is `date.max` for one without end."""

    first: date
    last: date


def shifted(day: date, distance: Decimal, unit: str, sign: int) -> date:
    """The day so many months or years later (`sign` 1) or earlier (-1): the same day of the month, or its last one.

    Days before year 1 and after 9999 become the first and the last day there is.

    >>> shifted(date(2023, 8, 31), Decimal(6), "month", -1)
    datetime.date(2023, 2, 28)
    """
    months = distance * MONTHS[unit]
    whole = int(months)
    rest = ((months - whole) * DAYS_IN_A_MONTH + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    year, month = divmod(day.year * 12 + day.month - 1 + sign * whole, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if sign < 0 else date.max
    moved = date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    place = moved.toordinal() + sign * int(rest)
    return date.fromordinal(max(date.min.toordinal(), min(date.max.toordinal(), place)))


def in_dates(window: Dates, days: Stretch | None) -> Answer:
    """Whether a part of the days lies between two dates; unknown where the days are."""
    if days is None:
        return None
    first = None if window.first is None else _edge(window.first, last=False)
    last = None if window.last is None else _edge(window.last, last=True)
    return (first is None or days.last >= first) and (last is None or days.first <= last)


def _edge(text: str, *, last: bool) -> date:
    """The first or the last day of a year, a month or a day."""
    year, *rest = (int(part) for part in text.split("-"))
    month = rest[0] if rest else (12 if last else 1)
    day = rest[1] if len(rest) > 1 else (calendar.monthrange(year, month)[1] if last else 1)
    return date(year, month, day)


def in_window(window: Window, days: Stretch | None, person: Person) -> Answer:
    """Whether a part of the days lies in a window counted from any of its anchors; unknown where the days are.

    A measure's record and a fact of which only the start counts are stretches of one day.
    """
    if days is None:
        return None
    return some(_from(window, days, anchor, person) for anchor in window.anchors)


def counts_any_part(window: Window | Dates) -> bool:
    """Whether any day of a fact may lie in the window: where no distance is too short, and by the calendar."""
    if isinstance(window, Dates):
        return True
    low = window.interval.low
    return low is None or (low == 0 and window.interval.low_inclusive)


def lasts(lasting: Lasting, first: date, last: date) -> Answer:
    """Whether the time from the first day to the last is as long as asked; unknown where they are in wrong order."""
    if last < first:
        return None
    return every(condition(last) for condition in _side(lasting.interval, lasting.unit, Stretch(first, first), -1))


def _from(window: Window, days: Stretch, anchor: Anchor, person: Person) -> Answer:
    if anchor.kind is AnchorKind.OTHER:
        return same(_placed(window, days, moment) for moment in _own_dates(anchor, person))
    moment = _study_date(anchor.kind, person)
    if moment is not None:
        return _placed(window, days, moment)
    if person.screening is None or anchor.kind in (AnchorKind.SCREENING, AnchorKind.UNSTATED):
        return None
    return same(_placed(window, days, day) for day in _telling_days(window, days, person.screening))


def _study_date(kind: AnchorKind, person: Person) -> date | None:
    match kind:
        case AnchorKind.BASELINE:
            return person.baseline
        case AnchorKind.RANDOMISATION:
            return person.randomisation
        case AnchorKind.ENROLMENT:
            return person.enrolment
        case AnchorKind.FIRST_DOSE:
            return person.first_dose
        case AnchorKind.CONSENT:
            return person.consent_date
    return person.screening


def _own_dates(anchor: Anchor, person: Person) -> list[date]:
    """The days of what the anchor's words name; empty where none is known or one is not dated."""
    key = _key_of(anchor.text)
    found = [
        record.start
        for name, records in person.facts.items()
        if is_kind_of(name, key)
        for record in records
        if record.present is True
        and (record.start is None or person.screening is None or record.start <= person.screening)
    ]
    return [day for day in found if day is not None] if None not in found else []


@cache
def _key_of(text: str) -> str:
    """The entry of the lexicon that is spelled so, or else the words."""
    spelled = spelling_key(text)
    for spelling, entry in lexicon().spellings:
        if spelling_key(spelling) == spelled:
            return entry.id
    return Concept(None, text).key


def _placed(window: Window, days: Stretch, anchor: date) -> Answer:
    return some(every(condition(anchor) for condition in side) for side in _sides(window, days))


def _sides(window: Window, days: Stretch) -> Iterator[list[Condition]]:
    if window.side is not Side.AFTER:
        yield _side(window.interval, window.unit, days, -1)
    if window.side is not Side.BEFORE:
        yield _side(window.interval, window.unit, days, 1)


def _side(interval: Interval, unit: str, days: Stretch, sign: int) -> list[Condition]:
    """The conditions on the anchor's day for the days to lie on one side of it (-1 before, 1 after), far and near
    enough."""
    before = sign < 0

    def on_side(anchor: date) -> Answer:
        return days.first <= anchor if before else days.last >= anchor

    def near_enough(anchor: date) -> Answer:
        nearest = days.last if before else days.first
        return _at_most(unit, nearest, anchor, sign, interval.high, interval.high_inclusive)

    def far_enough(anchor: date) -> Answer:
        nearest = days.last if before else days.first
        return _at_least(unit, nearest, anchor, sign, interval.low, interval.low_inclusive)

    low = interval.low
    asked: list[Condition] = [on_side]
    if interval.high is not None:
        asked.append(near_enough)
    if low is not None and not (low == 0 and interval.low_inclusive):
        asked.append(far_enough)
    return asked


def _at_most(unit: str, day: date, anchor: date, sign: int, high: Decimal | None, inclusive: bool) -> Answer:
    """Whether the day is at most so far from the anchor; on its other side is near."""
    assert high is not None
    if unit in MONTHS:
        edge = shifted(anchor, high, unit, sign)
        return _ordered(edge, day, inclusive) if sign < 0 else _ordered(day, edge, inclusive)
    apart = sign * (day.toordinal() - anchor.toordinal())
    if unit in DAYS:
        return apart < high * DAYS[unit] or (inclusive and apart == high * DAYS[unit])
    least, most = _hours(max(apart, 0))
    limit = high * 24 / IN_A_DAY[unit]
    if most <= limit:
        return True
    # every moment of the first possible day is excluded; the same day begins at no distance at all
    beyond = least >= limit if apart > 0 else (limit < 0 or (limit == 0 and not inclusive))
    return False if beyond else None


def _at_least(unit: str, day: date, anchor: date, sign: int, low: Decimal | None, inclusive: bool) -> Answer:
    """Whether the day is at least so far from the anchor."""
    assert low is not None
    if unit in MONTHS:
        edge = shifted(anchor, low, unit, sign)
        return _ordered(day, edge, inclusive) if sign < 0 else _ordered(edge, day, inclusive)
    apart = sign * (day.toordinal() - anchor.toordinal())
    if unit in DAYS:
        return apart > low * DAYS[unit] or (inclusive and apart == low * DAYS[unit])
    least, most = _hours(max(apart, 0))
    limit = low * 24 / IN_A_DAY[unit]
    if most <= limit:
        return False
    certain = least >= limit if apart > 0 else (limit < 0 or (limit == 0 and inclusive))
    return True if certain else None


def _hours(days: int) -> tuple[int, int]:
    """Between which hours two moments lie whose days are so many apart; neither end is reached, but for 0."""
    return max(0, 24 * (days - 1)), 24 * (days + 1)


def _ordered(one: date, other: date, inclusive: bool) -> bool:
    return one < other or (inclusive and one == other)


def _telling_days(window: Window, days: Stretch, first: date) -> Iterator[date]:
    """Days from the first on among which every answer occurs that any later day gives."""
    yield first
    yield date.max
    for side in _sides(window, days):
        for condition in side:
            for place in _changes(condition, first.toordinal(), date.max.toordinal()):
                yield date.fromordinal(place)
                yield date.fromordinal(place + 1)


def _changes(condition: Condition, low: int, high: int) -> Iterator[int]:
    """The days after which the condition answers otherwise, between two days."""
    waiting = [(low, high)]
    while waiting:
        low, high = waiting.pop()
        if condition(date.fromordinal(low)) == condition(date.fromordinal(high)):
            continue
        if high - low == 1:
            yield low
            continue
        middle = (low + high) // 2
        waiting += [(low, middle), (middle, high)]
