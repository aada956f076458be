"""Reads amounts that no word compares, where only one meaning is left: a life expectancy, one score, elevated folds."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from trialwright.protocol.eligibility.grammar.bounds import bound_at
from trialwright.protocol.eligibility.grammar.comparators import after_at
from trialwright.protocol.eligibility.grammar.phrases import Mention, Phrase
from trialwright.protocol.eligibility.grammar.tokens import Tokens
from trialwright.protocol.eligibility.grammar.units import TIME
from trialwright.protocol.eligibility.grammar.variables import unit_of_measure
from trialwright.protocol.eligibility.tree import Compare, Concept, Interval, Reference

_TELLING = frozenset({"expectancy", "survive", "lifespan", "survival", "score", "scores", "elevated", "raised", "gcs"})
_TELLING |= frozenset({"elevation", "elevations"})
_ELEVATED = frozenset({"elevated", "raised", "elevation", "elevations", "increased", "high"})
_LIMITING = frozenset({"limit", "limits", "limiting", "limited", "reduce", "reduces", "reducing", "shorten"})
_LIGHT = frozenset(
    {"of", "is", "was", ":", "at", "be", "for", "to", "by", "score", "the", "an", "a", "about", "levels"}
)
_LIGHT |= frozenset({"level", "approximately"})
_ENDS = frozenset({")", ",", ";", ".", "and", "or", "at", "points", "point", "with", "on", "before", "after", "in"})
_FAR = 5  # tokens between a name and its amount


def bare_amounts(text: str, tokens: Tokens, mentions: Sequence[Mention]) -> list[Phrase]:
    """A phrase for each amount that stands without comparison: `life expectancy of 12 weeks` is at least that, `limits
    life expectancy to 1 year` at most, `a GCS score of 15` is that one, `elevated ALT (3 x ULN)` at least."""
    if _TELLING.isdisjoint(tokens.said):
        return []
    out: list[Phrase] = []
    for mention in mentions:
        if mention.sort != "measure" or (out and mention.first < out[-1].last):
            continue
        at = mention.last
        while at < len(tokens) and at - mention.last < _FAR and tokens.word[at] in _LIGHT:
            at += 1
        if at >= len(tokens) or tokens.value[at] is None:
            continue
        found = _read(tokens, mention, at)
        if found is None:
            continue
        interval, unit, reference, last = found
        start, end = tokens.start[mention.first], tokens.end[last - 1]
        concept = Concept(mention.id, text[mention.start : mention.end])
        node = Compare(concept, interval, unit, reference, span=(start, end))
        out.append(Phrase(start, end, mention.first, last, node, (mention.start, mention.end)))
    return out


def _read(tokens: Tokens, mention: Mention, at: int) -> tuple[Interval, str | None, Reference, int] | None:
    """What the number at a token states of a measure before it, and the token after it."""
    words = tokens.word
    bound = bound_at(tokens, at, True)
    if bound is None or bound.pair is not None or after_at(tokens, bound.last) is not None:
        return None
    behind = words[bound.last] if bound.last < len(words) else "."
    if behind in {"-", "to", "~", "+", "/", "or"}:
        return None
    before = words[max(0, mention.first - 4) : mention.first]
    if mention.id == "life-expectancy" and bound.unit in TIME:
        if "not" in before or "no" in before:
            return None
        if not _LIMITING.isdisjoint(before):
            return Interval(high=bound.value), bound.unit, Reference.ABSOLUTE, bound.last
        return Interval(low=bound.value), bound.unit, Reference.ABSOLUTE, bound.last
    if bound.reference is Reference.UPPER_LIMIT:
        if _ELEVATED.isdisjoint(words[max(0, mention.first - 12) : at]):
            return None
        return Interval(low=bound.value), None, bound.reference, bound.last
    scored = bound.unit in {None, "point"} and bound.reference is Reference.ABSOLUTE and at > mention.last
    if not scored or unit_of_measure(mention.id) not in {None, ""} or behind not in _ENDS:
        return None
    if words[at - 1] not in {"of", "is", "was", ":", "score"} or bound.value != int(bound.value):
        return None
    if bound.value < Decimal(0) or not words[at][0].isdigit() or _is_named(words, mention):
        return None
    return Interval(bound.value, bound.value), bound.unit, Reference.ABSOLUTE, bound.last


def _is_named(words: list[str], mention: Mention) -> bool:
    """Whether words before a measure say that its amount is a change, a maximum or the like."""
    before = words[max(0, mention.first - 3) : mention.first]
    return not {
        "change",
        "increase",
        "decrease",
        "maximum",
        "minimum",
        "reduction",
        "highest",
        "total",
        "max",
        "min",
    }.isdisjoint(before)
