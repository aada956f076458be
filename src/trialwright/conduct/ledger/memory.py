"""A ledger in memory: for rehearsals and tests; it is gone with the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from trialwright.conduct.ledger.clock import Clock
from trialwright.conduct.ledger.entry import Draft, Entry, Head, chained, head_of
from trialwright.conduct.ledger.envelope import Envelope
from trialwright.conduct.ledger.rows import Row, row_of
from trialwright.conduct.ledger.seal import require_head, seal, standing


class MemoryLedger:
    """A ledger that is kept in a list. `clock`: gives the time of recording; without one, none is recorded."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock
        self._entries: list[Entry] = []
        self._keys: dict[str, Entry] = {}
        self._envelopes: dict[int, tuple[Envelope, ...]] = {}

    @property
    def head(self) -> Head:
        """How far the ledger reaches now."""
        return head_of(self._entries[-1:])

    def append(self, drafts: Sequence[Draft], after: Head) -> tuple[Entry, ...]:
        """Append all of these or none; see `Ledger.append`."""
        found = standing(drafts, self.keyed)
        if found is not None:
            return found
        require_head(after, self.head)
        last_day = self._entries[-1].day if self._entries else None
        entries = seal(drafts, self.head, last_day, self._clock() if self._clock else "")
        self._entries.extend(entries)
        self._keys.update((entry.key, entry) for entry in entries if entry.key)
        pairs = zip(entries, drafts, strict=True)
        self._envelopes.update((entry.sequence, draft.envelopes) for entry, draft in pairs if draft.envelopes)
        return entries

    def transact(self, make: Callable[[Head], Sequence[Draft]]) -> tuple[Entry, ...]:
        """Append what `make` gives; see `Ledger.transact`."""
        head = self.head
        return self.append(make(head), head)

    def entries(self, start: int = 1) -> Iterator[Entry]:
        """The entries from this sequence number on; see `Ledger.entries`."""
        return (entry for entry in chained(tuple(self._entries)) if entry.sequence >= start)

    def keyed(self, key: str) -> Entry | None:
        """The entry under this idempotency key; see `Ledger.keyed`."""
        return self._keys.get(key)

    def envelopes(self, sequence: int) -> tuple[Envelope, ...]:
        """The envelopes beside this entry; see `Ledger.envelopes`."""
        return self._envelopes.get(sequence, ())

    def rows(self, start: int = 1) -> Iterator[Row]:
        """What is stored; see `Ledger.rows`."""
        return (row_of(entry) for entry in tuple(self._entries) if entry.sequence >= start)

    def faults(self, envelopes: int | None) -> Iterator[str]:
        """Nothing: what is in memory is what was appended; see `Ledger.faults`."""
        return iter(())

    def close(self) -> None:
        """Nothing to let go of."""
