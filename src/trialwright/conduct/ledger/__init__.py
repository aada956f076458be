"""Append-only ledgers: the interface, and stores in memory, in a file, in SQLite and in PostgreSQL."""

from __future__ import annotations

from trialwright.conduct.ledger.clock import Clock, server_clock
from trialwright.conduct.ledger.entry import Draft, Entry, Head
from trialwright.conduct.ledger.envelope import Envelope
from trialwright.conduct.ledger.file import FileLedger, Mended, mend_torn_end
from trialwright.conduct.ledger.interface import Ledger
from trialwright.conduct.ledger.memory import MemoryLedger
from trialwright.conduct.ledger.sqlite import SqliteLedger

__all__ = [
    "Clock",
    "Draft",
    "Entry",
    "Envelope",
    "FileLedger",
    "Head",
    "Ledger",
    "MemoryLedger",
    "Mended",
    "SqliteLedger",
    "mend_torn_end",
    "server_clock",
]
