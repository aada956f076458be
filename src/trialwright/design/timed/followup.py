"""What the designs that decide by time share: who is followed for how long at which level, cohorts, days to wait for.

Counted are those whom the counting designs count (`trialwright.design.counting`). A participant whose outcome is not
known yet is pending and has a weight: the part of the DLT window that has passed under observation, from 0 to below 1.
It stays below 1 until a signed assessment says that there was no DLT: that none was reported is not enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.design.counting import Participant, Standing, awaited, participants
from trialwright.design.words import listed
from trialwright.protocol.decisions import Wait

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState


@dataclass(frozen=True, slots=True)
class Followed:
    """Everyone who counts on one trial day, in order of enrolment. `days`: length of the DLT window, its last day
    included."""

    line: tuple[Participant, ...]
    day: int
    days: int
    levels: int

    @property
    def n(self) -> tuple[int, ...]:
        """Participants per level, those pending included."""
        return tuple(sum(p.level == level for p in self.line) for level in range(1, self.levels + 1))

    @property
    def y(self) -> tuple[int, ...]:
        """DLTs per level."""
        dlts = [p.level for p in self.line if p.standing is Standing.DLT]
        return tuple(dlts.count(level) for level in range(1, self.levels + 1))

    def pending(self, level: int | None = None) -> tuple[Participant, ...]:
        """Those whose outcome is not known yet, at one level or at all."""
        return tuple(p for p in self.line if p.pending and level in (None, p.level))

    def weight(self, person: Participant, ahead: int = 0) -> float:
        """The weight of somebody today or, by the passing of time alone, so many days `ahead`."""
        if person.standing is not Standing.IN_WINDOW:
            return person.followed / self.days
        return min(person.followed + ahead, self.days - 1) / self.days

    def last_cohort(self, size: int) -> tuple[Participant, ...]:
        """The cohort that the last participant belongs to: who came one after the other to the same level, cut into
        cohorts of this size."""
        if not self.line:
            return ()
        run = next(
            (i for i, p in enumerate(reversed(self.line)) if p.level != self.line[-1].level),
            len(self.line),
        )
        return self.line[-((run - 1) % size + 1) :]

    def free(self, so_many: int, among: Sequence[Participant]) -> int | None:
        """The first trial day on which the windows of so many of them are over; None if it waits for assessments."""
        days = sorted(p.free_on for p in among if p.free_on is not None)
        return days[so_many - 1] if 0 < so_many <= len(days) else None

    def until_all_known(self, why: str) -> Wait:
        """Wait for everyone who is pending."""
        awaits = self.pending()
        until = max((p.free_on for p in awaits if p.free_on is not None), default=None)
        return Wait(until, f"{why}; {awaited(awaits)}")

    def until_changed(self, why: str, changes: Callable[[int], bool]) -> Wait:
        """Wait until time alone changes the answer: until more follow-up does, or until the first window is over.

        `changes(ahead)`: whether the answer is another one so many days ahead if nothing becomes known."""
        first = self.free(1, self.pending())
        last = self.day + self.days if first is None else first
        early = next((day for day in range(self.day + 1, last) if changes(day - self.day)), first)
        return Wait(early, self.until_all_known(why).reason)


def followed(
    state: TrialState, arms: Sequence[str], dlt_window: int, places: Iterable[int] | None = None
) -> Followed | Wait:
    """Who is followed today, or a Wait where somebody's dose level is not known. `places`: of the state, None = all."""
    everyone = range(len(state.subjects)) if places is None else places
    line = participants(state, everyone, arms, dlt_window)
    strangers = [person.subject for person in line if person.level == 0]
    if strangers:
        return Wait(None, f"the dose level (1 to {len(arms)}) of {listed(strangers)} is not recorded")
    return Followed(tuple(line), state.day, dlt_window + 1, len(arms))


def check_window(arms: Sequence[str], levels: int, dlt_window: int) -> None:
    """Raises UsageError: DES-401 (the window is no number of days), DES-402 (not one arm for each level)."""
    if dlt_window < 0:
        raise UsageError(
            "DES-401",
            f"a DLT window of {dlt_window} days",
            expected="0 or more days after the first dose, the last one included",
            mend="give the last day on which a toxicity is dose-limiting, such as 28",
        )
    if levels < 1 or len(arms) != levels:
        raise UsageError(
            "DES-402",
            f"{len(arms)} arms for {levels} dose levels",
            expected="1 level or more, and one arm for each, lowest first",
            mend="name the arm of each level; the same arm may stand for several",
        )
