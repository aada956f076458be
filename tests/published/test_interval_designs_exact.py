"""BOIN, keyboard, mTPI and i3+3 against figures of R packages and of a separate exact program.

Sources: BOIN 2.7.2 (`get.boundary`, `select.mtd`) and Keyboard 0.1.3 (`get.boundary.kb`) run in R 4.2.2; the
characteristics come from an exact program written apart from this one, which 4,000,000 simulated trials and BOIN's own
100,000 agreed with. mTPI and i3+3 were not cross-checked against a package. Limits are whole numbers and must be equal;
elsewhere the tolerance is half of the last printed digit.
"""

import numpy as np
import pytest

from trialwright.design import exact, rules
from trialwright.design.interval import isotonic
from trialwright.design.interval.boin import Boin
from trialwright.design.interval.boundaries import NEVER
from trialwright.design.interval.i3plus3 import I3Plus3
from trialwright.design.interval.keyboard import Keyboard
from trialwright.design.interval.mtpi import Mtpi

RATES = (0.05, 0.15, 0.30, 0.45, 0.60)
SIX = (0.03, 0.08, 0.16, 0.30, 0.45, 0.60)


@pytest.mark.parametrize(
    ("target", "up", "down"),
    [
        (0.15, 0.11779665, 0.17868625),
        (0.20, 0.15724229, 0.23846244),
        (0.25, 0.19680087, 0.29839215),
        (0.30, 0.23649069, 0.35851946),
        (0.33, 0.26037674, 0.39471587),
        (0.35, 0.27633432, 0.41890751),
        (0.40, 0.31636004, 0.47965032),
    ],
)
def test_boin_limits(target, up, down):
    assert Boin(target).lambda_e == pytest.approx(up, abs=0.51e-8)
    assert Boin(target).lambda_d == pytest.approx(down, abs=0.51e-8)


def numbers(text):
    return [NEVER if part == "NA" else int(part) for part in text.split()]


# n = 1, ..., 36: go up at most, go down at least, eliminate at least
BOIN_TABLES = {
    0.2: (
        "0 0 0 0 0 0 1 1 1 1 1 1 2 2 2 2 2 2 2 3 3 3 3 3 3 4 4 4 4 4 4 5 5 5 5 5",
        "1 1 1 1 2 2 2 2 3 3 3 3 4 4 4 4 5 5 5 5 6 6 6 6 6 7 7 7 7 8 8 8 8 9 9 9",
        "NA NA 2 3 3 3 4 4 4 5 5 5 5 6 6 6 7 7 7 7 8 8 8 8 9 9 9 9 10 10 10 11 11 11 11 12",
    ),
    0.25: (
        "0 0 0 0 0 1 1 1 1 1 2 2 2 2 2 3 3 3 3 3 4 4 4 4 4 5 5 5 5 5 6 6 6 6 6 7",
        "1 1 1 2 2 2 3 3 3 3 4 4 4 5 5 5 6 6 6 6 7 7 7 8 8 8 9 9 9 9 10 10 10 11 11 11",
        "NA NA 3 3 3 4 4 4 5 5 6 6 6 7 7 7 8 8 8 9 9 9 10 10 10 11 11 11 12 12 12 12 13 13 13 14",
    ),
    0.3: (
        "0 0 0 0 1 1 1 1 2 2 2 2 3 3 3 3 4 4 4 4 4 5 5 5 5 6 6 6 6 7 7 7 7 8 8 8",
        "1 1 2 2 2 3 3 3 4 4 4 5 5 6 6 6 7 7 7 8 8 8 9 9 9 10 10 11 11 11 12 12 12 13 13 13",
        "NA NA 3 3 4 4 5 5 5 6 6 7 7 8 8 8 9 9 9 10 10 11 11 11 12 12 12 13 13 14 14 14 15 15 15 16",
    ),
}


@pytest.mark.parametrize("target", BOIN_TABLES)
def test_boin_tables(target):
    table = Boin(target).boundaries(36)
    for ours, theirs in zip((table.up, table.down, table.out), BOIN_TABLES[target], strict=True):
        assert ours[1:].tolist() == numbers(theirs)


