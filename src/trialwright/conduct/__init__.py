"""The live trial on an append-only ledger: events, commands, stores and the fold that they add up to.

This is the first form: commands to open, confirm, enrol, allocate, dose, assess, record, supplement, correct, retract
and decide, on a ledger in memory, in one file or in a database. Times are trial days.
"""

from __future__ import annotations

from trialwright.conduct.fold import Fold, replay
from trialwright.conduct.ledger import Draft, Entry, FileLedger, Head, Ledger, MemoryLedger, SqliteLedger, mend_torn_end
from trialwright.conduct.trial import LiveTrial

__all__ = [
    "Draft",
    "Entry",
    "FileLedger",
    "Fold",
    "Head",
    "Ledger",
    "LiveTrial",
    "MemoryLedger",
    "SqliteLedger",
    "mend_torn_end",
    "replay",
]
