"""Which half-width makes a good CRM: the chance of selecting the right level, exactly, for a range of half-widths.

As Lee & Cheung 2009 (doi 10.1177/1740774509105076): one scenario for each level, in which that level has the target
rate, all levels below it one lower rate and all above it one higher rate, an odds ratio apart; the half-width with the
highest average chance of a correct selection is the best. They simulate; here every chance is exact. Other scenarios,
and standard deviations of the prior, can be tried in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.design import exact
from trialwright.design.model_based.conduct import Plan
from trialwright.design.model_based.crm import Crm
from trialwright.design.model_based.crm_posterior import PRIOR_SD

Floats = NDArray[np.float64]
HALFWIDTHS = tuple(round(0.01 * k, 2) for k in range(2, 13))


@dataclass(frozen=True, slots=True)
class Calibration:
    """One half-width. `rule`: the CRM with it; `correct`: for each scenario the chance that the right level is selected
    (where nothing else is asked, one scenario for each level); `average`: the mean of these."""

    halfwidth: float
    rule: Crm
    correct: tuple[float, ...]

    @property
    def average(self) -> float:
        """The mean chance of a correct selection over the scenarios."""
        return sum(self.correct) / len(self.correct)


def scenarios(target: float, levels: int, odds_ratio: float) -> Floats:
    """True DLT rates, shape (levels, levels): in row k level k + 1 has the target rate, the levels below and above it
    are an odds ratio away.

    Raises UsageError DES-202 unless 0 < target < 1 and the odds ratio exceeds 1.

    >>> scenarios(0.25, 3, 2.0).round(3).tolist()
    [[0.25, 0.4, 0.4], [0.143, 0.25, 0.4], [0.143, 0.143, 0.25]]
    """
    if not (0 < target < 1 and 1 < odds_ratio < np.inf):
        raise UsageError(
            "DES-202",
            f"a target of {target:g} and an odds ratio of {odds_ratio:g} between neighbouring levels",
            expected="a target between 0 and 1, an odds ratio above 1",
            mend="an odds ratio of 2 is usual",
        )
    place = np.sign(np.arange(levels)[None, :] - np.arange(levels)[:, None])
    odds = target / (1 - target) * odds_ratio**place
    return np.asarray(odds / (1 + odds), dtype=np.float64)


def right(target: float, truth: Sequence[float]) -> tuple[int, ...]:
    """The levels (1 = lowest) whose true DLT rate is nearest to the target: one, or several equally near.

    >>> right(0.3, (0.1, 0.25, 0.4)), right(0.3, (0.1, 0.2, 0.4))
    ((2,), (2, 3))
    """
    away = np.abs(np.asarray(truth, dtype=np.float64) - target)
    return tuple((np.flatnonzero(away - away.min() < 1e-12) + 1).tolist())


def halfwidths(
    target: float,
    plan: Plan,
    *,
    candidates: Iterable[float] = HALFWIDTHS,
    sds: Iterable[float] = (PRIOR_SD,),
    truths: Sequence[Sequence[float]] | None = None,
    odds_ratio: float = 2.0,
    level: int | None = None,
    model: str = "empiric",
    stop_above: float | None = None,
) -> tuple[Calibration, ...]:
    """Each half-width that fits the target, with each standard deviation; the best first, of equally good the smaller.

    `candidates`: half-widths, 0.02 to 0.12 where nothing is said; those that do not fit (not below the target) are left
    out. `sds`: standard deviations of the prior. `truths`: scenarios of your own, true DLT rates per level; the level
    nearest to the target is the right one; None: those of `scenarios`. `level`: the prior guess of the MTD, None = the
    middle one. The time is that of compiling as many designs.

    Raises UsageError DES-202 (no candidate fits, or target or odds ratio out of range), and what the rule raises.

    >>> best, *_ = halfwidths(0.25, Plan(levels=3, most=18), candidates=(0.02, 0.06, 0.2))
    >>> best.halfwidth
    0.06
    """
    tried = scenarios(target, plan.levels, odds_ratio) if truths is None else np.array(truths, dtype=np.float64)
    levels = [right(target, truth) for truth in tried.tolist()]
    found = []
    for halfwidth, sd in product(sorted(set(candidates)), sorted(set(sds))):
        if not 0 < halfwidth < min(target, 1 - target):
            continue
        rule = Crm.of(target, plan, halfwidth=halfwidth, level=level, model=model, sd=sd, stop_above=stop_above)
        selection = exact.compile(rule).evaluate_many(tried).selection
        correct = tuple(float(row[list(these)].sum()) for row, these in zip(selection, levels, strict=True))
        found.append(Calibration(halfwidth, rule, correct))
    if not found:
        raise UsageError(
            "DES-202",
            f"no half-width that fits the target {target:g}",
            expected="half-widths above 0 and below the target",
            mend="give smaller candidates",
        )
    return tuple(sorted(found, key=lambda one: (-round(one.average, 12), one.halfwidth, one.rule.model.sd)))
