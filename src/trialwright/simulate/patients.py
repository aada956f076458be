"""Who comes to the trial: candidates within the protocol's structured limits, and those who fail screening."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from trialwright.core.quantity import Weight
from trialwright.core.streams import stream

if TYPE_CHECKING:
    import numpy as np

    from trialwright.protocol.eligibility.items import Eligibility
    from trialwright.simulate.scenario import Population, Scenario

_OLDEST = 95


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who is screened. `age`: completed years. `sex`: `M` or `F`. `fails`: the criterion that is not met, as
    (IECAT, IETESTCD, IETEST), or None for somebody who may enter."""

    age: int
    sex: str
    weight: Weight
    fails: tuple[str, str, str] | None = None


def arrival_days(scenario: Scenario, seed: int) -> ArrivalDays:
    """The days on which candidates come: a Poisson process at the scenario's accrual, the same for every design."""
    return ArrivalDays(stream(seed, scenario.name, "arrivals"), scenario.conduct.accrual)


class ArrivalDays:
    """An endless rising sequence of trial days, one per candidate."""

    def __init__(self, generator: np.random.Generator, per_day: float) -> None:
        self._generator = generator
        self._per_day = per_day
        self._time = 0.0

    def __iter__(self) -> ArrivalDays:
        return self

    def __next__(self) -> int:
        self._time += float(self._generator.exponential(1 / self._per_day))
        return int(self._time)


def candidate(eligibility: Eligibility, scenario: Scenario, seed: int, number: int) -> Candidate:
    """The candidate of that number (from 1): one who may enter or, with the scenario's probability, one who may not."""
    draws = stream(seed, scenario.name, "candidate", number)
    fails = bool(draws.random() < scenario.conduct.screen_failure)
    low, high = _limits(eligibility)
    age = _age(draws, scenario.population, low, high)
    sex = _sex(draws, scenario.population, eligibility.sex)
    weight = _weight(draws, scenario.population, age)
    which = int(draws.integers(4))
    if not fails:
        return Candidate(age, sex, weight)
    return _unfit(eligibility, age, sex, weight, which)


def _unfit(eligibility: Eligibility, age: int, sex: str, weight: Weight, which: int) -> Candidate:
    """Somebody who fails one criterion: the age where it has a limit, the sex where only one is admitted, or
    judgement."""
    low, high = eligibility.minimum_age_years, eligibility.maximum_age_years
    if which == 0 and low is not None and low >= 1:
        return Candidate(int(low) - 1, sex, weight, ("INCLUSION", "AGEMIN", f"age at least {low:g} years"))
    if which == 1 and high is not None:
        return Candidate(int(high) + 1, sex, weight, ("INCLUSION", "AGEMAX", f"age at most {high:g} years"))
    if which == 2 and eligibility.sex in ("MALE", "FEMALE"):
        other = "F" if eligibility.sex == "MALE" else "M"
        return Candidate(age, other, weight, ("INCLUSION", "SEX", f"sex {eligibility.sex.lower()}"))
    return Candidate(age, sex, weight, ("EXCLUSION", "JUDGE", "a criterion left to the investigator's judgement"))


def _limits(eligibility: Eligibility) -> tuple[int, int]:
    low = 18 if eligibility.minimum_age_years is None else int(-(-eligibility.minimum_age_years // 1))
    high = _OLDEST if eligibility.maximum_age_years is None else int(eligibility.maximum_age_years)
    return (min(low, high), high)


def _age(draws: np.random.Generator, population: Population, low: int, high: int) -> int:
    """A Normal age drawn again until it lies within the limits; uniform where the limits lie far from the mean."""
    for _ in range(20):
        age = int(draws.normal(population.age_mean, population.age_sd))
        if low <= age <= high:
            return age
    return int(draws.integers(low, high + 1))


def _sex(draws: np.random.Generator, population: Population, admitted: str | None) -> str:
    drawn = "F" if draws.random() < population.female else "M"
    match admitted:
        case "MALE":
            return "M"
        case "FEMALE":
            return "F"
        case _:
            return drawn


def _weight(draws: np.random.Generator, population: Population, age: int) -> Weight:
    """A body weight to 0.1 kg; children's weights follow a rough line of 2.6 kg a year from 8 kg."""
    mean = population.weight_mean if age >= 18 else min(population.weight_mean, 8 + 2.6 * age)
    kg = draws.normal(mean, population.weight_sd * mean / population.weight_mean)
    return Weight(Decimal(f"{min(max(kg, 0.5 * mean), 2 * mean):.1f}"))
