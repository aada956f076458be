"""Reads exceptions: records that do not count, and cases in which a whole clause does not hold."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from trialwright.protocol.eligibility.grammar.markers import COMMA, SKIP, UNLESS
from trialwright.protocol.eligibility.grammar.reading import Reading, bears_number, is_plain, joined, negation, thing_of
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.grammar.windows import windows_of
from trialwright.protocol.eligibility.lexicon.loading import is_a
from trialwright.protocol.eligibility.tree import (
    And,
    Compare,
    Concept,
    Exposure,
    Expression,
    Judgement,
    Kind,
    Or,
    Ordinal,
    Present,
    Side,
    When,
    Window,
    children,
    leaves,
)

_SHUTTING_OUT = frozenset(("excluding", "excludes", "exclusion"))
_WITHIN = re.compile(r"\b(?:within|last|past|previous|preceding|less than)\b.{0,30}\d", re.IGNORECASE | re.DOTALL)
ONLY = "Answer yes only where nothing else of this kind is there."
_FERTILITY = re.compile(
    r"sterili[sz]|menopaus|hysterectom|contracept|oophorectom|vasectom|infertil|tubal", re.IGNORECASE
)


def excepted(line: Reading, lo: int, hi: int, req: bool, depth: int, place: int) -> Expression | None:
    """`A except B`: records of B do not count towards A; `A unless B`: where B holds, A does not count."""
    unless = line.row.code[place] == UNLESS
    first, last = line.trimmed(lo, place)
    if first >= last:
        return _in_front(line, place, hi, req, depth, unless)
    code = line.row.code
    commas = [at for at in range(place + 1, hi - 1) if code[at] == COMMA]
    if not unless:
        for comma in commas:
            if code[comma + 1] == UNLESS:
                place, unless = comma + 1, True  # `A except B, unless C`
                break
            if _goes_on_behind(line.row.word[comma + 1]):
                # `A, except B, that needs C`: a person reads what is said of A
                kept = excepted(line, lo, comma, req, depth, place)
                return joined(And, (kept, line.question(*line.trimmed(lo, hi))), line.span(lo, hi))
    whole = line.read(lo, place, req, depth + 1)
    if whole is None:
        return line.read(place + 1, hi, req, depth + 1)
    return apart(line, [whole], place + 1, hi, req, depth, unless)


def _limits_age(node: Expression) -> bool:
    """Whether age is all that is compared: nobody's age is waived by an exception."""
    found = [leaf for leaf in leaves(node) if isinstance(leaf, Compare | Ordinal)]
    return bool(found) and all(isinstance(leaf, Compare) and leaf.measure.id == "age" for leaf in found)


def _goes_on_behind(word: str) -> bool:
    """Whether a word after a comma goes on with what stands before an exception."""
    return word in ("that", "which", "who") or (word.endswith(("ing", "ed")) and word not in ("including", "excluding"))


def _in_front(line: Reading, place: int, hi: int, req: bool, depth: int, unless: bool) -> Expression | None:
    """`Except for B, A`."""
    code = line.row.code
    comma = next((at for at in range(place, hi) if code[at] == COMMA), None)
    if comma is None:
        return line.question(place, hi)
    whole = line.read(comma + 1, hi, req, depth + 1)
    if whole is None:
        return line.question(place, hi)
    return apart(line, [whole], place + 1, comma, req, depth, unless)


def apart(line: Reading, found: list[Expression], lo: int, hi: int, req: bool, depth: int, unless: bool) -> Expression:
    """What was found, with the exception that the stretch states."""
    whole = joined(And, found, None)
    assert whole is not None
    exception = line.read(lo, hi, unless and req, depth + 1)
    if exception is None:
        return whole
    begin = whole.span[0] if whole.span else line.row.start[lo]
    span = (min(begin, line.row.start[lo]), line.row.end[hi - 1])
    if not unless:
        stop = next((at for at in range(hi, len(line.row.code)) if line.row.code[at] != SKIP), len(line.row.code))
        whole, exception = _timed_together(line.row.text[slice(*line.span(lo, stop))], whole, exception)
        alternatives = exception.parts if isinstance(exception, Or) else (exception,)
        whole, left = _per_record(whole, alternatives)
        if not left:
            return whole
        rest = joined(Or, [_only(one) for one in left], None)
    else:
        rest = exception
    assert rest is not None
    if req and not unless and (line.row.word[lo - 1] in _SHUTTING_OUT or _limits_age(whole)):
        kept = joined(And, (whole, negation(rest, rest.span)), span)
        assert kept is not None
        return kept
    return _clause(line, whole, rest, req, unless, span)


