"""When something happened: times with their offset, and the days of a trial that they fall on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from trialwright.conduct.ledger.clock import is_occurred
from trialwright.core.errors import StageError, UsageError

SKEW = timedelta(minutes=2)
"""How far ahead of the server's clock the clock of whoever reports may be."""


def instant(text: str) -> datetime:
    """The moment that a time with an offset (RFC 3339) names, in UTC.

    >>> instant("2024-03-31T02:30:00+02:00").isoformat()
    '2024-03-31T00:30:00+00:00'
    """
    return datetime.fromisoformat(text).astimezone(UTC)


def date_at(text: str, zone: str) -> date:
    """The calendar date of a moment in a time zone (IANA).

    >>> date_at("2024-03-01T03:00:00Z", "America/Mexico_City").isoformat()
    '2024-02-29'
    """
    return instant(text).astimezone(ZoneInfo(zone)).date()


def end_of(on: date, zone: str) -> str:
    """The last moment of a date in a time zone, as a clock gives it (RFC 3339, UTC).

    Where the clocks are put back at midnight the later of the two is meant.

    >>> end_of(date(2026, 1, 5), "America/Mexico_City")
    '2026-01-06T05:59:59.999999Z'
    """
    last = datetime.combine(on, time(23, 59, 59, 999999, fold=1), ZoneInfo(zone)).astimezone(UTC)
    return f"{last:%Y-%m-%dT%H:%M:%S.%f}Z"


def check_occurred(occurred: str, now: str) -> None:
    """Raises UsageError (COND-066) if a time does not say its offset from UTC, StageError (COND-067) if it lies ahead
    of `now` by more than two minutes."""
    if not is_occurred(occurred) or occurred.endswith("-00:00"):
        raise UsageError(
            "COND-066",
            f"{occurred!r} is not a time with its offset from UTC",
            expected="date, time and offset, such as 2024-02-29T14:05:00-06:00",
            mend="give the time as the clock on the wall showed it, and the offset that was in force there",
        )
    if instant(occurred) - instant(now) > SKEW:
        raise StageError(
            "COND-067",
            f"it would have occurred at {occurred}, and the server's time is {now}",
            expected="a time that has come, give or take two minutes",
            mend="record it when it has happened; check the offset and the clocks",
        )


def date_of(start: date | None, day: int) -> date:
    """The calendar date of a trial day, day 0 being `start`.

    Raises StageError: COND-001 where the trial has none, COND-003 where the calendar has no such day.

    >>> date_of(date(2024, 2, 28), 1).isoformat()
    '2024-02-29'
    """
    if start is None:
        raise StageError(
            "COND-001", "the trial has not begun", expected="a trial that has", mend="begin it with its protocol"
        )
    try:
        return start + timedelta(days=day)
    except OverflowError:
        raise StageError(
            "COND-003", f"trial day {day} is no day of the calendar", expected="a day", mend="write the day anew"
        ) from None


def written_date(text: str) -> date | None:
    """The date that a text writes as YYYY-MM-DD, None if it writes none.

    >>> written_date("2024-02-29"), written_date("2023-02-29"), written_date("20240229")
    (datetime.date(2024, 2, 29), None, None)
    """
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
