"""Rolling six, TITE-CRM and TITE-BOIN: single decisions with their reasons, days to wait for, names and refusals."""

from dataclasses import replace

import pytest

from made_up_protocols import escalation
from trialwright.core.errors import UsageError
from trialwright.dataset.columns import ENROLLED, REPLACED
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.design import build
from trialwright.design.from_protocol import rule_of
from trialwright.design.model_based import tite
from trialwright.design.timed import names as by_time
from trialwright.protocol.decisions import Enrol, Stop, Wait

ARMS = ("arm-1", "arm-2", "arm-3")
WINDOW = 28
BOIN = "TITE-BOIN: target 0.3, at most 18"
CRM = "TITE-CRM: target 0.3, half-width 0.05 at level 2, at most 12"
TWO_PARAMETERS = "TITE-CRM: target 0.3, two-parameter logistic, doses 10/20/30, reference 20, at most 12"


def person(number, level, dosed, outcome=None, known=None, *, enrolled=None, replaced=None):
    """Facts of one participant: first dose on a day (None: not dosed); `outcome` "Y" or "N", known on a day."""
    subject, entered = f"P-{number:02d}", dosed if enrolled is None else enrolled
    facts = [
        Fact("DS", subject, 1, day=entered, known=entered, values={"DSDECOD": ENROLLED}),
        Fact("DM", subject, 1, day=entered, known=entered, values={"ARMCD": f"arm-{level}", "DOSELVL": level}),
    ]
    if dosed is not None:
        facts.append(Fact("EX", subject, 1, day=dosed, known=dosed, values={"OCCUR": "Y"}))
    if outcome:
        day = dosed + WINDOW if known is None else known
        facts.append(Fact("XD", subject, 1, day=day, known=day, values={"XDDLT": outcome, "XDEVAL": "Y"}))
    if replaced is not None:
        facts.append(Fact("DS", subject, 2, day=replaced, known=replaced, values={"DSDECOD": REPLACED}))
    return facts


def decide(name, day, *people, **how):
    facts = [fact for number, (args, kwargs) in enumerate(people) for fact in person(number, *args, **kwargs)]
    return by_time.make(name, ARMS, WINDOW, **how).decide(state_of(facts, day))


def who(*args, **kwargs):
    return args, kwargs


SIX = [who(1, day) for day in (0, 2, 4, 6, 8, 10)]


def test_the_rolling_six_takes_six_and_waits_for_the_fifth_window():
    decision = decide("rolling six", 10, *SIX[:5])
    assert isinstance(decision, Enrol)
    assert (decision.arms, decision.dose_level, decision.slots) == (("arm-1",), 1, 1)
    decision = decide("rolling six", 12, *SIX)
    assert isinstance(decision, Wait)
    assert decision.until == 8 + WINDOW + 1, "with five of six known and no DLT the next level opens"
    assert "six pending" in decision.reason


def test_the_rolling_six_waits_for_all_after_a_dlt():
    decision = decide("rolling six", 12, who(1, 0, "Y", 5), *SIX[1:])
    assert isinstance(decision, Wait)
    assert decision.until == 10 + WINDOW + 1


def test_a_window_that_is_over_without_an_assessment_has_no_day_to_wait_for():
    decision = decide("rolling six", 60, *[who(1, day, "N") for day in (0, 2, 4, 6)], *SIX[4:])
    assert isinstance(decision, Wait)
    assert decision.until is None
    assert "not assessed" in decision.reason


def test_the_place_of_somebody_replaced_is_open_again():
    decision = decide("rolling six", 12, who(1, 0, replaced=11), *SIX[1:])
    assert isinstance(decision, Enrol)
    assert decision.slots == 1


def test_two_dlts_close_a_level_and_the_one_beneath_is_filled_up():
    low = [who(1, day, "N") for day in (0, 1, 2)]
    high = [who(2, 40, "Y", 41), who(2, 42, "Y", 44), who(2, 43)]
    decision = decide("rolling six", 45, *low, *high)
    assert isinstance(decision, Enrol)
    assert (decision.dose_level, decision.slots) == (1, 3)
    assert "level 2 is too toxic" in decision.reason
    more = [who(1, day, "N") for day in (46, 47, 48)]
    stop = decide("rolling six", 90, *low, *high, *more)
    assert isinstance(stop, Stop)
    assert (stop.selected, stop.completed) == (1, True)
    toxic = decide("rolling six", 90, *low, *high, who(1, 46, "Y"), who(1, 47, "Y"))
    assert isinstance(toxic, Stop)
    assert (toxic.selected, toxic.completed) == (0, False)


def test_a_late_dlt_at_a_level_that_was_left_closes_it():
    low = [who(1, 0, "Y", 3), *(who(1, day, "N") for day in (0, 0, 1, 1)), who(1, 2, "Y", 31)]
    decision = decide("rolling six", 31, *low[:5], low[5], who(2, 30))
    assert isinstance(decision, Stop)
    assert decision.selected == 0


def test_tite_boin_suspends_until_half_are_known():
    people = [who(1, 0), who(1, 3), who(1, 6)]
    decision = decide(BOIN, 8, *people)
    assert isinstance(decision, Wait)
    assert decision.until == 3 + WINDOW + 1, "with two of three known one is pending, not more than half"
    assert "more than half" in decision.reason
    decision = decide(BOIN, 32, who(1, 0, "N"), who(1, 3, "N"), who(1, 6))
    assert isinstance(decision, Enrol)
    assert decision.dose_level == 2


def test_tite_boin_goes_down_without_waiting():
    low = [who(1, day, "N") for day in (0, 0, 0)]
    decision = decide(BOIN, 45, *low, who(2, 40, "Y", 41), who(2, 40, "Y", 42), who(2, 44))
    assert isinstance(decision, Enrol)
    assert decision.dose_level == 1


