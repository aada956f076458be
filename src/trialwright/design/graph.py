"""The state graph of a counting rule: every way in which it can end, and the number of paths that lead there.

Paths that reach the same state (current level, participants and DLTs per level, memory) are merged as they are
found, in order of the number of participants treated. Nothing here knows a probability.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import comb
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import StageError
from trialwright.design.rule import Action, CountingRule, Counts, Finish, Treat

Ints = NDArray[np.int64]
Counted = NDArray[np.int16]
Floats = NDArray[np.float64]

# odd multipliers of a fixed stream: states are merged by hash, and equal hashes are checked to be equal states
_MULTIPLIERS = np.random.Generator(np.random.Philox(key=20010203)).integers(
    1, 2**63 - 1, size=512, dtype=np.uint64
) | np.uint64(1)


@dataclass(slots=True)
class Interned:
    """Values by number, in order of first appearance: states carry the number."""

    values: list[object] = field(default_factory=list)
    numbers: dict[object, int] = field(default_factory=dict)

    def number(self, value: object) -> int:
        """The number of this value; a new one if it has not been seen."""
        found = self.numbers.get(value)
        if found is None:
            found = self.numbers[value] = len(self.values)
            self.values.append(value)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """Merged states with one number of participants in all. S states, J levels.

    `dose`, `memory`: shape (S,), the current level (1 = lowest) and the number of the memory; `n`, `y`: shape
    (S, J), participants and DLTs; `weight`: how many sequences of single outcomes lead here (DLT or not, one
    participant after another); `paths`: how many sequences of cohort results lead here.
    """

    dose: Ints
    memory: Ints
    n: Counted
    y: Counted
    weight: Floats
    paths: Floats

    def __len__(self) -> int:
        return len(self.dose)

    def take(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> States:
        """The states at these places."""
        return States(
            self.dose[index], self.memory[index], self.n[index], self.y[index], self.weight[index], self.paths[index]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Actions:
    """The actions in S states as arrays of shape (S,). Where `finish`: `selected`, `completed`, `category` (number of
    the interned text) count; elsewhere `dose`, `size`, `stop_at` (0 = the cohort is completed) and `memory`."""

    finish: NDArray[np.bool_]
    dose: Ints
    size: Ints
    stop_at: Ints
    memory: Ints
    selected: Ints
    completed: NDArray[np.bool_]
    category: Ints


@runtime_checkable
class BatchRule(Protocol):
    """A counting rule that can also answer for many states at once; the engine then asks it once per step."""

    def next_many(self, states: States, memories: Interned, categories: Interned) -> Actions:
        """The actions in these states; the same as `next` in each of them."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Endings:
    """Every way in which a rule can end. T endings, J levels.

    `n`, `y`: shape (T, J), participants and DLTs at the end, those before a live start included; `selected`: (T,),
    0 = none; `completed`: (T,); `category`: (T,), index into `categories`; `weight`, `paths`: (T,) as in `States`.
    `live`: number of merged states in which the trial goes on. `start_n`, `start_y`: (J,), the counts at the start.
    """

    n: Counted
    y: Counted
    selected: Ints
    completed: NDArray[np.bool_]
    category: Ints
    categories: tuple[str, ...]
    weight: Floats
    paths: Floats
    live: int
    start_n: Counted
    start_y: Counted


def outcomes(size: int, stop_at: int | None) -> list[tuple[int, int, int]]:
    """What a cohort can show: (participants treated, DLTs, number of orders in which that can come about).

    With `stop_at` = k the cohort is broken off at its k-th DLT, so the last outcome of a broken cohort is a DLT.

    >>> outcomes(3, None)
    [(3, 0, 1), (3, 1, 3), (3, 2, 3), (3, 3, 1)]
    >>> outcomes(3, 2)
    [(3, 0, 1), (3, 1, 3), (2, 2, 1), (3, 2, 2)]
    """
    if stop_at is None or stop_at > size:
        return [(size, dlts, comb(size, dlts)) for dlts in range(size + 1)]
    whole = [(size, dlts, comb(size, dlts)) for dlts in range(stop_at)]
    return whole + [(treated, stop_at, comb(treated - 1, stop_at - 1)) for treated in range(stop_at, size + 1)]


def check_action(rule: CountingRule, action: Action, counts: Counts | None) -> None:
    """Raises StageError DES-003 if the action is not one that a trial with these levels can take."""
    if isinstance(action, Treat):
        good = 1 <= action.dose <= rule.levels and action.size >= 1 and (action.stop_at is None or action.stop_at >= 1)
    else:
        good = 0 <= action.selected <= rule.levels
    if not good:
        raise StageError(
            "DES-003",
            f"the rule {rule.name!r} answered {action} in state {counts or 'at the start'}",
            expected=f"a level from 1 to {rule.levels} (0 for none selected) and a cohort of 1 or more",
            mend="correct the rule; every other rule of the list is checked by the tests",
        )


