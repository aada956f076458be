"""The rules by name, and what each answers in the states that distinguish them."""

import itertools

import pytest

from trialwright.core.errors import UsageError
from trialwright.design import rules
from trialwright.design.a_plus_b.literal import Literal
from trialwright.design.a_plus_b.three_plus_three import APlusB, Verdict
from trialwright.design.rule import Counts, Finish, Treat

A, SIX, DOWN, BOTH, LITERAL = rules.names()[:5]


def test_the_names():
    assert rules.names()[:5] == (
        "3+3: stop at two",
        "3+3: six required at the MTD",
        "3+3: with de-escalation",
        "3+3: six required at the MTD, with de-escalation",
        "literal: cohorts of three, stop at two DLTs in a cohort",
    )
    assert rules.names()[5:] == tuple(f"{name}, stopped at the second DLT" for name in rules.names()[:5])


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6, 13])
def test_every_name_makes_the_rule_of_that_name(size):
    assert len(set(rules.names(size))) == len(rules.names(size))
    for name in rules.names(size):
        assert rules.make(name, 3, size).name == name
        assert rules.make(name, 3).name == name
        assert rules.make(f"  {name.upper()} ", 3).name == name


def test_the_cohort_size_of_the_protocol_wins_and_the_name_says_so():
    assert rules.make(SIX, 3, 4).name == "4+4: eight required at the MTD"
    assert rules.make(LITERAL, 3, 4).name == "literal: cohorts of four, stop at two DLTs in a cohort"


@pytest.mark.parametrize(
    "name", ["3+3", "", "BION", "3+4: stop at two", "literal: cohorts of many, stop at two DLTs in a cohort"]
)
def test_an_unknown_name_is_answered_with_the_known_ones(name):
    with pytest.raises(UsageError, match="DES-012") as caught:
        rules.make(name, 3)
    assert A in caught.value.expected


@pytest.mark.parametrize(
    "wrong", [{"levels": 0}, {"cohort": 0}, {"expand_from": 0}, {"expand_from": 3}, {"expand_to": 2}]
)
def test_numbers_that_do_not_fit_together(wrong):
    with pytest.raises(UsageError, match="DES-011"):
        APlusB(**({"levels": 3} | wrong))


@pytest.mark.parametrize("wrong", [{"levels": 0}, {"stop_at": 4}, {"stop_at": 0}, {"cohort": 1}])
def test_a_literal_rule_that_cannot_stop(wrong):
    with pytest.raises(UsageError, match="DES-011"):
        Literal(**({"levels": 3} | wrong))


def answer(name, dose, n, y):
    action = rules.make(name, len(n)).next(Counts(dose, n, y))
    return (action.dose, action.size) if isinstance(action, Treat) else f"select {action.selected}"


