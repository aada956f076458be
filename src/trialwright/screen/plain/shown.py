"""What is known of a patient that a leaf of a criterion looks at, as a person reads it, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.protocol.eligibility.forms.english import thing
from trialwright.protocol.eligibility.needs import Need, needs
from trialwright.protocol.eligibility.tree import (
    Compare,
    Concept,
    Consent,
    Exposure,
    Judgement,
    Leaf,
    Ordinal,
    Present,
    Result,
    Sex,
)
from trialwright.screen.person import FactRecord, MeasureRecord, Person
from trialwright.screen.plain.derived import components
from trialwright.screen.plain.facts import bearing, denials, key_of
from trialwright.screen.plain.grades import level_of, levels
from trialwright.screen.plain.keys import ALLERGY, is_kind_of
from trialwright.screen.plain.measures import numbers
from trialwright.screen.plain.records import seen

OWN_DATES = {
    "screening date": "screening",
    "baseline date": "baseline",
    "randomisation date": "randomisation",
    "enrolment date": "enrolment",
    "first dose date": "first_dose",
    "consent date": "consent_date",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that is known. `what`: its name; `value`: as a person reads it; `unit`: as in the data; `date`: ISO
    date of a value or the first day of a fact, None = not known; `more`: the last day, limits of normal, dose, route.
    """

    what: str
    value: str
    unit: str | None = None
    date: str | None = None
    more: tuple[str, ...] = ()

    def __str__(self) -> str:
        day = f", {self.date}" if self.date is not None else ""
        more = f" ({'; '.join(self.more)})" if self.more else ""
        return f"{self.what}: {self.value}{f' {self.unit}' if self.unit else ''}{day}{more}"


def shown(leaf: Leaf, person: Person, place: str = "") -> tuple[Shown, ...]:
    """The values that a leaf looks at, in the order of the data; what lies after screening is not among them."""
    match leaf:
        case Compare(measure=measure) if measure.key == "age":
            if person.age is None:
                return ()
            day = None if person.screening is None else person.screening.isoformat()
            return (Shown("age", f"{person.age:g}", "completed years" if person.age_whole else "years", day),)
        case Compare(measure=measure):
            found = numbers(person, measure.key)
            parts = [] if found or leaf.when is not None else components(measure.key)
            others = [_measured(_named(part), each) for part in parts for each in numbers(person, part)]
            aged = "age" in parts and person.age is not None
            age = shown(Compare(Concept("age", "age"), leaf.interval), person) if aged else ()
            sex = (Shown("sex", person.sex.lower()),) if "sex" in parts and person.sex is not None else ()
            return (*(_measured(thing(measure), record) for record in found), *others, *age, *sex)
        case Ordinal(scale=scale):
            return tuple(_levelled(thing(scale), record) for record in levels(leaf, person))
        case Result(test=test):
            return tuple(_resulted(thing(test), record) for record in _results(leaf, person))
        case Present() | Exposure():
            held = [(each.key, each.record) for each in bearing(leaf, person)]
            return tuple(_fact(key, record) for key, record in [*held, *_denied(leaf, person)])
        case Sex():
            return () if person.sex is None else (Shown("sex", person.sex.lower()),)
        case Consent():
            return _consent(person)
        case Judgement():
            given = person.answers.get(place)
            return () if given is None else (Shown("a person's answer", _yes(given)),)
    return ()


def missing(leaf: Leaf, person: Person, complete: frozenset[str]) -> tuple[Need, ...]:
    """Which of the values that a leaf needs are not in the patient's data."""
    return tuple(need for need in needs(leaf) if not _held(need.key, leaf, person, complete))


def lacking_parts(leaf: Leaf, person: Person) -> tuple[str, ...]:
    """The names of what a measure could be computed from and is not known; nothing where it is not computed."""
    if not isinstance(leaf, Compare) or leaf.when is not None or numbers(person, leaf.measure.key):
        return ()
    own = {"age": person.age, "sex": person.sex}
    parts = components(leaf.measure.key)
    return tuple(_named(p) for p in parts if (own[p] is None if p in own else not numbers(person, p)))


