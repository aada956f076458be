"""What every store of a ledger can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from trialwright.conduct.ledger.entry import Draft, Entry, Head
from trialwright.conduct.ledger.envelope import Envelope
from trialwright.conduct.ledger.rows import Row


class Ledger(Protocol):
    """An append-only sequence of entries; nothing on it is ever changed or removed."""

    @property
    def head(self) -> Head:
        """How far the ledger reaches now."""
        ...

    def append(self, drafts: Sequence[Draft], after: Head) -> tuple[Entry, ...]:
        """Append all of these or none, and give the entries as they now stand durably.

        `after`: the head that the drafts were checked against. Drafts whose keys stand with the same content are a
        retry: it gives the entries that stand, and `after` does not matter. Raises StageError: COND-020 if the ledger
        has moved on from there, COND-003 if a day lies before the last entry's, COND-011 if a value cannot be stored,
        COND-024 if the store fails, COND-027 if a key stands with other content.
        """
        ...

    def transact(self, make: Callable[[Head], Sequence[Draft]]) -> tuple[Entry, ...]:
        """Append the drafts that `make` gives while nobody else can append; otherwise as `append`.

        `make` gets the head as it then is, and may read the ledger; what it raises ends the transaction with nothing
        appended. So writers take turns, and none has to try again because another was faster.
        """
        ...

    def entries(self, start: int = 1) -> Iterator[Entry]:
        """The entries from this sequence number on, in order, each checked against the one before it.

        Raises StageError (COND-021 to COND-024) at the first that cannot be read or trusted.
        """
        ...

    def keyed(self, key: str) -> Entry | None:
        """The entry that stands under this idempotency key, None if there is none."""
        ...

    def envelopes(self, sequence: int) -> tuple[Envelope, ...]:
        """The envelopes beside this entry, as stored; `verify` compares them with what the entry committed to."""
        ...

    def rows(self, start: int = 1) -> Iterator[Row]:
        """What is stored, from this sequence number on, unchecked: for `verify`."""
        ...

    def faults(self, envelopes: int | None) -> Iterator[str]:
        """What is wrong with the store itself, for `verify`.

        `envelopes`: how many the entries commit to, None if that is not known.
        """
        ...

    def close(self) -> None:
        """Let go of the store; closing twice does no harm."""
        ...
