"""Rank tests with their estimates of shift: Wilcoxon rank-sum (Hodges-Lehmann) and signed-rank (pseudomedian).

The variants, and when each is used, are those of R's `wilcox.test`: exact without ties (and, for one sample,
without zeros) and fewer than 50 values, else the normal approximation with ties and continuity corrected for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from trialwright.analyse.roots import root

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

EXACT_BELOW = 50
ROOT_TOLERANCE = 1e-4
PAIRS = 10_000_000  # more differences than this are not listed to take their median


@dataclass(frozen=True, slots=True)
class RankTest:
    """The result of a rank test.

    `statistic`: W (Mann-Whitney count of x above y) or V (sum of positive ranks). `p`: two-sided, None where all
    values are equal. `median`: the Hodges-Lehmann shift of x against y, which is the median of all differences, or
    the pseudomedian, which is the median of the means of all pairs. `estimate`: the same as R prints it: in the
    normal approximation any point at which the standardised statistic is near 0, found within 1e-4, and so not
    symmetric in x and y where several points will do. `lower`, `upper`: confidence interval; `level`: the confidence
    that it has, in (0, 1) - below what was asked where so few values cannot give it.
    """

    statistic: float
    p: float | None
    estimate: float | None
    lower: float | None
    upper: float | None
    level: float
    method: str
    n: tuple[int, ...]
    median: float


def rank_sum(
    x: Sequence[float], y: Sequence[float], *, level: float = 0.95, exact: bool | None = None, correct: bool = True
) -> RankTest:
    """Wilcoxon's rank-sum test of the hypothesis that x and y have one distribution, against a shift of x (two-sided).

    The estimate is the Hodges-Lehmann shift, x minus y (positive: x is larger), with Moses' interval; the normal
    approximation finds the interval's ends within 1e-4, as R does (finer where the data span less than 1). `exact`:
    None chooses as R does. All values finite.

    Source: Hollander, Wolfe & Chicken, Nonparametric Statistical Methods, 3rd ed. (2014), sections 4.1-4.3.
    Raises ValueError if a sample is empty.

    >>> result = rank_sum([4, 5, 6], [1, 2, 3])
    >>> result.p, result.median, result.level
    (0.1, 3.0, 0.9)
    """
    import numpy as np

    first, second = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    m, n = len(first), len(second)
    if not m or not n:
        raise ValueError("a rank-sum test needs at least one value in each sample")
    ranks, ties = _ranks(np.concatenate([first, second]))
    statistic = float(ranks[:m].sum() - m * (m + 1) / 2)
    small = m < EXACT_BELOW and n < EXACT_BELOW if exact is None else exact
    if small and not len(ties):
        return _rank_sum_exact(first, second, statistic, level)
    return _rank_sum_normal(first, second, statistic, level, correct)


def _rank_sum_exact(x: Array, y: Array, statistic: float, level: float) -> RankTest:
    import numpy as np

    m, n = len(x), len(y)
    cumulative, total = _rank_sum_counts(m, n)
    differences = np.sort(np.subtract.outer(x, y), axis=None)
    lower, upper, achieved = _order_interval(differences, cumulative, total, level)
    return RankTest(
        statistic,
        _two_sided(round(statistic), m * n, cumulative, total),
        float(np.median(differences)),
        lower,
        upper,
        achieved,
        "Wilcoxon rank-sum test, exact",
        (m, n),
        float(np.median(differences)),
    )


def _rank_sum_normal(x: Array, y: Array, statistic: float, level: float, correct: bool) -> RankTest:
    import numpy as np

    m, n = len(x), len(y)
    pooled = np.concatenate([x, y])

    def standardised(shift: float, corrected: bool) -> float:
        values = pooled.copy()
        values[:m] -= shift
        ranks, ties = _ranks(values)
        centred = float(ranks[:m].sum()) - m * (m + 1) / 2 - m * n / 2
        variance = m * n / 12 * ((m + n + 1) - float((ties**3 - ties).sum()) / ((m + n) * (m + n - 1)))
        return _over(centred, math.sqrt(max(variance, 0.0)), corrected)

    low, high = float(x.min() - y.max()), float(x.max() - y.min())
    method = "Wilcoxon rank-sum test, normal approximation" + (" with continuity correction" if correct else "")
    z = standardised(0.0, correct)
    if math.isnan(z):
        return RankTest(statistic, None, 0.0, None, None, level, method, (m, n), 0.0)  # all values are equal
    if low == high:  # each sample holds one value only: at their difference every value is tied
        return RankTest(statistic, _tails(z), low, None, None, level, method, (m, n), low)
    half = _quantile(1 - (1 - level) / 2)

    def solve(target: float, corrected: bool) -> float:
        return _bounded_root(lambda shift: standardised(shift, corrected) - target, low, high)

    estimate, lower, upper = solve(0.0, False), solve(half, correct), solve(-half, correct)
    median = float(np.median(np.subtract.outer(x, y))) if m * n <= PAIRS else estimate
    return RankTest(statistic, _tails(z), estimate, lower, upper, level, method, (m, n), median)


def signed_rank(
    values: Sequence[float], *, level: float = 0.95, exact: bool | None = None, correct: bool = True
) -> RankTest:
    """Wilcoxon's signed-rank test of the hypothesis that the values (differences) are symmetric about 0, two-sided.

    The estimate is the pseudomedian (median of the means of all pairs), with its interval. Zeros are left out of
    the test, as in R. `exact`: None chooses as R does. All values finite. Source: Hollander, Wolfe & Chicken (2014),
    sections 3.1-3.3. Raises ValueError if there are no values.

    >>> result = signed_rank([1.1, 2.2, 3.3, 0.4])
    >>> result.statistic, result.p, result.level
    (10.0, 0.125, 0.875)
    """
    import numpy as np

    given = np.asarray(values, dtype=float)
    if not len(given):
        raise ValueError("a signed-rank test needs at least one value")
    kept = given[given != 0]
    ranks, ties = _ranks(np.abs(kept))
    statistic = float(ranks[kept > 0].sum())
    small = len(kept) < EXACT_BELOW if exact is None else exact
    if small and not len(ties) and len(kept) == len(given):
        return _signed_rank_exact(kept, statistic, level)
    return _signed_rank_normal(given, kept, statistic, level, correct)


def _signed_rank_exact(values: Array, statistic: float, level: float) -> RankTest:
    import numpy as np

    n = len(values)
    cumulative, total = _signed_rank_counts(n)
    rows, columns = np.triu_indices(n)
    means = np.sort((values[rows] + values[columns]) / 2)
    lower, upper, achieved = _order_interval(means, cumulative, total, level)
    p = _two_sided(round(statistic), n * (n + 1) // 2, cumulative, total)
    method = "Wilcoxon signed-rank test, exact"
    median = float(np.median(means))
    return RankTest(statistic, p, median, lower, upper, achieved, method, (n,), median)


def _signed_rank_normal(given: Array, kept: Array, statistic: float, level: float, correct: bool) -> RankTest:
    import numpy as np

    def standardised(centre: float, corrected: bool, sample: Array) -> float:
        values = sample - centre
        values = values[values != 0]
        n = len(values)
        ranks, ties = _ranks(np.abs(values))
        centred = float(ranks[values > 0].sum()) - n * (n + 1) / 4
        variance = n * (n + 1) * (2 * n + 1) / 24 - float((ties**3 - ties).sum()) / 48
        return _over(centred, math.sqrt(max(variance, 0.0)), corrected)

    method = "Wilcoxon signed-rank test, normal approximation" + (" with continuity correction" if correct else "")
    z = standardised(0.0, correct, kept)
    p = None if math.isnan(z) else _tails(z)
    median = _pseudomedian(kept)
    none = RankTest(statistic, p, median, None, None, level, method, (len(given),), median)
    if not len(kept):
        return none
    low, high = float(kept.min()), float(kept.max())
    at_low, at_high = standardised(low, correct, kept), standardised(high, correct, kept)
    if math.isnan(at_low) or math.isnan(at_high):
        return none
    alpha = 1 - level
    while alpha < 1 and (at_low < _quantile(1 - alpha / 2) or at_high > -_quantile(1 - alpha / 2)):
        alpha *= 2
    if alpha >= 1:
        return none

    def solve(target: float, corrected: bool) -> float:
        return _bounded_root(lambda centre: standardised(centre, corrected, kept) - target, low, high)

    half = _quantile(1 - alpha / 2)
    estimate, lower, upper = solve(0.0, False), solve(half, correct), solve(-half, correct)
    return RankTest(statistic, p, estimate, lower, upper, 1 - alpha, method, (len(given),), median)


def _pseudomedian(values: Array) -> float:
    """The median of the means of all pairs, a value paired with itself included; 0 without any value."""
    import numpy as np

    if not len(values):
        return 0.0
    rows, columns = np.triu_indices(len(values))
    return float(np.median((values[rows] + values[columns]) / 2))


def _ranks(values: Array) -> tuple[Array, Array]:
    """Mid-ranks from 1, and the sizes of the groups of tied values (those above 1 only)."""
    import numpy as np

    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[place] if len(values) else np.zeros(0)
    return ranks, counts[counts > 1].astype(float)


def _over(centred: float, sigma: float, corrected: bool) -> float:
    """The standardised statistic, moved half a unit towards 0 where corrected; NaN where all values are tied."""
    if sigma == 0:
        return math.nan
    return (centred - (math.copysign(0.5, centred) if corrected and centred else 0.0)) / sigma


def _bounded_root(function: Callable[[float], float], low: float, high: float) -> float:
    """The root, or the end of the range beyond which it lies."""
    if function(low) <= 0:
        return low
    if function(high) >= 0:
        return high
    return root(function, low, high, tolerance=ROOT_TOLERANCE * min(1.0, high - low))  # R's, unless the data are finer


def _tails(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


def _quantile(probability: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(probability))


@lru_cache(maxsize=256)
def _rank_sum_counts(m: int, n: int) -> tuple[tuple[int, ...], int]:
    """The cumulative number of arrangements with a Mann-Whitney count of at most 0, 1, ..., mn; and their number.

    The counts are the coefficients of the Gaussian binomial polynomial, in whole numbers.
    """
    size = m * n + 1
    counts = [1] + [0] * (size - 1)
    for i in range(1, n + 1):
        for j in range(size - 1, m + i - 1, -1):
            counts[j] -= counts[j - m - i]
        for j in range(i, size):
            counts[j] += counts[j - i]
    return _cumulated(counts), math.comb(m + n, m)


@lru_cache(maxsize=256)
def _signed_rank_counts(n: int) -> tuple[tuple[int, ...], int]:
    """The cumulative number of sign patterns with a sum of positive ranks of at most 0, 1, ...; and their number."""
    size = n * (n + 1) // 2 + 1
    counts = [1] + [0] * (size - 1)
    for i in range(1, n + 1):
        for j in range(size - 1, i - 1, -1):
            counts[j] += counts[j - i]
    return _cumulated(counts), 2**n


def _cumulated(counts: list[int]) -> tuple[int, ...]:
    total, sums = 0, []
    for count in counts:
        total += count
        sums.append(total)
    return tuple(sums)


def _two_sided(statistic: int, largest: int, cumulative: tuple[int, ...], total: int) -> float:
    """Twice the smaller tail, at most 1; the distribution is symmetric about largest / 2."""
    tail = cumulative[min(statistic, largest - statistic)]
    return min(1.0, 2 * tail / total)


def _order_interval(
    ordered: Array, cumulative: tuple[int, ...], total: int, level: float
) -> tuple[float, float, float]:
    """The interval between two order statistics, and the confidence reported for it: `level`, or less if so few
    values cannot give it."""
    alpha = 1 - level
    cut = next(i for i, count in enumerate(cumulative) if count / total >= alpha / 2 * (1 - 64 * 2.2e-16))
    cut = max(cut, 1)
    achieved = 2 * cumulative[cut - 1] / total
    reached = level if achieved <= alpha * (1 + 1e-9) else 1 - achieved
    return float(ordered[cut - 1]), float(ordered[len(ordered) - cut]), max(reached, 0.0)
