"""A process that gives commands at a desk, one after another, and says on its output what came of each.

Run: python allocation_worker.py KIND WHERE FOLDER SUBJECT... It says `ready`, waits for a line, then randomises each
subject once. A line of its output is a subject with the sequence number of its entry, or with the code of the error;
the last says how often the store asked for the drafts of a transaction.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from masked_trial import PASSPHRASE, desk_of, protocol
from trialwright.conduct.allocating.asks import Randomise
from trialwright.conduct.desk import Call
from trialwright.conduct.ledger import PostgresLedger, SqliteLedger, server_clock
from trialwright.conduct.people.credentials import Session
from trialwright.conduct.people.roles import Role
from trialwright.core.errors import TrialwrightError

PLACES = 400


class Counted:
    """A ledger that counts how often a transaction's drafts were asked for."""

    def __init__(self, ledger) -> None:
        self.ledger, self.asked = ledger, 0

    def __getattr__(self, name):
        return getattr(self.ledger, name)

    def transact(self, make):
        """Append what is made, counting."""

        def counted(head):
            self.asked += 1
            return make(head)

        return self.ledger.transact(counted)


def opened(kind: str, where: str):
    """The ledger, opened by this process (or this thread)."""
    if kind == "sqlite":
        return SqliteLedger(where, server_clock, wait=120)
    conninfo, _, schema = where.rpartition("|")
    return PostgresLedger(conninfo, server_clock, schema=schema, wait=120)


def main() -> None:
    """Randomise as told."""
    kind, where, folder, *subjects = sys.argv[1:]
    ledger = Counted(opened(kind, where))
    desk = desk_of(ledger, Path(folder) / "keys", protocol(size=PLACES), server_clock)
    desk.standing  # noqa: B018 - the ledger is read before the start
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for subject in subjects:
        call = Call(Session("ivy"), Role.INVESTIGATOR, "01", passphrase=PASSPHRASE, key=f"r-{subject}")
        try:
            said = str(desk.do(call, Randomise(subject, {}))[0].sequence)
        except TrialwrightError as fault:
            said = fault.code
        sys.stdout.write(f"{subject} {said}\n")
    sys.stdout.write(f"asked {ledger.asked}\n")


if __name__ == "__main__":
    main()
