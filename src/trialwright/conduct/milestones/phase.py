"""Where a trial stands as a whole, and which version of its protocol is in force where."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from trialwright.conduct.events.data import Opened
from trialwright.conduct.events.trial import (
    Amended,
    AmendmentInForce,
    Begun,
    EnrolmentClosed,
    EnrolmentPaused,
    EnrolmentResumed,
    Locked,
    OpenedToEnrolment,
    Unlocked,
    Unmasked,
    UnmaskingSigned,
)

if TYPE_CHECKING:
    from trialwright.conduct.act import Act


class Phase(StrEnum):
    """The phases of a trial."""

    NOT_BEGUN = "not begun"
    PREPARING = "being prepared"
    OPEN = "open to enrolment"
    PAUSED = "paused"
    CLOSED = "closed to enrolment"
    LOCKED = "locked"
    UNMASKED = "locked and unmasked"


_PHASES = {
    Begun: Phase.PREPARING,
    OpenedToEnrolment: Phase.OPEN,
    EnrolmentPaused: Phase.PAUSED,
    EnrolmentResumed: Phase.OPEN,
    EnrolmentClosed: Phase.CLOSED,
    Locked: Phase.LOCKED,
    Unlocked: Phase.CLOSED,
    Unmasked: Phase.UNMASKED,
}


class Course:
    """The course of the trial so far.

    `begun`: how it began, None before. `phase`: where it stands. `versions`: digests of the protocol's versions with
    what they are called, oldest first; the last decides. `unmasking`: who has signed to open all allocations since the
    lock.
    """

    EVENTS = (*_PHASES, Opened, Amended, AmendmentInForce, UnmaskingSigned)

    def __init__(self) -> None:
        self.begun: Begun | None = None
        self.phase = Phase.NOT_BEGUN
        self.versions: list[tuple[str, str]] = []
        self.unmasking: list[str] = []
        self._in_force: dict[str, list[tuple[int, str]]] = {}

    def apply(self, act: Act) -> None:
        """Take the next event."""
        self.phase = _PHASES.get(type(act.event), self.phase)
        match act.event:
            case Begun():
                self.begun = act.event
            case Opened(protocol):
                self.versions = [(protocol, "first version")]
            case Amended():
                self.versions.append((act.event.protocol, act.event.label))
            case AmendmentInForce(site, protocol):
                self._in_force.setdefault(site, []).append((act.sequence, protocol))
            case UnmaskingSigned():
                self.unmasking.append(act.actor)
            case Unlocked():
                self.unmasking = []

    @property
    def rehearsal(self) -> bool:
        """Whether the trial is a rehearsal."""
        return self.begun is not None and self.begun.mode == "rehearsal"

    @property
    def start(self) -> date | None:
        """The date of trial day 0, None before the trial has begun."""
        return None if self.begun is None else date.fromisoformat(self.begun.start)

    def version(self, site: str, at: int | None = None) -> str | None:
        """The digest of the protocol in force at a site now, or when the entry `at` was made; None before the opening.

        A site that no amendment has come into force at works under the first version; `*` is the trial as a whole,
        which follows the last one.
        """
        if not self.versions:
            return None
        if site == "*" and at is None:
            return self.versions[-1][0]
        found = [digest for sequence, digest in self._in_force.get(site, ()) if at is None or sequence <= at]
        return found[-1] if found else self.versions[0][0]
