"""Strategies for expression trees of eligibility: any tree at all, or trees over concepts that a cohort knows.

`expressions()` gives trees with wild words, for laws of the forms. `expressions(concepts=Concepts(...))` gives trees
whose leaves speak only of what those concepts hold, so that patients can be generated to match. `kinds_of` names the
nodes and values of a tree, so that a test can demand that every one was generated (`ALL_KINDS`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from trialwright.protocol.eligibility.tree import (
    RESULTS,
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
    Missing,
    Not,
    Or,
    Ordinal,
    Present,
    Reference,
    Result,
    Sex,
    Side,
    Window,
    children,
)


@dataclass(frozen=True)
class Concepts:
    """What leaves may speak of. `measures`: each with the units it is compared in (None = no unit is stated) and a low
    and high end of the bounds; `scales`: each with its levels; `drugs`: each with the units of its dose; `routes`;
    `events`: the texts of OTHER anchors; `questions`: the texts of judgements; `references`, `time_units`: which
    occur."""

    measures: tuple[tuple[Concept, tuple[str | None, ...], Decimal, Decimal], ...]
    scales: tuple[tuple[Concept, tuple[str, ...]], ...]
    facts: dict[Kind, tuple[Concept, ...]]
    drugs: tuple[tuple[Concept, tuple[str | None, ...]], ...]
    tests: tuple[Concept, ...]
    routes: tuple[str, ...] = ("ORAL", "INTRAVENOUS", "TOPICAL", "SYSTEMIC")
    events: tuple[str, ...] = ("surgery",)
    questions: tuple[str, ...] = ("able to comply",)
    references: tuple[Reference, ...] = tuple(Reference)
    time_units: tuple[str, ...] = TIME_UNITS
    graded: tuple[Concept, ...] = field(default=())


NUMBERS = st.one_of(
    st.integers(0, 400).map(Decimal),
    st.decimals(min_value=-1000, max_value=100_000, places=2, allow_nan=False, allow_infinity=False),
    st.decimals(min_value=Decimal("-1e30"), max_value=Decimal("1e30"), allow_nan=False, allow_infinity=False),
    st.sampled_from([Decimal("1E+9"), Decimal("0.000001"), Decimal("-0"), Decimal("1.50"), Decimal("1E-20")]),
)
_HARD_WORDS = (
    *("and", "or", "OR", "within", "x", "% of predicted", "]", "*", "in [1, 2]", 'a "b" c', "back\\slash", "line\nend"),
    *(
        "12",
        "3 x ULN",
        "`tick`",
        "missing",
        "years",
        "Day",
        "µ",
        "\u202e",
        "\x00",
        "10^9/L",
        "mL/min/1.73 m2",
        "",
        "a;b",
    ),
)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(_HARD_WORDS),
    st.from_regex(r"[a-z]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True),
)
WILD = st.builds(Concept, st.one_of(st.none(), TEXTS), TEXTS) | st.from_regex(
    r"[a-z]{2,6}-[a-z0-9]{1,4}", fullmatch=True
).map(lambda key: Concept(key, key.replace("-", " ")))


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


@st.composite
def intervals(draw: Any, numbers: st.SearchStrategy[Decimal] = NUMBERS) -> Interval:
    """Any interval; the inclusivity of an absent bound too."""
    low, high = draw(st.tuples(_maybe(numbers), _maybe(numbers)))
    if low is None and high is None:
        low = draw(numbers)
    if low is not None and high is not None and low > high:
        low, high = high, low
    closed = st.booleans()
    one, two = draw(closed), draw(closed)
    if low is not None and low == high:
        one = two = True
    return Interval(low, high, one, two)


def _of_time(most: int) -> st.SearchStrategy[Interval]:
    return intervals(st.integers(0, most).map(Decimal) | st.just(Decimal("1.5")))


def anchors(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Anchor]:
    """Any moment; words only where it is OTHER."""
    named = st.sampled_from([kind for kind in AnchorKind if kind is not AnchorKind.OTHER]).map(Anchor)
    return named | texts.map(lambda text: Anchor(AnchorKind.OTHER, text))


def windows(texts: st.SearchStrategy[str], units: tuple[str, ...] = TIME_UNITS) -> st.SearchStrategy[Any]:
    """Any time window, counted from a moment or by the calendar."""
    years = st.integers(1990, 2030).map(str)
    months = st.tuples(years, st.integers(1, 12)).map(lambda each: f"{each[0]}-{each[1]:02}")
    days = st.tuples(months, st.integers(1, 28)).map(lambda each: f"{each[0]}-{each[1]:02}")
    dates = _maybe(years | months | days)
    return st.one_of(
        st.builds(
            Window,
            _of_time(60),
            st.sampled_from(units),
            st.sampled_from(Side),
            st.lists(anchors(texts), min_size=1, max_size=2).map(tuple),
        ),
        st.builds(Dates, dates, dates),
    )


@dataclass(frozen=True)
class _Parts:
    """The strategies that leaves are made of."""

    texts: st.SearchStrategy[str]
    events: st.SearchStrategy[str]
    units: tuple[str, ...]

    @property
    def when(self) -> st.SearchStrategy[Any]:
        return _maybe(windows(self.events, self.units))

    @property
    def lasting(self) -> st.SearchStrategy[Any]:
        return _maybe(st.builds(Lasting, _of_time(24), st.sampled_from(self.units)))

    @property
    def times(self) -> st.SearchStrategy[Any]:
        return _maybe(intervals(st.integers(0, 5).map(Decimal)))


COURSES = st.sampled_from(Course)


def _wild_leaves() -> st.SearchStrategy[Any]:
    parts = _Parts(TEXTS, TEXTS, TIME_UNITS)
    some = st.lists(WILD, max_size=2).map(tuple)
    bounds = st.tuples(_maybe(TEXTS), _maybe(TEXTS)).filter(lambda pair: pair != (None, None))
    return st.one_of(
        st.builds(Compare, WILD, intervals(), _maybe(TEXTS), st.sampled_from(Reference), parts.when, parts.lasting),
        st.builds(
            lambda scale, pair, *rest: Ordinal(scale, *pair, *rest),
            *(WILD, bounds, st.booleans(), st.booleans(), _maybe(WILD), _maybe(TEXTS), parts.when),
        ),
        st.builds(Present, st.sampled_from(Kind), WILD, COURSES, parts.when, parts.lasting, parts.times, some),
        st.builds(
            Exposure,
            *(WILD, COURSES, _maybe(intervals()), _maybe(TEXTS), _maybe(TEXTS), _maybe(WILD), _maybe(TEXTS)),
            *(parts.when, parts.lasting, parts.times, some),
        ),
        st.builds(Result, WILD, st.sampled_from(RESULTS), parts.when),
        st.builds(Judgement, TEXTS, st.lists(TEXTS, max_size=2).map(tuple)),
        st.builds(Consent, _maybe(TEXTS)),
        st.builds(Missing, _maybe(TEXTS)),
        st.builds(Sex, st.sampled_from(["MALE", "FEMALE"])),
    )


@st.composite
def _compares(draw: Any, concepts: Concepts, parts: _Parts) -> Compare:
    measure, units, low, high = draw(st.sampled_from(concepts.measures))
    reference = draw(st.just(Reference.ABSOLUTE) | st.sampled_from(concepts.references))
    if reference is Reference.ABSOLUTE:
        unit = draw(st.sampled_from(units))
        numbers = st.decimals(low, high, places=1, allow_nan=False, allow_infinity=False)
    else:
        unit, most = None, 5 if reference in (Reference.UPPER_LIMIT, Reference.LOWER_LIMIT) else 120
        numbers = st.integers(1, most).map(Decimal) | st.just(Decimal("1.5"))
    interval = draw(intervals(numbers))
    return Compare(measure, interval, unit, reference, draw(parts.when), draw(parts.lasting))


@st.composite
def _ordinals(draw: Any, concepts: Concepts, parts: _Parts) -> Ordinal:
    scale, levels = draw(st.sampled_from(concepts.scales))
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(levels) - 1)] * 2)))
    low, high = draw(st.sampled_from([(levels[first], None), (None, levels[last]), (levels[first], levels[last])]))
    closed = st.booleans() if low != high else st.just(True)
    of = draw(_maybe(st.sampled_from(concepts.graded))) if concepts.graded else None
    return Ordinal(scale, low, high, draw(closed), draw(closed), of, None, draw(parts.when))


@st.composite
def _presents(draw: Any, concepts: Concepts, parts: _Parts) -> Present:
    kind = draw(st.sampled_from(sorted(concepts.facts)))
    known = st.sampled_from(concepts.facts[kind])
    apart = draw(st.just(()) | st.lists(known, max_size=2).map(tuple))
    return Present(kind, draw(known), draw(COURSES), draw(parts.when), draw(parts.lasting), draw(parts.times), apart)


@st.composite
def _exposures(draw: Any, concepts: Concepts, parts: _Parts) -> Exposure:
    drug, units = draw(st.sampled_from(concepts.drugs))
    others = st.sampled_from([each for each, _ in concepts.drugs])
    dose, unit, per, equivalent = None, None, None, None
    if draw(st.booleans()):
        dose = draw(intervals(st.integers(1, 60).map(Decimal)))
        unit, per = draw(st.sampled_from(units)), draw(st.sampled_from([None, "day", "week", "dose"]))
        equivalent = draw(_maybe(others))
    apart = draw(st.just(()) | st.lists(others, max_size=2).map(tuple))
    return Exposure(
        drug,
        draw(COURSES),
        dose,
        unit,
        per,
        equivalent,
        draw(_maybe(st.sampled_from(concepts.routes))),
        draw(parts.when),
        draw(parts.lasting),
        draw(parts.times),
        apart,
    )


def _known_leaves(concepts: Concepts) -> st.SearchStrategy[Any]:
    parts = _Parts(st.sampled_from(concepts.questions), st.sampled_from(concepts.events), concepts.time_units)
    return st.one_of(
        _compares(concepts, parts),
        _ordinals(concepts, parts),
        _presents(concepts, parts),
        _exposures(concepts, parts),
        st.builds(Result, st.sampled_from(concepts.tests), st.sampled_from(RESULTS), parts.when),
        st.builds(Judgement, st.sampled_from(concepts.questions)),
        st.builds(Consent, st.sampled_from([None, "participant", "representative"])),
        st.builds(Missing, st.sampled_from([None, "1"])),
        st.builds(Sex, st.sampled_from(["MALE", "FEMALE"])),
    )


def _wider(inner: st.SearchStrategy[Any], texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    parts = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        parts.map(And),
        parts.map(Or),
        parts.flatmap(lambda held: st.integers(1, len(held)).map(lambda count: AtLeast(count, held))),
        inner.map(Not),
        st.builds(Implies, inner, inner),
        st.builds(Defined, texts, texts, inner),
    )


def expressions(concepts: Concepts | None = None, max_leaves: int = 8) -> st.SearchStrategy[Expression]:
    """Trees of every node kind; with `concepts`, only of what those name."""
    leaves = _wild_leaves() if concepts is None else _known_leaves(concepts)
    texts = TEXTS if concepts is None else st.sampled_from(["ARDS", "active disease"])
    return st.recursive(leaves, lambda inner: _wider(inner, texts), max_leaves=max_leaves)


def kinds_of(node: Expression) -> Iterator[str]:
    """The node kinds and the values of their enumerations that occur in a tree: `Compare`, `Compare upper limit...`."""
    waiting: list[Expression] = [node]
    while waiting:
        top = waiting.pop()
        waiting.extend(children(top))
        name = type(top).__name__
        yield name
        match top:
            case Compare(reference=reference, when=when, lasting=lasting):
                yield f"{name} {reference}"
                yield from _circumstances(name, when, lasting)
            case Present(kind=kind, course=course, when=when, lasting=lasting, times=times, apart_from=apart):
                yield from (f"{name} {kind}", f"{name} {course}")
                yield from _circumstances(name, when, lasting, times, apart)
            case Exposure(course=course, dose=dose, when=when, lasting=lasting, times=times, apart_from=apart):
                yield f"{name} {course}"
                yield from [f"{name} dose"] * (dose is not None)
                yield from [f"{name} equivalent"] * (top.equivalent_to is not None)
                yield from [f"{name} route"] * (top.route is not None)
                yield from _circumstances(name, when, lasting, times, apart)
            case Ordinal(when=when) | Result(when=when):
                yield from _circumstances(name, when)


def _circumstances(name: str, when: object, lasting: object = None, times: object = None, apart: object = ()) -> Any:
    match when:
        case Window(side=side, anchors=moments):
            yield f"{name} {side}"
            yield from (f"anchor {moment.kind}" for moment in moments)
        case Dates():
            yield f"{name} dates"
    yield from [f"{name} lasting"] * (lasting is not None)
    yield from [f"{name} times"] * (times is not None)
    yield from [f"{name} apart from"] * bool(apart)


_TIMED = ("Compare", "Ordinal", "Present", "Exposure", "Result")
ALL_KINDS = frozenset(
    (
        *("Compare", "Ordinal", "Present", "Exposure", "Result", "Sex", "Judgement", "Consent", "Missing"),
        *("And", "Or", "AtLeast", "Not", "Implies", "Defined"),
        *(f"Compare {reference}" for reference in Reference),
        *(f"Present {kind}" for kind in Kind),
        *(f"{name} {course}" for name in ("Present", "Exposure") for course in Course),
        *(f"{name} {side}" for name in _TIMED for side in Side),
        *(f"{name} dates" for name in _TIMED),
        *(f"{name} lasting" for name in ("Compare", "Present", "Exposure")),
        *(f"{name} {what}" for name in ("Present", "Exposure") for what in ("times", "apart from")),
        *(f"Exposure {what}" for what in ("dose", "equivalent", "route")),
        *(f"anchor {kind}" for kind in AnchorKind),
    )
)
"""What `kinds_of` must have named once enough trees were generated."""


def for_every_kind(
    check: Callable[[Expression], None],
    trees: st.SearchStrategy[Expression],
    kinds: frozenset[str] = ALL_KINDS,
    examples: int = 300,
) -> None:
    """Checks generated trees, in rounds of so many, until each of these kinds was among them; the last of twelve
    rounds fails where one never was."""
    seen: set[str] = set()
    quiet = settings(
        max_examples=examples, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
    )
    for number in range(12):

        @seed(number)
        @quiet
        @given(trees)
        def one_round(tree: Expression) -> None:
            seen.update(kinds_of(tree))
            check(tree)

        one_round()
        if kinds <= seen:
            return
    raise AssertionError(f"never generated: {', '.join(sorted(kinds - seen))}")
