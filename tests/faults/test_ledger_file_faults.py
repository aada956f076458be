"""A ledger's file that was torn, changed, cut, reordered, locked or cannot be written: noticed, named, never used."""

from __future__ import annotations

import errno
import hashlib
import json
import os

import pytest

from trialwright.conduct import Draft, FileLedger, Head, mend_torn_end
from trialwright.conduct.canonical import canonical
from trialwright.conduct.events import Confirmed, Recorded
from trialwright.core.errors import StageError


@pytest.fixture
def path(tmp_path):
    """A ledger of five transactions with seven entries."""
    where = tmp_path / "ledger"
    with FileLedger(where, create=True) as ledger:
        for day in range(5):
            drafts = [Draft(Recorded("AE", f"P{day}", 1, day, {"AETERM": "Fever é", "AETOXGR": 2}), day, "ann")]
            drafts += [Draft(Confirmed("x"), day, "ann")] * (day % 2)
            ledger.append(drafts, ledger.head)
    return where


def opening(path, code, match="", **how):
    with pytest.raises(StageError, match=match or code) as caught:
        FileLedger(path, **how)
    assert caught.value.code == code
    return str(caught.value)


def test_what_was_appended_is_there_after_reopening(path):
    with FileLedger(path) as ledger:
        assert ledger.head.size == 7
        ledger.append([Draft(Confirmed("y"), 9, "bob")], ledger.head)
    with FileLedger(path) as ledger:
        assert [entry.sequence for entry in ledger.entries()] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_ledger_cut_at_any_byte_is_torn_or_shorter_and_never_longer_or_other(path):
    content = path.read_bytes()
    ends = {i + 1 for i, byte in enumerate(content) if byte == 10} | {0}
    with FileLedger(path) as ledger:
        whole = tuple(ledger.entries())
        head = ledger.head
    for length in range(len(content)):
        path.write_bytes(content[:length])
        if length in ends:
            with FileLedger(path) as ledger:
                kept = tuple(ledger.entries())
            assert kept == whole[: len(kept)]
            opening(path, "COND-026", "cut off", expected=head)  # only a head noted elsewhere shows it
        else:
            opening(path, "COND-021", "torn")


def test_a_torn_end_is_moved_aside_on_request_and_nothing_else(path):
    content = path.read_bytes()
    path.write_bytes(content[:-5])
    whole = content[:-5].rfind(b"\n") + 1
    done = mend_torn_end(path)
    assert (done.entries, done.bytes) == (6, len(content) - 5 - whole)
    assert done.torn.read_bytes() == content[whole:-5]
    assert path.read_bytes() == content[:whole]
    with FileLedger(path) as ledger:
        assert ledger.head.size == 6
    assert mend_torn_end(path).torn is None
    path.write_bytes(content.replace(b"Fever", b"Chill", 1)[:-5])
    with pytest.raises(StageError, match="COND-022"):
        mend_torn_end(path)
    assert len(path.read_bytes()) == len(content) - 5


def test_any_flipped_bit_is_noticed_and_the_entry_named(path):
    content = path.read_bytes()
    for place in range(0, len(content), 7):
        for bit in (0x01, 0x10, 0x80):
            changed = bytearray(content)
            changed[place] ^= bit
            path.write_bytes(bytes(changed))
            with pytest.raises(StageError) as caught:
                FileLedger(path)
            assert caught.value.code in {"COND-021", "COND-022"}, (place, bit)
            if caught.value.code == "COND-022":
                first = content.count(b'"sequence":', 0, content.rfind(b"\n", 0, place) + 1) + 1
                assert f"entry {first} " in str(caught.value)


def lines(path):
    return path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda found: [*found[:2], found[1], *found[2:]],  # a transaction twice
        lambda found: [found[1], found[0], *found[2:]],  # reordered
        lambda found: [*found[:1], *found[2:]],  # one missing in the middle
        lambda found: found[1:],  # the first missing
        lambda found: [*found, found[-1]],  # the last twice
        lambda found: [*found[:2], b"\n", *found[2:]],
        lambda found: [*found[:2], b"[]\n", *found[2:]],
        lambda found: [*found[:2], b"null\n", *found[2:]],
        lambda found: [*found, b"[" * 100_000 + b"\n"],
        lambda found: [found[0].replace(b'"day"', b' "day"'), *found[1:]],  # the same values, written otherwise
    ],
)
def test_lines_that_are_not_as_they_were_written_are_noticed(path, change):
    path.write_bytes(b"".join(change(lines(path))))
    opening(path, "COND-022")


