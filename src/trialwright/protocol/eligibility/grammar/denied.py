"""Reads what turns a comparison around: `outside 18-40`, `not < 9`, `not within 90 to 140`."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.amounts import Amount
from trialwright.protocol.eligibility.grammar.tokens import Tokens, word_set

DENYING = frozenset({"not", "never", "outside", "beyond", "nor", "isn't"})
# of a range alone: `beyond 18` is above it, and nothing lies outside one number
_OF_RANGES = frozenset({"outside", "beyond"})
_BETWEEN = word_set(
    """
    be been is are in within between from of the a range ranges interval limits window bounds to : normal reference
    expected physiological usual acceptable (
    """
)
_FARTHEST = 6  # tokens between the word that denies and the amount


def turned(tokens: Tokens, amount: Amount) -> Amount:
    """The amount, where a word right before it denies it, with that word and marked as denied."""
    words, at = tokens.word, amount.first - 1
    ranged = amount.low is not None and amount.high is not None
    if ranged and words[amount.first] in _OF_RANGES:
        return amount._replace(hint="", denied=True)
    while at >= 0 and amount.first - at <= _FARTHEST and words[at] in _BETWEEN:
        at -= 1
    if at < 0 or words[at] not in DENYING or (words[at] in _OF_RANGES and not ranged):
        return amount
    return amount._replace(first=at, hint="", denied=True)


def denies(tokens: Tokens, first: int, last: int) -> bool:
    """Whether one of these tokens denies in a way of its own what follows, outside of brackets."""
    depth = 0
    for word in tokens.word[first:last]:
        depth += (word == "(") - (word == ")")
        if depth <= 0 and word in DENYING:
            return True
    return False
