"""The checks of adverse events: grade, seriousness, outcome and death must fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from trialwright.conduct import commands as ask
from trialwright.conduct.data_rules import as_data
from trialwright.conduct.events.safety import AdverseEventDetailed, SafetyReportSent
from trialwright.conduct.moments import check_occurred, written_date
from trialwright.conduct.rule import Made
from trialwright.conduct.treating.refusals import refused, wrong

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask
    from trialwright.conduct.safety.asks import ChangeAdverseEvent, ReportAdverseEvent
    from trialwright.dataset.facts import Value

CRITERIA = (
    "death",
    "life-threatening",
    "hospitalisation",
    "disability",
    "congenital anomaly",
    "important medical event",
)
"""What makes an adverse event serious (ICH E2A, section II.B)."""
OUTCOMES = (
    "RECOVERED/RESOLVED",
    "RECOVERED/RESOLVED WITH SEQUELAE",
    "RECOVERING/RESOLVING",
    "NOT RECOVERED/NOT RESOLVED",
    "FATAL",
    "UNKNOWN",
)
ACTIONS = (
    "DOSE NOT CHANGED",
    "DOSE REDUCED",
    "DOSE INCREASED",
    "DRUG INTERRUPTED",
    "DRUG WITHDRAWN",
    "NOT APPLICABLE",
    "UNKNOWN",
)
RECIPIENTS = ("sponsor", "authority")
_FATAL, _DEATH = "FATAL", "death"
_FLAGS = {True: "Y", False: "N"}


def report(command: ReportAdverseEvent, asked: Ask) -> Iterator[Made]:
    """A new adverse event: its row of AE, and what the row has no column for."""
    _check(command, asked)
    values = _values(command)
    yield from as_data(ask.Record("AE", command.subject, command.number, command.onset, values), asked)
    yield Made(_details(command))


def change(command: ChangeAdverseEvent, asked: Ask) -> Iterator[Made]:
    """An adverse event as it is known now: the row is corrected where it differs; each change is an entry."""
    event = command.event
    _check(event, asked)
    key = (event.subject, event.number)
    before, details = asked.standing.data.rows.get(("AE", *key)), asked.standing.safety.details.get(key)
    values, known = _values(event), _details(event)
    stood = {} if before is None else {name: value for name, value in before.values.items() if value is not None}
    same = before is not None and not before.retracted and (before.day, stood) == (event.onset, values)
    if same and details == known:
        raise refused(
            "COND-123",
            f"the adverse event {event.number} of {event.subject} is known like this already",
            "something that has changed",
            "enter what has become known",
        )
    kept = {name: value for name, value in stood.items() if name not in _COLUMNS}
    if not same:
        changed = ask.Correct("AE", *key, event.onset, {**kept, **values}, command.reason)
        yield from as_data(changed, asked)
    if details != known:
        yield Made(known, command.reason)


def sent(command: SafetyReportSent, asked: Ask) -> Iterator[Made]:
    """A report on a serious adverse event that was sent."""
    check_occurred(command.sent, asked.now)
    details = asked.standing.safety.details.get((command.subject, command.number))
    if details is None or not details.criteria or command.to not in RECIPIENTS:
        raise refused(
            "COND-124",
            f"no report to {command.to!r} is due on the adverse event {command.number} of {command.subject}",
            f"a serious adverse event; to {' or '.join(RECIPIENTS)}",
            "enter the event with what makes it serious",
        )
    yield Made(command, asked.reason)


def _check(event: ReportAdverseEvent, asked: Ask) -> None:
    if event.subject not in asked.standing.data.enrolments and not _is_known(asked, event.subject):
        raise refused("COND-004", f"{event.subject} is not known", "a participant", "check the identifier")
    said = [*_impossible(event), *_untimely(event, asked)]
    if said:
        raise wrong(
            "COND-122",
            f"the adverse event {event.number} of {event.subject} cannot be like this: {'; '.join(said)}",
            "a term, a grade from 1 to 5, terms of the lists; the date of death of what is fatal; of what is serious "
            "the time at which the site came to know of it",
            "correct what does not fit",
        )
    if event.aware:
        check_occurred(event.aware, asked.now)


def _is_known(asked: Ask, subject: str) -> bool:
    subjects = getattr(asked.standing, "subjects", None)
    return subjects is not None and subject in subjects.known


def _impossible(event: ReportAdverseEvent) -> Iterator[str]:
    if not event.term.strip():
        yield "it has no term"
    if event.grade not in range(1, 6):
        yield f"grade {event.grade}"
    if event.outcome not in OUTCOMES:
        yield f"the outcome {event.outcome!r} is none of {', '.join(OUTCOMES)}"
    if event.action and event.action not in ACTIONS:
        yield f"the action {event.action!r} is none of {', '.join(ACTIONS)}"
    if others := [each for each in event.criteria if each not in CRITERIA]:
        yield f"{', '.join(others)} is none of {', '.join(CRITERIA)}"
    fatal = (event.grade == 5, event.outcome == _FATAL, _DEATH in event.criteria, bool(event.died))
    if any(fatal) and not all(fatal):
        yield "grade 5, outcome FATAL, the criterion death and a date of death go together"
    if bool(event.criteria) != bool(event.aware):
        yield "a time at which the site became aware goes with what makes an event serious, and with nothing else"
    if event.end is not None and event.end < event.onset:
        yield f"it ends on trial day {event.end}, before its onset"


def _untimely(event: ReportAdverseEvent, asked: Ask) -> Iterator[str]:
    if not event.died:
        return
    died, start = written_date(event.died), asked.standing.course.start
    if died is None:
        yield f"{event.died!r} is no date"
    elif start is not None and not event.onset <= (died - start) // timedelta(days=1) <= asked.day:
        yield f"the death on {event.died} lies before the onset or ahead"


_COLUMNS = frozenset({"AETERM", "AEBODSYS", "AEHEMAT", "AETOXGR", "AESER", "AEREL", "AEOUT", "ENDAY"})


def _values(event: ReportAdverseEvent) -> dict[str, Value]:
    values: dict[str, Value] = {
        "AETERM": event.term,
        "AEBODSYS": event.system or None,
        "AEHEMAT": None if event.haematological is None else _FLAGS[event.haematological],
        "AETOXGR": event.grade,
        "AESER": _FLAGS[bool(event.criteria)],
        "AEREL": None if event.related is None else _FLAGS[event.related],
        "AEOUT": event.outcome,
        "ENDAY": event.end,
    }
    return {name: value for name, value in values.items() if value is not None}


def _details(event: ReportAdverseEvent) -> AdverseEventDetailed:
    number, criteria = event.number, tuple(sorted(event.criteria, key=CRITERIA.index))
    return AdverseEventDetailed(event.subject, number, criteria, event.expected, event.action, event.aware, event.died)
