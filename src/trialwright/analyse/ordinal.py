"""Ordered categories: how many participants stand in each, and the win odds between two arms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wins:
    """Every participant of one arm compared with every one of the other. `odds`: (wins + ties / 2) against
    (losses + ties / 2), None where there is no loss and no tie; `probability`: the chance that a participant of the
    first arm does better, ties counted half."""

    wins: int
    losses: int
    ties: int
    odds: float | None
    probability: float


def distribution(scores: Sequence[float]) -> dict[float, int]:
    """How many have each score, lowest score first.

    >>> distribution([2, 1, 2])
    {1: 1, 2: 2}
    """
    return dict(sorted(Counter(scores).items()))


def win_odds(first: Sequence[float], control: Sequence[float], *, lower_is_better: bool) -> Wins:
    """The win odds of the first arm against the control; above 1, the first arm does better.

    Source: Brunner, Vandemeulebroecke & Muetze (2021), doi:10.1002/sim.8967. Raises ValueError if an arm is empty.

    >>> win_odds([1, 2], [2, 3], lower_is_better=True).odds
    7.0
    """
    import numpy as np

    if not len(first) or not len(control):
        raise ValueError("win odds need at least one participant in each arm")
    difference = np.subtract.outer(np.asarray(first, dtype=float), np.asarray(control, dtype=float))
    if lower_is_better:
        difference = -difference
    wins, losses = int((difference > 0).sum()), int((difference < 0).sum())
    ties = difference.size - wins - losses
    against = losses + ties / 2
    return Wins(
        wins, losses, ties, (wins + ties / 2) / against if against else None, (wins + ties / 2) / difference.size
    )
