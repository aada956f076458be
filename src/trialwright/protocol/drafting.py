"""Drafts a protocol from a record: everything that can be computed with, and every assumption made on the way.

Who needs a part of it alone asks a `Draft` for that part: each is drafted when it is first asked for, once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from trialwright.core.problem import Problem
from trialwright.protocol.allocation import arm_sizes, enrolment, stated_enrolment
from trialwright.protocol.arms import Arm
from trialwright.protocol.arms.draft import DraftedArms, OutlinedArms, dosed_arms, outline_arms
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.eligibility.split import draft_eligibility
from trialwright.protocol.escalation.draft import with_window
from trialwright.protocol.escalation.levels import as_levels
from trialwright.protocol.escalation.text import draft_dlt
from trialwright.protocol.kinds import DesignKind, DltDefinition, Escalation, SelectThenCompare
from trialwright.protocol.kinds_draft import DraftedKind, draft_kind, may_have_levels
from trialwright.protocol.masking import draft_masking
from trialwright.protocol.outcomes.draft import draft_outcomes
from trialwright.protocol.protocol import Protocol, RecordReference
from trialwright.protocol.schedule.draft import draft_schedule
from trialwright.record.record import Record


def draft(record: Record) -> Protocol:
    """The protocol that a record describes, with every assumption listed. Never raises for a record that was read.

    A design that cannot be run is still named (`Unsupported`), with one Problem that says what is missing.
    """
    parts = Draft(record)
    planned, enrolment_problems = enrolment(record)
    (drafted, kind), dlt = parts.dosed, parts.dlt
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


@dataclass(frozen=True, eq=False)
class Draft:
    """The parts of the protocol that a record describes, each drafted when it is first asked for and then kept."""

    record: Record

    @cached_property
    def dlt(self) -> DltDefinition | None:
        """The dose-limiting toxicity as the record defines it."""
        return draft_dlt(self.record)

    @cached_property
    def outlined(self) -> OutlinedArms:
        """The arms with their roles, before any dosing is read."""
        return outline_arms(self.record)

    @cached_property
    def has_levels(self) -> bool:
        """Whether the design can turn out to have dose levels; False is certain, True is not."""
        return may_have_levels(self.record, self.outlined.arms)

    @cached_property
    def dosed(self) -> tuple[DraftedArms, DraftedKind]:
        """The arms with their dosing, and the kind of design. Whether an arm's several doses are levels depends on the
        kind, and the kind on the doses: the arms are drafted as those of an escalation only if the kind is one."""
        for levels in (False, True):
            drafted, kind = self._kind_of(dosed_arms(self.outlined, levels=levels))
            if not kind.levels or kind.holders:  # levels that are arms of their own keep their own doses
                break
        return drafted, kind

    def _kind_of(self, drafted: DraftedArms) -> tuple[DraftedArms, DraftedKind]:
        sized, _ = arm_sizes(self.record, drafted.arms)
        drafted = replace(drafted, arms=sized)
        return drafted, draft_kind(self.record, drafted, stated_enrolment(self.record))

    @cached_property
    def kind(self) -> DraftedKind:
        """The kind of design alone. Where it can have no dose levels it does not hang on any dose."""
        return self.dosed[1] if self.has_levels else self._kind_of(self.outlined.undosed())[1]

    @cached_property
    def _arms(self) -> dict[int, Arm]:
        return {}

    def arm(self, index: int) -> Arm:
        """One arm with the dosing of its treatments, before the design gave it a size or the role of a dose level."""
        if self.has_levels:
            return self.dosed[0].arms[index]
        if index not in self._arms:
            self._arms[index] = self.outlined.dosed(index)[0]
        return self._arms[index]


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
