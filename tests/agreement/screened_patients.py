"""Patients made up for given criteria: values at their bounds, days at the edges of their windows, records of the same,
narrower and broader things, wide and long, in several units, with gaps everywhere.

`CONCEPTS` is what the criteria speak of. Days are moved by the month with dateutil, apart from what is tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st
from trees import Concepts, expressions

from trialwright.core.streams import stream
from trialwright.protocol.eligibility.tree import (
    Anchor,
    AnchorKind,
    And,
    AtLeast,
    Compare,
    Concept,
    Course,
    Dates,
    Defined,
    Exposure,
    Expression,
    Implies,
    Interval,
    Kind,
    Lasting,
    Not,
    Or,
    Ordinal,
    Present,
    Result,
    Side,
    When,
    Window,
    children,
    leaves,
)
from trialwright.screen.person import FactRecord, MeasureRecord, Person
from trialwright.screen.units import conversion


def _thing(key: str) -> Concept:
    return Concept(key, key.replace("-", " "))


def _things(*keys: str) -> tuple[Concept, ...]:
    return tuple(map(_thing, keys))


ODD, STRANGE = Concept(None, "Odd  thing"), Concept(None, "Strange score")
CONDITIONS = ("cancer", "solid-tumor", "skin-cancer", "non-melanoma-skin-cancer", "basal-cell-carcinoma")
DRUGS = ("corticosteroid", "systemic-corticosteroid", "prednisone", "methylprednisolone", "penicillin", "amoxicillin")
CONCEPTS = Concepts(
    measures=(
        *((_thing("age"), (unit,), Decimal(17), Decimal(20)) for unit in (None, "year")),
        (_thing("age"), ("month", "week"), Decimal(210), Decimal(220)),
        (_thing("age"), ("day", "hour"), Decimal(6570), Decimal(6580)),
        (_thing("creatinine"), ("mg/dL", "mg/dL", None), Decimal("0.5"), Decimal(2)),
        (_thing("creatinine"), ("umol/L",), Decimal(60), Decimal(120)),
        (_thing("hemoglobin"), ("g/dL", "mmol/L"), Decimal(5), Decimal(12)),
        (_thing("hemoglobin"), ("g/L",), Decimal(80), Decimal(120)),
        (_thing("alt"), ("U/L", None, "mg/dL"), Decimal(20), Decimal(60)),
        (_thing("inr"), (None, "ratio", "%"), Decimal(1), Decimal(3)),
        (_thing("fev1"), ("L", "mL"), Decimal(1), Decimal(4)),
        (_thing("fev1-fvc"), ("%", None), Decimal(50), Decimal(80)),
        (_thing("body-temperature"), ("degC", "degF"), Decimal(36), Decimal(100)),
        (_thing("bmi"), ("kg/m2", None), Decimal(18), Decimal(30)),
        (_thing("pao2-fio2"), ("mmHg", "kPa"), Decimal(40), Decimal(300)),
        (_thing("creatinine-clearance"), ("mL/min",), Decimal(30), Decimal(90)),
        (_thing("egfr"), ("mL/min/1.73m2", "mL/min"), Decimal(30), Decimal(90)),
        (STRANGE, (None, "point"), Decimal(0), Decimal(10)),
    ),
    scales=(
        (_thing("nyha"), ("I", "II", "III", "IV")),
        (_thing("ecog"), ("0", "1", "2", "5")),
        (_thing("stage"), ("I", "IB", "III", "IIIB", "IV")),
        (_thing("ckd-stage"), ("2", "3", "3b", "4")),
    ),
    facts={
        Kind.CONDITION: (*_things(*CONDITIONS), ODD),
        Kind.PROCEDURE: _things("surgery", "major-surgery"),
        Kind.ALLERGY: (*_things("beta-lactam", "penicillin", "amoxicillin"), ODD),
        Kind.FINDING: _things("stroke", "ischemic-stroke"),
        Kind.EVENT: _things("stroke", "surgery"),
    },
    drugs=(
        *((drug, ("mg", "g", None)) for drug in _things(*DRUGS)),
        (ODD, ("tablet",)),
    ),
    tests=_things("pregnancy-test", "hemoglobin"),
    events=("surgery", "Stroke", "odd thing", "moon landing"),
    questions=("able to comply", "fit"),
    graded=_things("cancer", "skin-cancer"),
)
UNITS = {
    "creatinine": ("mg/dL", "umol/L", None),
    "hemoglobin": ("g/dL", "g/L", "mmol/L", None),
    "alt": ("U/L", None, "ukat/L", "mg/dL"),
    "inr": (None, "ratio", "point", "%"),
    "fev1": ("L", "mL", "% predicted", "% predicted", None),
    "fev1-fvc": ("%", None),
    "body-temperature": ("degC", "degF", None),
    "bmi": ("kg/m2", None, "g/m2"),
    "pao2-fio2": ("mmHg", "kPa", None),
    "creatinine-clearance": ("mL/min", "mL/min/1.73m2", None),
    "egfr": ("mL/min/1.73m2", None, "mL/min"),
    STRANGE.key: (None, "point", "mg"),
    "body-weight": ("kg", "lb", "kg", None),
    "body-height": ("cm", "m", None),
    "pao2": ("mmHg", "kPa"),
    "fio2": (None, "%", "fraction"),
}
"""The units that records of a measure come in."""
COMMON = {
    "creatinine": (1.0, 1.0, 1.1, 88.4, 0.9),
    "body-weight": (50.0, 70.0, 154.3235835294143, 900.0),
    "body-height": (170.0, 1.7, 160.0, 1.6),
    "pao2": (60.0, 90.0, 8.0, 12.0),
    "fio2": (0.4, 40.0, 0.21, 21.0, 0.1, 1.0),
    "fev1": (80.0, 2.0, 2000.0),
}
MEASURED_FROM = {
    "bmi": ("body-weight", "body-height"),
    "pao2-fio2": ("pao2", "fio2"),
    "creatinine-clearance": ("body-weight", "creatinine"),
    "egfr": ("creatinine",),
}
LEVELS = {
    "nyha": ("II", "ii ", "3", "IV", "2", "V"),
    "ecog": ("0", "1", "I", "2", "5"),
    "stage": ("I", "IB", "1", "III", "IIIA", "IIIB", "IIIC", "IV", "stage 3"),
    "ckd-stage": ("3", "3a", "3b", "4", "2", "III"),
    "pregnancy-test": ("positive", "NEGATIVE", "Positive", "normal", "doubtful"),
    "hemoglobin": ("normal", "Abnormal", "positive"),
}
FACTS = (
    *CONDITIONS,
    *("odd thing", "surgery", "major-surgery", "stroke", "ischemic-stroke", "cerebrovascular-disease"),
    *(f"allergy:{key}" for key in ("antibiotic", "beta-lactam", "penicillin", "amoxicillin", "odd thing")),
    *DRUGS,
    *("beta-lactam", "immunosuppressant"),
)
SCREENINGS = (date(2024, 3, 31), date(2024, 2, 29), date(2023, 8, 31))


class _Chance:
    """Draws that follow from a seed."""

    def __init__(self, seed: int) -> None:
        self.blocks = self._drawn(seed)

    def _drawn(self, seed: int) -> Iterator[float]:
        for block in count():
            yield from stream(seed, "patients", block).random(2000).tolist()

    def random(self) -> float:
        return next(self.blocks)

    def choice(self, choices: Sequence[object]) -> object:
        return choices[int(self.random() * len(choices))]


class _Maker:
    """Draws the patients of one cohort; `chance` decides everything."""

    def __init__(self, trees: tuple[Expression, ...], chance: _Chance) -> None:
        self.chance = chance
        self.leaves = [leaf for tree in trees for leaf in leaves(tree)]
        # of days in wrong order it is not settled which is the nearest to a moment of a day
        self.in_hours = any(getattr(getattr(each, "when", None), "unit", None) in _IN_A_DAY for each in self.leaves)
        # a wide column has one unit for everybody
        self.wide_units = {key: chance.choice(units) for key, units in UNITS.items()}
        self.bounds: dict[str, list[tuple[float, str | None]]] = {}
        for leaf in self.leaves:
            if isinstance(leaf, Compare):
                ends = [float(b) for b in (leaf.interval.low, leaf.interval.high) if b is not None]
                self.bounds.setdefault(leaf.measure.key, []).extend((end, leaf.unit) for end in ends)

    def one_of(self, *choices: object) -> object:
        return self.chance.choice(choices)

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def days(self, screening: date | None, anchors: list[date]) -> list[date]:
        """Days at the edges of the windows, and around screening."""
        from_here = screening or SCREENINGS[0]
        found = [from_here + timedelta(days=n) for n in (0, 0, -1, 1, -2, -7, -14, 10, -31, -184, 40)]
        for leaf in self.leaves:
            when = getattr(leaf, "when", None)
            if isinstance(when, Dates):
                found += [_first(text) for text in (when.first, when.last) if text is not None]
            for span in (when, getattr(leaf, "lasting", None)):
                if span is None or isinstance(span, Dates):
                    continue
                for bound in (span.interval.low, span.interval.high):
                    if bound is not None:
                        for anchor in [from_here, *anchors]:
                            found += [_moved(anchor, bound, span.unit, sign) for sign in (-1, 1)]
        return [day + timedelta(days=self.chance.choice((0, 0, -1, 1))) for day in found]

    def value(self, key: str, unit: str | None) -> float:
        """A number at a bound of the criteria, close to it, or common."""
        bounds = self.bounds.get(key, [])
        if bounds and self.often(0.8):
            number, asked = self.chance.choice(bounds)
            line = conversion(asked, unit, key) if asked and unit else None
            number = number * line.factor + line.offset if line else number
            return float(self.one_of(number, number, number * 1.0000000001, number + 0.1, number - 0.1, number * 2))
        return float(self.one_of(*COMMON.get(key, (1.0, 25.0, 40.0, 100.0)), 0.0, 1e9) if self.often(0.97) else -1.0)

    def measure(self, key: str, days: list[date], *, wide: bool) -> MeasureRecord:
        unit = self.wide_units.get(key) if wide else self.chance.choice(UNITS.get(key, (None,)))
        value, text, low, high, of = None, None, None, None, None
        if key in LEVELS and (key not in UNITS or self.often(0.2)):
            text = self.one_of(*LEVELS[key], None)
            value = self.one_of(1.0, 2.0, 3.0, None) if text is None or self.often(0.2) else None
            of = None if wide else self.one_of(None, None, "cancer", "skin-cancer", "basal-cell-carcinoma", "stroke")
        else:
            value = self.value(key, unit)
            multiple = next((float(end) for end, asked in self.bounds.get(key, []) if asked is None and end > 0), 2.0)
            low = self.one_of(None, value / multiple, value, 0.5, 0.0) if self.often(0.7) else None
            high = self.one_of(None, value / multiple, value, 40.0, 0.0) if self.often(0.7) else None
        day = self.chance.choice(days) if self.often(0.75) else None
        return MeasureRecord(value, unit, low, high, day, text, of, wide)

    def fact(self, key: str, days: list[date], *, wide: bool) -> FactRecord:
        start = self.chance.choice(days) if self.often(0.75) else None
        end = self.chance.choice(days) if self.often(0.35) else None
        if start and end and end < start and (self.in_hours or self.often(0.8)):
            start, end = end, start
        present = self.one_of(True, True, True, False, None)
        often = self.one_of(None, None, 1, 2, 3, 0)
        if wide:
            return FactRecord(present, start, end, count=often, wide=True)
        ongoing = self.one_of(None, True, False) if end is None else None
        if not any(drug == key for drug in (*DRUGS, "odd thing", "immunosuppressant")):
            return FactRecord(present, start, end, ongoing, often)
        return FactRecord(
            *(present, start, end, ongoing, often),
            self.one_of(None, 5.0, 10.0, 20.0, 0.01, 40.0),
            self.one_of("mg", "mg", "g", None, "tablet"),
            self.one_of("day", "day", "week", "dose", None, "hour"),
            self.one_of(None, "ORAL", "INTRAVENOUS", "TOPICAL", "SYSTEMIC"),
        )

    def person(self, name: str) -> Person:
        screening = self.chance.choice(SCREENINGS) if self.often(0.9) else None
        from_here = screening or SCREENINGS[0]
        moments = [from_here + timedelta(days=n) for n in (0, 1, 3, 30, -1, -30)]
        anchors = {
            name: self.chance.choice(moments) if self.often(0.5) else None
            for name in ("baseline", "randomisation", "enrolment", "first_dose", "consent_date")
        }
        days = self.days(screening, [day for day in anchors.values() if day is not None])
        return Person(
            name,
            self.one_of(None, 17.0, 17.999, 18.0, 18.5, 19.0, 20.0, 20.99, 215 / 12, 40.0) if self.often(0.95) else 0.0,
            self.often(0.4),
            self.one_of("MALE", "FEMALE", None),
            None,
            self.one_of(True, False, None),
            self.one_of(None, "participant", "representative"),
            screening,
            **anchors,
            measures=self.measures(days),
            facts=self.facts(days),
            answers={
                name: self.one_of(True, False, None) for name in (f"inclusion-{n}{m}" for n in "1234" for m in _ANSWERS)
            },
        )

    def measures(self, days: list[date]) -> dict[str, tuple[MeasureRecord, ...]]:
        asked = {
            leaf.measure.key if isinstance(leaf, Compare) else (getattr(leaf, "scale", None) or leaf.test).key
            for leaf in self.leaves
            if isinstance(leaf, Compare) or hasattr(leaf, "scale") or hasattr(leaf, "test")
        } - {"age"}
        parts = {part for key in asked for part in MEASURED_FROM.get(key, ())}
        found = {}
        for key in sorted(asked | parts):
            if not self.often(0.4 if key in MEASURED_FROM else 0.85):
                continue
            records = [self.measure(key, days, wide=False) for _ in range(self.chance.choice((0, 1, 1, 2, 3)))]
            if records and self.often(0.5):
                # two of one day
                records.append(_again(records[0], self.measure(key, days, wide=False)))
            if not records or self.often(0.3):
                records.append(self.measure(key, days, wide=True))
            found[key] = tuple(records)
        return found

    def facts(self, days: list[date]) -> dict[str, tuple[FactRecord, ...]]:
        found = {}
        for key in FACTS:
            if self.often(0.3):
                records = [self.fact(key, days, wide=False) for _ in range(self.chance.choice((0, 1, 1, 2)))]
                if not records or self.often(0.3):
                    records.append(self.fact(key, days, wide=True))
                found[key] = tuple(records)
        return found


_ANSWERS = ("", ".1", ".2", ".3")


def _again(first: MeasureRecord, second: MeasureRecord) -> MeasureRecord:
    return MeasureRecord(second.value, second.unit, second.low, second.high, first.date, second.text, second.of)


def _first(text: str) -> date:
    year, month, day = (*(int(part) for part in text.split("-")), 1, 1)[:3]
    return date(year, month, day)


def _moved(anchor: date, bound: Decimal, unit: str, sign: int) -> date:
    whole = int(bound)
    match unit:
        case "year":
            return anchor + sign * relativedelta(years=whole)
        case "month":
            return anchor + sign * relativedelta(months=whole)
    days = {"week": 7 * whole, "day": whole, "hour": whole // 24}.get(unit, 0)
    return anchor + timedelta(days=sign * days)


def _thinned(node: Expression, chance: _Chance) -> Expression:
    """The tree with fewer things asked at once: who must fulfil all of them is rarely known to do so or not."""
    parts = tuple(_thinned(part, chance) for part in children(node))
    match node:
        case And() | Or() | AtLeast():
            return replace(node, parts=parts)
        case Not():
            return Not(parts[0])
        case Implies():
            return Implies(*parts)
        case Defined():
            return replace(node, body=parts[0])
    dropped = {}
    for each in ("when", "lasting", "times", "dose", "route", "equivalent_to", "of"):
        if getattr(node, each, None) is not None and chance.random() < 0.6:
            dropped[each] = None
    if "dose" in dropped:
        dropped |= {"unit": None, "per": None, "equivalent_to": None}
    return replace(node, **dropped)


def _pointed(chance: _Chance) -> Expression:
    """A leaf that asks one or two things of the kinds on which much hangs and which chance rarely puts together."""
    number = Decimal(chance.choice((1, 2, 3, 6, 7, 10, 12, 14, 24)))
    open_end = chance.choice(((number, None), (None, number), (Decimal(1), number + 1), (Decimal(0), number)))
    interval = Interval(*open_end, chance.random() < 0.5, chance.random() < 0.5)
    anchors = chance.choice((_SCREENED, _SCREENED, (Anchor(chance.choice(tuple(AnchorKind)[:6])),), _SURGERY))
    unit = chance.choice(("month", "month", "year", "week", "day", "hour"))
    when: When = Window(interval, unit, chance.choice(_SIDES), anchors)
    if chance.random() < 0.3:
        when = Dates(chance.choice((None, "2023", "2024-01", "2024-03-30")), chance.choice((None, "2024", "2024-03")))
    drug, kind = chance.choice(CONCEPTS.drugs)[0], chance.choice(tuple(CONCEPTS.facts))
    thing = chance.choice(CONCEPTS.facts[kind])
    measure, units, low, high = chance.choice(CONCEPTS.measures[-6:])
    bounds = Interval(low + (high - low) * Decimal(str(round(chance.random(), 1))), None, chance.random() < 0.5)
    match chance.choice(range(12)):
        case 0:
            return Compare(measure, bounds, chance.choice(units))
        case 1:
            per, other = chance.choice(("day", "week", "hour", None)), chance.choice((None, _thing("prednisone")))
            return Exposure(drug, Course.ANY, Interval(chance.choice(_DOSES)), "mg", per, other)
        case 2:
            return Exposure(drug, chance.choice(tuple(Course)), route=chance.choice(CONCEPTS.routes))
        case 3:
            return Present(kind, thing, when=when)
        case 4:
            return Compare(_thing("hemoglobin"), Interval(Decimal(10)), "g/dL", when=when)
        case 5:
            return Present(kind, thing, lasting=Lasting(interval, unit))
        case 6:
            return Result(_thing("pregnancy-test"), "positive", when)
        case 7:
            return Present(kind, thing, chance.choice(tuple(Course)), times=Interval(number - 1))
        case 10:
            return Ordinal(_thing("nyha"), None, "II", when=when)
        case 8:
            return Exposure(drug, when=when)
        case 9:
            # close to what a man and a woman of 40 have at a creatinine of 1 mg/dL
            if chance.random() < 0.5:
                return Compare(_thing("pao2-fio2"), Interval(Decimal(chance.choice((100, 180, 200)))), "mmHg")
            bound = Decimal(chance.choice(("98", "96.5", "73.3", "72.5", "80", "60")))
            return Compare(_thing("egfr"), Interval(bound), "mL/min/1.73m2")
    apart = (chance.choice(CONCEPTS.facts[kind]),)
    return Present(kind, thing, apart_from=apart)


_SCREENED, _SURGERY = (Anchor(AnchorKind.UNSTATED),), (Anchor(AnchorKind.OTHER, "surgery"),)
_IN_A_DAY = ("hour", "minute", "second")
_SIDES = (Side.BEFORE, Side.BEFORE, Side.AFTER, Side.AROUND)
_DOSES = (Decimal(5), Decimal(10), Decimal("12.5"), Decimal(70), Decimal(240))


Case = tuple[dict[str, Expression], list[Person], frozenset[str]]
"""Criteria by their ids, people, and the keys whose absence means no."""


@st.composite
def cases(draw: object, criteria: int = 4, pointed: int = 5, people: int = 30) -> Case:
    """Criteria with patients made up for them."""
    single, several = expressions(CONCEPTS, max_leaves=1), expressions(CONCEPTS, max_leaves=5)
    trees = tuple(draw(several if place % 2 else single) for place in range(criteria))
    chance = _Chance(draw(st.integers(0, 2**32 - 1)))
    trees = (*(_thinned(tree, chance) for tree in trees), *(_pointed(chance) for _ in range(pointed)))
    maker = _Maker(trees, chance)
    complete = frozenset(key for key in FACTS if chance.random() < 0.1)
    named = {f"inclusion-{place}": tree for place, tree in enumerate(trees, 1)}
    return named, [maker.person(f"P{number}") for number in range(people)], complete
