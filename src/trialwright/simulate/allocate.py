"""Which arm a participant gets under an `Enrol`: the only arm, or the next place of a permuted block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.core.streams import stream

if TYPE_CHECKING:
    from trialwright.protocol.decisions import Enrol
    from trialwright.protocol.protocol import Protocol


class Allocator:
    """Draws arms from permuted blocks of twice the ratio, one list for each set of open arms."""

    def __init__(self, protocol: Protocol, name: str, seed: int) -> None:
        self._name = name
        self._seed = seed
        self._drawn: dict[tuple[tuple[str, ...], tuple[int, ...]], int] = {}

    def draw(self, decision: Enrol) -> str:
        """The arm of the next participant."""
        if len(decision.arms) == 1:
            return decision.arms[0]
        key = (decision.arms, decision.ratio)
        place = self._drawn.get(key, 0)
        self._drawn[key] = place + 1
        block = [arm for arm, share in zip(decision.arms, decision.ratio, strict=True) for _ in range(2 * share)]
        number, within = divmod(place, len(block))
        order = stream(self._seed, self._name, "allocation", *decision.arms, number).permutation(len(block))
        return block[int(order[within])]
