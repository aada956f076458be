"""Reads what a number is a multiple of: a limit of the normal range, the predicted value, the patient's own baseline."""

from __future__ import annotations

import re

from trialwright.protocol.eligibility.grammar.tokens import Tokens, word_set
from trialwright.protocol.eligibility.tree import Reference

HINTS = word_set(
    """
    uln unl lln xuln xlln upper lower normal predicted pred baseline xunl highest uln's ulns expected nul ulrr
    url
    """
)
LONGEST = 18  # tokens that are looked at behind a number

_OWNER = (
    r"(?:(?:the|their|its|an?|of|institutional|institution|institution's|laboratory|lab|local|site|central|age|adjusted|-|'"
    r"|s|specific|respective|hospital|reference|for|by|range|study) )*"
)
_TIMES = r"(?:(?:x|times?|fold|- ?fold|\*|·|-times) )?(?:\( )?"
_OVER = r"(?P<over>(?:above|higher than|greater than|over|more than|beyond|higher) )?"
_UPPER = (
    r"(?:x ?)?(?:xuln|xunl|uln|ulns|unl|nul|ulrr|url|upper limits? of (?:the )?(?:[a-z]+ ){0,2}?normal(?: range| values?| limits?)?"
    r"|upper limits? (?:of|for) (?:the )?(?:[a-z]+ )?(?:reference|norm)(?: range| interval| values?)?|upper normal (?:limits?|range|values?)"
    r"|normal upper limits?|upper reference (?:limits?|range|values?)|upper limits? of (?:the )?range|upper limits? normal"
    r"|highest (?:normal|reference) (?:values?|limits?)|upper limit|upper range of (?:the )?normal|upper level of normal"
    r"|upper (?:end|bound|boundary) of (?:the )?normal(?: range)?)"
)
_LOWER = r"(?:lln|xlln|lower limits? of (?:the )?(?:[a-z]+ ){0,2}?normal(?: range| values?)?|lower normal limits?|normal lower limits?)"
_NORMAL = r"(?:normal(?: (?:range|values?|limits?|levels?))?)"
_AFTER_NUMBER = re.compile(
    rf"(?P<times>{_TIMES}){_OVER}{_OWNER}(?:(?P<upper>{_UPPER})|(?P<lower>{_LOWER})|(?P<normal>{_NORMAL}))(?= |$)(?: \))?"
)
_ALONE = re.compile(rf"{_OWNER}(?:(?P<upper>{_UPPER})|(?P<lower>{_LOWER}))(?= |$)(?: \))?")
_PERCENT = re.compile(
    r"(?:of )?(?:the )?(?:age |- |appropriate |normal )*(?:(?P<predicted>predicted|pred|predictive|expected)(?: \.)?"
    r"(?: normal)?(?: values?| level| normal value)?|(?:from |of )?(?:the |their )?(?P<baseline>baseline)(?: values?)?)(?= |$)"
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
