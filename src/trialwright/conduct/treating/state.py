"""What stands of treatment: the rules in force, doses worked out and prepared, times, holds, visits as asked."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.conduct.act import Act
from trialwright.conduct.events.treatment import (
    Administered,
    CasebookEndorsed,
    DoseHeld,
    DosePlanned,
    DosePrepared,
    HoldLifted,
    TreatmentRules,
    VisitAsked,
)

Place = tuple[str, int]
"""A participant and the number of an administration (or of a visit's row)."""


@dataclass(frozen=True, slots=True)
class Held:
    """A hold that stands: why, and the entry that it is on."""

    why: str
    since: int


class Treating:
    """Treatment so far.

    `rules`: as settled, `settled`: whether anybody has. `planned`, `prepared`, `times`: by participant and number
    of the administration. `held`: by participant. `asked`: what each visit asked for. `endorsed`: by
    participant, the milestones and how far each reaches.
    """

    EVENTS = (
        TreatmentRules,
        DosePlanned,
        DosePrepared,
        Administered,
        DoseHeld,
        HoldLifted,
        VisitAsked,
        CasebookEndorsed,
    )

    def __init__(self) -> None:
        self.rules = TreatmentRules()
        self.settled = False
        self.planned: dict[Place, DosePlanned] = {}
        self.prepared: dict[Place, DosePrepared] = {}
        self.times: dict[Place, Administered] = {}
        self.held: dict[str, Held] = {}
        self.asked: dict[Place, VisitAsked] = {}
        self.endorsed: dict[str, list[CasebookEndorsed]] = {}

    def apply(self, act: Act) -> None:
        """Take the next event."""
        match act.event:
            case TreatmentRules():
                self.rules, self.settled = act.event, True
            case DosePlanned(subject, number):
                self.planned[subject, number] = act.event
                self.prepared.pop((subject, number), None)
            case DosePrepared(subject, number):
                self.prepared[subject, number] = act.event
            case Administered(subject, number):
                self.times[subject, number] = act.event
            case DoseHeld(subject):
                self.held[subject] = Held(act.reason, act.sequence)
            case HoldLifted(subject):
                self.held.pop(subject, None)
            case VisitAsked(subject, number):
                self.asked[subject, number] = act.event
            case CasebookEndorsed(subject):
                self.endorsed.setdefault(subject, []).append(act.event)
