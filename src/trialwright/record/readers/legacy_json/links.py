"""Solves which arm has which intervention from two flat lists that have each lost its nesting.

One list names the interventions arm by arm, the other the arms intervention by intervention. Both were written from the
same table; where just one table gives both lists, it is the record's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

MOST_STEPS = 50_000
MOST_ARMS = 40


def linked(
    arms: Sequence[str], interventions: Sequence[str], by_arm: Sequence[str], by_intervention: Sequence[str]
) -> tuple[frozenset[int], ...] | None:
    """For each arm the numbers of its interventions, None where no table or several give both lists.

    `arms`: their labels; `interventions`: their names as arms show them (`Drug: name`); `by_arm`, `by_intervention`:
    the two flat lists. Names that stand twice cannot be told apart, and a search that grows too long is given up: None.

    >>> linked(["A", "B"], ["Drug: x", "Drug: y"], ["Drug: x", "Drug: x", "Drug: y"], ["A", "B", "B"])
    (frozenset({0}), frozenset({0, 1}))
    """
    if len(set(arms)) != len(arms) or len(set(interventions)) != len(interventions) or len(arms) > MOST_ARMS:
        return None
    number = {name: place for place, name in enumerate(interventions)}
    if any(name not in number for name in by_arm) or not set(by_intervention) <= set(arms):
        return None
    wanted = [number[name] for name in by_arm]
    found: set[tuple[frozenset[int], ...]] = set()
    steps = itertools.count()
    for table in _cut(wanted, len(arms), steps):
        if _gives(table, arms, len(interventions), by_intervention):
            found.add(table)
            if len(found) > 1:
                return None
    return next(iter(found), None) if next(steps) <= MOST_STEPS else None


def _cut(items: Sequence[int], parts: int, steps: Iterator[int]) -> Iterator[tuple[frozenset[int], ...]]:
    """Every way to cut a list into so many runs, in order, none of which holds an item twice; it ends early when the
    steps are used up."""
    if parts == 0:
        if not items:
            yield ()
        return
    for size in range(len(items) + 1):
        run = frozenset(items[:size])
        if len(run) < size or next(steps) > MOST_STEPS:
            return
        for rest in _cut(items[size:], parts - 1, steps):
            yield (run, *rest)


def _gives(table: Sequence[frozenset[int]], arms: Sequence[str], interventions: int, flat: Sequence[str]) -> bool:
    """Whether the table, read intervention by intervention, is the flat list of arm labels."""
    place = 0
    for intervention in range(interventions):
        having = sorted(arm for arm, run in zip(arms, table, strict=True) if intervention in run)
        if sorted(flat[place : place + len(having)]) != having:
            return False
        place += len(having)
    return place == len(flat)
