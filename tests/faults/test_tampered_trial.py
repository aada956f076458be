"""A trial whose folder somebody has changed: `verify` says so, or the desk refuses, or nothing that is read changes.

What `verify` finds in a ledger by itself is in test_ledger_verify; here it is a whole masked trial, with its envelopes,
its keys, its copies and its witness.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import sqlite3

import pytest

from masked_trial import Trial, desk_of, protocol, spec_of
from trialwright.conduct import SqliteLedger
from trialwright.conduct import commands as ask
from trialwright.conduct.allocating.asks import Randomise
from trialwright.conduct.events.allocation import Randomised
from trialwright.conduct.ledger import Envelope, Signer, attest, server_clock, verify, witness_in
from trialwright.conduct.ledger.envelope import commitment, unfit
from trialwright.conduct.randomisation import Blocks
from trialwright.core.errors import StageError, TrialwrightError
from trialwright.core.streams import stream

PLACES = int(os.environ.get("TRIALWRIGHT_BITS", "150"))
SIGNER = Signer("example.org/ledger", bytes(range(32)))
NOW = "2026-01-05T12:00:00.000000Z"
SUBJECTS = tuple(f"S{number}" for number in range(1, 9))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folder of a masked trial with eight participants in two arms, the ledger closed."""
    folder = tmp_path_factory.mktemp("whole")
    ledger = SqliteLedger(folder / "ledger.sqlite", server_clock, create=True)
    trial = Trial(folder, ledger=ledger, clock=server_clock, size=40)
    trial.seal(spec_of(factors=(), method=Blocks((4, 6))))
    trial.enrol(*SUBJECTS)
    for place, subject in enumerate(SUBJECTS):
        trial.do("ivy", Randomise(subject, {}))
        trial.do("ivy", ask.Record("LB", subject, 1, 4, {"TESTCD": "CRP", "STRESN": place / 4, "STRESU": "mg/L"}))
    ledger.close()
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    """A copy of it, to be changed."""
    shutil.copytree(whole, tmp_path / "trial")
    return tmp_path / "trial"


def opened(folder):
    return SqliteLedger(folder / "ledger.sqlite", server_clock)


def desk_at(folder):
    return desk_of(opened(folder), folder / "keys", protocol(size=40), server_clock)


def resumed(desk):
    """The trial at a desk, to go on with it."""
    trial = object.__new__(Trial)
    trial.desk, trial.ledger, trial.protocol = desk, desk.ledger, protocol(size=40)
    return trial


def reads(folder):
    """Everything that a desk makes of the folder: rows, arms, decisions, who may do what, what stands beside it."""
    desk = desk_at(folder)
    try:
        standing = desk.standing
        arms = {subject: each.arm for subject, each in standing.allocation.randomised.items()}
        return standing.data.facts, arms, standing.people.grants, standing.subjects.known, standing.head
    finally:
        desk.ledger.close()


def report(folder, witness=None):
    with opened(folder) as ledger:
        return verify(ledger, witness)


def changed(folder, *statements):
    """Change the database as somebody does who can write the file and knows how it is guarded."""
    connection = sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement, *values in statements:
        connection.execute(statement, values)
    for _, text in triggers:
        connection.execute(text)
    connection.close()


def randomised(folder):
    """The entries that hold arms."""
    with opened(folder) as ledger:
        return [entry.sequence for entry in ledger.entries() if isinstance(entry.event, Randomised)]


def witnessed(folder, where):
    attest(where, report(folder).checkpoint(NOW), SIGNER)
    return witness_in(where, [SIGNER.verifier])


def test_a_changed_bit_anywhere_in_a_trial_is_reported_or_changes_no_read(folder):
    """Any bit of the file, sampled; envelopes, signatures and free pages among them."""
    path, before = folder / "ledger.sqlite", reads(folder)
    content, random = path.read_bytes(), stream(20260105, "bits")
    reported, unseen, codes = 0, 0, set()
    for place in random.integers(0, len(content), PLACES):
        bad = bytearray(content)
        bad[int(place)] ^= 1 << int(random.integers(8))
        path.write_bytes(bytes(bad))
        try:
            sound = report(folder).sound
        except StageError as fault:
            codes.add(fault.code)
            continue
        if sound:
            unseen += 1
            assert reads(folder) == before, f"byte {place}"
        else:
            reported += 1
    assert reported > unseen > 0
    assert codes <= {"COND-022", "COND-024", "COND-028"}


@pytest.mark.parametrize("how", ["whole", "ciphertext alone", "with salt"])
def test_envelopes_that_changed_places_are_reported(folder, how):
    """Two participants' arms are exchanged: under the one key both still open, so only the commitment tells."""
    with opened(folder) as ledger:
        sealed = {number: ledger.envelopes(number)[0] for number in randomised(folder)}
    desk = desk_at(folder)
    arms = {desk.keys.open(box)["arm"]: number for number, box in sealed.items()}
    desk.ledger.close()
    first, second = sorted(arms.values())
    assert len(arms) == 2
    columns = {"whole": ("salt", "ciphertext", "key_id", "name"), "ciphertext alone": ("ciphertext",)}
    for number, box in ((first, sealed[second]), (second, sealed[first])):
        for column in columns.get(how, ("salt", "ciphertext")):
            changed(folder, (f"UPDATE envelope SET {column} = ? WHERE sequence = ?", getattr(box, column), number))
    found = report(folder)
    assert found.first.sequence == first
    assert not found.sound


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM envelope WHERE sequence = ?",
        "INSERT INTO envelope SELECT sequence, 2, name, key_id, salt, ciphertext FROM envelope WHERE sequence = ?",
    ],
    ids=["taken away", "put beside"],
)
def test_envelopes_taken_away_or_put_beside_are_reported(folder, statement):
    first = randomised(folder)[0]
    changed(folder, (statement, first))
    assert report(folder).first.sequence == first


