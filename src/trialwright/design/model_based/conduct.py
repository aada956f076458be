"""The conduct of a model-based escalation: from what a model thinks of each level to the next action.

A model scores every level (higher is better, minus infinity: not eligible). What a trial may do with the scores is the
same for all models and stands here: where it starts, how far it may go up, when it ends and what may then be selected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.design.graph import Actions, Counted, Interned, States
from trialwright.design.rule import Action, Counts, Finish, Treat
from trialwright.design.words import people

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOXIC = "level 1 too toxic"
FULL = "the maximum sample size is reached"
ENOUGH = "enough participants at one level"


def short(value: float) -> str:
    """The shortest text that reads as this number.

    >>> short(0.30), short(4e7), short(1 / 3)
    ('0.3', '4e+07', '0.3333333333333333')
    """
    text = f"{value:g}"
    return text if float(text) == value else repr(float(value))


@dataclass(frozen=True, slots=True)
class Plan:
    """How the trial is conducted.

    `levels`: number of dose levels; `cohort`: participants in a cohort; `most`: the maximum sample size; `start`: the
    first level; `skip`: whether levels may be skipped on the way up; `coherent`: nobody goes up right after a cohort
    with a DLT (Cheung 2005, doi 10.1093/biomet/92.4.863); `enough`: the trial ends once so many are treated at a level
    and the decision is to stay there; `untried`: whether a level can be selected at which nobody was treated; `reach`:
    the highest level that may follow each level, None: no such limit.

    Raises UsageError DES-204 if the numbers do not fit together.
    """

    levels: int
    cohort: int = 3
    most: int = 30
    start: int = 1
    skip: bool = False
    coherent: bool = True
    enough: int | None = None
    untried: bool = True
    reach: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        sound = self.levels >= 1 and 1 <= self.cohort <= self.most <= 1000 and 1 <= self.start <= self.levels
        sound = sound and (self.enough is None or self.enough >= 1)
        if self.reach is not None:
            own = range(1, self.levels + 1)
            sound = (
                sound and len(self.reach) == self.levels and all(k <= j for k, j in zip(own, self.reach, strict=True))
            )
        if not sound:
            raise UsageError(
                "DES-204",
                f"{self.levels} levels, cohorts of {self.cohort}, at most {self.most} participants, first level "
                f"{self.start}"
                + ("" if self.enough is None else f", enough at {self.enough}")
                + ("" if self.reach is None else ", reach " + "/".join(map(str, self.reach))),
                expected="1 level or more, a cohort of 1 or more, a maximum from the cohort size to 1,000, a first "
                "level that exists, and for each level a reach that includes it",
                mend="correct the number that does not fit",
            )

    @property
    def words(self) -> list[str]:
        """What the name of a rule says of its conduct: sizes always, the rest where it is unusual."""
        parts = [f"cohorts of {self.cohort}", f"at most {self.most}"]
        if self.start != 1:
            parts.append(f"start at level {self.start}")
        if self.skip:
            parts.append("levels may be skipped")
        if not self.coherent:
            parts.append("up also after a DLT")
        if self.enough is not None:
            parts.append(f"enough at {self.enough}")
        if self.reach is not None:
            parts.append("reach " + "/".join(map(str, self.reach)))
        return parts


class Advisor(Protocol):
    """What a model has to say."""

    def scores(self, n: Counted, y: Counted) -> Floats:
        """How good each level is by the data, from counts of shape (S, J): higher is better, minus infinity: not
        eligible. No eligible level at all ends the trial."""
        ...

    def opinion(self, n: Sequence[int], y: Sequence[int], level: int) -> str:
        """In words why the model recommends this level by these counts, or, of level 0, why it recommends none."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Moves:
    """What follows in each of S states; arrays of shape (S,)."""

    wanted: Ints  # the level that the model alone would treat at next, 0 = none
    to: Ints
    selected: Ints
    toxic: NDArray[np.bool_]
    full: NDArray[np.bool_]
    enough: NDArray[np.bool_]
    held: NDArray[np.bool_]  # not higher because of a DLT in the last cohort


def first(plan: Plan) -> Treat:
    """The action that opens the trial."""
    reason = f"the trial opens with {plan.cohort} at level {plan.start}"
    return Treat(plan.start, plan.cohort, reason, memory=(0,) if plan.coherent else None)


