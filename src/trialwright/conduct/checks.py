"""A command checked against what stands: the event that it becomes, or an error that says why not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from trialwright.conduct import commands as ask
from trialwright.conduct.events import (
    Allocated,
    Confirmed,
    Corrected,
    Decided,
    DltAssessed,
    Dosed,
    Enrolled,
    Event,
    Opened,
    Recorded,
    Retracted,
    Supplemented,
    Values,
)
from trialwright.conduct.facts import fact_of, key_of
from trialwright.conduct.fold import Fold
from trialwright.core.errors import StageError
from trialwright.dataset.check import check_fact
from trialwright.dataset.columns import ENDS, ENROLLED
from trialwright.protocol.decisions import Enrol
from trialwright.protocol.design import Design

SHORTEST_REASON = 10
_DOSES = ("EXPDOSE", "EXDOSE")


def event_for(command: ask.Command, fold: Fold, design: Design, day: int) -> tuple[Event, str]:
    """The event that a command given on trial day `day` becomes, and the reason that goes with it.

    Raises StageError (COND-001 to COND-010) if what stands does not allow it, InputError (DATA-001 to DATA-005) if a
    row does not fit the declared columns.
    """
    _check_open(command, fold, design)
    if day < fold.day:
        raise _refused(
            "COND-003",
            f"the command is of trial day {day}, and the ledger has reached day {fold.day}",
            f"day {fold.day} or later",
            "record it with today's day; the day on which it occurred is a field of its own",
        )
    event, reason = _event(command, fold, design, day)
    _check_row(event, fold, day)
    return event, reason


def _event(command: ask.Command, fold: Fold, design: Design, day: int) -> tuple[Event, str]:
    match command:
        case ask.Open(protocol, name, arms, unconfirmed):
            return Opened(protocol, name, arms, unconfirmed), ""
        case ask.Confirm(about):
            return _confirmed(about, fold), ""
        case ask.Enrol():
            return _enrolled(command, fold, design, day), command.override
        case ask.Allocate():
            return _allocated(command, fold), command.override
        case ask.Dose(subject, number, on, given, values):
            _need_known(subject, fold)
            return Dosed(subject, number, on, given, _without(values, "OCCUR")), ""
        case ask.AssessDlt(subject, on, dlt, evaluable, number, values):
            _need_known(subject, fold)
            return DltAssessed(subject, on, dlt, evaluable, number, _without(values, "XDDLT", "XDEVAL")), ""
        case ask.Record(domain, subject, number, on, values):
            _check_not_another_command(domain, values)
            return Recorded(domain, subject, number, on, values), ""
        case ask.Supplement(domain, subject, number, values):
            return Supplemented(domain, subject, number, values), ""
        case ask.Correct(domain, subject, number, on, values, reason):
            return Corrected(domain, subject, number, on, values), telling(reason)
        case ask.Retract(domain, subject, number, reason):
            return Retracted(domain, subject, number), telling(reason)
        case ask.Decide():
            return Decided(design.decide(fold.state(day)), fold.size), ""


def _check_open(command: ask.Command, fold: Fold, design: Design) -> None:
    if isinstance(command, ask.Open):
        if fold.opened is not None:
            raise _refused("COND-001", "the trial is open already", "one opening", "go on with the trial as it is")
        if not command.arms or command.design != design.name:
            raise _refused(
                "COND-001",
                f"the trial cannot be opened with {len(command.arms)} arms under the design {command.design!r}",
                f"one arm or more, and the design that decides: {design.name!r}",
                "open it with the protocol's arms and its design",
            )
    elif fold.opened is None:
        raise _refused("COND-001", "the trial is not open", "an opening first", "open the trial with its protocol")
    elif fold.opened.design != design.name:
        raise _refused(
            "COND-001",
            f"the trial was opened under the design {fold.opened.design!r}, and {design.name!r} is to decide",
            "the design that it was opened under",
            "build the design from the protocol that the trial was opened with",
        )


def _confirmed(about: str, fold: Fold) -> Confirmed:
    if about not in fold.unconfirmed:
        raise _refused(
            "COND-002",
            f"no assumption about {about!r} waits to be confirmed",
            f"one of: {', '.join(fold.unconfirmed) or 'none left'}",
            "name the field of the protocol that the assumption is about",
        )
    return Confirmed(about)


def _enrolled(command: ask.Enrol, fold: Fold, design: Design, day: int) -> Enrolled:
    """The enrolment, with the arms that the design has open today; it is asked anew each time, so nobody enters on a
    decision that later data have overtaken."""
    if fold.unconfirmed:
        raise _refused(
            "COND-002",
            f"nobody may enter while assumptions are unconfirmed: {', '.join(fold.unconfirmed)}",
            "each assumption that matters confirmed by a person",
            "confirm each, or mend the protocol",
        )
    if _is_enrolled(command.subject, fold):
        raise _refused(
            "COND-004", f"{command.subject} is enrolled already", "a new participant", "check the identifier"
        )
    values = _without(command.values, "DSDECOD")
    decision = design.decide(fold.state(day))
    if isinstance(decision, Enrol) and decision.slots >= 1:
        return Enrolled(command.subject, command.day, decision.arms, decision.dose_level, command.number, values)
    if not command.override:
        raise _refused(
            "COND-005",
            f"{command.subject} cannot be enrolled on day {day}: {type(decision).__name__}, {decision.reason}",
            "a design that has a place today",
            "wait for the design's decision; an override needs a reason",
        )
    telling(command.override)
    return Enrolled(command.subject, command.day, (), None, command.number, values)


def _allocated(command: ask.Allocate, fold: Fold) -> Allocated:
    _need_enrolled(command.subject, fold)
    row = fold.standing(("DM", command.subject, command.number))
    if row is not None and row.values.get("ARMCD") is not None:
        raise _refused(
            "COND-004",
            f"{command.subject} has an allocation already",
            "one allocation per participant",
            "an allocation that was recorded wrongly is corrected, with a reason",
        )
    arms = () if fold.opened is None else fold.opened.arms
    enrolment = fold.enrolments.get(command.subject)
    offered = () if enrolment is None else enrolment.offered
    level = None if enrolment is None else enrolment.dose_level
    other_level = level is not None and command.dose_level not in (None, level)
    if command.arm not in arms or ((command.arm not in offered or other_level) and not command.override):
        raise _refused(
            "COND-006",
            f"{command.subject} cannot be allocated to {command.arm}"
            + (f" at level {command.dose_level}" if command.dose_level is not None else ""),
            f"an arm that was open at enrolment: {', '.join(offered) or 'none was'}"
            + (f", at level {level}" if level is not None else ""),
            "record the arm that was drawn; an override needs a reason, and an arm of the protocol",
        )
    if command.override:
        telling(command.override)
    elif command.dose_level is None:
        command = replace(command, dose_level=level)  # the one that the design gave at enrolment
    values = _without(command.values, "ARMCD", "DOSELVL", "COHORT")
    return Allocated(
        command.subject, command.day, command.arm, command.dose_level, command.cohort, command.number, values
    )


def _is_enrolled(subject: str, fold: Fold) -> bool:
    enrolment = fold.enrolments.get(subject)
    return enrolment is not None and fold.standing(("DS", subject, enrolment.number)) is not None


def _need_enrolled(subject: str, fold: Fold) -> None:
    if not _is_enrolled(subject, fold):
        raise _refused(
            "COND-004", f"{subject} is not enrolled", "an enrolled participant", "enrol the participant first"
        )


def _need_known(subject: str, fold: Fold) -> None:
    """Whoever was enrolled once is followed, also where the enrolment was withdrawn later as an error."""
    if subject not in fold.enrolments:
        raise _refused("COND-004", f"{subject} was never enrolled", "an enrolled participant", "check the identifier")


def _check_not_another_command(domain: str, values: Values) -> None:
    """What decisions hang on is entered by the command that checks it."""
    command = {
        "DS": "Enrol" if values.get("DSDECOD") == ENROLLED else None,
        "DM": "Allocate" if values.get("ARMCD") is not None else None,
        "EX": "Dose",
        "XD": "AssessDlt",
    }.get(domain)
    if command is not None:
        raise _refused(
            "COND-009", f"this row of {domain} is not for Record", f"the command {command}", f"use {command}"
        )


def _check_row(event: Event, fold: Fold, day: int) -> None:
    """The row that an event adds fits: it occurred by today, follows what stands, and holds declared values."""
    key = key_of(event)
    if key is None:
        return
    before = fold.rows.get(key)
    name = " ".join(map(str, key))
    match event:
        case Supplemented() | Retracted():
            if before is None or before.retracted:
                raise _refused("COND-007", f"there is no standing row {name}", "a row that stands", "check its number")
        case Corrected():
            if before is None:
                raise _refused("COND-007", f"there is no row {name} to correct", "a row that exists", "record it first")
        case Allocated():
            pass
        case _:
            if before is not None:
                raise _refused(
                    "COND-007", f"the row {name} exists", "a new number", "correct it, or use the next number"
                )
    if isinstance(event, Supplemented) and before is not None:
        stood = [column for column in event.values if before.values.get(column) is not None]
        if stood:
            raise _refused(
                "COND-007", f"{name}: {', '.join(stood)} stood already", "columns that were unknown", "correct the row"
            )
    occurred = getattr(event, "day", before.day if before is not None else day)
    if occurred > day:
        raise _ahead(f"{name} would occur on trial day {occurred}", day)
    fact = fact_of(event, day, before)
    if fact is None or isinstance(event, Retracted):
        return
    check_fact(fact)
    for end in ENDS.get(fact.domain, {}):
        value = fact.values.get(end)
        if isinstance(value, int) and value > day:
            raise _ahead(f"{name}: {end} is trial day {value}", day)
    for column in _DOSES:
        if fact.domain == "EX" and not _is_decimal(fact.values.get(column)):
            raise _refused(
                "COND-010",
                f"{name}: {column} is {fact.values[column]!r}",
                "a decimal number as text, 0 or more, such as '40000000'",
                "write the number alone, and its unit in EXDOSU",
            )


def _is_decimal(value: object) -> bool:
    if value is None:
        return True
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return False
    return number.is_finite() and number >= 0


def telling(reason: str) -> str:
    """The reason itself, if it says something: 10 characters or more, in words. Raises StageError (COND-008)."""
    if len(reason.strip()) < SHORTEST_REASON or not any(character.isalpha() for character in reason):
        raise _refused(
            "COND-008",
            f"the reason {reason!r} says nothing" if reason.strip() else "no reason is given",
            f"a reason of {SHORTEST_REASON} characters or more, in words",
            "say why, as an inspector would want to read it",
        )
    return reason


def _without(values: Values, *names: str) -> Values:
    return {name: value for name, value in values.items() if name not in names}


def _ahead(what: str, day: int) -> StageError:
    return _refused(
        "COND-003", f"{what}, and today is day {day}", "what has happened by today", "record it when it has"
    )


def _refused(code: str, message: str, expected: str, mend: str) -> StageError:
    return StageError(code, message, expected=expected, mend=mend)
