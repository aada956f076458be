"""Two-stage designs, monitoring and BOIN12 by name, and protocols that declare them."""

from dataclasses import replace

import pytest

from made_up_protocols import escalation, parallel, single
from trialwright.core.errors import StageError, UsageError
from trialwright.dataset.columns import RESPONSE_TESTCD
from trialwright.design import build
from trialwright.design.from_protocol import rule_of
from trialwright.design.phase2 import names
from trialwright.design.phase2.boin12_design import Boin12Design
from trialwright.design.phase2.monitored import Event, MonitoredDesign
from trialwright.design.phase2.responses import Leavers
from trialwright.design.phase2.two_stage_design import TwoStageDesign
from trialwright.protocol import files
from trialwright.protocol.kinds import SelectThenCompare
from trialwright.simulate import run, scenarios
from trialwright.simulate.scenario import Assumes

BOIN12 = "BOIN12: toxicity 0.35, efficacy 0.25, utilities 100/40/60/0, at most 18, enough at 9, response within 40 days"


def ruled(protocol, rule):
    return replace(protocol, design=replace(protocol.design, rule=rule))


@pytest.mark.parametrize(
    "name",
    [
        "two stages: 1/10, 5/29, response within 56 days",
        "two stages: 0/3, 2/7, response within 0 days, decided as soon as it is certain",
        "two stages: 1/10, 5/29, response within 56 days, whoever left counts as no response",
    ],
)
def test_a_two_stage_name_is_read_as_it_is_written(name):
    assert names.two_stages(name, "arm-1").name == name


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ("Simon: optimal, p0 0.1, p1 0.3, alpha 0.05, power 0.8, response within 8 days", "two stages: 1/10, 5/29"),
        ("simon: minimax, p0 .1, p1 .3, alpha .05, beta .2, response within 8 days", "two stages: 1/15, 5/25"),
        (
            "Simon: admissible, weight 0.4, p0 0.1, p1 0.3, alpha 0.05, beta 0.2, response within 8 days",
            "two stages: 1/11, 5/27",
        ),
    ],
)
def test_simon_finds_the_numbers_of_the_table(asked, rule):
    assert names.two_stages(asked, "arm-1").rule.name == rule


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("two stages: 1/10, 5/29", "DES-330"),
        ("two stages: 1/10, response within 56 days", "DES-330"),
        ("two stages: 9/4, 5/29, response within 56 days", "DES-304"),
        ("two stages: 1/10, 5/29, response within 56 days, perhaps", "DES-330"),
        ("Simon: optimal, p0 0.1, p1 0.3, response within 56 days", "DES-330"),
        ("Simon: admissible, p0 0.1, p1 0.3, alpha 0.05, beta 0.2, response within 56 days", "DES-330"),
        ("Simon: optimal, p0 0.3, p1 0.1, alpha 0.05, beta 0.2, response within 56 days", "DES-301"),
        ("two stages: 1/10, 5/29, response within 5 days; two stages: 1/10, 5/29, response within 5 days", "DES-330"),
    ],
)
def test_what_a_two_stage_name_lacks_is_said(asked, code):
    with pytest.raises(UsageError, match=code) as caught:
        names.two_stages(asked, "arm-1")
    assert caught.value.expected


def test_a_single_arm_is_run_in_two_stages_whatever_size_is_registered():
    protocol = ruled(single(), "two stages: 1/4, 3/9, response within 56 days")
    design = build(replace(protocol, design=replace(protocol.design, size=None)))
    assert isinstance(design, TwoStageDesign)
    assert (design.arm, design.window, design.rule.n) == ("arm-1", 56, 9)
    assert build(single(), rule="two stages: 1/4, 3/9, response within 56 days") == design


def test_monitoring_takes_its_size_from_the_design_and_its_window_from_the_protocol():
    protocol = ruled(
        replace(parallel(), dlt=escalation().dlt),
        "monitored for toxicity in arm-1: limit 0.3, false stop 0.1; monitored for deaths in arm-2 within 60 days: "
        "limit 0.2, level 0.05, of 10, first 3, every 2",
    )
    deaths = build(protocol)
    assert isinstance(deaths, MonitoredDesign)
    assert (deaths.event, deaths.arm, deaths.window, deaths.rule.looks) == (Event.DEATH, "arm-2", 60, (3, 5, 7, 9, 10))
    toxicity = deaths.inner
    assert isinstance(toxicity, MonitoredDesign)
    assert (toxicity.event, toxicity.arm, toxicity.window, toxicity.rule.most) == (Event.TOXICITY, "arm-1", 28, 20)
    assert toxicity.rule.characteristics([0.3]).prob_crossed[0] <= 0.1


def test_two_stages_can_be_monitored():
    rule = "two stages: 1/4, 3/9, response within 56 days; monitored for deaths within 28 days: limit 0.3"
    design = build(single(), rule=rule)
    assert isinstance(design, MonitoredDesign)
    assert isinstance(design.inner, TwoStageDesign)
    assert design.rule.most == 9


@pytest.mark.parametrize(
    ("protocol", "rule", "code"),
    [
        (parallel(), "two stages: 1/4, 3/9, response within 56 days", "DES-023"),
        (parallel(), "monitored for deaths within 28 days: limit 0.3", "DES-335"),
        (parallel(), "monitored for deaths in arm-3 within 28 days: limit 0.3", "DES-335"),
        (single(), "monitored for deaths: limit 0.3", "DES-332"),
        (single(), "monitored for toxicity: limit 0.3", "DES-332"),
        (single(), "monitored for headaches within 28 days: limit 0.3", "DES-330"),
        (single(), "monitored for deaths within 28 days: cutoff 0.9", "DES-330"),
        (single(), "monitored for deaths within 28 days: limit 0.3, level 0.05, cutoff 0.9", "DES-330"),
        (single(), "monitored for deaths within 28 days: limit 1.3", "DES-310"),
        (single(), "3+3: stop at two", "DES-023"),
        (escalation(), "BOIN12: toxicity 0.35, at most 18", "DES-330"),
        (escalation(), "BOIN12: toxicity 0.35, at most 18, response within 28 days, perhaps", "DES-330"),
    ],
)
def test_what_does_not_fit_the_protocol_is_refused(protocol, rule, code):
    with pytest.raises(UsageError, match=code) as caught:
        build(protocol, rule=rule)
    assert caught.value.expected


