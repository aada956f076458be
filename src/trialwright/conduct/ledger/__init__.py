"""Append-only ledgers: the interface, a store in memory and a store in a file."""

from __future__ import annotations

from trialwright.conduct.ledger.entry import Draft, Entry, Head
from trialwright.conduct.ledger.file import FileLedger, Mended, mend_torn_end
from trialwright.conduct.ledger.interface import Ledger
from trialwright.conduct.ledger.memory import MemoryLedger

__all__ = ["Draft", "Entry", "FileLedger", "Head", "Ledger", "MemoryLedger", "Mended", "mend_torn_end"]
