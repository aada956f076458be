"""The expression tree of a criterion: frozen, typed, validated nodes with three-valued answers.

An expression states a condition on one patient. It answers True, False or unknown by Kleene's logic; for an inclusion
criterion True admits, for an exclusion criterion True excludes. Nodes compare by what they state; `span`, the place in
the text that a node was read from, is not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter

from trialwright.protocol.eligibility.filling import filled

Span = tuple[int, int]


class Kind(StrEnum):
    """What sort of fact a `Present` node asks for."""

    CONDITION = "condition"
    PROCEDURE = "procedure"
    ALLERGY = "allergy"
    FINDING = "finding"
    EVENT = "event"


class Course(StrEnum):
    """When a condition must have been there: ANY = now or before."""

    ANY = "any"
    CURRENT = "current"
    PAST = "past"


class Reference(StrEnum):
    """What a compared number is a multiple of: itself, a limit of the laboratory's normal range, or a percentage of the
    predicted value or of the patient's own baseline."""

    ABSOLUTE = "absolute"
    UPPER_LIMIT = "upper limit of normal"
    LOWER_LIMIT = "lower limit of normal"
    PREDICTED = "predicted"
    BASELINE = "baseline"


class Side(StrEnum):
    """On which side of its anchor a window lies; AROUND = either."""

    BEFORE = "before"
    AFTER = "after"
    AROUND = "around"


class AnchorKind(StrEnum):
    """The moment a time window is counted from. UNSTATED: the text names none; it is read as screening, and said so.
    OTHER: a moment in the patient's own history, in words (`surgery`)."""

    SCREENING = "screening"
    BASELINE = "baseline"
    RANDOMISATION = "randomisation"
    ENROLMENT = "enrolment"
    FIRST_DOSE = "first dose"
    CONSENT = "consent"
    UNSTATED = "unstated"
    OTHER = "other"


@filled
@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment that a window is counted from. `text`: the words, only for OTHER."""

    kind: AnchorKind
    text: str = ""


@filled
@dataclass(frozen=True, slots=True)
class Concept:
    """A thing a criterion speaks of. `id`: its entry in the lexicon, None where it has none; `text`: as written."""

    id: str | None
    text: str

    @property
    def key(self) -> str:
        """What data are looked up by: the lexicon's id, or else the words in lower case with single blanks."""
        return self.id if self.id is not None else " ".join(self.text.lower().split())


@filled
@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers between two bounds, each strict or inclusive, None = unbounded on that side.

    Raises ValueError without any bound, with bounds that are not finite, or where no number lies between them.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    low_inclusive: bool = True
    high_inclusive: bool = True

    def __post_init__(self) -> None:
        low, high = self.low, self.high
        if low is None and high is None:
            raise ValueError("an interval needs a bound")
        if (low is not None and not low.is_finite()) or (high is not None and not high.is_finite()):
            raise ValueError("a bound of an interval is not a finite number")
        if low is None or high is None:
            return
        if low > high or (low == high and not (self.low_inclusive and self.high_inclusive)):
            raise ValueError(f"no number lies between {low} and {high}")

    def holds(self, value: Decimal) -> bool:
        """Whether the value lies in it."""
        if self.low is not None and (value < self.low or (value == self.low and not self.low_inclusive)):
            return False
        return not (self.high is not None and (value > self.high or (value == self.high and not self.high_inclusive)))


@filled
@dataclass(frozen=True, slots=True)
class Window:
    """How long before or after a moment something happened. `interval`: the distance from the anchor in `unit`, never
    negative; `unit`: hour, day, week, month or year; several `anchors`: from any of them."""

    interval: Interval
    unit: str
    side: Side
    anchors: tuple[Anchor, ...]

    def __post_init__(self) -> None:
        if self.unit not in TIME_UNITS:
            raise ValueError(f"{self.unit!r} is no unit of time; one of {', '.join(TIME_UNITS)}")
        if not self.anchors:
            raise ValueError("a window needs an anchor, UNSTATED where the text names none")


@filled
@dataclass(frozen=True, slots=True)
class Dates:
    """A calendar window, both ends included; ISO dates or their beginning (`2010`, `2010-03`), None = open."""

    first: str | None = None
    last: str | None = None


