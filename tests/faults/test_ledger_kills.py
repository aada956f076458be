"""Processes killed at any moment, disks that fill or fail at any write: nothing acknowledged is lost, nothing is half.

The bounded form kills each store's writer a few times; `TRIALWRIGHT_KILLS=200` is the long form (`make soak`).
"""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import ledger_writer
import pytest
from ledger_writer import draft, transaction

import live_postgres
from trialwright.conduct import FileLedger, Head, SqliteLedger, mend_torn_end
from trialwright.conduct.ledger import server_clock, verify
from trialwright.core.errors import StageError
from trialwright.core.streams import stream

KILLS = int(os.environ.get("TRIALWRIGHT_KILLS", "6"))
WRITER = Path(ledger_writer.__file__)


def started(kind, where, name, *more, **how):
    return subprocess.Popen(
        [sys.executable, str(WRITER), kind, where, name, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how
    )


def made(kind, folder):
    """Where a new empty ledger of this kind stands."""
    where = str(folder / "ledger")
    match kind:
        case "file":
            FileLedger(where, create=True).close()
        case "sqlite":
            SqliteLedger(where, server_clock, create=True).close()
        case "postgres":
            database = live_postgres.fresh()
            where = f"{database.conninfo}|{database.schema}"
    return where


def acknowledged(output):
    """The keys and numbers that a writer told before it died; a line without its end was not told whole."""
    lines = output.decode().split("\n")[:-1]
    assert lines[0] == "ready"
    return {key: int(sequence) for key, sequence in (line.split(" ") for line in lines[1:])}


def reopened(kind, where):
    if kind == "file":
        mend_torn_end(where)
    return ledger_writer.opened(kind, where)


def check(kind, where, told, name):
    """What must hold after a death: all that was told is there, transactions are whole, a retry is one."""
    with reopened(kind, where) as ledger:
        assert verify(ledger).sound
        standing = {entry.key: entry.sequence for entry in ledger.entries()}
        assert told.items() <= standing.items()
        mine = [key for key in standing if key.startswith(f"{name}-")]
        assert len(mine) % 3 == 0
        transactions = len(mine) // 3
        assert {key for number in range(transactions) for key in (d.key for d in transaction(name, number))} == set(
            mine
        )
        for number in range(
            max(0, transactions - 1), transactions + 1
        ):  # the last, and the one that may have been lost
            first = ledger.append(transaction(name, number), ledger.head)
            again = ledger.append(transaction(name, number), Head())
            assert again == first
            assert standing.get(first[0].key, first[0].sequence) == first[0].sequence
        return transactions


@pytest.mark.parametrize("kind", ["file", "sqlite", "postgres"])
def test_killed_at_any_moment_under_load(kind, tmp_path):
    where = made(kind, tmp_path)
    random = stream(os.getpid(), "kills", kind)
    written = 0
    for round_ in range(KILLS):
        name = f"r{round_}"
        child = started(kind, where, name)
        first = child.stdout.readline()
        time.sleep(random.uniform(0, 0.25))
        child.send_signal(signal.SIGKILL)
        output, errors = child.communicate()
        assert not errors, errors.decode()
        written += check(kind, where, acknowledged(first + output), name)
    assert written, "no writer ever wrote anything before it was killed"


def test_a_server_that_is_killed_keeps_what_was_acknowledged(tmp_path):
    """Every process of the server at once, as when the machine's power fails (its disk goes on)."""
    where = made("postgres", tmp_path)
    child = started("postgres", where, "s")
    output = b"".join(child.stdout.readline() for _ in range(10))
    data = live_postgres.server().pgdata
    postmaster = int((data / "postmaster.pid").read_text().split("\n")[0])
    os.kill(postmaster, signal.SIGQUIT)  # ends at once, without a checkpoint: what stands must come from the log
    more, _ = child.communicate()
    assert child.returncode != 0
    for _ in range(200):
        if not (data / "postmaster.pid").exists():
            break
        time.sleep(0.05)
    live_postgres.server().ensure_postgres_running()
    assert check("postgres", where, acknowledged(output + more), "s") >= 3


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_many_processes_at_once_get_distinct_numbers_in_order(kind, tmp_path):
    """200 appends by 8 processes; each is asked for once, and none has to be asked for again."""
    where = made(kind, tmp_path)
    children = [started(kind, where, f"p{number}", "25") for number in range(8)]
    told = {}
    for child in children:
        output, errors = child.communicate(timeout=110)
        assert child.returncode == 0, errors.decode()
        told |= acknowledged(output)
    assert sorted(told.values()) == list(range(1, 201))
    with ledger_writer.opened(kind, where) as ledger:
        assert {entry.key: entry.sequence for entry in ledger.entries()} == told
        assert verify(ledger).sound
        for number in range(8):  # each process's own come in the order in which it asked
            mine = [told[f"p{number}-{place}"] for place in range(25)]
            assert mine == sorted(mine)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_same_command_from_many_processes_stands_once(kind, tmp_path):
    where = made(kind, tmp_path)
    children = [started(kind, where, "same", "3") for _ in range(6)]
    told = []
    for child in children:
        output, errors = child.communicate(timeout=110)
        assert child.returncode == 0, errors.decode()
        told.append(acknowledged(output))
    assert all(one == told[0] for one in told)
    with ledger_writer.opened(kind, where) as ledger:
        assert ledger.head.size == 3


@pytest.mark.parametrize("kind", ["file", "sqlite"])
def test_a_disk_that_is_full_at_any_size_acknowledges_nothing_that_is_not_there(kind, tmp_path):
    """The system refuses to let a file grow beyond a size, for many sizes; the program goes on living."""
    for size in range(24_000, 90_000, 4_096 if kind == "sqlite" else 7_001):
        folder = tmp_path / str(size)
        folder.mkdir()
        where = made(kind, folder)
        held = resource.getrlimit(resource.RLIMIT_FSIZE)

        def narrow(size=size, held=held):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, held[1]))

        child = started(kind, where, "f", preexec_fn=narrow)
        output, errors = child.communicate(timeout=110)
        assert child.returncode == 1
        assert "COND-024" in errors.decode()
        check(kind, where, acknowledged(output), "f")


