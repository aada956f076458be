"""The keystone: a trial entered on a ledger and read back has the same data and the same decisions as its source.

Any trial, hand-written or simulated, with entries that come late, are corrected, regraded or retracted; every design;
and each of a list of faults must be noticed.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hand_written_trials import WINDOW, HandWritten, seeded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keystone import MUTANTS, OVERRIDE, RESPONSE_MUTANTS, differences, in_sqlite
from simulated_trials import PROTOCOLS, troubled

from trialwright import simulate
from trialwright.conduct.transcribe import entries_due
from trialwright.dataset.trialdata import TrialData
from trialwright.design import build, rules
from trialwright.design.backfill import BackfillDesign
from trialwright.design.counting import CountingDesign
from trialwright.design.parallel import ParallelDesign
from trialwright.design.phase2 import monitoring
from trialwright.design.phase2.boin12 import Boin12
from trialwright.design.phase2.boin12_design import Boin12Design
from trialwright.design.phase2.monitored import Event, MonitoredDesign
from trialwright.design.phase2.responses import Leavers
from trialwright.design.phase2.two_stage import TwoStageRule
from trialwright.design.phase2.two_stage_design import TwoStageDesign
from trialwright.design.select_then_compare import SelectThenCompareDesign
from trialwright.design.single_arm import SingleArmDesign
from trialwright.design.staggered import StaggeredDesign
from trialwright.design.timed import names as by_time

LEVELS = ("arm-1", "arm-2", "arm-3")


PACED = (
    "TITE-CRM: target 0.3, half-width 0.05 at level 2, cohorts of 2, at most 12, stop above 0.8, stagger 3 days, "
    "up after 4 days"
)


def escalation(name):
    return CountingDesign(rules.make(name, 3), LEVELS, WINDOW)


OF_RESPONSES = {
    "two stages": TwoStageDesign(TwoStageRule(1, 4, 3, 9), "arm-1", WINDOW),
    "two stages, decided early, monitored for deaths": MonitoredDesign(
        TwoStageDesign(TwoStageRule(0, 3, 2, 8), "arm-1", WINDOW, early=True, leavers=Leavers.NO_RESPONSE),
        "arm-1",
        monitoring.rule(monitoring.Bayesian(0.1, 0.7), 8),
        12,
        Event.DEATH,
    ),
    "BOIN12": Boin12Design(Boin12(3, most=12, enough=6), LEVELS, WINDOW, WINDOW + 3),
}
COMPARISON = ParallelDesign(("arm-4", "arm-5"), (2, 1), (4, 2))
DESIGNS = {
    **{name: (escalation(name), LEVELS) for name in rules.names()},
    **{
        name: (escalation(name), LEVELS)
        for name in (
            "BOIN: target 0.3, at most 12, enough at 6",
            "BOIN: target 0.3, at most 12, accelerated titration",
            "keyboard: target 0.3, at most 11",
            "mTPI: target 0.3, at most 12",
            "i3+3: target 0.3, at most 12",
            "table 3:0/2/3 6:1/3/4 9:2/4/5: target 0.3, at most 12",
        )
    },
    **{
        name: (by_time.make(name, LEVELS, WINDOW), LEVELS)
        for name in (
            "rolling six",
            "TITE-CRM: target 0.3, half-width 0.05 at level 2, at most 12",
            PACED,
            "TITE-BOIN: target 0.3, at most 12",
            "TITE-BOIN: target 0.3, cohorts of 2, at most 12, enough at 6",
        )
    },
    **{
        f"{name}, staggered": (StaggeredDesign(inner, 3, 2, WINDOW), LEVELS)
        for name, inner in (
            ("3+3", escalation("3+3: stop at two")),
            ("rolling six", by_time.make("rolling six", LEVELS, WINDOW)),
            ("TITE-BOIN", by_time.make("TITE-BOIN: target 0.3, at most 12", LEVELS, WINDOW)),
        )
    },
    **{name: (design, LEVELS) for name, design in OF_RESPONSES.items()},
    "single arm, monitored for deaths": (
        MonitoredDesign(
            SingleArmDesign("arm-1", 8), "arm-1", monitoring.rule(monitoring.Bayesian(0.1, 0.7), 8), 12, Event.DEATH
        ),
        ("arm-1",),
    ),
    **{
        f"{name}, with backfill": (BackfillDesign(escalation(name), 5, 6), LEVELS)
        for name in (
            "1+1: with de-escalation",
            "BOIN: target 0.4, cohorts of 2, at most 12",
            "3+3: with de-escalation, at most 9",
        )
    },
    "BOIN, with backfill, staggered": (
        StaggeredDesign(BackfillDesign(escalation("BOIN: target 0.4, cohorts of 2, at most 12"), 6), 2, 2, WINDOW),
        LEVELS,
    ),
    "single arm": (SingleArmDesign("arm-1", 6), ("arm-1",)),
    "parallel": (ParallelDesign(("arm-1", "arm-2"), (2, 1), (6, 3)), ("arm-1", "arm-2")),
    "parallel, not randomised": (ParallelDesign(("arm-1", "arm-2"), (1, 1), (4, 4), False), ("arm-1", "arm-2")),
    **{
        f"select by time ({name[:9]}), then compare": (
            SelectThenCompareDesign(by_time.make(name, LEVELS, WINDOW), COMPARISON),
            (*LEVELS, "arm-4", "arm-5"),
        )
        for name in ("rolling six", PACED, "TITE-BOIN: target 0.3, at most 12")
    },
    "select, then compare": (
        SelectThenCompareDesign(escalation("3+3: stop at two"), COMPARISON),
        (*LEVELS, "arm-4", "arm-5"),
    ),
}


def compared(trial, arms, **how):
    with tempfile.TemporaryDirectory() as folder:
        return differences(Path(folder) / "ledger", trial.facts, trial.decisions, trial.design, arms, **how)


@pytest.mark.parametrize("name", DESIGNS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_trial_read_back_from_its_ledger_is_the_same_trial(name, data):
    design, arms = DESIGNS[name]
    choose = lambda n: data.draw(st.integers(0, n - 1))  # noqa: E731
    trial = HandWritten(design, arms, choose, responses=name in OF_RESPONSES).run(most=data.draw(st.integers(1, 8)))
    assert compared(trial, arms, override=OVERRIDE) == []


@pytest.mark.parametrize("name", DESIGNS)
def test_longer_trials_read_back_the_same(name):
    design, arms = DESIGNS[name]
    for seed in range(2):
        trial = seeded(design, arms, seed, most=18, responses=name in OF_RESPONSES)
        assert compared(trial, arms, override=OVERRIDE) == []


@pytest.mark.parametrize("name", ["3+3: stop at two", "rolling six, staggered", "BOIN12", "select, then compare"])
def test_a_trial_in_a_database_reads_back_the_same(name):
    design, arms = DESIGNS[name]
    trial = seeded(design, arms, 3, most=10, responses=name in OF_RESPONSES)
    assert compared(trial, arms, override=OVERRIDE, store=in_sqlite) == []


@pytest.mark.parametrize("name", PROTOCOLS)
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_a_simulated_trial_is_conducted_without_an_override(name, seed):
    """What the simulator did, the commands allow: every enrolment had a place, every arm was open."""
    protocol = PROTOCOLS[name]
    design = build(protocol)
    trial = simulate.run(protocol, troubled(protocol), seed=seed)
    arms = tuple(arm.id for arm in protocol.arms)
    with tempfile.TemporaryDirectory() as folder:
        assert differences(Path(folder) / "ledger", trial.facts, trial.decisions, design, arms) == []


ESCALATION = "3+3: six required at the MTD, with de-escalation"


@pytest.mark.parametrize("mutant", MUTANTS)
def test_every_fault_between_source_and_ledger_is_noticed(mutant):
    """Each mutant is noticed in each way in which it must show (data, state, decision, recorded decision), and by a
    comparison, not only because the ledger refused what it was given."""
    bench, must_show = MUTANTS[mutant]
    design, arms = DESIGNS[ESCALATION]
    shown: dict[str, int] = {}
    for seed in range(40):
        trial = seeded(design, arms, seed)
        for found in compared(trial, arms, bench=bench, override=OVERRIDE):
            shown.setdefault(found.kind, seed)
        if must_show <= shown.keys():
            break
    assert must_show <= shown.keys(), f"{mutant}: noticed only as {shown} (kind: first trial)"


@pytest.mark.parametrize("mutant", RESPONSE_MUTANTS)
@pytest.mark.parametrize("name", ["two stages", "BOIN12"])
def test_every_fault_in_responses_is_noticed(name, mutant):
    bench, must_show = RESPONSE_MUTANTS[mutant]
    shown: dict[str, int] = {}
    for seed in range(60):
        trial = seeded(OF_RESPONSES[name], LEVELS, seed, responses=True)
        for found in compared(trial, LEVELS, bench=bench, override=OVERRIDE):
            shown.setdefault(found.kind, seed)
        if must_show <= shown.keys():
            break
    assert must_show <= shown.keys(), f"{mutant}: noticed only as {shown} (kind: first trial)"


def test_entering_ends_when_they_come_changes_nothing_that_is_known_on_any_day():
    for seed in range(10):
        facts = seeded(*DESIGNS[ESCALATION], seed).facts
        source = TrialData.from_facts(facts)
        entered = TrialData.from_facts(due.fact for due in entries_due(facts))
        for day in {*source.days(), *entered.days()}:
            assert source.as_of(day).difference(entered.as_of(day), content_only=True) is None


def test_hand_written_trials_hold_what_they_are_to_test():
    """A generator that makes only tame trials would let every mutant live."""
    trials = [seeded(*DESIGNS[ESCALATION], seed) for seed in range(20)]
    facts = [fact for trial in trials for fact in trial.facts]
    assert any(fact.retracted and fact.domain == domain for fact in facts for domain in ("XD",))
    assert any(fact.version > 1 and fact.domain == "XD" and not fact.retracted for fact in facts)
    assert any(fact.known > fact.day and fact.version == 1 for fact in facts)
    assert any((fact.values.get("ENDAY") or 0) > fact.known for fact in facts)
    kinds = {type(point.decision).__name__ for trial in trials for point in trial.decisions}
    assert kinds == {"Enrol", "Wait", "Stop"}
    assert len({replace(point.decision, reason="") for trial in trials for point in trial.decisions}) > 20
