"""Statements to be scored: what the gold demands of a line and what a compiled tree states, in one form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.grammar.units import canonical_unit, unit_at
from trialwright.protocol.eligibility.tree import (
    Compare,
    Concept,
    Dates,
    Exposure,
    Expression,
    Interval,
    Judgement,
    Not,
    Or,
    Ordinal,
    Present,
    Reference,
    Result,
    Span,
    Window,
    children,
    leaves,
)

ROLES = ("age", "observation", "stage", "temporality", "duration", "dose", "count")
_OFTEN = frozenset(f"{what}/{period}" for what in ("1", "day") for period in ("day", "week", "month", "year"))
SIDES = {"GTEQ": ("low", True), "GT": ("low", False), "LTEQ": ("high", True), "LT": ("high", False)}
_PER_YEAR = {"year": 1, "month": 12, "week": 52, "day": 365}
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "l": 1,
    "ll": 2,
    "lll": 3,
    "ⅰ": 1,
    "ⅱ": 2,
    "ⅲ": 3,
    "ⅳ": 4,
}
_WORDS = {
    "twice": "2",
    "once": "1",
    "half": "0.5",
    "first": "1",
    "second": "2",
    "third": "3",
    "fourth": "4",
    "fifth": "5",
}
_WORDS |= {"double": "2", "single": "1"}
# words that say what a number is a level or a score of, and no unit of measurement
_LEVEL_WORDS = re.compile(
    r"grade|stage|class|score|point|item|type|status|staging|level|classification|ratio|occasion|total|step",
    re.IGNORECASE,
)
_LIMIT_WORDS = re.compile(r"normal|uln|reference|limit|upper|negative control|cut-off|mean", re.IGNORECASE)
_FLAT_POWERS = {Decimal(103): "10^3", Decimal(106): "10^6", Decimal(109): "10^9", Decimal(1012): "10^12"}
_EMPTY = frozenset(
    [
        "the",
        "of",
        "a",
        "an",
        "and",
        "or",
        "in",
        "on",
        "for",
        "to",
        "with",
        "score",
        "level",
        "levels",
        "value",
        "values",
        "test",
        "scale",
        "at",
        "by",
    ]
)


@dataclass(frozen=True)
class Bound:
    """A number or a level and the side it bounds; `side` and `inclusive` are None where the gold leaves them open."""

    value: Decimal | str
    side: str | None
    inclusive: bool | None


@dataclass(frozen=True)
class Statement:
    """One constraint. `role`: of ROLES, or `level` for a level on a scale; `words`: that name its variable; `ids`: the
    lexicon's things they name; `units`: canonical parts; `limited`: a multiple of a limit of normal; `marks`: where the
    gold's comparison stands in the line; `places`: of the words that name the variable for the gold, in the line; for
    ours of the stretch that a leaf was read from, in the item; `contrary`: the bounds as a negation turns
    them around; `shown`: for people to read."""

    role: str
    words: frozenset[str]
    ids: frozenset[str]
    bounds: tuple[Bound, ...]
    units: frozenset[str] = frozenset()
    limited: bool = False
    percent: bool = False
    marks: tuple[tuple[int, int], ...] = ()
    places: tuple[tuple[int, int], ...] = ()
    contrary: tuple[Bound, ...] = ()
    shown: str = field(default="", compare=False)


@dataclass(frozen=True)
class Line:
    """A line of the gold. `look`: of the half that may be looked at."""

    study: str
    section: str
    text: str
    look: bool
    gold: tuple[Statement, ...]
    unscored: int


def read_gold(path: Path) -> list[Line]:
    """The lines of a gold file. Raises OSError or ValueError where it cannot be read."""
    out = []
    for row in path.read_text("utf-8").splitlines():
        if not row.strip():
            continue
        line = json.loads(row)
        found = [_gold_statement(constraint, line["text"]) for constraint in line["constraints"]]
        kept = tuple(statement for statement in found if statement is not None)
        look = int(sha256(line["nct"].encode()).hexdigest()[:8], 16) % 2 == 0
        out.append(Line(line["nct"], line["section"] or "unknown", line["text"], look, kept, len(found) - len(kept)))
    return out


def _gold_statement(constraint: dict[str, Any], text: str) -> Statement | None:
    role = _gold_role(constraint)
    if role is None:
        return None
    operator, given = constraint["op"], constraint["values"]
    values = list(dict.fromkeys(value_of(text) for text in given))
    if role == "age" and constraint["temporal_unit"]:
        units = constraint["temporal_unit"]
        padded = [*units, *[units[-1]] * len(values)]
        values = [_years(value, unit) for value, unit in zip(values, padded, strict=False)]
    if operator == "BETWEEN" and len(values) == 2:
        strict = any(sign in "".join(constraint["op_text"]) for sign in "<>＜＞")
        bounds: tuple[Bound, ...] = (
            Bound(values[0], "low", None if strict else True),
            Bound(values[1], "high", None if strict else True),
        )
    else:
        side, inclusive = SIDES.get(operator, (None, None))
        bounds = tuple(Bound(value, side, inclusive) for value in values)
    parts = [*constraint["unit"], *constraint["per"], *(constraint["temporal_unit"] if role != "age" else ())]
    if len(bounds) == 2 and bounds[1].value in _FLAT_POWERS and set(constraint["unit"]) & {"×", "x", "X", "*"}:
        # "40 × 109/L": the raised digit was lost, and what was marked as a second number is part of the unit
        parts = [_FLAT_POWERS[Decimal(bounds[1].value)], *constraint["per"]]
        bounds = bounds[:1]
    limited = bool(constraint["ref_range"]) or any(_LIMIT_WORDS.search(part) for part in parts)
    whole = canonical_unit(" ".join(constraint["unit"])) if len(constraint["unit"]) > 1 else None
    if whole is not None:
        parts = [whole, *parts[len(constraint["unit"]) :]]
    units = frozenset(
        atom
        for part in parts
        if not _LIMIT_WORDS.search(part) and not _LEVEL_WORDS.search(part)
        for atom in _atoms(part)
        if not atom.isdigit()  # the 10 of "4/10" is the length of the scale
    )
    words, ids = _named(constraint["entity"])
    span = constraint["comparison_span"]
    marks = (tuple(span),) if span and isinstance(span[0], int) else tuple(tuple(one) for one in span or ())
    shown = f"{role}: {constraint['entity']} {operator or '-'} {' '.join(given)} {' '.join(parts)}".strip()
    places = tuple((first, last) for first, last in constraint["entity_span"])
    return Statement(role, words, ids, bounds, units, limited, False, marks, places, shown=shown)


def _gold_role(constraint: dict[str, Any]) -> str | None:
    match constraint["role"]:
        case "Numeric-Filter":
            return "age" if constraint["entity_class"] == "Age" else "observation"
        case "Stage" | "Temporality" | "Duration" | "Dose":
            return str(constraint["role"]).lower()
        case "Minimum-Count":
            return "count"
    return None


def value_of(text: str) -> Decimal | str:
    """A number where the text is one in figures, words or Roman numerals, else the text in lower case.

    >>> value_of("III"), value_of("twice"), value_of("2b")
    (Decimal('3'), Decimal('2'), '2b')
    """
    low = " ".join(text.casefold().split())
    sign = -1 if low[:1] in "-−–" and low[1:2].isdigit() else 1
    tokens = tokens_of(low.lstrip("-−–+ "))
    if len(tokens) == 1 and tokens.value[0] is not None:
        return sign * tokens.value[0]
    if low in _WORDS:
        return Decimal(_WORDS[low])
    if low in _ROMAN:
        return Decimal(_ROMAN[low])
    whole = re.fullmatch(r"(iv|v?i{0,3})([a-d]\d?)", low)
    if whole is not None and whole[1]:
        return f"{_ROMAN[whole[1]]}{whole[2]}"
    return low


def _years(value: Decimal | str, unit: str) -> Decimal | str:
    return value / _PER_YEAR[unit] if isinstance(value, Decimal) and unit in _PER_YEAR else value


def _atoms(part: str) -> list[str]:
    """The canonical names of the units in a text; words that are none stay as they are, in lower case."""
    whole = canonical_unit(part.strip(" ."))
    if whole is not None:
        return [_long(atom) for atom in whole.split("/") if atom != "1"]
    found: list[str] = []
    for word in re.split(r"[\s/]+", part.strip(" ./")):
        known = canonical_unit(word)
        found.extend([_long(atom) for atom in known.split("/")] if known is not None else [word.casefold()])
    return [atom for atom in found if atom not in {"", "1"}]


def _long(atom: str) -> str:
    return {"min": "minute", "h": "hour", "s": "second", "IU": "U", "mIU": "mU", "uIU": "uU", "kIU": "kU"}.get(
        atom, atom
    )


def _named(text: str) -> tuple[frozenset[str], frozenset[str]]:
    tokens = tokens_of(text)
    mentions = mentions_of(text, tokens)
    words = frozenset(_stem(word) for word in tokens.word if word not in _EMPTY and re.search(r"\w", word))
    return words, frozenset(mention.id for mention in mentions)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def stated(tree: Expression) -> list[Statement]:
    """The constraints that the leaves of a tree state, in order, each once for every stretch they were read from.

    Nothing less than N before is the same as all of it N or more before: where a negation stands right over things
    whose windows have one bound, `not within < 2 weeks` is given with that bound from either side, `< 2` (`no surgery
    less than 2 weeks before`) and `>= 2` (`at least 2 weeks since surgery`), for the tree of both is the same. It is
    one statement, and right where the gold has it in either form; bounds of any other leaf, and of leaves deeper under
    a negation, stand as they are.
    """
    out: list[Statement] = []
    turned = _turned_around(tree)
    for leaf in leaves(tree):
        for one in _of_leaf(leaf):
            if one.role == "temporality" and any(leaf is other for other in turned):
                one = replace(one, contrary=tuple(map(_contrary, one.bounds)))
            if one not in out:
                out.append(one)
    return out


def _turned_around(tree: Expression) -> list[Expression]:
    """The leaves right under a negation, or in a list of alternatives there, that have a window with one bound."""
    found: list[Expression] = []
    stack = [tree]
    while stack:
        node = stack.pop()
        stack.extend(children(node))
        if isinstance(node, Not):
            parts = node.part.parts if isinstance(node.part, Or) else (node.part,)
            found.extend(part for part in parts if isinstance(part, Present | Exposure) and _has_one_bound(part))
    return found


def _has_one_bound(leaf: Present | Exposure) -> bool:
    when = leaf.when
    return isinstance(when, Window) and (when.interval.low is None) != (when.interval.high is None)


def _contrary(bound: Bound) -> Bound:
    """The bound of all that lies beyond it."""
    return Bound(bound.value, "low" if bound.side == "high" else "high", not bound.inclusive)


def asks(tree: Expression) -> bool:
    """Whether a person is asked something, so that what the tree leaves out is not lost in silence."""
    return any(isinstance(leaf, Judgement) for leaf in leaves(tree))


def _of_leaf(leaf: Any) -> Iterator[Statement]:
    match leaf:
        case Compare():
            yield _compared(leaf)
            concept = leaf.measure
        case Ordinal():
            yield _levelled(leaf)
            concept = leaf.scale if leaf.of is None else Concept(leaf.of.id, f"{leaf.scale.text} {leaf.of.text}")
        case Present():
            concept = leaf.concept
            yield from _counted(leaf.times, concept, leaf.span)
        case Exposure():
            concept = leaf.drug
            yield from _counted(leaf.times, concept, leaf.span)
            if leaf.dose is not None:
                per = (leaf.per,) if leaf.per else ()
                yield _statement("dose", concept, leaf.dose, [leaf.unit or "", *per], leaf.span)
        case Result():
            concept = leaf.test
        case _:
            return
    when = leaf.when
    if isinstance(when, Window):
        yield _statement("temporality", concept, when.interval, [when.unit], leaf.span)
    elif isinstance(when, Dates):
        bounds = [Bound(value.casefold(), None, None) for value in (when.first, when.last) if value]
        words, ids = _named(concept.text)
        shown = f"dates: {concept.text} {when}"
        yield Statement("temporality", words, ids | _ids(concept), tuple(bounds), places=_place(leaf.span), shown=shown)
    lasting = getattr(leaf, "lasting", None)
    if lasting is not None:
        yield _statement("duration", concept, lasting.interval, [lasting.unit], leaf.span)


def _ids(concept: Concept) -> frozenset[str]:
    return frozenset() if concept.id is None else frozenset((concept.id,))


def _compared(leaf: Compare) -> Statement:
    role = "age" if leaf.measure.id == "age" else "observation"
    if role == "age":
        bounds = tuple(Bound(_years(b.value, leaf.unit or "year"), b.side, b.inclusive) for b in _bounds(leaf.interval))
        return Statement(
            "age",
            frozenset(("age",)),
            frozenset(("age",)),
            bounds,
            shown=_shown("age", "age", leaf.interval, [leaf.unit or ""]),
        )
    if leaf.unit in _OFTEN:
        role = "frequency"
    found = _statement(role, leaf.measure, leaf.interval, [leaf.unit or ""])
    limited = leaf.reference in {Reference.UPPER_LIMIT, Reference.LOWER_LIMIT}
    percent = leaf.reference in {Reference.PREDICTED, Reference.BASELINE}
    return Statement(
        role,
        found.words,
        found.ids,
        found.bounds,
        found.units,
        limited,
        percent,
        (),
        _place(leaf.span),
        shown=found.shown,
    )


def _levelled(leaf: Ordinal) -> Statement:
    bounds = []
    if leaf.low is not None:
        bounds.append(Bound(value_of(leaf.low), "low", leaf.low_inclusive))
    if leaf.high is not None:
        bounds.append(Bound(value_of(leaf.high), "high", leaf.high_inclusive))
    words, ids = _named(f"{leaf.scale.text} {leaf.of.text if leaf.of is not None else ''}")
    ids |= _ids(leaf.scale) | (_ids(leaf.of) if leaf.of is not None else frozenset())
    return Statement(
        "level",
        words,
        ids,
        tuple(bounds),
        places=_place(leaf.span),
        shown=f"level: {leaf.scale.text} {leaf.low} to {leaf.high}",
    )


def _place(span: Span | None) -> tuple[tuple[int, int], ...]:
    return () if span is None else (span,)


def _counted(times: Interval | None, concept: Concept, span: Span | None) -> Iterator[Statement]:
    if times is not None:
        yield _statement("count", concept, times, [], span)


def _statement(
    role: str, concept: Concept, interval: Interval, units: list[str], span: Span | None = None
) -> Statement:
    words, ids = _named(concept.text)
    atoms = frozenset(atom for unit in units if unit for atom in _atoms(unit))
    shown = _shown(role, concept.text, interval, units)
    return Statement(role, words, ids | _ids(concept), _bounds(interval), atoms, places=_place(span), shown=shown)


def _shown(role: str, name: str, interval: Interval, units: list[str]) -> str:
    low = "" if interval.low is None else f"{'≥' if interval.low_inclusive else '>'} {interval.low} "
    high = "" if interval.high is None else f"{'≤' if interval.high_inclusive else '<'} {interval.high} "
    return f"{role}: {name} {low}{high}{'/'.join(unit for unit in units if unit)}".strip()


def _bounds(interval: Interval) -> tuple[Bound, ...]:
    out = []
    if interval.low is not None:
        out.append(Bound(interval.low, "low", interval.low_inclusive))
    if interval.high is not None:
        out.append(Bound(interval.high, "high", interval.high_inclusive))
    return tuple(out)


def units_in(text: str) -> frozenset[str]:
    """The parts of all units that stand in a text."""
    tokens = tokens_of(text)
    found: set[str] = set()
    for index in range(len(tokens)):
        unit = unit_at(tokens, index, whole=True)
        if unit is not None:
            found.update(_long(atom) for atom in unit[0].split("/"))
    return frozenset(found)
