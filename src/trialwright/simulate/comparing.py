"""Sizes and power of arms side by side: every defensible split of the participants, at every scenario's effect."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING

from trialwright.protocol.outcomes import Outcome, OutcomeLevel, OutcomeType
from trialwright.simulate.measure import category_chances, limits
from trialwright.simulate.scenario import (
    Assumes,
    BinaryTruth,
    ContinuousTruth,
    DurationTruth,
    OrdinalTruth,
)
from trialwright.simulate.scenarios.generic import last_day

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from trialwright.design.power import Power
    from trialwright.protocol.kinds import Parallel
    from trialwright.protocol.outcomes import Parameter
    from trialwright.protocol.protocol import Protocol
    from trialwright.simulate.scenario import Scenario

_NORMAL = NormalDist()
_LARGEST_GRID = 4_000_000
_GRID = 200  # quantiles in each of two directions; the chance is right within 0.0005
NO_EFFECT = "no effect on this outcome is reported there"
_RATIO = re.compile(r"\d{1,2}(?::\d{1,2})+")
_SAFETY = frozenset(
    {
        OutcomeType.ADVERSE_EVENTS,
        OutcomeType.SERIOUS_ADVERSE_EVENTS,
        OutcomeType.DOSE_LIMITING_TOXICITY,
        OutcomeType.MORTALITY,
    }
)


@dataclass(frozen=True, slots=True)
class Split:
    """One way to share the participants out. `ratio`, `sizes`: by arm in the design's order. `basis`: stated, or
    assumed."""

    ratio: tuple[int, ...]
    sizes: tuple[int, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class EffectPower:
    """The power for one outcome at one scenario's effect. `contrast`: the two arms. `power`: None where no
    method is in place yet, then `note` says why."""

    scenario: str
    assumes: str
    outcome: str
    contrast: tuple[str, str]
    ratio: tuple[int, ...]
    sizes: tuple[int, int]
    power: Power | None
    note: str = ""

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        found = self.power
        return {
            "scenario": self.scenario,
            "assumes": self.assumes,
            "outcome": self.outcome,
            "contrast": f"{self.contrast[0]} - {self.contrast[1]}",
            "ratio": list(self.ratio),
            "sizes": list(self.sizes),
            "power": None if found is None else found.power,
            "method": None if found is None else found.method,
            "hypothesis": None if found is None else found.hypothesis,
            "alpha": None if found is None else found.alpha,
            "sides": None if found is None else found.sides,
            "effect": {} if found is None else dict(found.effect),
            "exact": None if found is None else found.exact,
            "source": None if found is None else found.source,
            "note": self.note,
        }


def splits(parallel: Parallel, protocol: Protocol) -> tuple[Split, ...]:
    """The sizes of the arms: as stated, or by the stated ratio; where the ratio is assumed, by every usual one.

    Empty where the number of participants is not known.
    """
    from trialwright.design.parallel import sizes_of

    arms = {arm.id: arm for arm in protocol.arms}
    stated = [arms[a].size for a in parallel.arms if a in arms]
    known = [size for size in stated if size is not None]
    assumption = next((a for a in protocol.assumptions if a.about.endswith(".ratio") and a.must_confirm), None)
    assumed = parallel.ratio is None or assumption is not None
    if len(known) == len(parallel.arms) and known and parallel.size in (None, sum(known)):
        common = math.gcd(*known) or 1
        return (Split(tuple(size // common for size in known), tuple(known), "sizes as stated"),)
    if not parallel.size:
        return ()
    if not assumed and parallel.ratio is not None:
        complete = len(known) == len(parallel.arms)
        basis = f"ratio of the planned {' : '.join(map(str, known))}" if complete else "ratio as stated"
        return (Split(parallel.ratio, sizes_of(parallel.size, parallel.ratio), basis),)
    ratios = _usual_ratios(len(parallel.arms))
    if assumption is not None:
        ratios = _ratios_in(assumption.alternatives, len(parallel.arms)) or ratios
    if parallel.ratio is not None:
        ratios = tuple(dict.fromkeys((parallel.ratio, *ratios)))
    return tuple(Split(ratio, sizes_of(parallel.size, ratio), "ratio assumed") for ratio in ratios)


def _usual_ratios(count: int) -> tuple[tuple[int, ...], ...]:
    """Even shares, and twice as many in each single arm, or in all others than it."""
    even = (1,) * count
    double = [tuple(2 if i == j else 1 for i in range(count)) for j in range(count)]
    return (even, *double) if count > 1 else (even,)


def _ratios_in(words: tuple[str, ...], count: int) -> tuple[tuple[int, ...], ...]:
    """The alternatives of an assumption that are ratios of so many arms, as in `2:1`."""
    found = [tuple(int(part) for part in text.split(":")) for text in words if _RATIO.fullmatch(text)]
    return tuple(ratio for ratio in found if len(ratio) == count and min(ratio) >= 1)


def contrast(parallel: Parallel, protocol: Protocol) -> tuple[str, str] | None:
    """The arms that are compared first: the first arm that is no control with the first control; without a control, the
    first two arms; None with fewer than two."""
    if len(parallel.arms) < 2:
        return None
    controls = [a.id for a in protocol.arms if a.id in parallel.arms and a.role.is_control]
    others = [name for name in parallel.arms if name not in controls]
    if controls and others:
        return others[0], controls[0]
    return parallel.arms[0], parallel.arms[1]


def primaries(protocol: Protocol) -> tuple[Outcome, ...]:
    """The primary outcomes; where the ranks are not known, the first outcome that is not about safety alone."""
    outcomes = protocol.analysed_outcomes
    ranked = tuple(outcome for outcome in outcomes if outcome.level is OutcomeLevel.PRIMARY)
    if ranked and not protocol.proposed_outcomes:
        return ranked
    for outcome in outcomes:
        if outcome.type not in _SAFETY:
            return (outcome,)
    return outcomes[:1]


def powers(parallel: Parallel, protocol: Protocol, scenarios: tuple[Scenario, ...]) -> tuple[EffectPower, ...]:
    """The power for each primary outcome at each scenario's effect and each split."""
    pair = contrast(parallel, protocol)
    if pair is None:
        return ()
    places = [parallel.arms.index(arm) for arm in pair]
    return tuple(
        at_effect(scenario, outcome, pair, split.ratio, (split.sizes[places[0]], split.sizes[places[1]]))
        for outcome in primaries(protocol)
        for split in splits(parallel, protocol)
        for scenario in scenarios
    )


