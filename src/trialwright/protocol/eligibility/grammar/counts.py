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
        "each", "within", "than", "more", "less", "out", "fold", "msec", "grams", "gram", "uln", "xuln",
        "gy", "cgy", "mev",
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
        "at", "for", "to", "as", "or", "and", "by", "is", "are", "between", "based", "requiring", "prior", "such",
        "present", "seen", "including", "despite", "was", "were", "has", "have", "had", "if", "not", "over",
    }
)  # fmt: skip
_ADJECTIVE = ("al", "ar", "ic", "ous", "able", "ed", "ive", "id", "ble", "ant", "ent", "ary", "ory")
_PAST = frozenset({"completed", "received", "experienced", "suffered", "failed", "undergone", "had"})
_NOT_AFTER_PAST = frozenset({"or", "to", "and", "x", "copies", "months", "month", "cycle"})
_EARLIER = frozenset({"prior", "previous", "past", "earlier", "additional"})
_LONGEST = 4


class Count(NamedTuple):
    """A number of things. `first`, `last`: its tokens up to the thing, `last` excluded; `thing`, `thing_end`: the words
    that name it, as far as they can be told without the lexicon."""

    first: int
    last: int
    interval: Interval
    thing: int
    thing_end: int


def _hyphen(tokens: Tokens, at: int) -> bool:
    """Whether a hyphen joins the words around it."""
    return tokens.word[at] == "-" and at + 1 < len(tokens) and tokens.end[at - 1] == tokens.start[at + 1] - 1


def countable(words: list[str], count: Count) -> bool:
    """Whether the words after a number are the name of things that are counted, by their last word."""
    named = words[count.thing : count.thing_end]
    if (
        not named
        or words[count.first] == "within"
        or _NO_THING & set(named)
        or not all(word.isalpha() or word == "-" for word in named)
    ):
        return False
    head = named[-1]
    if head == "-" or (len(head) < 4 and head not in {"eye", "eyes"}):
        return False
    after = words[count.thing_end] if count.thing_end < len(words) else ""
    many = head.endswith("s") and not head.endswith(("ss", "us", "is"))
    many = many or head in {"teeth", "children", "metastases", "diagnoses", "women", "men"}
    if not many and (after in {"(", "or", "and", ","} and head.endswith(_ADJECTIVE)):
        return False
    if after in {"/", "-"} or (not many and not _is_one(words, count)):
        return False
    before = words[count.first - 1] if count.first else ""
    return before not in {"in", "on", "at", "by", "of", "than", "from"}


def _is_one(words: list[str], count: Count) -> bool:
    """Whether words, not signs, compare with one: the thing is then named in the singular."""
    return 1 in {count.interval.low, count.interval.high} and words[count.first][0].isalpha()


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
        if op is None and value > 1 and at and (words[at - 1] in _PAST or words[at - 2 : at] == ["completion", "of"]):
            op, last = ">=", at + 1  # who has had three has had two
            if last >= len(words) or not words[last].isalpha() or words[last] in _NOT_AFTER_PAST:
                continue
        if op is None or last >= len(words):
            continue
        thing = last
        if words[thing] == "x":
            continue
        if words[thing] in _OF and thing + 1 < len(words) and words[thing + 1] == "of":
            thing += 2
        while thing + 1 < len(words) and words[thing] in _EARLIER:
            thing += 1
        if words[thing : thing + 2] == ["of", "the"] and not {"following", "below"} & set(words[thing : thing + 4]):
            thing += 2
        if thing >= len(words) or kinds[thing] != WORD or words[thing] in _NO_THING or words[thing] in UNITS:
            continue
        if values[thing] is not None:
            continue
        end = thing
        while end < len(words) and end - thing < _LONGEST and (kinds[end] == WORD or _hyphen(tokens, end)):
            if words[end] in _STOP:
                break
            end += 1
        out.append(Count(first, last, interval_of(op, value), thing, end))
    return out
