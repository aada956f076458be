"""Who has an account and which roles now, who has failed to sign in, and who has signed what."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.conduct.act import Act
from trialwright.conduct.events.people import (
    CredentialSet,
    RoleGranted,
    RoleRevoked,
    Signed,
    SignedIn,
    SignInFailed,
    StaffAdded,
    StaffDeactivated,
)
from trialwright.conduct.people.roles import DUTIES, Duty, Role

EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that a person has at a site, since the entry `since`."""

    role: Role
    site: str
    unmasked: bool
    since: int


class People:
    """The accounts, roles and signatures of a trial.

    `names`: printed name by person, those whose accounts are closed too. `grants`: what each holds now. `deactivated`:
    whose accounts are closed. `failures`: when each failed to prove who they are, since they last did. `passphrases`:
    who has been given one, `temporary`: whose passphrase somebody else has set. `held`: every role that anybody ever
    had, with its site. `unmasked`: who ever had one unmasked. `signatures`: by the sequence number of what is signed.
    """

    EVENTS = (
        StaffAdded,
        StaffDeactivated,
        CredentialSet,
        SignedIn,
        SignInFailed,
        RoleGranted,
        RoleRevoked,
        Signed,
    )

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.grants: dict[str, list[Grant]] = {}
        self.deactivated: set[str] = set()
        self.failures: dict[str, list[str]] = {}
        self.passphrases: set[str] = set()
        self.temporary: set[str] = set()
        self.held: dict[str, set[tuple[Role, str]]] = {}
        self.unmasked: set[str] = set()
        self.signatures: dict[int, list[Signed]] = {}

    def apply(self, act: Act) -> None:
        """Take the next event."""
        match act.event:
            case StaffAdded(person, name):
                self.names[person] = name
                self.grants.setdefault(person, [])
            case RoleGranted(person, role, site, unmasked):
                self.grants[person].append(Grant(Role(role), site, unmasked, act.sequence))
                self.held.setdefault(person, set()).add((Role(role), site))
                self.unmasked |= {person} if unmasked else set()
            case RoleRevoked(person, role, site):
                kept = [each for each in self.grants[person] if (each.role, each.site) != (Role(role), site)]
                self.grants[person] = kept
            case StaffDeactivated(person):
                self.deactivated.add(person)
                self.grants[person] = []
            case CredentialSet(person):
                self.failures.pop(person, None)
                self.passphrases.add(person)
                (self.temporary.discard if act.actor == person else self.temporary.add)(person)
            case SignedIn(person):
                self.failures.pop(person, None)
            case SignInFailed(person, "passphrase"):
                self.failures.setdefault(person, []).append(act.occurred or "")
            case Signed():
                self.signatures.setdefault(act.event.of, []).append(act.event)

    def grant(self, person: str, role: Role, site: str) -> Grant | None:
        """The grant under which a person acts in this role at this site, None if there is none."""
        for each in self.grants.get(person, ()):
            if each.role is role and each.site in (site, EVERYWHERE):
                return each
        return None

    def may(self, person: str, role: Role, site: str, duty: Duty) -> bool:
        """Whether a person may do this in this role at this site now."""
        return self.grant(person, role, site) is not None and duty in DUTIES[role]
