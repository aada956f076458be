"""What the events about allocation add up to: the sealed randomisations, who was randomised, who was unblinded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialwright.conduct.events.allocation import (
    ArmsViewed,
    LevelCorrected,
    RandomisationOpened,
    RandomisationSealed,
    Randomised,
    RandomisedInError,
    UnblindingReported,
    UnblindingRequested,
    UnblindingReviewed,
)
from trialwright.conduct.events.data import Enrolled
from trialwright.conduct.randomisation.randomiser import Allocation, Randomiser

if TYPE_CHECKING:
    from trialwright.conduct.act import Act

SPECIFICATION = "specification"
"""The envelope that holds how arms are drawn, and the key that it is sealed with."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed randomisation. `specification`: YAML text, empty where its key is not at hand. `since`: its entry."""

    event: RandomisationSealed
    specification: str
    since: int

    @property
    def factors(self) -> Mapping[str, tuple[str, ...]]:
        """The levels of each factor, in the order of the specification."""
        found: dict[str, tuple[str, ...]] = {}
        for factor, level in zip(self.event.factors, self.event.levels, strict=True):
            found[factor] = (*found.get(factor, ()), level)
        return found


@dataclass(frozen=True, slots=True)
class Unblinding:
    """One line of the register of unblindings.

    `entry`: its sequence number. `kind`: `emergency`, `planned` or `accidental`. `by`, `role`, `site`: who entered it.
    `who`: who learnt the arm. `reviewed_by`, `impact`: empty until somebody else has assessed it.
    """

    entry: int
    subject: str
    kind: str
    by: str
    role: str
    site: str
    who: str
    reason: str
    occurred: str | None
    reviewed_by: str = ""
    impact: str = ""


class AllocationState:
    """The allocation of a trial.

    `sealings`: every sealed randomisation, `sealed_by`: by number, who sealed it. `randomised`: the allocation of each
    participant; without the key of the arms it has no arm. `in_error`: the reason, by participant. `corrected`: the
    true levels that were noted, by participant and factor. `sites`: where each participant was enrolled. `opened`: by
    number of the randomisation. `unblindings`: the register, by entry.
    """

    EVENTS = (
        Enrolled,
        RandomisationSealed,
        Randomised,
        RandomisedInError,
        LevelCorrected,
        RandomisationOpened,
        UnblindingRequested,
        UnblindingReported,
        UnblindingReviewed,
        ArmsViewed,
    )

    def __init__(self) -> None:
        self.sealings: list[Sealed] = []
        self.sealed_by: dict[int, str] = {}
        self.randomised: dict[str, Randomised] = {}
        self.in_error: dict[str, str] = {}
        self.corrected: dict[str, dict[str, str]] = {}
        self.sites: dict[str, str] = {}
        self.opened: dict[int, RandomisationOpened] = {}
        self.unblindings: dict[int, Unblinding] = {}
        self.allocations: dict[int, list[Allocation]] = {}
        self._randomisers: dict[int, Randomiser] = {}

    def apply(self, act: Act) -> None:
        """Take the next event."""
        event = act.event
        match event:
            case Enrolled(subject):
                self.sites.setdefault(subject, act.site)
            case RandomisationSealed():
                text = str(act.secrets.get(SPECIFICATION, {}).get("text", ""))
                self.sealings.append(Sealed(event, text, act.sequence))
                self.sealed_by[event.number] = act.actor
            case Randomised():
                self._take(event)
            case RandomisedInError(subject):
                self.in_error[subject] = act.reason
            case LevelCorrected(subject, factor, level):
                self.corrected.setdefault(subject, {})[factor] = level
            case RandomisationOpened():
                self.opened[event.sealing] = event
            case UnblindingRequested(subject):
                self._note(act, subject, "emergency", act.actor)
            case UnblindingReported(subject, kind, who):
                self._note(act, subject, kind, who)
            case UnblindingReviewed(of, impact):
                self.unblindings[of] = replace(self.unblindings[of], reviewed_by=act.actor, impact=impact)

    def _take(self, event: Randomised) -> None:
        allocation = Allocation(event.sequence, event.subject, event.levels, event.slot, event.arm)
        if event.sealing in self._randomisers:
            self._randomisers[event.sealing].add(allocation)
        self.randomised[event.subject] = event
        self.allocations.setdefault(event.sealing, []).append(allocation)

    def _note(self, act: Act, subject: str, kind: str, who: str) -> None:
        around = act.actor, act.role, act.site, who, act.reason, act.occurred
        self.unblindings[act.sequence] = Unblinding(act.sequence, subject, kind, *around)

    @property
    def sealed(self) -> Sealed | None:
        """The randomisation in force: the last one sealed, None before the first."""
        return self.sealings[-1] if self.sealings else None

    @property
    def unreviewed(self) -> tuple[Unblinding, ...]:
        """The unblindings that nobody has assessed yet, in order."""
        return tuple(each for each in self.unblindings.values() if not each.reviewed_by)

    def unsettled(self) -> list[str]:
        """What waits for a person before the data can be locked."""
        return [f"the unblinding of {each.subject} (entry {each.entry}) is not assessed" for each in self.unreviewed]

    def unblinded_for(self, person: str) -> frozenset[str]:
        """The participants whose arm this person has asked for in an emergency."""
        found = (each for each in self.unblindings.values() if each.kind == "emergency" and each.by == person)
        return frozenset(each.subject for each in found)

    def true_levels(self, subject: str) -> dict[str, str]:
        """A participant's levels by factor as they are known now: those used, with the latest corrections.

        Raises KeyError if the participant was not randomised.
        """
        held = self.randomised[subject]
        factors = self.sealings[held.sealing - 1].factors
        return {**dict(zip(factors, held.levels, strict=True)), **self.corrected.get(subject, {})}

    def randomiser(self, number: int, make: Randomiser | None = None) -> Randomiser | None:
        """The randomiser of a sealed randomisation, kept up to date from now on; `make` is kept if there is none."""
        if make is not None:
            self._randomisers.setdefault(number, make)
        return self._randomisers.get(number)