@lru_cache(maxsize=1 << 14)
def next_action(plan: Plan, advisor: Advisor, counts: Counts) -> Action:
    """The action after these counts; kept, for a live trial is followed from its opening each time.

    With `coherent` the memory holds the number of DLTs before the last cohort; where it is missing, any DLT at the
    current level counts as one in the last cohort.
    """
    treated, dlts = sum(counts.n), sum(counts.y)
    if treated == 0:
        return first(plan)
    n, y = np.array([counts.n], dtype=np.int16), np.array([counts.y], dtype=np.int16)
    here = min(max(counts.dose, 1), plan.levels)
    before = counts.memory[0] if counts.memory else dlts - counts.y[here - 1]
    moves = _moves(plan, advisor.scores(n, y), n, np.array([here]), np.array([dlts > before]))
    wanted, to, selected = int(moves.wanted[0]), int(moves.to[0]), int(moves.selected[0])
    if moves.toxic[0]:
        return Finish(0, f"{advisor.opinion(counts.n, counts.y, 0)}; no level is selected", False, TOXIC)
    found = f"{counts.y[here - 1]} of {counts.n[here - 1]} had a DLT at level {here}"
    if moves.full[0] or moves.enough[0]:
        why = f"{found}; {treated} participants are treated, the maximum"
        if not moves.full[0]:
            why = f"{found}; {counts.n[here - 1]} at level {here} are enough, and the decision is to stay"
        category = FULL if moves.full[0] else ENOUGH
        if selected == 0:
            return Finish(0, f"{why}; nobody was treated at an eligible level, so none is selected", False, category)
        seen = "" if counts.n[selected - 1] else ", where nobody was treated"
        opinion = advisor.opinion(counts.n, counts.y, selected)
        return Finish(selected, f"{why}; {opinion}: level {selected} is selected{seen}", True, category)
    size = min(plan.cohort, plan.most - treated)
    move = _move(here, to, wanted, bool(moves.held[0]), counts.memory is not None)
    reason = f"{found}; {advisor.opinion(counts.n, counts.y, wanted)}: {move}, {people(size)}"
    return Treat(to, size, reason, memory=(dlts,) if plan.coherent else None)


def next_many(plan: Plan, advisor: Advisor, states: States, memories: Interned, categories: Interned) -> Actions:
    """The actions in many states at once: the same as `next_action` in each of them."""
    rows, where = _distinct(states.n, states.y)
    scores = advisor.scores(states.n[rows], states.y[rows])[where]
    here = np.clip(states.dose, 1, plan.levels)
    treated, dlts = states.n.sum(axis=1, dtype=np.int64), states.y.sum(axis=1, dtype=np.int64)
    remembered = np.array([value[0] if isinstance(value, tuple) and value else -1 for value in memories.values])
    before = remembered[states.memory]
    at_here = states.y[np.arange(len(states)), here - 1]
    before = np.where(before >= 0, before, dlts - at_here)
    moves = _moves(plan, scores, states.n, here, dlts > before)
    memory = np.full(len(states), memories.number(None) if not plan.coherent else 0, dtype=np.int64)
    if plan.coherent:
        for total in np.unique(dlts).tolist():
            memory[dlts == total] = memories.number((total,))
    finish = moves.toxic | moves.full | moves.enough
    category = np.zeros(len(states), dtype=np.int64)
    enough, full = moves.enough & ~moves.full, moves.full & ~moves.toxic
    for rows_, words in ((enough & ~moves.toxic, ENOUGH), (full, FULL), (moves.toxic, TOXIC)):
        if rows_.any():
            category[rows_] = categories.number(words)
    opening = treated == 0
    return Actions(
        finish=finish & ~opening,
        dose=np.where(opening, plan.start, moves.to),
        size=np.minimum(plan.cohort, plan.most - treated),
        stop_at=np.zeros(len(states), dtype=np.int64),
        memory=memory,
        selected=moves.selected,
        completed=moves.selected > 0,
        category=category,
    )


def _moves(plan: Plan, scores: Floats, n: Counted, here: Ints, dlt: NDArray[np.bool_]) -> _Moves:
    """`here`: the current level; `dlt`: whether there was a DLT in the last cohort."""
    levels = np.arange(1, plan.levels + 1)
    eligible = np.isfinite(scores)
    toxic = np.logical_not(eligible.any(axis=1))
    wanted = np.where(toxic, 0, scores.argmax(axis=1) + 1)
    limit = np.full(len(here), plan.levels) if plan.skip else np.minimum(here + 1, plan.levels)
    if plan.reach is not None:
        limit = np.minimum(limit, np.array(plan.reach)[here - 1])
    held = dlt & (wanted > here) if plan.coherent else np.zeros(len(here), dtype=bool)
    limit = np.where(held, here, limit)
    to = _best(scores, levels <= limit[:, None])
    full = n.sum(axis=1, dtype=np.int64) >= plan.most
    enough = np.zeros(len(here), dtype=bool)
    if plan.enough is not None:
        enough = (wanted == here) & (n[np.arange(len(here)), here - 1] >= plan.enough)
    selected = np.where(toxic, 0, wanted if plan.untried else _best(scores, n > 0))
    return _Moves(wanted, to, selected, toxic, full & ~toxic, enough & ~toxic & ~full, held)


def _best(scores: Floats, may: NDArray[np.bool_]) -> Ints:
    """The best of the eligible levels that may be chosen, shape (S,), 0 = none."""
    among = np.where(may, scores, -np.inf)
    best: Ints = np.where(np.isfinite(among).any(axis=1), among.argmax(axis=1) + 1, 0)
    return best


def _distinct(n: Counted, y: Counted) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of the distinct rows of counts, and for each row which of them it is."""
    both = np.ascontiguousarray(np.hstack((n, y)))
    keys = both.view(np.dtype((np.void, both.dtype.itemsize * both.shape[1]))).ravel()
    _, rows, where = np.unique(keys, return_index=True, return_inverse=True)
    return rows, where


def _move(here: int, to: int, wanted: int, held: bool, known: bool) -> str:
    if to > here:
        short = ", no further at once" if to < wanted else ""
        return f"go up to level {to}{short}"
    if to < here:
        return f"go down to level {to}"
    if held:
        why = "" if known else ", and it is not known whether the last cohort had one"
        return f"stay at level {here}, not up right after a DLT{why}"
    if wanted > here:
        return f"stay at level {here}, the next level is too far"
    return f"stay at level {here}"
