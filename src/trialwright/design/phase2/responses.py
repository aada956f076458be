"""What is known today of each participant's response: who counts, who is awaited and for what, who never counts.

A response counts from the day its assessment is known. No response counts once an assessment says so, *and* the
response window is over (its last day, `first dose + window`, has passed) or the participant has left the study: until
then a response may still come. Participants who are replaced, or left without a dose, do not count, whatever was seen
of them, and their place is open again. Everyone else is awaited.

Who left without an assessment is awaited too, for a design must not guess; where the protocol counts them as having no
response, `Leavers.NO_RESPONSE` does, from the day after the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.design.words import listed

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState


class Leavers(Enum):
    """What becomes of those who left the study with no assessment of their response."""

    AWAITED = "awaited"
    NO_RESPONSE = "whoever left counts as no response"


class Seen(IntEnum):
    """What is known today of one participant's response."""

    NO_RESPONSE = 0
    RESPONSE = 1
    IN_WINDOW = 2
    NOT_ASSESSED = 3
    NOT_DOSED = 4
    LEFT = 5


@dataclass(frozen=True, slots=True)
class Assessed:
    """One participant who counts or may come to count. `free_on`: the first trial day after the response window, None
    where time alone changes nothing."""

    subject: str
    seen: Seen
    free_on: int | None = None

    @property
    def pending(self) -> bool:
        """Whether the response is not known yet."""
        return self.seen > Seen.RESPONSE


def assessed(state: TrialState, places: Iterable[int], window: int, leavers: Leavers) -> list[Assessed]:
    """Everyone at these places of the state who counts or may come to count, in order of enrolment. `window`: days
    after the first dose, inclusive."""
    found = [of(state, place, window, leavers) for place in places]
    return [each for each in found if each is not None]


def of(state: TrialState, place: int, window: int, leavers: Leavers) -> Assessed | None:
    """What is known of the participant at this place of the state; None for one who does not count."""
    subject, first_dose, off = state.subjects[place], int(state.first_dose[place]), int(state.off_study[place])
    response = int(state.response[place])
    if state.replaced[place] or (first_dose < 0 <= off):
        return None
    if first_dose < 0:
        return Assessed(subject, Seen.NOT_DOSED)
    if response == 1:
        return Assessed(subject, Seen.RESPONSE)
    running = state.day <= first_dose + window
    free_on = first_dose + window + 1 if running else None
    if response == 0:
        return (
            Assessed(subject, Seen.IN_WINDOW, free_on) if running and off < 0 else Assessed(subject, Seen.NO_RESPONSE)
        )
    if off < 0:
        return Assessed(subject, Seen.IN_WINDOW if running else Seen.NOT_ASSESSED, free_on)
    if leavers is Leavers.AWAITED:
        return Assessed(subject, Seen.NOT_ASSESSED)
    return Assessed(subject, Seen.LEFT, free_on) if running else Assessed(subject, Seen.NO_RESPONSE)


def awaited(pending: Sequence[Assessed]) -> str:
    """Who is awaited and for what, in words."""
    parts = []
    for seen, one, more in (
        (Seen.IN_WINDOW, "is in the response window", "are in the response window"),
        (Seen.NOT_ASSESSED, "is not assessed for a response", "are not assessed for a response"),
        (Seen.NOT_DOSED, "is not dosed yet", "are not dosed yet"),
        (Seen.LEFT, "left and may still be assessed", "left and may still be assessed"),
    ):
        names = [person.subject for person in pending if person.seen is seen]
        if names:
            parts.append(f"{listed(names)} {one if len(names) == 1 else more}")
    return "; ".join(parts)


def check_window(window: int) -> None:
    """Raises UsageError DES-331 unless the response window is a number of days, 0 or more."""
    if window < 0:
        raise UsageError(
            "DES-331",
            f"a response window of {window} days",
            expected="0 or more days after the first dose, the last one included",
            mend="give the last day on which a response is assessed, such as 56",
        )


__all__ = ["Assessed", "Leavers", "Seen", "assessed", "awaited", "check_window", "of"]
