"""Reads heads and what they govern: enumerations, labels with a colon, definitions, examples and inclusions."""

from __future__ import annotations

from dataclasses import replace

from trialwright.protocol.eligibility.grammar.markers import (
    COLON,
    DEFINE,
    ENUM,
    EXAMPLE,
    EXCEPT,
    FERTILE,
    IF,
    INCLUDE,
    LEAF,
    MODAL,
    NEG,
    OPEN,
    OPINION,
    QUANT,
    SEX,
    UNLESS,
    words_of,
)
from trialwright.protocol.eligibility.grammar.numbered import of_number, quantify
from trialwright.protocol.eligibility.grammar.reading import (
    Reading,
    bears_constraint,
    bears_number,
    bears_time,
    is_plain,
    joined,
    negation,
    number_counted,
    time_of,
    with_time,
)
from trialwright.protocol.eligibility.tree import And, Expression, Implies, Judgement, Or, leaves

_BANDS = words_of("mild moderate severe critical minor major low intermediate high")


def enumerated(line: Reading, lo: int, hi: int, req: bool, depth: int) -> Expression | None:
    """`any one of: 1) ... 2) ... 3) ...`; None for fewer than two labels."""
    places = _outside(line, lo, hi, ENUM)
    if len(places) < 2:
        return None
    bounds = [*places, hi]
    how = _quantity(line, lo, places[0])
    negative = how == -3
    parts = [line.read(a + 1, b, req != negative, depth + 1) for a, b in zip(places, bounds[1:], strict=True)]
    stated = [part for part in parts if part is not None]
    span = line.span(lo, hi)
    body = of_number(stated, how, span) if how is not None else joined(And if req else Or, stated, span)
    return under_head(line, lo, places[0], req, depth, body, (lo, hi))


def headed(line: Reading, lo: int, hi: int, req: bool, depth: int, colon: int) -> Expression | None:
    """`head: body`; several labels in a row are the bands of one scale, alternatives to one another."""
    colons = _outside(line, lo, hi, COLON)
    labels = [at for at in colons if at > lo and line.row.word[at - 1] in _BANDS]
    if len(labels) > 1:
        first = labels[0] - 1
        bounds = [*(at - 1 for at in labels[1:]), hi]
        bands = [line.read(at + 1, end, True, depth + 1) for at, end in zip(labels, bounds, strict=True)]
        return under_head(line, lo, first, req, depth, joined(Or, bands, line.span(first, hi)), (lo, hi))
    how = _quantity(line, lo, colon)
    if how is None and (counted := _number_of_things(line, lo, colon)):
        # `at least 2 risk factors: A, B, C`: what is counted is the list
        return quantify(line, colon + 1, hi, req, depth, counted)
    if how is not None:
        body = quantify(line, colon + 1, hi, req, depth, how)
    else:
        body = line.read(colon + 1, hi, req, depth + 1)
    return under_head(line, lo, colon, req, depth, body, (lo, hi))


def _number_of_things(line: Reading, lo: int, hi: int) -> int:
    """How many things without a name of their own a head counts, where it does nothing else; else 0."""
    lo, hi = line.trimmed(lo, hi)
    data = line.row.data[lo] if hi == lo + 1 and line.row.code[lo] == LEAF else None
    return number_counted(data[0]) if isinstance(data, list) and len(data) == 1 else 0


def under_head(
    line: Reading, lo: int, stop: int, req: bool, depth: int, body: Expression | None, around: tuple[int, int]
) -> Expression | None:
    """A body with the head before it: a condition, a thing that it specifies, or words that only introduce it."""
    row = line.row
    whole = line.span(*around)
    if body is None:
        head = line.read(lo, stop, req, depth + 1)
        return None if head is None else replace(head, span=whole)
    if not _says_something(line, lo, stop):
        return body
    codes = row.code[lo:stop]
    if codes[0] == IF or SEX in codes or FERTILE in codes:
        subject = line.read(lo + 1 if codes[0] == IF else lo, stop, True, depth + 1)
        if subject is not None:
            return Implies(subject, body, whole) if req else joined(And, (subject, body), whole)
    last = next((what for what in reversed(codes) if what in (EXCEPT, UNLESS, EXAMPLE, INCLUDE, NEG)), None)
    if last in (EXCEPT, UNLESS):
        before = line.read(lo, stop, req, depth + 1)
        if before is None:
            return body
        return joined(Or, (before, body), whole) if req else joined(And, (before, negation(body, body.span)), whole)
    if row.facts[stop] > row.facts[lo]:
        before = line.read(lo, stop, req, depth + 1)
        if last == INCLUDE and not req:
            return joined(Or, (before, body), whole)
        return joined(And, (before, body), whole)
    if isinstance(body, Judgement):
        return line.question(*around)
    if last in (EXAMPLE, INCLUDE):
        asked = line.question(*around)
        if last == INCLUDE and req:
            return joined(And, (asked, body), whole)
        return joined(Or, (body, asked), whole) if bears_constraint(body) or last == INCLUDE else asked
    if OPINION in codes:
        return joined(And, (line.question(lo, stop), body), whole)
    if last == NEG and not any(what == MODAL for what in codes) and row.word[stop - 1] not in ("following", "criteria"):
        return line.question(*around)
    if last == NEG:
        return negation(body, whole)
    return body


