"""Commands about safety and decisions that are more than the event they become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trialwright.dataset.facts import Value


@dataclass(frozen=True, slots=True)
class ReportAdverseEvent:
    """Enter an adverse event whole, or (`ChangeAdverseEvent`) as it is known now.

    `number`: of its row of AE. `term`: as reported; `system`: body system or organ class. `onset`: trial day on which
    it began. `end`: trial day on which it ended, if it has. `grade`: CTCAE version 5, 1 to 5. `haematological`,
    `related`: None = not judged. `criteria`: why it is serious (words of `adverse.CRITERIA`), empty where it is not.
    `expected`, `action`, `aware`, `died`: as in `AdverseEventDetailed`. `outcome`: CDISC term.
    """

    subject: str
    number: int
    term: str
    onset: int
    grade: int
    related: bool | None
    outcome: str
    system: str = ""
    haematological: bool | None = None
    criteria: tuple[str, ...] = ()
    expected: bool | None = None
    action: str = ""
    end: int | None = None
    aware: str = ""
    died: str = ""


@dataclass(frozen=True, slots=True)
class ChangeAdverseEvent:
    """An adverse event as it is known now, for a reason; what was known before stays on the ledger."""

    event: ReportAdverseEvent
    reason: str


@dataclass(frozen=True, slots=True)
class AdjudicateDlt:
    """Assess a participant for dose-limiting toxicity and name the adverse events (rows of AE) that it rests on.

    `number`: of the row of XD; `day`: trial day of the assessment; `why`: in words."""

    subject: str
    number: int
    day: int
    dlt: bool
    evaluable: bool
    events: tuple[int, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class CorrectDlt:
    """Replace an assessment (row of XD), for a reason. One that takes back a dose-limiting toxicity needs others who
    hold the same."""

    subject: str
    number: int
    day: int
    dlt: bool | None
    evaluable: bool | None
    reason: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RetractDlt:
    """Withdraw an assessment (row of XD) that should not have been entered, for a reason."""

    subject: str
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Override:
    """Decide otherwise than the design, for a reason.

    `answer`: `enrol`, `wait`, `stop`, or `follow` to follow the design again. For `enrol`: `arms` that are open,
    `dose_level` where the trial has levels, and how many `places`.
    """

    answer: str
    reason: str
    arms: tuple[str, ...] = ()
    dose_level: int | None = None
    places: int = 0
