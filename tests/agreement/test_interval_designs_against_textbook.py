"""Interval designs against plain trials written apart from them: the decisions from the words of the papers (with
scipy.stats), one cohort after another for a million trials, the selection by pooling violators one pair at a time.
"""

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from trialwright.core.streams import stream
from trialwright.design import exact, rules
from trialwright.design.a_plus_b.three_plus_three import APlusB
from trialwright.design.rule import Counts

TRUTH = (0.08, 0.18, 0.30, 0.45, 0.60)
TARGET = 0.3
TRIALS = 1_000_000


def boin(n, y):
    if y / n <= 0.23649069:
        return 1
    return -1 if y / n >= 0.35851946 else 0


def keyboard(n, y):
    """Keys of width 0.1 that go through 0.25 and 0.35, half keys at the ends weighed double."""
    edges = [0, 0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 1]
    below = [stats.beta.cdf(edge, y + 1, n - y + 1) for edge in edges]
    mass = [b - a for a, b in pairwise(below)]
    mass[0], mass[-1] = 2 * mass[0], 2 * mass[-1]
    strongest = max(range(11), key=lambda k: mass[k])
    return (strongest < 3) - (strongest > 3)


def mtpi(n, y):
    posterior = stats.beta(y + 1, n - y + 1)
    below = posterior.cdf(0.25) / 0.25
    inside = (posterior.cdf(0.35) - posterior.cdf(0.25)) / 0.10
    above = posterior.sf(0.35) / 0.65
    return 1 if below >= max(inside, above) else -1 if above > inside else 0


def i3plus3(n, y):
    if 100 * y < 25 * n:
        return 1
    if 100 * y <= 35 * n:
        return 0
    return 0 if 100 * (y - 1) < 25 * n else -1


def by_hand(n, y):
    """An odd table: 3 -> up at 0, down at 2; six and more: up below a fifth, down above two fifths; out above 60 %."""
    if n == 3:
        return 1 if y == 0 else -1 if y >= 2 else 0
    return 1 if 5 * y < n else -1 if 5 * y > 2 * n else 0


def table_text():
    lines = ["n,dlts,decision"]
    for n in range(3, 31, 3):
        for y in range(n + 1):
            letter = "DU" if 10 * y > 6 * n else {1: "E", 0: "S", -1: "D"}[by_hand(n, y)]
            lines.append(f"{n},{y},{letter}")
    return "\n".join(lines)