def test_entries_of_two_participants_that_changed_places_are_reported(folder):
    first, second = randomised(folder)[:2]
    with opened(folder) as ledger:
        rows = {row.sequence: row for row in ledger.rows() if row.sequence in (first, second)}
    for here, there in ((first, second), (second, first)):
        changed(folder, ("UPDATE entry SET key = ? WHERE sequence = ?", f"moved-{here}", here))
        text, own = rows[there].text, rows[there].hash
        changed(folder, ("UPDATE entry SET body = ?, hash = ? WHERE sequence = ?", text, own, here))
    assert report(folder).first.sequence == first


@pytest.mark.parametrize("name", ["arms", "randomisation-1"])
def test_another_key_is_never_taken_for_the_right_one(folder, name):
    """Arms that do not open are not guessed, and nobody is drawn from another list than the committed one."""
    before = reads(folder)[1]
    (folder / "keys" / f"{name}.key").write_text(f"{bytes(range(32)).hex()}\n", encoding="ascii")
    desk = desk_at(folder)
    trial = resumed(desk)

    def drawing():
        assert {subject: each.arm for subject, each in desk.standing.allocation.randomised.items()} == before
        trial.enrol("S9")
        trial.do("ivy", Randomise("S9", {}))

    with pytest.raises(TrialwrightError, match="COND-041" if name == "arms" else "COND-088"):
        drawing()
    desk.ledger.close()


@pytest.mark.requirement("R53")
def test_a_restored_old_copy_shows_against_the_witness_and_is_not_opened_behind_it(folder, tmp_path):
    """R53: a copy restores everything up to its own day; that the rest is missing shows only elsewhere."""
    before, backup = reads(folder), tmp_path / "backup"
    shutil.copytree(folder, backup)
    desk = desk_at(folder)
    trial = resumed(desk)
    trial.enrol("S9")
    trial.do("ivy", Randomise("S9", {}))
    head = desk.ledger.head
    desk.ledger.close()
    witness = witnessed(folder, tmp_path / "witness")
    assert report(folder, witness).witnessed == head.size
    shutil.rmtree(folder)
    shutil.copytree(backup, folder)
    assert reads(folder) == before
    assert report(folder).sound
    found = report(folder, witness)
    assert (found.sound, found.first.sequence) == (False, before[-1].size + 1)
    with pytest.raises(StageError, match="COND-02"):
        SqliteLedger(folder / "ledger.sqlite", server_clock, expected=head)
    SqliteLedger(folder / "ledger.sqlite", server_clock, expected=before[-1]).close()


@pytest.mark.requirement("R53")
def test_a_copy_that_went_another_way_shows_against_the_witness(folder, tmp_path):
    """Work that was done on the copy and on the original: both are sound, and one of them is not the witnessed one."""
    shutil.copytree(folder, tmp_path / "fork")
    for where, subject in ((folder, "S9"), (tmp_path / "fork", "T9")):
        desk = desk_at(where)
        trial = resumed(desk)
        trial.enrol(subject)
        desk.ledger.close()
    witness = witnessed(folder, tmp_path / "witness")
    assert report(folder, witness).sound
    assert report(tmp_path / "fork").sound
    assert not report(tmp_path / "fork", witness).sound


@pytest.mark.requirement("R03")
def test_what_the_guards_refuse_leaves_everything_as_it_was(folder):
    """The triggers of the file itself: without taking them away nobody changes or deletes."""
    before = reads(folder)
    connection = sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)
    for statement in (
        "UPDATE envelope SET ciphertext = zeroblob(256)",
        "UPDATE entry SET hash = hash WHERE sequence = 2",
        "DELETE FROM envelope",
        "DELETE FROM entry WHERE sequence = 1",
        "INSERT OR REPLACE INTO entry SELECT sequence, key, 'x', hash FROM entry WHERE sequence = 5",
    ):
        with pytest.raises(sqlite3.DatabaseError):
            connection.execute(statement)
    connection.close()
    assert reads(folder) == before


@pytest.mark.parametrize("part", ["name", "key_id", "salt", "ciphertext"])
@pytest.mark.parametrize("value", [7, 0.5, None, "text", b"bytes"])
def test_a_part_of_an_envelope_of_another_type_does_not_fit(part, value):
    """One bit in the header of a stored row makes a text a number, or takes it away."""
    box = Envelope("arm", "arms", bytes(32), bytes(256))
    assert unfit((commitment(box),), (box,)) is None
    assert unfit((commitment(box),), (dataclasses.replace(box, **{part: value}),))
