"""Lints the records of many sources, over several processes where there are many; the answers come in their order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice

from trialwright.core.errors import InputError
from trialwright.lint.finding import Finding
from trialwright.lint.places import Places
from trialwright.lint.run import run
from trialwright.record.collection import members_of
from trialwright.record.containers import Source
from trialwright.record.read import text_of
from trialwright.record.record import Record

ALONE = 200
"""Sources that one process lints sooner than others have started."""
CHUNK, LARGEST_CHUNK = 24, 4_000_000
"""Sources, and bytes of them, that a process is given at a time."""
AHEAD = 3
"""Chunks for each process that are read ahead, so that the memory does not grow with the number of sources."""


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found in one record, with the places of the evidence in its file. `name`: where the record stands."""

    name: str
    nct_id: str | None
    title: str
    findings: tuple[Finding, ...]
    places: Places

    @classmethod
    def of(cls, name: str, record: Record, places: Places, as_of: date | None) -> Linted:
        """The findings of a record."""
        return cls(name, record.nct_id, record.title, run(record, as_of=as_of), places)

    def settled(self) -> Linted:
        """The same without the text of the file, which is large: what is sent from one process to another."""
        evidence = (item for finding in self.findings for item in finding.evidence)
        return Linted(self.name, self.nct_id, self.title, self.findings, self.places.settled(evidence))


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that could not be read, and why."""

    name: str
    error: InputError | None


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def lint_each(
    sources: Iterable[Source], *, as_of: date | None = None, workers: int | None = None, alone: int = ALONE
) -> Iterator[Linted | Unread]:
    """Every record of the sources with its findings, in their order, whatever the number of processes.

    `workers`: processes beside this one once there are more than `alone` sources; by default one for each core.
    """
    left = iter(sources)
    for source in islice(left, alone):
        yield from lint_source(source, as_of)
    following = list(islice(left, 1))
    if not following:
        return
    rest = chain(following, left)
    workers = cores() if workers is None else workers
    if workers < 2:
        for source in rest:
            yield from lint_source(source, as_of)
    else:
        yield from _over_processes(rest, as_of, workers)


def lint_source(source: Source, as_of: date | None = None) -> Iterator[Linted | Unread]:
    """Every record of one source with its findings."""
    text = decoded(source.data or b"")
    members = list(members_of(source))
    for number, member in enumerate(members):
        if member.record is None:
            yield Unread(member.name, member.error)
        else:
            prefix = _prefix(text, number) if len(members) > 1 else ""
            yield Linted.of(member.name, member.record, Places(text, prefix), as_of)


def decoded(data: bytes) -> str:
    """The text of a source as the readers see it, so that lines and columns are theirs; empty where there is none."""
    try:
        return text_of(data, "the source")[0]
    except InputError:
        return ""


def _prefix(text: str, number: int) -> str:
    return f"studies[{number}]." if text.lstrip().startswith("{") else f"[{number}]."


def _over_processes(sources: Iterator[Source], as_of: date | None, workers: int) -> Iterator[Linted | Unread]:
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor

    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    under_way: deque[Future[list[Linted | Unread]]] = deque()
    try:
        for chunk in _chunks(sources):
            under_way.append(pool.submit(_lint_chunk, chunk, as_of))
            if len(under_way) >= AHEAD * workers:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


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


def _lint_chunk(chunk: list[Source], as_of: date | None) -> list[Linted | Unread]:
    found = (each for source in chunk for each in lint_source(source, as_of))
    return [each.settled() if isinstance(each, Linted) else each for each in found]
