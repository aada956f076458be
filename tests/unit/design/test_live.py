"""A live trial from its data: who is awaited, and that each next result leads where it is said to lead."""

from itertools import product

import numpy as np
import pytest

from made_up_protocols import deciding_rows, escalation, parallel
from trialwright.core.errors import UsageError
from trialwright.dataset.state import state_of
from trialwright.design import build, exact, rules
from trialwright.design.counting import CountingDesign
from trialwright.design.live import live
from trialwright.design.parallel import ParallelDesign
from trialwright.design.rule import Counts, Finish, Treat
from trialwright.design.select_then_compare import SelectThenCompareDesign
from trialwright.design.staggered import StaggeredDesign
from trialwright.protocol.decisions import Enrol, Stop, Wait

LEVELS = ("arm-1",) * 3
NAMES = (
    "3+3: stop at two",
    "3+3: six required at the MTD, with de-escalation",
    "3+3: stop at two, stopped at the second DLT",
    "3+3: stop at two, at most 7",
    "BOIN: target 0.3, at most 12",
    "BOIN: target 0.3, at most 12, accelerated titration",
    "CRM: target 0.3, half-width 0.05 at level 2, at most 12",
    "keyboard: target 0.3, cohorts of 2, at most 11",
)


def known(*people, day=900):
    return state_of([fact for i, one in enumerate(people) for fact in deciding_rows(i, *one)], day)


def grown(design, outcomes):
    """The people of a trial in which the outcomes come in this order, each level as the design has it."""
    people = []
    for dlt in outcomes:
        decision = design.decide(known(*people))
        if not isinstance(decision, Enrol):
            break
        people.append((decision.dose_level, decision.cohort, dlt))
    return people


def awaiting(name, outcomes, awaited):
    """The people where the outcomes come in this order and those of the last are not known yet; None where these are
    not of one cohort, so that nobody could be waiting for them together."""
    people = grown(CountingDesign(rules.make(name, 3), LEVELS, 28), [mark == "1" for mark in outcomes])
    if 0 < awaited <= len(people):
        people = [*people[:-awaited], *[(level, cohort, None) for level, cohort, _ in people[-awaited:]]]
    return None if people and people[-1][1] != people[-min(awaited, len(people)) or -1][1] else people


OUTCOMES = ("", "0", "00", "001", "0001", "00001", "000010", "0000011", "0100001")
CASES = [
    (name, outcomes, awaited)
    for name, outcomes, awaited in product(NAMES, OUTCOMES, (0, 1, 2))
    if awaiting(name, outcomes, awaited) is not None
]


@pytest.mark.parametrize(("name", "outcomes", "awaited"), CASES)
def test_each_next_result_leads_where_it_is_said_to_lead(name, outcomes, awaited):
    """The rest of the cohort is entered with each possible result, and the design is asked again."""
    design = CountingDesign(rules.make(name, 3), LEVELS, 28)
    people = awaiting(name, outcomes, awaited)
    state = known(*people)
    found = live(design, state)
    pending = [i for i, person in enumerate(people) if person[2] is None]
    assert [person.subject for person in found.awaited] == [f"P-{i:02d}" for i in pending]
    seen = found.examination
    if seen.over is not None:
        assert isinstance(found.decision, Stop)
        assert seen.over.selected == found.decision.selected
        return
    if isinstance(found.decision, Enrol):
        assert found.decision.dose_level == seen.cohort.dose
        assert found.decision.slots == seen.cohort.size - len(pending)
    else:
        assert isinstance(found.decision, Wait)
        assert seen.cohort.size == len(pending)
    for item in seen.nexts:
        results = [True] * item.dlts + [False] * (item.treated - item.dlts)
        if item.treated < seen.cohort.size:
            results = results[item.dlts :] + results[: item.dlts]  # a cohort is broken off at a DLT
        after = [*people]
        for place in pending:
            after[place] = (*after[place][:2], results.pop(0) if results else None)
        after += [(seen.cohort.dose, 99, dlt) for dlt in results]
        decision = design.decide(known(*after))
        if isinstance(item.action, Finish):
            assert isinstance(decision, Stop), (item, decision)
            assert decision.selected == item.action.selected
        else:
            assert isinstance(decision, Enrol), (item, decision)
            assert (decision.dose_level, decision.slots) == (item.action.dose, item.action.size)


