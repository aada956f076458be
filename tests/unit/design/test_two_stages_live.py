"""Two-stage trials decided day by day: who counts, what is awaited, early decisions, and trials that went astray."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.core.errors import UsageError
from trialwright.dataset.columns import DEATH, ENROLLED, REPLACED, RESPONSE_TESTCD, WITHDRAWAL
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.design.phase2.responses import Leavers
from trialwright.design.phase2.two_stage import TwoStageRule
from trialwright.design.phase2.two_stage_design import TwoStageDesign
from trialwright.protocol.decisions import Enrol, Stop, Wait

WINDOW = 28
RULE = TwoStageRule(1, 4, 3, 9)
LATE = TwoStageDesign(RULE, "arm-1", WINDOW)
EARLY = replace(LATE, early=True)


def course(number, response, *, day=None, known=None, end=None, ended=None, arm="arm-1", dosed=True):
    """One participant, enrolled on day `number`. `response`: Y, N or None; `known`: trial day; `end`: how it ended."""
    subject, day = f"P-{number:02d}", number if day is None else day
    facts = [
        Fact("DS", subject, 1, day=day, known=day, values={"DSDECOD": ENROLLED}),
        Fact("DM", subject, 1, day=day, known=day, values={"ARMCD": arm}),
    ]
    if dosed:
        facts.append(Fact("EX", subject, 1, day=day, known=day, values={"OCCUR": "Y"}))
    if response is not None:
        at = day + WINDOW if known is None else known
        values = {"TESTCD": RESPONSE_TESTCD, "STRESC": response}
        facts.append(Fact("RS", subject, 1, day=min(at, day + WINDOW), known=at, values=values))
    if end is not None:
        at = day + 3 if ended is None else ended
        facts.append(Fact("DS", subject, 2, day=at, known=at, values={"DSDECOD": end}))
    return facts


def trial(responses, **each):
    return [fact for number, response in enumerate(responses) for fact in course(number, response, **each)]


def decided(design, facts, day=200):
    return design.decide(state_of(facts, day))


def test_the_first_stage_is_filled_then_awaited_then_judged():
    opening = decided(LATE, [], 0)
    assert opening == Enrol(("arm-1",), (1,), 4, "first stage: 0 of 4 places taken, 0 of 0 responded")
    facts = trial("YYYN")
    assert decided(LATE, facts[: len(course(0, "Y")) * 2], 1).slots == 2
    assert decided(LATE, facts, 10) == Wait(
        32, "first stage: 0 of 4 responded; P-00, P-01, P-02 and P-03 are in the response window"
    )
    assert isinstance(decided(LATE, facts, 31), Wait), "the last one is assessed on day 31, and the window is not over"
    assert decided(LATE, facts, 32) == Enrol(
        ("arm-1",), (1,), 5, "3 of 4 responded of the first stage, more than 1: go on to 9 in all"
    )


@pytest.mark.parametrize(("responses", "stops"), [("NNNN", True), ("YNNN", True), ("YYNN", False)])
def test_futility_is_one_response_of_four(responses, stops):
    decision = decided(LATE, trial(responses))
    assert isinstance(decision, Stop) is stops
    if stops:
        assert (decision.selected, decision.completed) == (0, False)
        assert "1 or fewer: stop for futility" in decision.reason


@pytest.mark.parametrize(("responses", "selected"), [("YYNNNNNNY", 0), ("YYNNNNNYY", 1), ("YYYYNNNNN", 1)])
def test_the_verdict_takes_more_than_three_of_nine(responses, selected):
    decision = decided(LATE, trial(responses))
    assert isinstance(decision, Stop)
    assert (decision.selected, decision.completed) == (selected, True)


def test_no_response_is_final_only_when_the_window_is_over():
    """An assessment within the window says that there is no response yet."""
    facts = [fact for number in range(4) for fact in course(number, "N", known=number + 5)]
    waits = decided(LATE, facts, 20)
    assert isinstance(waits, Wait)
    assert waits.until == 32
    assert isinstance(decided(LATE, facts, 32), Stop)


def test_a_response_counts_before_the_window_is_over_and_is_waited_for_unless_early():
    facts = [fact for number in range(4) for fact in course(number, "Y" if number < 2 else "N", known=number + 5)]
    assert isinstance(decided(LATE, facts, 9), Wait)
    goes_on = decided(EARLY, facts, 9)
    assert isinstance(goes_on, Enrol)
    assert goes_on.slots == 5


def test_early_futility_needs_certainty():
    facts = [fact for number in range(4) for fact in course(number, "N", known=number + WINDOW)]
    assert isinstance(decided(EARLY, facts, 30), Wait), "two are known on day 30: two responses may still come"
    assert decided(EARLY, facts, 30).until == 31, "one more outcome may be enough"
    stop = decided(EARLY, facts, 31)
    assert isinstance(stop, Stop)
    assert "1 can no longer be exceeded" in stop.reason
    assert isinstance(decided(LATE, facts, 31), Wait)


def test_early_in_the_second_stage():
    nearly = trial("YYNNNNNN")  # two of eight: three are needed at least, and four promise
    stop = decided(EARLY, nearly)
    assert isinstance(stop, Stop)
    assert (stop.selected, stop.completed) == (0, False)
    assert isinstance(decided(LATE, nearly), Enrol)
    won = trial("YYYYN")
    assert isinstance(decided(EARLY, won), Enrol), "enrolment goes on: only those awaited at its end are not needed"
    facts = trial("YYYYNNNN") + course(8, "N", day=190, known=230)
    assert isinstance(decided(LATE, facts), Wait)
    assert decided(EARLY, facts) == Stop("4 of 9 responded, more than 3: promising", 1, True)


def test_who_never_counts_leaves_the_place_open():
    """Replaced, whatever was seen; left without a dose; another arm."""
    facts = trial("YYN") + course(3, "Y", end=REPLACED) + course(4, None, end=WITHDRAWAL, dosed=False)
    facts += course(5, "Y", arm="arm-9")
    decision = decided(LATE, facts)
    assert isinstance(decision, Enrol)
    assert decision.slots == 1
    assert "2 of 3 responded" in decision.reason


def test_who_left_unassessed_is_awaited_or_counted_as_the_protocol_says():
    facts = trial("YNN") + course(3, None, end=DEATH)
    waits = decided(LATE, facts)
    assert waits == Wait(None, "first stage: 1 of 4 responded; P-03 is not assessed for a response")
    counted = replace(LATE, leavers=Leavers.NO_RESPONSE)
    assert isinstance(decided(counted, facts), Stop)
    within = decided(counted, facts, 31)
    assert isinstance(within, Wait), "a response within the window may still be entered"
    assert within.until == 32
    assert "P-03 left and may still be assessed" in within.reason
    assert isinstance(decided(counted, trial("YNN") + course(3, None)), Wait), "who is on study is awaited"
    assert isinstance(decided(counted, trial("YNN") + course(3, "Y", end=DEATH, known=40)), Enrol)


def test_whoever_leaves_after_an_assessment_without_a_response_can_have_none():
    facts = trial("YNN") + course(3, "N", known=6, end=WITHDRAWAL, ended=10)
    assert decided(LATE, facts, 9).until == 32
    rest = decided(LATE, facts, 29)
    assert isinstance(rest, Wait)
    assert "P-03" not in rest.reason


def test_who_is_not_allocated_or_not_dosed_takes_a_place_and_is_awaited():
    facts = trial("YYN") + course(3, None, arm=None, dosed=False)
    assert decided(LATE, facts) == Wait(None, "first stage: 2 of 4 responded; P-03 is not dosed yet")


def test_more_than_were_asked_for_do_not_change_the_first_stage():
    """Two too many in the first stage: futility is judged by the first four in order of enrolment."""
    stop = decided(LATE, trial("NNNNYY"))
    assert isinstance(stop, Stop)
    assert "2 participants beyond the first 4 did not belong to the first stage" in stop.reason
    goes_on = decided(LATE, trial("YYNNYY"))
    assert isinstance(goes_on, Enrol)
    assert goes_on.slots == 3
    awaited = decided(LATE, trial("NNNNYY"), 20)
    assert isinstance(awaited, Wait)


def test_more_than_planned_in_all_are_said_and_not_counted():
    over = decided(LATE, trial("YYYNNNNNNYY"))
    assert isinstance(over, Stop)
    assert over.selected == 0, "three of the first nine"
    assert "2 participants beyond the first 9 not assessable by the stated rule and not counted" in over.reason


def test_a_correction_is_answered_as_if_it_had_always_been_known():
    facts = trial("YNNN")
    assert isinstance(decided(LATE, facts), Stop)
    last = next(fact for fact in facts if fact.domain == "RS" and fact.subject == "P-03")
    values = {**last.values, "STRESC": "Y"}
    assert isinstance(decided(LATE, [*facts, replace(last, version=2, known=150, values=values)]), Enrol)
    assert isinstance(decided(LATE, [*facts, replace(last, version=2, known=201, values=values)]), Stop), (
        "not known yet"
    )
    assert isinstance(decided(LATE, [*facts, replace(last, version=2, known=150, retracted=True)]), Wait)


def verdict(responses):
    """The words of the design, apart from the code: n treated, and whether promising."""
    if sum(responses[: RULE.n1]) <= RULE.r1:
        return RULE.n1, False
    return RULE.n, sum(responses) > RULE.r


@settings(max_examples=60, deadline=None)
@given(
    responses=st.lists(st.booleans(), min_size=9, max_size=9),
    delays=st.lists(st.integers(0, 40), min_size=9, max_size=9),
    early=st.booleans(),
)
def test_the_verdict_is_the_textbooks_whatever_is_known_first(responses, delays, early):
    """An obedient trial day by day: responses become known late and out of order."""
    design = replace(LATE, early=early)
    facts, entered, day = [], 0, 0
    while not isinstance(decision := decided(design, facts, day), Stop):
        assert day < 2000
        if isinstance(decision, Enrol):
            answer = "Y" if responses[entered] else "N"
            facts += course(entered, answer, day=day, known=day + delays[entered])
            entered += 1
        day += 1
    n, promising = verdict(responses)
    assert (decision.selected == 1) is promising
    assert entered <= n if early else entered == n


def test_a_window_below_zero_is_refused():
    with pytest.raises(UsageError, match="DES-331"):
        TwoStageDesign(RULE, "arm-1", -1)


def test_the_name_says_what_is_unusual():
    assert LATE.name == "two stages: 1/4, 3/9, response within 28 days"
    assert replace(EARLY, leavers=Leavers.NO_RESPONSE).name.endswith(
        "within 28 days, decided as soon as it is certain, whoever left counts as no response"
    )
