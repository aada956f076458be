"""What an event says of a trial's data: the one place where events become facts and facts become events."""

from __future__ import annotations

from trialwright.conduct.events import (
    Allocated,
    Corrected,
    DltAssessed,
    Dosed,
    Enrolled,
    Event,
    Recorded,
    Retracted,
    Supplemented,
    Values,
)
from trialwright.conduct.events.allocation import Randomised
from trialwright.dataset.columns import ENROLLED
from trialwright.dataset.facts import Fact, Value

_FLAGS: dict[bool | None, Value] = {True: "Y", False: "N", None: None}
_ANSWERS: dict[Value, bool | None] = {"Y": True, "N": False, None: None}


def key_of(event: Event) -> tuple[str, str, int] | None:
    """The key of the row that an event is about, None for an event about no row."""
    match event:
        case Enrolled():
            return ("DS", event.subject, event.number)
        case Allocated() | Randomised():
            return ("DM", event.subject, event.number)
        case Dosed():
            return ("EX", event.subject, event.number)
        case DltAssessed():
            return ("XD", event.subject, event.number)
        case Recorded() | Supplemented() | Corrected() | Retracted():
            return (event.domain, event.subject, event.number)
        case _:
            return None


def fact_of(event: Event, known: int, before: Fact | None) -> Fact | None:
    """The fact that an event entered on trial day `known` adds, None if it adds none.

    `before`: the latest version of the row so far; the new fact is the next one. Raises ValueError where the row
    is known before it occurs, or where there is no row to supplement or retract.
    """
    key = key_of(event)
    if key is None:
        return None
    domain, subject, number = key
    version = 1 if before is None else before.version + 1
    day, values = _content(event, before)
    return Fact(domain, subject, number, day, known, version, isinstance(event, Retracted), values)


def _content(event: Event, before: Fact | None) -> tuple[int, Values]:
    match event:
        case Enrolled():
            return event.day, {**event.values, "DSDECOD": ENROLLED}
        case Allocated():
            drawn: Values = {"ARMCD": event.arm or None, "DOSELVL": event.dose_level, "COHORT": event.cohort}
            kept = {} if before is None or before.retracted else before.values
            return event.day, _known({**kept, **event.values, **drawn})
        case Randomised():
            stratum = ", ".join(event.levels) or None
            drawn = {"ARMCD": event.arm or None, "DOSELVL": event.dose_level, "STRATUM": stratum}
            kept = {} if before is None or before.retracted else before.values
            return event.day, _known({**kept, **drawn})
        case Dosed():
            return event.day, {**event.values, "OCCUR": _FLAGS[event.given]}
        case DltAssessed():
            answers = {"XDDLT": _FLAGS[event.dlt], "XDEVAL": _FLAGS[event.evaluable]}
            return event.day, _known({**event.values, **answers})
        case Recorded() | Corrected():
            return event.day, event.values
        case Supplemented() | Retracted() if before is not None:
            added = event.values if isinstance(event, Supplemented) else {}
            return before.day, {**before.values, **added}
        case _:
            raise ValueError(f"{type(event).__name__}: there is no such row")


def _known(values: Values) -> Values:
    return {name: value for name, value in values.items() if value is not None}


def event_of(fact: Fact, before: Fact | None) -> Event:
    """The event that adds this fact to a ledger whose latest version of the row is `before`; the way back of `fact_of`.

    An enrolment that it gives names no offered arms: those are the design's to add.
    """
    values = _known(fact.values)
    domain, subject, number = fact.key
    if fact.retracted:
        return Retracted(domain, subject, number)
    if domain == "DM" and "ARMCD" in values and (before is None or "ARMCD" not in before.values):
        kept = {} if before is None or before.retracted else before.values
        if all(values.get(name) == value for name, value in _known(kept).items()):
            return _allocated(fact, values)
    if before is not None:
        return Corrected(domain, subject, number, fact.day, values)
    match domain:
        case "DS" if values.get("DSDECOD") == ENROLLED:
            return Enrolled(subject, fact.day, (), None, number, _without(values, "DSDECOD"))
        case "EX" if "OCCUR" in values:
            given = bool(_ANSWERS[values["OCCUR"]])
            return Dosed(subject, number, fact.day, given, _without(values, "OCCUR"))
        case "XD":
            dlt, evaluable = _ANSWERS[values.get("XDDLT")], _ANSWERS[values.get("XDEVAL")]
            return DltAssessed(subject, fact.day, dlt, evaluable, number, _without(values, "XDDLT", "XDEVAL"))
    return Recorded(domain, subject, number, fact.day, values)


def _allocated(fact: Fact, values: Values) -> Allocated:
    level, cohort = values.get("DOSELVL"), values.get("COHORT")
    return Allocated(
        fact.subject,
        fact.day,
        str(values["ARMCD"]),
        None if level is None else int(level),
        None if cohort is None else int(cohort),
        fact.number,
        _without(values, "ARMCD", "DOSELVL", "COHORT"),
    )


def _without(values: Values, *names: str) -> Values:
    return {name: value for name, value in values.items() if name not in names}
