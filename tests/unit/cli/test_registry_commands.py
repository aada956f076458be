"""The commands of a registry: what they print, what they write, and what they say where something is not there."""

import csv
import io
import json

import polars as pl
import pytest
from tests.command_line import trialwright

ESCALATION, ONE = "NCT04971980", "NCT04456361"


@pytest.fixture(scope="module")
def loaded(examples, tmp_path_factory):
    """A compiled registry of two bundled examples."""
    store = tmp_path_factory.mktemp("registry") / "registry.duckdb"
    files = [next(examples.glob(f"{number}*")) for number in (ESCALATION, ONE)]
    assert trialwright("registry", "load", *files, "--store", store).status == 0
    assert trialwright("registry", "compile", "--store", store, "--json").json["trials"] == 2
    return store


@pytest.fixture
def ask(loaded):
    """A command about this registry."""
    return lambda *words: trialwright("registry", *words, "--store", loaded)


def test_show_prints_the_record_and_its_versions(ask, examples):
    whole = ask("show", ESCALATION.lower(), "--json").json
    assert whole == trialwright("read", next(examples.glob(f"{ESCALATION}*"))).json
    assert [each["version"] for each in ask("show", ONE, "--versions", "--json").json] == [1]
    text = ask("show", ONE, ESCALATION).out
    assert f"{ONE}  version 1 of 1" in text
    assert "design:" in text
    several = ask("show", ONE, ESCALATION, "--json").json
    assert [each["protocolSection"]["identificationModule"]["nctId"] for each in several] == [ONE, ESCALATION]


@pytest.mark.parametrize("words", [("show", "NCT99999999"), ("show", ONE, "--version", "2")])
def test_what_is_not_there_is_said(ask, words):
    answer = ask(*words)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("REG-012")


def test_stats_count_each_trial(ask):
    found = ask("stats", "--json").json
    assert (found["trials"], found["versions"], found["compiled"]) == (2, 2, 2)
    assert sum(found["counts"]["status"].values()) == 2
    assert "2 trials in 2 versions" in ask("stats").out


def test_search_answers_in_text_json_and_csv(ask):
    found = ask("search", "stem OR cells", "--facets", "--json").json
    assert found["total"] == len(found["hits"]) == 2
    assert found["hits"][0]["score"] >= found["hits"][1]["score"]
    assert sum(each["trials"] for each in found["facets"]["status"]) == 2
    rows = list(csv.DictReader(io.StringIO(ask("search", "stem OR cells", "--csv").out)))
    assert [row["nct_id"] for row in rows] == [hit["nct_id"] for hit in found["hits"]]
    text = ask("search", "stem OR cells", "--limit", "1").out
    assert "2 records, the first 1 shown" in text
    assert "[" in text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["search", "--design", "dose escalation"], {ESCALATION}),
        (["search", "--design", "single arm"], {ONE}),
        (["search", "rheumatoid"], {ESCALATION}),
        (["search", "--enrolment-at-least", "1000"], set()),
    ],
)
def test_search_narrows_down(ask, words, expected):
    assert {hit["nct_id"] for hit in ask(*words, "--json").json["hits"]} == expected


def test_search_refuses_what_cannot_be(ask):
    for words in (["--phase", "PHASE9"], ["--start-after", "soon"], ["--ratio", "2"], ["--dose-per-kg", "some"]):
        answer = ask("search", *words)
        assert (answer.status, answer.err[:7]) == (2, "REG-010")


def test_a_registry_that_is_not_there_is_said(tmp_path):
    for words in (["list"], ["stats"], ["search", "x"], ["compile"], ["show", ONE], ["export", "-o", "x.csv"]):
        answer = trialwright("registry", *words, "--store", tmp_path / "none.duckdb")
        assert (answer.status, answer.err[:7]) == (2, "REG-005")
    assert not list(tmp_path.iterdir())


def test_exports_hold_the_same_rows_in_every_form(ask, tmp_path):
    for ending in ("parquet", "csv", "jsonl"):
        assert ask("export", "-o", tmp_path / f"t.{ending}").status == 0
    table = pl.read_parquet(tmp_path / "t.parquet")
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text(encoding="utf-8"))))
    assert table["nct_id"].to_list() == [ONE, ESCALATION]
    for name in table.columns:
        held = table[name].to_list()
        if table[name].dtype == pl.Date:
            held = [None if day is None else day.isoformat() for day in held]
        assert [line[name] for line in lines] == held
        if isinstance(held[0], str):
            assert [row[name].removeprefix("'") or None for row in rows] == held
    assert ask("export", "-o", tmp_path / "t.csv").err.startswith("RUN-007")
    assert ask("export", "-o", tmp_path / "t.xlsx").err.startswith("REG-008")
    assert ask("export", "-o", tmp_path / "t.csv" / "t.csv").err.startswith("REG-009")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv", "t.jsonl", "t.parquet"]
