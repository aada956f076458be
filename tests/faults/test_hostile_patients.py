"""Whatever is handed over as patients is read or refused with InputError; nothing else is raised, nothing hangs."""

import json
import struct
import zipfile
from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from trialwright.core.errors import InputError
from trialwright.screen.patients import Options, read

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = (
    "USUBJID", "AGE", "SEX", "birth date", "screening date", "alt (U/L)", "alt high", "alt date", "alt", "stroke",
    "stroke date", "stroke count", "prednisone", "prednisone dose (mg/day)", "prednisone route", "nyha", "inclusion-1",
    "pregnancy test", "HEALTHY", "consent by", "AGE (months)", "bmi", "bmi low", "rubbish", "",
)  # fmt: skip
CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "1,234", "12,5", "<5", "1e308", "-0", "9" * 40, "31/12/2020", "3/4/2021", "0001-01-01", "9999-12-31"]
    ),
    st.sampled_from(
        ["45000", "Y", "neg", "ND", "5 mg/dL", "1.2.3", "٣", "²", "\ud83d", "1e5 kg", "+", "III", "nan", "inf"]
    ),
)


def _refused_or_read(path, options=None):
    try:
        cohort = read(path, (), options)
    except InputError:
        return None
    return cohort


@QUICK
@given(st.binary(max_size=400), st.sampled_from(["csv", "xlsx", "parquet", "json", "ndjson", "xls", "tsv"]))
@example(b"PAR1" + b"\xff" * 40 + b"PAR1", "parquet")
@example(b"PK\x05\x06" + b"\0" * 18, "xlsx")
@example(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "xls")
@example(b"a\0b,c\n", "csv")
@example(b"id\n" + b'"' * 301, "csv")
def test_no_bytes_raise_anything_else(tmp_path, data, ending):
    path = tmp_path / f"p.{ending}"
    path.write_bytes(data)
    _refused_or_read(path)


@QUICK
@given(st.lists(st.dictionaries(st.sampled_from(NAMES), CELL, max_size=8), max_size=6))
def test_no_cells_raise_anything_and_nobody_is_dropped(rows):
    assert len(read(rows, (), Options(as_of=date(2026, 1, 1)))) == len(rows)


FIELDS = [
    "code",
    "text",
    "coding",
    "subject",
    "reference",
    "status",
    "valueQuantity",
    "value",
    "unit",
    "component",
    "referenceRange",
    "effectivePeriod",
    "start",
    "dosage",
    "timing",
    "repeat",
    "period",
    "item",
    "linkId",
    "answer",
    "gender",
    "birthDate",
    "contained",
    "id",
    "clinicalStatus",
    "doseAndRate",
    "doseQuantity",
    "medicationReference",
    "onsetPeriod",
]
KINDS = [
    "Patient",
    "Observation",
    "Condition",
    "Procedure",
    "MedicationStatement",
    "MedicationRequest",
    "AllergyIntolerance",
    "Consent",
    "ResearchSubject",
    "QuestionnaireResponse",
    "Medication",
]
LEAF = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("Patient/p"))
OBJECT = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


@QUICK
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(FIELDS), OBJECT)), max_size=4))
def test_no_resource_raises_anything_else(tmp_path, resources):
    path = tmp_path / "b.json"
    entries = [{"resource": {"resourceType": kind, **body}} for kind, body in resources]
    path.write_text(json.dumps({"resourceType": "Bundle", "entry": entries}), encoding="utf-8")
    _refused_or_read(path)


def test_deep_json_is_refused_or_passed_over(tmp_path):
    path = tmp_path / "b.ndjson"
    deep = '{"resourceType":"Observation","component":' + "[" * 50_000 + "]" * 50_000 + "}"
    path.write_text('{"resourceType":"Patient","id":"1"}\n' + deep + "\n", encoding="utf-8")
    cohort = _refused_or_read(path)
    assert cohort is not None
    assert len(cohort) == 1
    assert len(cohort.problems) == 1


def test_ten_thousand_columns_make_a_short_report(tmp_path):
    path = tmp_path / "w.csv"
    path.write_text(",".join(["id", *(f"column {n}" for n in range(10_000))]) + "\n1\n", encoding="utf-8")
    assert len(read(path).problems) < 20


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    from trialwright.screen.patients import workbook

    monkeypatch.setattr(workbook, "MOST_BYTES", 5_000_000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * 6_000_000)
    with pytest.raises(InputError, match="unpacks to more"):
        read(path)


def test_a_cell_at_the_far_end_of_a_sheet_does_not_fill_the_memory(tmp_path):
    path = tmp_path / "far.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", '<sheetData><c r="A1"/><c r="XFD1048576"/></sheetData>')
    with pytest.raises(InputError, match="spans"):
        read(path)


def test_truncated_files_are_refused(tmp_path):
    whole = tmp_path / "p.parquet"
    pl.DataFrame({"id": ["1", "2"], "AGE": [1.0, 2.0]}).write_parquet(whole)
    data = whole.read_bytes()
    for length in (5, 20, len(data) // 2, len(data) - 1):
        path = tmp_path / f"{length}.parquet"
        path.write_bytes(data[:length])
        assert _refused_or_read(path) is None
    lying = data[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1"
    (tmp_path / "lying.parquet").write_bytes(lying)
    assert _refused_or_read(tmp_path / "lying.parquet") is None


def test_a_truncated_workbook_is_refused(tmp_path):
    path = tmp_path / "w.xlsx"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("xl/workbook.xml", "<workbook/>")
    whole = path.read_bytes()
    for length in (10, len(whole) // 2, len(whole)):
        path.write_bytes(whole[:length])
        assert _refused_or_read(path) is None
