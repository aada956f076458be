"""Compiles criteria: each item of the text becomes an expression that data or a person can answer."""

from __future__ import annotations

from decimal import Decimal

from trialwright.core.problem import Problem
from trialwright.protocol.eligibility.blocks import Block, blocks_of, combined
from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.forms.checking import corrected
from trialwright.protocol.eligibility.grammar.comparing import comparisons
from trialwright.protocol.eligibility.grammar.composing import composed
from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.outside import NAMING, with_outside_definitions
from trialwright.protocol.eligibility.grammar.timing import timed
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.protocol.eligibility.tree import Compare, Concept, Expression, Interval, Judgement, Missing, Sex

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
    identifier = f"{criterion.section.value}-{place}"
    if criterion.kind is ItemKind.MISSING:
        lost = Missing(criterion.number)
        if criterion.form is None:
            return Compiled(identifier, criterion, lost)
        supplied, faults = corrected(criterion.form, lost, criterion.text, ())
        # a form that cannot be read leaves the item as lost as it was
        return Compiled(identifier, criterion, lost if faults else supplied, faults)
    expression, problems = expression_of(criterion.text, criterion.section)
    return Compiled(identifier, criterion, *corrected(criterion.form, expression, criterion.text, problems))


def compile_all(eligibility: Eligibility) -> tuple[Compiled, ...]:
    """Every item of the criteria text, headings and notes left out, in order; before them what the structured fields
    demand, with the ids `minimum-age`, `maximum-age` and `sex`. Whether healthy volunteers are accepted is no demand on
    a patient and is left out."""
    out = list(_limits(eligibility))
    places: dict[Section, int] = {}
    for criterion in eligibility.criteria:
        if criterion.kind is ItemKind.NOTE:
            continue
        places[criterion.section] = places.get(criterion.section, 0) + 1
        out.append(compile_item(criterion, places[criterion.section]))
    return tuple(out)


def expression_of(text: str, section: Section) -> tuple[Expression, tuple[Problem, ...]]:
    """What a text states, nested lists included, and what is doubtful in it."""
    if "\n" not in text or "\n" not in text.rstrip():
        found, doubts = _one(text, section)
        if type(found) is Sex and text.rstrip().endswith(":"):
            return Judgement(" ".join(text.split())), doubts  # a heading that has lost its items is no demand
        return found, doubts
    root = blocks_of(text)
    problems: list[Problem] = []

    def line(block: Block) -> Expression:
        found, doubts = _one(text[block.start : block.end], section)
        problems.extend(doubts)
        return found

    return combined(root, text, section, line), tuple(problems)


def _one(text: str, section: Section) -> tuple[Expression, tuple[Problem, ...]]:
    """A text without nested lists."""
    tokens = tokens_of(text)
    if not len(tokens):
        return Judgement(" ".join(text.split())), ()
    mentions = mentions_of(text, tokens)
    phrases = timed(text, tokens, mentions, comparisons(text, tokens, mentions))
    found, problems = composed(text, tokens, mentions, phrases, section)
    if not isinstance(found, Judgement) and not NAMING.isdisjoint(tokens.word):
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