def _results(leaf: Result, person: Person) -> list[MeasureRecord]:
    return [r for r in seen(person, leaf.test.key) if r.text is not None or r.value is not None]


def _held(key: str, leaf: Leaf, person: Person, complete: frozenset[str]) -> bool:
    if key in OWN_DATES:
        return getattr(person, OWN_DATES[key]) is not None
    match leaf:
        case Compare(measure=measure):
            if measure.key == "age":
                return key == "age" and person.age is not None
            return _in_measures(key, measure.key, numbers(person, measure.key))
        case Ordinal(scale=scale):
            return _in_measures(key, scale.key, levels(leaf, person))
        case Result(test=test):
            return _in_measures(key, test.key, _results(leaf, person))
        case Present() | Exposure():
            return _in_facts(key, leaf, person, complete)
        case Sex():
            return person.sex is not None
        case Consent():
            return person.consent is not None or person.consent_date is not None
    return False


def _in_measures(key: str, own: str, records: Sequence[MeasureRecord]) -> bool:
    fields = {f"{own} date": "date", f"{own} high": "high", f"{own} low": "low"}
    if key == own:
        return bool(records)
    return key in fields and bool(records) and all(getattr(r, fields[key]) is not None for r in records)


def _in_facts(key: str, leaf: Present | Exposure, person: Person, complete: frozenset[str]) -> bool:
    own = key_of(leaf)
    held = [each.record for each in bearing(leaf, person)]
    if key == own:
        settled = bool(denials(leaf, person)) or any(is_kind_of(own, name) for name in complete)
        return settled or any(each.present is not None for each in held)
    if not key.startswith(f"{own} "):
        return False
    word = key.removeprefix(f"{own} ")
    if word == "end":
        return bool(held) and all(each.end is not None or each.ongoing is not None for each in held)
    field = {"date": "start"}.get(word, word)
    return bool(held) and all(getattr(each, field, None) is not None for each in held)


# --- as a person reads it ------------------------------------------------------------------------------------------


def _named(key: str) -> str:
    if key.startswith(ALLERGY):
        return f"allergy to {_named(key.removeprefix(ALLERGY))}"
    return thing(Concept(key, key))


def _measured(name: str, record: MeasureRecord) -> Shown:
    limits = [
        f"{word} limit of normal {limit:g}"
        for word, limit in (("lower", record.low), ("upper", record.high))
        if limit is not None
    ]
    return Shown(name, f"{record.value:g}", record.unit, _day(record.date), tuple(limits))


def _levelled(name: str, record: MeasureRecord) -> Shown:
    graded = () if record.of is None else (f"of {_named(record.of)}",)
    return Shown(name, level_of(record) or "", None, _day(record.date), graded)


def _resulted(name: str, record: MeasureRecord) -> Shown:
    return Shown(name, record.text, None, _day(record.date)) if record.text is not None else _measured(name, record)


def _denied(leaf: Present | Exposure, person: Person) -> list[tuple[str, FactRecord]]:
    own = key_of(leaf)
    no = denials(leaf, person)
    return [(k, r) for k, rs in person.facts.items() if is_kind_of(own, k) for r in rs if any(r is each for each in no)]


def _fact(key: str, record: FactRecord) -> Shown:
    more = [] if record.end is None else [f"until {record.end.isoformat()}"]
    more += [] if record.ongoing is None else ["ongoing" if record.ongoing else "over"]
    more += [] if record.count is None else [f"{record.count} times"]
    if record.dose is not None:
        per = f" per {record.per}" if record.per is not None else ""
        more.append(f"{record.dose:g}{f' {record.unit}' if record.unit else ''}{per}")
    more += [] if record.route is None else [record.route.lower()]
    return Shown(_named(key), _yes(record.present), None, _day(record.start), tuple(more))


def _consent(person: Person) -> tuple[Shown, ...]:
    if person.consent is None and person.consent_date is None:
        return ()
    by = () if person.consent_by is None else (f"by the {person.consent_by}",)
    return (Shown("informed consent", _yes(person.consent is not False), None, _day(person.consent_date), by),)


def _yes(answer: bool | None) -> str:
    return "not said" if answer is None else "yes" if answer else "no"


def _day(day: object) -> str | None:
    return None if day is None else str(day)
