"""What a criterion answers of one made-up patient: for tests that state the answer beside the patient."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import islice

from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.items import Criterion, ItemKind, Section
from trialwright.protocol.eligibility.tree import Anchor, AnchorKind, Concept, Interval, Side, Window
from trialwright.screen import plain
from trialwright.screen.gathering import gathered, people_of
from trialwright.screen.person import FactRecord, MeasureRecord, Person
from trialwright.screen.vectorised import answers

DAY = date(2024, 6, 30)


def answer(expression, *, complete=(), measures=None, facts=None, answered=None, screening=DAY, **own):
    """The answer of one patient by both evaluators; a single record is put into the wide table too, and must answer the
    same there."""
    measures = {k: v if isinstance(v, tuple) else (v,) for k, v in (measures or {}).items()}
    facts = {k: v if isinstance(v, tuple) else (v,) for k, v in (facts or {}).items()}
    person = Person("P", screening=screening, measures=measures, facts=facts, answers=answered or {}, **own)
    stated = Compiled("inclusion-1", Criterion(Section.INCLUSION, ItemKind.TEXT, None, "", 0, 0), expression)
    # a second patient must not disturb the first
    people = [Person("other", age=1.0), person]
    given = answers({"inclusion-1": expression}, gathered(people, complete))["inclusion-1"][1]
    if measures and all(len(records) == 1 and records[0].of is None for records in measures.values()):
        wide = {key: (replace(records[0], wide=True),) for key, records in measures.items()}
        other = gathered([people[0], replace(person, measures=wide)], complete)
        assert answers({"inclusion-1": expression}, other)["inclusion-1"][1] is given
        assert plain.answer(stated, next(islice(people_of(other), 1, None)), frozenset(complete)) is given
    assert plain.answer(stated, person, frozenset(complete)) is given
    return given


def within(high, unit, side=Side.BEFORE, *anchors, low=None, inclusive=True):
    """A window up to `high` units on one side of the anchors, of an unstated one by default."""
    low, high = (None if bound is None else Decimal(bound) for bound in (low, high))
    interval = Interval(low, high, True, inclusive)
    return Window(interval, unit, side, tuple(Anchor(kind) for kind in anchors) or (Anchor(AnchorKind.UNSTATED),))


def least(bound, *, inclusive=True):
    """At least, or above."""
    return Interval(low=Decimal(bound), low_inclusive=inclusive)


def most(bound, *, inclusive=True):
    """At most, or below."""
    return Interval(high=Decimal(bound), high_inclusive=inclusive)


def thing(key):
    """A concept with an entry of the lexicon."""
    return Concept(key, key)


def value(number, unit=None, day=None, **more):
    """A measure's record."""
    return MeasureRecord(number, unit, date=day, **more)


def flag(present=True):
    """The flag of a wide table."""
    return FactRecord(present, wide=True)
