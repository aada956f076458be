"""A fact: one row of one table, when it was true and when it became known.

Facts are what simulated and live trials have in common: a simulation makes them, a ledger's events carry
them, and `TrialData` is a set of them arranged in tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One version of one row.

    `domain`: the SDTM name of the table. `subject`: the participant's identifier. `number`: the row's
    number within that participant and domain, from 1 (`--SEQ`). `version`: 1 for the first entry, rising
    with each correction. `day`: trial day it occurred. `known`: trial day it became known, never before
    `day`. `retracted`: the row is withdrawn (entered in error). `values`: the other columns of
    the table; columns that name a trial day which may lie ahead (an end, an outcome) are declared so in `columns`.
    """

    domain: str
    subject: str
    number: int
    day: int
    known: int
    version: int = 1
    retracted: bool = False
    values: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.known < self.day:
            raise ValueError(
                f"{self.domain} {self.subject} #{self.number}: known on day {self.known}, "
                f"before it occurred on day {self.day}"
            )

    @property
    def key(self) -> tuple[str, str, int]:
        """What all versions of one row share."""
        return (self.domain, self.subject, self.number)
