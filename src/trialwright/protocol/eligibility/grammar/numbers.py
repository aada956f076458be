"""Reads amounts: bounds with their unit, in every order that criteria use (`≥ 3`, `18 or older`, `18-65`)."""

from __future__ import annotations

from decimal import Decimal

from trialwright.protocol.eligibility.grammar.amounts import Amount, lent, merged
from trialwright.protocol.eligibility.grammar.bounds import ABSOLUTE, FOLDS, Bound, bound_at, is_label, old_at, signed
from trialwright.protocol.eligibility.grammar.comparators import (
    AROUND,
    EQUAL,
    HIGH,
    LOW,
    RANGE,
    STARTS,
    TURNED,
    Comparator,
    after_at,
    before_at,
)
from trialwright.protocol.eligibility.grammar.references import HINTS, limit_at
from trialwright.protocol.eligibility.grammar.tokens import NUMBER, OPERATOR, WORD, Tokens, word_set
from trialwright.protocol.eligibility.grammar.units import TIME, unit_at
from trialwright.protocol.eligibility.tree import Reference

MOST_BETWEEN = 6  # tokens of a variable between two bounds: 18 < age < 65
_EXTREMES = frozenset({"minimum", "maximum", "min", "max"})
_FILLERS = word_set(
    """
    of a an the about approximately approx age ages to around aged only least or being value total score scores
    ( : is = level roughly
    """
)
_TO = frozenset({"-", "to", "~", "through", "until", "till", "thru"})
_OVER = frozenset({"higher", "above", "greater", "over", "more"})
_OPENERS = STARTS | {"-"}
_OPENERS_WITH_FOLDS = _OPENERS | frozenset(FOLDS)


def amounts_of(tokens: Tokens) -> list[Amount]:
    """The amounts of a text in order; a number without any comparison is none. The work is linear in the tokens.

    >>> from trialwright.protocol.eligibility.grammar.tokens import tokens_of
    >>> [(str(a.low), str(a.high), a.unit) for a in amounts_of(tokens_of("BMI 18-30 kg/m2, ALT < 40 U/L"))]
    [('18', '30', 'kg/m2'), ('None', '40', 'U/L')]
    """
    words, values = tokens.word, tokens.value
    limits = not HINTS.isdisjoint(tokens.said)
    openers = _OPENERS_WITH_FOLDS if limits else _OPENERS
    out: list[Amount] = []
    done, count = 0, len(words)
    places = tokens.numbers
    if not openers.isdisjoint(tokens.said):
        places = [at for at, word in enumerate(words) if word in openers or values[at] is not None]
    for index in places:
        if index < done:
            continue
        found: Amount | None = None
        word = words[index]
        if values[index] is not None or (limits and word in FOLDS):
            if not is_label(tokens, index):
                found = _from_number(tokens, index, limits)
        elif word != "-":
            comparator = before_at(tokens, index)
            if comparator is not None:
                found = _after_comparator(tokens, index, comparator, limits)
        elif index + 1 < count and values[index + 1] is not None and signed(tokens, index):
            found = _from_number(tokens, index, limits)
        if found is None:
            continue
        done = found.last
        if out and found.first >= out[-1].last:
            both = merged(tokens, out[-1], found)
            if both is not None:
                out[-1] = both
                continue
        out.append(found)
    for place in range(1, len(out)):
        out[place - 1], out[place] = lent(tokens, out[place - 1], out[place])
    return out


