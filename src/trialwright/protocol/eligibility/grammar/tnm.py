"""Reads categories of the TNM classification of tumours (`T1-2 N0 M0`, `cT3 or T4`, `≥ pT2`) as phrases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.comparators import HIGH, LOW, after_at, before_at
from trialwright.protocol.eligibility.grammar.phrases import Phrase
from trialwright.protocol.eligibility.grammar.tokens import Tokens, word_set
from trialwright.protocol.eligibility.tree import Concept, Ordinal

_HINT = re.compile(r"(?<![^\W_])(?:yp|yc|[cpry])?[TN](?:is|[0-4])", re.IGNORECASE)
_SURE = re.compile(r"(?<![^\W_])(?:(?:yp|yc|[cp])[TN](?:is|[0-4])|T(?:is|[0-4])[a-d]?,?\s?N[0-3x]|N[0-3],?\s?M[01])")
_WORD = re.compile(
    r"(?:yp|yc|[cpry])?(?:(?P<t>t(?:is|[0-3][a-c]?|4[a-d]?))(?:(?P<n>n[0-3][a-c]?)(?P<m>m[01][a-c]?)?)?"
    r"|(?P<n2>n[0-3][a-c]?)(?P<m2>m[01][a-c]?)?|(?P<m3>m[01][a-c]?))"
)
_REST = re.compile(r"(?P<t>[0-3][a-c]?|4[a-d]?)(?:(?P<n>n[0-3][a-c]?)(?P<m>m[01][a-c]?)?)?")
_OF_TUMOURS = word_set(
    """
    tnm stage stages staging staged tumor tumors tumour tumours cancer cancers carcinoma ajcc uicc prostate melanoma
    sarcoma adenocarcinoma neoplasm malignancy
    """
)
_OTHERWISE = word_set(
    """
    thyroid thyroxine tsh hormone free weighted mri vertebra vertebrae vertebral thoracic spine spinal lumbar
    triiodothyronine levothyroxine level levels flair diabetes antigen
    """
)
_IN_SITU = frozenset(prefix + "tis" for prefix in ("", "yp", "yc", "c", "p", "r", "y"))
_SCALES = {"t": "tnm-t", "n": "tnm-n", "m": "tnm-m"}
_NAMES = frozenset({"stage", "stages", "category", "tnm", "clinical", "pathological", "pathologic", "classification"})
_RANGE = frozenset({"-", "to", "~", "through"})
_LIST = frozenset({"or", ",", "/", "and"})
_NEXT = {"t": "01234", "n": "0123", "m": "01"}


class _Category(NamedTuple):
    kind: str
    level: str
    first: int
    last: int


def tnm_phrases(text: str, tokens: Tokens) -> list[Phrase]:
    """A phrase for each category, or range of categories, that a text about tumours states."""
    words = tokens.word
    if not tokens.mixed and _IN_SITU.isdisjoint(tokens.said):
        return []
    if _HINT.search(text) is None or not _OTHERWISE.isdisjoint(tokens.said):
        return []
    if _OF_TUMOURS.isdisjoint(tokens.said) and _SURE.search(text) is None:
        return []
    out: list[Phrase] = []
    found = list(_categories(tokens))
    index = 0
    while index < len(found):
        one = found[index]
        other = found[index + 1] if index + 1 < len(found) else None
        joined = words[one.last : other.first] if other is not None and other.kind == one.kind else ["?"]
        high = one
        if (
            other is not None
            and len(joined) <= 1
            and (not joined or joined[0] in _RANGE or _follow(one, other, joined))
        ):
            high, index = other, index + 1
        out.append(_phrase(tokens, one, high))
        index += 1
    return out


def _follow(one: _Category, two: _Category, joined: list[str]) -> bool:
    """Whether two categories in a list are neighbours, so that they are a range: `T3 or T4`."""
    return joined[0] in _LIST and len(one.level) == len(two.level) == 2 and int(two.level[1]) - int(one.level[1]) == 1


def _categories(tokens: Tokens) -> Iterator[_Category]:
    words = tokens.word
    index = 0
    while index < len(words):
        match = _WORD.fullmatch(words[index])
        if match is None:
            index += 1
            continue
        groups = {key[0]: value for key, value in match.groupdict().items() if value}
        for kind, level in groups.items():
            yield _Category(kind, _spelled(level), index, index + 1)
        last = list(groups)[-1]
        index += 1
        if words[index : index + 1] in (["-"], ["/"]) and index + 1 < len(words):
            # "T1-2N0M0": the second number of the range lacks its letter
            glued = words[index + 1]
            if tokens.value[index + 1] is not None and index + 2 < len(words):
                near = tokens.end[index + 1] == tokens.start[index + 2]
                glued += words[index + 2] if near and words[index + 2][0] in "abcdn" else ""
            rest = _REST.fullmatch(glued)
            if rest is not None and rest["t"][0] in _NEXT[last]:
                end = index + (2 if glued == words[index + 1] else 3)
                yield _Category(last, _spelled(last + rest["t"]), index + 1, end)
                for kind in ("n", "m"):
                    if rest[kind]:
                        yield _Category(kind, _spelled(rest[kind]), index - 1, end)
                index = end


def _spelled(level: str) -> str:
    return level[0].upper() + level[1:]


def _phrase(tokens: Tokens, one: _Category, high: _Category) -> Phrase:
    first, last = one.first, high.last
    low_level: str | None = one.level
    high_level: str | None = high.level
    low_in = high_in = True
    if one is high:
        for begin in range(max(0, first - 4), first):
            before = before_at(tokens, begin)
            if before is not None and before[1] == first and before[0].side in {LOW, HIGH} and not before[0].hint:
                first = begin
                if before[0].side == LOW:
                    high_level, low_in = None, before[0].inclusive
                else:
                    low_level, high_in = None, before[0].inclusive
                break
        behind = after_at(tokens, last)
        if first == one.first and behind is not None and behind[0].side in {LOW, HIGH}:
            last = behind[1]
            low_level, high_level = (one.level, None) if behind[0].side == LOW else (None, one.level)
    while first > 0 and tokens.word[first - 1] in _NAMES:
        first -= 1
    start, end = tokens.start[first], tokens.end[last - 1]
    concept = Concept(_SCALES[one.kind], f"{one.kind.upper()} category")
    node = Ordinal(concept, low_level, high_level, low_in, high_in, span=(start, end))
    return Phrase(start, end, first, last, node, (tokens.start[one.first], tokens.end[one.last - 1]))
