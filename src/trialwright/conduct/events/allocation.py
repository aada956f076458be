"""Events about the allocation of a trial: its randomisation, what is noted about it later, and each unblinding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RandomisationSealed:
    """A randomisation was fixed before anybody was randomised by it.

    `number`: 1, 2, ... in the trial. `commitment`: SHA-256 (hex) of the salt, the key and the specification, to be
    opened at the end. `factors`, `levels`: each level that a participant can have, with the factor that it is of, in
    the order of the specification. `custodian`: who keeps the key, and where, in words. How arms are drawn (arms,
    ratio, block sizes) is not here: the specification is sealed beside the entry in the envelope `specification`.
    """

    number: int
    commitment: str
    factors: tuple[str, ...]
    levels: tuple[str, ...]
    custodian: str


@dataclass(frozen=True, slots=True)
class Randomised:
    """A participant was given the arm of the next slot (row of DM).

    `day`: trial day. `sealing`: number of the randomisation that drew it. `sequence`, `slot`: the number of the
    allocation in that randomisation, and within the stratum. `levels`: as they were known, in the order of the factors.
    `arm`, `dose_level`: sealed.
    """

    subject: str
    day: int
    sealing: int
    sequence: int
    slot: int
    levels: tuple[str, ...]
    arm: str
    dose_level: int | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class RandomisedInError:
    """A participant should not have been randomised, for the reason on the entry. Slot and arm stay as they are."""

    subject: str


@dataclass(frozen=True, slots=True)
class LevelCorrected:
    """A participant's true level of a factor was another than the one used, for the reason on the entry. The allocation
    stays as it is."""

    subject: str
    factor: str
    level: str


@dataclass(frozen=True, slots=True)
class RandomisationOpened:
    """The commitment of a randomisation was opened, and the whole list drawn again.

    `specification`: its canonical text. `key`, `salt`: 64 hexadecimal digits each. `opens`: whether the commitment is
    the one to these. `differences`: each allocation that the list does not give.
    """

    sealing: int
    specification: str
    key: str
    salt: str
    opens: bool
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnblindingRequested:
    """Whoever gives this must know one participant's arm at once, for the reason on the entry; it is durable before
    the arm is shown."""

    subject: str


@dataclass(frozen=True, slots=True)
class UnblindingReported:
    """A participant's arm became known in another way, as the reason on the entry tells.

    `kind`: `accidental` or `planned`. `who`: who learnt it, in words.
    """

    subject: str
    kind: str
    who: str


@dataclass(frozen=True, slots=True)
class UnblindingReviewed:
    """Somebody else has assessed what an unblinding does to the trial. `of`: sequence number of its entry. `impact`: in
    words."""

    of: int
    impact: str


@dataclass(frozen=True, slots=True)
class ArmsViewed:
    """Somebody who may see arms in a masked trial was shown them. `what`: which view. `about`: whom or what it was
    about, empty for the whole."""

    what: str
    about: str = ""


AllocationEvent = (
    RandomisationSealed
    | Randomised
    | RandomisedInError
    | LevelCorrected
    | RandomisationOpened
    | UnblindingRequested
    | UnblindingReported
    | UnblindingReviewed
    | ArmsViewed
)
SCHEMAS: Mapping[type[AllocationEvent], int] = {
    RandomisationSealed: 1,
    Randomised: 1,
    RandomisedInError: 1,
    LevelCorrected: 1,
    RandomisationOpened: 1,
    UnblindingRequested: 1,
    UnblindingReported: 1,
    UnblindingReviewed: 1,
    ArmsViewed: 1,
}
