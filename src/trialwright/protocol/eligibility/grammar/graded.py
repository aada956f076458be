"""Finds what a stage or a grade is of, and on which scale it is given where that is named behind it."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.protocol.eligibility.grammar.phrases import Mention
from trialwright.protocol.eligibility.grammar.tokens import Tokens, word_set
from trialwright.protocol.eligibility.grammar.variables import is_name, name_from
from trialwright.protocol.eligibility.tree import Concept

UNNAMED = frozenset({"class", "type", "degree"})  # these are no scale but of something
GENERIC = UNNAMED | {"stage", "grade"}


_EXCEPTING = frozenset({"except", "excluding", "other", "unless", "besides", "exception"})


_ENDING = frozenset({";", ".", ",", ")", "with", "without"})


_ACCORDING = frozenset({"according", "by", "on", "per", "using", "of", "(", "in"})


def graded(text: str, tokens: Tokens, mentions: Sequence[Mention], position: int) -> Concept | None:
    """What a stage or grade is of: the condition named closest behind or before it in its clause."""
    mention = mentions[position]
    for step, reach in ((-1, 2), (1, 8), (-1, 4)):
        place = position + step
        if 0 <= place < len(mentions) and mentions[place].sort in {"condition", "event"}:
            other = mentions[place]
            gap = tokens.word[mention.last : other.first] if step > 0 else tokens.word[other.last : mention.first]
            if tokens.word[max(0, other.first - 2) : other.first] == ["non", "-"] or _EXCEPTING.intersection(gap):
                continue
            joined = tokens.word[other.first - 1] in {"or", "and"} if step > 0 else not {"or", "and"}.isdisjoint(gap)
            opened = step > 0 and "(" in gap
            if len(gap) <= reach and not (joined or opened) and _ENDING.isdisjoint(gap):
                return Concept(other.id, text[other.start : other.end])
    other = mentions[position - 1] if position else mention
    if other.sort == "condition" and tokens.word[other.last : mention.first] == [","]:
        return Concept(other.id, text[other.start : other.end])  # `melanoma, stage III`
    return None


def scale_behind(tokens: Tokens, mentions: Sequence[Mention], position: int) -> Mention | None:
    """The scale that a stage is said to be on: `stage 2b according to the Fontaine classification`."""
    if position + 1 >= len(mentions):
        return None
    other = mentions[position + 1]
    gap = tokens.word[mentions[position].last : other.first]
    if other.sort != "scale" or other.id in GENERIC or not 2 <= len(gap) <= 8:
        return None
    return other if not _ACCORDING.isdisjoint(gap) and not {";", ".", ","}.intersection(gap) else None


def words_behind(text: str, tokens: Tokens, index: int) -> Concept | None:
    """What is graded where the lexicon does not know it: `grade 1 for central nervous disorders`."""
    if tokens.word[index : index + 1] not in (["for"], ["of"], ["in"]):
        return None
    first = index + 2 if tokens.word[index + 1 : index + 2] in (["the"], ["a"]) else index + 1
    found = name_from(tokens, first)
    return Concept(None, text[tokens.start[found.first] : tokens.end[found.last - 1]]) if found is not None else None


_LEADS = frozenset({"on", "by", "per", "using", "in", "to", "("})  # "according to" and "as per" end with one of them
_SCALE_NOUNS = word_set("scale classification grading scoring score system index criteria")
_OF_BODIES = word_set(
    """
    ajcc uicc tnm figo who ctcae nci recist kdigo asco eular acr esc aha acc the this local investigator investigators
    guidelines guideline protocol international american european world national appendix table section
    """
)
_MOST_BETWEEN = 4


def scale_named(text: str, tokens: Tokens, index: int) -> Concept | None:
    """The scale that is not in the lexicon and is named behind a level, in capitals: `grade 2 on the Rowan scale`."""
    words, at = tokens.word, index
    while at < len(words) and at - index < _MOST_BETWEEN and words[at] not in _LEADS and _passed(tokens, at):
        at += 1
    if at >= len(words) or words[at] not in _LEADS:
        return None
    certain = words[at - 1 : at + 1] == ["according", "to"]
    if words[at] == "to" and not certain:
        return None
    first = at + 2 if words[at + 1 : at + 2] == ["the"] else at + 1
    found = name_from(tokens, first)
    if found is None or words[first] in _OF_BODIES or not text[tokens.start[first]].isupper():
        return None
    last = next((place + 1 for place in range(first + 1, found.last) if words[place] in _SCALE_NOUNS), None)
    if last is None:
        closed = found.last >= len(words) or words[found.last] in {".", ",", ";", ")", "and", "or", "with"}
        if not certain or not closed or found.last - first > 3:
            return None
        last = found.last
    return Concept(None, text[tokens.start[first] : tokens.end[last - 1]])


def _passed(tokens: Tokens, at: int) -> bool:
    """Whether a word may stand between a level and the name of its scale (`grade 2 or higher oedema on the ...`)."""
    return is_name(tokens, at) or tokens.word[at] in {"or", "and", "higher", "according", "as"}
