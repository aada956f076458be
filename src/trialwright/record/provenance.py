"""Where each value of a record came from, and why a value is not there.

The table is keyed by v2 path, as in `protocolSection.armsInterventionsModule.armGroups[0].label`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from trialwright.core.source import Location


class Presence(StrEnum):
    """What is known of a field.

    PRESENT: the source shows the value. ABSENT: this rendering would show it, and the record has none.
    LOST: this rendering drops it, so nothing is known. AMBIGUOUS: the source allows several readings;
    the model holds the first, the entry holds all.
    """

    PRESENT = "present"
    ABSENT = "absent"
    LOST = "lost"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one field: its presence, the places it came from, its readings, how it was recovered.

    `note` says how a value was recovered when no label stood beside it ("by its place among the ISO
    dates of the section"), or what was lost.
    """

    presence: Presence
    where: tuple[Location, ...] = ()
    readings: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text rendering and what became of it: a field's path, a marker of the layout, or nothing."""

    number: int
    text: str
    mapped_to: str | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the source was mapped.

    For text: non-blank lines mapped to a field or to a known marker of the layout, out of all
    non-blank lines. For JSON: leaf values mapped to the model, out of all leaf values.
    """

    mapped: int
    total: int
    unmapped: tuple[Line, ...] = ()

    @property
    def proportion(self) -> float:
        """Mapped over total, in [0, 1]; 1 for an empty source."""
        return self.mapped / self.total if self.total else 1.0


@dataclass(frozen=True, slots=True)
class Provenance:
    """The side table of a record: entries by v2 path.

    A path may name a whole list or module (`protocolSection.outcomesModule.primaryOutcomes`); what is
    said there holds for everything beneath it that has no entry of its own.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)

    def entry(self, path: str) -> Entry | None:
        """The entry for a path: its own, or else the nearest one above it."""
        while path:
            if (found := self.entries.get(path)) is not None:
                return found
            cut = max(path.rfind("."), path.rfind("["))
            path = path[:cut] if cut > 0 else ""
        return None
