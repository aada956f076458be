"""Exact characteristics of the 3+3 family against figures of two R packages and of a separate exact program.

Sources: escalation 0.2.3 (`get_dose_paths` and `calculate_probabilities`, for "stop at two") and precautionary (its
matrices T, U, b for 3+3 with de-escalation and six at the MTD) run in R 4.2.2; the other figures come from an exact
program written apart from this one. Each table says how many digits it has; the tolerance is half of the last digit.
"""

import numpy as np
import pytest

from trialwright.design import exact, rules

A = "3+3: stop at two"
SIX = "3+3: six required at the MTD"
DOWN = "3+3: with de-escalation"
B = "3+3: six required at the MTD, with de-escalation"
LITERAL = "literal: cohorts of three, stop at two DLTs in a cohort"

RATES = {
    "3 steep": (0.10, 0.25, 0.45),
    "3": (0.05, 0.10, 0.20),
    "3 low": (0.02, 0.03, 0.05),
    "4": (0.05, 0.15, 0.30, 0.45),
    "5": (0.05, 0.15, 0.30, 0.45, 0.60),
    "6": (0.03, 0.08, 0.16, 0.30, 0.45, 0.60),
}


def characteristics(name, truth):
    return exact.compile(rules.make(name, levels=len(truth))).evaluate(truth)


@pytest.mark.parametrize(
    ("rates", "selection", "by_level", "total", "total_digits"),
    [
        ("3 steep", (0.093853, 0.362592, 0.416190, 0.127365), (3.729000, 3.865283, 2.296590), 9.890873, 6),
        ("3", (0.026558, 0.091360, 0.257032, 0.625050), None, 10.6985, 4),
        ("3 low", (0.004573, 0.009995, 0.026171, 0.959261), None, 9.7685, 4),
        (
            "4",
            (0.026558, 0.181262, 0.400635, 0.299799, 0.091746),
            (3.406125, 3.869798, 3.424593, 1.654327),
            12.354843,
            6,
        ),
        (
            "5",
            (0.026558, 0.181262, 0.400635, 0.299799, 0.084183, 0.007563),
            (3.406125, 3.869798, 3.424593, 1.654327, 0.354507),
            12.709351,
            6,
        ),
        (
            "6",
            (0.010041, 0.062499, 0.191571, 0.372167, 0.278496, 0.078202, 0.007025),
            (3.254043, 3.573166, 3.724741, 3.181251, 1.536775, 0.329317),
            15.599293,
            6,
        ),
    ],
)
def test_stop_at_two(rates, selection, by_level, total, total_digits):
    result = characteristics(A, RATES[rates])
    np.testing.assert_allclose(result.selection, selection, atol=0.51e-6, rtol=0)
    if by_level:
        np.testing.assert_allclose(result.expected_n_by_level, by_level, atol=0.51e-6, rtol=0)
    assert result.expected_n == pytest.approx(total, abs=0.51 * 10**-total_digits)
    assert result.mass_error < 1e-14


def test_stop_at_two_to_the_seven_digits_that_escalation_prints():
    result = characteristics(A, RATES["3 steep"])
    np.testing.assert_allclose(result.selection, (0.0938530, 0.3625915, 0.4161904, 0.1273650), atol=0.51e-7, rtol=0)


@pytest.mark.parametrize(
    ("rates", "selection", "total", "total_digits"),
    [
        ("3 steep", (0.103146, 0.403260, 0.404686, 0.088908), 12.117134, 6),
        ("3", (0.027185, 0.097581, 0.297153, 0.578081), 13.0466, 4),
        ("4", (0.027847, 0.200591, 0.429108, 0.278410, 0.064044), 14.783672, 6),
        ("5", (0.027847, 0.200583, 0.428946, 0.277445, 0.061421, 0.003758), 15.145021, 6),
        ("6", (0.010201, 0.065556, 0.209756, 0.396209, 0.257731, 0.057056, 0.003491), 18.069612, 6),
    ],
)
def test_six_required_with_de_escalation(rates, selection, total, total_digits):
    result = characteristics(B, RATES[rates])
    np.testing.assert_allclose(result.selection, selection, atol=0.51e-6, rtol=0)
    assert result.expected_n == pytest.approx(total, abs=0.51 * 10**-total_digits)
    assert result.mass_error < 1e-14


