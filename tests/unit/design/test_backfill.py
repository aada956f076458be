"""Backfill: places while the trial waits higher up, which levels, whose outcomes count when, names and limits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_design_contract import DESIGNS, states

from made_up_protocols import escalation as made_up
from trialwright import simulate
from trialwright.core.errors import UsageError
from trialwright.dataset.columns import BACKFILL, ENROLLED, REPLACED, RESPONSE_TESTCD, WITHDRAWAL
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.design import build, rules
from trialwright.design.backfill import BackfillDesign, parted
from trialwright.design.counting import CountingDesign
from trialwright.design.from_protocol import rule_of
from trialwright.design.live import live
from trialwright.design.rule import Treat
from trialwright.design.staggered import StaggeredDesign
from trialwright.design.timed import names as by_time
from trialwright.protocol.decisions import Enrol, Stop, Wait
from trialwright.simulate.retracing import retraced

ARMS, WINDOW = ("arm-1", "arm-2", "arm-3"), 28
BOIN = "BOIN: target 0.3, cohorts of 3, at most 12"


def person(number, level, entered, outcome="N", known=None, *, cohort=1, evaluable="Y", more=()):
    """One participant, dosed on the day of entry; assessed on the last day of the window or on day `known`."""
    name = f"P-{number:02d}"
    facts = [
        Fact("DS", name, 1, entered, entered, values={"DSDECOD": ENROLLED}),
        Fact("DM", name, 1, entered, entered, values={"DOSELVL": level, "COHORT": cohort}),
        Fact("EX", name, 1, entered, entered, values={"OCCUR": "Y"}),
    ]
    if outcome:
        day = entered + WINDOW if known is None else known
        facts.append(Fact("XD", name, 1, day, day, values={"XDDLT": outcome, "XDEVAL": evaluable}))
    return facts + [Fact(domain, name, 9, day, day, values=values) for domain, day, values in more]


def fill(number, level, entered, outcome="N", known=None, **how):
    return person(number, level, entered, outcome, known, cohort=BACKFILL, **how)


def ask(people, day, name=BOIN, **limits):
    limits = {"most": 6, **limits}
    design = BackfillDesign(CountingDesign(rules.make(name, 3), ARMS, WINDOW), **limits)
    return design.decide(state_of([fact for one in people for fact in one], day))


FIRST = [person(n, 1, 0) for n in (1, 2, 3)]  # nothing by day 28, known on day 29
SECOND = [*FIRST, *(person(n, 2, 30) for n in (4, 5, 6))]  # awaited until day 59
THIRD = [*SECOND, *(person(n, 3, 60) for n in (7, 8, 9))]  # awaited until day 89


def test_nobody_backfills_before_a_level_is_cleared_nor_while_the_cohort_has_places():
    assert isinstance(ask(FIRST, 10), Wait)
    opening = ask(FIRST, 29)
    assert (opening.dose_level, opening.slots, opening.cohort) == (2, 3, 2)
    assert ask(SECOND[:5], 31).dose_level == 2  # one place left in the cohort comes first


def test_while_the_cohort_is_awaited_the_level_below_is_open_up_to_its_limit():
    decision = ask(SECOND, 40)
    assert isinstance(decision, Enrol)
    assert (decision.arms, decision.dose_level, decision.cohort, decision.slots) == (("arm-1",), 1, BACKFILL, 3)
    assert decision.reason == (
        "the outcomes of 3 participants at level 2 are awaited; backfill at level 1, which is cleared: "
        "3 of 6 places taken"
    )
    filled = [*SECOND, *(fill(n, 1, 40) for n in (10, 11, 12))]
    assert ask(filled, 41) == Wait(59, ask(filled, 41).reason)


def test_the_highest_open_level_is_offered_and_then_the_next():
    assert ask(THIRD, 70).dose_level == 2
    full = [*THIRD, *(fill(n, 2, 61) for n in (10, 11, 12))]
    assert ask(full, 70).dose_level == 1


def test_the_limit_in_all_ends_the_backfill_everywhere():
    assert ask(THIRD, 70, in_all=2).slots == 2
    filled = [*THIRD, fill(10, 2, 61), fill(11, 2, 62)]
    assert isinstance(ask(filled, 70, in_all=2), Wait)
    replaced = [*THIRD, fill(10, 2, 61), fill(11, 2, 62, "", more=[("DS", 65, {"DSDECOD": REPLACED})])]
    assert ask(replaced, 70, in_all=2).slots == 1  # the place of one who does not count is open again


def test_backfill_that_is_awaited_does_not_hold_up_the_next_cohort():
    waiting = [*SECOND, fill(10, 1, 55)]
    decision = ask(waiting, 59)
    assert (decision.dose_level, decision.cohort) == (3, 3)


def test_outcomes_of_the_backfill_are_added_to_those_of_the_level():
    """After 1 of 3 at level 2 the rule stays; with 0 of 3 by backfill it has 1 of 6 there and goes up."""
    there = [*FIRST, *(person(n, 2, 30) for n in (4, 5)), person(6, 2, 30, "Y", 40)]
    third = [*there, *(person(n, 2, 60) for n in (7, 8)), person(9, 2, 60, "Y", 70)]  # 2 of 6: stay
    assert ask(third, 89).dose_level == 2
    helped = [*third, *(fill(n, 2, 31) for n in range(10, 13))]
    assert "2 of 9 had a DLT at level 2" in ask(helped, 89).reason
    assert ask(helped, 89).dose_level == 3


def test_dlts_among_the_backfill_close_the_level_at_once():
    toxic = [*SECOND, fill(10, 1, 31, "Y", 35), fill(11, 1, 31, "Y", 36)]
    assert ask(toxic, 35, most=9).dose_level == 1  # 1 of 4: below the boundary for going down
    assert isinstance(ask(toxic, 36, most=9), Wait)  # 2 of 5
    higher = [*THIRD, fill(10, 2, 61, "Y", 62)]
    assert ask(higher, 70, most=9).dose_level == 2
    assert ask([*higher, fill(11, 2, 61, "Y", 63)], 70, most=9).dose_level == 1


def test_an_unsafe_level_closes_those_above_it_too():
    toxic = [*THIRD, fill(10, 1, 61, "Y", 62), fill(11, 1, 61, "Y", 63)]
    assert ask(toxic, 62, most=9).dose_level == 2
    assert isinstance(ask(toxic, 63, most=9), Wait)


@pytest.mark.parametrize(
    ("name", "one", "two"),
    [
        ("3+3: stop at two", True, False),  # 1 of 4: more are wanted there; 2 of 5: it would end
        ("keyboard: target 0.3, at most 12", True, False),
        ("literal: cohorts of three, stop at two DLTs in a cohort", True, False),
        ("CRM: target 0.3, half-width 0.05 at level 2, cohorts of 3, at most 12", False, False),
    ],
)
def test_each_rule_says_when_its_lowest_level_is_closed(name, one, two):
    dlts = [fill(10, 1, 31, "Y", 35), fill(11, 1, 31, "Y", 36)]
    assert isinstance(ask([*SECOND, *dlts], 35, name, most=9), Enrol) == one
    assert isinstance(ask([*SECOND, *dlts], 36, name, most=9), Enrol) == two


def test_an_unsafe_lower_level_is_answered_at_the_next_decision():
    """Six of nine at level 1: eliminated, and no level is left. Not before the cohort at level 2 is known."""
    toxic = [*SECOND, *(fill(n, 1, 31, "Y", 40) for n in range(10, 16))]
    assert isinstance(ask(toxic, 45, most=12), Wait)
    stop = ask(toxic, 59, most=12)
    assert isinstance(stop, Stop)
    assert (stop.selected, stop.completed) == (0, False)
    assert stop.reason.endswith("; 6 participants by backfill among them")


def test_a_late_outcome_never_rewrites_an_earlier_decision_and_bears_on_the_next():
    """On day 60 the trial went up to level 3. DLTs at level 2 that are known on day 61 would have forbidden it."""
    late = [*THIRD, *(fill(n, 2, 31, "Y", 61) for n in range(10, 13))]
    decision = ask(late, 62, most=12)
    assert decision.dose_level == 1
    assert "3 participants at level 3 are awaited" in decision.reason
    next_answer = ask(late, 89, most=12)  # 3 of 6 at level 2, and 0 of 3 at level 3: the rule looks at level 3
    assert (next_answer.dose_level, next_answer.cohort) == (3, 4)
    known = [*THIRD, *(fill(n, 2, 31, "Y", 59) for n in range(10, 13))]
    assert isinstance(ask(known, 62, most=12), Wait)  # who entered level 3 against the answer is awaited
    assert "not all of them were asked for by the rule" in ask(known, 62, most=12).reason


def test_a_corrected_assessment_counts_as_if_it_had_always_been_known():
    wrong = [fill(n, 2, 31, "N", 59) for n in range(10, 13)]
    corrected = [
        [*facts, replace(facts[-1], version=2, known=70, values={"XDDLT": "Y", "XDEVAL": "Y"})] for facts in wrong
    ]
    assert "not all of them were asked for" in ask([*THIRD, *corrected], 70, most=12).reason
    assert "not all of them were asked for" not in ask([*THIRD, *corrected], 69, most=12).reason


def test_no_dlt_does_not_count_before_the_window_has_passed_however_early_it_is_signed():
    """Nor where the participant has left: the day on which that became known is not on record."""
    early = fill(10, 1, 40, "N", 45)
    left = fill(10, 1, 40, "N", 45, more=[("DS", 44, {"DSDECOD": WITHDRAWAL})])
    for one in (early, left):
        slow = [*FIRST, *(person(n, 2, 30, "") for n in (4, 5, 6)), one]
        slow += [fill(11, 1, 31, "Y", 41), fill(12, 1, 31, "Y", 42)]
        assert isinstance(ask(slow, 68, most=9), Wait)  # 2 of 5 at level 1: it is not open
        assert ask(slow, 69, most=9).dose_level == 1  # 2 of 6: it is


def test_the_level_opens_again_on_the_day_that_is_named():
    """2 of 5 at level 1 keep it closed, 2 of 6 open it: the sixth was signed early and counts from day 61 on."""
    slow = [*FIRST, *(person(n, 2, 30, "") for n in (4, 5, 6))]
    people = [*slow, *(fill(n, 1, 31, "Y", 33) for n in (10, 12)), fill(11, 1, 32, "N", 40)]
    assert ask(people, 50, most=9).until == 59  # the cohort's own wait is over first
    sooner = [*slow, *(fill(n, 1, 29, "Y", 33) for n in (10, 12)), fill(11, 1, 29, "N", 40)]
    assert ask(sooner, 50, most=9).until == 58
    assert ask(sooner, 58, most=9).dose_level == 1


def test_the_trial_does_not_end_before_the_backfill_is_known():
    last = [*THIRD, *(person(n, 3, 90) for n in (13, 14, 15))]
    stop = ask(last, 119)
    assert isinstance(stop, Stop)
    waiting = ask([*last, fill(16, 2, 100)], 119)
    assert waiting == Wait(129, waiting.reason)
    assert waiting.reason.startswith("the escalation would end: 12 participants are treated, the maximum")
    assert waiting.reason.endswith("of the backfill P-16 is in the DLT window")
    after = ask([*last, fill(16, 2, 100)], 129)
    assert isinstance(after, Stop)
    assert after.selected == 3
    missing = ask([*last, fill(16, 2, 100, "")], 140)
    assert missing == Wait(None, missing.reason)


def test_the_rules_maximum_is_that_of_its_own_line():
    """Nine of the rule's own and three by backfill: one more cohort."""
    filled = [*THIRD, *(fill(n, 2, 61) for n in (10, 11, 12))]
    assert ask(filled, 90).slots == 3
    with_all = [*filled, *(person(n, 3, 91) for n in (13, 14, 15))]
    assert isinstance(ask(with_all, 120), Stop)
    capped = "3+3: six required at the MTD, at most 9"
    assert ask(filled[:9], 90, capped).reason.startswith("9 participants are treated, the maximum")
    other = "CRM: target 0.3, half-width 0.05 at level 2, cohorts of 3, at most 12"
    assert isinstance(ask(filled, 90, other), Enrol)


