"""A counting rule: the next action of a dose-finding design from counts of complete, evaluable cohorts.

The rule is written once. The exact engine, the simulator and the live trial all ask it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Counts:
    """What a counting rule sees: the current dose level (1 = lowest), participants and DLTs per level, and the
    finite memory that the rule declared with its last action (any hashable value; `None` at the start)."""

    dose: int
    n: tuple[int, ...]
    y: tuple[int, ...]
    memory: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Treat:
    """Treat `size` more participants at level `dose`.

    `stop_at`: the cohort is broken off as soon as this many DLTs have been seen *within it*; None: it is
    completed first.
    `memory`: what the rule wants to be told next time.
    """

    dose: int
    size: int
    reason: str
    stop_at: int | None = None
    memory: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The escalation is over.

    `selected`: the level chosen as MTD (or recommended dose), 0 = none. `completed`: it ended as planned and was
    not stopped for toxicity. `category`: the kind of ending in a few words that do not vary with the numbers
    ("level 2 too toxic"); results add up over it. Empty: the reason stands for it.
    """

    selected: int
    reason: str
    completed: bool
    category: str = ""


Action = Treat | Finish


class CountingRule(Protocol):
    """The interface of every counting rule; pure: the same counts always give the same action."""

    @property
    def name(self) -> str:
        """The rule's name, as users give it and results show it."""
        ...

    @property
    def levels(self) -> int:
        """The number of dose levels, 1 or more."""
        ...

    def first(self) -> Treat:
        """The action that opens the trial."""
        ...

    def next(self, counts: Counts) -> Action:
        """The action after a cohort is complete and evaluable. Total: it answers for every state that overrides,
        partial cohorts and replacements can reach."""
        ...
