"""A ledger in a PostgreSQL database: for any number of machines; writers take turns under an advisory lock."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self

from trialwright.conduct.ledger.clock import Clock
from trialwright.conduct.ledger.entry import Draft, Entry, Head
from trialwright.conduct.ledger.envelope import Envelope
from trialwright.conduct.ledger.failures import behind, closed, failed
from trialwright.conduct.ledger.rows import Row, entries_in, entry_in, row_of
from trialwright.conduct.ledger.seal import require_head, seal, standing
from trialwright.core.errors import StageError

if TYPE_CHECKING:
    import psycopg

    from trialwright.conduct.ledger.interface import Ledger

BATCH = 1000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_SCHEMA = """
CREATE SCHEMA {schema};
CREATE TABLE {schema}.entry (
  sequence bigint PRIMARY KEY CHECK (sequence > 0), key text NOT NULL, body text NOT NULL, hash text NOT NULL);
CREATE UNIQUE INDEX entry_key ON {schema}.entry (key) WHERE key <> '';
CREATE TABLE {schema}.envelope (
  sequence bigint NOT NULL REFERENCES {schema}.entry, place integer NOT NULL CHECK (place > 0), name text NOT NULL,
  key_id text NOT NULL, salt bytea NOT NULL, ciphertext bytea NOT NULL, PRIMARY KEY (sequence, place));
CREATE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'a ledger is only ever appended to'; END $$;
CREATE FUNCTION {schema}.follow() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN
    IF NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM {schema}.entry) THEN
      RAISE EXCEPTION 'an entry must follow the last one';
    END IF;
    RETURN NEW;
  END $$;
CREATE TRIGGER entry_only_appended BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.entry
  FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse();
CREATE TRIGGER envelope_only_appended BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.envelope
  FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse();
