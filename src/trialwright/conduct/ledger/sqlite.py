"""A ledger in an SQLite database: for one machine, any number of processes, one writer at a time."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self
from urllib.parse import quote

from trialwright.conduct.ledger.clock import Clock
from trialwright.conduct.ledger.entry import Draft, Entry, Head
from trialwright.conduct.ledger.envelope import Envelope
from trialwright.conduct.ledger.failures import behind, closed, failed
from trialwright.conduct.ledger.rows import Row, entries_in, entry_in, row_of
from trialwright.conduct.ledger.seal import require_head, seal, standing
from trialwright.core.errors import StageError

APPLICATION = 0x74726C67  # "trlg", so that `file` and a reader know what it is
VERSION = 2
SAFE_WAL = (3, 51, 3)
BATCH = 500
_ENTRY = "(sequence INTEGER PRIMARY KEY, key TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT"
_ENVELOPE = """(sequence INTEGER NOT NULL REFERENCES entry, place INTEGER NOT NULL, name TEXT NOT NULL,
 key_id TEXT NOT NULL, salt BLOB NOT NULL, ciphertext BLOB NOT NULL, PRIMARY KEY (sequence, place)) STRICT"""
_FOLLOWS = """CREATE TRIGGER entry_follows BEFORE INSERT ON entry
 WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM entry)
 BEGIN SELECT RAISE(ABORT, 'an entry must follow the last one'); END"""
_STANDS_BESIDE = """CREATE TRIGGER envelope_follows BEFORE INSERT ON envelope
 WHEN NEW.sequence IS NOT (SELECT max(sequence) FROM entry)
 OR NEW.place IS NOT (SELECT coalesce(max(place), 0) + 1 FROM envelope WHERE sequence = NEW.sequence)
 BEGIN SELECT RAISE(ABORT, 'an envelope must stand beside the last entry'); END"""
SCHEMA = (
    f"CREATE TABLE entry {_ENTRY}",
    "CREATE UNIQUE INDEX entry_key ON entry (key) WHERE key <> ''",
    f"CREATE TABLE envelope {_ENVELOPE}",
    _FOLLOWS,
    _STANDS_BESIDE,
    *(
        f"CREATE TRIGGER {table}_never_{what.lower()} BEFORE {what} ON {table}"
        " BEGIN SELECT RAISE(ABORT, 'a ledger is only ever appended to'); END"
        for table in ("entry", "envelope")
        for what in ("UPDATE", "DELETE")
    ),
)


class SqliteLedger:
    """A ledger in one SQLite file, opened for reading and appending, by one thread.

    `clock`: gives the time of recording. `create` makes a new ledger and refuses a name that exists. `expected`: a head
    noted elsewhere that the ledger must contain. `wait`: seconds to wait for another writer. Opening does not read the
    entries: reading them checks them. Raises StageError: COND-024 the file cannot be read or written, COND-025 another
    process kept it longer than `wait`, COND-026 it does not contain `expected`, COND-028 it is not a ledger of this
    kind, or in a journal mode that can lose entries.
    """

    def __init__(
        self,
        path: Path | str,
        clock: Clock,
        *,
        create: bool = False,
        expected: Head | None = None,
        wait: float = 30.0,
    ) -> None:
        self._path = Path(path)
        self._clock = clock
        self._last: Entry | None = None
        self._connection: sqlite3.Connection | None = None
        if create:
            _create(self._path)
        with _told(self._path):
            self._connection = _connect(self._path, wait)
        try:
            with _told(self._path):
                _require_ledger(self._connection, self._path)
            if expected is not None and expected.size:
                self._require(expected)
        except BaseException:
            self.close()
            raise

    def _require(self, expected: Head) -> None:
        with _told(self._path):
            found = self._open().execute("SELECT hash FROM entry WHERE sequence = ?", (expected.size,)).fetchone()
        if found != (expected.hash,):
            raise behind(str(self._path), self.head, expected)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise closed(str(self._path))
        return self._connection

    @property
    def head(self) -> Head:
        """How far the ledger reaches now, other processes' entries among them."""
        with _told(self._path):
            row = self._open().execute("SELECT sequence, hash FROM entry ORDER BY sequence DESC LIMIT 1").fetchone()
        return Head(*row) if row else Head()

    def append(self, drafts: Sequence[Draft], after: Head) -> tuple[Entry, ...]:
        """Append all of these in one transaction, durable when it returns; see `Ledger.append`."""
        return self._transact(lambda _: drafts, after)

    def transact(self, make: Callable[[Head], Sequence[Draft]]) -> tuple[Entry, ...]:
        """Append what `make` gives while no other process can append; see `Ledger.transact`."""
        return self._transact(make, None)

    def _transact(self, make: Callable[[Head], Sequence[Draft]], after: Head | None) -> tuple[Entry, ...]:
        connection = self._open()
        with _told(self._path), _immediate(connection):
            last = self._last_entry()
            head = Head(last.sequence, last.hash) if last else Head()
            drafts = tuple(make(head))
            found = standing(drafts, self.keyed)
            if found is not None:
                return found
            require_head(after or head, head)
            entries = seal(drafts, head, last.day if last else None, self._clock())
            for entry, draft in zip(entries, drafts, strict=True):
                row = row_of(entry)
                connection.execute("INSERT INTO entry VALUES (?, ?, ?, ?)", (row.sequence, row.key, row.text, row.hash))
                connection.executemany("INSERT INTO envelope VALUES (?, ?, ?, ?, ?, ?)", _beside(entry, draft))
        self._last = entries[-1] if entries else last
        return entries

    def _last_entry(self) -> Entry | None:
        """The last entry, read anew only if it is another than the one known."""
        found = self._open().execute("SELECT sequence, hash FROM entry ORDER BY sequence DESC LIMIT 1").fetchone()
        if found is None:
            return None
        if self._last is None or (self._last.sequence, self._last.hash) != found:
            self._last = entry_in(next(self.rows(found[0])))
        return self._last

    def entries(self, start: int = 1) -> Iterator[Entry]:
        """The entries from this sequence number on, read in portions; see `Ledger.entries`."""
        start = max(start, 1)
        if start == 1:
            return entries_in(self.rows())
        before = next(self.rows(start - 1), None)
        return entries_in(self.rows(start), Head(before.sequence, before.hash)) if before else iter(())

    def rows(self, start: int = 1) -> Iterator[Row]:
        """What is stored; see `Ledger.rows`. No lock is held between portions, so readers never hold up a writer."""
        query = "SELECT sequence, key, body, hash FROM entry WHERE sequence >= ? ORDER BY sequence LIMIT ?"
        while True:
            with _told(self._path):
                found = self._open().execute(query, (start, BATCH)).fetchall()
            yield from (Row(*each) for each in found)
            if len(found) < BATCH:
                return
            start = found[-1][0] + 1

    def keyed(self, key: str) -> Entry | None:
        """The entry under this idempotency key; see `Ledger.keyed`."""
        if not key:
            return None
        query = "SELECT sequence, key, body, hash FROM entry WHERE key = ? AND key <> ''"
        with _told(self._path):
            found = self._open().execute(query, (key,)).fetchone()
        return entry_in(Row(*found)) if found else None

    def envelopes(self, sequence: int) -> tuple[Envelope, ...]:
        """The envelopes beside this entry; see `Ledger.envelopes`."""
        query = "SELECT name, key_id, salt, ciphertext FROM envelope WHERE sequence = ? ORDER BY place"
        with _told(self._path):
            return tuple(Envelope(*each) for each in self._open().execute(query, (sequence,)).fetchall())

    def faults(self, envelopes: int | None) -> Iterator[str]:
        """What is wrong with the database itself: its schema, structure, envelopes; see `Ledger.faults`."""
        with _told(self._path):
            connection = self._open()
            found = {row[0] for row in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}
            checks = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
            beside = connection.execute("SELECT count(*) FROM envelope").fetchone()[0]
        if found != set(SCHEMA):
            yield "its tables and triggers are not those that it was made with: it has been opened to changes"
        if checks != ["ok"]:
            yield f"the database is damaged: {checks[0]}"
        if envelopes is not None and beside != envelopes:
            yield f"{beside} envelopes are stored, and the entries name {envelopes}"

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _beside(entry: Entry, draft: Draft) -> list[tuple[int, int, str, str, bytes, bytes]]:
    return [
        (entry.sequence, place, envelope.name, envelope.key_id, envelope.salt, envelope.ciphertext)
        for place, envelope in enumerate(draft.envelopes, start=1)
    ]


