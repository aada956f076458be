"""The lint command: several records, folders, archives, formats, and two versions."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile

import pytest

from trialwright import record

PROGRAM = [sys.executable, "-c", "from trialwright.cli.app import main; main()"]


def command(*arguments):
    """What the program answers: status, output, messages."""
    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def study(examples, tmp_path):
    """A record as v2 JSON, in a file."""
    made = record.write(record.read(examples / "NCT04288102.api-repr.txt"))
    path = tmp_path / "one.json"
    path.write_text(json.dumps(made, indent=1), encoding="utf-8")
    return path


def test_findings_of_json_have_line_and_column(study):
    status, out, _ = command("lint", study, "--format", "json")
    assert status == 0
    (found,) = json.loads(out)
    shown = [item for finding in found["findings"] for item in finding["evidence"] if item["line"]]
    assert len(shown) > 5
    lines = study.read_text(encoding="utf-8").split("\n")
    assert all(item["column"] <= len(lines[item["line"] - 1]) for item in shown)


def test_a_folder_and_an_archive_give_what_their_files_give(study, tmp_path):
    folder = tmp_path / "several"
    folder.mkdir()
    for name in ("a.json", "b.json"):
        (folder / name).write_bytes(study.read_bytes())
    (folder / "broken.json").write_text("{", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        for name in ("a.json", "b.json"):
            packed.write(folder / name, name)
    one = json.loads(command("lint", study, "--json")[1])[0]["findings"]
    status, out, said = command("lint", folder, "--json")
    assert status == 1
    assert "broken.json was left out" in said
    assert [each["findings"] for each in json.loads(out)] == [one, one]
    status, out, _ = command("lint", tmp_path / "all.zip", "--json")
    assert status == 0
    assert [each["findings"] for each in json.loads(out)] == [one, one]


def test_csv_and_sarif_hold_the_same_findings(study):
    rows = list(csv.DictReader(io.StringIO(command("lint", study, "--format", "csv")[1])))
    log = json.loads(command("lint", study, "--format", "sarif")[1])
    assert [row["rule"] for row in rows] == [result["ruleId"] for result in log["runs"][0]["results"]]


def test_what_matters_between_two_versions_fails_where_it_is_asked(study, tmp_path):
    made = json.loads(study.read_text(encoding="utf-8"))
    del made["protocolSection"]["outcomesModule"]["primaryOutcomes"][0]
    newer = tmp_path / "two.json"
    newer.write_text(json.dumps(made), encoding="utf-8")
    assert command("lint", "--diff", study, study, "--fail-on", "info")[0] == 0
    status, out, _ = command("lint", "--diff", study, newer, "--fail-on", "error")
    assert status == 1
    assert "A primary outcome was dropped" in out
    changed = json.loads(command("lint", "--diff", study, newer, "--json")[1])
    assert changed[0]["severity"] == "error"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--format", "xml"], "LINT-004"),
        (["--as-of", "soon"], "LINT-001"),
        (["--fail-on", "doom"], "LINT-002"),
        (["--diff"], "LINT-005"),
    ],
)
def test_wrong_usage_is_told(study, arguments, code):
    status, _, said = command("lint", study, *arguments)
    assert status == 2
    assert code in said


def test_two_trials_are_not_two_versions(study, examples):
    status, _, said = command("lint", "--diff", study, examples / "NCT04971980.unlabelled-page.txt")
    assert status == 2
    assert "LINT-003" in said


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_file_in_another_encoding_has_the_same_places(study, tmp_path, encoding):
    other = tmp_path / "other.json"
    other.write_bytes(study.read_text(encoding="utf-8").encode(encoding))
    places = []
    for path in (study, other):
        (found,) = json.loads(command("lint", path, "--json")[1])
        quoted = [item for finding in found["findings"] for item in finding["evidence"]]
        places.append([(item["line"], item["column"]) for item in quoted])
    assert places[0] == places[1]
    assert any(line for line, _ in places[0])