def but_not(line: Reading, whole: Expression, lo: int, hi: int, depth: int, span: tuple[int, int] | None) -> Expression:
    """What excludes, but not with what the stretch states: kinds of one thing are taken out record by record (`cancer,
    but not basal cell carcinoma`), anything else keeps the exclusion from applying."""
    inner = line.read(lo, hi, True, depth + 1)
    if inner is None:
        return whole
    found = _positive(whole)
    kinds = inner.parts if isinstance(inner, Or) else (inner,)
    if len(found) == 1 and all(
        is_plain(one) and any(_kind_of(named, found[0]) for named in _named(one)[0]) for one in kinds
    ):
        return apart(line, [whole], lo, hi, False, depth, False)
    kept = joined(And, (whole, negation(inner, inner.span)), span)
    assert kept is not None
    return kept


def _timed_together(text: str, whole: Expression, exception: Expression) -> tuple[Expression, Expression]:
    """`Cancer other than basal cell carcinoma, within 5 years`: the time behind an exception is that of the whole.
    `text`: of the exception."""
    heads = _positive(whole)
    if not heads or any(leaf.when is not None or leaf.lasting is not None for leaf in heads):
        return whole, exception
    found = [leaf for leaf in leaves(exception) if isinstance(leaf, Present | Exposure) and leaf.when is not None]
    when = found[-1].when if found else _time_in(text)
    if not (isinstance(when, Window) and when.side is Side.BEFORE and when.interval.low is None):
        return whole, exception
    if any(leaf.when != when for leaf in found):
        return whole, exception
    return _with_time(whole, when), _with_time(exception, None)


def _time_in(text: str) -> When | None:
    """The one time that a text ends with."""
    if _WITHIN.search(text) is None:
        return None
    times = windows_of(text, tokens_of(text))
    return times[0].when if len(times) == 1 else None


def _with_time(node: Expression, when: Window | None) -> Expression:
    if isinstance(node, Present | Exposure):
        return replace(node, when=when)
    if isinstance(node, And | Or):
        return replace(node, parts=tuple(_with_time(part, when) for part in node.parts))
    return node


def _only(node: Expression) -> Expression:
    return replace(node, prompts=(*node.prompts, ONLY)) if isinstance(node, Judgement) else node


def _clause(
    line: Reading, whole: Expression, rest: Expression, req: bool, unless: bool, span: tuple[int, int]
) -> Expression:
    """The clause with cases in which it does not hold: a demand is waived there, an exclusion does not apply."""
    if req and unless and isinstance(whole, Present) and whole.kind is Kind.CONDITION:
        # `diabetes unless type 1`: a demand to be waived, or a kind that does not count
        asked = line.question(bisect_left(line.row.start, span[0]), bisect_left(line.row.start, span[1]))
        both: Expression | None = asked
    elif req and (unless or bears_number(whole)):
        both = joined(Or, (whole, rest), span)
    elif (
        isinstance(whole, Or)
        and _about_fertility(line, rest)
        and any(_is_pregnancy(part) for part in whole.parts)
        and not all(_is_pregnancy(part) for part in whole.parts)
    ):
        # being sterile lifts what concerns becoming pregnant, not being pregnant
        kept = [part for part in whole.parts if _is_pregnancy(part)]
        lifted = joined(Or, [part for part in whole.parts if not _is_pregnancy(part)], None)
        inner = joined(And, (lifted, negation(rest, rest.span)), span)
        both = joined(Or, (*kept, inner), span)
    else:
        both = joined(And, (whole, negation(rest, rest.span)), span)
    assert both is not None
    return both


def _about_fertility(line: Reading, node: Expression) -> bool:
    span = node.span
    return span is not None and _FERTILITY.search(line.row.text, *span) is not None


