"""How a ledger begins to hold a trial: its first events, by the sponsor who begins it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trialwright.conduct.events import Opened
from trialwright.conduct.events.people import RoleGranted, StaffAdded
from trialwright.conduct.events.trial import Begun
from trialwright.conduct.ledger.entry import Draft, Entry, Head
from trialwright.conduct.milestones.refusals import reasons, to_confirm, to_supply
from trialwright.conduct.people.roles import Role
from trialwright.conduct.people.staff_rules import is_identifier
from trialwright.conduct.people.state import EVERYWHERE
from trialwright.core.errors import StageError, UsageError

if TYPE_CHECKING:
    from trialwright.conduct.ledger.interface import Ledger
    from trialwright.protocol.design import Design
    from trialwright.protocol.protocol import Protocol

MODES = ("rehearsal", "live")


def begin(
    ledger: Ledger,
    protocol: Protocol,
    digest: str,
    design: Design,
    *,
    mode: str,
    start: date,
    zone: str,
    sponsor: tuple[str, str],
    validation: str = "",
) -> tuple[Entry, ...]:
    """Begin a trial on an empty ledger, and give its first entries.

    `digest`: SHA-256 (hex) of the protocol's file. `start`: the date of trial day 0, in `zone` (IANA). `sponsor`:
    identifier and printed name of the person who begins it and is its first sponsor. `validation`: the sponsor's
    statement that this system has been validated for this trial; a live trial demands it. Raises UsageError (COND-050)
    for what cannot be, StageError (COND-001) if the ledger is not empty, COND-135 if the protocol lacks what somebody
    must supply first; the message lists what will have to be confirmed too.
    """
    check(protocol, mode, zone, sponsor, validation)
    if ledger.head != Head():
        raise StageError(
            "COND-001",
            f"the ledger holds {ledger.head.size} entries already",
            expected="an empty ledger",
            mend="begin the trial on a ledger of its own",
        )
    from trialwright import __version__

    person, name = sponsor
    arms = tuple(arm.id for arm in protocol.arms)
    events = (
        Begun(mode, protocol.record.nct_id or protocol.record.title, start.isoformat(), zone, validation, __version__),
        Opened(digest, design.name, arms, to_confirm(protocol)),
        StaffAdded(person, name),
        RoleGranted(person, Role.SPONSOR.value, EVERYWHERE),
    )
    drafts = [Draft(event, 0, person, role=Role.SPONSOR.value, site=EVERYWHERE) for event in events]
    return ledger.append(drafts, Head())


def check(protocol: Protocol, mode: str, zone: str, sponsor: tuple[str, str], validation: str) -> None:
    """Raises what `begin` raises for its arguments, before anything is made."""
    if to_supply(protocol):
        raise StageError(
            "COND-135",
            "the trial cannot begin with this protocol:\n  " + "\n  ".join(reasons(protocol)),
            expected="a protocol in which a named person has supplied what the record lost",
            mend="edit the protocol file; what only has to be confirmed is confirmed on the ledger",
        )
    try:
        ZoneInfo(zone)
        known = True
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = False
    said = [
        f"the mode is {mode!r}" if mode not in MODES else "",
        f"there is no time zone {zone!r}" if not known else "",
        "the sponsor has no identifier or no name" if not all(each.strip() for each in sponsor) else "",
        f"{sponsor[0]!r} cannot be an identifier" if sponsor[0].strip() and not is_identifier(sponsor[0]) else "",
        "the sponsor's name cannot be printed" if not sponsor[1].isprintable() else "",
        "a live trial has no statement of validation" if mode == "live" and not validation.strip() else "",
    ]
    if wrong := [each for each in said if each]:
        raise UsageError(
            "COND-050",
            "the trial cannot begin: " + "; ".join(wrong),
            expected="a mode (rehearsal or live), an IANA time zone, a named sponsor; for a live trial the sponsor's "
            "statement that the system was validated",
            mend="give what is missing; rehearse first",
        )
