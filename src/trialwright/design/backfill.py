"""Backfill: any counting rule, with further participants at levels already cleared while the trial waits higher up.

Zhao and others 2024 (BF-BOIN, doi 10.1158/1078-0432.CCR-23-2585) is the model; what is said here holds for any rule.

Two lines. Who enters by backfill is marked in the data: COHORT of their DM row is `columns.BACKFILL`. Everybody else
stands in the main line, and the rule is followed through that line alone, cohort by cohort. Places of the main line
come first: backfill is offered only while a cohort of the rule's is treated in full and its outcomes are awaited.

Open levels. A level is open while all of this holds, by what is known today: the rule went up from it and has not come
back to it, or below it, since; it lies below the level under escalation; asked about it, and about each level below it,
with all known outcomes of both lines, the rule would go up or stay, and where it would end, select that level or a
higher one; fewer than `most` participants of both lines are there; fewer than `in_all` have backfilled; and, if
`responded`, a response was seen at it or at a level below. The highest open level is offered. The lowest level no rule
leaves downwards: there an interval design's boundary for going down closes it, and any other rule that would stay there
but A+B, which would end, must go up.

What counts when. The outcomes of both lines at a level are added up. The rule's answer after a cohort is taken when the
first of the next one enters, and it stands on those outcomes of the backfill that were known by that day: a DLT from
the day its assessment became known (`TrialState.assessed`), no DLT from then too but not before the window has passed.
What comes later never rewrites it. It bears on the next answer, and if it makes a lower level unsafe the rule says what
follows for the counts as they have become. Until the first of the next cohort has entered, the answer follows what
becomes known. As everywhere, a correction is answered as if it had always been known; so is an outcome that becomes
known on the very day on which a cohort's first participant enters, for days are whole.

Numbers. A maximum of the rule's own ("at most 30") is that of the main line; backfill comes on top, up to its limits.
The end of the escalation ends the backfill too, and is not declared before the outcomes of all who backfill are known.

How many backfill depends on days, so no exact characteristics follow; `simulate.many` estimates them.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trialwright.core.errors import UsageError
from trialwright.dataset.columns import BACKFILL
from trialwright.design.a_plus_b.three_plus_three import APlusB
from trialwright.design.capped import Capped
from trialwright.design.counting import Cohort, CountingDesign, Open, Participant, Standing, awaited
from trialwright.design.rule import Action, CountingRule, Counts, Finish, Treat
from trialwright.design.words import listed, people
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState

LARGEST = 1000
_NAME = re.compile(
    r",\s*backfill up to (?P<most>\d+)(?: at a level)?(?: and (?P<in_all>\d+) in all)?"
    r"(?P<responded> where a response was seen)?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Fill:
    """One who backfills. `known`: the first trial day on which the outcome counts, None while it is not known."""

    person: Participant
    known: int | None


@dataclass(slots=True)
class _Course:
    """The main line, followed to the question that stands open. `n`, `y`: its counts before the open cohort; `cleared`:
    levels that the rule went up from and has not come back to."""

    cohort: Cohort
    number: int
    n: list[int]
    y: list[int]
    memory: tuple[int, ...] | None
    cleared: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class BackfillDesign:
    """`inner` decides on its own line; while it waits, up to `most` participants of both lines are treated at each open
    level, and up to `in_all` (None: no such limit) by backfill. `responded`: only where a response was seen. See the
    module's text.

    Raises UsageError: DES-511 (limits that are no numbers from 1 to 1,000), DES-111 (a decision table that does not
    reach as far as backfill can).

    >>> from trialwright.dataset.state import TrialState
    >>> from trialwright.design import rules
    >>> rule = rules.make("BOIN", levels=2, target=0.3, most=12)
    >>> design = BackfillDesign(CountingDesign(rule, ("arm-1", "arm-2"), 28), most=9)
    >>> design.name
    'BOIN: target 0.3, cohorts of 3, at most 12, backfill up to 9 at a level'
    >>> design.decide(TrialState(0)).slots
    3
    """

    inner: CountingDesign
    most: int
    in_all: int | None = None
    responded: bool = False

    def __post_init__(self) -> None:
        if not all(1 <= limit <= LARGEST for limit in (self.most, self.in_all or 1)) or self.in_all == 0:
            raise UsageError(
                "DES-511",
                f"backfill up to {self.most} at a level"
                + ("" if self.in_all is None else f" and {self.in_all} in all"),
                expected=f"1 to {LARGEST:,} participants",
                mend="correct the number; without backfill leave it out",
            )
        _with_room(self.inner.rule, self.in_all or self.most * (self.inner.rule.levels - 1))

    @property
    def name(self) -> str:
        """The name of the rule, and the backfill: what `build` reads again."""
        in_all = "" if self.in_all is None else f" and {self.in_all} in all"
        responded = " where a response was seen" if self.responded else ""
        return f"{self.inner.name}, backfill up to {self.most} at a level{in_all}{responded}"

    @property
    def arms(self) -> tuple[str, ...]:
        """The protocol's arm of each level, lowest first."""
        return self.inner.arms

    @property
    def dlt_window(self) -> int:
        """Days after the first dose, inclusive."""
        return self.inner.dlt_window

    def decide(self, state: TrialState) -> Decision:
        """What the rule decides for its own line; a place by backfill while it waits there."""
        decision = self._decision(state)
        if isinstance(decision, Wait):
            return replace(decision, until=self._until(state, decision.until))
        return decision

    def open(self, state: TrialState) -> tuple[Open, CountingRule]:
        """What the rule has asked for its own line and is not settled, with the outcomes of both lines that are known
        today, and the rule that answers with so many by backfill among them. Dose levels must be recorded."""
        line, fills = self._lines(state)
        course = self._followed(state, [p for p in line if p.level], [fill for fill in fills if fill.person.level])
        cohort, n, y = course.cohort, list(course.n), list(course.y)
        known = [fill.person for fill in fills if fill.known is not None and fill.known <= state.day]
        _add([*(person for person in cohort.members if not person.pending), *known], n, y)
        level = cohort.action.dose if isinstance(cohort.action, Treat) and not line else 1
        counts = Counts(line[-1].level if line else level, tuple(n), tuple(y), course.memory)
        found = Open(counts, cohort.action, tuple(cohort.members), cohort.planned)
        return found, _with_room(self.inner.rule, len(known))

    def _lines(self, state: TrialState) -> tuple[list[Participant], list[_Fill]]:
        """The main line and those who backfill, in order of enrolment."""
        marks = state.cohort.tolist()
        line = self.inner.participants(state, [i for i, mark in enumerate(marks) if mark != BACKFILL])
        return line, self._fills(state, [i for i, mark in enumerate(marks) if mark == BACKFILL])

    def _decision(self, state: TrialState) -> Decision:
        line, fills = self._lines(state)
        strangers = [person.subject for person in (*line, *(fill.person for fill in fills)) if person.level == 0]
        if strangers:
            levels = self.inner.rule.levels
            return Wait(None, f"the dose level (1 to {levels}) of {listed(strangers)} is not recorded")
        course = self._followed(state, line, fills)
        decision = self.inner.open_question(course.cohort, course.number, course.n, course.y)
        match decision:
            case Stop():
                return _ended(decision, fills, state.day)
            case Wait():
                return self._offer(state, course, line, fills) or decision
        return decision

    def _fills(self, state: TrialState, places: Sequence[int]) -> list[_Fill]:
        """Those who backfill and count or may come to count, with the day from which their outcome counts."""
        assessed = dict(zip(state.subjects, state.assessed.tolist(), strict=True))
        first_dose = dict(zip(state.subjects, state.first_dose.tolist(), strict=True))
        found = []
        for person in self.inner.participants(state, places):
            known = None
            if person.standing is Standing.DLT:
                known = assessed[person.subject]
            elif person.standing is Standing.NO_DLT:  # who left early counts as if followed to the end of the window
                known = max(assessed[person.subject], first_dose[person.subject] + self.dlt_window + 1)
            found.append(_Fill(person, known))
        return found

    def _followed(self, state: TrialState, line: Sequence[Participant], fills: Sequence[_Fill]) -> _Course:
        """Follow the rule through the main line; each answer stands on the backfill known when it was taken."""
        rule = self.inner.rule
        action: Action = rule.first()
        n, y = [0] * rule.levels, [0] * rule.levels
        memory = action.memory if isinstance(action, Treat) else None
        cleared: frozenset[int] = frozenset()
        place, number = 0, 1
        while True:
            cohort = Cohort(action)
            while place < len(line) and cohort.take(line[place]):
                place += 1
            if place == len(line) and not cohort.settled:
                return _Course(cohort, number, n, y, memory, cleared)
            _add([person for person in cohort.members if not person.pending], n, y)
            level = cohort.members[-1].level
            counts = Counts(level, tuple(n), tuple(y), memory)
            action = self._answer(state, counts, line[place - 1], line[place] if place < len(line) else None, fills)
            if isinstance(action, Treat):
                memory = action.memory
                cleared = frozenset(j for j in cleared | {level} if j < action.dose)
            number += 1

    def _answer(
        self, state: TrialState, counts: Counts, last: Participant, first: Participant | None, fills: Sequence[_Fill]
    ) -> Action:
        """The rule's answer after a cohort. It was taken when the `first` of the next one entered; one who does not
        count any more may have opened that cohort, so where the answer of the day does not explain who entered, the
        answer of the day on which such a one entered at their level before them is taken if it does."""
        if first is None:
            return self._asked(counts, fills, state.day)
        entered = dict(zip(state.subjects, state.enrolled.tolist(), strict=True))
        action = self._asked(counts, fills, entered[first.subject])
        if isinstance(action, Treat) and action.dose == first.level:
            return action
        begin, end = state.subjects.index(last.subject) + 1, state.subjects.index(first.subject)
        gone = [i for i in range(begin, end) if state.cohort[i] != BACKFILL and state.dose_level[i] == first.level]
        for i in reversed(gone):
            earlier = self._asked(counts, fills, int(state.enrolled[i]))
            if isinstance(earlier, Treat) and earlier.dose == first.level:
                return earlier
        return action

    def _asked(self, counts: Counts, fills: Sequence[_Fill], day: int) -> Action:
        """The rule's answer with the outcomes of the backfill that were known by this day."""
        asked, rule = self._pooled(counts, fills, day)
        return rule.next(asked)

    def _pooled(self, counts: Counts, fills: Sequence[_Fill], day: int) -> tuple[Counts, CountingRule]:
        """The counts of both lines by this day, and the rule that has room for so many."""
        known = [fill.person for fill in fills if fill.known is not None and fill.known <= day]
        n, y = list(counts.n), list(counts.y)
        _add(known, n, y)
        return replace(counts, n=tuple(n), y=tuple(y)), _with_room(self.inner.rule, len(known))

    def _offer(
        self, state: TrialState, course: _Course, line: Sequence[Participant], fills: Sequence[_Fill]
    ) -> Enrol | None:
        """The places at the highest open level, None if there is none."""
        action = course.cohort.action
        if not isinstance(action, Treat):
            return None
        room = LARGEST if self.in_all is None else self.in_all - len(fills)
        top = min([action.dose, *(person.level for person in course.cohort.members)])
        n, y = list(course.n), list(course.y)
        _add([person for person in course.cohort.members if not person.pending], n, y)
        for level in range(self._safe_below(Counts(top, tuple(n), tuple(y), course.memory), fills, state.day), 0, -1):
            taken = sum(person.level == level for person in (*line, *(fill.person for fill in fills)))
            slots = min(room, self.most - taken)
            if level in course.cleared and slots >= 1 and self._has_responded(state, level):
                reason = (
                    f"the outcomes of {people(len(course.cohort.pending))} at level {action.dose} are awaited; "
                    f"backfill at level {level}, which is cleared: {taken} of {self.most} places taken"
                )
                return Enrol((self.arms[level - 1],), (1,), slots, reason, level, BACKFILL)
        return None

    def _safe_below(self, counts: Counts, fills: Sequence[_Fill], day: int) -> int:
        """The highest level below that of `counts` which, with all below it, the rule would not leave downwards; 0:
        none."""
        for level in range(1, counts.dose):
            asked, rule = self._pooled(replace(counts, dose=level), fills, day)
            if not _stands(rule.next(asked), rule, asked):
                return level - 1
        return counts.dose - 1

    def _has_responded(self, state: TrialState, level: int) -> bool:
        """Whether a response was seen at the level or below, if that is asked for."""
        if not self.responded:
            return True
        levels = zip(state.dose_level.tolist(), state.arm, state.response.tolist(), strict=True)
        return any(
            response == 1 and 1 <= (at or (self.arms.index(arm) + 1 if arm in self.arms else 0)) <= level
            for at, arm, response in levels
        )

    def _until(self, state: TrialState, due: int | None) -> int | None:
        """The first day on which the answer can change if nothing more becomes known: when the rule's wait is over or,
        if earlier, when an outcome of the backfill begins to count and opens a level."""
        window = self.dlt_window + 1
        doses: list[int] = state.first_dose[state.cohort == BACKFILL].tolist()
        days = {dose + window for dose in doses if dose >= 0}
        for day in sorted(day for day in days if state.day < day and (due is None or day < due)):
            then = copy.copy(state)  # shares the arrays, which nobody writes into, and takes in nothing that is to come
            then.day = day
            if not isinstance(self._decision(then), Wait):
                return day
        return due