@pytest.mark.parametrize(
    ("rates", "participants", "dlts"),
    [
        (
            "5",
            (3.939531384, 4.887563347, 4.104051567, 1.841752447, 0.372122723),
            (0.196976569, 0.733134502, 1.231215470, 0.828788601, 0.223273634),
        ),
        ("3 steep", (4.72470265, 4.82453956, 2.56789190), (0.472470265, 1.206134889, 1.155551355)),
    ],
)
def test_participants_and_dlts_of_precautionary(rates, participants, dlts):
    result = characteristics(B, RATES[rates])
    np.testing.assert_allclose(result.expected_n_by_level, participants, atol=0.51e-8, rtol=0)
    np.testing.assert_allclose(result.expected_dlts_by_level, dlts, atol=0.51e-9, rtol=0)


@pytest.mark.parametrize(
    ("levels", "paths", "live"),
    [
        (2, 46, 13),
        (3, 154, 43),
        (4, 442, 123),
        (5, 1162, 323),
        (6, 2890, 803),
        (7, 6922, 1923),
        (8, 16138, 4483),
    ],
)
def test_number_of_paths_of_precautionary(levels, paths, live):
    """Sequences of cohort results with six at the MTD and de-escalation, and the states they merge into."""
    graph = exact.compile(rules.make(B, levels))
    assert graph.endings.paths.sum() == paths
    assert graph.endings.live == live


@pytest.mark.parametrize(
    ("rates", "stops", "completed"),
    [
        ("3", (0.007250, 0.027797, 0.100355), 0.864598),
        ("3 steep", (0.028, 0.151875, 0.348758), 0.471367),
        ("3 low", (0.001184, 0.002643, 0.007222), 0.988951),
    ],
)
def test_literal_cohorts(rates, stops, completed):
    result = characteristics(LITERAL, RATES[rates])
    found = [result.stop_reasons[f"level {level} too toxic"] for level in (1, 2, 3)]
    np.testing.assert_allclose(found, stops, atol=0.51e-6, rtol=0)
    assert result.prob_completed == pytest.approx(completed, abs=0.51e-6)


@pytest.mark.parametrize(
    ("name", "expected_n", "digits", "top"),
    [(A, 10.6985, 4, 0.625050), (SIX, 12.05, 2, 0.578), (B, 13.0466, 4, 0.578081)],
)
def test_what_nine_registered_participants_mean(name, expected_n, digits, top):
    """The rates 0.05, 0.10, 0.20 at three levels."""
    result = characteristics(name, RATES["3"])
    assert result.expected_n == pytest.approx(expected_n, abs=0.51 * 10**-digits)
    assert result.selection[3] == pytest.approx(top, abs=0.51e-3 if top == 0.578 else 0.51e-6)
    if name == A:
        assert result.prob_n_at_most(9) == pytest.approx(0.495, abs=0.5e-3)


def test_de_escalation_alone_leaves_the_highest_level_as_it_stands():
    """With de-escalation but without six at the MTD the highest level is selected exactly as often as without."""
    assert characteristics(DOWN, RATES["3"]).selection[3] == pytest.approx(0.625050, abs=0.51e-6)


def test_a_dose_selection_then_a_comparison():
    """Chance of success of "stop at two" followed by 20 against 20 at the selected dose, Fisher's two-sided test."""
    from trialwright.design.power import two_proportions

    powers = [two_proportions(rate, 0.4, 20, 20).power for rate in (0.5, 0.65, 0.8)]
    np.testing.assert_allclose(powers, (0.048793, 0.229712, 0.650225), atol=0.51e-6, rtol=0)
    assert characteristics(A, RATES["3"]).selection[1:] @ powers == pytest.approx(0.469924, abs=0.51e-6)
