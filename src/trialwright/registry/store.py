"""Many records in one DuckDB file: every version of each, and what is known of it in columns."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from trialwright.core.errors import InputError, StageError
from trialwright.registry.facts import facts_of
from trialwright.registry.layout import LAYOUT, NAMES, TABLES
from trialwright.registry.loading import Loaded, Loading, Progress, quiet
from trialwright.registry.parsing import row_of
from trialwright.registry.text_index import TextIndex, index_path
from trialwright.registry.texts import packed, texts_of

if TYPE_CHECKING:
    import duckdb

    from trialwright.record.record import Record

_LISTED = "nct_id, title, status, study_type, phases, enrolment, sponsor, updated, rendering, source"
_CATCH_UP = 500


def _no_registry(path: Path, why: str) -> InputError:
    return InputError(
        "REG-001",
        f"{path} cannot be opened as a registry: {why}",
        expected="a file that `trialwright registry load` made, in a folder that is there, not in use elsewhere",
        mend="name another file with --store, or close the other program",
    )


class Registry:
    """A store of records, kept in one file; use it as a context manager.

    `writable`: False lets several programs read at a time, and makes no file. Opening a file that is no registry, or
    that another program writes, raises InputError (REG-001); one of another layout, REG-002.
    """

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        self.path = path
        self.writable = writable
        self._index: TextIndex | None = None
        self._connection = _connected(path, writable)
        try:
            self.store = self._open()
        except BaseException:
            self._connection.close()
            raise

    def _open(self) -> str:
        """Makes the tables in a new file; leaves a database of something else as it is. The registry's own name."""
        import duckdb

        try:
            tables = {name for (name,) in self._connection.execute("SHOW TABLES").fetchall()}
            if not tables and self.writable:
                self._connection.execute("BEGIN")
                self._connection.execute(TABLES)
                self._connection.execute("INSERT INTO layout VALUES (?, ?)", [LAYOUT, uuid.uuid4().hex])
                self._connection.execute("COMMIT")
            elif "layout" not in tables:
                raise _no_registry(self.path, "it is a database of something else")
            held = self._connection.execute("SELECT * FROM layout").fetchone()
        except duckdb.Error as fault:
            raise _no_registry(self.path, str(fault).splitlines()[0]) from fault
        if held is None or held[0] != LAYOUT:
            raise InputError(
                "REG-002",
                f"{self.path} has the layout {held[0] if held else 'of no version'} and this version uses {LAYOUT}",
                expected=f"layout {LAYOUT}",
                mend="load the records into a new file",
            )
        if tables and not tables >= NAMES:
            raise _no_registry(self.path, "it is a database of something else")
        return str(held[1])

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._index is not None:
            self._index.close()
        self._connection.close()

    # --- what goes in ------------------------------------------------------------------------------------

    def load(self, files: Iterable[Path], *, workers: int | None = None, progress: Progress = quiet) -> Loaded:
        """Add every record in files, folders and archives; what is broken is listed and stops nothing.

        What is in the registry already is not read again. Records are stored in batches, each whole or not at all, so
        that a load that was stopped goes on where it was. Raises InputError (READ-001) for a file that is not there,
        StageError (REG-003, REG-007) if the disk takes no more.
        """
        return Loading(self, progress).load(files, workers)

    def add(self, record: Record) -> bool:
        """Add one record; False if the same study is there already. Raises StageError (REG-003, REG-007)."""
        return bool(Loading(self, quiet).take([row_of(record)]))

    @contextmanager
    def transaction(self, what: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """Statements that are carried out together or not at all. Raises StageError (REG-003)."""
        import duckdb

        try:
            self._connection.execute("BEGIN")
            yield self._connection
            self._connection.execute("COMMIT")
        except duckdb.Error as fault:
            _roll_back(self._connection)
            raise StageError(
                "REG-003",
                f"{what} could not be stored: {str(fault).splitlines()[0]}",
                expected="a disk with room, and a file that can be written to",
                mend="make room, then give the command again: what was stored is kept, and it goes on from there",
            ) from fault
        except BaseException:
            _roll_back(self._connection)
            raise

    # --- what comes out ------------------------------------------------------------------------------------

    def query(self, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows that an SQL statement gives, each by the names of its columns."""
        found = self._connection.execute(statement, list(values))
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def ids(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """The first column that an SQL statement gives, as a numpy array of int64."""
        found = self._connection.execute(statement, list(values)).fetchnumpy()
        return next(iter(found.values())).astype("int64")

    def among(self, ids: Any, statement: str) -> list[dict[str, Any]]:
        """The rows that an SQL statement gives which joins a table `asked` with these ids (a numpy array of int64)."""
        self._connection.register("asked", {"id": ids})
        try:
            return self.query(statement)
        finally:
            self._connection.unregister("asked")

    def newest(self) -> int:
        """The id of the version that was stored last, 0 where there is none."""
        return int(self.query("SELECT coalesce(max(id), 0) AS id FROM versions")[0]["id"])

    def rows(self) -> list[dict[str, Any]]:
        """The current version of each trial, by number and title, without the texts."""
        return self.query(f"SELECT {_LISTED} FROM trials ORDER BY nct_id NULLS LAST, title, source")

    def versions(self, number: str) -> list[dict[str, Any]]:
        """The versions of a trial, oldest first: `id`, `version` (from 1), `updated`, `source`, `current` and more."""
        found = self.query(
            "SELECT id, updated, rendering, source, problems, id NOT IN (SELECT id FROM superseded) AS current "
            "FROM versions WHERE nct_id = ? ORDER BY updated NULLS FIRST, id",
            [number],
        )
        return [{"version": place, **row} for place, row in enumerate(found, start=1)]

    def study(self, number: str, version: int | None = None) -> bytes | None:
        """The record of a registry number as v2 JSON text, None if it is not here; by default its current version."""
        for held in self.versions(number):
            if held["current"] if version is None else held["version"] == version:
                return self.body(held["id"])
        return None

    def body(self, version_id: int) -> bytes:
        """The v2 JSON text of one version, by its id. Raises KeyError if there is none."""
        found = self._connection.execute("SELECT body FROM versions WHERE id = ?", [version_id]).fetchone()
        if found is None:
            raise KeyError(version_id)
        return zlib.decompress(found[0])

    def record(self, version_id: int) -> Record:
        """The record of one version, by its id, read again from the source where that says more than v2 JSON.

        Raises KeyError if there is none.
        """
        from trialwright.record.read import read

        found = self._connection.execute("SELECT original, source FROM versions WHERE id = ?", [version_id]).fetchone()
        if found is None:
            raise KeyError(version_id)
        return read(zlib.decompress(found[0]) if found[0] else self.body(version_id), name=found[1])

    # --- the text index ------------------------------------------------------------------------------------

    def text_index(self, progress: Progress = quiet) -> TextIndex:
        """The text index, brought up to what the store holds. Raises StageError (REG-007)."""
        if self._index is None:
            self._index = TextIndex(index_path(self.path), self.store, self.newest())
        newest, reached = self.newest(), self._index.reached
        while reached < newest:
            progress(f"indexing: {reached} of {newest}")
            self._index.add(self._words_after(reached))
            reached = self._index.reached
        return self._index

    def _words_after(self, reached: int) -> Iterator[tuple[int, tuple[str, ...], bytes]]:
        """What the index keeps of the versions that come next."""
        import json

        held = self.query(
            "SELECT id, nct_id, updated, title, body FROM (SELECT * FROM versions WHERE id > ? ORDER BY id LIMIT ?) "
            "JOIN facts USING (id) ORDER BY id",
            [reached, _CATCH_UP],
        )
        for row in held:
            study = json.loads(zlib.decompress(row["body"]))
            texts = texts_of(study)
            facts = {**facts_of(study), "title": row["title"]}
            yield row["id"], texts, packed(row["nct_id"], row["updated"], facts, texts)


def _connected(path: Path, writable: bool) -> duckdb.DuckDBPyConnection:
    import duckdb

    if not writable and not path.is_file():
        raise _no_registry(path, "there is no such file")
    try:
        return duckdb.connect(str(path), read_only=not writable, config={"memory_limit": "1GB"})
    except duckdb.Error as fault:
        raise _no_registry(path, str(fault).splitlines()[0]) from fault


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    import duckdb

    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:  # the fault has ended the transaction already
        return
