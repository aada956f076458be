"""One clinical quantity: how texts name it, its code, unit, range and better direction."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trialwright.protocol.outcomes import Direction, OutcomeType, Parameter

UP, DOWN, OPEN = Direction.HIGHER, Direction.LOWER, Direction.UNSTATED
SCORE = "score"


@dataclass(frozen=True, slots=True)
class Concept:
    """One quantity. `units`: the usual unit, then others that measure the same kind of thing. `by_change`: it is known
    before treatment as a matter of course, so that it is looked at as a change from baseline."""

    code: str
    name: str
    domain: str
    units: tuple[str, ...]
    direction: Direction
    low: float | None
    high: float | None
    pattern: re.Pattern[str]
    type: OutcomeType = OutcomeType.CONTINUOUS
    by_change: bool = False
    categories: tuple[tuple[int, str], ...] = ()

    @property
    def unit(self) -> str | None:
        """The usual unit, None where the quantity has none."""
        return self.units[0] if self.units else None

    def parameter(self, unit: str | None = None) -> Parameter:
        """The quantity as a parameter, in its usual unit unless another is given."""
        return Parameter(
            self.code, self.name, self.domain, unit or self.unit, self.categories, low=self.low, high=self.high
        )


def quantity(
    code: str,
    name: str,
    domain: str,
    units: str,
    direction: Direction,
    low: float | None,
    high: float | None,
    pattern: str,
    *,
    kind: OutcomeType = OutcomeType.CONTINUOUS,
    by_change: bool = False,
    categories: tuple[tuple[int, str], ...] = (),
) -> Concept:
    """A row of the lexicon. `units` with `|` between them, the usual one first; `pattern` meets text in lower case."""
    held = tuple(unit for unit in units.split("|") if unit)
    return Concept(code, name, domain, held, direction, low, high, re.compile(pattern), kind, by_change, categories)
