"""`trialwright design`: what it prints, in text, JSON, CSV and figures, and what it refuses."""

import csv
import io
import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from trialwright.cli.app import app
from trialwright.core.errors import UsageError
from trialwright.design import exact, rules

RATES = ".05,.15,.3,.45,.6"
PLAN = ("--target", "0.3", "--doses", "5", "--cohorts", "10", "--size", "3")
DESIGNS = {"boin": "BOIN", "keyboard": "keyboard", "mtpi": "mTPI", "i3+3": "i3+3"}


def run(*arguments):
    done = CliRunner().invoke(app, ["design", *arguments])
    if isinstance(done.exception, Exception) and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_decision_table_and_the_exact_characteristics():
    text = run("boin", *PLAN, "--truth", RATES, "--registered", "12")
    for expected in (
        "up: DLTs at most            0  1  2   2   3   4   4   5   6   7",
        "never again: DLTs at least  3  4  5   7   8   9  10  11  12  14",
        "up at 0.23649069 or less, down at 0.35851946 or more",
        "0.0002  0.0117  0.2321  0.5463  0.1937  0.0160",
        "60%: 0.0344, 80%: 0.0000",
        "More than 12 participants, the registered number: 0.99",
        "Probabilities add up to 1 within",
        "not medical advice",
    ):
        assert expected in text


@pytest.mark.parametrize("command", DESIGNS)
def test_json_is_what_python_answers(command):
    found = json.loads(run(command, *PLAN, "--truth", RATES, "--truth", ".3,.4,.5,.6,.7", "--json"))
    rule = rules.make(DESIGNS[command], 5, target=0.3, most=30)
    result = exact.compile(rule).evaluate([0.05, 0.15, 0.3, 0.45, 0.6])
    assert found["rule"] == rule.name
    assert found["decisions"]["3"] == ["E", "S", "D", "DU"]
    first, second = found["scenarios"]
    assert first["selection"] == result.selection.tolist()
    assert first["prob_overdosed"]["0.6"] == result.prob_overdosed(0.6, 0.3)
    assert first["mass_error"] < 1e-13
    assert second["truth"] == [0.3, 0.4, 0.5, 0.6, 0.7]


def test_options_reach_the_rule():
    name = json.loads(
        run("boin", *PLAN, "--enough", "9", "--start", "2", "--titration", "--extra-safety", ".05", "--cutoff", ".9",
            "--safe", ".1", "--toxic", ".5", "--json")
    )["rule"]  # fmt: skip
    assert name == (
        "BOIN: target 0.3, safe 0.1, toxic 0.5, eliminate above 0.9, cohorts of 3, at most 30, enough at 9, "
        "start at level 2, accelerated titration, extra safety 0.05"
    )
    name = json.loads(run("mtpi", *PLAN, "--most", "18", "--low", ".2", "--high", ".35", "--json"))["rule"]
    assert name == "mTPI: target 0.3, interval 0.2 to 0.35, cohorts of 3, at most 18"


def test_a_printed_table_can_be_read_back_and_is_the_same_design(tmp_path):
    file = tmp_path / "table.csv"
    file.write_text(run("boin", *PLAN, "--csv"), encoding="utf-8")
    again = json.loads(run("table", str(file), *PLAN, "--truth", RATES, "--json"))
    boin = json.loads(run("boin", *PLAN, "--truth", RATES, "--json"))
    assert again["decisions"] == boin["decisions"]
    assert again["scenarios"][0]["selection"] == boin["scenarios"][0]["selection"]


def test_characteristics_as_csv():
    rows = list(csv.DictReader(io.StringIO(run("keyboard", *PLAN, "--truth", RATES, "--csv"))))
    assert [row["level"] for row in rows] == ["0", "1", "2", "3", "4", "5"]
    assert sum(float(row["selected"]) for row in rows) == pytest.approx(1)
    assert float(rows[3]["selected"]) == pytest.approx(0.54828573, abs=1e-8)


def test_what_the_words_three_plus_three_can_mean(tmp_path):
    text = run("3+3", "--doses", "3", "--truth", ".05,.1,.2", "--registered", "9")
    assert text.count("3+3:") == 4
    assert "10.70" in text
    assert "13.05" in text
    one = json.loads(run("3+3", "--doses", "3", "--variant", "stop at two", "--truth", ".05,.1,.2", "--json"))
    assert one["scenarios"][0]["expected_n"] == pytest.approx(10.6985, abs=1e-4)
    assert "3+3: with de-escalation" in run("3+3", "--doses", "3")
    file = tmp_path / "table.svg"
    run("3+3", "--doses", "3", "--figure", str(file))
    assert "2+" in file.read_text(encoding="utf-8")
    assert "treat 4 more" in run("3+3", "--doses", "3", "--size", "4")


def test_designs_side_by_side():
    names = ("boin", "keyboard: target 0.25, at most 15", "3+3: stop at two")
    found = json.loads(run("compare", *names, *PLAN, "--truth", RATES, "--truth", ".1,.2,.3,.4,.5", "--json"))
    assert [item["rule"] for item in found] == [
        "BOIN: target 0.3, cohorts of 3, at most 30",
        "keyboard: target 0.25, cohorts of 3, at most 15",
        "3+3: stop at two",
    ]
    assert all(len(item["scenarios"]) == 2 for item in found)
    text = run("compare", *names, *PLAN, "--truth", RATES)
    assert "0.546" in text
    assert "12.71" in text
    assert run("compare", *names, *PLAN, "--truth", RATES, "--csv").count("\n") == 1 + 3 * 6


