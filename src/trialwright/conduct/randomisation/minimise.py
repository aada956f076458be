"""Minimisation: which arms the next participant's levels prefer, with which chances, and the arm that is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm

from trialwright.conduct.randomisation.generator import Draws
from trialwright.conduct.randomisation.methods import Measure, Minimisation
from trialwright.conduct.randomisation.slots import drawn
from trialwright.conduct.randomisation.spec import Specification

Levels = tuple[str, ...]


class Margins:
    """How many participants each arm has: in all, and within each level of each factor."""

    def __init__(self, spec: Specification, before: Iterable[tuple[Levels, str]] = ()) -> None:
        """`before`: the levels (in the order of the factors) and the arm of each participant allocated so far."""
        self._places = {arm: place for place, arm in enumerate(spec.arms)}
        self._counts: dict[tuple[int, str], list[int]] = {
            (place, level): [0] * len(spec.arms) for place, factor in enumerate(spec.factors) for level in factor.levels
        }
        self.overall = [0] * len(spec.arms)
        for levels, arm in before:
            self.add(levels, arm)

    def add(self, levels: Levels, arm: str) -> None:
        """Count a participant who was allocated."""
        place = self._places[arm]
        self.overall[place] += 1
        for factor, level in enumerate(levels):
            self._counts[factor, level][place] += 1

    def of(self, factor: int, level: str) -> Sequence[int]:
        """The participants per arm at this level of the factor at this place."""
        return self._counts[factor, level]


def scores(spec: Specification, margins: Margins, levels: Levels) -> tuple[int, ...]:
    """For each arm, the weighted imbalance if the next participant, with these levels, got it: the lower the better.

    Whole numbers, for comparison with each other only: range and marginal total times the least common multiple of the
    ratio; variance times its square and the number of arms times one less.
    """
    method = _minimisation(spec)
    parts = [(weight, margins.of(place, levels[place])) for place, weight in enumerate(method.weights)]
    parts += [(method.overall, margins.overall)] if method.overall else []
    common = lcm(*spec.ratio)
    steps = [common // share for share in spec.ratio]
    found = []
    for arm in range(len(spec.arms)):
        total = 0
        for weight, counts in parts:
            scaled = [(count + (place == arm)) * steps[place] for place, count in enumerate(counts)]
            total += weight * _measured(method.measure, scaled, arm)
        found.append(total)
    return tuple(found)


def _measured(measure: Measure, scaled: list[int], arm: int) -> int:
    match measure:
        case Measure.RANGE:
            return max(scaled) - min(scaled)
        case Measure.VARIANCE:
            return len(scaled) * sum(each * each for each in scaled) - sum(scaled) ** 2
        case Measure.MARGINAL_TOTAL:
            return scaled[arm]


def chances(spec: Specification, margins: Margins, levels: Levels) -> tuple[Fraction, ...]:
    """The exact chance of each arm for the next participant with these levels.

    Arms that tie for the lowest imbalance share the preference in the ratio; if all tie, the chances are the ratio's.
    """
    found = scores(spec, margins, levels)
    preferred = tuple(arm for arm, score in enumerate(found) if score == min(found))
    return _coin(spec.ratio, _minimisation(spec).probability, preferred)


@lru_cache(maxsize=1024)
def _coin(ratio: tuple[int, ...], probability: Fraction, preferred: tuple[int, ...]) -> tuple[Fraction, ...]:
    """The chances of the arms where these are preferred.

    With one preferred arm each other arm j has the chance r(j) (1 - p) / (R - r(least)), which does not depend on
    which arm is preferred; so an arm that is preferred as often as its share says is also given as often.
    """
    rest = (1 - probability) / (sum(ratio) - min(ratio))
    total = [Fraction(0)] * len(ratio)
    for arm in preferred:
        weight = Fraction(ratio[arm], sum(ratio[each] for each in preferred))
        for other, share in enumerate(ratio):
            chance = 1 - (sum(ratio) - share) * rest if other == arm else share * rest
            total[other] += weight * chance
    return tuple(total)


def minimised(spec: Specification, draws: Draws, margins: Margins, levels: Levels, sequence: int) -> str:
    """The arm of the participant who is number `sequence` (from 1) in the trial.

    It depends on the key, the specification, who was allocated before (`margins`), the participant's levels and the
    sequence; the draw itself on the key, the specification and the sequence alone.
    """
    found = chances(spec, margins, levels)
    whole = lcm(*(chance.denominator for chance in found))
    shares = [int(chance * whole) for chance in found]
    return drawn(spec.arms, shares, draws.below(whole, "minimisation", sequence))


def _minimisation(spec: Specification) -> Minimisation:
    if not isinstance(spec.method, Minimisation):
        raise TypeError("this specification does not minimise")
    return spec.method
