"""Reads levels of graded scales (`ECOG 0-1`, `NYHA class III or IV`, `> grade 2`, `stage IIIB-IV`) as phrases."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from trialwright.protocol.eligibility.grammar.comparators import EQUAL, HIGH, LOW, RANGE, TURNED, after_at, before_at
from trialwright.protocol.eligibility.grammar.graded import (
    GENERIC,
    UNNAMED,
    graded,
    scale_behind,
    scale_named,
    words_behind,
)
from trialwright.protocol.eligibility.grammar.phrases import Mention, Phrase
from trialwright.protocol.eligibility.grammar.tokens import NUMBER, OPERATOR, Tokens, word_set
from trialwright.protocol.eligibility.lexicon.loading import entry, is_a
from trialwright.protocol.eligibility.tree import Concept, Ordinal

MOST_FILLERS = 9
MOST_LEVELS = 8

_FILLERS = word_set(
    """
    class classes grade grades stage stages score scores type types level levels category categories status of a
    an the : ( ) classification performance is was are be must scale functional physical system with ps value at
    = points - ' s should between from equal to either screening as by baseline defined cancer disease
    evaluation enrollment , group index in grading graded assessment assessed cardiac heart function
    """
)
_RANGE = frozenset({"-", "to", "~", "through"})
_LIST = frozenset({",", "or", "and", "/", "&", "and/or"})
_NOUNS = word_set(
    """
    class grade stage type level category score scores grades classes stages
    """
)
_OF_THE_SCALE = frozenset({"of", "on", "by", "in", "per", "using", "according", "to", "as", "defined", "the", "(", "'"})
_BETTER_UP = frozenset({"asia", "fac", "brunnstrom", "timi-flow", "mtici", "deauville"})
_ROMAN = ("0", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN_SIGNS = {
    "ⅰ": "i",
    "ⅱ": "ii",
    "ⅲ": "iii",
    "ⅳ": "iv",
    "ⅴ": "v",
    "ⅵ": "vi",
    "l": "i",
    "ll": "ii",
    "lll": "iii",
    "lv": "iv",
}
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5"}
_ORDINALS |= {"1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5"}
_OF_SCALE = {
    "chronic-kidney-disease": "ckd-stage",
    "chronic-renal-failure": "ckd-stage",
    "acute-kidney-injury": "aki-stage",
}
# what counts the kinds of a condition without the name of a scale, and the scale of each
KINDS = {
    "class": "class", "classes": "class", "category": "class", "type": "type", "types": "type", "degree": "degree",
    "degrees": "degree",
}  # fmt: skip
Level = tuple[str, int]


class Levels:
    """The levels of one scale, rising, and every way to write each."""

    __slots__ = ("names", "spelled")

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.spelled: dict[str, str] = {}
        for name in names:
            for spelling in _spellings(name):
                self.spelled.setdefault(spelling, name)


@cache
def levels_of(scale: str) -> Levels | None:
    """The levels of a scale of the lexicon, None where it is not known."""
    found = entry(scale)
    if found is None or "levels" not in found.fields:
        return None
    return Levels(found.fields["levels"].split("|"))


def levels_phrases(text: str, tokens: Tokens, mentions: Sequence[Mention]) -> list[Phrase]:
    """A phrase for each level, or range of levels, that a text states on a scale that it names."""
    out: list[Phrase] = []
    done = 0
    if not KINDS.keys().isdisjoint(tokens.said):
        mentions = _with_classes(tokens, mentions)
    for position, mention in enumerate(mentions):
        if mention.sort != "scale" or mention.first < done:
            continue
        found = _phrases_at(text, tokens, mentions, position)
        if found and found[0].first >= done:
            out.extend(found)
            done = found[-1].last
    return out


def _with_classes(tokens: Tokens, mentions: Sequence[Mention]) -> Sequence[Mention]:
    """The mentions with a scale for each class, type or degree of a condition that names none: NYHA for a heart failure
    (`class IV heart failure`), else one of the condition's own (`class II malocclusion`, `third degree burns`)."""
    found = []
    for mention in mentions:
        if mention.sort != "condition":
            continue
        heart = is_a(mention.id, "heart-failure")
        beyond = 3 if heart else 1 + (tokens.word[mention.last : mention.last + 1] in (["of"], ["("]))
        for index in range(max(0, mention.first - 6), min(len(tokens), mention.last + beyond)):
            kind = KINDS.get(tokens.word[index])
            if kind == "type" and any(is_a(mention.id, other) for other in ("infection", "diabetes")):
                continue  # the type is the virus's, or a disease of its own
            if kind is not None and not mention.first <= index < mention.last:
                name = "nyha" if heart and kind == "class" else kind
                found.append(Mention(tokens.start[index], tokens.end[index], index, index + 1, "scale", name))
    covered = {
        index for mention in mentions for index in range(mention.first, mention.last + 2 * (mention.sort == "scale"))
    }
    extra = [mention for mention in {one.first: one for one in found}.values() if mention.first not in covered]
    return sorted((*mentions, *extra), key=lambda mention: mention.first) if extra else mentions


