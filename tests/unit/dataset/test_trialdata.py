"""The tables of a trial and what was known on a day."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.core.errors import InputError, UsageError
from trialwright.core.streams import stream
from trialwright.dataset.columns import COLUMNS, ENDS, KEYS
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.dataset.trialdata import TrialData

FEVER = {"AETERM": "Fever", "AETOXGR": 2, "AEOUT": "RECOVERED", "ENDAY": 9}
FACTS = (
    Fact("DM", "S-1", 1, 0, 0, values={"AGE": 40, "SEX": "F"}),
    Fact("DM", "S-1", 1, 0, 1, 2, values={"AGE": 41, "SEX": "F", "ARMCD": "arm-1"}),
    Fact("AE", "S-1", 1, 3, 4, values=FEVER),
    Fact("AE", "S-1", 1, 3, 6, 2, values=FEVER | {"AETOXGR": 3}),
    Fact("AE", "S-1", 2, 4, 4, values={"AETERM": "Rash"}),
    Fact("AE", "S-1", 2, 4, 8, 2, retracted=True),
    Fact("LB", "S-1", 1, 5, 7, values={"TESTCD": "CRP", "STRESN": 12.5, "STRESU": "mg/L", "VISITDY": 5}),
    Fact("DS", "S-1", 1, 1, 1, values={"DSDECOD": "ENROLLED"}),
)
DATA = TrialData.from_facts(FACTS)


def rows(data, domain, *columns):
    return data.table(domain).select(columns).rows()


def test_every_table_has_its_declared_columns_and_types_even_without_rows():
    for domain, declared in COLUMNS.items():
        table = DATA.table(domain)
        assert table.columns == [*KEYS, *declared]
    assert DATA.table("LB").schema["STRESN"] == pl.Float64
    assert DATA.table("AE").schema["AETOXGR"] == pl.Int64
    assert DATA.table("EX").schema["EXDOSE"] == pl.String


def test_a_table_holds_the_latest_version_of_rows_that_stand():
    assert rows(DATA, "AE", "SEQ", "VERSION", "AETOXGR") == [(1, 2, 3)]
    assert rows(DATA, "DM", "AGE", "SEX", "ARMCD", "DOSELVL") == [(41, "F", "arm-1", None)]
    assert DATA.history("AE").height == 4


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (3, []),  # it occurred on day 3 and was not known before day 4
        (4, [("Fever", 2, None, None), ("Rash", None, None, None)]),
        (5, [("Fever", 2, None, None), ("Rash", None, None, None)]),
        (6, [("Fever", 3, None, None), ("Rash", None, None, None)]),
        (8, [("Fever", 3, None, None)]),
        (9, [("Fever", 3, 9, "RECOVERED")]),
    ],
)
def test_what_was_known_of_adverse_events_on_a_day(day, expected):
    assert rows(DATA.as_of(day), "AE", "AETERM", "AETOXGR", "ENDAY", "AEOUT") == expected


def test_every_end_and_its_dependants_are_blank_while_they_lie_ahead():
    for domain, ends in ENDS.items():
        for end, dependants in ends.items():
            values = {end: 20} | dict.fromkeys(dependants, "x")
            data = TrialData.from_facts([Fact(domain, "S-1", 1, 1, 1, values=values)])
            assert rows(data.as_of(19), domain, end, *dependants) == [(None,) * (1 + len(dependants))]
            assert rows(data.as_of(20), domain, end, *dependants) == [(20, *["x"] * len(dependants))]


def test_the_days_are_those_on_which_the_view_changes():
    assert DATA.days() == (0, 1, 4, 6, 7, 8, 9)
    for day in range(-1, 12):
        before, now = DATA.as_of(day - 1), DATA.as_of(day)
        assert (before.difference(now) is not None) == (day in DATA.days())


def test_a_view_cannot_be_asked_about_an_earlier_day():
    view = DATA.as_of(6)
    assert view.as_of(6).equals(view)
    assert view.as_of(9).table("AE").height == 2  # nothing that came later is in it
    with pytest.raises(UsageError, match="DATA-009"):
        view.as_of(5)


def test_facts_come_back_in_canonical_order_and_make_the_same_data():
    assert TrialData.from_facts(DATA.facts()).equals(DATA)
    assert [fact.key for fact in DATA.facts("DS", "DM")] == [("DM", "S-1", 1), ("DM", "S-1", 1), ("DS", "S-1", 1)]
    assert all(fact in FACTS for fact in DATA.facts())


def test_equal_whatever_the_order_and_different_by_one_value():
    assert TrialData.from_facts(FACTS[::-1]).equals(DATA)
    assert TrialData.from_facts((*FACTS, FACTS[0])).equals(DATA)
    changed = TrialData.from_facts((*FACTS[:6], Fact("LB", "S-1", 1, 5, 7, values={"STRESN": 12.6}), FACTS[7]))
    assert "STRESN 12.5 / 12.6" in DATA.difference(changed)
    assert "missing in the second" in DATA.difference(TrialData.from_facts(FACTS[:-1]))
    assert "missing in the first" in TrialData.from_facts(FACTS[:-1]).difference(DATA)


def test_the_difference_in_content_leaves_out_versions():
    same = Fact("DM", "S-1", 1, 0, 5, values={"AGE": 41, "SEX": "F", "ARMCD": "arm-1"})
    other = TrialData.from_facts((same, *FACTS[2:]))
    assert DATA.difference(other) is not None
    assert DATA.difference(other, content_only=True) is None


def test_absent_and_null_values_are_both_unknown():
    explicit = TrialData.from_facts([Fact("AE", "S-1", 1, 0, 0, values={"AETERM": "Rash", "AETOXGR": None})])
    implicit = TrialData.from_facts([Fact("AE", "S-1", 1, 0, 0, values={"AETERM": "Rash"})])
    assert explicit.equals(implicit)


GOOD = Fact("LB", "S-1", 1, 0, 0, values={"STRESN": 1})


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        ("DATA-001", Fact("ZZ", "S-1", 1, 0, 0)),
        ("DATA-002", Fact("LB", "S-1", 2, 0, 0, values={"STRESM": 1.0})),
        ("DATA-003", Fact("LB", "S-1", 2, 0, 0, values={"STRESN": "1.0"})),
        ("DATA-003", Fact("LB", "S-1", 2, 0, 0, values={"STRESN": True})),
        ("DATA-003", Fact("LB", "S-1", 2, 0, 0, values={"STRESN": float("nan")})),
        ("DATA-003", Fact("LB", "S-1", 2, 0, 0, values={"STRESN": float("inf")})),
        ("DATA-003", Fact("LB", "S-1", 2, 0, 0, values={"VISITDY": 1.0})),
        ("DATA-003", Fact("AE", "S-1", 2, 0, 0, values={"AETOXGR": 2**70})),
        ("DATA-003", Fact("AE", "S-1", 2, 0, 0, values={"AESER": "yes"})),
        ("DATA-003", Fact("AE", "S-1", 2, 0, 0, values={"AETERM": "\ud800"})),
        ("DATA-003", Fact("EX", "S-1", 2, 0, 0, values={"EXDOSE": 4e7})),
        ("DATA-004", Fact("LB", " ", 2, 0, 0)),
        ("DATA-005", Fact("LB", "S-1", 0, 0, 0)),
        ("DATA-005", Fact("LB", "S-1", 1, 0, 0, version=0)),
        ("DATA-006", Fact("LB", "S-1", 1, 0, 0, values={"STRESN": 2})),
        ("DATA-008", Fact("LB", "S-1", 1, -5, -5, version=2)),
    ],
)
def test_what_does_not_fit_is_refused_with_its_code(code, fact):
    with pytest.raises(InputError, match=code):
        TrialData.from_facts([GOOD, fact])


def test_a_near_miss_is_named():
    with pytest.raises(InputError, match="did you mean 'AETOXGR'"):
        TrialData.from_facts([Fact("AE", "S-1", 1, 0, 0, values={"AETOXGRD": 1})])


@st.composite
def histories(draw):
    """Facts of two participants with corrections, retractions and late entries."""
    facts = []
    rows = ("AE A", "AE B", "DS A", "DS B", "DM A", "XD A", "XD B", "RS A")
    for domain, subject in map(str.split, rows):
        day = draw(st.integers(0, 8))
        known = day
        for version in range(1, draw(st.integers(1, 3)) + 1):
            known += draw(st.integers(0, 4))
            values = {
                "AE": {"AETOXGR": draw(st.integers(1, 5)), "ENDAY": draw(st.none() | st.integers(day, 20))},
                "DS": {"DSDECOD": draw(st.sampled_from(["ENROLLED", "DEATH"]))},
                "DM": {"DOSELVL": draw(st.integers(1, 3))},
                "XD": {"XDDLT": draw(st.sampled_from("YN"))},
                "RS": {"TESTCD": draw(st.sampled_from(["RESPONSE", "HAQ"])), "STRESC": draw(st.sampled_from("YN"))},
            }[domain]
            retracted = version > 1 and draw(st.booleans())
            facts.append(Fact(domain, subject, 1, day, known, version, retracted, values))
    return facts


@given(histories(), st.integers(0, 2**30))
def test_the_state_and_the_tables_hide_the_same_future(facts, seed):
    data = TrialData.from_facts([facts[i] for i in stream(seed, "order").permutation(len(facts))])
    for day in (*data.days(), 30):
        assert state_of(facts, day) == state_of(data, day)
        seen, whole = state_of(data.as_of(day), day), state_of(facts, day)
        for name in ("subjects", "arm", "dose_level", "enrolled", "dlt", "evaluable", "off_study", "response", "died"):
            assert list(getattr(seen, name)) == list(getattr(whole, name)), name
        # a view holds no earlier versions: what is known of an assessment is known from its correction on
        assert np.all(seen.assessed >= whole.assessed)
        assert np.array_equal(seen.assessed < 0, whole.assessed < 0)
        assert data.as_of(day).equals(TrialData.from_facts([f for f in facts if f.known <= day]).as_of(day))
