"""What is given: doses, their readings where the text is ambiguous, and how often, when and by which route."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.core.problem import Evidence
from trialwright.core.quantity import Amount, Dose


@dataclass(frozen=True, slots=True)
class DoseReading:
    """One way to read a dose as it is written. `likely` marks the reading that is used; one reading at most has it."""

    dose: Dose
    why: str
    likely: bool = True


@dataclass(frozen=True, slots=True)
class DoseReference:
    """A dose that is not a number yet: it refers forward to a decision ("the selected dose from phase 1")."""

    text: str
    to: str = "selected dose"


@dataclass(frozen=True, slots=True)
class Dosing:
    """One intervention's dose regimen as the record states it; what is not stated is None.

    `readings`: every reading of the dose per administration, the likely one first; empty where no dose is
    stated. `reference`: set where the dose refers to a later decision. `administrations`: how many, 1 or
    more. `days`: relative days (0 = first dose) of each. `route`: CDISC term (`INTRAVENOUS`), `volume`: of one
    administration. `frequency`: CDISC term (`QD`, `Q3W`) where the text gives a rhythm and no number. `evidence`: the
    words it was read from.
    """

    readings: tuple[DoseReading, ...] = ()
    reference: DoseReference | None = None
    administrations: int | None = None
    days: tuple[int, ...] | None = None
    route: str | None = None
    volume: Amount | None = None
    evidence: tuple[Evidence, ...] = ()
    frequency: str | None = None

    @property
    def dose(self) -> Dose | None:
        """The likely reading's dose, or None where no dose is stated."""
        for reading in self.readings:
            if reading.likely:
                return reading.dose
        return None

    @property
    def is_ambiguous(self) -> bool:
        """Whether the dose can be read in more than one way."""
        return len({reading.dose for reading in self.readings}) > 1


@dataclass(frozen=True, slots=True)
class DoseLevel:
    """A step of a dose escalation: its number (1 = lowest), its name, its dose, and the arm that holds it."""

    number: int
    name: str
    dose: Dose | None
    arm: str
