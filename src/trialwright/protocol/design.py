"""The interface of every design: what may happen now, from the data as they are known today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from trialwright.protocol.decisions import Decision

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState


class Design(Protocol):
    """Who may enter, whether to wait, or that enrolment is over.

    `decide` is pure (equal states give equal decisions, nothing is remembered between calls) and total (it answers
    for every state that a real trial can reach). It never looks at anything but the state.
    """

    @property
    def name(self) -> str:
        """The design's name, as results and decisions show it."""
        ...

    def decide(self, state: TrialState) -> Decision:
        """The decision on trial day `state.day` from what is known on that day."""
        ...
