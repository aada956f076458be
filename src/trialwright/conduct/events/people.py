"""Events about who may do what: staff, roles, passphrases, sign-ins, signatures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StaffAdded:
    """A person has an account. `person`: the identifier, never used for anybody else. `name`: as it is printed beside a
    signature."""

    person: str
    name: str


@dataclass(frozen=True, slots=True)
class StaffDeactivated:
    """A person's account is closed for good: no role is left, and nobody signs in with it again. What the person did
    stays theirs, and the identifier is never used for anybody else."""

    person: str


@dataclass(frozen=True, slots=True)
class CredentialSet:
    """A person has a new passphrase, which stands on no ledger. Set by somebody else, it serves only to set one's
    own."""

    person: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person has proved who they are."""

    person: str


@dataclass(frozen=True, slots=True)
class SignInFailed:
    """Somebody has not proved who they are, at signing in or at signing.

    `person`: whose account was tried, empty where there is none by that name: what was typed then may be a passphrase.
    `why`: `passphrase`, `unknown`, `locked` or `deactivated`.
    """

    person: str
    why: str


@dataclass(frozen=True, slots=True)
class SignedOut:
    """A person has ended their session."""

    person: str


@dataclass(frozen=True, slots=True)
class RoleGranted:
    """A person has a role (a name of `people.roles.Role`) at a site; `*` is every site. `unmasked`: whether the person
    may see arms in this role where the trial is masked."""

    person: str
    role: str
    site: str
    unmasked: bool = False


@dataclass(frozen=True, slots=True)
class RoleRevoked:
    """A person no longer has a role at a site, at once."""

    person: str
    role: str
    site: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A person has signed an entry, having proved again who they are.

    `of`: its sequence number. `over`: SHA-256 (hex) of the canonical JSON of its type and body. `name`: as printed.
    `meaning`: a word of `people.signatures.MEANINGS`.
    """

    person: str
    name: str
    meaning: str
    of: int
    over: str


PeopleEvent = (
    StaffAdded
    | StaffDeactivated
    | CredentialSet
    | SignedIn
    | SignInFailed
    | SignedOut
    | RoleGranted
    | RoleRevoked
    | Signed
)
SCHEMAS: Mapping[type[PeopleEvent], int] = {
    StaffAdded: 1,
    StaffDeactivated: 1,
    CredentialSet: 1,
    SignedIn: 1,
    SignInFailed: 1,
    SignedOut: 1,
    RoleGranted: 1,
    RoleRevoked: 1,
    Signed: 1,
}
