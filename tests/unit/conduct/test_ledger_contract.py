"""What every store of a ledger must do, asked of each."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import live_postgres
from trialwright.conduct import Draft, FileLedger, Head, MemoryLedger, replay
from trialwright.conduct.canonical import canonical
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
from trialwright.conduct.ledger import Envelope, PostgresLedger, SqliteLedger
from trialwright.conduct.ledger.entry import chained, digest, entry_from, entry_json, entry_of, sealed, text_of
from trialwright.conduct.ledger.envelope import commitment
from trialwright.core.errors import StageError
from trialwright.protocol.decisions import Enrol, Stop, Wait


def ticking(start=0):
    """A clock that gives another microsecond each time."""
    ticks = itertools.count(start)
    return lambda: f"2024-02-29T23:59:59.{next(ticks):06d}Z"


class Store:
    """One kind of store in a folder of its own: made on first opening, opened again after that."""

    def __init__(self, kind, folder):
        self.kind, self.path, self.made, self.clock = kind, folder / "ledger", False, ticking()
        self.memory = MemoryLedger(self.clock)

    def open(self):
        create, self.made = not self.made, True
        match self.kind:
            case "memory":
                return self.memory
            case "file":
                return FileLedger(self.path, create=create, clock=self.clock)
            case "sqlite":
                return SqliteLedger(self.path, self.clock, create=create)
            case "postgres":
                if create:
                    self.database = live_postgres.fresh()
                return PostgresLedger(self.database.conninfo, self.clock, schema=self.database.schema)


KINDS = ["memory", "file", "sqlite", "postgres"]


@pytest.fixture(params=KINDS)
def store(request, tmp_path):
    return Store(request.param, tmp_path)


@pytest.fixture
def ledger(store):
    opened = store.open()
    yield opened
    opened.close()


def draft(day=0, about="x", **more):
    return Draft(Confirmed(about), day, "ann", "", **more)


def envelope(content=b"a", name="arm"):
    return Envelope(name, "key-1", bytes(32), content.ljust(256))


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


def test_what_was_appended_is_there_after_reopening(store, ledger):
    entries = ledger.append([draft(key="k1", envelopes=(envelope(),)), draft(key="k2")], ledger.head)
    ledger.close()
    again = store.open()
    assert tuple(again.entries()) == entries
    assert again.keyed("k2") == entries[1]
    assert again.envelopes(1) == (envelope(),)
    assert again.append([draft(1)], again.head)[0].sequence == 3
    again.close()


def test_an_entry_says_when_it_was_recorded_and_when_it_occurred_by_whom_and_where(store, ledger):
    given = draft(occurred="2024-03-31T02:30:00+02:00", role="investigator", site="site 1", key="k")
    first, second = ledger.append([given, draft(key="l")], ledger.head)
    assert (first.occurred, first.role, first.site, first.key) == (given.occurred, "investigator", "site 1", "k")
    assert first.recorded == second.recorded == "2024-02-29T23:59:59.000000Z"
    assert (second.occurred, second.format) == (None, 2)
    assert ledger.append([draft()], ledger.head)[0].recorded == "2024-02-29T23:59:59.000001Z"


@pytest.mark.parametrize(
    "more",
    [
        {"occurred": "2024-03-31T02:30:00"},
        {"occurred": "2023-02-29T02:30:00Z"},
        {"occurred": "yesterday"},
        {"occurred": ""},
        {"key": "k" * 201},
        {"key": "a\x00b"},
        {"key": "a\nb"},
        {"envelopes": (Envelope("arm", "key-1", bytes(31), bytes(256)),)},
        {"envelopes": (Envelope("arm", "key-1", bytes(32), bytes(255)),)},
        {"envelopes": (Envelope("a\0m", "key-1", bytes(32), bytes(256)),)},
        {"envelopes": (Envelope("arm", "", bytes(32), bytes(256)),)},
    ],
)
def test_what_has_not_its_form_is_not_stored(ledger, more):
    with pytest.raises(StageError, match="COND-011"):
        ledger.append([draft(), draft(**more)] if "key" not in more else [draft(**more)], ledger.head)
    assert ledger.head.size == 0


def test_a_retry_gives_the_entries_that_stand(store, ledger):
    drafts = [draft(key="k1"), draft(2, key="k2", envelopes=(envelope(b"first"),))]
    start = ledger.head
    first = ledger.append(drafts, start)
    ledger.append([draft(7)], ledger.head)
    encrypted_again = [drafts[0], draft(2, key="k2", envelopes=(envelope(b"again"),))]
    for again in (drafts, encrypted_again, drafts[1:]):
        assert ledger.append(again, start) == first[-len(again) :]
        assert ledger.transact(lambda _, again=again: again) == first[-len(again) :]
    assert ledger.head.size == 3
    assert ledger.envelopes(2) == (envelope(b"first"),)
    ledger.close()
    reopened = store.open()
    assert reopened.append(drafts, start) == first
    reopened.close()


@pytest.mark.parametrize(
    "drafts",
    [
        [draft(key="k1", about="y")],
        [draft(key="k1", day=1)],
        [draft(key="k1", role="monitor")],
        [draft(key="k1", occurred="2024-01-01T00:00:00Z")],
        [draft(key="k1", envelopes=(envelope(),))],
        [draft(key="k1"), draft(key="new")],
        [draft(key="k2"), draft(key="k1")],  # in another order
        [draft(key="k1"), draft(key="k3")],  # not one after the other
        [draft(key="k1"), draft()],
        [draft(key="new"), draft()],
        [draft(key="new"), draft(key="new")],
        [Draft(Opened("x", "x", ()), 0, "ann", key="k1")],
        [Draft(Recorded("LB", "P1", 1, 0, {"STRESN": float("nan")}), 0, "ann", key="k1")],
    ],
)
def test_a_key_that_stands_is_never_used_for_something_else(ledger, drafts):
    ledger.append([draft(key="k1"), draft(key="k2"), draft(key="k3")], ledger.head)
    with pytest.raises(StageError, match="COND-027"):
        ledger.append(drafts, ledger.head)
    assert ledger.head.size == 3


def test_values_that_python_thinks_equal_are_not_the_same_content(ledger):
    ledger.append([Draft(Recorded("LB", "P1", 1, 0, {"X": True}), 0, "ann", key="k")], ledger.head)
    with pytest.raises(StageError, match="COND-027"):
        ledger.append([Draft(Recorded("LB", "P1", 1, 0, {"X": 1}), 0, "ann", key="k")], ledger.head)


def test_what_raises_in_a_transaction_appends_nothing_and_the_next_is_free(ledger):
    def make(_):
        raise KeyError("changed my mind")

    with pytest.raises(KeyError):
        ledger.transact(make)
    assert ledger.transact(lambda head: [draft(head.size + 5)])[0].day == 5
    assert ledger.transact(lambda _: []) == ()


def test_entries_from_a_number_on_are_those(ledger):
    for day in range(4):
        ledger.append([draft(day)], ledger.head)
    whole = tuple(ledger.entries())
    for start in range(7):
        assert tuple(ledger.entries(start)) == whole[max(start - 1, 0) :]
        assert [row.sequence for row in ledger.rows(start)] == [e.sequence for e in whole[max(start - 1, 0) :]]
    assert [row.text for row in ledger.rows()] == [text_of(entry) for entry in whole]
    assert ledger.keyed("none") is None
    assert ledger.keyed("") is None


def test_a_closed_ledger_is_closed(store):
    if store.kind == "memory":
        return
    ledger = store.open()
    head = ledger.head
    ledger.close()
    ledger.close()
    with pytest.raises(StageError, match=r"COND-024.*closed"):
        ledger.append([draft()], head)


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


@settings(max_examples=100, deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=5), TEXTS, TEXTS)
def test_every_event_reads_back_equal_from_every_store(tmp_path_factory, events, actor, reason):
    drafts = [Draft(event, 3, actor, reason, role=reason, site=actor) for event in events]
    found = {}
    for kind in KINDS:
        store = Store(kind, tmp_path_factory.mktemp("ledgers"))
        ledger = store.open()
        ledger.append(drafts, ledger.head)
        ledger.close()
        ledger = store.open()
        found[kind] = tuple(ledger.entries()), tuple(ledger.rows()), ledger.head
        ledger.close()
    assert len(found["memory"][0]) == len(events)
    for kind in KINDS:
        assert found[kind] == found["memory"], kind


def test_changing_any_field_changes_the_hash():
    entry = sealed(draft(), Head())
    for name, value in {"day": 1, "actor": "bob", "reason": "x", "sequence": 2, "previous": "1" * 64}.items():
        with pytest.raises(ValueError, match="hash"):
            entry_from({**entry_json(entry), name: value})
    with pytest.raises(ValueError, match="hash"):
        entry_from({**entry_json(entry), "body": {"about": "y"}})
    for name, value in {"recorded": "x", "occurred": "x", "role": "x", "site": "x", "key": "x", "format": 3}.items():
        with pytest.raises(ValueError, match="hash"):
            entry_from({**entry_json(entry), name: value})
    assert entry_from(entry_json(entry)) == entry
    assert entry_of(text_of(entry), entry.hash) == entry
    assert entry.sealed == ()


def test_an_entry_commits_to_every_part_of_its_envelopes():
    first = envelope()
    entry = sealed(draft(envelopes=(first, first)), Head())
    assert entry.sealed == (commitment(first), commitment(first))
    others = [
        replace(first, name="b"),
        replace(first, key_id="b"),
        replace(first, salt=bytes(31) + b"1"),
        replace(first, ciphertext=b"b".ljust(256)),
        replace(first, name="armk", key_id="ey-1"),
    ]
    assert len({commitment(one) for one in (first, *others)}) == 6


def test_a_ledger_of_format_1_is_read_and_continued(tmp_path):
    stored = Path(__file__).parents[2] / "data" / "ledger-format-1.jsonl"
    path = tmp_path / "ledger"
    path.write_bytes(stored.read_bytes())
    with FileLedger(path, clock=ticking()) as ledger:
        old = tuple(ledger.entries())
        assert ledger.head == Head(13, "3f196c2ba4c013a4c160dd6479891d1884a861005d775a15eb60822a5d61bf05")
        assert {entry.format for entry in old} == {1}
        assert {(entry.recorded, entry.occurred, entry.role, entry.site, entry.key) for entry in old} == {
            ("", None, "", "", "")
        }
        assert old[5].event == Dosed("P1", 1, 3, True, {"EXDOSE": "0.50", "EXDOSU": "mg/kg"})
        assert old[7].event.values["STRESN"] == 1e-7
        assert old[8].event.values["STRESU"] == "mg/L é \U0001f600"
        assert old[2].event.decision == Wait(2, "nobody yet")
        fold = replay(old)
        assert (fold.day, list(fold.enrolments), fold.unconfirmed) == (31, ["P1"], [])
        new = ledger.append([draft(31, key="k")], ledger.head)
    with FileLedger(path) as ledger:
        assert tuple(ledger.entries()) == (*old, *new)
        assert (new[0].format, new[0].previous) == (2, old[-1].hash)


def test_an_entry_of_format_1_after_one_of_format_2_is_not_believed():
    first = sealed(draft(), Head())
    old = replace(sealed(draft(), Head(1, first.hash)), format=1)
    with pytest.raises(StageError, match=r"COND-022.*format 1"):
        list(chained([first, old]))


def test_a_later_format_is_not_guessed_at():
    entry = entry_json(sealed(draft(), Head()))
    later = {**entry, "format": 3}
    del later["hash"]
    with pytest.raises(StageError, match="COND-023"):
        entry_from({**later, "hash": digest(canonical(later))})
