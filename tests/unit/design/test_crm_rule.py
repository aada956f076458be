"""The CRM as a rule: what the conduct allows, its words, and that asking for many states is asking for each."""

import itertools

import numpy as np
import pytest

from trialwright.core.errors import UsageError
from trialwright.design import exact
from trialwright.design.graph import Interned, States, _as_arrays
from trialwright.design.model_based.conduct import ENOUGH, FULL, TOXIC, Plan
from trialwright.design.model_based.crm import Crm
from trialwright.design.model_based.crm_posterior import Empiric, Logistic, posterior
from trialwright.design.model_based.skeleton import indifference
from trialwright.design.rule import Counts, Finish, Treat

SKELETON = indifference(0.30, 0.05, 3, 5)
MODEL = Empiric(SKELETON)


def crm(levels=5, **changes):
    stop = changes.pop("stop_above", None)
    model = changes.pop("model", MODEL)
    return Crm(model, 0.30, Plan(levels, **changes), stop)


RULES = {
    "as dfcrm": crm(most=18),
    "one by one": crm(cohort=1, most=12),
    "all liberties": crm(skip=True, coherent=False, cohort=2, most=11, start=2),
    "safety stop": crm(stop_above=0.9),
    "enough, of those tried": crm(enough=6, untried=False, stop_above=0.95, model=Logistic(SKELETON)),
    "limited reach": crm(reach=(1, 3, 3, 5, 5), start=2, coherent=False, untried=False, most=15),
}


def test_the_opening():
    assert crm(start=2, cohort=4).first() == Treat(2, 4, "the trial opens with 4 at level 2", memory=(0,))
    assert crm(coherent=False).first().memory is None


def test_no_level_is_skipped_on_the_way_up_but_down_it_may():
    counts = Counts(1, (3, 0, 0, 0, 0), (0, 0, 0, 0, 0), (0,))
    assert crm().next(counts).dose == 2
    assert "at level 5 nearest to 30 %: go up to level 2, no further at once" in crm().next(counts).reason
    assert crm(skip=True).next(counts).dose == 5
    toxic = Counts(4, (3, 3, 3, 3, 0), (2, 1, 1, 3, 0), (4,))
    assert crm().next(toxic).dose == 1


def test_nobody_goes_up_right_after_a_dlt():
    """No DLT in 17 at the lowest levels, then one in the cohort at level 2."""
    after = Counts(2, (15, 3, 0, 0, 0), (0, 1, 0, 0, 0), (0,))
    earlier = Counts(2, (15, 3, 0, 0, 0), (0, 1, 0, 0, 0), (1,))
    assert crm().next(after).dose == 2
    assert "not up right after a DLT" in crm().next(after).reason
    assert crm().next(earlier).dose == 3
    assert crm(coherent=False).next(after).dose == 3


def test_without_memory_a_dlt_at_the_level_counts_as_one_in_the_last_cohort():
    unknown = crm().next(Counts(2, (15, 3, 0, 0, 0), (0, 1, 0, 0, 0)))
    assert unknown.dose == 2
    assert "it is not known whether the last cohort had one" in unknown.reason
    assert crm().next(Counts(2, (15, 3, 0, 0, 0), (1, 0, 0, 0, 0))).dose == 3


def test_the_memory_is_the_number_of_dlts_so_far():
    assert crm().next(Counts(2, (3, 3, 0, 0, 0), (0, 1, 0, 0, 0), (0,))).memory == (1,)


def test_the_last_cohort_is_cut_at_the_maximum():
    assert crm(most=7).next(Counts(1, (6, 0, 0, 0, 0), (1, 0, 0, 0, 0), (0,))).size == 1


def test_the_end():
    action = crm(most=6).next(Counts(2, (3, 3, 0, 0, 0), (0, 0, 0, 0, 0), (0,)))
    assert (action.selected, action.completed, action.category) == (5, True, FULL)
    assert action.reason.endswith("level 5 is selected, where nobody was treated")
    tried = crm(most=6, untried=False).next(Counts(2, (3, 3, 0, 0, 0), (0, 0, 0, 0, 0), (0,)))
    assert tried.selected == 2


def test_enough_at_a_level_ends_only_when_the_model_stays_there():
    stays = Counts(2, (3, 6, 0, 0, 0), (0, 2, 0, 0, 0), (1,))
    level = int(posterior(MODEL, stays.n, stays.y).nearest(0.3)[0])
    assert level == 2
    assert isinstance(crm(enough=7).next(stays), Treat)
    end = crm(enough=6).next(stays)
    assert (end.selected, end.category) == (2, ENOUGH)
    moves = Counts(2, (3, 6, 0, 0, 0), (0, 0, 0, 0, 0), (0,))
    assert isinstance(crm(enough=6).next(moves), Treat)
    held = Counts(2, (15, 6, 0, 0, 0), (0, 1, 0, 0, 0), (0,))
    assert crm(enough=6).next(held).dose == 2, "it stays because of the DLT, not because it wants to"


