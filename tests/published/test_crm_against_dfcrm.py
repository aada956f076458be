"""The CRM against figures of R's dfcrm 0.2-2.1: estimates, skeletons, decisions, and whole designs.

Where dfcrm integrates numerically its figures carry about nine digits (2e-9 here); its maximum likelihood search stops
within 1e-4. The exact figures of designs come from a program written apart, which dfcrm's simulations agree with.
"""

import numpy as np
import pytest

from trialwright.design import exact
from trialwright.design.model_based import skeleton, tite
from trialwright.design.model_based.conduct import Plan
from trialwright.design.model_based.crm import Crm
from trialwright.design.model_based.crm_posterior import Empiric, Logistic, maximum_likelihood, posterior

SKELETON = (0.05, 0.10, 0.20, 0.35, 0.50, 0.70)
LEVEL = (3, 4, 4, 3, 3, 4, 3, 2, 2, 2)
DLT = (0, 0, 1, 0, 0, 1, 1, 0, 0, 0)
N, Y = (0, 3, 4, 3, 0, 0), (0, 0, 1, 2, 0, 0)
TRUTH = (0.05, 0.15, 0.30, 0.45, 0.60)
DESIGN_SKELETON = skeleton.indifference(0.30, 0.05, level=3, levels=5)


def test_the_empiric_model():
    fit = posterior(Empiric(SKELETON), N, Y)
    assert fit.mean[0] == pytest.approx(-0.212171526305, abs=2e-9)
    assert fit.variance[0] == pytest.approx(0.157595528132, abs=2e-9)
    rates = (0.08865294696, 0.15530092743, 0.27205387847, 0.42778977757, 0.57084621730, 0.74939583484)
    lower = (0.00951151115, 0.02792791632, 0.08200258589, 0.19565876596, 0.34057360530, 0.57449773827)
    upper = (0.2833229415, 0.3793253034, 0.5078575179, 0.6427736028, 0.7469128448, 0.8605737701)
    for ours, theirs in zip((fit.rates, *fit.bounds(0.90)), (rates, lower, upper), strict=True):
        np.testing.assert_allclose(ours[0], theirs, atol=2e-9, rtol=0)
    assert fit.nearest(0.2).tolist() == [2]


def test_the_logistic_model():
    fit = posterior(Logistic(SKELETON), N, Y)
    assert fit.mean[0] == pytest.approx(-0.110111608792, abs=2e-9)
    assert fit.variance[0] == pytest.approx(0.0386954003138, abs=2e-9)
    rates = (0.08910298223, 0.16038967259, 0.28313703716, 0.43986818492, 0.57756795828, 0.74492979570)
    np.testing.assert_allclose(fit.rates[0], rates, atol=2e-9, rtol=0)
    assert fit.nearest(0.2).tolist() == [2]


def test_maximum_likelihood():
    fit = maximum_likelihood(Empiric(SKELETON), N, Y)
    assert fit.mean[0] == pytest.approx(-0.190988481208, abs=1e-4)
    rates = (0.08417135948, 0.14923060365, 0.26457661136, 0.42008329790, 0.56403550897, 0.74478165156)
    np.testing.assert_allclose(fit.rates[0], rates, atol=1e-4, rtol=0)
    assert fit.nearest(0.2).tolist() == [2]


def test_participants_still_followed():
    weights = tite.weights((120, 130, 100, 150, 110, 60, 50, 40, 30, 20), DLT, window=126)
    fit = tite.posterior(Empiric(SKELETON), LEVEL, DLT, weights)
    assert fit.mean[0] == pytest.approx(-0.424692186346, abs=2e-9)
    rates = (0.1409821212, 0.2218344262, 0.3490549881, 0.5033078427, 0.6355285951, 0.7919515292)
    np.testing.assert_allclose(fit.rates[0], rates, atol=2e-9, rtol=0)
    assert fit.nearest(0.2).tolist() == [2]


