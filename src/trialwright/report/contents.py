"""What a report is made of: everything that the rooms beneath found out about one record."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.analyse.results import Results
from trialwright.core.problem import Problem
from trialwright.lint.finding import Finding
from trialwright.protocol.protocol import Protocol
from trialwright.record.record import Record
from trialwright.simulate.operating import Characteristics
from trialwright.simulate.trial import SimulatedTrial

# How the names of the stages begin whose parts a report may lack.
STAGES = {"characteristics": "computing", "trial": "simulating", "results": "analysing"}


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that one report shows.

    `record`: None where the input was a protocol file. `characteristics`, `trial`, `results`: None where there is
    none; `unfinished` says why, as (stage, reason). `problems`: what was found beyond the problems that the other
    parts carry themselves. `commands`: what to type to make this again.
    """

    record: Record | None
    protocol: Protocol
    findings: tuple[Finding, ...] = ()
    characteristics: Characteristics | None = None
    trial: SimulatedTrial | None = None
    results: Results | None = None
    unfinished: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    commands: tuple[str, ...] = ()
    version: str = ""

    @property
    def nct_id(self) -> str | None:
        """The NCT number of the record that all this is about."""
        return self.protocol.record.nct_id or (self.record.nct_id if self.record else None)

    @property
    def title(self) -> str:
        """The title of the trial."""
        return self.record.title if self.record else self.protocol.record.title or "untitled protocol"

    def why_not(self, part: str, otherwise: str) -> str:
        """Why a part is not there."""
        reasons = [reason for stage, reason in self.unfinished if stage.startswith(STAGES.get(part, part))]
        if part == "results" and not reasons:
            return self.why_not("trial", otherwise)
        return f"{otherwise} {' '.join(reasons)}".strip() if reasons else otherwise
