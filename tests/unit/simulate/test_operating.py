"""Operating characteristics: the parts that each kind of design has, and their shape."""

import json
from dataclasses import replace

import pytest

from made_up_protocols import escalation, parallel, protocol_of, single
from trialwright.cli.characteristics import as_text
from trialwright.core.errors import UsageError
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.kinds import Parallel, SelectThenCompare, SingleArm, Unsupported
from trialwright.simulate import characteristics
from trialwright.simulate.operating import overall_success
from trialwright.simulate.truth import default_truths


def test_the_shape_that_the_command_line_prints():
    found = json.loads(json.dumps(characteristics(escalation(), [0.05, 0.10, 0.20]).to_json()))
    assert {"trial", "design", "truth", "readings", "assumptions", "problems"} <= found.keys()
    assert found["truth"] == [0.05, 0.10, 0.20]
    assert len(found["readings"]) == 4
    for reading in found["readings"]:
        assert {"rule", "expected_n", "prob_n_at_most", "selection", "prob_completed", "mass_error"} <= reading.keys()
        assert list(reading["selection"]) == ["none", "1", "2", "3"]
        assert sum(reading["selection"].values()) == pytest.approx(1)
        assert reading["mass_error"] < 1e-12
        by_n = list(reading["prob_n_at_most"].values())
        assert by_n == sorted(by_n)
        assert by_n[-1] == pytest.approx(1)


@pytest.mark.parametrize("levels", [1, 2, 4, 6])
@pytest.mark.parametrize("size", [2, 3, 4])
def test_any_number_of_levels_and_any_cohort_size(levels, size):
    protocol = escalation()
    design = replace(protocol.design, levels=levels, arms=("arm-1",) * levels, cohort_size=size)
    truth = [0.1 + 0.05 * j for j in range(levels)]
    found = characteristics(replace(protocol, design=design), truth)
    assert not found.problems
    assert all(len(rule.selection) == levels + 1 for rule in found.rules)
    assert all(rule.expected_n >= size for rule in found.rules)


def test_without_a_truth_each_reading_is_computed_under_each_default():
    found = characteristics(escalation())
    assert len(found.rules) == 4 * len(default_truths(3))
    assert found.truths[0].rates == (0.05, 0.10, 0.20)


@pytest.mark.parametrize("truth", [[0.1], [0.1, 0.2, 1.2], [0.1, 0.2, 0.3, 0.4]])
def test_a_truth_that_does_not_fit_is_refused(truth):
    with pytest.raises(UsageError) as found:
        characteristics(escalation(), truth)
    assert found.value.code == "SIM-003"


def test_what_the_registered_number_means_depends_on_what_it_is():
    protocol = escalation()
    open_, target, actual = (
        characteristics(replace(protocol, enrolment=replace(protocol.enrolment, type=kind)), [0.05, 0.1, 0.2])
        .rules[0]
        .registered
        for kind in (None, "ESTIMATED", "ACTUAL")
    )
    assert "not known whether 9" in open_.statement
    assert target.statement.startswith("9 is the target")
    assert "not a target" in actual.statement
    assert open_.prob_at_most == pytest.approx(0.49529120)
    assert open_.prob_more == pytest.approx(1 - 0.49529120)


def test_a_rule_that_is_not_there_leaves_a_problem_and_the_others():
    protocol = escalation()
    design = replace(protocol.design, rule="4 and a half")
    found = characteristics(replace(protocol, design=design), [0.1, 0.2, 0.3])
    assert [p.code for p in found.problems] == ["SIM-030"]
    assert len(found.rules) == 3


def test_a_single_arm_of_nine():
    found = characteristics(single()).binomial
    assert [s.events for s in found.statements] == list(range(10))
    assert found.statements[0].upper == pytest.approx(0.33627, abs=1e-5)
    unknown = characteristics(replace(single(), design=SingleArm("arm-1", None)))
    assert [p.code for p in unknown.problems] == ["SIM-032"]


