"""An interval design's answers for many states at once, in numpy: what the exact engine asks at each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trialwright.design.graph import Actions, Interned, States
from trialwright.design.interval.isotonic import nearest
from trialwright.design.interval.rule import ENOUGH, FULL, TITRATING, TOXIC

if TYPE_CHECKING:
    from trialwright.design.interval.rule import IntervalRule


def next_many(rule: IntervalRule, states: States, memories: Interned, categories: Interned) -> Actions:
    """The same as `rule.next` in each state; a test compares them in all."""
    n, y = states.n, states.y
    limits = rule.boundaries(int(n.max()))
    top = np.full(len(states), rule.levels, dtype=np.int64)
    for level in range(rule.levels, 0, -1):
        top[y[:, level - 1] >= limits.out[n[:, level - 1]]] = level - 1
    toxic = top == 0
    if rule.extra_safety is not None:
        toxic |= y[:, 0] >= rule.decisions.excess(max(int(n.max()), 1), rule.safety_cutoff)[n[:, 0]]
    treated = n.sum(axis=1, dtype=np.int64)
    here = np.clip(states.dose, 1, rule.levels)
    at = here - 1, np.arange(len(states))
    here_n, here_y = n.T[at].astype(np.int64), y.T[at].astype(np.int64)
    move = (here_y <= limits.up[here_n]).astype(np.int64) - (here_y >= limits.down[here_n])
    size = np.full(len(states), rule.cohort, dtype=np.int64)
    lacking = here_n < rule.cohort
    move[lacking] = 0
    size[lacking] -= here_n[lacking]
    over = here > top
    to = np.where(over, top, np.clip(here + move, 1, np.maximum(top, 1)))
    size[over] = rule.cohort
    full = treated >= rule.most
    enough = np.zeros(len(states), dtype=bool)
    if rule.enough is not None:
        enough = (here_n >= rule.enough) & (to == here) & ~lacking
    memory = np.full(len(states), memories.number(None), dtype=np.int64)
    if rule.titration:
        known = np.array([value == TITRATING for value in memories.values])
        on = known[states.memory] & (here_n == 1) & (here < top) & ~y.any(axis=1)
        to[on] = here[on] + 1
        size[on] = 1
        memory[on] = memories.number(TITRATING)
    selected, category = _endings(rule, states, top, toxic, full, enough, categories)
    return Actions(
        finish=toxic | full | enough,
        dose=to,
        size=np.minimum(size, rule.most - treated),
        stop_at=np.zeros(len(states), dtype=np.int64),
        memory=memory,
        selected=selected,
        completed=selected > 0,
        category=category,
    )


def _endings(
    rule: IntervalRule,
    states: States,
    top: NDArray[np.int64],
    toxic: NDArray[np.bool_],
    full: NDArray[np.bool_],
    enough: NDArray[np.bool_],
    categories: Interned,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What is selected where the trial ends, and why it ends."""
    selected = np.zeros(len(states), dtype=np.int64)
    choose = np.flatnonzero((full | enough) & ~toxic)
    if len(choose):
        selected[choose] = nearest(states.n[choose], states.y[choose], rule.target, top[choose])
    category = np.zeros(len(states), dtype=np.int64)
    for where, words in ((enough & ~full & ~toxic, ENOUGH), (full & ~toxic, FULL), (toxic, TOXIC)):
        if where.any():
            category[where] = categories.number(words)
    return selected, category
