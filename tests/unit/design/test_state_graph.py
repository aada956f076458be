"""The state graph: its outcomes, its merging, its refusals, and rules that answer for many states at once."""

import re

import numpy as np
import pytest

from trialwright.core.errors import StageError, UsageError
from trialwright.design import exact, graph, rules
from trialwright.design.graph import Actions, States, merge, outcomes
from trialwright.design.rule import Counts, Finish, Treat


class Endless:
    """Treats one more at level 1 or 2, whatever happens; remembers everything that it has seen."""

    name, levels = "endless", 2

    def __init__(self, most=None):
        self.most = most

    def first(self):
        return Treat(1, 1, "open", memory=())

    def next(self, counts):
        if self.most is not None and sum(counts.n) >= self.most:
            return Finish(0, "enough", True)
        return Treat(1 + counts.y[0] % 2, 1, "on", memory=(*counts.memory, sum(counts.y)))


def test_a_cohort_broken_off_has_every_order_of_outcomes():
    assert outcomes(3, 1) == [(3, 0, 1), (1, 1, 1), (2, 1, 1), (3, 1, 1)]
    for size in range(1, 7):
        for stop_at in (None, *range(1, 9)):
            mass = sum(c * 0.3**y * 0.7 ** (n - y) for n, y, c in outcomes(size, stop_at))
            assert mass == pytest.approx(1)


def block(rows):
    columns = np.array(rows)
    one = np.ones(len(rows))
    counts = columns[:, 2:].astype(np.int16)
    return States(columns[:, 0], columns[:, 1], counts[:, ::2], counts[:, 1::2], one, one)


def test_equal_states_merge_and_weights_add(monkeypatch):
    rows = [(1, 0, 3, 0, 0, 0), (2, 0, 3, 0, 0, 0), (1, 0, 3, 0, 0, 0), (1, 1, 3, 0, 0, 0)]
    merged = merge([block(rows), block(rows[:1])])
    assert sorted(merged.weight.tolist()) == [1, 1, 3]
    monkeypatch.setattr(graph, "_MULTIPLIERS", np.zeros(512, dtype=np.uint64))  # every state has the same hash
    collided = merge([block(rows), block(rows[:1])])
    assert sorted(collided.weight.tolist()) == [1, 1, 3]


def test_a_graph_that_grows_too_large_says_how_large():
    with pytest.raises(StageError, match="DES-001") as caught:
        exact.compile(Endless(), max_states=500)
    assert re.search(r"grows by a factor of \d\.\d\d with each further participant", caught.value.message)
    assert "simulate instead" in caught.value.mend


def test_a_rule_without_end_is_refused():
    class Forever:
        name, levels = "forever", 1

        def first(self):
            return Treat(1, 1, "open", stop_at=1)

        def next(self, counts):
            return Treat(1, 1, "on")

    with pytest.raises(StageError, match="DES-002"):
        exact.compile(Forever(), max_participants=30)


@pytest.mark.parametrize("action", [Treat(3, 1, "x"), Treat(0, 1, "x"), Treat(1, 0, "x"), Treat(1, 1, "x", stop_at=0)])
def test_an_action_without_sense_is_refused(action):
    class Wrong:
        name, levels = "wrong", 2

        def first(self):
            return Treat(1, 1, "open")

        def next(self, counts):
            return action

    with pytest.raises(StageError, match="DES-003"):
        exact.compile(Wrong())


def test_a_selected_level_that_does_not_exist_is_refused():
    class Wrong(Endless):
        def next(self, counts):
            return Finish(3, "x", True)

    with pytest.raises(StageError, match="DES-003"):
        exact.compile(Wrong())


@pytest.mark.parametrize(
    "start", [Counts(1, (3,), (0,)), Counts(1, (3, 0, 0), (4, 0, 0)), Counts(1, (3, 0), (0, 0, 0))]
)
def test_a_start_that_does_not_fit_is_refused(start):
    with pytest.raises(StageError, match="DES-004"):
        exact.compile(rules.make("3+3: stop at two", 3), start=start)


@pytest.mark.parametrize("truth", [[0.1, 0.2], [0.1, 0.2, 1.2], [0.1, 0.2, float("nan")], [[0.1, 0.2, 0.3]], 0.1, []])
def test_rates_that_do_not_fit_are_refused(truth):
    with pytest.raises(UsageError, match="DES-010"):
        exact.compile(rules.make("3+3: stop at two", 3)).evaluate(truth)


