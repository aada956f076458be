"""Commands of a live trial from a file, one JSON object per line, given one after the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.cli import conduct_call as ask
from trialwright.cli.conduct_give import SHARED, built, fields_of, tell
from trialwright.cli.conduct_names import NAMES
from trialwright.cli.output import Steps
from trialwright.core.errors import InputError, TrialwrightError, UsageError

if TYPE_CHECKING:
    from trialwright.conduct.desk import Desk
    from trialwright.conduct.people.credentials import Session

_AROUND = ("command", "as", "role", "site", "occurred", "reason", "key", "today")


def given(desk: Desk, source: Path, passphrases: Mapping[str, str], *, quiet: bool) -> int:
    """Give the commands in a file, and give their number.

    `passphrases`: by person; they are only taken in a rehearsal. Raises InputError (COND-175) at the first line that
    cannot be read, and what a command raises with the number of its line; what stood before stands.
    """
    if passphrases and not desk.standing.course.rehearsal:
        raise UsageError(
            "COND-176",
            "passphrases in a file are for rehearsals",
            expected="in a live trial, each person giving their own commands",
            mend="leave the file of passphrases out",
        )
    sessions: dict[str, tuple[Session, str]] = {}
    steps, number = Steps(quiet=not quiet, under_way="commands"), 0
    with source.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            steps(f"commands: {number}")
            try:
                _one(desk, _object(line, source, number), sessions, passphrases, quiet)
            except TrialwrightError as fault:
                fault.message = f"{source}, line {number}: {fault.message}"
                raise
    return number


def _one(
    desk: Desk,
    found: dict[str, Any],
    sessions: dict[str, tuple[Session, str]],
    passphrases: Mapping[str, str],
    quiet: bool,
) -> None:
    if "today" in found:
        ask.set_today(desk, str(found["today"]))
    person = str(found.get("as", ""))
    if person not in sessions:
        passphrase = passphrases.get(person) or ask.asked_passphrase(person)
        sessions[person] = desk.sign_in(person, passphrase), passphrase
    around = {name: found.get(name, "") for name in _AROUND}
    call = ask.call_of(*sessions[person], {**around, "occurred": found.get("occurred")})
    name = str(found.get("command"))
    if name not in NAMES:
        raise UsageError(
            "COND-175",
            f"{name!r} is no command",
            expected="one of " + ", ".join(NAMES),
            mend="see `trialwright conduct --help`",
        )
    kind = NAMES[name][0]
    fields = {each.removeprefix("for-"): value for each, value in found.items() if each not in _AROUND}
    shared = {each.name for each, _ in fields_of(kind)} & set(SHARED) & found.keys()
    entries = desk.do(call, built(kind, fields | {each: found[each] for each in shared}, desk))
    if not quiet:
        tell(entries)


def _object(line: str, source: Path, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as fault:
        raise InputError(
            "COND-175",
            f"{source}, line {number} is not JSON: {fault}",
            expected="one command in JSON per line",
            mend="mend the line; what stood before it stands",
        ) from fault
    if not isinstance(found, dict):
        raise InputError(
            "COND-175",
            f"{source}, line {number} is not a JSON object",
            expected='a line such as {"command": "enrol", ...}',
            mend="mend the line; what stood before it stands",
        )
    return found