def test_where_a_response_is_asked_for_it_must_be_seen_at_the_level_or_below():
    def answered(number, level, entered, day, answer):
        values = {"TESTCD": RESPONSE_TESTCD, "STRESC": answer}
        return person(number, level, entered, more=[("RS", day, values)])

    none = [*FIRST, answered(4, 2, 30, 40, "N"), *SECOND[4:]]
    assert isinstance(ask(none, 45, responded=True), Wait)
    above = [*FIRST, answered(4, 2, 30, 40, "Y"), *SECOND[4:]]
    assert isinstance(ask(above, 45, responded=True), Wait)  # seen higher up: it says nothing of level 1
    below = [answered(1, 1, 0, 40, "Y"), *SECOND[1:]]
    assert isinstance(ask(below, 39, responded=True), Wait)
    assert ask(below, 40, responded=True).dose_level == 1
    assert ask([below[0], *THIRD[1:]], 70, responded=True).dose_level == 2


def test_a_level_that_the_rule_came_back_to_is_closed_until_it_is_cleared_again():
    """Up to level 3, down to level 2: only level 1 is open while the second cohort at level 2 is awaited."""
    down = [*SECOND, *(person(n, 3, 60, "Y", 65) for n in (7, 8)), person(9, 3, 60)]
    again = [*down, *(person(n, 2, 90) for n in (10, 11, 12))]
    assert ask(down, 89).dose_level == 2
    assert ask(again, 100).dose_level == 1


