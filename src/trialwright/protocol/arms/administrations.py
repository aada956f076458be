"""What an arm is to receive, administration by administration: the same for simulated and for live participants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.protocol.kinds import Escalation, SelectThenCompare

if TYPE_CHECKING:
    from trialwright.core.quantity import Dose
    from trialwright.protocol.arms import Arm, Treatment
    from trialwright.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Administration:
    """One administration of one treatment on a relative day (0 = first dose). `dose`: None where the protocol states
    none; `route`, `volume`: as it states them."""

    treatment: str
    day: int
    dose: Dose | None
    route: str | None
    volume: str | None


def administrations(protocol: Protocol, arm: Arm, dose_level: int | None) -> tuple[Administration, ...]:
    """Every administration that a participant of this arm and dose level is to receive, by day, then by treatment.

    Where the days of a treatment are not stated there is one administration, on day 0.
    """
    found = []
    for treatment in arm.treatments:
        volume = treatment.dosing.volume
        dose = dose_of(protocol, arm, treatment, dose_level)
        days = sorted(set(treatment.dosing.days or (0,)))
        route, text = treatment.dosing.route, str(volume) if volume else None
        found += [Administration(treatment.name, int(day), dose, route, text) for day in days]
    return tuple(sorted(found, key=lambda item: (item.day, item.treatment)))


def dose_of(protocol: Protocol, arm: Arm, treatment: Treatment, dose_level: int | None) -> Dose | None:
    """The dose of one administration: the dose level's for the escalated treatment, else the treatment's own."""
    dosing = treatment.dosing
    level = next((x for x in protocol.dose_levels if x.number == dose_level), None)
    if level is None or level.dose is None:
        return dosing.dose
    if dosing.reference is not None:
        return level.dose
    if arm.id not in escalated_arms(protocol):
        return dosing.dose
    own = {reading.dose for reading in dosing.readings}
    alone = not own and not any(other.dosing.readings for other in arm.treatments)
    return level.dose if level.dose in own or alone else dosing.dose


def escalated_arms(protocol: Protocol) -> tuple[str, ...]:
    """The arms that hold dose levels."""
    match protocol.design:
        case Escalation(arms=arms):
            return arms
        case SelectThenCompare(escalation=escalation):
            return escalation.arms
        case _:
            return ()
