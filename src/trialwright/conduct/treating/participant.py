"""What the checks of treatment ask of a participant: enrolled, with which arm and level, when first dosed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.conduct.masking.parties import is_masked, sees_arms
from trialwright.conduct.treating.dosing import slots
from trialwright.conduct.treating.refusals import refused, wrong

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask
    from trialwright.conduct.standing import Standing
    from trialwright.conduct.treating.dosing import Slot
    from trialwright.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Allocation:
    """The arm of a participant, and the dose level where the arm has levels."""

    arm: str
    level: int | None


def knows_arms(asked: Ask) -> bool:
    """Whether whoever asks may see the participants' arms."""
    grant = asked.standing.people.grant(asked.actor, asked.role, asked.site)
    return grant is not None and sees_arms(asked.protocol, grant)


def allocation(standing: Standing, subject: str) -> Allocation | None:
    """What a participant was allocated to, None if to nothing yet (or if that is sealed)."""
    for fact in standing.data.rows_of("DM", subject):
        if fact.values.get("ARMCD") is not None:
            level = fact.values.get("DOSELVL")
            return Allocation(str(fact.values["ARMCD"]), None if level is None else int(level))
    return None


def require_allocated(standing: Standing, subject: str) -> Allocation:
    """The participant's allocation. Raises StageError (COND-004, COND-101)."""
    if subject not in standing.data.enrolments:
        raise refused(
            "COND-004", f"{subject} was never enrolled", "an enrolled participant", "check the identifier; enrol first"
        )
    found = allocation(standing, subject)
    if found is None:
        raise refused(
            "COND-101", f"{subject} has no arm yet", "a participant who was allocated", "randomise or allocate first"
        )
    return found


def places(protocol: Protocol, arm: str) -> tuple[Slot, ...]:
    """The administrations of a participant, by number; in a masked trial the same for every participant."""
    return slots(protocol, None if is_masked(protocol) else arm)


def require_place(asked: Ask, arm: str, subject: str, number: int) -> Slot:
    """The place of an administration. Raises UsageError (COND-102) if there is none of that number."""
    protocol, opened = asked.protocol, asked.standing.data.opened
    missing = _arms_missing(protocol, arm, () if opened is None else opened.arms)
    if missing:
        raise wrong(
            "COND-102",
            f"the version of the protocol in force has no arm {', '.join(missing)}, which participants may be in",
            "a version with every arm of the trial",
            "amend the protocol; an arm that is closed stays in it",
        )
    found = places(protocol, arm)
    for slot in found:
        if slot.number == number:
            return slot
    days = ", ".join(f"{slot.number} on day {slot.day}" for slot in found)
    raise wrong(
        "COND-102",
        f"{subject} has no administration {number} in the schedule",
        days or "a protocol that gives something",
        "number administrations by their planned day; amend the protocol for more of them",
    )


def _arms_missing(protocol: Protocol, arm: str, opened: tuple[str, ...]) -> tuple[str, ...]:
    """Arms that the version lacks: where arms are masked any of the trial's, so that nobody's own is told."""
    known = {each.id for each in protocol.arms}
    return tuple(each for each in (opened if is_masked(protocol) else (arm,)) if each not in known)


def first_dose(standing: Standing, subject: str) -> int | None:
    """The trial day of the first administration that was given, None if none was."""
    days = [fact.day for fact in standing.data.rows_of("EX", subject) if fact.values.get("OCCUR") == "Y"]
    return min(days, default=None)
