"""A live trial in two stages: Simon's designs, decided from the responses as they are known today.

The first stage is judged by the first n1 participants in order of enrolment, and the trial by the first n; whoever
counts is said in `trialwright.design.phase2.responses`. So the order in which responses become known changes nothing,
and a corrected response is answered as if it had always been known.

More participants than were asked for: those beyond n1 while the first stage is awaited belong to the second stage, and
those beyond n belong to neither, for the stated rule says nothing of them. The decision says how many they are; a test
that counts them too must be planned anew (Koyama & Chen 2008, doi 10.1002/sim.3123) and is not this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.design.phase2.responses import Assessed, Leavers, Seen, assessed, awaited, check_window
from trialwright.design.phase2.two_stage import TwoStageRule
from trialwright.design.words import people
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState

EARLY = "decided as soon as it is certain"


@dataclass(frozen=True, slots=True)
class _Stage:
    """The participants of one stage, the first included in the second. `size`: how many it takes; `futile`: the most
    responses with which the treatment is given up."""

    people: Sequence[Assessed]
    size: int
    futile: int

    @property
    def responses(self) -> int:
        return sum(person.seen is Seen.RESPONSE for person in self.people)

    @property
    def pending(self) -> list[Assessed]:
        return [person for person in self.people if person.pending]

    @property
    def places(self) -> int:
        return self.size - len(self.people)

    @property
    def lost(self) -> bool:
        """Whether more than `futile` responses can no longer be reached, whatever is still to come."""
        return self.responses + len(self.pending) + self.places <= self.futile

    @property
    def won(self) -> bool:
        return self.responses > self.futile

    @property
    def known(self) -> bool:
        return self.places <= 0 and not self.pending


@dataclass(frozen=True, slots=True)
class TwoStageDesign:
    """A trial run by a two-stage rule. `arm`: the protocol's id of the arm; `window`: days after the first dose in
    which a response counts, inclusive (UsageError DES-331 if below 0).

    `early`: decide as soon as the outcome of a stage is certain. The trial then goes on without a pause once more than
    r1 have responded, stops once r1 or r can no longer be exceeded, and is promising without waiting for the last ones
    once all n are in and more than r responded. The verdict is always the one that waiting would have brought, so both
    error rates are the design's; fewer participants may be treated. `leavers`: see `Leavers`.

    A `Stop` selects 1 where the treatment is promising, else 0; it is not completed where fewer than n were needed.
    """

    rule: TwoStageRule
    arm: str
    window: int
    early: bool = False
    leavers: Leavers = Leavers.AWAITED

    def __post_init__(self) -> None:
        check_window(self.window)

    @property
    def name(self) -> str:
        """`two stages: 1/10, 5/29, response within 56 days`, and what is unusual."""
        parts = [self.rule.name, f"response within {self.window} days"]
        if self.early:
            parts.append(EARLY)
        if self.leavers is not Leavers.AWAITED:
            parts.append(self.leavers.value)
        return ", ".join(parts)

    def decide(self, state: TrialState) -> Decision:
        """The decision from everyone in the arm, and from those who are not allocated yet."""
        places = [place for place, arm in enumerate(state.arm) if arm in (self.arm, None)]
        line = assessed(state, places, self.window, self.leavers)
        rule = self.rule
        first = _Stage(line[: rule.n1], rule.n1, rule.r1)
        if first.known or (self.early and (first.won or first.lost)):
            if not first.won:
                return Stop(f"{_found(first)}, {_fewer(first)}: stop for futility{self._beyond(line, first)}", 0, False)
            return self._second(line, first)
        if first.places > 0:
            reason = f"first stage: {len(first.people)} of {rule.n1} places taken, {_found(first)}"
            return Enrol((self.arm,), (1,), first.places, reason)
        return self._wait(first, f"first stage: {_found(first)}{self._beyond(line, first)}")

    def _second(self, line: Sequence[Assessed], first: _Stage) -> Decision:
        rule = self.rule
        stage = _Stage(line[: rule.n], rule.n, rule.r)
        if self.early and stage.lost:
            return Stop(
                f"{_found(stage)}, {_fewer(stage)}: not promising{self._beyond(line, stage)}", 0, stage.places <= 0
            )
        if stage.places > 0:
            reason = f"{_found(first)} of the first stage, more than {rule.r1}: go on to {rule.n} in all"
            return Enrol((self.arm,), (1,), stage.places, reason)
        if stage.known or (self.early and stage.won):
            beyond = self._beyond(line, stage)
            if stage.won:
                return Stop(f"{_found(stage)}, more than {rule.r}: promising{beyond}", 1)
            return Stop(f"{_found(stage)}, {rule.r} or fewer: not promising{beyond}", 0)
        return self._wait(stage, f"second stage: {_found(stage)}{self._beyond(line, stage)}")

    def _wait(self, stage: _Stage, found: str) -> Wait:
        """Until the last window is over, or the first where one outcome may be enough."""
        ends = [person.free_on for person in stage.pending if person.free_on is not None]
        until = (min if self.early else max)(ends, default=None)
        return Wait(until, f"{found}; {awaited(stage.pending)}")

    def _beyond(self, line: Sequence[Assessed], stage: _Stage) -> str:
        more = len(line) - stage.size
        if more <= 0:
            return ""
        if stage.size < self.rule.n:
            return f"; {people(more)} beyond the first {stage.size} did not belong to the first stage"
        return f"; {people(more)} beyond the first {stage.size} not assessable by the stated rule and not counted"


def _found(stage: _Stage) -> str:
    return f"{stage.responses} of {len(stage.people)} responded"


def _fewer(stage: _Stage) -> str:
    return f"{stage.futile} or fewer" if stage.known else f"and {stage.futile} can no longer be exceeded"


__all__ = ["EARLY", "TwoStageDesign"]
