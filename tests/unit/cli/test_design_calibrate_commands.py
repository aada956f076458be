"""`design calibrate` and `design blrm`: answers as text, JSON and CSV, and refusals that teach."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from trialwright.cli.app import app
from trialwright.core.errors import UsageError
from trialwright.design import exact
from trialwright.design.model_based import names, skeleton

CRM = ("calibrate", "crm", "--target", ".25", "--doses", "3")
BLRM = ("--low", ".16", "--high", ".33", "--amounts", "10,20,40", "--reference", "40")


def run(*words):
    done = CliRunner().invoke(app, ["design", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def rows(text):
    return list(csv.reader(io.StringIO(text)))


def test_skeletons_alone():
    found = json.loads(run(*CRM, "--half-width", ".04,.06", "--guess", "1", "--json"))
    assert found["guess"] == 1
    expected = {width: list(skeleton.indifference(0.25, width, 1, 3)) for width in (0.04, 0.06)}
    assert {one["half_width"]: one["skeleton"] for one in found["skeletons"]} == expected
    table = rows(run(*CRM, "--half-width", ".04,.06", "--guess", "1", "--csv"))
    assert {float(row[0]): [float(cell) for cell in row[1:]] for row in table[1:]} == expected


def test_usual_half_widths_fit_a_small_target():
    found = json.loads(run("calibrate", "crm", "--target", ".1", "--doses", "4", "--json"))
    assert [one["half_width"] for one in found["skeletons"]] == [0.02, 0.03, 0.04, 0.05]


def test_chances_of_a_right_selection_are_those_of_the_design():
    words = (*CRM, "--half-width", ".04,.06", "--cohorts", "4", "--sd", ".5,1", "--truth", ".05,.1,.25")
    found = json.loads(run(*words, "--json"))
    assert found["scenarios"] == [{"truth": [0.05, 0.1, 0.25], "right": [3]}]
    assert len(found["designs"]) == 4
    for one in found["designs"]:
        result = exact.compile(names.make(one["rule"], 3)).evaluate((0.05, 0.1, 0.25))
        assert one["correct"] == pytest.approx([result.selection[3]], abs=1e-12)
    table = rows(run(*words, "--csv"))
    assert [float(row[2]) for row in table[1:]] == [one["average"] for one in found["designs"]]
    assert found["designs"][0]["rule"] in run(*words)


def test_the_prior_of_a_blrm():
    found = json.loads(run("calibrate", "blrm", *BLRM, "--rate", ".3", "--json"))
    assert found["prior"] == "weak prior at 0.3"
    last = found["doses"][-1]
    assert last["quantiles"]["0.5"] == pytest.approx(0.3, abs=1e-9)
    for one in found["doses"]:
        assert one["under"] + one["target"] + one["over"] == pytest.approx(1)
    table = rows(run("calibrate", "blrm", *BLRM, "--rate", ".3", "--csv"))
    assert float(table[3][3]) == last["quantiles"]["0.5"]
    assert "Barred are 20, 40" in run("calibrate", "blrm", *BLRM)


def test_a_blrm():
    words = ("blrm", *BLRM, "--prior-mean", "-1,0", "--prior-sd", "1,.5", "--most", "9", "--highest")
    found = json.loads(run(*words, "--truth", ".05,.2,.4", "--json"))
    same = exact.compile(names.make(found["rule"], 3)).evaluate((0.05, 0.2, 0.4))
    assert found["scenarios"][0]["selection"] == pytest.approx(same.selection.tolist())
    assert "prior mean -1/0 sd 1/0.5" in found["rule"]
    assert "highest eligible level" in found["rule"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((*CRM, "--truth", ".1,.2,.3"), "DES-211"),
        ((*CRM, "--sd", "1"), "DES-211"),
        ((*CRM, "--half-width", ".05,.3", "--cohorts", "4"), "DES-202"),
        ((*CRM, "--half-width", "wide"), "DES-123"),
        ((*CRM, "--guess", "4"), "DES-203"),
        ((*CRM, "--cohorts", "4", "--truth", ".1,.2"), "DES-123"),
        ((*CRM, "--cohorts", "4", "--odds-ratio", "1"), "DES-202"),
        (("calibrate", "blrm", "--low", ".2", "--high", ".3", "--amounts", "20,10", "--reference", "10"), "DES-208"),
        (("calibrate", "blrm", *BLRM, "--prior-mean", "1"), "DES-211"),
        (("blrm", *BLRM), "DES-211"),
    ],
)
def test_refusals_teach(words, code):
    done = CliRunner().invoke(app, ["design", *words])
    assert isinstance(done.exception, UsageError), done.output
    assert done.exception.code == code
    assert done.exception.expected
