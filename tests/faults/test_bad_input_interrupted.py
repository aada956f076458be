"""A run that is stopped, or fails late: nothing half-written, one message, no traceback."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import trialwright

RECORD = "NCT04456361.classic-page.txt"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """Every command is given in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def failing(fault: BaseException):
    """A stage that raises."""

    def stage(*_args: object, **_named: object) -> None:
        raise fault

    return stage


LATE = {
    "report": "trialwright.report.html.render",
    "dataset": "trialwright.dataset.files.write",
    "results": "trialwright.analyse.results.Results.frame",
}


@pytest.mark.parametrize("stage", LATE)
@pytest.mark.parametrize(
    ("fault", "said", "status"),
    [
        (ValueError("a fault of ours"), "RUN-004: this is a fault of trialwright", 1),
        (OSError(28, "No space left on device"), "OUT-001: out/deep cannot be written: No space left on device", 1),
        (MemoryError(), "RUN-004: this is a fault of trialwright", 1),
    ],
    ids=["fault", "disk", "memory"],
)
def test_a_failure_while_writing_leaves_nothing(examples, empty_folder, monkeypatch, stage, fault, said, status):
    monkeypatch.setattr(LATE[stage], failing(fault))
    answer = trialwright("run", examples / RECORD, "-o", "out/deep")
    assert (answer.status, answer.out) == (status, "")
    assert said in answer.err
    assert "To mend it: " in answer.err
    assert list(empty_folder.iterdir()) == []


def test_a_failure_while_writing_leaves_the_earlier_run(examples, empty_folder, monkeypatch):
    assert trialwright("run", examples / RECORD, "-o", "out").status == 0
    before = {path: path.read_bytes() for path in empty_folder.rglob("*") if path.is_file()}
    monkeypatch.setattr(LATE["report"], failing(ValueError("late")))
    assert trialwright("run", examples / RECORD, "-o", "out", "--force").status == 1
    assert {path: path.read_bytes() for path in empty_folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("stage", "title"),
    [
        ("trialwright.lint.run", "looking for problems"),
        ("trialwright.simulate.operating.characteristics", "computing operating characteristics"),
        ("trialwright.simulate.trial.run", "simulating one trial"),
        ("trialwright.analyse.run", "analysing every outcome"),
    ],
)
def test_a_fault_in_one_room_costs_only_that_room_and_is_said(examples, empty_folder, monkeypatch, stage, title):
    monkeypatch.setattr(stage, failing(ValueError("boom")))
    answer = trialwright("run", examples / RECORD, "-o", "out")
    assert answer.status == 1
    assert f"{title} could not finish" in answer.err
    assert "RUN-004" in answer.err
    report = (empty_folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "ValueError: boom" in report
    assert "RUN-005" in (empty_folder / "out" / "problems.json").read_text(encoding="utf-8")


INTERRUPTED = """
import os, signal, sys, time
from trialwright.cli.app import main
import trialwright.report.html

def render(contents):
    print("rendering", flush=True)
    time.sleep(30)

trialwright.report.html.render = render
sys.argv = ["trialwright", "run", sys.argv[1], "-o", "out"]
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_mid_run_leaves_nothing(examples, empty_folder, number):
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, examples / RECORD],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=empty_folder,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "rendering\n"
        assert [path.name for path in empty_folder.iterdir()] != []  # the folder in which it builds
        program.send_signal(number)
        _, err = program.communicate(timeout=20)
    assert program.returncode == 128 + number
    assert err.endswith("Stopped. Nothing was left half-written.\n")
    assert "Traceback" not in err
    assert list(empty_folder.iterdir()) == []


@pytest.mark.parametrize("command", ["draft", "simulate"], ids=["more than a pipe holds", "a few lines"])
def test_a_reader_who_leaves_early_gets_no_complaint(examples, command):
    program = Path(sys.executable).with_name("trialwright")
    with subprocess.Popen(
        [program, command, examples / RECORD], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        err = started.stderr.read().decode()
    assert started.returncode == 0
    assert "Traceback" not in err
    assert "BrokenPipe" not in err


def test_a_file_that_is_written_whole_is_never_half_there(examples, empty_folder, monkeypatch):
    (empty_folder / "p.yaml").write_text("before")
    monkeypatch.setattr("pathlib.Path.replace", failing(OSError(28, "No space left on device")))
    answer = trialwright("draft", examples / RECORD, "-o", "p.yaml", "--force")
    assert answer.status == 1
    assert "OUT-001" in answer.err
    assert (empty_folder / "p.yaml").read_text() == "before"
    assert [path.name for path in empty_folder.iterdir()] == ["p.yaml"]


@pytest.mark.parametrize(
    "command",
    [
        ["run"],
        ["simulate"],
        ["compare"],
        ["draft"],
        ["screen", "--patients", "people.csv"],
    ],
)
def test_a_place_beneath_a_file_cannot_be_written_and_is_said(examples, empty_folder, command):
    (empty_folder / "people.csv").write_text("USUBJID,AGE,SEX\nA,50,F\n")
    answer = trialwright(command[0], examples / RECORD, *command[1:], "-o", "people.csv/out/deep")
    assert (answer.status, answer.out) == (1, "")
    assert "OUT-001: people.csv/out/deep cannot be written" in answer.err
    assert [path.name for path in empty_folder.iterdir()] == ["people.csv"]
