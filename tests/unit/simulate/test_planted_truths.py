"""What is planted is what comes out: each kind of truth, over many participants, within four standard errors."""

from dataclasses import replace
from math import exp, log, sqrt
from statistics import fmean, median, stdev

import pytest

from made_up_protocols import SCALE, escalation, every_kind, horizon, outcome, points, protocol_of, single
from trialwright.protocol.kinds import Parallel
from trialwright.protocol.outcomes import OutcomeType, Parameter
from trialwright.protocol.schedule.draft import outcome_days
from trialwright.simulate import plan as planning
from trialwright.simulate.adverse import events
from trialwright.simulate.life import live
from trialwright.simulate.measure import readings
from trialwright.simulate.patients import candidate
from trialwright.simulate.scenario import (
    AdverseEventTruth,
    Assumes,
    BinaryTruth,
    ByGroup,
    Conduct,
    ContinuousTruth,
    CountTruth,
    CourseTruth,
    DurationTruth,
    OrdinalTruth,
    Planted,
    Scenario,
    TimeTruth,
)

MANY = 1500
CALM = Conduct(drop_out=0, missed_dose=0, not_done=0, unable=0, corrected=0)


def values_of(truth, kind, frame, parameter, *, treated, day, change=False):
    """The values of many participants on a day; `change` schedules a baseline too."""
    measured = outcome(1, kind, frame, parameter, change=change)
    arm = single().arms[0] if treated else replace(single().arms[0], role=_control())
    protocol = protocol_of((arm,), Parallel((arm.id,), (1,), MANY, True), (measured,), size=MANY)
    planted = Planted(parameter.code, measured.id, truth, "a test")
    scenario = Scenario("test", Assumes.PLANNED, "", planted=(planted,), conduct=CALM, death=ByGroup(0, 0))
    made = planning.make(protocol, scenario)
    person = candidate(protocol.eligibility, scenario, 1, 1)
    found = []
    for number in range(1, MANY + 1):
        life = live(f"P-{number}", number, arm, None, person.weight, 0, made, scenario, 1)
        by_day = {r.planned: r for r in readings(made.measurements[0], life, scenario, 1)}
        found.append({d: r.value for d, r in by_day.items()})
    return found if day is None else [row[day] for row in found if day in row]


def _control():
    from trialwright.protocol.arms import ArmRole

    return ArmRole.PLACEBO_CONTROL


def near(values, expected):
    return abs(fmean(values) - expected) < 4 * stdev(values) / sqrt(len(values)) + 1e-12


@pytest.mark.parametrize("treated", [True, False])
def test_a_continuous_value_and_its_change(treated):
    truth = ContinuousTruth(100.0, 10.0, ByGroup(-2.0, 7.0), correlation=0.6, reached=28)
    parameter = Parameter("X", "x", "LB", "unit")
    rows = values_of(
        truth, OutcomeType.CONTINUOUS, points(14, 28, 56), parameter, treated=treated, day=None, change=True
    )
    full = 7.0 if treated else -2.0
    assert near([row[0] for row in rows], 100.0)
    assert near([row[14] - row[0] for row in rows], full / 2)
    assert near([row[28] - row[0] for row in rows], full)
    assert near([row[56] - row[0] for row in rows], full)
    spread = stdev([row[28] - row[0] for row in rows])
    assert spread == pytest.approx(10 * sqrt(2 * 0.4), rel=0.08)


def test_a_continuous_value_on_the_log_scale():
    truth = ContinuousTruth(30.0, 0.5, ByGroup(0.0, log(0.6)), log=True, reached=28)
    values = values_of(truth, OutcomeType.CONTINUOUS, points(28), Parameter("X", "x", "LB"), treated=True, day=28)
    assert near([log(v) for v in values], log(30.0 * 0.6))


def test_limits_are_kept():
    truth = ContinuousTruth(97.0, 5.0, ByGroup(0.0, 0.0))
    parameter = Parameter("SPO2", "saturation", "VS", "%")
    values = values_of(truth, OutcomeType.CONTINUOUS, points(7), parameter, treated=True, day=7)
    assert max(values) == 100.0
    assert min(values) >= 0.0


@pytest.mark.parametrize(("treated", "rate"), [(True, 0.7), (False, 0.25)])
def test_a_binary_finding(treated, rate):
    truth = BinaryTruth(ByGroup(0.25, 0.7))
    values = values_of(truth, OutcomeType.BINARY, points(28), Parameter("B", "b", "RS"), treated=treated, day=28)
    assert abs(fmean(values) - rate) < 4 * sqrt(rate * (1 - rate) / MANY)


