"""Tells which parts of a list share one limit, and gives them all what is said of it."""

from __future__ import annotations

from dataclasses import replace

from trialwright.protocol.eligibility.grammar.parts import Part
from trialwright.protocol.eligibility.tree import And, Compare, Expression, Or, leaves


def with_the_other_limit(read: list[Part]) -> list[Part]:
    """The parts; where the last has another limit for some people, all that share its first limit have both
    (`AST and ALT <= 3 x ULN (<= 5 x ULN with metastases)`)."""
    either = read[-1].whole
    first = either.parts[0] if isinstance(either, Or) else None
    if not isinstance(first, Compare) or not isinstance(either, Or):
        return read
    likewise = [one for one in leaves(either) if isinstance(one, Compare)]
    if any(one.measure.key != first.measure.key for one in likewise):
        return read
    out = []
    for part in read[:-1]:
        own = part.whole
        alike = isinstance(own, Compare) and part.whole == part.bare
        if not isinstance(own, Compare) or not alike or _limit_of(own) != _limit_of(first):
            return read
        out.append(Part(_of_measure(either, own), None, False, False))
    return [*out, read[-1]]


def _limit_of(leaf: Compare) -> tuple[object, ...]:
    return leaf.interval, leaf.unit, leaf.reference


def _of_measure(node: Expression, own: Compare) -> Expression:
    """The same of another measure."""
    if isinstance(node, Compare):
        return replace(node, measure=own.measure, span=own.span if _limit_of(node) == _limit_of(own) else node.span)
    if isinstance(node, And | Or):
        return replace(node, parts=tuple(_of_measure(part, own) for part in node.parts))
    return node


def one_limit(first: Part, last: Part) -> bool:
    """Whether two parts are of two measures with one and the same limit."""
    one, other = first.bare, last.bare
    if not (isinstance(one, Compare) and isinstance(other, Compare)) or first.lead or first.trail:
        return False
    return _limit_of(one) == _limit_of(other)
