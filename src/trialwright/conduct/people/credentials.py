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
_COST, _BLOCK, _LANES = 2**14, 8, 1


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has proved who they are. What they may do is asked anew at each command."""

    person: str


class Credentials:
    """The digests (scrypt) of the passphrases of a trial, one file per person in a folder."""

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder)

    def set(self, person: str, passphrase: str) -> None:
        """Keep the digest of a new passphrase. Raises UsageError (COND-043) if it is too short."""
        checked(passphrase)
        salt = os.urandom(16)
        content = json.dumps(
            {"scrypt": [_COST, _BLOCK, _LANES], "salt": salt.hex(), "digest": _digest(passphrase, salt)}
        )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = self._path(person).with_suffix(f".{os.getpid()}.new")
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made.replace(self._path(person))

    def proves(self, person: str, passphrase: str) -> bool:
        """Whether this is the person's passphrase; it takes as long for a person who has none."""
        try:
            found = json.loads(self._path(person).read_text("ascii"))
            salt, digest = bytes.fromhex(found["salt"]), str(found["digest"])
        except FileNotFoundError:
            salt, digest = bytes(16), ""
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise InputError(
                "COND-042",
                f"the passphrase of {person} cannot be checked: {fault}",
                expected="the file that setting the passphrase wrote",
                mend="set the passphrase again",
            ) from fault
        return hmac.compare_digest(_digest(passphrase, salt), digest)

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


def _digest(passphrase: str, salt: bytes) -> str:
    raw = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")  # as any keyboard writes it
    return hashlib.scrypt(raw, salt=salt, n=_COST, r=_BLOCK, p=_LANES, maxmem=2**26).hex()
