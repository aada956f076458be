"""Characteristics by Monte Carlo: which rules are simulated, what is said of it, and that the numbers are right."""

import inspect
import json
from dataclasses import replace

import numpy as np
import pytest

from made_up_protocols import escalation, parallel, protocol_of
from trialwright.cli import trials
from trialwright.cli.characteristics import as_text
from trialwright.core.errors import StageError, UsageError
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.kinds import Parallel, SelectThenCompare
from trialwright.simulate import characteristics
from trialwright.simulate.estimated import TRIALS, Sampling
from trialwright.simulate.runs import estimate

TRUTH = (0.05, 0.25, 0.45)
FEW = Sampling(trials=40, seed=3)


def ruled(rule):
    protocol = escalation()
    return replace(protocol, design=replace(protocol.design, rule=rule, readings=()))


@pytest.mark.parametrize(
    "rule",
    [
        "rolling six",
        "TITE-BOIN: target 0.3, at most 9",
        "3+3: stop at two, first 2 at a level 7 days apart",
        "BOIN: target 0.3, at most 9, backfill up to 6 at a level",
        "BOIN12: toxicity 0.35, efficacy 0.25, at most 9, response within 56 days",
    ],
)
def test_a_rule_that_decides_by_days_is_simulated(rule):
    found = characteristics(ruled(rule), TRUTH, FEW)
    (one,) = found.estimated
    assert (found.rules, found.problems) == ((), ())
    assert one.truth.rates == TRUTH
    assert one.runs.seed == 3
    assert len(one.runs.endings) == 40
    assert one.backfills == ("backfill" in rule)
    assert (one.runs.expected_backfilled.value > 0) == one.backfills
    for ending in one.runs.endings:
        assert sum(ending.by_level) == ending.enrolled
        assert all(y <= n for y, n in zip(ending.dlts_by_level, ending.by_level, strict=True))
    said = json.loads(json.dumps(found.to_json(), allow_nan=False))["estimated"][0]
    assert said["simulated_because"] == "it decides by days"
    assert (said["trials"], said["seed"]) == (40, 3)
    assert all(said["selection"][key]["se"] > 0 for key in ("none", "1", "2", "3"))
    text = as_text(found)
    assert "40 simulated trials, seed 3; each figure with its standard error (+-)" in text
    assert "Exact" not in text


def test_the_other_readings_stay_exact():
    protocol = escalation()
    design = replace(protocol.design, rule="rolling six")
    found = characteristics(replace(protocol, design=design), None, FEW)
    assert len(found.rules) == len(found.truths) * len(set(design.readings))
    assert [one.rule for one in found.estimated] == ["rolling six"]
    assert found.estimated[0].truth.name == "gentle"


def test_a_rule_with_too_many_states_is_simulated_and_says_why(monkeypatch):
    def too_large(rule):
        raise StageError("DES-104", "too many states")

    monkeypatch.setattr("trialwright.design.exact.compile", too_large)
    (one,) = characteristics(ruled("3+3: stop at two"), TRUTH, FEW).estimated
    assert one.why == "its states are too many to be computed exactly"


def test_the_first_part_of_two_is_simulated_alone():
    first, second = escalation(), parallel()
    arms = (
        *first.arms,
        Arm("arm-2", "selected dose", ArmRole.EXPERIMENTAL, (), "armGroups[1]", part=2),
        Arm("arm-3", "placebo", ArmRole.PLACEBO_CONTROL, (), "armGroups[2]", part=2),
    )
    by_days = replace(first.design, rule="rolling six", readings=())
    design = SelectThenCompare(by_days, Parallel(("arm-2", "arm-3"), (1, 1), 40, True))
    protocol = protocol_of(arms, design, second.outcomes, levels=first.dose_levels, dlt=first.dlt)
    found = characteristics(protocol, TRUTH, FEW)
    (one,) = found.estimated
    assert max(ending.enrolled for ending in one.runs.endings) <= 40
    selected = 1 - one.runs.selection(3)[0].value
    for both in found.overall:
        assert both.success == pytest.approx(selected * both.power)
        assert both.se == pytest.approx(one.runs.selection(3)[0].se * both.power)
    assert found.overall
    assert " +-" in as_text(found).split("found to differ from control")[1]


def test_what_cannot_be_run_is_a_problem_that_says_what_is_wrong_with_it():
    found = characteristics(ruled("BOIN: target 0.3, at most 30, backfill up to 0 at a level"), TRUTH, FEW)
    assert [(one.code, "up to 0 at a level" in one.message) for one in found.problems] == [("SIM-030", True)]
    assert (found.rules, found.estimated) == ((), ())
    assert "SIM-030" in as_text(found)


def test_progress_is_told_and_workers_change_nothing():
    told = []
    protocol = ruled("rolling six")
    alone = characteristics(protocol, TRUTH, replace(FEW, progress=lambda done, of: told.append((done, of))))
    shared = characteristics(protocol, TRUTH, replace(FEW, workers=2))
    assert told == [(20, 40), (40, 40)]
    assert alone.estimated == shared.estimated
    other = characteristics(protocol, TRUTH, replace(FEW, seed=4))
    assert other.estimated[0].runs.endings != alone.estimated[0].runs.endings


def test_no_trials_are_refused():
    with pytest.raises(UsageError) as refused:
        characteristics(ruled("rolling six"), TRUTH, Sampling(trials=0))
    assert refused.value.code == "SIM-040"


def test_the_command_line_simulates_as_many_as_python():
    assert inspect.signature(trials.simulate).parameters["trials"].default == TRIALS


@pytest.mark.parametrize(
    ("values", "value", "se"),
    [
        ([True] * 30, 1.0, 0.05),  # all of 30: half of the bound 3 / 30
        ([True] * 2 + [False] * 2, 0.5, 0.2886751),
        ([4, 4, 4], 4.0, 0.0),
    ],
)
def test_a_standard_error_is_never_none_for_a_share(values, value, se):
    found = estimate(np.array(values))
    assert (found.value, found.se) == (pytest.approx(value), pytest.approx(se))
