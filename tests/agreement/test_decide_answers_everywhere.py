"""Every design answers for every state that a real trial can reach, however it came there, and changes nothing by it.

States are made by hand and not by a simulator: participants enrolled against the design, at levels and in arms that it
did not ask for or that are not recorded, withdrawn, replaced, never dosed, assessed twice, regraded, entered late,
corrected, retracted and entered anew.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.random import Generator
from simulated_trials import PROTOCOLS

from trialwright.core.streams import stream
from trialwright.dataset.columns import (
    BACKFILL,
    COMPLETED,
    DEATH,
    ENROLLED,
    LOST,
    REPLACED,
    RESPONSE_TESTCD,
    WITHDRAWAL,
)
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.design import build
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait
from trialwright.protocol.design import Design
from trialwright.protocol.kinds import Escalation
from trialwright.protocol.protocol import Protocol

MODELS = (
    "CRM: target 0.25, half-width 0.05 at level 2, cohorts of 3, at most 15",
    "BLRM: target 0.2 to 0.35, doses 1/2/3, reference 3, cohorts of 3, at most 12",
    "TITE-CRM: target 0.25, half-width 0.05 at level 2, at most 15",
    "TITE-BOIN: target 0.3, cohorts of 3, at most 12",
)
WINDOW = 28
FLAGS = ("Y", "N", None)
ENDS = (COMPLETED, DEATH, WITHDRAWAL, LOST, REPLACED)


def _protocols():
    found = dict(PROTOCOLS)
    base = next(each for each in PROTOCOLS.values() if isinstance(each.design, Escalation))
    for name in MODELS:
        found[name] = replace(base, design=replace(base.design, rule=name))
    return found


ALL = _protocols()
DESIGNS = {name: build(protocol) for name, protocol in ALL.items()}


@dataclass
class Made:
    """A trial in the making: sometimes the design is followed and everything is entered as it should be, else not."""

    protocol: Protocol
    design: Design
    draws: Generator
    wildness: float = 1.0
    facts: list[Fact] = field(default_factory=list)
    day: int = 0
    asked: list[tuple[int, int, Decision]] = field(default_factory=list)

    def often(self, share: float) -> bool:
        return self.draws.random() < share

    def astray(self, share: float) -> bool:
        """Whether something goes otherwise than planned: seldom in a calm trial, often in a wild one."""
        return self.often(share * self.wildness)

    def upto(self, n: int) -> int:
        return int(self.draws.integers(n))

    def pick(self, choices: Sequence):
        return choices[self.upto(len(choices))]

    def run(self, most: int) -> Made:
        for place in range(most):
            self.day += self.pick((0, 0, 1, 3, 7, 15))
            decision = self.ask()
            if isinstance(decision, Wait) and self.often(0.8):
                self.day = decision.until or self.day + self.pick((1, 10, WINDOW + 4))
                decision = self.ask()
            if isinstance(decision, Stop) and not self.astray(0.4):
                break
            self.enter(f"P{place:02}", decision)
        for step in (0, 1, 10, 40):
            self.day += step
            self.ask()
        return self

    def ask(self) -> Decision:
        decision = self.design.decide(state_of(self.facts, self.day))
        self.asked.append((self.day, len(self.facts), decision))
        return decision

    def row(self, domain, subject, number, day, values, *, wild=0.15):
        """One row, now and then late, corrected, retracted, or entered anew after a retraction."""
        known = max(day, self.day) + (self.upto(30) if self.astray(wild) else 0)
        self.facts.append(Fact(domain, subject, number, day, known, values=values()))
        for version in (2, 3):
            if not self.astray(wild):
                return
            known += self.upto(20)
            moved = min(known, max(0, day + self.upto(7) - 3))
            self.facts.append(Fact(domain, subject, number, moved, known, version, self.often(0.4), values()))

    def enter(self, subject, decision):
        """One more participant, as the design says or against it."""
        follow = isinstance(decision, Enrol) and not self.astray(0.15)
        self.row("DS", subject, 1, self.day, lambda: {"DSDECOD": ENROLLED}, wild=0.04)
        if follow or not self.astray(0.1):
            self.row("DM", subject, 1, self.day, self.allocation(decision if follow else None), wild=0.05)
        self.course(subject)

    def allocation(self, decision):
        arms = [arm.id for arm in self.protocol.arms]
        levels = max(1, len(self.protocol.dose_levels))

        def values():
            if decision is not None and not self.astray(0.05):
                arm = self.pick(decision.arms)
                return {"ARMCD": arm, "DOSELVL": decision.dose_level, "COHORT": decision.cohort}
            arm = self.pick((None, "an arm that is no more", *arms, *arms, *arms))
            level = self.pick((None, *range(levels + 2)))
            return {"ARMCD": arm, "DOSELVL": level, "COHORT": self.pick((None, 1, 2, 3, BACKFILL))}

        return values

    def course(self, subject):
        dosed = self.day + self.pick((0, 0, 0, 1, 9))
        if not self.astray(0.05):
            self.row("EX", subject, 1, dosed, lambda: {"OCCUR": "N" if self.astray(0.07) else "Y"})
        dlt = self.often(0.25)
        end = dosed + (self.upto(WINDOW) if dlt else WINDOW + self.upto(3))
        tidy = {"XDDLT": "Y" if dlt else "N", "XDEVAL": "Y"}
        for number in range(1, 1 + (self.pick((0, 2)) if self.astray(0.3) else 1)):
            self.row("XD", subject, number, end, lambda: self.flags() if self.astray(0.1) else tidy)
        if not self.astray(0.5):
            seen, answer = {"TESTCD": RESPONSE_TESTCD}, self.pick("YN")
            responds = lambda: {**seen, "STRESC": self.pick(FLAGS) if self.astray(0.2) else answer}  # noqa: E731
            self.row("RS", subject, 1, end, responds)
        if self.astray(0.3):
            self.row("DS", subject, 2, dosed + self.upto(50), lambda: {"DSDECOD": self.pick(ENDS)})

    def flags(self):
        return {"XDDLT": self.pick(FLAGS), "XDEVAL": self.pick(FLAGS)}


def check(design, protocol, decision, day):
    """A decision that can be followed."""
    arms, levels = {arm.id for arm in protocol.arms}, len(protocol.dose_levels)
    assert decision.reason
    match decision:
        case Enrol():
            assert decision.slots >= 1
            assert decision.arms
            assert set(decision.arms) <= arms
            assert len(decision.ratio) == len(decision.arms)
            assert all(type(share) is int and share >= 1 for share in decision.ratio)
            assert decision.dose_level is None or 1 <= decision.dose_level <= max(levels, 1)
        case Wait():
            assert decision.until is None or decision.until > day
        case Stop():
            assert decision.selected is None or 0 <= decision.selected <= max(levels, 1)
        case _:
            raise AssertionError(f"{design.name} answered {decision!r}")


SEEDS = st.integers(0, 2**32 - 1)
EXAMPLES = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def made(name, seed):
    draws = stream(seed, name)
    wildness = float(draws.choice((0.0, 0.2, 1.0)))
    return Made(ALL[name], DESIGNS[name], draws, wildness).run(int(draws.integers(1, 26)))


@pytest.mark.requirement("R47")
@pytest.mark.parametrize("name", ALL)
@EXAMPLES
@given(seed=SEEDS)
def test_a_design_answers_for_every_state(name, seed):
    """It answers, with what can be followed; the same for an equal state, whatever the order of entry."""
    trial, design = made(name, seed), DESIGNS[name]
    for day, upto, decision in trial.asked:
        check(design, ALL[name], decision, day)
        state = state_of(trial.facts[:upto], day)
        before = copy.deepcopy(state)
        assert design.decide(state) == decision
        assert state == before
    mixed = [trial.facts[place] for place in stream(seed, "order").permutation(len(trial.facts))]
    assert design.decide(state_of(mixed, trial.day)) == design.decide(state_of(trial.facts, trial.day))


@pytest.mark.requirement("R47")
@pytest.mark.parametrize("name", ALL)
@EXAMPLES
@given(seed=SEEDS)
def test_what_a_design_waits_for_comes_by_time_on_the_day_that_it_names(name, seed):
    """If nothing more becomes known, no day before `until` brings another kind of answer."""
    trial, design = made(name, seed), DESIGNS[name]
    for day, upto, decision in trial.asked:
        if not isinstance(decision, Wait) or decision.until is None:
            continue
        known = [fact for fact in trial.facts[:upto] if fact.known <= day]
        for later in {day + 1, (day + decision.until) // 2, decision.until - 1} - {day, decision.until}:
            assert isinstance(design.decide(state_of(known, later)), Wait), (day, later, decision)


@pytest.mark.parametrize("name", ALL)
def test_the_states_are_not_all_of_one_kind(name):
    """The trials made above come to an end, and wait, as well as enrol: else the tests would look at little."""
    compares = ALL[name].design.kind in ("parallel groups", "single arm")
    wanted, kinds = {Enrol, Stop} if compares else {Enrol, Wait, Stop}, set()
    for seed in range(300):
        kinds |= {type(decision) for _, _, decision in made(name, seed).asked}
        if kinds >= wanted:
            return
    raise AssertionError(f"only {kinds}")
