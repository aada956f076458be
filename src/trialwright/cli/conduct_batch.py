"""Commands of a live trial from a file, one JSON object per line, given one after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from trialwright.cli import conduct_call as ask
from trialwright.cli.conduct_give import SHARED, built, fields_of, tell
from trialwright.cli.conduct_names import NAMES
from trialwright.cli.conduct_whole import dated
from trialwright.cli.output import Steps
from trialwright.core.errors import InputError, TrialwrightError, UsageError

if TYPE_CHECKING:
    from trialwright.conduct.desk import Desk
    from trialwright.conduct.people.credentials import Session

LISTS = ("answers", "evidence", "levels")
_BESIDE = re.compile(r"@[A-Za-z0-9][A-Za-z0-9_.-]*\.txt")
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
    with _opened(source) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            steps(f"commands: {number}")
            try:
                _one(desk, _with_lists(_object(line, source, number), source.parent), sessions, passphrases, quiet)
            except TrialwrightError as fault:
                fault.message = f"{source}, line {number}: {fault.message}"
                raise
    return number


def _opened(source: Path) -> TextIO:
    """The file, its bytes that are no UTF-8 kept as what no line may hold."""
    try:
        return source.open(encoding="utf-8", errors="surrogateescape")
    except OSError as fault:
        raise InputError(
            "COND-175",
            f"{source} cannot be read: {fault.strerror}",
            expected="a file of commands, one in JSON per line",
            mend="check its name and its rights",
        ) from fault


def _with_lists(found: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The line with the lists that stand in text files beside the file of commands: `"answers": "@answers.txt"`.

    No other file is read: whoever wrote the commands may not be who gives them.
    """
    return {
        name: _list_in(folder / value[1:])
        if isinstance(value, str) and name in LISTS and _BESIDE.fullmatch(value)
        else value
        for name, value in found.items()
    }


def _list_in(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(
            "COND-175",
            f"{path.name} cannot be read: {fault}",
            expected="a text file beside the file of commands, with NAME=VALUE on each line",
            mend="put it there, or write the list into the line",
        ) from fault


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
    around = {name: found.get(name) or "" for name in _AROUND}
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
    asked = built(kind, fields | {each: found[each] for each in shared}, desk)
    entries = desk.do(call, dated(asked, fields, desk))
    if not quiet:
        tell(entries)


def _object(line: str, source: Path, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line, parse_constant=_no_number, object_pairs_hook=_once)
        json.dumps(found, ensure_ascii=False).encode("utf-8")
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
    if wrong := [name for name in _AROUND if not isinstance(found.get(name, ""), str | None)]:
        raise InputError(
            "COND-175",
            f"{source}, line {number}: {', '.join(wrong)} is no text",
            expected="text for what is around a command: " + ", ".join(_AROUND),
            mend="mend the line; what stood before it stands",
        )
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no name stands twice: of two values one would be lost without a word."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in it twice")
    return found
