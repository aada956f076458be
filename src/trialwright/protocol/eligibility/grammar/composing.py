"""Composes the expression of a line from its phrases and the words between them; what is not understood stays asked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from trialwright.core.problem import Problem
from trialwright.protocol.eligibility.grammar.allergic import of_the_same_allergy
from trialwright.protocol.eligibility.grammar.clauses import row_of
from trialwright.protocol.eligibility.grammar.conditions import concerning_a_sex, conditional
from trialwright.protocol.eligibility.grammar.consent import consented
from trialwright.protocol.eligibility.grammar.definitions import enumerated, explained, headed
from trialwright.protocol.eligibility.grammar.elapsed import with_distances
from trialwright.protocol.eligibility.grammar.exceptions import excepted
from trialwright.protocol.eligibility.grammar.lists import accompanied, listed, sentences
from trialwright.protocol.eligibility.grammar.markers import (
    AND,
    BUT,
    COLON,
    COMMA,
    CONSENT,
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
    OR,
    OTHER,
    QUANT,
    QUIET,
    SEMI,
    SEX,
    SKIP,
    SLASH,
    STOP,
    TELLING,
    UNLESS,
    WITH,
)
from trialwright.protocol.eligibility.grammar.negation import negated
from trialwright.protocol.eligibility.grammar.parts import part_of
from trialwright.protocol.eligibility.grammar.permitting import only_permits
from trialwright.protocol.eligibility.grammar.phrases import Mention, Phrase
from trialwright.protocol.eligibility.grammar.reading import SPOKEN, Reading, combine, only_asks
from trialwright.protocol.eligibility.grammar.tokens import Tokens
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.tree import (
    Compare,
    Expression,
    Judgement,
    Kind,
    Leaf,
    Ordinal,
    Present,
    Result,
    placed,
)

_MARKS = frozenset(range(WITH, OTHER + 1))
_MEASURED = (Compare, Ordinal, Result)
_ALLERGY = Kind.ALLERGY
DEEPEST = 24  # levels of lists within lists; what lies deeper stays a question
_TO_WHAT = " to "
MOST_WORK = 40  # readings of each element, over all levels


def compose(
    text: str, tokens: Tokens, mentions: Sequence[Mention], phrases: Sequence[Phrase], section: Section
) -> Expression:
    """The expression that one line states. Never raises; a line of which nothing is understood is one question."""
    return composed(text, tokens, mentions, phrases, section)[0]


def composed(
    text: str, tokens: Tokens, mentions: Sequence[Mention], phrases: Sequence[Phrase], section: Section
) -> tuple[Expression, tuple[Problem, ...]]:
    """The expression that one line states, and what was doubtful in it."""
    if not phrases and TELLING.isdisjoint(tokens.said):
        return Judgement(" ".join(text.split()), span=_whole(text)), ()
    if len(phrases) == 1 and _stands_alone(tokens, phrases[0]):
        return phrases[0].node, ()
    required = section is not Section.EXCLUSION
    row = row_of(text, tokens, phrases, required)
    count = len(row.code)
    if row.facts[count] == 0 or row.asks:
        return Judgement(" ".join(text.split()), span=_whole(text)), ()
    line = Reading(row, section, _read, MOST_WORK * count + 400)
    if only_permits(line, tokens.said):
        return Judgement(" ".join(text.split()), span=_whole(text)), ()
    found = _read(line, 0, count, required, 0)
    if found is None:
        found = Judgement(" ".join(text.split()), span=_whole(text))
    elif _leaves_words_out(line, found):
        found = placed(found, _whole(text))
    if _TO_WHAT in text and True in [_is_allergy(phrase.node) for phrase in phrases]:
        found = of_the_same_allergy(found, text)
    if True in [phrase.elapsed for phrase in phrases]:
        found = with_distances(found, list(phrases), text, section)
    return found, tuple(line.problems)


def _is_allergy(node: Leaf) -> bool:
    return type(node) is Present and node.kind is _ALLERGY


def _leaves_words_out(line: Reading, found: Expression) -> bool:
    """Whether words that mean something lie outside of what the expression was read from: a head, a repetition."""
    if found.span is None:
        return True
    row = line.row
    first, last = bisect_left(row.start, found.span[0]), bisect_left(row.start, found.span[1])
    if first == 0 and last == len(row.code):
        return False
    outside = row.code[:first] + row.code[last:]
    return LEAF in outside or not SPOKEN.isdisjoint(outside)


def _stands_alone(tokens: Tokens, phrase: Phrase) -> bool:
    """Whether a line holds a comparison, a level or a result, and beside it only words that add nothing."""
    if not isinstance(phrase.node, _MEASURED) or phrase.node.span is None or phrase.denied:
        return False
    words = tokens.word
    return QUIET.issuperset(words[: phrase.first]) and QUIET.issuperset(words[phrase.last :])


def _whole(text: str) -> tuple[int, int]:
    body = text.strip()
    begin = text.find(body) if body else 0
    return begin, begin + len(body)


def _read(line: Reading, lo: int, hi: int, req: bool, depth: int) -> Expression | None:
    row = line.row
    code, match = row.code, row.match
    lo, hi = line.trimmed(lo, hi)
    if lo >= hi:
        return None
    line.left -= hi - lo
    if row.facts[hi] == row.facts[lo] or depth > DEEPEST or line.left < 0:
        return line.question(lo, hi)
    if hi == lo + 1 and code[lo] == LEAF:
        return combine(row.data[lo], req, line.span(lo, hi))  # type: ignore[arg-type]  # leaves
    if code[lo] == OPEN and match[lo] == hi - 1:
        return line.read(lo + 1, hi - 1, req, depth + 1)
    codes = code[lo:hi]
    if OPEN in codes:
        codes = _without_brackets(codes, match, lo)
    # after trimming a stretch begins with neither a function word nor a preposition
    marks = {what: lo + codes.index(what) for what in _MARKS.intersection(codes)}
    found = _dispatch(line, lo, hi, req, depth, marks, lo)
    if found is not None and not isinstance(found, Judgement) and only_asks(found):
        # questions alone are asked in one, in the words as they stand
        return line.question(lo, hi)
    return found


def _without_brackets(codes: list[int], match: list[int], lo: int) -> list[int]:
    """The codes of a stretch that begins at `lo`, those in brackets made function words."""
    out = codes[:]
    while OPEN in out:
        at = out.index(OPEN)
        close = max(at, match[lo + at] - lo)
        out[at : close + 1] = [SKIP] * (close + 1 - at)
    return out


def _dispatch(
    line: Reading, lo: int, hi: int, req: bool, depth: int, marks: dict[int, int], first: int
) -> Expression | None:
    """Hands a stretch to what its outermost marker stands for."""
    code = line.row.code
    if not marks or marks.keys() == {WITH}:
        return part_of(line, lo, hi, req, depth).whole
    colon = marks.get(COLON)
    cut = min(marks.get(SEMI, hi), marks.get(STOP, hi))
    if cut < hi and (colon is None or colon > cut or line.row.facts[colon] > line.row.facts[lo]):
        return sentences(line, lo, hi, req, depth, STOP if STOP in marks else SEMI)
    if (
        colon is not None
        and marks.get(MODAL, hi) < colon
        and (SEX in marks or FERTILE in marks)
        and (found := concerning_a_sex(line, lo, hi, req, depth)) is not None
    ):
        return found
    if ENUM in marks and (found := enumerated(line, lo, hi, req, depth)) is not None:
        return found
    if colon is not None:
        return headed(line, lo, hi, req, depth, colon)
    if CONSENT in marks and (found := consented(line, lo, hi, req)) is not None:
        return found
    if code[first] == IF:
        return conditional(line, lo, hi, req, depth, first)
    if NEG in marks and (code[first] == NEG or line.row.data[marks[NEG]] == "out"):
        return negated(line, lo, hi, req, depth, marks[NEG])
    if (SEX in marks or FERTILE in marks) and (found := concerning_a_sex(line, lo, hi, req, depth)) is not None:
        return found
    for what in (EXCEPT, UNLESS):
        if what in marks:
            return excepted(line, lo, hi, req, depth, marks[what])
    for what in (DEFINE, EXAMPLE, INCLUDE):
        if what in marks:
            return explained(line, lo, hi, req, depth, marks[what])
    if WITH in marks and (found := accompanied(line, lo, hi, req, depth, marks[WITH])) is not None:
        return found
    quantified = marks.get(QUANT)
    if quantified is not None or marks.keys() & {AND, OR, BUT, COMMA, SLASH}:
        return listed(line, lo, hi, req, depth, quantified)
    return part_of(line, lo, hi, req, depth).whole
