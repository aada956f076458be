"""BLRM with EWOC: the dose most likely in the target interval among those that are not likely to be an overdose.

Neuenschwander, Branson & Gsponer 2008 (doi 10.1002/sim.3230): the two-parameter logistic model, and escalation with
overdose control. A dose is eligible only if the posterior probability that its DLT rate is above the target interval is
below a bound; 0.25 is the feasibility bound of Babb, Rogatko & Zacks 1998 (Statistics in Medicine 17:1103-1120). If no
dose is eligible the trial ends and none is selected.

The limits are part of the design and must be named: that paper works with 0.20 to 0.35 (its rates from 0.60 on,
"unacceptable", are part of "over" here); 0.16 to 0.33 is also in wide use.

`TwoParameterCrm` is the CRM with the same model and no overdose control: the level whose posterior mean rate is nearest
to the target.
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
from trialwright.design.model_based.blrm_posterior import TwoParameter, posterior
from trialwright.design.model_based.conduct import Plan, short
from trialwright.design.model_based.crm_posterior import closeness
from trialwright.design.rule import Action, Counts, Treat

if TYPE_CHECKING:
    from trialwright.design.graph import Actions, Counted, Interned, States

Floats = NDArray[np.float64]
CHOICES = ("likeliest", "highest")


@dataclass(frozen=True, slots=True)
class Categories:
    """Posterior probabilities that the DLT rate of each dose is under, in and over the target interval; one row per
    trial, shapes (S, J), each triple adding up to 1."""

    under: Floats
    target: Floats
    over: Floats


@dataclass(frozen=True, slots=True)
class Blrm:
    """The Bayesian logistic regression model with overdose control.

    `model`: doses and prior; `low`, `high`: the target interval of DLT rates; `bound`: P(rate > high) must be below it;
    `choose`: of the eligible levels that may follow, the one "likeliest" to be in the target interval, or the
    "highest"; `plan`: the conduct, whose `untried` is usually False here; `max_increase`: the greatest ratio of the
    next dose to the current one on the way up, None: no such limit.

    Raises UsageError: DES-202 (limits, bound or choice out of range), DES-204 (levels and doses do not fit), DES-208
    (the greatest increase is below 1).
    """

    model: TwoParameter
    low: float
    high: float
    plan: Plan
    bound: float = 0.25
    choose: str = "likeliest"
    max_increase: float | None = None
    kind: ClassVar[str] = "BLRM"

    def __post_init__(self) -> None:
        if not (0 < self.low < self.high < 1 and 0 < self.bound <= 1 and self.choose in CHOICES):
            raise UsageError(
                "DES-202",
                f"a target interval from {self.low:g} to {self.high:g}, bound {self.bound:g}, choice {self.choose!r}",
                expected=f"0 < low < high < 1, a bound above 0 and up to 1, and a choice: {' or '.join(CHOICES)}",
                mend="write 35 % as 0.35",
            )
        _check_levels(self.model, self.plan)
        if self.max_increase is not None and not self.max_increase >= 1:
            raise UsageError(
                "DES-208",
                f"a greatest increase by a factor of {self.max_increase:g}",
                expected="a factor of 1 or more",
                mend="write an increase of at most 100 % as 2",
            )

    @property
    def name(self) -> str:
        """`BLRM: target 0.2 to 0.35, overdose below 0.25, doses ..., prior ..., cohorts of 3, at most 30`."""
        parts = [f"{self.kind}: target {short(self.low)} to {short(self.high)}", f"overdose below {short(self.bound)}"]
        parts += [*_model_words(self.model), *self.plan.words]
        if self.choose != "likeliest":
            parts.append(f"{self.choose} eligible level")
        if self.max_increase is not None:
            parts.append(f"increase by at most {short(self.max_increase)}")
        if self.plan.untried:
            parts.append("also of levels not tried")
        return ", ".join(parts)

    @property
    def levels(self) -> int:
        """The number of dose levels."""
        return self.plan.levels

    @property
    def conduct(self) -> Plan:
        """The plan with the limit on increases as levels."""
        from dataclasses import replace

        if self.max_increase is None:
            return self.plan
        doses = [float(dose) for dose in self.model.doses]
        most = [self.max_increase * dose * (1 + 1e-12) for dose in doses]
        return replace(self.plan, reach=tuple(sum(dose <= limit for dose in doses) for limit in most))

    def first(self) -> Treat:
        """The first cohort at the starting level."""
        return model_conduct.first(self.plan)

    def next(self, counts: Counts) -> Action:
        """What follows from the counts."""
        return model_conduct.next_action(self.conduct, self, counts)

    def next_many(self, states: States, memories: Interned, categories: Interned) -> Actions:
        """What follows in many states at once: the same as `next` in each of them."""
        return model_conduct.next_many(self.conduct, self, states, memories, categories)

    def categories(self, n: Counted, y: Counted) -> Categories:
        """How likely each dose is under, in and over the target interval, from counts of shape (S, J)."""
        above_low, above_high = posterior(self.model, n, y, (self.low, self.high)).above
        return Categories(1 - above_low, np.maximum(above_low - above_high, 0), above_high)

    def scores(self, n: Counted, y: Counted) -> Floats:
        """How good each level is, minus infinity where an overdose is too likely. Ties go to the lower level."""
        found = self.categories(n, y)
        better = found.target.round(9) if self.choose == "likeliest" else np.arange(self.levels) + 0.0 * found.target
        eligible: Floats = np.where(found.over < self.bound, better, -np.inf)
        return eligible

    def opinion(self, n: Sequence[int], y: Sequence[int], level: int) -> str:
        """In words why the model recommends this level by these counts."""
        target, over = _likely(self, tuple(n), tuple(y))
        if level == 0:
            return f"P(rate of level 1 > {self.high:g}) = {over[0]:.3f}, not below {self.bound:g}: no level is eligible"
        eligible = sum(chance < self.bound for chance in over)
        where = "level 1 is" if eligible == 1 else f"levels 1 to {eligible} are"
        return (
            f"{where} eligible (P(rate > {self.high:g}) below {self.bound:g}), at level {level} "
            f"P({self.low:g} to {self.high:g}) = {target[level - 1]:.3f}, P(over) = {over[level - 1]:.3f}"
        )


@dataclass(frozen=True, slots=True)
class TwoParameterCrm:
    """The CRM with the two-parameter logistic model: the level whose posterior mean rate is nearest to the target.

    `stop_above`: the trial ends when P(rate of level 1 > target) is above it, None = no safety stop.

    Raises UsageError: DES-202 (target or cutoff not between 0 and 1), DES-204 (levels and doses do not fit).
    """

    model: TwoParameter
    target: float
    plan: Plan
    stop_above: float | None = None
    kind: ClassVar[str] = "CRM"

    def __post_init__(self) -> None:
        for what, value in (("target", self.target), ("safety cutoff", self.stop_above)):
            if value is not None and not 0 < value < 1:
                raise UsageError("DES-202", f"a {what} of {value:g}", expected="a proportion between 0 and 1")
        _check_levels(self.model, self.plan)

    @property
    def name(self) -> str:
        """`CRM: target 0.3, two-parameter logistic, doses ..., prior ..., cohorts of 3, at most 30`."""
        parts = [f"{self.kind}: target {short(self.target)}", "two-parameter logistic", *_model_words(self.model)]
        parts += self.plan.words
        if self.stop_above is not None:
            parts.append(f"stop above {short(self.stop_above)}")
        return ", ".join(parts) + ("" if self.plan.untried else ", of the levels tried")

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
        """How near the mean rate of each level is to the target, from counts of shape (S, J)."""
        found = posterior(self.model, n, y, (self.target,))
        result = closeness(found.mean, self.target)
        if self.stop_above is not None:
            result[found.above[0][:, 0] > self.stop_above] = -np.inf
        return result

    def opinion(self, n: Sequence[int], y: Sequence[int], level: int) -> str:
        """In words why the model recommends this level by these counts."""
        rates, above = _means(self, tuple(n), tuple(y))
        if level == 0:
            return f"the DLT rate of level 1 is above {100 * self.target:.3g} % with probability {above:.3f}"
        words = ", ".join(f"{100 * rate:.3g} %" for rate in rates)
        return f"the mean DLT rates are {words}, at level {level} nearest to {100 * self.target:.3g} %"


def _check_levels(model: TwoParameter, plan: Plan) -> None:
    if model.levels != plan.levels:
        raise UsageError(
            "DES-204",
            f"{model.levels} doses for {plan.levels} levels",
            expected="one dose for each level",
            mend="give as many doses as there are levels",
        )


def _model_words(model: TwoParameter) -> list[str]:
    words = [
        "doses " + "/".join(short(float(dose)) for dose in model.doses),
        f"reference {short(float(model.reference))}",
    ]
    return words + model.prior.words


@lru_cache(maxsize=4096)
def _likely(rule: Blrm, n: tuple[int, ...], y: tuple[int, ...]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """For each level the probability of the target interval and of an overdose."""
    found = rule.categories(np.array([n], dtype=np.int16), np.array([y], dtype=np.int16))
    return tuple(found.target[0].tolist()), tuple(found.over[0].tolist())


@lru_cache(maxsize=4096)
def _means(rule: TwoParameterCrm, n: tuple[int, ...], y: tuple[int, ...]) -> tuple[tuple[float, ...], float]:
    """The mean rates, and the probability that the rate of level 1 is above the target."""
    found = posterior(rule.model, n, y, (rule.target,))
    return tuple(found.mean[0].tolist()), float(found.above[0][0, 0])
