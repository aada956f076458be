"""The whole analysis: contrasts that the design allows, guard rails, populations, and rows without a number."""

import json
import subprocess
import sys

import pytest

from trialwright.analyse import SECTIONS, ard, run
from trialwright.dataset.trialdata import TrialData
from trialwright.protocol.arms import ArmRole
from trialwright.protocol.kinds import Parallel, SelectThenCompare, SingleArm, Unsupported
from trialwright.protocol.outcomes import Direction, OutcomeType

ONE_OF_EACH = [
    {"type_": OutcomeType.CONTINUOUS, "change": True},
    {"type_": OutcomeType.BINARY, "responder": "decrease"},
    {"type_": OutcomeType.BINARY},
    {"type_": OutcomeType.ORDINAL},
    {"type_": OutcomeType.TIME_TO_EVENT, "improvement": 1, "days": (), "end": 28},
    {"type_": OutcomeType.TIME_TO_EVENT, "days": (), "end": 28},
    {"type_": OutcomeType.DURATION, "days": (), "end": 28},
    {"type_": OutcomeType.COUNT},
    {"type_": OutcomeType.ADVERSE_EVENTS, "days": (), "end": 90, "parameter": None},
    {"type_": OutcomeType.SERIOUS_ADVERSE_EVENTS, "days": (), "end": 90, "parameter": None},
    {"type_": OutcomeType.MORTALITY, "days": (), "end": 28, "parameter": None},
    {"type_": OutcomeType.DOSE_LIMITING_TOXICITY, "parameter": None},
    {"type_": OutcomeType.UNKNOWN},
    {"type_": OutcomeType.CONTINUOUS, "parameter": None},
    {"type_": OutcomeType.CONTINUOUS, "days": ()},
]


def _outcomes(trials, **more):
    return [trials.outcome(id_=f"outcome-{i}", **{**each, **more}) for i, each in enumerate(ONE_OF_EACH, 1)]


def _designs(trials):
    compare = Parallel(("arm-1", "arm-2"), None, None, True)
    return {
        "parallel": trials.protocol().design,
        "not randomised": Parallel(("arm-1", "arm-2"), None, None, False),
        "single arm": SingleArm("arm-1", None),
        "escalation": trials.LEVELS,
        "two parts": SelectThenCompare(trials.LEVELS, compare),
        "unsupported": Unsupported("crossover", ("arm-1", "arm-2"), "periods"),
        "no arms": Unsupported("observational", (), "arms"),
    }


def _filled(trials, per_arm, *, arms=2):
    site = trials.Site()
    for number in range(per_arm * arms):
        subject = site.enrol(f"P-{number:02}", f"arm-{number % arms + 1}", level=number % 2 + 1)
        for day in (0, 7, 28):
            site.measure(subject, day, float((number * 7 + day) % 11))
        site.write("XD", subject, 40, XDDLT="Y" if number == 0 else "N", XDEVAL="Y")
    site.write("AE", "P-00", 15, AETERM="Fever", AEBODSYS="General", AETOXGR=3, AESER="Y", AEREL="N")
    site.write("AE", "P-00", 5, AETERM="Cough", AEBODSYS="Respiratory", AETOXGR=1, AESER="N", AEREL="N")
    return site


def _stages(trials):
    nobody = TrialData.from_facts([])
    not_dosed = trials.Site()
    not_dosed.enrol("P-1", dosed=False)
    alone = trials.Site()
    alone.enrol("P-1", level=1)
    alone.measure("P-1", 28, 3.0)
    silent = trials.Site()
    for number in range(12):
        silent.enrol(f"P-{number}", f"arm-{number % 2 + 1}", level=1)
    dead = trials.Site()
    for number in range(12):
        dead.leave(dead.enrol(f"P-{number}", f"arm-{number % 2 + 1}", level=1), 2, "DEATH")
    alike = trials.Site()
    for number in range(12):
        alike.measure(alike.enrol(f"P-{number}", f"arm-{number % 2 + 1}", level=1), 28, 1.0)
    strangers = trials.Site()
    strangers.enrol("P-1", None)
    strangers.enrol("P-2", "arm-9")
    return {
        "nobody": nobody,
        "not dosed": not_dosed.data(),
        "one": alone.data(),
        "all missing": silent.data(),
        "all dead": dead.data(),
        "all alike": alike.data(),
        "no arm": strangers.data(),
        "filled": _filled(trials, 6).data(),
    }


