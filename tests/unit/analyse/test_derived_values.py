"""One value per participant: baseline, visit windows, reasons for missing values, event times and durations."""

import pytest

from trialwright.analyse import derive
from trialwright.analyse.derive import Value, Visit, at_visit, baseline, event_time, visits, worst_ranked
from trialwright.analyse.observed import observe
from trialwright.protocol.outcomes import Direction, OutcomeType, Parameter
from trialwright.protocol.schedule import Encounter

DAY_28 = Visit(28, 20, 37)


def _look(site, subject="P-1", until=200):
    observed = observe(site.data(until))
    return observed, next(person for person in observed.participants if person.id == subject)


@pytest.fixture
def site(trials):
    site = trials.Site()
    site.enrol("P-1")
    return site


def test_the_baseline_is_the_last_value_before_or_on_the_day_of_the_first_dose(trials, site):
    for day, value in ((-6, 1.0), (-1, 2.0), (1, 9.0)):
        site.measure("P-1", day, value)
    assert baseline(*_look(site), trials.CRP) == 2.0


def test_a_value_before_the_baseline_window_is_no_baseline_unless_the_test_is_slow(trials, site):
    site.measure("P-1", -8, 1.0)
    site.measure("P-1", -8, 4.0, code="LESP")
    assert baseline(*_look(site), trials.CRP) is None
    assert baseline(*_look(site), Parameter("LESP", "Lesion proportion on CT", "LB")) == 4.0


def test_a_missing_result_on_the_day_of_the_dose_does_not_hide_an_earlier_baseline(trials, site):
    site.measure("P-1", -2, 5.0)
    site.measure("P-1", 0, STAT="NOT DONE", REASND="not_done")
    assert baseline(*_look(site), trials.CRP) == 5.0


def test_windows_run_from_midpoint_to_midpoint(trials):
    # days 10, 28 and 90 with a last window of at most 30 days more
    found = visits(trials.outcome(days=(0, 10, 28, 90)), trials.CRP, ())
    assert [(v.day, v.earliest, v.latest) for v in found] == [(10, 1, 19), (28, 20, 59), (90, 60, 120)]


def test_a_stated_tolerance_replaces_the_midpoints(trials):
    found = visits(trials.outcome(days=(28,), tolerance=3), trials.CRP, ())
    assert [(v.earliest, v.latest) for v in found] == [(25, 31)]


def test_the_schedules_window_holds_where_the_encounter_measures_this(trials):
    schedule = (Encounter(1, "Day 28", 28, 26, 30, ("CRP",)), Encounter(2, "Day 28 CT", 28, 1, 99, ("CT",)))
    found = visits(trials.outcome(days=(28,)), trials.CRP, schedule)
    assert [(v.earliest, v.latest) for v in found] == [(26, 30)]


def test_an_outcome_without_days_is_measured_when_the_schedule_says(trials):
    schedule = (Encounter(1, "Day 7", 7, 6, 8, ("CRP",)), Encounter(2, "Day 14", 14, 12, 16, ("CT",)))
    assert [v.day for v in visits(trials.outcome(days=()), trials.CRP, schedule)] == [7]


def test_the_closest_reading_is_taken_and_the_later_of_two_equally_close(trials, site):
    for day, value in ((20, 1.0), (26, 2.0), (30, 3.0)):
        site.measure("P-1", day, value)
    assert at_visit(*_look(site), trials.CRP, DAY_28).value == 3.0


def test_a_value_known_only_after_death_of_another_reading_counts_as_it_stands(trials, site):
    site.measure("P-1", 21, 1.0)
    site.leave("P-1", 25, "DEATH")
    assert at_visit(*_look(site), trials.CRP, DAY_28).value == 1.0


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (("DEATH", 5), "died"),
        (("WITHDRAWAL BY SUBJECT", 5), "ltfu"),
        (("LOST TO FOLLOW-UP", 5), "ltfu"),
        (("COMPLETED", 90), "not recorded"),
        (None, "not recorded"),
    ],
)
def test_a_missing_value_has_its_reason(trials, site, event, reason):
    if event:
        site.leave("P-1", event[1], event[0])
    assert at_visit(*_look(site), trials.CRP, DAY_28).missing == reason


