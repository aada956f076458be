"""Reads how many of a thing a line asks for: `at least 2 exacerbations`, `two or more prior lines of therapy`."""

from __future__ import annotations

from decimal import Decimal
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
        "gy", "cgy", "mev", "readings", "reading", "measurements", "measurement", "occasions", "occasion", "values",
        "samples", "sample", "items", "item", "questions", "visits", "timepoints", "domains", "categories", "answers",
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
_PAST = frozenset({"completed", "received", "experienced", "suffered", "failed", "undergone", "had", "underwent"})
_LED_TO = frozenset({"completion", "failure", "receipt"})
_ARTICLES = frozenset({"the", "a", "an", "any", "their"})
_HAD = frozenset(
    {
        "presence", "history", "existence", "evidence", "failure", "diagnosis", "occurrence", "receipt", "completion",
        "use", "total", "experience", "intake", "administration", "involvement",
    }
)  # fmt: skip
_MORE = frozenset({">", ">="})
_OWNING = frozenset(
    {"with", "had", "has", "have", "having", "(", "after", "despite", "following", "experienced", "and", "who", ":"}
)
_NUMBERED = frozenset(
    {
        "grade", "grades", "stage", "stages", "type", "types", "class", "classes", "level", "levels", "score", "scores",
        "day", "days", "visit", "visits", "week", "weeks", "cycle", "arm", "arms", "cohort", "group", "groups", "part",
        "phase", "scale", "section", "table", "appendix", "category", "categories", "no", "number", "ratio", "version",
    }
)  # fmt: skip
_NOT_AFTER_PAST = frozenset({"or", "to", "and", "x", "copies", "months", "month", "cycle"})
_PLURALS = frozenset({"teeth", "children", "metastases", "diagnoses", "women", "men", "people", "feet", "criteria"})
_NOUNS = frozenset(
    {"diagnosis", "level", "symptom", "complication", "event", "factor", "score", "day", "week", "month"}
)
_EARLIER = frozenset({"prior", "previous", "past", "earlier", "additional"})
_LONGEST = 4


class Count(NamedTuple):
    """A number of things. `first`, `last`: its tokens up to the thing, `last` excluded; `thing`, `thing_end`: the words
    that name it, as far as they can be told without the lexicon; `bare`: nothing compares the number, so that only
    the name of many things can be counted by it (`two caesarean sections`)."""

    first: int
    last: int
    interval: Interval
    thing: int
    thing_end: int
    bare: bool = False


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
    many = is_plural(head)
    if not many and (after in {"(", "or", "and", ","} and head.endswith(_ADJECTIVE)):
        return False
    if after in {"/", "-"} or (not many and not _is_one(words, count)):
        return False
    before = words[count.first - 1] if count.first else ""
    if before == "of":
        return words[max(0, count.first - 2)] in _HAD
    return before not in {"in", "on", "at", "by", "than", "from"}


def heads(words: list[str], count: Count, begin: int, end: int) -> bool:
    """Whether a thing named from `begin` to `end` is what a number counts, and not a word before or behind the noun
    that is counted (`two vertebral levels that need surgery`, `one ICD related diagnosis`)."""
    if words[end : end + 1] == ["-"]:
        return False
    if any(is_plural(words[at]) and words[at + 1] != "of" for at in range(count.thing, begin)):
        return False
    rest = words[end : count.thing_end]
    if not rest or is_plural(words[end - 1]):
        return True
    return rest[-1] in _OF or not (is_plural(rest[-1]) or rest[-1] in _NOUNS)


def is_plural(word: str) -> bool:
    """Whether a word looks like the plural of a noun."""
    return word in _PLURALS or (len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ous")))


def _is_one(words: list[str], count: Count) -> bool:
    """Whether one is compared with: the thing is then named in the singular."""
    return 1 in {count.interval.low, count.interval.high} and (
        words[count.first][0].isalpha() or words[count.first] in _MORE
    )


def counts_of(tokens: Tokens) -> list[Count]:
    """The counted things of a line, in order: numbers that the text compares, and bare ones before the name of many."""
    words, values, kinds = tokens.word, tokens.value, tokens.kind
    out: list[Count] = []
    for at in tokens.numbers:
        value = values[at]
        if value is None or value != int(value) or value > 1000:
            continue
        low, at_low = _low_end(tokens, at)
        op, first = compared_before(tokens, at_low)
        last = at + 1
        if low != value:
            if op is not None or words[max(0, at_low - 1)] in _NUMBERED:
                continue
            op, first = "=", at_low - 1 if at_low and words[at_low - 1] in {"between", "from"} else at_low
        if op is None:
            op, last = compared_after(tokens, last)
        if op is None and value > 1 and _of_the_past(words, at):
            op, last = ">=", at + 1  # who has had three has had two
            if last >= len(words) or not words[last].isalpha() or words[last] in _NOT_AFTER_PAST:
                continue
        bare = op is None and 1 < value <= 100 and _is_bare(tokens, at)
        if bare:
            op = ">="
        if op is None or last >= len(words):
            continue
        thing = last
        if words[thing] == "x":
            continue
        if words[thing] in _OF and thing + 1 < len(words) and words[thing + 1] == "of":
            thing += 3 if words[thing + 2 : thing + 3] and words[thing + 2] in _ARTICLES else 2
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
            if words[end] in _STOP or (
                end > thing and is_plural(words[end - 1]) and words[end].endswith(("ed", "ing"))
            ):
                break
            end += 1
        interval = interval_of(op, value) if low == value else Interval(low, value)
        out.append(Count(first, last, interval, thing, end, bare or low != value))
    return out


def _is_bare(tokens: Tokens, at: int) -> bool:
    """Whether a number stands in a sentence before a word, and neither opens it like the number of an item nor closes a
    name."""
    words = tokens.word
    if at + 1 >= len(words) or tokens.kind[at + 1] != WORD or (at == 0 and words[0][0].isdigit()):
        return False
    if at == 0:
        return True
    before = words[at - 1]
    return before in _OWNING or (before == "of" and words[max(0, at - 2)] in _HAD)


def _low_end(tokens: Tokens, at: int) -> tuple[Decimal, int]:
    """The lower number of a range of counts that ends at a token, and its token (`1 to 3`, `one or two`); the number
    there itself where it ends none."""
    words, values = tokens.word, tokens.value
    value = values[at]
    assert value is not None
    low = values[at - 2] if at > 1 else None
    if low is None or low != int(low) or not 0 < low < value:
        return value, at
    join = words[at - 1]
    ranged = join in {"-", "to", "~"} or (join == "and" and words[at - 3 : at - 2] == ["between"])
    return (low, at - 2) if ranged or (join == "or" and low + 1 == value) else (value, at)


def _of_the_past(words: list[str], at: int) -> bool:
    """Whether the words around a bare number tell of what is over, so that more than the number is the number too."""
    if words[at + 1 : at + 2] and words[at + 1] in {"prior", "previous"}:
        return True
    if not at:
        return False
    return words[at - 1] in _PAST or (words[at - 1] in {"of", "to"} and words[max(0, at - 2)] in _LED_TO)
