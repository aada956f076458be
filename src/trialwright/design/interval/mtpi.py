"""mTPI: the interval below, around or above the target with the highest posterior probability per unit of width.

Ji et al. 2010 (doi 10.1177/1740774510382799). The unit probability mass of an interval is its posterior probability
(uniform prior) divided by its width; the interval from 0 to `low` with the largest: up; from `low` to `high`: stay;
from `high` to 1: down. A level is eliminated when P(rate > target) > 0.95. Its wide outer intervals make it slow to
leave a level that is too toxic, which mTPI-2 (`keyboard`) mends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialwright.design.interval.boundaries import (
    Boundaries,
    Limits,
    check_terms,
    excess,
    from_letters,
    interval_name,
    interval_of,
    last_strongest,
    posterior,
)


@dataclass(frozen=True, slots=True)
class Mtpi:
    """The decisions of mTPI. `target`, `low`, `high`: the sought DLT rate and the ends of the equivalence interval,
    proportions; `cutoff`, `eliminate_from`: as in `Boin`.

    Raises UsageError: DES-101 (target not between 0 and 1), DES-102 (the interval does not hold the target).

    >>> Mtpi(0.3).boundaries(30).rows(3, 9)
    [(3, 0, 2, 3), (6, 1, 4, 4), (9, 1, 5, 5)]
    """

    target: float
    low: float | None = None
    high: float | None = None
    cutoff: float = 0.95
    eliminate_from: int = 1

    def __post_init__(self) -> None:
        check_terms(self)

    @property
    def name(self) -> str:
        """`mTPI: target 0.3`, and what is unusual."""
        return interval_name("mTPI", self, usual_from=1)

    def boundaries(self, most: int) -> Boundaries:
        """The decision table for 0 to `most` participants at a level."""
        low, high = interval_of(self.target, self.low, self.high)
        edges = [0.0, float(low), float(high), 1.0]
        letters = np.zeros((most + 1, most + 1), dtype=np.int8)
        for n in range(1, most + 1):
            mass = np.diff(posterior(n, edges), axis=1) / np.diff(edges)
            letters[n, : n + 1] = 1 - last_strongest(mass)
        return from_letters(letters, self.excess(most, self.cutoff))

    def excess(self, most: int, cutoff: float) -> Limits:
        """The fewest DLTs among 0 to `most` at which P(rate > target) exceeds `cutoff`."""
        return excess(self.target, cutoff, self.eliminate_from, most)
