"""Model-based designs against plain trials written apart from them: a million trials for each, and one chi-square test.

The posteriors here are plain sums over fine meshes; for the two-parameter model each dose has a mesh of its own, in the
logit of its rate, that begins and ends at the limits. The trials are played cohort after cohort.
"""

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import simpson
from scipy.special import expit

from trialwright.core.streams import stream
from trialwright.design import exact
from trialwright.design.model_based import names as model_names

TRIALS = 1_000_000
FIVE = (0.08, 0.16, 0.28, 0.45, 0.60)
THREE = (0.10, 0.28, 0.50)
GUESS = (0.08, 0.15, 0.25, 0.38, 0.52)
MESH = np.linspace(-9, 9, 3601)


@cache
def crm_rates(kind, n, y):
    """The model's rates at the posterior mean."""
    guess = np.array(GUESS)

    def rates(beta):
        slope = np.exp(np.atleast_1d(beta))[:, None]
        if kind == "empiric":
            return guess**slope
        return expit(3 + slope * (np.log(guess / (1 - guess)) - 3))

    p = np.clip(rates(MESH), 1e-250, 1 - 1e-15)
    height = (np.log(p) @ np.array(y)) + np.log(1 - p) @ (np.array(n) - np.array(y)) - MESH**2 / (2 * 1.34)
    weight = np.exp(height - height.max())
    return rates((weight * MESH).sum() / weight.sum())[0], weight, rates(MESH)[:, 0]


def crm(kind, target, stop=None):
    def decide(dose, n, y, had_dlt, last):
        rates, weight, lowest = crm_rates(kind, n, y)
        if stop is not None and (weight * (lowest > target)).sum() / weight.sum() > stop:
            return None
        best = min(range(5), key=lambda j: (abs(rates[j] - target), j))
        if last:
            return best
        if best > dose:
            return dose if had_dlt else dose + 1
        return best

    return decide


@cache
def logistic_masses(doses, reference, n, y, limits):
    """For each dose P(rate in each interval between the limits) and the mean rate; weak prior at 0.3."""
    b = np.linspace(-5, 5, 161)[:, None]
    x = np.log(np.array(doses) / reference)
    cuts = [-14.0, *(math.log(c / (1 - c)) for c in limits), 12.0]
    masses, means = [], []
    for j in range(len(doses)):
        row, mean = [], 0.0
        for low, high in pairwise(cuts):
            logit = np.linspace(low, high, 121)[None, :]
            a = logit - np.exp(b) * x[j]
            height = -((a - math.log(0.3 / 0.7)) ** 2) / 8 - b**2 / 2
            for k in range(len(doses)):
                z = a + np.exp(b) * x[k]
                height = height - y[k] * np.logaddexp(0, -z) - (n[k] - y[k]) * np.logaddexp(0, z)
            weight = np.exp(height)
            row.append(simpson(simpson(weight, x=logit[0], axis=1), x=b[:, 0]))
            mean += simpson(simpson(weight * expit(logit), x=logit[0], axis=1), x=b[:, 0])
        masses.append([value / sum(row) for value in row])
        means.append(mean / sum(row))
    return masses, means


def blrm(dose, n, y, had_dlt, last):
    masses, _ = logistic_masses((1.0, 2.0, 5.0), 2.0, n, y, (0.2, 0.35))
    eligible = [j for j in range(3) if masses[j][2] < 0.25]
    if not eligible:
        return None
    if last:
        eligible = [j for j in eligible if n[j] > 0]
        return max(eligible, key=lambda j: masses[j][1]) if eligible else None
    best = max(eligible, key=lambda j: masses[j][1])
    if had_dlt and best > dose:
        return dose
    return max((j for j in eligible if j <= dose + 1), key=lambda j: masses[j][1])


