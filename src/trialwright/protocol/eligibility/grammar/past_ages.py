"""Tells the age somebody had when something happened (`age at diagnosis`) from the age that counts for entry."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.amounts import Amount
from trialwright.protocol.eligibility.grammar.tokens import Tokens
from trialwright.protocol.eligibility.grammar.variables import Variable

OF_THE_PAST = frozenset(
    {"diagnosis", "diagnosed", "onset", "began", "manifestation", "manifested", "debut", "menarche", "menopause"}
    | {"presentation", "occurred", "occurring", "started", "starting", "beginning"}
)
NOW = frozenset(
    {"screening", "enrollment", "enrolment", "baseline", "randomization", "randomisation", "consent", "entry"}
)


def of_a_past_age(tokens: Tokens, amount: Amount, variable: Variable, floor: int) -> bool:
    """Whether an age is that of a time gone by: `age at diagnosis <= 40`, `diagnosed at age 50`, `40 at onset`."""
    words = tokens.word
    first, last = min(variable.first, amount.first), max(variable.last, amount.last)
    inside = words[first:last]
    if "at" in inside and not OF_THE_PAST.isdisjoint(inside):
        return True
    behind = words[last : last + 7]
    if behind[:1] in (["at"], ["when"]) and not OF_THE_PAST.isdisjoint(behind[:6]):
        return NOW.isdisjoint(behind[:5])
    at = first
    while at > floor and first - at < 4 and words[at - 1] in {"the", "an", "a", "age", "of", "patient", "or", "least"}:
        at -= 1
    if at <= floor or words[at - 1] not in {"at", "before", "by", "after", "from", "since", "with", "prior", "to"}:
        return False
    return not OF_THE_PAST.isdisjoint(words[max(floor, at - 7) : at - 1])
