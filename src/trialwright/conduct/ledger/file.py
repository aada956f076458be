"""A ledger in a file: one line of canonical JSON per transaction, appended and synced before it counts.

One writer at a time (an advisory lock, where the system has one). A hash chain shows what was changed inside the
file; lines that were cut off its end leave a shorter chain that is whole in itself, and only `expected`, a head
that was noted elsewhere, shows that they are gone.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from trialwright.conduct.canonical import canonical, parsed
from trialwright.conduct.ledger.clock import Clock
from trialwright.conduct.ledger.entry import Draft, Entry, Head, broken, chained, entry_from, entry_json
from trialwright.conduct.ledger.envelope import Envelope, unfit
from trialwright.conduct.ledger.rows import Row, row_of
from trialwright.conduct.ledger.seal import require_head, seal, standing
from trialwright.core.errors import StageError


class FileLedger:
    """A ledger in one file, opened for reading and appending.

    Opening reads and checks the whole file; `create` makes a new one and refuses a name that exists. `expected`: a
    head noted elsewhere that the file must contain. `clock`: gives the time of recording; without one, none is
    recorded. `to_verify`: open it without checking, to find what is wrong with it; nothing can be appended then. Raises
    StageError: COND-021 the last line is torn (`mend_torn_end`
    repairs it on request), COND-022 an entry cannot be trusted, COND-023 an entry is of a kind not known here, COND-024
    the file cannot be read or written, COND-025 another process has it open, COND-026 it does not contain `expected`.
    """

    _head: Head
    _day: int | None

    def __init__(
        self,
        path: Path | str,
        *,
        create: bool = False,
        expected: Head | None = None,
        clock: Clock | None = None,
        to_verify: bool = False,
    ) -> None:
        self._path = Path(path)
        self._clock = clock
        self._keys: dict[str, Entry] = {}
        self._beside: tuple[int, dict[int, tuple[Envelope, ...]]] | None = None  # as of so many bytes
        self._file: int | None = None
        how = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0) | (os.O_CREAT | os.O_EXCL if create else 0)
        try:
            self._file = os.open(self._path, how, 0o644)
            _lock(self._file, self._path)
            self._size = os.fstat(self._file).st_size
            _sync_folder(self._path.parent)
        except OSError as fault:
            self.close()
            raise _failed(self._path, fault) from fault
        except BaseException:
            self.close()
            raise
        try:
            self._head, self._day = Head(), None
            self._size = -1 if to_verify else self._size  # no file has that size, so none is appended to
            reached = to_verify or expected is None or expected.size == 0
            for entry in () if to_verify else self.entries():
                self._head, self._day = Head(entry.sequence, entry.hash), entry.day
                if entry.key:
                    self._keys[entry.key] = entry
                reached = reached or self._head == expected
            if not reached and expected is not None:
                raise _behind(self._path, self._head, expected)
        except BaseException:
            self.close()
            raise

    @property
    def head(self) -> Head:
        """How far the ledger reaches now."""
        return self._head

    def append(self, drafts: Sequence[Draft], after: Head) -> tuple[Entry, ...]:
        """Append all of these as one line, and return when it is on the disk; see `Ledger.append`."""
        self._open_file()
        found = standing(drafts, self.keyed)
        if found is not None:
            return found
        require_head(after, self._head)
        entries = seal(drafts, self._head, self._day, self._clock() if self._clock else "")
        if not entries:
            return ()
        self._write(_line(entries, drafts))
        self._head, self._day = Head(entries[-1].sequence, entries[-1].hash), entries[-1].day
        self._keys.update((entry.key, entry) for entry in entries if entry.key)
        return entries

    def transact(self, make: Callable[[Head], Sequence[Draft]]) -> tuple[Entry, ...]:
        """Append what `make` gives; nobody else can append while this file is open; see `Ledger.transact`."""
        head = self.head
        return self.append(make(head), head)

    def _write(self, line: bytes) -> None:
        file = self._open_file()
        try:
            found = os.fstat(file).st_size
            if found != self._size:
                raise broken(self._head.size + 1, f"the file has {found} bytes where {self._size} were written")
            _write_all(file, line)
            os.fsync(file)
        except OSError as fault:
            self._undo(file)
            raise _failed(self._path, fault) from fault
        except BaseException:
            self.close()
            raise
        self._size += len(line)

    def _undo(self, file: int) -> None:
        """Take back what a failed append may have left; what the disk holds is then read anew by the next opening."""
        with contextlib.suppress(OSError):
            os.ftruncate(file, self._size)
        self.close()

    def _open_file(self) -> int:
        if self._file is None:
            raise StageError(
                "COND-024",
                f"the ledger {self._path} is closed",
                expected="an open ledger",
                mend="open it again: that reads and checks it",
            )
        return self._file

    def entries(self, start: int = 1) -> Iterator[Entry]:
        """The entries from this sequence number on; see `Ledger.entries`."""
        return (entry for entry in chained(_entries_in(self._content(), self._path)) if entry.sequence >= start)

    def _content(self) -> bytes:
        self._open_file()
        try:
            return self._path.read_bytes()
        except OSError as fault:
            raise _failed(self._path, fault) from fault

    def keyed(self, key: str) -> Entry | None:
        """The entry under this idempotency key; see `Ledger.keyed`."""
        return self._keys.get(key)

    def envelopes(self, sequence: int) -> tuple[Envelope, ...]:
        """The envelopes beside this entry; see `Ledger.envelopes`."""
        content = self._content()
        if self._beside is None or self._beside[0] != len(content):
            found: dict[int, tuple[Envelope, ...]] = {}
            with contextlib.suppress(StageError):  # those before a broken line; whoever reads that line is told
                for entries, beside in _transactions_in(content, self._path):
                    for place, envelope in beside:
                        at = entries[place].sequence
                        found[at] = (*found.get(at, ()), envelope)
            self._beside = len(content), found
        return self._beside[1].get(sequence, ())

    def rows(self, start: int = 1) -> Iterator[Row]:
        """What is stored; the file is checked line by line as it is read; see `Ledger.rows`."""
        return (row_of(entry) for entry in _entries_in(self._content(), self._path) if entry.sequence >= start)

    def faults(self, envelopes: int | None) -> Iterator[str]:
        """Nothing more: reading checks every line with its envelopes; see `Ledger.faults`."""
        return iter(())

    def close(self) -> None:
        """Let go of the file and its lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _line(entries: Sequence[Entry], drafts: Sequence[Draft]) -> bytes:
    """The line of one transaction: a list of entries, or, where envelopes stand beside them, an object of both."""
    written = [entry_json(entry) for entry in entries]
    beside = [
        {
            "place": place,
            "name": envelope.name,
            "key_id": envelope.key_id,
            "salt": envelope.salt.hex(),
            "ciphertext": envelope.ciphertext.hex(),
        }
        for place, draft in enumerate(drafts)
        for envelope in draft.envelopes
    ]
    whole = {"entries": written, "envelopes": beside} if beside else written
    return (canonical(whole) + "\n").encode("utf-8")


