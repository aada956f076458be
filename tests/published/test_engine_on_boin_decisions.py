"""The engine under another kind of rule: the decisions of BOIN, target 0.3, five levels, ten cohorts of three.

The table of decisions is that of R's BOIN 2.7.2; the exact figures come from a separate program that a simulation of
4,000,000 trials and BOIN's own 100,000 agreed with. Only the decisions are tested here, not BOIN's final selection.
"""

import numpy as np
import pytest

from trialwright.design import exact
from trialwright.design.rule import Counts, Finish, Treat

# at 3, 6, ..., 30 participants: go up at so many DLTs or fewer, down at so many or more, never return at so many
UP = (0, 1, 2, 2, 3, 4, 4, 5, 6, 7)
DOWN = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
OUT = (3, 4, 5, 7, 8, 9, 10, 11, 12, 14)


class BoinDecisions:
    name, levels = "decisions of BOIN, target 0.3", 5

    def first(self):
        return Treat(1, 3, "open")

    def next(self, counts: Counts):
        out = [n > 0 and y >= OUT[n // 3 - 1] for n, y in zip(counts.n, counts.y, strict=True)]
        ceiling = out.index(True) if True in out else self.levels
        if ceiling == 0:
            return Finish(0, "the lowest level is eliminated", False, "stopped")
        if sum(counts.n) == 30:
            return Finish(counts.dose, "all cohorts are treated", True, "complete")
        n, y = counts.n[counts.dose - 1] // 3 - 1, counts.y[counts.dose - 1]
        level = counts.dose + (1 if y <= UP[n] else -1 if y >= DOWN[n] else 0)
        return Treat(min(max(level, 1), ceiling), 3, "on")


@pytest.fixture(scope="module")
def result():
    return exact.compile(BoinDecisions()).evaluate([0.05, 0.15, 0.30, 0.45, 0.60])


def test_expected_participants_and_dlts(result):
    participants = (4.175102, 9.096942, 11.158803, 4.750925, 0.812846)
    dlts = (0.208755, 1.364541, 3.347641, 2.137916, 0.487707)
    np.testing.assert_allclose(result.expected_n_by_level, participants, atol=0.51e-6, rtol=0)
    np.testing.assert_allclose(result.expected_dlts_by_level, dlts, atol=0.51e-6, rtol=0)


def test_whole_distributions(result):
    assert result.stop_reasons["stopped"] == pytest.approx(0.00021088, abs=0.51e-8)
    assert result.prob_dlts_at_least(10) == pytest.approx(0.1003920227, abs=0.51e-10)
    # over 60 % of 30 above level 3: the source prints 0.0343616316; rational arithmetic gives the value below
    assert result.prob_n_above(3, 18) == pytest.approx(0.0343616316, abs=1e-9)
    assert result.prob_n_above(3, 18) == pytest.approx(0.034361631365984274, abs=1e-15)
    assert result.prob_n_above(3, 24) == 0
    assert result.mass_error < 1e-13