def _after_comparator(tokens: Tokens, first: int, found: tuple[Comparator, int], limits: bool) -> Amount | None:
    """The amount behind a comparator that begins at `first`."""
    comparator, index = found
    words, values = tokens.word, tokens.value
    sign = tokens.kind[first] == OPERATOR
    again = not sign and words[index : index + 1] == ["("] and words[index + 2 : index + 3] == [")"]
    if again and tokens.kind[index + 1] == OPERATOR:
        index += 3  # "greater than or equal to (≥) 16"
    place = index
    while place < len(words) and place < index + 4 and values[place] is None and words[place] in _FILLERS:
        place += 1
    if place < len(words) and tokens.kind[place] == OPERATOR and comparator.side == RANGE:
        return None
    bound = bound_at(tokens, place, limits)
    if bound is None and words[first] in _EXTREMES:
        return _extreme(tokens, first, comparator, index, limits)
    if bound is None:
        return _limit(tokens, first, comparator, index, sign) if limits else None
    if comparator.side == AROUND:
        return None
    if comparator.side == EQUAL and not sign and words[first] != "equal":
        return None
    signed_on = words[bound.last : bound.last + 1] and words[bound.last] in _TO and bound.last + 1 < len(words)
    signed_on = signed_on and comparator.side == LOW and tokens.kind[bound.last + 1] == OPERATOR
    second = None if signed_on else _second(tokens, bound, limits, comparator.side == RANGE)
    old = any(word in {"age", "ages", "aged"} for word in words[first:place])
    if comparator.side == RANGE or (second is not None and comparator.hint == "within"):
        if second is None:
            return None
        if bound.value < 0 and second[0].value < bound.value:  # "between -1 and -6 D"
            bound, second = bound._replace(value=second[0].value), (second[0]._replace(value=bound.value), second[1])
        hint = "within" if comparator.hint == "within" else ""
        return _range(tokens, first, bound, second[0], second[1], hint, old)._replace(ranged=False)
    if second is not None:
        return None if second[1] else Amount(first, second[0].last, None, None, True, True, None, ABSOLUTE)
    return _one_sided(tokens, first, comparator, bound, sign, old)


def _extreme(tokens: Tokens, first: int, comparator: Comparator, index: int, limits: bool) -> Amount | None:
    """`minimum life expectancy of 12 weeks`: the variable stands between the comparator and its number."""
    place = index
    while place < len(tokens) and place - index <= MOST_BETWEEN and tokens.value[place] is None:
        if tokens.kind[place] != WORD or tokens.word[place] in STARTS:
            return None
        place += 1
    bound = bound_at(tokens, place, limits) if place > index else None
    if bound is None or bound.pair is not None or _second(tokens, bound, limits, False) is not None:
        return None
    return _one_sided(tokens, first, comparator, bound, False, False)._replace(inner=(index, place), hint="extreme")


def _one_sided(tokens: Tokens, first: int, comparator: Comparator, bound: Bound, sign: bool, old: bool) -> Amount:
    side, inclusive, last = comparator.side, comparator.inclusive, bound.last
    behind = after_at(tokens, last)
    if behind is not None and behind[0].side in {side, EQUAL}:
        # "≥ 5.7 % or higher" says it twice; "> 5 or equal" takes the bound in
        inclusive = inclusive or behind[0].side == EQUAL
        last = behind[1]
    more_old, last = old_at(tokens, last) if not bound.old and bound.unit in TIME else (False, last)
    low = bound.value if side in {LOW, EQUAL} else None
    high = bound.value if side in {HIGH, EQUAL} else None
    return Amount(
        first,
        last,
        low,
        high,
        inclusive or side != LOW,
        inclusive or side != HIGH,
        bound.unit,
        bound.reference,
        comparator.hint,
        old or bound.old or more_old,
        sign,
        False,
        bound.pair,
    )


def _limit(tokens: Tokens, first: int, comparator: Comparator, index: int, sign: bool) -> Amount | None:
    """A comparison with a limit of the normal range itself: `> ULN`, `above the upper limit of normal`."""
    found = limit_at(tokens, index)
    if found is None or comparator.side not in TURNED:
        return None
    reference, last = found
    factor, last = _factor_behind(tokens, last)
    low = factor if comparator.side == LOW else None
    high = factor if comparator.side == HIGH else None
    inclusive = comparator.inclusive
    return Amount(
        first,
        last,
        low,
        high,
        inclusive or high is not None,
        inclusive or low is not None,
        None,
        reference,
        "",
        False,
        sign,
    )


def _factor_behind(tokens: Tokens, index: int) -> tuple[Decimal, int]:
    """The factor that stands behind a limit of normal (`ULN x 3`, `ULN by 1.5 times`), and the token after it."""
    words = tokens.word
    place = index + 1 if words[index : index + 1] == ["by"] else index
    times = words[place : place + 1] in (["x"], ["*"])
    place += times
    factor = tokens.value[place] if place < len(tokens) else None
    if factor is None or not (times or words[place + 1 : place + 2] in (["times"], ["fold"], ["x"], ["-fold"])):
        return Decimal(1), index
    return factor, place + 1 if times else place + 2


