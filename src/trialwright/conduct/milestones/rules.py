"""The rules of the commands about the trial as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trialwright.conduct.checks import telling
from trialwright.conduct.commands import Open
from trialwright.conduct.events.trial import (
    Amended,
    AmendmentInForce,
    EnrolmentClosed,
    EnrolmentPaused,
    EnrolmentResumed,
    Locked,
    OpenedToEnrolment,
    Unlocked,
    Unmasked,
    UnmaskingSigned,
)
from trialwright.conduct.masking.parties import is_masked, masked_parties
from trialwright.conduct.milestones.asks import Amend, Lock, Unmask
from trialwright.conduct.milestones.phase import Phase
from trialwright.conduct.milestones.refusals import to_confirm, to_supply
from trialwright.conduct.moments import date_of
from trialwright.conduct.people.roles import Duty
from trialwright.conduct.people.staff_rules import need_reach, unknown_site
from trialwright.conduct.rule import Ask, Made, Rule
from trialwright.core.errors import StageError


def _open(event: OpenedToEnrolment, asked: Ask) -> Iterable[Made]:
    """The opening to enrolment: only once everything was confirmed."""
    waiting = asked.standing.data.unconfirmed
    if waiting:
        raise _refused(
            "COND-130",
            f"the trial cannot be opened: {len(waiting)} things wait for a person: {', '.join(waiting)}",
            "each confirmed by a named person, or mended in the protocol",
            "confirm them one by one; look each up in the protocol file",
        )
    yield Made(event)


def _amend(command: Amend, asked: Ask) -> Iterable[Made]:
    """A new version: it may be opened as a first version could, and keeps every arm that somebody is in."""
    course = asked.standing.course
    if command.protocol in (digest for digest, _ in course.versions):
        raise _refused("COND-131", "the trial has had this version", "another file", "name the new version's file")
    if command.protocol not in asked.plans:
        raise _refused(
            "COND-131",
            f"no version of the protocol with the digest {command.protocol[:12]}... is kept in the trial's folder",
            "a version that was kept there first",
            "use the command that takes the file",
        )
    plan = asked.plans[command.protocol]
    if missing := to_supply(plan.protocol):
        raise _refused(
            "COND-131", "the version cannot be used: " + "; ".join(missing), "a whole protocol", "mend the file"
        )
    asked_for = Open.of(plan.protocol, digest=command.protocol, design=plan.design.name)
    if _needed(asked) - set(asked_for.arms):
        raise _refused(
            "COND-131",
            "the version lacks arms that participants may have been allocated to",
            "every arm that is in use, under its identifier",
            "keep the arm in the new version, closed by its design",
        )
    if masked_parties(asked.protocol) - masked_parties(plan.protocol) and _used(asked):
        raise _refused(
            "COND-131",
            "the version masks fewer parties than the one before, and would show them the arms of a trial that runs",
            "the masking as it is, or more",
            "keep the masking; arms are opened after the lock, by two signatures",
        )
    already = set(to_confirm(asked.protocol)) - set(asked.standing.data.unconfirmed)
    unconfirmed = tuple(about for about in to_confirm(plan.protocol) if about not in already)
    yield Made(
        Amended(command.protocol, asked_for.design, asked_for.arms, unconfirmed, command.label), telling(asked.reason)
    )


def _needed(asked: Ask) -> set[str]:
    """The arms that a new version must keep: those in use. Where arms are masked, or drawn, all of them from the first
    allocation on: which of them are used tells somebody's arm, and a refusal must not."""
    opened, used = asked.standing.data.opened, _used(asked)
    every = (used and is_masked(asked.protocol)) or asked.standing.allocation.sealings
    return set(opened.arms) if every and opened is not None else used


def _used(asked: Ask) -> set[str]:
    rows = asked.standing.data.rows.values()
    return {str(fact.values["ARMCD"]) for fact in rows if fact.values.get("ARMCD")}


def _in_force(event: AmendmentInForce, asked: Ask) -> Iterable[Made]:
    versions = [digest for digest, _ in asked.standing.course.versions]
    now = asked.standing.course.version(event.site)
    if event.protocol not in versions or (now in versions and versions.index(event.protocol) <= versions.index(now)):
        raise _refused(
            "COND-132",
            f"the version {event.protocol[:12]}... is not later than the one in force at {event.site!r}",
            "a later version of the trial's protocol",
            "amend the trial first",
        )
    need_reach(asked, event.site)
    site, today = asked.standing.sites.known.get(event.site), date_of(asked.standing.course.start, asked.day)
    if site is None:
        raise unknown_site(event.site, asked)
    if not site.approved("ethics", event.protocol, today):
        raise _refused(
            "COND-132",
            f"no approval of an ethics committee holds at {event.site!r} for the version {event.protocol[:12]}...",
            "the approval of this version (its digest named in it), recorded for the site",
            "record the approval, then put the version in force",
        )
    yield Made(event)


def _with_reason(event: EnrolmentPaused | EnrolmentResumed | EnrolmentClosed | Unlocked, asked: Ask) -> Iterable[Made]:
    yield Made(event, telling(asked.reason))


def _lock(_: Lock, asked: Ask) -> Iterable[Made]:
    """The lock: it names how many entries it is about, and nothing that must be signed may wait."""
    waiting = asked.standing.before_lock()
    if waiting:
        raise _refused(
            "COND-133",
            "the data cannot be locked: " + "; ".join(waiting),
            "nothing that waits for a person",
            "settle each, then lock",
        )
    yield Made(Locked(asked.standing.data.size), asked.reason)


def _unmask(_: Unmask, asked: Ask) -> Iterable[Made]:
    """One signature is not enough, and the same person cannot give both."""
    before = asked.standing.course.unmasking
    if asked.actor in before:
        raise _refused(
            "COND-134",
            f"{asked.actor} has signed already",
            "two signatures by two people",
            "ask another person who may sign",
        )
    yield Made(UnmaskingSigned(), telling(asked.reason))
    if before:
        yield Made(Unmasked((*before, asked.actor)))


_RUN = frozenset({Duty.RUN_TRIAL})
_LOCK = frozenset({Duty.LOCK})
RULES: Mapping[type[Any], Rule] = {
    OpenedToEnrolment: Rule(_RUN, _open, "released", frozenset({Phase.PREPARING.name}), whole=True),
    Amend: Rule(_RUN, _amend, "approved", whole=True),
    AmendmentInForce: Rule(_RUN, _in_force, "approved"),
    EnrolmentPaused: Rule(
        frozenset({Duty.RUN_TRIAL, Duty.DECIDE, Duty.ASSESS_DLT}), _with_reason, "", frozenset({Phase.OPEN.name})
    ),
    EnrolmentResumed: Rule(_RUN, _with_reason, "approved", frozenset({Phase.PAUSED.name}), whole=True),
    EnrolmentClosed: Rule(_RUN, _with_reason, "approved", frozenset({Phase.OPEN.name, Phase.PAUSED.name}), whole=True),
    Lock: Rule(_LOCK, _lock, "approved", frozenset({Phase.CLOSED.name}), whole=True),
    Unlocked: Rule(_LOCK, _with_reason, "approved", frozenset({Phase.LOCKED.name}), whole=True),
    Unmask: Rule(_LOCK, _unmask, "unblinded", frozenset({Phase.LOCKED.name}), whole=True),
}


def _refused(code: str, message: str, expected: str, mend: str) -> StageError:
    return StageError(code, message, expected=expected, mend=mend)
