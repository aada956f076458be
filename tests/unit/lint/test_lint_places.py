"""Where evidence stands, and the SARIF form."""

import json

import pytest
from lint_cases import SOUND, STATUS, study

from trialwright import lint, record
from trialwright.core.problem import Evidence
from trialwright.core.source import JsonPath, Span
from trialwright.lint.places import Places, positions
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
