"""Whom the masking of a protocol leaves in the dark, role by role; who may see arms is asked here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trialwright.conduct.people.roles import Role

if TYPE_CHECKING:
    from trialwright.conduct.people.state import Grant
    from trialwright.protocol.protocol import Protocol

PARTIES = ("PARTICIPANT", "CARE_PROVIDER", "INVESTIGATOR", "OUTCOMES_ASSESSOR")
"""The parties that a registry can name as masked."""

_OPEN_LEVELS = ("NONE",)
_PARTY: Mapping[Role, tuple[str, ...]] = {
    Role.PARTICIPANT: ("PARTICIPANT",),
    Role.CARE_PROVIDER: ("CARE_PROVIDER",),
    Role.INVESTIGATOR: ("INVESTIGATOR",),
    Role.COORDINATOR: ("INVESTIGATOR", "CARE_PROVIDER"),
    Role.OUTCOMES_ASSESSOR: ("OUTCOMES_ASSESSOR",),
}
"""Which parties a role belongs to; it is masked where any of them is. Other roles are masked where anybody is."""

MAY_BE_UNMASKED = frozenset(set(Role) - set(_PARTY))
"""The roles in which a person can be unmasked in a masked trial; for the others such a grant has no effect."""


def parties_of(role: Role) -> tuple[str, ...]:
    """The parties that a role belongs to; none for those beside them."""
    return _PARTY.get(role, ())


def masked_parties(protocol: Protocol) -> frozenset[str]:
    """The parties that the protocol masks.

    Nobody where it has one arm or says that nothing is masked. Everybody where it is not known whom it masks: what was
    shown cannot be taken back.
    """
    level, who = protocol.masking.level, protocol.masking.who
    if len(protocol.arms) < 2 or level in _OPEN_LEVELS:
        return frozenset()
    known = frozenset(who) & frozenset(PARTIES)
    return known if known and len(known) == len(set(who)) else frozenset(PARTIES)


def is_masked(protocol: Protocol) -> bool:
    """Whether anybody in the trial must not know the arms."""
    return bool(masked_parties(protocol))


def enrolling_are_masked(protocol: Protocol) -> bool:
    """Whether those who let participants in do not learn the arms of those before."""
    return "INVESTIGATOR" in masked_parties(protocol)


def sees_arms(protocol: Protocol, grant: Grant) -> bool:
    """Whether somebody acting under this grant may see every arm while the trial runs.

    A party that the protocol masks never may. Those beside them (preparer, statistician, monitoring board...) may where
    they were made unmasked.
    """
    masked = masked_parties(protocol)
    if not masked:
        return True
    if grant.role in MAY_BE_UNMASKED:
        return grant.unmasked
    return not masked & set(_PARTY[grant.role])
