"""The exact engine against plain code written apart from it, and against itself by the laws of probability.

`three_plus_three` plays one trial in the words of the textbook, participant by participant, and knows nothing of rules,
states or engines; `every_course` plays it with every sequence of outcomes.
"""

import itertools
import math
from collections import Counter, defaultdict
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.core.streams import stream
from trialwright.design import exact, rules
from trialwright.design.a_plus_b.three_plus_three import APlusB
from trialwright.design.rule import Counts, Finish, Treat

VARIANTS = list(itertools.product((False, True), repeat=3))


class MoreNeededError(Exception):
    """The outcomes so far do not decide how the trial ends."""


def three_plus_three(draw, levels, six, down, early):
    """One trial. `draw(level)` says whether the next participant there has a DLT. Returns the MTD, n and y."""
    n, y = [0] * levels, [0] * levels

    def three_more(j):
        for _ in range(3):
            n[j] += 1
            y[j] += draw(j)
            if early and y[j] == 2:
                return

    def ends_too_high():
        for j in range(levels):
            three_more(j)
            if y[j] == 1:
                three_more(j)
            if y[j] == 0 and j == levels - 1 and six:
                three_more(j)
            if y[j] > 1:
                return j
        return None

    bad = ends_too_high()
    if bad is None:
        return levels, n, y
    for j in reversed(range(bad)):
        if down and n[j] == 3:
            three_more(j)
        if y[j] < 2:
            return j + 1, n, y
    return 0, n, y


def every_course(play):
    """How often each (result, n, y) comes up over all sequences of outcomes that `play(draw)` can ask for."""
    found, open_ = Counter(), [()]
    while open_:
        prefix = open_.pop()
        outcomes = iter(prefix)

        def draw(_level, outcomes=outcomes):
            for outcome in outcomes:
                return outcome
            raise MoreNeededError

        try:
            result, n, y = play(draw)
        except MoreNeededError:
            open_ += [(*prefix, 0), (*prefix, 1)]
        else:
            found[result, tuple(n), tuple(y)] += 1
    return found


@cache
def textbook(levels, six, down, early):
    return every_course(lambda draw: three_plus_three(draw, levels, six, down, early))


@pytest.mark.parametrize(("six", "down", "early"), VARIANTS)
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_every_ending_has_the_textbook_number_of_courses(levels, six, down, early):
    rule = APlusB(levels, six_at_mtd=six, de_escalate=down, stop_at_second_dlt=early)
    ends = exact.compile(rule).endings
    ours = {
        (int(selected), tuple(n), tuple(y)): weight
        for selected, n, y, weight in zip(ends.selected, ends.n.tolist(), ends.y.tolist(), ends.weight, strict=True)
    }
    assert ours == textbook(levels, six, down, early)


def test_five_levels_against_simulated_textbook_trials():
    """All variants at five levels, 4,000 plain trials each, one global chi-square test on the selected level."""
    truth = (0.05, 0.15, 0.30, 0.45, 0.60)
    trials, statistic, freedom = 4_000, 0.0, 0
    for six, down, early in VARIANTS:
        uniform = stream(20261121, "textbook", six, down, early).random
        seen = Counter(
            three_plus_three(lambda j: uniform() < truth[j], 5, six, down, early)[0]  # noqa: B023 - called at once
            for _ in range(trials)
        )
        rule = APlusB(5, six_at_mtd=six, de_escalate=down, stop_at_second_dlt=early)
        expected = trials * exact.compile(rule).evaluate(truth).selection
        statistic += sum((seen[k] - expected[k]) ** 2 / expected[k] for k in range(6))
        freedom += 5
    # Wilson and Hilferty: the cube root of chi-square / df is nearly normal
    z = ((statistic / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))
    assert abs(z) < 4


class Erratic:
    """A rule without sense: it goes anywhere, with cohorts of any size, broken off or not, and with a memory."""

    def __init__(self, salt, levels, most):
        self.salt, self.levels, self.most = salt, levels, most
        self.name = f"erratic {salt}"

    def _pick(self, counts, what, among):
        text = repr((self.salt, what, counts.dose, counts.n, counts.y, counts.memory))
        return among[sum((i + 1) * ord(c) for i, c in enumerate(text)) % len(among)]

    def first(self):
        return Treat(1 + self.salt % self.levels, 1 + self.salt % 3, "open")

    def next(self, counts):
        if sum(counts.n) >= self.most or self._pick(counts, "end", range(7)) == 0:
            selected = self._pick(counts, "selected", range(self.levels + 1))
            return Finish(selected, "over", bool(self._pick(counts, "completed", (0, 1))))
        return Treat(
            self._pick(counts, "dose", range(1, self.levels + 1)),
            self._pick(counts, "size", (1, 2, 3)),
            "on",
            stop_at=self._pick(counts, "stop", (None, 1, 2, 9)),
            memory=self._pick(counts, "memory", (None, (1,), (2, 3))),
        )


