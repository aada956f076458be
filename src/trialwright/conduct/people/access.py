"""Who could do what at a moment: the accounts and roles as they stood then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.conduct.act import Act
from trialwright.conduct.moments import instant
from trialwright.conduct.people.state import People

if TYPE_CHECKING:
    from trialwright.conduct.ledger.entry import Entry


@dataclass(frozen=True, slots=True)
class Access:
    """One role that a person had. `since`: when it was granted (UTC, RFC 3339), by the entry `entry`."""

    person: str
    name: str
    role: str
    site: str
    unmasked: bool
    since: str
    entry: int


def access_list(entries: Iterable[Entry], at: str) -> tuple[Access, ...]:
    """The roles that everybody had at a moment (RFC 3339 with an offset), by person, in the order they were granted.

    What counts is when the server recorded a grant or its end. A ledger whose clock was put back is read in the order
    of its entries, up to the last one that was recorded by then.
    """
    until = instant(at)
    kept: list[tuple[Entry, bool]] = []
    for entry in entries:
        when = entry.recorded or entry.occurred
        kept.append((entry, when is not None and instant(when) <= until))
    last = max((place for place, (_, within) in enumerate(kept) if within), default=-1)
    people, recorded = People(), dict[int, str]()
    for entry, _ in kept[: last + 1]:
        if type(entry.event) in People.EVENTS:
            people.apply(Act.of(entry, entry.event, {}))
            recorded[entry.sequence] = entry.recorded
    return tuple(
        Access(who, people.names[who], held.role.value, held.site, held.unmasked, recorded[held.since], held.since)
        for who in sorted(people.grants)
        for held in people.grants[who]
    )
