"""Reads what a negation covers, and the negations of an exclusion that are no demand for its opposite."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.exceptions import apart
from trialwright.protocol.eligibility.grammar.lacking import opposite
from trialwright.protocol.eligibility.grammar.markers import (
    AND,
    BUT,
    COMMA,
    CONSENT,
    EXCEPT,
    IF,
    LEAF,
    LINK,
    MODAL,
    NEG,
    OPEN,
    OR,
    SEX,
    SKIP,
    UNANSWERED,
    UNLESS,
)
from trialwright.protocol.eligibility.grammar.reading import Reading, joined, negation, only_asks
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.tree import And, Compare, Consent, Expression, Or, Ordinal, Result

_LITERAL = frozenset(("absence", "lack", "lacking", "absent", "without", "not", "neither"))


def negated(line: Reading, lo: int, hi: int, req: bool, depth: int, place: int) -> Expression | None:
    """A stretch that a negation opens, or that says who is not eligible."""
    row = line.row
    form = row.data[place]
    excluding = line.section is Section.EXCLUSION and depth == 0
    if form == "out":
        return _shut_out(line, lo, hi, req, depth, place)
    stop, joint = _scope(line, place + 1, hi)
    if row.facts[stop] == row.facts[place] or not UNANSWERED.isdisjoint(row.word[place + 1 : place + 3]):
        inner: Expression | None = line.question(lo, stop)
    elif form == "must" and excluding:
        # a demand among the exclusions: who does not meet it is excluded
        inner = line.read(place + 1, stop, False, depth + 1)
    elif excluding and row.word[place] not in _LITERAL:
        line.doubt(
            "CRIT-202",
            f"an exclusion that says {row.word[place]!r} can mean that it excludes or that it is demanded",
            "an exclusion that names what excludes",
            "write the criterion in the protocol file with the reading that is meant",
        )
        inner = line.question(lo, stop)
    else:
        covered = line.read(place + 1, stop, not req, depth + 1)
        if covered is not None:
            covered = line.question(lo, stop) if only_asks(covered) else opposite(line, place, stop, covered)
        inner = covered
    if stop >= hi:
        return inner
    rest = line.read(stop, hi, req, depth + 1)
    both = (req and joint != OR) or joint == BUT
    return joined(And if both else Or, (inner, rest), line.span(lo, hi))


def _shut_out(line: Reading, lo: int, hi: int, req: bool, depth: int, place: int) -> Expression | None:
    """`... are not eligible if ...`: what stands around it excludes."""
    facts = line.row.facts
    after = place + 1
    while after < hi and line.row.code[after] in (IF, SKIP, COMMA):
        after += 1
    named = (lo, place) if facts[place] > facts[lo] else (after, hi)
    inner = line.read(*named, False, depth + 1)
    if inner is None:
        return line.question(lo, hi)
    whole: Expression | None = inner
    if named[1] == place:
        whole = _with_reason(line, inner, place + 1, hi, depth)
    assert whole is not None
    return negation(whole, line.span(lo, hi)) if req else whole


def _with_reason(line: Reading, inner: Expression, lo: int, hi: int, depth: int) -> Expression | None:
    """What is shut out, with an exception or a condition that follows; a reason that follows changes nothing."""
    row = line.row
    while lo < hi and row.code[lo] in (SKIP, COMMA):
        lo += 1
    if lo >= hi or not (line.speaks(lo, hi) or row.facts[hi] > row.facts[lo]):
        return inner
    if row.code[lo] in (EXCEPT, UNLESS):
        return apart(line, [inner], lo + 1, hi, False, depth, row.code[lo] == UNLESS)
    if row.word[lo] in ("because", "since", "as", "due", "from", "owing") and not {UNLESS, EXCEPT, IF} & set(
        row.code[lo:hi]
    ):
        return inner
    return joined(And, (inner, line.read(lo, hi, False, depth + 1)), None)


def _scope(line: Reading, lo: int, hi: int) -> tuple[int, int]:
    """Where what a negation covers ends, and what joins the rest to it."""
    row = line.row
    code = row.code
    at = lo
    while at < hi:
        what = code[at]
        if what == OPEN:
            at = row.match[at]
        elif what == BUT:
            return at, BUT
        elif what in (COMMA, AND, OR):
            after = at + 1
            while after < hi and code[after] in (COMMA, AND, OR, SKIP, LINK):
                after += 1
            joint = OR if OR in code[at:after] else AND
            if after < hi and _begins_anew(line, after, joint):
                return at, joint
        at += 1
    return hi, 0


def _begins_anew(line: Reading, place: int, joint: int) -> bool:
    """Whether a new statement begins here that a negation before does not cover."""
    what = line.row.code[place]
    if what in (NEG, MODAL, CONSENT, SEX):
        return True
    if what == LEAF and joint != OR:
        nodes = line.row.data[place]
        return isinstance(nodes, list) and any(isinstance(node, Compare | Ordinal | Result | Consent) for node in nodes)
    return False