def test_who_opened_a_cohort_and_counts_no_more_still_explains_why_the_others_entered():
    """The decision for level 3 was taken on day 60, when P-07 entered. P-07 was replaced; DLTs known on day 61, before
    the others entered, do not make these strangers to the cohort."""
    gone = person(7, 3, 60, "", more=[("DS", 64, {"DSDECOD": REPLACED})])
    others = [person(n, 3, 62) for n in (8, 9)]
    late = [fill(n, 2, 31, "Y", 61) for n in range(10, 13)]
    decision = ask([*SECOND, gone, *others, *late], 70, most=12)
    assert (decision.dose_level, decision.slots, decision.cohort) == (3, 1, 3)


def test_a_participant_at_an_unrecorded_level_holds_everything():
    assert ask([*SECOND, fill(10, None, 31)], 40) == Wait(None, "the dose level (1 to 3) of P-10 is not recorded")


@pytest.mark.parametrize("name", [name for name in DESIGNS if "backfill" in name and "staggered" not in name])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(state=states(), ahead=st.integers(1, 40))
def test_no_place_opens_by_time_alone_before_the_day_that_is_named(name, state, ahead):
    design = DESIGNS[name]
    decision = design.decide(state)
    if isinstance(decision, Wait) and (decision.until is None or state.day + ahead < decision.until):
        later = state.copy()
        later.advance(state.day + ahead)
        assert isinstance(design.decide(later), Wait)


