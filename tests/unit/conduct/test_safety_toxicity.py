"""Assessing dose-limiting toxicity: raised by one person, lowered by none alone; and what people decide otherwise."""

from __future__ import annotations

import pytest

from treated_trial import Treated, masked, open_label
from trialwright.conduct import commands as ask
from trialwright.conduct.events.data import Decided
from trialwright.conduct.events.safety import DltReviewed, Examined, Overridden
from trialwright.conduct.events.treatment import TreatmentRules
from trialwright.conduct.safety.asks import AdjudicateDlt, CorrectDlt, Override, RetractDlt
from trialwright.conduct.safety.windows import meeting
from trialwright.core.errors import TrialwrightError
from trialwright.dataset.columns import WITHDRAWAL
from trialwright.dataset.state import state_of
from trialwright.design import build
from trialwright.protocol.decisions import Enrol, Stop, Wait

WHY = "the review of the source changed the grade"
AFTER = 4 + 28


@pytest.fixture
def trial(tmp_path):
    made = Treated(tmp_path, made=open_label((0,)))
    made.enter("S1")
    made.do("ivy", ask.Dose("S1", 1, 4, True))
    return made


def refused(trial, code, person, *commands, **how):
    size = trial.ledger.head.size
    with pytest.raises(TrialwrightError) as fault:
        trial.do(person, *commands, **how)
    assert fault.value.code == code, str(fault.value)
    assert trial.ledger.head.size == size
    return str(fault.value)


def dlt(trial, subject="S1"):
    state = trial.desk.standing.data.state(trial.desk.day(trial.desk.now()))
    return int(state.dlt[state.subjects.index(subject)])


@pytest.mark.parametrize(("day", "allowed"), [(AFTER - 1, False), (AFTER, True), (AFTER + 9, True)])
@pytest.mark.requirement("R46")
def test_nobody_is_cleared_before_the_window_has_reached_its_last_day(trial, day, allowed):
    """R46: 28 days after the first dose, which was on trial day 4."""
    trial.on(day)
    for number, command in enumerate(
        (ask.AssessDlt("S1", day, False, True, 1), AdjudicateDlt("S1", 2, day, False, True)), start=1
    ):
        if allowed:
            trial.do("ivy", command)
            assert number in trial.rows("XD", "S1")
        else:
            assert "4 to 32" in refused(trial, "COND-127", "ivy", command)


@pytest.mark.requirement("R46")
def test_a_toxicity_and_who_cannot_be_evaluated_are_entered_at_once(trial):
    """R46: what is bad news never waits."""
    trial.do("ivy", ask.AssessDlt("S1", 4, False, False))
    trial.do("ivy", ask.AssessDlt("S1", 4, True, True, 2))
    assert dlt(trial) == 1


@pytest.mark.requirement("R46")
def test_who_has_left_is_cleared_and_an_early_clearing_says_why(trial):
    """R46: as the designs count: the window over, or the participant off study."""
    trial.on(9)
    refused(trial, "COND-008", "ivy", ask.AssessDlt("S1", 9, False, True), reason="ok")
    trial.do("ivy", ask.AssessDlt("S1", 9, False, True), reason="transcribed from the paper form")
    trial.do("ivy", ask.Record("DS", "S1", 2, 9, {"DSDECOD": WITHDRAWAL}))
    trial.do("ivy", ask.AssessDlt("S1", 9, False, True, 2))


@pytest.mark.parametrize(("onset", "counts"), [(4, True), (AFTER, True), (AFTER + 1, False), (3, False)])
@pytest.mark.requirement("R46")
def test_an_onset_on_day_28_counts_and_on_day_29_does_not(trial, onset, counts):
    """R46: both ends of the window inclusive, as the protocol's definition is read."""
    trial.on(AFTER + 5)
    row = {"AETERM": "HYPOXIA", "AETOXGR": 3, "AEREL": "Y", "AEHEMAT": "N"}
    trial.do("cora", ask.Record("AE", "S1", 1, onset, row))
    assert meeting(trial.desk.standing, trial.protocol, "S1") == ((1,) if counts else ())
    found = AdjudicateDlt("S1", 1, AFTER + 5, True, True, (1,), "grade 3 hypoxia")
    if counts:
        trial.do("ivy", found)
        assert dlt(trial) == 1
        assert trial.desk.standing.safety.grounds["S1", 1].events == (1,)
    else:
        refused(trial, "COND-126", "ivy", found)