def at_effect(
    scenario: Scenario, outcome: Outcome, pair: tuple[str, str], ratio: tuple[int, ...], sizes: tuple[int, int]
) -> EffectPower:
    """The power of the test that fits the outcome's type, at the effect that the scenario plants in it."""
    found: Power | None = None
    note = ""
    if min(sizes) < 2:
        note = "an arm of fewer than two participants: no test"
    else:
        found, note = _power(scenario, outcome, sizes)
        if scenario.assumes is Assumes.PUBLISHED and not _reports(scenario, outcome):
            found, note = None, NO_EFFECT
    return EffectPower(scenario.name, scenario.assumes.value, outcome.id, pair, ratio, sizes, found, note)


def _reports(scenario: Scenario, outcome: Outcome) -> bool:
    """Whether a published scenario speaks of this outcome; what it leaves out is simulated without an effect, and a
    power at no effect would be taken for a published one."""
    match outcome.type:
        case OutcomeType.MORTALITY:
            return scenario.death.treated != scenario.death.control
        case OutcomeType.ADVERSE_EVENTS:
            rate = scenario.adverse_events.rate
            return rate.treated != rate.control
    codes = {parameter.code for parameter in outcome.derivation.parameters}
    return any(item.parameter in codes and item.source is not None for item in scenario.planted)


def _power(scenario: Scenario, outcome: Outcome, sizes: tuple[int, int]) -> tuple[Power | None, str]:
    from trialwright.design.power import two_distributions, two_means

    kind = outcome.type
    if kind is OutcomeType.MORTALITY:
        share = _share_of_deaths(scenario, outcome)
        treated, control = (1 - (1 - p) ** share for p in (scenario.death.treated, scenario.death.control))
        return _proportions(treated, control, sizes)
    if kind is OutcomeType.ADVERSE_EVENTS:
        rate, share = scenario.adverse_events.rate, _share_of_events(outcome)
        return _proportions(1 - math.exp(-rate.treated * share), 1 - math.exp(-rate.control * share), sizes)
    parameters = outcome.derivation.parameters
    planted = scenario.truth_of(parameters[0].code) if parameters else None
    if planted is None:
        return None, f"no power: nothing is planted for an outcome of type {kind.value!r}"
    reached = _share_reached(outcome, planted.truth)
    match planted.truth:
        case BinaryTruth(probability=probability):
            return _proportions(probability.treated, probability.control, sizes)
        case ContinuousTruth() as truth:
            spread = truth.sd * math.sqrt(2 * (1 - truth.correlation))
            if outcome.derivation.responder is not None:
                return _proportions(
                    _responds(outcome, truth, truth.change.treated * reached, spread),
                    _responds(outcome, truth, truth.change.control * reached, spread),
                    sizes,
                )
            return two_distributions(_superiority(outcome, parameters[0], truth, reached), *sizes), ""
        case OrdinalTruth() as truth:
            return _ordinal(truth, parameters[0], reached, sizes), ""
        case DurationTruth(mean=mean, sd=sd):
            found = replace(two_means(mean.treated - mean.control, sd, *sizes), exact=False)
            return found, "days are skewed: the t test is an approximation"
        case other:
            return None, f"no method is in place yet for the power of {other.kind!r} outcomes"


