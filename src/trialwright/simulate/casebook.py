"""Writing one participant's course into the book: visits, doses, measurements, events, assessment and end."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from trialwright.core.quantity import Amount, AmountPerKg
from trialwright.core.streams import stream
from trialwright.dataset.columns import (
    COMPLETED,
    CONSENT,
    DEATH,
    ENROLLED,
    LOST,
    REPLACED,
    RESPONSE_TESTCD,
    SCREEN_FAILURE,
    WITHDRAWAL,
)
from trialwright.simulate.adverse import Event, events
from trialwright.simulate.measure import Reading, readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.dataset.facts import Value
    from trialwright.protocol.arms.administrations import Administration
    from trialwright.protocol.protocol import Protocol
    from trialwright.simulate.book import Book
    from trialwright.simulate.life import Life
    from trialwright.simulate.patients import Candidate
    from trialwright.simulate.plan import Measurement, Plan
    from trialwright.simulate.scenario import Scenario

_INTERRUPTED = Decimal("0.5")


def write_screening(book: Book, subject: str, person: Candidate, day: int) -> None:
    """Consent, weight and, for somebody who may not enter, the criterion that is not met; all known on that day."""
    book.write("DS", subject, day, {"DSCAT": "PROTOCOL MILESTONE", "DSDECOD": CONSENT}, at_once=True)
    weight: dict[str, Value] = {
        "TESTCD": "WEIGHT",
        "TEST": "Weight",
        "STRESN": float(person.weight.kg),
        "STRESU": "kg",
    }
    book.write("VS", subject, day, weight, at_once=True)
    if person.fails is not None:
        category, code, text = person.fails
        answer = "N" if category == "INCLUSION" else "Y"
        book.write(
            "IE",
            subject,
            day,
            {"IECAT": category, "IETESTCD": code, "IETEST": text, "IEORRES": answer},
            at_once=True,
        )
        book.write("DM", subject, day, {"AGE": person.age, "SEX": person.sex}, at_once=True)
        book.write("DS", subject, day, {"DSCAT": "DISPOSITION EVENT", "DSDECOD": SCREEN_FAILURE}, at_once=True)


def write_enrolment(book: Book, life: Life, person: Candidate, cohort: int | None) -> None:
    """Demographics with the arm that was drawn, and the enrolment itself; known on that day."""
    values: dict[str, Value] = {
        "SITEID": "01",
        "AGE": person.age,
        "SEX": person.sex,
        "ARMCD": life.arm.id,
        "DOSELVL": life.dose_level,
        "COHORT": cohort,
    }
    book.write("DM", life.subject, life.enrolled, values, at_once=True)
    milestone: dict[str, Value] = {"DSCAT": "PROTOCOL MILESTONE", "DSDECOD": ENROLLED}
    book.write("DS", life.subject, life.enrolled, milestone, at_once=True)


def write_decisive(
    book: Book, plan: Plan, doses: Sequence[Administration], life: Life, scenario: Scenario, seed: int
) -> None:
    """What decisions can depend on: doses, the assessments of DLT and response, and the end of follow-up."""
    _doses(book, doses, life, scenario, seed)
    if life.assessed and plan.window is not None:
        _assessment(book, life, plan.window)
    if life.response_due is not None and life.dosed:
        _response(book, life, life.response_due)
    _end(book, life)


def write_course(book: Book, protocol: Protocol, plan: Plan, life: Life, scenario: Scenario, seed: int) -> None:
    """Everything else from the first dose to the end of follow-up: visits, measurements, adverse events."""
    _visits(book, plan, life)
    for measurement in plan.measurements:
        _measured(book, measurement, readings(measurement, life, scenario, seed), life, plan)
    for event in events(life, plan, protocol.dlt, scenario, seed):
        _event(book, event, life)


def _visits(book: Book, plan: Plan, life: Life) -> None:
    for visit in plan.visits:
        actual = life.visits[visit.day]
        seen = actual <= life.last_seen and not (life.death is not None and actual >= life.death)
        values: dict[str, Value] = {
            "VISITNUM": visit.number,
            "VISIT": visit.name,
            "VISITDY": visit.day,
            "OCCUR": "Y" if seen else "N",
        }
        book.write("SV", life.subject, life.on(actual), values)


def _doses(book: Book, doses: Sequence[Administration], life: Life, scenario: Scenario, seed: int) -> None:
    """Each administration with its planned amount (per kg times the weight, exactly) and what was delivered."""
    draws = stream(seed, scenario.name, "dosing", life.number)
    first = True
    for item in doses:
        u = draws.random(2)
        gone = item.day > life.last_seen or (life.death is not None and item.day >= life.death)
        given = life.dosed and not gone and (first or bool(u[0] >= scenario.conduct.missed_dose))
        planned = _amount(item, life)
        half = given and not first and bool(u[1] < scenario.conduct.missed_dose)
        delivered = None
        if planned is not None and given:
            delivered = Amount(planned.value * _INTERRUPTED, planned.unit) if half else planned
        reason = None
        if not given:
            reason = "died" if life.death is not None and gone else "withdrawn" if gone else "not_done"
        elif half:
            reason = "infusion interrupted"
        values: dict[str, Value] = {
            "EXTRT": item.treatment,
            "EXPDOSE": _text(planned),
            "EXDOSE": _text(delivered),
            "EXDOSU": planned.unit if planned is not None else None,
            "EXROUTE": item.route,
            "EXVOL": item.volume if given else None,
            "VISITDY": item.day,
            "OCCUR": "Y" if given else "N",
            "REASND": reason,
        }
        book.write("EX", life.subject, life.on(item.day), values, at_once=first and item.day == 0)
        first = False


def _amount(item: Administration, life: Life) -> Amount | None:
    match item.dose:
        case AmountPerKg() as per_kg:
            return per_kg * life.weight
        case Amount() as flat:
            return flat
        case _:
            return None


def _text(amount: Amount | None) -> str | None:
    return None if amount is None else format(amount.value.normalize(), "f")


def _measured(book: Book, measurement: Measurement, taken: Sequence[Reading], life: Life, plan: Plan) -> None:
    parameter = measurement.parameter
    if parameter.domain in ("PR", "CM"):
        _spell(book, measurement, taken, life)
        return
    numbers = {visit.day: visit.number for visit in plan.visits}
    for reading in taken:
        values: dict[str, Value] = {
            "TESTCD": parameter.code,
            "TEST": parameter.name,
            "STRESN": reading.value,
            "STRESC": reading.text,
            "STRESU": parameter.unit,
            "VISITNUM": numbers.get(reading.planned),
            "VISITDY": reading.planned,
            "STAT": None if reading.missing is None else "NOT DONE",
            "REASND": reading.missing,
        }
        slip = None
        if reading.value is not None and not parameter.categories and reading.text is None:
            slip = {**values, "STRESN": float(f"{reading.value * 10:.6g}")}
        book.write(parameter.domain, life.subject, life.on(reading.day), values, first_version=slip)


def _spell(book: Book, measurement: Measurement, taken: Sequence[Reading], life: Life) -> None:
    """A duration as one stretch of a treatment or procedure from day 0, ended or still going on when last seen."""
    days = [reading.value for reading in taken if reading.value is not None]
    if not days or not life.dosed or max(days) < 1:
        return
    name = measurement.parameter
    prefix = name.domain
    last = int(max(days)) - 1
    values: dict[str, Value] = {
        f"{prefix}TRT": name.name.upper(),
        f"{prefix}CAT": name.code,
        "ENDAY": life.on(last) if last < life.last_seen else None,
    }
    book.write(prefix, life.subject, life.on(0), values)


def _event(book: Book, event: Event, life: Life) -> None:
    values: dict[str, Value] = {
        "AETERM": event.term,
        "AEBODSYS": event.system,
        "AEHEMAT": "Y" if event.haematological else "N",
        "AETOXGR": event.grade,
        "AESER": "Y" if event.serious else "N",
        "AEREL": "Y" if event.related else "N",
        "AEOUT": event.outcome,
        "ENDAY": None if event.end is None else life.on(event.end),
    }
    slip = {**values, "AETOXGR": event.grade - 1} if 1 < event.grade < 5 else None
    book.write("AE", life.subject, life.on(event.onset), values, first_version=slip)


def _assessment(book: Book, life: Life, window: int) -> None:
    """The signed assessment: at once after a DLT, else when the window is over; not evaluable if it was not
    completed."""
    if life.dlt is not None and life.dlt <= life.last_seen:
        day = life.on(life.dlt)
        values: dict[str, Value] = {"XDDLT": "Y", "XDEVAL": "Y", "XDREASN": "met the definition within the window"}
        doubt: dict[str, Value] = {"XDDLT": "N", "XDEVAL": "Y", "XDREASN": "first judged not to meet the definition"}
        book.write("XD", life.subject, day, values, first_version=doubt)
        return
    if life.last_seen >= window and life.dosed:
        clear: dict[str, Value] = {"XDDLT": "N", "XDEVAL": "Y", "XDREASN": "window completed without a DLT"}
        doubt = {"XDDLT": "Y", "XDEVAL": "Y", "XDREASN": "first judged to meet the definition"}
        book.write("XD", life.subject, life.on(window), clear, first_version=doubt)
        return
    day = life.on(life.last_seen)
    partial: dict[str, Value] = {"XDDLT": "N", "XDEVAL": "N", "XDREASN": "window not completed"}
    book.write("XD", life.subject, day, partial)
    replaced: dict[str, Value] = {"DSCAT": "PROTOCOL MILESTONE", "DSDECOD": REPLACED}
    book.write("DS", life.subject, day, replaced)


def _response(book: Book, life: Life, due: int) -> None:
    """The assessed response: on the day it is seen, else at the end of the window or, if earlier, of follow-up."""
    seen = life.response is not None and life.response <= life.last_seen
    day = life.response if seen and life.response is not None else min(due, life.last_seen)
    values: dict[str, Value] = {"TESTCD": RESPONSE_TESTCD, "TEST": "Response", "STRESC": "Y" if seen else "N"}
    doubt: dict[str, Value] = {**values, "STRESC": "N" if seen else "Y"}
    book.write("RS", life.subject, life.on(day), values, first_version=doubt)


def _end(book: Book, life: Life) -> None:
    term = COMPLETED
    if life.death is not None:
        term = DEATH
    elif life.drop_out is not None:
        term = WITHDRAWAL if life.number % 2 or not life.dosed else LOST
    book.write("DS", life.subject, life.on(life.last_seen), {"DSCAT": "DISPOSITION EVENT", "DSDECOD": term})
