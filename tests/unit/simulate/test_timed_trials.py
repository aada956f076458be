"""The light loop for designs by time: what it takes for true, and what it says of its own precision."""

import numpy as np
import pytest

from trialwright.core.errors import UsageError
from trialwright.design.timed import names as by_time
from trialwright.simulate import timed

ARMS = ("arm-1",) * 3
TRUTH = (0.1, 0.25, 0.45)
SIX = by_time.make("rolling six", ARMS, 28)
BOIN = by_time.make("TITE-BOIN: target 0.3, at most 30", ARMS, 28)


def run(design=SIX, truth=TRUTH, trials=2000, **course):
    return timed.characteristics(design, truth, timed.Course(**{"accrual": 0.1, **course}), seed=4, trials=trials)


def test_days_of_dlts_are_uniform_over_the_window_or_late():
    u = (np.arange(20_000) + 0.5) / 20_000
    even = timed._dlt_day(u, np.full(20_000, 0.3), 28, None)
    assert np.bincount(even, minlength=29).min() == np.bincount(even).min() > 680
    for late in (0.2, 0.5, 0.8):
        days = timed._dlt_day(u, np.full(20_000, 0.3), 27, late)
        assert days.min() >= 0
        assert days.max() == 27
        assert (days >= 14).mean() == pytest.approx(late, abs=0.001)


def test_with_few_candidates_a_trial_takes_as_long_as_they_do():
    """One candidate every 100 days: the k-th participant comes on day 100 (k - 1); nobody is waited for, and
    with five of six known the sixth can be the only one with a DLT: the trial ends as it enters."""
    found = run(accrual=0.01, fixed=True, truth=(0.0, 0.0, 0.0), trials=5)
    assert (found.selected == 3).all()
    assert (found.n == [3, 3, 6]).all()
    assert (found.closed == 100 * 11).all()
    assert found.days.value == 1100
    assert found.selection[0].se == pytest.approx(1.5 / 5)  # nothing seen in five trials is not known to be impossible


def test_with_very_fast_accrual_a_level_takes_six_and_one_window():
    found = run(accrual=1000, fixed=True, truth=(0.0, 0.0, 0.0), trials=3)
    assert (found.n == 6).all()
    assert (found.closed == 3 * 29).all()


def test_tite_boin_takes_less_time_than_waiting_for_every_cohort():
    """Ten cohorts one after the other would take at least ten windows."""
    found = run(BOIN, accrual=1.0, trials=500)
    assert (found.n.sum(axis=1) <= 30).all()
    assert found.days.value < 10 * 29


def test_those_who_are_not_evaluable_are_replaced_and_take_time():
    all_evaluable, some = run(), run(not_evaluable=0.3)
    assert some.enrolled.mean() > some.n.sum(axis=1).mean() + 1
    assert some.days.value > all_evaluable.days.value + 5 * some.days.se


def test_replacement_raises_the_rate_that_is_seen():
    """A DLT counts even if its participant leaves later, and who leaves without one is replaced. With a probability q
    of leaving, days of leaving over 28 days and of DLTs over 29, a DLT comes first in a share s, and the rate p is seen
    as p (1 - q (1 - s)) / (1 - q + p q s)."""
    p, q, s = 0.3, 0.4, sum((28 - day) / 28 for day in range(29)) / 29
    found = run(BOIN, truth=(p, p, p), not_evaluable=q, trials=4000)
    seen = found.y.sum() / found.n.sum()
    expected = p * (1 - q * (1 - s)) / (1 - q + p * q * s)
    assert seen == pytest.approx(expected, abs=0.006)
    assert expected > p + 0.03


def test_the_same_seed_brings_every_design_the_same_candidates():
    ours = timed.draw(timed.Course(0.1), 28, 7, [3], 10)
    more = timed.draw(timed.Course(0.1), 28, 7, [2, 3], 20)
    assert np.array_equal(ours.tolerance[0], more.tolerance[1, :10])
    assert np.array_equal(ours.gap[0], more.gap[1, :20])


def test_standard_errors_shrink_and_cover():
    small, large = run(trials=500), run(trials=8000)
    assert small.days.se == pytest.approx(4 * large.days.se, rel=0.25)
    assert abs(small.days.value - large.days.value) < 4 * small.days.se
    assert sum(each.value for each in large.selection) == pytest.approx(1)


def test_progress_is_told():
    told = []
    timed.characteristics(SIX, TRUTH, timed.Course(0.1), seed=1, trials=2500, progress=told.append)
    assert told == [1000, 2000, 2500]


@pytest.mark.parametrize(
    "course", [{"accrual": 0}, {"accrual": -1}, {"late": 0.0}, {"late": 1.0}, {"not_evaluable": 0.95}]
)
def test_a_course_that_cannot_be_is_refused(course):
    with pytest.raises(UsageError) as refusal:
        timed.Course(**{"accrual": 0.1, **course})
    assert refusal.value.code == "SIM-042"


@pytest.mark.parametrize(("code", "truth", "trials"), [("SIM-003", (0.1,), 10), ("SIM-040", TRUTH, 0)])
def test_numbers_that_do_not_fit_are_refused(code, truth, trials):
    with pytest.raises(UsageError) as refusal:
        timed.characteristics(SIX, truth, timed.Course(0.1), seed=1, trials=trials)
    assert refusal.value.code == code