@contextlib.contextmanager
def _immediate(connection: sqlite3.Connection) -> Iterator[None]:
    """One write transaction; whatever is raised in it, or by its commit, takes it back."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.Error as fault:
        name = getattr(fault, "sqlite_errorname", "") or ""
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise StageError(
                "COND-025",
                f"the ledger {path} is in use",
                expected="one writer at a time, each for a moment",
                mend="repeat the command; if this goes on, look for a program that keeps the file locked",
            ) from fault
        if name == "SQLITE_NOTADB":
            raise _no_ledger(path, "it is not a database") from fault
        if name.startswith("SQLITE_CORRUPT"):
            raise _damaged(path, str(fault)) from fault
        raise failed(str(path), str(fault)) from fault
    except UnicodeDecodeError as fault:  # a message about a damaged schema quotes what is damaged
        raise _damaged(path, "its schema cannot be read") from fault


def _damaged(path: Path, why: str) -> StageError:
    return StageError(
        "COND-022",
        f"the ledger {path} is damaged: {why}",
        expected="a database as SQLite wrote it",
        mend="restore the ledger from a copy, and look for what damaged it",
    )


def _connect(path: Path, wait: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw", uri=True, timeout=wait, isolation_level=None, cached_statements=64
    )
    # Bytes that are no UTF-8 any more reach the check of the entry, which can name it.
    connection.text_factory = lambda stored: stored.decode("utf-8", "surrogateescape")
    try:
        for setting in ("synchronous = EXTRA", "fullfsync = ON", "foreign_keys = ON", "recursive_triggers = ON"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _require_ledger(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION or version != VERSION:
        raise _no_ledger(path, f"it is marked {application:#x}, version {version}")
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode == "wal" and sqlite3.sqlite_version_info < SAFE_WAL:
        raise _no_ledger(path, f"it is in WAL mode, which SQLite {sqlite3.sqlite_version} can lose entries in")
    if mode not in ("wal", "delete"):
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        if mode != "delete":
            raise _no_ledger(path, f"its journal mode is {mode}")


def _create(path: Path) -> None:
    """Make an empty ledger beside its place and move it there whole, so that no half one ever stands there."""
    made = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        made.touch(exist_ok=False)
        try:
            with _told(made):
                connection = _connect(made, 0)
                try:
                    connection.execute("PRAGMA journal_mode = DELETE")
                    with _immediate(connection):
                        for statement in SCHEMA:
                            connection.execute(statement)
                        connection.execute(f"PRAGMA application_id = {APPLICATION}")
                        connection.execute(f"PRAGMA user_version = {VERSION}")
                finally:
                    connection.close()
            os.link(made, path)
        finally:
            made.unlink()
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as fault:
        raise failed(str(path), fault.strerror or str(fault)) from fault


def _no_ledger(path: Path, why: str) -> StageError:
    return StageError(
        "COND-028",
        f"{path} cannot be used as a ledger: {why}",
        expected=f"a database that SqliteLedger made, in journal mode DELETE, or in WAL with SQLite "
        f"{'.'.join(map(str, SAFE_WAL))} or later",
        mend="name the right file; leave WAL with `PRAGMA journal_mode = DELETE` while nobody else has it open",
    )