def test_a_death_after_the_window_does_not_explain_a_missing_value(trials, site):
    site.leave("P-1", 60, "DEATH")
    assert at_visit(*_look(site), trials.CRP, DAY_28).missing == "not recorded"


def test_a_death_late_in_the_window_explains_a_missing_value(trials, site):
    site.leave("P-1", 33, "DEATH")
    assert at_visit(*_look(site), trials.CRP, DAY_28).missing == "died"


@pytest.mark.parametrize(("until", "reason"), [(30, "not due"), (48, "not due"), (49, "not recorded")])
def test_a_visit_is_not_due_until_its_window_is_over(trials, site, until, reason):
    # the first dose is on trial day 12, the window ends 37 days later
    assert at_visit(*_look(site, until=until), trials.CRP, DAY_28).missing == reason


def test_what_the_visit_says_outranks_a_later_loss(trials, site):
    site.measure("P-1", 27, STAT="NOT DONE", REASND="unable")
    site.leave("P-1", 30, "LOST TO FOLLOW-UP")
    assert at_visit(*_look(site), trials.CRP, DAY_28).missing == "unable"


def test_a_change_without_a_baseline_says_so(trials, site):
    site.measure("P-1", 28, 3.0)
    assert at_visit(*_look(site), trials.CRP, DAY_28, change=True).missing == "no baseline"


def test_changes_that_are_equal_on_paper_are_ties(trials, site):
    site.measure("P-1", 0, 0.1)
    site.measure("P-1", 28, 0.3)
    assert at_visit(*_look(site), trials.CRP, DAY_28, change=True).value == 0.2


def test_days_of_somebody_never_dosed_count_from_enrolment(trials):
    site = trials.Site()
    site.enrol("P-1", dosed=False)
    _, person = _look(site)
    assert person.anchor == 10


def test_a_retracted_or_corrected_row_is_read_in_its_last_version(trials, site):
    from trialwright.dataset.facts import Fact

    site.measure("P-1", 28, 3.0)
    site.facts.append(Fact("LB", "P-1", 1, 40, 45, version=2, values={"TESTCD": "CRP", "STRESN": 8.0}))
    assert at_visit(*_look(site), trials.CRP, DAY_28).value == 8.0


def test_a_toxicity_once_found_is_not_taken_back_by_a_second_assessment(site):
    site.write("XD", "P-1", 20, XDDLT="Y", XDEVAL="Y")
    site.write("XD", "P-1", 40, XDDLT="N", XDEVAL="Y")
    assert _look(site)[1].dlt is True


def _scores(site, trials, scores):
    for day, score in enumerate(scores):
        site.measure("P-1", day, score, code="CLIN6", domain="RS")


def _improvement(trials, site, last=28, until=200):
    outcome = trials.outcome(OutcomeType.TIME_TO_EVENT, (), trials.SCALE, end=last, improvement=1)
    return event_time(*_look(site, until=until), outcome, trials.SCALE, last)


def test_the_event_is_the_first_day_below_baseline(trials, site):
    _scores(site, trials, [4, 4, 5, 3, 4, 2])
    found = _improvement(trials, site)
    assert (found.time, found.event) == (3, True)


def test_an_improvement_after_the_horizon_is_censored_at_it(trials, site):
    _scores(site, trials, [4, 4, 4, 3])
    found = _improvement(trials, site, last=2)
    assert (found.time, found.event) == (2, False)


def test_death_without_improvement_is_censored_at_the_horizon(trials, site):
    _scores(site, trials, [5, 5, 6])
    site.leave("P-1", 2, "DEATH")
    found = _improvement(trials, site)
    assert (found.time, found.event) == (28, False)


