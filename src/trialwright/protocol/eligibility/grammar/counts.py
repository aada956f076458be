"""Reads how many of a thing a line asks for: `at least 2 exacerbations`, `two or more prior lines of therapy`."""

from __future__ import annotations

from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.stretches import UNITS, compared_after, compared_before, interval_of
from trialwright.protocol.eligibility.grammar.tokens import WORD, Tokens
from trialwright.protocol.eligibility.tree import Interval

_NO_THING = frozenset(
    {
        "of", "times", "time", "the", "following", "other", "these", "those", "or", "and", "to", "in", "on", "at",
        "with", "from", "per", "kg", "cm", "mm", "m", "mg", "g", "ml", "l", "percent", "points", "point", "years",
        "year", "mmhg", "x", "units", "bpm", "kcal", "meters", "metres", "meter", "degrees", "degree", "copies",
        "cells", "c", "f", "cc", "lbs", "pounds", "inches", "iu", "minutes", "hours", "days", "weeks",
        "months", "seconds", "half", "lives", "life", "is", "are", "was", "were", "has", "have", "if", "for", "by",
        "not", "no", "after", "before", "criterion", "criteria", "a", "an", "all", "any", "but", "both",
        "each", "within", "than", "more", "less",
    }
)  # fmt: skip
_OF = frozenset(
    {
        "doses", "dose", "courses", "course", "cycles", "cycle", "episodes", "episode", "occurrences", "injections",
        "events", "attacks",
    }
)  # fmt: skip
_STOP = frozenset(
    {
        "in", "within", "on", "with", "that", "who", "which", "before", "after", "during", "per", "of", "from",
        "at", "for", "to", "as", "or", "and", "by", "is", "are",
    }
)  # fmt: skip
_LONGEST = 4


class Count(NamedTuple):
    """A number of things. `first`, `last`: its tokens up to the thing, `last` excluded; `thing`, `thing_end`: the words
    that name it, as far as they can be told without the lexicon."""

    first: int
    last: int
    interval: Interval
    thing: int
    thing_end: int


def counts_of(tokens: Tokens) -> list[Count]:
    """The counted things of a line, in order: only numbers that the text compares."""
    words, values, kinds = tokens.word, tokens.value, tokens.kind
    out: list[Count] = []
    for at, value in enumerate(values):
        if value is None or value != int(value) or value > 1000:
            continue
        op, first = compared_before(tokens, at)
        last = at + 1
        if op is None:
            op, last = compared_after(tokens, last)
        if op is None or last >= len(words):
            continue
        thing = last
        if words[thing] == "x":
            continue
        if words[thing] in _OF and thing + 1 < len(words) and words[thing + 1] == "of":
            thing += 2
        if words[thing : thing + 2] == ["of", "the"] and not {"following", "below"} & set(words[thing : thing + 4]):
            thing += 2
        if thing >= len(words) or kinds[thing] != WORD or words[thing] in _NO_THING or words[thing] in UNITS:
            continue
        if values[thing] is not None:
            continue
        end = thing
        while end < len(words) and end - thing < _LONGEST and kinds[end] == WORD and words[end] not in _STOP:
            end += 1
        out.append(Count(first, last, interval_of(op, value), thing, end))
    return out
