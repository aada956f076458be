"""Arms monitored for deaths, and BOIN12, decided day by day: who counts, what is awaited, trials that went astray."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from test_design_contract import DESIGNS, states

from made_up_protocols import parallel, single
from trialwright.core.errors import UsageError
from trialwright.dataset.columns import DEATH, ENROLLED, LOST, REPLACED, RESPONSE_TESTCD, WITHDRAWAL
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.design.parallel import ParallelDesign
from trialwright.design.phase2.boin12 import Boin12
from trialwright.design.phase2.boin12_design import Boin12Design
from trialwright.design.phase2.monitored import Event, MonitoredDesign
from trialwright.design.phase2.monitoring_rule import MonitoringRule
from trialwright.design.phase2.responses import Leavers
from trialwright.design.phase2.two_stage import TwoStageRule
from trialwright.design.phase2.two_stage_design import TwoStageDesign
from trialwright.design.single_arm import SingleArmDesign
from trialwright.protocol.decisions import Enrol, Stop, Wait
from trialwright.simulate import run, scenarios
from trialwright.simulate.plan import make
from trialwright.simulate.scenario import ByGroup

RULE = MonitoringRule((3, 6, 9), (2, 3, None), "two of three, or three of six")
DEATHS = MonitoredDesign(SingleArmDesign("arm-1", 9), "arm-1", RULE, 30, Event.DEATH)


def entered(number, *ends, arm="arm-1", level=None, dosed=None):
    """One participant, enrolled on day `number`. `ends`: (term, day, known) of each end of study. `dosed`: days later
    than enrolment, None = the same day."""
    subject = f"P-{number:02d}"
    facts = [
        Fact("DS", subject, 1, day=number, known=number, values={"DSDECOD": ENROLLED}),
        Fact("DM", subject, 1, day=number, known=number, values={"ARMCD": arm, "DOSELVL": level}),
    ]
    if dosed is not False:
        day = number + (dosed or 0)
        facts.append(Fact("EX", subject, 1, day=day, known=day, values={"OCCUR": "Y"}))
    for place, (term, day, known) in enumerate(ends, start=2):
        facts.append(Fact("DS", subject, place, day=day, known=known, values={"DSDECOD": term}))
    return facts


def people(*ends):
    return [fact for number, end in enumerate(ends) for fact in entered(number, *([end] if end else []))]


def died(day, known=None):
    return (DEATH, day, day if known is None else known)


def test_deaths_stop_an_arm_when_the_bound_is_reached():
    facts = people(died(10), died(12), None)
    assert isinstance(DEATHS.decide(state_of(facts, 32)), Enrol), "the third may still die on its last day"
    stop = DEATHS.decide(state_of(facts, 33))
    assert stop == Stop(
        "2 of the first 3 known outcomes in arm-1 are deaths, and 2 stop it: two of three, or three of six",
        completed=False,
    )
    assert isinstance(DEATHS.decide(state_of(people(died(10), None, None), 60)), Enrol)


def test_a_death_counts_from_the_day_it_is_known():
    facts = people(died(10), died(12, known=40), None)
    assert isinstance(DEATHS.decide(state_of(facts, 39)), Enrol)
    assert isinstance(DEATHS.decide(state_of(facts, 40)), Stop)


def test_a_death_counts_to_the_last_day_of_the_window_and_not_later():
    last, later = people(died(5), died(31), None), people(died(5), died(32), None)
    assert isinstance(DEATHS.decide(state_of(last, 60)), Stop), "enrolled on day 1, and 30 days after it is day 31"
    assert isinstance(DEATHS.decide(state_of(later, 60)), Enrol)


def test_the_clock_of_deaths_starts_at_enrolment_whatever_becomes_of_the_dose():
    late_dose = [*entered(0, died(31), dosed=10), *people(None, died(12), None)[3:]]
    assert isinstance(DEATHS.decide(state_of(late_dose, 60)), Enrol), "day 31 is after the window that began on day 0"
    never = [*entered(0, died(5), dosed=False), *entered(1, (REPLACED, 4, 4), died(6)), *entered(2)]
    assert isinstance(DEATHS.decide(state_of(never, 60)), Stop), "not dosed, and replaced: both count"


def test_who_left_alive_within_the_window_is_not_known_to_have_survived():
    gone = people((LOST, 10, 10), died(6), died(7))
    assert isinstance(DEATHS.decide(state_of(gone, 60)), Enrol), "two outcomes are known, and it is looked at three"
    lost_later = people((LOST, 30, 30), died(6), died(7))
    assert isinstance(DEATHS.decide(state_of(lost_later, 60)), Stop), "seen alive on the last day"
    heard_of = [*entered(0, (LOST, 10, 10), died(50)), *people(None, died(6), died(7))[3:]]
    assert isinstance(DEATHS.decide(state_of(heard_of, 60)), Stop), "who died after the window survived it"


def test_a_corrected_day_of_death_is_followed():
    facts = people(died(10), died(12), None)
    wrong = next(fact for fact in facts if fact.subject == "P-01" and fact.values.get("DSDECOD") == DEATH)
    corrected = replace(wrong, day=35, known=45, version=2)
    assert isinstance(DEATHS.decide(state_of([*facts, corrected], 44)), Stop)
    assert isinstance(DEATHS.decide(state_of([*facts, corrected], 45)), Enrol)


def test_one_arm_of_a_randomised_trial_is_monitored_for_deaths():
    two = MonitoredDesign(ParallelDesign(("arm-1", "arm-2"), (1, 1), (9, 9)), "arm-1", RULE, 30, Event.DEATH)
    other = [fact for number in range(3) for fact in entered(number, died(5), arm="arm-2")]
    assert isinstance(two.decide(state_of(other, 60)), Enrol)
    facts = [fact for number in range(3, 6) for fact in entered(number, died(7), arm="arm-1")]
    assert isinstance(two.decide(state_of([*other, *facts], 60)), Stop)


def test_a_wait_is_over_when_time_alone_completes_a_look():
    """The first stage waits for responses until day 90, and the third participant survives on day 33."""
    inner = TwoStageDesign(TwoStageRule(0, 3, 1, 6), "arm-1", 87)
    design = MonitoredDesign(inner, "arm-1", RULE, 30, Event.DEATH)
    facts = people(died(10), died(12), None)
    waits = design.decide(state_of(facts, 20))
    assert isinstance(waits, Wait)
    assert waits.until == 33
    assert isinstance(design.decide(state_of(facts, 33)), Stop)


def test_a_window_below_zero_is_refused():
    with pytest.raises(UsageError, match="DES-332"):
        replace(DEATHS, window=-1)


def test_a_simulated_trial_follows_everyone_to_the_end_of_the_windows_that_are_monitored():
    protocol = single()
    longer = replace(
        protocol,
        design=replace(
            protocol.design,
            rule="monitored for deaths within 400 days: limit 0.1; monitored for toxicity within 300 days: limit 0.1",
        ),
    )
    scenario = scenarios.for_protocol(longer)[0]
    plan = make(longer, scenario)
    assert plan.horizon >= 400
    assert (plan.window, plan.assessed_arms) == (300, ("arm-1",))
    toxic = replace(scenario, dlt=(1.0,), death=ByGroup(0, 0))
    assert not run(longer, toxic, seed=1).stop.completed
    assert run(longer, replace(toxic, dlt=(0.0,)), seed=1).stop.completed
    deadly = replace(scenario, dlt=(0.0,), death=ByGroup(0.99, 0.99), death_by=20)
    assert not run(longer, replace(deadly, conduct=replace(deadly.conduct, accrual=0.02)), seed=1).stop.completed


def test_only_the_arm_that_is_named_is_assessed_for_toxicity():
    protocol = parallel()
    rule = "monitored for toxicity in arm-1 within 14 days: limit 0.3"
    protocol = replace(protocol, design=replace(protocol.design, rule=rule))
    trial = run(protocol, scenarios.for_protocol(protocol)[0], seed=1)
    arms = {f.subject: f.values["ARMCD"] for f in trial.facts if f.domain == "DM" and "ARMCD" in f.values}
    assert {arms[fact.subject] for fact in trial.facts if fact.domain == "XD"} == {"arm-1"}


LEVELS = ("arm-1", "arm-2", "arm-3")
BOIN12 = Boin12Design(Boin12(3, most=12, enough=6), LEVELS, 28, 56)


def treated(number, dlt=None, response=None, *ends, level=1, evaluable="Y"):
    """One participant at a level; outcomes None = not assessed."""
    facts = entered(number, *ends, arm=f"arm-{level}", level=level)
    subject = f"P-{number:02d}"
    if dlt is not None:
        values = {"XDDLT": dlt, "XDEVAL": evaluable}
        facts.append(Fact("XD", subject, 1, day=number + 28, known=number + 28, values=values))
    if response is not None:
        values = {"TESTCD": RESPONSE_TESTCD, "STRESC": response}
        facts.append(Fact("RS", subject, 1, day=number + 30, known=number + 30, values=values))
    return facts


def cohort(*outcomes, first=0, level=1):
    return [
        fact for i, (dlt, response) in enumerate(outcomes) for fact in treated(first + i, dlt, response, level=level)
    ]


def boin12(facts, day=300):
    return BOIN12.decide(state_of(facts, day))


def test_boin12_waits_for_both_outcomes_of_the_cohort():
    assert boin12([], 0) == Enrol(
        ("arm-1",), (1,), 3, "the trial opens with 3 at level 1; 0 of 3 places taken", dose_level=1
    )
    facts = cohort(("N", "N"), ("N", "Y"), ("N", "N"))
    early = boin12(facts, 40)
    assert isinstance(early, Wait)
    assert early.until == 59, "dosed on day 2, and no response is final after day 58"
    assert early.reason.endswith("both outcomes of 1 known; P-00 and P-02 are in the response window")
    up = boin12(facts, 59)
    assert isinstance(up, Enrol)
    assert (up.dose_level, up.arms, up.slots) == (2, ("arm-2",), 3)


def test_boin12_names_who_is_not_assessed():
    waits = boin12(cohort(("N", "Y"), (None, "Y"), ("N", None)))
    assert waits == Wait(
        None,
        "3 participants at level 1, both outcomes of 1 known; P-01 is not assessed for a DLT; "
        "P-02 is not assessed for a response",
    )


def test_boin12_leaves_open_the_place_of_who_is_not_evaluable():
    facts = cohort(("N", "Y"), ("N", "Y")) + treated(2, "N", "Y", evaluable="N")
    facts += treated(3, "N", "N", (WITHDRAWAL, 5, 5), (REPLACED, 5, 5))
    decision = boin12(facts)
    assert isinstance(decision, Enrol)
    assert decision.slots == 1


@pytest.mark.parametrize(("response", "score"), [(None, 0), ("Y", 1)])
def test_a_toxicity_counts_whatever_happens_afterwards(response, score):
    facts = cohort(("N", "Y"), ("N", "N")) + treated(2, "Y", response, (REPLACED, 40, 40))
    person = BOIN12._line(state_of(facts, 300))[2]
    assert person.outcome == (True, bool(score))
    assert not person.pending
    assert not isinstance(boin12(facts), Wait)


def test_boin12_names_whose_dose_is_not_recorded_once():
    """A toxicity without a recorded dose is awaited for its response; without a toxicity for both."""
    toxic = [f for f in treated(2, "Y", None) if f.domain != "EX"]
    waits = boin12(cohort(("N", "Y"), ("N", "N")) + toxic)
    assert waits == Wait(None, "3 participants at level 1, both outcomes of 2 known; P-02 is not dosed yet")
    clear = [f for f in treated(2) if f.domain != "EX"]
    assert boin12(cohort(("N", "Y"), ("N", "N")) + clear) == waits


def test_boin12_counts_leavers_as_the_protocol_says():
    facts = cohort(("N", "Y"), ("N", "Y")) + treated(2, "N", None, (WITHDRAWAL, 40, 40))
    assert isinstance(boin12(facts), Wait)
    counted = replace(BOIN12, leavers=Leavers.NO_RESPONSE)
    assert isinstance(counted.decide(state_of(facts, 58)), Wait)
    assert isinstance(counted.decide(state_of(facts, 59)), Enrol)


def test_boin12_stops_with_the_best_level_once_enough_are_treated_there():
    facts = cohort(("N", "N"), ("N", "N"), ("N", "N")) + cohort(*[("N", "Y")] * 6, first=3, level=2)
    stop = boin12(facts)
    assert isinstance(stop, Stop)
    assert (stop.selected, stop.completed) == (2, True)


def test_boin12_stops_for_toxicity_of_the_lowest_level():
    stop = boin12(cohort(("Y", "Y"), ("Y", "Y"), ("Y", "N")))
    assert isinstance(stop, Stop)
    assert (stop.selected, stop.completed) == (0, False)


def test_boin12_takes_in_whom_it_did_not_ask_for_when_all_are_known():
    """The second entered level 3 against the design."""
    facts = treated(0, "N", "Y") + treated(1, "N", None, level=3) + treated(2, "N", "Y", level=3)
    held = boin12(facts)
    assert isinstance(held, Wait)
    assert "3 participants at level 1 and 3" in held.reason
    known = treated(0, "N", "Y") + treated(1, "N", "Y", level=3) + treated(2, "N", "Y", level=3)
    decision = boin12(known)
    assert isinstance(decision, Enrol)
    assert decision.dose_level in (2, 3)
    one_too_many = cohort(*[("N", "Y")] * 3) + treated(3, None, None, level=1)
    waits = boin12(one_too_many)
    assert isinstance(waits, Enrol), "the cohort of three was complete: the fourth does not hold it"


def test_boin12_holds_a_trial_where_a_level_is_not_recorded():
    waits = boin12(entered(0, arm=None, level=None))
    assert waits == Wait(None, "the dose level (1 to 3) of P-00 is not recorded")


@pytest.mark.parametrize(("made", "code"), [({"arms": ("arm-1",)}, "DES-333"), ({"window": -1}, "DES-331")])
def test_boin12_that_does_not_fit_is_refused(made, code):
    with pytest.raises(UsageError, match=code):
        replace(BOIN12, **made)


OF_RESPONSES_AND_DEATHS = [name for name in DESIGNS if any(word in name for word in ("stages", "BOIN12", "deaths"))]


@pytest.mark.parametrize("name", OF_RESPONSES_AND_DEATHS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(state=states())
def test_a_wait_names_the_first_day_on_which_time_alone_can_end_it(name, state):
    """Nothing more becomes known: until the day that is named, and for ever where none is, nobody may enter."""
    design, then = DESIGNS[name], state.copy()
    then._waiting.clear()
    decision = design.decide(then)
    if not isinstance(decision, Wait):
        return
    last = decision.until if decision.until is not None else then.day + 120
    while then.day + 1 < last:
        then.advance(then.day + 1)
        later = design.decide(then)
        assert isinstance(later, Wait), f"{decision} and on day {then.day} {later}"