@pytest.mark.parametrize(
    ("row", "meets"),
    [
        ({"AETOXGR": 3, "AEREL": "Y", "AEHEMAT": "N"}, True),
        ({"AETOXGR": 2, "AEREL": "Y", "AEHEMAT": "N"}, False),
        ({"AETOXGR": 3, "AEREL": "Y", "AEHEMAT": "Y"}, False),
        ({"AETOXGR": 4, "AEREL": "Y", "AEHEMAT": "Y"}, True),
        ({"AETOXGR": 4, "AEREL": "N", "AEHEMAT": "N"}, False),
        ({"AETOXGR": 3, "AEHEMAT": "N"}, True),
        ({"AETOXGR": 3, "AEREL": "Y"}, True),
        ({"AEREL": "Y", "AEHEMAT": "N"}, False),
    ],
)
@pytest.mark.requirement("R46")
def test_events_as_the_protocol_defines_them_are_shown_to_the_assessor(trial, row, meets):
    """R46: grade 3, haematological grade 4, related; what is not judged is shown. They decide nothing."""
    trial.do("cora", ask.Record("AE", "S1", 1, 4, {"AETERM": "an event", **row}))
    assert meeting(trial.desk.standing, trial.protocol, "S1") == ((1,) if meets else ())
    assert dlt(trial) == -1
    trial.on(AFTER)
    cleared = AdjudicateDlt("S1", 1, AFTER, False, True)
    if meets:
        refused(trial, "COND-008", "ivy", cleared)
        cleared = AdjudicateDlt("S1", 1, AFTER, False, True, (), "explained by the infection, not by the cells")
    trial.do("ivy", cleared)


@pytest.mark.requirement("R46")
def test_a_second_review_raises_a_concern_at_once(trial):
    """R46: by another person than the assessor; the first assessment stays as it was."""
    refused(trial, "COND-128", "max", DltReviewed("S1", True))
    trial.on(AFTER).do("ivy", ask.AssessDlt("S1", AFTER, False, True))
    refused(trial, "COND-128", "ivy", DltReviewed("S1", True))
    trial.do("max", DltReviewed("S1", True))
    assert dlt(trial) == 1
    rows = trial.rows("XD", "S1")
    assert [row["XDDLT"] for row in rows.values()] == ["N", "Y"]
    state = trial.desk.standing.data.state(AFTER)
    assert int(state.evaluable[0]) == 1


@pytest.mark.requirement("R46")
def test_nobody_lowers_a_concern_alone(trial):
    """R46: neither by another assessment, nor by a correction, a retraction or an opinion."""
    trial.do("ivy", ask.AssessDlt("S1", 4, True, True))
    trial.on(AFTER).do("ivy", ask.AssessDlt("S1", AFTER, False, True, 2))
    assert dlt(trial) == 1
    lowering = (
        CorrectDlt("S1", 1, AFTER, False, True, WHY),
        RetractDlt("S1", 1, WHY),
        CorrectDlt("S1", 1, AFTER, None, True, WHY),
    )
    for each in lowering:
        refused(trial, "COND-129", "ivy", each)
    for each in (ask.Correct("XD", "S1", 1, 4, {"XDDLT": "N"}, WHY), ask.Retract("XD", "S1", 1, WHY)):
        refused(trial, "COND-117", "ivy", each)
    refused(trial, "COND-117", "ivy", ask.Supplement("XD", "S1", 1, {"XDREASN": "none"}))
    trial.do("max", DltReviewed("S1", False))
    assert dlt(trial) == 1
    trial.do("ivy", CorrectDlt("S1", 1, AFTER, False, True, WHY))
    assert dlt(trial) == 0


@pytest.mark.requirement("R46")
def test_a_toxicity_is_not_put_out_of_sight_by_withdrawing_the_enrolment(trial):
    """R46: decisions look at who is enrolled; without a toxicity and a dose an enrolment in error is withdrawn."""
    number = trial.desk.standing.data.enrolments["S1"].number
    trial.do("ivy", ask.AssessDlt("S1", 4, True, True))
    for each in (ask.Retract("DS", "S1", number, WHY), ask.Correct("DS", "S1", number, 4, {"DSDECOD": "OTHER"}, WHY)):
        refused(trial, "COND-129", "ivy", each)
    trial.do("ivy", ask.Correct("DS", "S1", number, 3, {"DSDECOD": "ENROLLED"}, WHY))
    trial.do("max", DltReviewed("S1", False))
    trial.do("ivy", RetractDlt("S1", 1, WHY))
    refused(trial, "COND-129", "ivy", ask.Retract("DS", "S1", number, WHY))
    trial.do("ivy", ask.Retract("EX", "S1", 1, WHY), ask.Retract("DS", "S1", number, WHY))


