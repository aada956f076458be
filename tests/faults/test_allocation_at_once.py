"""Many at once: no slot is told twice, none is passed over, nobody enters beyond the last place."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import live_postgres
from masked_trial import SITES, Trial, desk_of, protocol, spec_of
from trialwright.conduct import commands as ask
from trialwright.conduct.allocating.asks import Randomise
from trialwright.conduct.events import Enrolled
from trialwright.conduct.events.allocation import Randomised
from trialwright.conduct.ledger import PostgresLedger, SqliteLedger, server_clock, verify
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.randomisation import Blocks, Draws, Key, arms_in_order
from trialwright.core.errors import TrialwrightError

WORKER = Path(__file__).with_name("allocation_worker.py")
SPEC = spec_of(factors=(), method=Blocks((4, 6, 8)))
STORES = ["sqlite", "postgres"]


class Shared:
    """A trial in a store that several can open."""

    def __init__(self, kind, folder, **how):
        self.kind, self.folder = kind, folder
        if kind == "sqlite":
            self.where = str(folder / "ledger.sqlite")
            ledger = SqliteLedger(self.where, server_clock, create=True, wait=120)
        else:
            database = live_postgres.fresh()
            self.where = f"{database.conninfo}|{database.schema}"
            ledger = self.open()
        self.trial = Trial(folder, ledger=ledger, clock=server_clock, **how)

    def open(self):
        """The ledger, opened once more."""
        if self.kind == "sqlite":
            return SqliteLedger(self.where, server_clock, wait=120)
        conninfo, _, schema = self.where.rpartition("|")
        return PostgresLedger(conninfo, server_clock, schema=schema, wait=120)

    def desk(self):
        """A desk of one's own, as another process has it."""
        return desk_of(self.open(), self.folder / "keys", self.trial.protocol, server_clock)


@pytest.fixture
def shared(tmp_path):
    """Makes a shared trial; its ledger is closed at the end."""
    made = []

    def make(kind, **how):
        made.append(Shared(kind, tmp_path, **how))
        return made[-1]

    yield make
    for each in made:
        each.trial.ledger.close()


def allocations(trial):
    """The allocations in the order of the ledger, read without the program that made them."""
    keys = Keyring(trial.folder / "keys")
    found = []
    for entry in trial.ledger.entries():
        if isinstance(entry.event, Randomised):
            (box,) = trial.ledger.envelopes(entry.sequence)
            found.append((entry.event.subject, entry.event.sequence, entry.event.slot, keys.open(box)["arm"]))
    return found


def at_once(shared, jobs):
    """What each job came to, all begun together, each at a desk of its own in a thread of its own."""
    barrier, answers = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(place, job):
        desk = shared.desk()
        barrier.wait()
        try:
            answers[place] = desk.do(*job)
        except TrialwrightError as fault:
            answers[place] = fault.code
        finally:
            desk.ledger.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(jobs)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return answers


@pytest.mark.requirement("R27")
@pytest.mark.requirement("R25")
@pytest.mark.parametrize("kind", STORES)
def test_two_hundred_randomisations_by_several_processes_take_two_hundred_slots_in_order(kind, shared, tmp_path):
    """Whoever reads the next free slot without a lock tells two people the same one; whoever tries again and again when
    another was faster is found by the count of attempts."""
    shared = shared(kind, size=400)
    trial = shared.trial
    trial.seal(SPEC)
    subjects = [f"P{n:03}" for n in range(200)]
    trial.admit(*subjects)
    trial.do("ivy", *(ask.Enrol(subject, 4) for subject in subjects))
    command = [sys.executable, str(WORKER), kind, shared.where, str(tmp_path)]
    workers = [
        subprocess.Popen([*command, *subjects[place::4]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for place in range(4)
    ]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    outputs = [worker.communicate(timeout=300)[0].splitlines() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4
    assert [lines[-1] for lines in outputs] == ["asked 50"] * 4
    told = dict(line.split() for lines in outputs for line in lines[:-1])
    assert set(told) == set(subjects)
    found = allocations(trial)
    assert [each[1] for each in found] == list(range(1, 201))
    assert [each[2] for each in found] == list(range(1, 201))
    assert len({each[0] for each in found}) == 200
    draws = Draws.of(SPEC, Key(Keyring(tmp_path / "keys").get("randomisation-1")))
    assert [each[3] for each in found] == list(itertools.islice(arms_in_order(SPEC, draws, ()), 200))
    stood = {entry.event.subject: entry.sequence for entry in trial.ledger.entries() if type(entry.event) is Randomised}
    assert {subject: int(sequence) for subject, sequence in told.items()} == stood
    assert verify(trial.ledger).sound


@pytest.mark.requirement("R49")
@pytest.mark.parametrize("kind", STORES)
def test_fifty_at_once_for_three_places(kind, shared):
    """Three enter, whoever they are; the others are told that there is no place, and hold none."""
    shared = shared(kind, size=3)
    trial = shared.trial
    trial.seal(SPEC)
    subjects = [f"P{n:02}" for n in range(50)]
    trial.admit(*subjects)

    answers = at_once(shared, [(trial.call("ivy"), ask.Enrol(each, 4), Randomise(each, {})) for each in subjects])
    entered = [answer for answer in answers if not isinstance(answer, str)]
    assert len(entered) == 3
    assert [answer for answer in answers if isinstance(answer, str)] == ["COND-005"] * 47
    events = [entry.event for entry in trial.ledger.entries()]
    assert sum(isinstance(event, Enrolled) for event in events) == 3
    assert [each[2] for each in allocations(trial)] == [1, 2, 3]


@pytest.mark.requirement("R27")
@pytest.mark.parametrize("kind", STORES)
def test_the_same_participant_asked_for_by_ten_at_once_has_one_arm(kind, shared):
    """A button pressed twice, a request sent again: one slot is used."""
    shared = shared(kind, size=20)
    trial = shared.trial
    trial.seal(SPEC)
    trial.enrol("S1", "S2")

    keys = ["r-S1"] * 5 + [f"r-{place}" for place in range(5)]
    answers = at_once(shared, [(trial.call("ivy", key=key), Randomise("S1", {})) for key in keys])
    assert [each[:3] for each in allocations(trial)] == [("S1", 1, 1)]
    assert {answer[0].sequence for answer in answers if not isinstance(answer, str)} == {trial.ledger.head.size}
    trial.do("ivy", Randomise("S2", {}))
    assert [each[2] for each in allocations(trial)] == [1, 2]


def test_strata_do_not_wait_for_each_other(shared):
    """Each stratum has its own list, whoever asks in between."""
    shared = shared("sqlite", made=protocol(size=60))
    trial = shared.trial
    trial.seal(spec_of(factors=(SITES,)))
    here, there = [f"A{n}" for n in range(8)], [f"B{n}" for n in range(8)]
    trial.enrol(*here)
    trial.enrol(*there, site="02")

    jobs = [(trial.call("ivy"), Randomise(each, {"site": "01"})) for each in here]
    jobs += [(trial.call("ivo"), Randomise(each, {"site": "02"})) for each in there]
    assert not [answer for answer in at_once(shared, jobs) if isinstance(answer, str)]
    held = trial.desk.standing.allocation.randomised
    for names in (here, there):
        assert sorted(held[name].slot for name in names) == list(range(1, 9))