def _ordinal(truth: OrdinalTruth, parameter: Parameter, reached: float, sizes: tuple[int, int]) -> Power:
    """Noether's power with the variance for ties: that without ties times 1 minus the sum of the cubed shares of the
    categories (Lehmann 1975, Nonparametrics, section 1.4, for large samples)."""
    from trialwright.design.power import two_distributions

    x, y = (category_chances(truth, parameter, s * reached) for s in (truth.shift.treated, truth.shift.control))
    below = [sum(y[:place]) for place in range(len(y))]
    chance = sum(p * (low + own / 2) for p, low, own in zip(x, below, y, strict=True))
    pooled = [(sizes[0] * p + sizes[1] * q) / sum(sizes) for p, q in zip(x, y, strict=True)]
    untied = 1 - sum(share**3 for share in pooled)
    stretched = min(1.0, max(0.0, 0.5 + (chance - 0.5) / math.sqrt(untied))) if untied > 0 else 0.5
    return replace(
        two_distributions(stretched, *sizes),
        method="Wilcoxon rank sum test, Noether's approximation with the variance for ties",
        effect={"P(X > Y) + P(X = Y)/2": chance},
    )


def _share_of_deaths(scenario: Scenario, outcome: Outcome) -> float:
    """How much of the cumulative hazard of death has come about by the outcome's last day: the rate is constant until
    the scenario's day, and 0 after it."""
    day = last_day(outcome)
    return 1.0 if scenario.death_by is None or not day else min(1.0, day / scenario.death_by)


def _share_of_events(outcome: Outcome) -> float:
    """Expected adverse events by the outcome's last day, as a share of those of the first 28 days; later ones come at a
    tenth of the rate."""
    day = last_day(outcome)
    return 1.0 if not day else min(day, 28.0) / 28 + 0.1 * max(day - 28.0, 0.0) / 28


def _superiority(outcome: Outcome, parameter: Parameter, truth: ContinuousTruth, reached: float) -> float:
    """P(X > Y) + P(X = Y)/2 of what is analysed, X treated and Y control.

    A change is analysed as a difference of values in their unit. Where the truth lies on the log scale that is no
    monotone function of the log ratio: high baselines spread the differences. The chance is then summed over a grid.
    """
    treated, control = truth.change.treated * reached, truth.change.control * reached
    if not outcome.derivation.change:
        return _NORMAL.cdf((treated - control) / truth.sd / math.sqrt(2))
    if not truth.log:
        return _NORMAL.cdf((treated - control) / truth.sd / math.sqrt(2 * (1 - truth.correlation)) / math.sqrt(2))
    if treated == control:
        return 0.5
    import numpy as np

    x, y = (_changes(parameter, truth, change) for change in (treated, control))
    order = np.sort(y)
    below, up_to = np.searchsorted(order, x, "left"), np.searchsorted(order, x, "right")
    return float((below + up_to).mean() / 2 / len(order))


def _changes(parameter: Parameter, truth: ContinuousTruth, change: float) -> NDArray[np.float64]:
    """Equally likely changes from baseline of a truth on the log scale, shape (_GRID * _GRID,), in the unit."""
    import numpy as np
    from scipy.special import ndtri

    own = ndtri((np.arange(_GRID) + 0.5) / _GRID)[:, None]
    later = truth.correlation * own + math.sqrt(1 - truth.correlation**2) * own.T
    low, high = limits(parameter)
    at_start = np.clip(truth.mean * np.exp(truth.sd * own), low, high)
    at_end = np.clip(truth.mean * np.exp(change + truth.sd * later), low, high)
    return np.asarray((at_end - at_start).ravel())


def _share_reached(outcome: Outcome, truth: object) -> float:
    """How much of the full effect has come about on the outcome's last day."""
    reached = getattr(truth, "reached", None)
    day = last_day(outcome)
    return 1.0 if not reached or not day else min(1.0, day / reached)


def _responds(outcome: Outcome, truth: ContinuousTruth, change: float, spread: float) -> float:
    """The probability of a response: a change in the outcome's direction by more than its threshold."""
    sign = -1.0 if outcome.derivation.responder == "decrease" else 1.0
    threshold = 0.0 if truth.log else outcome.derivation.threshold
    return _NORMAL.cdf((sign * change - threshold) / spread)


def _proportions(treated: float, control: float, sizes: tuple[int, int]) -> tuple[Power | None, str]:
    from trialwright.design.power import two_proportions

    if sizes[0] * sizes[1] > _LARGEST_GRID:
        return None, "too many participants for the full grid of Fisher's exact test"
    note = "the scenario takes both groups to be alike in this" if treated == control else ""
    return two_proportions(treated, control, *sizes), note