@pytest.mark.requirement("R46")
def test_opinions_count_once_each_since_the_assessment_and_those_against_weigh(trial):
    """R46: quorum and majority; an opinion from before the assessment was changed counts no more."""
    trial.do("ada", TreatmentRules(quorum=3))
    trial.do("ivy", ask.AssessDlt("S1", 4, True, True))
    trial.on(AFTER)
    for _ in range(3):
        trial.do("max", DltReviewed("S1", False))
    refused(trial, "COND-129", "ivy", RetractDlt("S1", 1, WHY))
    trial.do("ada", TreatmentRules(quorum=2))
    trial.do("ivy", CorrectDlt("S1", 1, AFTER, True, True, WHY))
    refused(trial, "COND-129", "ivy", RetractDlt("S1", 1, WHY))
    trial.do("max", DltReviewed("S1", False))
    trial.do("max", DltReviewed("S1", True))
    refused(trial, "COND-129", "ivy", RetractDlt("S1", 1, WHY))
    trial.do("max", DltReviewed("S1", False))
    trial.do("ivy", RetractDlt("S1", 1, WHY))
    assert dlt(trial) == -1


@pytest.mark.requirement("R46")
def test_where_it_was_settled_who_entered_the_events_does_not_assess_them(trial):
    """R46: independent of entry; events outside the window, or entered by others, are no hindrance."""
    hypoxia = {"AETERM": "HYPOXIA", "AETOXGR": 3, "AEREL": "Y", "AEHEMAT": "N"}
    trial.do("ivy", ask.Record("AE", "S1", 1, 3, hypoxia))
    trial.do("cora", ask.Record("AE", "S1", 2, 4, hypoxia))
    trial.do("ada", TreatmentRules(independent=True))
    trial.do("ivy", AdjudicateDlt("S1", 1, 4, True, True, (2,), "grade 3 hypoxia"))
    trial.do("ivy", ask.Record("AE", "S1", 3, 4, hypoxia))
    refused(trial, "COND-128", "ivy", AdjudicateDlt("S1", 2, 4, True, True, (2,), "grade 3 hypoxia"))
    refused(trial, "COND-128", "ivy", ask.AssessDlt("S1", 4, True, True, 2))
    trial.do("ada", TreatmentRules())
    trial.do("ivy", ask.AssessDlt("S1", 4, True, True, 2))


@pytest.mark.requirement("R46")
def test_every_assessment_is_signed(trial):
    """R46, R13."""
    with pytest.raises(TrialwrightError, match="COND-045"):
        trial.do("ivy", ask.AssessDlt("S1", 4, True, True), passphrase="wrong passphrase")
    assert not trial.rows("XD", "S1")
    (entry, signed) = trial.do("ivy", ask.AssessDlt("S1", 4, True, True))
    assert (signed.event.of, signed.event.meaning) == (entry.sequence, "adjudicated")
    refused(trial, "COND-047", "cora", ask.AssessDlt("S1", 4, True, True, 2))


@pytest.mark.requirement("R47")
def test_a_decision_is_that_of_the_same_design_on_the_same_data_and_is_signed(trial):
    """R47: the design built apart, asked about the facts of the ledger."""
    refused(trial, "COND-047", "ivy", ask.Decide())
    entries = trial.do("max", ask.Decide())
    decided, examined, signed = trial.desk.standing.data.decisions[-1].decision, *[e.event for e in entries[1:]]
    facts = trial.desk.standing.data.facts
    assert decided == build(trial.protocol).decide(state_of(facts, 4))
    assert isinstance(entries[0].event, Decided)
    assert signed.of == entries[0].sequence
    assert isinstance(examined, Examined)


@pytest.mark.requirement("R47")
def test_the_table_before_the_results_says_what_follows_each_of_them(trial):
    """R47: 3+3, one participant dosed: three at level 1, then 0, 1, 2 or 3 toxicities."""
    trial.do("max", ask.Decide())
    before = trial.desk.standing.safety.examined
    assert before.counted == ("0/0", "0/0", "0/0")
    assert before.awaited == ("S1: IN_WINDOW",)
    results = [line.split(":")[0] for line in before.table]
    assert results == ["0/3", "1/3", "2/3", "3/3"]
    assert "treat 3 at level 2" in before.table[0]
    assert "treat 3 at level 1" in before.table[1]
    assert "ends" in before.table[2]
    assert before.after < trial.ledger.head.size
    assert trial.desk.blind().safety.examined.table == ()


@pytest.mark.requirement("R47")
def test_a_design_without_an_escalation_has_no_table(tmp_path):
    """R47: and a decision all the same."""
    trial = Treated(tmp_path, made=masked())
    trial.do("max", ask.Decide())
    assert trial.desk.standing.safety.examined is None
    assert trial.desk.standing.data.decisions


