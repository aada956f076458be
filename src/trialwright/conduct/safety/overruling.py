"""The design that enrolment follows: the one that decides or, while a signed override stands, what a person decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask
    from trialwright.conduct.safety.state import Override
    from trialwright.dataset.state import TrialState
    from trialwright.protocol.design import Design


@dataclass(frozen=True, slots=True)
class Overruled:
    """A design that a person has overruled: it answers as the person did, and else as `of` does."""

    of: Design
    override: Override

    @property
    def name(self) -> str:
        """The design's name."""
        return self.of.name

    def decide(self, state: TrialState) -> Decision:
        """The person's answer while it stands."""
        event, said = self.override.event, f"overridden by {self.override.person}: {self.override.why}"
        match event.answer:
            case "enrol":
                shares = (1,) * len(event.arms)
                return Enrol(event.arms, shares, self.override.left, said, event.dose_level, None)
            case "wait":
                return Wait(None, said)
            case "stop":
                return Stop(said, completed=False)
        return self.of.decide(state)


def in_force(asked: Ask) -> Design:
    """The design as enrolment must follow it: the one that decides or, while a signed override stands, that."""
    stands = asked.standing.safety.override
    return asked.design if stands is None else Overruled(asked.design, stands)