DESIGNS = ["parallel", "not randomised", "single arm", "escalation", "two parts", "unsupported", "no arms"]
STAGES = ["nobody", "not dosed", "one", "all missing", "all dead", "all alike", "no arm", "filled"]


@pytest.mark.parametrize("composite", [False, True])
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("design", DESIGNS)
def test_every_outcome_has_a_row_and_every_empty_row_says_why(trials, design, stage, composite):
    outcomes = _outcomes(trials, **({"intercurrent": trials.DEATH_COMPOSITE} if composite else {}))
    protocol = trials.protocol(*outcomes, design=_designs(trials)[design], dlt=True)
    results = run(protocol, _stages(trials)[stage])
    assert {row.outcome for row in results.estimates} >= {outcome.id for outcome in outcomes}
    for row in results.estimates:
        assert row.value is not None or row.note or row.p is not None, row
        assert (row.lower is None and row.upper is None) or row.level is not None, row
    json.dumps(ard.document(results), allow_nan=False)
    assert ard.table(results).height == len(results.estimates)


def _rows(results, statistic, outcome="primary-1"):
    return [row for row in results.of(outcome) if row.statistic == statistic]


def test_the_shift_is_experimental_minus_control_whatever_the_order_of_arms(trials):
    arms = (trials.arm(1, ArmRole.PLACEBO_CONTROL), trials.arm(2))
    site = trials.Site()
    for number in range(12):
        subject = site.enrol(f"P-{number:02}", f"arm-{number % 2 + 1}")
        site.measure(subject, 28, number + (100.0 if number % 2 else 0.0))
    [row] = _rows(run(trials.protocol(trials.outcome(), arms=arms), site.data()), "Hodges-Lehmann shift")
    assert row.group == "arm-2 - arm-1"
    assert row.value == pytest.approx(101)
    assert row.p == pytest.approx(2 / 924)
    assert (row.n, row.method) == (12, "Wilcoxon rank-sum test, exact")


def test_groups_without_a_control_are_compared_in_order_and_say_so(trials):
    arms = (trials.arm(1), trials.arm(2))
    results = run(trials.protocol(trials.outcome(), arms=arms), _filled(trials, 6).data())
    [row] = _rows(results, "Hodges-Lehmann shift")
    assert row.group == "arm-1 - arm-2"
    assert "no arm is coded as a control" in row.note


def test_a_comparison_that_is_not_randomised_says_so_in_every_row(trials):
    design = Parallel(("arm-1", "arm-2"), None, None, False)
    results = run(trials.protocol(*_outcomes(trials), design=design), _filled(trials, 6).data())
    contrasts = [row for row in results.estimates if " - " in row.group]
    assert contrasts
    assert all("not randomised" in row.note for row in contrasts)


@pytest.mark.parametrize("design", ["single arm", "escalation", "unsupported"])
def test_these_designs_have_no_comparison_between_groups(trials, design):
    results = run(trials.protocol(*_outcomes(trials), design=_designs(trials)[design]), _filled(trials, 6).data())
    assert not [row for row in results.estimates if " - " in row.group]
    tested = [row for row in results.estimates if row.p is not None]
    assert all(row.statistic == "pseudomedian" and design == "single arm" for row in tested)
    assert bool(tested) is (design == "single arm")


