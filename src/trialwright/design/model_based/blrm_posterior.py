"""The two-parameter logistic model of dose and DLT, and what counts say about each dose.

logit rate(d) = log alpha + beta log(d / d*), with a reference dose d* and a bivariate normal prior of (log alpha, log
beta): Neuenschwander, Branson & Gsponer 2008 (doi 10.1002/sim.3230). alpha / (1 + alpha) is the rate at d*.

The integrals run over fixed points. For each log beta the line of log alpha is cut where the rate of a dose crosses a
limit, so that "the rate of dose j is above the limit" is constant between two cuts and its probability is integrated
as exactly as anything smooth. There is no random sampling: the same data give the same probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, isfinite, log, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialwright.core.errors import UsageError
from trialwright.design.model_based.conduct import short
from trialwright.design.model_based.crm_posterior import check_sd, checked_counts, rounded_up
from trialwright.design.model_based.quadrature import panels

if TYPE_CHECKING:
    from decimal import Decimal

Floats = NDArray[np.float64]
_REACH = 6.0  # prior standard deviations on either side, more where prior and data are far apart:
_CUT = -14.0  # where the logarithm of the posterior at an end of the range is not so far below its highest
_STEP = 0.2  # of log beta, the outer integral, for 32 participants
_ORDER = 6
_CHUNK = 1 << 21  # states times points held at once


@dataclass(frozen=True, slots=True)
class Prior:
    """A bivariate normal prior of (log alpha, log beta): means, standard deviations and their correlation.

    Raises UsageError DES-207 if they cannot be computed with.
    """

    mean: tuple[float, float]
    sd: tuple[float, float]
    correlation: float = 0.0

    def __post_init__(self) -> None:
        for what, mean, sd in zip(("log alpha", "log beta"), self.mean, self.sd, strict=True):
            check_sd(sd, what)
            if not (isfinite(mean) and abs(mean) <= 20):
                raise UsageError("DES-207", f"a prior mean of {mean:g} for {what}", expected="a number from -20 to 20")
        if not (-0.99 <= self.correlation <= 0.99 and self.sd[1] <= 5):
            raise UsageError(
                "DES-207",
                f"a prior with correlation {self.correlation:g} and standard deviation {self.sd[1]:g} for log beta",
                expected="a correlation from -0.99 to 0.99 and at most 5",
                mend="give the correlation, not the covariance",
            )

    @classmethod
    def weak(cls, rate: float) -> Prior:
        """A weak prior around this DLT rate at the reference dose and a slope of 1: standard deviations 2 and 1.

        Raises UsageError DES-207 unless the rate lies between 0 and 1.
        """
        if not 0 < rate < 1:
            raise UsageError(
                "DES-207",
                f"a DLT rate of {rate:g} at the reference dose",
                expected="a proportion between 0 and 1",
                mend="write 30 % as 0.3",
            )
        return cls((log(rate / (1 - rate)), 0.0), (2.0, 1.0))

    @property
    def words(self) -> list[str]:
        """What the name of a rule says of it.

        >>> Prior.weak(0.3).words, Prior((-1, 0.5), (2, 1), 0.1).words
        (['weak prior at 0.3'], ['prior mean -1/0.5 sd 2/1', 'correlation 0.1'])
        """
        rate = round(1 / (1 + exp(-self.mean[0])), 9)
        if 0 < rate < 1 and self == Prior.weak(rate):
            return [f"weak prior at {short(rate)}"]
        first, second, sd_first, sd_second = (short(value) for value in (*self.mean, *self.sd))
        words = [f"prior mean {first}/{second} sd {sd_first}/{sd_second}"]
        return words + ([f"correlation {short(self.correlation)}"] if self.correlation else [])


@dataclass(frozen=True, slots=True)
class TwoParameter:
    """The model for these doses, all in one unit and rising; `reference`: d*, in the same unit.

    Raises UsageError DES-208 if the doses do not rise from above 0.
    """

    doses: tuple[float | Decimal, ...]
    reference: float | Decimal
    prior: Prior

    def __post_init__(self) -> None:
        object.__setattr__(self, "doses", tuple(self.doses))
        values = [float(dose) for dose in self.doses]
        rising = all(low < high < np.inf for low, high in zip((0.0, *values), values, strict=False))
        if not values or not rising or not 0 < float(self.reference) < np.inf:
            raise UsageError(
                "DES-208",
                f"doses {', '.join(str(dose) for dose in self.doses) or 'none'} with reference dose {self.reference}",
                expected="rising doses above 0 in one unit, and a reference dose above 0 in the same unit",
                mend="leave placebo out; the reference dose is often the dose expected to be the MTD",
            )

    @property
    def levels(self) -> int:
        """The number of doses."""
        return len(self.doses)

    @property
    def log_doses(self) -> Floats:
        """log(d / d*), shape (J,)."""
        return np.array([log(float(dose) / float(self.reference)) for dose in self.doses])


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """What the data of S trials say of each of J doses. `mean`: (S, J), the posterior mean of the DLT rate; `above`:
    (K, S, J), the posterior probability that it is above each of the K limits."""

    mean: Floats
    above: Floats


def posterior(model: TwoParameter, n: ArrayLike, y: ArrayLike, limits: Sequence[float]) -> Rates:
    """The posterior of the DLT rates from y DLTs among n participants per dose; shapes (S, J), or (J,) for one trial.

    `limits`: rates, proportions. Probabilities and means are right to about 1e-7.

    Raises UsageError DES-205 if the counts do not fit the model.

    >>> model = TwoParameter((10, 20, 40), reference=40, prior=Prior.weak(0.3))
    >>> rates = posterior(model, [3, 0, 0], [1, 0, 0], [0.33])
    >>> rates.mean.round(3).tolist(), rates.above.round(3).tolist()
    ([[0.268, 0.372, 0.489]], [[[0.328, 0.527, 0.694]]])
    """
    treated, dlts = checked_counts(n, y, model.levels)
    most = rounded_up(int(treated.sum(axis=1).max(initial=0)))
    cuts = tuple(float(limit) for limit in limits)
    sums = np.empty((len(treated), 1 + (1 + len(cuts)) * model.levels))
    step = max(1, _CHUNK // len(_grid(model, most, cuts, _REACH).columns))
    for i in range(0, len(treated), step):
        sums[i : i + step] = _integrated(model, treated[i : i + step], dlts[i : i + step], most, cuts, _REACH)
    shares = (sums[:, 1:] / sums[:, :1]).reshape(len(treated), 1 + len(cuts), model.levels)
    return Rates(mean=shares[:, 0], above=np.moveaxis(shares[:, 1:], 1, 0))


def _integrated(model: TwoParameter, n: Floats, y: Floats, most: int, cuts: tuple[float, ...], reach: float) -> Floats:
    """The integrals for each row, again over a longer range where the prior and the data are far apart."""
    grid = _grid(model, most, cuts, reach)
    height: Floats = np.hstack((y, n - y, np.ones((len(n), 1)))) @ grid.logs
    height -= height.max(axis=1, keepdims=True)
    short = height[:, grid.ends].max(axis=1) > _CUT
    np.exp(height, out=height)
    result: Floats = height @ grid.columns
    if short.any() and reach < 20:
        result[short] = _integrated(model, n[short], y[short], most, cuts, 1.5 * reach)
    return result


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """G points. `logs`: (2 J + 1, G), logarithms of the rates, of 1 - the rates, and of the prior times the weight;
    `ends`: places of the points at an end of the range; `columns`: (G, 1 + J + K J), what is integrated: 1, rates,
    above each limit."""

    logs: Floats
    ends: NDArray[np.intp]
    columns: Floats


@lru_cache(maxsize=16)
def _grid(model: TwoParameter, participants: int, cuts: tuple[float, ...], reach: float) -> _Grid:
    """The points for up to so many participants."""
    x, prior = model.log_doses, model.prior
    (mean_a, mean_b), (sd_a, sd_b), rho = prior.mean, prior.sd, prior.correlation
    step = min(_STEP * sqrt(32 / participants), sd_b / 2)
    count = int(np.ceil(2 * reach * sd_b / step)) + 1
    outer = np.linspace(mean_b - reach * sd_b, mean_b + reach * sd_b, count)
    width = min(2.5 / sqrt(0.25 * participants + sd_a**-2), sd_a * sqrt(1 - rho**2))
    inner, weights, places, ends, start = [], [], [], [], 0
    for number, log_beta in enumerate(outer.tolist()):
        edges = [log(cut / (1 - cut)) - float(np.exp(log_beta)) * float(shift) for cut in cuts for shift in x]
        points, weight = panels(mean_a - reach * sd_a, mean_a + reach * sd_a, edges, width, _ORDER)
        inner.append(points)
        weights.append(weight)
        places.append(np.full(len(points), number))
        whole = number in (0, count - 1)
        ends.append(start + (np.arange(len(points)) if whole else np.array([0, len(points) - 1])))
        start += len(points)
    log_alpha, log_beta_ = np.concatenate(inner), outer[np.concatenate(places)]
    u, v = (log_alpha - mean_a) / sd_a, (log_beta_ - mean_b) / sd_b
    z = log_alpha[:, None] + np.exp(log_beta_)[:, None] * x
    log_rate = -np.logaddexp(0, -z)
    above = [(z > log(cut / (1 - cut))).astype(np.float64) for cut in cuts]
    log_prior = np.log(np.concatenate(weights)) - (u**2 - 2 * rho * u * v + v**2) / (2 * (1 - rho**2))
    return _Grid(
        logs=np.ascontiguousarray(np.column_stack((log_rate, -np.logaddexp(0, z), log_prior)).T),
        ends=np.concatenate(ends),
        columns=np.hstack((np.ones((len(z), 1)), np.exp(log_rate), *above)),
    )
