"""What a report is made of: everything that the rooms beneath found out about one record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialwright.core.problem import Problem
from trialwright.protocol.protocol import Protocol
from trialwright.record.record import Record

if TYPE_CHECKING:
    from typing import Any

    Finding = Any
    Characteristics = Any
    SimulatedTrial = Any
    Results = Any


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that one report shows.

    `protocol`, `characteristics`, `trial`, `results`: None where there is none; `reasons` says why, by the name of
    the field. `commands`: what to type to make this again. `problems`: what the stages found, beyond the record's
    and the protocol's own. `seed`: of the simulated trial. `generated`: a date as text, empty to show none.
    """

    record: Record
    findings: tuple[Finding, ...] = ()
    protocol: Protocol | None = None
    characteristics: Characteristics | None = None
    trial: SimulatedTrial | None = None
    results: Results | None = None
    commands: tuple[str, ...] = ()
    version: str = ""
    seed: int | None = None
    problems: tuple[Problem, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)

    def why_not(self, part: str, otherwise: str) -> str:
        """Why a part is not there."""
        return self.reasons.get(part) or otherwise
