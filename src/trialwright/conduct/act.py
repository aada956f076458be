"""An event as it stands on a ledger, with who, where, when and why, and what its envelopes held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trialwright.conduct.events import Event
from trialwright.conduct.ledger.entry import Entry


@dataclass(frozen=True, slots=True)
class Act:
    """One event, and around it what the entry says of it.

    `event`: with its sealed values put back where the key was at hand, blank where not. `secrets`: by envelope name,
    what else the envelopes held that could be opened. The others are as in `Entry`. When the store recorded it is not
    here: what stands depends on nothing that a store adds.
    """

    event: Event
    sequence: int
    day: int
    actor: str
    role: str = ""
    site: str = ""
    reason: str = ""
    occurred: str | None = None
    key: str = ""
    secrets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, entry: Entry, event: Event, secrets: Mapping[str, Mapping[str, Any]]) -> Act:
        """The act that an entry records."""
        return cls(
            event,
            entry.sequence,
            entry.day,
            entry.actor,
            entry.role,
            entry.site,
            entry.reason,
            entry.occurred,
            entry.key,
            secrets,
        )
