"""The examples of the how-to on model-based designs give what the page shows; and the calibration that it describes."""

import doctest
from pathlib import Path

import numpy as np
import pytest

from trialwright.core.errors import UsageError
from trialwright.design import exact
from trialwright.design.model_based import calibrate
from trialwright.design.model_based import names as model_names
from trialwright.design.model_based.conduct import Plan

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "design-crm.md"


def test_the_examples_of_the_page():
    ran = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert ran.attempted > 20
    assert ran.failed == 0


def test_what_the_page_says_of_names_is_understood():
    """Every name in the first column of the table."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) >= 11
    for row in rows:
        for said in row.split("|")[1].replace("`", "").split(", "):
            more = ", logistic" if said.strip().startswith("intercept") else ""
            more += ", doses 1/2/3, reference 2" if said.strip().startswith("two-") else ""
            assert model_names.make(f"CRM: target 0.3, at most 30, {said}{more}", 3).levels == 3


def test_each_chance_is_that_of_its_own_scenario():
    one = calibrate.halfwidths(0.25, Plan(3, 3, 15), candidates=(0.05,), odds_ratio=3.0)[0]
    graph = exact.compile(one.rule)
    low, high = 0.25 / 0.75 / 3, 0.25 / 0.75 * 3
    low, high = low / (1 + low), high / (1 + high)
    truths = ([0.25, high, high], [low, 0.25, high], [low, low, 0.25])
    expected = [graph.evaluate(truth).selection[level] for level, truth in enumerate(truths, start=1)]
    np.testing.assert_allclose(one.correct, expected, atol=1e-12)
    assert one.average == pytest.approx(np.mean(expected))


def test_the_best_comes_first_and_what_does_not_fit_is_left_out():
    found = calibrate.halfwidths(0.1, Plan(3, 3, 12), candidates=(0.02, 0.05, 0.1, 0.3))
    assert {one.halfwidth for one in found} == {0.02, 0.05}
    assert found[0].average >= found[1].average


@pytest.mark.parametrize("wrong", [{"odds_ratio": 1.0}, {"candidates": (0.5,)}, {"odds_ratio": float("inf")}])
def test_a_calibration_that_does_not_fit(wrong):
    with pytest.raises(UsageError, match="DES-202"):
        calibrate.halfwidths(0.3, Plan(3, 3, 12), **wrong)
