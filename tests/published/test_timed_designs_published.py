"""Numbers of the designs by time that were printed elsewhere: tables of decisions, and an estimate of R's dfcrm."""

import numpy as np
import pytest

from trialwright.design.counting import Participant, Standing
from trialwright.design.interval.boin import Boin
from trialwright.design.model_based.conduct import Plan
from trialwright.design.model_based.crm import Crm
from trialwright.design.model_based.crm_posterior import Empiric
from trialwright.design.timed import names as by_time
from trialwright.design.timed.rolling_six import Row, row
from trialwright.design.timed.table import tite_boin_lines
from trialwright.design.timed.tite_boin import TiteBoin, steps
from trialwright.design.timed.tite_crm import TiteCrm

# JAMA Netw Open 2020;3(5):e204787 (doi 10.1001/jamanetworkopen.2020.4787), Table 2, column "Rolling 6", which restates
# Skolnik et al. 2008: (participants at the level, evaluated ones, of whom with a DLT) -> decision.
ROLLING_SIX = [
    (range(6), [0], 0, Row.SAME),
    ([6], [0], 0, Row.SUSPEND),
    (range(1, 6), [1], 0, Row.SAME),
    ([6], [1], 0, Row.SUSPEND),
    (range(2, 6), [2], 0, Row.SAME),
    ([6], [2], 0, Row.SUSPEND),
    ([3], [3], 0, Row.UP),
    ([4, 5], [3], 0, Row.SAME),
    ([6], [3], 0, Row.SUSPEND),
    ([4], [4], 0, Row.UP),
    ([5], [4], 0, Row.SAME),
    ([6], [4], 0, Row.SUSPEND),
    ([5], [5], 0, Row.UP),
    ([6], [5], 0, Row.UP),
    (range(1, 6), range(1, 6), 1, Row.SAME),
    ([6], range(1, 6), 1, Row.SUSPEND),
    ([6], [6], 1, Row.UP),
    (range(2, 7), range(2, 7), 2, Row.DOWN),
    (range(3, 7), range(3, 7), 3, Row.DOWN),
]


@pytest.mark.parametrize("line", ROLLING_SIX, ids=str)
def test_the_table_of_the_rolling_six(line):
    enrolled, evaluated, dlts, decision = line
    asked = [(n, e) for n in enrolled for e in evaluated if e <= n]
    assert asked
    for n, e in asked:
        assert row(n, dlts, n - e) is decision, (n, e, dlts)


# Contemp Clin Trials Commun 2022 (PMC9260438), Table 1: TITE-BOIN, target 0.2, cohorts of 3; standardised total
# follow-up time to two decimals. (participants, DLTs, pending) -> go up at or above; go down at or below
UP = {(9, 1, 3): 0.77, (9, 1, 4): 2.15}
DOWN = {(9, 2, 1): 0.52, (9, 2, 2): 1.59, (9, 2, 3): 2.66, (9, 2, 4): 3.73}
# The rest of its lines: the decision for all pending from ... to ...
WHOLE = {
    (3, 0, 0, 1): "go up",
    (3, 0, 2, 3): "suspend",
    (3, 1, 0, 2): "go down",
    (3, 2, 0, 1): "go down, never again",
    (6, 0, 0, 3): "go up",
    (6, 0, 4, 6): "suspend",
    (6, 1, 4, 5): "suspend",
    (6, 2, 0, 4): "go down",
    (6, 3, 0, 3): "go down, never again",
    (9, 0, 0, 4): "go up",
    (9, 0, 5, 9): "suspend",
    (9, 1, 0, 2): "go up",
    (9, 1, 5, 8): "suspend",
    (9, 2, 0, 0): "stay",
    (9, 2, 5, 7): "suspend",
    (9, 3, 0, 6): "go down",
    (9, 4, 0, 5): "go down, never again",
}


def test_the_follow_up_times_of_tite_boin():
    for limits, name in ((UP, "up"), (DOWN, "down")):
        n, r, c = np.array(list(limits), dtype=float).T
        found = getattr(steps(Boin(0.2), n, r, c), name)
        np.testing.assert_allclose(found, list(limits.values()), atol=0.005 + 1e-9, rtol=0)


def test_the_other_lines_of_the_table_of_tite_boin():
    """All but one: for 1 DLT among 6 and 2 or 3 pending the article stays at any follow-up, and the formula, which
    gives every other line, goes down at little follow-up."""
    design = by_time.make("TITE-BOIN: target 0.2, cohorts of 3, at most 9", ("arm-1",) * 3, 28)
    assert isinstance(design, TiteBoin)
    found = {(x.enrolled, x.dlts, x.fewest, x.most): x.decision for x in tite_boin_lines(design)}
    assert {key: found.get(key) for key in WHOLE} == WHOLE
    assert found[6, 1, 0, 1] == "stay"
    assert found[6, 1, 2, 2] == found[6, 1, 3, 3] == "by follow-up"


def test_the_estimate_of_dfcrm():
    """dfcrm 0.2-2.1, `titecrm` on its own example, follow-up in a window of 126 days; 1e-9."""
    level = (3, 4, 4, 3, 3, 4, 3, 2, 2, 2)
    dlt = (0, 0, 1, 0, 0, 1, 1, 0, 0, 0)
    time = (120, 130, 100, 150, 110, 60, 50, 40, 30, 20)
    model = Empiric((0.05, 0.10, 0.20, 0.35, 0.50, 0.70))
    design = TiteCrm(Crm(model, 0.2, Plan(6, 1, 30)), ("arm-1",) * 6, 125)
    line = [
        Participant(f"P-{i}", at, Standing.DLT if had else Standing.IN_WINDOW)
        for i, (at, had) in enumerate(zip(level, dlt, strict=True))
    ]
    says = design.opinion(line, [min(days / 126, 1.0) for days in time])
    expected = (0.1409821212, 0.2218344262, 0.3490549881, 0.5033078427, 0.6355285951, 0.7919515292)
    np.testing.assert_allclose(says.rates, expected, atol=1e-9, rtol=0)
    assert says.nearest == 2