@pytest.mark.parametrize(
    ("target", "level", "levels", "model", "rates"),
    [
        (0.20, 4, 6, "empiric", "0.01616836158 0.04909161315 0.11052781214 0.2 0.30848728883 0.42341589368"),
        (0.25, 3, 5, "empiric", "0.08397349131 0.15674102114 0.25 0.35450042762 0.46034311109"),
        (0.30, 3, 5, "empiric", "0.122529358220 0.203956007633 0.3 0.401819436130 0.501346447755"),
        (0.25, 3, 5, "logistic", "0.08887356486 0.15804892203 0.25 0.35549606942 0.46177221669"),
    ],
)
def test_skeletons_of_half_width_005(target, level, levels, model, rates):
    ours = skeleton.indifference(target, 0.05, level, levels, model=model)
    np.testing.assert_allclose(ours, [float(rate) for rate in rates.split()], atol=0.51e-11, rtol=0)


def test_the_design_in_cohorts_of_three():
    """crmsim(PI, prior, 0.3, n=30, x0=1, mcohort=3, restrict=TRUE): every printed digit of the exact figures."""
    result = exact.compile(Crm(Empiric(DESIGN_SKELETON), 0.30, Plan(5, 3, 30))).evaluate(TRUTH)
    selection = (0, 0.00178661, 0.14058664, 0.57922736, 0.25911353, 0.01928586)
    participants = (3.96678953, 7.01031894, 11.99640255, 6.10374624, 0.92274274)
    dlts = (0.19833948, 1.05154784, 3.59892077, 2.74668581, 0.55364565)
    np.testing.assert_allclose(result.selection, selection, atol=0.51e-8, rtol=0)
    np.testing.assert_allclose(result.expected_n_by_level, participants, atol=0.51e-8, rtol=0)
    np.testing.assert_allclose(result.expected_dlts_by_level, dlts, atol=0.51e-8, rtol=0)
    assert result.mass_error < 1e-13
    simulated = np.array([0.0020, 0.1392, 0.5892, 0.2472, 0.0225])  # 6,000 trials by dfcrm itself
    error = np.sqrt(result.selection[1:] * (1 - result.selection[1:]) / 6000)
    assert (np.abs(simulated - result.selection[1:]) < 3 * error).all()


@pytest.mark.slow
def test_the_design_one_by_one():
    """The same with mcohort=1: more than a million states."""
    result = exact.compile(Crm(Empiric(DESIGN_SKELETON), 0.30, Plan(5, 1, 30))).evaluate(TRUTH)
    selection = (0, 0.00281023, 0.18092081, 0.6040028, 0.20319664, 0.00906952)
    np.testing.assert_allclose(result.selection, selection, atol=0.51e-8, rtol=0)