@pytest.mark.requirement("R47")
def test_an_override_needs_a_decision_a_reason_and_a_signature(trial):
    """R47."""
    stop = Override("stop", "the sponsor ends the trial early")
    refused(trial, "COND-100", "max", stop)
    trial.do("max", ask.Decide())
    refused(trial, "COND-008", "max", Override("stop", "no"))
    refused(trial, "COND-047", "ivy", stop)
    for wrong in (
        Override("perhaps", WHY),
        Override("stop", WHY, places=1),
        Override("enrol", WHY),
        Override("enrol", WHY, ("arm-1",), 1),
        Override("enrol", WHY, ("arm-9",), 1, 1),
        Override("enrol", WHY, ("arm-1", "arm-1"), 1, 1),
        Override("enrol", WHY, ("arm-1",), 4, 1),
    ):
        refused(trial, "COND-100", "max", wrong)
    with pytest.raises(TrialwrightError, match="COND-045"):
        trial.do("max", stop, passphrase="wrong passphrase")
    entry, signed = trial.do("max", stop)
    assert isinstance(entry.event, Overridden)
    assert (entry.reason, signed.event.meaning) == (stop.reason, "approved")


@pytest.mark.parametrize("answer", ["stop", "wait"])
@pytest.mark.requirement("R47")
def test_enrolment_follows_an_override_until_the_design_is_followed_again(trial, answer):
    """R47: a place of the design is no place while it is overridden; another decision does not lift that."""
    trial.do("max", ask.Decide())
    assert isinstance(trial.desk.standing.data.decisions[-1].decision, Enrol)
    trial.do("max", Override(answer, "a signal from another trial"))
    trial.admit("S2")
    assert "overridden by max" in refused(trial, "COND-005", "ivy", ask.Enrol("S2", 4))
    trial.do("max", ask.Decide())
    refused(trial, "COND-005", "ivy", ask.Enrol("S2", 4))
    trial.do("max", Override("follow", "the signal was a false one"))
    trial.do("ivy", ask.Enrol("S2", 4))


@pytest.mark.requirement("R47")
def test_nobody_who_enrols_goes_against_the_design_by_a_reason_alone(trial):
    """R47, R49: it takes somebody who decides, and a signature."""
    trial.admit("S2")
    refused(trial, "COND-100", "ivy", ask.Enrol("S2", 4, override="a very good reason indeed"))
    trial.do("ivy", ask.Enrol("S2", 4))
    refused(trial, "COND-100", "ivy", ask.Allocate("S2", 4, "arm-1", 3, override="a very good reason indeed"))


@pytest.mark.requirement("R49")
def test_an_override_gives_so_many_places_and_no_more(trial):
    """R47, R49: after them the design is asked again; the level is the one that was decided."""
    trial.on(4)
    trial.admit("S2", "S3", "S4", "S5")
    for place, subject in enumerate(("S2", "S3"), start=2):
        trial.do("ivy", ask.Enrol(subject, 4), ask.Allocate(subject, 4, "arm-1", 1, place))
    refused(trial, "COND-005", "ivy", ask.Enrol("S4", 4))
    trial.do("max", ask.Decide())
    assert isinstance(trial.desk.standing.data.decisions[-1].decision, Wait)
    trial.do("max", Override("enrol", "one more at the lowest level", ("arm-1",), 1, 1))
    trial.do("ivy", ask.Enrol("S4", 4))
    assert trial.desk.standing.data.enrolments["S4"].dose_level == 1
    refused(trial, "COND-006", "ivy", ask.Allocate("S4", 4, "arm-1", 2))
    trial.do("ivy", ask.Allocate("S4", 4, "arm-1", 1))
    refused(trial, "COND-005", "ivy", ask.Enrol("S5", 4))
    assert trial.desk.standing.safety.override is None


@pytest.mark.requirement("R47")
def test_the_design_answers_after_an_override_that_it_never_asked_for(trial):
    """R47: a participant at level 3 whom nobody asked for, with a toxicity."""
    trial.do("max", ask.Decide())
    trial.do("max", Override("enrol", "a compassionate place at the top", ("arm-1",), 3, 1))
    trial.admit("S9")
    trial.do("ivy", ask.Enrol("S9", 4))
    trial.do("ivy", ask.Allocate("S9", 4, "arm-1", 3))
    trial.do("ivy", ask.Dose("S9", 1, 4, True), ask.AssessDlt("S9", 4, True, True))
    trial.on(AFTER).do("ivy", ask.AssessDlt("S1", AFTER, False, True))
    trial.do("max", ask.Decide())
    assert isinstance(trial.desk.standing.data.decisions[-1].decision, Enrol | Wait | Stop)
