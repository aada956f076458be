"""Reads how many of a list are meant: `at least 2 (two) of the following`, `more than one of these`."""

from __future__ import annotations

import re

from trialwright.protocol.eligibility.grammar.markers import ANY, ASKED

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBERS = {word: number for number, word in enumerate(_WORDS)}
_NUMBER = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)"
_SAID = (
    r"(?:(?P<most>no more than|not more than|at most|(?:a )?maximum (?:of )?|up to|fewer than|less than|under|<|≤|only"
    r"|exactly|just)|(?P<above>more than|greater than|over|>)|(?P<least>at least|(?:a )?minimum (?:of )?|no fewer than"
    r"|no less than|not less than|>\s?=|≥|any)|(?P<out>out of(?: the)?))?\s*"
    rf"(?<![\w.,/-])(?P<number>{_NUMBER})\s*(?:\(\s*{_NUMBER}\s*\)|\[\s*{_NUMBER}\s*\])?"
    r"\s*(?P<more>or more|or greater|and more)?\s*(?:\(\s*or more\s*\)\s*)?(?P<of>(?:out )?of)"
)
_BEFORE = re.compile(_SAID + "$", re.IGNORECASE)
_LISTED = re.compile(
    rf"\s*(?:(?:the|these|those|any)\b(?:\s+(?:following|{_NUMBER})\b){{0,2}}|following\b|:|{_NUMBER} of (?:the|these)"
    r"(?: following)?\b)",
    re.IGNORECASE,
)
_HEAD = re.compile(_SAID + r"\s*(?:the following|these|those|the|following|:|" + _NUMBER + " )", re.IGNORECASE)
_NO_LIST = re.compile(r"\s*(?:which|whom|them|age|it)\b", re.IGNORECASE)
# `at least two risk factors:`, without `of`
_NAMED = re.compile(
    rf"(?:at least|a minimum of|≥|>=)\s+(?P<number>{_NUMBER})\s+(?:\w+[ -]){{0,3}}?(?:criteria|factors|features"
    r"|symptoms|signs|conditions|findings|characteristics|items|comorbidities|manifestations)\b",
    re.IGNORECASE,
)


def before_of(text: str, rest: str) -> tuple[int, int, int] | None:
    """For a text that ends with `of`, and the rest behind it: how many of what follows are meant, ASKED for an upper
    bound; where in the text the words that say so begin; and how many characters of the rest belong to them. None where
    no list is counted."""
    said = _BEFORE.search(text)
    if said is None or said["out"]:
        return None
    ahead = _LISTED.match(rest)
    bound = said["most"] or said["above"] or said["least"] or said["more"]
    if ahead is None and (not bound or _NO_LIST.match(rest) is not None):
        return None
    if ahead is not None and ahead[0].split()[-1:] == ["the"] and not bound:
        return None  # `one of the parents`
    colon = ahead is not None and ahead[0].strip() == ":"
    return _count(said), said.start(), ahead.end() if ahead is not None and not colon else 0


def in_head(head: str) -> int | None:
    """How many of a list are meant by the words above it; ASKED for an upper bound; None where they do not say."""
    found = None
    for said in _HEAD.finditer(head):
        if not said["out"]:
            found = said
    if found is not None:
        return _count(found)
    named = _NAMED.search(head)
    return None if named is None else _value(named["number"])


def _count(said: re.Match[str]) -> int:
    number = _value(said["number"])
    if said["most"]:
        return ASKED
    if said["above"]:
        number += 1
    return ANY if number == 1 else number


def _value(word: str) -> int:
    return NUMBERS.get(word.lower(), int(word) if word.isdigit() else 0)
