"""A ledger in memory: for rehearsals and tests; it is gone with the process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialwright.conduct.ledger.entry import Draft, Entry, Head, chained, head_of
from trialwright.conduct.ledger.seal import seal


class MemoryLedger:
    """A ledger that is kept in a list."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    @property
    def head(self) -> Head:
        """How far the ledger reaches now."""
        return head_of(self._entries[-1:])

    def append(self, drafts: Sequence[Draft], after: Head) -> tuple[Entry, ...]:
        """Append all of these or none; see `Ledger.append`."""
        last_day = self._entries[-1].day if self._entries else None
        entries = seal(drafts, after, self.head, last_day)
        self._entries.extend(entries)
        return entries

    def entries(self, start: int = 1) -> Iterator[Entry]:
        """The entries from this sequence number on; see `Ledger.entries`."""
        return (entry for entry in chained(tuple(self._entries)) if entry.sequence >= start)

    def close(self) -> None:
        """Nothing to let go of."""