@filled
@dataclass(frozen=True, slots=True)
class Lasting:
    """For how long something has lasted or is taken, in `unit`: second, minute, hour, day, week, month or year."""

    interval: Interval
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in TIME_UNITS:
            raise ValueError(f"{self.unit!r} is no unit of time; one of {', '.join(TIME_UNITS)}")


When = Window | Dates


@filled
@dataclass(frozen=True, slots=True)
class Compare:
    """A measured or derived quantity lies in an interval.

    `unit`: canonical spelling, or as written where it is not known; None = none is stated. With a `reference` other
    than ABSOLUTE the interval holds multiples of it (UPPER_LIMIT, LOWER_LIMIT) or percentages (PREDICTED, BASELINE)
    and `unit` is None. Age is the measure `age` in years; `when` and `lasting` where the text says so.
    """

    measure: Concept
    interval: Interval
    unit: str | None = None
    reference: Reference = Reference.ABSOLUTE
    when: When | None = None
    lasting: Lasting | None = None
    span: Span | None = field(default=None, compare=False)


@filled
@dataclass(frozen=True, slots=True)
class Ordinal:
    """A level on an ordered scale lies between two levels. `scale`: `nyha`, `ecog`, `child-pugh class`, `stage`...;
    `low`, `high`: levels as the scale spells them, None = open; `of`: what is graded (the cancer of a stage, the event
    of a CTCAE grade); `variant`: which form of the scale, where the text says (`DAS28-CRP`)."""

    scale: Concept
    low: str | None = None
    high: str | None = None
    low_inclusive: bool = True
    high_inclusive: bool = True
    of: Concept | None = None
    variant: str | None = None
    when: When | None = None
    span: Span | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("a range of levels needs a bound")


@filled
@dataclass(frozen=True, slots=True)
class Present:
    """The patient has, or had, a condition, procedure, allergy, finding or event. `apart_from`: records that do not
    count (per record: somebody with another record as well still has it); `times`: how many."""

    kind: Kind
    concept: Concept
    course: Course = Course.ANY
    when: When | None = None
    lasting: Lasting | None = None
    times: Interval | None = None
    apart_from: tuple[Concept, ...] = ()
    span: Span | None = field(default=None, compare=False)


@filled
@dataclass(frozen=True, slots=True)
class Exposure:
    """The patient takes, or took, a drug. `dose` in `unit` for each `per` (`day`, `week`, `dose`), as the equivalent of
    the drug `equivalent_to` where that is said; `route`: ORAL, INTRAVENOUS, TOPICAL, INHALED, SYSTEMIC..."""

    drug: Concept
    course: Course = Course.ANY
    dose: Interval | None = None
    unit: str | None = None
    per: str | None = None
    equivalent_to: Concept | None = None
    route: str | None = None
    when: When | None = None
    lasting: Lasting | None = None
    times: Interval | None = None
    apart_from: tuple[Concept, ...] = ()
    span: Span | None = field(default=None, compare=False)


@filled
@dataclass(frozen=True, slots=True)
class Result:
    """A test's last result: `positive`, `negative`, `normal` or `abnormal`."""

    test: Concept
    result: str
    when: When | None = None
    span: Span | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.result not in RESULTS:
            raise ValueError(f"{self.result!r} is no result; one of {', '.join(RESULTS)}")


@filled
@dataclass(frozen=True, slots=True)
class Sex:
    """The patient's sex is `MALE` or `FEMALE`."""

    sex: str
    span: Span | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.sex not in ("MALE", "FEMALE"):
            raise ValueError(f"{self.sex!r} is no sex; MALE or FEMALE")


@filled
@dataclass(frozen=True, slots=True)
class Judgement:
    """A question that a person answers with yes, no or not known: whether what `text` states is true of the patient.
    `prompts`: what to look at."""

    text: str
    prompts: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False)


@filled
@dataclass(frozen=True, slots=True)
class Consent:
    """Informed consent is given, `by` the `participant` or a `representative`, None where the text does not say."""

    by: str | None = None
    span: Span | None = field(default=None, compare=False)


