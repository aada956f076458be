"""Compiles criteria: each item of the text becomes an expression that data or a person can answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from trialwright.core.problem import Problem
from trialwright.protocol.eligibility.blocks import Block, blocks_of, combined, sections_of
from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.excluding import excludes_within, opening_that_excludes
from trialwright.protocol.eligibility.forms.checking import corrected
from trialwright.protocol.eligibility.grammar.comparing import comparisons
from trialwright.protocol.eligibility.grammar.composing import composed
from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.outside import NAMING, with_outside_definitions
from trialwright.protocol.eligibility.grammar.phrases import Mention, Phrase
from trialwright.protocol.eligibility.grammar.reading import negation, only_asks
from trialwright.protocol.eligibility.grammar.timing import timed
from trialwright.protocol.eligibility.grammar.tokens import Tokens, tokens_of
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.protocol.eligibility.tree import Compare, Concept, Expression, Interval, Judgement, Missing, Sex

Stated = tuple[Expression, tuple[Problem, ...]]
AT_ONCE = 64  # lines that go through one step of the grammar after the other
MINIMUM_AGE, MAXIMUM_AGE, SEX = "minimum-age", "maximum-age", "sex"


def compile_text(text: str, section: Section) -> Compiled:
    """A criterion given as text alone, as the first of its section. Never raises.

    >>> compile_text("Written informed consent", Section.INCLUSION).expression
    Consent(by='participant', span=(0, 24))
    """
    return compile_item(Criterion(section, ItemKind.TEXT, None, text, 0, len(text)), 1)


def compile_item(criterion: Criterion, place: int) -> Compiled:
    """One item as an expression; `place`: its place among the items of its section, from 1. Never raises. Spans count
    from the start of the item's text."""
    missing = criterion.kind is ItemKind.MISSING
    return _compiled(criterion, place, None if missing else expression_of(criterion.text, criterion.section))


def _compiled(criterion: Criterion, place: int, stated: Stated | None) -> Compiled:
    """An item with what its text states, None of one that is missing."""
    identifier = f"{criterion.section.value}-{place}"
    if stated is None:
        lost = Missing(criterion.number)
        if criterion.form is None:
            return Compiled(identifier, criterion, lost)
        supplied, faults = corrected(criterion.form, lost, criterion.text, ())
        # a form that cannot be read leaves the item as lost as it was
        return Compiled(identifier, criterion, lost if faults else supplied, faults)
    expression, problems = stated
    return Compiled(identifier, criterion, *corrected(criterion.form, expression, criterion.text, problems))


def compile_all(eligibility: Eligibility) -> tuple[Compiled, ...]:
    """Every item of the criteria text, headings and notes left out, in order; before them what the structured fields
    demand, with the ids `minimum-age`, `maximum-age` and `sex`. Whether healthy volunteers are accepted is no demand on
    a patient and is left out."""
    out = list(_limits(eligibility))
    read = iter(expressions_of([(one.text, one.section) for one in eligibility.criteria if one.kind is ItemKind.TEXT]))
    places: dict[Section, int] = {}
    for criterion in eligibility.criteria:
        if criterion.kind is ItemKind.NOTE:
            continue
        place = places[criterion.section] = places.get(criterion.section, 0) + 1
        stated = next(read) if criterion.kind is ItemKind.TEXT else None
        out.append(_compiled(criterion, place, stated))
    return tuple(out)


def expression_of(text: str, section: Section) -> Stated:
    """What a text states, nested lists included, and what is doubtful in it. Never raises."""
    return expressions_of([(text, section)])[0]


def expressions_of(texts: Sequence[tuple[str, Section]]) -> list[Stated]:
    """What each of several texts states, nested lists included, and what is doubtful in it; faster than one by one.
    Never raises."""
    roots = [blocks_of(text) if "\n" in text and "\n" in text.rstrip() else None for text, _ in texts]
    lines: list[tuple[str, Section]] = []
    for (text, section), root in zip(texts, roots, strict=True):
        if root is None:
            lines.append((text, section) if section is Section.UNKNOWN else _as_it_excludes(text, section))
        else:
            lines += [(text[block.start : block.end], own) for block, own in sections_of(root, text, section)]
    read = iter([one for at in range(0, len(lines), AT_ONCE) for one in _read(lines[at : at + AT_ONCE])])
    return [
        _unnested(text, section, next(read)) if root is None else _nested(text, section, root, read)
        for (text, section), root in zip(texts, roots, strict=True)
    ]