def resealed(entry, **changes):
    """An entry with other content and the hash that belongs to it: what somebody who knows the format can make."""
    made = {**entry, **changes}
    del made["hash"]
    return {**made, "hash": hashlib.sha256(canonical(made).encode()).hexdigest()}


def test_a_rewritten_entry_with_a_new_hash_breaks_the_chain_at_the_next(path):
    found = lines(path)
    entry = json.loads(found[0])[0]
    found[0] = (canonical([resealed(entry, actor="mallory")]) + "\n").encode()
    path.write_bytes(b"".join(found))
    assert "entry 2 " in opening(path, "COND-022", "does not continue")


def test_a_whole_history_rewritten_is_noticed_against_a_noted_head(path, tmp_path):
    with FileLedger(path) as ledger:
        head, drafts = ledger.head, [Draft(e.event, e.day, "mallory", e.reason) for e in ledger.entries()]
    with FileLedger(tmp_path / "other", create=True) as other:
        other.append(drafts, other.head)
    with FileLedger(tmp_path / "other") as other:
        assert other.head.size == head.size  # whole in itself
    opening(tmp_path / "other", "COND-026", expected=head)
    with FileLedger(path, expected=Head(1, next(iter(json.loads(lines(path)[0])))["hash"])) as ledger:
        assert ledger.head == head


@pytest.mark.parametrize("changes", [{"sequence": 3}, {"sequence": 1}, {"day": -1}])
def test_a_sequence_number_or_day_that_does_not_follow_is_noticed(path, changes):
    found = lines(path)
    second = json.loads(found[1])
    found[1] = (canonical([resealed(second[0], **changes), *second[1:]]) + "\n").encode()
    path.write_bytes(b"".join(found))
    opening(path, "COND-022", "entry 2 ")


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("COND-023", {"type": "Unblinded"}),
        ("COND-023", {"schema": 2}),
        ("COND-022", {"body": {}}),
        ("COND-022", {"body": {"domain": "AE", "subject": "P0", "number": "1", "day": 0, "values": {}}}),
        ("COND-022", {"body": []}),
        ("COND-022", {"actor": None}),
        ("COND-022", {"day": True}),
    ],
)
def test_an_entry_of_an_unknown_kind_or_shape_is_not_guessed_at(path, code, changes):
    entry = json.loads(lines(path)[0])[0]
    path.write_bytes((canonical([resealed(entry, **changes)]) + "\n").encode())
    opening(path, code)


def test_one_writer_at_a_time(path):
    with FileLedger(path):
        opening(path, "COND-025", "in use")
    FileLedger(path).close()


def test_a_file_that_is_missing_is_not_made_and_one_that_exists_is_not_made_anew(path, tmp_path):
    opening(tmp_path / "none", "COND-024")
    assert not (tmp_path / "none").exists()
    before = path.read_bytes()
    opening(path, "COND-024", create=True)
    opening(tmp_path, "COND-024")
    opening(path / "below", "COND-024", create=True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("failing", ["write", "fsync"])
def test_a_full_disk_acknowledges_nothing_and_leaves_whole_lines(path, monkeypatch, failing):
    before = path.read_bytes()
    ledger = FileLedger(path)
    write = os.write

    def half(file, data):
        write(file, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    def fail(_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, failing, half if failing == "write" else fail)
    with pytest.raises(StageError, match="COND-024"):
        ledger.append([Draft(Confirmed("y"), 9, "bob")], ledger.head)
    monkeypatch.undo()
    assert path.read_bytes() == before
    with pytest.raises(StageError, match=r"COND-024.*closed"):
        ledger.append([Draft(Confirmed("y"), 9, "bob")], ledger.head)
    with FileLedger(path) as again:
        assert again.append([Draft(Confirmed("y"), 9, "bob")], again.head)[0].sequence == 8


def test_a_file_that_another_has_changed_meanwhile_is_not_appended_to(path):
    with FileLedger(path) as ledger:
        with path.open("ab") as file:
            file.write(b"\n")
        with pytest.raises(StageError, match="COND-022"):
            ledger.append([Draft(Confirmed("y"), 9, "bob")], ledger.head)
