"""The front door of the records: from a file, a path or bytes to a `Record`.

The rendering is recognised from the content, never from the file's name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

from trialwright.core.errors import InputError
from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.record.containers import is_container, sources_in
from trialwright.record.reading import Reading
from trialwright.record.record import Origin, Record, Rendering

if TYPE_CHECKING:
    from types import ModuleType

LARGEST = 50_000_000

# asked in this order; each module has `recognises(text)` and `read(text)`
READERS = (
    ("python_literal", Rendering.PYTHON_LITERAL),
    ("legacy_xml.study", Rendering.LEGACY_XML),
    ("saved_html", Rendering.SAVED_HTML),
    ("csv_export", Rendering.CSV_EXPORT),
    ("legacy_json.flat", Rendering.LEGACY_FLAT_JSON),
    ("legacy_json.full", Rendering.LEGACY_FULL_JSON),
    ("v2_json", Rendering.V2_JSON),
    ("explorer.labelled", Rendering.LABELLED_PAGE),
    ("explorer.unlabelled", Rendering.UNLABELLED_PAGE),
    ("classic.page", Rendering.CLASSIC_PAGE),
)


def read(source: str | Path | bytes | IO[bytes], *, name: str | None = None) -> Record:
    """The record in a file (given by its path), in an open binary file, or in bytes.

    `name`: what the source is called in messages; a path's own name if not given. Raises InputError with a
    READ code if there is no record to be read; whatever is odd *within* a record becomes a Problem instead.
    """
    data, called = bytes_of(source, name)
    if is_container(data):
        data, called = _only_source(data, called)
    text, problems = text_of(data, called)
    reader, rendering = reader_for(text, called)
    return record_of(reader.read(text), Origin(called, rendering, hashlib.sha256(data).hexdigest()), problems)


def record_of(reading: Reading, origin: Origin, problems: Iterable[Problem] = ()) -> Record:
    """A reading with its origin; `problems`: those found before the reader was asked."""
    return Record(
        study=reading.study,
        provenance=reading.provenance,
        origin=origin,
        coverage=reading.coverage,
        problems=(*problems, *reading.problems),
        unmapped=reading.unmapped,
    )


def _only_source(data: bytes, called: str) -> tuple[bytes, str]:
    """The one source in an archive or a gzip file. Raises InputError where it is broken or there are several."""
    found = list(islice(sources_in(data, called), 2))
    if not found or len(found) > 1:
        raise InputError(
            "READ-005" if found else "READ-004",
            f"{called} holds {'several sources' if found else 'no source'}",
            expected="one record",
            mend="commands that take several records read archives whole; this one takes one record",
        )
    only = found[0]
    if only.data is None:
        raise only.error or InputError("READ-018", f"{called} cannot be unpacked")
    return only.data, only.name


def bytes_of(source: str | Path | bytes | IO[bytes], name: str | None = None) -> tuple[bytes, str]:
    """The bytes of a source and what it is called in messages. Raises InputError (READ-001, READ-007)."""
    if isinstance(source, bytes):
        data, called = source, "the given bytes"
    elif isinstance(source, str | Path):
        path = Path(source)
        called = path.name
        try:
            if path.is_dir():
                raise InputError(
                    "READ-001",
                    f"{path} is a folder",
                    expected="a file that holds one record",
                    mend="name one file; `trialwright run` and `trialwright compare` take folders",
                )
            if path.stat().st_size > LARGEST:
                raise _too_large(str(path))
            data = path.read_bytes()
        except OSError as fault:
            raise InputError(
                "READ-001",
                f"{_short(str(path))} cannot be read: {fault.strerror or fault}",
                expected="a file that holds one record",
                mend="check the name and the permissions",
            ) from fault
        except ValueError as fault:  # a NUL byte in the path
            raise InputError("READ-001", f"{source!r} is no file name", expected="the path of a file") from fault
    else:
        called = getattr(source, "name", "standard input")
        data = source.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _too_large(called)
    return data, name or str(called)


def _short(name: str) -> str:
    """A name that fits a message."""
    return name if len(name) <= 200 else name[:199] + "…"


def _too_large(called: str) -> InputError:
    return InputError(
        "READ-007",
        f"{called} is larger than {LARGEST // 1_000_000} MB",
        expected="one registry record; the largest known is under 20 MB",
        mend="give one record, not a bulk download",
    )


def text_of(data: bytes, called: str) -> tuple[str, list[Problem]]:
    """The text in the bytes of a source. Raises InputError (READ-002, READ-008) where there is none."""
    if not data.strip():
        raise InputError(
            "READ-002",
            f"{called} is empty",
            expected="a registry record",
            mend="save the record again",
        )
    problems = []
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as fault:
        printable = sum(byte >= 32 or byte in (9, 10, 13) for byte in data[:4096])
        if b"\x00" in data[:4096] or printable < 0.9 * min(len(data), 4096):
            raise InputError(
                "READ-008",
                f"{called} is a binary file",
                expected="text or JSON",
                mend="save the record as JSON or as plain text",
            ) from fault
        text = data.decode("cp1252", errors="replace")
        problems.append(
            Problem(
                "READ-013",
                Severity.WARNING,
                f"the file is not UTF-8 (byte {fault.start}); it was read as Windows-1252",
                evidence=(Evidence.of(repr(data[max(0, fault.start - 20) : fault.start + 20])),),
                expected="UTF-8",
                mend="save the file as UTF-8 and compare the special characters",
            )
        )
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
        problems.append(
            Problem(
                "READ-014",
                Severity.WARNING,
                "the file holds NUL characters; each was replaced by U+FFFD",
                expected="text without control characters",
                mend="save the file again from its source",
            )
        )
    return text.replace("\r\n", "\n").replace("\r", "\n"), problems


def reader_for(text: str, called: str) -> tuple[ModuleType, Rendering]:
    """The reader that recognises the text. Raises InputError (READ-009) if none does."""
    for module, rendering in READERS:
        reader = import_module(f"trialwright.record.readers.{module}")
        if reader.recognises(text):
            return reader, rendering
    raise InputError(
        "READ-009",
        f"{called} is not a registry record in any rendering that is known",
        expected="; ".join(rendering.value for rendering in Rendering),
        mend="save the record as JSON from its page, or copy the whole text of the page",
    )
