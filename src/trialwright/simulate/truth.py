"""Named truths about dose-limiting toxicity: one probability per dose level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.core.errors import UsageError

# where the probability starts, and where it would be at the third level; geometric (logit-linear) between and beyond
_SHAPES = (
    ("flat", "every level is well tolerated", 0.05, 0.05),
    ("gentle", "toxicity rises gently with the dose", 0.05, 0.20),
    ("steep", "toxicity rises steeply with the dose", 0.10, 0.45),
    ("toxic", "the lowest level is already toxic", 0.35, 0.60),
)
_KNOWN = {
    ("gentle", 3): (0.05, 0.10, 0.20),
    ("steep", 3): (0.10, 0.25, 0.45),
    ("gentle", 4): (0.05, 0.10, 0.20, 0.30),
    ("steep", 4): (0.05, 0.15, 0.30, 0.45),
    ("steep", 5): (0.05, 0.15, 0.30, 0.45, 0.60),
    ("steep", 6): (0.03, 0.08, 0.16, 0.30, 0.45, 0.60),
}


@dataclass(frozen=True, slots=True)
class DltTruth:
    """True probabilities of a dose-limiting toxicity, one per dose level from the lowest, each in [0, 1]."""

    name: str
    rates: tuple[float, ...]
    statement: str = "given by the user"


def default_truths(levels: int) -> tuple[DltTruth, ...]:
    """The truths that a design of so many dose levels is judged under when none is given: assumptions, not claims.

    >>> [(truth.name, truth.rates) for truth in default_truths(3)][1]
    ('gentle', (0.05, 0.1, 0.2))
    """
    return tuple(
        DltTruth(name, _KNOWN.get((name, levels)) or _logit_line(levels, low, high), statement)
        for name, statement, low, high in _SHAPES
    )


def given_truth(rates: Sequence[float], levels: int) -> DltTruth:
    """The user's truth, checked. Raises UsageError (SIM-003) unless there is one probability per dose level."""
    if rates and levels == 0:
        raise UsageError(
            "SIM-003",
            "DLT rates were given, and this design escalates no dose",
            expected="no DLT rates",
            mend="leave the truth out",
        )
    if len(rates) != levels or not all(0 <= rate <= 1 for rate in rates):
        raise UsageError(
            "SIM-003",
            f"the truth has {len(rates)} values ({', '.join(f'{rate:g}' for rate in rates) or 'none'}) "
            f"for {levels} dose level{'s' if levels != 1 else ''}",
            expected=f"{levels} probabilities between 0 and 1, from the lowest dose level to the highest",
            mend="give one true DLT probability per dose level, separated by commas",
        )
    return DltTruth("given", tuple(float(rate) for rate in rates))


def _logit_line(levels: int, low: float, high: float) -> tuple[float, ...]:
    """Probabilities on a straight line of log odds, from `low` at the first level to `high` at the last."""
    import math

    def logit(p: float) -> float:
        return math.log(p / (1 - p))

    if levels == 1:
        return (low,)
    step = (logit(high) - logit(low)) / (levels - 1)
    return tuple(round(1 / (1 + math.exp(-(logit(low) + step * j))), 4) for j in range(levels))
