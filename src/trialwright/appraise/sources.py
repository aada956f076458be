"""What a user names as RECORD or PROTOCOL: a file, standard input, or a folder of records."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from trialwright.core.errors import InputError, TrialwrightError, UsageError
from trialwright.core.problem import Problem, Severity

if TYPE_CHECKING:
    from trialwright.protocol.protocol import Protocol
    from trialwright.record.record import Record

Progress = Callable[[str], None]
STORE, API = "TRIALWRIGHT_REGISTRY", "TRIALWRIGHT_API"  # where records named by number are looked for


def quiet(_: str) -> None:
    """Progress that nobody wants to see."""


SUFFIXES = (
    ".json", ".txt", ".md", ".text", ".yaml", ".yml", ".xml", ".html", ".htm", ".csv", ".jsonl", ".ndjson", ".gz",
    ".zip",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opened:
    """An input that was opened: the record (None where a protocol file was given) and the protocol.

    `text`: the protocol file as a person left it, with the comments; empty where a record was given.
    """

    record: Record | None
    protocol: Protocol
    name: str
    text: str = ""


def contents(source: str) -> tuple[bytes, str]:
    """The bytes of a file, or of standard input for `-`, with the name to call them by.

    Raises InputError (READ-001, READ-007) if there are none to be had.
    """
    from trialwright.record.read import bytes_of

    if source == "-":
        return bytes_of(sys.stdin.buffer, "standard input")
    path = Path(source)
    if _is_number(source) and not path.exists():
        return _by_number(source.upper())
    return bytes_of(path)


def _is_number(source: str) -> bool:
    return len(source) == 11 and source[:3].upper() == "NCT" and source[3:].isdigit() and source.isascii()


def _by_number(number: str) -> tuple[bytes, str]:
    """The record of a registry number: from the registry on this machine, or else fetched.

    Raises InputError (READ-602) or StageError (READ-603, READ-604) if it is to be had nowhere.
    """
    from trialwright.registry import Registry, fetch

    store = Path(os.environ.get(STORE, "registry.duckdb"))
    if store.is_file():
        with Registry(store, writable=False) as registry:
            held = registry.study(number)
        if held is not None:
            return held, f"{number} in {store.name}"
    with fetch.Api(base=os.environ.get(API, fetch.API)) as api:
        return api.study(number), f"{number} as fetched"


def open_record(source: str) -> Record:
    """The record in a file or in standard input (`-`). Raises InputError."""
    from trialwright import protocol, record

    data, name = contents(source)
    if protocol.files.recognises(data):
        raise InputError(
            "READ-016",
            f"{name} is a protocol file, and this command reads a record",
            expected="a registry record",
            mend="give the record; `run`, `simulate`, `screen`, `analyse` and `compare` take a protocol file",
        )
    return record.read(data, name=name)


def open_input(source: str, *, progress: Progress = quiet) -> Opened:
    """The record or the protocol file that a user named, and the protocol that it gives.

    Raises InputError: if there is nothing to be read, and RUN-011 if a protocol file contradicts itself. What is
    inconsistent in a draft, or only doubtful in a file, joins the protocol's problems.
    """
    from trialwright import protocol, record

    data, name = contents(source)
    progress(f"reading {name}")
    if protocol.files.recognises(data):
        text = _text(data, name)
        given = protocol.files.load(text)
        found = protocol.check(given)
        _refuse(found, name)
        return Opened(None, replace(given, problems=_once(given.problems, found)), name, text)
    read = record.read(data, name=name)
    progress("drafting the protocol")
    return _drafted(read, name)


def holds_several(source: str) -> bool:
    """Whether a file (an archive, JSON Lines, a page of studies, a table) holds more than one record."""
    from trialwright.record.collection import read_each

    path = Path(source)
    try:
        return path.is_file() and len(list(islice(read_each(path), 2))) > 1
    except (InputError, OSError, ValueError):
        return False


def open_each(source: str, *, progress: Progress = quiet) -> Iterator[tuple[str, Opened | TrialwrightError]]:
    """Everything that a file holds, opened as `open_input` does, by name; what cannot be opened with its error."""
    from trialwright.record.collection import read_each

    if not holds_several(source):
        yield Path(source).name[:200], _tried(partial(open_input, source, progress=progress))
        return
    for member in read_each(Path(source)):
        progress(f"reading {member.name}")
        if member.record is None:
            yield member.name, member.error or InputError("READ-004", f"{member.name} holds no record")
        else:
            yield member.name, _tried(partial(_drafted, member.record, member.name))


def _tried(opening: Callable[[], Opened]) -> Opened | TrialwrightError:
    try:
        return opening()
    except TrialwrightError as fault:
        return fault


def _drafted(record: Record, name: str) -> Opened:
    from trialwright import protocol

    drafted = protocol.draft(record)
    return Opened(record, replace(drafted, problems=_once(drafted.problems, protocol.check(drafted))), name)


def _once(*lists: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problem for each in lists for problem in each))


def _refuse(found: tuple[Problem, ...], name: str) -> None:
    """Raises InputError if any of the problems is an error."""
    errors = [problem for problem in found if problem.severity is Severity.ERROR]
    if errors:
        raise InputError(
            "RUN-011",
            f"the protocol file {name} contradicts itself:\n"
            + "\n".join(
                f"{each.field}: {each.message} ({each.code}; expected: {each.expected})" for each in errors[:20]
            ),
            expected="a protocol without contradictions: nothing is computed from one that has any",
            mend="correct the fields named",
        )


def _text(data: bytes, name: str) -> str:
    """The text of a protocol file. Raises InputError (DRAFT-011)."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InputError(
            "DRAFT-011",
            f"{name} is not UTF-8 text: byte {fault.start}",
            expected="a YAML file in UTF-8",
            mend="save it as UTF-8",
        ) from fault


def is_folder(source: str | Path) -> bool:
    """Whether this is the name of a folder; a name that no file can have is not."""
    try:
        return Path(source).is_dir()
    except (OSError, ValueError):
        return False


def files_in(folder: Path) -> tuple[Path, ...]:
    """The files of a folder that may hold records, by name. Raises UsageError if there is none."""
    found = tuple(
        sorted(
            path
            for path in folder.iterdir()
            if path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "README"))
        )
    )
    if not found:
        raise UsageError(
            "RUN-003",
            f"the folder {folder} holds no file that may be a record",
            expected=f"files that end in {', '.join(SUFFIXES)}",
            mend="name a folder with records in it",
        )
    return found
