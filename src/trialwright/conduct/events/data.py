"""Events about the data of a trial: what designs and analyses see. They know trial days, not hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trialwright.dataset.facts import Value
from trialwright.protocol.decisions import Decision

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Opened:
    """The trial is open from this day on, which is trial day 0.

    `protocol`: SHA-256 (hex) of the protocol file. `design`: name of the design that decides. `arms`: the protocol's
    arm ids. `unconfirmed`: the assumptions (what they are about) that a person must confirm before anybody may enter.
    """

    protocol: str
    design: str
    arms: tuple[str, ...]
    unconfirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A person has confirmed the assumption about this field of the protocol."""

    about: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A participant has entered on trial day `day`.

    `offered`: the arms that the design had open, `dose_level`: the level it gave (None where the arm fixes the dose);
    no arms where the participant was enrolled against the design. `number`, `values`: the row of DS and its other
    columns.
    """

    subject: str
    day: int
    offered: tuple[str, ...]
    dose_level: int | None = None
    number: int = 1
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allocated:
    """A participant has been given an arm, and a dose level and a cohort where the design has them (row of DM)."""

    subject: str
    day: int
    arm: str
    dose_level: int | None = None
    cohort: int | None = None
    number: int = 1
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dosed:
    """One administration was `given`, or was due and not given (row of EX; doses are decimal text)."""

    subject: str
    number: int
    day: int
    given: bool
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DltAssessed:
    """The signed assessment of one participant: DLT or not, evaluable or not; None = not answered (row of XD)."""

    subject: str
    day: int
    dlt: bool | None
    evaluable: bool | None
    number: int = 1
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row of any other kind was entered for the first time."""

    domain: str
    subject: str
    number: int
    day: int
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Supplemented:
    """Columns of a row that were unknown have become known; nothing that stood there has changed."""

    domain: str
    subject: str
    number: int
    values: Values


@dataclass(frozen=True, slots=True)
class Corrected:
    """A row was replaced as a whole, for the reason on the entry; the earlier version stays on the ledger."""

    domain: str
    subject: str
    number: int
    day: int
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retracted:
    """A row was withdrawn as entered in error, for the reason on the entry; it stays on the ledger."""

    domain: str
    subject: str
    number: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What the design decided on the data as they stood after entry `after` (0 = none)."""

    decision: Decision
    after: int


DataEvent = (
    Opened
    | Confirmed
    | Enrolled
    | Allocated
    | Dosed
    | DltAssessed
    | Recorded
    | Supplemented
    | Corrected
    | Retracted
    | Decided
)
SCHEMAS: Mapping[type[DataEvent], int] = {
    Opened: 1,
    Confirmed: 1,
    Enrolled: 1,
    Allocated: 1,
    Dosed: 1,
    DltAssessed: 1,
    Recorded: 1,
    Supplemented: 1,
    Corrected: 1,
    Retracted: 1,
    Decided: 1,
}
