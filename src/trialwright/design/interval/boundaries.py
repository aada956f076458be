"""Decision tables: for each number of participants at a level, how many DLTs mean up, down, or never again.

Every rule that looks only at the current level is such a table; the rules differ in how they make it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError

Limits = NDArray[np.int16]
NEVER = 32_000  # a number of DLTs that no trial reaches


@dataclass(frozen=True, slots=True, eq=False)
class Boundaries:
    """A decision table for 0 to M participants at a level; arrays of shape (M + 1,), place n for n participants.

    `up`: go up at so many DLTs or fewer (-1: never); `down`: go down at so many or more (`NEVER`: never); `out`: the
    level and all above it are eliminated at so many or more (`NEVER`: never). `out` >= `down` > `up`.
    """

    up: Limits
    down: Limits
    out: Limits

    def rows(self, cohort: int, most: int) -> list[tuple[int, int | None, int | None, int | None]]:
        """(participants, up at most, down at least, out at least) at each multiple of the cohort size up to `most`;
        None = never."""
        steps = sorted({*range(cohort, most + 1, cohort), most})

        def limit(values: Limits, n: int) -> int | None:
            value = int(values[n])
            return value if 0 <= value <= n else None

        return [(n, limit(self.up, n), limit(self.down, n), limit(self.out, n)) for n in steps]


class Decisions(Protocol):
    """What makes a decision table; a frozen value, so that it can be a key."""

    def __hash__(self) -> int: ...

    @property
    def name(self) -> str:
        """`BOIN: target 0.3`, and what is unusual."""
        ...

    @property
    def target(self) -> float:
        """The DLT rate that is sought, a proportion between 0 and 1."""
        ...

    @property
    def cutoff(self) -> float:
        """The probability of a rate above the target from which a level is eliminated."""
        ...

    def boundaries(self, most: int) -> Boundaries:
        """The table for 0 to `most` participants at a level."""
        ...

    def excess(self, most: int, cutoff: float) -> Limits:
        """The fewest DLTs among 0 to `most` at which P(rate > target) exceeds `cutoff`."""
        ...


@lru_cache(maxsize=64)
def table(decisions: Decisions, most: int) -> Boundaries:
    """The decision table, made once for each rule and number of participants."""
    return decisions.boundaries(most)


def excess(target: float, cutoff: float, least: int, most: int) -> Limits:
    """The fewest DLTs among n = 0, ..., `most` at which P(rate > target) > cutoff under a uniform prior; `NEVER` below
    `least` participants. P(Beta(y + 1, n - y + 1) > t) = P(Binomial(n + 1, t) <= y).

    >>> excess(0.3, 0.95, least=3, most=9)[[3, 6, 9]].tolist()
    [3, 4, 5]
    """
    from scipy.special import bdtr

    result = np.full(most + 1, NEVER, dtype=np.int16)
    for n in range(max(least, 1), most + 1):
        sure = np.flatnonzero(bdtr(np.arange(n + 1.0), n + 1, target) > cutoff)
        if len(sure):
            result[n] = sure[0]
    return result


def from_letters(letters: NDArray[np.int8], out: Limits) -> Boundaries:
    """The table of a rule that answers 1 (up), 0 (stay) or -1 (down) for y DLTs among n, `letters[n, y]`.

    At 0 participants nothing is decided. Where a level is eliminated, it is left too.
    """
    most = len(letters) - 1
    up, down = np.full(most + 1, -1, dtype=np.int16), np.full(most + 1, NEVER, dtype=np.int16)
    for n in range(1, most + 1):
        row = letters[n, : n + 1]
        ups, downs = np.flatnonzero(row == 1), np.flatnonzero(row == -1)
        up[n] = min(int(ups[-1]), int(out[n]) - 1) if len(ups) else -1
        down[n] = min(downs[0] if len(downs) else NEVER, out[n])
    return Boundaries(up, down, out)


def last_strongest(strength: NDArray[np.float64]) -> NDArray[np.intp]:
    """For each row the place of the largest value; of equal ones, rounding aside, the last, which is the safest."""
    ties = strength >= strength.max(axis=1, keepdims=True) * (1 - 1e-9)
    return np.asarray(strength.shape[1] - 1 - ties[:, ::-1].argmax(axis=1))


def check_probability(what: str, value: float, low: float = 0.0, high: float = 1.0) -> None:
    """Raises UsageError DES-101 unless the value lies strictly between `low` and `high`."""
    if not low < value < high:
        raise UsageError(
            "DES-101",
            f"{what} of {value:g}",
            expected=f"a proportion between {low:g} and {high:g}, these two excluded",
            mend="write 30 % as 0.3",
        )


def check_interval(target: float, low: float, high: float) -> None:
    """Raises UsageError DES-102 unless 0 < low < target < high < 1."""
    if not 0 < low < target < high < 1:
        raise UsageError(
            "DES-102",
            f"an interval from {low:g} to {high:g} around the target {target:g}",
            expected="a lower end below the target, an upper end above it, both between 0 and 1",
            mend="widen the interval, or choose another target",
        )


def interval_of(target: float, low: float | None, high: float | None) -> tuple[Fraction, Fraction]:
    """The interval around the target as exact decimals; 0.05 to either side where an end is not given.

    Binary floats would put 0.2 - 0.05 above 0.15, and an observed rate of 3 in 20 on the wrong side of it.

    >>> [str(end) for end in interval_of(0.2, None, None)]
    ['3/20', '1/4']
    """
    middle, margin = Fraction(str(target)), Fraction(1, 20)
    below = middle - margin if low is None else Fraction(str(low))
    above = middle + margin if high is None else Fraction(str(high))
    check_interval(target, float(below), float(above))
    return below, above


class IntervalTerms(Protocol):
    """What designs around an equivalence interval share: the target rate, the ends of the interval (None: 0.05 to
    either side), the probability above which a level is eliminated, and from how many participants on."""

    @property
    def target(self) -> float: ...

    @property
    def low(self) -> float | None: ...

    @property
    def high(self) -> float | None: ...

    @property
    def cutoff(self) -> float: ...

    @property
    def eliminate_from(self) -> int: ...


def check_terms(terms: IntervalTerms) -> None:
    """Raises UsageError: DES-101 for a target or cutoff that is no such probability, DES-102 for an interval that does
    not hold the target."""
    check_probability("a target DLT rate", terms.target)
    check_probability("an elimination cutoff", terms.cutoff, 0.5)
    interval_of(terms.target, terms.low, terms.high)


def interval_name(label: str, terms: IntervalTerms, *, usual_from: int) -> str:
    """`keyboard: target 0.3`, and what is unusual. `usual_from`: participants from which the design eliminates."""
    name = f"{label}: target {terms.target!r}"
    if terms.low is not None or terms.high is not None:
        below, above = (float(end) for end in interval_of(terms.target, terms.low, terms.high))
        name += f", interval {below!r} to {above!r}"
    if terms.cutoff != 0.95:
        name += f", eliminate above {terms.cutoff!r}"
    return name + ("" if terms.eliminate_from == usual_from else f", eliminate from {terms.eliminate_from}")


def posterior(n: int, edges: list[float]) -> NDArray[np.float64]:
    """P(rate <= edge) for y = 0, ..., n DLTs (rows) and each edge (columns), under a uniform prior."""
    from scipy.special import bdtrc

    return np.asarray(bdtrc(np.arange(n + 1.0)[:, None], n + 1, np.array(edges)[None, :]), dtype=np.float64)
