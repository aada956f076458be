"""Many records in one DuckDB file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from trialwright.core.errors import InputError, StageError, TrialwrightError
from trialwright.record.collection import Member, read_each
from trialwright.record.record import Record
from trialwright.record.write import write

if TYPE_CHECKING:
    import duckdb

LAYOUT = 1

_TABLES = """
CREATE TABLE layout (version INTEGER NOT NULL);
CREATE TABLE records (
    sha256 VARCHAR PRIMARY KEY,
    nct_id VARCHAR,
    title VARCHAR NOT NULL,
    status VARCHAR,
    study_type VARCHAR,
    phases VARCHAR[] NOT NULL,
    enrolment INTEGER,
    sponsor VARCHAR,
    rendering VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    study JSON NOT NULL
);
"""


def _no_registry(path: Path, why: str) -> InputError:
    return InputError(
        "REG-001",
        f"{path} cannot be opened as a registry: {why}",
        expected="a file that `trialwright registry load` made, in a folder that is there, not in use elsewhere",
        mend="name another file with --store, or close the other program",
    )


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of files: records added, records known already, and files left out with the reason."""

    added: int
    known: int
    left_out: tuple[tuple[str, str], ...]


def members(file: Path) -> Iterator[Member]:
    """Every record in a file, or the error of the file."""
    try:
        yield from read_each(file)
    except InputError as fault:
        yield Member(file.name, None, fault)


class Registry:
    """A store of records, kept in one file; use it as a context manager.

    Opening a file that is no registry, or is in use by another program, raises InputError (REG-001).
    """

    def __init__(self, path: Path) -> None:
        import duckdb

        try:
            self._connection: duckdb.DuckDBPyConnection = duckdb.connect(str(path))
        except duckdb.Error as fault:
            raise _no_registry(path, str(fault).splitlines()[0]) from fault
        try:
            self._open(path)
        except duckdb.Error as fault:
            self._connection.close()
            raise _no_registry(path, str(fault).splitlines()[0]) from fault
        except InputError:
            self._connection.close()
            raise

    def _open(self, path: Path) -> None:
        """Makes the tables in a new file; leaves a database of something else as it is."""
        tables = {name for (name,) in self._connection.execute("SHOW TABLES").fetchall()}
        if not tables:
            self._connection.execute("BEGIN")
            self._connection.execute(_TABLES)
            self._connection.execute("INSERT INTO layout VALUES (?)", [LAYOUT])
            self._connection.execute("COMMIT")
            return
        if not tables >= {"layout", "records"}:
            raise _no_registry(path, "it is a database of something else")
        version = self._connection.execute("SELECT version FROM layout").fetchone()
        if version is None or version[0] != LAYOUT:
            raise InputError(
                "REG-002",
                f"{path} has the layout {version[0] if version else 'of no version'} and this version writes {LAYOUT}",
                expected=f"layout {LAYOUT}",
                mend="load the records into a new file",
            )

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def load(self, files: Iterable[Path]) -> Loaded:
        """Add every record in each file; one that cannot be read is left out and does not stop the others."""
        added = known = 0
        left_out = []
        for member in (member for file in files for member in members(file)):
            try:
                if member.record is None:
                    raise member.error or InputError("READ-004", f"{member.name} holds no record")
                new = self.add(member.record)
            except TrialwrightError as fault:
                left_out.append((member.name, fault.message))
                continue
            added += new
            known += not new
        return Loaded(added, known, tuple(left_out))

    def add(self, record: Record) -> bool:
        """Add one record; False if the very same source is there already. Raises StageError (REG-003)."""
        import duckdb

        section = record.study.protocol_section
        sponsor = section.sponsor_collaborators_module.lead_sponsor
        enrolment = section.design_module.enrollment_info
        count = enrolment.count if enrolment is not None else None
        row = [
            record.origin.sha256,
            record.nct_id,
            record.title,
            section.status_module.overall_status,
            section.design_module.study_type,
            list(section.design_module.phases),
            count if count is not None and abs(count) < 2**31 else None,
            sponsor.name if sponsor else None,
            record.origin.rendering.value,
            record.origin.name,
            json.dumps(write(record), ensure_ascii=False),
        ]
        try:
            made = self._connection.execute(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1", row
            ).fetchone()
        except duckdb.Error as fault:
            raise StageError("REG-003", f"{record.origin.name} could not be stored: {fault}") from fault
        return made is not None

    def study(self, number: str) -> bytes | None:
        """The record of a registry number as v2 JSON text, None if it is not here; the one loaded last of several."""
        found = self._connection.execute(
            "SELECT study FROM records WHERE nct_id = ? ORDER BY rowid DESC LIMIT 1", [number]
        ).fetchone()
        return None if found is None else str(found[0]).encode()

    def rows(self) -> list[dict[str, Any]]:
        """The records, by number and title, without their texts."""
        found = self._connection.execute(
            "SELECT nct_id, title, status, study_type, phases, enrolment, sponsor, rendering, source "
            "FROM records ORDER BY nct_id NULLS LAST, title, source"
        )
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
