"""Each planned visit of a participant beside what happened: in its window, early, late, missed or still to come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from trialwright.conduct.treating.participant import first_dose
from trialwright.dataset.columns import COLUMNS, DEATH, LOST, WITHDRAWAL
from trialwright.protocol.arms.administrations import administrations
from trialwright.protocol.schedule import Encounter

if TYPE_CHECKING:
    from trialwright.conduct.standing import Standing
    from trialwright.dataset.facts import Fact
    from trialwright.protocol.protocol import Protocol

_FOR_GOOD = frozenset({DEATH, WITHDRAWAL, LOST})
_FINDINGS = tuple(domain for domain, columns in COLUMNS.items() if "TESTCD" in columns)
_NOT_MEASURED = frozenset({"DOSE", "CONSENT", "ELIGIBILITY", "AE", "DLT"})


class Timing(StrEnum):
    """How a visit stands to its window; always derived, never entered."""

    UNPLACED = "the day of the first dose is not known"
    AHEAD = "still to come"
    OPEN = "due now"
    EARLY = "early"
    IN_WINDOW = "in its window"
    LATE = "late"
    MISSED = "missed"
    OVER = "not due any more"


@dataclass(frozen=True, slots=True)
class Visit:
    """One planned visit of a participant.

    `due`, `earliest`, `latest`: trial days, None while the first dose is not known. `held`: the trial day on which it
    was held, None where it was not. `row`: number of its row of SV. `missing`: what it asked for and what no row holds.
    """

    number: int
    name: str
    due: int | None
    earliest: int | None
    latest: int | None
    held: int | None
    row: int | None
    timing: Timing
    missing: tuple[str, ...] = ()


def schedule_of(standing: Standing, protocol: Protocol) -> tuple[Encounter, ...]:
    """The encounters of the protocol, and those of the long-term follow-up that was settled, numbered on."""
    planned = list(protocol.schedule)
    rules, days = standing.treating.rules, {encounter.day for encounter in protocol.schedule}
    last = max((encounter.number for encounter in planned), default=0)
    for number, day in enumerate(sorted(set(rules.follow_up) - days), start=last + 1):
        margin = rules.follow_up_margin
        planned.append(Encounter(number, f"Long-term follow-up, day {day}", day, day - margin, day + margin, ("AE",)))
    return tuple(planned)


def origin(standing: Standing, protocol: Protocol, subject: str) -> int | None:
    """The trial day of relative day 0: of the first dose or, in an arm that receives nothing, of enrolment; None while
    it is not known."""
    first = first_dose(standing, subject)
    if first is not None:
        return first
    from trialwright.conduct.treating.participant import allocation

    held, enrolment = allocation(standing, subject), standing.data.enrolments.get(subject)
    if held is None or enrolment is None:
        return None
    try:
        arm = protocol.arm(held.arm)
    except KeyError:
        return None
    return None if administrations(protocol, arm, held.level) else enrolment.day


def visits(standing: Standing, protocol: Protocol, subject: str, day: int) -> tuple[Visit, ...]:
    """Every planned visit of a participant as of trial day `day`."""
    rows = _rows(standing, subject)
    zero, end = origin(standing, protocol, subject), _ended(standing, subject)
    return tuple(_visit(standing, each, rows, subject, zero, end, day) for each in schedule_of(standing, protocol))


def _visit(
    standing: Standing,
    encounter: Encounter,
    rows: Iterable[Fact],
    subject: str,
    zero: int | None,
    end: int | None,
    day: int,
) -> Visit:
    row = next((fact for fact in rows if _is_of(fact, encounter)), None)
    held = row.day if row is not None and row.values.get("OCCUR") != "N" else None
    due, earliest, latest = (
        None if zero is None else zero + relative for relative in (encounter.day, encounter.earliest, encounter.latest)
    )
    timing = _timing(row is not None, held, earliest, latest, end, day)
    missing = () if held is None or row is None else _missing(standing, subject, row, encounter)
    return Visit(
        encounter.number,
        encounter.name,
        due,
        earliest,
        latest,
        held,
        None if row is None else row.number,
        timing,
        missing,
    )


def _timing(
    entered: bool, held: int | None, earliest: int | None, latest: int | None, end: int | None, day: int
) -> Timing:
    if earliest is None or latest is None:
        return Timing.MISSED if entered and held is None else Timing.UNPLACED
    if held is not None:
        return Timing.EARLY if held < earliest else Timing.LATE if held > latest else Timing.IN_WINDOW
    if end is not None and end < earliest:  # even where somebody has noted that it was not held
        return Timing.OVER
    if entered:
        return Timing.MISSED
    if end is not None and end <= latest:  # the window was open to the end
        return Timing.OVER
    if day > latest:
        return Timing.MISSED
    return Timing.AHEAD if day < earliest else Timing.OPEN


def _rows(standing: Standing, subject: str) -> tuple[Fact, ...]:
    """The visits entered, those held first, by day."""
    return tuple(
        sorted(
            standing.data.rows_of("SV", subject),
            key=lambda fact: (fact.values.get("OCCUR") == "N", fact.day, fact.number),
        )
    )


def _is_of(fact: Fact, encounter: Encounter) -> bool:
    """Whether a row is of this encounter: by its planned day or, where the row names none, by its number."""
    planned = fact.values.get("VISITDY")
    if planned is not None:
        return planned == encounter.day
    return fact.values.get("VISITNUM") == encounter.number


def _ended(standing: Standing, subject: str) -> int | None:
    """The trial day from which on no visit is due: death, withdrawal, loss; completion ends no long-term follow-up."""
    rows = standing.data.rows_of("DS", subject)
    days = [fact.day for fact in rows if fact.values.get("DSDECOD") in _FOR_GOOD]
    known = standing.subjects.known.get(subject)
    if known is not None and known.withdrawn is not None and not known.withdrawn.follow_up:
        days.append(known.withdrawn.day)
    return min(days, default=None)


def _missing(standing: Standing, subject: str, row: Fact, encounter: Encounter) -> tuple[str, ...]:
    """What the visit asked for when it was entered and what no row of that visit holds."""
    entry = standing.treating.asked.get((subject, row.number))
    if entry is None:
        return ()
    there = {
        str(fact.values.get("TESTCD"))
        for domain in _FINDINGS
        for fact in standing.data.rows_of(domain, subject)
        if _belongs(fact, row, encounter)
    }
    return tuple(code for code in entry.asked if code not in there)


def _belongs(fact: Fact, row: Fact, encounter: Encounter) -> bool:
    planned, number = fact.values.get("VISITDY"), fact.values.get("VISITNUM")
    if planned is not None:
        return planned == encounter.day
    return number == encounter.number if number is not None else fact.day == row.day


def asked_of(activities: Iterable[str]) -> tuple[str, ...]:
    """The parameters among a visit's activities; a diary is asked for day by day and not by the visit.

    >>> asked_of(("DOSE", "AE", "SPO2", "ORDSCALE:DAILY"))
    ('SPO2',)
    """
    return tuple(code for code in activities if code not in _NOT_MEASURED and ":" not in code)