def _entries_in(content: bytes, path: Path) -> Iterator[Entry]:
    """The entries of a file, line by line; a last line without its end is torn."""
    return (entry for entries, _ in _transactions_in(content, path) for entry in entries)


_Found = tuple[list[Entry], list[tuple[int, Envelope]]]


def _transactions_in(content: bytes, path: Path) -> Iterator[_Found]:
    """Each transaction's entries, and its envelopes with the place of their entry in it."""
    whole, _, torn = content.rpartition(b"\n")
    sequence = 1
    for number, line in enumerate(whole.split(b"\n") if whole else (), start=1):
        try:
            transaction = _transaction(parsed(line.decode("utf-8")))
        except (ValueError, RecursionError) as fault:
            raise broken(sequence, str(fault).splitlines()[0], f" ({path}, line {number})") from fault
        yield transaction
        sequence += len(transaction[0])
    if torn:
        raise StageError(
            "COND-021",
            f"the last line of {path} is torn: {len(torn)} bytes without an end, after {sequence - 1} whole entries",
            expected="every line ended; a line that is not was never acknowledged",
            mend="mend_torn_end moves the torn bytes to a file of their own and keeps every whole entry",
        )


def _transaction(found: Any) -> _Found:
    """The transaction in a line. Raises ValueError if it is none, or an envelope is not the one committed to."""
    written, beside = found, []
    if isinstance(found, dict) and found.keys() == {"entries", "envelopes"}:
        written, beside = found["entries"], found["envelopes"]
    if not isinstance(written, list) or not written or not isinstance(beside, list):
        raise ValueError("the line is not a list of entries")
    entries = [entry_from(each) for each in written]
    envelopes = [_envelope(each) for each in beside]
    for place, entry in enumerate(entries):
        why = unfit(entry.sealed, tuple(envelope for where, envelope in envelopes if where == place))
        if why is not None:
            raise ValueError(why)
    if any(where >= len(entries) for where, _ in envelopes):
        raise ValueError("an envelope stands beside no entry")
    return entries, envelopes