def test_a_live_state():
    state = ("--n", "3,3,0", "--dlts", "0,1,0", "--level", "2")
    text = run("examine", "boin", "--target", ".3", "--cohorts", "4", *state)
    assert "2 with a DLT: treat 3 at level 1" in text
    found = json.loads(
        run("examine", "boin", "--target", ".3", "--cohorts", "4", *state, "--truth", ".1,.2,.4", "--json")
    )
    assert [item["level"] for item in found["nexts"]] == [3, 2, 1, 1]
    assert sum(item["probability"] for item in found["nexts"]) == pytest.approx(1)
    assert sum(found["from_here"]["selection"]) == pytest.approx(1)
    waiting = ("--n", "3,2,0", "--dlts", "0,1,0", "--level", "2", "--pending", "1")
    awaited = json.loads(run("examine", "3+3: stop at two", *waiting, "--truth", ".1,.2,.4", "--json"))
    assert [item["action"] for item in awaited["nexts"]] == ["treat", "stop"]
    over = run("examine", "3+3: stop at two", "--n", "3,3,0", "--dlts", "0,2,0", "--level", "2")
    assert "The trial is over" in over
    titrating = run("examine", "boin: target .3, at most 12, accelerated titration", "--n", "1,0", "--dlts", "0,0",
                    "--level", "1")  # fmt: skip
    assert "titrate to level 2" in titrating


def test_the_worst_of_a_region():
    plan = ("--target", "0.3", "--doses", "2", "--low", ".05,.1", "--high", ".4,.6")
    found = json.loads(run("worst", "3+3: stop at two", *plan, "--json"))
    graph = exact.compile(rules.make("3+3: stop at two", 2))
    chosen = found["chance that a level above 0.3 is selected"]
    assert chosen["value"] == pytest.approx(graph.evaluate(chosen["truth"]).prob_selected_above(0.3))
    assert chosen["value"] >= graph.evaluate([0.31, 0.31]).prob_selected_above(0.3) - 0.01
    none = found["chance that none is selected although level 1 is not above 0.3"]
    assert none["truth"][0] <= 0.3
    assert "A search" in run("worst", "3+3: stop at two", *plan)


def test_a_model_decides_from_all_levels_together():
    """Selection as in `crmsim` of R's dfcrm; the exact value is tested where the rule is."""
    text = run("crm", *PLAN, "--truth", RATES)
    assert "0.5792" in text
    assert "all levels together" in text
    skeleton = ("--skeleton", ".1,.2,.3,.4,.5", "--model", "logistic", "--stop-above", ".9", "--start", "2")
    found = json.loads(run("crm", *PLAN, *skeleton, "--json"))
    assert found["rule"].startswith("CRM: target 0.3, logistic, ")
    assert "start at level 2" in found["rule"]
    assert found["decisions"] is None
    with pytest.raises(UsageError, match="--skeleton"):
        run("crm", *PLAN, "--skeleton", ".1,.2")


def test_how_long_it_takes():
    plan = ("--doses", "3", "--truth", "0,0,0", "--window", "28", "--per-month", "3.04")
    found = json.loads(run("duration", "3+3: stop at two", *plan, "--json"))
    assert found["expected_days"] == pytest.approx(3 * 28 + 9 / 0.1)
    assert found["expected_cohorts"] == pytest.approx(3)
    assert found["days_within_which"]["0.1"] < found["days_within_which"]["0.9"]
    assert "174 on average" in run("duration", "3+3: stop at two", *plan)


@pytest.mark.parametrize("ending", ["svg", "pdf", "png"])
def test_figures(tmp_path, ending):
    file = tmp_path / f"design.{ending}"
    run("boin", *PLAN, "--truth", RATES, "--figure", str(file))
    first = file.read_bytes()
    run("boin", *PLAN, "--truth", RATES, "--figure", str(file))
    assert file.read_bytes() == first, "the same figure gives another file"
    both = tmp_path / f"both.{ending}"
    run("compare", "boin", "3+3: stop at two", *PLAN, "--truth", RATES, "--figure", str(both))
    assert both.stat().st_size > 1000
    if ending == "svg":
        assert "participants treated at the current level" in first.decode()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("boin", *PLAN, "--truth", ".1,.2"), "DES-123"),
        (("boin", *PLAN, "--truth", "5,15,30,45,60"), "DES-123"),
        (("boin", "--target", ".3", "--doses", "5"), "DES-105"),
        (("boin", "--target", "30", "--doses", "5", "--cohorts", "9"), "DES-101"),
        (("mtpi", *PLAN, "--low", ".4"), "DES-102"),
        (("compare", "BION", *PLAN, "--truth", RATES), "DES-012"),
        (("examine", "3+3: stop at two", "--n", "3,x", "--dlts", "0,0", "--level", "1"), "DES-123"),
        (("examine", "3+3: stop at two", "--n", "3,0", "--dlts", "4,0", "--level", "1"), "DES-120"),
        (("boin", *PLAN, "--figure", "design.gif"), "DES-124"),
        (("crm", *PLAN, "--figure", "design.svg"), "DES-124"),
        (("3+3", "--doses", "3", "--json", "--figure", "design.svg"), "DES-124"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(arguments, code):
    with pytest.raises(UsageError, match=code) as caught:
        run(*arguments)
    assert caught.value.exit_status == 2
    assert caught.value.expected


def test_a_fresh_process_loads_only_what_it_needs():
    heavy = ["scipy.stats", "polars", "matplotlib", "duckdb"]
    code = (
        "import sys\nfrom trialwright.cli.app import app\n"
        f"try:\n    app({['design', 'boin', *PLAN, '--truth', RATES]!r})\n"
        f"finally:\n    sys.stderr.write(repr([m for m in {heavy!r} if m in sys.modules]))"
    )
    environment = {**os.environ, "PYTHONWARNINGS": ""}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stderr == "[]"
    assert "0.5463" in done.stdout
