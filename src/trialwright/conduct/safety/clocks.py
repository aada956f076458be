"""By when reports on serious adverse events are due, from the moment at which the site came to know of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from trialwright.conduct.moments import instant

if TYPE_CHECKING:
    from trialwright.conduct.events.safety import AdverseEventDetailed
    from trialwright.conduct.standing import Standing

TO_SPONSOR = timedelta(hours=24)
FATAL, OTHER = timedelta(days=7), timedelta(days=15)
_URGENT = frozenset({"death", "life-threatening"})


@dataclass(frozen=True, slots=True)
class Clock:
    """A report that is due. `due`, `sent`: UTC, RFC 3339; `sent` empty while it was not. `late`: it was sent after, or
    is not sent and the time is over. `note`: why it may not be due after all."""

    subject: str
    number: int
    to: str
    due: str
    sent: str
    late: bool
    note: str = ""


def clocks(standing: Standing, now: str) -> tuple[Clock, ...]:
    """Every report that serious adverse events call for, as of a time (RFC 3339), by when it is due.

    To the sponsor within 24 hours of awareness. To the authority, where the event is related and unexpected: within 7
    days if it is fatal or life-threatening, else 15 (21 CFR 312.32(c); ICH E2A). Days are counted as 24 hours from the
    moment of awareness, which is never later than the end of the calendar day. Where relatedness or expectedness is not
    judged yet, the report counts as due, and a note says so.
    """
    found = [
        clock
        for key, details in standing.safety.details.items()
        if details.criteria and standing.data.standing(("AE", *key)) is not None
        for clock in _of(standing, details, instant(now))
    ]
    return tuple(sorted(found, key=lambda clock: (clock.due, clock.subject, clock.number, clock.to)))


def _of(standing: Standing, details: AdverseEventDetailed, now: datetime) -> Iterator[Clock]:
    aware = instant(details.aware)
    yield _clock(standing, details, "sponsor", aware + TO_SPONSOR, now, "")
    row = standing.data.rows["AE", details.subject, details.number]
    related = row.values.get("AEREL")
    if related == "N" or details.expected is True:
        return
    open_questions = [
        text
        for text, is_open in (
            ("relatedness is not judged", related is None),
            ("expectedness is not judged", details.expected is None),
        )
        if is_open
    ]
    span = FATAL if _URGENT & set(details.criteria) else OTHER
    yield _clock(standing, details, "authority", aware + span, now, "; ".join(open_questions))


def _clock(
    standing: Standing, details: AdverseEventDetailed, to: str, due: datetime, now: datetime, note: str
) -> Clock:
    reports = standing.safety.reports.get((details.subject, details.number), [])
    times = [instant(each.sent) for each in reports if each.to == to]
    first = min(times, default=None)
    late = (first if first is not None else now) > due
    return Clock(details.subject, details.number, to, _text(due), "" if first is None else _text(first), late, note)


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
