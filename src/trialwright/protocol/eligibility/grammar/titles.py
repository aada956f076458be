"""Finds what an amount is of where the words next to it are general: a title further left, a noun behind a bracket."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from trialwright.protocol.eligibility.grammar.amounts import Amount
from trialwright.protocol.eligibility.grammar.changes import CHANGES
from trialwright.protocol.eligibility.grammar.phrases import Mention
from trialwright.protocol.eligibility.grammar.tokens import WORD, Tokens, word_set
from trialwright.protocol.eligibility.grammar.variables import (
    Variable,
    fits,
    is_name,
    name_from,
    noun_phrase,
    opening,
    unit_of_measure,
)

GENERAL = word_set(
    """
    score scores total sum overall cut-off cutoff a the average mean global scoring scored cut off - response rating
    severity result results self rated reported self-rated self-reported clinician observer parent administered
    version amount minimal value values level levels count point points number raw composite summary final scaled
    standardized standardised
    """
)
# nouns that end, or begin, the title of an instrument
_TITLES = word_set(
    """
    inventory scale scales index questionnaire test tests assessment battery examination screen screener checklist
    interview survey profile thermometer schedule instrument measure measurement task form score subscale questionnaires
    """
)
_PARTING = frozenset({",", "-", "–", "—", ":", "(", "with", "an", "is", "has", "having", "'", "s"})
_LINKS = frozenset({"of", "for", "in", "to", "the", "a"})
_LONGEST_TITLE = 10
_ADJECTIVES = word_set(
    """
    severe moderate mild minimal minimum small large limited significant high low massive thin thick marked extensive
    partial critical elevated reduced abnormal excessive subtotal substantial sufficient insufficient adequate
    inadequate normal short long deep shallow wide narrow big tiny major minor increased decreased
    """
)
_AMOUNTS = frozenset({"amount", "amounts", "degree", "proportion", "percentage", "quantity", "volume", "share"})
_DIAGNOSES = ("ia", "osis", "ism", "pathy", "itis")
_NOT_COUNTED = word_set("normal predicted baseline expected reference total body maximum maximal control controls")
_OF_THE = frozenset({"the", "a", "an", "any", "their", "his", "her", "its", "this", "that", "each"})
_OF_BODIES = ("tion", "sion", "ment", "ance", "ence", "ture", "lapse", "xion", "angle", "tilt", "width", "ity", "ness")
_HEADS = word_set("opening narrowing widening thickening shortening lengthening bowing")
_NO_HEADS = word_set("presence evidence history diagnosis treatment patients duration occurrence incidence absence") | (
    CHANGES
)
_JOINING = frozenset({"and", "or", "and/or", "&", "/"})
_THINGS = frozenset({"condition", "procedure", "drug", "event", "allergy"})


def all_general(tokens: Tokens, variable: Variable) -> bool:
    """Whether the words of a variable name no quantity of their own (`total score`, `self-rated`)."""
    return all(word in GENERAL for word in tokens.word[variable.first : variable.last])


def titled(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], first: int, floor: int, unit: str | None
) -> Variable | None:
    """The instrument or measure that a general word belongs to, named before a comma, a dash, a colon or a bracket:
    `Some Inventory (SI), total score`. `first`: the token of the general word."""
    words, index = tokens.word, first
    bracketed = False
    while index > floor and first - index < 2 * _LONGEST_TITLE:
        word = words[index - 1]
        if word == ")":
            opened = opening(words, index - 1, floor)
            if opened is None:
                return None
            index, bracketed = opened, True
        elif word in GENERAL or word in _PARTING or _of_general(words, index):
            index -= 1
        else:
            break
    place = bisect_left(firsts, index) - 1
    if place >= 0 and mentions[place].last == index and mentions[place].first >= floor:
        mention = mentions[place]
        if mention.sort == "measure" and mention.id != "age":
            return Variable(mention.id if fits(mention.id, unit) else None, mention.first, index)
    at = _title_start(tokens, index, floor)
    if at == index or _says_what_is_done(words[index - 1]):
        return None
    called = not _TITLES.isdisjoint(words[at:index])
    return Variable(None, at, index) if called or bracketed else None


def _says_what_is_done(word: str) -> bool:
    return word.endswith(("ed", "ing", "ly")) or word in _ADJECTIVES


def _of_general(words: Sequence[str], index: int) -> bool:
    """Whether the word before a token is the `of` of `count of points`."""
    return words[index - 1] == "of" and index >= 2 and words[index - 2] in GENERAL


def _title_start(tokens: Tokens, index: int, floor: int) -> int:
    """The first token of a title that ends before the token `index`: `Scale of Daily Tasks` begins with its noun."""
    words, at = tokens.word, index
    while at > floor and index - at < _LONGEST_TITLE:
        if is_name(tokens, at - 1):
            at -= 1
            continue
        link = at - 1
        while link > floor and at - link < 3 and words[link] in _LINKS:
            link -= 1
        if link == at - 1 or link < floor or words[link] not in _TITLES:
            break
        at = link
    while at < index and tokens.kind[at] != WORD:
        at += 1
    return at


def described(tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount) -> Variable | None:
    """The noun behind a bracket that gives the amount of its adjective: `severe (70-99 %) stenosis`."""
    words, at = tokens.word, amount.first - 2
    if at < 0 or words[at + 1] != "(" or words[amount.last : amount.last + 1] != [")"]:
        return None
    quantity = words[at] in _AMOUNTS and at > 0 and words[at - 1] in _ADJECTIVES
    if words[at] not in _ADJECTIVES and not quantity:
        return None
    index = amount.last + 1
    of = words[index : index + 1] == ["of"]
    if quantity and not of:
        return None
    return _noun_at(tokens, mentions, firsts, index + of, amount.unit)


def _noun_at(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], index: int, unit: str | None
) -> Variable | None:
    while index < len(tokens) and tokens.word[index] in _OF_THE:
        index += 1
    place = bisect_left(firsts, index)
    if place < len(mentions) and mentions[place].first == index:
        mention = mentions[place]
        known = mention.sort == "measure" and fits(mention.id, unit)
        return Variable(mention.id if known else None, mention.first, mention.last)
    found = name_from(tokens, index)
    if found is None or tokens.word[index].endswith(("ed", "ly")):
        return (
            None
            if found is None or found.last - index < 2 or tokens.word[index].endswith("ly")
            else _cut(tokens, found)
        )
    return _cut(tokens, found)


def _cut(tokens: Tokens, found: Variable) -> Variable:
    """A name without what is said of it behind its noun (`polyps removed lately`)."""
    for at in range(found.first + 1, found.last):
        if tokens.word[at].endswith(("ed", "ly")):
            return found._replace(last=at)
    return found


def adjective_before(tokens: Tokens, first: int) -> int:
    """The token of the adjective whose bracket opens before the token `first`."""
    at = first - 1
    while at > 0 and first - at < 4 and (tokens.word[at - 1] in _ADJECTIVES or tokens.word[at - 1] in _AMOUNTS):
        at -= 1
    return at


def whole_name(tokens: Tokens, amount: Amount, variable: Variable, floor: int) -> Variable:
    """A variable in words with all that names it: the things counted behind the percentage of a diagnosis
    (`oligospermia: < 32 % motile cells`), or the first noun of `flexion of the knee`."""
    words = tokens.word
    if variable.id is not None or variable.last > amount.first:
        return variable
    if amount.unit == "%" and words[variable.last - 1].endswith(_DIAGNOSES):
        if {":", "("}.isdisjoint(words[variable.last : amount.first]):
            return variable
        found = name_from(tokens, amount.last + (words[amount.last : amount.last + 1] == ["of"]))
        if found is not None and words[found.first] not in _NOT_COUNTED and not words[found.first].endswith("ed"):
            return _cut(tokens, found)
        return variable
    if amount.unit not in {"degree", "mm", "cm", "%"}:
        return variable
    first = variable.first
    for _ in range(2):
        head = _head(tokens, first, floor, amount.unit)
        if head is None:
            break
        first = head
    return variable._replace(first=first)


def _head(tokens: Tokens, first: int, floor: int, unit: str | None) -> int | None:
    """Where the noun phrase begins whose `of` stands before a name; None where no such noun says what is measured."""
    words, at = tokens.word, first - 1
    while at > floor and words[at] in _OF_THE:
        at -= 1
    if at <= floor or words[at] != "of":
        return None
    head = words[at - 1]
    if head in _NO_HEADS or not is_name(tokens, at - 1) or tokens.kind[at - 1] != WORD:
        return None
    if unit != "degree" and not head.endswith(_OF_BODIES) and head not in _HEADS:
        return None
    begin = at - 1
    while begin > floor and at - begin < 3 and is_name(tokens, begin - 1) and tokens.kind[begin - 1] == WORD:
        begin -= 1
    return begin


def other_of_pair(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount, variable: Variable, floor: int
) -> Variable | None:
    """The other quantity that shares a comparison with a variable: both are said to (`both A and B`, `A and B both`),
    or both stand with their abbreviations in brackets."""
    words, first = tokens.word, variable.first
    if variable.last > amount.first:
        return None
    abbreviated = words[variable.last : variable.last + 1] == ["("]
    if first - 1 > floor and words[first - 1] == "(" and words[variable.last : variable.last + 1] == [")"]:
        full = noun_phrase(tokens, first - 1, floor)
        if full is None or full.last != first - 1:
            return None
        first, abbreviated = full.first, True
    while first > floor and words[first - 1] in _OF_THE:
        first -= 1
    if first - 2 < floor or words[first - 1] not in _JOINING:
        return None
    end = first - 1
    name = noun_phrase(tokens, end, floor)
    if name is None:
        return None
    opened = opening(words, end - 1, floor) if words[end - 1] == ")" else None
    if name.last != (opened if opened is not None else end):
        return None
    before = name.first - 1
    while before > floor and words[before] in _OF_THE:
        before -= 1
    said = "both" in words[variable.last : amount.first] or (
        before >= floor and name.first > 0 and words[before] in {"both", "either"}
    )
    if not said and (opened is None or not abbreviated or variable.id is not None):
        said = _known_at(mentions, firsts, name, opened, amount.unit) is not None and opened is not None and abbreviated
        if not said:
            return None
    return _as_known(mentions, firsts, name, opened, amount, said)


def _as_known(
    mentions: Sequence[Mention], firsts: list[int], name: Variable, opened: int | None, amount: Amount, said: bool
) -> Variable | None:
    known = _known_at(mentions, firsts, name, opened, amount.unit)
    if known is not None:
        needs_unit = amount.unit is None and unit_of_measure(known) not in {None, "", "SD"}
        return None if known == "age" or needs_unit else name._replace(id=known)
    place = bisect_left(firsts, name.first)
    while place < len(mentions) and mentions[place].first < name.last:
        if mentions[place].sort in _THINGS and not said:
            return None
        place += 1
    return name


def _known_at(
    mentions: Sequence[Mention], firsts: list[int], name: Variable, opened: int | None, unit: str | None
) -> str | None:
    """The measure of the lexicon that a name, or the abbreviation in the bracket behind it, stands for."""
    for place in range(bisect_left(firsts, name.first), len(mentions)):
        mention = mentions[place]
        if mention.first > (opened + 1 if opened is not None else name.first):
            return None
        whole = mention.first == name.first and mention.last == name.last
        if mention.sort == "measure" and (whole or mention.first == (opened or -2) + 1) and fits(mention.id, unit):
            return mention.id
    return None
