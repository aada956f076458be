"""Trials written by hand, choice by choice: everything awkward that can happen to a real one.

A trial is a list of facts in order of creation (some become known later) and the design's decisions: at each
decision the design saw the state of the facts created so far and known on that day. It is written independently of the
simulator, which is tamer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from trialwright.core.streams import stream
from trialwright.dataset.columns import (
    BACKFILL,
    DEATH,
    ENROLLED,
    LOST,
    REPLACED,
    RESPONSE_TESTCD,
    SCREEN_FAILURE,
    WITHDRAWAL,
)
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait
from trialwright.protocol.design import Design

WINDOW = 5
Choose = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Point:
    """A decision: trial day, answer, number of facts created before it."""

    day: int
    decision: Decision
    facts_before: int


@dataclass(slots=True)
class HandWritten:
    """A trial in the making and, at the end, the trial. `choose(n)` gives a whole number from 0 to n - 1."""

    design: Design
    arms: tuple[str, ...]
    choose: Choose
    facts: list[Fact] = field(default_factory=list)
    decisions: list[Point] = field(default_factory=list)
    day: int = 0
    participants: int = 0
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    responses: bool = False

    def one_in(self, n: int) -> bool:
        return self.choose(n) == n - 1

    def ask(self) -> Decision:
        decision = self.design.decide(state_of(self.facts, self.day))
        self.decisions.append(Point(self.day, decision, len(self.facts)))
        return decision

    def row(self, domain, subject, day, values, *, late=0):
        """A new row, now and then corrected, retracted or both; gives the number of the row."""
        number = self.numbers[domain, subject] = self.numbers.get((domain, subject), 0) + 1
        known = max(day, self.day) + late
        self.facts.append(Fact(domain, subject, number, day, known, values=values))
        return number

    def again(self, domain, subject, number, known, *, day=None, values=None, retracted=False):
        """A further version of a row."""
        versions = [fact for fact in self.facts if fact.key == (domain, subject, number)]
        last = versions[-1]
        known = max(known, last.known, self.day)
        fact = Fact(
            domain,
            subject,
            number,
            last.day if day is None else day,
            known,
            last.version + 1,
            retracted,
            dict(last.values if values is None else values),
        )
        self.facts.append(fact)

    def lateness(self) -> int:
        return (0, 0, 0, 1, 3)[self.choose(5)]

    def enrol(self, decision: Enrol | None) -> None:
        """One more participant, as the design said or, without a decision, against it."""
        self.participants += 1
        subject = f"P{self.participants:02}"
        today = self.day
        arms = self.arms if decision is None else decision.arms
        arm = arms[self.choose(len(arms))]
        level = (1 + self.choose(2)) if decision is None else decision.dose_level
        filling = decision is not None and decision.cohort == BACKFILL
        cohort = BACKFILL if filling else self.participants
        allocation = {"AGE": 30 + self.choose(40), "ARMCD": arm, "DOSELVL": level, "COHORT": cohort}
        if self.one_in(2):
            self.row("DM", subject, today, allocation)
            self.row("DS", subject, today, {"DSDECOD": ENROLLED})
        else:
            self.row("DS", subject, today, {"DSCAT": "PROTOCOL MILESTONE", "DSDECOD": ENROLLED})
            self.row("DM", subject, today, allocation)
        if self.one_in(8):
            self.again("DM", subject, 1, today + self.choose(9), values={**allocation, "AGE": 99})
        if self.one_in(12):
            self.again("DM", subject, 1, today + self.choose(9), values={**allocation, "DOSELVL": 1})
        if self.one_in(20):
            self.again("DS", subject, 1, today + self.choose(9), retracted=True)
        self.course(subject, today)

    def course(self, subject: str, today: int) -> None:
        if self.one_in(10):  # never dosed
            self.row("EX", subject, today, {"EXPDOSE": "40000000", "EXDOSU": "cells", "OCCUR": "N"})
            self.row("DS", subject, today + 1, {"DSDECOD": WITHDRAWAL}, late=self.lateness())
            return
        dose = today + self.choose(3)
        given = {"EXPDOSE": "40000000", "EXDOSE": "40000000", "EXDOSU": "cells", "OCCUR": "Y"}
        number = self.row("EX", subject, dose, given, late=self.lateness())
        if self.one_in(10):
            self.again("EX", subject, number, dose + self.choose(6), day=max(today, dose - 1))
        self.row("LB", subject, dose + self.choose(4), {"TESTCD": "CRP", "STRESN": self.choose(100) / 7}, late=2)
        if self.one_in(3):
            self.event(subject, dose)
        self.assessment(subject, dose)
        if self.responses:
            self.response(subject, dose)
        if self.one_in(8):
            term = (DEATH, LOST, WITHDRAWAL)[self.choose(3)]
            self.row("DS", subject, dose + self.choose(12), {"DSDECOD": term}, late=self.lateness())

    def event(self, subject: str, dose: int) -> None:
        """An adverse event whose end lies ahead, perhaps regraded and perhaps retracted."""
        onset = dose + self.choose(WINDOW)
        values = {"AETERM": "Fever", "AETOXGR": 1 + self.choose(3), "AEREL": "Y"}
        if self.one_in(2):
            values |= {"ENDAY": onset + self.choose(8), "AEOUT": "RECOVERED"}
        number = self.row("AE", subject, onset, values, late=self.lateness())
        if self.one_in(3):
            self.again("AE", subject, number, onset + self.choose(10), values={**values, "AETOXGR": 4})
        if self.one_in(6):
            self.again("AE", subject, number, onset + self.choose(12), retracted=True)

    def assessment(self, subject: str, dose: int) -> None:
        """The signed assessment: a DLT or none, late, corrected, retracted and entered anew, or not evaluable."""
        if self.one_in(9):
            day = dose + self.choose(WINDOW)
            self.row("XD", subject, day, {"XDDLT": "N", "XDEVAL": "N"}, late=self.lateness())
            self.row("DS", subject, day, {"DSDECOD": REPLACED}, late=self.lateness())
            return
        toxic = self.one_in(4)
        day = dose + (self.choose(WINDOW) if toxic else WINDOW)
        answer = {"XDDLT": "Y" if toxic else "N", "XDEVAL": "Y"}
        number = self.row("XD", subject, day, answer, late=self.lateness())
        if self.one_in(5):
            other = {"XDDLT": "N" if toxic else "Y", "XDEVAL": "Y", "XDREASN": "regraded"}
            self.again("XD", subject, number, day + self.choose(9), values=other)
        if self.one_in(9):
            self.again("XD", subject, number, day + self.choose(12), retracted=True)
            if self.one_in(2):
                self.row("XD", subject, day, answer, late=14)

    def response(self, subject: str, dose: int) -> None:
        """The assessed response: none yet and then one, late, corrected, retracted and entered anew, or never."""
        if self.one_in(12):
            return
        yes = self.one_in(2)
        day = dose + (self.choose(WINDOW) if yes else WINDOW - self.choose(2))
        answer = {"TESTCD": RESPONSE_TESTCD, "TEST": "Response", "STRESC": "Y" if yes else "N"}
        if self.one_in(5):
            self.row("RS", subject, dose, {**answer, "STRESC": "N"}, late=self.lateness())
        number = self.row("RS", subject, day, answer, late=self.lateness())
        if self.one_in(4):
            other = {**answer, "STRESC": "N" if yes else "Y"}
            self.again("RS", subject, number, day + self.choose(9), values=other)
        if self.one_in(8):
            self.again("RS", subject, number, day + self.choose(12), retracted=True)
            if self.one_in(2):
                self.row("RS", subject, day, answer, late=14)

    def next_day(self) -> int:
        """The next day on which something becomes known, or tomorrow."""
        ahead = [fact.known for fact in self.facts if fact.known > self.day]
        return min(ahead, default=self.day + 1)

    def screen_failure(self) -> None:
        self.participants += 1
        subject = f"P{self.participants:02}"
        self.row("DM", subject, self.day, {"AGE": 17})
        self.row("DS", subject, self.day, {"DSDECOD": SCREEN_FAILURE})

    def run(self, most: int) -> HandWritten:
        """Obey the design, now and then do not, and go on asking until everything is known."""
        for _ in range(4 * most):
            decision = self.ask()
            if self.participants >= most:
                break
            if self.one_in(12):
                self.screen_failure()
            match decision:
                case Enrol():
                    self.enrol(decision)
                    if self.one_in(3):
                        self.day += 1 + self.choose(2)
                case Wait(until=until):
                    if self.one_in(15):
                        self.enrol(None)
                    later = self.next_day()
                    self.day = later if until is None or until <= self.day else min(until, later)
                case Stop():
                    if not self.one_in(6):
                        break
                    self.enrol(None)
                    self.day = self.next_day()
        while any(fact.known > self.day for fact in self.facts):
            self.day = self.next_day()
            self.ask()
        return self


def seeded(design: Design, arms: tuple[str, ...], seed: int, most: int = 12, *, responses: bool = False) -> HandWritten:
    """The trial of this seed. `responses`: whether a response is assessed."""
    draws = stream(seed, design.name)
    return HandWritten(design, arms, lambda n: int(draws.integers(n)), responses=responses).run(most)