def _second(tokens: Tokens, first: Bound, limits: bool, between: bool) -> tuple[Bound, bool] | None:
    """The second number of a range behind the first, and whether it is inclusive."""
    words = tokens.word
    index = _past_inclusive(words, first.last)
    if index >= len(words):
        return None
    word = words[index]
    if word not in _TO and not (between and word in {"and", "&"}) and word not in {"up", "/"}:
        return None
    if word == "/":
        return None
    index += 2 if words[index : index + 2] == ["up", "to"] else 1
    inclusive = True
    if index < len(words) and word != "-":
        comparator = before_at(tokens, index)
        if comparator is not None and comparator[0].side == HIGH:
            inclusive, index = comparator[0].inclusive, comparator[1]
    elif index < len(words) and tokens.kind[index] == OPERATOR:
        comparator = before_at(tokens, index)
        if comparator is None or comparator[0].side != HIGH:
            return None
        inclusive, index = comparator[0].inclusive, comparator[1]
    if word == "-" and first.old and words[index : index + 1] == ["old"]:
        return None
    while index < len(words) and words[index] in {"age", "ages", "approximately", "about", "a", "the"}:
        index += 1
    second = bound_at(tokens, index, limits)
    if second is None:
        return None
    more = words[second.last : second.last + 1] == ["-"] and second.last + 1 < len(words)
    if more and tokens.kind[second.last + 1] == NUMBER and second.unit is None:
        return None  # 2010-03-01 and 1-2-3 are no ranges
    return second, inclusive


def _past_inclusive(words: list[str], index: int) -> int:
    """The token after `(inclusive)`, `(including 18)`, where that stands behind the first number of a range."""
    if words[index : index + 1] != ["("] or words[index + 1 : index + 2] not in (
        ["inclusive"],
        ["including"],
        ["included"],
    ):
        return index
    return next((at + 1 for at in range(index + 2, min(index + 6, len(words))) if words[at] == ")"), index)


def _range(tokens: Tokens, first: int, low: Bound, high: Bound, inclusive: bool, hint: str, old: bool) -> Amount:
    last = high.last
    if low.pair is not None or high.pair is not None:
        return Amount(first, last, None, None, True, True, None, ABSOLUTE)  # "20/40 to 20/200"
    _, ends = after_at(tokens, last) or (None, last)
    if ends != last and tokens.word[last] != "(":
        last = ends if tokens.word[ends - 1] not in {"over", "under", "above", "below"} else last
    unit = high.unit if high.unit is not None else low.unit
    reference = high.reference if high.reference is not ABSOLUTE else low.reference
    if {low.unit, high.unit} == {"week", "day"} and not (old or low.old or high.old):
        low = low._replace(value=low.value * 7 if low.unit == "week" else low.value)
        high = high._replace(value=high.value * 7 if high.unit == "week" else high.value)
        if low.value > high.value:
            low = low._replace(value=high.value)
        return Amount(first, last, low.value, high.value, True, inclusive, "day", reference, hint, False, False, True)
    low_unit = low.unit if low.unit is not None and low.unit != unit else None
    return Amount(
        first,
        last,
        low.value,
        high.value,
        True,
        inclusive,
        unit,
        reference,
        hint,
        old or low.old or high.old,
        False,
        True,
        None,
        low_unit,
    )


def _from_number(tokens: Tokens, index: int, limits: bool) -> Amount | None:
    """The amount that begins with a number: a range, a comparator behind it, or a sign that looks to the right."""
    bound = bound_at(tokens, index, limits)
    if bound is None:
        return None
    if bound.reference is Reference.UPPER_LIMIT and not _OVER.isdisjoint(tokens.word[index : bound.last]):
        return Amount(index, bound.last, bound.value, None, False, True, None, bound.reference)
    second = _second(tokens, bound, limits, between=False)
    if second is not None:
        high, inclusive = second
        if high.value <= bound.value and not (bound.unit and high.unit and bound.unit != high.unit):
            return None
        return _range(tokens, index, bound, high, inclusive, "", False)
    both = _both_ages(tokens, index, bound) or _either(tokens, index, bound)
    if both is not None:
        return both
    behind = after_at(tokens, bound.last)
    if behind is None and bound.unit in TIME and not bound.old:
        old, after = old_at(tokens, bound.last)
        if old:
            bound = bound._replace(old=True, last=after)
            behind = after_at(tokens, after)
    if (
        behind is None
        and tokens.word[bound.last : bound.last + 1] == ["+"]
        and not _signed_number(tokens, bound.last + 1)
    ):
        behind = Comparator(LOW, True, "plus"), bound.last + 1
    if behind is not None and behind[0].side in TURNED:
        amount = _one_sided(tokens, index, behind[0], bound._replace(last=behind[1]), False, False)
        more, last = _unit_behind(tokens, amount)
        return more._replace(last=last)
    return _reversed(tokens, index, bound, limits)


