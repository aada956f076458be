"""Each command as a new user would give it, in an empty folder: what it prints where, and its exit status."""

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import trialwright

ESCALATION = "NCT04971980.unlabelled-page.txt"
ONE_ARM = "NCT04456361.classic-page.txt"
PRINTED = "NCT04288102.api-repr.txt"
RULES = 5  # readings of the escalation rule that the record leaves open


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """Every command is given in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def escalation(examples) -> Path:
    """A record of an escalation, without labels."""
    return examples / ESCALATION


@pytest.fixture(scope="session")
def ran(examples, tmp_path_factory) -> Path:
    """A run of one record, made once: for the commands that read what `run` wrote."""
    folder = tmp_path_factory.mktemp("ran") / "out"
    assert trialwright("run", examples / ESCALATION, "-o", folder).status == 0
    return folder


def names(folder: Path) -> set[str]:
    """What stands in a folder, hidden things included."""
    return {path.name for path in folder.iterdir()}


def test_the_installed_program_and_the_module_that_it_calls_agree(escalation):
    program = Path(sys.executable).with_name("trialwright")
    done = subprocess.run([program, "read", escalation], capture_output=True, text=True, check=True)
    assert done.stdout == trialwright("read", escalation).out


def test_help_names_every_command_and_none_that_is_not_there():
    said = trialwright("--help")
    assert said.status == 0
    for command in ("run", "compare", "read", "fetch", "lint", "draft", "criteria", "screen", "simulate", "analyse"):
        assert command in said.out
        assert trialwright(command, "--help").status == 0
    for absent in ("serve", "enrol"):
        assert f" {absent} " not in said.out


@pytest.mark.parametrize(
    "arguments",
    [["bogus"], ["run"], ["run", "x"], ["read"], ["read", "x", "--bogus"], ["simulate", "x", "--seed", "-1"]],
)
def test_a_wrong_use_is_explained_on_standard_error_and_exits_2(arguments):
    answer = trialwright(*arguments)
    assert (answer.status, answer.out) == (2, "")
    assert "Usage: trialwright" in answer.err


def test_read_prints_the_study_alone_on_standard_output(escalation):
    answer = trialwright("read", escalation)
    assert answer.status == 0
    assert answer.json["protocolSection"]["identificationModule"]["nctId"] == "NCT04971980"
    assert "--problems shows them" in answer.err


def test_read_shows_where_values_came_from(escalation):
    answer = trialwright("read", escalation, "--provenance")
    place = answer.json["provenance"]["protocolSection.identificationModule.nctId"]
    assert place["presence"] == "present"
    assert place["where"][0]["line"] >= 1


def test_read_shows_what_was_found_while_reading_in_words_and_in_json(escalation):
    words = trialwright("read", escalation, "--problems")
    values = trialwright("read", escalation, "--problems", "--json").json
    assert values
    for problem in values:
        assert problem["code"] in words.out
    assert "(100.0%)" in words.out
    both = trialwright("read", escalation, "--problems", "--provenance").json
    assert both["problems"] == values
    assert "provenance" in both


def test_a_record_comes_from_standard_input_too(escalation):
    piped = trialwright("read", "-", stdin=escalation.read_bytes())
    assert piped.out == trialwright("read", escalation).out


def test_lint_lists_findings_of_several_records_and_exits_1_only_if_asked(escalation, examples):
    answer = trialwright("lint", escalation, examples / PRINTED)
    assert answer.status == 0
    assert "NCT04971980" in answer.out
    assert "NCT04288102" in answer.out
    assert answer.out.count("why it matters") >= 2
    assert trialwright("lint", escalation, "--fail-on", "error").status == 1
    shown = trialwright("lint", escalation, examples / PRINTED, "--json").json
    assert [Path(item["record"]).name for item in shown] == [ESCALATION, PRINTED]


def test_lint_fails_only_on_findings_that_are_serious_enough(examples):
    findings = trialwright("lint", examples / ONE_ARM, "--json").json[0]["findings"]
    found = {item["severity"] for item in findings if item["status"] == "found"}
    for severity, fails_on in (("error", {"error"}), ("warning", {"error", "warning"})):
        answer = trialwright("lint", examples / ONE_ARM, "--fail-on", severity)
        assert answer.status == int(bool(found & fails_on)), severity


def test_lint_judges_dates_as_of_the_day_given(escalation):
    then, now = (trialwright("lint", escalation, "--as-of", day, "--json").json for day in ("2021-01-01", "2035-01-01"))
    assert then != now
    assert trialwright("lint", escalation, "--as-of", "2021-01-01", "--json").json == then


def test_draft_prints_a_protocol_file_or_writes_it(escalation, empty_folder):
    printed = trialwright("draft", escalation)
    written = trialwright("draft", escalation, "-o", "p.yaml")
    assert (printed.status, written.status, written.out) == (0, 0, "")
    assert (empty_folder / "p.yaml").read_text(encoding="utf-8") == printed.out
    assert "must confirm" in printed.err
    both = trialwright("draft", escalation, "-o", "q.yaml", "--json")
    assert both.json == trialwright("draft", escalation, "--json").json
    assert both.json["design"]["kind"] == "dose escalation"


def test_draft_keeps_a_file_that_somebody_may_have_edited(escalation, empty_folder):
    (empty_folder / "p.yaml").write_text("mine")
    answer = trialwright("draft", escalation, "-o", "p.yaml")
    assert answer.status == 2
    assert answer.err.startswith("RUN-007")
    assert (empty_folder / "p.yaml").read_text() == "mine"
    assert trialwright("draft", escalation, "-o", "p.yaml", "--force").status == 0
    assert (empty_folder / "p.yaml").read_text() != "mine"


def test_simulate_gives_the_characteristics_of_every_reading_of_the_rule(escalation, empty_folder):
    answer = trialwright("simulate", escalation, "--truth", "0.05,0.10,0.20", "--json")
    assert answer.json["truth"] == [0.05, 0.1, 0.2]
    assert len(answer.json["readings"]) == RULES
    words = trialwright("simulate", escalation, "--truth", "0.05,0.10,0.20").out
    for reading in answer.json["readings"]:
        assert f"{reading['rule']}  " in words
        assert f"{reading['expected_n']:.2f}" in words
    assert names(empty_folder) == set()


def test_simulate_writes_one_trial_under_the_scenario_and_seed_given(escalation, empty_folder):
    for folder, options in {
        "a": ["--scenario", "null", "--seed", "3"],
        "b": ["--scenario", "null", "--seed", "3"],
        "c": ["--scenario", "null", "--seed", "4"],
    }.items():
        answer = trialwright("simulate", escalation, *options, "-o", folder, "--json")
        assert answer.status == 0
        assert len(answer.json["readings"]) == RULES
        assert "'null'" in answer.err
    people = {folder: (empty_folder / folder / "dataset" / "dm.csv").read_bytes() for folder in "abc"}
    assert people["a"] == people["b"] != people["c"]
    again = trialwright("simulate", escalation, "-o", "a")
    assert again.status == 2
    assert again.err.startswith("RUN-002")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--truth", "a"], "RUN-006"),
        (["--truth", ""], "RUN-006"),
        (["--truth", "nan,0,0"], "RUN-006"),
        (["--truth", "0.1,0.2,1.2"], "RUN-006"),
        (["--truth", "0.1,0.2"], "SIM-003"),
        (["--scenario", "nope", "-o", "d"], "SIM-001"),
        (["--scenario", "null"], "RUN-010"),
    ],
)
def test_simulate_refuses_what_does_not_fit_and_writes_nothing(escalation, empty_folder, options, code):
    answer = trialwright("simulate", escalation, *options)
    assert (answer.status, answer.out) == (2, "")
    assert code in answer.err
    assert "Expected: " in answer.err
    assert names(empty_folder) == set()


@pytest.mark.parametrize("options", [["--truth", "0.1"], ["--scenario", "nope"]])
def test_run_refuses_options_that_do_not_fit_and_writes_nothing(escalation, empty_folder, options):
    answer = trialwright("run", escalation, "-o", "out/deep", *options)
    assert (answer.status, answer.out) == (2, "")
    assert names(empty_folder) == set()


def test_a_design_without_dose_levels_takes_no_rates(examples):
    answer = trialwright("simulate", examples / ONE_ARM, "--truth", "0.1")
    assert answer.status == 2
    assert "escalates no dose" in answer.err


def test_run_says_which_file_to_open_or_gives_a_summary(escalation, empty_folder):
    words = trialwright("run", escalation, "-o", "a", "--no-simulate")
    assert (words.status, words.out) == (0, "Open a/report.html\n")
    assert "writing the report" in words.err
    answer = trialwright("run", escalation, "-o", "b", "--no-simulate", "--json")
    assert answer.json["trial"] == "NCT04971980"
    assert (empty_folder / answer.json["report"]).is_file()
    assert answer.err == ""


def test_run_takes_a_folder_of_records(examples, empty_folder):
    (empty_folder / "records").mkdir()
    for name in (ESCALATION, ONE_ARM):
        shutil.copy(examples / name, empty_folder / "records")
    answer = trialwright("run", "records", "-o", "out", "--no-simulate", "--json")
    assert answer.status == 0
    assert [item["trial"] for item in answer.json] == ["NCT04456361", "NCT04971980"]
    for item in answer.json:
        assert (empty_folder / item["report"]).is_file()
    index = (empty_folder / "out" / "index.html").read_text(encoding="utf-8")
    assert "NCT04456361" in index

    (empty_folder / "records" / "broken.json").write_text('{"protocolSection": {')
    answer = trialwright("run", "records", "-o", "out", "--no-simulate", "--force")
    assert answer.status == 1
    assert answer.out == "2 of 3 records went the whole way. Open out/index.html\n"
    assert "broken.json: READ-003" in answer.err
    assert "broken.json" in (empty_folder / "out" / "index.html").read_text(encoding="utf-8")


def test_compare_writes_the_table_three_times_and_says_what_was_left_out(examples, empty_folder):
    both = [examples / ESCALATION, examples / ONE_ARM]
    answer = trialwright("compare", *both, "-o", "table", "--json")
    assert answer.status == 0
    assert [row["id"] for row in answer.json] == ["NCT04971980", "NCT04456361"]
    assert names(empty_folder / "table") >= {"comparison.html", "comparison.csv", "comparison.json"}
    partly = trialwright("compare", examples / ONE_ARM, "nope.json", "-o", "partly")
    assert partly.status == 1
    assert partly.out == "1 records. Open partly/comparison.html\n"
    assert "nope.json was left out: READ-001" in partly.err
    none = trialwright("compare", "nope.json", "-o", "none")
    assert none.status == 2
    assert none.err.count("RUN-009") == 1
    assert not (empty_folder / "none").exists()


@pytest.mark.parametrize("weight", ["0", "-70", "651", "nan", "inf"])
def test_compare_refuses_what_is_no_body_weight(escalation, empty_folder, weight):
    answer = trialwright("compare", escalation, "--weight", weight)
    assert (answer.status, answer.out) == (2, "")
    assert "RUN-008" in answer.err
    assert names(empty_folder) == set()


def test_compare_normalises_doses_at_the_weight_given(escalation):
    at = {w: trialwright("compare", escalation, "--weight", w, "-o", w, "--json").out for w in ("50", "70")}
    assert at["50"] != at["70"]


def test_screen_prints_verdicts_or_writes_them(escalation, empty_folder):
    (empty_folder / "people.csv").write_text("USUBJID,AGE,SEX\nA,50,F\nB,10,M\nC,,\n")
    words = trialwright("screen", escalation, "--patients", "people.csv")
    assert words.status == 0
    answer = trialwright("screen", escalation, "--patients", "people.csv", "-o", "v.csv", "--json")
    assert sum(answer.json["counts"].values()) == len(answer.json["verdicts"]) == 3
    rows = list(csv.DictReader(io.StringIO((empty_folder / "v.csv").read_text(encoding="utf-8"))))
    assert len(rows) == 3
    assert "B: not eligible" in words.out
    kept = trialwright("screen", escalation, "--patients", "people.csv", "-o", "people.csv")
    assert kept.status == 2
    assert kept.err.startswith("SCR-045")
    assert (empty_folder / "people.csv").read_text().startswith("USUBJID,AGE,SEX\nA")


def test_analyse_gives_the_results_that_run_wrote(ran, empty_folder):
    run_wrote = json.loads((ran / "results.json").read_text(encoding="utf-8"))
    answer = trialwright("analyse", ran / "protocol.yaml", ran / "dataset", "--json")
    assert answer.status == 0
    assert answer.json["estimates"] == run_wrote["estimates"]
    assert trialwright("analyse", ran / "protocol.yaml", ran).out == (ran / "results.csv").read_text(encoding="utf-8")
    written = trialwright("analyse", ran / "protocol.yaml", ran / "dataset", "-o", "again")
    assert (written.status, written.out) == (0, "")
    assert names(empty_folder / "again") == {"results.json", "results.csv", "results.parquet", "run.json"}


@pytest.mark.parametrize("data", ["nope", "a-file"])
def test_analyse_says_what_a_dataset_is(ran, empty_folder, data):
    (empty_folder / "a-file").write_text("x")
    answer = trialwright("analyse", ran / "protocol.yaml", data)
    assert (answer.status, answer.out) == (2, "")
    assert "is not a folder" in answer.err


def test_registry_loads_a_folder_once_and_lists_it(examples, empty_folder):
    (empty_folder / "records").mkdir()
    for name in (ESCALATION, ONE_ARM):
        shutil.copy(examples / name, empty_folder / "records")
    first = trialwright("registry", "load", "records", "--json")
    assert (first.status, first.json) == (0, {"added": 2, "updated": 0, "known": 0, "left_out": {}})
    assert trialwright("registry", "load", "records", "--json").json["known"] == 2
    (empty_folder / "records" / "note.txt").write_text("not a record")
    partly = trialwright("registry", "load", "records")
    assert partly.status == 1
    assert "note.txt was left out" in partly.err
    rows = trialwright("registry", "list", "--json")
    assert [row["nct_id"] for row in rows.json] == ["NCT04456361", "NCT04971980"]
    assert trialwright("registry", "list").out.endswith("2 trials\n")


def test_a_folder_is_not_taken_for_a_record(empty_folder):
    answer = trialwright("read", empty_folder)
    assert answer.status == 2
    assert "is a folder" in answer.err


def test_a_registry_number_that_cannot_be_fetched_says_so(monkeypatch, empty_folder):
    monkeypatch.setenv("TRIALWRIGHT_API", "http://127.0.0.1:9/api/v2")
    answer = trialwright("run", "nct01234567", "-o", "out")
    assert answer.status == 1
    assert answer.err.splitlines()[-3].startswith("READ-603")
    assert not (empty_folder / "out").exists()


@pytest.mark.parametrize("command", ["read", "lint", "draft"])
def test_a_protocol_file_is_not_taken_for_a_record(ran, command):
    answer = trialwright(command, ran / "protocol.yaml")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("READ-016: protocol.yaml is a protocol file")


def test_rates_given_to_a_folder_go_to_the_escalations_in_it(examples, empty_folder):
    (empty_folder / "records").mkdir()
    for name in (ESCALATION, ONE_ARM):
        shutil.copy(examples / name, empty_folder / "records")
    answer = trialwright("run", "records", "-o", "out", "--no-simulate", "--truth", "0.2,0.3,0.4")
    assert answer.status == 0, answer.err
    path = empty_folder / "out" / "NCT04971980" / "characteristics.json"
    assert json.loads(path.read_text(encoding="utf-8"))["truth"] == [0.2, 0.3, 0.4]