@filled
@dataclass(frozen=True, slots=True)
class Missing:
    """A criterion that the record has lost; its answer is never known until a person supplies it."""

    number: str | None = None
    span: Span | None = field(default=None, compare=False)


@filled
@dataclass(frozen=True, slots=True)
class And:
    """All of the parts hold."""

    parts: tuple[Expression, ...]
    span: Span | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        _several(self.parts)


@filled
@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts holds."""

    parts: tuple[Expression, ...]
    span: Span | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        _several(self.parts)


@filled
@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `count` of the parts hold."""

    count: int
    parts: tuple[Expression, ...]
    span: Span | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        _several(self.parts)
        if not 1 <= self.count <= len(self.parts):
            raise ValueError(f"at least {self.count} of {len(self.parts)} parts")


@filled
@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Expression
    span: Span | None = field(default=None, compare=False)


@filled
@dataclass(frozen=True, slots=True)
class Implies:
    """Where `condition` holds, `then` must hold; True for everybody else ("women of childbearing potential must use
    contraception")."""

    condition: Expression
    then: Expression
    span: Span | None = field(default=None, compare=False)


@filled
@dataclass(frozen=True, slots=True)
class Defined:
    """A term of the text, computed by a definition from outside it. `source`: which (`Berlin definition, 2012`)."""

    term: str
    source: str
    body: Expression
    span: Span | None = field(default=None, compare=False)


Leaf = Compare | Ordinal | Present | Exposure | Result | Sex | Judgement | Consent | Missing
Expression = Leaf | And | Or | AtLeast | Not | Implies | Defined

ENOUGH = "Only one of the two holds: answer yes where that is enough."
"""The prompt of the third part of an AtLeast of 2, whose first two are joined by a doubtful `and` or `or`."""
TIME_UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
RESULTS = ("positive", "negative", "normal", "abnormal")


class Computability(StrEnum):
    """How much of a criterion can be answered from data: all of it, a part, or nothing."""

    COMPUTABLE = "computable"
    PARTLY = "partly"
    JUDGEMENT = "judgement"


def children(node: Expression) -> tuple[Expression, ...]:
    """The expressions directly beneath a node, in order; none beneath a leaf."""
    match node:
        case And(parts=parts) | Or(parts=parts) | AtLeast(parts=parts):
            return parts
        case Not(part=part):
            return (part,)
        case Implies(condition=condition, then=then):
            return (condition, then)
        case Defined(body=body):
            return (body,)
    return ()


def leaves(node: Expression) -> Iterator[Leaf]:
    """The leaves of a tree, in order."""
    stack: list[Expression] = [node]
    while stack:
        top = stack.pop()
        beneath = children(top)
        if beneath:
            stack.extend(reversed(beneath))
        else:
            yield top  # type: ignore[misc]  # what has no children is a leaf


def computability(node: Expression) -> Computability:
    """How much of the tree can be answered from data; judgement and what is missing cannot, consent is data."""
    kinds = {isinstance(leaf, Judgement | Missing) for leaf in leaves(node)}
    if kinds == {False}:
        return Computability.COMPUTABLE
    return Computability.JUDGEMENT if kinds == {True} else Computability.PARTLY


def placed(node: Expression, span: Span | None) -> Expression:
    """The node read from another place in the text; every node has its span as its last field."""
    kind: Callable[..., Expression] = type(node)
    return kind(*_ALL_BUT_SPAN[type(node)](node), span)


def _all_but_span(kind: type) -> Callable[[object], tuple[object, ...]]:
    names = [one.name for one in fields(kind)][:-1]
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda node: (get(node),)


_ALL_BUT_SPAN: dict[type, Callable[[object], tuple[object, ...]]] = {
    kind: _all_but_span(kind)
    for kind in (
        Compare, Ordinal, Present, Exposure, Result, Sex, Judgement, Consent, Missing, And, Or, AtLeast, Not, Implies,
        Defined,
    )
}  # fmt: skip


def _several(parts: tuple[Expression, ...]) -> None:
    if len(parts) < 2:
        raise ValueError("a list of parts needs two or more")
