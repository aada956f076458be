"""BOIN: go up, stay or go down as the observed DLT rate lies below, between or above two optimal limits.

Liu & Yuan 2015 (doi 10.1111/rssc.12089). With `safe` the highest rate that is too low and `toxic` the lowest that is
too high (0.6 and 1.4 times the target where not given),

    lambda_e = log((1 - safe) / (1 - target)) / log(target (1 - safe) / (safe (1 - target)))
    lambda_d = log((1 - target) / (1 - toxic)) / log(toxic (1 - target) / (target (1 - toxic)))

A level and all above it are eliminated when, from three participants on, P(rate > target) > 0.95 under a uniform prior.
The tables are those of `get.boundary` in R's BOIN 2.7.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from trialwright.core.errors import UsageError
from trialwright.design.interval.boundaries import Boundaries, Limits, check_interval, check_probability, excess


@dataclass(frozen=True, slots=True)
class Boin:
    """The decisions of BOIN. `target`, `safe`, `toxic`: DLT rates, proportions; `cutoff`: the probability above which
    a level is eliminated; `eliminate_from`: participants needed before it can be.

    Raises UsageError: DES-101 (target not between 0 and 1), DES-102 (safe, target and toxic out of order), DES-103
    (closer to the target than a tenth of it).

    >>> boin = Boin(0.3)
    >>> round(boin.lambda_e, 8), round(boin.lambda_d, 8)
    (0.23649069, 0.35851946)
    """

    target: float
    safe: float | None = None
    toxic: float | None = None
    cutoff: float = 0.95
    eliminate_from: int = 3

    def __post_init__(self) -> None:
        check_probability("a target DLT rate", self.target)
        check_probability("an elimination cutoff", self.cutoff, 0.5)
        check_interval(self.target, self.low, self.high)
        if min(self.target - self.low, self.high - self.target) < 0.1 * self.target - 1e-12:
            raise UsageError(
                "DES-103",
                f"safe {self.low:g} and toxic {self.high:g} around the target {self.target:g}",
                expected="both at least a tenth of the target away from it",
                mend="few participants cannot tell rates so close apart: use 0.6 and 1.4 times the target",
            )

    @property
    def low(self) -> float:
        """The highest rate that is taken as too low."""
        return 0.6 * self.target if self.safe is None else self.safe

    @property
    def high(self) -> float:
        """The lowest rate that is taken as too high."""
        return 1.4 * self.target if self.toxic is None else self.toxic

    @property
    def lambda_e(self) -> float:
        """Go up at this observed rate or a lower one."""
        t, low = self.target, self.low
        return log((1 - low) / (1 - t)) / log(t * (1 - low) / (low * (1 - t)))

    @property
    def lambda_d(self) -> float:
        """Go down at this observed rate or a higher one."""
        t, high = self.target, self.high
        return log((1 - t) / (1 - high)) / log(high * (1 - t) / (t * (1 - high)))

    @property
    def name(self) -> str:
        """`BOIN: target 0.3`, and what is unusual."""
        parts = [f"BOIN: target {self.target!r}"]
        if self.safe is not None:
            parts.append(f"safe {self.safe!r}")
        if self.toxic is not None:
            parts.append(f"toxic {self.toxic!r}")
        if self.cutoff != 0.95:
            parts.append(f"eliminate above {self.cutoff!r}")
        if self.eliminate_from != 3:
            parts.append(f"eliminate from {self.eliminate_from}")
        return ", ".join(parts)

    def boundaries(self, most: int) -> Boundaries:
        """The decision table for 0 to `most` participants at a level."""
        n = np.arange(most + 1)
        out = self.excess(most, self.cutoff)
        down = np.minimum(np.ceil(self.lambda_d * n).astype(np.int16), out)
        up = np.minimum(np.floor(self.lambda_e * n).astype(np.int16), down - 1).astype(np.int16)
        up[0] = -1
        return Boundaries(up, down, out)

    def excess(self, most: int, cutoff: float) -> Limits:
        """The fewest DLTs among 0 to `most` at which P(rate > target) exceeds `cutoff`."""
        return excess(self.target, cutoff, self.eliminate_from, most)
