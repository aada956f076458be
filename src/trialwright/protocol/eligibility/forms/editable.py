"""The editable form of a criterion: one compact text that a person reads and corrects, and that reads back exactly.

`read(write(tree)) == tree` for every tree of a sensible depth; `forms/editable_parse.py` reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.protocol.eligibility.forms.words import DEEPEST, LONGEST, name, quoted, word, written
from trialwright.protocol.eligibility.tree import (
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
    When,
    Window,
    children,
)

WIDTH = 100
REFERENCES = {
    Reference.UPPER_LIMIT: "x ULN",
    Reference.LOWER_LIMIT: "x LLN",
    Reference.PREDICTED: "% of predicted",
    Reference.BASELINE: "% of baseline",
}
TIME_WORDS = {form: unit for unit in TIME_UNITS for form in (unit, f"{unit}s")}


def write(expression: Expression) -> str:
    """The editable form: one line where it is short, else one part a line.

    Raises ValueError for a tree deeper than brackets can be read back, which no criterion states.

    >>> from decimal import Decimal
    >>> write(Compare(Concept("age", "age"), Interval(Decimal(18), Decimal(75)), "year"))
    'age in [18, 75] years'
    """
    if depth(expression) > DEEPEST:
        raise ValueError(f"a form holds at most {DEEPEST} brackets within brackets")
    form = _laid_out(expression, 0)
    if len(form) > LONGEST:
        raise ValueError(f"a form holds at most {LONGEST:,} characters")
    return form


def depth(expression: Expression) -> int:
    """How many expressions stand within one another, 1 for a leaf."""
    deepest, waiting = 0, [(expression, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((child, level + 1) for child in children(node))
    return deepest


def _laid_out(node: Expression, indent: int) -> str:
    """A node on one line where that is short, otherwise on several, each part indented."""
    line = _line(node, WIDTH - indent)
    if line is not None:
        return line
    pad, inner = " " * indent, " " * (indent + 2)
    match node:
        case And(parts=parts):
            return f"\n{pad}and ".join(_bracketed(part, indent) for part in parts)
        case Or(parts=parts):
            return f"\n{pad}or ".join(_bracketed(part, indent) for part in parts)
        case AtLeast(count=count, parts=parts):
            listed = f";\n{inner}".join(_laid_out(part, indent + 2) for part in parts)
            return f"at least {count} of (\n{inner}{listed}\n{pad})"
        case Not(part=part):
            return f"not {_bracketed(part, indent)}"
        case Implies(condition=condition, then=then):
            return f"if {_bracketed(condition, indent)}\n{pad}then {_bracketed(then, indent)}"
        case Defined(term=term, source=source, body=body):
            head = f"defined {quoted(term)} by {quoted(source)} as"
            return f"{head} (\n{inner}{_laid_out(body, indent + 2)}\n{pad})"
    return leaf(node)  # a leaf stays on its line however long it is


def _bracketed(part: Expression, indent: int) -> str:
    """A part of a list over several lines, in brackets where it has parts of its own."""
    if not children(part):
        return leaf(part)  # type: ignore[arg-type]  # what has no children is a leaf
    line = _line(part, WIDTH - indent)
    if line is not None:
        return f"({line})"
    return f"(\n{' ' * (indent + 2)}{_laid_out(part, indent + 2)}\n{' ' * indent})"


def _line(node: Expression, room: int) -> str | None:
    """A node on one line, None where it needs more room; the work ends where the room does."""
    if room <= 0:
        return None
    made = ""
    match node:
        case And(parts=parts):
            made = _joined(parts, " and ", room, brackets=True)
        case Or(parts=parts):
            made = _joined(parts, " or ", room, brackets=True)
        case AtLeast(count=count, parts=parts):
            inside = _joined(parts, "; ", room, brackets=False)
            made = f"at least {count} of ({inside})" if inside else ""
        case Not(part=part):
            inside = _joined((part,), "", room, brackets=True)
            made = f"not {inside}" if inside else ""
        case Implies(condition=condition, then=then):
            inside = _joined((condition, then), " then ", room, brackets=True)
            made = f"if {inside}" if inside else ""
        case Defined(term=term, source=source, body=body):
            inside = _joined((body,), "", room, brackets=False)
            made = f"defined {quoted(term)} by {quoted(source)} as ({inside})" if inside else ""
        case _:
            made = leaf(node)
    return made if made and len(made) <= room else None


def _joined(parts: tuple[Expression, ...], between: str, room: int, *, brackets: bool) -> str:
    made: list[str] = []
    for part in parts:
        line = _line(part, room)
        if line is None:
            return ""
        made.append(f"({line})" if brackets and children(part) else line)
        room -= len(made[-1]) + len(between)
        if room < -len(between):
            return ""
    return between.join(made)


def leaf(node: Leaf) -> str:
    """The editable form of a leaf, on one line."""
    return " ".join(_words(node))


def _words(node: Leaf) -> Iterator[str]:
    match node:
        case Compare():
            yield from _compare(node)
        case Ordinal():
            yield from _ordinal(node)
        case Present(kind=kind, concept=concept):
            yield from (kind.value, _concept(concept))
            yield from _course(node.course)
            yield from _circumstances(node)
        case Exposure():
            yield from _exposure(node)
        case Result(test=test, result=result, when=when):
            yield from ("test", _concept(test), result)
            yield from _when(when)
        case Sex(sex=sex):
            yield from ("sex", sex.lower())
        case Judgement(text=text, prompts=prompts):
            yield from ("judge", quoted(text))
            if prompts:
                yield f"look at [{', '.join(quoted(prompt) for prompt in prompts)}]"
        case Consent(by=by):
            yield "consent" if by is None else f"consent by {word(by)}"
        case Missing(number=number):
            yield "missing" if number is None else f"missing {word(number)}"


def _compare(node: Compare) -> Iterator[str]:
    yield _concept(node.measure)
    yield _interval(node.interval)
    if node.reference is not Reference.ABSOLUTE:
        yield REFERENCES[node.reference]
        if node.unit is not None:
            yield f"unit {word(node.unit)}"
    elif node.unit is not None:
        yield time_unit(node.unit, node.interval) if node.unit in TIME_UNITS else _unit(node.unit)
    yield from _when(node.when)
    yield from _lasting(node.lasting)


def _ordinal(node: Ordinal) -> Iterator[str]:
    yield "level"
    yield _concept(node.scale)
    low = None if node.low is None else word(node.low)
    high = None if node.high is None else word(node.high)
    yield _bounds(low, high, node.low_inclusive, node.high_inclusive)
    if node.of is not None:
        yield f"of {_concept(node.of)}"
    if node.variant is not None:
        yield f"variant {word(node.variant)}"
    yield from _when(node.when)


def _exposure(node: Exposure) -> Iterator[str]:
    yield "drug"
    yield _concept(node.drug)
    yield from _course(node.course)
    if node.dose is not None or node.unit is not None or node.per is not None:
        yield "dose"
        yield "any" if node.dose is None else _interval(node.dose)
        if node.unit is not None:
            yield word(node.unit)
        if node.per is not None:
            yield f"per {word(node.per)}"
    if node.equivalent_to is not None:
        yield f"equivalent to {_concept(node.equivalent_to)}"
    if node.route is not None:
        yield f"route {word(node.route)}"
    yield from _circumstances(node)


def _circumstances(node: Present | Exposure) -> Iterator[str]:
    yield from _when(node.when)
    yield from _lasting(node.lasting)
    if node.times is not None:
        yield f"times {_interval(node.times)}"
    if node.apart_from:
        yield f"apart from [{', '.join(map(_concept, node.apart_from))}]"


def _course(course: Course) -> Iterator[str]:
    if course is not Course.ANY:
        yield course.value


def _concept(concept: Concept) -> str:
    if concept.id is None:
        return quoted(concept.text)
    return name(concept.id) if concept.text == spelled(concept.id) else f"{name(concept.id)} {quoted(concept.text)}"


def spelled(key: str) -> str:
    """The words that an entry of the lexicon has where none are written after it."""
    return key.replace("-", " ")


def _interval(interval: Interval) -> str:
    low = None if interval.low is None else written(interval.low)
    high = None if interval.high is None else written(interval.high)
    return _bounds(low, high, interval.low_inclusive, interval.high_inclusive)


def _bounds(low: str | None, high: str | None, low_inclusive: bool, high_inclusive: bool) -> str:
    if low is not None and low == high and low_inclusive and high_inclusive:
        return f"= {low}"
    if high is None and low is not None and high_inclusive:
        return f"{'>=' if low_inclusive else '>'} {low}"
    if low is None and high is not None and low_inclusive:
        return f"{'<=' if high_inclusive else '<'} {high}"
    opening, closing = "[" if low_inclusive else "(", "]" if high_inclusive else ")"
    return f"in {opening}{'*' if low is None else low}, {'*' if high is None else high}{closing}"


def _unit(unit: str) -> str:
    """A unit that is none of time; one that is spelled like those in quotation marks."""
    return quoted(unit) if unit.lower() in TIME_WORDS else word(unit)


def time_unit(unit: str, interval: Interval) -> str:
    """A unit of time as it follows an interval: `1 day`, `2 days`."""
    last = interval.high if interval.high is not None else interval.low
    return unit if last == 1 else f"{unit}s"


def _when(when: When | None) -> Iterator[str]:
    match when:
        case Window(interval=interval, unit=unit, side=side, anchors=anchors):
            distance = _interval(interval)
            distance = f"within {distance[3:]}" if distance.startswith("<= ") else f"when {distance}"
            yield f"{distance} {time_unit(unit, interval)} {side.value} {', '.join(map(_anchor, anchors))}"
        case Dates(first=first, last=last):
            parts = [f"from {word(first)}"] if first is not None else []
            parts += [f"until {word(last)}"] if last is not None else []
            yield f"dated {' '.join(parts) or 'any'}"


def _anchor(anchor: Anchor) -> str:
    if anchor.kind is AnchorKind.OTHER:
        return quoted(anchor.text)
    return f"{anchor.kind.value} {quoted(anchor.text)}" if anchor.text else anchor.kind.value


def _lasting(lasting: Lasting | None) -> Iterator[str]:
    if lasting is not None:
        yield f"lasting {_interval(lasting.interval)} {time_unit(lasting.unit, lasting.interval)}"