def test_keyboard_tables():
    table = Keyboard(0.3).boundaries(30)
    assert table.up[1:].tolist() == numbers("0 0 0 0 1 1 1 1 2 2 2 2 3 3 3 3 4 4 4 4 5 5 5 5 6 6 6 6 7 7")
    assert table.down[1:].tolist() == numbers("1 1 2 2 2 3 3 3 4 4 4 5 5 5 6 6 6 7 7 7 8 8 9 9 9 10 10 10 11 11")
    eliminated = "NA 2 3 3 4 4 5 5 5 6 6 7 7 8 8 8 9 9 9 10 10 11 11 11 12 12 12 13 13 14"
    assert table.out[1:].tolist() == numbers(eliminated)
    low = Keyboard(0.2).boundaries(30).rows(3, 30)
    assert [row[1] for row in low] == [0, 0, 1, 1, 2, 2, 2, 3, 3, 4]
    assert [row[2] for row in low] == [1, 2, 3, 3, 4, 5, 6, 6, 7, 8]
    assert [row[3] for row in low] == [2, 3, 4, 5, 6, 7, 8, 8, 9, 10]


def test_mtpi_and_i3plus3_tables():
    mtpi = Mtpi(0.3).boundaries(30).rows(3, 30)
    assert [row[1] for row in mtpi] == [0, 1, 1, 2, 2, 3, 4, 4, 5, 6]
    assert [row[2] for row in mtpi] == [2, 4, 5, 6, 8, 9, 10, 11, 12, 14]
    assert I3Plus3(0.3).boundaries(30).rows(3, 30) == Keyboard(0.3).boundaries(30).rows(3, 30)


def test_the_help_example_of_select_mtd():
    n, y = (3, 3, 15, 9, 0), (0, 0, 4, 4, 0)
    assert isotonic.selected(n, y, 0.3, 5) == 3
    assert isotonic.rates(n, y)[:4].round(2).tolist() == [0.02, 0.02, 0.27, 0.45]


def percent(name, truth=RATES):
    return 100 * exact.compile(rules.make(name, len(truth))).evaluate(truth).selection


@pytest.mark.parametrize(
    ("name", "selection"),
    [
        ("BOIN: target 0.3, at most 30", (0.021088, 1.169330, 23.206188, 54.633016, 19.370371, 1.600008)),
        ("BOIN: target 0.3, at most 36", (0.021088, 1.137898, 22.366705, 58.537919, 16.962577, 0.973813)),
        ("keyboard: target 0.3, at most 30", (0.021088, 1.166695, 22.733800, 54.828573, 19.649836, 1.600008)),
        ("mTPI: target 0.3, at most 30", (0.021083, 1.182328, 24.090006, 54.583994, 18.757901, 1.364688)),
        # five cohorts: R's escalation 0.2.3 recommends the next dose unless told to select: another question
        ("BOIN: target 0.3, at most 15", (0.021084, 2.750298, 28.160709, 50.002263, 18.007970, 1.057676)),
    ],
)
def test_selection_with_five_levels(name, selection):
    np.testing.assert_allclose(percent(name), selection, atol=0.51e-6, rtol=0)


@pytest.mark.parametrize(
    ("truth", "most", "selection"),
    [
        (SIX, 30, (0.003765, 0.111007, 2.097491, 24.751144, 51.886156, 19.115378, 2.035059)),
        (SIX, 36, (0.003765, 0.110227, 1.740885, 24.571107, 54.136035, 18.115988, 1.321993)),
        ((0.1, 0.25, 0.45), 30, (0.247884, 9.784160, 66.504995, 23.462960)),
    ],
)
def test_boin_with_other_levels(truth, most, selection):
    np.testing.assert_allclose(percent(f"BOIN: target 0.3, at most {most}", truth), selection, atol=0.51e-6, rtol=0)


def test_i3plus3_is_keyboard_in_cohorts_of_three():
    ours = percent("i3+3: target 0.3, at most 30")
    np.testing.assert_array_equal(ours, percent("keyboard: target 0.3, at most 30"))


def test_boin_participants_dlts_and_tails():
    result = exact.compile(rules.make("BOIN: target 0.3, at most 30", 5)).evaluate(RATES)
    participants = (4.175102, 9.096942, 11.158803, 4.750925, 0.812846)
    dlts = (0.208755, 1.364541, 3.347641, 2.137916, 0.487707)
    np.testing.assert_allclose(result.expected_n_by_level, participants, atol=0.51e-6, rtol=0)
    np.testing.assert_allclose(result.expected_dlts_by_level, dlts, atol=0.51e-6, rtol=0)
    assert result.prob_dlts_at_least(10) == pytest.approx(0.1003920227, abs=0.51e-10)
    assert result.prob_n_above(3, 18) == pytest.approx(0.0343616316, abs=1e-9)  # over 60 % of 30
    assert result.prob_n_above(3, 24) == 0
    assert result.mass_error < 1e-13
