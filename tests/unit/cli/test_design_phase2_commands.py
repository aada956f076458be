"""`trialwright design simon`, `monitor` and `boin12`: what they print, and what they refuse."""

import csv
import io
import subprocess
import sys

import pytest

from command_line import trialwright
from trialwright.design.phase2 import monitoring, simon
from trialwright.design.phase2.boin12 import Boin12
from trialwright.design.phase2.boin12_simulation import simulate

PLAN = ("--p0", "0.1", "--p1", "0.3")
ARM = ("--most", "9", "--limit", "0.3")
BOTH = ("boin12", "--doses", "3", "--toxicity", "0.35", "--efficacy", "0.25")
TRUE = ("--true-toxicity", ".05,.2,.5", "--true-efficacy", ".1,.4,.5", "--trials", "500")


def answered(*arguments):
    found = trialwright("design", *arguments)
    assert found.status == 0, found.err
    return found


def test_two_stage_designs_as_text():
    text = answered("simon", *PLAN, "--rate", ".1,.3").out
    for expected in (
        "alpha at most 0.05, beta at most 0.2",
        "  minimax      1/15  5/25   19.51   0.5490  0.0328  0.8017  0.732 to 1.000",
        "  optimal      1/10  5/29   15.01   0.7361  0.0471  0.8051  0.000 to 0.293",
        "r1 or fewer of n1 respond: stop",
        "  0.3        0.1493       26.1631     0.8051",
        "not medical advice",
    ):
        assert expected in text


def test_two_stage_designs_as_json_and_csv():
    expected = [each.as_dict() for each in simon.search(0.1, 0.3, 0.05, 0.2)]
    found = answered("simon", *PLAN, "--rate", ".1", "--json").json
    assert [{k: v for k, v in each.items() if k != "at_rates"} for each in found["designs"]] == expected
    for each in found["designs"]:
        assert each["at_rates"][0]["prob_promising"] == pytest.approx(each["alpha"], abs=1e-12)
        assert each["at_rates"][0]["prob_stopped_early"] == pytest.approx(each["pet_p0"], abs=1e-12)
    rows = list(csv.DictReader(io.StringIO(answered("simon", *PLAN, "--csv").out)))
    assert [(int(row["r"]), int(row["n"])) for row in rows] == [(each["r"], each["n"]) for each in expected]


@pytest.mark.parametrize("kind", ["minimax", "optimal"])
def test_one_kind_of_two_stage_design(kind):
    found = answered("simon", *PLAN, "--kind", kind, "--json").json
    assert [each["kind"] for each in found["designs"]] == [kind]


def test_a_monitored_arm_as_text():
    text = answered("monitor", *ARM, "--first", "3", "--every", "3", "--cutoff", "0.9").out
    rule = monitoring.rule(monitoring.Bayesian(0.3, 0.9), 9, first=3, step=3)
    result = rule.characteristics([0.3])
    assert "Stop the arm of 9 when P(rate > 0.3) > 0.9 under Beta(1, 1):" in text
    assert [line.split() for line in text.splitlines()[2:5]] == [
        [str(n), str(limit)] for n, limit in zip(rule.looks, rule.limits, strict=True)
    ]
    assert f"  0.3          {result.prob_crossed[0]:.4f}" in text
    assert "before more participants enter" in text


@pytest.mark.parametrize(
    ("options", "bound"),
    [
        ((), monitoring.Bayesian(0.3, 0.95)),
        (("--cutoff", "0.8", "--prior", "0.6,1.4"), monitoring.Bayesian(0.3, 0.8, (0.6, 1.4))),
        (("--bound", "constant", "--level", "0.1"), monitoring.ConstantProbability(0.3, 0.1)),
        (("--false-stop", "0.1"), monitoring.calibrated(monitoring.Bayesian(0.3), 9, 0.1)),
        (
            ("--bound", "constant", "--false-stop", "0.1", "--at", "0.2"),
            monitoring.calibrated(monitoring.ConstantProbability(0.3), 9, 0.1, rate=0.2),
        ),
    ],
)
def test_options_reach_the_bound(options, bound):
    found = answered("monitor", *ARM, *options, "--rate", "0,.3,1", "--json").json
    rule = monitoring.rule(bound, 9)
    assert found["bound"] == rule.name == bound.name
    assert found["stop_at_events"] == list(rule.limits)
    assert found["characteristics"] == rule.characteristics([0, 0.3, 1]).rows()


