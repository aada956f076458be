"""The rules of the commands about staff: accounts, passphrases, roles, signatures that are given again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from trialwright.conduct.checks import telling
from trialwright.conduct.events.people import (
    CredentialSet,
    RoleGranted,
    RoleRevoked,
    Signed,
    StaffAdded,
    StaffDeactivated,
)
from trialwright.conduct.masking.parties import MAY_BE_UNMASKED, masked_parties
from trialwright.conduct.milestones.phase import Phase
from trialwright.conduct.people.asks import SignAgain
from trialwright.conduct.people.roles import DUTIES, SEES_WHO_ENTERS, Duty, Role
from trialwright.conduct.people.signatures import AS_ASKED
from trialwright.conduct.people.state import EVERYWHERE, Grant, People
from trialwright.conduct.rule import Ask, Made, Rule
from trialwright.core.errors import StageError, UsageError

ANY_PHASE = frozenset(phase.name for phase in Phase)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_DUTIES_TO_SIGN: Mapping[str, frozenset[Duty]] = {
    "authored": frozenset({Duty.ENTER, Duty.ASSESS_OUTCOMES, Duty.REPORT_SAFETY}),
    "reviewed": frozenset({Duty.AUDIT}),
    "approved": frozenset({Duty.RUN_TRIAL, Duty.DECIDE}),
    "eligible": frozenset({Duty.JUDGE}),
    "released": frozenset({Duty.PREPARE, Duty.RUN_TRIAL}),
    "adjudicated": frozenset({Duty.ASSESS_DLT, Duty.REVIEW_DLT}),
    "unblinded": frozenset({Duty.UNBLIND}),
}


def is_identifier(text: str) -> bool:
    """Whether a text can be the identifier of a person, site or participant."""
    return _IDENTIFIER.fullmatch(text) is not None


def identifier(text: str, of: str) -> str:
    """The text itself, if it can be the identifier of a person, site or participant. Raises UsageError (COND-063)."""
    if not is_identifier(text):
        raise UsageError(
            "COND-063",
            f"{text!r} cannot be the identifier of a {of}",
            expected="1 to 64 letters (a to z), digits and . _ - @ +, the first a letter or a digit",
            mend="choose another; a name in full has a field of its own",
        )
    return text


def _added(event: StaffAdded, asked: Ask) -> Iterable[Made]:
    """A new account: its identifier was never used, in capitals or not."""
    identifier(event.person, "person")
    if not event.name.strip() or not event.name.isprintable():
        raise UsageError(
            "COND-063",
            f"{event.person} has no name",
            expected="the name as it is to be printed beside a signature",
            mend="give the name",
        )
    used = {person.casefold() for person in asked.standing.people.names}
    if event.person.casefold() in used:
        raise _refused(
            "COND-063",
            f"the identifier {event.person!r} was used already",
            "an identifier that nobody ever had, so that what each did stays theirs",
            "choose another identifier",
        )
    yield Made(event, asked.reason)


def _deactivated(event: StaffDeactivated, asked: Ask) -> Iterable[Made]:
    people = asked.standing.people
    _need_account(event.person, people)
    for held in people.grants[event.person] or (Grant(asked.role, EVERYWHERE, False, 0),):
        need_reach(asked, held.site)
    _keep_a_sponsor(people, event.person, None)
    yield Made(event, telling(asked.reason))


def _credential(event: CredentialSet, asked: Ask) -> Iterable[Made]:
    """Everybody sets their own passphrase; whoever manages staff sets anybody's."""
    _need_account(event.person, asked.standing.people)
    if event.person != asked.actor and Duty.MANAGE_STAFF not in DUTIES[asked.role]:
        raise _refused(
            "COND-047",
            f"{asked.actor} may not set the passphrase of {event.person}",
            "one's own, or a sponsor",
            "ask a sponsor",
        )
    if event.person != asked.actor:
        for held in asked.standing.people.grants[event.person]:
            need_reach(asked, held.site)
    yield Made(event, asked.reason)


def _granted(event: RoleGranted, asked: Ask) -> Iterable[Made]:
    people = asked.standing.people
    _need_account(event.person, people)
    role = _role(event.role)
    if event.site != EVERYWHERE and event.site not in asked.standing.sites.known:
        raise unknown_site(event.site, asked)
    need_reach(asked, event.site)
    if any((held.role, held.site) == (role, event.site) for held in people.grants[event.person]):
        raise _refused(
            "COND-064",
            f"{event.person} acts as {role.value} at {event.site!r} already",
            "a role that the person does not have there",
            "revoke it first to change whether it is unmasked",
        )
    _check_masking(event, role, asked)
    _check_apart(event, role, asked)
    yield Made(event, asked.reason)


def _check_masking(event: RoleGranted, role: Role, asked: Ask) -> None:
    """Nobody is unmasked in a role that the protocol masks, nor knows arms from one role and must not in another."""
    if not masked_parties(asked.protocol):
        return
    if event.unmasked and role not in MAY_BE_UNMASKED:
        allowed = ", ".join(each.value for each in Role if each in MAY_BE_UNMASKED)
        raise _refused(
            "COND-064", f"a {role.value} cannot be unmasked in this trial", f"one of: {allowed}", "grant it masked"
        )
    if event.unmasked and event.person == asked.actor:
        raise _refused(
            "COND-064",
            f"{asked.actor} would unmask themselves",
            "a second person who knows of it",
            "ask another sponsor to grant it",
        )
    if _works(role) and not event.unmasked and event.person in asked.standing.people.unmasked:
        raise _refused(
            "COND-064",
            f"{event.person} was unmasked once, and may know arms that a {role.value} must not",
            "somebody who was never unmasked",
            "give the role to somebody else",
        )
    held = asked.standing.people.grants[event.person]
    other = [each for each in held if each.unmasked != event.unmasked and (each.unmasked or _works(each.role))]
    if other and (event.unmasked or _works(role)):
        raise _refused(
            "COND-064",
            f"{event.person} would know the arms as one and must not as another: {other[0].role.value}, {role.value}",
            "masked roles and unmasked ones held by different people",
            "give one of them to somebody else",
        )