def _phrases_at(text: str, tokens: Tokens, mentions: Sequence[Mention], position: int) -> list[Phrase]:
    mention = mentions[position]
    of = graded(text, tokens, mentions, position) if mention.id in GENERIC else None
    if of is None and mention.id in UNNAMED:
        return []
    scale = _OF_SCALE.get(of.id or "", mention.id) if of is not None else mention.id
    name = (mention.start, mention.end)
    if mention.id in GENERIC and (other := scale_behind(tokens, mentions, position)) is not None:
        scale, name = other.id, (other.start, other.end)
    levels = levels_of(scale)
    if levels is None:
        return []
    side, low_inclusive, first = _comparator_before(tokens, mention.first)
    index = _skip(tokens, mentions, position, levels)
    if side is None and index < len(tokens):
        comparator = before_at(tokens, index)
        if comparator is not None and comparator[0].hint:
            return []
        if comparator is not None and comparator[0].side in {LOW, HIGH, EQUAL}:
            side, low_inclusive = comparator[0].side, comparator[0].inclusive
            index = comparator[1]
            while index < len(tokens) and tokens.word[index] in (_NOUNS | {"of", "a", "the", "to"}):
                index += 1
        elif comparator is not None and comparator[0].side == RANGE:
            index = comparator[1]
    found, joins, last = _list_at(tokens, index, levels)
    if found and _unread(tokens, last):
        return []
    if not found:
        return _before(text, tokens, mention, levels, of)
    concept = Concept(scale, text[name[0] : name[1]])
    if mention.id in GENERIC and scale == mention.id:
        of = words_behind(text, tokens, last) if of is None else of
        concept = scale_named(text, tokens, last) or concept
    return _nodes(tokens, mention, concept, of, levels, found, joins, side, low_inclusive, first, last)


def _nodes(
    tokens: Tokens,
    mention: Mention,
    concept: Concept,
    of: Concept | None,
    levels: Levels,
    found: list[Level],
    joins: list[str],
    side: str | None,
    inclusive: bool,
    first: int,
    last: int,
) -> list[Phrase]:
    names = [name for name, _ in found]
    subject = (mention.start, mention.end)
    if side in TURNED:
        last = last if len(found) == 1 else found[0][1] + 1
        behind = after_at(tokens, last)
        last = behind[1] if behind is not None and behind[0].side == side else last
        node = _one(concept, of, names[0], side, inclusive)
        return [_phrase(tokens, first, last, node, subject)]
    if len(names) == 1:
        behind_side, after = _comparator_after(tokens, last, concept.id)
        node = _one(concept, of, names[0], behind_side, True)
        return [_phrase(tokens, first, after, node, subject)]
    order = levels.names
    ranks = [order.index(name) if name in order else -1 for name in names]
    ranged = len(names) == 2 and joins[0] in _RANGE
    if ranged and ranks[0] >= 0 and ranks[1] >= 0 and ranks[0] > ranks[1]:
        return []
    if ranged or (-1 not in ranks and all(b - a == 1 for a, b in pairwise(ranks))):
        node = Ordinal(concept, names[0], names[-1], of=of)
        return [_phrase(tokens, first, last, node, subject)]
    out = []
    for number, (name, at) in enumerate(found):
        begin = first if number == 0 else at
        out.append(_phrase(tokens, begin, at + 1, Ordinal(concept, name, name, of=of), subject))
    return out


def _one(concept: Concept, of: Concept | None, level: str, side: str | None, inclusive: bool) -> Ordinal:
    if side == LOW:
        return Ordinal(concept, level, None, inclusive, True, of)
    if side == HIGH:
        return Ordinal(concept, None, level, True, inclusive, of)
    return Ordinal(concept, level, level, of=of)


def _phrase(tokens: Tokens, first: int, last: int, node: Ordinal, subject: tuple[int, int]) -> Phrase:
    start, end = tokens.start[first], tokens.end[last - 1]
    placed = Ordinal(
        node.scale,
        node.low,
        node.high,
        node.low_inclusive,
        node.high_inclusive,
        node.of,
        node.variant,
        None,
        (start, end),
    )
    return Phrase(start, end, first, last, placed, subject)


