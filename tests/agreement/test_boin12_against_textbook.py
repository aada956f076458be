"""BOIN12 against plain code written apart from it: each decision from the words of the paper with scipy.stats, and the
simulated characteristics against every path of a small trial.
"""

from dataclasses import replace
from itertools import product
from math import log, prod, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from trialwright.core.errors import UsageError
from trialwright.design.phase2.boin12 import Boin12
from trialwright.design.phase2.boin12_simulation import outcome_rates, simulate
from trialwright.design.phase2.boin12_table import scores
from trialwright.design.rule import Finish, Treat


def pooled(rates, weights):
    """Rising rates, violators pooled one pair at a time."""
    blocks = []
    for rate, weight in zip(rates, weights, strict=True):
        blocks.append([rate, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            high, low = blocks[-2], blocks.pop()
            mean = (high[0] * high[1] + low[0] * low[1]) / (high[1] + low[1])
            blocks[-1] = [mean, high[1] + low[1], high[2] + low[2]]
    return [rate for rate, _, length in blocks for _ in range(length)]


def textbook(design, dose, n, t, e, b):
    """The level of the next cohort or the one selected, and whether the trial is over."""
    levels = range(1, design.levels + 1)
    phi = design.toxicity
    toxic = [n[j] >= 3 and stats.beta.sf(phi, 1 + t[j], 1 + n[j] - t[j]) > design.toxic_cutoff for j in range(len(n))]
    futile = [
        n[j] >= 3 and stats.beta.cdf(design.efficacy, 1 + e[j], 1 + n[j] - e[j]) > design.futile_cutoff
        for j in range(len(n))
    ]
    open_ = [level for level in levels if not any(toxic[:level]) and not futile[level - 1]]
    if toxic[0]:
        return 0, True
    events = [
        (100 * (e[j] - b[j]) + design.neither * (n[j] - t[j] - e[j] + b[j]) + design.both * b[j]) / 100
        for j in range(len(n))
    ]
    if sum(n) >= design.most or (design.enough is not None and n[dose - 1] >= design.enough):
        safe = [level for level in levels if n[level - 1] > 0 and not any(toxic[:level])]
        if not safe:
            return 0, True
        raw = [(t[k - 1] + 0.05) / (n[k - 1] + 0.1) for k in safe]
        weights = [1 / stats.beta(t[k - 1] + 0.05, n[k - 1] - t[k - 1] + 0.05).var() for k in safe]
        rising = [rate + 1e-10 * place for place, rate in enumerate(pooled(raw, weights), start=1)]
        mtd = safe[min(range(len(safe)), key=lambda place: abs(rising[place] - phi))]
        may = [level for level in open_ if level <= mtd and n[level - 1] > 0]
        return max(may, key=lambda k: ((1 + events[k - 1]) / (2 + n[k - 1]), -k), default=0), True
    low, high = 0.6 * phi, 1.4 * phi
    up_to = log((1 - low) / (1 - phi)) / log(phi * (1 - low) / (low * (1 - phi)))
    down_from = log((1 - phi) / (1 - high)) / log(high * (1 - phi) / (phi * (1 - high)))
    rate = t[dose - 1] / n[dose - 1] if n[dose - 1] else 0
    below = max((k for k in open_ if k < dose), default=None)
    above = min((k for k in open_ if k > dose), default=None)
    here = dose if dose in open_ else None
    if rate >= down_from:
        to = below or here
    elif design.explore_from and n[dose - 1] >= design.explore_from and above is not None and n[above - 1] == 0:
        to = above
    else:
        may = [below, here]
        if rate <= up_to or n[dose - 1] < design.settle_from:
            may.append(above)
        poor = phi * design.efficacy * design.both + (1 - phi) * design.efficacy * 100
        poor += (1 - phi) * (1 - design.efficacy) * design.neither
        mark = (100 + poor) / 200
        score = {k: round(stats.beta.sf(mark, 1 + events[k - 1], 1 + n[k - 1] - events[k - 1]), 10) for k in may if k}
        to = max(score, key=lambda k: (score[k], k), default=None)
    return (to, False) if to else (0, True)


@st.composite
def states(draw):
    levels = draw(st.integers(1, 5))
    rows = []
    for _ in range(levels):
        kinds = draw(st.one_of(st.just([0] * 4), st.lists(st.integers(0, 5), min_size=4, max_size=4)))
        both, only_t, only_e, _ = kinds
        rows.append((sum(kinds), both + only_t, both + only_e, both))
    return draw(st.integers(1, levels)), [list(column) for column in zip(*rows, strict=True)]


DESIGNS = st.builds(
    Boin12,
    levels=st.just(1),
    toxicity=st.sampled_from((0.2, 0.3, 0.35)),
    efficacy=st.sampled_from((0.15, 0.25, 0.4)),
    neither=st.sampled_from((20.0, 40.0, 50.0)),
    both=st.sampled_from((30.0, 60.0, 80.0)),
    futile_cutoff=st.sampled_from((0.8, 0.9)),
    most=st.sampled_from((18, 36, 60)),
    enough=st.sampled_from((None, 9, 12)),
    settle_from=st.sampled_from((3, 6)),
    explore_from=st.sampled_from((6, 9, None)),
)


@settings(max_examples=400, deadline=None)
@given(state=states(), made=DESIGNS)
def test_every_decision(state, made):
    dose, (n, t, e, b) = state
    design = replace(made, levels=len(n))
    action = design.next(dose, tuple(n), tuple(t), tuple(e), tuple(b))
    level, over = textbook(design, dose, n, t, e, b)
    if over:
        assert isinstance(action, Finish)
        assert action.selected == level
    else:
        assert isinstance(action, Treat)
        assert action.dose == level
        assert 1 <= action.size <= design.cohort
        assert sum(n) + action.size <= design.most


def paths(design, rates):
    """Every way through a trial: (probability, counts at the end, level selected)."""
    zero = (0,) * design.levels
    waiting = [(1.0, design.first(), zero, zero, zero, zero)]
    while waiting:
        chance, action, n, t, e, b = waiting.pop()
        if isinstance(action, Finish):
            yield chance, n, t, e, action.selected
            continue
        here = action.dose - 1
        for cohort in product(range(4), repeat=action.size):
            counts = [list(each) for each in (n, t, e, b)]
            for kind in cohort:
                for each, kinds in zip(counts, ((0, 1, 2, 3), (0, 1), (0, 2), (0,)), strict=True):
                    each[here] += kind in kinds
            now = tuple(tuple(each) for each in counts)
            after = chance * prod(rates[here][kind] for kind in cohort)
            waiting.append((after, design.next(action.dose, *now), *now))


def test_simulated_characteristics_are_those_of_every_path():
    design = Boin12(levels=2, most=6, cohort=2, enough=None, settle_from=2, explore_from=4, toxic_cutoff=0.8)
    toxicity, efficacy, ties = (0.2, 0.45), (0.3, 0.6), 3.0
    rates = [outcome_rates(*pair, ties) for pair in zip(toxicity, efficacy, strict=True)]
    every = list(paths(design, rates))
    assert sum(chance for chance, *_ in every) == pytest.approx(1, abs=1e-12)
    found = simulate(design, toxicity, efficacy, seed=11, trials=200_000, odds_ratio=ties)
    selection = [sum(chance for chance, *_, level in every if level == k) for k in range(3)]
    assert (np.abs(found.selection - selection) <= 5 * found.selection_error + 1e-12).all()
    for place, means, error in (
        (1, found.n_by_level, found.n_error),
        (2, found.toxicity_by_level, found.toxicity_error),
        (3, found.efficacy_by_level, found.efficacy_error),
    ):
        exactly = sum(path[0] * np.array(path[place]) for path in every)
        assert (np.abs(means - exactly) <= 5 * error + 1e-12).all()
    assert found.selection_error[1] == pytest.approx(sqrt(selection[1] * (1 - selection[1]) / 200_000), rel=0.05)


@given(t=st.floats(0, 1), e=st.floats(0, 1), ties=st.floats(0.01, 100))
def test_outcome_rates_keep_both_rates_and_the_odds_ratio(t, e, ties):
    both, only_t, only_e, neither = outcome_rates(t, e, ties)
    assert both + only_t == pytest.approx(t, abs=1e-9)
    assert both + only_e == pytest.approx(e, abs=1e-9)
    assert min(both, only_t, only_e, neither) >= -1e-9
    assert both * neither == pytest.approx(ties * only_t * only_e, abs=1e-6)


def test_a_simulation_is_the_same_again_and_adds_up():
    design = Boin12(levels=3, most=12)
    rates = (0.1, 0.3, 0.6), (0.2, 0.5, 0.5)
    one, again, other = (simulate(design, *rates, seed=seed, trials=3_000) for seed in (4, 4, 5))
    assert one.as_dict() == again.as_dict()
    assert one.selection.tolist() != other.selection.tolist()
    assert one.selection.sum() == pytest.approx(1)
    assert sum(one.endings.values()) == pytest.approx(1)
    assert one.n_by_level.sum() == pytest.approx(one.expected_n)
    assert one.utility == pytest.approx([100 * 0.18 + 40 * 0.72 + 60 * 0.02, 35 + 14 + 9, 20 + 8 + 18], abs=1e-9)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: Boin12(levels=0), "DES-320"),
        (lambda: Boin12(levels=3, toxicity=35), "DES-320"),
        (lambda: Boin12(levels=3, neither=101), "DES-320"),
        (lambda: Boin12(levels=3, start=4), "DES-320"),
        (lambda: Boin12(2).next(3, (3, 0), (0, 0), (0, 0), (0, 0)), "DES-321"),
        (lambda: Boin12(2).next(1, (3, 0), (4, 0), (0, 0), (0, 0)), "DES-321"),
        (lambda: Boin12(2).next(1, (3, 0), (2, 0), (2, 0), (0, 0)), "DES-321"),
        (lambda: Boin12(2).next(1, (3,), (2,), (2,), (1,)), "DES-321"),
        (lambda: scores(Boin12(2, neither=50), (3,)), "DES-322"),
        (lambda: simulate(Boin12(2), (0.1,), (0.2, 0.3), seed=1), "DES-323"),
        (lambda: simulate(Boin12(2), (0.1, 1.2), (0.2, 0.3), seed=1), "DES-323"),
        (lambda: simulate(Boin12(2), (0.1, 0.2), (0.2, 0.3), seed=-1), "DES-323"),
        (lambda: simulate(Boin12(2), (0.1, 0.2), (0.2, 0.3), seed=1, odds_ratio=0), "DES-323"),
    ],
)
def test_what_makes_no_sense_is_refused(call, code):
    with pytest.raises(UsageError, match=code) as caught:
        call()
    assert caught.value.expected
