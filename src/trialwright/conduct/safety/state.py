"""What stands of safety: details of adverse events, opinions on toxicity, decisions of people."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trialwright.conduct.act import Act
from trialwright.conduct.events.data import Corrected, Decided, DltAssessed, Enrolled, Recorded, Retracted, Supplemented
from trialwright.conduct.events.safety import (
    AdverseEventDetailed,
    DltGrounds,
    DltReviewed,
    Examined,
    Overridden,
    SafetyReportSent,
)

Row = tuple[str, int]
"""A participant and the number of a row."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a person held of a participant, and the entry that it is on."""

    person: str
    dlt: bool
    since: int


@dataclass(frozen=True, slots=True)
class Override:
    """A decision of a person that stands. `since`: its entry. `day`: trial day. `left`: places not taken yet."""

    event: Overridden
    person: str
    why: str
    since: int
    day: int
    left: int


class Safety:
    """Safety so far.

    `details`: by row of AE, the latest. `reports`: sent, by row. `grounds`: by row of XD. `assessed`: by row of XD, who
    entered its latest version, and where. `opinions`: of reviewers, by participant. `examined`: the last table before
    results. `decided`: entry of the last decision, 0 before. `override`: the one that stands, None where the design is
    followed. `entered`: by row of AE, who entered it first; `changed`: the entry of its latest version.
    """

    EVENTS = (
        Recorded,
        Supplemented,
        Corrected,
        Retracted,
        DltAssessed,
        Decided,
        Enrolled,
        AdverseEventDetailed,
        SafetyReportSent,
        DltGrounds,
        DltReviewed,
        Examined,
        Overridden,
    )

    def __init__(self) -> None:
        self.details: dict[Row, AdverseEventDetailed] = {}
        self.reports: dict[Row, list[SafetyReportSent]] = {}
        self.grounds: dict[Row, DltGrounds] = {}
        self.assessed: dict[Row, tuple[str, int]] = {}
        self.opinions: dict[str, list[Opinion]] = {}
        self.examined: Examined | None = None
        self.decided = 0
        self.override: Override | None = None
        self.entered: dict[Row, str] = {}
        self.changed: dict[Row, int] = {}

    def apply(self, act: Act) -> None:
        """Take the next event."""
        match act.event:
            case Recorded("AE", subject, number):
                self.entered.setdefault((subject, number), act.actor)
                self.changed[subject, number] = act.sequence
            case (
                Supplemented("AE", subject, number)
                | Corrected("AE", subject, number)
                | Retracted("AE", subject, number)
            ):
                self.changed[subject, number] = act.sequence
            case DltAssessed(subject=subject, number=number):
                self.assessed[subject, number] = (act.actor, act.sequence)
            case (
                Supplemented("XD", subject, number)
                | Corrected("XD", subject, number)
                | Retracted("XD", subject, number)
            ):
                self.assessed[subject, number] = (act.actor, act.sequence)
            case AdverseEventDetailed(subject, number):
                self.details[subject, number] = act.event
            case SafetyReportSent(subject, number):
                self.reports.setdefault((subject, number), []).append(act.event)
            case DltGrounds(subject, number):
                self.grounds[subject, number] = act.event
            case DltReviewed(subject, dlt):
                self.opinions.setdefault(subject, []).append(Opinion(act.actor, dlt, act.sequence))
            case Examined():
                self.examined = act.event
            case Decided():
                self.decided = act.sequence
            case Overridden(answer="follow"):
                self.override = None
            case Overridden():
                places = act.event.places
                self.override = Override(act.event, act.actor, act.reason, act.sequence, act.day, places)
            case Enrolled():
                self._take_place()

    def _take_place(self) -> None:
        """An enrolment takes a place that an override gave; with the last one the design is followed again."""
        stands = self.override
        if stands is not None and stands.event.answer == "enrol":
            self.override = replace(stands, left=stands.left - 1) if stands.left > 1 else None
