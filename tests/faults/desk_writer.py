"""A process that enters participants at a desk as fast as it can, and says on its output what was acknowledged.

Run: python desk_writer.py KIND WHERE FOLDER SUBJECT... For each subject it gives one call under a key: enrolment,
randomisation and a first row. A line of its output is the subject and the sequence numbers that its entries were given.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from allocation_worker import opened

from masked_trial import PASSPHRASE, desk_of, protocol
from trialwright.conduct import commands as ask
from trialwright.conduct.allocating.asks import Randomise
from trialwright.conduct.desk import Call
from trialwright.conduct.ledger import server_clock
from trialwright.conduct.people.credentials import Session
from trialwright.conduct.people.roles import Role

PLACES = 100_000
ROW = {"TESTCD": "CRP", "STRESN": 4.5, "STRESU": "mg/L"}


def entering(subject: str):
    """What is given for a subject: always the same, so that giving it again is a retry."""
    call = Call(Session("ivy"), Role.INVESTIGATOR, "01", passphrase=PASSPHRASE, key=f"in-{subject}")
    return call, ask.Enrol(subject, 4), Randomise(subject, {}), ask.Record("LB", subject, 1, 4, ROW)


def desk_at(kind: str, where: str, folder: Path):
    """A desk of one's own."""
    return desk_of(opened(kind, where), folder / "keys", protocol(size=PLACES), server_clock)


def main() -> None:
    """Enter everybody, and wait to be killed."""
    kind, where, folder, *subjects = sys.argv[1:]
    desk = desk_at(kind, where, Path(folder))
    desk.standing  # noqa: B018 - the ledger is read before the start
    os.write(1, b"ready\n")
    for subject in subjects:
        numbers = " ".join(str(entry.sequence) for entry in desk.do(*entering(subject)))
        os.write(1, f"{subject} {numbers}\n".encode())
    signal.pause()


if __name__ == "__main__":
    main()
