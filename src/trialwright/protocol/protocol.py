"""The `Protocol`: a trial in a form that can be computed with, and every assumption that made it so."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.core.problem import Problem
from trialwright.protocol.arms import Arm
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.dosing import DoseLevel
from trialwright.protocol.eligibility.items import Eligibility
from trialwright.protocol.kinds import DesignKind, DltDefinition, Masking
from trialwright.protocol.outcomes import Outcome
from trialwright.protocol.schedule import Encounter


@dataclass(frozen=True, slots=True)
class RecordReference:
    """The record that a protocol was drafted from: its number, title, rendering and the SHA-256 of its bytes (hex)."""

    nct_id: str | None
    title: str
    rendering: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Enrolment:
    """How many participants, and whether that is a target (ESTIMATED) or a fact (ACTUAL); None where not known."""

    count: int | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Supplied:
    """One thing that a named person supplied in the protocol file: `about` which of its fields, `by` whom, `source`:
    where it comes from."""

    about: str
    by: str
    source: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """A computable protocol.

    `outcomes` are the registry's own; `proposed_outcomes` are offered where the record names none and never
    mix with them. `truth`: probability of a dose-limiting toxicity at each dose level, lowest first, in [0, 1], that a
    person wants simulated; empty where none is given. `supplied`: what named persons put into the file.
    """

    record: RecordReference
    arms: tuple[Arm, ...]
    dose_levels: tuple[DoseLevel, ...]
    design: DesignKind
    enrolment: Enrolment
    masking: Masking
    dlt: DltDefinition | None
    eligibility: Eligibility
    outcomes: tuple[Outcome, ...]
    proposed_outcomes: tuple[Outcome, ...]
    schedule: tuple[Encounter, ...]
    assumptions: tuple[Assumption, ...] = ()
    problems: tuple[Problem, ...] = ()
    truth: tuple[float, ...] = ()
    supplied: tuple[Supplied, ...] = ()

    def arm(self, arm_id: str) -> Arm:
        """The arm with this identifier. Raises KeyError if there is none."""
        for arm in self.arms:
            if arm.id == arm_id:
                return arm
        raise KeyError(f"no arm {arm_id!r}; the arms are {', '.join(a.id for a in self.arms) or 'none'}")

    @property
    def analysed_outcomes(self) -> tuple[Outcome, ...]:
        """The registry's outcomes, or the proposed ones where the record names none."""
        return self.outcomes or self.proposed_outcomes