def _check_apart(event: RoleGranted, role: Role, asked: Ask) -> None:
    """Whoever sealed a randomisation that is still closed lets nobody in: they would know how the next arm is drawn."""
    state = asked.standing.allocation
    closed = [number for number, by in state.sealed_by.items() if by == event.person and number not in state.opened]
    if closed and SEES_WHO_ENTERS & DUTIES[role]:
        raise _refused(
            "COND-064",
            f"{event.person} sealed the randomisation, and would know as {role.value} how the next arm is drawn",
            "somebody who has no part in how arms are drawn",
            "give the role to somebody else",
        )


def _works(role: Role) -> bool:
    """Whether what somebody does in this role could be swayed by knowing an arm."""
    swayed = {Duty.JUDGE, Duty.ENROL, Duty.ENTER, Duty.ASSESS_OUTCOMES, Duty.ASSESS_DLT, Duty.ADMINISTER}
    return bool(swayed & DUTIES[role])


def _revoked(event: RoleRevoked, asked: Ask) -> Iterable[Made]:
    people = asked.standing.people
    _need_account(event.person, people)
    role = _role(event.role)
    if not any((held.role, held.site) == (role, event.site) for held in people.grants[event.person]):
        raise _refused(
            "COND-064",
            f"{event.person} does not act as {role.value} at {event.site!r}",
            "a role that the person has",
            "look at the access list",
        )
    need_reach(asked, event.site)
    _keep_a_sponsor(people, event.person, event.site)
    yield Made(event, telling(asked.reason))


def _keep_a_sponsor(people: People, person: str, site: str | None) -> None:
    """Somebody is left who can manage staff everywhere. `site`: where the role ends, None for all of them."""

    def manages(who: str, held: Grant) -> bool:
        ends = who == person and site in (None, held.site)
        return held.site == EVERYWHERE and Duty.MANAGE_STAFF in DUTIES[held.role] and not ends

    if not any(manages(who, held) for who, grants in people.grants.items() for held in grants):
        raise _refused(
            "COND-064",
            f"nobody would be left who manages staff but {person}",
            "one sponsor",
            "add another sponsor first",
        )


def _again(command: SignAgain, asked: Ask) -> Iterable[Made]:
    """The signature itself; the desk has the passphrase proved."""
    found = [each for each in asked.standing.signatures.wanted.values() if each.of == command.of]
    if not found or command.meaning not in found[0].meanings:
        raise _refused(
            "COND-079",
            f"entry {command.of} does not wait to be signed again as {command.meaning!r}",
            "an entry that has changed since it was signed, and what the void signature meant",
            "look at what waits to be signed",
        )
    if not _DUTIES_TO_SIGN[command.meaning] & DUTIES[asked.role]:
        raise _refused(
            "COND-047",
            f"a {asked.role.value} may not sign as {command.meaning!r}",
            "somebody with the duty that the signature is about",
            "ask them",
        )
    name = asked.standing.people.names[asked.actor]
    yield Made(Signed(asked.actor, name, command.meaning, command.of, found[0].over), asked.reason)


def _need_account(person: str, people: People) -> None:
    if person not in people.names or person in people.deactivated:
        raise _refused(
            "COND-063",
            f"{person!r} has no account" + (": it was closed" if person in people.deactivated else ""),
            "somebody with an account",
            "check the identifier, or add the person under a new one",
        )


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise UsageError(
            "COND-064",
            f"there is no role {text!r}",
            expected=f"one of: {', '.join(each.value for each in Role)}",
            mend="choose one of them",
        ) from None


def need_reach(asked: Ask, site: str) -> None:
    """What is said of a site is said at it, or by somebody who acts everywhere. Raises StageError (COND-047)."""
    if asked.site not in (EVERYWHERE, site):
        raise _refused(
            "COND-047",
            f"{asked.actor} acts at {asked.site!r}, and the command is about {'every site' if site == '*' else site!r}",
            "somebody who acts there, or everywhere",
            "ask a sponsor of the whole trial",
        )


def unknown_site(site: str, asked: Ask) -> StageError:
    """The error for a site that does not belong to the trial."""
    known = ", ".join(asked.standing.sites.known) or "none yet"
    return _refused("COND-060", f"the trial has no site {site!r}", f"one of: {known}", "add the site first")


def _refused(code: str, message: str, expected: str, mend: str) -> StageError:
    return StageError(code, message, expected=expected, mend=mend)


_STAFF = frozenset({Duty.MANAGE_STAFF})
RULES: Mapping[type[Any], Rule] = {
    StaffAdded: Rule(_STAFF, _added, "", ANY_PHASE),
    StaffDeactivated: Rule(_STAFF, _deactivated, "", ANY_PHASE),
    CredentialSet: Rule(frozenset(Duty), _credential, "", ANY_PHASE),
    RoleGranted: Rule(_STAFF, _granted, "", ANY_PHASE),
    RoleRevoked: Rule(_STAFF, _revoked, "", ANY_PHASE),
    SignAgain: Rule(frozenset(Duty), _again, AS_ASKED),
}