def two_parameters(dose, n, y, had_dlt, last):
    _, means = logistic_masses((1.0, 2.0, 5.0), 2.0, n, y, (0.5,))
    best = min(range(3), key=lambda j: (abs(means[j] - 0.3), j))
    return best if last else min(best, dose + 1)


DESIGNS = {
    "CRM: target 0.25, empiric, skeleton 0.08/0.15/0.25/0.38/0.52, cohorts of 3, at most 30": (
        crm("empiric", 0.25),
        FIVE,
    ),
    "CRM: target 0.3, logistic, skeleton 0.08/0.15/0.25/0.38/0.52, cohorts of 2, at most 20, stop above 0.8": (
        crm("logistic", 0.3, 0.8),
        FIVE,
    ),
    "CRM: target 0.3, two-parameter logistic, doses 1/2/5, reference 2, weak prior at 0.3, cohorts of 3, at most 18, "
    "up also after a DLT": (two_parameters, THREE),
    "BLRM: target 0.2 to 0.35, doses 1/2/5, reference 2, weak prior at 0.3, cohorts of 3, at most 18": (blrm, THREE),
}


def play(decide, truth, cohort, most, draw):
    """A million trials at once, cohort after cohort. Returns the selected level of each (-1: none) and its DLTs."""
    truth = np.array(truth)
    n, y = np.zeros((2, TRIALS, len(truth)), dtype=np.int64)
    dose, selected = np.zeros(TRIALS, dtype=np.int64), np.full(TRIALS, -2)
    for treated in range(cohort, most + 1, cohort):
        going = np.flatnonzero(selected == -2)
        dlts = draw.binomial(cohort, truth[dose[going]])
        n[going, dose[going]] += cohort
        y[going, dose[going]] += dlts
        key = dose[going] * 2 + (dlts > 0)
        for counts in (n[going], y[going]):
            for j in range(len(truth)):
                key = key * 32 + counts[:, j]
        _, first, which = np.unique(key, return_index=True, return_inverse=True)
        answers = np.array(
            [
                -1 if answer is None else answer + (100 if treated == most else 0)
                for answer in (
                    decide(int(dose[i]), tuple(n[i].tolist()), tuple(y[i].tolist()), bool(had), treated == most)
                    for i, had in zip(going[first], dlts[first] > 0, strict=True)
                )
            ]
        )[which]
        selected[going[answers == -1]] = -1
        selected[going[answers >= 100]] = answers[answers >= 100] - 100
        dose[going] = np.clip(answers % 100, 0, len(truth) - 1)
    return selected, y.sum(axis=1)


def surprise(result, selected, dlts):
    """How far the counts of (selected, DLTs) are from the exact chances: a chi-square sum as a normal deviate."""
    ends = result.graph.endings
    width = 40
    cells = ends.selected * width + ends.y.sum(axis=1, dtype=np.int64)
    expected = TRIALS * np.bincount(cells, weights=result.probability, minlength=12 * width)
    seen = np.bincount((selected + 1) * width + dlts, minlength=12 * width)
    large = expected >= 10
    expected = np.append(expected[large], expected[~large].sum())
    seen = np.append(seen[large], seen[~large].sum())
    statistic, freedom = float(((seen - expected) ** 2 / np.maximum(expected, 1e-9)).sum()), len(expected) - 1
    # Wilson and Hilferty: the cube root of chi-square / df is nearly normal
    return ((statistic / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))


@pytest.mark.parametrize("name", DESIGNS)
def test_a_million_plain_trials(name):
    decide, truth = DESIGNS[name]
    rule = model_names.make(name, len(truth))
    selected, dlts = play(decide, truth, rule.plan.cohort, rule.plan.most, stream(20261121, "models", name))
    result = exact.compile(rule).evaluate(truth)
    assert abs(surprise(result, selected, dlts)) < 4
    shifted = exact.compile(rule).evaluate([rate + 0.01 for rate in truth])
    assert surprise(shifted, selected, dlts) > 10, "the test must notice rates that are one point higher"