@pytest.mark.parametrize("name", [BOIN, "3+3: stop at two", "CRM: target 0.3, half-width 0.05 at level 2, at most 12"])
def test_simulated_trials_keep_the_limits_and_tell_the_two_apart(name):
    plain = made_up()
    protocol = replace(plain, design=replace(plain.design, rule=f"{name}, backfill up to 6 at a level and 5 in all"))
    scenario = simulate.scenarios.for_protocol(protocol)[0]
    seen = 0
    for seed in range(5):
        trial = simulate.run(protocol, scenario, seed=seed, deciding_only=True)
        assert trial.stop is not None
        state = state_of(trial.facts, 100_000)
        counts = ~state.replaced & (state.evaluable != 0) & (state.first_dose >= 0)
        by_backfill = state.cohort == BACKFILL
        assert (by_backfill & counts).sum() <= 5
        for i in by_backfill.nonzero()[0]:  # whoever was there before left room under the limit
            assert (counts & (state.dose_level == state.dose_level[i]))[:i].sum() < 6
        seen += int(by_backfill.sum())
    assert seen > 3


def test_many_trials_are_the_same_for_any_number_of_workers_and_use_more_participants():
    plain = made_up()
    protocol = replace(plain, design=replace(plain.design, rule=f"{BOIN}, backfill up to 9"))
    scenario = simulate.scenarios.for_protocol(protocol)[0]
    runs = simulate.many(protocol, scenario, seed=1, trials=20)
    assert runs == simulate.many(protocol, scenario, seed=1, trials=20, workers=2)
    less = simulate.many(protocol, scenario, seed=1, trials=20, design=build(protocol, BOIN))
    assert runs.expected_n.value > less.expected_n.value + 3


