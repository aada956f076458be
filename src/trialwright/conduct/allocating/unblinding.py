"""Unblinding before the end: at once and by one person in an emergency, in one register, each assessed afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from trialwright.conduct.allocating.refusals import refused
from trialwright.conduct.checks import telling
from trialwright.conduct.events.allocation import UnblindingReported, UnblindingRequested, UnblindingReviewed
from trialwright.conduct.masking.parties import is_masked
from trialwright.conduct.rule import Ask, Made

KINDS = ("accidental", "planned")


def request(event: UnblindingRequested, asked: Ask) -> Iterable[Made]:
    """The request of one who must know one participant's arm at once. It needs a reason, and nobody else."""
    _require_own_site(event.subject, asked)
    state = asked.standing.allocation
    held = state.randomised.get(event.subject)
    row = asked.standing.data.standing(("DM", event.subject, 1))
    if held is None and (row is None or row.values.get("ARMCD") is None):
        raise refused(
            "COND-090",
            f"{event.subject} has no allocation",
            "a participant who was allocated",
            "check the identifier; there is no arm that could be shown",
        )
    if row is None or row.values.get("ARMCD") is None:
        raise refused(
            "COND-088",
            "the key of the arms is not here",
            "the folder of keys that belongs to this ledger",
            "bring it back; until then ask whoever keeps the printed codes",
        )
    if not is_masked(asked.protocol):
        raise refused(
            "COND-090",
            "nothing is masked in this trial",
            "a masked trial",
            "read the allocation in the participant's record",
        )
    yield Made(event, telling(asked.reason))


def report(event: UnblindingReported, asked: Ask) -> Iterable[Made]:
    """The report that an arm became known in another way than by a request."""
    _require_own_site(event.subject, asked)
    if event.kind not in KINDS or not event.who.strip():
        raise refused(
            "COND-091",
            f"an unblinding of the kind {event.kind!r}, learnt by {event.who!r}",
            f"one of {', '.join(KINDS)}, and who learnt the arm",
            "say how it happened; an emergency unblinding is requested, which shows the arm and enters the register",
        )
    if event.subject not in asked.standing.data.enrolments:
        raise refused("COND-091", f"{event.subject} was never enrolled", "a participant", "check the identifier")
    yield Made(event, telling(asked.reason))


def review(event: UnblindingReviewed, asked: Ask) -> Iterable[Made]:
    """The assessment of an unblinding, by another person than the one who entered it."""
    found = asked.standing.allocation.unblindings.get(event.of)
    if found is None or found.reviewed_by:
        raise refused(
            "COND-092",
            f"entry {event.of} is no unblinding that waits to be assessed",
            f"one of: {', '.join(str(each.entry) for each in asked.standing.allocation.unreviewed) or 'none waits'}",
            "look the register up",
        )
    _require_own_site(found.subject, asked)
    if found.by == asked.actor:
        raise refused(
            "COND-092",
            f"{asked.actor} entered this unblinding",
            "somebody else to assess it",
            "ask the medical monitor or the sponsor",
        )
    telling(event.impact)
    yield Made(event, asked.reason)


def _require_own_site(subject: str, asked: Ask) -> None:
    known = asked.standing.subjects.known.get(subject)
    site = known.site if known is not None else asked.standing.allocation.sites.get(subject, "")
    if asked.site not in ("*", site):
        raise refused(
            "COND-090",
            f"{subject} is not a participant of {asked.site!r}",
            "a participant of your own site",
            "ask the site that cares for the participant, or the medical monitor",
        )
