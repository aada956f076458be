"""The A+B family's answers for many states at once, in numpy: what the exact engine asks at each step."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trialwright.design.a_plus_b.three_plus_three import APlusB, Verdict
from trialwright.design.graph import Actions, Interned, States

if TYPE_CHECKING:
    Ints = NDArray[np.int64]

_CODES = tuple(Verdict)
_PASSES, _TOXIC = _CODES.index(Verdict.PASSES), _CODES.index(Verdict.TOXIC)
_OPEN = (_CODES.index(Verdict.INCOMPLETE), _CODES.index(Verdict.EXPAND))


@lru_cache(maxsize=64)
def _verdicts(rule: APlusB, most: int) -> NDArray[np.int8]:
    """The number of the verdict on y DLTs among n, at place [n, y]."""
    found = np.zeros((most + 1, most + 1), dtype=np.int8)
    for n in range(most + 1):
        for y in range(n + 1):
            found[n, y] = _CODES.index(rule.verdict(n, y))
    return found


def next_many(rule: APlusB, states: States, memories: Interned, categories: Interned) -> Actions:
    """The same as `rule.next` in each state; a test compares them in all."""
    count, levels = len(states), rule.levels
    place = np.arange(count)
    verdict = _verdicts(rule, max(int(states.n.max()), rule.full))[states.n, states.y]
    here = np.clip(states.dose, 1, levels)
    is_toxic = verdict == _TOXIC
    toxic = np.where(is_toxic.any(axis=1), is_toxic.argmax(axis=1) + 1, levels + 1)
    gone = toxic <= here
    # an unsettled level below the current one comes first; else upward over the levels that are tolerated
    unsettled = np.isin(verdict, _OPEN) & (np.arange(1, levels + 1) < here[:, None])
    back = unsettled.any(axis=1)
    level = np.where(back, unsettled.argmax(axis=1) + 1, here)
    for _ in range(levels - 1):
        climbs = ~back & ~gone & (level < toxic - 1) & (verdict[place, level - 1] == _PASSES)
        level = level + climbs
    level = np.where(gone, toxic - 1, level)
    at = np.maximum(level, 1) - 1
    n, y = states.n[place, at].astype(np.int64), states.y[place, at].astype(np.int64)
    settled = ~gone & ~back & (verdict[place, at] == _PASSES)
    top = toxic > levels
    more = np.where(top, rule.six_at_mtd, rule.de_escalate) & (n < rule.full) & (level >= 1)
    finish = (settled | gone) & ~more
    size = np.where(n < rule.cohort, rule.cohort - n, rule.full - n)
    size = np.where(settled | (gone & (n > 0)), rule.full - n, size)
    return Actions(
        finish=finish,
        dose=at + 1,
        size=size,
        stop_at=_stop_at(rule, n, y, size),
        memory=np.full(count, memories.number(None), dtype=np.int64),
        selected=np.where(gone, _tolerated_below(verdict, toxic), level),
        completed=settled & top,
        category=_category(finish, settled & top, toxic, level, categories),
    )


def _stop_at(rule: APlusB, n: Ints, y: Ints, size: Ints) -> Ints:
    """At how many DLTs within it the cohort is broken off; 0 = it is completed."""
    if not rule.stop_at_second_dlt:
        return np.zeros(len(n), dtype=np.int64)
    limit = np.where(n + size > rule.cohort, rule.tolerate, rule.expand_to) + 1 - y
    return np.where(limit <= size, limit, 0)


def _tolerated_below(verdict: NDArray[np.int8], toxic: Ints) -> Ints:
    """The highest tolerated level below the toxic one, 0 = none."""
    levels = np.arange(1, verdict.shape[1] + 1)
    passes = (verdict == _PASSES) & (levels < toxic[:, None])
    return np.asarray((passes * levels).max(axis=1), dtype=np.int64)


def _category(
    finish: NDArray[np.bool_], whole: NDArray[np.bool_], toxic: Ints, level: Ints, categories: Interned
) -> Ints:
    found = np.zeros(len(toxic), dtype=np.int64)
    for number in np.unique(level[finish & whole]):
        found[finish & whole & (level == number)] = categories.number(f"level {number}, the highest, tolerated")
    for number in np.unique(toxic[finish & ~whole]):
        found[finish & ~whole & (toxic == number)] = categories.number(f"level {number} too toxic")
    return found
