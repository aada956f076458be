"""Drafts a protocol from a record: everything that can be computed with, and every assumption made on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trialwright.core.problem import Problem
from trialwright.protocol.allocation import arm_sizes, enrolment
from trialwright.protocol.arms import Arm
from trialwright.protocol.arms.draft import DraftedArms, draft_arms
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.eligibility.split import draft_eligibility
from trialwright.protocol.escalation.draft import with_window
from trialwright.protocol.escalation.levels import as_levels
from trialwright.protocol.escalation.text import draft_dlt
from trialwright.protocol.kinds import DesignKind, DltDefinition, Escalation, SelectThenCompare
from trialwright.protocol.kinds_draft import DraftedKind, draft_kind
from trialwright.protocol.masking import draft_masking
from trialwright.protocol.outcomes.draft import draft_outcomes
from trialwright.protocol.protocol import Enrolment, Protocol, RecordReference
from trialwright.protocol.schedule.draft import draft_schedule
from trialwright.record.record import Record


def draft(record: Record) -> Protocol:
    """The protocol that a record describes, with every assumption listed. Never raises for a record that was read.

    A design that cannot be run is still named (`Unsupported`), with one Problem that says what is missing.
    """
    planned, enrolment_problems = enrolment(record)
    drafted, kind = _arms_and_kind(record, planned)
    dlt = draft_dlt(record)
    design, window_assumptions = _with_windows(kind, dlt)
    arms = as_levels(drafted.arms, kind.holders)
    eligibility, criteria_problems = draft_eligibility(record)
    outcomes, proposed, outcome_problems, outcome_assumptions = draft_outcomes(record)
    said = _Said(
        (*drafted.problems, *enrolment_problems, *kind.problems, *outcome_problems, *criteria_problems),
        (*kind.assumptions, *window_assumptions, *drafted.assumptions, *outcome_assumptions, *_ended(record)),
    )
    return Protocol(
        record=RecordReference(record.nct_id, record.title, record.origin.rendering.value, record.origin.sha256),
        arms=arms,
        dose_levels=kind.levels,
        design=design,
        enrolment=planned,
        masking=draft_masking(record),
        dlt=dlt,
        eligibility=eligibility,
        outcomes=outcomes,
        proposed_outcomes=proposed,
        schedule=draft_schedule(outcomes or proposed, dosing_days(arms), _window(design)),
        assumptions=tuple(dict.fromkeys(said.assumptions)),
        problems=tuple(sorted(dict.fromkeys(said.problems), key=lambda problem: problem.severity.rank)),
    )


def _arms_and_kind(record: Record, planned: Enrolment) -> tuple[DraftedArms, DraftedKind]:
    """The arms and the kind of design. Whether an arm's several doses are levels depends on the kind, and the kind on
    the doses: the arms are drafted as those of an escalation only if the kind turns out to be one."""
    for levels in (False, True):
        drafted = draft_arms(record, levels=levels)
        sized, _ = arm_sizes(record, drafted.arms)
        drafted = replace(drafted, arms=sized)
        kind = draft_kind(record, drafted, planned)
        if not kind.levels or kind.holders:  # levels that are arms of their own keep their own doses
            break
    return drafted, kind


@dataclass(frozen=True, slots=True)
class _Said:
    problems: tuple[Problem, ...]
    assumptions: tuple[Assumption, ...]


def _with_windows(kind: DraftedKind, dlt: DltDefinition | None) -> tuple[DesignKind, tuple[Assumption, ...]]:
    match kind.design:
        case Escalation() as escalation:
            return with_window(escalation, dlt, "design")
        case SelectThenCompare(escalation=escalation) as both:
            windowed, assumptions = with_window(escalation, dlt, "design.escalation")
            return replace(both, escalation=windowed), assumptions
        case other:
            return other, ()


_ENDED = {"WITHDRAWN": "withdrawn", "TERMINATED": "terminated", "SUSPENDED": "suspended"}


def _ended(record: Record) -> tuple[Assumption, ...]:
    """What a person must confirm of a trial that the registry says has been stopped, or was never begun."""
    status = record.study.protocol_section.status_module
    word = _ENDED.get(status.overall_status or "")
    if word is None:
        return ()
    why = f"the registry says that the trial is {word}" + (f": {status.why_stopped}" if status.why_stopped else "")
    return (Assumption("record", "the trial is conducted all the same", why, must_confirm=True),)


def _window(design: DesignKind) -> int | None:
    match design:
        case Escalation(dlt_window=window) | SelectThenCompare(escalation=Escalation(dlt_window=window)):
            return window
        case _:
            return None


def dosing_days(arms: tuple[Arm, ...]) -> tuple[int, ...]:
    """Every relative day on which some arm receives a dose, rising."""
    return tuple(sorted({day for arm in arms for given in arm.treatments for day in given.dosing.days or ()}))
