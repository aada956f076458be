"""From a live state: which results of the next cohort lead to which decision, and how the trial can end from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.core.errors import UsageError
from trialwright.design.graph import check_action, outcomes
from trialwright.design.rule import Action, CountingRule, Counts, Finish, Treat


@dataclass(frozen=True, slots=True)
class Next:
    """One result of the cohort: of `treated` participants `dlts` had a DLT; then the rule answers `action`.
    `courses`: in how many orders of single outcomes it can come about."""

    treated: int
    dlts: int
    courses: int
    action: Action

    def chance(self, rate: float) -> float:
        """Its probability where the true DLT rate of the level is `rate`, a proportion."""
        return float(self.courses * rate**self.dlts * (1 - rate) ** (self.treated - self.dlts))


@dataclass(frozen=True, slots=True)
class Examination:
    """A live state. `counts`: participants and DLTs whose outcome is known, at the start of the cohort; `cohort`: the
    cohort that is under way or comes next, None where the trial is over; `under_way`: it has begun; `over`: how the
    trial ended, where it has; `nexts`: what each result of the cohort leads to, by rising numbers of DLTs."""

    rule: str
    counts: Counts
    cohort: Treat | None
    under_way: bool
    over: Finish | None
    nexts: tuple[Next, ...]

    def chances(self, truth: tuple[float, ...] | list[float]) -> tuple[float, ...]:
        """The probability of each of `nexts` at these true DLT rates, one for each level."""
        if self.cohort is None:
            return ()
        return tuple(item.chance(truth[self.cohort.dose - 1]) for item in self.nexts)


def examine(rule: CountingRule, counts: Counts | None = None, pending: int = 0) -> Examination:
    """What the rule says in this state, and what it will say after each result of the next cohort.

    `counts`: everyone whose outcome is known, the current level and the rule's memory; None: nobody has been treated.
    `pending`: participants treated at the current level whose outcome is not known yet; the rule is asked when they all
    are, and `nexts` are their results.

    Raises UsageError DES-120 (the counts do not fit the rule).

    >>> from trialwright.design import rules
    >>> seen = examine(rules.make("3+3: stop at two", 3), Counts(1, (3, 0, 0), (1, 0, 0)))
    >>> [(item.dlts, item.action.dose if isinstance(item.action, Treat) else "stop") for item in seen.nexts]
    [(0, 2), (1, 'stop'), (2, 'stop'), (3, 'stop')]
    """
    counts = _checked(rule, counts, pending)
    if pending:
        action: Action = Treat(counts.dose, pending, f"{pending} at level {counts.dose}", memory=counts.memory)
    else:
        action = rule.first() if sum(counts.n) == 0 else rule.next(counts)
        check_action(rule, action, counts)
    return answers(rule, counts, action, pending > 0)


def answers(rule: CountingRule, counts: Counts, action: Action, under_way: bool) -> Examination:
    """What each result of the cohort `action` leads to from these counts; `under_way`: part of it is in the counts, and
    the action's size is the number of outcomes that are still to come."""
    if isinstance(action, Finish):
        return Examination(rule.name, counts, None, False, action, ())
    found = [
        Next(treated, dlts, courses, rule.next(_after(counts, action, treated, dlts)))
        for treated, dlts, courses in outcomes(action.size, action.stop_at)
    ]
    found.sort(key=lambda item: (item.dlts, item.treated))
    return Examination(rule.name, counts, action, under_way, None, tuple(found))


@dataclass(frozen=True, slots=True)
class Step:
    """One cohort of a trial beside what a rule would have done. `counts`: before it; `wanted`: the rule's action there;
    `level`, `treated`, `dlts`: what was done and seen; `followed`: the rule wanted this level."""

    counts: Counts
    wanted: Action
    level: int
    treated: int
    dlts: int
    followed: bool


def retrace(
    rule: CountingRule, cohorts: Sequence[tuple[int, int, int]], *, to_the_end: bool = True
) -> tuple[tuple[Step, ...], Action]:
    """What a rule would have said before each cohort of a trial, and after the last: the same patients, another design.

    `cohorts`: (level, participants, DLTs) in the order of treatment. Once a cohort was treated elsewhere than the rule
    wanted, it answers for the counts as they became; nothing is said of patients who were never treated at its level.
    `to_the_end`: go on asking after the rule has ended its trial; False: its `Finish` is the last answer, and there are
    fewer steps than cohorts.

    Raises UsageError DES-120 (a cohort that does not fit the rule).

    >>> from trialwright.design import rules
    >>> steps, after = retrace(rules.make("BOIN: target 0.3, at most 12", 3), [(1, 3, 0), (2, 3, 1), (3, 3, 0)])
    >>> [step.followed for step in steps], after.dose
    ([True, True, False], 3)
    """
    counts = _checked(rule, None, 0)
    opening = rule.first()
    action: Action = opening
    memory = opening.memory
    steps = []
    for level, treated, dlts in cohorts:
        if isinstance(action, Finish) and not to_the_end:
            break
        if not (1 <= level <= rule.levels and treated >= 1 and 0 <= dlts <= treated):
            raise UsageError(
                "DES-120",
                f"a cohort of {treated} at level {level} with {dlts} DLTs",
                expected=f"a level from 1 to {rule.levels}, 1 participant or more, no more DLTs than participants",
            )
        followed = isinstance(action, Treat) and action.dose == level
        steps.append(Step(counts, action, level, treated, dlts, followed))
        counts = _after(counts, Treat(level, treated, "", memory=memory), treated, dlts)
        action = rule.next(counts)
        memory = action.memory if isinstance(action, Treat) else memory
    return tuple(steps), action


def _after(counts: Counts, action: Treat, treated: int, dlts: int) -> Counts:
    n, y = list(counts.n), list(counts.y)
    n[action.dose - 1] += treated
    y[action.dose - 1] += dlts
    return Counts(action.dose, tuple(n), tuple(y), action.memory)


def _checked(rule: CountingRule, counts: Counts | None, pending: int) -> Counts:
    levels = rule.levels
    if counts is None:
        nobody = (0,) * levels
        counts = Counts(rule.first().dose, nobody, nobody)
    fits = len(counts.n) == len(counts.y) == levels and 1 <= counts.dose <= levels and pending >= 0
    if not fits or not all(0 <= y <= n for n, y in zip(counts.n, counts.y, strict=True)):
        raise UsageError(
            "DES-120",
            f"{counts.n} participants and {counts.y} DLTs with level {counts.dose} the current one, {pending} pending",
            expected=f"{levels} numbers of participants, as many of DLTs and none larger, a level from 1 to {levels}",
            mend="give a number for each level, 0 where nobody was treated",
        )
    return counts


__all__ = ["Examination", "Next", "Step", "answers", "examine", "retrace"]
