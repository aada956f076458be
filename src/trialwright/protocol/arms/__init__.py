"""The arms of a trial, their roles, and what each receives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trialwright.protocol.dosing import Dosing


class ArmRole(StrEnum):
    """What an arm is for in the comparison that the trial makes."""

    EXPERIMENTAL = "experimental"
    DOSE_LEVEL = "dose level"
    ACTIVE_CONTROL = "active control"
    PLACEBO_CONTROL = "placebo control"
    SHAM_CONTROL = "sham control"
    NO_TREATMENT_CONTROL = "no-treatment control"
    UNKNOWN = "unknown"

    @property
    def is_control(self) -> bool:
        """Whether other arms are compared with this one."""
        return self.value.endswith("control")


@dataclass(frozen=True, slots=True)
class Treatment:
    """One intervention as an arm gives it. `name`, `type` (`BIOLOGICAL`) and `source` (v2 path) are the record's."""

    name: str
    type: str | None
    dosing: Dosing
    source: str


@dataclass(frozen=True, slots=True)
class Arm:
    """A group of participants who receive the same treatments.

    `id`: `arm-1`, `arm-2`, ... in the record's order. `part`: the part of a trial in two parts that the arm
    belongs to (1 or 2), else None. `size`: participants planned, None where not stated. `source`: v2 path.
    """

    id: str
    label: str
    role: ArmRole
    treatments: tuple[Treatment, ...]
    source: str
    description: str = ""
    part: int | None = None
    size: int | None = None
