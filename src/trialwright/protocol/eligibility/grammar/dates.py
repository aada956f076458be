"""Reads calendar windows of a line: `since 2010`, `between 1 May 2014 and 2016`, `4/15/2019`."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.tokens import Tokens
from trialwright.protocol.eligibility.tree import Dates

_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ],
        1,
    )
    for name in names.split()
}


_FILLS = frozenset({"the", "year", "years"})


def dates_at(tokens: Tokens, at: int) -> tuple[int, int, Dates] | None:
    """The calendar window that a year belongs to: `since 2010`, `between May 2014 and 2016`, `before 1 June 2018`."""
    words = tokens.word
    date, begin = _date(tokens, at)
    if not date:
        return None
    end = at + 1
    before = words[begin - 1] if begin > 0 else ""
    while before in _FILLS and begin > 1:
        begin -= 1
        before = words[begin - 1]
    if before == "from" and words[end : end + 2] in (
        ["to", "present"],
        ["to", "now"],
        ["to", "date"],
        ["until", "now"],
    ):
        return begin - 1, end + 2, Dates(first=date)
    if before in {"since", "after"} or (before == "from" and not _goes_to(words, end)):
        return begin - 1, end, Dates(first=date)
    if before in {"before", "until"}:
        return begin - 1, end, Dates(last=date)
    if before in {"between", "from"} and _goes_to(words, end):
        for other in range(end + 1, min(end + 8, len(words))):
            if is_year(tokens, other):
                until, start = _date(tokens, other)
                if not until:
                    return None
                if start - end <= 2 or (start - end == 3 and words[start - 1] in _FILLS):
                    return begin - 1, other + 1, Dates(date, until)
    return None


def _goes_to(words: list[str], end: int) -> bool:
    return end < len(words) and words[end] in {"and", "to", "-", "until", "through"}


def _date(tokens: Tokens, at: int) -> tuple[str, int]:
    """The date that ends with the year at this token, in ISO form, and its first token."""
    words, values = tokens.word, tokens.value
    begin = at
    month = day = None
    here = at - 1
    numeric = _in_figures(tokens, at)
    if numeric is not None:
        return numeric
    if here >= 0 and words[here] == ",":
        here -= 1
    if here >= 0 and words[here] in _MONTHS:
        month, begin = _MONTHS[words[here]], here
        value = values[here - 1] if here > 0 else None
        if value is not None and 1 <= value <= 31 and value == int(value):
            day, begin = int(value), here - 1
    elif here > 0 and words[here - 1] in _MONTHS and values[here] is not None:
        value = values[here]
        if value is not None and 1 <= value <= 31:
            month, day, begin = _MONTHS[words[here - 1]], int(value), here - 1
    out = words[at]
    if month is not None:
        out += f"-{month:02d}" + (f"-{day:02d}" if day is not None else "")
    return out, begin


def _in_figures(tokens: Tokens, at: int) -> tuple[str, int] | None:
    """A date in figures that ends with the year at this token (`4/15/2019`), and its first token; the date is empty
    where no date of the line tells whether the month or the day comes first."""
    parts = _day_and_month(tokens, at)
    if parts is None:
        return None
    first, second = parts
    seen = [_day_and_month(tokens, other) for other in range(4, len(tokens)) if is_year(tokens, other)]
    month_last = any(each is not None and each[0] > 12 for each in seen)
    month_first = any(each is not None and each[1] > 12 for each in seen)
    if month_last == month_first and first != second:
        return "", at - 4
    month, day = (second, first) if month_last else (first, second)
    return (f"{tokens.word[at]}-{month:02d}-{day:02d}" if month <= 12 and day <= 31 else ""), at - 4


def _day_and_month(tokens: Tokens, at: int) -> tuple[int, int] | None:
    """The two numbers before a year in figures (`4/15/`), as they stand."""
    words, values = tokens.word, tokens.value
    if at < 4 or words[at - 1] not in {"/", "-"} or words[at - 3] != words[at - 1]:
        return None
    first, second = values[at - 4], values[at - 2]
    if first is None or second is None or not (1 <= first <= 31 and 1 <= second <= 31):
        return None
    return (int(first), int(second)) if first == int(first) and second == int(second) else None


def is_year(tokens: Tokens, at: int) -> bool:
    """Whether a number of four figures is a calendar year."""
    word = tokens.word[at]
    if len(word) != 4 or not word.isdigit() or not "1950" <= word <= "2099":
        return False
    following = tokens.word[at + 1] if at + 1 < len(tokens) else ""
    return following not in {"/", "%", "mg", "ml", "kcal", "cells", "iu", "g", "copies"}