def walk(
    rule: CountingRule, start: Counts | None, max_states: int, max_participants: int, under_way: Treat | None = None
) -> Endings:
    """Follow the rule from its opening, or from the counts of a live trial, to all of its endings.

    `under_way`: the cohort that is being treated at the start; the rule is asked when it is complete."""
    memories, categories = Interned(), Interned()
    begin, opening = _beginning(rule, start, memories)
    if under_way is not None:
        check_action(rule, under_way, start)
        opening = _as_arrays([under_way], memories, Interned())
    pending: dict[int, list[States]] = {}
    ended: list[tuple[States, Actions]] = []
    widths: list[tuple[int, int]] = []
    live = 0
    if opening is not None:
        live = 1
        _expand(begin, opening, int(begin.n.sum()), pending)
    else:
        pending[int(begin.n.sum())] = [begin]
    while pending:
        treated = min(pending)
        states = merge(pending.pop(treated))
        actions = ask(rule, states, memories, categories)
        goes_on = ~actions.finish
        count = int(goes_on.sum())
        if count < len(states):
            ended.append((states.take(actions.finish), _actions_at(actions, actions.finish)))
        if count:
            live += count
            widths.append((treated, count))
            _refuse_if_too_large(rule, live, widths, max_states, max_participants)
            _expand(states.take(goes_on), _actions_at(actions, goes_on), treated, pending)
    return _gather(ended, categories, live, begin)


def _beginning(rule: CountingRule, start: Counts | None, memories: Interned) -> tuple[States, Actions | None]:
    levels = rule.levels
    one = np.ones(1)
    if start is None:
        action = rule.first()
        check_action(rule, action, None)
        zero = np.zeros((1, levels), dtype=np.int16)
        states = States(np.array([action.dose]), np.array([memories.number(None)]), zero, zero.copy(), one, one)
        return states, _as_arrays([action], memories, Interned())
    if (
        len(start.n) != levels
        or len(start.y) != levels
        or any(y > n or y < 0 for n, y in zip(start.n, start.y, strict=True))
    ):
        raise StageError(
            "DES-004",
            f"the counts {start} do not fit the rule {rule.name!r}",
            expected=f"{levels} numbers of participants and as many of DLTs, 0 <= DLTs <= participants",
        )
    return States(
        np.array([start.dose]),
        np.array([memories.number(start.memory)]),
        np.array([start.n], dtype=np.int16),
        np.array([start.y], dtype=np.int16),
        one,
        one,
    ), None


def ask(rule: CountingRule, states: States, memories: Interned, categories: Interned) -> Actions:
    """The rule's actions in these states, asked at once where the rule can, else one by one."""
    if isinstance(rule, BatchRule):
        return rule.next_many(states, memories, categories)
    answers: list[Action] = []
    rows = zip(states.dose.tolist(), states.n.tolist(), states.y.tolist(), states.memory.tolist(), strict=True)
    for dose, n, y, memory in rows:
        counts = Counts(dose, tuple(n), tuple(y), memories.values[memory])
        action = rule.next(counts)
        check_action(rule, action, counts)
        answers.append(action)
    return _as_arrays(answers, memories, categories)


def _as_arrays(answers: list[Action], memories: Interned, categories: Interned) -> Actions:
    rows = np.zeros((len(answers), 7), dtype=np.int64)
    for i, action in enumerate(answers):
        match action:
            case Treat(dose, size, _, stop_at, memory):
                early = stop_at if stop_at is not None and stop_at <= size else 0
                rows[i, :4] = dose, size, early, memories.number(memory)
            case Finish(selected, reason, completed, category):
                rows[i, 4:] = selected, completed, 1 + categories.number(category or reason)
    columns = rows.T
    ends = columns[6] > 0
    return Actions(ends, columns[0], columns[1], columns[2], columns[3], columns[4], columns[5] > 0, columns[6] - 1)


def _actions_at(actions: Actions, index: NDArray[np.bool_]) -> Actions:
    return Actions(
        actions.finish[index],
        actions.dose[index],
        actions.size[index],
        actions.stop_at[index],
        actions.memory[index],
        actions.selected[index],
        actions.completed[index],
        actions.category[index],
    )


