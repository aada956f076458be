"""What a store says when it cannot do its work."""

from __future__ import annotations

from trialwright.conduct.ledger.entry import Head
from trialwright.core.errors import StageError


def failed(where: str, why: str) -> StageError:
    """The error for a store that cannot be read or written."""
    return StageError(
        "COND-024",
        f"the ledger {where} cannot be read or written: {why}",
        expected="a store that this user may read and write, on a disk with room",
        mend="mend that, open the ledger again and repeat the command with the same idempotency key",
    )


def closed(where: str) -> StageError:
    """The error for a ledger that is used after it was closed."""
    return StageError(
        "COND-024", f"the ledger {where} is closed", expected="an open ledger", mend="open it again and repeat"
    )


def behind(where: str, head: Head, expected: Head) -> StageError:
    """The error for a ledger that does not contain a head that was noted elsewhere."""
    return StageError(
        "COND-026",
        f"the ledger {where} holds {head.size} entries and does not contain entry {expected.size} as it was noted",
        expected=f"entry {expected.size} with the hash {expected.hash}",
        mend="find the newer copy: entries have been cut off, or this is another history",
    )