def _both_ages(tokens: Tokens, index: int, low: Bound) -> Amount | None:
    """`18 and 65 years old`: nobody is both, so it is a range."""
    if low.unit is not None or tokens.word[low.last : low.last + 1] != ["and"]:
        return None
    high = bound_at(tokens, low.last + 1, False)
    if high is None or not high.old or high.value <= low.value:
        return None
    return _range(tokens, index, low, high, True, "", True)


def _either(tokens: Tokens, index: int, low: Bound) -> Amount | None:
    """`9 or 10`, two whole numbers in a row: of a score it is a range."""
    if low.unit is not None or low.pair is not None or tokens.word[low.last : low.last + 1] != ["or"]:
        return None
    high = tokens.value[low.last + 1] if low.last + 1 < len(tokens) else None
    if high is None or high != low.value + 1 or low.value != int(low.value):
        return None
    return Amount(index, low.last + 2, low.value, high, True, True, None, ABSOLUTE, "either")


def _signed_number(tokens: Tokens, index: int) -> bool:
    return index < len(tokens) and tokens.value[index] is not None


def _unit_behind(tokens: Tokens, amount: Amount) -> tuple[Amount, int]:
    """The unit that follows the comparator: `18 or more years of age`."""
    if amount.unit is not None or amount.reference is not ABSOLUTE:
        return amount, amount.last
    unit = unit_at(tokens, amount.last)
    if unit is None or tokens.word[amount.last] in {"/", "per"}:
        return amount, amount.last
    name, last = unit
    old, last = old_at(tokens, last) if name in TIME else (False, last)
    return amount._replace(unit=name, old=amount.old or old), last


def _reversed(tokens: Tokens, index: int, bound: Bound, limits: bool) -> Amount | None:
    """`18 < age < 65` and `50 kg ≤ weight`: a bound before its variable."""
    place = bound.last
    if place >= len(tokens) or tokens.kind[place] != OPERATOR:
        return None
    found = before_at(tokens, place)
    if found is None or found[0].side not in TURNED or found[1] >= len(tokens):
        return None
    start = found[1]
    if tokens.value[start] is not None or tokens.kind[start] != WORD:
        return None
    ahead = start
    while ahead < len(tokens) and ahead - start <= MOST_BETWEEN and tokens.kind[ahead] != OPERATOR:
        if tokens.value[ahead] is not None or tokens.word[ahead] in {",", ";"}:
            break
        ahead += 1
    if ahead < len(tokens) and tokens.kind[ahead] == OPERATOR and ahead - start <= MOST_BETWEEN:
        other = before_at(tokens, ahead)
        if other is not None and other[0].side == found[0].side:
            second = bound_at(tokens, other[1], limits)
            if second is not None:
                return _both(index, bound, found[0], second, other[0], (start, ahead))
    side = TURNED[found[0].side]
    low, high = (bound.value, None) if side == LOW else (None, bound.value)
    inclusive = found[0].inclusive
    return Amount(
        index,
        start,
        low,
        high,
        inclusive or low is None,
        inclusive or high is None,
        bound.unit,
        bound.reference,
        "after",
        bound.old,
        True,
    )


def _both(
    index: int, first: Bound, one: Comparator, second: Bound, two: Comparator, inner: tuple[int, int]
) -> Amount | None:
    """The interval of `18 < age < 65`, or of `65 > age > 18`."""
    low, high = (first, second) if one.side == HIGH else (second, first)
    low_sign, high_sign = (one, two) if one.side == HIGH else (two, one)
    if low.value >= high.value:
        return None
    unit = high.unit if high.unit is not None else low.unit
    return Amount(
        index,
        second.last,
        low.value,
        high.value,
        low_sign.inclusive,
        high_sign.inclusive,
        unit,
        high.reference,
        "",
        first.old or second.old,
        True,
        False,
        None,
        None,
        inner,
    )
