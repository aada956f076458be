"""Append-only ledgers: the interface, and stores in memory, in a file, in SQLite and in PostgreSQL."""

from __future__ import annotations

from trialwright.conduct.ledger.clock import Clock, server_clock
from trialwright.conduct.ledger.entry import Draft, Entry, Head
from trialwright.conduct.ledger.envelope import Envelope
from trialwright.conduct.ledger.file import FileLedger, Mended, mend_torn_end
from trialwright.conduct.ledger.interface import Ledger
from trialwright.conduct.ledger.memory import MemoryLedger
from trialwright.conduct.ledger.note import Signer, Verifier, new_key, signer_in, verifier_from
from trialwright.conduct.ledger.postgres import PostgresLedger, set_up
from trialwright.conduct.ledger.sqlite import SqliteLedger
from trialwright.conduct.ledger.verification import Fault, Report, verify
from trialwright.conduct.ledger.witness import Checkpoint, Witness, attest, witness_in

__all__ = [
    "Checkpoint",
    "Clock",
    "Draft",
    "Entry",
    "Envelope",
    "Fault",
    "FileLedger",
    "Head",
    "Ledger",
    "MemoryLedger",
    "Mended",
    "PostgresLedger",
    "Report",
    "Signer",
    "SqliteLedger",
    "Verifier",
    "Witness",
    "attest",
    "mend_torn_end",
    "new_key",
    "server_clock",
    "set_up",
    "signer_in",
    "verifier_from",
    "verify",
    "witness_in",
]
