"""`trialwright criteria`: a record, a protocol file or a text of criteria; for people, as JSON, CSV and SQL."""

import csv
import io
from pathlib import Path

import duckdb
import pytest

from command_line import trialwright
from trialwright.protocol.eligibility.forms.editable_parse import read
from trialwright.protocol.eligibility.forms.english import english

RECORD = "NCT04971980.unlabelled-page.txt"
TEXT = """Inclusion Criteria:
2. Age 18 years or older
3. In good spirits, as far as the investigator can tell

Exclusion Criteria:
1. Hemoglobin < 9 g/dL
"""


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "criteria.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_text_of_criteria_is_answered_item_by_item(text_file: Path) -> None:
    for given in (
        trialwright("criteria", text_file, "--json"),
        trialwright("criteria", "-", "--json", stdin=TEXT.encode()),
    ):
        assert given.status == 0
        rows = {row["id"]: row for row in given.json["criteria"]}
        assert list(rows) == ["inclusion-1", "inclusion-2", "inclusion-3", "exclusion-1"]
        assert [row["class"] for row in rows.values()] == ["judgement", "computable", "judgement", "computable"]
        assert rows["inclusion-1"]["kind"] == "missing"
        assert given.json["counts"] == {"computable": 2, "partly": 0, "judgement": 2, "missing": 1}
        assert [need["key"] for need in rows["exclusion-1"]["needs"]] == ["hemoglobin"]
        for row in rows.values():
            assert english(read(row["form"]), row["text"]) == row["english"]
            assert row["kind"] == "missing" or row["text"] in TEXT[row["start"] : row["end"]]
        assert "4 criteria: 2 computable, 0 partly, 2 left to a person, 1 of them missing." in given.err


def test_a_record_and_its_protocol_file_give_the_same_answer(examples: Path, tmp_path: Path) -> None:
    record, file = examples / RECORD, tmp_path / "protocol.yaml"
    assert trialwright("draft", record, "-o", file).status == 0
    assert trialwright("criteria", record, "--json").json == trialwright("criteria", file, "--json").json


def test_a_form_corrected_in_the_protocol_file_is_what_is_shown(examples: Path, tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    trialwright("draft", examples / RECORD, "-o", file)
    text = file.read_text("utf-8")
    place = text.index("    form: ")
    after = text.index("\n  - ", place)
    file.write_text(f"{text[:place]}    form: age >= 99 years{text[after:]}", encoding="utf-8")
    assert "age >= 99 years" in {row["form"] for row in trialwright("criteria", file, "--json").json["criteria"]}


def test_csv_has_a_row_for_each_criterion(text_file: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(trialwright("criteria", text_file, "--csv").out)))
    assert [row["id"] for row in rows] == ["inclusion-1", "inclusion-2", "inclusion-3", "exclusion-1"]
    assert rows[3]["english"] == "hemoglobin below 9 g/dL"
    assert rows[3]["needs"] == "hemoglobin"


def test_the_sql_runs_and_answers(text_file: Path) -> None:
    asked = trialwright("criteria", text_file, "--sql").out
    with duckdb.connect() as base:
        base.execute(
            'CREATE TABLE patients AS SELECT 0 AS row, 40.0 AS age, FALSE AS age_whole, 8.0 AS "value:hemoglobin", '
            "DATE '2024-06-01' AS \"date:hemoglobin\", DATE '2024-06-30' AS screening"
        )
        assert base.execute(asked).fetchall() == [(0, None, True, None, True)]


def test_people_get_a_table_with_text_and_english(text_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    out = trialwright("criteria", text_file).out
    for said in (
        "exclusion-1",
        "Hemoglobin < 9 g/dL",
        "hemoglobin below 9 g/dL",
        "(number 1 is missing from the list)",
    ):
        assert said in out
    assert max(map(len, out.splitlines())) <= 140


def test_wrong_use_is_refused(tmp_path: Path, text_file: Path) -> None:
    both = trialwright("criteria", text_file, "--json", "--sql")
    assert (both.status, "FORM-005" in both.err) == (2, True)
    strange = tmp_path / "strange.txt"
    strange.write_bytes(b"Inclusion Criteria:\n\xff\xfe old")
    refused = trialwright("criteria", strange, "--text-file")
    assert (refused.status, "FORM-006" in refused.err) == (2, True)
    for content in (b"\x00\x01 age", b"Inclusion Criteria:\n"):
        strange.write_bytes(content)
        empty = trialwright("criteria", strange)
        assert (empty.status, "FORM-006" in empty.err, "holds no criterion" in empty.err) == (2, True, True)
    assert trialwright("criteria", tmp_path / "nowhere.txt").status == 2
