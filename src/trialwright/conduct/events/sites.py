"""Events about the sites of a trial: their approvals, and when each may enrol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SiteAdded:
    """A site belongs to the trial. `site`: its identifier; `name`: the institution.

    `needs`: the kinds of approval without which it may not enrol (words of `people.sites.KINDS`). `zone`: its IANA time
    zone, empty where it is the trial's.
    """

    site: str
    name: str
    needs: tuple[str, ...] = ("ethics", "authority")
    zone: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalRecorded:
    """A body has approved the trial at a site.

    `kind`: what kind of body (a word of `people.sites.KINDS`); `reference`: its number for the approval. `granted`,
    `expires`: the first and the last date (ISO 8601) on which it holds; `expires` None where it does not end.
    `protocol`: SHA-256 (hex) of the version of the protocol that it is about, empty where it is about the trial.
    """

    site: str
    kind: str
    reference: str
    granted: str
    expires: str | None = None
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalWithdrawn:
    """A body has withdrawn or suspended an approval from this date (ISO 8601) on, for the reason on the entry."""

    site: str
    kind: str
    reference: str
    withdrawn: str


@dataclass(frozen=True, slots=True)
class SiteActivated:
    """A site may enrol from now on."""

    site: str


@dataclass(frozen=True, slots=True)
class SiteClosed:
    """A site enrols nobody from now on, for the reason on the entry; those who are in are followed."""

    site: str


SiteEvent = SiteAdded | ApprovalRecorded | ApprovalWithdrawn | SiteActivated | SiteClosed
SCHEMAS: Mapping[type[SiteEvent], int] = {
    SiteAdded: 1,
    ApprovalRecorded: 1,
    ApprovalWithdrawn: 1,
    SiteActivated: 1,
    SiteClosed: 1,
}