# participants per level | DLTs per level | level recommended by dfcrm::crm
DECISIONS = """
15 0 0 0 0 | 14 0 0 0 0 | 1
6 3 6 3 0 | 1 0 1 2 0 | 3
3 6 6 6 0 | 0 1 2 5 0 | 2
3 12 6 0 0 | 0 5 4 0 0 | 1
3 15 3 0 0 | 0 2 3 0 0 | 3
9 3 9 0 0 | 2 0 2 0 0 | 3
12 6 3 0 0 | 2 3 3 0 0 | 1
3 3 9 6 3 | 0 0 2 2 3 | 3
3 6 9 6 0 | 0 0 5 4 0 | 2
3 6 9 6 0 | 0 1 1 5 0 | 3
6 3 3 9 3 | 1 0 0 2 2 | 4
6 3 6 9 0 | 1 0 0 2 0 | 5
6 15 3 0 0 | 0 7 2 0 0 | 1
9 9 6 0 0 | 0 3 5 0 0 | 2
15 9 0 0 0 | 1 8 0 0 0 | 1
3 3 6 9 6 | 0 0 1 3 4 | 4
3 3 6 12 3 | 0 0 0 3 3 | 4
3 6 3 12 3 | 0 1 0 6 2 | 3
3 6 6 6 6 | 0 1 1 2 3 | 4
3 9 3 9 3 | 0 2 0 1 2 | 4
6 3 6 9 3 | 1 0 1 3 2 | 3
6 12 9 0 0 | 1 1 3 0 0 | 3
9 9 6 3 0 | 3 5 3 3 0 | 1
9 12 6 0 0 | 1 0 6 0 0 | 3
9 12 6 0 0 | 3 7 3 0 0 | 1
12 9 6 0 0 | 3 2 6 0 0 | 1
15 9 3 0 0 | 5 6 3 0 0 | 1
21 6 0 0 0 | 6 3 0 0 0 | 1
21 6 0 0 0 | 13 5 0 0 0 | 1
21 6 0 0 0 | 18 4 0 0 0 | 1
3 3 3 6 15 | 0 0 0 1 1 | 5
3 3 3 12 9 | 0 0 0 2 8 | 4
3 3 6 9 9 | 0 0 2 3 7 | 3
3 3 12 6 6 | 0 0 3 0 4 | 4
3 3 18 6 0 | 0 0 4 3 0 | 4
3 6 9 6 6 | 0 0 5 2 5 | 2
3 6 9 6 6 | 0 0 5 3 5 | 2
3 6 9 12 0 | 0 1 0 8 0 | 3
3 6 15 6 0 | 0 0 4 4 0 | 3
3 9 6 6 6 | 0 5 2 3 5 | 1
3 9 9 6 3 | 0 4 4 3 3 | 1
3 9 9 9 0 | 0 4 4 5 0 | 1
3 9 12 6 0 | 0 1 5 3 0 | 3
3 9 18 0 0 | 0 2 7 0 0 | 3
3 12 9 6 0 | 0 4 3 6 0 | 1
3 15 9 3 0 | 0 5 3 3 0 | 2
3 18 9 0 0 | 0 7 6 0 0 | 1
6 3 9 6 6 | 1 0 2 2 4 | 3
6 3 18 3 0 | 1 0 5 3 0 | 3
6 6 12 6 0 | 2 2 4 6 0 | 1
6 9 6 6 3 | 1 5 3 3 2 | 1
6 18 6 0 0 | 0 3 5 0 0 | 2
9 6 12 3 0 | 2 0 4 2 0 | 3
9 9 6 6 0 | 2 5 2 5 0 | 1
9 9 9 3 0 | 1 2 6 2 0 | 2
9 9 9 3 0 | 2 0 2 0 0 | 4
9 9 12 0 0 | 3 5 7 0 0 | 1
9 15 6 0 0 | 2 7 4 0 0 | 1
9 18 3 0 0 | 0 6 2 0 0 | 2
12 6 6 6 0 | 2 3 2 5 0 | 1
12 9 9 0 0 | 2 0 5 0 0 | 3
18 12 0 0 0 | 6 8 0 0 0 | 1
21 6 3 0 0 | 12 2 2 0 0 | 1
24 6 0 0 0 | 12 6 0 0 0 | 1
24 6 0 0 0 | 21 4 0 0 0 | 1
27 3 0 0 0 | 14 3 0 0 0 | 1
"""


def test_decisions_of_a_sample():
    rows = [[int(k) for k in line.replace("|", " ").split()] for line in DECISIONS.strip().splitlines()]
    check_decisions(np.array(rows))
    assert len(rows) == 66


@pytest.mark.corpus
def test_decisions_in_all_states(corpus):
    path = corpus / "reference" / "stats" / "dfcrm_decisions.csv"
    if not path.exists():
        pytest.skip("the folder of records has no file of dfcrm decisions")
    rows = np.loadtxt(path, delimiter=",", dtype=np.int64)
    assert len(rows) == 13_351
    check_decisions(rows)


def check_decisions(rows):
    """The same level as dfcrm in every row, asked all at once, and a few asked one by one."""
    model = Empiric(DESIGN_SKELETON)
    n, y, level = rows[:, :5], rows[:, 5:10], rows[:, 10]
    together = posterior(model, n, y).nearest(0.30)
    assert (together != level).sum() == 0
    for i in range(0, len(rows), 97):
        assert posterior(model, n[i], y[i]).nearest(0.30).tolist() == [level[i]]