def test_the_safety_stop():
    toxic = Counts(1, (3, 0, 0, 0, 0), (3, 0, 0, 0, 0), (0,))
    assert crm().next(toxic).dose == 1
    end = crm(stop_above=0.9).next(toxic)
    assert (end.selected, end.completed, end.category) == (0, False, TOXIC)
    assert "the DLT rate of level 1 is above 30 % with probability 0.9" in end.reason
    assert isinstance(crm(stop_above=0.999).next(toxic), Treat)
    graph = exact.compile(crm(stop_above=0.9))
    assert graph.evaluate([0.6, 0.7, 0.8, 0.85, 0.9]).selection[0] > 0.8
    assert graph.evaluate([0.05, 0.15, 0.3, 0.45, 0.6]).selection[0] < 0.01


def test_a_limited_reach():
    counts = Counts(1, (3, 0, 0, 0, 0), (0, 0, 0, 0, 0), (0,))
    limited = crm(reach=(1, 3, 3, 4, 5)).next(counts)
    assert limited.dose == 1
    assert "too far" in limited.reason


def test_a_trial_without_participants_opens():
    assert crm(start=3).next(Counts(1, (0,) * 5, (0,) * 5)) == crm(start=3).first()


def states_of(rows, memories):
    one = np.ones(len(rows))
    return States(
        np.array([row.dose for row in rows]),
        np.array([memories.number(row.memory) for row in rows]),
        np.array([row.n for row in rows], dtype=np.int16),
        np.array([row.y for row in rows], dtype=np.int16),
        one,
        one,
    )


@pytest.mark.parametrize("name", RULES)
def test_many_states_are_as_one_after_another(name):
    """Any counts at two levels beside some at the others, any current level, any memory: the same actions."""
    rule = RULES[name]
    pairs = [(n, y) for n in (0, 1, 3, 6) for y in range(n + 1)]
    rows = [
        Counts(dose, (n1, n2, 3, 0, n1), (y1, y2, 1, 0, 0), memory)
        for (n1, y1), (n2, y2) in itertools.product(pairs, pairs)
        for dose, memory in ((1, (0,)), (2, (2,)), (3, None), (5, (y1 + y2 + 1,)))
    ]
    rows.append(Counts(1, (0,) * 5, (0,) * 5))
    ours, theirs = (Interned(), Interned()), (Interned(), Interned())
    together = rule.next_many(states_of(rows, ours[0]), *ours)
    answers = [rule.next(row) for row in rows]
    alone = _as_arrays(answers, *theirs)
    for i, answer in enumerate(answers):
        assert together.finish[i] == alone.finish[i]
        if isinstance(answer, Finish):
            category = ours[1].values[together.category[i]]
            assert (together.selected[i], together.completed[i], category) == (
                answer.selected,
                answer.completed,
                answer.category,
            )
            assert 0 <= answer.selected <= 5
        else:
            memory = ours[0].values[together.memory[i]]
            assert (together.dose[i], together.size[i], memory) == (answer.dose, answer.size, answer.memory)
            assert 1 <= answer.dose <= 5
            assert answer.size >= 1
    assert len({type(answer) for answer in answers}) == 2


def test_names_say_what_is_unusual():
    assert Crm(MODEL, 0.3, Plan(5), calibrated=(0.05, 3)).name == (
        "CRM: target 0.3, empiric, half-width 0.05 at level 3, cohorts of 3, at most 30"
    )
    assert crm(model=Logistic((0.1, 0.2), 1.0, 2.0), levels=2, cohort=1, enough=9, stop_above=0.9).name == (
        "CRM: target 0.3, logistic, intercept 2, skeleton 0.1/0.2, prior sd 1, cohorts of 1, at most 30, enough at 9, "
        "stop above 0.9"
    )
    assert len({rule.name for rule in RULES.values()}) == len(RULES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cohort": 0},
        {"most": 2},
        {"most": 2000},
        {"start": 6},
        {"start": 0},
        {"enough": 0},
        {"levels": 4},
        {"reach": (1, 2)},
        {"reach": (1, 1, 3, 4, 5)},
    ],
)
def test_a_plan_that_does_not_fit(wrong):
    with pytest.raises(UsageError, match="DES-204"):
        crm(**wrong)


def test_numbers_that_are_no_proportions():
    with pytest.raises(UsageError, match="DES-202"):
        Crm(MODEL, 30, Plan(5))
    with pytest.raises(UsageError, match="DES-202"):
        crm(stop_above=95)


def test_a_skeleton_that_is_not_what_it_is_said_to_be():
    with pytest.raises(UsageError, match="DES-201"):
        Crm(MODEL, 0.3, Plan(5), calibrated=(0.06, 3))


def test_one_level_is_a_design_too():
    rule = Crm(Empiric((0.3,)), 0.3, Plan(1, most=9), stop_above=0.8)
    result = exact.compile(rule).evaluate([0.3])
    assert result.selection.sum() == pytest.approx(1)
    assert 0 < result.selection[0] < 0.5
