"""How the unknown leaves of a tree could settle it: the smallest sets of answers that make it True, or False.

Bottom up, for every node at once: what makes an `And` True is one way of each part together, what makes it False one
way of any part, and so on. Ways that need more than another does are dropped, and ways that contradict themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import NamedTuple

from trialwright.protocol.eligibility.tree import (
    And,
    AtLeast,
    Defined,
    Expression,
    Implies,
    Leaf,
    Not,
    Or,
    children,
)
from trialwright.screen.plain.kleene import Answer

MOST = 64
"""Ways that are kept at a node at most: the smallest."""

Way = frozenset[tuple[Leaf, bool]]
"""Answers to leaves that settle something together."""


class Ways(NamedTuple):
    """What would make a node True, and False: an empty way where it is so already, no way where it cannot be. `whole`:
    whether all smallest ways are there."""

    true: tuple[Way, ...]
    false: tuple[Way, ...]
    whole: bool = True


def ways(tree: Expression, answers: Iterable[Answer], answerable: Callable[[Leaf, bool], bool]) -> Ways:
    """The smallest ways to settle a tree, by the answers of its leaves in order. `answerable`: whether a leaf whose
    answer is unknown could get this one from data or a person."""
    given = iter(answers)
    waiting: list[tuple[Expression, bool]] = [(tree, False)]
    done: list[Ways] = []
    while waiting:
        node, ready = waiting.pop()
        beneath = children(node)
        if ready:
            held = done[-len(beneath) :]
            del done[-len(beneath) :]
            done.append(_joined(node, held))
        elif beneath:
            waiting.append((node, True))
            waiting += [(part, False) for part in reversed(beneath)]
        else:
            done.append(_of_leaf(node, next(given), answerable))  # type: ignore[arg-type]  # no children: a leaf
    return done.pop()


def _of_leaf(leaf: Leaf, answer: Answer, answerable: Callable[[Leaf, bool], bool]) -> Ways:
    if answer is not None:
        return Ways((frozenset(),), ()) if answer else Ways((), (frozenset(),))
    true, false = ((frozenset({(leaf, wanted)}),) if answerable(leaf, wanted) else () for wanted in (True, False))
    return Ways(true, false)


def _joined(node: Expression, parts: Sequence[Ways]) -> Ways:
    whole = all(part.whole for part in parts)
    true, false = [part.true for part in parts], [part.false for part in parts]
    match node:
        case And():
            return _made(together(true), any_of(false), whole)
        case Or():
            return _made(any_of(true), together(false), whole)
        case AtLeast(count=count):
            return _made(_so_many(count, true), _so_many(len(parts) - count + 1, false), whole)
        case Implies():
            return _made(any_of([false[0], true[1]]), together([true[0], false[1]]), whole)
        case Not():
            return Ways(false[0], true[0], whole)
        case Defined():
            return parts[0]
    raise TypeError(f"{type(node).__name__} has no parts")


Kept = tuple[tuple[Way, ...], bool]


def _made(true: Kept, false: Kept, whole: bool) -> Ways:
    return Ways(true[0], false[0], whole and true[1] and false[1])


def any_of(alternatives: Iterable[Sequence[Way]]) -> Kept:
    """The smallest ways among several lists of them, and whether none was left out."""
    return smallest(way for ways in alternatives for way in ways)


def together(parts: Iterable[Sequence[Way]]) -> Kept:
    """The smallest ways to do all of several things, and whether none was left out."""
    kept: tuple[Way, ...] = (frozenset(),)
    whole = True
    for part in parts:
        kept, all_there = smallest(one | other for one, other in product(kept, part))
        whole &= all_there
    return kept, whole


def _so_many(count: int, parts: Sequence[Sequence[Way]]) -> Kept:
    """The smallest ways to do so many of several things: by how many are done among those looked at."""
    done: list[tuple[Way, ...]] = [(frozenset(),), *((),) * count]
    whole = True
    for part in parts:
        for number in range(count, 0, -1):
            more = [one | other for one, other in product(done[number - 1], part)]
            done[number], all_there = smallest([*done[number], *more])
            whole &= all_there
    return done[count], whole


def smallest(found: Iterable[Way]) -> Kept:
    """The ways that need no more than another does, the smallest first and else in the order in which they were found;
    and whether none was left out."""
    kept: list[Way] = []
    for way in sorted(dict.fromkeys(found), key=len):
        if len({leaf for leaf, _ in way}) < len(way):
            continue  # it asks for yes and no at once
        if not any(less <= way for less in kept):
            kept.append(way)
            if len(kept) > MOST:
                return tuple(kept[:MOST]), False
    return tuple(kept), True
