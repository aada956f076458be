"""Who was randomised to what: each participant takes the next slot, and nothing that is learnt later gives one back.

A participant randomised in error keeps the slot and the arm; so does one whose stratum proves to have been another.
Both are annotations beside the allocation. Slots and margins go on counting what was allocated, as it was allocated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from trialwright.conduct.randomisation.commitment import opens
from trialwright.conduct.randomisation.generator import Draws, Key, Salt
from trialwright.conduct.randomisation.randomiser import Allocation, Randomiser, checked_levels, demand_order
from trialwright.conduct.randomisation.spec import Specification
from trialwright.core.errors import StageError, UsageError


@dataclass(frozen=True, slots=True)
class InError:
    """The participant should not have been randomised, for this reason, as this person says."""

    sequence: int
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class LevelCorrected:
    """The participant's true level of a factor, which was another when the arm was drawn."""

    sequence: int
    factor: str
    level: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Register:
    """All allocations in order, and what was noted about them later."""

    allocations: tuple[Allocation, ...] = ()
    annotations: tuple[InError | LevelCorrected, ...] = ()

    def with_allocation(self, allocation: Allocation) -> Register:
        """The register with one more allocation at its end. Raises StageError RAND-011 if it does not follow."""
        before = self.allocations
        due = (len(before) + 1, 1 + sum(each.levels == allocation.levels for each in before))  # in all, in the stratum
        demand_order(allocation, len(before), self.of(allocation.subject) is not None or allocation.slot not in due)
        return replace(self, allocations=(*self.allocations, allocation))

    def of(self, subject: str) -> Allocation | None:
        """A participant's allocation, None if there is none."""
        return next((each for each in self.allocations if each.subject == subject), None)


def randomise(
    spec: Specification, draws: Draws, register: Register, subject: str, levels: Mapping[str, str]
) -> Allocation:
    """The allocation of the next participant, as `Randomiser.next`. The register is unchanged until it is added."""
    return Randomiser(spec, draws, register.allocations).next(subject, levels)


def mark_in_error(register: Register, subject: str, *, reason: str, by: str) -> Register:
    """The register with the note that a participant was randomised in error. The slot stays used, the arm stays.

    Raises StageError RAND-013 if there is no such allocation, or reason or name is missing.
    """
    return replace(
        register, annotations=(*register.annotations, InError(_sequence(register, subject, reason, by), reason, by))
    )


def correct_level(
    spec: Specification, register: Register, subject: str, factor: str, level: str, *, reason: str, by: str
) -> Register:
    """The register with a participant's true level of a factor beside the one used. The allocation is unchanged, and so
    is every allocation after it: slots and margins count the level that was used.

    Raises UsageError RAND-010 for a factor or level that is not declared, StageError RAND-013 as `mark_in_error`.
    """
    sequence = _sequence(register, subject, reason, by)
    used = register.allocations[sequence - 1].levels
    named = {each.name: was for each, was in zip(spec.factors, used, strict=True)}
    checked_levels(spec, {**named, factor: level})
    note = LevelCorrected(sequence, factor, level, reason, by)
    return replace(register, annotations=(*register.annotations, note))


def true_levels(spec: Specification, register: Register, subject: str) -> dict[str, str]:
    """A participant's levels as they are known now, by factor: those used, with the latest corrections. For analysis.

    Raises StageError RAND-013 if there is no such allocation.
    """
    sequence = _sequence(register, subject, "to read", "reader")
    used = register.allocations[sequence - 1].levels
    known = {each.name: was for each, was in zip(spec.factors, used, strict=True)}
    for note in register.annotations:
        if isinstance(note, LevelCorrected) and note.sequence == sequence:
            known[note.factor] = note.level
    return known


def _sequence(register: Register, subject: str, reason: str, by: str) -> int:
    held = register.of(subject)
    if held is None or not reason.strip() or not by.strip():
        why = "was not randomised" if held is None else "cannot be annotated without a reason and a name"
        raise StageError(
            "RAND-013",
            f"the participant {subject!r} {why}",
            expected="a participant who was randomised, a reason, and who says so",
            mend="check the identifier; write the reason as an inspector would want to read it",
        )
    return held.sequence


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of opening a commitment: whether it opens, and each allocation that the list does not give."""

    opened: bool
    differences: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether the commitment opens and every allocation is the one that it bound."""
        return self.opened and not self.differences


def audit(commitment: str, spec: Specification, key: Key, salt: Salt, register: Register) -> Audit:
    """Open a commitment and draw the whole list again: every allocation must be the one that was fixed beforehand."""
    randomiser, differences = Randomiser(spec, Draws.of(spec, key)), list[str]()
    for found in register.allocations:
        levels = {factor.name: level for factor, level in zip(spec.factors, found.levels, strict=False)}
        try:
            due = randomiser.next(found.subject, levels)
            if found != due:
                differences.append(
                    f"allocation {found.sequence}: number {found.sequence}, slot {found.slot}, arm {found.arm} stands; "
                    f"number {due.sequence}, slot {due.slot}, arm {due.arm} was due"
                )
            randomiser.add(replace(due, arm=found.arm))
        except (UsageError, StageError) as fault:
            differences.append(f"allocation {found.sequence}: {fault.message}")
            break
    return Audit(opens(commitment, spec, key, salt), tuple(differences))
