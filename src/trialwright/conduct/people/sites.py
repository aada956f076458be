"""The sites of a trial as they stand: their approvals, and whether each may enrol on a date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from trialwright.conduct.events.sites import (
    ApprovalRecorded,
    ApprovalWithdrawn,
    SiteActivated,
    SiteAdded,
    SiteClosed,
)

if TYPE_CHECKING:
    from trialwright.conduct.act import Act

KINDS = ("ethics", "authority", "institution")
"""The kinds of body that approve a trial at a site: an ethics committee, a national authority, the institution."""


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval with the first and the last date on which it holds; `expires` None where it does not end."""

    kind: str
    reference: str
    granted: date
    expires: date | None
    protocol: str
    withdrawn: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it holds on a date."""
        ended = self.withdrawn is not None and on >= self.withdrawn
        return self.granted <= on and not ended and (self.expires is None or on <= self.expires)


@dataclass(frozen=True, slots=True)
class Site:
    """A site. `activated`, `closed`: the trial days on which that was recorded, None where it was not (since)."""

    site: str
    name: str
    needs: tuple[str, ...]
    zone: str
    approvals: tuple[Approval, ...] = ()
    activated: int | None = None
    closed: int | None = None

    def lacking(self, on: date) -> tuple[str, ...]:
        """The kinds of approval that it needs and that none holds for on a date."""
        return tuple(kind for kind in self.needs if not any(a.kind == kind and a.holds(on) for a in self.approvals))

    def approved(self, kind: str, protocol: str, on: date) -> bool:
        """Whether an approval of this kind, about this version of the protocol (SHA-256, hex), holds on a date."""
        return any(a.kind == kind and a.protocol == protocol and a.holds(on) for a in self.approvals)

    def why_not(self, on: date, day: int) -> Iterator[str]:
        """Why nobody can enter here on a date, which is this trial day; nothing where somebody can."""
        if self.activated is None or day < self.activated:
            yield "it had not been activated"
        if self.closed is not None and day >= self.closed:
            yield "it is closed"
        for kind in self.lacking(on):
            yield f"no approval of the kind {kind!r} holds on {on.isoformat()}"


class Sites:
    """The sites of a trial. `known`: by identifier."""

    EVENTS = (SiteAdded, ApprovalRecorded, ApprovalWithdrawn, SiteActivated, SiteClosed)

    def __init__(self) -> None:
        self.known: dict[str, Site] = {}

    def apply(self, act: Act) -> None:
        """Take the next event."""
        match act.event:
            case SiteAdded(site, name, needs, zone):
                self.known[site] = Site(site, name, tuple(needs), zone)
            case ApprovalRecorded(site, kind, reference, granted, expires, protocol):
                ends = None if expires is None else date.fromisoformat(expires)
                approval = Approval(kind, reference, date.fromisoformat(granted), ends, protocol)
                held = self.known[site]
                others = tuple(a for a in held.approvals if _same(a) != _same(approval))
                self.known[site] = replace(held, approvals=(*others, approval))
            case ApprovalWithdrawn(site, kind, reference, withdrawn):
                since = date.fromisoformat(withdrawn)
                held = self.known[site]
                changed = tuple(
                    replace(a, withdrawn=since) if (a.kind, a.reference) == (kind, reference) else a
                    for a in held.approvals
                )
                self.known[site] = replace(held, approvals=changed)
            case SiteActivated(site):
                self.known[site] = replace(self.known[site], activated=act.day, closed=None)
            case SiteClosed(site):
                self.known[site] = replace(self.known[site], closed=act.day)


def _same(approval: Approval) -> tuple[str, str, str]:
    return approval.kind, approval.reference, approval.protocol
