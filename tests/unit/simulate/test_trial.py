"""One simulated trial: the same for a seed, obedient to its design, and honest about what the protocol lacks."""

from dataclasses import replace

import pytest

from made_up_protocols import escalation, outcome, parallel, points, protocol_of, single
from trialwright.core.errors import StageError
from trialwright.dataset.state import state_of
from trialwright.design import build
from trialwright.protocol.arms import Arm, ArmRole, Treatment
from trialwright.protocol.decisions import Enrol, Stop, Wait
from trialwright.protocol.dosing import Dosing
from trialwright.protocol.kinds import SingleArm, Unsupported
from trialwright.protocol.outcomes import OutcomeType, Parameter
from trialwright.protocol.schedule import Encounter
from trialwright.simulate import run, scenarios
from trialwright.simulate.scenario import ByGroup

EVERY = [escalation(), parallel(), single()]


def simulate(protocol, seed=1, number=0):
    return run(protocol, scenarios.for_protocol(protocol)[number], seed=seed)


@pytest.mark.parametrize("protocol", EVERY)
def test_a_seed_names_one_trial(protocol):
    first, again, other = simulate(protocol), simulate(protocol), simulate(protocol, seed=2)
    assert first.facts == again.facts
    assert first.decisions == again.decisions
    assert first.facts != other.facts


@pytest.mark.parametrize("protocol", EVERY)
def test_the_design_saw_exactly_what_was_known(protocol):
    scenario = scenarios.for_protocol(protocol)[0]
    disturbed = replace(scenario.conduct, corrected=0.5, late=0.4, drop_out=0.2, missed_dose=0.2)
    trial = run(protocol, replace(scenario, conduct=disturbed), seed=5)
    design = build(protocol)
    for point in trial.decisions:
        seen = trial.facts[: point.facts_before]
        assert all(fact.known <= point.day for fact in seen)
        assert all(fact.known >= point.day for fact in trial.facts[point.facts_before :])
        assert design.decide(state_of(seen, point.day)) == point.decision


@pytest.mark.parametrize("protocol", EVERY)
def test_the_trial_obeys(protocol):
    trial = simulate(protocol, seed=3)
    assert trial.stop is not None
    assert isinstance(trial.decisions[-1].decision, Stop)
    assert not any(isinstance(point.decision, Stop) for point in trial.decisions[:-1])
    entered = [f for f in trial.facts if f.domain == "DM" and "ARMCD" in f.values]
    offers = [point for point in trial.decisions if isinstance(point.decision, Enrol)]
    place = {fact.key: number for number, fact in enumerate(trial.facts)}
    for fact in entered:
        offer = [p for p in offers if p.facts_before <= place[fact.key]][-1]
        assert offer.day == fact.day
        assert fact.values["ARMCD"] in offer.decision.arms
        assert fact.values["DOSELVL"] == offer.decision.dose_level
    for day in {f.day for f in entered}:
        offered = sum(p.day == day for p in offers)
        assert sum(f.day == day for f in entered) <= offered


def test_another_outcome_leaves_everything_else_as_it_was():
    protocol = parallel()
    more = outcome(20, OutcomeType.CONTINUOUS, points(28), Parameter("EXTRA", "something else", "FT"))
    longer = replace(protocol, outcomes=(*protocol.outcomes, more))
    first, second = simulate(protocol), simulate(longer)
    domains = ("DM", "DS", "EX", "AE", "IE")
    assert [f for f in first.facts if f.domain in domains] == [f for f in second.facts if f.domain in domains]
    assert {f.values.get("TESTCD") for f in second.facts} - {f.values.get("TESTCD") for f in first.facts} == {"EXTRA"}
    values = {
        (f.subject, f.values["TESTCD"], f.values["VISITDY"]): f.values["STRESN"]
        for f in first.facts
        if f.domain == "FT"
    }
    for f in second.facts:
        if f.domain == "FT" and f.values["TESTCD"] != "EXTRA" and f.version == 1:
            old = values[f.subject, f.values["TESTCD"], f.values["VISITDY"]]
            assert old is None or f.values["STRESN"] in (old, pytest.approx(old * 10), pytest.approx(old / 10))


def test_the_sizes_and_the_ratio_are_kept():
    trial = simulate(parallel(), seed=11)
    counts = trial.data.table("DM").filter(trial.data.table("DM")["ARMCD"].is_not_null())["ARMCD"].value_counts()
    assert dict(counts.iter_rows()) == {"arm-1": 20, "arm-2": 10}


def test_every_administration_is_on_its_day_with_its_dose():
    trial = simulate(parallel(), seed=4)
    given = [f for f in trial.facts if f.domain == "EX" and f.values["OCCUR"] == "Y" and f.version == 1]
    assert {f.values["VISITDY"] for f in given} == {0, 3, 6}
    planned = {f.values["EXPDOSE"] for f in given if f.values["EXTRT"] == "UC-MSC"}
    assert planned == {"40000000"}