def by_recursion(rule, truth):
    """The chance of each (selected, completed, n, y), one participant at a time with probabilities."""
    found = defaultdict(float)

    def act(action, n, y, chance):
        if isinstance(action, Finish):
            found[action.selected, action.completed, n, y] += chance
        else:
            treat(action, 0, 0, n, y, chance)

    def treat(action, treated, dlts, n, y, chance):
        if treated == action.size or dlts == action.stop_at:
            act(rule.next(Counts(action.dose, n, y, action.memory)), n, y, chance)
            return
        j = action.dose - 1
        more = (*n[:j], n[j] + 1, *n[j + 1 :])
        worse = (*y[:j], y[j] + 1, *y[j + 1 :])
        treat(action, treated + 1, dlts, more, y, chance * (1 - truth[j]))
        treat(action, treated + 1, dlts + 1, more, worse, chance * truth[j])

    zero = (0,) * rule.levels
    act(rule.first(), zero, zero, 1.0)
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 8), st.data())
def test_any_rule_agrees_with_plain_recursion(salt, levels, most, data):
    truth = data.draw(st.lists(st.floats(0, 1), min_size=levels, max_size=levels))
    rule = Erratic(salt, levels, most)
    expected = by_recursion(rule, truth)
    result = exact.compile(rule).evaluate(truth)
    ends = result.graph.endings
    keys = zip(
        ends.selected.tolist(),
        ends.completed.tolist(),
        map(tuple, ends.n.tolist()),
        map(tuple, ends.y.tolist()),
        strict=True,
    )
    ours = dict(zip(keys, result.probability.tolist(), strict=True))
    assert set(ours) == set(expected)
    for key, chance in expected.items():
        assert ours[key] == pytest.approx(chance, abs=1e-12)
    assert result.prob_completed == pytest.approx(sum(c for (_, done, _, _), c in expected.items() if done), abs=1e-12)


names = st.sampled_from(rules.names() + rules.names(2) + rules.names(4))
rates = st.one_of(st.floats(0, 1), st.sampled_from((0.0, 1.0)))


@settings(max_examples=60, deadline=None)
@given(names, st.integers(1, 4), st.data())
def test_laws_of_probability(name, levels, data):
    truths = np.array(data.draw(st.lists(st.lists(rates, min_size=levels, max_size=levels), min_size=1, max_size=4)))
    graph = exact.compile(rules.make(name, levels))
    many = graph.evaluate_many(truths)
    assert len(many) == len(truths)
    for i, truth in enumerate(truths):
        one = graph.evaluate(truth)
        assert one.mass_error < 1e-12
        for chances in (one.selection, one.n_distribution, one.dlt_distribution, list(one.stop_reasons.values())):
            assert np.sum(chances) == pytest.approx(1, abs=1e-12)
        np.testing.assert_allclose(one.expected_dlts_by_level, one.expected_n_by_level * truth, atol=1e-12)  # Wald
        assert one.expected_n == pytest.approx(one.n_distribution @ np.arange(len(one.n_distribution)), abs=1e-11)
        at_most = [one.prob_n_at_most(k) for k in range(-1, len(one.n_distribution) + 1)]
        assert all(b - a > -1e-15 for a, b in itertools.pairwise(at_most))
        assert at_most[0] == 0
        assert at_most[-1] == pytest.approx(1, abs=1e-12)
        np.testing.assert_allclose(many.selection[i], one.selection, atol=1e-12)
        np.testing.assert_allclose(many.n_by_level[i], one.expected_n_by_level, atol=1e-12)
        np.testing.assert_allclose(many.total_n[i], one.n_distribution, atol=1e-12)
        np.testing.assert_allclose(many.total_dlts[i], one.dlt_distribution, atol=1e-12)
        assert many.prob_completed[i] == pytest.approx(one.prob_completed, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(names, st.lists(st.floats(0, 0.9), min_size=3, max_size=3), st.integers(0, 2), st.floats(0.01, 0.1))
def test_a_more_toxic_level_never_makes_the_highest_more_likely(name, truth, level, more):
    """True of the whole family: one more DLT anywhere never leads higher."""
    worse = list(truth)
    worse[level] += more
    graph = exact.compile(rules.make(name, 3))
    assert graph.evaluate(worse).selection[3] <= graph.evaluate(truth).selection[3] + 1e-12
    assert graph.evaluate(worse).prob_completed <= graph.evaluate(truth).prob_completed + 1e-12


@settings(max_examples=40, deadline=None)
@given(names, st.lists(rates, min_size=3, max_size=3))
def test_the_law_of_total_probability_over_the_first_cohort(name, truth):
    """Evaluating from the opening is the mixture of evaluating from each result of the first cohort."""
    rule = rules.make(name, 3)
    whole = exact.compile(rule).evaluate(truth)
    first = rule.first()
    selection, n_by_level, at_most = np.zeros(4), np.zeros(3), 0.0
    for outcomes in itertools.product((0, 1), repeat=first.size):
        chance, dlts, treated = 1.0, 0, 0
        for outcome in outcomes:
            if dlts != first.stop_at:
                dlts, treated = dlts + outcome, treated + 1
            chance *= truth[0] if outcome else 1 - truth[0]
        after = exact.compile(rule, start=Counts(1, (treated, 0, 0), (dlts, 0, 0), first.memory)).evaluate(truth)
        selection += chance * after.selection
        n_by_level += chance * after.expected_n_by_level
        at_most += chance * after.prob_n_at_most(9)
    np.testing.assert_allclose(selection, whole.selection, atol=1e-12)
    np.testing.assert_allclose(n_by_level, whole.expected_n_by_level, atol=1e-11)
    assert at_most == pytest.approx(whole.prob_n_at_most(9), abs=1e-12)
