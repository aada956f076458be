"""Who gives a command of a live trial from the command line, where and when: the options that all of them share."""

from __future__ import annotations

import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.core.errors import UsageError

if TYPE_CHECKING:
    from trialwright.conduct.desk import Call, Desk
    from trialwright.conduct.people.credentials import Session

PASSPHRASE = "TRIALWRIGHT_PASSPHRASE"

Trial = Annotated[Path, typer.Argument(metavar="TRIAL", help="The folder of the trial.")]
As = Annotated[
    str, typer.Option("--as", metavar="PERSON", envvar="TRIALWRIGHT_AS", help="Who gives the command (identifier).")
]
InRole = Annotated[
    str, typer.Option("--role", metavar="ROLE", envvar="TRIALWRIGHT_ROLE", help="In which role: coordinator, ...")
]
At = Annotated[
    str, typer.Option("--site", metavar="SITE", envvar="TRIALWRIGHT_SITE", help="At which site; * is the whole trial.")
]
Occurred = Annotated[
    str | None,
    typer.Option(
        "--occurred", metavar="TIME", help="When it happened, with offset: 2026-03-01T14:05:00-06:00. Without: now."
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, where a reason is called for.")]
Key = Annotated[
    str, typer.Option("--key", metavar="KEY", help="A repetition under the same key gives what stands already.")
]
Today = Annotated[
    str | None,
    typer.Option("--today", metavar="DATE", envvar="TRIALWRIGHT_TODAY", help="In a rehearsal: the date of today."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def desk_of(trial: Path, today: str | None, *, commands: bool = False) -> Desk:
    """The desk of a trial.

    `today`: a date in a rehearsal; without it that of the last entry, for looking at a rehearsal must not move it on.
    `commands`: whether commands will be given: then the clock's date, if it is later.

    Raises UsageError (COND-170) if the date is none, or the trial is live.
    """
    from trialwright.conduct.folder import desk, find
    from trialwright.conduct.ledger.clock import server_clock

    found = desk(find(trial))
    standing = found.standing
    if today is not None:
        set_today(found, today)
    elif standing.course.rehearsal and (not commands or _is_ahead(found, server_clock())):
        found.today = (standing.course.start or date.min) + timedelta(standing.day)
    return found


def _is_ahead(desk: Desk, now: str) -> bool:
    """Whether a rehearsal has come further than the clock: what was entered under a date is of the end of that date."""
    from trialwright.conduct.moments import instant

    today, reached = desk.day(now), desk.standing.day
    if today != reached:
        return today < reached
    here = (entry for entry in desk.ledger.entries() if entry.day == today and entry.occurred)
    return any(instant(str(entry.occurred)) > instant(now) for entry in here)


def session_of(desk: Desk, person: str) -> tuple[Session, str]:
    """Somebody signed in, and the passphrase that proved it."""
    passphrase = asked_passphrase(person)
    return desk.sign_in(person, passphrase), passphrase


def asked_passphrase(person: str) -> str:
    """The passphrase of a person: from the environment, else asked for at the terminal without showing it."""
    found = os.environ.get(PASSPHRASE)
    if found is not None:
        return found
    if not sys.stdin.isatty():
        raise UsageError(
            "COND-171",
            f"the passphrase of {person} is not given",
            expected=f"a terminal to ask at, or the variable {PASSPHRASE}",
            mend=f"set {PASSPHRASE} for this command alone, and never in a file that others read",
        )
    return str(typer.prompt(f"Passphrase of {person}", hide_input=True))


def call_of(session: Session, passphrase: str, around: dict[str, Any]) -> Call:
    """A call by somebody signed in. Raises UsageError (COND-172) if there is no such role."""
    from trialwright.conduct.desk import Call

    return Call(
        session,
        role_of(around["role"]),
        around["site"],
        around.get("occurred"),
        around.get("reason") or "",
        around.get("key") or "",
        passphrase,
    )


def day_now(desk: Desk) -> int:
    """Today as a trial day."""
    from trialwright.conduct.ledger.clock import server_clock

    desk.standing  # noqa: B018  # the day is counted from the beginning that stands on the ledger
    return desk.day(server_clock())


def day_of(desk: Desk, text: str) -> int:
    """The trial day of a date."""
    start = desk.standing.course.start
    return 0 if start is None else (date_from(text) - start).days


def role_of(name: str) -> Any:
    """The role with this name. Raises UsageError (COND-172) if there is none."""
    from trialwright.conduct.people.roles import Role

    try:
        return Role(name.replace("-", " ").lower())
    except ValueError as fault:
        raise UsageError(
            "COND-172",
            f"{name!r} is no role of a trial",
            expected="one of " + ", ".join(each.value for each in Role),
            mend="name the role with --role",
        ) from fault


def set_today(desk: Desk, text: str) -> None:
    """Take a date for today. Raises UsageError (COND-170) unless it is a rehearsal."""
    on = date_from(text)
    if not desk.standing.course.rehearsal:
        raise UsageError(
            "COND-170",
            "a live trial takes its date from the clock of this machine",
            expected="no date for today, except in a rehearsal",
            mend="leave it out; when something happened is said as `occurred`",
        )
    desk.today = on


def date_from(text: str) -> date:
    """A date in ISO 8601. Raises UsageError (COND-170) if it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise UsageError(
            "COND-170", f"{text!r} is not a date", expected="a date such as 2026-03-01", mend="write the date so"
        ) from fault
