"""Reads what stands in brackets after something: another name, a limit, an exception, examples."""

from __future__ import annotations

import re
from bisect import bisect_left
from decimal import Decimal

from trialwright.protocol.eligibility.grammar.conditions import CHILDBEARING
from trialwright.protocol.eligibility.grammar.exceptions import apart, but_not
from trialwright.protocol.eligibility.grammar.markers import (
    DEFINE,
    EXAMPLE,
    EXCEPT,
    IF,
    INCLUDE,
    LEAF,
    NEG,
    OPINION,
    OR,
    OTHER,
    PERMITTING,
    UNLESS,
    WORD,
)
from trialwright.protocol.eligibility.grammar.reading import (
    Reading,
    bears_constraint,
    bears_number,
    bears_time,
    is_plain,
    joined,
    number_counted,
    thing_of,
    time_of,
    with_time,
)
from trialwright.protocol.eligibility.tree import (
    And,
    AtLeast,
    Compare,
    Expression,
    Implies,
    Judgement,
    Not,
    Or,
    Ordinal,
    Sex,
    leaves,
)

_PERMITTED = re.compile(r"\b(?:permitted|allowed|allowable|acceptable)\b", re.IGNORECASE)


def bracketed(
    line: Reading, lo: int, hi: int, req: bool, depth: int, found: list[Expression]
) -> tuple[list[Expression], bool]:
    """What the words in brackets add to what was found before; and whether they narrow it in words not understood."""
    row = line.row
    alternative = lo < hi and row.code[lo] == OR
    lo, hi = line.trimmed(lo, hi)
    if lo >= hi:
        return found, False
    codes = row.code[lo:hi]
    if codes[0] == EXAMPLE or (EXAMPLE in codes and row.facts[hi] == row.facts[lo]):
        return _examples(line, lo + 1, hi, req, depth, found), False
    if row.facts[hi] == row.facts[lo]:
        # an abbreviation or another name of it adds nothing; a longer remark may narrow
        counted = any(isinstance(row.data[at], Decimal) for at in range(lo, hi))
        plain = (
            not counted
            and len([what for what in codes if what == WORD]) <= 3
            and not {OPINION, NEG, OTHER, EXCEPT, UNLESS, IF} & set(codes)
        )
        return found, not plain or _says_for_whom(line, lo, found)
    if codes[0] in (EXCEPT, UNLESS) and found:
        return [apart(line, found, lo + 1, hi, req, depth, codes[0] == UNLESS)], False
    if found and any(word in PERMITTING for word in row.word[lo:hi]) and NEG not in codes and not req:
        return [apart(line, found, lo, hi, req, depth, False)], False
    if codes[0] == INCLUDE:
        if not found and OPINION in row.code:
            return found, True
        inner = line.read(lo + 1, hi, req, depth + 1)
        when = time_of(_all(tuple(found))) if found else None
        if inner is not None and when is not None:
            inner = with_time(inner, when)
        kept = joined(And if req and inner is not None and bears_constraint(inner) else Or, (*found, inner), None)
        if req and inner is not None and not bears_constraint(inner):
            return found, False
        return ([kept] if kept is not None else found), False
    if codes[0] == NEG and found and not req:
        return [but_not(line, _all(tuple(found)), lo + 1, hi, depth, None)], False
    inner = line.read(lo + 1 if codes[0] == DEFINE else lo, hi, req, depth + 1)
    if len(found) == 1 and isinstance(inner, And | Or) and number_counted(found[0]):
        # `2 or more risk factors (A, B, C)`: what is counted is the list
        either = line.read(lo, hi, False, depth + 1)
        if getattr(found[0], "lasting", None) is not None or not isinstance(either, Or):
            return found, True
        count = min(number_counted(found[0]), len(either.parts))
        return [AtLeast(count, either.parts, either.span) if count > 1 else either], False
    if found and isinstance(inner, Implies) and isinstance(inner.then, Judgement):
        head = _all(tuple(found))  # `55 kg (women: 50 or so)`: a person reads both
        asked = line.question(bisect_left(row.start, head.span[0]) if head.span is not None else lo, hi)
        return ([asked] if asked is not None else found), False
    if found and inner is not None and _says_of_whom(inner):
        whole = _all(tuple(found))
        return [Implies(inner, whole) if req else _all((whole, inner))], False
    if inner is None or inner in found or any(_same(inner, one) for one in found):
        return found, False
    return _added(line, lo, hi, req, found, inner, alternative)