def _expand(states: States, actions: Actions, treated: int, pending: dict[int, list[States]]) -> None:
    """Put every state that one more cohort can lead to on the list of its number of participants."""
    kinds = actions.size * 4096 + actions.stop_at
    for kind in np.unique(kinds):
        group = np.flatnonzero(kinds == kind)
        size, stop_at = divmod(int(kind), 4096)
        at, dose, memory = np.arange(len(group)), actions.dose[group], actions.memory[group]
        for more, dlts, orders in outcomes(size, stop_at or None):
            n, y = states.n[group], states.y[group]
            n[at, dose - 1] += more
            y[at, dose - 1] += dlts
            child = States(dose, memory, n, y, states.weight[group] * orders, states.paths[group])
            pending.setdefault(treated + more, []).append(child)


def merge(blocks: list[States]) -> States:
    """The states of several blocks, equal ones merged: their weights are added."""
    dose, memory = (np.concatenate([getattr(b, name) for b in blocks]) for name in ("dose", "memory"))
    n, y = (np.concatenate([getattr(b, name) for b in blocks]) for name in ("n", "y"))
    weight, paths = (np.concatenate([getattr(b, name) for b in blocks]) for name in ("weight", "paths"))
    if len(dose) == 1:
        return States(dose, memory, n, y, weight, paths)
    keys = dose.astype(np.uint64) * _MULTIPLIERS[0] + memory.astype(np.uint64) * _MULTIPLIERS[1]
    keys += n.astype(np.uint64) @ _MULTIPLIERS[2 : 2 + n.shape[1]]
    keys += y.astype(np.uint64) @ _MULTIPLIERS[256 : 256 + n.shape[1]]
    order = np.argsort(keys, kind="stable")
    new = np.ones(len(order), dtype=bool)
    new[1:] = _differs(order, dose, memory, n, y)
    sorted_keys = keys[order]
    if not np.array_equal(sorted_keys[1:] != sorted_keys[:-1], new[1:]):  # two states, one hash: sort by the states
        order = np.lexsort(np.column_stack((dose, memory, n, y)).T)
        new[1:] = _differs(order, dose, memory, n, y)
    first = np.flatnonzero(new)
    kept = order[first]
    return States(
        dose[kept],
        memory[kept],
        n[kept],
        y[kept],
        np.add.reduceat(weight[order], first),
        np.add.reduceat(paths[order], first),
    )


def _differs(order: NDArray[np.intp], dose: Ints, memory: Ints, n: Counted, y: Counted) -> NDArray[np.bool_]:
    """Whether each state but the first differs from the one before it in this order."""
    result: NDArray[np.bool_] = np.diff(dose[order]) != 0
    result |= np.diff(memory[order]) != 0
    for counts in (n[order], y[order]):
        result |= (counts[1:] != counts[:-1]).any(axis=1)
    return result


def _refuse_if_too_large(
    rule: CountingRule, live: int, widths: list[tuple[int, int]], max_states: int, max_participants: int
) -> None:
    treated, width = widths[-1]
    if live <= max_states and treated <= max_participants:
        return
    if treated > max_participants:
        raise StageError(
            "DES-002",
            f"the rule {rule.name!r} still goes on after {treated} participants",
            expected=f"a rule that ends within {max_participants} participants",
            mend="give the rule a maximum sample size, or raise max_participants",
        )
    earlier, before = next(((t, w) for t, w in reversed(widths) if w <= width / 4), widths[0])
    growth = (width / before) ** (1 / max(1, treated - earlier))
    megabytes = live * (2 * rule.levels + 4) * 8 / 1e6
    raise StageError(
        "DES-001",
        f"the state graph of {rule.name!r} has {live:,} states after {treated} participants "
        f"(about {megabytes:,.0f} MB) and grows by a factor of {growth:.2f} with each further participant: "
        f"about {live * growth**6:,.0f} states six participants on",
        expected=f"at most {max_states:,} states",
        mend="raise max_states, use larger cohorts, fewer levels or a smaller maximum sample size, or simulate instead",
    )


def _gather(ended: list[tuple[States, Actions]], categories: Interned, live: int, begin: States) -> Endings:
    """All endings side by side, those with equal counts and the same result merged."""
    if not ended:
        raise StageError("DES-002", "the rule never ends", mend="give the rule a maximum sample size")
    code = max(1, len(categories.values))
    blocks = [States(a.selected, a.category * 2 + a.completed, s.n, s.y, s.weight, s.paths) for s, a in ended if len(s)]
    merged = merge(blocks)
    return Endings(
        n=merged.n,
        y=merged.y,
        selected=merged.dose,
        completed=(merged.memory % 2).astype(bool),
        category=merged.memory // 2,
        categories=tuple(str(v) for v in categories.values[:code]),
        weight=merged.weight,
        paths=merged.paths,
        live=live,
        start_n=begin.n[0],
        start_y=begin.y[0],
    )
