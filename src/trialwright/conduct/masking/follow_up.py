"""What follows from the entries, as plain rows: criteria answered, doses, visits, deviations, reports due, access."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from trialwright.conduct.moments import end_of
from trialwright.conduct.people.access import access_list
from trialwright.conduct.people.state import EVERYWHERE
from trialwright.conduct.safety.clocks import clocks
from trialwright.conduct.safety.windows import meeting, stale, window_of
from trialwright.conduct.subjects.eligibility import UNKNOWN, criteria_of, digest_of_criteria
from trialwright.conduct.treating import deviations as derived
from trialwright.conduct.treating import visits as scheduled
from trialwright.conduct.treating.participant import allocation
from trialwright.protocol.kinds import SelectThenCompare

if TYPE_CHECKING:
    from trialwright.conduct.ledger.entry import Entry
    from trialwright.conduct.standing import Standing
    from trialwright.protocol.eligibility.items import Eligibility
    from trialwright.protocol.protocol import Protocol

Row = dict[str, Any]


def criteria(eligibility: Eligibility, standing: Standing, subject: str) -> list[Row]:
    """What is asked of a person, by the identifiers that answers name; of one who is known, with the answers."""
    known = standing.subjects.known.get(subject)
    found = None if known is None else known.assessment
    if found is not None and found.criteria != digest_of_criteria(eligibility):
        found = None  # it answers the list of another version
    return [
        {
            "id": each.id,
            "section": each.criterion.section.value,
            "answer": "" if known is None else UNKNOWN if found is None else found.answers.get(each.id, UNKNOWN),
            "by_a_person": found is not None and each.id in found.judged,
            "text": " ".join(each.criterion.text.split()),
            "evidence": "" if found is None else found.evidence.get(each.id, ""),
        }
        for each in criteria_of(eligibility)
    ]


def doses(standing: Standing, subject: str) -> list[Row]:
    """Each administration that was worked out, with its working, what was prepared, and when it was given."""
    state = standing.treating
    found = list[Row]()
    for (whose, number), plan in sorted(state.planned.items()):
        if whose != subject:
            continue
        prepared, times = state.prepared.get((whose, number)), state.times.get((whose, number))
        row = standing.data.standing(("EX", whose, number))
        found.append(
            {
                "number": number,
                "planned_day": plan.planned,
                "treatment": plan.treatment,
                "amount": plan.amount,
                "unit": plan.unit,
                "working": plan.working,
                "weight": plan.weight,
                "measured": plan.measured,
                "prepared": prepared is not None,
                "prepared_amount": "" if prepared is None else prepared.amount,
                "given": None if row is None else row.values.get("OCCUR") == "Y",
                "day": None if row is None else row.day,
                "started": "" if times is None else times.started,
                "stopped": "" if times is None else times.stopped,
                "share": "" if times is None else times.share,
                "held": state.held[subject].why if subject in state.held else "",
            }
        )
    return found


def visits(standing: Standing, protocol: Protocol, subject: str, day: int) -> list[Row]:
    """Each planned visit beside what happened, as of a trial day."""
    found = scheduled.visits(standing, protocol, subject, day)
    return [{**_row(each), "timing": each.timing.value} for each in found]


def deviations(standing: Standing, protocol: Protocol, seen: Collection[str], day: int) -> list[Row]:
    """Every deviation of these participants as of a trial day, entered or derived."""
    return [_row(each) for each in derived.deviations(standing, protocol, day) if each.subject in seen]


def reports_due(standing: Standing, seen: Collection[str], now: str) -> list[Row]:
    """By when reports on serious adverse events of these participants are due, and whether they were sent."""
    return [_row(each) for each in clocks(standing, now) if each.subject in seen]


def assessments(standing: Standing, protocol: Protocol, seen: Iterable[str], day: int) -> list[Row]:
    """Where the assessment of dose-limiting toxicity of each participant stands, as of a trial day."""
    found = list[Row]()
    for subject in seen:
        window = window_of(standing, protocol, subject)
        if subject not in standing.data.enrolments or window is None or _is_outside(standing, protocol, subject):
            continue
        rows, again = standing.data.rows_of("XD", subject), stale(standing, protocol, subject)
        said = [(fact.values.get("XDDLT"), fact.values.get("XDEVAL")) for fact in rows]
        if any(dlt == "Y" for dlt, _ in said):
            state = "toxicity"
        elif again:
            state = "look at again"
        elif said:
            state = "not evaluable" if all(evaluable == "N" for _, evaluable in said) else "no toxicity"
        else:
            state = "to be assessed" if window.left or day >= window.last else "window runs"
        found.append(
            {
                "subject": subject,
                "state": state,
                "window_first": window.first,
                "window_last": window.last,
                "assessed": max((fact.day for fact in rows), default=None),
                "events_as_defined": list(meeting(standing, protocol, subject)),
                "changed_since": list(again),
            }
        )
    return found


def _is_outside(standing: Standing, protocol: Protocol, subject: str) -> bool:
    """Whether an arm is known that escalates nothing: in a trial of two parts only the first assesses toxicity so."""
    held, design = allocation(standing, subject), protocol.design
    return held is not None and isinstance(design, SelectThenCompare) and held.arm not in design.escalation.arms


def access(entries: Iterable[Entry], at: str, zone: str, site: str) -> list[Row]:
    """Who had which role at a moment, or at the end of a date; at one site also who has a role everywhere."""
    moment = end_of(date.fromisoformat(at), zone) if len(at) == len("2026-01-31") else at
    return [_row(each) for each in access_list(entries, moment) if EVERYWHERE in (site, each.site) or each.site == site]


def _row(found: Any) -> Row:
    return {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
