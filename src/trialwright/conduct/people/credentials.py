"""How a person proves who they are: a passphrase, of which only a slow digest is kept, beside the keys."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from trialwright.core.errors import InputError, UsageError

SHORTEST = 12
COST = (2**14, 8, 5)
"""Cost, block size and lanes of scrypt for new passphrases: what is recommended for a machine without much memory."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has proved who they are. What they may do is asked anew at each command."""

    person: str


class Credentials:
    """The digests (scrypt) of the passphrases of a trial, one file per person in a folder.

    What was proved once is remembered while the process runs, under a key that nobody has: whoever signs many entries
    gives the passphrase each time, and the slow digest is worked out once.
    """

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder)
        self._key = os.urandom(32)
        self._proved: dict[tuple[str, str], bytes] = {}

    def set(self, person: str, passphrase: str) -> None:
        """Keep the digest of a new passphrase. Raises UsageError (COND-043) if it is too short."""
        checked(passphrase)
        salt = os.urandom(16)
        content = json.dumps({"scrypt": COST, "salt": salt.hex(), "digest": _digest(passphrase, salt, COST)})
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = self._path(person).with_suffix(f".{os.getpid()}.new")
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made.replace(self._path(person))
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def proves(self, person: str, passphrase: str) -> bool:
        """Whether this is the person's passphrase; it takes as long for a person who has none.

        Raises InputError (COND-042) if the folder is not there: then nobody's is known.
        """
        if not self._folder.is_dir():
            raise InputError(
                "COND-042",
                f"there is no folder {self._folder}",
                expected="the folder of keys that belongs to this trial",
                mend="bring it back, or name it in TRIALWRIGHT_KEYS",
            )
        try:
            found = json.loads(self._path(person).read_text("ascii"))
            salt, digest = bytes.fromhex(found["salt"]), str(found["digest"])
            cost, block, lanes = (int(each) for each in found["scrypt"])
        except FileNotFoundError:
            salt, digest, (cost, block, lanes) = bytes(16), "", COST
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise InputError(
                "COND-042",
                f"the passphrase of {person} cannot be checked: {fault}",
                expected="the file that setting the passphrase wrote",
                mend="set the passphrase again",
            ) from fault
        seen = hmac.digest(self._key, _raw(passphrase), "sha256")
        if hmac.compare_digest(self._proved.get((person, digest), b""), seen):
            return True
        proved = hmac.compare_digest(_digest(passphrase, salt, (cost, block, lanes)), digest)
        if proved:
            self._proved[person, digest] = seen
        return proved

    def has(self, person: str) -> bool:
        """Whether a passphrase of this person is kept here."""
        return self._path(person).exists()

    def _path(self, person: str) -> Path:
        safe = "".join(c if c.isalnum() or c in "-_." else f"%{ord(c):02x}" for c in person)
        return self._folder / f"{safe}.passphrase"


def checked(passphrase: str) -> str:
    """The passphrase, if it may be one. Raises UsageError (COND-043) if it is too short."""
    if len(passphrase) < SHORTEST:
        raise UsageError(
            "COND-043",
            f"the passphrase has {len(passphrase)} characters",
            expected=f"{SHORTEST} characters or more",
            mend="choose some words that nobody would guess",
        )
    return passphrase


def _digest(passphrase: str, salt: bytes, cost: tuple[int, int, int]) -> str:
    """The digest (hex); ValueError if the cost is beyond what a machine can be asked for."""
    n, block, lanes = cost
    return hashlib.scrypt(_raw(passphrase), salt=salt, n=n, r=block, p=lanes, maxmem=2**27).hex()


def _raw(passphrase: str) -> bytes:
    return unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")  # as any keyboard writes it