def _is_pregnancy(node: Expression) -> bool:
    return all(
        (concept := getattr(leaf, "concept", None) or getattr(leaf, "test", None)) is not None
        and concept.key in ("pregnancy", "lactation", "breastfeeding", "breast-feeding", "pregnancy-test")
        for leaf in leaves(node)
    )


def _per_record(whole: Expression, alternatives: Sequence[Expression]) -> tuple[Expression, list[Expression]]:
    """The tree without the records of the exceptions, and the exceptions that are none of single records."""
    taken = [(_named(one), one) for one in alternatives]
    named = [concept for (concepts, _), _ in taken for concept in concepts]
    positive = _positive(whole)
    targets = [leaf for leaf in positive if any(_kind_of(concept, leaf) for concept in named)]
    if not targets and len(positive) == 1 and named:
        targets = positive
    if not targets:
        return whole, list(alternatives)
    # what is as wide as the thing itself (`cancer except other local cancer`) cannot be taken out of it by its name
    taken = [(([], None) if any(_is_as_wide(one, targets) for one in found[0]) else found, one) for found, one in taken]
    named = [concept for (concepts, _), _ in taken for concept in concepts]
    narrowed = [(concepts, asked) for (concepts, asked), _ in taken if concepts and asked is not None]
    left = [one for (concepts, _), one in taken if not concepts]
    return _without(whole, {id(leaf) for leaf in targets}, tuple(named), narrowed), left


def _named(exception: Expression) -> tuple[list[Concept], Judgement | None]:
    """The things that an exception names, and the words that narrow it."""
    parts = exception.parts if isinstance(exception, And) else (exception,)
    named: list[Concept] = []
    asked = None
    for place, part in enumerate(parts):
        beneath = part.parts if isinstance(part, Or) else (part,)
        if place == 0 and all(is_plain(leaf) for leaf in beneath):
            named = [concept_of(leaf) for leaf in beneath if isinstance(leaf, Present | Exposure)]
        elif not is_plain(part) and not isinstance(part, Judgement):
            return [], None
        elif isinstance(part, Judgement):
            asked = part
        elif asked is None:
            asked = Judgement(str(getattr(thing_of(part), "text", "")), span=part.span)
    return named, asked


def concept_of(leaf: Present | Exposure) -> Concept:
    """What a leaf asks for."""
    return leaf.concept if isinstance(leaf, Present) else leaf.drug


def _positive(node: Expression) -> list[Present | Exposure]:
    """The leaves that assert something, outside of negations."""
    if isinstance(node, Present | Exposure):
        return [node]
    if isinstance(node, And | Or):
        return [leaf for part in children(node) for leaf in _positive(part)]
    return []


def _kind_of(concept: Concept, leaf: Present | Exposure) -> bool:
    broader = concept_of(leaf)
    return (
        concept.id is not None and broader.id is not None and concept.id != broader.id and is_a(concept.id, broader.id)
    )


def _is_as_wide(concept: Concept, targets: Sequence[Present | Exposure]) -> bool:
    for leaf in targets:
        other = concept_of(leaf)
        if concept.key == other.key or (concept.id is not None and other.id is not None and is_a(other.id, concept.id)):
            return True
    return False


def _without(
    node: Expression, targets: set[int], named: tuple[Concept, ...], narrowed: list[tuple[list[Concept], Judgement]]
) -> Expression:
    """The tree where the targets leave out what is named, and count it all the same where it is not as narrowed."""
    if isinstance(node, Present | Exposure) and id(node) in targets:
        parts: list[Expression] = [replace(node, apart_from=(*node.apart_from, *named))]
        for concepts, asked in narrowed:
            either = joined(Or, [_instead(node, concept) for concept in concepts], node.span)
            parts.append(And((either, negation(asked, asked.span)), asked.span))  # type: ignore[arg-type]  # not None
        return parts[0] if len(parts) == 1 else Or(tuple(parts), node.span)
    if isinstance(node, And | Or):
        return replace(node, parts=tuple(_without(part, targets, named, narrowed) for part in node.parts))
    return node


def _instead(leaf: Present | Exposure, concept: Concept) -> Expression:
    return replace(leaf, concept=concept) if isinstance(leaf, Present) else replace(leaf, drug=concept)