def explained(line: Reading, lo: int, hi: int, req: bool, depth: int, place: int) -> Expression | None:
    """`A, i.e. B` is B; `A such as B` is A; `A including B` excludes by A and by B, and demands both."""
    found = _explained(line, lo, hi, req, depth, place)
    return None if found is None else replace(found, span=line.span(lo, hi))


def _explained(line: Reading, lo: int, hi: int, req: bool, depth: int, place: int) -> Expression | None:
    what = line.row.code[place]
    span = line.span(lo, hi)
    if not _says_something(line, lo, place):
        return line.read(place + 1, hi, req, depth + 1)
    head = line.read(lo, place, req, depth + 1)
    body = line.read(place + 1, hi, req, depth + 1)
    if head is None or body is None:
        return head if body is None else body
    if isinstance(body, Judgement):
        if what == DEFINE or isinstance(head, Judgement):
            return line.question(lo, hi) if isinstance(head, Judgement) else joined(And, (head, body), span)
        return head
    if what == DEFINE:
        return _defined(line, lo, place, head, body, span)
    if OPINION in line.row.code[lo:hi] and not bears_constraint(body):
        return line.question(lo, hi) if isinstance(head, Judgement) else head
    if what == INCLUDE:
        return _including(line, lo, hi, req, head, body)
    if not bears_constraint(body):
        return line.question(lo, hi) if isinstance(head, Judgement) else head
    if bears_time(body) and not isinstance(head, Judgement) and time_of(_last(head)) is None:
        head = _asked_too(head, line.question(lo, hi), span)
    return joined(Or, (line.question(lo, hi) if isinstance(head, Judgement) else head, body), span)


def _last(head: Expression) -> Expression:
    """What stands right before examples: of a list, its last part."""
    return head.parts[-1] if isinstance(head, Or) else head


def _asked_too(head: Expression, question: Judgement | None, span: tuple[int, int]) -> Expression:
    """What examples with a time are examples of: whether the time is meant of it too is asked."""
    last = joined(And, (_last(head), question), span)
    assert last is not None
    return replace(head, parts=(*head.parts[:-1], last)) if isinstance(head, Or) else last


def _defined(
    line: Reading, lo: int, place: int, head: Expression, body: Expression, span: tuple[int, int]
) -> Expression | None:
    """The definition stands for what it defines, unless that says more than the definition can."""
    plain = all(is_plain(leaf) or isinstance(leaf, Judgement) for leaf in leaves(head))
    if plain and OPINION not in line.row.code[lo:place] and bears_number(body):
        return body
    if isinstance(head, Judgement) and OPINION not in line.row.code[lo:place]:
        return body if bears_constraint(body) else joined(And, (head, body), span)
    return joined(And, (head, body), span)


def _including(line: Reading, lo: int, hi: int, req: bool, head: Expression, body: Expression) -> Expression | None:
    span = line.span(lo, hi)
    if not req:
        when = time_of(_last(head))
        if when is not None:
            body = with_time(body, when)
        elif bears_time(body) and not isinstance(head, Judgement):
            head = _asked_too(head, line.question(lo, hi), span)
        return joined(Or, (line.question(lo, hi) if isinstance(head, Judgement) else head, body), span)
    if bears_constraint(body):
        return joined(And, (head, body), span)
    return line.question(lo, hi) if isinstance(head, Judgement) else head


def _says_something(line: Reading, lo: int, hi: int) -> bool:
    row = line.row
    return row.facts[hi] > row.facts[lo] or line.speaks(lo, hi) or NEG in row.code[lo:hi]


def _quantity(line: Reading, lo: int, hi: int) -> object:
    """How many are meant by the words there, None where they do not say."""
    for at in range(lo, hi):
        if line.row.code[at] == QUANT:
            return line.row.data[at]
    return None


def _outside(line: Reading, lo: int, hi: int, mark: int) -> list[int]:
    """Where a mark stands outside of brackets."""
    row = line.row
    out = []
    at = lo
    while at < hi:
        what = row.code[at]
        if what == OPEN:
            at = row.match[at]
        elif what == mark:
            out.append(at)
        at += 1
    return out
