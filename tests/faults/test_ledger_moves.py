"""A ledger that moves into PostgreSQL comes out as it went in, or stays where it was."""

from __future__ import annotations

import json
import os

import psycopg
import pytest

from command_line import trialwright
from live_postgres import ROLE, server
from trialwright.conduct.events import Confirmed
from trialwright.conduct.folder import find, make
from trialwright.conduct.ledger import Draft, Head
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.moving import MOVED, move
from trialwright.core.errors import StageError, UsageError

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture
def conninfo(request):
    """How the application connects to a database of its own with an empty ledger."""
    name = f"moved_{os.getpid()}_{abs(hash(request.node.name))}"
    uri = server().get_uri()
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    made = trialwright(
        "conduct", "set-up-postgres", "--owner", psycopg.conninfo.make_conninfo(uri, dbname=name), "--app-role", ROLE
    )
    assert made.status == 0, made.err
    return psycopg.conninfo.make_conninfo(uri, dbname=name, user=ROLE)


@pytest.fixture
def place(tmp_path):
    """A folder with a small ledger, some of it sealed."""
    found = make(tmp_path / "trial")
    store = found.store()
    boxes = tuple(Keyring(found.keys).seal(name, "arms", {"arm": "a"}) for name in ("arm", "other"))
    drafts = [Draft(Confirmed(f"field {n}"), n, "ann", key=f"k{n}", envelopes=boxes if n % 2 else ()) for n in range(7)]
    store.append(drafts, Head())
    store.close()
    return found


def content(store):
    """Everything that a store holds."""
    try:
        return [(row, store.envelopes(row.sequence)) for row in store.rows()]
    finally:
        store.close()


def test_every_entry_and_envelope_arrives_and_the_trial_goes_on_there(place, conninfo):
    before = content(place.store())
    answered = trialwright("conduct", "move", str(place.path), "--postgres", conninfo)
    assert answered.status == 0, answered.err
    now = find(place.path)
    assert now.postgres == conninfo
    assert content(now.store()) == before
    assert not place.ledger.exists()
    assert (place.path / MOVED).stat().st_mode & 0o222 == 0
    store = now.store()
    (entry,) = store.append([Draft(Confirmed("more"), 9, "ann")], store.head)
    assert entry.sequence == len(before) + 1
    store.close()
    with pytest.raises(UsageError, match="COND-179"):
        move(now, conninfo)


def test_a_ledger_that_is_not_sound_stays(place, conninfo):
    import sqlite3

    with sqlite3.connect(place.ledger) as connection:
        connection.execute("DROP TRIGGER IF EXISTS entry_keeps")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE entry SET body = replace(body, 'field 3', 'field 8') WHERE sequence = 4")
    about = (place.path / "trial.json").read_bytes()
    with pytest.raises(StageError, match=r"COND-179.*not sound"):
        move(place, conninfo)
    assert (place.path / "trial.json").read_bytes() == about
    assert place.ledger.exists()


def test_nothing_is_moved_over_another_ledger(place, conninfo, tmp_path):
    other = make(tmp_path / "other")
    store = other.store()
    store.append([Draft(Confirmed("other"), 0, "bob")], Head())
    store.close()
    move(other, conninfo)
    with pytest.raises(StageError, match=r"COND-179.*holds entries"):
        move(place, conninfo)
    assert json.loads((place.path / "trial.json").read_text())["postgres"] is None
    assert len(content(find(other.path).store())) == 1