CREATE TRIGGER entry_follows BEFORE INSERT ON {schema}.entry FOR EACH ROW EXECUTE FUNCTION {schema}.follow();
REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT, INSERT ON {schema}.entry, {schema}.envelope TO {role};
"""
_LAST = "SELECT sequence, hash FROM {schema}.entry ORDER BY sequence DESC LIMIT 1"
_FROM = "SELECT sequence, key, body, hash FROM {schema}.entry WHERE sequence >= %s ORDER BY sequence LIMIT %s"
_KEYED = "SELECT sequence, key, body, hash FROM {schema}.entry WHERE key = %s AND key <> ''"
_BESIDE = "SELECT name, key_id, salt, ciphertext FROM {schema}.envelope WHERE sequence = %s ORDER BY place"
_TRIGGERS = """SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = '{schema}' AND NOT t.tgisinternal AND t.tgenabled = 'O'"""
_MAY_CHANGE = """SELECT bool_or(has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')
 OR has_table_privilege(c.oid, 'TRUNCATE')) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = '{schema}' AND c.relkind = 'r'"""


def set_up(conninfo: str, role: str, schema: str = "ledger") -> None:
    """Make an empty ledger in a schema of its own, as the owner whose connection this is.

    `role`: the role that the application connects as; it may read and append, and nothing else. It must exist. The
    owner's credentials are needed here only. Raises StageError: COND-024 if the database refuses, COND-034 if a name
    cannot be one or the role owns the database.
    """
    statement = _named(_SCHEMA.replace("{role}", _checked(role)), _checked(schema))
    with _told(schema), _library().connect(conninfo) as connection:
        connection.execute(statement)


class PostgresLedger:
    """A ledger in a schema of a PostgreSQL database, opened for reading and appending, by one thread.

    `conninfo`: how to connect, as the role without rights to change; a role that may is refused. `clock`: gives the
    time of recording. `expected`: a head noted elsewhere that the ledger must contain. `wait`: seconds to wait for
    other writers. Opening does not read the entries: reading them checks them. Raises StageError: COND-024 the database
    cannot be read or written, COND-025 another writer kept it longer than `wait`, COND-026 it does not contain
    `expected`, COND-030 psycopg is not installed, COND-034 the database or the role is not safe for a ledger.
    """

    def __init__(
        self,
        conninfo: str,
        clock: Clock,
        *,
        schema: str = "ledger",
        expected: Head | None = None,
        wait: float = 30.0,
    ) -> None:
        self._schema = _checked(schema)
        self._clock = clock
        self._last: Entry | None = None
        self._lock = int.from_bytes(hashlib.sha256(f"trialwright {schema}".encode()).digest()[:8], "big", signed=True)
        self._connection: psycopg.Connection[Any] | None = None
        with self._told():
            self._connection = _library().connect(conninfo, autocommit=True)
        try:
            with self._told():
                self._execute("SET synchronous_commit = on")
                self._execute("SET default_transaction_isolation = 'read committed'")
                self._execute(f"SET lock_timeout = {max(1, int(wait * 1000))}")
                self._require_safe()
            if expected is not None and expected.size:
                self._require(expected)
        except BaseException:
            self.close()
            raise

    def _told(self) -> contextlib.AbstractContextManager[None]:
        return _told(self._schema)

    def _execute(self, statement: str, values: Sequence[object] = ()) -> psycopg.Cursor[Any]:
        if self._connection is None or self._connection.closed:
            raise closed(self._schema)
        return self._connection.execute(_named(statement, self._schema), values or None)

    def _require_safe(self) -> None:
        for setting in ("fsync", "full_page_writes"):
            if self._execute(f"SHOW {setting}").fetchone() != ("on",):
                raise _unsafe(f"the server runs with {setting} off, and can lose what it acknowledged")
        if self._execute(_MAY_CHANGE).fetchone() != (False,):
            raise _unsafe("this role may change or delete entries, or there is no ledger in the schema")

    def _require(self, expected: Head) -> None:
        with self._told():
            found = self._execute("SELECT hash FROM {schema}.entry WHERE sequence = %s", (expected.size,)).fetchone()
        if found != (expected.hash,):
            raise behind(self._schema, self.head, expected)

    @property
    def head(self) -> Head:
        """How far the ledger reaches now, others' entries among them."""
        with self._told():
            row = self._execute(_LAST).fetchone()
        return Head(*row) if row else Head()

    def append(self, drafts: Sequence[Draft], after: Head) -> tuple[Entry, ...]:
        """Append all of these in one transaction, durable when it returns; see `Ledger.append`."""
        return self._transact(lambda _: drafts, after)

    def transact(self, make: Callable[[Head], Sequence[Draft]]) -> tuple[Entry, ...]:
        """Append what `make` gives while nobody else can append; see `Ledger.transact`."""
        return self._transact(make, None)

    def _transact(self, make: Callable[[Head], Sequence[Draft]], after: Head | None) -> tuple[Entry, ...]:
        with self._told(), self._locked():
            last = self._last_entry()
            head = Head(last.sequence, last.hash) if last else Head()
            drafts = tuple(make(head))
            found = standing(drafts, self.keyed)
            if found is not None:
                return found
            require_head(after or head, head)
            entries = seal(drafts, head, last.day if last else None, self._clock())
            for entry, draft in zip(entries, drafts, strict=True):
                self._store(row_of(entry), draft.envelopes)
        self._last = entries[-1] if entries else last
        return entries

    def fill(self, source: Ledger) -> None:
        """Copy every entry and envelope of another ledger as they are into this one, all of them or none.

        Raises StageError (COND-179) if this one is not empty.
        """
        with self._told(), self._locked():
            if self._last_entry() is not None:
                raise StageError(
                    "COND-179",
                    f"the ledger {self._schema} holds entries",
                    expected="an empty ledger",
                    mend="set up a schema of its own for this trial",
                )
            for row in source.rows():
                self._store(row, source.envelopes(row.sequence))

    def _store(self, row: Row, envelopes: Sequence[Envelope]) -> None:
        values = (row.sequence, row.key, row.text, row.hash)
        self._execute("INSERT INTO {schema}.entry VALUES (%s, %s, %s, %s)", values)
        for place, box in enumerate(envelopes, start=1):
            beside = (row.sequence, place, box.name, box.key_id, box.salt, box.ciphertext)
            self._execute("INSERT INTO {schema}.envelope VALUES (%s, %s, %s, %s, %s, %s)", beside)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One transaction under the ledger's lock, which is taken before anything is read: in READ COMMITTED each
        statement then sees all that the holders before it appended."""
        self._execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        try:
            self._execute("SELECT pg_advisory_xact_lock(%s)", (self._lock,))
            yield
            self._execute("COMMIT")
        except BaseException:
            with contextlib.suppress(Exception):
                self._execute("ROLLBACK")
            raise

    def _last_entry(self) -> Entry | None:
        """The last entry, read anew only if it is another than the one known."""
        found = self._execute(_LAST).fetchone()
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
        """What is stored; see `Ledger.rows`."""
        while True:
            with self._told():
                found = self._execute(_FROM, (start, BATCH)).fetchall()
            yield from (Row(*each) for each in found)
            if len(found) < BATCH:
                return
            start = found[-1][0] + 1

    def keyed(self, key: str) -> Entry | None:
        """The entry under this idempotency key; see `Ledger.keyed`."""
        if not key:
            return None
        with self._told():
            found = self._execute(_KEYED, (key,)).fetchone()
        return entry_in(Row(*found)) if found else None

    def envelopes(self, sequence: int) -> tuple[Envelope, ...]:
        """The envelopes beside this entry; see `Ledger.envelopes`."""
        with self._told():
            found = self._execute(_BESIDE, (sequence,)).fetchall()
        return tuple(Envelope(name, key_id, bytes(salt), bytes(text)) for name, key_id, salt, text in found)

    def faults(self, envelopes: int | None) -> Iterator[str]:
        """What is wrong with the schema itself: triggers, envelopes; see `Ledger.faults`."""
        with self._told():
            triggers = self._execute(_TRIGGERS).fetchone()
            beside = self._execute("SELECT count(*) FROM {schema}.envelope").fetchone()
        if triggers != (3,):
            yield "its triggers are not those that it was made with: it has been opened to changes"
        if envelopes is not None and beside != (envelopes,):
            yield f"{beside[0] if beside else 0} envelopes are stored, and the entries name {envelopes}"

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _named(statement: str, schema: str) -> bytes:
    """The statement with the schema's name, which `_checked` has found to be a plain identifier."""
    return statement.replace("{schema}", schema).encode("ascii")


def _checked(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise _unsafe(f"{name!r} cannot be the name of a schema or role here: small letters, digits and _")
    return name


@contextlib.contextmanager
def _told(schema: str) -> Iterator[None]:
    """The database's errors as ours."""
    psycopg = _library()
    try:
        yield
    except psycopg.errors.LockNotAvailable as fault:
        raise StageError(
            "COND-025",
            f"the ledger {schema} is in use",
            expected="one writer at a time, each for a moment",
            mend="repeat the command; if this goes on, look for a connection that keeps its transaction open",
        ) from fault
    except psycopg.Error as fault:
        raise failed(schema, str(fault).split("\n")[0]) from fault


def _library() -> Any:
    try:
        import psycopg
    except ImportError as fault:
        raise StageError(
            "COND-030",
            "a ledger in PostgreSQL needs the library psycopg",
            expected="trialwright installed with what PostgreSQL needs",
            mend="install trialwright[postgres]",
        ) from fault
    return psycopg


def _unsafe(why: str) -> StageError:
    return StageError(
        "COND-034",
        f"the database cannot hold a ledger: {why}",
        expected="a schema that `set_up` made, a server that syncs, and a role that may only read and append",
        mend="connect as the application's role; have the owner set up the schema and the server",
    )
