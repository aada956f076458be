"""Where a trial stands as a whole."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from trialwright.conduct.events.trial import Begun

if TYPE_CHECKING:
    from trialwright.conduct.act import Act


class Phase(StrEnum):
    """The phases of a trial."""

    NOT_BEGUN = "not begun"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed to enrolment"
    LOCKED = "locked"
    UNMASKED = "unmasked"


class Course:
    """The course of the trial so far. `begun`: how it began, None before. `phase`: where it stands."""

    EVENTS = (Begun,)

    def __init__(self) -> None:
        self.begun: Begun | None = None
        self.phase = Phase.NOT_BEGUN

    def apply(self, act: Act) -> None:
        """Take the next event."""
        match act.event:
            case Begun():
                self.begun, self.phase = act.event, Phase.OPEN

    @property
    def rehearsal(self) -> bool:
        """Whether the trial is a rehearsal."""
        return self.begun is not None and self.begun.mode == "rehearsal"

    @property
    def start(self) -> date | None:
        """The date of trial day 0, None before the trial has begun."""
        return None if self.begun is None else date.fromisoformat(self.begun.start)
