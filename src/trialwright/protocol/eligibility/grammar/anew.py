"""Tells whether an amount is one more of the variable that an amount before it had (`< 60 or > 100`)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from trialwright.protocol.eligibility.grammar.amounts import Amount
from trialwright.protocol.eligibility.grammar.phrases import Mention
from trialwright.protocol.eligibility.grammar.tokens import Tokens, word_set
from trialwright.protocol.eligibility.tree import Reference

_BETWEEN = word_set("or and , / and/or in for males females men women male female the boys girls")
_OPENS = frozenset({"or", "and", "but", "(", ",", "/"})
_STOPS = frozenset({";", ".", ":"})
_FAR = 16  # tokens between two amounts in the same unit


def joined(tokens: Tokens, one: Amount, two: Amount) -> bool:
    """Whether two amounts are alternatives for the same variable: `< 60 or > 100`."""
    between = tokens.word[one.last : two.first]
    if len(between) > 8 or not between:
        return not between
    inside, other = False, False  # `other`: a word in a bracket that names something
    for word in between:
        if word in {"(", ")"}:
            inside, other = word == "(", False
        elif word not in _BETWEEN:
            if not inside:
                return False
            other = True
    return not other  # "NIHSS > 4 (limb score > 2)": the second is of what its bracket names


def again(tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], one: Amount, two: Amount) -> bool:
    """Whether two amounts in the same unit, or of the same limit of normal, are of one variable: no other quantity is
    named between them, and what opens the second is a joining word (`<= 2.5 x ULN if ..., or <= 5 x ULN if ...`)."""
    between = tokens.word[one.last : two.first]
    same = two.unit is not None and two.unit == one.unit and two.reference is one.reference
    same = same or (two.reference is one.reference and two.reference is not Reference.ABSOLUTE)
    if (one.low is None) != (two.low is None) or (one.high is None) != (two.high is None):
        return False
    if "]" in between or (")" in between and "(" not in between[: between.index(")")]):
        return False  # the first stands in brackets of its own
    if not same or not 0 < len(between) <= _FAR or between[-1] not in _OPENS or not _STOPS.isdisjoint(between):
        return False
    inside = mentions[bisect_left(firsts, one.last) : bisect_left(firsts, two.first)]
    return not any(mention.sort in {"measure", "scale"} for mention in inside)
