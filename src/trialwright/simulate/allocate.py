"""The simulated allocation list: the allocator of the design's arms, and the arms drawn so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.design.allocation import Allocator
from trialwright.design.parallel import sizes_of
from trialwright.protocol.kinds import Parallel, SelectThenCompare

if TYPE_CHECKING:
    from trialwright.protocol.decisions import Enrol
    from trialwright.protocol.protocol import Protocol


class AllocationList:
    """Draws arms one after another from permuted blocks of twice and three times the ratio."""

    def __init__(self, protocol: Protocol, name: str, seed: int) -> None:
        self._name = name
        self._seed = seed
        self._parallel = _comparison(protocol)
        self._allocator: Allocator | None = None
        self._taken: list[str] = []

    def draw(self, decision: Enrol) -> str:
        """The arm of the next participant, one of `decision.arms`."""
        if len(decision.arms) == 1 and self._allocator is None:
            arm = decision.arms[0]
        else:
            if self._allocator is None:
                self._allocator = self._begin(decision)
            arm = self._allocator.draw(decision, self._taken)
        if self._allocator is not None:
            self._taken.append(arm)
        return arm

    def _begin(self, decision: Enrol) -> Allocator:
        """The allocator of all arms: as the protocol declares them, else as the decision opens them."""
        arms, ratio, sizes = decision.arms, decision.ratio, None
        declared = self._parallel
        if declared is not None and declared.ratio is not None and set(decision.arms) <= set(declared.arms):
            arms, ratio = declared.arms, declared.ratio
            if declared.size is not None:
                sizes = dict(zip(arms, sizes_of(declared.size, ratio), strict=True))
        unit = sum(ratio)
        return Allocator(self._seed, arms, ratio, (2 * unit, 3 * unit), sizes, stratum=self._name)


def _comparison(protocol: Protocol) -> Parallel | None:
    match protocol.design:
        case Parallel() as parallel:
            return parallel
        case SelectThenCompare(comparison=comparison):
            return comparison
        case _:
            return None
