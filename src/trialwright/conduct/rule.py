"""What a command must pass before it becomes events: its duty, its check, its signature."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from trialwright.conduct.events import Event
from trialwright.conduct.people.roles import Duty

if TYPE_CHECKING:
    from trialwright.conduct.masking.keys import Keyring
    from trialwright.conduct.people.roles import Role
    from trialwright.conduct.standing import Standing
    from trialwright.protocol.design import Design
    from trialwright.protocol.protocol import Protocol as TrialProtocol


@dataclass(frozen=True, slots=True)
class Plan:
    """One version of the protocol, with the design that decides under it."""

    protocol: TrialProtocol
    design: Design


class Plans(Protocol):
    """The versions of a trial's protocol that are at hand, by the SHA-256 (hex) of their files."""

    def __getitem__(self, digest: str, /) -> Plan:
        """The version with this digest. Raises KeyError or InputError (COND-053) if it is not there."""
        ...

    def __contains__(self, digest: object, /) -> bool:
        """Whether it is there."""
        ...


@dataclass(frozen=True, slots=True)
class Ask:
    """The circumstances of a command: who gives it in which role and where, when, and what stands.

    `day`: trial day on which it is recorded. `now`: the server's time (UTC, RFC 3339). `occurred`: when what it reports
    happened, RFC 3339 with an offset, None for now. `reason`: as given. `protocol`: the version in force at the site.
    `design`: that of the last version. `plans`: every version that the trial's folder keeps, by digest.
    """

    standing: Standing
    plans: Plans
    protocol: TrialProtocol
    design: Design
    keys: Keyring
    actor: str
    role: Role
    site: str
    day: int
    now: str
    occurred: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """An event that a command becomes. `reason`: stored beside it. `secrets`: by envelope name, what is sealed beside
    it besides the event's own sealed values; `identity:SUBJECT` is sealed under that person's key."""

    event: Event
    reason: str = ""
    secrets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


Check = Callable[[Any, Ask], Iterable[Made]]
"""Gives the events that a command becomes, in order, or raises StageError or UsageError; it changes nothing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How commands of one type are handled.

    `duties`: any one of them allows it. `signed`: the meaning of the signature that it demands, empty for none; what is
    signed is its first event. `when`: the phases (names of `milestones.phase.Phase`) in which it is allowed, empty for
    all but locked and unmasked. `whole`: it is about the trial as a whole, and not for whoever acts at one site alone.
    """

    duties: frozenset[Duty]
    check: Check
    signed: str = ""
    when: frozenset[str] = frozenset()
    whole: bool = False
