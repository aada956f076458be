"""Drafting outcomes: levels, types, derivations, contradictions, proposed sets, the schedule."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.dataset.columns import COLUMNS
from trialwright.protocol.outcomes import Direction, OutcomeLevel, OutcomeType
from trialwright.protocol.outcomes.draft import draft_outcomes
from trialwright.protocol.outcomes.lexicon import concepts
from trialwright.protocol.outcomes.scales import bins, categories, features
from trialwright.protocol.schedule.draft import draft_schedule, outcome_days, windows
from trialwright.record.model import (
    ArmGroup,
    ArmsInterventionsModule,
    ConditionsModule,
    DesignInfo,
    DesignModule,
    Outcome,
    OutcomesModule,
    ProtocolSection,
    Study,
)
from trialwright.record.provenance import Coverage, Entry, Presence, Provenance
from trialwright.record.record import Origin, Record, Rendering

SCALE = "at least one point on a scale: 1. home; 2. ward; 3. oxygen; 4. ventilation; 5. death."


def record_of(*outcomes: tuple[str, str, str], lost: bool = False, **modules) -> Record:
    made = tuple(Outcome(measure=m, description=d, time_frame=t) for m, d, t in outcomes)
    held = OutcomesModule(other_outcomes=made) if lost else OutcomesModule(primary_outcomes=made)
    entries = {"protocolSection.outcomesModule.primaryOutcomes": Entry(Presence.LOST)} if lost else {}
    study = Study(protocol_section=ProtocolSection(outcomes_module=held, **modules))
    return Record(study, Provenance(entries), Origin("test", Rendering.V2_JSON, "0" * 64), Coverage(0, 0))


def one(measure: str, description: str = "", time_frame: str = "Day 28"):
    outcomes, _, problems, assumptions = draft_outcomes(record_of((measure, description, time_frame)))
    return outcomes[0], {p.code for p in problems}, assumptions


@pytest.mark.parametrize(
    ("measure", "description", "kind"),
    [
        ("Overall survival", "", OutcomeType.TIME_TO_EVENT),
        ("Progression-free survival (PFS)", "", OutcomeType.TIME_TO_EVENT),
        ("Objective response rate", "", OutcomeType.BINARY),
        ("Number of participants with adverse events", "", OutcomeType.ADVERSE_EVENTS),
        ("Number of participants with serious adverse events", "", OutcomeType.SERIOUS_ADVERSE_EVENTS),
        ("Dose limiting toxicities", "", OutcomeType.DOSE_LIMITING_TOXICITY),
        ("Maximum tolerated dose", "", OutcomeType.DOSE_LIMITING_TOXICITY),
        ("All-cause mortality", "", OutcomeType.MORTALITY),
        ("Pain by visual analogue scale", "", OutcomeType.CONTINUOUS),
        ("Quality of life (EQ-5D)", "", OutcomeType.CONTINUOUS),
        ("Cmax", "", OutcomeType.CONTINUOUS),
        ("Time to peak concentration (Tmax)", "", OutcomeType.CONTINUOUS),
        ("Length of hospital stay", "", OutcomeType.DURATION),
        ("Ventilator-free days", "", OutcomeType.DURATION),
        ("Number of exacerbations", "", OutcomeType.COUNT),
        ("WHO clinical progression scale", "", OutcomeType.ORDINAL),
        ("Seroconversion rate", "", OutcomeType.BINARY),
        ("Glubb", "the glubb of the wubb", OutcomeType.UNKNOWN),
    ],
)
def test_types(measure, description, kind):
    outcome, codes, _ = one(measure, description)
    assert outcome.type is kind
    assert ("DRAFT-201" in codes) is (kind is OutcomeType.UNKNOWN)


def test_levels_are_kept_and_a_lost_level_is_unknown():
    outcome, _, _ = one("Pain")
    assert (outcome.id, outcome.level, outcome.origin) == ("primary-1", OutcomeLevel.PRIMARY, "registry")
    outcomes, _, problems, _ = draft_outcomes(record_of(("Pain", "", "Day 1"), ("Sleep", "", "Day 1"), lost=True))
    assert [(o.id, o.level) for o in outcomes] == [
        ("outcome-1", OutcomeLevel.UNKNOWN),
        ("outcome-2", OutcomeLevel.UNKNOWN),
    ]
    assert "DRAFT-202" in {p.code for p in problems}


def test_a_count_of_participants_with_a_reduction_is_a_response_by_decrease():
    outcome, codes, _ = one("LDH", "Number of participants with a reduction in lactate dehydrogenase (mg/dL)", "Day 4")
    assert (outcome.type, outcome.derivation.responder) == (OutcomeType.BINARY, "decrease")
    assert outcome.derivation.parameters[0].code == "LDH"
    assert outcome.derivation.parameters[0].unit == "U/L"
    assert "DRAFT-205" in codes
    assert any(e.event == "death" and e.strategy == "composite" for e in outcome.intercurrent)


def test_a_change_without_direction_is_an_assumption():
    outcome, _, assumptions = one("Oxygen saturation", "Number of patients with changes in resting oxygen saturation")
    assert outcome.derivation.responder == "increase"
    assert any(a.must_confirm and "responder" in a.about for a in assumptions)


def test_improvement_on_a_listed_scale():
    outcome, _, assumptions = one("Time to clinical improvement in 28 days", f"one-point deduction, {SCALE}")
    assert outcome.type is OutcomeType.TIME_TO_EVENT
    assert outcome.derivation.improvement == 1
    assert [score for score, _ in outcome.derivation.parameters[0].categories] == [1, 2, 3, 4, 5]
    assert outcome.time_frame.end == 28.0
    assert outcome.direction is Direction.LOWER
    assert any("last" in a.why for a in assumptions)


def test_a_named_scale_with_another_scale_in_its_description_is_a_contradiction():
    outcome, codes, assumptions = one("mMRC dyspnea scale", f"Score: {SCALE}")
    assert [len(p.categories) for p in outcome.derivation.parameters] == [5, 5]
    assert "DRAFT-204" in codes
    assert any(a.must_confirm for a in assumptions)


def test_the_title_and_the_time_frame_name_other_days():
    _, codes, _ = one("Pain at day 10", "", "Day 28")
    assert "DRAFT-210" in codes


def test_what_cannot_be_read_is_said():
    assert "DRAFT-207" in one("Pain", "", "374")[1]
    assert "DRAFT-208" in one("Pain", "", "")[1]
    assert "DRAFT-211" in one("Pain", "", "until death")[1]


def test_lists_in_outcomes():
    assert categories("0=none, 1=mild, 2=moderate, 3=severe")[3] == (3, "severe")
    assert categories("grade 2 or 3 on day 4") == ()
    assert features("a. one b. two") == ()
    assert bins("(day 1, day 2, day 3)") == ()


def test_codes_fit_sdtm_and_name_one_thing():
    taken = [c.code for c in concepts()]
    assert len(taken) == len(set(taken))
    assert all(len(c.code) <= 8 and c.code.isalnum() and c.domain in COLUMNS for c in concepts())
    titles = [
        ("Grip of the left hand", "", "Day 1"),
        ("Grip of the left hands", "", "Day 1"),
        ("Zorb index", "", "Day 1"),
    ]
    outcomes, _, _, _ = draft_outcomes(
        record_of(*titles, ("Zorb index of the knee", "", "Day 2"), ("Zorb index", "", "Day 3"))
    )
    codes = [o.derivation.parameters[0].code for o in outcomes]
    assert codes[2] == codes[4] != codes[3]


def test_a_record_without_outcomes_gets_proposed_ones_that_stand_apart():
    modules = {
        "conditions_module": ConditionsModule(conditions=("ARDS",)),
        "design_module": DesignModule(
            study_type="INTERVENTIONAL", phases=("PHASE1",), design_info=DesignInfo(intervention_model="SEQUENTIAL")
        ),
        "arms_interventions_module": ArmsInterventionsModule(arm_groups=(ArmGroup(label="low dose"),)),
    }
    outcomes, proposed, problems, assumptions = draft_outcomes(record_of(**modules))
    assert outcomes == ()
    assert {o.origin for o in proposed} == {"proposed"}
    assert {OutcomeType.DOSE_LIMITING_TOXICITY, OutcomeType.MORTALITY, OutcomeType.ADVERSE_EVENTS} <= {
        o.type for o in proposed
    }
    assert [p.code for p in problems] == ["DRAFT-209"]
    assert assumptions[0].must_confirm
    assert draft_outcomes(record_of(("Pain", "", "Day 1"), **modules))[1] == ()


def test_observational_records_get_no_proposed_outcomes():
    assert draft_outcomes(record_of(design_module=DesignModule(study_type="OBSERVATIONAL")))[1] == ()


TEXTS = st.one_of(
    st.text(max_size=80), st.sampled_from(["Pain", "AE", SCALE, "a. x b. y c. z", "(<1, 1~2, >2)", "IL-6 (pg/mL)"])
)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=4), st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_record_is_drafted_with_one_outcome_for_each_of_its_own(texts, lost):
    outcomes, proposed, problems, _ = draft_outcomes(record_of(*texts, lost=lost))
    assert len(outcomes) == len(texts)
    assert not (outcomes and proposed)
    assert all(o.derivation.parameters for o in outcomes)
    assert all(len(p.code) <= 8 for o in outcomes for p in o.derivation.parameters)
    assert all(p.code.startswith("DRAFT-2") for p in problems)
    schedule = draft_schedule(outcomes or proposed, (0, 3), 28)
    assert [e.number for e in schedule] == list(range(1, len(schedule) + 1))
    assert [e.day for e in schedule] == sorted({e.day for e in schedule})
    assert all(e.earliest <= e.latest for e in schedule)


def test_windows_run_from_midpoint_to_midpoint():
    assert windows([6, 10, 28]) == {6: (1, 8), 10: (9, 19), 28: (20, 37)}
    assert windows([10, 14, 21, 28, 90]) == {10: (1, 12), 14: (13, 17), 21: (18, 24), 28: (25, 59), 90: (60, 120)}
    assert windows([2, 4, 14]) == {2: (1, 3), 4: (4, 9), 14: (10, 19)}


def test_the_schedule_holds_doses_outcome_days_and_a_stated_tolerance():
    outcomes, _, _, _ = draft_outcomes(
        record_of(("Pain score", "", "Baseline, Week 12, ±3 days"), ("Walk: 6-minute walk test", "", "Day 84"))
    )
    schedule = draft_schedule(outcomes, (0, 3, 6), 28)
    assert [e.day for e in schedule] == [-7, 0, 3, 6, 28, 84]
    assert [e.day for e in schedule if "DOSE" in e.activities] == [0, 3, 6]
    assert schedule[-1].window_of("PAIN") == (81, 87)
    assert "PAIN" in schedule[0].activities
    assert "DLT" in schedule[4].activities
    assert {"CONSENT", "ELIGIBILITY"} <= set(schedule[0].activities)


def test_a_daily_score_makes_no_daily_encounters():
    outcomes, _, _, _ = draft_outcomes(record_of(("Time to clinical improvement", SCALE, "Day 28")))
    schedule = draft_schedule(outcomes, (0,))
    assert [e.day for e in schedule] == [-7, 0, 28]
    assert all(any(a.endswith(":DAILY") for a in e.activities) for e in schedule[1:])


def test_outcome_days_are_whole_days_after_the_first_dose():
    outcomes, _, _, _ = draft_outcomes(record_of(("Cmax", "", "pre-dose, 0.5, 2, 24 and 36 hours post-dose")))
    assert outcome_days(outcomes[0].time_frame) == (1, 2)


@pytest.mark.parametrize(
    "text", [" " * 200_000 + "x", "1. " * 50_000, "x = " * 50_000, "number of " * 20_000, "\n" * 100_000]
)
@pytest.mark.usefixtures("ends")
def test_hostile_texts_are_answered(text):
    outcomes, _, _, _ = draft_outcomes(record_of((text, text, text)))
    assert len(outcomes) == 1
