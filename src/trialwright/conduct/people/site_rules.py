"""The rules of the commands about sites and their approvals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trialwright.conduct.checks import telling
from trialwright.conduct.events.sites import (
    ApprovalRecorded,
    ApprovalWithdrawn,
    SiteActivated,
    SiteAdded,
    SiteClosed,
)
from trialwright.conduct.moments import date_of, written_date
from trialwright.conduct.people.roles import Duty
from trialwright.conduct.people.sites import KINDS, Site
from trialwright.conduct.people.staff_rules import ANY_PHASE, identifier, need_reach, unknown_site
from trialwright.conduct.people.state import EVERYWHERE
from trialwright.conduct.rule import Ask, Made, Rule
from trialwright.core.errors import StageError, UsageError


def _added(event: SiteAdded, asked: Ask) -> Iterable[Made]:
    need_reach(asked, EVERYWHERE)
    identifier(event.site, "site")
    if event.site.casefold() in {site.casefold() for site in asked.standing.sites.known}:
        raise _refused("COND-060", f"the site {event.site!r} exists", "a new identifier", "choose another")
    said = [
        "" if event.name.strip() and event.name.isprintable() else "it has no name",
        "" if "ethics" in event.needs else "it does not need the approval of an ethics committee",
        *(f"there is no kind of approval {kind!r}" for kind in event.needs if kind not in KINDS),
        "" if not event.zone or _is_zone(event.zone) else f"there is no time zone {event.zone!r}",
    ]
    _need_none("site", event.site, said)
    yield Made(event, asked.reason)


def _approved(event: ApprovalRecorded, asked: Ask) -> Iterable[Made]:
    _known(event.site, asked)
    today = date_of(asked.standing.course.start, asked.day)
    granted = written_date(event.granted)
    expires = None if event.expires is None else written_date(event.expires)
    versions = {digest for digest, _ in asked.standing.course.versions}
    said = [
        "" if event.kind in KINDS else f"there is no kind of approval {event.kind!r}",
        "" if event.reference.strip() else "it has no reference",
        f"{event.granted!r} is no date" if granted is None else "",
        "it lies ahead" if granted is not None and granted > today else "",
        f"{event.expires!r} is no date" if event.expires is not None and expires is None else "",
        "it expires before it was granted" if granted and expires and expires < granted else "",
        "it is about a version of the protocol that the trial does not have"
        if event.protocol and event.protocol not in versions and event.protocol not in asked.plans
        else "",
    ]
    _need_none("approval", event.reference, said)
    yield Made(event, asked.reason)


def _withdrawn(event: ApprovalWithdrawn, asked: Ask) -> Iterable[Made]:
    site = _known(event.site, asked)
    since = written_date(event.withdrawn)
    held = [each for each in site.approvals if (each.kind, each.reference) == (event.kind, event.reference)]
    said = [
        "" if held else "no such approval was recorded",
        f"{event.withdrawn!r} is no date" if since is None else "",
        "it lies before the approval" if since and held and since < held[0].granted else "",
    ]
    _need_none("withdrawal of the approval", event.reference, said)
    yield Made(event, telling(asked.reason))


def _activated(event: SiteActivated, asked: Ask) -> Iterable[Made]:
    """The site may enrol: once every approval that it needs holds today."""
    site = _known(event.site, asked)
    if site.activated is not None and site.closed is None:
        raise _refused("COND-062", f"{event.site} is active already", "a site that is not", "go on as it is")
    lacking = site.lacking(date_of(asked.standing.course.start, asked.day))
    if lacking:
        raise _refused(
            "COND-062",
            f"{event.site} cannot be activated: no approval holds today of the kind {', '.join(lacking)}",
            "each approval that the site needs, recorded",
            "record the approvals first",
        )
    yield Made(event, asked.reason)


def _closed(event: SiteClosed, asked: Ask) -> Iterable[Made]:
    site = _known(event.site, asked)
    if site.activated is None or site.closed is not None:
        raise _refused("COND-062", f"{event.site} is not active", "an active site", "there is nothing to close")
    yield Made(event, telling(asked.reason))


def _known(site: str, asked: Ask) -> Site:
    found = asked.standing.sites.known.get(site)
    if found is None:
        raise unknown_site(site, asked)
    need_reach(asked, site)
    return found


def _is_zone(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _need_none(what: str, name: str, said: Iterable[str]) -> None:
    if wrong := [each for each in said if each]:
        raise UsageError(
            "COND-060",
            f"the {what} {name!r} cannot be recorded: " + "; ".join(wrong),
            expected=f"a name; dates as YYYY-MM-DD; kinds of approval out of {', '.join(KINDS)}, ethics always",
            mend="give what is missing",
        )


def _refused(code: str, message: str, expected: str, mend: str) -> StageError:
    return StageError(code, message, expected=expected, mend=mend)


_RUN = frozenset({Duty.RUN_TRIAL})
RULES: Mapping[type[Any], Rule] = {
    SiteAdded: Rule(_RUN, _added),
    ApprovalRecorded: Rule(_RUN, _approved),
    ApprovalWithdrawn: Rule(_RUN, _withdrawn, "", ANY_PHASE),
    SiteActivated: Rule(_RUN, _activated, "approved"),
    SiteClosed: Rule(_RUN, _closed),
}
