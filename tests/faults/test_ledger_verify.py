"""What `verify` sees: a bit changed, entries cut off, reordered, forked or rewritten, a store opened to changes."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from dataclasses import replace

import pytest

from trialwright.conduct import Draft, FileLedger, Head, MemoryLedger, SqliteLedger
from trialwright.conduct.canonical import canonical, parsed
from trialwright.conduct.events import Confirmed, Recorded
from trialwright.conduct.ledger import Envelope, Signer, attest, verify, witness_in
from trialwright.conduct.ledger.entry import digest, entry_of, sealed, text_of
from trialwright.core.errors import StageError

SIGNER = Signer("example.org/ledger", bytes(range(32)))
NOW = "2024-02-29T12:00:00.000000Z"


def clock():
    return NOW


def drafts(day, actor="ann"):
    first = Draft(Recorded("AE", f"P{day}", 1, day, {"AETERM": "Fever é", "AETOXGR": 2}), day, actor, key=f"k{day}")
    box = Envelope("arm", "key-1", bytes([day]) * 32, bytes([day]) * 256)
    return [first, Draft(Confirmed("x"), day, actor, key=f"l{day}", envelopes=(box,) * (day % 2))]


def filled(ledger, days=range(4), actor="ann"):
    for day in days:
        ledger.append(drafts(day, actor), ledger.head)
    return ledger


@pytest.fixture
def path(tmp_path):
    """A ledger of four transactions with eight entries."""
    filled(SqliteLedger(tmp_path / "ledger", clock, create=True)).close()
    return tmp_path / "ledger"


def report(path, witness=None):
    with SqliteLedger(path, clock) as ledger:
        return verify(ledger, witness)


def changed(path, *statements, guarded=False):
    """Change the database as somebody does who can write the file."""
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers if not guarded else ():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(*statement) if isinstance(statement, tuple) else connection.execute(statement)
    for _, text in triggers if not guarded else ():
        connection.execute(text)
    connection.close()


def witnessed(path, where, to=SIGNER):
    with SqliteLedger(path, clock) as ledger:
        attest(where, verify(ledger).checkpoint(NOW), to)
    return witness_in(where, [SIGNER.verifier])


def test_a_sound_ledger_is_sound_in_every_store(path, tmp_path):
    memory = filled(MemoryLedger(clock))
    with FileLedger(tmp_path / "file", create=True, clock=clock) as file:
        found = [verify(filled(file)), verify(memory), report(path)]
    with FileLedger(tmp_path / "file", to_verify=True) as file:
        found.append(verify(file))
    assert all(one.sound and one.first is None for one in found)
    assert len({(one.head, one.root, one.origin) for one in found}) == 1
    assert found[0].head.size == 8
    assert "no witness" in found[0].notices[0]


def test_an_empty_ledger_is_sound_and_gets_no_checkpoint():
    found = verify(MemoryLedger(clock))
    assert (found.sound, found.head, found.origin) == (True, Head(), "")
    with pytest.raises(StageError, match="COND-033"):
        found.checkpoint(NOW)


@pytest.mark.parametrize(
    ("statement", "entry", "why"),
    [
        ("UPDATE entry SET body = replace(body, 'Fever', 'Chill') WHERE sequence = 3", 3, "changed"),
        ("UPDATE entry SET body = replace(body, '\"day\"', ' \"day\"') WHERE sequence = 3", 3, "changed"),
        ("UPDATE entry SET hash = replace(hash, '0', '1') WHERE sequence = 5", 5, "changed"),
        ("UPDATE entry SET key = 'other' WHERE sequence = 4", 4, "another idempotency key"),
        ("UPDATE entry SET key = '' WHERE sequence = 4", 4, "another idempotency key"),
        ("DELETE FROM entry WHERE sequence = 4", 4, "sequence number"),
        ("DELETE FROM entry WHERE sequence = 1", 1, "sequence number"),
        ("UPDATE entry SET sequence = 99 WHERE sequence = 4", 4, "sequence number"),
        ("UPDATE entry SET body = CAST(x'ff' AS TEXT) WHERE sequence = 6", 6, "utf-8"),
        ("UPDATE entry SET body = '[]' WHERE sequence = 6", 6, "changed"),
        ("UPDATE envelope SET ciphertext = zeroblob(256) WHERE sequence = 4", 4, "envelope 1"),
        ("UPDATE envelope SET name = 'identity' WHERE sequence = 4", 4, "envelope 1"),
        ("UPDATE envelope SET sequence = 5 WHERE sequence = 4", 4, "envelopes"),
        ("DELETE FROM envelope WHERE sequence = 8", 8, "envelopes"),
        ("INSERT INTO envelope VALUES (5, 1, 'arm', 'key-1', zeroblob(32), zeroblob(256))", None, "3 envelopes"),
        ("INSERT INTO envelope VALUES (8, 2, 'arm', 'key-1', zeroblob(32), zeroblob(256))", 8, "2 envelopes"),
    ],
)
def test_the_first_bad_entry_is_named(path, statement, entry, why):
    changed(path, "PRAGMA foreign_keys = OFF", statement)
    found = report(path)
    assert not found.sound
    assert found.first.sequence == entry
    assert why in found.first.why
    if entry is not None:
        assert found.head.size == entry - 1
    with pytest.raises(StageError, match="COND-033"):
        found.checkpoint(NOW)


def test_entries_that_changed_places_are_noticed(path):
    rows = "SELECT sequence, key, body, hash FROM entry WHERE sequence IN (3, 5)"
    connection = sqlite3.connect(path)
    third, fifth = connection.execute(rows).fetchall()
    connection.close()
    insert = "INSERT INTO entry VALUES (?, ?, ?, ?)"
    changed(
        path,
        "PRAGMA foreign_keys = OFF",
        "DELETE FROM entry WHERE sequence IN (3, 5)",
        (insert, (3, *fifth[1:])),
        (insert, (5, *third[1:])),
    )
    assert report(path).first.sequence == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET hash = hash WHERE sequence = 1",
        "DELETE FROM entry WHERE sequence = 8",
        "UPDATE envelope SET name = name",
        "DELETE FROM envelope",
        "INSERT INTO entry VALUES (10, '', '', '')",
        "INSERT INTO entry VALUES (5, '', '', '')",
        "INSERT OR REPLACE INTO entry VALUES (8, '', '', '')",
        "REPLACE INTO envelope VALUES (4, 1, 'arm', 'k', zeroblob(32), zeroblob(256))",
        "INSERT INTO envelope VALUES (4, 2, 'arm', 'k', zeroblob(32), zeroblob(256))",
    ],
)
def test_the_database_itself_refuses_changes(path, statement):
    with pytest.raises(sqlite3.IntegrityError):
        changed(path, statement, guarded=True)
    assert report(path).sound


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER entry_never_update",
        "CREATE TABLE extra (a)",
        "DROP INDEX entry_key",
        "CREATE TRIGGER more AFTER INSERT ON entry BEGIN SELECT 1; END",
    ],
)
def test_a_database_that_was_opened_to_changes_is_noticed(path, statement):
    changed(path, statement, guarded=True)
    found = report(path)
    assert found.first.sequence is None
    assert "opened to changes" in found.first.why


def test_a_flipped_bit_anywhere_in_the_file_is_reported_or_changes_no_read(path):
    content = path.read_bytes()
    with SqliteLedger(path, clock) as ledger:
        whole, boxes = tuple(ledger.entries()), ledger.envelopes(4)
    unnoticed, codes = 0, set()
    for place in range(0, len(content), 37):
        bad = bytearray(content)
        bad[place] ^= 1 << place % 8
        path.write_bytes(bytes(bad))
        try:
            with SqliteLedger(path, clock) as ledger:
                found = verify(ledger)
                if found.sound:
                    unnoticed += 1
                    assert tuple(ledger.entries()) == whole, place
                    assert ledger.envelopes(4) == boxes, place
                else:
                    assert tuple(itertools.islice(ledger.entries(), found.head.size)) == whole[: found.head.size]
        except StageError as fault:
            codes.add(fault.code)
    assert codes <= {"COND-022", "COND-024", "COND-028"}
    assert 0 < unnoticed < len(content) / 37


def test_entries_cut_off_show_only_against_the_witness(path, tmp_path):
    witness = witnessed(path, tmp_path / "witness")
    changed(
        path,
        "PRAGMA foreign_keys = OFF",
        "DELETE FROM envelope WHERE sequence > 6",
        "DELETE FROM entry WHERE sequence > 6",
    )
    assert report(path).sound
    found = report(path, witness)
    assert found.first.sequence == 7
    assert "cut off" in found.first.why
    assert found.witnessed == 0


def test_an_older_copy_shows_only_against_the_witness(path, tmp_path):
    witnessed(path, tmp_path / "witness")
    shutil.copy(path, tmp_path / "backup")
    with SqliteLedger(path, clock) as ledger:
        filled(ledger, [5])
    witness = witnessed(path, tmp_path / "witness")
    assert report(path, witness).witnessed == 10
    found = report(tmp_path / "backup", witness)
    assert (found.first.sequence, found.witnessed) == (9, 8)


def test_a_fork_shows_only_against_the_witness(path, tmp_path):
    witnessed(path, tmp_path / "witness")
    shutil.copy(path, tmp_path / "fork")
    for where, actor in ((path, "ann"), (tmp_path / "fork", "bob")):
        with SqliteLedger(where, clock) as ledger:
            filled(ledger, range(5, 8), actor)
    witness = witnessed(path, tmp_path / "witness")
    assert report(path, witness).sound
    assert report(tmp_path / "fork").sound
    found = report(tmp_path / "fork", witness)
    assert (found.first.sequence, found.witnessed) == (9, 8)
    assert "entries 9 to 14" in found.first.why


def test_a_history_rewritten_as_a_whole_shows_only_against_the_witness(path, tmp_path):
    with SqliteLedger(tmp_path / "early", clock, create=True) as early:
        filled(early, [0])
    witnessed(tmp_path / "early", tmp_path / "witness")
    witness = witnessed(path, tmp_path / "witness")
    assert report(path, witness).sound
    head, rows = None, []
    with SqliteLedger(path, clock) as ledger:
        for entry in ledger.entries():
            actor = "mallory" if entry.sequence == 4 else entry.actor
            made = replace(entry, actor=actor, previous=head or entry.previous, hash="")
            head = digest(text_of(made))
            rows.append((made.sequence, made.key, text_of(made), head))
    statements = [("UPDATE entry SET body = ?, hash = ? WHERE sequence = ?", (row[2], row[3], row[0])) for row in rows]
    changed(path, *statements)
    assert report(path).sound
    found = report(path, witness)
    assert (found.first.sequence, found.witnessed) == (3, 2)
    assert "entries 3 to 8" in found.first.why


def test_a_ledger_is_not_taken_for_another(path, tmp_path):
    with SqliteLedger(tmp_path / "other", clock, create=True) as other:
        filled(other, range(4), "bob")
    found = report(tmp_path / "other", witnessed(path, tmp_path / "witness"))
    assert found.first.sequence == 1
    assert "another ledger" in found.first.why


def test_a_checkpoint_that_somebody_else_signed_does_not_count(path, tmp_path):
    witness = witnessed(path, tmp_path / "witness", Signer("example.org/ledger", bytes(32)))
    found = report(path, witness)
    assert found.first.sequence is None
    assert "trusted" in found.first.why
    assert found.witnessed == 0


def rewritten(ledger, sequence, text):
    """A ledger in memory whose row is this text, with the hash that belongs to it."""

    class Rewritten:
        def rows(self, start=1):
            for row in ledger.rows(start):
                yield replace(row, text=text, hash=digest(text)) if row.sequence == sequence else row

        envelopes, faults = ledger.envelopes, ledger.faults

    return Rewritten()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"day"', ' "day"'),
        lambda text: text.replace('"actor":"ann"', '"actor":"bob","actor":"ann"'),
        lambda text: text.replace('"AETOXGR":2', '"AETOXGR":2.0'),
        lambda text: text.replace('"AETOXGR":2', '"AETOXGR":NaN'),
        lambda text: text.replace("é", "\\u00e9"),
        lambda text: canonical(dict(reversed(parsed(text).items())) | {"extra": 1}),
        lambda text: canonical({k: v for k, v in parsed(text).items() if k != "site"}),
        lambda text: canonical(parsed(text) | {"sealed": "x"}),
        lambda text: canonical(parsed(text) | {"occurred": 1}),
        lambda text: canonical(parsed(text) | {"format": 3}),
        lambda text: canonical(parsed(text) | {"sequence": 8}),
        lambda text: canonical(parsed(text) | {"key": "k0"}),
    ],
)
def test_the_last_entry_written_in_another_way_is_noticed_even_with_its_own_hash(change):
    ledger = filled(MemoryLedger(clock))
    ledger.append(drafts(9)[:1], ledger.head)
    text = list(ledger.rows())[-1].text
    assert verify(rewritten(ledger, 9, text)).sound
    assert change(text) != text
    assert verify(rewritten(ledger, 9, change(text))).first.sequence == 9


def test_a_key_used_twice_is_noticed():
    class Twice:
        def rows(self, start=1):
            head = Head()
            for _ in range(2):
                entry = sealed(Draft(Confirmed("x"), 0, "ann", key="k"), head, NOW)
                head = Head(entry.sequence, entry.hash)
                yield from rows_of(entry)

        envelopes, faults = MemoryLedger().envelopes, MemoryLedger().faults

    def rows_of(entry):
        from trialwright.conduct.ledger.rows import row_of

        assert entry_of(text_of(entry), entry.hash) == entry
        return [row_of(entry)]

    found = verify(Twice())
    assert found.first.sequence == 2
    assert "stands at an earlier entry" in found.first.why


def test_a_clock_that_goes_back_is_told_and_is_no_fault():
    times = iter(["2024-10-27T01:30:00.000000Z", "2024-10-27T00:30:00.000000Z", "2024-10-27T00:30:00.000000Z"])
    ledger = MemoryLedger(lambda: next(times))
    for day in range(3):
        ledger.append([Draft(Confirmed("x"), day, "ann")], ledger.head)
    found = verify(ledger)
    assert found.sound
    assert "went back 1 times, first at entry 2" in found.notices[0]


def test_a_file_that_cannot_be_opened_is_still_verified(tmp_path):
    where = tmp_path / "file"
    with FileLedger(where, create=True, clock=clock) as ledger:
        filled(ledger)
    content = where.read_bytes()
    for bad, entry in (
        (content.replace(b'"P2"', b'"P9"', 1), 5),
        (content[:-9], 7),
        (content.replace(b"0101", b"0201", 1), 3),
    ):
        where.write_bytes(bad)
        with pytest.raises(StageError):
            FileLedger(where)
        with FileLedger(where, to_verify=True) as ledger:
            assert verify(ledger).first.sequence == entry
            with pytest.raises(StageError, match="COND-022"):
                ledger.append([Draft(Confirmed("x"), 9, "ann")], ledger.head)


@pytest.mark.parametrize("content", [b"", b"something else", b"SQLite format 3\0"])
def test_what_is_no_ledger_is_not_opened(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(StageError, match="COND-028"):
        SqliteLedger(tmp_path / "x", clock)
    assert (tmp_path / "x").read_bytes() == content


def test_wal_is_refused_where_it_can_lose_entries(path, monkeypatch):
    changed(path, "PRAGMA journal_mode = WAL", guarded=True)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(StageError, match=r"COND-028.*WAL"):
        SqliteLedger(path, clock)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    assert report(path).sound


def test_a_ledger_in_use_says_so(path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StageError, match="COND-025"):
        SqliteLedger(path, clock, wait=0).append(drafts(9), Head())
    other.close()


def test_a_ledger_is_not_made_over_another_nor_half(path, tmp_path):
    before = path.read_bytes()
    for where in (path, tmp_path, tmp_path / "none" / "x"):
        with pytest.raises(StageError, match="COND-024"):
            SqliteLedger(where, clock, create=True)
    with pytest.raises(StageError, match="COND-024"):
        SqliteLedger(tmp_path / "none", clock)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["ledger"]


def test_a_head_noted_elsewhere_must_be_there(path):
    head = report(path).head
    SqliteLedger(path, clock, expected=head).close()
    for other in (Head(9, head.hash), Head(8, "0" * 64)):
        with pytest.raises(StageError, match="COND-026"):
            SqliteLedger(path, clock, expected=other)


def test_a_key_is_found_by_its_index(path):
    """Without it each append reads the whole ledger, and a trial grows slower day by day."""
    asked = []
    with SqliteLedger(path, clock) as ledger:
        ledger._connection.set_trace_callback(asked.append)
        ledger.keyed("k1")
    connection = sqlite3.connect(path)
    plan = connection.execute(f"EXPLAIN QUERY PLAN {asked[0]}").fetchall()
    connection.close()
    assert "INDEX entry_key" in plan[0][3]
    assert "SCAN" not in plan[0][3]