def pool(values, weights):
    blocks = []
    for value, weight in zip(values, weights, strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            high, low = blocks[-2], blocks.pop()
            blocks[-1] = [
                (high[0] * high[1] + low[0] * low[1]) / (high[1] + low[1]),
                high[1] + low[1],
                high[2] + low[2],
            ]
    return [value for value, _, size in blocks for _ in range(size)]


def selection(n, y, too_toxic):
    """The level whose pooled rate is nearest to the target; of equal ones the highest below it, the lowest above."""
    first_out = next((j for j in range(len(n)) if n[j] and too_toxic(n[j], y[j])), len(n))
    tried = [j for j in range(first_out) if n[j]]
    if first_out == 0 or not tried:
        return 0
    rates = [(y[j] + 0.05) / (n[j] + 0.1) for j in tried]
    weights = [1 / stats_variance(y[j] + 0.05, n[j] - y[j] + 0.05) for j in tried]
    pooled = pool(rates, weights)
    best = min(abs(rate - TARGET) for rate in pooled)
    tied = [k for k, rate in enumerate(pooled) if abs(rate - TARGET) - best < 1e-12]
    return tried[tied[-1] if pooled[tied[0]] < TARGET else tied[0]] + 1


def stats_variance(a, b):
    return a * b / ((a + b) ** 2 * (a + b + 1))


def likely_above(n, y, least, sure=0.95):
    return n >= least and stats.beta.sf(TARGET, y + 1, n - y + 1) > sure


def play(decide, too_toxic, key, most=30, size=3, enough=None):
    """A million trials side by side. Returns the counts (trials, levels) and who was stopped at level 1."""
    random = stream(20261122, "plain", key)
    levels = len(TRUTH)
    move = np.array([[decide(n, min(y, n)) if n else 0 for y in range(most + 1)] for n in range(most + 1)])
    toxic = np.array([[n > 0 and y <= n and too_toxic(n, y) for y in range(most + 1)] for n in range(most + 1)])
    n, y = np.zeros((TRIALS, levels), int), np.zeros((TRIALS, levels), int)
    at, open_ = np.zeros(TRIALS, int), np.ones(TRIALS, bool)
    ceiling = np.full(TRIALS, levels - 1)
    for _ in range(most // size):
        i = np.flatnonzero(open_)
        d = at[i]
        n[i, d] += size
        y[i, d] += random.binomial(size, np.array(TRUTH)[d])
        here = toxic[n[i, d], y[i, d]]
        ceiling[i[here]] = np.minimum(ceiling[i[here]], d[here] - 1)
        wish = np.where(here, -1, move[n[i, d], y[i, d]])
        going = np.clip(d + wish, 0, np.maximum(ceiling[i], 0))
        if enough is not None:
            open_[i[(n[i, d] >= enough) & (going == d) & ~here]] = False
        at[i] = going
        open_ &= ceiling >= 0
    return n, y


@pytest.mark.parametrize(
    ("name", "decide", "least", "options"),
    [
        ("BOIN", boin, 3, {}),
        ("BOIN", boin, 3, {"enough": 9}),
        ("keyboard", keyboard, 1, {}),
        ("mTPI", mtpi, 1, {}),
        ("i3+3", i3plus3, 3, {}),
        ("table", by_hand, None, {}),
    ],
)
def test_a_million_plain_trials(name, decide, least, options):
    """One chi-square test over the cells (selected level, DLTs in all, participants in all)."""
    from trialwright.design.interval import table

    decide = cache(decide)

    @cache
    def too_toxic(n, y):
        return 10 * y > 6 * n if least is None else likely_above(n, y, least)

    n, y = play(decide, too_toxic, f"{name} {options}", **options)
    courses, trials = np.unique(np.hstack((n, y)), axis=0, return_counts=True)
    more = {"table": table.parse(table_text(), TARGET)} if least is None else {}
    result = exact.compile(rules.make(name, 5, target=TARGET, most=30, **options, **more)).evaluate(TRUTH)
    expected, observed = {}, {}
    ends = result.graph.endings
    cells = zip(ends.selected.tolist(), result.graph.total_y.tolist(), result.graph.total_n.tolist(), strict=True)
    for cell, chance in zip(cells, result.probability.tolist(), strict=True):
        expected[cell] = expected.get(cell, 0) + TRIALS * chance
    for course, count in zip(courses.tolist(), trials.tolist(), strict=True):
        a, b = course[:5], course[5:]
        cell = (selection(a, b, too_toxic), sum(b), sum(a))
        observed[cell] = observed.get(cell, 0) + count
    assert set(observed) <= set(expected)
    common = [cell for cell in expected if expected[cell] >= 10]
    rest = TRIALS - sum(expected[c] for c in common)
    statistic = sum((observed.get(c, 0) - expected[c]) ** 2 / expected[c] for c in common)
    statistic += (TRIALS - sum(observed.get(c, 0) for c in common) - rest) ** 2 / max(rest, 1)
    assert len(common) > 30
    assert stats.chi2.sf(statistic, len(common)) > 1e-4, f"chi-square {statistic:.1f} on {len(common)} cells"


def titrated_boin(draw, levels=4, most=15):
    """Accelerated titration: one at each level until a DLT or the top, the rest of a cohort there, cohorts of 3."""
    n, y = [0] * levels, [0] * levels

    def treat(j, more):
        for _ in range(min(more, most - sum(n))):
            n[j] += 1
            y[j] += draw(j)

    j = 0
    treat(0, 1)
    while not any(y) and j < levels - 1:
        j += 1
        treat(j, 1)
    treat(j, 2)
    ceiling = levels - 1
    while True:
        if likely_above(n[j], y[j], 3):
            ceiling = j - 1
            if j == 0:
                return 0, n, y
        if sum(n) >= most:
            return selection(n, y, lambda a, b: likely_above(a, b, 3)), n, y
        j = min(max(j + (-1 if ceiling < j else boin(n[j], y[j])), 0), ceiling)
        treat(j, 3)


def test_accelerated_titration_against_plain_trials():
    truth = TRUTH[:4]
    rule = rules.make("BOIN", 4, target=TARGET, most=15, titration=True)
    expected = 20_000 * exact.compile(rule).evaluate(truth).selection
    uniform = stream(20261122, "titration").random
    seen = np.zeros(5)
    for _ in range(20_000):
        seen[titrated_boin(lambda j: uniform() < truth[j])[0]] += 1
    statistic = ((seen - expected) ** 2 / expected).sum()
    assert stats.chi2.sf(statistic, 4) > 1e-4
    assert not math.isnan(statistic)


@pytest.mark.parametrize("name", ["BOIN", "keyboard", "mTPI", "i3+3"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"enough": 1},
        {"enough": 6},
        {"titration": True},
        {"titration": True, "enough": 1},
        {"extra_safety": 0.05},
        {"start": 2, "enough": 9, "titration": True},
    ],
)
def test_many_states_at_once_are_answered_as_one_by_one(name, options):
    """The engine asks in bulk, the live trial singly: from the opening and from any counts the graphs are the same."""
    rule = rules.make(name, 3, 2, target=0.25, most=11, **options)
    bulk_and_single_agree(rule)


@pytest.mark.parametrize("six", [False, True])
@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize(
    "letters", [(3, 3, 1, 1, 1), (2, 4, 1, 1, 2), (3, 3, 1, 2, 2), (4, 2, 2, 2, 3), (1, 1, 1, 0, 0)]
)
def test_the_a_plus_b_family_answers_in_bulk_as_singly(six, down, early, letters):
    bulk_and_single_agree(APlusB(4, *letters, de_escalate=down, six_at_mtd=six, stop_at_second_dlt=early))


def bulk_and_single_agree(rule):
    class Singly:
        name, levels = rule.name, rule.levels
        first, next = rule.first, rule.next

    random = np.random.default_rng(4)
    starts = [None]
    levels = rule.levels
    rest = (0,) * (levels - 3)
    starts.append(Counts(3, (3, 4, 1, *rest), (0, 4, 0, *rest)))  # a partial cohort above a level that is out
    for _ in range(60):
        n = random.integers(0, 6, levels)
        starts.append(
            Counts(
                int(random.integers(1, levels + 1)),
                tuple(n.tolist()),
                tuple(random.binomial(n, random.choice([0.2, 0.8], levels)).tolist()),
            )
        )
    for start in starts:
        bulk, single = (
            exact.compile(each, start=start).evaluate([0.1, 0.25, 0.4, 0.5][:levels]) for each in (rule, Singly())
        )
        np.testing.assert_allclose(bulk.selection, single.selection, atol=1e-14, err_msg=str(start))
        np.testing.assert_allclose(bulk.n_distribution, single.n_distribution, atol=1e-14)
        assert dict(bulk.stop_reasons) == pytest.approx(dict(single.stop_reasons))
        assert bulk.prob_completed == pytest.approx(single.prob_completed)
        assert bulk.graph.endings.live == single.graph.endings.live
