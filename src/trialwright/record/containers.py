"""Opens what holds several sources: folders, zip archives, gzip files and JSON Lines, piece by piece."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from trialwright.core.errors import InputError

LARGEST = 200_000_000
"""Bytes of one source after unpacking; a longer one is refused, so that an archive cannot fill the memory."""

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_SKIPPED = ("__MACOSX", ".", "README")
_LAYERS = 2


@dataclass(frozen=True, slots=True)
class Source:
    """One source out of a container. `name`: its path within, with the container's name before it; `data`: its bytes,
    or None with the `error` that says why they cannot be had."""

    name: str
    data: bytes | None
    error: InputError | None = None


def is_container(data: bytes) -> bool:
    """Whether bytes begin as a zip archive or a gzip file does."""
    return data[:2] == GZIP or data[:4] in (ZIP, _EMPTY_ZIP)


def sources_in(source: Path | bytes | IO[bytes], name: str | None = None) -> Iterator[Source]:
    """Every source in a folder (with its folders, by name), an archive, a file of JSON Lines, or the file itself.

    What is broken is given with its error and does not stop the rest; at most one source is in memory at a time. An
    archive may hold gzip files, an archive within an archive is refused. Hidden files and those named README are not
    sources. Raises InputError (READ-001) if the source itself cannot be opened.
    """
    if isinstance(source, Path) and source.is_dir():
        for path in sorted(source.rglob("*")):
            within = path.relative_to(source)
            if path.is_file() and not any(part.startswith(_SKIPPED) for part in within.parts):
                try:
                    yield from sources_in(path, within.as_posix())
                except InputError as fault:
                    yield Source(within.as_posix(), None, fault)
        return
    if isinstance(source, bytes):
        yield from _opened(io.BytesIO(source), name or "the given bytes", _LAYERS)
    elif isinstance(source, Path):
        try:
            stream = source.open("rb")
        except (OSError, ValueError) as fault:
            raise InputError(
                "READ-001",
                f"{str(source)[:200]} cannot be read: {getattr(fault, 'strerror', None) or fault}",
                expected="a file or a folder with records in it",
                mend="check the name and the permissions",
            ) from fault
        with closing(stream):
            yield from _opened(stream, name or source.name, _LAYERS)
    else:
        whole = source if source.seekable() else io.BytesIO(source.read(LARGEST + 1))
        yield from _opened(whole, name or "standard input", _LAYERS)


def _opened(stream: IO[bytes], name: str, layers: int) -> Iterator[Source]:
    start = stream.read(4)
    stream.seek(0)
    if not is_container(start):
        yield from _text(stream, name)
    elif layers == 0 or (layers < _LAYERS and start[:2] == b"PK"):
        yield _broken(name, "READ-018", "it is an archive within an archive", "unpack it first")
    elif start[:2] == GZIP:
        with gzip.GzipFile(fileobj=stream) as inner:
            plain = name[:-3] if name.lower().endswith(".gz") else name
            try:
                yield from _unpacked(cast(BinaryIO, inner), plain, layers - 1)
            except (OSError, EOFError, zlib.error) as fault:
                yield _broken(plain, "READ-018", f"the gzip file is damaged: {fault}", "download or pack it again")
    else:
        yield from _zip(stream, name, layers - 1)


def _unpacked(stream: IO[bytes], name: str, layers: int) -> Iterator[Source]:
    """What a stream of unpacked bytes holds; another container in it is read whole, for it must be searched."""
    reader = io.BufferedReader(stream)  # type: ignore[type-var]  # an unpacking stream reads like a raw one
    start = reader.peek(4)[:4]
    if is_container(start):
        data = reader.read(LARGEST + 1)
        yield from ([_too_large(name)] if len(data) > LARGEST else _opened(io.BytesIO(data), name, layers))
    else:
        yield from _text(reader, name)


def _zip(stream: IO[bytes], name: str, layers: int) -> Iterator[Source]:
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError) as fault:
        yield _broken(name, "READ-018", f"the archive is damaged: {fault}", "download or pack it again")
        return
    with archive:
        for member in archive.infolist():
            if member.is_dir() or any(part.startswith(_SKIPPED) for part in member.filename.split("/")):
                continue
            called = f"{name}/{member.filename}"
            try:
                with archive.open(member) as inner:
                    yield from _unpacked(inner, called, layers)
            except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as fault:
                yield _broken(called, "READ-018", f"its part of the archive is damaged: {fault}", "pack it again")
            except RuntimeError as fault:  # encrypted, or an unknown compression
                yield _broken(called, "READ-018", f"it cannot be unpacked: {fault}", "unpack it with another program")


def _text(stream: IO[bytes], name: str) -> Iterator[Source]:
    """The file itself, or its lines where each is a JSON object. Blank lines count as lines, for places to be right."""
    blank, first = _line_after(stream, 0)
    between, second = _line_after(stream, len(blank) + len(first)) if _has_braces(first) else (b"", b"")
    if second.lstrip()[:1] == b"{" and _is_object(first):
        number = blank.count(b"\n") + 1
        yield Source(f"{name}, line {number}", first)
        number, line = number + 1 + between.count(b"\n"), second
        while line:
            if len(line) > LARGEST:
                yield _too_large(f"{name}, line {number}")
                return
            if line.strip():
                yield Source(f"{name}, line {number}", line)
            number, line = number + 1, stream.readline(LARGEST + 1)
        return
    data = b"".join((blank, first, between, second))
    data += stream.read(max(LARGEST + 1 - len(data), 0))
    yield _too_large(name) if len(data) > LARGEST else Source(name, data)


def _line_after(stream: IO[bytes], so_far: int) -> tuple[bytes, bytes]:
    """The blank lines that come next, and the line after them."""
    blank: list[bytes] = []
    line = stream.readline(LARGEST + 1)
    while line and not line.strip() and so_far <= LARGEST:
        blank.append(line)
        so_far += len(line)
        line = stream.readline(LARGEST + 1)
    return b"".join(blank), line


def _has_braces(line: bytes) -> bool:
    """Whether a line may be one whole JSON object."""
    text = line.removeprefix(b"\xef\xbb\xbf").strip()
    return text[:1] == b"{" and text[-1:] == b"}"


def _is_object(line: bytes) -> bool:
    """Whether a line is one whole JSON object."""
    if not _has_braces(line):
        return False
    try:
        return isinstance(json.loads(line.removeprefix(b"\xef\xbb\xbf")), dict)
    except (ValueError, RecursionError):
        return False


def _too_large(name: str) -> Source:
    return _broken(
        name,
        "READ-007",
        f"it is larger than {LARGEST // 1_000_000} MB",
        "give one record, or a page of them, to a file",
    )


def _broken(name: str, code: str, why: str, mend: str) -> Source:
    short = name if len(name) <= 200 else name[:199] + "…"
    return Source(name, None, InputError(code, f"{short}: {why}", expected="a file with registry records", mend=mend))
