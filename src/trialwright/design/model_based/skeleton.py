"""Skeletons: prior guesses of the DLT rates, from the interval of rates that one does not mind.

The half-width d of the indifference interval says how far from the target the rate of the recommended level may end up:
the method tends to choose a level with a rate between target - d and target + d. From it, the target and the level that
is thought to be the MTD beforehand, the skeleton follows level by level (Lee & Cheung 2009, doi
10.1177/1740774509105076; `getprior` in R's dfcrm).
"""

from __future__ import annotations

from itertools import pairwise
from math import exp, log

from trialwright.core.errors import UsageError


def indifference(
    target: float, halfwidth: float, level: int, levels: int, *, model: str = "empiric", intercept: float = 3.0
) -> tuple[float, ...]:
    """The skeleton of `levels` rates whose `level` (1 = lowest), the prior guess of the MTD, has the target rate.

    `target`, `halfwidth`: proportions, 0 < halfwidth < target and target + halfwidth < 1. `model`: "empiric", or
    "logistic" with this `intercept`.

    Raises UsageError: DES-202 (target, half-width or model do not fit), DES-203 (the level is none of the levels).

    >>> [round(rate, 4) for rate in indifference(0.25, 0.05, level=3, levels=5)]
    [0.084, 0.1567, 0.25, 0.3545, 0.4603]
    """
    if levels < 1 or not 1 <= level <= levels:
        raise UsageError(
            "DES-203",
            f"level {level} of {levels} as the prior guess of the MTD",
            expected="1 level or more, and a level from 1 (the lowest) to the number of levels",
            mend="name the level that you would guess to be the MTD, often the middle one",
        )
    check_intercept(intercept)
    top = 1.0 if model == "empiric" else 1 / (1 + exp(-intercept))
    if model not in ("empiric", "logistic") or not 0 < halfwidth < min(target, top - target):
        raise UsageError(
            "DES-202",
            f"half-width {halfwidth:g} around the target {target:g} for the model {model!r}",
            expected="a model empiric or logistic, a target between 0 and 1, a half-width above 0 that leaves "
            f"target - half-width above 0 and target + half-width below {top:g}",
            mend="write 5 % as 0.05; usual half-widths are 0.03 to 0.10, at most a fifth to a third of the target",
        )

    def scaled(rate: float) -> float:
        """On the scale on which exp(beta) multiplies."""
        return log(rate) if model == "empiric" else log(rate / (1 - rate)) - intercept

    def rate(value: float) -> float:
        if model == "empiric":
            return exp(max(value, -1000.0))
        return 1 / (1 + exp(min(-intercept - value, 700.0)))

    steps = range(1 - level, levels + 1 - level)
    growth = log(scaled(target + halfwidth) / scaled(target - halfwidth))  # of exp(beta) per level, below 0
    rates = tuple(target if k == 0 else rate(scaled(target) * exp(min(growth * k, 700.0))) for k in steps)
    if not all(low < high for low, high in pairwise((1e-12, *rates, top - 1e-12))):
        raise UsageError(
            "DES-202",
            f"half-width {halfwidth:g} around the target {target:g} with {levels} levels and the MTD at level {level}",
            expected="a skeleton whose rates stay away from 0 and from the highest rate of the model",
            mend="give a smaller half-width, or guess the MTD nearer to the middle",
        )
    return rates


def check_intercept(intercept: float) -> None:
    """Raises UsageError DES-202 unless the intercept of a logistic model lies between -10 and 10."""
    if not -10 <= intercept <= 10:
        raise UsageError(
            "DES-202",
            f"an intercept of {intercept:g}",
            expected="a number from -10 to 10",
            mend="leave it out: 3 is usual",
        )
