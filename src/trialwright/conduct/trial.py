"""A live trial: a ledger, what it adds up to, and the design that decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialwright.conduct.checks import event_for
from trialwright.conduct.commands import Command
from trialwright.conduct.fold import Fold, replay
from trialwright.conduct.ledger.entry import Draft, Entry, Head, head_of
from trialwright.conduct.ledger.interface import Ledger
from trialwright.core.errors import UsageError
from trialwright.protocol.design import Design


class LiveTrial:
    """A trial conducted on a ledger under a design.

    Opening it reads the whole ledger. There are no roles, sites, signatures or masking here yet: whoever holds the
    ledger sees everything on it, arms included.
    """

    def __init__(self, ledger: Ledger, design: Design) -> None:
        self._ledger = ledger
        self._design = design
        self._reread()

    _fold: Fold
    _head: Head

    def _reread(self) -> None:
        """Read the whole ledger; the head is that of the entries read, for another process may append meanwhile."""
        self._head = Head()
        self._fold = replay(self._noted(self._ledger.entries()))

    def _noted(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        for entry in entries:
            self._head = Head(entry.sequence, entry.hash)
            yield entry

    @property
    def fold(self) -> Fold:
        """What the ledger adds up to now; to be read, not changed."""
        return self._fold

    def do(self, *commands: Command, day: int, actor: str) -> tuple[Entry, ...]:
        """Carry out commands on trial day `day`, all of them or none, and give the entries as they stand on the ledger.

        Each command is checked against what stands after the ones before it. `actor`: who gives them, not empty.
        Raises what `event_for` and `Ledger.append` raise; then nothing was appended.
        """
        if not actor.strip():
            raise UsageError(
                "COND-012", "a command names nobody who gives it", expected="an actor", mend="say who gives the command"
            )
        drafts: list[Draft] = []
        try:
            for command in commands:
                event, reason = event_for(command, self._fold, self._design, day)
                drafts.append(Draft(event, day, actor, reason))
                self._fold.apply(event, day)
            entries = self._ledger.append(drafts, self._head)
        except BaseException:
            if drafts:
                self._reread()
            raise
        self._head = head_of(entries, self._head)
        return entries
