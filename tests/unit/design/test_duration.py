"""Durations: against trials played out in time, and against arithmetic where the answer is known."""

import numpy as np
import pytest

from trialwright.core.errors import StageError, UsageError
from trialwright.core.streams import stream
from trialwright.design import exact, rules
from trialwright.design.duration import duration
from trialwright.design.rule import Counts, Finish

TRUTH = (0.1, 0.25, 0.45)


def played(rule, random, window, per_day):
    """One trial in time: participants come one after another; nobody enters while a window is open."""
    day, action = 0.0, rule.first()
    n, y = [0] * rule.levels, [0] * rule.levels
    while not isinstance(action, Finish):
        for _ in range(action.size):
            day += random.exponential(1 / per_day)
            n[action.dose - 1] += 1
            y[action.dose - 1] += random.random() < TRUTH[action.dose - 1]
        day += window
        action = rule.next(Counts(action.dose, tuple(n), tuple(y), action.memory))
    return day


@pytest.mark.parametrize(
    "name", ["3+3: with de-escalation", "BOIN: target 0.3, at most 12, accelerated titration, enough at 6"]
)
def test_against_trials_in_time(name):
    rule = rules.make(name, 3)
    found = duration(rule, TRUTH, window=28, per_day=0.1)
    random = stream(7, "duration", name)
    days = np.array([played(rule, random, 28, 0.1) for _ in range(6000)])
    assert abs(days.mean() - found.mean) < 4 * days.std() / np.sqrt(len(days))
    for share in (0.1, 0.5, 0.9):
        limit = found.quantile(share)
        assert float(found.prob_within(limit)) == pytest.approx(share, abs=1e-3)
        assert abs((days <= limit).mean() - share) < 4 * np.sqrt(share * (1 - share) / len(days))
    assert found.probability.sum() == pytest.approx(1)


def test_known_answers():
    rule = rules.make("3+3: stop at two", 3)
    never = duration(rule, (0, 0, 0), window=28, per_day=0.5)
    assert never.mean == pytest.approx(3 * 28 + 9 / 0.5)
    assert never.expected_cohorts == pytest.approx(3)
    assert float(never.prob_within(3 * 28)) == 0
    always = duration(rule, (1, 1, 1), window=28, per_day=0.5)
    assert always.mean == pytest.approx(28 + 3 / 0.5)
    sizes = duration(rule, TRUTH, window=0, per_day=1)
    assert sizes.mean == pytest.approx(exact.compile(rule).evaluate(TRUTH).expected_n)


def test_what_cannot_be_answered_is_refused():
    with pytest.raises(StageError, match="DES-125"):
        duration(rules.make("3+3: stop at two, stopped at the second DLT", 3), TRUTH, window=28, per_day=1)
    rule = rules.make("3+3: stop at two", 3)
    for wrong in ({"window": -1, "per_day": 1}, {"window": 28, "per_day": 0}, {"window": 28, "per_day": np.inf}):
        with pytest.raises(UsageError, match="DES-126"):
            duration(rule, TRUTH, **wrong)
    with pytest.raises(UsageError, match="DES-101"):
        duration(rule, TRUTH, window=28, per_day=1).quantile(1)
