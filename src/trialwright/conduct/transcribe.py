"""Facts entered on a ledger day by day, each by the command that a site would have used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from trialwright.conduct import commands as ask
from trialwright.conduct.events import Allocated, Corrected, DltAssessed, Dosed, Enrolled, Recorded, Retracted
from trialwright.conduct.facts import event_of
from trialwright.dataset.columns import ENDS, ENROLLED
from trialwright.dataset.facts import Fact

CORRECTION = "transcribed: the source was corrected"
RETRACTION = "transcribed: entered in error in the source"


@dataclass(frozen=True, slots=True)
class Due:
    """A fact as it is to be entered, and the place in the source (from 0) of the fact that it comes from."""

    fact: Fact
    place: int


def entries_due(facts: Iterable[Fact]) -> tuple[Due, ...]:
    """The same facts as a site would enter them, in order of the day they become known.

    A live trial cannot know an end that lies ahead: such a row is entered without it, and once more, with it, on
    the day it comes. So versions are numbered anew; what is known on any day is the same. The order of facts that
    become known on one day is kept, with two exceptions: additions of an end come before them, and a participant is
    enrolled before an arm is allocated.
    """
    rows: dict[tuple[str, str, int], list[tuple[int, Fact]]] = {}
    placed: list[tuple[int, int, int, Fact]] = []
    for place, fact in enumerate(facts):
        rows.setdefault(fact.key, []).append((place, fact))
        placed.append((fact.known, 1, place, _blanked(fact)))
    for versions in rows.values():
        versions.sort(key=lambda each: each[1].version)
        for (place, fact), (_, after) in zip(versions, [*versions[1:], (0, None)], strict=True):
            for day in sorted(set(_ends_ahead(fact))):
                if after is None or after.known > day:
                    placed.append((day, 0, place, _blanked(replace(fact, known=day))))
    placed.sort(key=lambda each: each[:3])
    count: dict[tuple[str, str, int], int] = {}
    due = []
    for _, _, place, fact in _enrolment_first(placed):
        count[fact.key] = count.get(fact.key, 0) + 1
        due.append(Due(replace(fact, version=count[fact.key]), place))
    return tuple(due)


def _enrolment_first(placed: list[tuple[int, int, int, Fact]]) -> Iterator[tuple[int, int, int, Fact]]:
    """The same entries, each enrolment moved ahead of an allocation of the same participant on the same day."""
    enrolments: dict[tuple[str, int], tuple[int, int, int, Fact]] = {}
    for entry in placed:
        fact = entry[-1]
        if fact.domain == "DS" and fact.values.get("DSDECOD") == ENROLLED and not fact.retracted:
            enrolments.setdefault((fact.subject, fact.known), entry)
    moved: set[int] = set()
    for entry in placed:
        fact = entry[-1]
        if fact.domain == "DM" and fact.values.get("ARMCD") is not None:
            enrolment = enrolments.get((fact.subject, fact.known))
            if enrolment is not None and id(enrolment) not in moved:
                moved.add(id(enrolment))
                yield enrolment
        if id(entry) in moved:
            continue
        moved.add(id(entry))
        yield entry


def _ends_ahead(fact: Fact) -> Iterator[int]:
    if fact.retracted:
        return
    for end in ENDS.get(fact.domain, {}):
        value = fact.values.get(end)
        if isinstance(value, int) and value > fact.known:
            yield value


def _blanked(fact: Fact) -> Fact:
    """The fact without ends that lie after the day it is known, and without what depends on them."""
    hidden: set[str] = set()
    for end, dependants in ENDS.get(fact.domain, {}).items():
        value = fact.values.get(end)
        if isinstance(value, int) and value > fact.known:
            hidden |= {end, *dependants}
    if not hidden:
        return fact
    return replace(fact, values={name: value for name, value in fact.values.items() if name not in hidden})


def command_of(fact: Fact, before: Fact | None, *, override: str = "") -> ask.Command:
    """The command that enters this fact where `before` is the latest version of its row.

    A version that only adds to what stood is a supplement; any other is a correction, for the stated reason that the
    source was corrected. `override`: reason to enrol or allocate against the design, empty for none.
    """
    event = event_of(fact, before)
    match event:
        case Enrolled():
            return ask.Enrol(event.subject, event.day, event.number, event.values, override)
        case Allocated(subject, day, arm, level, cohort, number, values):
            return ask.Allocate(subject, day, arm, level, cohort, number, values, override)
        case Dosed(subject, number, day, given, values):
            return ask.Dose(subject, number, day, given, values)
        case DltAssessed(subject, day, dlt, evaluable, number, values):
            return ask.AssessDlt(subject, day, dlt, evaluable, number, values)
        case Recorded(domain, subject, number, day, values):
            return ask.Record(domain, subject, number, day, values)
        case Retracted(domain, subject, number):
            return ask.Retract(domain, subject, number, RETRACTION)
        case Corrected(domain, subject, number, day, values):
            added = _added(before, values, day)
            if added:
                return ask.Supplement(domain, subject, number, added)
            return ask.Correct(domain, subject, number, day, values, CORRECTION)
    raise AssertionError(f"a fact is never entered as {type(event).__name__}")


def _added(before: Fact | None, values: ask.Values, day: int) -> ask.Values:
    """The columns that are new, if all that stood stands as it was; else nothing."""
    if before is None or before.retracted or before.day != day:
        return {}
    known = {name: value for name, value in before.values.items() if value is not None}
    if any(values.get(name) != value for name, value in known.items()):
        return {}
    return {name: value for name, value in values.items() if name not in known}
