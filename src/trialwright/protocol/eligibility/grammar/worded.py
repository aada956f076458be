"""Finds what an amount is of where the lexicon does not say, and tells counts, doses, years and scales from amounts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

from trialwright.protocol.eligibility.grammar.amounts import Amount
from trialwright.protocol.eligibility.grammar.phrases import Mention
from trialwright.protocol.eligibility.grammar.tokens import NUMBER, WORD, Tokens, word_set
from trialwright.protocol.eligibility.grammar.units import TIME
from trialwright.protocol.eligibility.grammar.variables import Variable, name_from, noun_phrase
from trialwright.protocol.eligibility.tree import Reference

_SCORED = frozenset({"score", "scores", "scoring", "scored"})
_GENERIC = word_set("score scores total sum overall cut-off cutoff a the average mean global scoring scored cut off -")
_OF_A_VOLUME = frozenset({"mL", "L", "mL/day", "L/day"})
_PER_VOLUME = ("/dL", "/L", "/mL", "/uL", "/g", "/mmol")
_DOSES = frozenset({"mg", "g", "ug", "ng", "mL", "IU", "U", "kg", "mcg", "mEq", "mmol", "mgA", "kIU"})
# what may stand behind a comparison that is complete; a noun there is what is counted ("> 2 relapses")
_CLOSERS = word_set(
    """
    and or but in on at by for from with without within during prior before after if when who that which as to
    according despite measured assessed using documented confirmed the is are were was than points score
    obtained not men women males females male female and/or per will must should inclusive unless except then
    i e this since while through upon under over between into via post it they be has have performed determined
    due because calculated based both also only requiring defined
    """
)


def worded(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount, floor: int
) -> Variable | None:
    """An amount of something that is not in the lexicon: of the noun phrase before it or, where that is a mere `score`
    or nothing, of the words behind it."""
    unit = amount.unit or ""
    top = unit.split("/")[0]
    of = tokens.word[amount.last : amount.last + 1] == ["of"]
    if amount.hint == "either" and _SCORED.isdisjoint(tokens.word[max(floor, amount.first - 3) : amount.first]):
        return None
    if amount.hint == "plus" or top in TIME or _dosed(mentions, firsts, amount, floor):
        return None
    if top in _DOSES and not unit.endswith(_PER_VOLUME) and not (of and unit in _OF_A_VOLUME):
        return None
    if not amount.sign and amount.unit is None and not in_figures(tokens, amount):
        return None
    found = noun_phrase(tokens, amount.first, floor)
    if amount.unit is None and amount.reference is Reference.ABSOLUTE:
        generic = found is not None and all(word in _GENERIC for word in tokens.word[found.first : found.last])
        if found is None or generic:
            scored = generic or not _SCORED.isdisjoint(tokens.word[max(floor, amount.first - 3) : amount.first])
            found = _scored_on(tokens, mentions, firsts, amount, scored) or found
    elif found is None and of:
        found = name_from(tokens, amount.last + 1)
    if found is None or tokens.word[found.last - 1] in {"age", "aged", "ages"}:
        return None
    return found


def _scored_on(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount, scored: bool
) -> Variable | None:
    """The scale named behind its score: `a total score ≥ 40 on the SANDE`."""
    index, words = amount.last, tokens.word
    while index < len(words) and words[index] in {"points", "point"}:
        index += 1
    if index >= len(words) or words[index] not in {"on", "in", "from", "of", "at", "by", "for"}:
        return None
    index += 1
    while index < len(words) and words[index] in {"the", "a", "an"}:
        index += 1
    place = bisect_left(firsts, index)
    if place < len(mentions) and mentions[place].first == index:
        mention = mentions[place]
        if mention.sort == "measure" or scored:
            return Variable(mention.id if mention.sort == "measure" else None, mention.first, mention.last)
    return name_from(tokens, index) if scored else None


def counts_things(tokens: Tokens, amount: Amount) -> bool:
    """Whether what stands behind an amount without unit is the thing it counts."""
    if amount.last >= len(tokens) or tokens.kind[amount.last] != WORD:
        return False
    return tokens.word[amount.last] not in _CLOSERS


def _dosed(mentions: Sequence[Mention], firsts: list[int], amount: Amount, floor: int) -> bool:
    """Whether the amount is the dose of a drug that is named before it."""
    unit = (amount.unit or "").split("/")[0]
    if unit not in _DOSES:
        return False
    upto = bisect_left(firsts, amount.first)
    return any(m.sort == "drug" and m.first >= floor for m in mentions[max(0, upto - 2) : upto + 1]) and not (
        amount.unit or ""
    ).endswith(("/dL", "/L", "/mL"))


def in_figures(tokens: Tokens, amount: Amount) -> bool:
    return any(tokens.kind[index] == NUMBER for index in range(amount.first, amount.last))


def whole_scale(amount: Amount) -> bool:
    """Whether a range is the length of a scale and no demand: `on a 0-10 scale`."""
    return amount.ranged and amount.unit is None and amount.low == 0 and amount.high in {Decimal(10), Decimal(100)}


def in_calendar(amount: Amount) -> bool:
    """Whether the bounds are years of the calendar."""
    bounds = [bound for bound in (amount.low, amount.high) if bound is not None]
    return (
        amount.unit is None
        and amount.reference is Reference.ABSOLUTE
        and all(1900 <= bound <= 2100 for bound in bounds)
    )
