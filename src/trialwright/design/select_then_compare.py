"""Dose selection, then arms side by side at the selected dose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from trialwright.core.errors import UsageError
from trialwright.design.parallel import ParallelDesign
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState


class Selection(Protocol):
    """A dose-finding design that can decide from a part of the participants: by counts of cohorts, or by time."""

    @property
    def arms(self) -> tuple[str, ...]:
        """The arm of each level, lowest first."""
        ...

    @property
    def name(self) -> str:
        """The design's name."""
        ...

    def decide_for(self, state: TrialState, places: Iterable[int]) -> Decision:
        """The decision from the participants at these places of the state only."""
        ...


@dataclass(frozen=True, slots=True)
class SelectThenCompareDesign:
    """Part 1 selects a dose level; part 2 compares arms at it. If no level is selected the trial ends.

    Participants belong to part 2 if their arm is one of its arms, else to part 1; the arms of the parts must differ
    (UsageError DES-014). A correction that reopens part 1 after part 2 began is followed: part 1 is settled first. A
    decision's `dose_level` in part 2 is the selected level, for the arms whose dose refers to it.
    """

    selection: Selection
    comparison: ParallelDesign

    def __post_init__(self) -> None:
        shared = set(self.selection.arms) & set(self.comparison.arms)
        if shared:
            raise UsageError(
                "DES-014",
                f"{', '.join(sorted(shared))} in both parts of the trial",
                expected="arms of its own for each part, so that it is known who was treated in which part",
                mend="give part 2 an arm of its own for the selected dose",
            )

    @property
    def name(self) -> str:
        """The names of both parts."""
        return f"{self.selection.name}; then {self.comparison.name}"

    def decide(self, state: TrialState) -> Decision:
        """Part 1 until it has selected a level, then part 2."""
        second = [i for i, arm in enumerate(state.arm) if arm in self.comparison.arms]
        among = set(second)
        first = self.selection.decide_for(state, [i for i in range(len(state.arm)) if i not in among])
        began = f" (part 2 has {len(second)} participants already)" if second else ""
        match first:
            case Enrol():
                reason = f"part 1{began}: {first.reason}"
                return Enrol(first.arms, first.ratio, first.slots, reason, first.dose_level, first.cohort)
            case Wait():
                return Wait(first.until, f"part 1{began}: {first.reason}")
            case Stop(reason=reason, selected=selected):
                if not selected:
                    return Stop(f"part 1{began}: {reason}; there is no dose to compare", selected, completed=False)
                return self._compare(state, second, selected, reason)

    def _compare(self, state: TrialState, second: list[int], selected: int, reason: str) -> Decision:
        levels = state.dose_level.tolist()
        other = sum(levels[i] not in (0, selected) for i in second)
        changed = f"; {other} in part 2 were given another level" if other else ""
        because = f"part 2 at level {selected} (part 1: {reason}{changed})"
        decision = self.comparison.decide_for(state, second, dose_level=selected, because=because)
        if isinstance(decision, Stop):
            return Stop(decision.reason, selected=selected, completed=decision.completed)
        return decision