def test_names_read_back():
    protocol = made_up()

    def built(rule):
        return build(replace(protocol, design=replace(protocol.design, rule=rule)))

    design = built("BOIN: target 0.3, at most 12, Backfill up to 9")
    assert isinstance(design, BackfillDesign)
    assert (design.most, design.in_all, design.responded, design.inner.name) == (9, None, False, BOIN)
    assert built(design.name) == design
    full = f"{BOIN}, backfill up to 9 at a level and 4 in all where a response was seen"
    assert built(full).name == full
    staggered = built(f"{BOIN}, backfill up to 9, first 2 at a level 7 days apart")
    assert isinstance(staggered, StaggeredDesign)
    assert isinstance(staggered.inner, BackfillDesign)
    assert built(staggered.name) == staggered
    assert parted(BOIN) is None


@pytest.mark.parametrize("limits", [{"most": 0}, {"most": 6, "in_all": 0}, {"most": 2000}, {"most": -1}])
def test_limits_that_are_none_are_refused(limits):
    with pytest.raises(UsageError) as caught:
        BackfillDesign(CountingDesign(rules.make(BOIN, 3), ARMS, WINDOW), **limits)
    assert caught.value.code == "DES-511"


def test_a_table_that_does_not_reach_is_refused():
    short = rules.make("table 3:0/2/3 6:1/3/4 9:2/4/5: target 0.3, at most 12", 3)
    with pytest.raises(UsageError) as caught:
        BackfillDesign(CountingDesign(short, ARMS, WINDOW), 6)
    assert caught.value.code == "DES-111"


@pytest.mark.parametrize("within", ["rolling six", f"{BOIN}, first 2 at a level 7 days apart"])
def test_only_a_counting_rule_is_backfilled(within):
    protocol = made_up()
    with pytest.raises(UsageError) as caught:
        build(replace(protocol, design=replace(protocol.design, rule=f"{within}, backfill up to 6")))
    assert caught.value.code == "DES-513"
    assert by_time.make("rolling six", ARMS, WINDOW).name in caught.value.message or "first 2" in caught.value.message


@pytest.mark.parametrize("within", [BOIN, "3+3: stop at two", "CRM: target 0.3, half-width 0.05 at level 2, at most 9"])
def test_no_exact_characteristics_are_claimed(within):
    protocol = made_up()
    name = f"{within}, backfill up to 6"
    for refuse in (
        lambda: rule_of(replace(protocol.design, rule=name)),
        lambda: rules.make(name, 3),
        lambda: rules.factory(name),
    ):
        with pytest.raises(UsageError) as caught:
            refuse()
        assert caught.value.code == "DES-512"
        assert repr(within) in caught.value.mend


