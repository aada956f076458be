"""The text index beside a registry: an SQLite file with FTS5 that can be thrown away and made again from the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from trialwright.core.errors import StageError
from trialwright.registry.texts import FIELDS, unpacked

ANALYSIS = 2
"""Raised where `texts_of` or the table changes: an index of another number is made again."""
_PENDING = 16 << 20  # bytes of words that are gathered before they are written
_WEIGHTS = ", ".join(str(weight) for weight in FIELDS.values())
_SCORE = f"bm25(words, {_WEIGHTS})"


def index_path(store: Path) -> Path:
    """The file of the text index that belongs to a registry."""
    return store.with_name(f"{store.name}.text")


class TextIndex:
    """The words of every version of every record, by the version's id; use it as a context manager.

    `store`: the name of the registry that it belongs to; an index of another one, of another analysis or a broken file
    is emptied. Raises StageError (REG-007) where the file can be neither read nor made.
    """

    def __init__(self, path: Path, store: str, newest: int) -> None:
        self.path = path
        try:
            self._connection = self._opened(store, newest)
        except sqlite3.Error as fault:
            if isinstance(fault, sqlite3.OperationalError) and "malformed" not in str(fault):
                raise _unusable(path, fault) from fault
            path.unlink(missing_ok=True)  # a broken file holds nothing that the store does not hold
            path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
            try:
                self._connection = self._opened(store, newest)
            except sqlite3.Error as again:
                raise _unusable(path, again) from again

    def _opened(self, store: str, newest: int) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=30)
        try:
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA cache_size = -65536")
            connection.execute("CREATE TEMP TABLE gone (id INTEGER PRIMARY KEY)")
            self._prepare(connection, store, newest)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection, store: str, newest: int) -> None:
        """Makes the tables where they are not those that this store needs."""
        there = connection.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('words', 'state')").fetchone()[0]
        if there == 2:
            held = connection.execute("SELECT store, analysis, reached FROM state").fetchone()
            if held is not None and held[:2] == (store, ANALYSIS) and held[2] <= newest:
                return
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DROP TABLE IF EXISTS words")
        connection.execute("DROP TABLE IF EXISTS texts")
        connection.execute("DROP TABLE IF EXISTS state")
        connection.execute(
            f"CREATE VIRTUAL TABLE words USING fts5({', '.join(FIELDS)}, content = '', "
            "tokenize = 'unicode61 remove_diacritics 2')"
        )
        connection.execute("INSERT INTO words(words, rank) VALUES ('hashsize', ?)", [_PENDING])
        connection.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, packed BLOB)")
        connection.execute("CREATE TABLE state (store TEXT, analysis INTEGER, reached INTEGER)")
        connection.execute("INSERT INTO state VALUES (?, ?, 0)", [store, ANALYSIS])
        connection.execute("COMMIT")

    def __enter__(self) -> TextIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def reached(self) -> int:
        """The id of the last version whose words are in the index."""
        (found,) = self._connection.execute("SELECT reached FROM state").fetchone()
        return int(found)

    def add(self, texts: Iterable[tuple[int, tuple[str, ...], bytes]]) -> None:
        """Add the words of versions, in the order of their ids, all or none. Raises StageError (REG-007)."""
        given = list(texts)
        rows = [(number, *fields) for number, fields, _ in given]
        if not rows:
            return
        marks = ", ".join("?" * (len(FIELDS) + 1))
        with self._said():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.executemany(f"INSERT INTO words(rowid, {', '.join(FIELDS)}) VALUES ({marks})", rows)
                kept = ((number, packed) for number, _, packed in given)
                self._connection.executemany("INSERT INTO texts VALUES (?, ?)", kept)
                self._connection.execute("UPDATE state SET reached = ?", [rows[-1][0]])
                self._connection.execute("COMMIT")
            except sqlite3.Error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def shown(self, number: int) -> tuple[dict[str, Any], tuple[str, ...]]:
        """What an answer shows of one version, and the texts of its fields. Raises KeyError if it is not there."""
        with self._said():
            found = self._connection.execute("SELECT packed FROM texts WHERE id = ?", [number]).fetchone()
        if found is None:
            raise KeyError(number)
        return unpacked(found[0])

    def leave_out(self, numbers: Iterable[int]) -> None:
        """From now on, as long as the index is open, no answer holds these versions."""
        with self._said():
            self._connection.execute("DELETE FROM temp.gone")
            self._connection.executemany("INSERT INTO temp.gone VALUES (?)", ((number,) for number in numbers))

    def matches(self, expression: str) -> list[int]:
        """The versions that an FTS5 expression matches."""
        with self._said():
            found = self._connection.execute(
                "SELECT rowid FROM words WHERE words MATCH ? AND rowid NOT IN temp.gone", [expression]
            )
            return [number for (number,) in found]

    def ranked(self, expression: str, wanted: bytes | None, most: int) -> list[tuple[int, float]]:
        """The best matches with their BM25 score (higher is better), best first.

        `wanted`: a byte for each id, only those whose byte is 1 are ranked; None ranks all.
        """
        among = "" if wanted is None else " AND wanted(rowid)"
        with self._said():
            if wanted is not None:
                self._connection.create_function("wanted", 1, wanted.__getitem__)
            found = self._connection.execute(
                f"SELECT rowid, -{_SCORE} AS score FROM words WHERE words MATCH ? AND rowid NOT IN temp.gone{among} "
                "ORDER BY score DESC, rowid DESC LIMIT ?",
                [expression, most],
            ).fetchall()
        return [(int(number), float(score)) for number, score in found]

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as fault:
            raise _unusable(self.path, fault) from fault


def _unusable(path: Path, fault: sqlite3.Error) -> StageError:
    return StageError(
        "REG-007",
        f"the text index {path} cannot be used: {fault}",
        expected="a file beside the registry that can be written to, with room on the disk",
        mend="make room, then give the command again; the index can be deleted and is made again from the registry",
    )