def test_a_monitoring_of_a_second_part_is_refused_and_not_left_out():
    second = replace(parallel().design, arms=("arm-4", "arm-5"), rule="monitored for deaths in arm-4: limit 0.3")
    protocol = replace(escalation(), design=SelectThenCompare(escalation().design, second))
    with pytest.raises(UsageError, match="DES-336"):
        build(protocol)


def test_a_monitoring_without_a_known_size_is_refused():
    protocol = replace(single(), design=replace(single().design, size=None))
    with pytest.raises(StageError, match="DES-021"):
        build(protocol, rule="monitored for deaths within 28 days: limit 0.3")


def test_boin12_is_read_as_it_is_written():
    design = build(ruled(escalation(), BOIN12))
    assert isinstance(design, Boin12Design)
    assert (design.dlt_window, design.window, design.leavers) == (28, 40, Leavers.AWAITED)
    again = build(ruled(escalation(), design.name + ", whoever left counts as no response"))
    assert again.rule == design.rule
    assert again.leavers is Leavers.NO_RESPONSE
    odd = (
        "BOIN12: toxicity 0.3, efficacy 0.2, utilities 100/30/50/0, cohorts of 2, at most 20, eliminate above 0.9 "
        "(toxic) and 0.8 (futile), start at level 2, settle from 4, no exploration"
    )
    assert names.boin12(odd, 3)[0].name == odd


def test_boin12_is_no_counting_rule():
    with pytest.raises(UsageError, match="DES-334"):
        rule_of(ruled(escalation(), BOIN12).design)


@pytest.mark.parametrize(
    "protocol",
    [
        ruled(single(), "two stages: 1/4, 3/9, response within 56 days"),
        ruled(parallel(), "monitored for deaths in arm-1 within 28 days: limit 0.3"),
        ruled(escalation(), BOIN12),
    ],
    ids=["two stages", "monitored", "BOIN12"],
)
def test_a_protocol_file_keeps_the_rule(protocol):
    text = files.dump(protocol)
    assert files.load(text) == protocol
    assert f"rule: {protocol.design.rule[:20]}" in text.replace("'", "")


def test_scenarios_take_the_response_rates_from_the_hypotheses_of_the_design():
    simon = "Simon: optimal, p0 0.1, p1 0.3, alpha 0.05, power 0.8, response within 56 days"
    found = {each.assumes: each.response for each in scenarios.for_protocol(ruled(single(), simon))}
    assert (found[Assumes.NULL], found[Assumes.PLANNED]) == ((0.1,), (0.3,))
    assert [len(each.response) for each in scenarios.for_protocol(ruled(escalation(), BOIN12))][:2] == [3, 3]
    assert {each.response for each in scenarios.for_protocol(single())} == {()}


@pytest.mark.parametrize(
    "rule",
    [
        BOIN12 + ", first 2 at a level 7 days apart",
        "3+3: stop at two, backfill up to 9 at a level where a response was seen",
    ],
)
def test_whatever_looks_at_responses_is_simulated_with_them(rule):
    protocol = ruled(escalation(), rule)
    protocol = replace(protocol, design=replace(protocol.design, readings=()))
    scenario = scenarios.for_protocol(protocol)[1]
    assert scenario.response == (0.4, 0.4, 0.4)
    trial = run(protocol, scenario, seed=2)
    assert trial.stop is not None
    assert any(fact.values.get("TESTCD") == RESPONSE_TESTCD for fact in trial.facts)


def test_a_simulated_trial_holds_a_response_for_everyone_dosed_and_none_without_such_a_rule():
    protocol = ruled(single(), "two stages: 1/4, 3/9, response within 56 days")
    trial = run(protocol, scenarios.for_protocol(protocol)[1], seed=5)
    rows = [fact for fact in trial.facts if fact.values.get("TESTCD") == RESPONSE_TESTCD and fact.version == 1]
    dosed = {fact.subject for fact in trial.facts if fact.domain == "EX" and fact.values.get("OCCUR") == "Y"}
    assert {fact.subject for fact in rows} == dosed
    assert len(rows) == len(dosed) >= 4
    assert {fact.values["STRESC"] for fact in rows} <= {"Y", "N"}
    plain = run(single(), scenarios.for_protocol(single())[1], seed=5)
    assert not any(fact.values.get("TESTCD") == RESPONSE_TESTCD for fact in plain.facts)


def test_a_wrong_first_entry_of_a_response_is_the_other_answer_and_is_corrected():
    protocol = ruled(single(), "two stages: 1/4, 3/9, response within 56 days")
    scenario = scenarios.for_protocol(protocol)[1]
    trial = run(protocol, replace(scenario, conduct=replace(scenario.conduct, corrected=1.0)), seed=5)
    rows = {}
    for fact in trial.facts:
        if fact.values.get("TESTCD") == RESPONSE_TESTCD:
            rows.setdefault(fact.key, []).append(fact.values["STRESC"])
    assert rows
    assert {frozenset(answers) for answers in rows.values()} == {frozenset("YN")}
