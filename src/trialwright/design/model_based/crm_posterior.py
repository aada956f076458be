"""The one-parameter models of the continual reassessment method and what counts say about their parameter.

Empiric (power) model: rate of level j = s_j ** exp(beta). One-parameter logistic model: logit rate = c + exp(beta) x_j
with a fixed intercept c and x_j = logit(s_j) - c. In both s_j, the skeleton, is the rate of level j at beta = 0, and
beta has a normal prior with mean 0. These are the models and the priors of R's dfcrm (prior variance 1.34, c = 3);
O'Quigley, Pepe & Fisher 1990 (doi 10.2307/2531628), Cheung 2011 (ISBN 9781420091519).

The estimate of a rate is the model's rate at the posterior mean of beta, as in dfcrm, and not the posterior mean of the
rate. Integrals run over fixed points shared by all states, so that many states are one matrix product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log, sqrt
from statistics import NormalDist
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialwright.core.errors import UsageError
from trialwright.design.model_based.quadrature import panels
from trialwright.design.model_based.skeleton import check_intercept

Floats = NDArray[np.float64]
PRIOR_SD = sqrt(1.34)
_REACH = 8.0  # the integrals run over so many prior standard deviations on either side, more where that is needed:
_CUT = -30.0  # where the logarithm of the posterior at an end of the range is not so far below its highest
_CHUNK = 1 << 21  # states times points held at once
_FURTHEST = 10.0  # the maximum of the likelihood is sought for beta between plus and minus this, as in dfcrm


@dataclass(frozen=True, slots=True)
class Empiric:
    """The empiric (power) model. `skeleton`: prior guesses of the DLT rates, rising proportions; `sd`: standard
    deviation of the normal prior of beta.

    Raises UsageError: DES-201 (the skeleton does not rise between 0 and 1), DES-207 (the sd is out of range).

    >>> Empiric((0.1, 0.2, 0.4)).rates([0.0]).round(12).tolist()
    [[0.1, 0.2, 0.4]]
    """

    skeleton: tuple[float, ...]
    sd: float = PRIOR_SD
    kind: ClassVar[str] = "empiric"

    def __post_init__(self) -> None:
        object.__setattr__(self, "skeleton", tuple(float(rate) for rate in self.skeleton))
        check_skeleton(self.skeleton, 1.0)
        check_sd(self.sd)

    def logs(self, beta: Floats) -> tuple[Floats, Floats]:
        """log(rate) and log(1 - rate) at each beta and level: two arrays of shape (len(beta), J)."""
        log_rate = np.exp(beta)[:, None] * np.log(self.skeleton)
        return log_rate, np.log(-np.expm1(log_rate))

    def rates(self, beta: ArrayLike) -> Floats:
        """The rates at each beta, shape (len(beta), J)."""
        return np.exp(self.logs(np.asarray(beta, dtype=np.float64))[0])

    def beta_at(self, level: int, rate: float) -> float:
        """The beta at which this level (1 = lowest) has this rate; below it the level is more toxic."""
        return log(log(rate) / log(self.skeleton[level - 1]))

    @property
    def information(self) -> float:
        """The most that one participant can tell about beta (Fisher information)."""
        return _most_information(None)


@dataclass(frozen=True, slots=True)
class Logistic:
    """The one-parameter logistic model. `skeleton`, `sd`: as in `Empiric`; `intercept`: the fixed c.

    Raises UsageError: DES-201 (the skeleton does not rise between 0 and the rate whose logit is c), DES-202 (the
    intercept is out of range), DES-207 (the sd is).
    """

    skeleton: tuple[float, ...]
    sd: float = PRIOR_SD
    intercept: float = 3.0
    kind: ClassVar[str] = "logistic"

    def __post_init__(self) -> None:
        object.__setattr__(self, "skeleton", tuple(float(rate) for rate in self.skeleton))
        check_intercept(self.intercept)
        check_skeleton(self.skeleton, float(1 / (1 + np.exp(-self.intercept))))
        check_sd(self.sd)

    def _logit(self, beta: Floats) -> Floats:
        s = np.array(self.skeleton)
        return np.asarray(self.intercept + np.exp(beta)[:, None] * (np.log(s / (1 - s)) - self.intercept))

    def logs(self, beta: Floats) -> tuple[Floats, Floats]:
        """log(rate) and log(1 - rate) at each beta and level: two arrays of shape (len(beta), J)."""
        z = self._logit(beta)
        return -np.logaddexp(0, -z), -np.logaddexp(0, z)

    def rates(self, beta: ArrayLike) -> Floats:
        """The rates at each beta, shape (len(beta), J)."""
        return np.exp(self.logs(np.asarray(beta, dtype=np.float64))[0])

    def beta_at(self, level: int, rate: float) -> float:
        """The beta at which this level (1 = lowest) has this rate; below it the level is more toxic. A rate that the
        model cannot reach (logit rate >= c) gives minus infinity."""
        s = self.skeleton[level - 1]
        ratio = (log(rate / (1 - rate)) - self.intercept) / (log(s / (1 - s)) - self.intercept)
        return log(ratio) if ratio > 0 else -np.inf

    @property
    def information(self) -> float:
        """The most that one participant can tell about beta (Fisher information)."""
        return _most_information(self.intercept)


Working = Empiric | Logistic


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """What the data of S trials say, J levels. `mean`, `variance`: (S,), of beta: its posterior mean and variance, or
    the maximum of the likelihood and the inverse of the observed information there. `model`: the model."""

    model: Working
    mean: Floats
    variance: Floats

    @property
    def rates(self) -> Floats:
        """The estimated DLT rates, shape (S, J): the model's rates at the mean of beta."""
        return self.model.rates(self.mean)

    def bounds(self, level: float = 0.90) -> tuple[Floats, Floats]:
        """Lower and upper limits of the rates, shape (S, J): the model's rates where beta is so many standard
        deviations from its mean that a normal distribution has `level` between them."""
        away = NormalDist().inv_cdf(0.5 + level / 2) * np.sqrt(self.variance)
        return self.model.rates(self.mean + away), self.model.rates(self.mean - away)

    def nearest(self, target: float) -> NDArray[np.int64]:
        """The level whose estimated rate is nearest to `target`, shape (S,); of two equally near ones the lower."""
        nearest: NDArray[np.int64] = np.argmax(closeness(self.rates, target), axis=1) + 1
        return nearest


