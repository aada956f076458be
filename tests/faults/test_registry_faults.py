"""A registry whose load is killed, whose disk is full, whose text index lags, is lost or is broken."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trialwright.core.errors import InputError, StageError
from trialwright.core.streams import stream
from trialwright.registry import Registry, parsing
from trialwright.registry.text_index import index_path

LOADER = Path(__file__).with_name("registry_loader.py")
RECORDS = 300


def study(place, title="a trial of nothing"):
    """A small study with a number of its own."""
    names = {"nctId": f"NCT{place:08}", "briefTitle": f"{title}, word{place}"}
    status = {"lastUpdatePostDateStruct": {"date": "2020-01-01"}}
    text = " ".join(f"filler{place}x{n}" for n in range(150))
    section = {"identificationModule": names, "statusModule": status, "descriptionModule": {"briefSummary": text}}
    return {"protocolSection": section}


@pytest.fixture
def source(tmp_path):
    """A file of records, a line each."""
    path = tmp_path / "records.jsonl"
    path.write_text("".join(json.dumps(study(place)) + "\n" for place in range(1, RECORDS + 1)))
    return path


def loader(store, source, batch=10, limit=0):
    """The process that loads."""
    command = [sys.executable, str(LOADER), str(store), str(source), str(batch), str(limit)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))


def check_whole(registry, *, all_there=False):
    """Every version has its facts, no trial two current versions, and the index finds each version once it is open."""
    (held,) = registry.query(
        "SELECT count(*) AS n, count(DISTINCT trial) AS trials, coalesce(max(id), 0) AS newest FROM versions"
    )
    assert held["n"] == held["trials"] == held["newest"]
    assert registry.query("SELECT count(*) AS n FROM trials")[0]["n"] == held["n"]
    found = registry.text_index().matches("title : trial")
    assert sorted(found) == list(range(1, held["n"] + 1))
    if all_there:
        assert held["n"] == RECORDS
    return held["n"]


def test_a_load_killed_at_any_moment_opens_and_goes_on(source, tmp_path):
    draw = stream(7, "kills")
    store = tmp_path / "registry.duckdb"
    reached = []
    for _ in range(6):
        child = loader(store, source)
        child.stdout.readline()
        lines = int(draw.integers(1, 8))
        for _ in range(lines):
            child.stdout.readline()
        time.sleep(draw.random() / 50)
        child.kill()
        child.communicate()
        with Registry(store, writable=False) as registry:
            reached.append(check_whole(registry))
    assert reached == sorted(reached)
    assert reached[-1] > 0
    child = loader(store, source)
    out, err = child.communicate()
    assert child.returncode == 0, err
    assert out.splitlines()[-1].split()[1] == str(reached[-1])
    with Registry(store) as registry:
        check_whole(registry, all_there=True)


def test_a_disk_without_room_is_said_and_what_was_stored_stays(source, tmp_path):
    store = tmp_path / "registry.duckdb"
    child = loader(store, source, limit=600_000)
    _, err = child.communicate()
    assert child.returncode != 0
    assert "REG-003" in err or "REG-007" in err
    with Registry(store) as registry:
        before = check_whole(registry)
        assert before < RECORDS
        registry.load([source], workers=1)
        check_whole(registry, all_there=True)


def test_an_index_without_room_lags_and_is_caught_up(source, tmp_path):
    store = tmp_path / "registry.duckdb"
    with Registry(store) as registry:
        index = registry.text_index()
        pages = index._connection.execute("PRAGMA page_count").fetchone()[0]
        index._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StageError) as refused:
            registry.load([source], workers=1)
        assert refused.value.code == "REG-007"
        assert "full" in refused.value.message
        assert registry.newest() > index.reached
    with Registry(store) as registry:
        assert check_whole(registry) > 0
        registry.load([source], workers=1)
        check_whole(registry, all_there=True)


@pytest.mark.parametrize("damage", ["gone", "broken", "cut", "of another registry", "ahead"])
def test_a_lost_or_foreign_index_is_made_again(source, tmp_path, damage):
    store, other = tmp_path / "registry.duckdb", tmp_path / "other.duckdb"
    with Registry(store) as registry:
        registry.load([source], workers=1)
    index = index_path(store)
    if damage == "gone":
        index.unlink()
    elif damage == "broken":
        index.write_bytes(b"no database at all" * 500)
    elif damage == "cut":
        index.write_bytes(index.read_bytes()[:9000])
    elif damage == "ahead":
        with sqlite3.connect(index) as connection:
            connection.execute("UPDATE state SET reached = 100000")
        connection.close()
    else:
        with Registry(other) as registry:
            registry.text_index()
        index_path(other).replace(index)
    with Registry(store, writable=False) as registry:
        check_whole(registry, all_there=True)


def test_broken_records_are_listed_and_stop_nothing(tmp_path, monkeypatch):
    lines = [json.dumps(study(place)) for place in range(1, 6)]
    lines[2] = lines[2][:-9]
    lines[3] = json.dumps({"protocolSection": {}})
    source, store = tmp_path / "records.jsonl", tmp_path / "registry.duckdb"
    source.write_text("\n".join(lines))
    with Registry(store) as registry:
        loaded = registry.load([source])
        assert (loaded.added, len(loaded.left_out)) == (3, 2)
        assert [row["name"] for row in registry.query("SELECT name FROM left_out ORDER BY name")] == [
            "records.jsonl, line 3",
            "records.jsonl, line 4",
        ]
        lines[2] = json.dumps(study(3))
        source.write_text("\n".join(lines))
        assert registry.load([source]).known == 3
        assert [row["name"] for row in registry.query("SELECT name FROM left_out")] == ["records.jsonl, line 4"]

    def fails(_):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(parsing, "facts_of", fails)
    with Registry(tmp_path / "second.duckdb") as registry:
        loaded = registry.load([source])
    assert loaded.added == 0
    assert "a fault of trialwright: ZeroDivisionError: ours" in loaded.left_out[0][1]


def test_a_registry_that_another_program_writes_is_refused(source, tmp_path):
    store = tmp_path / "registry.duckdb"
    child = loader(store, source)
    try:
        assert child.stdout.readline() == "open\n"
        with pytest.raises(InputError) as refused:
            Registry(store, writable=False)
        assert refused.value.code == "REG-001"
    finally:
        child.kill()
        child.communicate()
