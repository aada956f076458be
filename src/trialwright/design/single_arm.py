"""One arm of a fixed size: everyone who is eligible enters until the size is reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.design.words import people
from trialwright.protocol.decisions import Decision, Enrol, Stop

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState


@dataclass(frozen=True, slots=True)
class SingleArmDesign:
    """One arm, no comparison. `arm`: the protocol's arm id; `size`: participants planned, 1 or more. Participants
    recorded as replaced do not fill a place."""

    arm: str
    size: int

    @property
    def name(self) -> str:
        """`single arm of 9`."""
        return f"single arm of {self.size}"

    def decide(self, state: TrialState) -> Decision:
        """Enrol while places are open, then stop."""
        taken = len(state.subjects) - int(state.replaced.sum())
        if taken >= self.size:
            return Stop(f"{people(taken)} enrolled, {self.size} planned: enrolment is complete")
        reason = f"{taken} of {self.size} places taken"
        return Enrol((self.arm,), (1,), self.size - taken, reason)
