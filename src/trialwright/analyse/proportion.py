"""Proportions: exact tests, Clopper-Pearson and Wilson intervals, Newcombe's risk difference, Fisher's exact test."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.analyse.roots import EPSILON, root

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLOPPER_PEARSON = "Clopper-Pearson exact interval"
NEWCOMBE = "Newcombe hybrid score interval"
FISHER = "Fisher's exact test, two-sided"
FISHER_ODDS = "conditional maximum likelihood odds ratio with exact interval"


@dataclass(frozen=True, slots=True)
class Interval:
    """A point estimate with its confidence interval at confidence `level`, in (0, 1)."""

    estimate: float
    lower: float
    upper: float
    level: float


@dataclass(frozen=True, slots=True)
class FisherResult:
    """Fisher's exact test: two-sided p, and the conditional maximum likelihood odds ratio (it may be 0 or infinite)
    with its exact interval."""

    p: float
    odds_ratio: float
    lower: float
    upper: float
    level: float


def clopper_pearson(events: int, n: int, *, level: float = 0.95) -> Interval:
    """The proportion with its exact interval, both in [0, 1].

    Each tail has at most half of 1 - level. Source: Clopper & Pearson (1934), doi:10.1093/biomet/26.4.404.
    Raises ValueError unless 0 <= events <= n and n > 0.

    >>> interval = clopper_pearson(0, 9)
    >>> interval.lower, round(interval.upper, 3)
    (0.0, 0.336)
    """
    from scipy.special import betaincinv

    _check(events, n)
    tail = (1 - level) / 2
    lower = 0.0 if events == 0 else float(betaincinv(events, n - events + 1, tail))
    upper = 1.0 if events == n else float(betaincinv(events + 1, n - events, 1 - tail))
    return Interval(events / n, lower, upper, level)


def wilson(events: int, n: int, *, level: float = 0.95) -> Interval:
    """The proportion with Wilson's score interval, without continuity correction. Source: Wilson (1927),
    doi:10.1080/01621459.1927.10502953. Raises ValueError unless 0 <= events <= n and n > 0."""
    from scipy.special import ndtri

    _check(events, n)
    z = float(ndtri(1 - (1 - level) / 2))
    p, z2 = events / n, z * z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    lower = 0.0 if events == 0 else centre - half
    upper = 1.0 if events == n else centre + half
    return Interval(p, lower, upper, level)


def newcombe(events: int, n: int, control_events: int, control_n: int, *, level: float = 0.95) -> Interval:
    """The risk difference, first group minus control, in [-1, 1], with Newcombe's hybrid score interval (method 10).

    Positive: more events in the first group. Source: Newcombe (1998),
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I. Raises ValueError for impossible counts.

    >>> difference = newcombe(56, 70, 48, 80)
    >>> round(difference.lower, 4), round(difference.upper, 4)
    (0.0524, 0.3339)
    """
    one, two = wilson(events, n, level=level), wilson(control_events, control_n, level=level)
    difference = one.estimate - two.estimate
    lower = difference - math.hypot(one.estimate - one.lower, two.upper - two.estimate)
    upper = difference + math.hypot(one.upper - one.estimate, two.estimate - two.lower)
    return Interval(difference, max(lower, -1.0), min(upper, 1.0), level)


def binomial_test(events: int, n: int, probability: float) -> float:
    """The two-sided p of the hypothesis that the chance of an event is `probability`, in [0, 1].

    It sums the chances of all counts no likelier than the one observed, as R's `binom.test` does. Raises
    ValueError for impossible counts.

    >>> round(binomial_test(682, 925, 0.75), 4)
    0.3825
    """
    import numpy as np
    from scipy.special import gammaln, xlog1py, xlogy

    _check(events, n)
    counts = np.arange(n + 1)
    logs = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    logs = logs + xlogy(counts, probability) + xlog1py(n - counts, -probability)
    chances = np.exp(logs)
    return min(1.0, float(chances[chances <= chances[events] * (1 + 1e-7)].sum()))


def fisher(a: int, b: int, c: int, d: int, *, level: float = 0.95) -> FisherResult:
    """Fisher's exact test of the table [[a, b], [c, d]]: the hypothesis is an odds ratio of 1, against any other.

    With a, b the events in the first group and in the control, and c, d those without, an odds ratio above 1 means
    more events in the first group. The two-sided p sums all tables no likelier than the one observed; the estimate
    is the conditional maximum likelihood one and not ad/bc; all as R's `fisher.test`. Raises ValueError for
    negative counts.

    >>> result = fisher(3, 1, 1, 3)
    >>> round(result.p, 7), round(result.odds_ratio, 4)
    (0.4857143, 6.4083)
    """
    if min(a, b, c, d) < 0:
        raise ValueError("a table of counts has no negative entry")
    table = _Conditional(a + c, b + d, a + b)
    null = table.chances(1.0)
    p = min(1.0, float(null[null <= null[a - table.low] * (1 + 1e-7)].sum()))
    tail = (1 - level) / 2
    lower = 0.0 if a == table.low else _odds(lambda t: table.upper_tail(a, t), tail, rising=True)
    upper = math.inf if a == table.high else _odds(lambda t: table.lower_tail(a, t), tail, rising=False)
    return FisherResult(p, _estimate(table, a), lower, upper, level)


def _estimate(table: _Conditional, a: int) -> float:
    if table.low == table.high:
        return math.nan
    if a == table.low:
        return 0.0
    if a == table.high:
        return math.inf
    return _odds(table.mean, float(a), rising=True)


class _Conditional:
    """The non-central hypergeometric distribution of the first cell, given all margins."""

    def __init__(self, first: int, second: int, row: int) -> None:
        import numpy as np
        from scipy.special import gammaln

        self.low, self.high = max(0, row - second), min(row, first)
        cell = np.arange(self.low, self.high + 1, dtype=float)
        self.cell: NDArray[np.float64] = cell
        self._log = -(
            gammaln(cell + 1) + gammaln(first - cell + 1) + gammaln(row - cell + 1) + gammaln(second - row + cell + 1)
        )

    def chances(self, odds: float) -> NDArray[np.float64]:
        import numpy as np

        if odds == 0:
            return np.asarray((self.cell == self.low).astype(float))
        logs = self._log + np.log(odds) * self.cell
        weights = np.exp(logs - logs.max())
        return np.asarray(weights / weights.sum())

    def mean(self, odds: float) -> float:
        return float((self.cell * self.chances(odds)).sum())

    def lower_tail(self, at: int, odds: float) -> float:
        return float(self.chances(odds)[self.cell <= at].sum())

    def upper_tail(self, at: int, odds: float) -> float:
        return float(self.chances(odds)[self.cell >= at].sum())


ODDS_TOLERANCE = EPSILON**0.25


def _odds(function: Callable[[float], float], target: float, *, rising: bool) -> float:
    """The odds ratio at which a monotone function reaches its target, sought in [0, 1] directly or by its inverse."""
    at_one = function(1.0)
    if at_one == target:
        return 1.0
    if (at_one > target) == rising:
        return root(lambda t: function(t) - target, 0.0, 1.0, tolerance=ODDS_TOLERANCE)
    return 1 / root(lambda t: function(1 / t) - target, EPSILON, 1.0, tolerance=ODDS_TOLERANCE)


def _check(events: int, n: int) -> None:
    if n <= 0 or not 0 <= events <= n:
        raise ValueError(f"a proportion needs 0 <= events <= n and n > 0, found {events} of {n}")