def test_somebody_lost_is_censored_on_the_last_day_with_a_score(trials, site):
    _scores(site, trials, [4, 4, 4])
    site.leave("P-1", 9, "LOST TO FOLLOW-UP")
    found = _improvement(trials, site)
    assert (found.time, found.event) == (2, False)


def test_labels_of_a_scale_are_read_as_scores(trials, site):
    site.measure("P-1", 0, code="CLIN6", domain="RS", STRESC="high flow")
    site.measure("P-1", 5, code="CLIN6", domain="RS", STRESC="Oxygen")
    assert _improvement(trials, site).time == 5


@pytest.mark.parametrize(
    ("direction", "time", "event"),
    [(Direction.HIGHER, 9, True), (Direction.LOWER, 28, False), (Direction.UNSTATED, 9, False)],
)
def test_death_in_a_time_to_a_recorded_event(trials, site, direction, time, event):
    site.leave("P-1", 9, "DEATH")
    outcome = trials.outcome(
        OutcomeType.TIME_TO_EVENT, (), end=28, direction=direction, intercurrent=trials.DEATH_COMPOSITE
    )
    found = event_time(*_look(site), outcome, trials.CRP, 28)
    assert (found.time, found.event) == (time, event)


def test_overlapping_spells_count_each_day_once(trials, site):
    site.write("PR", "P-1", 9, PRCAT="OXYGEN", ENDAY=15)  # days before the first dose do not count
    site.write("PR", "P-1", 14, PRCAT="OXYGEN", ENDAY=17)
    site.write("PR", "P-1", 12, PRCAT="DIALYSIS", ENDAY=40)
    outcome = trials.outcome(OutcomeType.DURATION, (), end=28)
    oxygen = Parameter("OXYGEN", "Oxygen", "PR", "days")
    assert derive.duration(*_look(site), outcome, oxygen, 28).value == 6


def test_death_takes_all_days_of_a_duration_that_should_be_short(trials, site):
    site.leave("P-1", 3, "DEATH")
    outcome = trials.outcome(OutcomeType.DURATION, (), end=28, intercurrent=trials.DEATH_COMPOSITE)
    assert derive.duration(*_look(site), outcome, trials.CRP, 28).value == 28


@pytest.mark.parametrize(("direction", "order"), [(Direction.HIGHER, "bacd"), (Direction.LOWER, "cdab")])
def test_deaths_rank_below_survivors_and_earlier_ones_lowest(direction, order):
    values = [Value("a", None, "died", 9), Value("b", None, "died", 3), Value("c", 5.0), Value("d", 7.0)]
    scores, span = worst_ranked(values, direction)
    ranked = "".join(name for _, name in sorted(zip(scores, "abcd", strict=True)))
    assert ranked == order
    assert span == 2.0
    assert min(abs(scores[0] - survivor) for survivor in (5.0, 7.0)) == 10 * span


@pytest.mark.parametrize(
    ("rule", "threshold", "change", "answer"),
    [
        ("decrease", 0, -0.1, True),
        ("decrease", 0, 0.0, False),
        ("decrease", 0, 0.1, False),
        ("increase", 2, 2.0, True),
        ("increase", 2, 1.9, False),
        ("any change", 0, -1.0, True),
        ("any change", 0, 0.0, False),
    ],
)
def test_a_response_is_a_change_of_the_asked_sign_and_size(trials, rule, threshold, change, answer):
    outcome = trials.outcome(OutcomeType.BINARY, responder=rule, threshold=threshold)
    assert derive.responds(outcome, change) is answer


