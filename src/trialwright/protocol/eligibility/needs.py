"""What data of a patient an expression asks for: which number, level, flag, date or answer, and in which unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from trialwright.protocol.eligibility.tree import (
    Anchor,
    AnchorKind,
    Compare,
    Concept,
    Consent,
    Course,
    Dates,
    Exposure,
    Expression,
    Judgement,
    Kind,
    Lasting,
    Leaf,
    Missing,
    Ordinal,
    Present,
    Reference,
    Result,
    Sex,
    When,
    Window,
    leaves,
)


class NeedKind(StrEnum):
    """What sort of value is asked for: a NUMBER, a LEVEL of a scale or a result, a FLAG (yes or no), a calendar DATE,
    or an ANSWER that only a person can give."""

    NUMBER = "number"
    LEVEL = "level"
    FLAG = "flag"
    DATE = "date"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Need:
    """One value that is asked for. `key`: what the value is looked up by (`creatinine`, `creatinine high`, `stroke
    date`, `screening date`); `label`: what a person calls it; `unit`: of a NUMBER, as the criterion states it, None
    where it states none."""

    key: str
    label: str
    kind: NeedKind
    unit: str | None = None


def needs(expression: Expression) -> tuple[Need, ...]:
    """The values that answer an expression, each once, in the order in which it asks for them.

    >>> from decimal import Decimal
    >>> from trialwright.protocol.eligibility.tree import Interval
    >>> [need.key for need in needs(Compare(Concept("age", "Age"), Interval(low=Decimal(18)), "year"))]
    ['age']
    """
    return tuple(dict.fromkeys(need for leaf in leaves(expression) for need in _of(leaf)))


def _of(leaf: Leaf) -> Iterator[Need]:
    match leaf:
        case Compare(measure=measure, unit=unit, reference=reference, when=when, lasting=lasting):
            yield from _measured(measure, unit, reference)
            yield from _timed(measure.key, measure, when, lasting)
        case Ordinal(scale=scale, of=of, when=when):
            label = scale.text if of is None else f"{scale.text} of {of.text}"
            yield Need(scale.key, label, NeedKind.LEVEL)
            yield from _timed(scale.key, scale, when, None)
        case Present(kind=kind, concept=concept, course=course, when=when, lasting=lasting, times=times):
            key = fact_key(kind, concept)
            yield Need(key, concept.text, NeedKind.FLAG)
            yield from _ended(key, concept, course)
            yield from _timed(key, concept, when, lasting)
            if times is not None:
                yield Need(f"{key} count", f"how often: {concept.text}", NeedKind.NUMBER)
        case Exposure():
            yield from _exposure(leaf)
        case Result(test=test, when=when):
            yield Need(test.key, test.text, NeedKind.LEVEL)
            yield from _timed(test.key, test, when, None)
        case Sex():
            yield Need("sex", "sex", NeedKind.LEVEL)
        case Consent():
            yield Need("consent", "informed consent", NeedKind.ANSWER)
        case Judgement(text=text):
            yield Need("judgement", text, NeedKind.ANSWER)
        case Missing(number=number):
            what = "a criterion" if number is None else f"criterion {number}"
            yield Need("missing", f"{what} that the record has lost", NeedKind.ANSWER)


def fact_key(kind: Kind, concept: Concept) -> str:
    """What the records of a fact are looked up by; those of an allergy by its cause (`allergy:penicillin`)."""
    return f"allergy:{concept.key}" if kind is Kind.ALLERGY else concept.key


def _measured(measure: Concept, unit: str | None, reference: Reference) -> Iterator[Need]:
    if reference is Reference.PREDICTED:
        yield Need(measure.key, measure.text, NeedKind.NUMBER, "% predicted")
        return
    yield Need(measure.key, measure.text, NeedKind.NUMBER, unit)
    match reference:
        case Reference.UPPER_LIMIT:
            yield Need(f"{measure.key} high", f"upper limit of normal of {measure.text}", NeedKind.NUMBER, unit)
        case Reference.LOWER_LIMIT:
            yield Need(f"{measure.key} low", f"lower limit of normal of {measure.text}", NeedKind.NUMBER, unit)
        case Reference.BASELINE:
            yield Need(f"{measure.key} baseline", f"{measure.text} at baseline", NeedKind.NUMBER, unit)


def _exposure(leaf: Exposure) -> Iterator[Need]:
    key, text = leaf.drug.key, leaf.drug.text
    yield Need(key, text, NeedKind.FLAG)
    yield from _ended(key, leaf.drug, leaf.course)
    if leaf.dose is not None:
        per = f"{leaf.unit or ''} per {leaf.per}".strip() if leaf.per else leaf.unit
        yield Need(f"{key} dose", f"dose of {text}", NeedKind.NUMBER, per)
    if leaf.route is not None:
        yield Need(f"{key} route", f"route of {text}", NeedKind.LEVEL)
    yield from _timed(key, leaf.drug, leaf.when, leaf.lasting)
    if leaf.times is not None:
        yield Need(f"{key} count", f"how often: {text}", NeedKind.NUMBER)


def _ended(key: str, concept: Concept, course: Course) -> Iterator[Need]:
    if course is Course.PAST:
        yield Need(f"{key} end", f"end of {concept.text}", NeedKind.DATE)


def _timed(key: str, concept: Concept, when: When | None, lasting: Lasting | None) -> Iterator[Need]:
    if when is not None or lasting is not None:
        yield Need(f"{key} date", f"date of {concept.text}", NeedKind.DATE)
    match when:
        case Window(anchors=anchors):
            for anchor in anchors:
                yield Need(anchor_key(anchor), anchor_key(anchor), NeedKind.DATE)
        case Dates() | None:
            pass


def anchor_key(anchor: Anchor) -> str:
    """What the date of an anchor is looked up by; a window with no stated anchor counts from screening.

    >>> anchor_key(Anchor(AnchorKind.FIRST_DOSE))
    'first dose date'
    """
    match anchor.kind:
        case AnchorKind.UNSTATED:
            return "screening date"
        case AnchorKind.OTHER:
            return f"{' '.join(anchor.text.lower().split())} date"
    return f"{anchor.kind.value} date"