@pytest.mark.parametrize("name", NAMES)
def test_how_it_can_end_from_here_is_the_mixture_over_the_next_results(name):
    rule = rules.make(name, 3)
    design = CountingDesign(rule, LEVELS, 28)
    people = grown(design, [False] * 4)
    people[-1] = (*people[-1][:2], None)
    truth = [0.1, 0.3, 0.5]
    seen = live(design, known(*people)).examination
    whole = exact.compile(rule, start=seen.counts, opening=seen.cohort).evaluate(truth)
    mixed = 0
    for item, chance in zip(seen.nexts, seen.chances(truth), strict=True):
        n, y = list(seen.counts.n), list(seen.counts.y)
        n[seen.cohort.dose - 1] += item.treated
        y[seen.cohort.dose - 1] += item.dlts
        if isinstance(item.action, Finish):
            part = [float(level == item.action.selected) for level in range(4)]
        else:
            start = Counts(seen.cohort.dose, tuple(n), tuple(y), item.action.memory)
            part = exact.compile(rule, start=start, opening=item.action).evaluate(truth).selection
        mixed = mixed + chance * np.asarray(part)
    assert whole.selection == pytest.approx(mixed, abs=1e-12)


def test_those_treated_against_the_rule():
    """Three at level 3 where the rule had opened at level 1: it is asked when they are known. Two awaited at different
    levels cannot be put in one table."""
    design = CountingDesign(rules.make(NAMES[4], 3), LEVELS, 28)
    alone = live(design, known(*[(3, 1, None)] * 3))
    assert [(item.dlts, item.action.dose) for item in alone.examination.nexts] == [(0, 3), (1, 3), (2, 2), (3, 2)]
    two = live(design, known((3, 1, None), (2, 1, None)))
    assert two.examination is None
    assert "several levels" in two.why_not
    lost = live(design, known((0, 1, None)))
    assert "not recorded" in live(CountingDesign(design.rule, ("a", "b", "c"), 28), known((9, 1, None))).why_not
    assert lost.awaited[0].level == 1  # the arm says it


def test_around_the_rule():
    inner = CountingDesign(rules.make(NAMES[0], 3), LEVELS, 28)
    people = [(1, 1, None)]
    paused = live(StaggeredDesign(inner, 2, 7, 28), known(*people, day=3))
    assert isinstance(paused.decision, Wait)
    assert paused.examination.nexts == live(inner, known(*people, day=3)).examination.nexts
    assert "may let participants enter later" in paused.notes[0]
    parts = SelectThenCompareDesign(
        CountingDesign(inner.rule, ("a", "b", "c"), 28), ParallelDesign(("arm-1", "arm-9"), (1, 1), (5, 5))
    )
    second = live(parts, known((1, 1, None)))
    assert second.awaited == ()
    assert second.examination.cohort == inner.rule.first()
    by_time = build(escalation(), "rolling six")
    assert live(by_time, known(*people)).examination is None
    assert live(by_time, known(*people)).decision == by_time.decide(known(*people))
    with pytest.raises(UsageError, match="DES-128"):
        live(build(parallel()), known(*people))


def test_only_what_was_known_on_the_day_counts():
    facts = [fact for i in range(3) for fact in deciding_rows(i, 1, 1, i == 2)]
    design = CountingDesign(rules.make(NAMES[0], 3), LEVELS, 28)
    assert len(live(design, state_of(facts, 27)).awaited) == 3
    assert len(live(design, state_of(facts, 39)).awaited) == 1
    assert live(design, state_of(facts, 48)).counted == ((3, 1), (0, 0), (0, 0))
    assert isinstance(live(design, state_of(facts, 48)).examination.cohort, Treat)
