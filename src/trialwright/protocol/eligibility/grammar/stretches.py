"""Finds stretches of time in a line (`at least 6 months`, `3-6 weeks`, `half a year`) and how they are compared."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.tokens import NUMBER, OPERATOR, Tokens
from trialwright.protocol.eligibility.tree import Interval

UNITS = {
    form: unit
    for unit, forms in {
        "second": "second seconds sec secs",
        "minute": "minute minutes min mins",
        "hour": "hour hours hr hrs h hourly",
        "day": "day days d",
        "week": "week weeks wk wks",
        "month": "month months mo mos mth mths",
        "year": "year years yr yrs y",
    }.items()
    for form in forms.split()
}
_UNIT_WORDS = frozenset(UNITS)
RECENT = frozenset(["last", "past", "previous", "preceding", "prior", "recent"])
_BETWEEN = frozenset(
    {
        "calendar", "consecutive", "continuous", "full", "complete", "whole", "additional", "straight", "business",
        "working", "last", "past", "previous", "preceding", "prior",
    }
)  # fmt: skip
_BEFORE_NUMBER: tuple[tuple[tuple[str, ...], str], ...] = tuple(
    (tuple(words.split()), op)
    for op, forms in {
        ">=": "at least|no less than|not less than|no fewer than|minimum of|a minimum of|minimum|min|at minimum|"
        "no shorter than|equal to or more than|more than or equal to|greater than or equal to|equal or more than|"
        "greater or equal to|not shorter than|a minimum duration of|no sooner than|no earlier than",
        ">": "more than|greater than|longer than|over|exceeding|in excess of|above|older than|exceeds|"
        "higher than|beyond",
        "<": "less than|fewer than|under|shorter than|below|earlier than|smaller than|lower than",
        "<=": "at most|no more than|not more than|up to|maximum of|a maximum of|maximum|no longer than|not longer than|"
        "less than or equal to|not exceeding|max|within|not older than|a maximum duration of",
    }.items()
    for words in forms.split("|")
)
_BY_LAST: dict[str, list[tuple[tuple[str, ...], str]]] = {}
for _words, _op in sorted(_BEFORE_NUMBER, key=lambda item: -len(item[0])):
    _BY_LAST.setdefault(_words[-1], []).append((_words, _op))
_AND = frozenset({"and", "but", ",", "to"})
_SMALLER = {("month", "year"): 12, ("day", "week"): 7, ("hour", "day"): 24, ("minute", "hour"): 60}
_THROUGH = frozenset({"over", "during", "within", "in", "throughout"})
_LIVES = frozenset({"lives", "life", "halflives"})
_MORE = frozenset(["more", "longer", "greater", "above", "over", "older", "higher", "beyond"])
_LESS = frozenset(["less", "fewer", "shorter", "under", "below", "lower", "earlier"])


class Stretch(NamedTuple):
    """A length of time in a line. `first`, `last`: its tokens with the words of comparison, `last` excluded; `number`:
    the token of its first number; `after`: the token after the unit; `op`: `>=`, `>`, `<`, `<=`, None where nothing is
    compared; `low` and `high` are the same but for a range; `recent`: `last`, `past`... stands before the number;
    `until`: `<` or `<=` of the upper bound where the text compares both (`>= 2 years and < 10 years`)."""

    first: int
    last: int
    number: int
    after: int
    op: str | None
    low: Decimal
    high: Decimal
    unit: str
    recent: bool
    until: str | None = None

    def interval(self, without: str) -> Interval:
        """The lengths it admits; `without` (`>=` or `<=`) is taken where the text compares nothing."""
        if self.until is not None:
            return Interval(self.low, self.high, self.op == ">=", self.until == "<=")
        if self.low != self.high:
            return Interval(self.low, self.high)
        return interval_of(self.op or without, self.low)


def interval_of(op: str, value: Decimal) -> Interval:
    """The numbers that a comparison with one number admits."""
    if op in {">", ">="}:
        return Interval(low=value, low_inclusive=op == ">=")
    if op in {"<", "<="}:
        return Interval(high=value, high_inclusive=op == "<=")
    return Interval(low=value, high=value)


def compared_before(tokens: Tokens, number: int) -> tuple[str | None, int]:
    """The comparison that stands right before a number, and its first token; None where there is none."""
    words, at = tokens.word, number - 1
    while at >= 0 and words[at] in {"the", "a", "an", "about", "approximately", "of"} and number - at < 3:
        if (
            words[at] == "of"
            and at > 0
            and words[at - 1] not in {"minimum", "maximum", "duration", "excess", "min", "max"}
        ):
            return None, number
        if words[at] == "of":
            break
        at -= 1
    if at < 0:
        return None, number
    if tokens.kind[at] == OPERATOR:
        op = words[at]
        if op in {">", ">=", "<", "<="}:
            return op, at
        return None, number
    for form, op in _BY_LAST.get(words[at], ()):
        begin = at + 1 - len(form)
        if begin >= 0 and tuple(words[begin : at + 1]) == form:
            return op, begin
    return None, number


def compared_after(tokens: Tokens, at: int) -> tuple[str | None, int]:
    """The comparison that follows a number or its unit (`or more`, `and longer`, `+`), and the token after it."""
    words = tokens.word
    if at < len(words) and words[at] == "+":
        return ">=", at + 1
    if at + 1 < len(words) and words[at] in {"or", "and"}:
        if words[at + 1] in _MORE:
            return ">=", at + 2
        if words[at + 1] in _LESS:
            return "<=", at + 2
    return None, at


def stretches_of(tokens: Tokens) -> list[Stretch]:
    """The stretches of time in a line, in order."""
    if _UNIT_WORDS.isdisjoint(tokens.said):
        return []
    words, values = tokens.word, tokens.value
    out: list[Stretch] = []
    for at in [at for at, word in enumerate(words) if word in UNITS]:
        if at == 0:
            continue
        unit = UNITS[words[at]]
        found = _measured(tokens, at, unit)
        if found is None and words[at - 1] in RECENT and values[at - 1] is None and words[at - 1] != "recent":
            op, begin, _ = _compared(tokens, at)
            found = Stretch(begin, at + 1, at, at + 1, op, Decimal(1), Decimal(1), unit, True)
        if found is not None and (not out or found.number >= out[-1].after):
            found = _below_too(tokens, found)
            both = _both_bounds(words, out[-1], found) if out else None
            if both is not None:
                out[-1] = both
            else:
                out.append(found)
    return out


def _below_too(tokens: Tokens, found: Stretch) -> Stretch:
    """A stretch with a lower bound before it that has no unit of its own (`>= 1 and <= 6 months`)."""
    words, values = tokens.word, tokens.value
    at = found.first - 1
    if found.op not in {"<", "<="} or found.low != found.high or at < 2 or words[at] not in _AND:
        return found
    value = values[at - 1]
    op, first = compared_before(tokens, at - 1)
    if value is None or op not in {">", ">="} or value >= found.high:
        return found
    return found._replace(first=first, number=at - 1, low=value, op=op, until=found.op)


def _both_bounds(words: list[str], lower: Stretch, upper: Stretch) -> Stretch | None:
    """One stretch of two that bound the same length (`6 weeks or more but 12 weeks or less`)."""
    between = words[lower.last : upper.first]
    if lower.op not in {">", ">="} or upper.op not in {"<", "<="} or lower.low != lower.high or upper.low != upper.high:
        return None
    if not 1 <= len(between) <= 2 or not set(between) <= _AND or words[upper.first] == "within" or upper.recent:
        return None
    low, high, unit = lower.low, upper.high, upper.unit
    if lower.unit != unit:
        many = _SMALLER.get((lower.unit, unit))
        if many is None:
            return None
        high, unit = high * many, lower.unit
    if low >= high:
        return None
    return lower._replace(last=upper.last, after=upper.after, low=low, high=high, unit=unit, until=upper.op)


def _measured(tokens: Tokens, at: int, unit: str) -> Stretch | None:
    """The stretch whose unit is this token."""
    words, values, kinds = tokens.word, tokens.value, tokens.kind
    back = at - 1
    half = False
    if words[back] in {"a", "an"} and back > 0 and words[back - 1] == "half":
        back, half = back - 1, True
    elif words[back] == "half":
        half = True
    while back > 0 and (words[back] in {"-", "+"} or words[back] in _BETWEEN) and at - back < 4:
        back -= 1
    if (words[back] == ")" and back > 2 and words[back - 2] == "(" and values[back - 1] is not None) or (
        words[back] == ")" and back > 2 and words[back - 2] == "(" and values[back - 3] is not None
    ):
        back -= 3
    high = Decimal("0.5") if half else values[back] if back >= 0 else None
    if high is None or high < 0 or back < 0:
        return None
    number, low = back, high
    if back > 1 and words[back - 1] in {"-", "to", "~", "and", "or"} and values[back - 2] is not None and not half:
        joined, lower = words[back - 1], values[back - 2]
        between = back > 2 and words[back - 3] in {"between", "from"}
        ranged = (joined in {"-", "to", "~"} and kinds[back - 2] == NUMBER) or (joined == "and" and between)
        if lower is not None and lower <= high and ranged:
            number, low = back - 2, lower
    after = at + 1
    if words[after : after + 3] == ["(", "s", ")"]:
        after += 3
    if after + 1 < len(words) and words[after] == "'":
        after += 2 if words[after + 1] == "s" else words[after + 1] in {"duration", "history"}
    op, first, recent = _compared(tokens, number)
    recent = recent or any(word in RECENT for word in words[back + 1 : at])
    tail, last = compared_after(tokens, after)
    again = words[last : last + 1] == ["("] and last + 3 < len(words) and values[last + 1] is not None
    if again and words[last + 2] in UNITS and words[last + 3] == ")":
        last += 4
    if tail is None:
        tail, last = (compared_after(tokens, number + 1)[0], last) if low == high else (None, last)
    if op is None and low != high and first > 0 and words[first - 1] in {"between", "from"}:
        first -= 1
    return Stretch(first, last, number, after, op or tail, low, high, unit, recent)


def _compared(tokens: Tokens, number: int) -> tuple[str | None, int, bool]:
    """The comparison before a number, its first token, and whether `last`, `past`... stands there."""
    words = tokens.word
    begin = number
    recent = begin > 0 and words[begin - 1] in RECENT and words[begin - 1] != "recent"
    if recent:
        begin -= 1
    at = begin
    if begin > 3 and words[begin - 1] in {"or", "/", "and"} and words[begin - 2] in _LIVES:
        at = _before_half_lives(tokens, begin - 2)
    op, first = compared_before(tokens, at)
    if recent and op in {">", "<"}:
        op, first = None, begin
    if at != begin:
        return op, begin, recent
    if op == ">" and words[first] == "over" and words[first + 1 : first + 2] in (["a"], ["an"], ["the"]):
        op, first = None, first + 1  # "over a 12-week period" is no more than that
    elif op is None:
        first = begin - 1 if begin > 0 and words[begin - 1] in {"the", "these"} else begin
        if begin > 1 and words[begin - 1] in {"a", "an"} and words[begin - 2] in _THROUGH:
            first = begin - 1
    return op, first, recent


def half_lives_after(tokens: Tokens, at: int) -> int:
    """The token after `or 5 half-lives (whichever is longer)`, where that stands at a token; else the token itself."""
    words, values = tokens.word, tokens.value
    if at + 2 >= len(words) or words[at] not in {"or", "and", "/", "("}:
        return at
    here = at + 1
    while here < len(words) and here - at < 9 and words[here] not in _LIVES:
        if words[here] in {",", ";", "."}:
            return at
        here += 1
    if here >= len(words) or words[here] not in _LIVES or not any(v is not None for v in values[at + 1 : here]):
        return at
    end = here + 1
    while end < len(words) and end - here < 14 and words[end] not in {"before", "prior", "preceding", ";", "."}:
        end += 1
    return end


def _before_half_lives(tokens: Tokens, at: int) -> int:
    """The number of a phrase `5 half-lives`, given its last word; the word after it where there is none."""
    for here in range(at, max(-1, at - 7), -1):
        if tokens.value[here] is not None:
            return here
    return at + 1
