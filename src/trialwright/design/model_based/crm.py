"""CRM: treat the next cohort at the level whose estimated DLT rate is nearest to the target.

O'Quigley, Pepe & Fisher 1990 (doi 10.2307/2531628), with the restrictions of Faries 1994 and Goodman et al. 1995 (doi
10.1002/sim.4780141102): cohorts, no skipping on the way up, no escalation right after a DLT, a lowest start. With these
the design is that of `crmsim` in R's dfcrm (restrict = TRUE): at the end the level nearest to the target is selected,
whether or not anybody was treated there.

The optional safety stop ends the trial when P(rate of level 1 > target) exceeds a cutoff. dfcrm has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.design.model_based import conduct as model_conduct
from trialwright.design.model_based.conduct import Plan, short
from trialwright.design.model_based.crm_posterior import (
    PRIOR_SD,
    Empiric,
    Logistic,
    Working,
    closeness,
    posterior_and_tail,
)
from trialwright.design.model_based.skeleton import indifference
from trialwright.design.rule import Action, Counts, Treat

if TYPE_CHECKING:
    from trialwright.design.graph import Actions, Counted, Interned, States

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Crm:
    """The continual reassessment method with one parameter.

    `model`: the working model with its skeleton and prior; `target`: the DLT rate that is sought; `plan`: the conduct;
    `stop_above`: the cutoff of the safety stop, None = no safety stop; `calibrated`: the half-width and the level from
    which the skeleton was made, None: it was not; the name of the rule says it.

    Raises UsageError: DES-201 (the skeleton is not the one of that half-width), DES-202 (target or cutoff not between 0
    and 1), DES-204 (not as many levels as the skeleton).

    >>> from trialwright.design import exact
    >>> rule = Crm.of(0.30, Plan(levels=5, cohort=3, most=30), halfwidth=0.05, level=3)
    >>> result = exact.compile(rule).evaluate([0.05, 0.15, 0.30, 0.45, 0.60])
    >>> result.selection[1:].round(4).tolist()
    [0.0018, 0.1406, 0.5792, 0.2591, 0.0193]
    """

    model: Working
    target: float
    plan: Plan
    stop_above: float | None = None
    calibrated: tuple[float, int] | None = None
    kind: ClassVar[str] = "CRM"

    def __post_init__(self) -> None:
        for what, value in (("target", self.target), ("safety cutoff", self.stop_above)):
            if value is not None and not 0 < value < 1:
                raise UsageError(
                    "DES-202",
                    f"a {what} of {value:g}",
                    expected="a proportion between 0 and 1",
                    mend="write 30 % as 0.3",
                )
        if len(self.model.skeleton) != self.plan.levels:
            raise UsageError(
                "DES-204",
                f"a skeleton of {len(self.model.skeleton)} rates for {self.plan.levels} levels",
                expected="one prior guess of the DLT rate for each level",
                mend="give as many rates as there are levels",
            )
        if self.calibrated is not None and self._skeleton(*self.calibrated) != self.model.skeleton:
            raise UsageError(
                "DES-201",
                f"a skeleton said to have half-width {self.calibrated[0]:g} at level {self.calibrated[1]}, and has not",
                expected="the skeleton of `trialwright.design.model_based.skeleton.indifference` with these numbers",
                mend="make the rule with `Crm.of`, or leave `calibrated` out",
            )

    @classmethod
    def of(
        cls,
        target: float,
        plan: Plan,
        *,
        halfwidth: float = 0.05,
        level: int | None = None,
        model: str = "empiric",
        sd: float = PRIOR_SD,
        intercept: float = 3.0,
        stop_above: float | None = None,
    ) -> Crm:
        """The rule with a skeleton made from a half-width and the level guessed to be the MTD (None: the middle one).

        Raises UsageError as `indifference`, the models and the rule do.

        >>> Crm.of(0.3, Plan(levels=5)).name
        'CRM: target 0.3, empiric, half-width 0.05 at level 3, cohorts of 3, at most 30'
        """
        guess = (plan.levels + 1) // 2 if level is None else level
        rates = indifference(target, halfwidth, guess, plan.levels, model=model, intercept=intercept)
        working = Empiric(rates, sd) if model == "empiric" else Logistic(rates, sd, intercept)
        return cls(working, target, plan, stop_above, (halfwidth, guess))

    def _skeleton(self, halfwidth: float, level: int) -> tuple[float, ...]:
        model = self.model
        intercept = model.intercept if isinstance(model, Logistic) else 3.0
        return indifference(self.target, halfwidth, level, self.levels, model=model.kind, intercept=intercept)

    @property
    def name(self) -> str:
        """`CRM: target 0.3, empiric, half-width 0.05 at level 3, cohorts of 3, at most 30`, and what is unusual."""
        model = self.model
        parts = [f"{self.kind}: target {short(self.target)}", model.kind]
        if isinstance(model, Logistic) and model.intercept != 3:
            parts.append(f"intercept {short(model.intercept)}")
        if self.calibrated is None:
            parts.append("skeleton " + "/".join(short(rate) for rate in model.skeleton))
        else:
            parts.append(f"half-width {short(self.calibrated[0])} at level {self.calibrated[1]}")
        if model.sd != PRIOR_SD:
            parts.append(f"prior sd {short(model.sd)}")
        parts += self.plan.words
        if self.stop_above is not None:
            parts.append(f"stop above {short(self.stop_above)}")
        if not self.plan.untried:
            parts.append("of the levels tried")
        return ", ".join(parts)

    @property
    def levels(self) -> int:
        """The number of dose levels."""
        return self.plan.levels

    def first(self) -> Treat:
        """The first cohort at the starting level."""
        return model_conduct.first(self.plan)

    def next(self, counts: Counts) -> Action:
        """What follows from the counts."""
        return model_conduct.next_action(self.plan, self, counts)

    def next_many(self, states: States, memories: Interned, categories: Interned) -> Actions:
        """What follows in many states at once: the same as `next` in each of them."""
        return model_conduct.next_many(self.plan, self, states, memories, categories)

    def scores(self, n: Counted, y: Counted) -> Floats:
        """How near the estimated rate of each level is to the target, from counts of shape (S, J)."""
        edge = None if self.stop_above is None else self.model.beta_at(1, self.target)
        estimate, excess = posterior_and_tail(self.model, n, y, edge)
        result = closeness(estimate.rates, self.target)
        if self.stop_above is not None:
            result[excess > self.stop_above] = -np.inf
        return result

    def opinion(self, n: Sequence[int], y: Sequence[int], level: int) -> str:
        """In words why the model recommends this level by these counts."""
        rates, excess = _fitted(self.model, self.target, tuple(n), tuple(y))
        if level == 0:
            return f"the DLT rate of level 1 is above {_percent(self.target)} with probability {excess:.3f}"
        words = ", ".join(_percent(rate) for rate in rates)
        return f"the estimated DLT rates are {words}, at level {level} nearest to {_percent(self.target)}"


@lru_cache(maxsize=4096)
def _fitted(model: Working, target: float, n: tuple[int, ...], y: tuple[int, ...]) -> tuple[tuple[float, ...], float]:
    """The estimated rates, and the probability that the rate of level 1 is above the target."""
    estimate, excess = posterior_and_tail(model, n, y, model.beta_at(1, target))
    return tuple(estimate.rates[0].tolist()), float(excess[0])


def _percent(rate: float) -> str:
    return f"{100 * rate:.3g} %"
