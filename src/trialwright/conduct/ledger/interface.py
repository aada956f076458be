"""What every store of a ledger can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from trialwright.conduct.ledger.entry import Draft, Entry, Head


class Ledger(Protocol):
    """An append-only sequence of entries; nothing on it is ever changed or removed."""

    @property
    def head(self) -> Head:
        """How far the ledger reaches now."""
        ...

    def append(self, drafts: Sequence[Draft], after: Head) -> tuple[Entry, ...]:
        """Append all of these or none, and give the entries as they now stand durably.

        `after`: the head that the drafts were checked against. Raises StageError: COND-020 if the ledger has moved on
        from there, COND-003 if a day lies before the last entry's, COND-011 if a value cannot be stored, COND-024 if
        the store fails.
        """
        ...

    def entries(self, start: int = 1) -> Iterator[Entry]:
        """The entries from this sequence number on, in order, each checked against the one before it.

        Raises StageError (COND-021 to COND-024) at the first that cannot be read or trusted.
        """
        ...

    def close(self) -> None:
        """Let go of the store; closing twice does no harm."""
        ...
