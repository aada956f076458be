"""Names what a window belongs to where the lexicon has no name for it: by its words in the text."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.facts import Fact
from trialwright.protocol.eligibility.grammar.members import IDLE, JOINS, LINKS, PREDICATES, Line
from trialwright.protocol.eligibility.grammar.tokens import WORD

_NO_NAMES = frozenset(
    {
        "half",
        "washout",
        "wash",
        "then",
        "etc",
        "found",
        "required",
        "most",
        "per",
        "less",
        "more",
        "average",
        "those",
        "who",
        "which",
        "they",
        "it",
        "this",
        "these",
        "until",
        "from",
        "during",
    }
)

_VERBS = frozenset(
    {"cannot", "should", "must", "will", "shall", "can", "may", "is", "are", "was", "were", "be", "has", "have"}
)

_LONGEST_NAME = 9  # tokens of a name that the lexicon does not have

RECURRING = frozenset(
    {
        "relapse",
        "relapses",
        "recurrence",
        "exacerbation",
        "exacerbations",
        "flare",
        "flares",
        "onset",
        "worsening",
        "attack",
    }
    | {"episode", "episodes", "attacks", "recurrences", "progression", "outbreak", "outbreaks"}
)


_ADJECTIVES = frozenset(
    {
        "acute",
        "chronic",
        "current",
        "recent",
        "severe",
        "active",
        "prior",
        "previous",
        "stable",
        "history",
        "following",
        "new",
    }
    | {"mild", "moderate", "other", "first", "last", "conservative", "known", "documented", "regular"}
)
_PREPOSITIONS = frozenset({"with", "in", "on", "at", "to", "by", "from", "or", "and", "under", "into", "while"})

# done about a thing that somebody need not have
_DEEDS = frozenset(
    {"investigated", "investigation", "investigations", "evaluated", "evaluation", "assessed", "assessment", "screened"}
    | {"examined", "examination", "referred", "referral", "monitored", "counselled", "counseled", "workup"}
)
_NEEDS = frozenset({"need", "needs", "necessity", "requirement", "needing"})
_OF_A_DEED = frozenset({"for", "of", "because", "against", "with"})
_ENDS_DEED = frozenset({",", ";", "without", "who", "that", "which", "history", "diagnosis", "but", "due"})
_FAR_DEED = 9  # tokens between a thing and the deed
_ABLE = frozenset({"able", "unable", "ability", "inability", "capable", "incapable"})
_LONGEST_DEED = 16  # tokens of what somebody is able to do


def named(line: Line, begin: int, end: int) -> Fact | None:
    """A thing that the lexicon does not have, by its words in the text."""
    words, kinds = line.tokens.word, line.tokens.kind
    while begin < end and (
        words[begin] in IDLE
        or words[begin] in PREDICATES
        or words[begin] in _PREPOSITIONS
        or not words[begin][0].isalnum()
        or (kinds[begin] == WORD and line.tokens.value[begin] is not None)
    ):
        begin += 1
    while end > begin and (words[end - 1] in IDLE or not words[end - 1][0].isalnum()):
        end -= 1
    if begin + 1 < end and len(words[begin]) <= 2 and words[begin + 1] in {".", ")"}:
        begin += 2
    if "(" in words[begin + 1 : end] and ")" not in words[begin:end]:
        end = words.index("(", begin + 1, end)
    if begin < end and words[begin] in _NO_NAMES:
        return None
    verb = next((at for at in range(begin + 1, end) if words[at] in _VERBS), end)
    if {"if", "when", "because", "whether"} & set(words[begin:end]):
        return None
    end = verb
    while end > begin and (words[end - 1] in IDLE | _PREPOSITIONS | {"for", "than"} or not words[end - 1][0].isalnum()):
        end -= 1
    if end <= begin or kinds[begin] != WORD or line.tokens.value[begin] is not None:
        return None
    if words[end - 1].endswith("ly") and words[end : end + 1] == ["stable"]:
        end += 1
    if set(words[begin:end]) <= _ADJECTIVES:
        return None
    begin = max(begin, end - _LONGEST_NAME)
    for phrase in line.phrases:
        if phrase.first < end and begin < phrase.last:
            return None
    for fact in line.facts:
        if not fact.dropped and fact.first < end and begin < fact.last:
            return None
    return Fact(begin, end, begin, end, "event", None)


def with_its_adjectives(line: Line, fact: Fact, low: int) -> None:
    """Takes in the words that say which treatment is meant; with them the lexicon has no name for it."""
    words = line.tokens.word
    at = fact.begin
    while at > low and (words[at - 1] not in IDLE | PREDICATES | LINKS | JOINS or words[at - 1] in {"-"}):
        at -= 1
    while at < fact.begin and not words[at][0].isalnum():
        at += 1
    if at == fact.begin or fact.begin - at > 6 or any(p.first < fact.begin and at < p.last for p in line.phrases):
        return
    for other in line.facts:
        if other is not fact and at <= other.begin < fact.begin:
            other.dropped = True
    fact.begin = at
    fact.first = min(at, fact.first)
    fact.id = None


def with_what_recurs(fact: Fact, inside: list[Fact]) -> None:
    """A relapse of a thing is not the thing: it keeps its words."""
    for other in inside:
        if other is not fact and other.begin >= fact.begin - 2 and other.end <= fact.begin:
            other.dropped = True
    fact.begin -= 2
    fact.first = min(fact.first, fact.begin)
    fact.id = None
    fact.sort = "event"


def with_its_deed(line: Line, fact: Fact, low: int) -> bool:
    """Takes in the deed or the need that a thing is only the object of (`investigated for syncope or falls`, `need of
    treatment with X`), and says whether one stands before it; it keeps its words, for what happened is the deed."""
    words = line.tokens.word
    at = fact.begin - 1
    while at > low and fact.begin - at < _FAR_DEED and not (words[at] in _OF_A_DEED and _is_deed(words[at - 1])):
        if words[at] in _ENDS_DEED:
            return False
        at -= 1
    if not (at > low and words[at] in _OF_A_DEED and _is_deed(words[at - 1])):
        return False
    begin = at - 1
    joined = not {"or", "and", "/"}.isdisjoint(words[at : fact.begin])
    if joined and (words[begin] in _NEEDS or fact.sort not in {"condition", "event"}):
        return False
    if any(phrase.first < fact.begin and begin < phrase.last for phrase in line.phrases):
        return False
    _made_of_words(line, fact, begin)
    return True


def _is_deed(word: str) -> bool:
    return word in _DEEDS or word in _NEEDS


def able_to(line: Line, low: int, end: int) -> Fact | None:
    """The deed that somebody is able to do for so long (`able to walk without pain`), from the tokens from `low` on."""
    words = line.tokens.word
    begin = next((at for at in range(low, end) if words[at] in _ABLE), None)
    if begin is None or end - begin > _LONGEST_DEED:
        return None
    while end > begin and (words[end - 1] in IDLE | _PREPOSITIONS | {"for", "("} or not words[end - 1][0].isalnum()):
        end -= 1
    if end - begin < 3 or any(phrase.first < end and begin < phrase.last for phrase in line.phrases):
        return None
    fact = Fact(begin, end, begin, end, "event", None)
    _made_of_words(line, fact, begin)
    line.facts.append(fact)
    return fact


def _made_of_words(line: Line, fact: Fact, begin: int) -> None:
    for other in line.facts:
        if other is not fact and begin <= other.begin < fact.end:
            other.dropped = True
    fact.begin, fact.first = begin, min(begin, fact.first)
    fact.id, fact.sort, fact.result = None, "event", None


def is_purpose(line: Line, inside: list[Fact], condition: Fact) -> bool:
    """Whether a condition is what a treatment in the same member of a list is for."""
    words = line.tokens.word
    return any(
        other.end < condition.begin and "for" in words[other.end : condition.begin] and other.sort != "condition"
        for other in inside
    )
