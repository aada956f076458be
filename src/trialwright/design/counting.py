"""The one place where a counting rule meets a real trial: decisions from the data as they are known today.

The rule is followed from its opening through the participants in order of enrolment, with the outcomes as they are
known *today*. So a corrected outcome is answered as if it had always been known; nothing is remembered between calls.

Who counts. A DLT counts from the day its assessment is known, whatever happens to the participant afterwards. No DLT
counts once the DLT window is over (its last day, `first dose + window`, has passed) or the participant has left the
study, *and* a signed assessment says no DLT, evaluable. Participants assessed as not evaluable, replaced, or off study
without a dose do not count, and their place is open again. Everyone else is pending.

Participants whom the rule did not ask for (treated at another level, or one too many) are counted as soon as all of
them are known; until then nobody enters, and the rule then answers for the counts as they have become.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from trialwright.design.rule import Action, CountingRule, Counts, Finish, Treat
from trialwright.design.words import listed, people
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState


class Standing(IntEnum):
    """What is known today about one participant."""

    NO_DLT = 0
    DLT = 1
    IN_WINDOW = 2
    NOT_ASSESSED = 3
    NOT_DOSED = 4


@dataclass(frozen=True, slots=True)
class Participant:
    """One participant who counts or may come to count. `level`: 1 = lowest, 0 where it is not known or not a level of
    the rule. `free_on`: first trial day after the DLT window, None where it is not running. `followed`: days of the
    DLT window (it has `dlt_window + 1`) that have passed under observation; all of them only once the outcome is
    known."""

    subject: str
    level: int
    standing: Standing
    free_on: int | None = None
    followed: int = 0

    @property
    def pending(self) -> bool:
        """Whether the outcome is not known yet."""
        return self.standing > Standing.DLT


@dataclass(slots=True)
class Cohort:
    """The participants between two questions to the rule. `action`: what it said last. `planned`: whether it asked for
    all of the members."""

    action: Action
    members: list[Participant] = field(default_factory=list)
    planned: bool = True

    def take(self, person: Participant) -> bool:
        """Take the participant in, if this cohort is where they belong."""
        action = self.action
        if self.planned and isinstance(action, Treat) and person.level == action.dose and self.places > 0:
            self.members.append(person)
            return True
        if self.settled:
            return False
        self.planned = False
        self.members.append(person)
        return True

    @property
    def places(self) -> int:
        """Places that the rule asked for and that are not taken."""
        return self.action.size - len(self.members) if self.planned and isinstance(self.action, Treat) else 0

    @property
    def dlts(self) -> int:
        """DLTs known among the members."""
        return sum(person.standing is Standing.DLT for person in self.members)

    @property
    def broken_off(self) -> bool:
        """Whether so many DLTs are known that the rule breaks the cohort off."""
        action = self.action
        return self.planned and isinstance(action, Treat) and action.stop_at is not None and self.dlts >= action.stop_at

    @property
    def pending(self) -> list[Participant]:
        """Members whose outcome is not known yet."""
        return [person for person in self.members if person.pending]

    @property
    def settled(self) -> bool:
        """Whether the rule can be asked what follows."""
        if not self.members:
            return False
        return self.broken_off or (self.places == 0 and not self.pending)


@dataclass(frozen=True, slots=True)
class Open:
    """The question that stands open. `counts`: everyone whose outcome is known, at the level of the participant who
    entered last; its memory is what the rule is told next. `action`: what the rule said last. `members`: who has been
    treated since, `planned`: all of them as it asked."""

    counts: Counts
    action: Action
    members: tuple[Participant, ...]
    planned: bool


@dataclass(frozen=True, slots=True)
class CountingDesign:
    """A trial run by a counting rule. `arms`: the protocol's arm of each level, lowest first. `dlt_window`: days after
    the first dose, inclusive: an onset on day `first dose + dlt_window` still counts."""

    rule: CountingRule
    arms: tuple[str, ...]
    dlt_window: int

    @property
    def name(self) -> str:
        """The name of the rule."""
        return self.rule.name

    def decide(self, state: TrialState) -> Decision:
        """The decision from everyone in the trial."""
        return self.decide_for(state, range(len(state.subjects)))

    def decide_for(self, state: TrialState, places: Iterable[int]) -> Decision:
        """The decision from the participants at these places of the state only (a trial in parts)."""
        line = self.participants(state, places)
        strangers = [person.subject for person in line if person.level == 0]
        if strangers:
            levels = self.rule.levels
            return Wait(None, f"the dose level (1 to {levels}) of {listed(strangers)} is not recorded")
        return self._follow(line)

    def counts(self, state: TrialState, places: Iterable[int] | None = None) -> Counts:
        """The counts of everyone whose outcome is known, at the level of the last of them: a start for the engine."""
        everyone = range(len(state.subjects)) if places is None else places
        known = [p for p in self.participants(state, everyone) if p.level and not p.pending]
        n, y = [0] * self.rule.levels, [0] * self.rule.levels
        _add(known, n, y)
        return Counts(known[-1].level if known else 1, tuple(n), tuple(y))

    def participants(self, state: TrialState, places: Iterable[int]) -> list[Participant]:
        """Everyone at these places who counts or may come to count, in order of enrolment."""
        return participants(state, places, self.arms, self.dlt_window)

    def open(self, state: TrialState, places: Iterable[int] | None = None) -> Open:
        """What has been asked and is not settled, from everyone or from those at these places. Their dose levels must
        be recorded (`decide` says whose is not)."""
        everyone = range(len(state.subjects)) if places is None else places
        line = self.participants(state, everyone)
        cohort, _, n, y, memory = self._followed([person for person in line if person.level])
        _add([p for p in cohort.members if not p.pending], n, y)
        level = cohort.action.dose if isinstance(cohort.action, Treat) and not line else 1
        counts = Counts(line[-1].level if line else level, tuple(n), tuple(y), memory)
        return Open(counts, cohort.action, tuple(cohort.members), cohort.planned)

    def _follow(self, line: Sequence[Participant]) -> Decision:
        """Follow the rule through the participants to the question that stands open today."""
        cohort, number, n, y, _ = self._followed(line)
        return self.open_question(cohort, number, n, y)

    def _followed(
        self, line: Sequence[Participant]
    ) -> tuple[Cohort, int, list[int], list[int], tuple[int, ...] | None]:
        """The cohort that is not settled, its number, the counts before it, and the memory of the last action."""
        n, y = [0] * self.rule.levels, [0] * self.rule.levels
        action: Action = self.rule.first()
        memory = action.memory if isinstance(action, Treat) else None
        place, number = 0, 1
        while True:
            cohort = Cohort(action)
            while place < len(line) and cohort.take(line[place]):
                place += 1
            if place == len(line) and not cohort.settled:
                return cohort, number, n, y, memory
            _add([p for p in cohort.members if not p.pending], n, y)
            action = self.rule.next(Counts(cohort.members[-1].level, tuple(n), tuple(y), memory))
            if isinstance(action, Treat):
                memory = action.memory
            number += 1

    def open_question(self, cohort: Cohort, number: int, n: Sequence[int], y: Sequence[int]) -> Decision:
        """The decision while this cohort, of this number, is not settled. `n`, `y`: counts before it."""
        action = cohort.action
        if isinstance(action, Finish) and not cohort.members:
            return Stop(action.reason, selected=action.selected, completed=action.completed)
        if isinstance(action, Treat) and cohort.places:
            reason = f"{action.reason}; cohort {number}: {len(cohort.members)} of {action.size} places taken"
            if cohort.dlts:
                reason += f", {cohort.dlts} DLT in it so far"
            return Enrol((self.arms[action.dose - 1],), (1,), cohort.places, reason, action.dose, number)
        return Wait(_until(cohort.pending), f"cohort {number}: {_waiting(cohort, n, y)}")


def participants(state: TrialState, places: Iterable[int], arms: Sequence[str], dlt_window: int) -> list[Participant]:
    """Everyone at these places who counts or may come to count, in order of enrolment. `arms`: of each level, lowest
    first; `dlt_window`: days after the first dose, inclusive."""
    level, first_dose, off = state.dose_level.tolist(), state.first_dose.tolist(), state.off_study.tolist()
    dlt, evaluable, replaced = state.dlt.tolist(), state.evaluable.tolist(), state.replaced.tolist()
    found = []
    for i in places:
        standing = _standing(state.day, dlt[i], evaluable[i], replaced[i], first_dose[i], off[i], dlt_window)
        if standing is None:
            continue
        free_on = first_dose[i] + dlt_window + 1 if standing is Standing.IN_WINDOW else None
        followed = 0
        if standing in (Standing.DLT, Standing.NO_DLT):
            followed = dlt_window + 1
        elif standing is not Standing.NOT_DOSED:
            last = state.day if off[i] < 0 else min(state.day, off[i])
            followed = min(max(last - first_dose[i], 0), dlt_window)
        at = _level(level[i], state.arm[i], arms)
        found.append(Participant(state.subjects[i], at, standing, free_on, followed))
    return found


def _level(level: int, arm: str | None, arms: Sequence[str]) -> int:
    if level == 0 and arm in arms:
        level = arms.index(arm) + 1
    return level if 1 <= level <= len(arms) else 0


def _standing(
    day: int, dlt: int, evaluable: int, replaced: bool, first_dose: int, off_study: int, dlt_window: int
) -> Standing | None:
    """None for those who do not count and whose place is open again."""
    if dlt == 1:
        return Standing.DLT
    if replaced or evaluable == 0 or (first_dose < 0 <= off_study):
        return None
    if first_dose < 0:
        return Standing.NOT_DOSED
    if day <= first_dose + dlt_window and off_study < 0:
        return Standing.IN_WINDOW
    return Standing.NO_DLT if dlt == 0 and evaluable == 1 else Standing.NOT_ASSESSED


def _add(known: Iterable[Participant], n: list[int], y: list[int]) -> None:
    for person in known:
        n[person.level - 1] += 1
        y[person.level - 1] += person.standing is Standing.DLT


def _until(pending: Iterable[Participant]) -> int | None:
    """The decision needs every one of them, so no day before the end of the last window can bring it."""
    return max((person.free_on for person in pending if person.free_on is not None), default=None)


def _waiting(cohort: Cohort, n: Sequence[int], y: Sequence[int]) -> str:
    """Who is awaited and for what, in words."""
    levels = sorted({person.level for person in cohort.members})
    where = "level " + listed([str(level) for level in levels])
    text = f"{people(len(cohort.members))} at {where}, {cohort.dlts} with a DLT so far; {awaited(cohort.pending)}"
    if not cohort.planned:
        text += "; not all of them were asked for by the rule, which is asked again when all are known"
    return text


def awaited(pending: Iterable[Participant]) -> str:
    """What is awaited of each of them, in words."""
    parts = []
    everyone = list(pending)
    for standing, what in (
        (Standing.IN_WINDOW, "in the DLT window"),
        (Standing.NOT_ASSESSED, "not assessed for a DLT"),
        (Standing.NOT_DOSED, "not dosed yet"),
    ):
        names = [person.subject for person in everyone if person.standing is standing]
        if names:
            parts.append(f"{listed(names)} {'is' if len(names) == 1 else 'are'} {what}")
    return "; ".join(parts)


__all__ = ["Cohort", "CountingDesign", "Open", "Participant", "Standing", "awaited", "participants"]
