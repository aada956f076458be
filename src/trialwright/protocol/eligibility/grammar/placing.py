"""Puts the leaves of the phrases of a line at the tokens where they stand in it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from trialwright.protocol.eligibility.grammar.phrases import Phrase
from trialwright.protocol.eligibility.grammar.tokens import Tokens
from trialwright.protocol.eligibility.tree import Leaf, Not


def places_of(tokens: Tokens, phrases: Sequence[Phrase]) -> dict[int, tuple[int, list[Leaf]]]:
    """For the first token of each leaf: its last, excluded, and the leaves there. A phrase whose subject lies outside
    of it, and whose words another one uses too, stands at its subject; phrases that overlap share one place."""
    spots: list[tuple[int, int, Leaf]] = []
    count = len(tokens)
    for phrase in phrases:
        begin, stop = phrase.subject
        if stop <= phrase.start or begin >= phrase.end:
            spots = _at_subjects(tokens, phrases)
            break
        if phrase.first < phrase.last <= count:
            spots.append((phrase.first, phrase.last, _as_stated(phrase)))
    if len(spots) > 1:
        spots.sort(key=_spot_order)
    out: dict[int, tuple[int, list[Leaf]]] = {}
    top, reach = -1, -1
    for first, last, node in spots:
        if first < reach:
            reach = max(reach, last)
            nodes = out[top][1]
            nodes.append(node)
            out[top] = (reach, nodes)
        else:
            top, reach = first, last
            out[first] = (last, [node])
    return out


def _as_stated(phrase: Phrase) -> Leaf:
    """The leaf of a phrase, or its contrary."""
    return Not(phrase.node, phrase.node.span) if phrase.denied else phrase.node  # type: ignore[return-value]


def _spot_order(spot: tuple[int, int, Leaf]) -> tuple[int, int]:
    return spot[0], -spot[1]


def _at_subjects(tokens: Tokens, phrases: Sequence[Phrase]) -> list[tuple[int, int, Leaf]]:
    """Where each phrase stands: at its subject where that lies outside of it and another phrase uses its words too."""
    spots: list[tuple[int, int, Leaf]] = []
    taken: set[int] = set()
    for phrase in phrases:
        if phrase.subject[0] >= phrase.start and phrase.subject[1] <= phrase.end:
            taken.update(range(phrase.first, phrase.last))
    for phrase in phrases:
        first, last = phrase.first, phrase.last
        begin, stop = phrase.subject
        if (stop <= phrase.start or begin >= phrase.end) and not taken.isdisjoint(range(first, last)):
            at = bisect_left(tokens.start, begin)
            if at < len(tokens) and tokens.start[at] < stop:
                first, last = at, bisect_left(tokens.start, stop)
        if first < last <= len(tokens):
            spots.append((first, last, _as_stated(phrase)))
    return spots
