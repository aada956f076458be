"""Events about the trial as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Begun:
    """The ledger has begun to hold a trial; the protocol's opening follows it.

    `mode`: `rehearsal` or `live`. `trial`: the registry number, or what the trial is called. `start`: the calendar date
    (ISO 8601) of trial day 0. `zone`: the IANA time zone of that date. `validation`: the sponsor's statement that this
    system has been validated for this trial, empty in a rehearsal. `software`: the version that began it.
    """

    mode: str
    trial: str
    start: str
    zone: str
    validation: str
    software: str


TrialEvent = Begun
SCHEMAS: Mapping[type[TrialEvent], int] = {Begun: 1}
