"""Events about the trial as a whole: how it began, its versions, its pauses and its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Begun:
    """The ledger has begun to hold a trial; the protocol's opening follows it.

    `mode`: `rehearsal` or `live`. `trial`: the registry number, or what the trial is called. `start`: the calendar date
    (ISO 8601) of trial day 0. `zone`: the IANA time zone of that date. `validation`: the sponsor's statement that this
    system has been validated for this trial, empty in a rehearsal. `software`: the version that began it.
    """

    mode: str
    trial: str
    start: str
    zone: str
    validation: str
    software: str


@dataclass(frozen=True, slots=True)
class OpenedToEnrolment:
    """Everything that a person must confirm has been confirmed, and participants may enter."""


@dataclass(frozen=True, slots=True)
class Amended:
    """The protocol has a new version. `protocol`, `design`, `arms`, `unconfirmed`: as in `Opened`. `label`: what the
    version is called. It decides from now on; at each site it is in force when that has been said for the site."""

    protocol: str
    design: str
    arms: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class AmendmentInForce:
    """A site works under the protocol with this digest from now on."""

    site: str
    protocol: str


@dataclass(frozen=True, slots=True)
class EnrolmentPaused:
    """Nobody may enter until enrolment is resumed."""


@dataclass(frozen=True, slots=True)
class EnrolmentResumed:
    """Participants may enter again."""


@dataclass(frozen=True, slots=True)
class EnrolmentClosed:
    """Nobody will enter any more; those who have are followed."""


@dataclass(frozen=True, slots=True)
class Locked:
    """The data are final: no command about data is possible. `size`: entries that the data consist of."""

    size: int


@dataclass(frozen=True, slots=True)
class Unlocked:
    """The data are open again, for a reason, signed."""


@dataclass(frozen=True, slots=True)
class UnmaskingSigned:
    """One of the two people whose signatures open the allocation of everybody has signed."""


@dataclass(frozen=True, slots=True)
class Unmasked:
    """The allocation of everybody is open, after the lock and two signatures by two people."""

    by: tuple[str, ...]


TrialEvent = (
    Begun
    | OpenedToEnrolment
    | Amended
    | AmendmentInForce
    | EnrolmentPaused
    | EnrolmentResumed
    | EnrolmentClosed
    | Locked
    | Unlocked
    | UnmaskingSigned
    | Unmasked
)
SCHEMAS: Mapping[type[TrialEvent], int] = {
    Begun: 1,
    OpenedToEnrolment: 1,
    Amended: 1,
    AmendmentInForce: 1,
    EnrolmentPaused: 1,
    EnrolmentResumed: 1,
    EnrolmentClosed: 1,
    Locked: 1,
    Unlocked: 1,
    UnmaskingSigned: 1,
    Unmasked: 1,
}
