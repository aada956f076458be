"""What speaks against giving a dose now: a hold, an event that has not ended, an interval that is not over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from trialwright.conduct.masking.parties import is_masked
from trialwright.conduct.moments import instant
from trialwright.conduct.treating.participant import allocation, first_dose
from trialwright.dataset.columns import ENDS

if TYPE_CHECKING:
    from trialwright.conduct.standing import Standing
    from trialwright.conduct.treating.dosing import Slot
    from trialwright.protocol.protocol import Protocol

_DAY = 24 * 60
_OVER = frozenset({"RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE", "FATAL"})
_END = next(iter(ENDS["AE"]))


@dataclass(frozen=True, slots=True)
class Start:
    """When an administration began. `at`: None where only its trial day is known."""

    day: int
    at: datetime | None


def against(standing: Standing, protocol: Protocol, subject: str, slot: Slot, start: Start) -> tuple[str, ...]:
    """Everything that speaks against this administration at this start, in words that tell no arm."""
    return (
        *_holds(standing, subject),
        *_outside(standing, protocol, subject, slot, start),
        *_too_soon(standing, subject, start),
        *_not_staggered(standing, protocol, subject, start),
    )


def _holds(standing: Standing, subject: str) -> Iterator[str]:
    held = standing.treating.held.get(subject)
    if held is not None:
        yield f"doses are held since entry {held.since}: {held.why}"
    grade = standing.treating.rules.hold_grade
    if grade is None:
        return
    for fact in standing.data.rows_of("AE", subject):
        worst = fact.values.get("AETOXGR")
        ended = fact.values.get(_END) is not None or fact.values.get("AEOUT") in _OVER
        if isinstance(worst, int) and worst >= grade and not ended:
            yield f"the adverse event {fact.number} is of grade {worst} and has not ended"
    if any(fact.values.get("XDDLT") == "Y" for fact in standing.data.rows_of("XD", subject)):
        yield "a dose-limiting toxicity stands"


def window_of(standing: Standing, protocol: Protocol, day: int) -> tuple[int, int]:
    """The relative days on which an administration that is planned on `day` may be given: by the margin that was
    settled, else by the window of its visit, else the day alone."""
    margin = standing.treating.rules.dose_margin
    if margin is not None:
        return day - margin, day + margin
    for encounter in protocol.schedule:
        if encounter.day == day:
            return encounter.earliest, encounter.latest
    return day, day


def _outside(standing: Standing, protocol: Protocol, subject: str, slot: Slot, start: Start) -> Iterator[str]:
    origin = first_dose(standing, subject)
    if origin is None:
        return
    earliest, latest = window_of(standing, protocol, slot.day)
    relative = start.day - origin
    if not earliest <= relative <= latest:
        yield f"day {relative} lies outside the window of administration {slot.number}: days {earliest} to {latest}"


def _too_soon(standing: Standing, subject: str, start: Start) -> Iterator[str]:
    least = standing.treating.rules.least_gap
    if least is None:
        return
    for number, other in starts(standing, subject):
        apart = minutes(other, start)
        if apart < least:
            yield f"administration {number} began {apart} minutes before, and {least} must lie between"


def _not_staggered(standing: Standing, protocol: Protocol, subject: str, start: Start) -> Iterator[str]:
    least = standing.treating.rules.stagger
    if least is None or first_dose(standing, subject) is not None:
        return
    own = allocation(standing, subject)
    level = None if own is None or is_masked(protocol) else own.level
    for other in standing.data.enrolments:
        theirs = allocation(standing, other)
        if other == subject or theirs is None or (level is not None and theirs.level != level):
            continue
        firsts = [begun for _, begun in starts(standing, other)]
        if not firsts:
            continue
        apart = minutes(min(firsts, key=lambda each: each.day), start)
        if apart < least:
            yield f"{other} had the first dose {apart} minutes before, and {least} must lie between participants"


def starts(standing: Standing, subject: str) -> Iterator[tuple[int, Start]]:
    """When each administration that was given began, by number."""
    for fact in standing.data.rows_of("EX", subject):
        if fact.values.get("OCCUR") != "Y":
            continue
        times = standing.treating.times.get((subject, fact.number))
        yield fact.number, Start(fact.day, None if times is None else instant(times.started))


def minutes(first: Start, second: Start) -> int:
    """Whole minutes between two starts, whichever came first; by whole days where an hour is not known.

    >>> minutes(Start(3, None), Start(4, None))
    1440
    """
    if first.at is None or second.at is None:
        return abs(second.day - first.day) * _DAY
    return int(abs(second.at - first.at) / timedelta(minutes=1))
