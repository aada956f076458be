"""A maximum sample size for any rule; tables and notebooks of exact results."""

import numpy as np
import pytest

from trialwright.core.errors import UsageError
from trialwright.design import exact, rules
from trialwright.design.capped import UNFINISHED
from trialwright.design.rule import Counts, Finish

TRUTH = [0.05, 0.10, 0.20]
NAMES = ("3+3: stop at two, at most 9", "literal: cohorts of three, stop at two DLTs in a cohort, at most 5")


@pytest.mark.parametrize("name", NAMES)
def test_the_name_says_it(name):
    rule = rules.make(name, 3)
    assert rule.name == name
    assert rules.make(rule.name.upper(), 3) == rule
    assert rules.make(name, 3, 4).first().size == 4


def test_nobody_beyond_the_maximum_and_the_rest_as_it_was():
    free = exact.compile(rules.make("3+3: stop at two", 3)).evaluate(TRUTH)
    capped = exact.compile(rules.make("3+3: stop at two, at most 9", 3)).evaluate(TRUTH)
    assert capped.prob_n_at_most(9) == pytest.approx(1)
    assert capped.stop_reasons[UNFINISHED] == pytest.approx(free.prob_n_more_than(9))
    ends = free.graph.endings
    for level in range(1, 4):
        within = free.prob_where((free.graph.total_n <= 9) & (ends.selected == level))
        assert capped.selection[level] == pytest.approx(within)


def test_the_last_cohort_is_as_small_as_it_must_be():
    rule = rules.make("3+3: stop at two, at most 10", 3)
    assert rule.next(Counts(2, (3, 6, 0), (0, 1, 0))).size == 1
    assert isinstance(rule.next(Counts(3, (3, 6, 1), (0, 1, 0))), Finish)
    assert rules.make("3+3: stop at two, at most 2", 3).first().size == 2


def test_no_room_at_all_is_refused():
    with pytest.raises(UsageError, match="DES-104"):
        rules.make("3+3: stop at two, at most 0", 3)


def test_a_result_as_a_table_and_in_a_notebook():
    result = exact.compile(rules.make("3+3: stop at two", 3)).evaluate(TRUTH)
    frame = result.frame()
    assert frame.columns == ["rule", "level", "true_rate", "selected", "participants", "dlts"]
    assert frame["level"].to_list() == [0, 1, 2, 3]
    np.testing.assert_allclose(frame["selected"].to_list(), result.selection)
    assert frame["participants"].drop_nulls().sum() == pytest.approx(result.expected_n)
    shown = result._repr_html_()
    assert shown.count("<tr>") == 5
    assert "10.70 participants" in shown
