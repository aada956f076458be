"""Reads every record of a source that holds several: a folder, an archive, JSON Lines, a page of studies, a table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from trialwright.core.errors import InputError
from trialwright.record.containers import Source, sources_in
from trialwright.record.read import reader_for, record_of, text_of
from trialwright.record.record import Origin, Record


@dataclass(frozen=True, slots=True)
class Member:
    """One record of a collection, or what could not be read. `name`: where it stands, as a person would find it."""

    name: str
    record: Record | None
    error: InputError | None = None


def read_each(source: str | Path | bytes | IO[bytes], *, name: str | None = None) -> Iterator[Member]:
    """Every record in a source, in order, one in memory at a time.

    What cannot be read is a member with its error, and the rest goes on. Raises InputError (READ-001) only if the
    source itself cannot be opened.
    """
    for each in sources_in(Path(source) if isinstance(source, str) else source, name):
        yield from members_of(each)


def members_of(source: Source) -> Iterator[Member]:
    """The records in one source out of a container."""
    if source.data is None:
        yield Member(source.name, None, source.error)
        return
    try:
        text, problems = text_of(source.data, source.name)
        reader, rendering = reader_for(text, source.name)
        if not hasattr(reader, "read_each"):
            origin = Origin(source.name, rendering, hashlib.sha256(source.data).hexdigest())
            yield Member(source.name, record_of(reader.read(text), origin, problems))
            return
        for piece in reader.read_each(text):
            called = f"{source.name}, {piece.label}" if piece.label else source.name
            if piece.reading is None:
                yield Member(called, None, piece.error)
                continue
            data = piece.text.encode("utf-8", "surrogatepass") if piece.label else source.data
            origin = Origin(called, rendering, hashlib.sha256(data).hexdigest())
            yield Member(called, record_of(piece.reading, origin, problems))
    except InputError as fault:
        yield Member(source.name, None, fault)
