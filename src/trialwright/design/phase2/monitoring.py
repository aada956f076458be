"""Monitoring one arm for toxicity or deaths: the bounds on the number of events, calibrated and evaluated exactly.

Two families of bounds, for the true event rate p of one arm (a single arm, or one arm of a randomised trial against a
fixed limit):

*Bayesian*: stop when P(p > limit | data) > cutoff under a Beta prior. *Constant probability* (Pocock-type; Ivanova,
Qaqish & Schell 2005, doi 10.1111/j.1541-0420.2005.030931.x): stop when as many events as were seen, or more, would
have a chance of `level` or less if the rate were the acceptable one; the same level at every look.

Both are calibrated exactly: the number of events is whole, so a cutoff or level matters only through a finite number of
bounds, and the chance of crossing them is computed for as many as it takes to find the one that is wanted. The bounds
of constant probability are those of `toxbdry` in R's clinfun with `delta` 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.design.phase2.monitoring_rule import MonitoringRule, every

Floats = NDArray[np.float64]
_SAME = 1e-12  # steps that differ by less than this share are one and the same, computed twice


@dataclass(frozen=True, slots=True)
class Bayesian:
    """Stop when P(rate > limit | data) > cutoff. `limit`, `cutoff`: between 0 and 1; `prior`: the two parameters of
    the Beta prior, above 0, (1, 1) = uniform; their sum is worth so many participants.

    Raises UsageError DES-310 if a number is out of range.
    """

    limit: float
    cutoff: float = 0.95
    prior: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        _check(self.limit, self.cutoff, "a cutoff")
        if not (self.prior[0] > 0 and self.prior[1] > 0 and sum(self.prior) < 1e6):
            raise UsageError(
                "DES-310",
                f"a Beta prior with parameters {self.prior[0]:g} and {self.prior[1]:g}",
                expected="two numbers above 0",
                mend="1 and 1 for a uniform prior; m p and m (1 - p) for a prior mean p that is worth m participants",
            )

    @property
    def name(self) -> str:
        """`P(rate > 0.3) > 0.95 under Beta(1, 1)`."""
        a, b = self.prior
        return f"P(rate > {self.limit:g}) > {self.cutoff!r} under Beta({a:g}, {b:g})"

    def limits(self, looks: Iterable[int]) -> tuple[int | None, ...]:
        """The fewest events at each look that stop the arm, None where no number does."""
        return _first(self.evidence(n) > self.cutoff for n in looks)

    def evidence(self, n: int) -> Floats:
        """P(rate > limit | y of n) for y = 0, ..., n; shape (n + 1,)."""
        from scipy.special import betaincc

        y = np.arange(n + 1.0)
        return np.asarray(betaincc(self.prior[0] + y, self.prior[1] + n - y, self.limit), dtype=np.float64)

    def strength(self, n: int) -> Floats:
        """The evidence, larger where it speaks more strongly for stopping; shape (n + 1,)."""
        return self.evidence(n)

    def between(self, stops: float, goes_on: float) -> Bayesian:
        """The bound with a round cutoff that evidence of strength `stops` exceeds and `goes_on` does not."""
        return replace(self, cutoff=_round_between(goes_on, stops))


@dataclass(frozen=True, slots=True)
class ConstantProbability:
    """Stop when so many events or more would have a chance of `level` or less at the rate `limit`. Both lie between 0
    and 1.

    Raises UsageError DES-310 if a number is out of range.
    """

    limit: float
    level: float = 0.05

    def __post_init__(self) -> None:
        _check(self.limit, self.level, "a level")

    @property
    def name(self) -> str:
        """`P(so many events or more at rate 0.2) <= 0.05`."""
        return f"P(so many events or more at rate {self.limit:g}) <= {self.level!r}"

    def limits(self, looks: Iterable[int]) -> tuple[int | None, ...]:
        """The fewest events at each look that stop the arm, None where no number does."""
        return _first(self.chance(n) <= self.level for n in looks)

    def chance(self, n: int) -> Floats:
        """P(y or more events of n) at the limit, for y = 0, ..., n; shape (n + 1,)."""
        from scipy.special import bdtrc

        chances = bdtrc(np.arange(-1.0, n), n, self.limit)
        chances[0] = 1.0
        return np.asarray(chances, dtype=np.float64)

    def strength(self, n: int) -> Floats:
        """The evidence, larger where it speaks more strongly for stopping; shape (n + 1,)."""
        return 1.0 / np.maximum(self.chance(n), 1e-300)

    def between(self, stops: float, goes_on: float) -> ConstantProbability:
        """The bound with a round level that evidence of strength `stops` keeps and `goes_on` does not."""
        return replace(self, level=_round_between(1 / stops, 1 / goes_on))


Bound = Bayesian | ConstantProbability


def rule(bound: Bound, most: int, *, first: int = 1, step: int = 1) -> MonitoringRule:
    """The counting rule of this bound for an arm of `most` participants. The bound is looked at when the outcome of
    `first` participants is known, then after each `step` more, and at the end.

    Raises UsageError DES-311 if the numbers do not fit together.

    >>> found = rule(Bayesian(0.3, 0.9), most=9)
    >>> [(n, y) for n, y in zip(found.looks, found.limits) if y is not None][:4]
    [(1, 1), (2, 2), (3, 2), (4, 3)]
    """
    looks = every(most, first, step)
    return MonitoringRule(looks, bound.limits(looks), bound.name)


def calibrated(
    bound: Bound, most: int, wanted: float, *, rate: float | None = None, first: int = 1, step: int = 1
) -> Bound:
    """The bound of the same family that stops as readily as it can while the chance of crossing it at the true rate
    `rate` is at most `wanted`; its cutoff or level is a round number among those that mean the same bounds.

    `rate`: a proportion at which stopping would be false, None = the limit itself; `wanted`: between 0 and 1.
    Raises UsageError: DES-310, DES-311 as above, DES-312 (even the strictest bound is crossed more often).

    >>> calibrated(ConstantProbability(0.2), 20, 0.05).name
    'P(so many events or more at rate 0.2) <= 0.02'
    """
    at = bound.limit if rate is None else rate
    _check(at, wanted, "a chance of crossing the bound")
    looks = every(most, first, step)
    strengths = [bound.strength(n) for n in looks]
    steps = _apart(np.concatenate(strengths))
    keeps, breaks = -1, len(steps)  # the last step known to keep what is wanted, the first known not to
    while breaks - keeps > 1:
        middle = (keeps + breaks) // 2
        if _prob_crossed(looks, strengths, float(steps[middle]), at) <= wanted + _SAME:
            keeps = middle
        else:
            breaks = middle
    if keeps < 0:
        raise UsageError(
            "DES-312",
            f"even the strictest bound for {most} participants is crossed with a chance of more than {wanted:g} at a "
            f"rate of {at:g}",
            expected="a chance that some bound keeps",
            mend="allow a larger chance, or begin to look when the outcome of more participants is known",
        )
    most_lenient = 1.0 if isinstance(bound, ConstantProbability) else 0.0
    return bound.between(float(steps[keeps]), float(steps[breaks]) if breaks < len(steps) else most_lenient)


def _prob_crossed(looks: tuple[int, ...], strengths: list[Floats], step: float, rate: float) -> float:
    """The chance of crossing the bound where evidence of this strength is just enough to stop."""
    limits = _first(each >= step * (1 - _SAME) for each in strengths)
    return float(MonitoringRule(looks, limits, "a bound on trial").characteristics([rate]).prob_crossed[0])


def _apart(strengths: Floats) -> Floats:
    """The different strengths, the largest first."""
    ordered = np.unique(strengths)[::-1]
    new = np.ones(len(ordered), dtype=bool)
    new[1:] = ordered[1:] < ordered[:-1] * (1 - _SAME)
    return ordered[new]


def _first(stops: Iterable[NDArray[np.bool_]]) -> tuple[int | None, ...]:
    """The fewest events at each look at which the arm stops, None where it never does."""
    places = [np.flatnonzero(each) for each in stops]
    return tuple(int(found[0]) if len(found) else None for found in places)


def _round_between(low: float, high: float) -> float:
    """The number with the fewest decimals that lies between these two and touches neither."""
    margin = 1e-3 * (high - low)
    for decimals in range(1, 17):
        scale = 10.0**decimals
        number = ceil((low + margin) * scale) / scale
        if number <= high - margin and 0 < number < 1:
            return number
    return (low + high) / 2


def _check(rate: float, probability: float, what: str) -> None:
    if not (0 < rate < 1 and 0 < probability < 1):
        raise UsageError(
            "DES-310",
            f"an event rate of {rate:g} and {what} of {probability:g}",
            expected="both between 0 and 1, these two excluded",
            mend="write 30 % as 0.3",
        )
