"""From sources to rows of the store: reading, facts and texts, over several processes where there are many sources."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import Any

from trialwright.core.errors import InputError, TrialwrightError
from trialwright.lint.many import cores
from trialwright.record.collection import members_of
from trialwright.record.containers import Source
from trialwright.record.record import Record, Rendering
from trialwright.record.write import write
from trialwright.registry.facts import facts_of, updated
from trialwright.registry.spread import spread
from trialwright.registry.texts import packed, texts_of

ALONE = 40
"""Sources that one process reads sooner than others have started."""
CHUNK, LARGEST_CHUNK = 48, 4_000_000
"""Sources, and bytes of them, that a process is given at a time."""
_DAILY = re.compile(r',?"versionHolder":"[^"]*"')
_LEVEL = 1  # of compression; higher ones save a tenth and take twice as long


@dataclass(frozen=True, slots=True)
class Row:
    """One version of a record as the store takes it; see `layout.VERSION` for the fields. `texts`, `packed`: for the
    index."""

    trial: str
    nct_id: str | None
    updated: date | None
    rendering: str
    source: str
    sha256: str
    content: str
    problems: int
    body: bytes
    original: bytes | None
    facts: dict[str, Any]
    texts: tuple[str, ...]
    packed: bytes


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A source that could not be read: its name, the code of the error, and the reason."""

    name: str
    code: str
    reason: str


def row_of(record: Record, original: bytes | None = None) -> Row:
    """The row of a record. `original`: the bytes that it was read from, kept where v2 JSON does not say all of it."""
    study = write(record)
    text = json.dumps(study, ensure_ascii=False, separators=(",", ":"))
    kept = _DAILY.sub("", text) if "versionHolder" in text else text
    content = hashlib.blake2b(kept.encode(), digest_size=16).hexdigest()
    facts, texts, day = facts_of(study), texts_of(study), updated(study)
    facts["title"] = record.title
    whole = record.origin.rendering in (Rendering.V2_JSON, Rendering.PYTHON_LITERAL) and not record.unmapped
    return Row(
        trial=record.nct_id or content,
        nct_id=record.nct_id,
        updated=day,
        rendering=record.origin.rendering.value,
        source=record.origin.name,
        sha256=record.origin.sha256,
        content=content,
        problems=len(record.problems),
        body=zlib.compress(text.encode(), _LEVEL),
        original=None if whole or original is None else zlib.compress(original, _LEVEL),
        facts=facts,
        texts=texts,
        packed=packed(record.nct_id, day, facts, texts),
    )


def parse_source(source: Source) -> Iterator[Row | LeftOut]:
    """Every record of one source; whatever is wrong with one of them, the others come."""
    try:
        members = list(members_of(source))
    except Exception as fault:  # noqa: BLE001 - a fault of ours with one record must not cost the others
        yield _ours(source.name, fault)
        return
    for member in members:
        if member.record is None:
            yield _left_out(member.name, member.error)
            continue
        try:
            yield row_of(member.record, source.data if len(members) == 1 else None)
        except TrialwrightError as fault:
            yield _left_out(member.name, fault)
        except Exception as fault:  # noqa: BLE001
            yield _ours(member.name, fault)


def _left_out(name: str, error: TrialwrightError | None) -> LeftOut:
    error = error or InputError("READ-004", f"{name} holds no record")
    return LeftOut(name, error.code, error.message)


def _ours(name: str, fault: Exception) -> LeftOut:
    return LeftOut(name, "REG-006", f"a fault of trialwright: {type(fault).__name__}: {str(fault)[:300]}")


def parse_each(sources: Iterable[Source], *, workers: int | None = None, alone: int = ALONE) -> Iterator[Row | LeftOut]:
    """Every record of the sources, in their order, whatever the number of processes.

    `workers`: processes beside this one once there are more than `alone` sources; by default one for each core.
    """
    following = iter(sources)
    for source in islice(following, alone):
        yield from parse_source(source)
    yield from chain.from_iterable(spread(_parse_chunk, _chunks(following), cores() if workers is None else workers))


def _chunks(sources: Iterator[Source]) -> Iterator[list[Source]]:
    chunk: list[Source] = []
    size = 0
    for source in sources:
        chunk.append(source)
        size += len(source.data or b"")
        if len(chunk) >= CHUNK or size >= LARGEST_CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _parse_chunk(chunk: list[Source]) -> list[Row | LeftOut]:
    return [each for source in chunk for each in parse_source(source)]
