"""The next allocation: a participant's levels checked, the next slot taken, its arm drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trialwright.conduct.randomisation.generator import Draws
from trialwright.conduct.randomisation.methods import Minimisation
from trialwright.conduct.randomisation.minimise import Margins, minimised
from trialwright.conduct.randomisation.slots import Lists
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


class Randomiser:
    """What the allocations so far add up to, kept up to date so that each further one is quick to draw."""

    def __init__(self, spec: Specification, draws: Draws, allocations: Iterable[Allocation] = ()) -> None:
        """`allocations`: those so far, in order."""
        self._spec = spec
        self._draws = draws
        self._lists = Lists(spec, draws)
        self._margins = Margins(spec)
        self._used: Counter[tuple[str, ...]] = Counter()
        self._subjects: set[str] = set()
        for each in allocations:
            self.add(each)

    def next(self, subject: str, levels: Mapping[str, str]) -> Allocation:
        """The allocation of the next participant; asking changes nothing, `add` takes the slot.

        Nobody may see it before it is stored for good: who sees an arm and can still draw back has chosen.

        `levels`: the participant's level of every factor. Raises UsageError RAND-010 if one is missing, not declared or
        of no factor, and StageError RAND-012 if the participant has an allocation already: no slot is used.
        """
        if subject in self._subjects or not subject.strip():
            why = "has an allocation already" if subject in self._subjects else "has no identifier"
            raise StageError(
                "RAND-012",
                f"the participant {subject!r} {why}",
                expected="a participant who was not randomised before",
                mend="read the allocation that stands; it cannot be drawn again",
            )
        found, sequence = checked_levels(self._spec, levels), len(self._subjects) + 1
        slot = self._slot(found)
        if isinstance(self._spec.method, Minimisation):
            arm = minimised(self._spec, self._draws, self._margins, found, sequence)
        else:
            arm = self._lists.arm(found, slot)
        return Allocation(sequence, subject, found, slot, arm)

    def add(self, allocation: Allocation) -> None:
        """Take the slot of an allocation. Raises StageError RAND-011 if it does not follow those before, and UsageError
        RAND-010 if its levels or its arm are not declared."""
        named = {factor.name: level for factor, level in zip(self._spec.factors, allocation.levels, strict=False)}
        found = checked_levels(self._spec, named)
        if allocation.arm not in self._spec.arms:
            raise UsageError(
                "RAND-010",
                f"allocation {allocation.sequence} is to {allocation.arm!r}",
                expected="one of " + ", ".join(self._spec.arms),
                mend="read the allocation again; the arm is not one of this randomisation",
            )
        taken = allocation.subject in self._subjects or allocation.slot != self._slot(found)
        demand_order(allocation, len(self._subjects), taken)
        self._margins.add(found, allocation.arm)
        self._used[found] += 1
        self._subjects.add(allocation.subject)

    def _slot(self, levels: tuple[str, ...]) -> int:
        if isinstance(self._spec.method, Minimisation):
            return len(self._subjects) + 1
        return self._used[levels] + 1


def demand_order(allocation: Allocation, before: int, taken: bool) -> None:
    """Raise StageError RAND-011 unless an allocation is number `before` + 1 and its participant and slot are free."""
    if taken or allocation.sequence != before + 1:
        raise StageError(
            "RAND-011",
            f"allocation {allocation.sequence} (slot {allocation.slot}) does not follow the {before} before it",
            expected="each number, slot and participant once, in order",
            mend="read the register again and randomise against it as it stands",
        )


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
