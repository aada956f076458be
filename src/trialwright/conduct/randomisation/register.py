"""Who was randomised to what: each participant takes the next slot, and nothing that is learnt later gives one back.

A participant randomised in error keeps the slot and the arm; so does one whose stratum proves to have been another.
Both are annotations beside the allocation. Slots and margins go on counting what was allocated, as it was allocated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from trialwright.conduct.randomisation.commitment import opens
from trialwright.conduct.randomisation.generator import Draws, Key, Salt
from trialwright.conduct.randomisation.methods import Minimisation
from trialwright.conduct.randomisation.minimise import Margins, minimised
from trialwright.conduct.randomisation.slots import arm_of_slot
from trialwright.conduct.randomisation.spec import Specification
from trialwright.core.errors import StageError, UsageError


@dataclass(frozen=True, slots=True)
class Allocation:
    """One participant's allocation.

    `sequence`: 1, 2, 3, ... in the trial. `levels`: as known at randomisation, in the order of the factors. `slot`: the
    number within the stratum, from 1; with minimisation, which has no strata, the sequence.
    """

    sequence: int
    subject: str
    levels: tuple[str, ...]
    slot: int
    arm: str


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
        """The register with the next allocation. Raises StageError RAND-011 if a slot or a number is used twice."""
        grown = replace(self, allocations=(*self.allocations, allocation))
        _demand_order(grown, allocation)
        return grown

    def of(self, subject: str) -> Allocation | None:
        """A participant's allocation, None if there is none."""
        return next((each for each in self.allocations if each.subject == subject), None)


def randomise(
    spec: Specification, draws: Draws, register: Register, subject: str, levels: Mapping[str, str]
) -> Allocation:
    """The allocation of the next participant. The register is unchanged until the allocation is added to it.

    `levels`: the participant's level of every factor. Raises UsageError RAND-010 if one is missing, not declared or of
    no factor, and StageError RAND-012 if the participant has an allocation already: no slot is used.
    """
    held = register.of(subject)
    if held is not None or not subject.strip():
        raise StageError(
            "RAND-012",
            f"the participant {subject!r} " + ("has an allocation already" if held else "has no identifier"),
            expected="a participant who was not randomised before",
            mend="read the allocation that stands; it cannot be drawn again",
        )
    found = checked_levels(spec, levels)
    sequence = len(register.allocations) + 1
    if isinstance(spec.method, Minimisation):
        margins = Margins(spec, ((each.levels, each.arm) for each in register.allocations))
        return Allocation(sequence, subject, found, sequence, minimised(spec, draws, margins, found, sequence))
    slot = 1 + sum(each.levels == found for each in register.allocations)
    return Allocation(sequence, subject, found, slot, arm_of_slot(spec, draws, found, slot))


def checked_levels(spec: Specification, levels: Mapping[str, str]) -> tuple[str, ...]:
    """The levels in the order of the factors. Raises UsageError RAND-010 unless exactly one declared level is given for
    every factor."""
    missing = [factor.name for factor in spec.factors if factor.name not in levels]
    strange = [name for name in levels if name not in {factor.name for factor in spec.factors}]
    wrong = [
        f"{factor.name} = {levels[factor.name]!r} (not one of {', '.join(factor.levels)})"
        for factor in spec.factors
        if factor.name in levels and levels[factor.name] not in factor.levels
    ]
    said = [f"nothing is known of {name}" for name in missing]
    said += [f"{name} is no factor of this randomisation" for name in strange] + wrong
    if said:
        raise UsageError(
            "RAND-010",
            "the participant cannot be randomised: " + "; ".join(said),
            expected="the level of " + (", ".join(factor.name for factor in spec.factors) or "no factor"),
            mend="find out what is missing first; no slot has been used",
        )
    return tuple(levels[factor.name] for factor in spec.factors)


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


def _demand_order(register: Register, last: Allocation) -> None:
    before = register.allocations[:-1]
    known = any(each.subject == last.subject for each in before)
    due = (len(before) + 1, 1 + sum(each.levels == last.levels for each in before))  # minimised, or within a stratum
    if last.sequence != len(before) + 1 or known or last.slot not in due:
        raise StageError(
            "RAND-011",
            f"allocation {last.sequence} (slot {last.slot}) does not follow the {len(before)} before it",
            expected="each number, slot and participant once, in order",
            mend="read the register again and randomise against it as it stands",
        )


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
    draws, so_far, differences = Draws.of(spec, key), Register(), list[str]()
    for found in register.allocations:
        levels = {factor.name: level for factor, level in zip(spec.factors, found.levels, strict=False)}
        try:
            due = randomise(spec, draws, so_far, found.subject, levels)
        except (UsageError, StageError) as fault:
            differences.append(f"allocation {found.sequence}: {fault.message}")
            break
        if found != due:
            differences.append(
                f"allocation {found.sequence}: number {found.sequence}, slot {found.slot}, arm {found.arm} stands; "
                f"number {due.sequence}, slot {due.slot}, arm {due.arm} was due"
            )
        so_far = replace(so_far, allocations=(*so_far.allocations, found))
    return Audit(opens(commitment, spec, key, salt), tuple(differences))
