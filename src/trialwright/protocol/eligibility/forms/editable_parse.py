"""Reads the editable form of a criterion; what cannot be read is refused with its place and what was expected."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from trialwright.core.errors import InputError
from trialwright.protocol.eligibility.forms.editable import REFERENCES, TIME_WORDS, spelled
from trialwright.protocol.eligibility.forms.words import (
    DEEPEST,
    KEYWORDS,
    KINDS,
    Token,
    fault,
    is_name,
    number,
    tokens,
)
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
    When,
    Window,
)

COMPARISONS = (">=", "<=", ">", "<", "=")
_CONDITION = (
    "a condition: `age >= 18 years`, `condition stroke`, `drug prednisone`, `level ecog <= 2`, `test hbsag negative`, "
    '`sex female`, `consent`, `judge "..."`, or several joined by `and` or `or`, in brackets where both occur'
)
_COMPARISON = (
    "a comparison: >=, >, <=, <, =, or `in [1, 5]` ([ ] with the bound itself, ( ) without it, * for no bound)"
)
_NAME = 'a name of the lexicon in small letters (`creatinine`), or words in quotation marks ("CIWA score")'
_ANCHORS = ", ".join(kind.value for kind in AnchorKind if kind is not AnchorKind.OTHER)

_REFERENCES = {reference: spelling.lower().split() for reference, spelling in REFERENCES.items()}
_SPOKEN = frozenset(("word", "sign"))

Bounds = tuple[str | None, str | None, bool, bool]


def read(form: str, known: Callable[[str, str], str | None] | None = None) -> Expression:
    """The tree that an editable form states. `known`: says of a name and its sort (`measure`, `scale`, `condition`,
    `procedure`, `allergy`, `finding`, `event`, `drug`, `test`) what is wrong with it, None where nothing is.

    Raises InputError: FORM-001 (not readable: line, column, what was found and what was expected), FORM-002 (too long),
    FORM-003 (too many brackets within brackets), FORM-004 (`known` finds fault with a name).

    >>> read("age in [18, 75] years").interval.high
    Decimal('75')
    """
    reader = _Reader(form, tokens(form), known)
    found = reader.expression(0)
    if reader.now.sort != "end":
        raise reader.fault("the end, or `and` or `or` with another condition")
    return found


class _Reader:
    """Goes through the words of a form; `at` is the place of the next one. `said`: each word and sign in small letters,
    empty for what stands in quotation marks and for the end."""

    __slots__ = ("at", "form", "known", "said", "words")

    def __init__(self, form: str, words: list[Token], known: Callable[[str, str], str | None] | None = None) -> None:
        self.form = form
        self.words = words
        self.known = known
        self.at = 0
        self.said = [token.value.lower() if token.sort in _SPOKEN else "" for token in words]

    @property
    def now(self) -> Token:
        return self.words[self.at]

    def fault(self, expected: str, token: Token | None = None) -> InputError:
        token = token or self.now
        found = "found the end" if token.sort == "end" else f"found {token.value[:40]!r}"
        return fault(self.form, token.start, found, expected)

    def next_is(self, *values: str, ahead: int = 0) -> bool:
        place = self.at + ahead
        return place < len(self.said) and self.said[place] in values

    def take(self, *values: str) -> str | None:
        """The next word if it is one of these, in small letters, and goes on; None where it is none of them."""
        said = self.said[self.at]
        if said not in values:
            return None
        self.at += 1
        return said

    def must(self, value: str, why: str = "") -> None:
        if self.take(value) is None:
            raise self.fault(f"`{value}`{why}")

    # --- lists of conditions -------------------------------------------------------------------------------------

    def expression(self, depth: int) -> Expression:
        if depth > 2 * DEEPEST:  # each list may stand in a bracket of its own
            raise InputError(
                "FORM-003",
                f"the form has more than {2 * DEEPEST} brackets within brackets",
                expected=f"at most {2 * DEEPEST}",
                mend='write it flatter, or leave the criterion to a person: judge "..."',
            )
        parts = [self.part(depth)]
        joint = self.take("and", "or")
        if joint is None:
            return parts[0]
        parts.append(self.part(depth))
        while self.take(joint):
            parts.append(self.part(depth))
        if self.next_is("and", "or"):
            raise self.fault(f"`{joint}` again: put brackets around what belongs together, as in `a and (b or c)`")
        return And(tuple(parts)) if joint == "and" else Or(tuple(parts))

    def part(self, depth: int) -> Expression:
        token = self.now
        if self.take("("):
            inside = self.expression(depth + 1)
            self.must(")", " to close the bracket")
            return inside
        if self.take("not"):
            if self.next_is("not"):
                raise self.fault("brackets around what is denied twice")
            return Not(self.part(depth + 1))
        if self.take("if"):
            condition = self.expression(depth + 1)
            self.must("then", " and what must hold")
            return Implies(condition, self.part(depth + 1))
        if self.next_is("at") and self.next_is("least", ahead=1):
            return self.at_least(depth)
        if self.take("defined"):
            term = self.text("the term that is defined, in quotation marks")
            self.must("by")
            source = self.text("the source of the definition, in quotation marks")
            self.must("as")
            self.must("(", " before the definition")
            body = self.expression(depth + 1)
            self.must(")", " after the definition")
            return Defined(term, source, body)
        return self.built(token, self.leaf)

    def at_least(self, depth: int) -> Expression:
        token = self.now
        self.at += 2
        counted = number(self.now.value) if self.now.sort == "word" else None
        if counted is None or counted != int(counted):
            raise self.fault("how many, as in `at least 2 of (...; ...; ...)`")
        self.at += 1
        self.must("of")
        self.must("(", " before the list")
        parts = [self.expression(depth + 1)]
        while self.take(";"):
            parts.append(self.expression(depth + 1))
        self.must(")", " to close the list, or `;` and another condition")
        return self.built(token, lambda: AtLeast(int(counted), tuple(parts)))

    def built(self, token: Token, make: Callable[[], Expression]) -> Expression:
        try:
            return make()
        except ValueError as refused:
            raise fault(self.form, token.start, str(refused), "a condition that somebody can meet") from refused

    # --- leaves --------------------------------------------------------------------------------------------------

    def leaf(self) -> Expression:
        kind = self.take(*KINDS)
        if kind is not None:
            return self.present(Kind(kind))
        if self.take("drug"):
            return self.exposure()
        if self.take("level"):
            return self.ordinal()
        if self.take("test"):
            test = self.concept("test")
            result = self.take(*RESULTS)
            if result is None:
                raise self.fault(f"a result: {', '.join(RESULTS)}")
            return Result(test, result, self.when())
        if self.take("sex"):
            sex = self.take("male", "female")
            if sex is None:
                raise self.fault("`male` or `female`")
            return Sex(sex.upper())
        if self.take("judge"):
            text = self.text("the question to a person, in quotation marks")
            return Judgement(text, self.prompts())
        if self.take("consent"):
            return Consent(self.plain("who consents") if self.take("by") else None)
        if self.take("missing"):
            there = self.now.sort in ("text", "word") and not self.next_is(*KEYWORDS)
            return Missing(self.plain("a number") if there else None)
        if self.now.sort in ("text", "name") or (self.now.sort == "word" and is_name(self.now.value)):
            return self.compare()
        raise self.fault(_CONDITION)

    def compare(self) -> Expression:
        measure = self.concept("measure")
        interval = self.interval()
        reference, unit = self.reference(), None
        if reference is not Reference.ABSOLUTE:
            unit = self.plain("a unit") if self.take("unit") else None
        elif self.now.sort == "text" or (self.now.sort == "word" and not self.keyword()):
            unit = TIME_WORDS.get(self.now.value.lower(), self.now.value) if self.now.sort == "word" else self.now.value
            self.at += 1
        return Compare(measure, interval, unit, reference, self.when(), self.lasting())

    def reference(self) -> Reference:
        if not self.next_is("x", "%"):
            return Reference.ABSOLUTE
        for reference, words in _REFERENCES.items():
            if all(self.next_is(said, ahead=place) for place, said in enumerate(words)):
                self.at += len(words)
                return reference
        if self.next_is("x"):
            raise self.fault("`x ULN` or `x LLN`: times the upper or the lower limit of normal")
        if self.take("%"):
            raise self.fault('`of predicted` or `of baseline`, or "%" in quotation marks where it is the unit')
        return Reference.ABSOLUTE

    def ordinal(self) -> Expression:
        scale = self.concept("scale")
        low, high, low_inclusive, high_inclusive = self.bounds()
        of = self.concept("") if self.take("of") else None
        variant = self.plain("a variant of the scale") if self.take("variant") else None
        return Ordinal(scale, low, high, low_inclusive, high_inclusive, of, variant, self.when())

    def present(self, kind: Kind) -> Expression:
        concept = self.concept(kind.value)
        course = self.course()
        when, lasting = self.when(), self.lasting()
        times = self.interval() if self.take("times") else None
        return Present(kind, concept, course, when, lasting, times, self.apart_from(kind.value))

    def exposure(self) -> Expression:
        drug = self.concept("drug")
        course = self.course()
        dose, unit, per = None, None, None
        if self.take("dose"):
            dose = None if self.take("any") else self.interval()
            if self.now.sort == "text" or (self.now.sort == "word" and not self.keyword()):
                unit = self.plain("a unit")
            per = self.plain("`day`, `week` or `dose`") if self.take("per") else None
        equivalent = None
        if self.take("equivalent"):
            self.must("to")
            equivalent = self.concept("drug")
        route = self.plain("a route") if self.take("route") else None
        when, lasting = self.when(), self.lasting()
        times = self.interval() if self.take("times") else None
        return Exposure(drug, course, dose, unit, per, equivalent, route, when, lasting, times, self.apart_from("drug"))

    # --- what leaves are made of ---------------------------------------------------------------------------------

    def keyword(self) -> bool:
        return self.now.sort == "word" and self.now.value.lower() in KEYWORDS

    def concept(self, sort: str) -> Concept:
        token = self.now
        if token.sort == "text":
            self.at += 1
            return Concept(None, token.value)
        if token.sort != "name" and not (token.sort == "word" and is_name(token.value)):
            raise self.fault(_NAME)
        self.at += 1
        wrong = self.known(token.value, sort) if self.known is not None and sort else None
        if wrong is not None:
            raise InputError(
                "FORM-004",
                str(fault(self.form, token.start, wrong, "").message),
                expected=_NAME,
                mend="correct the name, or put the words in quotation marks where the lexicon does not have them",
            )
        if self.now.sort == "text":
            self.at += 1
            return Concept(token.value, self.words[self.at - 1].value)
        return Concept(token.value, spelled(token.value))

    def text(self, expected: str) -> str:
        if self.now.sort != "text":
            raise self.fault(expected)
        self.at += 1
        return self.words[self.at - 1].value

    def plain(self, expected: str) -> str:
        """A word as it stands, or a text in quotation marks."""
        if self.now.sort not in ("text", "word") or self.keyword():
            raise self.fault(f"{expected}, in quotation marks where it is more than one word")
        self.at += 1
        return self.words[self.at - 1].value

    def prompts(self) -> tuple[str, ...]:
        if self.take("look") is None:
            return ()
        self.must("at")
        self.must("[", " before the list of what to look at")
        found = [self.text("what to look at, in quotation marks")]
        while self.take(","):
            found.append(self.text("what to look at, in quotation marks"))
        self.must("]", " after the list")
        return tuple(found)

    def apart_from(self, sort: str) -> tuple[Concept, ...]:
        if self.take("apart") is None:
            return ()
        self.must("from")
        self.must("[", " before the list of what does not count")
        found = [self.concept(sort)]
        while self.take(","):
            found.append(self.concept(sort))
        self.must("]", " after the list")
        return tuple(found)

    def course(self) -> Course:
        said = self.take("current", "past")
        return Course(said) if said is not None else Course.ANY

    def interval(self) -> Interval:
        token = self.now
        low, high, low_inclusive, high_inclusive = self.bounds()
        limits: list[Decimal | None] = []
        for said in (low, high):
            value = number(said) if said is not None else None
            if said is not None and value is None:
                hint = ", with a blank before the unit" if said[:1].isdigit() else ""
                raise fault(self.form, token.start, f"{said[:40]!r} is no number", f"a number, as in 1.5{hint}")
            limits.append(value)
        try:
            return Interval(limits[0], limits[1], low_inclusive, high_inclusive)
        except ValueError as refused:
            raise fault(self.form, token.start, str(refused), "bounds between which numbers lie") from refused

    def bounds(self) -> Bounds:
        sign = self.take(*COMPARISONS)
        if sign is not None:
            said = self.plain("a number or a level after the comparison")
            match sign:
                case "=":
                    return said, said, True, True
                case ">=" | ">":
                    return said, None, sign == ">=", True
            return None, said, True, sign == "<="
        if self.take("in") is None:
            raise self.fault(_COMPARISON)
        opening = self.take("[", "(")
        if opening is None:
            raise self.fault("[ or ( before the lower bound")
        low = None if self.take("*") else self.plain("the lower bound, or *")
        self.must(",", " between the bounds (numbers are written with a point: 12.5, 1000)")
        high = None if self.take("*") else self.plain("the upper bound, or *")
        closing = self.take("]", ")")
        if closing is None:
            raise self.fault("] or ) after the upper bound (numbers are written with a point: 12.5, 1000)")
        return low, high, opening == "[", closing == "]"

    def time_unit(self) -> str:
        unit = TIME_WORDS.get(self.now.value.lower()) if self.now.sort == "word" else None
        if unit is None:
            raise self.fault(f"a unit of time: {', '.join(TIME_UNITS)}")
        self.at += 1
        return unit

    def when(self) -> When | None:
        said = self.take("within", "when", "dated")
        match said:
            case None:
                return None
            case "dated":
                if self.take("any"):
                    return Dates()
                first = self.plain("a date: 2010, 2010-03 or 2010-03-31") if self.take("from") else None
                last = self.plain("a date: 2010, 2010-03 or 2010-03-31") if self.take("until") else None
                if first is None and last is None:
                    raise self.fault("`from` or `until` and a date, or `any`")
                return Dates(first, last)
            case "within":
                most = number(self.now.value) if self.now.sort == "word" else None
                if most is None:
                    raise self.fault("a number, as in `within 6 months before screening`")
                self.at += 1
                interval = Interval(high=most)
            case _:
                interval = self.interval()
        unit = self.time_unit()
        side = self.take("before", "after", "around")
        if side is None:
            raise self.fault("`before`, `after` or `around`, and from which moment")
        anchors = [self.anchor()]
        while self.take(","):
            anchors.append(self.anchor())
        return Window(interval, unit, Side(side), tuple(anchors))

    def anchor(self) -> Anchor:
        if self.now.sort == "text":
            return Anchor(AnchorKind.OTHER, self.text(""))
        for kind in AnchorKind:
            words = kind.value.split()
            if all(self.next_is(said, ahead=place) for place, said in enumerate(words)) and words != ["other"]:
                self.at += len(words)
                return Anchor(kind, self.text("") if self.now.sort == "text" else "")
        raise self.fault(f'a moment: {_ANCHORS}, or another in quotation marks ("surgery")')

    def lasting(self) -> Lasting | None:
        if self.take("lasting") is None:
            return None
        interval = self.interval()
        return Lasting(interval, self.time_unit())