def test_fewer_than_five_in_a_group_have_no_approximate_p(trials):
    site = trials.Site()
    for number in range(8):  # ties make the exact test impossible
        site.measure(site.enrol(f"P-{number}", f"arm-{number % 2 + 1}"), 28, float(number // 2 % 2))
    outcomes = [trials.outcome(), trials.outcome(OutcomeType.TIME_TO_EVENT, (), end=28, id_="outcome-2")]
    results = run(trials.protocol(*outcomes), site.data())
    [row] = _rows(results, "Hodges-Lehmann shift")
    assert row.p is None
    assert row.lower is None
    assert "no approximate" in row.note
    [row] = _rows(results, "log-rank chi-squared", "outcome-2")
    assert row.p is None


def test_deaths_are_ranked_worst_where_the_outcome_says_so(trials):
    def analysed(*, composite):
        site = trials.Site()
        for number in range(20):
            subject = site.enrol(f"P-{number:02}", f"arm-{number % 2 + 1}")
            if number % 2 and number < 8:
                site.leave(subject, number + 1, "DEATH")
            else:
                site.measure(subject, 28, number * 1.37 % 5)
        intercurrent = trials.DEATH_COMPOSITE if composite else ()
        return _rows(
            run(trials.protocol(trials.outcome(intercurrent=intercurrent)), site.data()), "Hodges-Lehmann shift"
        )[0]

    with_deaths, without = analysed(composite=True), analysed(composite=False)
    assert (with_deaths.n, dict(with_deaths.missing)) == (20, {})
    assert (without.n, dict(without.missing)) == (16, {"died": 4})
    assert with_deaths.p < without.p
    assert "deaths are ranked worst" in with_deaths.note
    assert with_deaths.lower is None  # it rests on deaths alone, so it has no size


def test_people_without_a_value_are_not_responders_and_the_observed_cases_stand_beside(trials):
    site = trials.Site()
    for number in range(9):
        site.measure(site.enrol(f"P-{number}"), 0, 10.0)
        if number < 6:
            site.measure(f"P-{number}", 28, 5.0 if number < 5 else 12.0)
    results = run(
        trials.protocol(
            trials.outcome(OutcomeType.BINARY, responder="decrease", direction=Direction.HIGHER), design=trials.ONE_ARM
        ),
        site.data(),
    )
    [main], [observed] = _rows(results, "proportion"), _rows(results, "proportion, observed cases")
    assert (main.count, main.n, observed.count, observed.n) == (5, 9, 5, 6)
    assert (main.lower, main.upper) == pytest.approx((0.2120, 0.8630), abs=5e-5)
    assert dict(observed.missing) == {"not recorded": 3}


def test_a_response_that_is_harmful_is_not_assumed_absent_in_the_missing(trials):
    site = trials.Site()
    site.measure(site.enrol("P-1"), 0, 10.0)
    outcome = trials.outcome(OutcomeType.BINARY, responder="increase", direction=Direction.LOWER)  # a rise is bad
    [row] = _rows(run(trials.protocol(outcome, design=trials.ONE_ARM), site.data()), "proportion")
    assert row.n == 0


def test_people_whose_visit_is_not_due_are_no_failures(trials):
    site = trials.Site()
    site.measure(site.enrol("P-1"), 0, 10.0)
    outcome = trials.outcome(OutcomeType.BINARY, responder="decrease", direction=Direction.HIGHER)
    [row] = _rows(run(trials.protocol(outcome, design=trials.ONE_ARM), site.data(until=20)), "proportion")
    assert (row.n, dict(row.missing)) == (0, {"not due": 1})


@pytest.mark.parametrize(("direction", "count"), [(Direction.HIGHER, 1), (Direction.LOWER, 7)])
def test_a_death_is_the_bad_result_of_a_recorded_finding(trials, direction, count):
    site = trials.Site()
    for number in range(6):
        site.leave(site.enrol(f"P-{number}"), 3, "DEATH")
    site.measure(site.enrol("P-6"), 28, 1.0)
    outcome = trials.outcome(OutcomeType.BINARY, direction=direction, intercurrent=trials.DEATH_COMPOSITE)
    [row] = _rows(run(trials.protocol(outcome, design=trials.ONE_ARM), site.data()), "proportion")
    assert (row.count, row.n) == (count, 7)


def test_the_risk_difference_and_the_odds_ratio_are_first_minus_second(trials):
    site = trials.Site()
    for number in range(40):
        subject = site.enrol(f"P-{number:02}", f"arm-{number % 2 + 1}")
        events = 10 if number % 2 == 0 else 4
        site.measure(subject, 28, float(number // 2 < events))
    results = run(trials.protocol(trials.outcome(OutcomeType.BINARY)), site.data())
    [difference], [odds] = _rows(results, "risk difference, proportion"), _rows(results, "odds ratio, proportion")
    assert difference.value == pytest.approx(0.3)
    assert difference.p == pytest.approx(0.0958, abs=5e-5)
    assert odds.value == pytest.approx(3.8565, abs=5e-5)  # R: fisher.test of 10/20 against 4/20


@pytest.mark.parametrize(
    ("direction", "name", "odds"),
    [
        (Direction.LOWER, "win odds", 3.0),
        (Direction.HIGHER, "win odds", 1 / 3),
        (Direction.UNSTATED, "odds of a higher score", 1 / 3),
    ],
)
def test_win_odds_know_which_way_is_better(trials, direction, name, odds):
    site = trials.Site()
    for number in range(8):
        subject = site.enrol(f"P-{number}", f"arm-{number % 2 + 1}")
        site.measure(subject, 28, 2.0 + (number % 2) * (number % 4 == 1), code="CLIN6", domain="RS")
    outcome = trials.outcome(OutcomeType.ORDINAL, parameter=trials.SCALE, direction=direction)
    [row] = _rows(run(trials.protocol(outcome), site.data()), name)
    assert row.value == pytest.approx(odds)


def test_the_single_arm_change_is_tested_within_participants(trials):
    site = trials.Site()
    for number in range(9):
        subject = site.enrol(f"P-{number}")
        site.measure(subject, 0, 10.0)
        site.measure(subject, 28, 10.0 - (number + 1) / 10)
    results = run(trials.protocol(trials.outcome(change=True), design=trials.ONE_ARM), site.data())
    [row] = _rows(results, "pseudomedian")
    assert row.value == pytest.approx(-0.5)
    assert row.p == pytest.approx(2 / 512)
    assert "compares no treatments" in row.note


def test_dose_limiting_toxicities_count_signed_assessments_only(trials):
    site = trials.Site()
    for number in range(6):
        site.enrol(f"P-{number}", "arm-1", level=1 + number // 3)
    site.write("AE", "P-0", 15, AETERM="Fever", AETOXGR=4)  # graded 4, and no assessment: not a DLT
    site.write("XD", "P-1", 40, XDDLT="N", XDEVAL="Y")
    site.write("XD", "P-2", 40, XDDLT="N", XDEVAL="N")
    site.write("XD", "P-3", 40, XDDLT="Y", XDEVAL="Y")
    results = run(trials.protocol(design=trials.LEVELS, dlt=True), site.data())
    first, second = results.of("dlt")
    assert (first.group, first.count, first.n) == ("dose level 1", 0, 1)
    assert dict(first.missing) == {"not assessed": 1, "not evaluable": 1}
    assert (second.count, second.n, second.population) == (1, 1, "DLT-evaluable")


def test_adverse_events_before_the_first_dose_and_of_the_undosed_do_not_count(trials):
    site = _filled(trials, 6)
    site.enrol("P-99", "arm-1", dosed=False)
    site.write("AE", "P-99", 15, AETERM="Fall", AETOXGR=5)
    results = run(trials.protocol(), site.data())
    [row] = [r for r in results.of("adverse-events") if (r.statistic, r.group) == ("any adverse event", "arm-1")]
    assert (row.count, row.n, row.population) == (1, 6, "dosed")
    [row] = [
        r for r in results.of("adverse-events") if (r.statistic, r.group) == ("events, any adverse event", "arm-1")
    ]
    assert row.count == 1
    assert not any("Cough" in r.statistic for r in results.estimates)


@pytest.mark.parametrize(("role", "n"), [(ArmRole.NO_TREATMENT_CONTROL, 6), (ArmRole.PLACEBO_CONTROL, 0)])
def test_a_control_arm_that_receives_no_dose_is_in_the_safety_comparison(trials, role, n):
    site = trials.Site()
    for number in range(12):
        site.enrol(f"P-{number:02}", f"arm-{number % 2 + 1}", dosed=number % 2 == 0)
    site.write("AE", "P-01", 15, AETERM="Fever", AETOXGR=2)
    results = run(trials.protocol(arms=(trials.arm(1), trials.arm(2, role))), site.data())
    [row] = [r for r in results.of("adverse-events") if (r.statistic, r.group) == ("any adverse event", "arm-2")]
    assert row.n == n
    [contrast] = [r for r in results.of("adverse-events") if r.statistic == "risk difference, any adverse event"]
    assert ("count, from allocation" in contrast.note) is (n > 0)


def test_populations_narrow_and_failures_are_counted(trials):
    site = _filled(trials, 3)
    site.enrol("P-90", "arm-1", dosed=False)
    site.write("DM", "F-1", 9, AGE=80)
    site.write("DS", "F-1", 9, DSDECOD="SCREEN FAILURE")
    site.write("DS", "P-90", 2, DSDECOD="SCREEN FAILURE")  # failed once, screened again and enrolled
    found = {each.name: each.n for each in run(trials.protocol(dlt=True), site.data()).populations}
    assert found == {
        "screened": 8,
        "screen failures": 1,
        "enrolled": 7,
        "randomised": 7,
        "dosed": 6,
        "DLT-evaluable": 6,
    }


def test_mortality_does_not_count_the_lost_as_alive(trials):
    site = trials.Site()
    for number in range(12):
        site.enrol(f"P-{number:02}", f"arm-{number % 2 + 1}")
    site.leave("P-00", 5, "DEATH")
    site.leave("P-02", 6, "LOST TO FOLLOW-UP")
    site.leave("P-04", 60, "DEATH")
    outcome = trials.outcome(OutcomeType.MORTALITY, (), None, end=28)
    results = run(trials.protocol(outcome), site.data())
    first = _rows(results, "proportion who died")[0]
    assert (first.count, first.n, dict(first.missing)) == (1, 5, {"ltfu": 1})


def test_a_duration_and_mortality_are_counted_up_to_each_day_that_is_named(trials):
    outcomes = [
        trials.outcome(OutcomeType.DURATION, (28, 90)),
        trials.outcome(OutcomeType.MORTALITY, (28, 90), None, id_="outcome-2"),
    ]
    site = _filled(trials, 6)
    site.leave("P-00", 60, "DEATH")
    results = run(trials.protocol(*outcomes), site.data())
    assert {row.visit for row in _rows(results, "Hodges-Lehmann shift")} == {"0 to 28", "0 to 90"}
    died = {row.visit: row.count for row in _rows(results, "proportion who died", "outcome-2") if row.group == "arm-1"}
    assert died == {"0 to 28": 0, "0 to 90": 1}


def test_the_second_part_of_a_trial_is_compared_and_the_first_described(trials):
    arms = (*(trials.arm(number) for number in (1, 2, 3)), trials.arm(4, ArmRole.PLACEBO_CONTROL))
    design = SelectThenCompare(trials.LEVELS, Parallel(("arm-3", "arm-4"), None, None, True))
    site = trials.Site()
    for number in range(24):
        arm = f"arm-{1 + number // 6}"
        site.measure(
            site.enrol(f"P-{number:02}", arm, level=min(1 + number // 6, 2) if number < 18 else None), 28, number
        )
        if number < 12:
            site.write("XD", f"P-{number:02}", 40, XDDLT="N", XDEVAL="Y")
    results = run(trials.protocol(trials.outcome(), design=design, arms=arms, dlt=True), site.data())
    means = {row.group: (row.value, row.population) for row in _rows(results, "mean")}
    assert means == {
        "dose level 1": (2.5, "dosed"),
        "dose level 2": (8.5, "dosed"),
        "arm-3": (14.5, "randomised"),
        "arm-4": (20.5, "randomised"),
    }
    [shift] = _rows(results, "Hodges-Lehmann shift")
    assert (shift.group, shift.value) == ("arm-3 - arm-4", -6)
    assert [row.group for row in results.of("dlt")] == ["dose level 1", "dose level 2"]


def test_proposed_outcomes_are_analysed_where_the_record_names_none(trials):
    proposed = trials.outcome(id_="proposed-1")
    assert run(trials.protocol(proposed=[proposed]), _filled(trials, 6).data()).of("proposed-1")


def test_participants_of_no_arm_are_reported_and_not_dropped_silently(trials):
    site = _filled(trials, 3)
    site.enrol("P-77", "arm-7")
    [problem] = run(trials.protocol(), site.data()).problems
    assert problem.code == "ANA-003"
    assert "P-77" in problem.message


def test_methods_that_are_not_there_are_named_as_not_computed(trials):
    results = run(trials.protocol(*_outcomes(trials)), _filled(trials, 6).data())
    missing = {row.method for row in results.estimates if row.note.startswith("not computed") and row.method}
    assert {"Cox proportional-hazards model", "proportional-odds model", "negative binomial model"} <= missing


def test_the_sections_that_belong_to_no_outcome_are_named(trials):
    results = run(trials.protocol(dlt=True), _filled(trials, 3).data())
    assert {row.outcome for row in results.estimates} == set(SECTIONS)


def test_results_do_not_depend_on_the_order_in_which_facts_came(trials):
    facts = _filled(trials, 6).facts
    protocol = trials.protocol(*_outcomes(trials))
    there = run(protocol, TrialData.from_facts(facts))
    back = run(protocol, TrialData.from_facts(reversed(facts)))
    assert there == back


def test_importing_the_room_loads_no_heavy_library():
    code = "import sys, trialwright.analyse; print([m for m in ('numpy', 'scipy', 'polars') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_change_of_a_proportion_is_shown_both_ways_and_tested_once(trials):
    """The wording `change in ... proportion (%)` does not settle whether the change is absolute or relative."""
    lesion = trials.Parameter("LESPROP", "Lesion proportion of lung volume", "LB", "%")
    site = trials.Site()
    for number in range(12):
        subject = site.enrol(f"P-{number:02}", f"arm-{number % 2 + 1}")
        start = 20.0 + number
        site.measure(subject, 0, start, code="LESPROP")
        site.measure(subject, 28, start * (0.5 if number % 2 == 0 else 0.9), code="LESPROP")
    results = run(trials.protocol(trials.outcome(parameter=lesion, change=True)), site.data())
    [absolute] = _rows(results, "Hodges-Lehmann shift")
    assert absolute.unit == "percentage points"
    assert absolute.p is not None
    [relative] = _rows(results, "Hodges-Lehmann shift of the change in percent of baseline")
    assert relative.value == pytest.approx(-40)
    assert (relative.unit, relative.p) == ("%", None)
    assert "absolute or relative" in relative.note
    assert not _rows(
        run(trials.protocol(trials.outcome(change=True)), site.data()),
        "Hodges-Lehmann shift of the change in percent of baseline",
    )


def test_people_unable_to_be_measured_are_named_in_the_comparison(trials):
    site = trials.Site()
    for number in range(12):
        site.measure(site.enrol(f"P-{number:02}", f"arm-{number % 2 + 1}"), 28, float(number))
    site.measure(site.enrol("P-12"), 28, STAT="NOT DONE", REASND="unable")
    [row] = _rows(run(trials.protocol(trials.outcome()), site.data()), "Hodges-Lehmann shift")
    assert "unable to be measured are left out, not ranked worst" in row.note


def test_unchanged_participants_do_not_make_a_small_sample_large(trials):
    """Nine changes of which six are 0: three values are left for a normal approximation, too few for its p."""
    site = trials.Site()
    for number in range(9):
        subject = site.enrol(f"P-{number}")
        site.measure(subject, 0, 10.0)
        site.measure(subject, 28, 10.0 - max(0, number - 5))
    results = run(trials.protocol(trials.outcome(change=True), design=trials.ONE_ARM), site.data())
    [row] = _rows(results, "pseudomedian")
    assert (row.p, row.lower) == (None, None)
    assert "6 without any change" in row.note


@pytest.mark.parametrize(("treated", "said"), [(False, True), (True, False)])
def test_days_that_count_from_different_events_are_named(trials, treated, said):
    site = trials.Site()
    for number in range(12):
        first = number % 2 == 0
        site.measure(site.enrol(f"P-{number:02}", f"arm-{number % 2 + 1}", dosed=first or treated), 28, float(number))
    arms = (trials.arm(1), trials.arm(2, ArmRole.NO_TREATMENT_CONTROL))
    [row] = _rows(run(trials.protocol(trials.outcome(), arms=arms), site.data()), "Hodges-Lehmann shift")
    assert ("day 0 is the allocation in arm-2" in row.note) is said


def test_a_level_in_a_single_arm_is_estimated_and_not_tested(trials):
    """Whether walking distances lie around 0 is no question; only a change within participants is tested."""
    site = trials.Site()
    for number in range(9):
        site.measure(site.enrol(f"P-{number}"), 28, 300.0 + number)
    results = run(trials.protocol(trials.outcome(change=False), design=trials.ONE_ARM), site.data())
    [row] = _rows(results, "pseudomedian")
    assert row.value == pytest.approx(304)
    assert row.p is None


def _adverse_trial(trials, events):
    """Six participants in each arm; `events`: (participant, day, grade, serious)."""
    site = trials.Site()
    for number in range(12):
        site.enrol(f"P-{number:02}", f"arm-{number % 2 + 1}")
    for number, day, grade, serious in events:
        site.write(
            "AE",
            f"P-{number:02}",
            12 + day,
            AETERM="FEVER",
            AEBODSYS="General",
            AETOXGR=grade,
            AESER=serious,
            AEREL="N",
        )
    outcome = trials.outcome(OutcomeType.ADVERSE_EVENTS, (), None, end=28, id_="outcome-1")
    return run(trials.protocol(outcome), site.data())


def _of_group(results, statistic, group, outcome="outcome-1"):
    return next(
        row for row in results.of(outcome) if row.statistic == statistic and row.group == group and row.visit != ""
    )


def test_adverse_events_count_from_the_day_of_the_dose_to_the_last_day(trials):
    results = _adverse_trial(trials, [(0, 0, 1, "N"), (2, 28, 1, "N"), (4, 29, 1, "N"), (6, -1, 1, "N")])
    assert _of_group(results, "any adverse event", "arm-1").count == 2
    assert _of_group(results, "events, any adverse event", "arm-1").count == 2
    whole = [r for r in results.of("adverse-events") if r.statistic == "any adverse event" and r.group == "arm-1"]
    assert whole[0].count == 3  # the whole trial has no last day


def test_the_worst_grade_of_a_participant_counts_once(trials):
    results = _adverse_trial(trials, [(0, 1, 4, "Y"), (0, 2, 1, "N"), (2, 3, 3, "N"), (4, 3, 2, "N"), (1, 5, 5, "Y")])
    counts = {grade: _of_group(results, f"worst grade {grade}", "arm-1").count for grade in range(1, 6)}
    assert counts == {1: 0, 2: 1, 3: 1, 4: 1, 5: 0}
    assert _of_group(results, "adverse event of grade 3 or more", "arm-1").count == 2
    assert _of_group(results, "serious adverse event", "arm-1").count == 1
    assert _of_group(results, "fatal adverse event", "arm-2").count == 1
    assert _of_group(results, "worst grade 5", "arm-2").count == 1


@pytest.mark.parametrize(("deaths", "tested"), [(4, False), (5, True)])
def test_curves_of_mortality_are_tested_from_five_deaths_on(trials, deaths, tested):
    site = trials.Site()
    for number in range(40):
        subject = site.enrol(f"P-{number:02}", f"arm-{number % 2 + 1}")
        if number < deaths:
            site.leave(subject, 3 + number, "DEATH")
        else:
            site.leave(subject, 28, "COMPLETED")
    results = run(trials.protocol(trials.outcome(OutcomeType.MORTALITY, (), None, end=28)), site.data())
    [row] = _rows(results, "log-rank chi-squared")
    assert (row.p is not None) is tested


def test_a_time_to_event_is_given_as_a_probability_of_the_event_with_its_bounds(trials):
    """Eight of ten improve in arm-1 on days 2 to 16, two of ten in arm-2; nobody is lost, so the curve is a share."""
    site = trials.Site()
    for number in range(20):
        subject = site.enrol(f"P-{number:02}", f"arm-{number % 2 + 1}")
        place = number // 2
        improves = place < (8 if number % 2 == 0 else 2)
        site.measure(subject, 0, 4.0, code="CLIN6", domain="RS")
        site.measure(subject, 2 * place + 2, 3.0 if improves else 4.0, code="CLIN6", domain="RS")
        site.measure(subject, 28, 3.0 if improves else 4.0, code="CLIN6", domain="RS")
    outcome = trials.outcome(OutcomeType.TIME_TO_EVENT, (), trials.SCALE, end=28, improvement=1)
    results = run(trials.protocol(outcome), site.data())
    first, second = _rows(results, "probability of the event by day 28")
    assert (first.group, first.value, second.value) == ("arm-1", pytest.approx(0.8), pytest.approx(0.2))
    # 1 - S with the log-log bounds of S: exp(-exp(log(-log S) -+ z * se / (S log S))), se by Greenwood
    from math import exp, log, sqrt

    survival, se = 0.2, sqrt(0.2 * 0.8 / 10)
    width = 1.959963984540054 * se / (survival * log(survival))
    bounds = sorted(1 - exp(-exp(log(-log(survival)) + sign * width)) for sign in (1, -1))
    assert (first.lower, first.upper) == pytest.approx(bounds, abs=1e-9)
    assert [row.value for row in _rows(results, "median time to event")] == [
        11.0,
        None,
    ]  # the curve lies at one half from day 10 to 12
    [row] = _rows(results, "log-rank chi-squared")
    assert row.note == "events come earlier in arm-1"
    assert row.p < 0.05


def test_a_toxicity_counts_though_the_window_was_not_completed(trials):
    """Y and not evaluable: a toxicity is evaluable whenever it comes. N and not evaluable: no information."""
    site = trials.Site()
    for number, (dlt, evaluable) in enumerate([("Y", "N"), ("N", "N"), ("N", "Y"), (None, "Y")]):
        subject = site.enrol(f"P-{number}", level=1)
        site.write("XD", subject, 40, XDDLT=dlt, XDEVAL=evaluable)
    results = run(trials.protocol(design=trials.LEVELS, dlt=True), site.data())
    row = next(r for r in results.of("dlt") if r.group == "dose level 1")
    assert (row.count, row.n) == (1, 2)
    assert dict(row.missing) == {"not evaluable": 1, "not assessed": 1}
