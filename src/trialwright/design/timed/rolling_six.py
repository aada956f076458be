"""Rolling six: two to six participants at a level at a time, without waiting for the first three.

Skolnik et al. 2008 (doi 10.1200/JCO.2007.12.7712), the table of decisions by participants enrolled, DLTs and
participants pending at the current level:

    two DLTs or more                                     go down
    fewer than three enrolled                            same level
    three to five, all known, no DLT                     go up
    three to five, otherwise                             same level
    six, at most one DLT even if all pending had one     go up
    six, otherwise                                       suspend

A level with two DLTs is closed with all above it. The level beneath a closed one, or the highest, is filled up to six
and is the MTD once at most one of the six can have a DLT. Participants who are not evaluable do not count: their places
are open again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.design.counting import awaited
from trialwright.design.timed.followup import Followed, check_window, followed
from trialwright.design.words import number, people
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState

FULL = 6
LEAST = 3
TOO_MANY = 2


class Row(Enum):
    """What the table says."""

    SAME = "same level"
    UP = "go up"
    DOWN = "go down"
    SUSPEND = "suspend"


def row(enrolled: int, dlts: int, pending: int) -> Row:
    """The decision of the table for these numbers at the current level, also for more than six.

    >>> row(3, 0, 0).value, row(3, 0, 1).value, row(6, 1, 1).value, row(4, 2, 2).value
    ('go up', 'same level', 'suspend', 'go down')
    """
    if dlts >= TOO_MANY:
        return Row.DOWN
    if enrolled < FULL:
        return Row.UP if enrolled >= LEAST and dlts + pending == 0 else Row.SAME
    return Row.UP if dlts + pending < TOO_MANY else Row.SUSPEND


@dataclass(frozen=True, slots=True)
class RollingSix:
    """A trial run by the rolling six. `arms`: the protocol's arm of each level, lowest first; `dlt_window`: days after
    the first dose, inclusive; `start`: the first level; `six_at_mtd`: whether the highest level needs six participants
    too before it is chosen; otherwise three without a DLT are enough there.

    Raises UsageError: DES-401, DES-402 (see `check_window`), DES-406 (the first level is none of the levels).
    """

    arms: tuple[str, ...]
    dlt_window: int
    start: int = 1
    six_at_mtd: bool = True

    def __post_init__(self) -> None:
        check_window(self.arms, self.levels, self.dlt_window)
        if not 1 <= self.start <= self.levels:
            raise UsageError(
                "DES-406",
                f"a rolling six that starts at level {self.start} of {self.levels}",
                expected=f"a level from 1 (the lowest) to {self.levels}",
                mend="name a level that exists",
            )

    @property
    def levels(self) -> int:
        """The number of dose levels."""
        return len(self.arms)

    @property
    def name(self) -> str:
        """`rolling six`, and what is unusual."""
        parts = ["rolling six"]
        if self.start != 1:
            parts.append(f"start at level {self.start}")
        if not self.six_at_mtd:
            parts.append("three enough at the highest level")
        return ", ".join(parts)

    def decide(self, state: TrialState) -> Decision:
        """The decision from everyone in the trial."""
        return self.decide_for(state, range(len(state.subjects)))

    def decide_for(self, state: TrialState, places: Iterable[int]) -> Decision:
        """The decision from the participants at these places of the state only (a trial in parts)."""
        seen = followed(state, self.arms, self.dlt_window, places)
        return seen if isinstance(seen, Wait) else self._decide(seen)

    def _decide(self, seen: Followed) -> Decision:
        n, y = seen.n, seen.y
        top = next((level for level, dlts in enumerate(y) if dlts >= TOO_MANY), self.levels)
        if top == 0:
            return Stop(f"{y[0]} of {n[0]} had a DLT at level 1, the lowest; no level is selected", 0, completed=False)
        here = min(seen.line[-1].level if seen.line else self.start, top)
        while here < top and row(n[here - 1], y[here - 1], len(seen.pending(here))) is Row.UP:
            here += 1
        treated, dlts, pending = n[here - 1], y[here - 1], seen.pending(here)
        says = row(treated, dlts, len(pending))
        found = f"level {here}: {people(treated)}, {number(dlts)} with a DLT, {number(len(pending))} pending"
        if says is Row.SUSPEND:
            return Wait(seen.free(dlts + len(pending) - 1, pending), f"{found}; {awaited(pending)}")
        enough = treated >= FULL or (not self.six_at_mtd and here == self.levels)
        if says is Row.UP and enough:
            above = "there is no higher level" if top == self.levels else f"level {top + 1} is too toxic"
            return Stop(f"{found}; {above}: level {here} is selected", here)
        return Enrol(
            (self.arms[here - 1],), (1,), FULL - treated, f"{found}: {self._words(seen, here, top)}", here, None
        )

    def _words(self, seen: Followed, here: int, top: int) -> str:
        last = seen.line[-1].level if seen.line else here
        if here > last:
            return f"go up from level {last}"
        if here < last:
            return f"go down from level {last}, level {top + 1} is too toxic"
        return f"up to {number(FULL)} at level {here}"