def _as_it_excludes(text: str, section: Section) -> tuple[str, Section]:
    """A line; where it opens with words that say that it excludes, an exclusion without them."""
    opening = _opening(text)
    return (" " * opening + text[opening:], Section.EXCLUSION) if opening else (text, section)


def _opening(text: str) -> int:
    """The length of the words at the start that say that the rest excludes."""
    return opening_that_excludes(text) if text.lstrip("-*• ")[:4].lower() == "excl" else 0


def _unnested(text: str, section: Section, stated: Stated) -> Stated:
    """A text without nested lists; a heading that has lost its items is no demand."""
    found = stated[0]
    if type(found) is Sex and text.rstrip().endswith(":"):
        return Judgement(" ".join(text.split())), stated[1]
    if section is Section.INCLUSION and _opening(text):
        asked = Judgement(" ".join(text.split()), span=(0, len(text)))
        return asked if only_asks(found) else negation(found, (0, len(text))), stated[1]
    return stated


def _nested(text: str, section: Section, root: Block, read: Iterator[Stated]) -> Stated:
    """A text with nested lists, of which each statement has been read."""
    stated = {id(block): next(read) for block, _ in sections_of(root, text, section)}
    problems: list[Problem] = []

    def line(block: Block) -> Expression:
        found, doubts = stated[id(block)]
        problems.extend(doubts)
        return found

    return combined(root, text, section, line), tuple(problems)


def _read(lines: list[tuple[str, Section]]) -> list[Stated]:
    """Texts without nested lists, all of them by one step after the other: code and tables stay at hand then."""
    tokens = [tokens_of(text) for text, _ in lines]
    mentions = [mentions_of(text, cut) for (text, _), cut in zip(lines, tokens, strict=True)]
    compared = [comparisons(text, cut, named) for (text, _), cut, named in zip(lines, tokens, mentions, strict=True)]
    phrases = [
        timed(text, cut, named, found)
        for (text, _), cut, named, found in zip(lines, tokens, mentions, compared, strict=True)
    ]
    return [
        _composed(text, section, cut, named, found)
        for (text, section), cut, named, found in zip(lines, tokens, mentions, phrases, strict=True)
    ]


def _composed(
    text: str, section: Section, tokens: Tokens, mentions: Sequence[Mention], phrases: Sequence[Phrase]
) -> Stated:
    """The last step: what the phrases of a text state together."""
    if not tokens.word or (section is Section.INCLUSION and ":" in text and "xclu" in text and excludes_within(text)):
        return Judgement(" ".join(text.split())), ()
    found, problems = composed(text, tokens, mentions, phrases, section)
    if not isinstance(found, Judgement) and not NAMING.isdisjoint(tokens.said):
        found = with_outside_definitions(found, text)
    return found, problems


def _limits(eligibility: Eligibility) -> tuple[Compiled, ...]:
    """What the structured fields demand."""
    age = Concept("age", "age")
    out = []
    low, high = eligibility.minimum_age_years, eligibility.maximum_age_years
    if low:
        bound = Interval(low=_exact(low))
        out.append(_limit(MINIMUM_AGE, f"Age at least {low:g} years", Compare(age, bound, "year")))
    if high is not None and not (low is not None and low > high):
        bound = Interval(high=_exact(high))
        out.append(_limit(MAXIMUM_AGE, f"Age at most {high:g} years", Compare(age, bound, "year")))
    if eligibility.sex in ("MALE", "FEMALE"):
        out.append(_limit(SEX, f"Sex: {eligibility.sex.lower()}", Sex(eligibility.sex)))
    return tuple(out)


def _exact(years: float) -> Decimal:
    """The number as it is written, without a point where it is whole."""
    return Decimal(int(years)) if years == int(years) else Decimal(str(years))


def _limit(identifier: str, text: str, expression: Expression) -> Compiled:
    return Compiled(identifier, Criterion(Section.INCLUSION, ItemKind.TEXT, None, text, 0, 0), expression)
