"""What people ask of a live trial: each command becomes one event, or is refused with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from trialwright.dataset.facts import Value

if TYPE_CHECKING:
    from trialwright.protocol.protocol import Protocol

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Open:
    """Open the trial. Fields as in `events.Opened`."""

    protocol: str
    design: str
    arms: tuple[str, ...]
    unconfirmed: tuple[str, ...] = ()

    @classmethod
    def of(cls, protocol: Protocol, *, digest: str, design: str) -> Self:
        """The command that opens this protocol. `digest`: SHA-256 (hex) of its file; `design`: the design's name."""
        about = dict.fromkeys(each.about for each in protocol.assumptions if each.must_confirm)
        return cls(digest, design, tuple(arm.id for arm in protocol.arms), tuple(about))


@dataclass(frozen=True, slots=True)
class Confirm:
    """Confirm the assumption about a field of the protocol."""

    about: str


@dataclass(frozen=True, slots=True)
class Enrol:
    """Let a participant in on trial day `day`; refused unless the design has a place today, or `override` says why
    one is to be made all the same. `number`, `values`: the row of DS and its other columns."""

    subject: str
    day: int
    number: int = 1
    values: Values = field(default_factory=dict)
    override: str = ""


@dataclass(frozen=True, slots=True)
class Allocate:
    """Give an enrolled participant an arm that was open at enrolment, or another with an `override`. The arm is
    drawn elsewhere; what was drawn is recorded here."""

    subject: str
    day: int
    arm: str
    dose_level: int | None = None
    cohort: int | None = None
    number: int = 1
    values: Values = field(default_factory=dict)
    override: str = ""


@dataclass(frozen=True, slots=True)
class Dose:
    """Record one administration, given or not; doses in `values` are decimal text."""

    subject: str
    number: int
    day: int
    given: bool
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AssessDlt:
    """Record the signed DLT assessment of a participant; None = not answered."""

    subject: str
    day: int
    dlt: bool | None
    evaluable: bool | None
    number: int = 1
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """Enter any other row for the first time."""

    domain: str
    subject: str
    number: int
    day: int
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Supplement:
    """Add what has become known to columns of a row that were unknown."""

    domain: str
    subject: str
    number: int
    values: Values


@dataclass(frozen=True, slots=True)
class Correct:
    """Replace a row that was entered wrongly, for a reason that says something."""

    domain: str
    subject: str
    number: int
    day: int
    values: Values
    reason: str


@dataclass(frozen=True, slots=True)
class Retract:
    """Withdraw a row that should not have been entered, for a reason that says something."""

    domain: str
    subject: str
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Decide:
    """Ask the design for today's decision on the data as they stand, and record it."""


Command = Open | Confirm | Enrol | Allocate | Dose | AssessDlt | Record | Supplement | Correct | Retract | Decide
