"""Whether a patient has or had a condition, procedure, allergy, finding or event, or takes or took a drug."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from trialwright.protocol.eligibility.needs import fact_key
from trialwright.protocol.eligibility.tree import (
    Concept,
    Course,
    Dates,
    Exposure,
    Kind,
    Lasting,
    Present,
    Side,
    When,
    Window,
)
from trialwright.screen.equivalents import equivalent
from trialwright.screen.person import FactRecord, Person
from trialwright.screen.plain.keys import ALLERGY, is_kind_of
from trialwright.screen.plain.kleene import Answer, contrary, every
from trialwright.screen.plain.moments import Stretch, counts_any_part, in_dates, in_window, lasts
from trialwright.screen.plain.numbers import held_by_integers, inside
from trialwright.screen.units import conversion

SYSTEMIC = frozenset({"ORAL", "INTRAVENOUS", "INTRAMUSCULAR", "SUBCUTANEOUS"})
IN_HOURS = {"hour": 1.0, "day": 24.0, "week": 168.0}


@dataclass(frozen=True, slots=True)
class Held:
    """A record that bears on a leaf. `key`: what it is a record of; `answer`: whether it is what the leaf asks for."""

    key: str
    record: FactRecord
    answer: Answer


def has(leaf: Present | Exposure, person: Person, complete: frozenset[str]) -> Answer:
    """The answer to a question for a fact; `complete`: keys whose absence means no."""
    key = key_of(leaf)
    held = list(bearing(leaf, person))
    denied = any(record.present is False and is_kind_of(key, name) for name, record in _seen(leaf, person))
    whole = any(is_kind_of(key, name) for name in complete)
    if leaf.times is not None:
        sure = sum(_count(each) for each in held if each.answer is True)
        perhaps = sum(_count(each) for each in held if each.answer is None)
        closed = whole or (sure + perhaps == 0 and denied)
        # a flag says that it happened, not how often
        if any(each.record.wide and each.record.count is None and each.answer is not False for each in held):
            closed = False
        return held_by_integers(leaf.times, sure, sure + perhaps if closed else math.inf)
    answers = {each.answer for each in held}
    if True in answers:
        return True
    if None in answers:
        return None
    return False if denied or whole else None


def key_of(leaf: Present | Exposure) -> str:
    """What the records of a leaf are looked up by."""
    return fact_key(leaf.kind, leaf.concept) if isinstance(leaf, Present) else leaf.drug.key


def bearing(leaf: Present | Exposure, person: Person) -> Iterator[Held]:
    """The positive and the unknown records of the same, a narrower or a broader thing, with what each answers."""
    for key, record in _seen(leaf, person):
        if record.present is not False:
            yield Held(key, record, _answer(leaf, key, record, person))


def denials(leaf: Present | Exposure, person: Person) -> list[FactRecord]:
    """The records that say no to the thing itself or to something broader."""
    return [r for key, r in _seen(leaf, person) if r.present is False and is_kind_of(key_of(leaf), key)]


def _seen(leaf: Present | Exposure, person: Person) -> Iterator[tuple[str, FactRecord]]:
    """The records of things that are the leaf's, narrower or broader, begun by screening; planned ones only where the
    leaf's window reaches beyond."""
    key = key_of(leaf)
    ahead = isinstance(leaf.when, Dates) or (isinstance(leaf.when, Window) and leaf.when.side is not Side.BEFORE)
    for name, records in person.facts.items():
        if is_kind_of(name, key) or is_kind_of(key, name):
            for record in records:
                if record.start is None or person.screening is None or record.start <= person.screening or ahead:
                    yield name, record


def _answer(leaf: Present | Exposure, key: str, record: FactRecord, person: Person) -> Answer:
    asked = [
        True if record.present else None,
        True if is_kind_of(key, key_of(leaf)) else None,
        _course(leaf.course, record, person.screening),
        _placed(leaf.when, record, person),
        _lasted(leaf.lasting, record, person.screening),
        every(contrary(_excepted(each, key, _prefix(leaf))) for each in leaf.apart_from),
    ]
    if isinstance(leaf, Exposure):
        asked += [_dosed(leaf, key, record), _routed(leaf.route, record.route)]
    return every(asked)


def _prefix(leaf: Present | Exposure) -> str:
    return ALLERGY if isinstance(leaf, Present) and leaf.kind is Kind.ALLERGY else ""


def _excepted(apart: Concept, key: str, prefix: str) -> Answer:
    """Whether a record is one of those that do not count; a broader record may be, and what the lexicon does not know
    may be anything."""
    other = prefix + apart.key
    if is_kind_of(key, other):
        return True
    return None if is_kind_of(other, key) or apart.id is None else False


def _course(course: Course, record: FactRecord, screening: date | None) -> Answer:
    if course is Course.ANY:
        return True
    if record.end is not None:
        if screening is None:
            return None
        return record.end > screening if course is Course.CURRENT else record.end <= screening
    if course is Course.CURRENT:
        return record.ongoing if record.ongoing is not None else True if record.wide else None
    return contrary(record.ongoing)


def _placed(when: When | None, record: FactRecord, person: Person) -> Answer:
    if when is None:
        return True
    days = None
    if record.start is not None:
        last = record.end if record.end is not None else date.max if record.ongoing is True else record.start
        days = Stretch(record.start, last if counts_any_part(when) else record.start)
    return in_dates(when, days) if isinstance(when, Dates) else in_window(when, days, person)


def _lasted(lasting: Lasting | None, record: FactRecord, screening: date | None) -> Answer:
    if lasting is None:
        return True
    end = record.end if record.end is not None else screening if record.ongoing is True else None
    return None if record.start is None or end is None else lasts(lasting, record.start, end)


def _dosed(leaf: Exposure, key: str, record: FactRecord) -> Answer:
    if leaf.dose is None:
        return True
    dose = record.dose
    if dose is None or (record.unit is None) != (leaf.unit is None):
        return None
    if record.unit is not None and leaf.unit is not None:
        line = conversion(record.unit, leaf.unit)
        if line is None:
            return None
        dose = dose * line.factor + line.offset
    if record.per != leaf.per:
        if record.per not in IN_HOURS or leaf.per not in IN_HOURS:
            return None
        dose *= IN_HOURS[leaf.per] / IN_HOURS[record.per]
    if leaf.equivalent_to is not None:
        factor = equivalent(key, leaf.equivalent_to.key)
        if factor is None:
            return None
        dose *= factor
    return inside(dose, leaf.dose)


def _routed(asked: str | None, route: str | None) -> Answer:
    if asked is None or asked == route:
        return True
    if route is None or (route == "SYSTEMIC" and asked in SYSTEMIC):
        return None
    return asked == "SYSTEMIC" and route in SYSTEMIC


def _count(held: Held) -> int:
    return 1 if held.record.count is None else held.record.count
