"""Dates as they are written in cells: ISO, day first or month first as the column decides, with names of months."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from trialwright.screen.patients.cells import UNKNOWN, Says

FORMATS = ("y-m-d", "d/m/y", "m/d/y", "excel")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?:[T ]+\d{1,2}:\d{2}.*)?"
_ISO = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}")
_COMPACT = re.compile(r"(19|20)\d{6}")
_NUMERIC = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_TIME}")
_DAY_NAME = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[-\s./]*([A-Za-z]{{3,9}})\.?[-\s,./]*(\d{{4}}){_TIME}")
_NAME_DAY = re.compile(rf"([A-Za-z]{{3,9}})\.?\s*(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_TIME}")
_PARTIAL = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_FULL = ("january", "february", "march", "april", "may", "june", "july", "august")
_LATER = ("september", "october", "november", "december")


class Order(StrEnum):
    """Which of the first two numbers is the day: decided by a mapping or by the column as a whole, or OPEN."""

    DAY_FIRST = "d/m/y"
    MONTH_FIRST = "m/d/y"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Dated:
    """What a cell says of a date. NUMBER: the `day`; DOUBTFUL: two days are possible; TEXT: it is no date; `first`,
    `last`: the days between which a month or a year without a day lies."""

    says: Says
    day: date | None = None
    first: date | None = None
    last: date | None = None


def order_of(texts: Iterable[str]) -> Order:
    """The order that the unmistakable cells of a column show; OPEN where none is, or where they contradict."""
    day = month = False
    for text in texts:
        found = _NUMERIC.fullmatch(text.strip()[:40])
        if found:
            first, second = int(found[1]), int(found[3])
            day |= first > 12 >= second
            month |= second > 12 >= first
    if day == month:
        return Order.OPEN
    return Order.DAY_FIRST if day else Order.MONTH_FIRST


def dated(text: str, order: Order = Order.OPEN, *, serial: bool = False) -> Dated:
    """The date that a cell states. `serial`: a bare number is Excel's count of days (of the 1900 calendar).

    >>> dated("31/12/2020").day, dated("3/4/2020").says.value
    (datetime.date(2020, 12, 31), 'doubtful')
    """
    bare = " ".join(text.split())[:60]
    if not bare:
        return Dated(Says.BLANK)
    if bare.lower() in UNKNOWN:
        return Dated(Says.ABSENT)
    if found := _ISO.fullmatch(bare):
        return _day(int(found[1]), int(found[3]), int(found[4]))
    if _COMPACT.fullmatch(bare):
        return _day(int(bare[:4]), int(bare[4:6]), int(bare[6:]))
    if found := _NUMERIC.fullmatch(bare):
        return _either(int(found[1]), int(found[3]), int(found[4]), order)
    if found := _DAY_NAME.fullmatch(bare):
        return _day(int(found[3]), _month(found[2]), int(found[1]))
    if found := _NAME_DAY.fullmatch(bare):
        return _day(int(found[3]), _month(found[1]), int(found[2]))
    if serial and _SERIAL.fullmatch(bare):
        return Dated(Says.NUMBER, date(1899, 12, 30) + timedelta(days=int(bare[:5])))
    if found := _PARTIAL.fullmatch(bare):
        return _partial(int(found[1]), int(found[2]) if found[2] else None)
    return Dated(Says.TEXT)


def _either(first: int, second: int, year: int, order: Order) -> Dated:
    ways = {day.day for day in (_day(year, second, first), _day(year, first, second)) if day.day is not None}
    if not ways:
        return Dated(Says.TEXT)
    if len(ways) == 1:
        return Dated(Says.NUMBER, ways.pop())
    if order is Order.OPEN:
        return Dated(Says.DOUBTFUL)
    return _day(year, second, first) if order is Order.DAY_FIRST else _day(year, first, second)


def _month(name: str) -> int:
    bare = name.lower()
    known = bare in MONTHS or bare == "sept" or bare in (*_FULL, *_LATER)
    return MONTHS.index(bare[:3]) + 1 if known else 0


def _partial(year: int, month: int | None) -> Dated:
    try:
        first = date(year, month or 1, 1)
        after = date(year + 1, 1, 1) if month in (None, 12) else date(year, (month or 0) + 1, 1)
    except ValueError:
        return Dated(Says.TEXT)
    return Dated(Says.DOUBTFUL, None, first, after - timedelta(days=1))


def _day(year: int, month: int, day: int) -> Dated:
    try:
        found = date(year, month, day)
    except ValueError:
        return Dated(Says.TEXT)
    return Dated(Says.NUMBER, found) if year >= 1850 else Dated(Says.TEXT)


def age_at(born: date, today: date) -> float:
    """Years from a birth to a day: whole ones by the birthday, and the part of the year since the last. Somebody born
    on 29 February has the birthday on 1 March in other years.

    >>> age_at(date(2000, 6, 1), date(2018, 6, 1)), age_at(date(2000, 6, 1), date(2018, 5, 31)) < 18
    (18.0, True)
    """
    years = today.year - born.year
    last = _birthday(born, today.year)
    if last > today:
        years, last = years - 1, _birthday(born, today.year - 1)
    return years + (today - last).days / (_birthday(born, last.year + 1) - last).days


def _birthday(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
