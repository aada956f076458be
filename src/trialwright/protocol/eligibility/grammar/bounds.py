"""Reads one number of an amount: its sign, its unit, what it is a multiple of, and words of age behind it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.references import FOLDED, folded_normal, multiple_at, percentage_at
from trialwright.protocol.eligibility.grammar.tokens import NUMBER, OPERATOR, WORD, Tokens, word_set
from trialwright.protocol.eligibility.grammar.units import TIME, unit_at
from trialwright.protocol.eligibility.tree import Reference

ABSOLUTE = Reference.ABSOLUTE

FOLDS = {"twice": Decimal(2), "double": Decimal(2), "triple": Decimal(3), "thrice": Decimal(3)}
MOST_FOLD = 20  # above it an N behind a number is a newton
_ANNOUNCE = word_set(
    """
    than of to between and from within least below above under over or
    """
)
_NAMERS = word_set(
    """
         type visit cohort arm group phase section appendix part table figure version no number # dsm icd
    question     chapter vitamin step days
    """
)
_TIME_WORDS = word_set(
    """
    year years month months week weeks day days hour hours minute yr yrs minutes
    """
)
# what stands between a number and its unit of time
_BEFORE_TIME = frozenset({"-", "completed", "full", "continuous", "consecutive", "whole", "calendar", "more"})
_OLD = (
    ("-", "old"),
    ("old",),
    ("of", "age"),
    ("of", "the", "age"),
    ("in", "age"),
    ("y", "/", "o"),
    ("y", ".", "o"),
    ("of", "ages"),
    ("(", "s", ")", "old"),
    ("(", "s", ")", "of", "age"),
    ("o",),
    ("'", "old"),
    ("-", "of", "-", "age"),
    ("'", "of", "age"),
    ("'", "age"),
    ("chronological", "age"),
    ("completed", "age"),
    ("age",),
    ("aged",),
)
_OLD_FIRST = frozenset(parts[0] for parts in _OLD)


class Bound(NamedTuple):
    """A number as it stands: `value`, `unit` with what it is a multiple of, and the token after it. `old`: `years old`
    or `of age` followed; `pair`: the second number of `160/100`."""

    value: Decimal
    unit: str | None
    reference: Reference
    last: int
    old: bool = False
    pair: Decimal | None = None


def is_label(tokens: Tokens, index: int) -> bool:
    """Whether a number is part of a name (`COVID-19`, `IL-6`, `type 2`, `G81.0`) or of a date and so no amount."""
    words, kinds, start, end = tokens.word, tokens.kind, tokens.start, tokens.end
    if index == 0:
        return False
    before = words[index - 1]
    if before in _NAMERS:
        return True
    if before != "-" or index < 2:
        return False
    if kinds[index - 2] == NUMBER:
        return True  # the rest of a date, of which the beginning was no range
    if kinds[index - 2] != WORD or tokens.value[index - 2] is not None:
        return False
    glued = end[index - 2] == start[index - 1] and end[index - 1] == start[index]
    return glued and words[index - 2] not in _ANNOUNCE | {"age", "aged", "ages", "years", "bmi"}


def signed(tokens: Tokens, index: int) -> bool:
    """Whether a dash is the sign of the number behind it."""
    if index + 1 >= len(tokens) or tokens.end[index] != tokens.start[index + 1]:
        return False
    if index == 0:
        return False
    return tokens.kind[index - 1] == OPERATOR or tokens.word[index - 1] in _ANNOUNCE


def bound_at(tokens: Tokens, index: int, limits: bool) -> Bound | None:
    """The number, with sign, unit and reference, that begins at a token."""
    words, values = tokens.word, tokens.value
    negative = False
    if index < len(words) and words[index] in {"-", "+"} and index + 1 < len(words) and values[index + 1] is not None:
        negative = words[index] == "-"
        index += 1
    if index >= len(words):
        return None
    value = values[index]
    if value is None and limits:
        value = FOLDS.get(words[index])
    if value is None and words[index][:1].isdigit() and words[index + 1 : index + 2] in (["percentile"], ["centile"]):
        value = _in_a_row(words[index])
    if value is None:
        return None
    if negative:
        value = -value
    index += 1
    here = words[index] if index < len(words) else ""
    # the same number again in figures: "three (3)"
    if here == "(" and words[index + 2 : index + 3] == [")"] and values[index + 1] == value:
        index += 3
        here = words[index] if index < len(words) else ""
    if here.startswith("10^") and tokens.kind[index] == NUMBER:
        return None
    ratio = here == ":" and index + 1 < len(words) and values[index + 1] is not None
    if ratio and (value == 1 or tokens.end[index - 1] == tokens.start[index] == tokens.start[index + 1] - 1):
        return None  # "1:80" is a titer or a ratio
    normal = folded_normal(tokens, index) if here in FOLDED and value <= MOST_FOLD else None
    if normal is not None:
        return Bound(value, None, Reference.UPPER_LIMIT, normal)
    if limits:
        multiple = multiple_at(tokens, index)
        if multiple is not None:
            return Bound(value, None, multiple[0], multiple[1])
    pair: Decimal | None = None
    if words[index + 1 : index + 3] == ["/", "7"] and len(here) == 1 and values[index] is not None:
        behind = words[index + 3 : index + 11]
        if {"week", "weeks", "wks"}.intersection(behind) or "weeks" in words[max(0, index - 6) : index]:
            week = behind[:1] in (["week"], ["weeks"], ["wks"])
            return Bound(7 * value + (values[index] or 0), "day", ABSOLUTE, index + 3 + week)
    if here == "+" and index + 1 < len(words):
        days = values[index + 1]
        behind = words[index + 2 : index + 7]
        if days is not None and days < 7 and behind[:1] not in (["week"], ["weeks"], ["wks"]):
            if behind[:1] in (["to"], ["-"], ["and"]) and {"week", "weeks", "wks"}.intersection(behind):
                return Bound(7 * value + days, "day", ABSOLUTE, index + 2)
        elif days is not None and days < 7:
            return _with_unit(tokens, index + 3, value, None, limits)._replace(value=7 * value + days, unit="day")
    if here == "out" and index + 2 < len(words) and words[index + 1] == "of" and values[index + 2] is not None:
        return _with_unit(tokens, index + 3, value, values[index + 2], limits)
    paired = here == "/" and index + 1 < len(words) and tokens.kind[index + 1] == NUMBER
    if paired and not words[index + 1].startswith(("1.73", "10^")):
        pair, index = values[index + 1], index + 2
    return _with_unit(tokens, index, value, pair, limits)


def _in_a_row(word: str) -> Decimal | None:
    """The number of `95th`."""
    figures = word[:-2]
    return (
        Decimal(figures) if figures.isascii() and figures.isdigit() and word[-2:] in {"st", "nd", "rd", "th"} else None
    )


def _with_unit(tokens: Tokens, index: int, value: Decimal, pair: Decimal | None, limits: bool) -> Bound:
    words = tokens.word
    place = index
    if index + 1 < len(words) and words[index] in _BEFORE_TIME and words[index + 1] in _TIME_WORDS:
        place = index + 1
    unit = unit_at(tokens, place)
    if unit is None:
        old, after = old_at(tokens, index)
        return Bound(value, None, ABSOLUTE, after, old, pair)
    name, after = unit
    if name == "mmHg" and pair is None:
        pair, after = _second_pressure(tokens, after)
    if name == "%" and limits:
        percentage = percentage_at(tokens, after)
        if percentage is not None:
            return Bound(value, None, percentage[0], percentage[1], False, pair)
    old = False
    if name in TIME:
        days = _days_at(tokens, after) if name == "week" else None
        if days is not None:
            value, name, after = 7 * value + days[0], "day", days[1]
        old, after = old_at(tokens, after)
    return Bound(value, name, ABSOLUTE, after, old, pair)


def _second_pressure(tokens: Tokens, index: int) -> tuple[Decimal | None, int]:
    """The second number of `180 mmHg/110 mmHg`, and the token after it."""
    if tokens.word[index : index + 1] != ["/"] or index + 1 >= len(tokens) or tokens.kind[index + 1] != NUMBER:
        return None, index
    unit = unit_at(tokens, index + 2)
    return (tokens.value[index + 1], unit[1]) if unit is not None and unit[0] == "mmHg" else (None, index)


def _days_at(tokens: Tokens, index: int) -> tuple[Decimal, int] | None:
    """The days behind a number of weeks (`23 weeks 6 days`, `16 weeks and 3 days`), and the token after them."""
    words = tokens.word
    if words[index : index + 1] in (["and"], ["+"], [","]):
        index += 1
    if index + 1 >= len(words) or words[index + 1] not in {"days", "day", "d"}:
        return None
    value = tokens.value[index]
    return (value, index + 2) if value is not None and value < 7 else None


def old_at(tokens: Tokens, index: int) -> tuple[bool, int]:
    """Whether words of age follow (`old`, `of age`), and the token after them."""
    words = tokens.word
    if index >= len(words) or words[index] not in _OLD_FIRST:
        return False, index
    for parts in _OLD:
        if words[index] == parts[0] and tuple(words[index : index + len(parts)]) == parts:
            return True, index + len(parts)
    return False, index