def test_a_live_trial_is_examined_on_its_own_line_with_the_backfill_counted():
    """1 of 6 at level 1 and three in the window at level 2: what follows is said for these three."""
    people = [*SECOND, *(fill(n, 1, 31, "N", 40) for n in (10, 11)), fill(12, 1, 31, "Y", 33), fill(13, 1, 50, "")]
    state = state_of([fact for one in people for fact in one], 60)
    design = BackfillDesign(CountingDesign(rules.make(BOIN, 3), ARMS, WINDOW), 9)
    found, rule = design.open(state)
    assert found.counts.n == (6, 3, 0)
    assert found.counts.y == (1, 0, 0)
    assert rule.most == 12 + 3
    waiting = state_of([fact for one in people for fact in one], 45)
    seen = live(StaggeredDesign(design, 2, 7, WINDOW), waiting)
    assert seen.why_not == ""
    assert {person.subject for person in seen.awaited} == {"P-04", "P-05", "P-06", "P-10", "P-11"}
    assert seen.examination is not None
    assert "outcomes of the backfill" in seen.notes[-1]
    assert live(design.inner, waiting).examination is None  # without the marks they would be strangers to the cohort


def test_what_other_designs_would_have_said_leaves_backfill_out():
    plain = made_up()
    protocol = replace(plain, design=replace(plain.design, rule=f"{BOIN}, backfill up to 9"))
    trial = simulate.run(protocol, simulate.scenarios.for_protocol(protocol)[0], seed=2, deciding_only=True)
    state = state_of(trial.facts, 100_000)
    found = retraced(protocol, trial.facts)
    assert found.backfilled == (state.cohort == BACKFILL).sum() > 0
    assert sum(cohort.treated for cohort in found.cohorts) + found.not_counted <= len(state) - found.backfilled


def test_simulated_responses_open_levels():
    plain = made_up()
    rule = f"{BOIN}, backfill up to 9 where a response was seen"
    protocol = replace(plain, design=replace(plain.design, rule=rule))
    scenario = simulate.scenarios.for_protocol(protocol)[0]

    def mean(rate):
        return simulate.many(protocol, replace(scenario, response=(rate,) * 3), seed=1, trials=15).expected_n.value

    assert mean(0.0) < mean(0.2) < mean(1.0)


def test_a_level_that_was_passed_over_is_not_cleared():
    start = f"{BOIN}, start at level 2"
    second = [*(person(n, 2, 0) for n in (1, 2, 3)), *(person(n, 3, 30) for n in (4, 5, 6))]
    assert ask(second, 40, start).dose_level == 2
    full = [*second, *(fill(n, 2, 31) for n in (10, 11, 12))]
    assert isinstance(ask(full, 40, start), Wait)  # nobody was treated at level 1


def test_a_level_below_which_the_rule_came_back_is_not_cleared_any_more():
    class Scripted:
        name, levels, doses = "1, 2, 3, 1, 3", 3, (1, 2, 3, 1, 3)

        def first(self):
            return Treat(1, 3, "the first")

        def next(self, counts):
            return Treat(self.doses[sum(counts.n) // 3], 3, "the next")

    design = BackfillDesign(CountingDesign(Scripted(), ARMS, WINDOW), 9)
    people = [person(3 * k + n, dose, 30 * k) for k, dose in enumerate(Scripted.doses) for n in range(3)]
    state = state_of([fact for one in people for fact in one], 125)
    assert design.decide(state).dose_level == 1
    state = state_of([fact for one in people[:9] for fact in one], 65)
    assert design.decide(state).dose_level == 2


def test_a_level_at_which_the_rule_would_end_is_open_if_it_or_a_higher_one_would_be_selected():
    """2 of 6 at level 1 are enough there, and the rule would end and select."""
    dlts = [*(fill(n, 1, 31, "Y", 40) for n in (10, 11)), fill(12, 1, 31)]
    assert ask([*THIRD, *dlts], 70, f"{BOIN}, enough at 6", most=9).dose_level == 2


def test_the_maximum_around_a_rule_is_that_of_its_own_line_too():
    filled = [*THIRD, *(fill(n, 2, 61) for n in (10, 11, 12))]
    assert ask(filled, 90, "3+3: six required at the MTD, at most 12").slots == 3


def test_while_somebody_is_awaited_below_nothing_above_them_is_open():
    """P-09 entered level 1 against the decision for level 3."""
    against = [*SECOND, *(person(n, 3, 60) for n in (7, 8)), person(9, 1, 60)]
    assert isinstance(ask(against, 70), Wait)
    assert ask(THIRD, 70).dose_level == 2
