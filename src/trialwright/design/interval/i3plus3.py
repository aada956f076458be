"""i3+3: the observed rate against an interval, looked at twice.

Liu, Wang & Ji 2020 (doi 10.1177/0962280220947388). With y DLTs among n: y/n below the interval: up; inside it: stay;
above it: down, unless (y - 1)/n lies below it (one DLT fewer would mean up): then stay. The comparison is in whole
numbers, so a rate on an end of the interval counts as inside. A level is eliminated when, from three participants on,
P(rate > target) > 0.95 under a uniform prior.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from trialwright.design.interval.boundaries import (
    Boundaries,
    Limits,
    check_terms,
    excess,
    from_letters,
    interval_name,
    interval_of,
)


@dataclass(frozen=True, slots=True)
class I3Plus3:
    """The decisions of i3+3. `target`, `low`, `high`: the sought DLT rate and the ends of the equivalence interval,
    proportions; `cutoff`, `eliminate_from`: as in `Boin`.

    Raises UsageError: DES-101 (target not between 0 and 1), DES-102 (the interval does not hold the target).

    >>> I3Plus3(0.3).boundaries(30).rows(3, 9)
    [(3, 0, 2, 3), (6, 1, 3, 4), (9, 2, 4, 5)]
    """

    target: float
    low: float | None = None
    high: float | None = None
    cutoff: float = 0.95
    eliminate_from: int = 3

    def __post_init__(self) -> None:
        check_terms(self)

    @property
    def name(self) -> str:
        """`i3+3: target 0.3`, and what is unusual."""
        return interval_name("i3+3", self, usual_from=3)

    def decision(self, n: int, y: int) -> int:
        """1 up, 0 stay, -1 down after `y` DLTs among `n` (1 or more), elimination aside.

        >>> [I3Plus3(0.3).decision(3, y) for y in range(4)]
        [1, 0, -1, -1]
        """
        low, high = interval_of(self.target, self.low, self.high)
        rate, one_fewer = Fraction(y, n), Fraction(y - 1, n)
        if rate < low:
            return 1
        return 0 if rate <= high or one_fewer < low else -1

    def boundaries(self, most: int) -> Boundaries:
        """The decision table for 0 to `most` participants at a level."""
        letters = np.zeros((most + 1, most + 1), dtype=np.int8)
        for n in range(1, most + 1):
            letters[n, : n + 1] = [self.decision(n, y) for y in range(n + 1)]
        return from_letters(letters, self.excess(most, self.cutoff))

    def excess(self, most: int, cutoff: float) -> Limits:
        """The fewest DLTs among 0 to `most` at which P(rate > target) exceeds `cutoff`."""
        return excess(self.target, cutoff, self.eliminate_from, most)