def closeness(rates: Floats, target: float) -> Floats:
    """How near each rate is to the target, the nearest highest: differences below 1e-10 are none."""
    distance: Floats = np.abs(rates - target)
    return -distance.round(10)


def posterior(model: Working, n: ArrayLike, y: ArrayLike) -> Estimate:
    """The posterior of beta from y DLTs among n participants per level; shapes (S, J), or (J,) for one trial.

    Raises UsageError DES-205 if the counts do not fit the model.

    >>> fit = posterior(Empiric((0.05, 0.10, 0.20, 0.35, 0.50, 0.70)), [0, 3, 4, 3, 0, 0], [0, 0, 1, 2, 0, 0])
    >>> round(float(fit.mean[0]), 6), fit.rates.round(3).tolist(), int(fit.nearest(0.2)[0])
    (-0.212172, [[0.089, 0.155, 0.272, 0.428, 0.571, 0.749]], 2)
    """
    return posterior_and_tail(model, n, y, None)[0]


def prob_above(model: Working, n: ArrayLike, y: ArrayLike, level: int, rate: float) -> Floats:
    """The posterior probability, shape (S,), that the DLT rate of `level` (1 = lowest) exceeds `rate`.

    Raises UsageError DES-205 if the counts do not fit the model.
    """
    return posterior_and_tail(model, n, y, model.beta_at(level, rate))[1]


