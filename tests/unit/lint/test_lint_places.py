"""Where evidence stands, and the SARIF form."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lint_cases import SOUND, STATUS, study

from trialwright import lint, record
from trialwright.core.problem import Evidence
from trialwright.core.source import JsonPath, Span
from trialwright.lint.places import Places, cells, positions
from trialwright.lint.sarif import sarif
from trialwright.record.record import leaves


@pytest.mark.parametrize("write", [lambda made: json.dumps(made, indent=2), json.dumps, repr])
def test_every_value_of_a_document_is_found_where_it_stands(write):
    made = {**SOUND, "more": [[1, {"a": "x: [y], {z}"}], {"b": []}, "c"]}
    text = write(made)
    found = positions(text)
    for path, value in leaves(made):
        start, end = found[path]
        shown = text[start:end]
        assert (shown[1:-1] if isinstance(value, str) else shown) in (
            str(value),
            json.dumps(value)[1:-1],
            repr(value)[1:-1],
        )


def test_a_text_that_is_no_document_has_no_places():
    assert positions("NCT01234567\nA trial") == {}
    assert positions("]]") == {}


@pytest.mark.parametrize("above", ["# a heading\n\n", "\ufeff", ""])
def test_lines_above_a_document_are_passed_over(above):
    text = above + json.dumps({"a": {"b": 12}})
    start, end = positions(text)["a.b"]
    assert text[start:end] == "12"


TABLE = '\ufeffRank,"Study, Title",Status\r\n1,"A ""new"" trial\nof two lines",Completed\r\n\r\n2,,Withdrawn'


def test_the_cells_of_a_table_are_found_by_row_and_column():
    found = cells(TABLE)
    shown = {path: TABLE[start:end] for path, (start, end) in found.items()}
    assert shown["row 1, Study, Title"] == 'A ""new"" trial\nof two lines'
    assert (shown["row 1, Rank"], shown["row 1, Status"]) == ("1", "Completed")
    assert (shown["row 2, Study, Title"], shown["row 2, Status"]) == ("", "Withdrawn")


def test_evidence_in_a_table_has_the_line_of_its_words():
    def at(quote, path):
        return Places(TABLE).of(Evidence.of(quote, JsonPath(path)))

    assert at("of two", "row 1, Study, Title") == (3, 1)
    assert at('"new" trial', "row 1, Study, Title") == (2, 6)
    assert at("Withdrawn", "row 2, Status") == (5, 4)
    assert at("x", "row 3, Status") is None


@settings(max_examples=60)
@given(st.lists(st.lists(st.text('ab,"\n \t;é', min_size=0, max_size=6), min_size=3, max_size=3), max_size=6))
def test_cells_are_those_that_the_table_reader_reads(rows):
    made = io.StringIO(newline="")
    csv.writer(made).writerows([["x", "y", "z"], *rows])
    text = made.getvalue()
    read = [row for row in list(csv.reader(io.StringIO(text, newline="")))[1:] if any(cell.strip() for cell in row)]
    found = cells(text)
    for number, row in enumerate(read, start=1):
        for name, cell in zip("xyz", row, strict=True):
            start, end = found[f"row {number}, {name}"]
            assert text[start:end].replace('""', '"') == cell


def test_words_within_an_element_have_their_own_place():
    text = "<a>\n  <b>\n    one two\n    three four\n  </b>\n</a>"
    whole = Span(2, 3, 5, 7)
    assert Places(text).of(Evidence.of("two three", whole)) == (3, 9)
    assert Places(text).of(Evidence.of("five", whole)) == (2, 3)
    assert Places("").of(Evidence.of("five", whole)) == (2, 3)


def test_line_and_column_are_those_of_the_words():
    text = json.dumps({"a": {"b": "one two three"}}, indent=1)
    evidence = Evidence.of("two", JsonPath("a.b"))
    line, column = Places(text).of(evidence)
    assert text.split("\n")[line - 1][column - 1 :].startswith("two")
    assert Places(text).of(Evidence.of("x", Span(3, 4, 3, 5))) == (3, 4)
    assert Places(text).of(Evidence.of("x", JsonPath("not.there"))) is None
    assert Places(text).of(Evidence.of("x")) is None


def test_a_record_of_a_page_is_found_by_its_place_in_it():
    page = json.dumps({"studies": [SOUND, study((STATUS, "COMPLETED"))]}, indent=1)
    at = Places(page, "studies[1].").of(
        Evidence.of("COMPLETED", JsonPath("protocolSection.statusModule.overallStatus"))
    )
    assert "COMPLETED" in page.split("\n")[at[0] - 1]


def test_the_sarif_log_has_the_shape_that_the_standard_demands():
    text = json.dumps(study((STATUS, "WITHDRAWN")), indent=1)
    findings = lint.run(record.read(text.encode()))
    log = sarif([("a b.json", findings, Places(text))], "1")
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(rules) == 83
    assert len(run["results"]) == len(findings)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert result["level"] in (("none",) if result["kind"] != "fail" else ("error", "warning", "note"))
        for place in (*result["locations"], *result["relatedLocations"]):
            assert place["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.json"
            region = place["physicalLocation"].get("region", {"startLine": 1, "startColumn": 1})
            assert region["startLine"] >= 1
            assert region["startColumn"] >= 1
    located = [r for r in run["results"] if "region" in r["locations"][0]["physicalLocation"]]
    assert len(located) > 3
