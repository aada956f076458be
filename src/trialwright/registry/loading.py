"""Takes rows into a registry in batches, each whole or not at all, and decides which version of a trial is current."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.record.containers import Source, sources_in
from trialwright.record.record import Rendering
from trialwright.registry.layout import FACTS, VERSION
from trialwright.registry.parsing import LeftOut, Row, parse_each
from trialwright.registry.text_index import index_path

if TYPE_CHECKING:
    from trialwright.registry.store import Registry

Progress = Callable[[str], None]
BATCH = 1000
_ORDER = {rendering.value: -place for place, rendering in enumerate(Rendering)}
Place = tuple[date, int, int]


def quiet(_: str) -> None:
    """Progress that nobody wants to see."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the records: of new trials, new versions of known trials, known already; and what was left out
    with the reason."""

    added: int
    updated: int
    known: int
    left_out: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Count:
    added: int = 0
    updated: int = 0
    known: int = 0
    left_out: list[LeftOut] = field(default_factory=list)


class Loading:
    """One load: what the registry holds, kept at hand, so that each record is compared without a query."""

    def __init__(self, registry: Registry, progress: Progress) -> None:
        self._registry, self._progress = registry, progress
        self._index = registry.text_index(progress)
        self._next = registry.newest() + 1
        self._sources: set[bytes] = set()
        self._contents: set[bytes] = set()
        self._current: dict[str, Place] = {}
        held = registry.query("SELECT id, trial, updated, rendering, sha256, content FROM versions ORDER BY id")
        for row in held:
            self._sources.add(bytes.fromhex(row["sha256"]))
            self._contents.add(bytes.fromhex(row["content"]))
            place = _place(row["updated"], row["rendering"], row["id"])
            self._current[row["trial"]] = max(place, self._current.get(row["trial"], place))
        self._listed = {row["name"] for row in registry.query("SELECT DISTINCT name FROM left_out")}
        self._count = _Count()

    def load(self, files: Iterable[Path], workers: int | None) -> Loaded:
        """Load every record of the files."""
        batch: list[Row | LeftOut] = []
        for each in parse_each(self._new(files), workers=workers):
            batch.append(each)
            if len(batch) >= BATCH:
                self._flush(batch)
                batch = []
        self._flush(batch)
        count = self._count
        reasons = tuple((each.name, each.reason) for each in count.left_out)
        return Loaded(count.added, count.updated, count.known, reasons)

    def _new(self, files: Iterable[Path]) -> Iterator[Source]:
        """The sources that are not in the registry yet."""
        own = (self._registry.path.name, index_path(self._registry.path).name)
        for source in (source for file in files for source in sources_in(file)):
            if source.name in own:  # a registry in the folder that is loaded
                continue
            if source.data is not None and hashlib.sha256(source.data).digest() in self._sources:
                self._count.known += 1
            else:
                yield source

    def _flush(self, batch: list[Row | LeftOut]) -> None:
        self.take([each for each in batch if isinstance(each, Row)], [x for x in batch if isinstance(x, LeftOut)])
        done = self._count.added + self._count.updated + self._count.known
        self._progress(f"loading: {done} records, {len(self._count.left_out)} left out")

    def take(self, rows: Iterable[Row], left_out: Iterable[LeftOut] = ()) -> int:
        """Store rows that are not known yet, and their words; how many they were. Raises StageError (REG-003)."""
        fresh: list[tuple[int, Row]] = []
        superseded: list[tuple[int, int]] = []
        named, count = list(left_out), _Count()
        current: dict[str, Place] = {}
        contents: set[bytes] = set()
        for row in rows:
            content = bytes.fromhex(row.content)
            if content in self._contents or content in contents:
                count.known += 1
                continue
            contents.add(content)
            number = self._next + len(fresh)
            fresh.append((number, row))
            place = _place(row.updated, row.rendering, number)
            held = current.get(row.trial, self._current.get(row.trial))
            count.added += held is None
            count.updated += held is not None
            if held is not None:
                older, newer = sorted((held, place))
                superseded.append((older[2], newer[2]))
            current[row.trial] = max(place, held or place)
        self._write(fresh, superseded, named)
        self._next += len(fresh)
        self._contents |= contents
        self._sources.update(bytes.fromhex(row.sha256) for _, row in fresh)
        self._current |= current
        self._count.added += count.added
        self._count.updated += count.updated
        self._count.known += count.known
        self._count.left_out += named
        self._index.add((number, row.texts, row.packed) for number, row in fresh)
        return len(fresh)

    def _write(self, fresh: list[tuple[int, Row]], superseded: list[tuple[int, int]], left_out: list[LeftOut]) -> None:
        """One transaction with everything that a batch changes."""
        named = (*(row.source for _, row in fresh), *(each.name for each in left_out))
        again = [name for name in named if name in self._listed]
        if not (fresh or left_out or again):
            return
        with self._registry.transaction(f"{len(fresh)} records") as connection:
            if fresh:
                kept = [{"id": number, **_plain(row)} for number, row in fresh]
                connection.execute(_insert("versions", VERSION), [[each[name] for each in kept] for name in VERSION])
                facts = [[row.facts[name] for _, row in fresh] for name in FACTS]
                connection.execute(_insert("facts", {"id": "BIGINT", **FACTS}), [[n for n, _ in fresh], *facts])
            if superseded:
                connection.executemany("INSERT INTO superseded VALUES (?, ?)", superseded)
            if again:
                connection.execute("DELETE FROM left_out WHERE list_contains(?::VARCHAR[], name)", [again])
            if left_out:
                connection.executemany(
                    "INSERT INTO left_out VALUES (?, ?, ?)", [(x.name, x.code, x.reason) for x in left_out]
                )
        self._listed |= {x.name for x in left_out}


def _place(updated: date | None, rendering: str, number: int) -> Place:
    """What a version is compared by: its last update, then how much its rendering shows, then the order of loading."""
    return updated or date.min, _ORDER.get(rendering, -len(_ORDER)), number


def _plain(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in VERSION if name != "id"}


def _insert(table: str, columns: dict[str, str]) -> str:
    values = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
