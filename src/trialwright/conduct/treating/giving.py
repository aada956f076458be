"""The checks of giving a dose, of leaving it out, and of holding further ones."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from trialwright.conduct import commands as ask
from trialwright.conduct.data_rules import as_data
from trialwright.conduct.events.data import Dosed, Recorded, Values
from trialwright.conduct.events.treatment import Administered, DoseHeld, DosePlanned, HoldLifted
from trialwright.conduct.masking.parties import is_masked
from trialwright.conduct.masking.sealing import COLUMNS
from trialwright.conduct.moments import check_occurred, date_at, instant
from trialwright.conduct.rule import Made
from trialwright.conduct.treating.body import require_unchanged
from trialwright.conduct.treating.dosing import Slot, text_of
from trialwright.conduct.treating.intervals import Start, against
from trialwright.conduct.treating.participant import allocation, knows_arms, places, require_allocated, require_place
from trialwright.conduct.treating.planning import decimal_of, require_not_given
from trialwright.conduct.treating.refusals import refused, telling, wrong

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask
    from trialwright.conduct.treating.asks import Administer, OmitDose

DOSE_INTERVAL, INFUSION_TIME, DOSE_BEYOND = "DOSE INTERVAL", "INFUSION TIME", "DOSE NOT PLANNED"
"""DVCAT of the deviations that are entered with a dose."""


def administer(command: Administer, asked: Ask) -> Iterator[Made]:
    """An administration with its times; the row of EX takes its doses from what was worked out and prepared."""
    subject, number, standing = command.subject, command.number, asked.standing
    held = require_allocated(standing, subject)
    slot = require_place(asked, held.arm, subject, number)
    require_not_given(asked, subject, number)
    plan = _plan(asked, subject, number)
    start = _start(command, asked)
    require_unchanged(standing, plan, start.day, standing.treating.rules)
    share = _share(command)
    found = against(standing, asked.protocol, subject, slot, start)
    if found and not command.deviation:
        raise refused(
            "COND-112",
            f"administration {number} of {subject} is not to be given now: {'; '.join(found)}",
            "no hold, and every interval over",
            "wait; if it was given all the same, record it with the reason of the deviation",
        )
    deviations = [(DOSE_INTERVAL, f"{text}. {command.deviation}") for text in found]
    if found:
        telling(command.deviation, "it says why a dose was given all the same")
    deviations += [(INFUSION_TIME, text) for text in _too_long(command, asked)]
    values = _values(asked, plan, share, command.why)
    yield from _dosed(ask.Dose(subject, number, start.day, True, values), asked, command.why)
    yield Made(Administered(subject, number, command.started, command.stopped, command.thawed, command.share))
    for category, text in deviations:  # each stands before the next is numbered
        row = standing.data.next_number("DV", subject)
        yield Made(Recorded("DV", subject, row, start.day, {"DVCAT": category, "DVTERM": text}), command.deviation)


def omit(command: OmitDose, asked: Ask) -> Iterator[Made]:
    """An administration that was due and was not given, with the reason."""
    held = require_allocated(asked.standing, command.subject)
    slot = require_place(asked, held.arm, command.subject, command.number)
    require_not_given(asked, command.subject, command.number)
    telling(command.why, "it says why a dose was not given")
    plan = asked.standing.treating.planned.get((command.subject, command.number))
    values: dict[str, str | int | float | None] = {"VISITDY": slot.day, "REASND": command.why}
    if plan is not None:
        values |= _planned_values(plan)
    yield from _dosed(ask.Dose(command.subject, command.number, command.day, False, values), asked, command.why)


def dose(command: ask.Dose, asked: Ask) -> Iterator[Made]:
    """An administration entered without its hours: by trial day.

    Whoever may not see arms names no column that tells one: these are filled in from what was worked out. Whoever may
    is held to it.
    """
    standing, columns = asked.standing, COLUMNS["EX"]
    plan = standing.treating.planned.get((command.subject, command.number))
    named = sorted(columns & {name for name, value in command.values.items() if value is not None})
    if named and not knows_arms(asked):
        raise refused(
            "COND-113",
            f"{', '.join(named)} cannot be entered by somebody who may not see arms",
            "an administration without what tells an arm",
            "leave these columns out: they are filled in from what was worked out and prepared",
        )
    values: dict[str, str | int | float | None] = dict(command.values)
    if plan is not None:
        filled = _planned_values(plan) | (_delivered(asked, plan, Decimal(100)) if command.given and not named else {})
        differs = [name for name in ("EXPDOSE", "EXDOSU") if values.get(name) not in (None, filled.get(name))]
        if differs and not _same_amount(values.get("EXPDOSE"), filled.get("EXPDOSE"), differs):
            raise wrong(
                "COND-114",
                f"{', '.join(f'{name} {values[name]!r}' for name in differs)} is not what was worked out",
                ", ".join(f"{name} {filled.get(name)!r}" for name in differs),
                "leave it out, or work the dose out again; what was given stands in EXDOSE",
            )
        values = filled | {name: value for name, value in values.items() if value is not None}
    if command.given and command.subject in standing.data.enrolments:
        _require_none_against(command, asked)
    yield from _dosed(ask.Dose(command.subject, command.number, command.day, command.given, values), asked, "")
    if command.given:
        yield from _beyond(command, asked)


def _beyond(command: ask.Dose, asked: Ask) -> Iterator[Made]:
    """The deviation that goes with an administration that the schedule does not have: what was given is entered."""
    held = allocation(asked.standing, command.subject)
    known = () if held is None else places(asked.protocol, held.arm)
    if known and command.number not in {each.number for each in known}:  # in a masked trial those of every arm
        text = f"administration {command.number} was given, and the schedule has {len(known)}"
        row = asked.standing.data.next_number("DV", command.subject)
        values = {"DVCAT": DOSE_BEYOND, "DVTERM": text}
        yield Made(Recorded("DV", command.subject, row, command.day, values), "recorded by the system")


def _same_amount(stated: object, planned: object, differs: list[str]) -> bool:
    """Whether the only difference is in how one and the same number is written."""
    if differs != ["EXPDOSE"] or planned is None:
        return False
    return decimal_of(str(stated), "EXPDOSE") == Decimal(str(planned))


def _require_none_against(command: ask.Dose, asked: Ask) -> None:
    held = allocation(asked.standing, command.subject)
    known = () if held is None else places(asked.protocol, held.arm)
    slot = next((each for each in known if each.number == command.number), None)
    if slot is None:
        planned = command.values.get("VISITDY")
        slot = Slot(command.number, planned if isinstance(planned, int) else 0, 0)
    rules = asked.standing.treating.rules
    found = against(asked.standing, asked.protocol, command.subject, slot, Start(command.day, None))
    if rules.dose_margin is None:  # without hours and without a margin, a day outside the visit's window is derived
        found = tuple(text for text in found if "outside the window" not in text)
    if found:
        raise refused(
            "COND-112",
            f"administration {command.number} of {command.subject} is not to be given now: {'; '.join(found)}",
            "no hold, and every interval over",
            "wait; if it was given all the same, record it with its times and the reason of the deviation",
        )


def _dosed(command: ask.Dose, asked: Ask, why: str) -> Iterator[Made]:
    for made in as_data(command, asked):
        assert isinstance(made.event, Dosed)
        yield Made(made.event, made.reason or why)


def _plan(asked: Ask, subject: str, number: int) -> DosePlanned:
    """What was worked out and, where arms are masked, prepared."""
    plan = asked.standing.treating.planned.get((subject, number))
    if plan is None:
        raise refused(
            "COND-108",
            f"the dose {number} of {subject} was not worked out",
            "a dose that was worked out",
            "work it out first",
        )
    if is_masked(asked.protocol) and (subject, number) not in asked.standing.treating.prepared:
        raise refused(
            "COND-111",
            f"the dose {number} of {subject} was not prepared since it was worked out",
            "a dose that the unmasked preparer has prepared",
            "ask the preparer; in a masked trial nobody else knows what is to be given",
        )
    return plan


def _start(command: Administer, asked: Ask) -> Start:
    """The trial day and the moment of the start, if the times are in order and have come."""
    times = [text for text in (command.thawed, command.started, command.stopped) if text]
    for text in times:
        check_occurred(text, asked.now)
    moments = [instant(text) for text in times]
    stated = bool(command.started and command.stopped)
    if moments != sorted(moments) or not stated or moments[-1] == moments[-2]:
        raise wrong(
            "COND-115",
            f"thawed {command.thawed or 'not stated'}, started {command.started}, stopped {command.stopped}",
            "a start, a later end, and no thaw after the start",
            "give each time with its offset as the clock showed it",
        )
    course = asked.standing.course
    assert course.begun is not None
    assert course.start is not None
    day = (date_at(command.started, course.begun.zone) - course.start).days
    return Start(day, instant(command.started))


def _share(command: Administer) -> Decimal:
    share = decimal_of(command.share, "the share that was given")
    if not 0 < share <= 100:
        raise wrong(
            "COND-110",
            f"the share that was given is {command.share} %",
            "above 0 and at most 100",
            "give percent of what was prepared; a dose that was not given is entered as left out",
        )
    if share < 100:
        telling(command.why, "it says why less than what was prepared was given")
    return share


def _too_long(command: Administer, asked: Ask) -> Iterator[str]:
    limit = asked.standing.treating.rules.infusion
    since = command.thawed or command.started
    took = minutes_between(since, command.stopped)
    if limit is not None and took > limit:
        what = "thaw" if command.thawed else "start"
        yield f"the infusion ended {text_of(took)} minutes after the {what}; {limit} were allowed"


def minutes_between(first: str, last: str) -> Decimal:
    """Minutes from one time to another (RFC 3339 with an offset).

    >>> minutes_between("2026-03-29T01:59:30+01:00", "2026-03-29T03:00:00+02:00")
    Decimal('0.5')
    """
    passed = instant(last) - instant(first)
    microseconds = (passed.days * 86400 + passed.seconds) * 1_000_000 + passed.microseconds
    return Decimal(microseconds) / Decimal(60_000_000)


def _planned_values(plan: DosePlanned) -> dict[str, str | int | float | None]:
    stated = {"EXTRT": plan.treatment, "EXPDOSE": plan.amount, "EXDOSU": plan.unit, "EXROUTE": plan.route}
    return {"VISITDY": plan.planned, **{name: text for name, text in stated.items() if text}}


def _delivered(asked: Ask, plan: DosePlanned, share: Decimal) -> dict[str, str | int | float | None]:
    """The amount and volume given: a share of what was prepared or, where that was not entered, worked out."""
    prepared = asked.standing.treating.prepared.get((plan.subject, plan.number))
    amount, volume = plan.amount, plan.volume
    if prepared is not None:
        amount, volume = prepared.amount, prepared.volume or plan.volume
    found: dict[str, str | int | float | None] = {}
    if amount:
        with localcontext() as context:
            context.prec = 40
            found["EXDOSE"] = text_of(Decimal(amount) * share / 100)
    if volume and share == 100:
        found["EXVOL"] = volume
    return found


def _values(asked: Ask, plan: DosePlanned, share: Decimal, why: str) -> Values:
    values = _planned_values(plan) | _delivered(asked, plan, share)
    return values | ({"REASND": why} if share < 100 else {})


def hold(command: DoseHeld, asked: Ask) -> Iterator[Made]:
    """No further dose, for a reason."""
    require_allocated(asked.standing, command.subject)
    yield Made(command, telling(asked.reason, "it says why doses are held"))


def lift(command: HoldLifted, asked: Ask) -> Iterator[Made]:
    """A hold is over, for a reason. Raises StageError (COND-116) where none stands."""
    if command.subject not in asked.standing.treating.held:
        raise refused("COND-116", f"no hold of {command.subject} stands", "a hold", "see what holds the dose")
    yield Made(command, telling(asked.reason, "it says why the hold is over"))