def _added(
    line: Reading, lo: int, hi: int, req: bool, found: list[Expression], inner: Expression, alternative: bool
) -> tuple[list[Expression], bool]:
    """What brackets that state something themselves add; `alternative`: they open with `or`."""
    row, defining = line.row, line.row.code[lo] == DEFINE
    if found and bears_constraint(inner) and _says_otherwise(line, lo, hi, found, inner):
        if not _is_wider(found, inner):
            return found, True
        asked = None if isinstance(inner, Implies) else line.question(lo, hi)
        other = joined(And, (inner, asked), line.span(lo, hi))
        either = joined(Or, (_all(tuple(found)), other), None)
        return ([either] if either is not None else found), False
    if found and defining and bears_number(inner) and all(is_plain(one) for one in found):
        return [inner], False
    if found and alternative:
        either = joined(Or, (_all(tuple(found)), inner), None)
        return ([either] if either is not None else found), False
    if not bears_constraint(inner) and found and any(isinstance(leaf, Judgement) for leaf in leaves(inner)):
        return found, True
    if not bears_constraint(inner):
        return _names_within(found, inner, req, defining), False
    if isinstance(inner, Not) and found and req and row.word[lo] != "but":
        return found, True  # `creatinine < 2 (not on dialysis)`: a demand of its own, or of whom the rest is demanded
    if isinstance(inner, Sex | Not) and found:
        whole = _all(tuple(found))
        return [Implies(inner, whole) if req and isinstance(inner, Sex) else _all((whole, inner))], False
    return [*found, inner], False


def _says_for_whom(line: Reading, lo: int, found: list[Expression]) -> bool:
    """Whether words in brackets stand right behind a number, where they name nothing once more (`>= 70 % (MAC)`);
    `lo`: the first of them."""
    row = line.row
    place = lo - 1
    while place > 0 and row.word[place] != "(":
        place -= 1
    if place < 1 or row.code[place - 1] != LEAF or not found or not isinstance(found[-1], Compare | Ordinal):
        return False
    return found[-1].span is not None and row.end[place - 1] == found[-1].span[1]


def _says_of_whom(inner: Expression) -> bool:
    """Whether brackets name those whom the words before concern: `(women of childbearing potential)`."""
    found = list(leaves(inner))
    return any(isinstance(leaf, Sex) for leaf in found) and all(
        isinstance(leaf, Sex | Judgement) or getattr(thing_of(leaf), "id", None) == CHILDBEARING for leaf in found
    )


def _same(inner: Expression, one: Expression) -> bool:
    """Whether brackets only give another name (`stroke (CVA)`)."""
    first, second = thing_of(inner), thing_of(one)
    return (
        first is not None and second is not None and first.id is not None and first.id == second.id and is_plain(inner)
    )


def _says_otherwise(line: Reading, lo: int, hi: int, found: list[Expression], inner: Expression) -> bool:
    """Whether brackets permit something, or set another limit for what was compared before: a person says for whom."""
    begin, stop = line.span(lo, hi)
    if _PERMITTED.search(line.row.text, begin, stop) is not None:
        return True
    measures = {leaf.measure.key for one in found for leaf in leaves(one) if isinstance(leaf, Compare)}
    return any(isinstance(leaf, Compare) and leaf.measure.key in measures for leaf in leaves(inner))


def _is_wider(found: list[Expression], inner: Expression) -> bool:
    """Whether brackets set a limit that lets more values in than the one before (`> 100 (> 50 if ...)`)."""
    second = next((leaf for leaf in leaves(inner) if isinstance(leaf, Compare)), None)
    for one in found:
        for first in leaves(one):
            if second is None or not isinstance(first, Compare) or first.measure.key != second.measure.key:
                continue
            low, high = first.interval.low, first.interval.high
            wide_low = low is not None and (second.interval.low is None or second.interval.low < low)
            wide_high = high is not None and (second.interval.high is None or second.interval.high > high)
            return wide_low or wide_high
    return False


def _names_within(found: list[Expression], inner: Expression, req: bool, defining: bool) -> list[Expression]:
    """Things named in brackets after something: other names for it, or kinds of it, which do not narrow it."""
    if isinstance(inner, Sex):
        if not found:
            return [inner]
        whole = _all(tuple(found))
        return [Implies(inner, whole) if req else _all((whole, inner))]
    if not found or defining:
        return [*found, inner]
    if req:
        return found if is_plain(inner) else [*found, inner]
    both = joined(Or, (*found, inner), None) if len(found) == 1 and is_plain(inner) else _all((*found, inner))
    return [both] if both is not None else found


def _all(parts: tuple[Expression, ...]) -> Expression:
    whole = joined(And, parts, None)
    assert whole is not None
    return whole


def _examples(line: Reading, lo: int, hi: int, req: bool, depth: int, found: list[Expression]) -> list[Expression]:
    """Examples do not narrow; those with a number say by themselves what is meant."""
    if line.row.facts[hi] == line.row.facts[lo]:
        return found
    inner = line.read(lo, hi, req, depth + 1)
    if inner is None or not bears_constraint(inner) or not found:
        return found
    head = _all(tuple(found))
    if bears_time(inner) and not bears_time(head):
        begin = bisect_left(line.row.start, head.span[0]) if head.span is not None else lo
        asked = line.question(min(begin, lo), hi)  # whether the time is meant of the rest too
        head = head if asked is None else _all((head, asked))
    either = joined(Or, (head, inner), None)
    return [either] if either is not None else found