def _envelope(found: Any) -> tuple[int, Envelope]:
    names = ("name", "key_id", "salt", "ciphertext")
    if not isinstance(found, dict) or found.keys() != {"place", *names} or type(found["place"]) is not int:
        raise ValueError("an envelope does not have the fields of one")
    if found["place"] < 0 or not all(isinstance(found[name], str) for name in names):
        raise ValueError("a field of an envelope is of the wrong kind")
    salt, ciphertext = bytes.fromhex(found["salt"]), bytes.fromhex(found["ciphertext"])
    return found["place"], Envelope(found["name"], found["key_id"], salt, ciphertext)


@dataclass(frozen=True, slots=True)
class Mended:
    """What `mend_torn_end` did: whole `entries` kept, `bytes` moved to the file `torn` (None if nothing was torn)."""

    entries: int
    bytes: int
    torn: Path | None


def mend_torn_end(path: Path | str) -> Mended:
    """Move the torn end of a ledger's file to a new file `<name>.torn-<position>` and keep every whole line.

    Raises StageError as opening does, for anything else that is wrong with the file: then nothing is moved.
    """
    source = Path(path)
    try:
        with source.open("r+b") as file:
            _lock(file.fileno(), source)
            content = file.read()
            keep = content.rfind(b"\n") + 1
            kept = sum(1 for _ in chained(_entries_in(content[:keep], source)))
            torn = content[keep:]
            if not torn:
                return Mended(kept, 0, None)
            aside = _unused(source.with_name(f"{source.name}.torn-{keep}"))
            with aside.open("xb") as copy:
                copy.write(torn)
                copy.flush()
                os.fsync(copy.fileno())
            file.truncate(keep)
            os.fsync(file.fileno())
    except OSError as fault:
        raise _failed(source, fault) from fault
    return Mended(kept, len(torn), aside)


def _unused(path: Path) -> Path:
    """This name, or the first of its numbered ones that nothing has: writing may be broken off twice at one place."""
    names = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return next(name for name in itertools.chain([path], names) if not name.exists())


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _lock(file: int, path: Path) -> None:
    if sys.platform == "win32":  # it has no advisory locks of this kind
        return
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        raise StageError(
            "COND-025",
            f"the ledger {path} is in use",
            expected="one writer at a time",
            mend="wait until the other has closed it",
        ) from fault


def _sync_folder(folder: Path) -> None:
    """Make sure that the file's name is on the disk too, where the system lets a folder be synced."""
    with contextlib.suppress(PermissionError, IsADirectoryError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _failed(path: Path, fault: OSError) -> StageError:
    return StageError(
        "COND-024",
        f"the ledger {path} cannot be read or written: {fault.strerror or fault}",
        expected="a file that this user may read and write, on a disk with room",
        mend="mend that, open the ledger again and repeat the command; nothing was acknowledged",
    )


def _behind(path: Path, head: Head, expected: Head) -> StageError:
    return StageError(
        "COND-026",
        f"the ledger {path} holds {head.size} entries and does not contain entry {expected.size} as it was noted",
        expected=f"entry {expected.size} with the hash {expected.hash}",
        mend="find the newer copy: entries have been cut off, or this is another history",
    )