class Died(BaseException):
    """The process is gone: nothing after this point runs."""


def dying_at(monkeypatch, moment, calls, half):
    """Let the process die at the given call to the system; a write that dies may have written half."""
    count = [0]

    def wrapped(name, real):
        def call(*arguments):
            if count[0] > moment:
                raise Died
            count[0] += 1
            calls.append(name)
            if count[0] > moment:
                if name == "write" and half:
                    real(arguments[0], arguments[1][: len(arguments[1]) // 2])
                elif name != "write" and half:
                    real(*arguments)
                raise Died
            return real(*arguments)

        return call

    for name in ("write", "fsync", "ftruncate"):
        monkeypatch.setattr(os, name, wrapped(name, getattr(os, name)))


@pytest.mark.parametrize("half", [False, True])
def test_a_file_ledger_dies_at_every_write_and_sync(tmp_path, monkeypatch, half):
    """At each call, before it and half-way (a sync: just after it); then what was told is there and a retry is one."""
    calls: list[str] = []
    for moment in range(20):
        where = tmp_path / f"ledger{moment}"
        FileLedger(where, create=True).close()
        told, died = {}, False
        with monkeypatch.context() as patch:
            dying_at(patch, moment, calls, half)
            try:
                ledger = FileLedger(where)
                for number in range(5):
                    told |= {e.key: e.sequence for e in ledger.append(transaction("d", number), ledger.head)}
            except Died:
                died = True
        if not died:
            break
        check("file", where, told, "d")
    assert not died
    assert {"write", "fsync"} <= set(calls)


def test_a_file_ledger_tells_nothing_before_it_is_synced(tmp_path, monkeypatch):
    """Power failure: of what was written since the last sync anything may be missing; nothing told may be in it."""
    where = tmp_path / "ledger"
    synced, real = [], os.fsync

    def fsync(file):
        real(file)
        synced.append(where.stat().st_size if where.exists() else 0)

    monkeypatch.setattr(os, "fsync", fsync)
    with FileLedger(where, create=True) as ledger:
        for number in range(3):
            ledger.append(transaction("d", number), ledger.head)
            assert synced[-1] == where.stat().st_size
    whole = where.read_bytes()
    for cut in range(synced[-2], len(whole), 97):
        where.write_bytes(whole[:cut])
        with reopened("file", where) as ledger:
            assert ledger.head.size == 6


def test_a_failing_disk_under_sqlite_acknowledges_nothing(tmp_path):
    """The folder cannot be written, so the journal that would make the change safe cannot be made."""
    where = Path(made("sqlite", tmp_path))
    other = sqlite3.connect(where)
    with SqliteLedger(where, server_clock) as ledger:
        (tmp_path / "ledger-journal").mkdir()
        with pytest.raises(StageError, match=r"COND-02[45]"):
            ledger.append([draft("x")], Head())
        (tmp_path / "ledger-journal").rmdir()
        assert ledger.head == Head()
        assert ledger.append([draft("x")], Head())[0].sequence == 1
    other.close()
