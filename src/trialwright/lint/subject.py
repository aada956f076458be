"""What a rule looks at: the record, the protocol drafted from it, and the day that dates are judged on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from trialwright.core.problem import Evidence
from trialwright.protocol.protocol import Protocol
from trialwright.record.model import ProtocolSection
from trialwright.record.provenance import Presence
from trialwright.record.record import Record


@dataclass(frozen=True, slots=True)
class Subject:
    """A record under examination. `as_of`: None where no date is known to judge dates on."""

    record: Record
    protocol: Protocol
    as_of: date | None

    @property
    def section(self) -> ProtocolSection:
        """The record's protocol section."""
        return self.record.study.protocol_section

    def lost(self, *paths: str) -> bool:
        """Whether this rendering lost any of these fields."""
        return any(self.record.presence(path) is Presence.LOST for path in paths)

    def quote(self, path: str, text: str | None = None) -> Evidence:
        """The evidence at a v2 path: the words given, or the field's whole value."""
        value = self.record.value(path)
        shown = text if text is not None else str(value if value not in (None, ()) else "")
        return Evidence.of(shown, self.record.place_of(path, shown))


def partial_date(text: str | None) -> tuple[date, date] | None:
    """The first and the last day that a date written as yyyy, yyyy-MM or yyyy-MM-dd can mean; None if it is none.

    >>> partial_date("2021-02")
    (datetime.date(2021, 2, 1), datetime.date(2021, 2, 28))
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T.*)?", text or "")
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        if year is None or year < 1:
            return None
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            following = date(year + month // 12, month % 12 + 1, 1)
            return date(year, month, 1), date.fromordinal(following.toordinal() - 1)
        return date(year, month, day), date(year, month, day)
    except ValueError:
        return None