def test_a_monitored_arm_as_csv():
    bounds = list(csv.DictReader(io.StringIO(answered("monitor", *ARM, "--csv").out)))
    assert bounds[:2] == [
        {"known_outcomes": "1", "stop_at_events": ""},
        {"known_outcomes": "2", "stop_at_events": "2"},
    ]
    rows = list(csv.DictReader(io.StringIO(answered("monitor", *ARM, "--rate", ".1,.5", "--csv").out)))
    assert [row["rate"] for row in rows] == ["0.1", "0.5"]


def test_the_scores_of_boin12():
    text = answered(*BOTH, "--enough", "9").out
    assert text.startswith("BOIN12: toxicity 0.35, efficacy 0.25, utilities 100/40/60/0, cohorts of 3, at most 36")
    assert "0 participants\n      0\n  0  60\n" in text
    assert "  0  35  55  76  91\n" in text
    assert "not medical advice" in text
    rows = list(csv.DictReader(io.StringIO(answered(*BOTH, "--enough", "9", "--csv").out)))
    assert {"n": "9", "toxicity": "0", "efficacy": "8", "score": "99.0"} in rows
    assert {"n": "3", "toxicity": "3", "efficacy": "0", "score": ""} in rows
    other = answered(*BOTH, "--neither", "50")
    assert "There is no table of scores" in other.out


def test_the_characteristics_of_boin12():
    expected = simulate(Boin12(3), (0.05, 0.2, 0.5), (0.1, 0.4, 0.5), seed=7, trials=500)
    found = answered(*BOTH, *TRUE, "--seed", "7", "--json").json
    assert found["simulated"] == expected.as_dict()
    assert found["rule"] == expected.design
    text = answered(*BOTH, *TRUE, "--seed", "7").out
    assert "By Monte Carlo, 500 trials with seed 7; (standard error):" in text
    assert f"{expected.selection[2]:.4f} ({expected.selection_error[2]:.4f})" in text
    rows = list(csv.DictReader(io.StringIO(answered(*BOTH, *TRUE, "--seed", "7", "--csv").out)))
    assert [float(row["selected"]) for row in rows] == expected.selection.tolist()
    plain = answered(*BOTH, *TRUE, "--explore-from", "0", "--enough", "0", "--json").json
    assert plain["rule"] == Boin12(3, explore_from=None, enough=None).name


@pytest.mark.parametrize(
    ("arguments", "code", "status"),
    [
        (("simon", "--p0", "0.3", "--p1", "0.1"), "DES-301", 2),
        (("simon", "--p0", "0.3", "--p1", "0.4", "--most", "40"), "DES-302", 1),
        (("simon", *PLAN, "--kind", "best"), "DES-303", 2),
        (("simon", *PLAN, "--rate", "10%"), "DES-314", 2),
        (("simon", *PLAN, "--rate", "10"), "DES-314", 2),
        (("monitor", "--most", "9", "--limit", "30"), "DES-310", 2),
        (("monitor", *ARM, "--first", "10"), "DES-311", 2),
        (("monitor", "--most", "2", "--limit", ".9", "--bound", "constant", "--false-stop", ".05"), "DES-312", 2),
        (("monitor", *ARM, "--bound", "obrien"), "DES-313", 2),
        (("monitor", *ARM, "--level", "0.1"), "DES-313", 2),
        (("monitor", *ARM, "--bound", "constant", "--prior", "1,1"), "DES-313", 2),
        (("monitor", *ARM, "--cutoff", "0.9", "--false-stop", "0.1"), "DES-313", 2),
        (("monitor", *ARM, "--at", "0.1"), "DES-313", 2),
        (("monitor", *ARM, "--prior", "1"), "DES-314", 2),
        (("monitor", *ARM, "--prior", "nan,1"), "DES-314", 2),
        (("monitor", *ARM, "--prior", "0,1"), "DES-310", 2),
        (("boin12", "--doses", "3", "--toxicity", "35", "--efficacy", "0.25"), "DES-320", 2),
        ((*BOTH, "--true-toxicity", ".1,.2,.3"), "DES-323", 2),
        ((*BOTH, "--true-toxicity", ".1,.2", "--true-efficacy", ".1,.2"), "DES-323", 2),
        ((*BOTH, "--neither", "50", "--csv"), "DES-322", 2),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(arguments, code, status):
    found = trialwright("design", *arguments)
    assert found.status == status
    assert found.err.startswith(f"{code}: ")
    assert "Expected: " in found.err
    assert not found.out


def test_scipy_stats_is_not_loaded():
    program = (
        "import sys; from trialwright.cli.app import main\n"
        "sys.argv = ['trialwright', 'design', 'monitor', '--most', '9', '--limit', '.3', '--json']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "assert 'scipy.stats' not in sys.modules and 'polars' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
