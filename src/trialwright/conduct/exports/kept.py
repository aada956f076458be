"""The beginning of a ledger held in memory, for reading only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from trialwright.conduct.ledger.entry import Head
from trialwright.conduct.ledger.rows import entries_in
from trialwright.core.errors import StageError

if TYPE_CHECKING:
    from trialwright.conduct.ledger.entry import Draft, Entry
    from trialwright.conduct.ledger.envelope import Envelope
    from trialwright.conduct.ledger.interface import Ledger
    from trialwright.conduct.ledger.rows import Row


@dataclass(frozen=True, slots=True)
class Kept:
    """Entries as stored, and the envelopes beside them where these were kept too. It is a `Ledger` to read."""

    stored: tuple[Row, ...]
    beside: Mapping[int, tuple[Envelope, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, ledger: Ledger, size: int, *, envelopes: bool) -> Kept:
        """The first `size` entries of a ledger. Raises StageError as reading them does."""
        rows = tuple(takewhile(lambda row: row.sequence <= size, ledger.rows()))
        if not envelopes:
            return cls(rows)
        sealed = [entry.sequence for entry in entries_in(rows) if entry.sealed]
        return cls(rows, {sequence: ledger.envelopes(sequence) for sequence in sealed})

    @property
    def head(self) -> Head:
        """How far it reaches."""
        return Head(self.stored[-1].sequence, self.stored[-1].hash) if self.stored else Head()

    def entries(self, start: int = 1) -> Iterator[Entry]:
        """The entries from this sequence number on; see `Ledger.entries`."""
        return (entry for entry in entries_in(self.stored) if entry.sequence >= start)

    def rows(self, start: int = 1) -> Iterator[Row]:
        """What is stored; see `Ledger.rows`."""
        return (row for row in self.stored if row.sequence >= start)

    def keyed(self, key: str) -> Entry | None:
        """The entry under this idempotency key; see `Ledger.keyed`."""
        return next((entry for entry in self.entries() if key and entry.key == key), None)

    def envelopes(self, sequence: int) -> tuple[Envelope, ...]:
        """The envelopes beside this entry; none where they were not kept."""
        return self.beside.get(sequence, ())

    def faults(self, envelopes: int | None) -> Iterator[str]:
        """Nothing: files have no store of their own that could be wrong."""
        return iter(())

    def append(self, drafts: Sequence[Draft], after: Head) -> tuple[Entry, ...]:
        """Raises StageError (COND-150): it is for reading."""
        raise _read_only()

    def transact(self, make: Callable[[Head], Sequence[Draft]]) -> tuple[Entry, ...]:
        """Raises StageError (COND-150): it is for reading."""
        raise _read_only()

    def close(self) -> None:
        """Nothing to let go of."""


def _read_only() -> StageError:
    return StageError(
        "COND-150",
        "an export cannot be appended to",
        expected="the ledger itself",
        mend="give the command to the trial's own folder",
    )
