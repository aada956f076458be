"""The values that one participant's parameters take on the planned days, by the kind of truth."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, assert_never

from trialwright.core.streams import stream
from trialwright.simulate.scenario import (
    BinaryTruth,
    ContinuousTruth,
    CountTruth,
    CourseTruth,
    DurationTruth,
    OrdinalTruth,
    TimeTruth,
)

if TYPE_CHECKING:
    import numpy as np

    from trialwright.protocol.outcomes import Parameter
    from trialwright.simulate.life import Life
    from trialwright.simulate.plan import Measurement
    from trialwright.simulate.scenario import Scenario

_NORMAL = NormalDist()
_DEATH = re.compile(r"\b(dea(d|th)|died|deceased)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """One planned measurement. `day`: actual relative day, `planned`: the planned one. `value`: in the parameter's
    unit, None where it was not taken, with the reason (`died`, `unable`, `not_done`, `ltfu`). `text`: the category or
    Y / N."""

    planned: int
    day: int
    value: float | None
    text: str | None = None
    missing: str | None = None


def readings(measurement: Measurement, life: Life, scenario: Scenario, seed: int) -> tuple[Reading, ...]:
    """What is recorded of one parameter in one participant, one reading per planned day (for an event: up to the
    event).

    The draws are named by participant and parameter: another outcome, arm size or design leaves them alone.
    """
    draws = stream(seed, scenario.name, "measure", measurement.parameter.code, life.number)
    gaps = stream(seed, scenario.name, "missing", measurement.parameter.code, life.number)
    truth = measurement.planted.truth
    days = measurement.days
    match truth:
        case ContinuousTruth():
            values = _continuous(truth, measurement, life.treated, draws)
        case BinaryTruth():
            values = _binary(truth, days, life.treated, draws)
        case OrdinalTruth():
            values = _ordinal(truth, measurement, life.treated, draws)
        case CourseTruth():
            values = _course(truth, measurement, life, draws)
        case TimeTruth():
            values = _event(truth, days, life.treated, draws)
        case DurationTruth():
            values = _duration(truth, days, life.treated, draws)
        case CountTruth():
            values = _count(truth, days, life.treated, draws)
        case _:
            assert_never(truth)
    return tuple(
        _reading(measurement, life, scenario, day, value, float(gaps.random())) for day, value in values.items()
    )


def _reading(measurement: Measurement, life: Life, scenario: Scenario, day: int, value: float, u: float) -> Reading:
    """The value as the trial gets to see it: none after death or loss, and now and then none for other reasons."""
    parameter = measurement.parameter
    actual = life.visits.get(day, day)
    conduct = scenario.conduct
    if life.death is not None and actual >= life.death:
        dead = _death_category(parameter)
        if actual == life.death and dead is not None:
            return Reading(day, actual, float(dead), dict(parameter.categories)[dead])
        return Reading(day, actual, None, missing="died")
    if actual > life.last_seen:
        return Reading(day, actual, None, missing="ltfu")
    if u < conduct.not_done:
        return Reading(day, actual, None, missing="not_done")
    if parameter.domain == "FT" and u < conduct.not_done + conduct.unable:
        return Reading(day, actual, None, missing="unable")
    return Reading(day, actual, value, _text(measurement, value))


def _text(measurement: Measurement, value: float) -> str | None:
    if isinstance(measurement.planted.truth, BinaryTruth | TimeTruth):
        return "Y" if value else "N"
    return dict(measurement.parameter.categories).get(int(value)) if measurement.parameter.categories else None


def _continuous(
    truth: ContinuousTruth, measurement: Measurement, treated: bool, draws: np.random.Generator
) -> dict[int, float]:
    own = draws.normal()
    reached = truth.reached if truth.reached else float(measurement.days[-1] or 1)
    change = truth.change.of(treated)
    low, high = limits(measurement.parameter)
    values = {}
    for day in measurement.days:
        noise = math.sqrt(truth.correlation) * own + math.sqrt(1 - truth.correlation) * draws.normal()
        moved = change * min(1.0, day / reached) + truth.sd * noise
        value = truth.mean * math.exp(moved) if truth.log else truth.mean + moved
        if low is None and truth.mean >= 2 * truth.sd and not truth.log:
            value = max(value, 0.0)
        value = max(value, low) if low is not None else value
        value = min(value, high) if high is not None else value
        values[day] = float(f"{value:.4g}")
    return values


def limits(parameter: Parameter) -> tuple[float | None, float | None]:
    """The least and the greatest value; a percentage lies between 0 and 100 unless the parameter says otherwise."""
    low, high = parameter.low, parameter.high
    if parameter.unit in ("%", "percent", "percentage"):
        low, high = (0.0 if low is None else low), (100.0 if high is None else high)
    return low, high


def _binary(truth: BinaryTruth, days: tuple[int, ...], treated: bool, draws: np.random.Generator) -> dict[int, float]:
    """Days of one participant are correlated (0.5 on the latent scale)."""
    cut = _quantile(truth.probability.of(treated))
    own = draws.normal()
    return {day: float(math.sqrt(0.5) * (own + draws.normal()) < cut) for day in days}


def _ordinal(
    truth: OrdinalTruth, measurement: Measurement, treated: bool, draws: np.random.Generator
) -> dict[int, float]:
    scores = _living_scores(measurement.parameter)
    shares = _baseline(truth.baseline, len(scores))
    own = draws.normal()
    reached = truth.reached if truth.reached else float(measurement.days[-1] or 1)
    values = {}
    for day in measurement.days:
        noise = math.sqrt(truth.correlation) * own + math.sqrt(1 - truth.correlation) * draws.normal()
        level = noise + truth.shift.of(treated) * min(1.0, day / reached)
        values[day] = float(scores[_category(_NORMAL.cdf(level), shares)])
    return values


def category_chances(truth: OrdinalTruth, parameter: Parameter, shift: float) -> tuple[float, ...]:
    """The probability of each living score, lowest first, on a day on which the latent value has moved by `shift`."""
    reached, below, total = [], 0.0, 0.0
    for share in _baseline(truth.baseline, len(_living_scores(parameter))):
        total += share
        up_to = 1.0 if total >= 1 - 1e-12 else _NORMAL.cdf(_quantile(total) - shift)
        reached.append(up_to - below)
        below = up_to
    return tuple(reached)


def _course(truth: CourseTruth, measurement: Measurement, life: Life, draws: np.random.Generator) -> dict[int, float]:
    """A daily score: each day it may improve by one category (a fall) or worsen; death is not drawn here."""
    scores = _living_scores(measurement.parameter)
    shares = _baseline(truth.baseline, len(scores))
    at = _category(draws.random(), shares)
    improves = 1 - 0.5 ** (1 / truth.median.of(life.treated))
    planned = set(measurement.days)
    values = {}
    for day in range(measurement.days[-1] + 1):
        if day > 0:
            u = draws.random()
            if u < improves:
                at = max(at - 1, 0)
            elif u > 1 - truth.worsening:
                at = min(at + 1, len(scores) - 1)
        if day in planned:
            values[day] = float(scores[at])
    return values


def _event(truth: TimeTruth, days: tuple[int, ...], treated: bool, draws: np.random.Generator) -> dict[int, float]:
    """0 on planned days before the event, 1 on the day of the event, nothing after it."""
    at = 1 + int(draws.exponential(truth.median.of(treated) / math.log(2)))
    before = {day: 0.0 for day in days if day < at}
    return before if at > days[-1] else {**before, at: 1.0}


def _duration(
    truth: DurationTruth, days: tuple[int, ...], treated: bool, draws: np.random.Generator
) -> dict[int, float]:
    mean = truth.mean.of(treated)
    spent = draws.gamma((mean / truth.sd) ** 2, truth.sd**2 / mean)
    return {day: float(min(round(spent), day)) for day in days}


def _count(truth: CountTruth, days: tuple[int, ...], treated: bool, draws: np.random.Generator) -> dict[int, float]:
    rate = truth.mean.of(treated) / max(days[-1], 1)
    total, before, values = 0, 0, {}
    for day in days:
        total += int(draws.poisson(rate * (day - before)))
        before = day
        values[day] = float(total)
    return values


def _quantile(probability: float) -> float:
    if probability <= 0:
        return -math.inf
    return math.inf if probability >= 1 else _NORMAL.inv_cdf(probability)


def _living_scores(parameter: Parameter) -> list[int]:
    """The scores from lowest to highest without the one that means death; 0 to 4 where the scale names none."""
    if not parameter.categories:
        return [0, 1, 2, 3, 4]
    return sorted(score for score, label in parameter.categories if not _DEATH.search(label)) or [
        score for score, _ in parameter.categories
    ]


def _death_category(parameter: Parameter) -> int | None:
    found = [score for score, label in parameter.categories if _DEATH.search(label)]
    return found[-1] if found and len(found) < len(parameter.categories) else None


def _baseline(given: tuple[float, ...], count: int) -> tuple[float, ...]:
    """Probability of each category at baseline: the given ones if they fit, else even over all but the lowest two."""
    if len(given) == count:
        return given
    low = min(2, count - 1)
    return tuple(0.0 if i < low else 1 / (count - low) for i in range(count))


def _category(u: float, shares: tuple[float, ...]) -> int:
    """The index of the category at cumulative probability `u`."""
    total = 0.0
    for i, share in enumerate(shares):
        total += share
        if u < total:
            return i
    return max(i for i, share in enumerate(shares) if share > 0)