def _comparator_before(tokens: Tokens, index: int) -> tuple[str | None, bool, int]:
    """The comparator that ends right before a scale (`> grade 2`), and the token where the phrase begins."""
    for first in range(max(0, index - 5), index):
        found = before_at(tokens, first)
        if found is not None and found[1] == index and found[0].side in TURNED and not found[0].hint:
            return found[0].side, found[0].inclusive, first
    return None, True, index


def _comparator_after(tokens: Tokens, index: int, scale: str | None) -> tuple[str | None, int]:
    words = tokens.word
    if words[index : index + 1] in (["or"], ["and"]) and words[index + 1 : index + 2] in (
        ["worse"],
        ["better"],
        ["advanced"],
    ):
        worse = words[index + 1] == "worse"
        if scale in _BETTER_UP:
            worse = not worse
        return (LOW if worse else HIGH), index + 2
    behind = after_at(tokens, index)
    if behind is not None and behind[0].side in TURNED:
        return behind[0].side, behind[1]
    if words[index : index + 1] == ["+"] and index > 0 and tokens.end[index - 1] == tokens.start[index]:
        return LOW, index + 1
    return None, index


def _skip(tokens: Tokens, mentions: Sequence[Mention], position: int, levels: Levels) -> int:
    """The first token behind a scale that is neither a filler nor the scale's name again in brackets."""
    words, mention = tokens.word, mentions[position]
    index = mention.last
    again = {m.first: m.last for m in mentions[position + 1 : position + 5] if m.id == mention.id}
    limit = min(len(words), index + MOST_FILLERS)
    while index < limit:
        if index in again:
            index = again[index]
            continue
        word = words[index]
        if (
            word in {"v", "ver", "version", "edition"}
            and index + 1 < len(words)
            and tokens.value[index + 1] is not None
        ):
            index += 2  # the version of a catalogue, no level
            continue
        if word not in _FILLERS and not (
            word.isalpha() and words[index - 1 : index] == ["("] and word not in levels.spelled
        ):
            break
        if word in {"a", "s"} and word in levels.spelled and _ends_level(tokens, index):
            break
        if before_at(tokens, index) is not None and word not in {"equal", "-"}:
            break
        if word in {"(", ","} and index + 1 < len(words) and tokens.kind[index + 1] == OPERATOR:
            return index + 1
        index += 1
    return index


def _ends_level(tokens: Tokens, index: int) -> bool:
    """Whether the word `a` here is the level A: a list, a range, or nothing follows."""
    words = tokens.word
    if index + 1 >= len(words):
        return True
    return (
        words[index + 1] in _LIST
        or words[index + 1] in _RANGE
        or words[index + 1] in {")", ";", ".", "cirrhosis", "liver"}
    )


def _list_at(tokens: Tokens, index: int, levels: Levels) -> tuple[list[Level], list[str], int]:
    """The levels from a token on, what joins them, and the token after the last."""
    words = tokens.word
    found: list[Level] = []
    joins: list[str] = []
    last = index
    while index < len(words) and len(found) < MOST_LEVELS:
        name = _lettered(tokens, index, levels) or _same_number(tokens, index, levels, found)
        width = 2 if tokens.value[index] is not None else 1
        if name is None:
            name, width = _level(tokens, index, levels), 1
        if name is None:
            break
        found.append((name, index))
        last = index + width
        index = last
        if index >= len(words) or not (words[index] in _LIST or words[index] in _RANGE):
            break
        join = words[index]
        index += 1
        if index < len(words) and words[index] in {"or", "and"}:
            index += 1
        if index < len(words) and words[index] in _NOUNS:
            index += 1
        joins.append(join)
    return found, joins[: max(0, len(found) - 1)], last


def _lettered(tokens: Tokens, index: int, levels: Levels) -> str | None:
    """The level that a figure and a letter right behind it name together: `2b`."""
    if index + 1 >= len(tokens) or tokens.end[index] != tokens.start[index + 1] or tokens.value[index] is None:
        return None
    if tokens.word[index + 1] not in {"a", "b", "c", "d"}:
        return None
    return levels.spelled.get(tokens.word[index] + tokens.word[index + 1])


