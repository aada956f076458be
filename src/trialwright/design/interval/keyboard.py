"""Keyboard, which is mTPI-2: the strongest of equally wide keys decides.

Yan, Mandrekar & Yuan 2017 (doi 10.1158/1078-0432.CCR-17-0220); Guo et al. 2017 (doi 10.1016/j.cct.2017.04.006) call it
mTPI-2. The target interval is one key; keys of its width go on to either side, and a narrower one at 0 or 1 is weighed
as if it were whole. The key with the highest posterior probability (uniform prior) lies below the target key: up; above
it: down; is it: stay. Of two keys of equal strength the higher counts. A level is eliminated when P(rate > target) >
0.95. The tables are those of `get.boundary.kb` in R's Keyboard 0.1.3, which eliminates from the first participant on
that the probability allows (for a target of 0.3 the second), where BOIN waits for three.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

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
class Keyboard:
    """The decisions of the keyboard design. `target`, `low`, `high`: the sought DLT rate and the ends of the target
    key, proportions; `cutoff`, `eliminate_from`: as in `Boin`.

    Raises UsageError: DES-101 (target not between 0 and 1), DES-102 (the interval does not hold the target).

    >>> Keyboard(0.3).boundaries(30).rows(3, 9)
    [(3, 0, 2, 3), (6, 1, 3, 4), (9, 2, 4, 5)]
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
        """`keyboard: target 0.3`, and what is unusual."""
        return interval_name("keyboard", self, usual_from=1)

    @property
    def keys(self) -> tuple[Fraction, ...]:
        """The edges of the keys from 0 to 1."""
        low, high = interval_of(self.target, self.low, self.high)
        width = high - low
        below = [low - k * width for k in range(1, int(low / width) + 1)]
        above = [high + k * width for k in range(1, int((1 - high) / width) + 1)]
        return tuple(sorted({Fraction(0), Fraction(1), low, high, *below, *above}))

    def boundaries(self, most: int) -> Boundaries:
        """The decision table for 0 to `most` participants at a level."""
        keys = self.keys
        widths = np.array([float(b - a) for a, b in pairwise(keys)])
        low, high = interval_of(self.target, self.low, self.high)
        whole, home = float(high - low), keys.index(low)
        letters = np.zeros((most + 1, most + 1), dtype=np.int8)
        for n in range(1, most + 1):
            strength = np.diff(posterior(n, [float(key) for key in keys]), axis=1) * (whole / widths)
            letters[n, : n + 1] = np.sign(home - last_strongest(strength))
        return from_letters(letters, self.excess(most, self.cutoff))

    def excess(self, most: int, cutoff: float) -> Limits:
        """The fewest DLTs among 0 to `most` at which P(rate > target) exceeds `cutoff`."""
        return excess(self.target, cutoff, self.eliminate_from, most)
