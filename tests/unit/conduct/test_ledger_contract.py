"""What every store of a ledger must do, asked of each."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.conduct import Draft, FileLedger, Head, MemoryLedger
from trialwright.conduct.events import (
    Allocated,
    Confirmed,
    Corrected,
    Decided,
    DltAssessed,
    Dosed,
    Enrolled,
    Opened,
    Recorded,
    Retracted,
    Supplemented,
)
from trialwright.conduct.ledger.entry import entry_from, entry_json, sealed
from trialwright.core.errors import StageError
from trialwright.protocol.decisions import Enrol, Stop, Wait


@pytest.fixture(params=["memory", "file"])
def ledger(request, tmp_path):
    opened = MemoryLedger() if request.param == "memory" else FileLedger(tmp_path / "ledger", create=True)
    yield opened
    opened.close()


def draft(day=0, about="x"):
    return Draft(Confirmed(about), day, "ann", "")


def test_entries_are_numbered_from_one_and_each_continues_the_one_before(ledger):
    assert ledger.head == Head(0, "0" * 64)
    first = ledger.append([draft(), draft(1)], ledger.head)
    second = ledger.append([draft(1)], ledger.head)
    entries = tuple(ledger.entries())
    assert entries == (*first, *second)
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries] == ["0" * 64, entries[0].hash, entries[1].hash]
    assert ledger.head == Head(3, entries[2].hash)
    assert tuple(ledger.entries(2)) == entries[1:]


def test_an_append_against_an_older_head_changes_nothing(ledger):
    start = ledger.head
    ledger.append([draft()], start)
    with pytest.raises(StageError, match="COND-020"):
        ledger.append([draft()], start)
    assert ledger.head.size == 1


def test_one_entry_that_cannot_be_stored_keeps_out_the_whole_transaction(ledger):
    bad = Draft(Recorded("LB", "P1", 1, 0, {"STRESN": float("nan")}), 0, "ann")
    with pytest.raises(StageError, match="COND-011"):
        ledger.append([draft(), bad], ledger.head)
    assert tuple(ledger.entries()) == ()


def test_days_never_fall(ledger):
    ledger.append([draft(5)], ledger.head)
    with pytest.raises(StageError, match="COND-003"):
        ledger.append([draft(6), draft(4)], ledger.head)
    assert ledger.head.size == 1


def test_nothing_to_append_is_nothing(ledger):
    assert ledger.append([], ledger.head) == ()
    assert ledger.head.size == 0


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.dictionaries(
    TEXTS,
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    max_size=4,
)
DAYS = st.integers(0, 10_000)
DECISIONS = (
    st.builds(
        Enrol,
        st.tuples(TEXTS),
        st.tuples(DAYS),
        DAYS,
        TEXTS,
        st.none() | st.integers(1, 9),
        st.none() | st.integers(1, 9),
    )
    | st.builds(Wait, st.none() | DAYS, TEXTS)
    | st.builds(Stop, TEXTS, st.none() | st.integers(0, 9), st.booleans())
)
EVENTS = (
    st.builds(Opened, TEXTS, TEXTS, st.lists(TEXTS).map(tuple), st.lists(TEXTS).map(tuple))
    | st.builds(Enrolled, TEXTS, DAYS, st.lists(TEXTS).map(tuple), st.none() | DAYS, DAYS, VALUES)
    | st.builds(Recorded, TEXTS, TEXTS, DAYS, DAYS, VALUES)
    | st.builds(Supplemented, TEXTS, TEXTS, DAYS, VALUES)
    | st.builds(Decided, DECISIONS, DAYS)
    | st.builds(Allocated, TEXTS, DAYS, TEXTS, st.none() | DAYS, st.none() | DAYS, DAYS, VALUES)
    | st.builds(Dosed, TEXTS, DAYS, DAYS, st.booleans(), VALUES)
    | st.builds(DltAssessed, TEXTS, DAYS, st.none() | st.booleans(), st.none() | st.booleans(), DAYS, VALUES)
    | st.builds(Corrected, TEXTS, TEXTS, DAYS, DAYS, VALUES)
    | st.builds(Retracted, TEXTS, TEXTS, DAYS)
    | st.builds(Confirmed, TEXTS)
)


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=5), TEXTS, TEXTS)
def test_every_event_reads_back_equal_from_both_stores(tmp_path_factory, events, actor, reason):
    drafts = [Draft(event, 3, actor, reason) for event in events]
    path = tmp_path_factory.mktemp("ledgers") / "ledger"
    memory = MemoryLedger()
    memory.append(drafts, memory.head)
    with FileLedger(path, create=True) as file:
        file.append(drafts, file.head)
    with FileLedger(path) as file:
        assert tuple(file.entries()) == tuple(memory.entries())
        assert file.head == memory.head


def test_changing_any_field_changes_the_hash():
    entry = sealed(draft(), Head())
    for name, value in {"day": 1, "actor": "bob", "reason": "x", "sequence": 2, "previous": "1" * 64}.items():
        with pytest.raises(ValueError, match="hash"):
            entry_from({**entry_json(entry), name: value})
    with pytest.raises(ValueError, match="hash"):
        entry_from({**entry_json(entry), "body": {"about": "y"}})
    assert entry_from(entry_json(entry)) == entry