def test_somebody_alive_but_not_measured_on_the_day_did_not_die_before_the_visit(trials, site):
    """Dead on day 33, alive and unmeasured on day 28: the visit's own reason stands; dead by day 28: the death does."""
    site.measure("P-1", 28, STAT="NOT DONE", REASND="not_done")
    assert at_visit(*_look(site), trials.CRP, DAY_28).missing == "not_done"
    site.leave("P-1", 33, "DEATH")
    assert at_visit(*_look(site), trials.CRP, DAY_28).missing == "not_done"
    other = trials.Site()
    other.enrol("P-1")
    other.measure("P-1", 28, STAT="NOT DONE", REASND="not_done")
    other.leave("P-1", 28, "DEATH")
    assert at_visit(*_look(other), trials.CRP, DAY_28).missing == "died"


def test_no_survivor_has_more_days_in_a_state_than_somebody_who_died(trials, site):
    site.write("PR", "P-1", 12, PRCAT="OXYGEN", ENDAY=100)
    site.enrol("P-2")
    site.leave("P-2", 3, "DEATH")
    outcome = trials.outcome(OutcomeType.DURATION, (), end=28, intercurrent=trials.DEATH_COMPOSITE)
    oxygen = Parameter("OXYGEN", "Oxygen", "PR", "days")
    seen, _ = _look(site)
    by_id = {person.id: derive.duration(seen, person, outcome, oxygen, 28).value for person in seen.participants}
    assert by_id == {"P-1": 29, "P-2": 29}


@pytest.mark.parametrize(
    ("start", "end", "value", "reason"),
    [
        (40.0, 30.0, -25.0, None),
        (0.0, 0.0, 0.0, None),
        (0.0, 3.0, None, "baseline of 0"),
        (None, 3.0, None, "no baseline"),
    ],
)
def test_a_relative_change_is_in_percent_of_the_baseline(trials, site, start, end, value, reason):
    if start is not None:
        site.measure("P-1", 0, start)
    site.measure("P-1", 28, end)
    found = derive.relative_change(*_look(site), trials.CRP, DAY_28)
    assert (found.value, found.missing) == (value, reason)


def test_an_event_on_the_last_day_of_the_horizon_counts(trials, site):
    for day, score in ((0, 4), (27, 4), (28, 3)):
        site.measure("P-1", day, float(score), code="CLIN6", domain="RS")
    outcome = trials.outcome(OutcomeType.TIME_TO_EVENT, (), trials.SCALE, end=28, improvement=1)
    found = event_time(*_look(site), outcome, trials.SCALE, 28)
    assert (found.time, found.event) == (28, True)


def test_a_death_on_the_last_day_of_the_horizon_counts(trials, site):
    site.leave("P-1", 28, "DEATH")
    found = derive.survival_time(*_look(site), 28)
    assert (found.time, found.event) == (28, True)
    later = derive.survival_time(*_look(site), 27)
    assert (later.time, later.event) == (27, False)


def test_a_value_that_stands_in_a_row_not_done_is_no_value(trials, site):
    site.measure("P-1", 28, 9.9, STAT="NOT DONE", REASND="unable")
    found = at_visit(*_look(site), trials.CRP, DAY_28)
    assert (found.value, found.missing) == (None, "unable")


def test_days_count_from_the_first_dose_that_was_given(trials):
    site = trials.Site()
    site.enrol("P-1", dosed=False)
    site.write("EX", "P-1", 11, OCCUR="N", EXTRT="cells")
    site.write("EX", "P-1", 15, OCCUR="Y", EXTRT="cells")
    site.measure("P-1", 31, 7.0)  # trial day 43 is day 28 after the dose of trial day 15
    _, person = _look(site)
    assert person.first_dose == 15
    assert at_visit(*_look(site), trials.CRP, Visit(28, 28, 28)).value == 7.0


def test_a_summary_is_that_of_a_sample():
    from trialwright.analyse.descriptive import summarise

    # R: sd(c(1, 2, 3, 10)); quantile(c(1, 2, 3, 10))
    found = summarise([10, 1, 3, 2])
    assert (found.mean, found.sd) == pytest.approx((4.0, 4.08248290463863))
    assert (found.minimum, found.q1, found.median, found.q3, found.maximum) == (1, 1.75, 2.5, 4.75, 10)