def test_every_kind_of_outcome_leaves_rows():
    trial = simulate(parallel())
    codes = {f.values.get("TESTCD") for f in trial.facts} | {f.values.get("PRCAT") for f in trial.facts}
    wanted = {p.code for o in parallel().outcomes for p in o.derivation.parameters}
    assert wanted <= codes


def test_a_dose_that_is_not_stated_is_left_out_with_a_problem():
    treatment = Treatment("cells", None, Dosing(), "interventions[0]")
    arms = (Arm("arm-1", "Cells", ArmRole.EXPERIMENTAL, (treatment,), "armGroups[0]"),)
    trial = simulate(protocol_of(arms, SingleArm("arm-1", 4), size=4))
    assert [p.code for p in trial.problems] == ["SIM-010"]
    doses = [f for f in trial.facts if f.domain == "EX"]
    assert len(doses) == 4
    assert all(f.values["EXPDOSE"] is None for f in doses)


def test_an_outcome_without_a_day_is_left_out_with_a_problem():
    from trialwright.protocol.timeframe import FrameKind, TimeFrame

    frame = TimeFrame("to be decided", FrameKind.UNPARSEABLE)
    nowhere = outcome(1, OutcomeType.CONTINUOUS, frame, Parameter("NODAY", "no day", "LB"))
    protocol = replace(single(), outcomes=(nowhere,))
    trial = simulate(protocol)
    assert [p.code for p in trial.problems] == ["SIM-015"]
    assert not any(f.domain == "LB" for f in trial.facts)


def test_a_design_that_cannot_run_is_refused_with_its_reason():
    arms = single().arms
    protocol = protocol_of(arms, Unsupported("observational cohort", ("arm-1",), "nobody is assigned"))
    with pytest.raises(StageError) as found:
        simulate(protocol)
    assert found.value.code == "SIM-020"
    assert "nobody is assigned" in found.value.message


class _Stuck:
    name = "a design that waits for ever"

    def decide(self, state):
        return Wait(None, "nothing will come")


def test_a_design_that_never_ends_is_cut_off_and_said_so():
    protocol = single()
    trial = run(protocol, scenarios.for_protocol(protocol)[0], seed=1, design=_Stuck())
    assert trial.closed is None
    assert trial.stop is None
    assert [p.code for p in trial.problems] == ["SIM-021"]


def test_only_what_decides_gives_the_same_decisions():
    protocol = escalation()
    scenario = scenarios.for_protocol(protocol)[0]
    full = run(protocol, scenario, seed=9)
    light = run(protocol, scenario, seed=9, deciding_only=True)
    deciding = ("DM", "DS", "EX", "XD")
    assert [f for f in full.facts if f.domain in deciding] == [f for f in light.facts if f.domain in deciding]
    assert full.stop == light.stop


@pytest.mark.parametrize("latest", [-1, 0])
def test_the_screening_visit_falls_where_the_schedule_wants_it(latest):
    protocol = replace(parallel(), schedule=(Encounter(1, "Screening", -14, -14, latest, ("CONSENT",)),))
    trial = simulate(protocol)
    doses = {}
    for fact in trial.facts:
        if fact.domain == "EX" and fact.values["OCCUR"] == "Y":
            doses.setdefault(fact.subject, fact.day)
    days = [f.day - doses[f.subject] for f in trial.facts if f.domain == "SV" and f.values["VISIT"] == "Screening"]
    assert len(days) == 30
    assert max(days) == latest
    assert min(days) >= -14


def test_nothing_is_related_to_a_treatment_that_nobody_received():
    bare = Arm("arm-2", "Usual care", ArmRole.NO_TREATMENT_CONTROL, (), "armGroups[1]")
    protocol = replace(parallel(), arms=(parallel().arms[0], bare))
    scenario = scenarios.for_protocol(protocol)[0]
    events = replace(scenario.adverse_events, rate=ByGroup(3.0, 3.0))
    trial = run(protocol, replace(scenario, adverse_events=events), seed=1)
    arms = {f.subject: f.values["ARMCD"] for f in trial.facts if f.domain == "DM" and f.values.get("ARMCD")}
    related = {(arms[f.subject], f.values["AEREL"]) for f in trial.facts if f.domain == "AE"}
    assert related == {("arm-1", "Y"), ("arm-1", "N"), ("arm-2", "N")}


def test_nobody_has_a_toxicity_after_leaving():
    protocol = escalation()
    scenario = replace(scenarios.for_protocol(protocol)[0], dlt=(0.3, 0.3, 0.3))
    scenario = replace(scenario, conduct=replace(scenario.conduct, drop_out=0.9, corrected=0))
    seen = 0
    for seed in range(12):
        trial = run(protocol, scenario, seed=seed)
        gone = {
            f.subject: f.day
            for f in trial.facts
            if f.domain == "DS" and f.values["DSDECOD"] in ("LOST TO FOLLOW-UP", "WITHDRAWAL BY SUBJECT", "DEATH")
        }
        for fact in trial.facts:
            if fact.domain in ("XD", "AE") and fact.subject in gone:
                found = fact.domain == "AE" or fact.values["XDDLT"] == "Y"
                seen += found
                assert not found or fact.day <= gone[fact.subject]
    assert seen > 10
