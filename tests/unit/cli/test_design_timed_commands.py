"""`trialwright design rolling-six`, `tite-crm` and `tite-boin`: what they print and what they refuse."""

import csv
import io

import pytest

from command_line import trialwright
from trialwright.design.timed import names as by_time
from trialwright.simulate import timed

RATES = ".05,.15,.3"
COMMANDS = {
    "rolling-six": (),
    "tite-crm": ("--target", "0.3", "--most", "12", "--stagger", "7"),
    "tite-boin": ("--target", "0.3", "--most", "12"),
}
RUN = ("--truth", RATES, "--accrual", "0.2", "--trials", "400", "--seed", "5")


def run(*arguments):
    done = trialwright("design", *arguments)
    assert done.status == 0, done.err
    return done


@pytest.mark.parametrize("command", COMMANDS)
def test_every_figure_has_its_standard_error(command):
    text = run(command, *COMMANDS[command], *RUN).out
    assert "400 trials, seed 5, 0.2 candidates a day (Poisson)" in text
    lines = text.splitlines()
    for name in ("  selected", "  participants", "  DLTs"):
        place = next(i for i, line in enumerate(lines) if line.startswith(name))
        figures, errors = lines[place].split()[1:], lines[place + 1].split()[1:]
        assert len(figures) == len(errors) == 4
    assert "Days until the end: " in text
    assert "not medical advice" in text


def test_json_and_csv_are_what_python_answers():
    design = by_time.make("TITE-BOIN: target 0.3, at most 12", ("",) * 3, 28, 3)
    expected = timed.characteristics(design, (0.05, 0.15, 0.3), timed.Course(0.2), seed=5, trials=400)
    found = run("tite-boin", *COMMANDS["tite-boin"], *RUN, "--json").json
    assert found["design"] == design.name
    assert found["scenarios"][0]["selection"] == [{"value": e.value, "se": e.se} for e in expected.selection]
    rows = list(csv.DictReader(io.StringIO(run("tite-boin", *COMMANDS["tite-boin"], *RUN, "--csv").out)))
    assert [float(row["selected"]) for row in rows] == [e.value for e in expected.selection]
    assert [row["participants_se"] for row in rows[1:]] == [str(e.se) for e in expected.expected_n]


def test_without_a_truth_the_decision_table_is_printed():
    six = run("rolling-six").out
    assert "6     1    1 to 5  suspend" in six
    boin = run("tite-boin", "--target", "0.2", "--most", "9").out
    assert "9     2         1  go down if T <= 0.52, otherwise stay" in boin
    rows = list(csv.DictReader(io.StringIO(run("rolling-six", "--csv").out)))
    assert {"participants": "3", "DLTs": "0", "pending": "0", "decision": "go up"} in rows
    decisions = run("tite-boin", "--target", "0.2", "--most", "9", "--json").json["decisions"]
    assert {
        "enrolled": 3,
        "dlts": 0,
        "fewest": 2,
        "most": 3,
        "decision": "suspend",
        "up": None,
        "down": None,
    } in decisions


def test_csv_holds_the_whole_trial_with_its_errors():
    design = by_time.make("rolling six", ("",) * 3, 28)
    expected = timed.characteristics(design, (0.05, 0.15, 0.3), timed.Course(0.2), seed=5, trials=400)
    for row in csv.DictReader(io.StringIO(run("rolling-six", *RUN, "--csv").out)):
        for name, each in expected.whole.items():
            assert (float(row[name]), float(row[f"{name}_se"])) == (each.value, each.se)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("ending", ["svg", "pdf", "png"])
def test_figures(tmp_path, command, ending):
    file = tmp_path / f"operating.{ending}"
    run(command, *COMMANDS[command], *RUN, "--truth", ".1,.3,.5", "--figure", file)
    first = file.read_bytes()
    run(command, *COMMANDS[command], *RUN, "--truth", ".1,.3,.5", "--figure", file)
    assert file.read_bytes() == first, "the same figure gives another file"
    if ending == "svg":
        assert "400 trials, seed 5; lines: two standard errors either way" in first.decode()


@pytest.mark.parametrize(("command", "more"), [("rolling-six", ()), ("tite-boin", ("--target", "0.2", "--most", "9"))])
def test_a_decision_table_for_the_wall(tmp_path, command, more):
    file = tmp_path / "table.svg"
    run(command, *more, "--figure", file)
    drawn = file.read_text(encoding="utf-8")
    assert "suspend" in drawn
    assert ("in DLT windows" in drawn) is (command == "tite-boin")
    refused = trialwright("design", command, *more, "--figure", tmp_path / "table.gif")
    assert "DES-124" in refused.err


def test_one_trial_is_json_too():
    found = run("rolling-six", "--truth", RATES, "--trials", "1", "--json").json
    assert found["scenarios"][0]["days"]["se"] is None


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("DES-123", ("rolling-six", "--truth", ".1,2")),
        ("DES-123", ("rolling-six", "--truth", ".1,.2", "--truth", ".1")),
        ("SIM-042", ("rolling-six", "--truth", ".1", "--accrual", "0")),
        ("SIM-040", ("rolling-six", "--truth", ".1", "--trials", "0")),
        ("DES-406", ("rolling-six", "--truth", ".1", "--start", "2")),
        ("DES-404", ("tite-crm", "--target", ".3", "--most", "9", "--truth", ".1,.2", "--stagger", "40")),
        ("DES-101", ("tite-boin", "--target", "30", "--most", "9", "--truth", ".1,.2")),
    ],
)
def test_what_does_not_fit_is_refused(code, arguments):
    done = trialwright("design", *arguments)
    assert done.status == 2
    assert code in done.err
    assert done.out == ""
