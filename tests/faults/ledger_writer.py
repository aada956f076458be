"""A process that appends to a ledger as fast as it can, and says on its output what was acknowledged.

Run: python ledger_writer.py KIND WHERE NAME [HOW MANY]. Each line of the output is a key and the sequence number that
its entry was given, written when the append has returned. With HOW MANY each transaction holds one event, else three.
"""

from __future__ import annotations

import itertools
import os
import sys

from trialwright.conduct import Draft, FileLedger, SqliteLedger
from trialwright.conduct.events import Recorded
from trialwright.conduct.ledger import Envelope, PostgresLedger, server_clock


def draft(key: str) -> Draft:
    """The event under a key: always the same, so that a retry is one."""
    box = Envelope("arm", "key-1", bytes(32), key.encode().ljust(256))
    return Draft(Recorded("LB", key, 1, 0, {"LBTESTCD": "CRP"}), 0, "ann", key=key, envelopes=(box,))


def transaction(name: str, number: int) -> list[Draft]:
    """The events of one transaction of the endless kind."""
    return [draft(f"{name}-{number}-{part}") for part in "abc"]


def opened(kind: str, where: str):
    """The ledger, opened by this process."""
    match kind:
        case "file":
            return FileLedger(where, clock=server_clock)
        case "sqlite":
            return SqliteLedger(where, server_clock, wait=120)
        case "postgres":
            conninfo, _, schema = where.rpartition("|")
            return PostgresLedger(conninfo, server_clock, schema=schema, wait=120)
    raise ValueError(kind)


def main() -> None:
    """Append until killed, or as many times as was said."""
    kind, where, name, *many = sys.argv[1:]
    ledger = opened(kind, where)
    os.write(1, b"ready\n")
    for number in range(int(many[0])) if many else itertools.count():
        asked = [draft(f"{name}-{number}")] if many else transaction(name, number)
        for entry in ledger.transact(lambda _, asked=asked: asked):
            os.write(1, f"{entry.key} {entry.sequence}\n".encode())


if __name__ == "__main__":
    main()
