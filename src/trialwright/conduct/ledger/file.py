"""A ledger in a file: one line of canonical JSON per transaction, appended and synced before it counts.

One writer at a time (an advisory lock, where the system has one). A hash chain shows what was changed inside the
file; lines that were cut off its end leave a shorter chain that is whole in itself, and only `expected`, a head
that was noted elsewhere, shows that they are gone.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from trialwright.conduct.canonical import canonical, parsed
from trialwright.conduct.ledger.entry import Draft, Entry, Head, broken, chained, entry_from, entry_json
from trialwright.conduct.ledger.seal import seal
from trialwright.core.errors import StageError


class FileLedger:
    """A ledger in one file, opened for reading and appending.

    Opening reads and checks the whole file; `create` makes a new one and refuses a name that exists. `expected`: a
    head noted elsewhere that the file must contain. Raises StageError: COND-021 the last line is torn (`mend_torn_end`
    repairs it on request), COND-022 an entry cannot be trusted, COND-023 an entry is of a kind not known here, COND-024
    the file cannot be read or written, COND-025 another process has it open, COND-026 it does not contain `expected`.
    """

    _head: Head
    _day: int | None

    def __init__(self, path: Path | str, *, create: bool = False, expected: Head | None = None) -> None:
        self._path = Path(path)
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
            reached = expected is None or expected.size == 0
            for entry in self.entries():
                self._head, self._day = Head(entry.sequence, entry.hash), entry.day
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
        entries = seal(drafts, after, self._head, self._day)
        if not entries:
            return ()
        line = (canonical([entry_json(entry) for entry in entries]) + "\n").encode("utf-8")
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
        self._size += len(line)
        self._head, self._day = Head(entries[-1].sequence, entries[-1].hash), entries[-1].day
        return entries

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
        self._open_file()
        try:
            content = self._path.read_bytes()
        except OSError as fault:
            raise _failed(self._path, fault) from fault
        return (entry for entry in chained(_entries_in(content, self._path)) if entry.sequence >= start)

    def close(self) -> None:
        """Let go of the file and its lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _entries_in(content: bytes, path: Path) -> Iterator[Entry]:
    """The entries of a file, line by line; a last line without its end is torn."""
    whole, _, torn = content.rpartition(b"\n")
    sequence = 1
    for number, line in enumerate(whole.split(b"\n") if whole else (), start=1):
        where = f" ({path}, line {number})"
        try:
            found = parsed(line.decode("utf-8"))
            if not isinstance(found, list) or not found:
                raise ValueError("the line is not a list of entries")
            entries = [entry_from(each) for each in found]
        except (ValueError, RecursionError) as fault:
            raise broken(sequence, str(fault).splitlines()[0], where) from fault
        yield from entries
        sequence += len(entries)
    if torn:
        raise StageError(
            "COND-021",
            f"the last line of {path} is torn: {len(torn)} bytes without an end, after {sequence - 1} whole entries",
            expected="every line ended; a line that is not was never acknowledged",
            mend="mend_torn_end moves the torn bytes to a file of their own and keeps every whole entry",
        )


@dataclass(frozen=True, slots=True)
class Mended:
    """What `mend_torn_end` did: whole `entries` kept, `bytes` moved to the file `torn` (None if nothing was torn)."""

    entries: int
    bytes: int
    torn: Path | None


def mend_torn_end(path: Path | str) -> Mended:
    """Move the torn end of a ledger's file to `<name>.torn-<position>` and keep every whole line.

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
            aside = source.with_name(f"{source.name}.torn-{keep}")
            with aside.open("xb") as copy:
                copy.write(torn)
                copy.flush()
                os.fsync(copy.fileno())
            file.truncate(keep)
            os.fsync(file.fileno())
    except OSError as fault:
        raise _failed(source, fault) from fault
    return Mended(kept, len(torn), aside)


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
