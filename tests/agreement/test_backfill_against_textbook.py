"""Backfill against a site that keeps a notebook: a trial run forward in time by plain code written apart.

The design follows the data from the opening at each call and remembers nothing; the site does the opposite. It writes
down what it decided on the day it decided, never looks back, and knows nothing but what has been reported to it so far.
Both must offer the same places on every day. BOIN with target 0.3 from its published formulae (Liu and Yuan 2015,
doi 10.1111/rssc.12089); backfill as in Zhao and others 2024 (doi 10.1158/1078-0432.CCR-23-2585).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest
from scipy.stats import beta

from trialwright.core.streams import stream
from trialwright.dataset.columns import BACKFILL, ENROLLED
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.design import rules
from trialwright.design.backfill import BackfillDesign
from trialwright.design.counting import CountingDesign
from trialwright.protocol.decisions import Enrol, Stop, Wait

TARGET, LEVELS, COHORT, MOST, WINDOW, TRUTH = 0.3, 4, 3, 15, 20, (0.2, 0.25, 0.3, 0.45)
ARMS = ("arm-1", "arm-2", "arm-3", "arm-4")
_LOW, _HIGH = 0.6 * TARGET, 1.4 * TARGET


def _boundary(p, q):
    return math.log((1 - p) / (1 - q)) / math.log(q * (1 - p) / (p * (1 - q)))


UP_AT, DOWN_AT = _boundary(_LOW, TARGET), _boundary(TARGET, _HIGH)


def too_toxic(n, y):
    return n >= 3 and beta.sf(TARGET, y + 1, n - y + 1) > 0.95


@dataclass
class Patient:
    name: str
    level: int
    filled: bool
    entered: int
    dosed: int
    dlt: bool
    reported: int

    @property
    def counts_from(self):
        """No DLT cannot be said before the window has passed."""
        return self.reported if self.dlt else max(self.reported, self.dosed + WINDOW + 1)


@dataclass
class Site:
    """The notebook: the cohort being treated, where it is, and which levels were gone up from."""

    cap: int
    in_all: int | None
    patients: list[Patient] = field(default_factory=list)
    cohort: list[Patient] = field(default_factory=list)
    size: int = COHORT
    level: int = 1
    cleared: set[int] = field(default_factory=set)

    def known(self, level, day):
        here = [p for p in self.patients if p.level == level and p.counts_from <= day]
        return len(here), sum(p.dlt for p in here)

    def next_step(self, day):
        """Where BOIN goes from here: the level and size of the next cohort, or the end."""
        table = [self.known(level, day) for level in range(1, LEVELS + 1)]
        bad = [level for level, (n, y) in enumerate(table, start=1) if too_toxic(n, y)]
        top = min(bad) - 1 if bad else LEVELS
        treated = sum(not p.filled for p in self.patients)
        if top == 0 or treated >= MOST:
            return "end", 0
        if self.level > top:
            to = top
        else:
            n, y = table[self.level - 1]
            rate = y / n
            to = self.level + (1 if rate <= UP_AT else -1 if rate >= DOWN_AT else 0)
            to = min(max(to, 1), top)
        return to, min(COHORT, MOST - treated)

    def may_fill(self, level, day):
        lower = [self.known(j, day) for j in range(1, level + 1)]
        if any(y / n >= DOWN_AT or too_toxic(n, y) for n, y in lower) or level not in self.cleared:
            return False
        full = sum(p.level == level for p in self.patients) >= self.cap
        return not full and (self.in_all is None or sum(p.filled for p in self.patients) < self.in_all)

    def answer(self, day):
        """What is offered today: (level, number of places, by backfill), `wait` or `end`."""
        if len(self.cohort) < self.size:
            return self.level, self.size - len(self.cohort), False
        if all(p.counts_from <= day for p in self.cohort):
            to, size = self.next_step(day)
            if to != "end":
                return to, size, False
            return "wait" if any(p.counts_from > day for p in self.patients) else "end"
        for level in range(self.level - 1, 0, -1):
            if self.may_fill(level, day):
                places = self.cap - sum(p.level == level for p in self.patients)
                if self.in_all is not None:
                    places = min(places, self.in_all - sum(p.filled for p in self.patients))
                return level, places, True
        return "wait"

    def admit(self, patient, day):
        """Write down who entered; the first of a cohort settles where it is."""
        if not patient.filled:
            if len(self.cohort) == self.size:
                to, self.size = self.next_step(day)
                if to > self.level:
                    self.cleared.add(self.level)
                self.cleared = {level for level in self.cleared if level < to}
                self.level, self.cohort = to, []
            self.cohort.append(patient)
        self.patients.append(patient)


def _facts(p: Patient):
    mark = BACKFILL if p.filled else 1
    answer = {"XDDLT": "Y" if p.dlt else "N", "XDEVAL": "Y"}
    return [
        Fact("DS", p.name, 1, p.entered, p.entered, values={"DSDECOD": ENROLLED}),
        Fact("DM", p.name, 1, p.entered, p.entered, values={"DOSELVL": p.level, "COHORT": mark}),
        Fact("EX", p.name, 1, p.dosed, p.dosed, values={"OCCUR": "Y"}),
        Fact("XD", p.name, 1, min(p.reported, p.dosed + WINDOW), p.reported, values=answer),
    ]


def _course(draws, number, level, filled, day):
    dosed = day + int(draws.integers(2))
    dlt = bool(draws.random() < TRUTH[level - 1])
    if dlt:
        reported = dosed + int(draws.integers(1, WINDOW + 1))
    else:  # now and then signed before the window has passed
        reported = dosed + (WINDOW if draws.random() < 0.8 else int(draws.integers(5, WINDOW)))
    return Patient(f"P-{number:03d}", level, filled, day, dosed, dlt, reported + int(draws.integers(6)))


def said(decision):
    match decision:
        case Enrol(dose_level=level, slots=slots, cohort=cohort):
            return level, slots, cohort == BACKFILL
        case Wait():
            return "wait"
        case Stop():
            return "end"


def run(seed, cap=8, in_all=None):
    """Run one trial by the site and ask the design beside it. Gives the site and the disagreements."""
    rule = rules.make("BOIN", LEVELS, COHORT, target=TARGET, most=MOST)
    design = BackfillDesign(CountingDesign(rule, ARMS, WINDOW), cap, in_all)
    draws, site, facts, found = stream(seed, "backfill"), Site(cap, in_all), [], []

    def ask(day):
        answer = site.answer(day)
        theirs = said(design.decide(state_of(facts, day)))
        if theirs != answer:
            found.append((day, answer, theirs))
        return answer

    day = 0
    while (answer := ask(day)) != "end" and day < 2000:
        if answer != "wait" and draws.random() < 0.4:
            level, _, filled = answer
            patient = _course(draws, len(site.patients), level, filled, day)
            site.admit(patient, day)
            facts += _facts(patient)
        else:
            day += 1
    return site, found


@pytest.mark.parametrize(("cap", "in_all"), [(8, None), (6, 5), (12, None)])
def test_the_design_offers_what_the_notebook_says_on_every_day(cap, in_all):
    filled, toxic = [0] * LEVELS, 0
    for seed in range(25):
        site, found = run(seed, cap, in_all)
        assert found == [], seed
        for patient in site.patients:
            filled[patient.level - 1] += patient.filled
            toxic += patient.filled and patient.dlt
    assert sum(filled) > 40
    assert toxic > 5
    assert filled[LEVELS - 1] == 0  # nobody backfills the highest level
    assert filled[0] > 0 < filled[1]


def test_a_late_outcome_that_rewrites_an_earlier_decision_is_noticed(monkeypatch):
    honest = BackfillDesign._asked
    monkeypatch.setattr(BackfillDesign, "_asked", lambda self, counts, fills, day: honest(self, counts, fills, 10**6))
    assert any(run(seed)[1] for seed in range(60))


def test_backfill_that_is_left_out_of_the_counts_is_noticed(monkeypatch):
    honest = BackfillDesign._asked
    monkeypatch.setattr(BackfillDesign, "_asked", lambda self, counts, fills, day: honest(self, counts, [], day))
    assert any(run(seed)[1] for seed in range(60))
