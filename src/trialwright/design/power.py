"""The power of a fixed design for one outcome, each with its method named.

Every test is two-sided at `alpha` unless the function says otherwise, and power is the chance to reject, on either
side, when the stated effect is true.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Power:
    """The power of one test at one effect. `power`, `alpha`: proportions in [0, 1]; `sizes`: participants in each arm;
    `effect`: the assumptions by name; `exact`: whether the method is exact or an approximation."""

    method: str
    hypothesis: str
    power: float
    alpha: float
    sides: int
    sizes: tuple[int, ...]
    source: str
    exact: bool
    effect: Mapping[str, float] = field(default_factory=dict)


def two_proportions(rate: float, control_rate: float, n: int, control_n: int, *, alpha: float = 0.05) -> Power:
    """The exact power of Fisher's two-sided test for two proportions, over the full grid of results.

    Hypothesis: equal proportions. `rate`, `control_rate`: true proportions in [0, 1]; sizes 1 or more. The p value is
    that of R's `fisher.test` (all tables no likelier than the one observed). Source: Fisher 1935,
    doi 10.2307/2342435; the power is the definition itself, summed. Raises UsageError DES-031.

    >>> round(two_proportions(0.7, 0.4, 30, 30).power, 4)
    0.5608
    """
    _check_rates(rate, control_rate)
    _check_sizes(alpha, n, control_n)
    first, second = _binomial(n, rate), _binomial(control_n, control_rate)
    power = float(first @ _fisher_rejects(n, control_n, alpha) @ second)
    return Power(
        method="Fisher's exact test, power summed over all results",
        hypothesis="the proportions are equal",
        power=min(1.0, power),
        alpha=alpha,
        sides=2,
        sizes=(n, control_n),
        source="doi 10.2307/2342435",
        exact=True,
        effect={"proportion": rate, "control proportion": control_rate},
    )


def two_means(difference: float, sd: float, n: int, control_n: int, *, alpha: float = 0.05) -> Power:
    """The power of the two-sample t test with equal variances, from the noncentral t distribution.

    Hypothesis: equal means. `difference`: true difference, first arm minus control, in the outcome's unit; `sd`: the
    common standard deviation, above 0; 3 participants or more in all. Exact for normal outcomes. Source:
    Cohen 1988 (ISBN 0-8058-0283-5), chapter 2; R's `power.t.test(strict = TRUE)`. Raises UsageError DES-031.

    >>> round(two_means(0.8, 1.0, 30, 30).power, 4)
    0.8614
    """
    from scipy.special import nctdtr, stdtrit

    _check_sizes(alpha, n, control_n)
    df = n + control_n - 2
    if sd <= 0 or df < 1 or not math.isfinite(difference):
        raise _misfit(f"a difference of {difference} with standard deviation {sd} and sizes {n}, {control_n}")
    centre = abs(difference) / (sd * math.sqrt(1 / n + 1 / control_n))
    limit = float(stdtrit(df, 1 - alpha / 2))
    power = 1.0 - float(nctdtr(df, centre, limit)) + float(nctdtr(df, centre, -limit))
    return Power(
        method="two-sample t test, noncentral t distribution",
        hypothesis="the means are equal",
        power=min(1.0, max(0.0, power)),
        alpha=alpha,
        sides=2,
        sizes=(n, control_n),
        source="ISBN 0-8058-0283-5",
        exact=True,
        effect={"difference": difference, "standard deviation": sd},
    )


def two_distributions(superiority: float, n: int, control_n: int, *, alpha: float = 0.05) -> Power:
    """The approximate power of the Wilcoxon rank sum test by Noether's formula.

    Hypothesis: P(X > Y) + P(X = Y)/2 = 1/2, X from the first arm and Y from the control; `superiority` is its true
    value, in [0, 1]. The formula takes the variance under the hypothesis, for outcomes without ties: with few
    categories it is rough. Source: Noether 1987, doi 10.1080/01621459.1987.10478478. Raises UsageError DES-031.

    >>> round(two_distributions(0.65, 60, 60).power, 3)
    0.812
    """
    from scipy.special import ndtr, ndtri

    _check_rates(superiority)
    _check_sizes(alpha, n, control_n)
    total = n + control_n
    shift = math.sqrt(12 * n * control_n / total) * abs(superiority - 0.5)
    limit = float(ndtri(1 - alpha / 2))
    return Power(
        method="Wilcoxon rank sum test, Noether's approximation",
        hypothesis="neither arm tends to larger values",
        power=float(ndtr(shift - limit) + ndtr(-shift - limit)),
        alpha=alpha,
        sides=2,
        sizes=(n, control_n),
        source="doi 10.1080/01621459.1987.10478478",
        exact=False,
        effect={"P(X > Y) + P(X = Y)/2": superiority},
    )


def one_proportion(rate: float, null_rate: float, n: int, *, alpha: float = 0.025) -> Power:
    """The exact power of the one-sided binomial test of one arm against a fixed rate.

    Hypothesis: the rate is `null_rate` or lower; it is rejected at the smallest count of events whose chance, at
    `null_rate`, of being reached is at most `alpha`. Source: the binomial distribution. Raises UsageError DES-031.

    >>> round(one_proportion(0.2, 0.05, 25).power, 6)
    0.579326
    """
    _check_rates(rate, null_rate)
    _check_sizes(alpha, n)
    reached = _binomial(n, null_rate)[::-1].cumsum()[::-1]
    critical = next((k for k in range(n + 1) if reached[k] <= alpha), n + 1)
    return Power(
        method=f"exact binomial test, rejects at {critical} or more events of {n}",
        hypothesis=f"the rate is {null_rate:g} or lower",
        power=float(_binomial(n, rate)[critical:].sum()),
        alpha=alpha,
        sides=1,
        sizes=(n,),
        source="the binomial distribution",
        exact=True,
        effect={"rate": rate, "rate under the hypothesis": null_rate},
    )


def _fisher_rejects(n: int, control_n: int, alpha: float) -> NDArray[np.float64]:
    """Shape (n + 1, control_n + 1): 1 where Fisher's two-sided p of that result is at most `alpha`, else 0."""
    import numpy as np
    from scipy.special import gammaln

    def log_choose(total: int) -> NDArray[np.float64]:
        k = np.arange(total + 1)
        return np.asarray(gammaln(total + 1) - gammaln(k + 1) - gammaln(total - k + 1))

    first, second = log_choose(n), log_choose(control_n)
    rejects = np.zeros((n + 1, control_n + 1))
    for events in range(n + control_n + 1):
        x = np.arange(max(0, events - control_n), min(n, events) + 1)
        logs = first[x] + second[events - x]
        chance = np.exp(logs - logs.max())
        chance /= chance.sum()
        order = np.argsort(chance)
        below = np.concatenate(([0.0], chance[order].cumsum()))
        p = below[np.searchsorted(chance[order], chance * (1 + 1e-7), side="right")]
        rejects[x, events - x] = p <= alpha * (1 + 1e-9)  # p equal to alpha rejects, whatever the rounding
    return rejects


def _binomial(n: int, rate: float) -> NDArray[np.float64]:
    """Shape (n + 1,): the chances of 0 to n events."""
    import numpy as np
    from scipy.special import gammaln, xlog1py, xlogy

    k = np.arange(n + 1)
    logs = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + xlogy(k, rate) + xlog1py(n - k, -rate)
    return np.asarray(np.exp(logs))


def _check_rates(*rates: float) -> None:
    if not all(0 <= rate <= 1 for rate in rates):
        raise _misfit(f"proportions of {', '.join(str(rate) for rate in rates)}")


def _check_sizes(alpha: float, *sizes: int) -> None:
    if not 0 < alpha < 1 or min(sizes) < 1:
        raise _misfit(f"sizes {', '.join(str(size) for size in sizes)} and alpha {alpha}")


def _misfit(found: str) -> UsageError:
    return UsageError(
        "DES-031",
        found,
        expected="proportions in [0, 1], an alpha between 0 and 1, a standard deviation above 0, 1 or more per arm",
        mend="write 5 % as 0.05; a t test needs 3 participants or more in all",
    )
