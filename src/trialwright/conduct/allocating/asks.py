"""Commands about allocation that are more than the event they become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SealRandomisation:
    """Fix how the trial randomises, before anybody is randomised by it.

    `specification`: the YAML text that people wrote and sign (`randomisation.read_spec`); nothing in it has a default.
    `custodian`: who keeps the key, and where, in words.
    """

    specification: str
    custodian: str


@dataclass(frozen=True, slots=True)
class Randomise:
    """Give an enrolled participant the arm of the next slot. `levels`: the participant's level of every factor."""

    subject: str
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpenRandomisation:
    """Open the commitment of a randomisation, once the allocation of everybody is known. `sealing`: its number."""

    sealing: int = 1
