"""The allocator: which arm the next participant gets, drawn from a named stream.

The draw depends only on the seed, the stratum and how many participants were allocated before, never on who draws or
in how many processes: the same seed gives the whole allocation list again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialwright.core.errors import UsageError
from trialwright.core.streams import stream
from trialwright.protocol.decisions import Enrol

SIMPLE = "simple randomisation"
BLOCKS = "permuted blocks"


@dataclass(frozen=True, slots=True)
class Allocator:
    """Draws arms. `arms`, `ratio`: all arms of the allocation and their shares; `blocks`: the block sizes to choose
    from at random, each a multiple of the sum of the ratio; empty: simple randomisation. `sizes`: participants planned
    per arm; an arm is never drawn once it has them. `stratum`: each has a list of its own.

    Raises UsageError DES-015 if the block sizes do not fit the ratio.
    """

    seed: int
    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    blocks: tuple[int, ...] = ()
    sizes: Mapping[str, int] | None = None
    stratum: str = ""

    def __post_init__(self) -> None:
        unit = sum(self.ratio)
        fits = len(self.arms) == len(self.ratio) and unit >= 1 and min(self.ratio, default=0) >= 1
        if not fits or any(size < 1 or size % unit for size in self.blocks):
            raise UsageError(
                "DES-015",
                f"blocks of {self.blocks or 'no fixed size'} for {len(self.arms)} arms in the ratio {self.ratio}",
                expected=f"a share of 1 or more for each arm, and block sizes that are multiples of {unit}",
                mend=f"use for example blocks of {unit * 2} and {unit * 3}",
            )

    @property
    def method(self) -> str:
        """`simple randomisation` or `permuted blocks`."""
        return BLOCKS if self.blocks else SIMPLE

    def draw(self, decision: Enrol, taken: Sequence[str]) -> str:
        """The arm of the next participant. `decision`: says which arms are open; `taken`: the arms drawn so far in this
        stratum, in order. The arm is always one of `decision.arms`."""
        if len(decision.arms) == 1:
            return decision.arms[0]
        if not self.blocks:
            return self._simple(decision, taken)
        counts = dict.fromkeys(self.arms, 0)
        left = len(taken)
        for arm in self._listed():
            if self.sizes is not None and counts[arm] >= self.sizes.get(arm, 0):
                if all(counts[a] >= self.sizes.get(a, 0) for a in self.arms):
                    break  # the list is used up: more were enrolled than planned
                continue
            counts[arm] += 1
            if left > 0:
                left -= 1
            elif arm in decision.arms:
                return arm
            elif not any(a in self.arms for a in decision.arms):
                break
        return self._simple(decision, taken)

    def _simple(self, decision: Enrol, taken: Sequence[str]) -> str:
        generator = stream(self.seed, "allocation", self.stratum, "simple", len(taken))
        mark = generator.random() * sum(decision.ratio)
        for arm, share in zip(decision.arms, decision.ratio, strict=True):
            mark -= share
            if mark < 0:
                return arm
        return decision.arms[-1]

    def _listed(self) -> Iterator[str]:
        """The endless list of permuted blocks of this stratum."""
        number = 0
        while True:
            generator = stream(self.seed, "allocation", self.stratum, "block", number)
            size = self.blocks[int(generator.integers(len(self.blocks)))]
            repeats = size // sum(self.ratio)
            block = [arm for arm, share in zip(self.arms, self.ratio, strict=True) for _ in range(share * repeats)]
            yield from (block[i] for i in generator.permutation(len(block)))
            number += 1
