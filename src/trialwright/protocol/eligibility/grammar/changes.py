"""Tells the change of a quantity (`a loss of > 10 %`, `hemoglobin drop of 2 g/dL`) from its value."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.protocol.eligibility.grammar.tokens import Tokens, word_set

CHANGES = word_set(
    """
    increase increases increased decrease decreases decreased drop fall rise reduction decline change changes loss
    improvement worsening deterioration difference gain elevation variation fluctuation variability delta increment
    """
)
_BODY = frozenset({"weight", "blood", "hair", "hearing", "tooth", "bone"})
_JOINING = frozenset({"and", "or", "/", "and/or", ",", "&"})


def changed_until(words: Sequence[str], last: int, first: int) -> int | None:
    """The token after a word of change between a measure and its amount (`hemoglobin drop of`); None without one."""
    for at in range(last, min(first, last + 4)):
        if words[at] in CHANGES:
            return None if words[at] in {"elevated", "increased", "decreased", "elevation"} else at + 1
        if words[at] in _JOINING or words[at] in {"(", ")"}:
            return None
    return None


def after_change(tokens: Tokens, first: int) -> bool:
    """Whether the words before an amount say that it is a change (`loss of > 10 %`)."""
    words = tokens.word
    for at in range(first - 1, max(-1, first - 4), -1):
        if words[at] in CHANGES:
            return at == 0 or words[at - 1] not in _BODY
        if words[at] not in {"of", "by", "in", "a", "is", "was", "(", "to", "the"}:
            return False
    return False
