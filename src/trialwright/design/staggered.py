"""Staggered first participants: any dose-finding design, whose first few at a level enter one by one, days apart.

While fewer than `first` participants have been dosed at the level that the design within wants to fill, one more may
enter only `days` after the first dose of the one dosed last at that level, and not before everybody who is enrolled
there and may still be dosed has been. Dosed is dosed: who is later replaced or not evaluable counts here, for the
pause is there to watch what a dose does. Waits and stops of the design within are passed on as they are, and so are
enrolments that name no single level, as where arms are compared.

Decisions depend on days, so no exact characteristics follow; `simulate.many` estimates them.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.design.words import listed
from trialwright.protocol.decisions import Decision, Enrol, Wait

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState
    from trialwright.protocol.design import Design

_NAME = re.compile(r",\s*first (?P<first>\d+) at a level (?P<days>\d+) days? apart\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Level:
    """Who is at the level to be filled: number dosed, the last first dose (trial day), and who is to be dosed yet."""

    dosed: int
    last: int | None
    undosed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaggeredDesign:
    """`inner` decides where the next participants go; the first ones at a level are kept `days` apart.

    `first`: participants who come singly at each level, 2 or more (2: only the very first is watched alone); `days`: 1
    to `dlt_window + 1`, from the first dose of one to the enrolment of the next; `dlt_window`: days after the first
    dose, inclusive: beyond it the decisions of `inner` do not change by the passing of time alone.

    Raises UsageError: DES-501 (fewer than 2), DES-502 (a pause that is none or longer than the DLT window).

    >>> from trialwright.dataset.state import TrialState
    >>> from trialwright.design import rules
    >>> from trialwright.design.counting import CountingDesign
    >>> rule = CountingDesign(rules.make("3+3: stop at two", 2), ("arm-1", "arm-2"), 28)
    >>> design = StaggeredDesign(rule, first=2, days=7, dlt_window=28)
    >>> design.name, design.decide(TrialState(0)).slots
    ('3+3: stop at two, first 2 at a level 7 days apart', 1)
    """

    inner: Design
    first: int
    days: int
    dlt_window: int

    def __post_init__(self) -> None:
        if self.first < 2:
            raise UsageError(
                "DES-501",
                f"the first {self.first} at a level to be kept apart",
                expected="2 or more: with 2, the second waits for the first",
                mend="give 2 where one participant is to be watched alone, or leave the stagger out",
            )
        if not 1 <= self.days <= self.dlt_window + 1:
            raise UsageError(
                "DES-502",
                f"a pause of {self.days} days with a DLT window of {self.dlt_window}",
                expected=f"1 to {self.dlt_window + 1} days after a first dose",
                mend="correct the pause or the DLT window; without a pause leave the stagger out",
            )

    @property
    def name(self) -> str:
        """The name of the design within, and the stagger: what `build` reads again."""
        return f"{self.inner.name}, first {self.first} at a level {_days(self.days)} apart"

    def decide(self, state: TrialState) -> Decision:
        """What the design within decides, but nobody enters too early."""
        decision = self.inner.decide(state)
        if not isinstance(decision, Enrol) or not _names_a_level(decision):
            return decision
        at = _at_level(state, decision)
        if at.dosed >= self.first:
            return decision
        told = f"of the first {self.first} at level {decision.dose_level}, who enter {_days(self.days)} apart"
        if not self._held(at, state.day):
            return replace(decision, slots=1, reason=f"{decision.reason}; {at.dosed} dosed {told}")
        if at.undosed:
            until, why = None, f"{listed(at.undosed)} {'is' if len(at.undosed) == 1 else 'are'} not dosed yet"
        else:
            assert at.last is not None
            until, why = at.last + self.days, f"the last first dose there was on trial day {at.last}"
        return Wait(self._until(state, until), f"{at.dosed} dosed {told}: {why}")

    def _held(self, at: _Level, day: int) -> bool:
        """Whether the next one at this level must not enter today."""
        return at.dosed < self.first and (bool(at.undosed) or (at.last is not None and day < at.last + self.days))

    def _until(self, state: TrialState, due: int | None) -> int | None:
        """The first day on which somebody may enter, or the trial stops, if nothing more becomes known: when the pause
        is over or, if earlier, when the design within wants another level by the passing of time."""
        horizon = state.day + self.dlt_window + 2
        end = horizon if due is None else min(due, horizon)
        return next((day for day in range(state.day + 1, end) if self._free(state, day)), due)

    def _free(self, state: TrialState, day: int) -> bool:
        """Whether the answer would be no Wait on that day with what is known today."""
        then = copy.copy(state)  # shares the arrays, which nobody writes into, and takes in nothing that becomes known
        then.day = day
        decision = self.inner.decide(then)
        if not isinstance(decision, Enrol) or not _names_a_level(decision):
            return not isinstance(decision, Wait)
        return not self._held(_at_level(then, decision), day)


def _names_a_level(decision: Enrol) -> bool:
    return decision.dose_level is not None and len(decision.arms) == 1


def _at_level(state: TrialState, decision: Enrol) -> _Level:
    """Who is at the level that the decision names; where a participant's level is not recorded, the arm tells it."""
    level, first_dose, off = state.dose_level.tolist(), state.first_dose.tolist(), state.off_study.tolist()
    evaluable, replaced, dlt = state.evaluable.tolist(), state.replaced.tolist(), state.dlt.tolist()
    here = [
        i
        for i, arm in enumerate(state.arm)
        if level[i] == decision.dose_level or (level[i] == 0 and arm == decision.arms[0])
    ]
    doses = [first_dose[i] for i in here if first_dose[i] >= 0]
    undosed = tuple(
        state.subjects[i]
        for i in here
        if first_dose[i] < 0 and off[i] < 0 and (dlt[i] == 1 or not (replaced[i] or evaluable[i] == 0))
    )
    return _Level(len(doses), max(doses, default=None), undosed)


def _days(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"


def parted(name: str) -> tuple[str, int, int] | None:
    """The name within, the number of first participants and the days apart; None if the name says no stagger.

    >>> parted("3+3: stop at two, first 2 at a level 7 days apart")
    ('3+3: stop at two', 2, 7)
    >>> parted("3+3: stop at two") is None
    True
    """
    match = _NAME.search(name)
    return (name[: match.start()], int(match["first"]), int(match["days"])) if match else None


__all__ = ["StaggeredDesign", "parted"]