def _ended(decision: Stop, fills: Sequence[_Fill], day: int) -> Decision:
    """The end of the escalation, once the outcomes of all who backfill are known."""
    pending = [fill for fill in fills if fill.known is None or fill.known > day]
    if not pending:
        return (
            replace(decision, reason=f"{decision.reason}; {people(len(fills))} by backfill among them")
            if fills
            else decision
        )
    days = [fill.person.free_on if fill.known is None else fill.known for fill in pending]
    until = max((each for each in days if each is not None), default=None)
    waits = awaited([fill.person for fill in pending if fill.known is None])
    early = [fill.person.subject for fill in pending if fill.known is not None]
    parts = [waits] if waits else []
    if early:
        parts.append(f"{listed(early)} left before the end of the DLT window")
    return Wait(until, f"the escalation would end: {decision.reason}; of the backfill {'; '.join(parts)}")


def _stands(action: Action, rule: CountingRule, counts: Counts) -> bool:
    """Whether a level may be filled at which the rule, asked about it, answers so."""
    if isinstance(action, Finish):
        return action.selected >= counts.dose
    if action.dose != counts.dose or counts.dose > 1:
        return action.dose >= counts.dose
    n, y = counts.n[0], counts.y[0]
    while isinstance(rule, Capped):
        rule = rule.rule
    if isinstance(rule, APlusB):  # it ends where the lowest level is too toxic, and does not say to stay
        return True
    limits = getattr(rule, "boundaries", None)
    return n == 0 or (limits is not None and y < int(limits(n).down[n]))


