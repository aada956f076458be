"""Processes killed at any moment while they enter participants: nothing acknowledged is lost, nobody is half in.

Several processes work at a time, each at a desk of its own, and all are killed. `TRIALWRIGHT_KILLS=200` is the long
form (`make soak`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import desk_writer
import pytest
from desk_writer import PLACES, desk_at, entering

import live_postgres
from masked_trial import Trial, spec_of
from trialwright.conduct import SqliteLedger
from trialwright.conduct.events import Enrolled, Recorded
from trialwright.conduct.events.allocation import Randomised
from trialwright.conduct.ledger import PostgresLedger, server_clock, verify
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.randomisation import Blocks, Draws, Key, arms_in_order
from trialwright.core.streams import stream

KILLS = int(os.environ.get("TRIALWRIGHT_KILLS", "6"))
AT_ONCE, EACH = 2, 12
SPEC = spec_of(factors=(), method=Blocks((4, 6, 8)))
KINDS = (Enrolled, Randomised, Recorded)


def made(kind, folder):
    """A trial with its randomisation sealed, and where its ledger is."""
    if kind == "sqlite":
        where = str(folder / "ledger.sqlite")
        ledger = SqliteLedger(where, server_clock, create=True, wait=120)
    else:
        database = live_postgres.fresh()
        where = f"{database.conninfo}|{database.schema}"
        ledger = PostgresLedger(database.conninfo, server_clock, schema=database.schema, wait=120)
    trial = Trial(folder, ledger=ledger, clock=server_clock, size=PLACES)
    trial.seal(SPEC)
    return trial, where


def killed(kind, where, folder, parts, seconds, *, begun):
    """What each of several processes had acknowledged when all of them were killed, so many seconds after they were
    ready or, with `begun`, after the first had told of its first participant: the first takes the longest."""
    command = [sys.executable, str(Path(desk_writer.__file__)), kind, where, str(folder)]
    children = [
        subprocess.Popen([*command, *part], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for part in parts
    ]
    first = [child.stdout.readline() for child in children]
    assert first == ["ready\n"] * len(children), [child.communicate()[1] for child in children]
    early = children[0].stdout.readline() if begun else ""
    time.sleep(seconds)
    for child in children:
        child.send_signal(signal.SIGKILL)
    told = {}
    for child in children:
        output, errors = child.communicate()
        assert not errors, errors
        output = early + output if child is children[0] else output
        lines = output.split("\n")[:-1]  # what has no end was not told whole
        told |= {line.split()[0]: tuple(map(int, line.split()[1:])) for line in lines}
    return told


def standing_of(trial):
    """The entries of each participant about entering, by kind, as read back."""
    found = {}
    for entry in trial.ledger.entries():
        if isinstance(entry.event, KINDS):
            found.setdefault(entry.event.subject, []).append(entry)
    return found


@pytest.mark.requirement("R01")
@pytest.mark.requirement("R27")
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_desks_killed_under_load_lose_nothing_and_leave_nothing_half(kind, tmp_path):
    """R01, R27: who was told an entry finds it; a retry under its key has the same slot; no slot is passed over."""
    random = stream(os.getpid(), "kills", "desk", kind)
    trial, where = made(kind, tmp_path)
    entered = 0
    for number in range(-(-KILLS // AT_ONCE)):
        parts = [[f"R{number}-{place}-{n}" for n in range(EACH)] for place in range(AT_ONCE)]
        trial.admit(*(subject for part in parts for subject in part))
        told = killed(kind, where, tmp_path, parts, random.uniform(0, 0.15), begun=number % 3 > 0)
        found = standing_of(trial)
        for subject, numbers in told.items():
            assert tuple(entry.sequence for entry in found[subject]) == numbers
        for subject, entries in found.items():
            assert tuple(type(entry.event) for entry in entries) == KINDS, f"{subject} is half in"
        desk = desk_at(kind, where, tmp_path)
        for part in parts:
            done = [subject for subject in part if subject in found]
            assert done == part[: len(done)]
            for subject in part[max(0, len(done) - 1) : len(done) + 1]:  # the last, and the one that may have been lost
                first = desk.do(*entering(subject))
                assert desk.do(*entering(subject)) == first
                assert first == tuple(found.get(subject, first))
        desk.ledger.close()
        entered += len(told)
        assert verify(trial.ledger).sound
    assert entered, "nobody entered before the processes were killed"
    keys = Keyring(tmp_path / "keys")
    drawn = [entry for entry in trial.ledger.entries() if isinstance(entry.event, Randomised)]
    assert [entry.event.slot for entry in drawn] == list(range(1, len(drawn) + 1))
    arms = [keys.open(trial.ledger.envelopes(entry.sequence)[0])["arm"] for entry in drawn]
    listed = arms_in_order(SPEC, Draws.of(SPEC, Key(keys.get("randomisation-1"))), ())
    assert arms == [next(listed) for _ in drawn]
    trial.ledger.close()
