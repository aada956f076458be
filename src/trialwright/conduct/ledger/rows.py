"""Entries as stores keep them, and the way from there to entries that can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trialwright.conduct.ledger.entry import Entry, Head, broken, chained, entry_of, text_of


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as stored: its sequence number and key as the store finds it by, its canonical JSON, its hash."""

    sequence: int
    key: str
    text: str
    hash: str


def row_of(entry: Entry) -> Row:
    """The row that stores an entry."""
    return Row(entry.sequence, entry.key, text_of(entry), entry.hash)


def entry_in(row: Row) -> Entry:
    """The entry in a row. Raises StageError (COND-022) if it is not as it was written, COND-023 if of no known kind."""
    try:
        entry = entry_of(row.text, row.hash)
    except (ValueError, RecursionError, AttributeError, TypeError) as fault:  # damage can give a value of another type
        raise broken(row.sequence, str(fault).splitlines()[0]) from fault
    if entry.sequence != row.sequence:
        raise broken(row.sequence, f"its sequence number is {entry.sequence}")
    if entry.key != row.key:
        raise broken(row.sequence, "it is stored under another idempotency key than its own")
    return entry


def entries_in(rows: Iterable[Row], after: Head | None = None) -> Iterator[Entry]:
    """The entries in these rows, which follow that head, each checked against the one before it; see `chained`."""
    return chained(map(entry_in, rows), after)
