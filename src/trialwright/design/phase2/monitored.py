"""A live trial with an arm that is monitored for toxicities or deaths: any design, stopped where the bound is reached.

Counted are the participants of the arm whose outcome is known today, in order of enrolment. Enrolment is not held while
outcomes are awaited, so more participants may be treated than the exact characteristics of the rule say; where it
should be held at each look for toxicity, give the rule to `CountingDesign`.

Who counts for toxicity is said in `trialwright.design.counting`. For deaths the clock starts at enrolment, so everyone
counts as allocated, dosed or not, replaced or not: a death by the last day of the window counts from the day it is
known, and a participant has survived once the window is over. Somebody who left the study alive before its last day is
not known to have survived, and does not count. No death needs no signature: a death that is entered late counts from
then on, and at its place in the order of enrolment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.design.counting import CountingDesign, Standing
from trialwright.design.phase2.monitoring_rule import MonitoringRule
from trialwright.protocol.decisions import Decision, Stop, Wait

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState
    from trialwright.protocol.design import Design


class Event(Enum):
    """What an arm is monitored for, in the words of names and reasons."""

    TOXICITY = "dose-limiting toxicities"
    DEATH = "deaths"


@dataclass(frozen=True, slots=True)
class MonitoredDesign:
    """`inner` decides, unless the monitored arm has reached its bound. `arm`: the protocol's id of the arm; `rule`: the
    bound; `window`: days, inclusive, after the first dose (toxicity) or after enrolment (deaths); `event`: what is
    counted.

    Raises UsageError DES-332 if the window is below 0.
    """

    inner: Design
    arm: str
    rule: MonitoringRule
    window: int
    event: Event = Event.TOXICITY

    def __post_init__(self) -> None:
        if self.window < 0:
            raise UsageError(
                "DES-332",
                f"{self.event.value} within {self.window} days",
                expected="0 or more days, the last one included",
                mend="give the last day on which an event counts, such as 28",
            )

    @property
    def name(self) -> str:
        """The name of the design within, and the bound."""
        what = f" ({self.event.value} within {self.window} days)" if self.event is Event.DEATH else ""
        return f"{self.inner.name}, {self.arm} stopped when {self.rule.name}{what}"

    def decide(self, state: TrialState) -> Decision:
        """Stop where the bound was reached at a look; else what the design within decides."""
        places = [place for place, arm in enumerate(state.arm) if arm == self.arm]
        events = self._toxicities(state, places) if self.event is Event.TOXICITY else self._deaths(state, places)
        look = self.rule.crossed(events)
        if look is None:
            return self._sooner(state, self.inner.decide(state), places)
        seen = f"{sum(events[:look])} of the first {look} known outcomes in {self.arm} are {self.event.value}"
        return Stop(f"{seen}, and {self.rule.limit(look)} stop it: {self.rule.name}", completed=False)

    def _toxicities(self, state: TrialState, places: Sequence[int]) -> list[bool]:
        counted = CountingDesign(self.rule, (self.arm,), self.window)
        known = [person for person in counted.participants(state, places) if not person.pending]
        return [person.standing is Standing.DLT for person in known]

    def _deaths(self, state: TrialState, places: Sequence[int]) -> list[bool]:
        found = []
        for place in places:
            last, died, off = self._last_day(state, place), int(state.died[place]), int(state.off_study[place])
            if 0 <= died <= last:
                found.append(True)
            elif state.day > last and (died > last or not 0 <= off < last):
                found.append(False)
        return found

    def _last_day(self, state: TrialState, place: int) -> int:
        """The last trial day of somebody's window, which starts on the first dose for toxicity, else at enrolment."""
        start = state.first_dose if self.event is Event.TOXICITY else state.enrolled
        return int(start[place]) + self.window

    def _happened(self, state: TrialState, place: int) -> bool:
        """Whether the end of somebody's window can tell nothing more, for the event is known already."""
        return bool(state.dlt[place] == 1 if self.event is Event.TOXICITY else state.died[place] >= 0)

    def _sooner(self, state: TrialState, decision: Decision, places: Sequence[int]) -> Decision:
        """A Wait is over no later than when the end of a window makes another outcome known, which may complete a
        look."""
        if not isinstance(decision, Wait):
            return decision
        ends = [self._last_day(state, place) + 1 for place in places if not self._happened(state, place)]
        days = [day for day in (*ends, decision.until) if day is not None and day > state.day]
        return Wait(min(days, default=None), decision.reason)


__all__ = ["Event", "MonitoredDesign"]
