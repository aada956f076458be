"""Minimisation as observers see it: simulated shares of correct guesses, each with its standard error."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from trialwright.conduct.randomisation.generator import Draws, Key, framed
from trialwright.conduct.randomisation.minimise import Margins, chances, minimised
from trialwright.conduct.randomisation.slots import drawn
from trialwright.conduct.randomisation.spec import Specification
from trialwright.core.errors import UsageError

Mix = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Simulated:
    """A mean over simulated trials and its standard error."""

    mean: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Guesses:
    """Shares of correct guesses over simulated trials.

    `everything`: of one who knows every participant before and the levels of the next, and guesses the likeliest arm.
    `certain`: the share of allocations that this one is certain of. `convergence`: of one who sees all the arms of the
    trial but no levels, and guesses the arm furthest behind. `within`: by factor, of one who sees only the arms of one
    level, such as the own site, and does the same there.
    """

    everything: Simulated
    certain: Simulated
    convergence: Simulated
    within: Mapping[str, Simulated]


def simulated_key(seed: int, trial: int) -> Key:
    """The key of a simulated trial: it follows from a seed that is no secret, so it must never serve a real one."""
    return Key(hashlib.sha256(framed("trialwright simulated key", seed, trial)).digest())


def simulated_levels(spec: Specification, draws: Draws, mix: Mix, sequence: int) -> tuple[str, ...]:
    """The levels of a simulated participant, drawn independently per factor in the shares of `mix` (else equally)."""
    found = []
    for factor in spec.factors:
        shares = mix.get(factor.name, (1,) * len(factor.levels))
        mark = draws.below(sum(shares), "simulated level", factor.name, sequence)
        found.append(drawn(factor.levels, shares, mark))
    return tuple(found)


def guesses(spec: Specification, *, participants: int, trials: int, seed: int, mix: Mix) -> Guesses:
    """Simulate trials of this minimisation and let observers guess. `mix`: whole-number shares of a factor's levels.

    Raises UsageError RAND-015 for fewer than 2 trials, no participant, or shares that do not fit the factors.
    """
    _demand(spec, participants, trials, mix)
    columns: dict[str, list[Fraction]] = {"everything": [], "certain": [], "convergence": []}
    columns |= {f"within {factor.name}": [] for factor in spec.factors}
    for trial in range(trials):
        totals = _one_trial(spec, Draws.of(spec, simulated_key(seed, trial)), participants, mix)
        for name, column in columns.items():
            column.append(totals[name] / participants)
    found = {name: _mean(column) for name, column in columns.items()}
    within = {factor.name: found[f"within {factor.name}"] for factor in spec.factors}
    return Guesses(found["everything"], found["certain"], found["convergence"], within)


def _one_trial(spec: Specification, draws: Draws, participants: int, mix: Mix) -> dict[str, Fraction]:
    margins = Margins(spec)
    totals: dict[str, Fraction] = {name: Fraction(0) for name in ("everything", "certain", "convergence")}
    totals |= {f"within {factor.name}": Fraction(0) for factor in spec.factors}
    for sequence in range(1, participants + 1):
        levels = simulated_levels(spec, draws, mix, sequence)
        likely = chances(spec, margins, levels)
        totals["everything"] += max(likely)
        totals["certain"] += max(likely) == 1
        totals["convergence"] += _behind(spec, margins.overall, likely)
        for place, factor in enumerate(spec.factors):
            totals[f"within {factor.name}"] += _behind(spec, margins.of(place, levels[place]), likely)
        margins.add(levels, minimised(spec, draws, margins, levels, sequence))
    return totals


def _behind(spec: Specification, counts: Sequence[int], likely: Sequence[Fraction]) -> Fraction:
    """The chance that the arm furthest behind its share, once the next participant is counted in, is the one drawn."""
    after = sum(counts) + 1
    behind = [share * after - spec.unit * count for share, count in zip(spec.ratio, counts, strict=True)]
    guessed = [chance for chance, far in zip(likely, behind, strict=True) if far == max(behind)]
    return sum(guessed, Fraction(0)) / len(guessed)


def _mean(values: list[Fraction]) -> Simulated:
    mean = sum(values, Fraction(0)) / len(values)
    spread = sum(((value - mean) ** 2 for value in values), Fraction(0)) / (len(values) - 1)
    return Simulated(float(mean), sqrt(spread / len(values)))


def _demand(spec: Specification, participants: int, trials: int, mix: Mix) -> None:
    sizes = {factor.name: len(factor.levels) for factor in spec.factors}
    fits = all(
        name in sizes
        and len(shares) == sizes[name]
        and sum(shares) > 0
        and all(type(s) is int and s >= 0 for s in shares)
        for name, shares in mix.items()
    )
    if participants < 1 or trials < 2 or not fits:
        raise UsageError(
            "RAND-015",
            f"{trials} trials of {participants} participants with level shares {dict(mix)}",
            expected="at least 2 trials of 1 participant; for a factor, one whole share of 0 or more per level",
            mend="give the shares in the order of the factor's levels, such as site=(3, 1)",
        )
