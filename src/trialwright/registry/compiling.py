"""Drafts and lints every record of a registry, keeps what follows from the drafts, and counts what can be run."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialwright.core.errors import TrialwrightError
from trialwright.lint.many import cores
from trialwright.registry.layout import COMPILED
from trialwright.registry.loading import Progress, quiet
from trialwright.registry.spread import spread

if TYPE_CHECKING:
    from trialwright.registry.store import Registry

CHUNK, ALONE = 24, 60
"""Records that a process is given at a time; records that this process does sooner than others have started."""
BATCH = 480
_NOTHING: dict[str, Any] = {name: [] if kind.endswith("[]") else None for name, kind in COMPILED.items()}


@dataclass(frozen=True, slots=True)
class Compiled:
    """What became of the records of a registry.

    `done`: how many were compiled now. `kinds`: by kind of design, how many there are and how many can be run.
    `reasons`: why the others cannot, with their number, the commonest first.
    """

    done: int
    kinds: tuple[tuple[str, int, int], ...]
    reasons: tuple[tuple[str, str, int], ...]

    @property
    def total(self) -> int:
        """How many records are compiled."""
        return sum(count for _, count, _ in self.kinds)

    @property
    def executable(self) -> int:
        """How many of them can be run."""
        return sum(count for _, _, count in self.kinds)


def compile_all(
    registry: Registry, *, workers: int | None = None, again: bool = False, progress: Progress = quiet
) -> Compiled:
    """Compile the current version of every trial that is not compiled yet by this version of trialwright.

    `again`: those too that are. What is done is kept batch by batch, so that a run that was stopped goes on where it
    was. Raises StageError (REG-003) if the disk takes no more.
    """
    from trialwright import __version__

    known = "" if again else f"WHERE id NOT IN (SELECT id FROM compiled WHERE program = '{__version__}')"
    ids = registry.ids(f"SELECT id FROM trials {known} ORDER BY id").tolist()
    many = 1 if len(ids) <= ALONE else cores() if workers is None else workers
    batch: list[dict[str, Any]] = []
    done = 0
    for rows in spread(_compile_chunk, _chunks(registry, ids), many):
        batch += rows
        if len(batch) >= BATCH:
            _keep(registry, batch)
            done, batch = done + len(batch), []
            progress(f"compiling: {done} of {len(ids)}")
    _keep(registry, batch)
    return report(registry, done + len(batch))


def _chunks(registry: Registry, ids: list[int]) -> Iterator[list[tuple[int, bytes, str]]]:
    """The texts of the records, a chunk at a time: id, compressed source, name."""
    for start in range(0, len(ids), CHUNK):
        rows = registry.query(
            "SELECT id, coalesce(original, body) AS text, source FROM versions "
            f"WHERE id IN ({', '.join(map(str, ids[start : start + CHUNK]))}) ORDER BY id"
        )
        yield [(row["id"], row["text"], row["source"]) for row in rows]


def _compile_chunk(chunk: list[tuple[int, bytes, str]]) -> list[dict[str, Any]]:
    return [{**_NOTHING, "id": number, **_compiled(text, name)} for number, text, name in chunk]


def _compiled(text: bytes, name: str) -> dict[str, Any]:
    """The facts of one record; where drafting itself fails, only the reason."""
    from trialwright import __version__
    from trialwright.record.read import read
    from trialwright.registry.derived import derived

    try:
        return derived(read(zlib.decompress(text), name=name))
    except TrialwrightError as fault:
        why = {"reason_code": fault.code, "reason": fault.message}
    except Exception as fault:  # noqa: BLE001 - a fault of ours with one record must not cost the others
        why = {"reason_code": "REG-006", "reason": f"a fault of trialwright: {type(fault).__name__}: {fault}"}
    return {"program": __version__, "design": "not drafted", "executable": False, **why}


def _keep(registry: Registry, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    values = ", ".join(f"unnest(?::{kind}[])" for kind in COMPILED.values())
    with registry.transaction(f"{len(rows)} compiled records") as connection:
        connection.execute("DELETE FROM compiled WHERE list_contains(?::BIGINT[], id)", [[row["id"] for row in rows]])
        connection.execute(
            f"INSERT INTO compiled ({', '.join(COMPILED)}) SELECT {values}",
            [[row[name] for row in rows] for name in COMPILED],
        )


def general(reason: str) -> str:
    """A reason without the numbers and the lists in brackets of one record, so that equal reasons count together.

    >>> general("3 arms for 4 dose levels (low, high)")
    'N arms for N dose levels (...)'
    """
    return re.sub(r"\b\d+\b", "N", re.sub(r"\([^()]*\)", "(...)", reason))


def report(registry: Registry, done: int = 0) -> Compiled:
    """What is compiled of the current versions, by kind of design, and the reasons of what cannot be run."""
    rows = registry.query("SELECT design, executable, reason_code, reason FROM compiled JOIN trials USING (id)")
    kinds = Counter(row["design"] for row in rows)
    able = Counter(row["design"] for row in rows if row["executable"])
    reasons = Counter((row["reason_code"], general(row["reason"])) for row in rows if not row["executable"])
    return Compiled(
        done,
        tuple((kind, count, able[kind]) for kind, count in kinds.most_common()),
        tuple((code, reason, count) for (code, reason), count in reasons.most_common()),
    )
