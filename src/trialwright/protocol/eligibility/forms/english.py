"""Plain English of a criterion's tree, for a person to check: short, and with one meaning only.

Lists within lists are told apart by their marks, (1) (a) (i), never by commas; every bound says whether it is itself
allowed ("at least" or "above", "at most" or "below").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from trialwright.protocol.eligibility.forms.editable import depth, spelled, time_unit
from trialwright.protocol.eligibility.forms.words import DEEPEST, written
from trialwright.protocol.eligibility.tree import (
    ENOUGH,
    TIME_UNITS,
    Anchor,
    AnchorKind,
    And,
    AtLeast,
    Compare,
    Concept,
    Consent,
    Course,
    Dates,
    Defined,
    Exposure,
    Expression,
    Implies,
    Interval,
    Judgement,
    Kind,
    Lasting,
    Leaf,
    Missing,
    Not,
    Or,
    Ordinal,
    Present,
    Reference,
    Result,
    Sex,
    Side,
    When,
    Window,
)

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_SIDES = {Side.BEFORE: "before", Side.AFTER: "after", Side.AROUND: "before or after"}
_REFERENCES = {
    Reference.UPPER_LIMIT: "times the upper limit of normal",
    Reference.LOWER_LIMIT: "times the lower limit of normal",
    Reference.PREDICTED: "% of the predicted value",
    Reference.BASELINE: "% of the patient's own baseline",
}
_COURSES = {
    Kind.CONDITION: {Course.ANY: "now or before", Course.CURRENT: "now", Course.PAST: "in the past, no longer"},
    Kind.PROCEDURE: {Course.ANY: "ever done", Course.CURRENT: "under way now", Course.PAST: "done in the past"},
    Kind.ALLERGY: {Course.ANY: "now or before", Course.CURRENT: "now", Course.PAST: "in the past, no longer"},
    Kind.FINDING: {Course.ANY: "found now or before", Course.CURRENT: "found now", Course.PAST: "found in the past"},
    Kind.EVENT: {Course.ANY: "ever happened", Course.CURRENT: "happening now", Course.PAST: "happened in the past"},
}
_TAKEN = {Course.ANY: "taken now or before", Course.CURRENT: "taken now", Course.PAST: "taken in the past, no longer"}
_ROUTES = {"ORAL": "by mouth", "INTRAVENOUS": "into a vein", "TOPICAL": "on the skin", "INHALED": "inhaled"}
_REST = "the rest of it judged by a person"
_ONE_OF_TWO = "where only one of them holds, a person says whether that is enough"
_LEVELS = 6
"""Levels of lines below one another at most; what lies deeper is told in one line, with marks."""
_TOLD = 3
"""From so many alternatives on, what they share is said once."""


def english(expression: Expression, text: str = "") -> str:
    """What the tree states, in words. `text`: the criterion's own, which stands beside it and is not repeated.

    >>> from decimal import Decimal
    >>> english(Compare(Concept(None, "ALT"), Interval(high=Decimal(3)), None, Reference.UPPER_LIMIT))
    'ALT at most 3 times the upper limit of normal'
    """
    if depth(expression) > DEEPEST:
        return "a condition with too many parts within parts to be told in words"
    said = _told(expression, text)
    return "judged by a person" if said == _REST else said


def _told(node: Expression, text: str) -> str:
    """One line, in which a judgement of the whole text does not repeat it."""
    said = _tidy(_said(node, 0))
    for whole in (_tidy(text), _tidy(text).rstrip(" .;,")):
        said = said.replace(f"judged by a person: “{whole}”", _REST) if whole else said
    return said


def _said(node: Expression, level: int) -> str:
    match node:
        case And(parts=parts):
            return f"all of: {_listed(parts, level)}"
        case Or(parts=parts):
            return _shared(parts) or f"any of: {_listed(parts, level)}"
        case AtLeast(count=2, parts=(first, second, Judgement(prompts=(said,)))) if said == ENOUGH:
            return f"both of: {_listed((first, second), level)} – {_ONE_OF_TWO}"
        case AtLeast(count=count, parts=parts):
            return f"at least {count} of: {_listed(parts, level)}"
        case Not(part=Or(parts=parts)):
            return f"none of: {_listed(parts, level)}"
        case Not(part=And(parts=parts)):
            return f"not all of: {_listed(parts, level)}"
        case Not(part=part):
            return f"not true: {_said(part, level)}"
        case Implies(condition=condition, then=then):
            return f"if {_said(condition, level)} – then {_said(then, level)} (met by everybody else)"
        case Defined(term=term, source=source, body=body):
            return f"{_quoted(term)} as defined by {_tidy(source)}, that is {_said(body, level)}"
    return leaf(node)


def _listed(parts: tuple[Expression, ...], level: int) -> str:
    return "; ".join(f"({_mark(place, level)}) {_said(part, level + 1)}" for place, part in enumerate(parts))


def _mark(place: int, level: int) -> str:
    """The mark of a part: 1, a, i by level; from the fourth level on with a dash."""
    style, dashes = level % 3, "′" * (level // 3)
    if style == 1 and place < 26:
        return chr(ord("a") + place) + dashes
    if style == 2 and place < len(_ROMAN):
        return _ROMAN[place] + dashes
    return f"{'' if style == 0 else 'ai'[style - 1]}{place + 1}{dashes}"


def _shared(parts: tuple[Expression, ...]) -> str | None:
    """Alternatives that differ in one concept only, with what they share said once; None where they differ in more."""
    things: list[Concept] = []
    blank = Concept(None, "one or more of these")
    shapes: set[Expression] = set()
    for part in parts:
        match part:
            case Present(concept=concept):
                things.append(concept)
                shapes.add(replace(part, concept=blank))
            case Exposure(drug=drug):
                things.append(drug)
                shapes.add(replace(part, drug=blank))
            case _:
                return None
    if len(parts) < _TOLD or len(shapes) != 1:
        return None
    return f"{_said(shapes.pop(), 0)}: {'; '.join(map(thing, things))}"


def leaf(node: Leaf) -> str:
    """What a leaf states, in words."""
    match node:
        case Compare():
            return _compare(node)
        case Ordinal():
            return _ordinal(node)
        case Present():
            return _present(node)
        case Exposure():
            return _exposure(node)
        case Result(test=test, result=result, when=when):
            return " ".join([f"last result of {thing(test)} {result}", *_when(when)])
        case Sex(sex=sex):
            return f"sex {sex.lower()}"
        case Judgement(text=text, prompts=prompts):
            look = f" (look at: {'; '.join(map(_tidy, prompts))})" if prompts else ""
            return f"judged by a person: {_quoted(text)}{look}"
        case Consent(by=by):
            return "informed consent given" if by is None else f"informed consent given by the {_tidy(by)}"
        case Missing(number=number):
            return "a criterion that the record has lost" if number is None else f"criterion {number}, which is lost"


def thing(concept: Concept) -> str:
    """What a person calls a concept: its name in the lexicon, or else the words of the text."""
    from trialwright.protocol.eligibility.lexicon.loading import entry

    if concept.id is None:
        return _tidy(concept.text)
    known = entry(concept.id)
    return known.name if known is not None else _tidy(concept.text or spelled(concept.id))


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    return f"“{_tidy(text)}”"


def _compare(node: Compare) -> str:
    if node.reference is Reference.ABSOLUTE:
        unit = (
            ""
            if node.unit is None
            else f" {time_unit(node.unit, node.interval)}"
            if node.unit in TIME_UNITS
            else f" {_unit(node.unit)}"
        )
    else:
        unit = f" {_REFERENCES[node.reference]}" + (f" ({node.unit})" if node.unit else "")
    words = [thing(node.measure), _bounds(node.interval) + unit]
    if node.measure.key == "age" and node.unit == "year" and node.interval.high is not None:
        whole = node.interval.high_inclusive and node.interval.high == int(node.interval.high)
        words += [f"(until the day before turning {int(node.interval.high) + 1})"] if whole else []
    return " ".join([*words, *_when(node.when), *_lasting(node.lasting)])


def _unit(unit: str) -> str:
    """A unit as it is read aloud: 30 1/min is 30 per min."""
    return f"per {unit[2:]}" if unit.startswith("1/") else unit


def _ordinal(node: Ordinal) -> str:
    name = thing(node.scale) + (f" ({_tidy(node.variant)})" if node.variant is not None else "")
    bounds = _between(node.low, node.high, node.low_inclusive, node.high_inclusive)
    of = [f"of {thing(node.of)}"] if node.of is not None else []
    return " ".join([name, bounds, *of, *_when(node.when)])


def _present(node: Present) -> str:
    name = thing(node.concept)
    named = {Kind.ALLERGY: f"allergy to {name}"}.get(node.kind, name)
    timed = node.when is not None and node.course is Course.ANY
    course = [] if timed else [_COURSES[node.kind][node.course]]
    return _apart(f"{named}, {', '.join([*course, *_around(node)])}", node.apart_from)


def _exposure(node: Exposure) -> str:
    words = ["taken" if node.when is not None and node.course is Course.ANY else _TAKEN[node.course]]
    if node.dose is not None or node.unit is not None or node.per is not None:
        dose = ["any dose" if node.dose is None else _bounds(node.dose)]
        dose += [node.unit] if node.unit is not None else []
        dose += [f"per {node.per}"] if node.per is not None else []
        words.append(" ".join(dose))
    words += [f"counted as {thing(node.equivalent_to)}"] if node.equivalent_to is not None else []
    words += [_ROUTES.get(node.route, f"{node.route.lower()} use")] if node.route is not None else []
    return _apart(f"{thing(node.drug)}, {', '.join([*words, *_around(node)])}", node.apart_from)


def _around(node: Present | Exposure) -> Iterator[str]:
    yield from _when(node.when)
    yield from _lasting(node.lasting)
    yield from _times(node.times)


def _apart(said: str, apart_from: tuple[Concept, ...]) -> str:
    if not apart_from:
        return said
    return f"{said}, where records of {' or '.join(map(thing, apart_from))} do not count"


def _times(times: Interval | None) -> Iterator[str]:
    if times is not None:
        yield f"{_amount(times)} times"


def _lasting(lasting: Lasting | None) -> Iterator[str]:
    if lasting is not None:
        yield f"for {_amount(lasting.interval)} {time_unit(lasting.unit, lasting.interval)}"


def _when(when: When | None) -> Iterator[str]:
    match when:
        case Window(interval=interval, unit=unit, side=side, anchors=anchors):
            moments = " or ".join(map(_anchor, anchors))
            yield f"{_amount(interval)} {time_unit(unit, interval)} {_SIDES[side]} {moments}"
        case Dates(first=None, last=None):
            yield "on any date"
        case Dates(first=first, last=None):
            yield f"in or after {first}"
        case Dates(first=None, last=last):
            yield f"in or before {last}"
        case Dates(first=first, last=last):
            yield f"from {first} to {last}, both included"


def _anchor(anchor: Anchor) -> str:
    match anchor.kind:
        case AnchorKind.UNSTATED:
            return "screening (the text names no moment)"
        case AnchorKind.OTHER:
            return _quoted(anchor.text)
        case AnchorKind.FIRST_DOSE:
            return "the first dose"
    return anchor.kind.value


def _bounds(interval: Interval) -> str:
    low = None if interval.low is None else _number(interval.low)
    high = None if interval.high is None else _number(interval.high)
    return _between(low, high, interval.low_inclusive, interval.high_inclusive)


def _number(value: Decimal) -> str:
    try:
        return written(value)
    except ValueError:  # longer than any that is measured
        return f"{value:.6E}"


def _amount(interval: Interval) -> str:
    """Bounds of what is counted, as times and durations are."""
    return _bounds(interval).replace("above ", "more than ").replace("below ", "less than ")


def _between(low: str | None, high: str | None, low_inclusive: bool, high_inclusive: bool) -> str:
    if low is not None and low == high and low_inclusive and high_inclusive:
        return f"exactly {low}"
    words = [] if low is None else [f"{'at least' if low_inclusive else 'above'} {low}"]
    words += [] if high is None else [f"{'at most' if high_inclusive else 'below'} {high}"]
    return " and ".join(words)


def english_lines(expression: Expression, text: str = "") -> list[tuple[int, str]]:
    """What the tree states as lines, each with its depth: for a page, where a list stands below its introduction."""
    if depth(expression) > DEEPEST:
        return [(0, english(expression))]
    lines = _lines(expression, text, _LEVELS)
    return lines if len(lines) > 1 else [(0, english(expression, text))]


def _lines(expression: Expression, text: str, levels: int) -> list[tuple[int, str]]:
    if levels == 0:
        return [(0, _told(expression, text))]
    match expression:
        case Defined(term=term, source=source, body=body):
            (_, first), *rest = _lines(body, text, levels)
            return [(0, f"{_quoted(term)} as defined by {_tidy(source)}, that is {first}"), *rest]
        case Implies(condition=condition, then=then):
            (_, first), *rest = _lines(then, text, levels)
            return [(0, f"if {_told(condition, text)} – then {first} (met by everybody else)"), *rest]
        case Or(parts=parts) if _shared(parts) is not None:
            return [(0, _told(expression, text))]
        case And(parts=parts):
            head = "all of:"
        case Or(parts=parts):
            head = "any of:"
        case AtLeast(count=2, parts=(first, second, Judgement(prompts=(said,)))) if said == ENOUGH:
            head, parts = f"both of – {_ONE_OF_TWO}:", (first, second)
        case AtLeast(count=count, parts=parts):
            head = f"at least {count} of:"
        case Not(part=Or(parts=parts)):
            head = "none of:"
        case Not(part=And(parts=parts)):
            head = "not all of:"
        case _:
            return [(0, _told(expression, text))]
    return [(0, head), *((1 + below, said) for part in parts for below, said in _lines(part, text, levels - 1))]
