"""Checkpoints of a ledger, and the witness file that keeps them elsewhere."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trialwright.conduct.ledger.clock import is_recorded
from trialwright.conduct.ledger.note import Signer, Verifier, opened, signed
from trialwright.core.errors import InputError

_DASH = "— "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a ledger reached: which one (`origin`), how many entries, the root of the Merkle tree over them, when."""

    origin: str
    size: int
    root: bytes
    time: str

    @property
    def text(self) -> str:
        """The body of the note that is signed (C2SP tlog-checkpoint, the time as an extension line).

        >>> print(Checkpoint("example.org/ledger", 1, bytes(32), "2024-02-29T12:00:00.000000Z").text, end="")
        example.org/ledger
        1
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
        time 2024-02-29T12:00:00.000000Z
        """
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\ntime {self.time}\n"


def origin_of(first_hash: str) -> str:
    """The origin of a ledger: its first entry's hash names it, so no other ledger can pass for it."""
    return f"trialwright/ledger/{first_hash}"


def checkpoint_from(text: str) -> Checkpoint:
    """The checkpoint with this body. Raises ValueError if it is none."""
    lines = text.split("\n")
    if len(lines) != 5 or lines[4] or not lines[0] or not lines[3].startswith("time "):
        raise ValueError("it does not have the lines of a checkpoint")
    found = Checkpoint(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True), lines[3][5:])
    if found.text != text or found.size < 0 or len(found.root) != 32 or not is_recorded(found.time):
        raise ValueError("a line of the checkpoint is not as it is written")
    return found


@dataclass(frozen=True, slots=True)
class Witness:
    """What a witness file holds: the `notes` in order, as text, and whose signatures count (`verifiers`)."""

    notes: tuple[str, ...]
    verifiers: tuple[Verifier, ...]

    def checkpoints(self) -> tuple[Checkpoint | str, ...]:
        """Each note's checkpoint, or why it cannot be believed."""
        return tuple(self._checkpoint(note) for note in self.notes)

    def _checkpoint(self, note: str) -> Checkpoint | str:
        try:
            return checkpoint_from(opened(note, self.verifiers))
        except ValueError as fault:
            return str(fault)


def witness_in(path: Path, verifiers: Sequence[Verifier]) -> Witness:
    """The witness in a file. Raises InputError (COND-032) if it cannot be read or holds no note."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise _unreadable(path, str(fault)) from fault
    notes: list[str] = []
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        if found and found[-1].startswith(_DASH) and not line.startswith(_DASH):
            notes.append("".join(found))
            found = []
            if line == "\n":
                continue
        found.append(line)
    if found:
        notes.append("".join(found))
    if not notes:
        raise _unreadable(path, "it holds no checkpoint")
    return Witness(tuple(notes), tuple(verifiers))


def attest(path: Path, checkpoint: Checkpoint, signer: Signer) -> str:
    """Sign a checkpoint and append it to a witness file, which is made if there is none; durable when it returns.

    Gives the note, for whoever wants it in another place too. Raises InputError (COND-032) if the file cannot be
    written, StageError (COND-030) if `cryptography` is not installed.
    """
    note = signed(checkpoint.text, signer)
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            gap = "\n" if os.fstat(file).st_size else ""
            data = (gap + note).encode("utf-8")
            while data:
                data = data[os.write(file, data) :]
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as fault:
        raise _unreadable(path, fault.strerror or str(fault)) from fault
    return note


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(
        "COND-032",
        f"the witness file {path} cannot be used: {why}",
        expected="a file of signed checkpoints, on another machine or medium than the ledger",
        mend="name the right file; the first `attest` makes one",
    )
