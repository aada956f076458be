"""Joins amounts of one quantity: two bounds become one interval, and a unit serves both of two alternatives."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.bounds import ABSOLUTE
from trialwright.protocol.eligibility.grammar.tokens import Tokens
from trialwright.protocol.eligibility.tree import Reference

_AND = frozenset({"and", "&", "to", "-", "~", "but", ",", "through", "until"})


class Amount(NamedTuple):
    """What a text demands of a quantity. `first`, `last`: its tokens, `last` excluded; `low`, `high`: bounds, None =
    open; `low_unit`: the unit of the lower bound where it is another than `unit`. `hint`: `age`, `time` or `within`
    from the comparator; `old`: words of age stood behind; `sign`: the comparator was a sign; `ranged`: two bounds in
    one range without any word or sign of comparison; `pair`: the second number of `160/100`, with the same comparison;
    `inner`: the tokens of a variable between the bounds (`18 < age < 65`); `denied`: the quantity lies outside of the
    bounds."""

    first: int
    last: int
    low: Decimal | None
    high: Decimal | None
    low_inclusive: bool
    high_inclusive: bool
    unit: str | None
    reference: Reference
    hint: str = ""
    old: bool = False
    sign: bool = False
    ranged: bool = False
    pair: Decimal | None = None
    low_unit: str | None = None
    inner: tuple[int, int] | None = None
    denied: bool = False


def merged(tokens: Tokens, one: Amount, two: Amount) -> Amount | None:
    """Two bounds of one quantity joined by `and`: `≥ 18 and < 65 years` is one interval."""
    between = tokens.word[one.last : two.first]
    if len(between) > 2 or not all(word in _AND for word in between) or (between == ["-"] and not two.sign):
        return None
    if one.inner or two.inner or one.pair is not None or two.pair is not None or one.reference is not two.reference:
        return None
    if one.unit is not None and two.unit is not None and one.unit != two.unit:
        return None
    if two.hint in {"within", "after"} or one.hint in {"within", "after"}:
        return None
    if one.low is None and (one.unit is None) != (two.unit is None):
        return None
    low = one if one.high is None else two if two.high is None else None
    high = one if one.low is None else two if two.low is None else None
    if low is None or high is None or low is high or low.low is None or high.high is None or low.low >= high.high:
        return None
    unit = two.unit if two.unit is not None else one.unit
    return Amount(
        one.first,
        two.last,
        low.low,
        high.high,
        low.low_inclusive,
        high.high_inclusive,
        unit,
        one.reference,
        one.hint or two.hint,
        one.old or two.old,
        one.sign,
    )


def lent(tokens: Tokens, one: Amount, two: Amount) -> tuple[Amount, Amount]:
    """Two alternatives of one quantity, of which one has a unit and lends it: `< 18.5 or ≥ 30 kg/m2`."""
    between = tokens.word[one.last : two.first]
    if not between or len(between) > 2 or not all(word in {"or", "and", ",", "and/or"} for word in between):
        return one, two
    if "and" in between and one.low is None:
        return one, two
    if one.reference is not ABSOLUTE or two.reference is not ABSOLUTE or (one.low is None) == (two.low is None):
        return one, two
    if one.unit is None and two.unit is not None and two.hint != "within":
        return one._replace(unit=two.unit, old=one.old or two.old), two
    if two.unit is None and one.unit is not None and one.hint != "within":
        return one, two._replace(unit=one.unit, old=one.old or two.old)
    return one, two