@pytest.mark.parametrize(("treated", "middle"), [(True, 9.0), (False, 14.0)])
def test_the_median_time_to_the_first_improvement(treated, middle):
    truth = CourseTruth(ByGroup(14.0, 9.0), worsening=0.0)
    parameter = Parameter("S", "scale", "RS", None, SCALE)
    rows = values_of(truth, OutcomeType.TIME_TO_EVENT, horizon(28), parameter, treated=treated, day=None)
    times = [next((d for d in range(1, 29) if row[d] < row[0]), 99) for row in rows]
    assert median(times) == pytest.approx(middle, abs=1)
    assert abs(fmean(t <= middle for t in times) - 0.5) < 4 * 0.5 / sqrt(MANY)
    assert {score for row in rows for score in row.values()} <= {1.0, 2.0, 3.0, 4.0, 5.0}


def test_the_median_time_to_an_event():
    truth = TimeTruth(ByGroup(14.0, 9.0))
    rows = values_of(truth, OutcomeType.TIME_TO_EVENT, horizon(28), Parameter("E", "e", "LB"), treated=True, day=None)
    times = [next((d for d, v in row.items() if v), 99) for row in rows]
    assert abs(fmean(t <= 9 for t in times) - 0.5) < 4 * 0.5 / sqrt(MANY)
    assert all(list(row.values())[-1] == 1 or len(row) == 1 for row in rows)


def test_durations_counts_and_scores():
    spent = values_of(
        DurationTruth(ByGroup(10.0, 7.0), 4.0),
        OutcomeType.DURATION,
        horizon(90),
        Parameter("D", "d", "RS", "days"),
        treated=True,
        day=90,
    )
    assert near(spent, 7.0)
    counts = values_of(
        CountTruth(ByGroup(2.0, 1.2)), OutcomeType.COUNT, horizon(90), Parameter("C", "c", "RS"), treated=True, day=90
    )
    assert near(counts, 1.2)
    shares = (0.1, 0.2, 0.4, 0.2, 0.1)
    scores = values_of(
        OrdinalTruth(ByGroup(0.0, 0.0), shares),
        OutcomeType.ORDINAL,
        points(28),
        Parameter("O", "o", "RS", None, SCALE[:5]),
        treated=True,
        day=28,
    )
    for score, share in enumerate(shares, start=1):
        assert abs(fmean(v == score for v in scores) - share) < 4 * sqrt(share * (1 - share) / MANY)


def lives(protocol, scenario, level=None):
    made = planning.make(protocol, scenario)
    person = candidate(protocol.eligibility, scenario, 1, 1)
    arm = protocol.arms[0]
    found = [live(f"P-{i}", i, arm, level, person.weight, 0, made, scenario, 1) for i in range(1, 2 * MANY + 1)]
    return made, found


@pytest.mark.parametrize(("level", "rate"), [(1, 0.1), (2, 0.25), (3, 0.45)])
def test_dose_limiting_toxicities_come_at_the_true_rate_over_the_whole_window(level, rate):
    scenario = Scenario("t", Assumes.NULL, "", dlt=(0.1, 0.25, 0.45), conduct=CALM, death=ByGroup(0, 0))
    _, found = lives(escalation(), scenario, level)
    days = [life.dlt for life in found if life.dlt is not None]
    assert abs(len(days) / len(found) - rate) < 4 * sqrt(rate * (1 - rate) / len(found))
    assert {min(days), max(days)} == {0, 28}


def test_deaths_come_with_the_stated_probability_by_the_stated_day():
    scenario = Scenario("t", Assumes.NULL, "", conduct=CALM, death=ByGroup(0.0, 0.3), death_by=14)
    _, found = lives(single(), scenario)
    days = [life.death for life in found if life.death is not None]
    assert abs(len(days) / len(found) - 0.3) < 4 * sqrt(0.21 / len(found))
    assert min(days) >= 1
    assert max(days) <= 14


def test_drop_out_and_adverse_events_come_at_their_rates():
    conduct = replace(CALM, drop_out=0.2)
    truth = AdverseEventTruth(rate=ByGroup(0.0, 1.5))
    scenario = Scenario("t", Assumes.NULL, "", conduct=conduct, death=ByGroup(0, 0), adverse_events=truth)
    made, found = lives(single(), scenario)
    left = fmean(life.drop_out is not None for life in found)
    # leaving on the very last day is completing
    assert 0.2 - 4 * sqrt(0.16 / len(found)) - 0.2 / made.horizon < left < 0.2 + 4 * sqrt(0.16 / len(found))
    stayed = [life for life in found if life.drop_out is None]
    early = [len([e for e in events(life, made, None, scenario, 1) if e.onset < 28]) for life in stayed]
    assert near(early, 1.5)
    assert abs(fmean(n > 0 for n in early) - (1 - exp(-1.5))) < 4 * sqrt(0.18 / len(early))


def test_every_outcome_is_measured_on_the_days_that_its_time_frame_names():
    protocol = protocol_of(single().arms, single().design, every_kind(), size=9)
    from trialwright.simulate import scenarios

    made = planning.make(protocol, scenarios.for_protocol(protocol)[0])
    for measurement in made.measurements:
        assert set(outcome_days(measurement.outcome.time_frame)) <= set(measurement.days)
