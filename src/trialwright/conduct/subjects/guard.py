"""What consent lets be entered: asked of every event before it is made durable, whatever command it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

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
from trialwright.conduct.events.allocation import Randomised, UnblindingReported, UnblindingRequested
from trialwright.conduct.events.subjects import SubjectRegistered
from trialwright.conduct.events.treatment import DosePlanned, DosePrepared
from trialwright.conduct.moments import date_at, date_of, instant
from trialwright.conduct.subjects.asks import RegisterSubject
from trialwright.conduct.subjects.consent import given_by, to_agree, trial_zone, why_not
from trialwright.conduct.subjects.readiness import need_subject
from trialwright.core.errors import StageError
from trialwright.dataset.columns import COMPLETED, DEATH, ENROLLED, LOST, SCREEN_FAILURE, WITHDRAWAL

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask
    from trialwright.conduct.standing import Standing
    from trialwright.conduct.subjects.state import Subject

CATEGORY = "INFORMED CONSENT"
"""DVCAT of deviations about consent."""

BEFORE_CONSENT = frozenset({"DM", "MH", "CM", "PR", "IE", "AE", "DS", "DV", "XD"})
"""Rows that are no procedure of the protocol: what a person was and had, and what must never be held back."""

AFTER_WITHDRAWAL = frozenset({"AE", "DS", "DV", "XD"})
"""Rows that are entered of somebody who has withdrawn too: safety, the end of their part, deviations."""

ENDED = frozenset({COMPLETED, DEATH, LOST, SCREEN_FAILURE, WITHDRAWAL})
"""DSDECOD of the rows that say that somebody's part is over."""

_ENTERING = (Enrolled, Allocated, Randomised, DosePlanned, DosePrepared)
_OF_A_DAY = (Enrolled, Allocated, Randomised, Dosed, DltAssessed, Recorded)
_ANYWHERE = (SubjectRegistered, RegisterSubject, UnblindingRequested, UnblindingReported)
"""An emergency does not ask where the participant was enrolled."""

_LATER_CARE = (Corrected, Supplemented, Retracted)


@dataclass(frozen=True, slots=True)
class Deviation:
    """What went against consent, in words, and on which trial day."""

    subject: str
    day: int
    term: str


def guard(event: Event, asked: Ask) -> Iterator[Deviation]:
    """Let an event pass, with the deviation that goes with it if there is one.

    Raises StageError: COND-069 for somebody who is not known at the site, COND-078 where two times contradict each
    other, COND-072 for a procedure before consent (the desk records that as a deviation), COND-071 where a new version
    of the form waits to be agreed to, COND-073 after consent was withdrawn or where the part is over, COND-077 where it
    was erased who it is.
    """
    if not isinstance(event, (*_ENTERING, *_OF_A_DAY, *_LATER_CARE)):
        need_own(event, asked)
        return
    person = need_subject(asked, event.subject)
    if isinstance(event, _OF_A_DAY) and _domain(event) != "DV":  # a deviation found by the way is of its own day
        _check_day(event.day, asked, person)
    if isinstance(event, (*_ENTERING, *_OF_A_DAY)):
        _need_part(event, person, asked)
        _need_not_withdrawn(event, person, asked)
        yield from _need_agreed(event, person, asked)


def need_own(what: Any, asked: Ask) -> None:
    """A command, or an event, about a participant is given at the participant's site. Raises StageError (COND-069)."""
    about = getattr(what, "subject", None)
    if about in asked.standing.subjects.known and not isinstance(what, _ANYWHERE):
        need_subject(asked, str(about))


def row_of(found: Deviation, standing: Standing) -> Recorded | None:
    """The row that records a deviation, None where it stands already."""
    rows = {key: fact for key, fact in standing.data.rows.items() if key[:2] == ("DV", found.subject)}
    if any(fact.values.get("DVTERM") == found.term and not fact.retracted for fact in rows.values()):
        return None
    number = max((number for _, _, number in rows), default=0) + 1
    values = {"DVCAT": CATEGORY, "DVTERM": found.term}
    return Recorded("DV", found.subject, number, found.day, values)


def before_consent(event: Event, asked: Ask) -> Deviation:
    """The deviation that is recorded where an event was refused as before consent."""
    day = min(getattr(event, "day", asked.day), asked.day)
    subject = str(getattr(event, "subject", ""))
    return Deviation(subject, day, f"{_named(event)} on trial day {day} before consent; it was not entered")


def _check_day(day: int, asked: Ask, person: Subject) -> None:
    """The day of a row is the date of the time that goes with it: in the trial's zone, the site's, or as written."""
    if asked.occurred is None or asked.standing.course.begun is None:
        return
    site = asked.standing.sites.known.get(person.site)
    zones = {asked.standing.course.begun.zone, site.zone if site is not None and site.zone else "UTC"}
    dates = {date_at(asked.occurred, zone) for zone in zones} | {datetime.fromisoformat(asked.occurred).date()}
    on = date_of(asked.standing.course.start, day)
    if on not in dates:
        raise _refused(
            "COND-078",
            f"the row is of {on.isoformat()} (trial day {day}), and is said to have occurred at {asked.occurred}",
            "one and the same day",
            "correct the day or the time; a row of another day is entered by a command of its own",
        )


