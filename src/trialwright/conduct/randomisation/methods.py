"""The ways to randomise: simple, permuted blocks, minimisation; factors with their levels; the signed override."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Measure(StrEnum):
    """How minimisation adds up what an arm would do to the balance within the levels of the next participant.

    `RANGE`: largest count minus smallest. `VARIANCE`: the sample variance of the counts. `MARGINAL_TOTAL`: the count
    of the arm itself. Counts are divided by the arm's share of the ratio, and the participant is counted in.
    """

    RANGE = "range"
    VARIANCE = "variance"
    MARGINAL_TOTAL = "marginal total"


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of stratification or minimisation: its name, and the levels that a participant can have."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Simple:
    """Simple randomisation: each participant's arm is drawn in the ratio, whatever was drawn before."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Permuted blocks. `sizes`: the block sizes, each drawn equally often; all orders of a block are equally likely."""

    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Minimisation:
    """Minimisation with a biased coin (Pocock and Simon 1975, doi:10.2307/2529712).

    `probability`: that of the preferred arm, where the preferred arm has the smallest share of the ratio; the chances
    of the others follow so that the ratio is nearly kept (Han and others 2009, doi:10.1002/sim.3710). `weights`: one
    whole number, 1 or more, per factor. `overall`: the weight of the balance in the whole trial, 0 or more.
    """

    measure: Measure
    probability: Fraction
    weights: tuple[int, ...]
    overall: int


Method = Simple | Blocks | Minimisation


@dataclass(frozen=True, slots=True)
class Override:
    """A signed statement that a predictable method is wanted all the same: why, by whom, and the date (ISO 8601)."""

    reason: str
    by: str
    on: str
