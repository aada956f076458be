"""Reads a list of which so many parts must hold: all, none, any, at least two."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.markers import EVERY, NONE, OPEN, QUANT, SEMI
from trialwright.protocol.eligibility.grammar.pieces import pieces_of
from trialwright.protocol.eligibility.grammar.reading import Reading, joined, negation, only_asks
from trialwright.protocol.eligibility.tree import And, AtLeast, Expression, Or, Span


def quantify(line: Reading, lo: int, hi: int, req: bool, depth: int, how: object) -> Expression | None:
    """The list there, of which so many must hold as `how` says."""
    lo, hi = line.trimmed(lo, hi)
    if lo >= hi:
        return None
    if SEMI in outer(line, lo, hi):
        cuts = split(line, lo, hi, (SEMI,))
    else:
        cuts = [(piece.lo, piece.hi) for piece in pieces_of(line, lo, hi)]
    flip = how == NONE
    parts = [line.read(first, last, req != flip, depth + 1) for first, last in cuts]
    if all(part is None or only_asks(part) for part in parts):
        begin = next((at for at in range(lo, -1, -1) if line.row.code[at] == QUANT), lo)
        return line.question(begin, hi)
    return of_number([part for part in parts if part is not None], how, line.span(lo, hi))


def of_number(parts: list[Expression], how: object, span: Span | None) -> Expression | None:
    """The parts, of which so many must hold as `how` says."""
    if how == EVERY:
        return joined(And, parts, span)
    if how == NONE:
        either = joined(Or, parts, span)
        return None if either is None else negation(either, span)
    if isinstance(how, int) and how > 1 and len(parts) >= how and len(parts) > 1:
        return AtLeast(how, tuple(parts), span) if how < len(parts) else joined(And, parts, span)
    return joined(Or, parts, span)


def split(line: Reading, lo: int, hi: int, marks: tuple[int, ...]) -> list[tuple[int, int]]:
    """The stretches between marks of these kinds outside of brackets, empty ones left out."""
    row = line.row
    out: list[tuple[int, int]] = []
    at = begin = lo
    while at < hi:
        what = row.code[at]
        if what == OPEN:
            at = row.match[at]
        elif what in marks:
            if at > begin:
                out.append((begin, at))
            begin = at + 1
        at += 1
    if begin < hi:
        out.append((begin, hi))
    return out


def outer(line: Reading, lo: int, hi: int) -> set[int]:
    """The codes that stand outside of brackets."""
    row = line.row
    found = set()
    at = lo
    while at < hi:
        what = row.code[at]
        found.add(what)
        at = row.match[at] + 1 if what == OPEN else at + 1
    return found
