"""Deviations that follow from what was entered: visits, doses and infusions outside what the protocol plans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from trialwright.conduct.treating.dosing import text_of
from trialwright.conduct.treating.giving import minutes_between
from trialwright.conduct.treating.intervals import window_of
from trialwright.conduct.treating.participant import first_dose
from trialwright.conduct.treating.visits import Timing, visits

if TYPE_CHECKING:
    from trialwright.conduct.standing import Standing
    from trialwright.protocol.protocol import Protocol

VISIT, DOSE, INFUSION = "VISIT", "DOSE", "INFUSION TIME"
_DEVIATE = frozenset({Timing.EARLY, Timing.LATE, Timing.MISSED})


@dataclass(frozen=True, slots=True)
class Deviation:
    """One deviation. `day`: trial day on which it came about, None where it did on none. `entered`: it was entered by a
    person (row of DV), not derived."""

    subject: str
    category: str
    text: str
    day: int | None
    entered: bool = False


def deviations(standing: Standing, protocol: Protocol, day: int) -> tuple[Deviation, ...]:
    """Every deviation as of trial day `day`, entered or derived, by participant. Nothing in them tells an arm."""
    found: list[Deviation] = []
    for subject in sorted(standing.data.enrolments):
        found += _entered(standing, subject)
        found += _visits(standing, protocol, subject, day)
        found += _doses(standing, protocol, subject)
        found += _infusions(standing, subject)
    return tuple(found)


def _entered(standing: Standing, subject: str) -> Iterator[Deviation]:
    for fact in standing.data.rows_of("DV", subject):
        category, text = str(fact.values.get("DVCAT") or ""), str(fact.values.get("DVTERM") or "")
        yield Deviation(subject, category, text, fact.day, entered=True)


def _visits(standing: Standing, protocol: Protocol, subject: str, day: int) -> Iterator[Deviation]:
    for visit in visits(standing, protocol, subject, day):
        if visit.timing in _DEVIATE:
            yield Deviation(subject, VISIT, f"visit {visit.number}, {visit.name}: {visit.timing.value}", visit.held)


def _doses(standing: Standing, protocol: Protocol, subject: str) -> Iterator[Deviation]:
    origin = first_dose(standing, subject)
    for fact in standing.data.rows_of("EX", subject):
        number = fact.number
        if fact.values.get("OCCUR") == "N":
            yield Deviation(subject, DOSE, f"administration {number} was not given", fact.day)
            continue
        times, planned = standing.treating.times.get((subject, number)), fact.values.get("VISITDY")
        if times is not None and Decimal(times.share) < 100:
            yield Deviation(subject, DOSE, f"administration {number}: {times.share} % of it was given", fact.day)
        if origin is not None and isinstance(planned, int):
            earliest, latest = window_of(standing, protocol, planned)
            if not earliest <= fact.day - origin <= latest:
                text = f"administration {number} on day {fact.day - origin}, planned for {earliest} to {latest}"
                yield Deviation(subject, DOSE, text, fact.day)


def _infusions(standing: Standing, subject: str) -> Iterator[Deviation]:
    limit = standing.treating.rules.infusion
    for (whose, number), times in sorted(standing.treating.times.items()):
        row = standing.data.standing(("EX", subject, number))
        if limit is None or whose != subject or row is None:
            continue
        took = minutes_between(times.thawed or times.started, times.stopped)
        if took > limit:
            text = f"administration {number} ended after {text_of(took)} minutes, {limit} were allowed"
            yield Deviation(subject, INFUSION, text, row.day)
