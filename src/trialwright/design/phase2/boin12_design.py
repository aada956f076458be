"""A live trial run by BOIN12: cohort by cohort, from toxicity and response as they are known today.

The rule is followed from its opening through the participants in order of enrolment; a cohort is over when both
outcomes of everyone in it are known, and until then nobody enters. A corrected outcome is answered as if it had always
been known.

Who counts. Toxicity as in every counting design (`trialwright.design.counting`), response as in two-stage designs
(`trialwright.design.phase2.responses`). Who is not evaluable for toxicity does not count. Whoever had a dose-limiting
toxicity counts whatever happens afterwards; if such a participant is replaced, the response counts as it is known, and
as none where it is not.

Participants whom the rule did not ask for (at another level, or one too many) are counted as soon as all of them are
known; the rule then answers for the counts as they have become, from the level of the last of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.design.counting import Participant, Standing, participants
from trialwright.design.counting import awaited as awaited_toxicity
from trialwright.design.phase2.boin12 import Boin12
from trialwright.design.phase2.responses import Assessed, Leavers, Seen, check_window, of
from trialwright.design.phase2.responses import awaited as awaited_response
from trialwright.design.rule import Action, Finish, Treat
from trialwright.design.words import listed, people
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState


@dataclass(frozen=True, slots=True)
class _Person:
    """Both outcomes of one participant. `response`: None for one with a toxicity who was replaced unassessed."""

    toxicity: Participant
    response: Assessed | None

    @property
    def level(self) -> int:
        return self.toxicity.level

    @property
    def pending(self) -> bool:
        return self.toxicity.pending or (self.response is not None and self.response.pending)

    @property
    def outcome(self) -> tuple[bool, bool]:
        """Whether there was a toxicity, and a response."""
        return self.toxicity.standing is Standing.DLT, self.response is not None and self.response.seen is Seen.RESPONSE

    @property
    def free_on(self) -> int | None:
        """The first day after the windows in which an outcome is awaited."""
        ends = [self.toxicity.free_on, None if self.response is None else self.response.free_on]
        return max((day for day in ends if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class Boin12Design:
    """A trial run by BOIN12. `arms`: the protocol's arm of each level, lowest first; `dlt_window`, `window`: days after
    the first dose in which a toxicity and a response count, inclusive; `leavers`: see `Leavers`.

    Raises UsageError: DES-331 (a window is below 0), DES-333 (not one arm for each level).
    """

    rule: Boin12
    arms: tuple[str, ...]
    dlt_window: int
    window: int
    leavers: Leavers = Leavers.AWAITED

    def __post_init__(self) -> None:
        check_window(min(self.window, self.dlt_window))
        if len(self.arms) != self.rule.levels:
            raise UsageError(
                "DES-333",
                f"{len(self.arms)} arms for {self.rule.levels} dose levels",
                expected="one arm for each level, lowest first",
                mend="name the arm of each level; the same arm may stand for several",
            )

    @property
    def name(self) -> str:
        """The name of the rule with the response window, and what is unusual."""
        unusual = "" if self.leavers is Leavers.AWAITED else f", {self.leavers.value}"
        return f"{self.rule.name}, response within {self.window} days{unusual}"

    def decide(self, state: TrialState) -> Decision:
        """The decision from everyone in the trial."""
        line = self._line(state)
        strangers = [person.toxicity.subject for person in line if person.level == 0]
        if strangers:
            return Wait(None, f"the dose level (1 to {self.rule.levels}) of {listed(strangers)} is not recorded")
        action: Action = self.rule.first()
        done = 0
        while True:
            cohort, places = _cohort(action, line[done:])
            pending = [person for person in cohort if person.pending]
            if places > 0 or pending or not cohort:
                return self._open(action, cohort, places, pending)
            done += len(cohort)
            action = self._next(line[:done])

    def _line(self, state: TrialState) -> list[_Person]:
        place = {subject: number for number, subject in enumerate(state.subjects)}
        found = []
        for person in participants(state, range(len(state.subjects)), self.arms, self.dlt_window):
            at = place[person.subject]
            response = of(state, at, self.window, self.leavers)
            if response is None and state.response[at] == 1:
                response = Assessed(person.subject, Seen.RESPONSE)
            found.append(_Person(person, response))
        return found

    def _next(self, line: Sequence[_Person]) -> Action:
        counts = [[0] * self.rule.levels for _ in range(4)]
        for person in line:
            toxic, responded = person.outcome
            for each, hit in zip(counts, (True, toxic, responded, toxic and responded), strict=True):
                each[person.level - 1] += hit
        n, toxicity, efficacy, both = (tuple(each) for each in counts)
        return _answer(self.rule, line[-1].level, n, toxicity, efficacy, both)

    def _open(self, action: Action, cohort: Sequence[_Person], places: int, pending: Sequence[_Person]) -> Decision:
        if isinstance(action, Finish) and not cohort:
            return Stop(action.reason, selected=action.selected, completed=action.completed)
        if isinstance(action, Treat) and places > 0:
            reason = f"{action.reason}; {len(cohort)} of {action.size} places taken"
            return Enrol((self.arms[action.dose - 1],), (1,), places, reason, action.dose)
        levels = listed([str(level) for level in sorted({person.level for person in cohort})])
        known = [person.outcome for person in cohort if not person.pending]
        found = f"{people(len(cohort))} at level {levels}, both outcomes of {len(known)} known"
        return Wait(_until(pending), f"{found}; {_awaited(pending)}")


@lru_cache(maxsize=4096)
def _answer(
    rule: Boin12,
    level: int,
    n: tuple[int, ...],
    toxicity: tuple[int, ...],
    efficacy: tuple[int, ...],
    both: tuple[int, ...],
) -> Action:
    """What the rule says to these counts, worked out once: the trial is followed from its opening at each decision."""
    return rule.next(level, n, toxicity, efficacy, both)


def _cohort(action: Action, rest: Sequence[_Person]) -> tuple[list[_Person], int]:
    """Who stands between this question to the rule and the next, and how many of the places it asked for are open.
    Somebody whom it did not ask for joins those who are awaited; then no place is open."""
    places = action.size if isinstance(action, Treat) else 0
    members: list[_Person] = []
    for person in rest:
        if places > 0 and isinstance(action, Treat) and person.level == action.dose:
            places -= 1
        elif members and places == 0 and not any(each.pending for each in members):
            break
        else:
            places, action = 0, Finish(0, "", False)
        members.append(person)
    return members, places


def _until(pending: Sequence[_Person]) -> int | None:
    """The decision needs every one of them, so no day before the end of the last window can bring it."""
    return max((person.free_on for person in pending if person.free_on is not None), default=None)


def _awaited(pending: Sequence[_Person]) -> str:
    """Who is awaited and for what, toxicity first. Who is not dosed is named once."""
    toxicity = awaited_toxicity([person.toxicity for person in pending if person.toxicity.pending])
    responses = [
        person.response
        for person in pending
        if person.response is not None
        and person.response.pending
        and not (person.toxicity.pending and person.response.seen is Seen.NOT_DOSED)
    ]
    return "; ".join(part for part in (toxicity, awaited_response(responses)) if part)


__all__ = ["Boin12Design"]