def posterior_and_tail(model: Working, n: ArrayLike, y: ArrayLike, edge: float | None) -> tuple[Estimate, Floats]:
    """The posterior of beta, and the posterior probability that beta lies below `edge` (None: zeros)."""
    treated, dlts = checked_counts(n, y, len(model.skeleton))
    most = rounded_up(int(treated.sum(axis=1).max(initial=0)))
    results = np.empty((4, len(treated)))
    step = max(1, _CHUNK // len(grid_of(model, most, edge).beta))
    for i in range(0, len(treated), step):
        results[:, i : i + step] = _integrated(model, treated[i : i + step], dlts[i : i + step], most, edge, _REACH)
    return Estimate(model, results[0], results[1]), results[2]


def _integrated(model: Working, n: Floats, y: Floats, most: int, edge: float | None, reach: float) -> Floats:
    """Mean, variance and tail for each row, again over a longer range where the prior and the data are far apart."""
    grid = grid_of(model, most, edge, reach)
    result = grid.summary(y @ grid.log_rate + (n - y) @ grid.log_rest)
    short = result[3] > _CUT
    if short.any() and reach * model.sd < 300:
        result[:, short] = _integrated(model, n[short], y[short], most, edge, 2 * reach)
    return result


def rounded_up(participants: int) -> int:
    """32, 64, 128, ...: so that points are made once for most trials."""
    return 32 << max(0, (participants - 1).bit_length() - 5)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Integration points for one model. `beta`: (G,); `log_prior`: (G,), of the prior times the weight of the point;
    `log_rate`, `log_rest`: (J, G), log(rate) and log(1 - rate); `columns`: (G, 4), what is integrated: 1, beta,
    beta squared, whether beta lies below the edge."""

    beta: Floats
    log_prior: Floats
    log_rate: Floats
    log_rest: Floats
    columns: Floats

    def summary(self, log_likelihood: Floats) -> Floats:
        """Mean and variance of beta, the probability below the edge, and the logarithm of the posterior at the higher
        end of the range, relative to its highest; shape (4, S), from an (S, G) likelihood, which is overwritten."""
        log_likelihood += self.log_prior
        log_likelihood -= log_likelihood.max(axis=1, keepdims=True)
        end = np.maximum(log_likelihood[:, 0], log_likelihood[:, -1])
        np.exp(log_likelihood, out=log_likelihood)
        mass, first, second, tail = (log_likelihood @ self.columns).T
        mean = first / mass
        return np.stack((mean, second / mass - mean**2, tail / mass, end))


@lru_cache(maxsize=64)
def grid_of(model: Working, participants: int, edge: float | None, reach: float = _REACH) -> Grid:
    """The points for up to so many participants: the posterior is never narrower than a few points. `reach`: how many
    prior standard deviations on either side."""
    narrowest = 1 / sqrt(model.information * participants + model.sd**-2)
    end = reach * model.sd
    beta, weight = panels(-end, end, [] if edge is None else [edge], min(3 * narrowest, model.sd / 2))
    log_rate, log_rest = model.logs(beta)
    below = np.zeros(len(beta)) if edge is None else (beta < edge).astype(np.float64)
    return Grid(
        beta=beta,
        log_prior=np.log(weight) - (beta / model.sd) ** 2 / 2,
        log_rate=np.ascontiguousarray(log_rate.T),
        log_rest=np.ascontiguousarray(log_rest.T),
        columns=np.column_stack((np.ones(len(beta)), beta, beta**2, below)),
    )


def maximum_likelihood(model: Working, n: Sequence[int], y: Sequence[int]) -> Estimate:
    """The maximum likelihood estimate of beta in one trial, without a prior.

    Raises UsageError: DES-205 (the counts do not fit the model), DES-206 (there is no maximum: nobody or everybody had
    a DLT).
    """
    treated, dlts = checked_counts(n, y, len(model.skeleton))
    if not 0 < dlts.sum() < treated.sum():
        raise UsageError(
            "DES-206",
            f"a maximum of the likelihood from {int(dlts.sum())} DLTs among {int(treated.sum())} participants",
            expected="at least one participant with and one without a DLT",
            mend="use the Bayesian estimate until both have been seen",
        )

    def log_likelihood(beta: Floats) -> Floats:
        log_rate, log_rest = model.logs(beta)
        return np.asarray(log_rate @ dlts[0] + log_rest @ (treated - dlts)[0])

    def slope(beta: float) -> float:
        high, low = log_likelihood(np.array([beta + 1e-5, beta - 1e-5]))
        return float(high - low) / 2e-5

    points = np.linspace(-_FURTHEST, _FURTHEST, 401)
    best = int(np.argmax(log_likelihood(points)))
    low, high = float(points[max(best - 1, 0)]), float(points[min(best + 1, 400)])
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    curvature = -(slope(low + 1e-3) - slope(low - 1e-3)) / 2e-3
    variance = 1 / curvature if curvature > 0 else float("nan")
    return Estimate(model, np.array([(low + high) / 2]), np.array([variance]))


@cache
def _most_information(intercept: float | None) -> float:
    """The greatest Fisher information on beta over all rates; it depends on the model only through the intercept."""
    p = np.linspace(0.0005, 0.9995, 2000)
    if intercept is None:
        return float((p * np.log(p) ** 2 / (1 - p)).max())
    return float((p * (1 - p) * (np.log(p / (1 - p)) - intercept) ** 2).max())


def checked_counts(n: ArrayLike, y: ArrayLike, levels: int) -> tuple[Floats, Floats]:
    """Participants and DLTs as two arrays of shape (S, J). Raises UsageError DES-205 if they do not fit together."""
    treated, dlts = (np.atleast_2d(np.asarray(values, dtype=np.float64)) for values in (n, y))
    fits = treated.shape == dlts.shape and treated.ndim == 2 and treated.shape[1] == levels
    if not fits or not bool(((dlts >= 0) & (dlts <= treated)).all()):
        raise UsageError(
            "DES-205",
            f"counts of shapes {treated.shape} and {dlts.shape} for {levels} levels"
            if not fits
            else "a number of DLTs below 0 or above the number of participants",
            expected=f"participants and DLTs for each of {levels} levels, 0 <= DLTs <= participants",
            mend="give one number per level, 0 where nobody was treated",
        )
    return treated, dlts


def check_skeleton(skeleton: Sequence[float], below: float) -> None:
    """Raises UsageError DES-201 unless the rates rise strictly between 0 and `below`."""
    rising = all(low < high for low, high in zip((0.0, *skeleton), (*skeleton, below), strict=True))
    if not skeleton or not rising:
        raise UsageError(
            "DES-201",
            f"a skeleton of {', '.join(f'{rate:g}' for rate in skeleton) or 'no levels'}",
            expected=f"one prior guess of the DLT rate for each level, rising, above 0 and below {below:g}",
            mend="write 5 % as 0.05; `trialwright.design.model_based.skeleton.indifference` makes one",
        )


def check_sd(sd: float, what: str = "beta") -> None:
    """Raises UsageError DES-207 unless the prior standard deviation can be computed with."""
    if not 0.01 <= sd <= 20:
        raise UsageError(
            "DES-207",
            f"a prior standard deviation of {sd:g} for {what}",
            expected="0.01 to 20",
            mend="give the standard deviation, not the variance; 1.1576 (variance 1.34) is usual for the CRM",
        )