def test_a_two_stage_trial_that_is_monitored_has_the_exact_figures_of_both():
    rule = (
        "Simon: optimal, p0 0.1, p1 0.3, alpha 0.05, power 0.8, response within 56 days; "
        "monitored for deaths within 60 days: limit 0.3, cutoff 0.974, of 9"
    )
    found = characteristics(replace(single(), design=SingleArm("arm-1", None, rule)))
    stages, deaths = found.one_arm
    assert [row.rate for row in stages.stages] == [0.1, 0.3]
    assert stages.stages[0].prob_promising == pytest.approx(0.0471, abs=5e-5)
    assert stages.stages[0].prob_stopped_early == pytest.approx(0.7361, abs=5e-5)
    assert stages.stages[0].expected_n == pytest.approx(15.01, abs=5e-3)
    assert stages.stages[1].prob_promising == pytest.approx(0.8051, abs=5e-5)
    assert [row["rate"] for row in deaths.monitored] == [0.15, 0.3, 0.45, 0.6]
    assert deaths.monitored[1]["prob_crossed"] == pytest.approx(0.0781, abs=5e-5)
    assert deaths.event == "deaths within 60 days"
    assert found.binomial.n == 29
    assert not found.problems
    assert found.to_json()["one_arm"][1]["monitored"][3]["expected_n"] == pytest.approx(6.719, abs=5e-4)
    text = as_text(found)
    assert "at a true rate of 0.1: promising 0.0471, stopped after the first stage 0.7361, 15.01 participants" in text
    assert "at a true rate of 0.3: bound reached 0.0781" in text


def test_a_rule_that_cannot_be_read_is_a_problem_and_not_a_figure():
    found = characteristics(replace(single(), design=SingleArm("arm-1", 9, "two stages: 1/4")))
    assert [p.code for p in found.problems] == ["SIM-030"]
    assert found.one_arm == ()
    assert found.binomial.n == 9


def test_power_is_given_for_every_scenario_with_its_method():
    found = characteristics(parallel())
    assert [split.sizes for split in found.splits] == [(20, 10)]
    by_scenario = {item.scenario: item.power for item in found.powers}
    assert by_scenario["null"].power == pytest.approx(0.05)
    assert by_scenario["planned"].power > 0.2
    assert "Wilcoxon" in by_scenario["planned"].method


def test_an_assumed_ratio_gives_every_usual_split():
    protocol = parallel()
    found = characteristics(replace(protocol, design=replace(protocol.design, ratio=None)))
    assert [split.sizes for split in found.splits] == [(15, 15), (20, 10), (10, 20)]
    assert {split.basis for split in found.splits} == {"ratio assumed"}
    assert len(found.powers) == 3 * len(found.scenarios)


def test_dose_selection_followed_by_a_comparison_has_both_and_the_overall_success():
    first, second = escalation(), parallel()
    arms = (
        *first.arms,
        Arm("arm-2", "selected dose", ArmRole.EXPERIMENTAL, (), "armGroups[1]", part=2),
        Arm("arm-3", "placebo", ArmRole.PLACEBO_CONTROL, (), "armGroups[2]", part=2),
    )
    design = SelectThenCompare(first.design, Parallel(("arm-2", "arm-3"), (1, 1), 40, True))
    protocol = protocol_of(arms, design, second.outcomes, levels=first.dose_levels, dlt=first.dlt)
    found = characteristics(protocol, [0.05, 0.10, 0.20])
    assert found.rules
    assert found.powers
    planned = next(item for item in found.overall if item.scenario == "planned" and item.rule == "3+3: stop at two")
    assert planned.success == pytest.approx((1 - 0.026557859) * planned.power)
    assert "overall_success" in found.to_json()


def test_a_design_without_characteristics_says_so():
    protocol = protocol_of(single().arms, Unsupported("crossover", ("arm-1",), "the periods are not stated"))
    found = characteristics(protocol)
    assert [p.code for p in found.problems] == ["SIM-031"]
    assert not found.rules


def test_overall_success_weighs_power_by_selection():
    assert overall_success([0.2, 0.5], [0.5, 1.0]) == pytest.approx(0.6)
