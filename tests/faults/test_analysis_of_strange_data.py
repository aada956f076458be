"""An analysis answers for whatever a table can hold: days before the opening, unknown codes, contradictions, gaps."""

import json
import math
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialwright.analyse import ard, run
from trialwright.dataset.columns import COLUMNS, KEYS
from trialwright.dataset.trialdata import TrialData
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.eligibility.items import Eligibility
from trialwright.protocol.kinds import Escalation, Masking, Parallel, SelectThenCompare, SingleArm
from trialwright.protocol.outcomes import (
    Derivation,
    Direction,
    IntercurrentEvent,
    Outcome,
    OutcomeLevel,
    OutcomeType,
    Parameter,
)
from trialwright.protocol.protocol import Enrolment, Protocol, RecordReference
from trialwright.protocol.timeframe import FrameKind, TimeFrame

TEST = Parameter("T", "A test", "LB", "u", ((1, "well"), (2, "ill")))
COMPARED = Parallel(("arm-1", "arm-2"), None, None, True)
LEVELS = Escalation("rule", 2, ("arm-1", "arm-2"))
DESIGNS = [COMPARED, LEVELS, SelectThenCompare(LEVELS, COMPARED), SingleArm("arm-1", None)]
numbers = st.none() | st.floats() | st.integers(-3, 3).map(float) | st.sampled_from([math.nan, math.inf, 1e308, -1e308])
days = st.sampled_from([0, 7, 28]) | st.integers(-40, 120)
VALUES = {
    "ARMCD": st.sampled_from(["arm-1", "arm-2", "arm-3", None]),
    "DOSELVL": st.sampled_from([None, 0, 1, 2, 9]),
    "DSDECOD": st.sampled_from(["ENROLLED", "DEATH", "COMPLETED", "LOST TO FOLLOW-UP", "SCREEN FAILURE", "?", None]),
    "OCCUR": st.sampled_from(["Y", "N", None]),
    "TESTCD": st.just("T"),
    "STRESN": numbers,
    "STRESC": st.sampled_from([None, "well", "Y", "1e999", "nan", "?"]),
    "STAT": st.sampled_from([None, None, None, "NOT DONE"]),
    "REASND": st.sampled_from([None, "died", "??"]),
    "AETOXGR": st.sampled_from([None, 0, 1, 5, 7]),
    "AESER": st.sampled_from([None, "Y", "N", "?"]),
    "XDDLT": st.sampled_from([None, "Y", "N"]),
    "XDEVAL": st.sampled_from([None, "Y", "N"]),
    "ENDAY": st.none() | days,
    "PRCAT": st.sampled_from(["T", None]),
}
DOMAINS = ["DM", "DS", "EX", "XD", "AE", "LB", "PR"]


@st.composite
def rows(draw, domain):
    row = dict.fromkeys((*KEYS, *COLUMNS[domain]))
    row |= {name: draw(VALUES[name]) for name in COLUMNS[domain] if name in VALUES}
    day = draw(days)
    return row | {"USUBJID": draw(st.sampled_from("ABCD")), "SEQ": draw(st.integers(1, 9)), "DAY": day, "KNOWN": day}


@st.composite
def tables(draw):
    found = {
        domain: draw(st.lists(rows(domain), min_size=6 if domain == "LB" else 0, max_size=12)) for domain in DOMAINS
    }
    return {domain: pl.DataFrame(each, infer_schema_length=None) for domain, each in found.items() if each}


def _protocol(type_, design, direction, end, change):
    outcome = Outcome(
        "primary-1",
        OutcomeLevel.PRIMARY,
        "m",
        type_,
        TimeFrame("", FrameKind.POINTS, days=(7.0, 28.0) if end else (), end=end),
        direction,
        Derivation(
            (TEST,), "", change=change, responder="decrease" if change else None, improvement=1 if change else None
        ),
        (IntercurrentEvent("death", "composite"),),
    )
    arms = (Arm("arm-1", "A", ArmRole.EXPERIMENTAL, (), ""), Arm("arm-2", "B", ArmRole.ACTIVE_CONTROL, (), ""))
    return Protocol(
        RecordReference(None, "", "", ""),
        arms,
        (),
        design,
        Enrolment(),
        Masking(),
        None,
        Eligibility(),
        (outcome,),
        (),
        (),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tables(),
    st.sampled_from([OutcomeType.CONTINUOUS, OutcomeType.COUNT, *OutcomeType]),
    st.sampled_from(DESIGNS),
    st.sampled_from(list(Direction)),
    st.sampled_from([None, 28.0]),
    st.booleans(),
)
def test_every_table_gets_an_answer(found, type_, design, direction, end, change):
    empty = TrialData.from_facts([])
    data = SimpleNamespace(table=lambda domain: found[domain] if domain in found else empty.table(domain))
    results = run(_protocol(type_, design, direction, end, change), data)
    assert results.of("primary-1")
    json.dumps(ard.document(results), allow_nan=False)
    for row in results.estimates:
        if row.unit == "proportion" and row.value is not None:
            assert -1 <= row.value <= 1
        assert row.p is None or 0 <= row.p <= 1


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e300])
def test_a_result_that_is_no_number_is_counted_as_missing(value):
    people = pl.DataFrame([{"USUBJID": name, "SEQ": 1, "DAY": 0, "ARMCD": "arm-1"} for name in "AB"])
    results = pl.DataFrame(
        [
            {"USUBJID": "A", "SEQ": 1, "DAY": 28, "TESTCD": "T", "STRESN": value},
            {"USUBJID": "B", "SEQ": 1, "DAY": 28, "TESTCD": "T", "STRESN": 2.0},
        ]
    )
    found, empty = {"DM": people, "LB": results}, TrialData.from_facts([])
    data = SimpleNamespace(table=lambda domain: found[domain] if domain in found else empty.table(domain))
    protocol = _protocol(OutcomeType.CONTINUOUS, COMPARED, Direction.LOWER, 28.0, False)
    mean = next(row for row in run(protocol, data).of("primary-1") if row.visit == "28")
    assert (mean.value, mean.n, dict(mean.missing)) == (2.0, 1, {"not a number": 1})
