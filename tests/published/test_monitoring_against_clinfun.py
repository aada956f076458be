"""Bounds of constant probability and their characteristics against `toxbdry` of R's clinfun.

The figures are those that the reference page of `toxbdry` prints for its examples: "high boundary" is the bound of the
largest chance of a false stop that is still allowed. A boundary of 7/20 there, the most that is acceptable, is a limit
of 8 here, the fewest that stop. The tolerance is half of the last printed digit.
"""

import pytest

from trialwright.design.phase2 import monitoring
from trialwright.design.phase2.monitoring_rule import MonitoringRule, every


def limits(boundary, looks):
    """`1/3 2/8` means: up to 3 participants 1 event is acceptable, up to 8 participants 2 are."""
    steps = [tuple(map(int, part.split("/"))) for part in boundary.split()]
    return tuple(next(most for most, last in steps if n <= last) + 1 for n in looks)


# acceptable rate, chance of a false stop, (size, first look, step), high boundary, rows of rate, crossed, stopped, size
CALIBRATED = [
    (
        0.2,
        0.10,
        (75, 20, 20),
        "7/20 12/40 17/60 21/75",
        (
            "0.20 .088 .079 72.0; 0.23 .214 .188 68.1; 0.26 .406 .354 62.1; 0.29 .619 .548 54.7; 0.32 .797 .727 47.0; "
            "0.35 .911 .859 39.9"
        ),
    ),
    (
        0.2,
        0.15,
        (75, 20, 20),
        "7/20 12/40 16/60 20/75",
        (
            "0.20 .117 .103 71.6; 0.22 .213 .186 69.0; 0.24 .341 .297 65.4; 0.26 .487 .427 61.0; 0.28 .632 .562 56.1; "
            "0.30 .758 .688 51.0"
        ),
    ),
    (
        0.1,
        0.10,
        (30, 2, 1),
        "1/3 2/8 3/13 4/19 5/26 6/30",
        (
            "0.10 .097 .096 28.1; 0.14 .245 .239 25.8; 0.18 .441 .430 22.5; 0.22 .638 .624 19.0; 0.26 .795 .781 15.6; "
            "0.30 .898 .888 12.7"
        ),
    ),
]

# (size, first look, step), boundary, rows: "low" boundaries, and those made for the power
GIVEN = [
    (
        (75, 20, 20),
        "7/20 12/40 17/60 20/75",
        (
            "0.20 .101 .079 72.0; 0.23 .247 .188 68.1; 0.26 .456 .354 62.1; 0.29 .672 .548 54.7; 0.32 .838 .727 47.0; "
            "0.35 .935 .859 39.9"
        ),
    ),
    (
        (75, 20, 20),
        "6/20 12/40 16/60 20/75",
        (
            "0.20 .152 .140 69.1; 0.22 .253 .229 65.7; 0.24 .381 .342 61.4; 0.26 .522 .469 56.5; 0.28 .659 .598 51.2; "
            "0.30 .777 .715 45.9"
        ),
    ),
    (
        (30, 2, 1),
        "1/3 2/8 3/13 4/20 5/26 6/30",
        (
            "0.10 .100 .099 28.1; 0.14 .250 .245 25.7; 0.18 .448 .437 22.4; 0.22 .644 .631 18.8; 0.26 .799 .786 15.5; "
            "0.30 .901 .891 12.6"
        ),
    ),
    (
        (25, 2, 1),
        "1/4 2/10 3/16 4/23 5/25",
        (
            "0.10 .146 .145 22.8; 0.14 .312 .310 20.5; 0.18 .504 .499 17.8; 0.22 .679 .673 15.0; 0.26 .813 .807 12.5; "
            "0.30 .902 .897 10.3"
        ),
    ),
    (
        (25, 2, 1),
        "1/4 2/10 3/16 4/22 5/25",
        (
            "0.10 .140 .139 22.8; 0.14 .300 .296 20.5; 0.18 .488 .480 17.8; 0.22 .663 .652 15.1; 0.26 .800 .790 12.5; "
            "0.30 .893 .885 10.3"
        ),
    ),
]


def check_characteristics(rule, rows):
    printed = [[float(number) for number in row.split()] for row in rows.split(";")]
    found = rule.characteristics([row[0] for row in printed])
    for place, (_, crossed, stopped, size) in enumerate(printed):
        assert found.prob_crossed[place] == pytest.approx(crossed, abs=0.000501)
        assert found.prob_stopped_early[place] == pytest.approx(stopped, abs=0.000501)
        assert found.expected_n[place] == pytest.approx(size, abs=0.0501)


@pytest.mark.parametrize(("acceptable", "wanted", "plan", "boundary", "rows"), CALIBRATED)
def test_the_calibrated_bound(acceptable, wanted, plan, boundary, rows):
    most, first, step = plan
    bound = monitoring.calibrated(monitoring.ConstantProbability(acceptable), most, wanted, first=first, step=step)
    rule = monitoring.rule(bound, most, first=first, step=step)
    assert rule.limits == tuple(
        limit if limit <= look else None for limit, look in zip(limits(boundary, rule.looks), rule.looks, strict=True)
    )
    check_characteristics(rule, rows)


@pytest.mark.parametrize(("plan", "boundary", "rows"), GIVEN)
def test_the_characteristics_of_a_given_bound(plan, boundary, rows):
    looks = every(*plan)
    check_characteristics(MonitoringRule(looks, limits(boundary, looks), "given"), rows)