def _need_part(event: Event, person: Subject, asked: Ask) -> None:
    """Nobody enters or is allocated whose part is over, and nobody whose identity was erased; nobody is given a dose
    after death. A dose of before can be worked out and entered late."""
    if isinstance(event, _ENTERING) and person.erased:
        raise _refused(
            "COND-077",
            f"who {person.subject} is was erased",
            "an identity that is kept: without one nobody can be treated",
            "register the person under another identifier, if they agree to take part",
        )
    ends = [(each.day, str(each.values.get("DSDECOD"))) for each in asked.standing.data.rows_of("DS", person.subject)]
    ends = [(day, how) for day, how in ends if how in ENDED and _too_late(event, day, how)]
    if ends:
        day, how = min(ends)
        raise _refused(
            "COND-073",
            f"{_named(event)} is not for {person.subject}, whose part ended on trial day {day}: {how}",
            "somebody who takes part",
            "check the identifier; withdraw the row that says so if it was entered wrongly",
        )


def _too_late(event: Event, ended: int, how: str) -> bool:
    """Whether an end of somebody's part on a trial day speaks against an event; a late entry is of an earlier day."""
    match event:
        case Enrolled() | Randomised():
            return True
        case Allocated(day=day):
            return day > ended
        case Dosed(day=day, given=given):
            return given and how == DEATH and day > ended
        case _:
            return False


def _need_not_withdrawn(event: Event, person: Subject, asked: Ask) -> None:
    withdrawn = person.withdrawn
    if withdrawn is None or (isinstance(event, Dosed) and not event.given):
        return
    zone = trial_zone(asked)
    on = date_of(asked.standing.course.start, getattr(event, "day", asked.day))
    earlier = on <= date_at(withdrawn.at, zone) and not isinstance(event, _ENTERING)
    domain = _domain(event)
    seen = withdrawn.follow_up and not isinstance(event, (*_ENTERING, Dosed))
    read = withdrawn.records and domain in BEFORE_CONSENT and not isinstance(event, _ENTERING)
    if earlier or seen or read or domain in AFTER_WITHDRAWAL:
        return
    raise _refused(
        "COND-073",
        f"{person.subject} has withdrawn consent, and {_named(event)} is of a later day",
        "what had happened by then, safety, and what the person agreed to",
        "record what may be recorded; what was collected before is kept",
    )


def _need_agreed(event: Event, person: Subject, asked: Ask) -> Iterator[Deviation]:
    """A procedure is covered by consent on its day; today by the version in force."""
    if _exempt(event, asked):
        return
    day = getattr(event, "day", asked.day)
    on, today = (date_of(asked.standing.course.start, each) for each in (day, asked.day))
    zone = trial_zone(asked)
    at = instant(asked.occurred) if asked.occurred is not None and isinstance(event, _OF_A_DAY) else None
    if given_by(person, on, at, zone) is None:
        raise _refused(
            "COND-072",
            f"{_named(event)} of {person.subject} on {on.isoformat()} lies before consent",
            "consent before any procedure of the protocol, but for what the protocol lists",
            "correct the time of consent if it was recorded wrongly; the deviation has been recorded",
        )
    last = given_by(person, today, None, zone)
    version = None if last is None else to_agree(asked.standing.subjects, person, last, today)
    if version is not None:
        raise _refused(
            "COND-071",
            f"{person.subject} has not agreed to version {version} of the consent form, which is in force",
            "consent to the new version before the next procedure",
            "take consent again, or record when it was taken",
        )
    why = why_not(asked, person, on, at)
    if why is not None:
        yield Deviation(person.subject, day, f"{_named(event)} on trial day {day}: {why}")


def _exempt(event: Event, asked: Ask) -> bool:
    domain = _domain(event)
    if isinstance(event, _ENTERING):
        return False
    if isinstance(event, Dosed):
        return not event.given
    return not is_procedure(domain, getattr(event, "values", {}), asked.standing.subjects.before_consent)


def is_procedure(domain: str, values: Values, listed: Sequence[str]) -> bool:
    """Whether a row is a procedure of the protocol, for which consent comes first. `listed`: what may precede it."""
    if domain == "DS":
        return values.get("DSDECOD") == ENROLLED
    given = domain != "EX" or values.get("OCCUR", "Y") == "Y"
    test = f"{domain}:{values.get('TESTCD')}"
    return given and domain not in BEFORE_CONSENT and domain not in listed and test not in listed


def _domain(event: Event) -> str:
    match event:
        case Recorded():
            return event.domain
        case DltAssessed():
            return "XD"
        case Dosed():
            return "EX"
        case _:
            return ""


def _named(event: Event) -> str:
    match event:
        case Recorded():
            return f"row {event.number} of {event.domain}"
        case Dosed():
            return f"administration {event.number}"
        case Enrolled():
            return "enrolment"
        case Allocated() | Randomised():
            return "allocation"
        case _:
            return "preparing an administration"


def _refused(code: str, message: str, expected: str, mend: str) -> StageError:
    return StageError(code, message, expected=expected, mend=mend)
