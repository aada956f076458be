"""How people sign in and out: each sign-in and each failure is an event, and five failures in a row lock an account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from trialwright.conduct.events.people import CredentialSet, SignedIn, SignedOut, SignInFailed
from trialwright.conduct.moments import instant
from trialwright.conduct.people.credentials import Session, checked
from trialwright.core.errors import StageError

if TYPE_CHECKING:
    from trialwright.conduct.desk import Call, Desk
    from trialwright.conduct.people.state import People
    from trialwright.conduct.standing import Standing

FAILURES = 5
WAIT = timedelta(minutes=15)
"""An account is locked for so long after its last failure, when so many stand in a row; a sponsor who sets a new
passphrase opens it at once. It opens by itself, for an emergency does not wait for a sponsor."""
UNKNOWN = "unknown"


def locked(people: People, person: str, now: str) -> bool:
    """Whether an account is locked at a time of the server; a clock that was put back opens none."""
    failures = people.failures.get(person, [])
    return len(failures) >= FAILURES and instant(now) - instant(failures[-1]) < WAIT


def sign_in(desk: Desk, person: str, passphrase: str) -> Session:
    """A session for somebody who proves who they are; that, or the failure, is recorded.

    Raises StageError: COND-061 if the account is locked, COND-044 if they do not prove it.
    """
    known = person if person in desk.standing.people.names else UNKNOWN
    proved = desk.credentials.proves(known, passphrase)  # outside the transaction: it is slow on purpose

    def decide(standing: Standing, now: str) -> SignedIn | SignInFailed:
        people = standing.people
        if person not in people.names:
            return SignInFailed("", "unknown")
        if person in people.deactivated:
            return SignInFailed(person, "deactivated")
        if locked(people, person, now):
            return SignInFailed(person, "locked")
        return SignedIn(person) if proved else SignInFailed(person, "passphrase")

    event = desk.note(known, decide).event
    match event:
        case SignInFailed(_, "locked"):
            raise is_locked(person)
        case SignInFailed():
            raise StageError(
                "COND-044",
                f"{person!r} could not be signed in",
                expected="the identifier and the passphrase of somebody with an account",
                mend=f"try again; {FAILURES} failures in a row lock an account; a sponsor can set a new passphrase",
            )
    return Session(person)


def sign_out(desk: Desk, session: Session) -> None:
    """End a session; that is recorded."""
    desk.note(session.person, lambda _, __: SignedOut(session.person))


def set_passphrase(desk: Desk, call: Call, person: str, passphrase: str) -> None:
    """Set somebody's passphrase, or one's own, which the old one in `call.passphrase` allows.

    The event is durable first: if the machine stops in between, the old passphrase is still the one, and setting it
    again mends that. Raises UsageError (COND-043) if it is too short, StageError COND-045 without the old one, else
    what the desk raises.
    """
    checked(passphrase)
    if person == call.session.person:
        prove(desk, call, "a new passphrase of one's own")
    desk.do(call, CredentialSet(person))
    desk.credentials.set(person, passphrase)


def prove(desk: Desk, call: Call, what: str) -> None:
    """The passphrase of the call allows `what`; a wrong one is recorded as any failure is.

    Raises StageError: COND-045 if it was wrong, COND-061 if the account is locked.
    """
    try:
        desk.prove(call, what)
    except StageError as fault:
        if fault.code == "COND-045" and call.passphrase:
            desk.note(call.session.person, lambda _, __: SignInFailed(call.session.person, "passphrase"))
        raise


def first_passphrase(desk: Desk, person: str, passphrase: str) -> None:
    """Set the passphrase of whoever began the trial, while nobody has one. Raises StageError (COND-065) later."""
    checked(passphrase)

    def decide(standing: Standing, _: str) -> CredentialSet:
        people = standing.people
        if people.passphrases or person not in people.names or desk.credentials.has(person):
            raise StageError(
                "COND-065",
                f"the passphrase of {person!r} cannot be set so: this is for whoever began the trial, once",
                expected="a trial in which nobody has a passphrase",
                mend="sign in and set it; a sponsor sets that of others",
            )
        return CredentialSet(person)

    desk.note(person, decide)
    desk.credentials.set(person, passphrase)


def is_locked(person: str) -> StageError:
    """The error for an account that is locked."""
    return StageError(
        "COND-061",
        f"the account of {person!r} is locked: {FAILURES} failures in a row",
        expected=f"{int(WAIT.total_seconds()) // 60} minutes without one",
        mend="wait, or ask a sponsor to set a new passphrase",
    )
