"""Moves the ledger of a trial from its folder into PostgreSQL: every entry and envelope as it is, then the switch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trialwright.conduct.folder import Place, switch
from trialwright.conduct.ledger.clock import server_clock
from trialwright.conduct.ledger.postgres import PostgresLedger
from trialwright.conduct.ledger.verification import Report, verify
from trialwright.core.errors import StageError, UsageError

if TYPE_CHECKING:
    from trialwright.conduct.ledger.entry import Draft, Head
    from trialwright.conduct.ledger.interface import Ledger

MOVED = "ledger.moved.sqlite"


def move(place: Place, postgres: str) -> Report:
    """Copy a trial's ledger into an empty one in PostgreSQL, verify both, and let the trial go on there.

    `postgres`: how the application's role connects. While it is copied nobody can append to the old ledger, which is
    kept beside under another name, read-only. Gives what verifying the new one found. Raises UsageError (COND-179) if
    the ledger is in PostgreSQL already, StageError: COND-179 if either ledger is not sound, the new one is not empty
    or comes out different; else what the stores raise. The trial then goes on where it was.
    """
    if place.postgres is not None:
        raise UsageError(
            "COND-179",
            f"the ledger of {place.path} is in PostgreSQL already",
            expected="a trial whose ledger is in its folder",
            mend="name another trial",
        )
    found: list[Report] = []

    def copied(_: Head) -> Sequence[Draft]:
        found.append(_carried_over(old, postgres))
        switch(place, postgres)
        return ()

    old = place.store()
    try:
        old.transact(copied)
    finally:
        old.close()
    kept = place.ledger.with_name(MOVED)
    place.ledger.rename(kept)
    kept.chmod(0o400)
    return found[0]


def _carried_over(old: Ledger, postgres: str) -> Report:
    before = _sound(old, "the old ledger")
    new = PostgresLedger(postgres, server_clock)
    try:
        new.fill(old)
        after = _sound(new, "the new ledger")
    finally:
        new.close()
    if (before.head, before.root) != (after.head, after.root):
        raise _refused("the new ledger is another than the old one", "the same entries", "have its schema made anew")
    return after


def _sound(ledger: Ledger, which: str) -> Report:
    report = verify(ledger)
    if not report.sound:
        why = report.faults[0].why
        raise _refused(f"{which} is not sound: {why}", "a ledger that `verify` finds sound", "see what `verify` says")
    return report


def _refused(found: str, expected: str, mend: str) -> StageError:
    return StageError("COND-179", found, expected=expected, mend=mend)