def test_a_start_where_the_rule_has_ended():
    result = exact.compile(rules.make("3+3: stop at two", 3), start=Counts(2, (3, 3, 0), (0, 2, 0))).evaluate(
        [0.1, 0.2, 0.3]
    )
    assert result.selection.tolist() == [0, 1, 0, 0]
    assert result.expected_n == 6
    assert result.expected_dlts == 2


def test_a_partial_cohort_is_a_start():
    """One of three treated at level 1, without a DLT: two more, then as ever."""
    result = exact.compile(rules.make("3+3: stop at two", 1), start=Counts(1, (1,), (0,))).evaluate([0.5])
    assert result.selection[1] == pytest.approx(0.25 + 0.5 * 0.125)
    assert result.expected_n == pytest.approx(3 + 3 * 0.5)


class Together:
    """ "3+3: stop at two" answered for many states at once, through the rule that answers for one."""

    def __init__(self, levels):
        self.rule = rules.make("3+3: with de-escalation, stopped at the second DLT", levels)
        self.name, self.levels, self.asked = self.rule.name, levels, 0

    def first(self):
        return self.rule.first()

    def next(self, counts):
        raise AssertionError("asked one by one")

    def next_many(self, states, memories, categories):
        self.asked += 1
        rows = []
        for dose, n, y in zip(states.dose.tolist(), states.n.tolist(), states.y.tolist(), strict=True):
            match self.rule.next(Counts(dose, tuple(n), tuple(y))):
                case Treat(dose=level, size=size, stop_at=stop_at):
                    rows.append((0, level, size, stop_at, memories.number(None), 0, 0, 0))
                case Finish(selected=selected, completed=completed, category=category):
                    rows.append((1, 0, 0, 0, 0, selected, completed, categories.number(category)))
        columns = np.array(rows).T
        return Actions(columns[0] > 0, *columns[1:6], columns[6] > 0, columns[7])


def test_a_rule_that_answers_for_many_states_is_asked_once_per_step():
    rule = Together(4)
    truth = [0.1, 0.2, 0.3, 0.4]
    together = exact.compile(rule).evaluate(truth)
    one_by_one = exact.compile(rule.rule).evaluate(truth)
    np.testing.assert_array_equal(together.selection, one_by_one.selection)
    np.testing.assert_array_equal(together.n_distribution, one_by_one.n_distribution)
    assert together.stop_reasons == one_by_one.stop_reasons
    assert rule.asked <= 30


def test_memory_is_part_of_the_state():
    ends = exact.compile(Endless(most=6)).endings
    assert ends.weight.sum() == 2**6
    assert ends.paths.sum() == 2**6


def test_any_question_is_a_sum_over_the_endings():
    result = exact.compile(rules.make("3+3: stop at two", 3)).evaluate([0.05, 0.10, 0.20])
    assert result.prob_n_above(2, 0) == pytest.approx(result.prob_where(result.graph.endings.n[:, 2] > 0))
    assert result.prob_dlts_at_least(0) == pytest.approx(1)
    assert result.prob_dlts_at_least(1) == pytest.approx(1 - 0.95**3 * 0.9**3 * 0.8**3)
    assert result.expected_rate_at_selected == pytest.approx(
        (result.selection[1:] @ [0.05, 0.10, 0.20]) / (1 - result.selection[0])
    )
    values = result.as_dict()
    assert list(values["prob_n_at_most"]) == [3, 6, 9, 12, 15, 18]
    assert values["prob_n_at_most"][18] == pytest.approx(1)
    assert set(values) >= {"rule", "expected_n", "prob_n_at_most", "selection", "prob_completed", "mass_error"}


def test_certain_and_impossible_dlts_are_exact():
    sure = exact.compile(rules.make("3+3: stop at two", 3))
    assert sure.evaluate([1, 1, 1]).selection.tolist() == [1, 0, 0, 0]
    assert sure.evaluate([0, 0, 0]).selection.tolist() == [0, 0, 0, 1]
    assert sure.evaluate([0, 1, 0]).selection.tolist() == [0, 1, 0, 0]


def test_many_scenarios_in_pieces(monkeypatch):
    compiled = exact.compile(rules.make("3+3: stop at two", 2))
    truths = np.linspace(0, 1, 22).reshape(11, 2)
    whole = compiled.evaluate_many(truths)
    monkeypatch.setattr(exact, "_CHUNK", 40)
    pieces = compiled.evaluate_many(truths)
    np.testing.assert_allclose(pieces.selection, whole.selection, atol=1e-14)
    np.testing.assert_allclose(pieces.prob_n_at_most(6), whole.prob_n_at_most(6), atol=1e-14)
    np.testing.assert_allclose(pieces.expected_n, whole.expected_n, atol=1e-13)
