"""Commands about the trial as a whole that are more than the event they become."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amend:
    """Make a version of the protocol, kept in the trial's folder under its digest, the one that decides.

    `label`: what the version is called.
    """

    protocol: str
    label: str


@dataclass(frozen=True, slots=True)
class Lock:
    """Make the data final."""


@dataclass(frozen=True, slots=True)
class Unmask:
    """Sign that the allocation of everybody is opened; the second signature, of another person, opens it."""