@pytest.mark.parametrize(
    ("dose", "n", "y", "expected"),
    [
        # the highest level without a DLT in three
        (3, (3, 3, 3), (0, 0, 0), {A: "select 3", SIX: (3, 3), DOWN: "select 3", BOTH: (3, 3), LITERAL: "select 3"}),
        # one of three
        (1, (3, 0, 0), (1, 0, 0), {A: (1, 3), SIX: (1, 3), DOWN: (1, 3), BOTH: (1, 3), LITERAL: (2, 3)}),
        # two of three at level 2, three treated at level 1
        (2, (3, 3, 0), (0, 2, 0), {A: "select 1", SIX: "select 1", DOWN: (1, 3), BOTH: (1, 3), LITERAL: "select 1"}),
        # two of six at level 2, six treated at level 1
        (2, (6, 6, 0), (1, 2, 0), {A: "select 1", SIX: "select 1", DOWN: "select 1", BOTH: "select 1"}),
        # back at level 1 with six, level 2 too toxic
        (1, (6, 3, 0), (1, 2, 0), {DOWN: "select 1", BOTH: "select 1"}),
        (1, (6, 3, 0), (2, 2, 0), {A: "select 0", SIX: "select 0", DOWN: "select 0", BOTH: "select 0"}),
        # at level 1 again with three, by an override; level 2 too toxic
        (1, (3, 3, 0), (0, 2, 0), {A: "select 1", SIX: "select 1", DOWN: (1, 3), BOTH: (1, 3)}),
        # one of six at the highest
        (3, (3, 3, 6), (0, 0, 1), {A: "select 3", SIX: "select 3", DOWN: "select 3", BOTH: "select 3"}),
        # a partial cohort, and a partial expansion
        (2, (3, 1, 0), (0, 0, 0), {A: (2, 2), BOTH: (2, 2), LITERAL: (2, 2)}),
        (2, (3, 5, 0), (0, 1, 0), {A: (2, 1), BOTH: (2, 1)}),
        # one too many, no DLT
        (1, (4, 0, 0), (0, 0, 0), {A: (2, 3), BOTH: (2, 3), LITERAL: (2, 3)}),
        # a level skipped by an override
        (3, (3, 0, 3), (0, 0, 2), {A: "select 1", DOWN: (2, 3), LITERAL: "select 1"}),
    ],
)
def test_what_distinguishes_the_rules(dose, n, y, expected):
    assert {name: answer(name, dose, n, y) for name in expected} == expected


def test_a_cohort_is_broken_off_only_where_the_name_says_so():
    for name in rules.names():
        action = rules.make(name, 3).first()
        assert action.stop_at == (2 if "stopped" in name else None)
    expansion = rules.make(f"{A}, stopped at the second DLT", 3).next(Counts(1, (3, 0, 0), (1, 0, 0)))
    assert expansion.stop_at == 1
    partial = rules.make(f"{LITERAL}, stopped at the second DLT", 3).next(Counts(1, (1, 0, 0), (1, 0, 0)))
    assert (partial.size, partial.stop_at) == (2, 1)


@pytest.mark.parametrize("name", rules.names() + rules.names(2) + rules.names(1))
def test_every_rule_answers_in_every_state(name):
    """All counts up to seven at two levels, at either level: an action that the trial can take, with its reason."""
    rule = rules.make(name, 2)
    counts = [(n, y) for n in range(8) for y in range(n + 1)]
    for dose in (0, 1, 2, 3):
        for (n1, y1), (n2, y2) in itertools.product(counts, counts):
            state = Counts(dose, (n1, n2), (y1, y2), None)
            action = rule.next(state)
            assert action == rule.next(state)
            assert action.reason
            match action:
                case Treat(dose=level, size=size, stop_at=stop_at):
                    assert level in (1, 2)
                    assert size >= 1
                    assert stop_at is None or stop_at >= 1
                case Finish(selected=selected, completed=completed):
                    assert selected in (0, 1, 2)
                    assert not completed or selected == 2
                    assert selected == 0 or (n1, n2)[selected - 1] > 0, "a level that nobody was treated at"


def test_no_level_is_ever_selected_that_is_too_toxic():
    rule = rules.make(BOTH, 2)
    counts = [(n, y) for n in range(8) for y in range(n + 1)]
    for (n1, y1), (n2, y2) in itertools.product(counts, counts):
        action = rule.next(Counts(2, (n1, n2), (y1, y2)))
        if isinstance(action, Finish) and action.selected:
            j = action.selected - 1
            assert rule.verdict((n1, n2)[j], (y1, y2)[j]) is Verdict.PASSES
            assert (n1, n2)[j] >= 6


def test_two_of_three_can_be_too_toxic_where_two_of_six_are_not():
    rule = APlusB(3, tolerate=2)
    assert rule.verdict(3, 2) is Verdict.TOXIC
    assert rule.verdict(6, 2) is Verdict.PASSES
    assert rule.verdict(6, 3) is Verdict.TOXIC


def test_unusual_thresholds_are_in_the_name():
    rule = APlusB(3, cohort=2, expansion=4, expand_to=1, tolerate=2)
    assert rule.name == "2+4 (C=1, D=1, E=2): stop at three"
