"""Finds the quantities of time in a normalised text: numbers and the unit that spreads over them on either side."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from trialwright.protocol.timeframe.words import UNIT_WORD, UNITS

# a number glued to letters (`T790M`) is a name, not a number
_TOKEN = re.compile(
    r"(?P<name>[^\W\d_]+[0-9]\w*)|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<word>[^\W\d_]+)|(?P<mark>[^\w\s])"
)
_JOIN = {",", "and", "&", "/", "or", ";"}
_RANGE = {"-", "to", "through", "until"}
_LONGEST = 36525.0  # a hundred years; beyond it a number is no time frame
_NUMBERED = {
    "cohort",
    "cohorts",
    "dose",
    "part",
    "group",
    "phase",
    "cycle",
    "cycles",
    "grade",
    "arm",
    "stage",
    "visit",
    "step",
}
_LETTERS = {"h", "d", "w", "m", "y", "mo", "mos"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """Times in days. `unit`: days per unit; `leads`: the unit stands before the numbers (`Day 28`);
    `span`: the two values are the ends of a range; `start`, `end`: offsets in the text."""

    days: tuple[float, ...]
    unit: float
    leads: bool
    span: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def days_in(number: float, unit: float) -> float:
    """The days in so many units: months and years to whole days, half a day up in size; shorter units exactly.

    >>> days_in(24, 30.4375), days_in(12, 1 / 24), days_in(-6, 30.4375)
    (731.0, 0.5, -183.0)
    """
    value = number * unit
    if unit > 7:
        return math.copysign(math.floor(abs(value) + 0.5), value) if value else 0.0
    return round(value, 6) + 0.0


def _unit(token: _Token) -> float | None:
    return _days_of(token.text) if token.kind == "word" else None


@lru_cache(maxsize=512)
def _days_of(word: str) -> float | None:
    """The days in the unit that a word names, None where it names none."""
    if not UNIT_WORD.fullmatch(word):
        return None
    return next((days for pattern, days in UNITS if re.fullmatch(pattern, word)), None)


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        found.append(_Token(kind, match[0], match.start(), match.end()))
    return _signed(text, found)


def _signed(text: str, tokens: list[_Token]) -> list[_Token]:
    """Joins a minus to its number: it stands right before it, after a blank, bracket or comma, and after no number."""
    out: list[_Token] = []
    skip = False
    for index, token in enumerate(tokens):
        if skip:
            skip = False
            continue
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.text == "-" and following is not None and following.kind == "number":
            before = out[-1] if out else None
            tight = following.start == token.end
            apart = token.start == 0 or text[token.start - 1] in " (,"
            opens = before is None or before.text == "("
            after_number = before is not None and before.kind == "number"
            if (opens and following.start - token.end <= 1) or (tight and apart and not after_number):
                out.append(_Token("number", "-" + following.text, token.start, following.end))
                skip = True
                continue
        out.append(token)
    return out


def _numbers(tokens: list[_Token], i: int) -> tuple[list[_Token], bool, int]:
    """The list of numbers that begins at token `i`, whether it is a range, and the index after it."""
    found = [tokens[i]]
    i += 1
    span = False
    while i < len(tokens):
        j = i
        if len(found) == 1 and tokens[j].text in _RANGE and j + 1 < len(tokens) and tokens[j + 1].kind == "number":
            if not _a_cycle(tokens, j + 1):
                found.append(tokens[j + 1])
                return found, True, j + 2
            break
        while j < len(tokens) and tokens[j].text in _JOIN and j - i < 2:
            j += 1
        if j == i or j >= len(tokens) or tokens[j].kind != "number":
            break
        found.append(tokens[j])
        i = j + 1
    return found, span, i


def _a_cycle(tokens: list[_Token], i: int) -> bool:
    return i > 0 and tokens[i - 1].text.startswith("cycle")


def quantities(text: str) -> list[Quantity]:
    """Every quantity of time in the text, in order; numbers without a unit are left out."""
    tokens = _tokens(text)
    found: list[Quantity] = []
    i = 0
    while i < len(tokens):
        made, i = _leading(tokens, i) or _trailing(tokens, i) or (None, i + 1)
        if made is not None and all(abs(day) <= _LONGEST for day in made.days):
            found.append(made)
    return _compound(text, found)


def _leading(tokens: list[_Token], i: int) -> tuple[Quantity | None, int] | None:
    """`Days 2, 4 and 14`; the last number goes to a unit that follows it (`Day 1 and 2 weeks`)."""
    unit = _unit(tokens[i])
    if unit is None or tokens[i].text in _LETTERS:
        return None
    j = i + 1
    if j < len(tokens) and tokens[j].text in {"#", ":", "s"}:
        j += 1
    if j >= len(tokens) or tokens[j].kind != "number":
        return None
    numbers, span, after = _numbers(tokens, j)
    if len(numbers) > 1 and after < len(tokens):
        next_unit = _unit(tokens[after])
        # "Day 1, 2 weeks" but not "Week 2, Week 6": there the unit leads the number after it
        leads_on = after + 1 < len(tokens) and tokens[after + 1].kind == "number"
        if next_unit is not None and not leads_on:
            after = tokens.index(numbers[-1], j)
            while after > j and tokens[after - 1].kind != "number":
                after -= 1
            numbers, span = numbers[:-1], False
    return _made(numbers, unit, True, span or _between(tokens, i, numbers), tokens[i].start), after


def _trailing(tokens: list[_Token], i: int) -> tuple[Quantity | None, int] | None:
    """`2, 4 and 14 days`, `21-28 days`."""
    if tokens[i].kind != "number":
        return None
    if i and tokens[i - 1].text in _NUMBERED:
        return None, i + 1
    numbers, span, after = _numbers(tokens, i)
    j = after
    if j < len(tokens) and tokens[j].text in {",", "-"} and len(numbers) > 1:
        j += 1
    unit = _unit(tokens[j]) if j < len(tokens) else None
    if unit is None:
        return None, after
    if j > after and j + 1 < len(tokens) and tokens[j + 1].kind == "number":
        return None, after
    made = _made(numbers, unit, False, span or _between(tokens, i, numbers), tokens[i].start)
    return replace(made, end=tokens[j].end), j + 1


def _between(tokens: list[_Token], i: int, numbers: list[_Token]) -> bool:
    return len(numbers) == 2 and i > 0 and tokens[i - 1].text == "between"


def _made(numbers: list[_Token], unit: float, leads: bool, span: bool, start: int) -> Quantity:
    days = tuple(days_in(float(token.text[:12]), unit) for token in numbers)
    if span and days[0] > days[-1]:
        span = False
    return Quantity(days, unit, leads, span, start, numbers[-1].end)


def _compound(text: str, found: list[Quantity]) -> list[Quantity]:
    """Adds up `15 years 5 months`: two quantities side by side, the second in a smaller unit."""
    out: list[Quantity] = []
    for one in found:
        last = out[-1] if out else None
        if (
            last is not None
            and not last.leads
            and not one.leads
            and len(last.days) == len(one.days) == 1
            and one.unit < last.unit
            and text[last.end : one.start].strip() == ""
        ):
            out[-1] = replace(last, days=(last.days[0] + one.days[0],), end=one.end)
        else:
            out.append(one)
    return out
