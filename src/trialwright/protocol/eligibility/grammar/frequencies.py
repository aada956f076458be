"""Reads how often a thing happens in a stretch of time (`4 or more migraine days per month`, `3 times a week`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from trialwright.protocol.eligibility.grammar.phrases import Mention, Phrase
from trialwright.protocol.eligibility.grammar.stretches import compared_after, compared_before, interval_of
from trialwright.protocol.eligibility.grammar.tokens import WORD, Tokens, word_set
from trialwright.protocol.eligibility.grammar.variables import noun_phrase
from trialwright.protocol.eligibility.tree import Compare, Concept, Interval

_PERIODS = {
    "day": "day", "night": "day", "week": "week", "wk": "week", "month": "month", "mo": "month", "year": "year",
}  # fmt: skip
_EVERY = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annually": "year"}
_HINTS = frozenset(_PERIODS) | frozenset(_EVERY)
_PER = frozenset({"per", "a", "each", "every", "/"})
_TIMES = frozenset({"times", "time", "occasions", "x"})
_PORTIONS = frozenset({"servings", "portions", "episodes", "sessions", "bouts", "uses", "occurrences", "events"})
OFTEN = {"once": Decimal(1), "twice": Decimal(2), "thrice": Decimal(3)}
_OF_DOSES = word_set(
    """
    mg mcg ug g kg ml l iu u unit units gram grams drink drinks cigarette cigarettes pack packs cup cups hour hours
    minute minutes min h hr hrs second seconds week weeks month months year years meters metres km kcal calories mets
    met beverages glasses beers tablet tablets capsule capsules pill pills puff puffs dose doses pills pieces
    medication medications drug drugs medicine medicines agent agents points point percent mmol meq kj
    drops sprays inhalations actuations lines standard pieces cans liters litres
    """
)
_FILLERS = frozenset({"on", "for", "at", "of", "the", "about", "approximately", "(", "performed", "done", "occurring"})
_STOPS = word_set("in within on with that who which before after during of from for to as or and by is are than")
_MOST_WORDS = 4


def frequencies(text: str, tokens: Tokens, mentions: Sequence[Mention]) -> list[Phrase]:
    """A phrase for each comparison of how often something happens, in order: a number of it in `1/day`, `1/week`,
    `1/month` or `1/year`; days with it are `day/week` and the like. Doses and amounts in units are left to others."""
    if _HINTS.isdisjoint(tokens.said):
        return []
    out: list[Phrase] = []
    for first, last, period in _periods(tokens.word):
        found = _frequency(text, tokens, mentions, first, last, period)
        if found is not None and (not out or found.first >= out[-1].last):
            out.append(found)
    return out


def _periods(words: list[str]) -> Iterator[tuple[int, int, str]]:
    """The stretches of time that something is counted in: the token where each begins, the one after it, its unit."""
    for at, word in enumerate(words):
        if word in _EVERY and at > 0:
            yield at, at + 1, _EVERY[word]
        elif word in _PERIODS and at > 1 and words[at - 1] in _PER:
            yield at - 1, at + 1, _PERIODS[word]


def _frequency(
    text: str, tokens: Tokens, mentions: Sequence[Mention], first: int, last: int, period: str
) -> Phrase | None:
    words, values = tokens.word, tokens.value
    if words[first - 1] in OFTEN:
        number, value = first - 1, OFTEN[words[first - 1]]
        thing = first
    else:
        number = first - 1
        while number > 0 and first - number <= _MOST_WORDS + 2 and values[number] is None:
            number -= 1
        given = values[number]
        if given is None or number == first - 1 or given != int(given):
            return None
        value, thing = given, number + 1
    op, begin, low, thing = _bounds(tokens, number, thing, value)
    if words[number] in OFTEN and op is None and compared_after(tokens, last)[0] is not None:
        op, last = compared_after(tokens, last)
    name = words[thing:first]
    if not all(tokens.kind[at] == WORD and words[at].isalpha() for at in range(thing, first)):
        return None
    if name and (name[-1] in _OF_DOSES or name[0] in _OF_DOSES or not _STOPS.isdisjoint(name)):
        return None
    days = bool(name) and name[-1] in {"days", "day", "nights"}
    alone = not name or (len(name) == 1 and (days or name[0] in _TIMES))
    if not alone and (not (name[-1].endswith("s") or value == 1) or (op is None and low == value)):
        return None
    subject: tuple[int, int] | None = (thing, first)
    if alone:
        behind = next((m for m in mentions if m.first == last and m.sort in {"procedure", "condition"}), None)
        subject = (
            (last, behind.last) if behind else _named_before(tokens, mentions, begin, op is not None or low != value)
        )
        last = behind.last if behind else last
    elif len(name) == 1 and name[0] in _PORTIONS:
        subject = _named_before(tokens, mentions, begin, op is not None or low != value) or subject
    if subject is None:
        return None
    start, end = tokens.start[min(begin, subject[0])], tokens.end[last - 1]
    named = (tokens.start[subject[0]], tokens.end[subject[1] - 1])
    interval = Interval(low, value) if low != value else interval_of(op or "=", value)
    unit = f"{'day' if days and alone else '1'}/{period}"
    node = Compare(Concept(None, text[named[0] : named[1]]), interval, unit, span=(start, end))
    return Phrase(start, end, min(begin, subject[0]), last, node, named)


def _bounds(tokens: Tokens, number: int, thing: int, value: Decimal) -> tuple[str | None, int, Decimal, int]:
    """The comparison of a number, the token where it begins, the lower number of a range, and the token where the
    counted thing begins."""
    words, values = tokens.word, tokens.value
    low, at = value, number
    below = values[number - 2] if number > 1 else None
    join = words[number - 1] if number else ""
    ranged = join in {"-", "to", "~"} or (join == "and" and words[number - 3 : number - 2] == ["between"])
    if below is not None and 0 <= below < value and ranged:
        low, at = below, number - 2
    op, begin = compared_before(tokens, at)
    if low != value and begin and words[begin - 1] in {"between", "from"}:
        begin -= 1
    if op is None and low == value:
        op, thing = compared_after(tokens, thing)
    return op, begin, low, thing


def _named_before(tokens: Tokens, mentions: Sequence[Mention], begin: int, compared: bool) -> tuple[int, int] | None:
    """The words before a number that name what happens so often; where nothing compares the number, a procedure or a
    condition alone, for `twice daily` is mostly how something is given."""
    words = tokens.word
    while begin > 0 and words[begin - 1] in _FILLERS:
        begin -= 1
    if begin == 0 or words[begin - 1] in _OF_DOSES:
        return None
    if not compared:
        done = [m for m in mentions if m.last == begin and m.sort in {"procedure", "condition"}]
        return (done[0].first, done[0].last) if done else None
    found = noun_phrase(tokens, begin, 0)
    if found is not None:
        return None if words[found.last - 1] in {"frequency", "rate", "least"} else (found.first, found.last)
    return (begin - 1, begin) if len(words[begin - 1]) > 4 and words[begin - 1].endswith("ing") else None
