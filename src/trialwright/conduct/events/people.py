"""Events about who may do what: staff, roles, signatures."""

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


PeopleEvent = StaffAdded | RoleGranted | RoleRevoked | Signed
SCHEMAS: Mapping[type[PeopleEvent], int] = {StaffAdded: 1, RoleGranted: 1, RoleRevoked: 1, Signed: 1}