def _with_room(rule: CountingRule, more: int) -> CountingRule:
    """The rule with so many more participants allowed, where it has a maximum of its own."""
    if more < 1:
        return rule
    if isinstance(rule, Capped):
        return Capped(_with_room(rule.rule, more), rule.most + more)
    changing: Any = rule
    if hasattr(rule, "plan"):
        return _replaced(changing, plan=replace(changing.plan, most=min(changing.plan.most + more, LARGEST)))
    if hasattr(rule, "most"):
        return _replaced(changing, most=min(changing.most + more, LARGEST))
    return rule


def _replaced(rule: Any, **changes: Any) -> CountingRule:
    changed: CountingRule = replace(rule, **changes)
    return changed


def _add(known: Sequence[Participant], n: list[int], y: list[int]) -> None:
    for person in known:
        n[person.level - 1] += 1
        y[person.level - 1] += person.standing is Standing.DLT


def parted(name: str) -> tuple[str, int, int | None, bool] | None:
    """The name within, the limits at a level and in all, and whether a response is asked for; None without backfill.

    >>> parted("BOIN: target 0.3, at most 30, backfill up to 12 at a level and 20 in all")
    ('BOIN: target 0.3, at most 30', 12, 20, False)
    >>> parted("BOIN: target 0.3, backfill up to 12 where a response was seen")
    ('BOIN: target 0.3', 12, None, True)
    >>> parted("3+3: stop at two") is None
    True
    """
    match = _NAME.search(name)
    if match is None:
        return None
    in_all = None if match["in_all"] is None else int(match["in_all"])
    return name[: match.start()], int(match["most"]), in_all, match["responded"] is not None


def check_no_backfill(name: str) -> None:
    """Raises UsageError DES-512 if the name says backfill and a counting rule is needed."""
    if filled := parted(name):
        raise UsageError(
            "DES-512",
            f"the rule {name!r} backfills, and a counting rule is needed here",
            expected="a rule that decides from complete cohorts; exact characteristics exist for these only",
            mend=f"name {filled[0]!r} alone, or estimate what the backfill implies with `simulate.many`",
        )


__all__ = ["BackfillDesign", "check_no_backfill", "parted"]
