"""The evaluator of whole cohorts and the one of single patients, written apart, give the same answers and verdicts.

Criteria are generated, and patients for them; every kind of node, of window and of answer must have come about. Then
each of some faults is put into the plain evaluator, and must be noticed.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from screened_patients import Case, cases
from trees import ALL_KINDS, kinds_of

from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.items import Criterion, ItemKind, Section
from trialwright.protocol.eligibility.tree import (
    Anchor,
    AnchorKind,
    Concept,
    Course,
    Expression,
    Interval,
    Kind,
    Present,
    Side,
    Window,
    children,
)
from trialwright.screen.attrition import VERDICTS, met_of, verdict_codes
from trialwright.screen.gathering import gathered, people_of
from trialwright.screen.person import FactRecord, Person
from trialwright.screen.plain import (
    ages,
    answer,
    answering,
    derived,
    facts,
    grades,
    kleene,
    measures,
    moments,
    numbers,
    quantities,
    records,
    verdict,
)
from trialwright.screen.vectorised import answers

QUICK = {"database": None, "deadline": None, "suppress_health_check": list(HealthCheck), "phases": [Phase.generate]}
NODES = ("Compare", "Ordinal", "Present", "Exposure", "Result", "Sex", "Judgement", "Consent")
JOINTS = ("And", "Or", "AtLeast", "Not", "Implies", "Defined")


SECTIONS = (Section.INCLUSION, Section.EXCLUSION, Section.INCLUSION, Section.UNKNOWN)


def compiled(name: str, tree: Expression, section: Section = Section.INCLUSION) -> Compiled:
    """The tree as a criterion of that id."""
    return Compiled(name, Criterion(section, ItemKind.TEXT, None, "made up", 0, 7), tree)


Told = list[tuple[Case, list[Person], dict[str, list[bool | None]]]]


@cache
def told() -> Told:
    """Generated cases with what the evaluator of cohorts says, and the people as they are read back from the frames."""
    found: Told = []

    @seed(20240331)
    @settings(max_examples=180, **QUICK)
    @given(cases())
    def generate(case: Case) -> None:
        trees, people, complete = case
        cohort = gathered(people, complete)
        frame = answers(trees, cohort)
        found.append((case, list(people_of(cohort)), {name: frame[name].to_list() for name in trees}))

    generate()
    return found


def differences() -> Iterator[str]:
    """Where the plain evaluator says otherwise, told in words."""
    for (trees, _, complete), people, cohort in told():
        for name, tree in trees.items():
            each = compiled(name, tree)
            for person, given_answer in zip(people, cohort[name], strict=True):
                mine = answer(each, person, complete)
                if mine is not given_answer:
                    yield f"plain {mine}, cohort {given_answer}\n{tree}\n{person}\ncomplete: {sorted(complete)}"


def test_both_give_the_same_answer_to_every_criterion_of_every_patient() -> None:
    assert next(differences(), None) is None


def test_both_come_to_the_same_verdict_on_every_patient() -> None:
    met = Counter()
    sections = dict(zip((f"inclusion-{n}" for n in (1, 2, 3, 4)), SECTIONS, strict=True))
    for (trees, _, complete), people, cohort in told():
        for count in (2, 4):
            names = list(sections)[:count]
            criteria = [compiled(name, trees[name], sections[name]) for name in names]
            admits = met_of(
                pl.DataFrame({name: cohort[name] for name in names}, dict.fromkeys(names, pl.Boolean)), sections
            )
            for person, code, row in zip(people, verdict_codes(admits), admits.iter_rows(named=True), strict=True):
                mine = verdict(criteria, person, complete)
                assert mine.verdict == VERDICTS[code]
                assert mine.failed == tuple(name for name in names if row[name] is False)
                assert mine.open == tuple(name for name in names if row[name] is None)
                met[mine.verdict] += 1
    assert set(met) == set(VERDICTS.values())


def test_every_kind_of_node_of_window_and_of_answer_was_generated() -> None:
    kinds, said, windowed = set(), Counter(), Counter()
    for (trees, _, complete), people, _ in told():
        for name, tree in trees.items():
            kinds |= set(kinds_of(tree))
            for part in _nodes(tree):
                when = type(getattr(part, "when", None)).__name__
                for person in people:
                    found = answer(compiled(name, part), person, complete)
                    said[type(part).__name__, found] += 1
                    windowed[type(part).__name__, when, found] += 1
    assert ALL_KINDS - kinds == set()
    wanted = {(name, found) for name in (*NODES, *JOINTS) for found in (True, False, None)} | {("Missing", None)}
    assert wanted - set(said) == set()
    timed = ("Compare", "Ordinal", "Present", "Exposure", "Result")
    lacking = {
        (name, when, found)
        for name in timed
        for when in ("Window", "Dates", "NoneType")
        for found in (True, False, None)
    } - set(windowed)
    assert lacking == set()


def _nodes(tree: Expression) -> Iterator[Expression]:
    yield tree
    for part in children(tree):
        yield from _nodes(part)


NARROW = [("0", "1", False, False), ("1.5", "1.5", True, True), ("1", "1", True, True), ("0.1", "0.2", True, True)]


@pytest.mark.parametrize("unit", ["day", "week", "month", "year"])
def test_both_see_that_no_later_day_can_be_in_a_narrow_window(unit: str) -> None:
    """Nothing lies more than nought and less than a day before a day that is not known yet, and nothing of the 31st
    exactly a month before it."""
    day = date(2024, 3, 31)
    people = [
        Person(str(n), screening=day, facts={"stroke": (FactRecord(True, day + timedelta(days=n)),)})
        for n in range(-75, 75)
    ]
    moment = (Anchor(AnchorKind.RANDOMISATION),)
    trees = {
        f"inclusion-{n}": Present(
            Kind.EVENT,
            Concept("stroke", "stroke"),
            when=Window(Interval(Decimal(low), Decimal(high), *closed), unit, side, moment),
        )
        for n, ((low, high, *closed), side) in enumerate(product(NARROW, Side), 1)
    }
    frame = answers(trees, gathered(people, ["stroke"]))
    for name, tree in trees.items():
        each = compiled(name, tree)
        assert frame[name].to_list() == [answer(each, person, {"stroke"}) for person in people]


# --- faults --------------------------------------------------------------------------------------------------------


def _turned(module: Any, name: str, made: Callable[[Any], Any]) -> tuple[Any, str, Callable[[Any], Any]]:
    return module, name, made


def _strict_is_inclusive(inside: Any) -> Any:
    return lambda value, interval, scale=1.0: inside(
        value,
        Interval(
            interval.low,
            interval.high,
            interval.low == interval.high or not interval.low_inclusive,
            interval.low == interval.high or not interval.high_inclusive,
        ),
        scale,
    )


def _apart_from_the_patient(has: Any) -> Any:
    def wrong(leaf: Any, person: Person, complete: frozenset[str]) -> Any:
        given_answer = has(replace(leaf, apart_from=()), person, complete)
        if given_answer is True and leaf.apart_from:
            excepted = (
                replace(leaf, concept=each, apart_from=())
                if hasattr(leaf, "concept")
                else replace(leaf, drug=each, apart_from=())
                for each in leaf.apart_from
            )
            return None if any(has(each, person, complete) for each in excepted) else True
        return given_answer

    return wrong


def _month_off_by_a_day(shifted: Any) -> Any:
    def wrong(day: date, distance: Any, unit: str, sign: int) -> date:
        year, month = divmod(day.year * 12 + day.month - 1 + sign * int(distance * (12 if unit == "year" else 1)), 12)
        if not 1 <= year <= 9999:
            return shifted(day, distance, unit, sign)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, 1) + timedelta(days=last if day.day > last else day.day - 1)

    return wrong


FAULTS: dict[str, tuple[Any, str, Callable[[Any], Any]]] = {
    "strict bounds are inclusive and the other way round": _turned(measures, "inside", _strict_is_inclusive),
    "no tolerance where numbers are equal": _turned(numbers, "EQUAL", lambda _: 0.0),
    "and is or": _turned(answering, "every", lambda _: kleene.some),
    "or is and": _turned(answering, "some", lambda _: kleene.every),
    "unknown counts as False": _turned(
        answering, "leaf_answer", lambda right: lambda *given_args: right(*given_args) or False
    ),
    "not of unknown is True": _turned(answering, "contrary", lambda _: lambda found: not found),
    "at least one too many": _turned(answering, "at_least", lambda right: lambda count, found: right(count + 1, found)),
    "exceptions are of the patient and not of each record": _turned(answering, "has", _apart_from_the_patient),
    "what the lexicon does not know excepts nothing": _turned(
        facts, "_excepted", lambda right: lambda apart, key, prefix: right(apart, key, prefix) or False
    ),
    "months overflow into the next": _turned(moments, "shifted", _month_off_by_a_day),
    "the month before is as long as this": _turned(
        moments,
        "shifted",
        lambda right: (
            lambda day, distance, unit, sign: (
                right(day, distance, unit, sign) + timedelta(days=sign)
                if date(2, 1, 1) < right(day, distance, unit, sign) < date(9998, 1, 1)
                else right(day, distance, unit, sign)
            )
        ),
    ),
    "complete is ignored": _turned(
        answering, "has", lambda right: lambda leaf, person, complete: right(leaf, person, frozenset())
    ),
    "complete of the thing alone": _turned(
        answering,
        "has",
        lambda right: lambda leaf, person, complete: right(leaf, person, complete & {facts.key_of(leaf)}),
    ),
    "all records count and not the latest": _turned(records, "latest", lambda _: list),
    "records after screening are seen": _turned(
        measures, "seen", lambda _: lambda person, key: list(person.measures.get(key, ()))
    ),
    "implausible values are believed": _turned(measures, "plausible", lambda _: lambda *_args: True),
    "units are not looked at": _turned(measures, "converted", lambda _: lambda key, value, unit, asked: value),
    "no unit is every unit": _turned(
        quantities,
        "in_unit",
        lambda right: lambda key, value, unit, asked: right(key, value, asked if unit is None else unit, asked),
    ),
    "the highest age is a birthday": _turned(
        ages, "_up_to", lambda _: lambda high, inclusive: lambda age: age <= float(high) if inclusive else age < high
    ),
    "above 18 is from the birthday on": _turned(
        ages, "_from", lambda _: lambda low, inclusive: lambda age: age >= float(low) if inclusive else age > float(low)
    ),
    "a level is only itself": _turned(
        grades,
        "places",
        lambda right: lambda scale: {word: (place, place) for word, (place, _) in right(scale).items()},
    ),
    "a level may be of anything": _turned(grades, "is_kind_of", lambda _: lambda *_args: True),
    "a broader record is the thing itself": _turned(
        facts, "is_kind_of", lambda right: lambda one, other: right(one, other) or right(other, one)
    ),
    "an allergy to a drug is the drug": _turned(
        facts,
        "is_kind_of",
        lambda right: lambda one, other: right(one.removeprefix("allergy:"), other.removeprefix("allergy:")),
    ),
    "what is over is current": _turned(
        facts,
        "_course",
        lambda right: (
            lambda course, record, day: (
                True if course is Course.CURRENT and record.end is None else right(course, record, day)
            )
        ),
    ),
    "only the first day of a fact counts": _turned(facts, "counts_any_part", lambda _: lambda when: False),
    "any day of a fact counts": _turned(facts, "counts_any_part", lambda _: lambda when: True),
    "an unknown anchor is the day of screening": _turned(
        moments, "_study_date", lambda right: lambda kind, person: right(kind, person) or person.screening
    ),
    "a flag that is set counts once and no more": _turned(
        facts, "held_by_integers", lambda right: lambda times, least, most: right(times, least, min(most, least))
    ),
    "every route is systemic": _turned(facts, "SYSTEMIC", lambda right: right | {"TOPICAL"}),
    "doses are a day's": _turned(facts, "IN_HOURS", lambda right: dict.fromkeys(right, 24.0)),
    "a milligram of steroid is a milligram": _turned(facts, "equivalent", lambda _: lambda one, other: 1.0),
    "women's kidneys are men's": _turned(derived, "_ckd_epi", lambda right: lambda cr, age, _: right(cr, age, False)),
    "a share of oxygen is never per cent": _turned(
        derived, "_fraction", lambda _: lambda record: record.value if 0.15 <= record.value <= 1 else None
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, made = FAULTS[fault]
    monkeypatch.setattr(module, name, made(getattr(module, name)))
    assert next(differences(), None) is not None