def _same_number(tokens: Tokens, index: int, levels: Levels, found: list[Level]) -> str | None:
    """The level of a letter alone behind a level with one: the B of `IIIA/B`."""
    if not found or tokens.word[index] not in {"a", "b", "c", "d"} or found[-1][0][-1:] not in {"A", "B", "C"}:
        return None
    name = found[-1][0][:-1] + tokens.word[index].upper()
    return name if len(name) > 1 and name in levels.names else None


def _unread(tokens: Tokens, index: int) -> bool:
    """Whether a list of levels goes on with one that is not understood: the B7 of `A or B7`."""
    words = tokens.word
    if index + 1 >= len(words) or words[index] not in {"or", "-", "/", "to"}:
        return False
    word = words[index + 1]
    return 1 < len(word) < 4 and word[0].isalpha() and word[-1].isdigit() and tokens.kind[index + 1] != NUMBER


def _level(tokens: Tokens, index: int, levels: Levels) -> str | None:
    """The level that a token names."""
    word = tokens.word[index]
    name = levels.spelled.get(word)
    if name is None:
        name = levels.spelled.get(_ROMAN_SIGNS.get(word, ""))
    if name is None and tokens.value[index] is not None:
        name = levels.spelled.get(str(tokens.value[index]))
    if (
        name is not None
        and tokens.word[index + 1 : index + 2] == ["/"]
        and tokens.word[index + 2 : index + 3] == ["10"]
    ):
        return None
    if name is None and len(word) >= 2 and word[-1] in "abc" and levels.spelled.get(word[:-1]) is not None:
        return word.upper() if levels.spelled[word[:-1]].isupper() else word
    return name


def _before(text: str, tokens: Tokens, mention: Mention, levels: Levels, of: Concept | None) -> list[Phrase]:
    """A level named before its scale: `the fifth stage of chronic renal failure`, `class II of the NYHA`."""
    if mention.first == 0:
        return []
    if mention.id not in GENERIC:
        return _levels_before(text, tokens, mention, levels)
    if of is None or of.id in {"labor", "pregnancy", "delivery"}:
        return []  # the second stage of labour is a part of it
    words, first, found = tokens.word, mention.first, list[str]()
    while first > 0 and len(found) < 3:
        at = first - 1
        while at > 0 and words[at] in {"-", "or", "and", "/", ","}:
            at -= 1
        number = _ORDINALS.get(words[at])
        name = levels.spelled.get(number) if number is not None else None
        if name is None:
            break
        found.insert(0, name)
        first = at
    order = [levels.names.index(name) for name in found]
    if not found or any(b - a != 1 for a, b in pairwise(order)):
        return []
    scale = Concept(_OF_SCALE.get(of.id or "", mention.id), text[mention.start : mention.end])
    node = Ordinal(scale, found[0], found[-1], of=of)
    return [_phrase(tokens, first, mention.last, node, (mention.start, mention.end))]


def _levels_before(text: str, tokens: Tokens, mention: Mention, levels: Levels) -> list[Phrase]:
    """The levels before the name of their scale, where their noun opens them: `class III or IV of the NYHA`."""
    words = tokens.word
    for noun in range(mention.first - 2, max(-1, mention.first - 14), -1):
        if words[noun] not in _NOUNS:
            continue
        found, joins, last = _list_at(tokens, noun + 1, levels)
        if not found or _unread(tokens, last):
            return []
        concept = Concept(mention.id, text[mention.start : mention.end])
        side, inclusive, first = _comparator_before(tokens, noun)
        placed = _nodes(tokens, mention, concept, None, levels, found, joins, side, inclusive, first, last)
        gap = words[placed[0].last : mention.first] if len(placed) == 1 else []
        if not gap or not _OF_THE_SCALE.issuperset(gap):
            return []
        phrase = placed[0]
        assert isinstance(phrase.node, Ordinal)
        return [_phrase(tokens, phrase.first, mention.last, phrase.node, phrase.subject)]
    return []


def _spellings(name: str) -> set[str]:
    """The ways to write a level: `III` is also `3`, `IIIB` also `3b`."""
    low = name.lower()
    out = {low}
    for number, roman in enumerate(_ROMAN[1:], 1):
        if low.startswith(roman) and low[len(roman) :] in {
            "",
            "a",
            "b",
            "c",
            "d",
            "a1",
            "a2",
            "b1",
            "b2",
            "b3",
            "c1",
            "c2",
        }:
            out.add(f"{number}{low[len(roman) :]}")
    if low[:1].isdigit() and "." not in low and int(low[0]) < len(_ROMAN) and low[1:] in {"", "a", "b", "c"}:
        out.add(f"{_ROMAN[int(low[0])]}{low[1:]}")
    return out
