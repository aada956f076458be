"""A criterion with its computable form: what compiling gives, and everybody downstream reads."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.core.problem import Problem
from trialwright.protocol.eligibility.items import Criterion
from trialwright.protocol.eligibility.tree import Computability, Expression, computability


@dataclass(frozen=True, slots=True)
class Compiled:
    """One item and the expression it states. `id`: `inclusion-2`, its place among the items of its section, from 1;
    `expression`: what the words state, so True admits for an inclusion and excludes for an exclusion; spans in it count
    from the start of the item's `text`. `problems`: what was ambiguous in it."""

    id: str
    criterion: Criterion
    expression: Expression
    problems: tuple[Problem, ...] = ()

    @property
    def computability(self) -> Computability:
        """How much of it can be answered from data."""
        return computability(self.expression)
