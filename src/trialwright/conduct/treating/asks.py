"""Commands about treatment that are more than the event they become."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanDose:
    """Work out the dose of one administration of a participant from the protocol and the latest body weight. `number`:
    of the administration, from 1, by its planned day."""

    subject: str
    number: int


@dataclass(frozen=True, slots=True)
class Administer:
    """Record one administration with its times (RFC 3339 with an offset), its dose taken from the plan.

    `thawed`: when the product was thawed, empty where it was not frozen. `share`: percent of the prepared amount that
    was given, decimal text above 0 and at most 100. `why`: why less than all was given, if so. `deviation`: why it was
    given although a hold or an interval was against it; without one it is refused then.
    """

    subject: str
    number: int
    started: str
    stopped: str
    thawed: str = ""
    share: str = "100"
    why: str = ""
    deviation: str = ""


@dataclass(frozen=True, slots=True)
class OmitDose:
    """Record on trial day `day` that an administration that was due was not given, and why."""

    subject: str
    number: int
    day: int
    why: str


@dataclass(frozen=True, slots=True)
class RecordVisit:
    """Record a visit of the schedule. `number`: of its row of SV; `visit`: of the encounter; `day`: trial day on which
    it was held or, where it was not `held`, found to be missed."""

    subject: str
    number: int
    visit: int
    day: int
    held: bool = True


@dataclass(frozen=True, slots=True)
class EndorseCasebook:
    """Endorse what stands of a participant now. `milestone`: what it is reached with, in words."""

    subject: str
    milestone: str
