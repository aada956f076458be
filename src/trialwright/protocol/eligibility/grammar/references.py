"""Reads what a number is a multiple of: a limit of normal, the predicted value, the patient's own baseline."""

from __future__ import annotations

import re

from trialwright.protocol.eligibility.grammar.tokens import Tokens, word_set
from trialwright.protocol.eligibility.tree import Reference

HINTS = word_set(
    """
    uln unl lln xuln xlln upper lower normal predicted predictive pred baseline xunl highest uln's ulns expected nul
    ulrr url
    """
)
LONGEST = 18  # tokens that are looked at behind a number

_OWNED = (
    "the|their|its|an?|of|institutional|institution|institution's|laboratory|lab|local|site|central|age|adjusted|-|'|s"
    "|specific|respective|hospital|reference|for|by|range|study"
)
_OWNER = rf"(?:(?:{_OWNED}) )*"
_TIMES = r"(?:(?:x|times?|fold|- ?fold|\*|·|-times) )?(?:\( )?"
_OVER = r"(?P<over>(?:above|higher than|greater than|over|more than|beyond|higher) )?"
_RANGE = r"(?: range| values?| limits?| interval)?"
_UPPER = (
    r"(?:x ?)?(?:xuln|xunl|uln|ulns|unl|nul|ulrr|url"
    rf"|upper limits? of (?:the )?(?:[a-z]+ ){{0,2}}?normal{_RANGE}"
    rf"|upper limits? (?:of|for) (?:the )?(?:[a-z]+ )?(?:reference|norm){_RANGE}"
    r"|upper normal (?:limits?|range|values?)|normal upper limits?|upper reference (?:limits?|range|values?)"
    r"|upper limits? of (?:the )?range|upper limits? normal|highest (?:normal|reference) (?:values?|limits?)"
    r"|upper limit|upper range of (?:the )?normal|upper level of normal"
    rf"|upper (?:end|bound|boundary) of (?:the )?normal{_RANGE})"
)
_LOWER = (
    rf"(?:lln|xlln|lower limits? of (?:the )?(?:[a-z]+ ){{0,2}}?normal{_RANGE}"
    r"|lower normal limits?|normal lower limits?)"
)
_NORMAL = r"(?:normal(?: (?:range|values?|limits?|levels?))?)"
_AFTER_NUMBER = re.compile(
    rf"(?P<times>{_TIMES}){_OVER}{_OWNER}"
    rf"(?:(?P<upper>{_UPPER})|(?P<lower>{_LOWER})|(?P<normal>{_NORMAL}))(?= |$)(?: \))?"
)
_ALONE = re.compile(rf"{_OWNER}(?:(?P<upper>{_UPPER})|(?P<lower>{_LOWER}))(?= |$)(?: \))?")
_PERCENT = re.compile(
    r"(?:of )?(?:the )?(?:age |- |appropriate |normal )*"
    r"(?:(?P<predicted>predicted|pred|predictive|expected)(?: \.)?(?: normal)?(?: values?| level| normal value)?"
    r"|(?:from |of )?(?:the |their )?(?P<baseline>baseline)(?: values?)?)(?= |$)"
)


def multiple_at(tokens: Tokens, index: int) -> tuple[Reference, int] | None:
    """The limit that a number before this token is a multiple of, and the token after it."""
    joined = " ".join(tokens.word[index : index + LONGEST])
    match = _AFTER_NUMBER.match(joined)
    if match is None:
        return None
    if match["normal"] is not None and not match["times"].strip() and not match["over"]:
        return None
    kind = Reference.LOWER_LIMIT if match["lower"] is not None else Reference.UPPER_LIMIT
    return kind, index + len(match[0].split())


FOLDED = frozenset({"x", "*", "·", "n"})  # what the N for the upper limit of normal begins with, behind its number


def folded_normal(tokens: Tokens, index: int) -> int | None:
    """The token after the N of `2N`, `1.5 x N`, `3×N`, where that is the upper limit of normal."""
    words = tokens.word
    times = words[index : index + 1] in (["x"], ["*"], ["·"])
    at = index + 1 if times else index
    if words[at : at + 1] != ["n"] or not (times or tokens.end[at - 1] == tokens.start[at]):
        return None
    return None if words[at + 1 : at + 2] in (["="], ["/"], ["-"]) else at + 1


def limit_at(tokens: Tokens, index: int) -> tuple[Reference, int] | None:
    """A limit of the normal range that is named without a number (`> ULN`), and the token after it."""
    match = _ALONE.match(" ".join(tokens.word[index : index + LONGEST]))
    if match is None:
        return None
    kind = Reference.LOWER_LIMIT if match["lower"] is not None else Reference.UPPER_LIMIT
    return kind, index + len(match[0].split())


def percentage_at(tokens: Tokens, index: int) -> tuple[Reference, int] | None:
    """What a percentage before this token is of, where that is the predicted value or the baseline."""
    match = _PERCENT.match(" ".join(tokens.word[index : index + 8]))
    if match is None:
        return None
    kind = Reference.PREDICTED if match["predicted"] is not None else Reference.BASELINE
    return kind, index + len(match[0].split())
