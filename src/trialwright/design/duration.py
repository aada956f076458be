"""How long a trial in whole cohorts takes: exact, where participants come at random at a constant rate.

The participants of a cohort enter as they come; once the last has entered, the DLT window passes; then the rule
decides, and the next cohort opens. Whoever comes while it is closed is lost to the trial. With N participants in K
cohorts the time from the opening to the last decision is the sum of N waiting times and K windows:
Gamma(N, rate) + K * window. N and K are exact for every truth; so is the mixture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialwright.core.errors import StageError, UsageError
from trialwright.design import exact
from trialwright.design.rule import Action, CountingRule, Counts, Finish, Treat

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A rule that also remembers how many cohorts were asked for, and ends with their number as its category."""

    rule: CountingRule

    @property
    def name(self) -> str:
        return self.rule.name

    @property
    def levels(self) -> int:
        return self.rule.levels

    def first(self) -> Treat:
        return self._count(self.rule.first(), 0)

    def next(self, counts: Counts) -> Action:
        assert counts.memory is not None
        known, place = counts.memory[0], counts.memory[1:]
        action = self.rule.next(Counts(counts.dose, counts.n, counts.y, place or None))
        if isinstance(action, Finish):
            return Finish(action.selected, action.reason, action.completed, str(known))
        return self._count(action, known)

    def _count(self, action: Treat, cohorts: int) -> Treat:
        if action.stop_at is not None:
            raise StageError(
                "DES-125",
                f"the duration of {self.name!r}, which breaks cohorts off",
                expected="a rule that completes its cohorts: when a cohort is broken off depends on when its DLTs come",
                mend="simulate the trial instead",
            )
        return Treat(action.dose, action.size, action.reason, None, (cohorts + 1, *(action.memory or ())))


@dataclass(frozen=True, slots=True, eq=False)
class Duration:
    """The time from the opening to the last decision, in days. One entry for each possible pair (N, K): `participants`,
    `cohorts`, `probability`, shape (M,); `window`: days; `per_day`: participants that come in a day, on average."""

    rule: str
    participants: NDArray[np.int64]
    cohorts: NDArray[np.int64]
    probability: Floats
    window: float
    per_day: float

    @property
    def mean(self) -> float:
        """The expected duration in days."""
        return float(self.probability @ (self.participants / self.per_day + self.cohorts * self.window))

    @property
    def expected_cohorts(self) -> float:
        """The expected number of cohorts."""
        return float(self.probability @ self.cohorts)

    def prob_within(self, days: ArrayLike) -> Floats:
        """The chance that the last decision comes within so many days; the shape of `days`."""
        from scipy.special import gammainc

        asked = np.asarray(days, dtype=np.float64)
        rest = np.maximum(asked[..., None] - self.cohorts * self.window, 0.0)
        result: Floats = (gammainc(np.maximum(self.participants, 1), rest * self.per_day) * self.probability).sum(
            axis=-1
        )
        return result

    def quantile(self, share: float) -> float:
        """The days within which this share (between 0 and 1) of trials end, to a hundredth of a day.

        Raises UsageError DES-101.
        """
        from trialwright.design.interval.boundaries import check_probability

        check_probability("a share", share)
        low, high = 0.0, 2.0 * self.mean + 10.0
        while float(self.prob_within(high)) < share:
            high *= 2
        while high - low > 0.005:
            middle = (low + high) / 2
            low, high = (low, middle) if float(self.prob_within(middle)) >= share else (middle, high)
        return (low + high) / 2


def duration(rule: CountingRule, truth: Sequence[float], *, window: float, per_day: float) -> Duration:
    """How long the trial takes at these true DLT rates. `window`: days from the last entry of a cohort to the decision;
    `per_day`: participants who come in a day, on average, above 0.

    Raises StageError DES-125 (the rule breaks cohorts off); UsageError DES-126 (window or rate out of range), DES-010.

    >>> from trialwright.design import rules
    >>> found = duration(rules.make("3+3: stop at two", 3), [0.05, 0.10, 0.20], window=28, per_day=2 / 30)
    >>> round(found.mean)
    260
    """
    if not (window >= 0 and 0 < per_day < np.inf):
        raise UsageError(
            "DES-126",
            f"a window of {window:g} days and {per_day:g} participants in a day",
            expected="a window of 0 days or more, and a rate above 0",
            mend="two participants in a month are 2 / 30.4 in a day",
        )
    result = exact.compile(_Numbered(rule)).evaluate(truth)
    ends = result.graph.endings
    cohorts = np.array([int(text) for text in ends.categories], dtype=np.int64)[ends.category]
    pairs, place = np.unique(np.stack((result.graph.total_n, cohorts)), axis=1, return_inverse=True)
    chance = np.asarray(np.bincount(place.ravel(), weights=result.probability), dtype=np.float64)
    return Duration(rule.name, pairs[0], pairs[1], chance, float(window), float(per_day))
