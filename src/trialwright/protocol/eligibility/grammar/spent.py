"""Quiets the words of a time that a phrase elsewhere in the line has taken up."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from trialwright.protocol.eligibility.grammar.markers import (
    AND,
    COMMA,
    LEAF,
    LINK,
    OR,
    SEMI,
    SKIP,
    SLASH,
    STOP,
    WORD,
    words_of,
)
from trialwright.protocol.eligibility.grammar.row import Row
from trialwright.protocol.eligibility.tree import Exposure, Interval, Lasting, Leaf, Ordinal, Present, Window

_AROUND = words_of(
    """
    past last preceding least most more than less fewer greater maximum minimum up first dose doses drug drugs
    treatment therapy administration initiation initiating start starting beginning signing consent informed
    product medication day days week weeks month months year years hour hours prior randomized randomised
    enrolled cycle infusion injection intervention investigational surgery procedure half lives longer
    whichever is screening enrollment receiving calendar consecutive continuous duration
    """
)


_THINGS = (Present, Exposure)
# a leaf that opens with its time and names its thing after a comma
_OPENING = re.compile(r"(?:within|in|during|for|over|less than)\b[^,;.]{3,90},\s", re.IGNORECASE)


def spread_times(row: Row) -> None:
    """Gives the time that opens a sentence (`Within 4 weeks, surgery or radiotherapy`) to all that it names."""
    at, count = 0, len(row.code)
    while at < count:
        end = at
        while end < count and row.code[end] not in (SEMI, STOP):
            end += 1
        _spread(row, at, end)
        at = end + 1


def _spread(row: Row, lo: int, hi: int) -> None:
    code = row.code
    while lo < hi and code[lo] in (SKIP, COMMA):
        lo += 1
    comma = lo
    while comma < hi and code[comma] in (LINK, SKIP, WORD, SLASH, AND, OR):
        comma += 1
    if lo < hi and code[lo] == LEAF and _OPENING.match(row.text, row.start[lo], row.end[lo]) is not None:
        _give(row, lo, hi, None)
        return
    if not (lo < comma < hi) or code[lo] != LINK or code[comma] != COMMA:
        return
    spoken = {
        (value, unit[0])
        for at in range(lo, comma)
        if isinstance(value := row.data[at], Decimal) and (unit := _unit(row, at)) is not None
    }
    _give(row, comma, hi, spoken)


def _give(row: Row, lo: int, hi: int, spoken: set[tuple[Decimal, str]] | None) -> None:
    """Gives the window of the first leaf that has one, of the times spoken where they are known, to those after it."""
    when: Window | None = None
    for at in range(lo, hi):
        if row.code[at] != LEAF:
            continue
        leaves: list[Leaf] = row.data[at]  # type: ignore[assignment]  # what a LEAF holds
        for place, leaf in enumerate(leaves):
            if not isinstance(leaf, Present | Exposure):
                continue
            if when is None and isinstance(leaf.when, Window) and (spoken is None or _bounds(leaf.when) & spoken):
                when = leaf.when
            elif when is not None and leaf.when is None:
                leaves[place] = replace(leaf, when=when)


def _bounds(when: Window) -> set[tuple[Decimal, str]]:
    found: set[tuple[Decimal, str]] = set()
    _add(found, when.interval, when.unit)
    return found


def quiet_times(row: Row) -> None:
    """Makes function words of `within 4 weeks before enrolment` where leaves of the row state that very time: it stands
    once in a text and holds for several things."""
    times = _times(row)
    if not times:
        return
    code, word = row.code, row.word
    at, count = 0, len(code)
    while at < count:
        value = row.data[at]
        if code[at] == WORD and isinstance(value, Decimal) and (unit := _unit(row, at)) and (value, unit[0]) in times:
            first, last = at, unit[1]
            while first > 0 and (code[first - 1] in (LINK, SKIP) or word[first - 1] in _BEFORE):
                first -= 1
            while last < count and (code[last] in (LINK, SKIP) or word[last] in _AROUND):
                last += 1
            for place in range(first, last):
                if code[place] not in (LEAF, COMMA):
                    code[place] = SKIP
            at = last
        at += 1


_BEFORE = words_of("past last preceding least most more than less fewer greater maximum minimum up < <= > >= = ~")


def _unit(row: Row, at: int) -> tuple[str, int] | None:
    """The unit of time right after a number, and the place after it."""
    place = at + 1
    while place < len(row.code) and row.word[place] in ("-", "(", ")"):
        place += 1
    if place >= len(row.code):
        return None
    word = row.word[place]
    unit = word[:-1] if word.endswith("s") and len(word) > 3 else word
    unit = _SHORT.get(unit, unit)
    return (unit, place + 1) if unit in _UNITS else None


_UNITS = frozenset(("second", "minute", "hour", "day", "week", "month", "year"))
_SHORT = {
    "yr": "year",
    "yrs": "year",
    "mo": "month",
    "wk": "week",
    "wks": "week",
    "hr": "hour",
    "hrs": "hour",
    "h": "hour",
    "d": "day",
}


def _times(row: Row) -> set[tuple[Decimal, str]]:
    """The bounds of times that the leaves of a row state, with their units."""
    found: set[tuple[Decimal, str]] = set()
    for at, what in enumerate(row.code):
        if what != LEAF:
            continue
        for leaf in row.data[at]:  # type: ignore[attr-defined]  # leaves
            if isinstance(leaf, _THINGS):
                if isinstance(leaf.when, Window):
                    _add(found, leaf.when.interval, leaf.when.unit)
                if isinstance(leaf.lasting, Lasting):
                    _add(found, leaf.lasting.interval, leaf.lasting.unit)
            elif isinstance(leaf, Ordinal) and isinstance(leaf.when, Window):
                _add(found, leaf.when.interval, leaf.when.unit)
    return found


def _add(found: set[tuple[Decimal, str]], interval: Interval, unit: str) -> None:
    found.update((bound, unit) for bound in (interval.low, interval.high) if bound is not None)
