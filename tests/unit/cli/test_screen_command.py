"""The command `screen`: verdicts, reasons, attrition, figure and template, in files and on the terminal."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from typer.testing import CliRunner

from trialwright.cli.app import app
from trialwright.core.errors import InputError, UsageError

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
RECORD = str(EXAMPLES / "NCT05689008.labelled-page.txt")
COHORT = str(EXAMPLES / "cohorts" / "NCT05689008.csv")


def _screen(*arguments):
    return CliRunner().invoke(app, ["screen", RECORD, *map(str, arguments)])


def test_everything_that_can_be_written_is_written(tmp_path):
    names = ("v.csv", "e.json", "a.csv", "f.svg")
    verdicts, explain, attrition, figure = (tmp_path / name for name in names)
    done = _screen(
        "--patients", COHORT, "-o", verdicts, "--explain", explain, "--attrition", attrition, "--figure", figure
    )
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(verdicts.read_text(encoding="utf-8"))))
    reasons = json.loads(explain.read_text(encoding="utf-8"))
    assert [row["VERDICT"] for row in rows] == [each["verdict"] for each in reasons]
    assert len(rows) == 30
    assert attrition.read_text(encoding="utf-8").startswith("criterion,text,entered")
    assert ElementTree.parse(figure).getroot().tag.endswith("svg")
    assert "30 patients" in done.stdout
    assert "The criterion that costs most patients" in done.stdout
    again = _screen("--patients", COHORT, "-o", verdicts)
    assert isinstance(again.exception, UsageError)


def test_verdicts_as_parquet_and_json(tmp_path):
    done = _screen("--patients", COHORT, "-o", tmp_path / "v.out", "--parquet", "--json")
    assert done.exit_code == 0, done.output
    assert pl.read_parquet(tmp_path / "v.out").height == 30
    assert json.loads(done.stdout)["counts"]["eligible"] >= 4


def test_the_template_has_a_companion_that_explains_it(tmp_path):
    done = _screen("--template", "-o", tmp_path / "t.csv")
    assert done.exit_code == 0, done.output
    [names] = csv.reader(io.StringIO((tmp_path / "t.csv").read_text(encoding="utf-8")))
    companion = list(csv.DictReader(io.StringIO((tmp_path / "t.columns.csv").read_text(encoding="utf-8"))))
    assert [row["column"] for row in companion] == names
    assert {"bmi (kg/m2)", "nyha", "hiv-infection"} <= set(names)
    assert next(row["criteria"] for row in companion if row["column"] == "bmi (kg/m2)") == "inclusion-3"


def test_a_screening_date_can_be_given_for_all(tmp_path):
    (tmp_path / "p.csv").write_text("id,birth date\n1,2008-03-02\n", encoding="utf-8")
    for day, failed in (("2026-03-01", True), ("2026-03-02", False)):
        done = _screen("--patients", tmp_path / "p.csv", "--as-of", day, "--json")
        assert ("minimum-age" in json.loads(done.stdout)["verdicts"][0]["failed"]) == failed


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        ((), "SCR-045", UsageError),
        (("--patients", COHORT, "--as-of", "tomorrow"), "SCR-045", UsageError),
        (("--patients", COHORT, "--sheet", "x"), "SCR-001", InputError),
        (("--patients", COHORT, "--mapping", "no-such-file.yaml"), "SCR-037", InputError),
        (("--patients", "no-such-file.csv"), "SCR-001", InputError),
    ],
)
def test_wrong_use_is_told(arguments, code, kind):
    done = _screen(*arguments)
    assert isinstance(done.exception, kind)
    assert done.exception.code == code


def test_what_was_wrong_with_the_rows_is_told_at_the_terminal(tmp_path):
    (tmp_path / "p.csv").write_text("id,age,colour\n1,old,red\n1,50,blue\n", encoding="utf-8")
    out = _screen("--patients", tmp_path / "p.csv").stdout
    assert "SCR-003: 1 stands in rows 2 and 3" in out
    assert "SCR-004: row 2 (1), column age: 'old'" in out
    assert "SCR-020: column colour" in out


def test_small_cohorts_are_told_one_by_one_and_large_ones_counted(tmp_path):
    (tmp_path / "p.csv").write_text("id,age,bmi\n1,50,33.1\n2,50,24\n", encoding="utf-8")
    lines = _screen("--patients", tmp_path / "p.csv").stdout.splitlines()
    assert "1: not eligible (inclusion-3)" in lines
    assert lines[lines.index("1: not eligible (inclusion-3)") + 1].strip() == "inclusion-3: body mass index: 33.1"
    assert any(line.startswith("2: undecided (") and "questions to ask" in line for line in lines)
    many = "id,age\n" + "".join(f"P{n},{n % 90}\n" for n in range(200))
    (tmp_path / "m.csv").write_text(many, encoding="utf-8")
    out = _screen("--patients", tmp_path / "m.csv").stdout
    assert out.startswith("200 patients")
    assert "P7: " not in out


def test_a_result_replaces_neither_another_one_nor_an_input(tmp_path):
    (tmp_path / "p.csv").write_text("id,age\n1,50\n", encoding="utf-8")
    for arguments in (
        ("-o", tmp_path / "v.csv", "--attrition", tmp_path / "v.csv"),
        ("-o", tmp_path / "p.csv", "--force"),
        ("--figure", tmp_path / "f.png"),
        ("--parquet",),
        ("--template",),
        ("--patient", "2"),
    ):
        done = _screen("--patients", tmp_path / "p.csv", *arguments)
        assert isinstance(done.exception, UsageError), arguments
        assert done.exception.code == "SCR-045"
    assert [path.name for path in tmp_path.iterdir()] == ["p.csv"]
    assert (tmp_path / "p.csv").read_text(encoding="utf-8") == "id,age\n1,50\n"


def test_one_patient_is_told_whole_and_what_admits_only_named(tmp_path):
    (tmp_path / "p.csv").write_text("id,age,bmi\n1,50,33.1\n2,50,24\n", encoding="utf-8")
    out = _screen("--patients", tmp_path / "p.csv", "--patient", "1").stdout
    assert out.startswith("1: not eligible\n")
    assert "inclusion-3 excludes:" in out
    assert "known: body mass index: 33.1" in out
    assert "These admit: minimum-age, maximum-age, inclusion-1" in out
    assert "24" not in out
    [told] = json.loads(_screen("--patients", tmp_path / "p.csv", "--patient", "2", "--json").stdout)
    assert (told["patient"], told["verdict"]) == ("2", "undecided")


def test_the_questions_of_a_small_cohort_are_shown_and_long_lists_cut(tmp_path):
    (tmp_path / "p.csv").write_text("id,age,bmi\n2,50,24\n", encoding="utf-8")
    lines = _screen("--patients", tmp_path / "p.csv").stdout.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("2: undecided ("))
    assert all(line.startswith("    ask ") for line in lines[place + 1 : place + 4])
    assert lines[place + 4].endswith("more; --patient 2 shows all")


def test_a_list_without_patients_says_so(tmp_path):
    (tmp_path / "p.csv").write_text("id,age\n", encoding="utf-8")
    assert "holds no patient" in _screen("--patients", tmp_path / "p.csv").stdout


def test_a_lost_criterion_is_named_once_for_all():
    record, cohort = EXAMPLES / "NCT04971980.unlabelled-page.txt", EXAMPLES / "cohorts" / "NCT04971980.csv"
    out = CliRunner().invoke(app, ["screen", str(record), "--patients", str(cohort)]).stdout
    assert out.count("inclusion-1, exclusion-1") == 1
    assert "cannot be settled" not in out


def test_an_age_that_a_page_states_without_an_upper_end_is_no_lost_limit():
    record, cohort = EXAMPLES / "NCT04456361.classic-page.txt", EXAMPLES / "cohorts" / "NCT04456361.csv"
    done = CliRunner().invoke(app, ["screen", str(record), "--patients", str(cohort), "--json"])
    said = json.loads(done.stdout)
    assert said["counts"]["eligible"] >= 4
    assert {"minimum-age", "maximum-age"} & {step["criterion"] for step in said["attrition"]} == {"minimum-age"}