def test_tite_boin_waits_for_more_follow_up_where_enough_are_treated():
    name = "TITE-BOIN: target 0.2, cohorts of 3, at most 18, enough at 9"
    people = [who(1, 0, "Y", 1), *(who(1, 0, "N") for _ in range(4)), *(who(1, 40) for _ in range(4))]
    early, late = decide(name, 50, *people), decide(name, 58, *people)
    assert isinstance(early, Wait)
    # 4 pending; up at 2.15 windows of 29 days in all: 4 d / 29 >= 2.151 from the 16th day on
    assert early.until == 40 + 16
    assert isinstance(late, Enrol)
    assert late.dose_level == 2


def test_tite_crm_weighs_as_the_posterior_of_partial_follow_up():
    people = [who(1, 0, "N"), who(2, 10), who(2, 20, "Y", 25), who(2, 30)]
    design = by_time.make(CRM, ARMS, WINDOW)
    facts = [fact for number, (args, kwargs) in enumerate(people) for fact in person(number, *args, **kwargs)]
    reason = design.decide(state_of(facts, 35)).reason
    weights = [1.0, 25 / 29, 1.0, 5 / 29]
    rates = tite.posterior(design.crm.model, [1, 2, 2, 2], [0, 0, 1, 0], weights).rates[0]
    for rate in rates:
        assert f"{100 * rate:.3g} %" in reason


def test_tite_crm_does_not_wait_and_does_not_skip():
    decision = decide(CRM, 1, who(1, 0))
    assert isinstance(decision, Enrol)
    assert decision.dose_level in (1, 2)
    up = decide(CRM, 60, who(1, 0, "N"))
    assert isinstance(up, Enrol)
    assert up.dose_level == 2
    held = decide(CRM, 60, who(1, 0, "N"), who(2, 29, "N"), who(1, 58, "Y", 59))
    assert isinstance(held, Enrol)
    assert held.dose_level == 1


def test_tite_crm_stagger_and_follow_up_before_going_up():
    decision = decide(CRM, 3, who(1, 0), stagger=7)
    assert isinstance(decision, Wait)
    assert decision.until == 7
    assert isinstance(decide(CRM, 7, who(1, 0), stagger=7), Enrol)
    young = decide(CRM, 9, who(1, 0), before_up=10)
    old = decide(CRM, 10, who(1, 0), before_up=10)
    assert (young.dose_level, old.dose_level) == (1, 2)
    assert "not up before 10 days" in young.reason


def test_tite_crm_waits_with_toxicity_that_follow_up_can_undo():
    people = [who(1, 0, "Y", 1), who(1, 2, "Y", 3), *(who(1, day) for day in (4, 5, 6, 7, 8, 9))]
    wait = decide(CRM, 10, *people, stop_above=0.8)
    assert isinstance(wait, Wait)
    assert 10 < wait.until <= 4 + WINDOW + 1
    later = decide(CRM, wait.until, *people, stop_above=0.8)
    before = decide(CRM, wait.until - 1, *people, stop_above=0.8)
    assert isinstance(later, Enrol)
    assert isinstance(before, Wait)
    sure = decide(CRM, 10, *(who(1, day, "Y", day + 1) for day in range(4)), stop_above=0.8)
    assert isinstance(sure, Stop)
    assert (sure.selected, sure.completed) == (0, False)


@pytest.mark.parametrize("name", ["rolling six", BOIN, CRM])
def test_names_make_the_same_design_again(name):
    design = by_time.make(name, ARMS, WINDOW)
    assert by_time.make(design.name, ARMS, WINDOW) == design


def test_options_of_their_own_are_in_the_name():
    design = by_time.make(CRM, ARMS, WINDOW, stagger=7, before_up=14)
    assert design.name.endswith("stagger 7 days, up after 14 days")
    assert by_time.make(design.name, ARMS, WINDOW) == design
    assert by_time.make("Rolling 6, start at level 2", ARMS, WINDOW).start == 2


@pytest.mark.parametrize(
    ("code", "name", "arms", "window", "options"),
    [
        ("DES-401", "rolling six", ARMS, -1, {}),
        ("DES-402", "rolling six", (), 28, {}),
        ("DES-403", f"{BOIN}, accelerated titration", ARMS, 28, {}),
        ("DES-404", CRM, ARMS, 28, {"stagger": 30}),
        ("DES-404", CRM, ARMS, 28, {"before_up": -1}),
        ("DES-405", "rolling seven", ARMS, 28, {}),
        ("DES-405", "rolling six, backwards", ARMS, 28, {}),
        ("DES-405", "rolling six", ARMS, 28, {"target": 0.3}),
        ("DES-405", TWO_PARAMETERS, ARMS, 28, {}),
        ("DES-406", "rolling six, start at level 4", ARMS, 28, {}),
    ],
)
def test_what_does_not_fit_is_refused(code, name, arms, window, options):
    with pytest.raises(UsageError) as refusal:
        by_time.make(name, arms, window, **options)
    assert refusal.value.code == code


@pytest.mark.parametrize("rule", ["rolling six", "TITE-BOIN: target 0.3, at most 18", CRM])
def test_a_protocol_can_declare_a_design_by_time(rule):
    protocol = escalation()
    protocol = replace(protocol, design=replace(protocol.design, rule=rule, readings=()))
    design = build(protocol)
    assert design == by_time.make(rule, protocol.design.arms, 28, 3)
    with pytest.raises(UsageError) as refusal:
        rule_of(protocol.design)
    assert refusal.value.code == "DES-407"
