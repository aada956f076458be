"""The slots of a list: the n-th arm of a stratum, as the key and the specification determine it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, count

from trialwright.conduct.canonical import canonical
from trialwright.conduct.randomisation.generator import Draws
from trialwright.conduct.randomisation.methods import Blocks, Minimisation, Simple
from trialwright.conduct.randomisation.spec import Specification
from trialwright.core.errors import UsageError


class Lists:
    """The lists of all strata, by simple randomisation or permuted blocks; blocks once drawn are kept in memory."""

    def __init__(self, spec: Specification, draws: Draws) -> None:
        self._spec = spec
        self._draws = draws
        self._blocks: dict[tuple[str, ...], list[str]] = {}
        self._drawn: dict[tuple[str, ...], int] = {}

    def arm(self, stratum: tuple[str, ...], number: int) -> str:
        """The arm of slot `number` (from 1) of a stratum. Raises UsageError RAND-009 as `arm_of_slot` does."""
        if not self._spec.has(stratum) or number < 1:
            raise UsageError(
                "RAND-009",
                f"slot {number} of the stratum {stratum}",
                expected="a number of 1 or more, and one of the declared levels for each factor",
                mend="give the levels in the order of the factors",
            )
        match self._spec.method:
            case Simple():
                mark = self._draws.below(self._spec.unit, "simple", canonical(stratum), number)
                return drawn(self._spec.arms, self._spec.ratio, mark)
            case Blocks():
                return self._of_blocks(stratum, number)
            case Minimisation():
                raise UsageError(
                    "RAND-009",
                    "minimisation has no list of slots",
                    expected="simple randomisation or permuted blocks",
                    mend="use `randomise`, which takes the participants allocated before into account",
                )

    def _of_blocks(self, stratum: tuple[str, ...], number: int) -> str:
        listed = self._blocks.setdefault(stratum, [])
        while len(listed) < number:
            following = self._drawn.get(stratum, 0)
            listed.extend(block(self._spec, self._draws, stratum, following))
            self._drawn[stratum] = following + 1
        return listed[number - 1]


def arm_of_slot(spec: Specification, draws: Draws, stratum: tuple[str, ...], number: int) -> str:
    """The arm of slot `number` (from 1) of a stratum, by simple randomisation or permuted blocks.

    It depends on nothing else: not on who asks, when, or what was drawn elsewhere. Raises UsageError RAND-009 if there
    is no such slot, or the method is minimisation, which has no list.
    """
    return Lists(spec, draws).arm(stratum, number)


def arms_in_order(spec: Specification, draws: Draws, stratum: tuple[str, ...]) -> Iterator[str]:
    """The endless list of a stratum: the arms of its slots 1, 2, 3, ..."""
    lists = Lists(spec, draws)
    return (lists.arm(stratum, number) for number in count(1))


def block_size(method: Blocks, draws: Draws, stratum: tuple[str, ...], number: int) -> int:
    """The size of block `number` (from 0) of a stratum, each declared size equally likely."""
    return method.sizes[draws.below(len(method.sizes), "block size", canonical(stratum), number)]


def block(spec: Specification, draws: Draws, stratum: tuple[str, ...], number: int) -> tuple[str, ...]:
    """The arms of block `number` (from 0) of a stratum in order: the ratio exactly, every order equally likely."""
    if not isinstance(spec.method, Blocks):
        raise TypeError("only permuted blocks have blocks")
    repeats = block_size(spec.method, draws, stratum, number) // spec.unit
    arms = [arm for arm, share in zip(spec.arms, spec.ratio, strict=True) for _ in range(share * repeats)]
    label = canonical(stratum)
    for last in range(len(arms) - 1, 0, -1):  # Fisher and Yates
        other = draws.below(last + 1, "block order", label, number, last)
        arms[last], arms[other] = arms[other], arms[last]
    return tuple(arms)


def drawn(arms: Sequence[str], shares: Sequence[int], mark: int) -> str:
    """The arm on which a mark from 0 to the sum of the shares - 1 falls.

    >>> [drawn(("a", "b"), (2, 1), mark) for mark in range(3)]
    ['a', 'a', 'b']
    """
    return next(arm for arm, end in zip(arms, accumulate(shares), strict=True) if mark < end)
