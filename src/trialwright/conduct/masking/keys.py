"""The keys of a trial, each in a file of its own that only its owner may read, and what they seal."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.conduct.canonical import canonical
from trialwright.conduct.ledger.envelope import SALT, SIZES, Envelope
from trialwright.core.errors import InputError, StageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE, _TAG, _LENGTH = 12, 16, 4


class Keyring:
    """The keys in a folder: `arms`, `identity-SUBJECT`, and others by name. Each is 32 random bytes."""

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder)
        self._read: dict[str, bytes] = {}

    def make(self, name: str) -> bytes:
        """A new key under this name, whole and on the disk before it is given; the one that is there if one is."""
        found = self.get(name)
        if found is not None:
            return found
        path, key = self._path(name), os.urandom(32)
        made = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.new")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(key.hex().encode("ascii") + b"\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(made, path)  # never over a key that another process has made meanwhile, and never half
            finally:
                made.unlink()
        except FileExistsError:
            found = self.get(name)
            if found is None:
                raise _unusable(path, "it vanished") from None
            return found
        except OSError as fault:
            raise _unusable(path, fault.strerror or str(fault)) from fault
        self._sync()
        self._read[name] = key
        return key

    def get(self, name: str) -> bytes | None:
        """The key under this name, None if it is not here."""
        if name not in self._read:
            try:
                text = self._path(name).read_text("ascii").strip()
            except FileNotFoundError:
                return None
            except (OSError, UnicodeDecodeError) as fault:
                raise _unusable(self._path(name), str(fault)) from fault
            try:
                key = bytes.fromhex(text)
            except ValueError:
                key = b""
            if len(key) != 32:
                raise _unusable(self._path(name), "it does not hold 64 hexadecimal digits")
            self._read[name] = key
        return self._read[name]

    def drop(self, name: str) -> bool:
        """Destroy a key for good, and with it whatever it sealed; whether it was there."""
        self._read.pop(name, None)
        try:
            self._path(name).unlink()
        except FileNotFoundError:
            return False
        except OSError as fault:
            raise _unusable(self._path(name), fault.strerror or str(fault)) from fault
        self._sync()
        return True

    def seal(self, name: str, key_id: str, content: Mapping[str, Any], *, sizes: Sequence[int] = SIZES) -> Envelope:
        """An envelope with this content under the key `key_id`, which is made if it is not there.

        `sizes`: those that its ciphertext may have, in bytes; one size alone tells nothing of the content. Raises
        StageError (COND-040) if the content is too long for all of them.
        """
        key, salt, nonce = self.make(key_id), os.urandom(SALT), os.urandom(_NONCE)
        plain = canonical(dict(content)).encode("utf-8")
        needed = _NONCE + _TAG + _LENGTH + len(plain)
        size = next((size for size in sizes if size >= needed), None)
        if size is None:
            raise StageError(
                "COND-040",
                f"what is to be sealed is {len(plain)} bytes long",
                expected=f"at most {sizes[-1] - _NONCE - _TAG - _LENGTH} bytes",
                mend="shorten what is stored beside the entry",
            )
        padded = len(plain).to_bytes(_LENGTH, "big") + plain + bytes(size - needed)
        ciphertext = nonce + _cipher(key).encrypt(nonce, padded, f"{name}|{key_id}".encode())
        return Envelope(name, key_id, salt, ciphertext)

    def open(self, envelope: Envelope) -> dict[str, Any] | None:
        """What an envelope holds; None where its key is not here. Raises InputError (COND-041) if it does not open."""
        key = self.get(envelope.key_id)
        if key is None:
            return None
        from cryptography.exceptions import InvalidTag

        about = f"{envelope.name}|{envelope.key_id}".encode()
        nonce, text = envelope.ciphertext[:_NONCE], envelope.ciphertext[_NONCE:]
        try:
            padded = _cipher(key).decrypt(nonce, text, about)
        except InvalidTag as fault:
            raise InputError(
                "COND-041",
                f"the key {envelope.key_id!r} does not open the envelope {envelope.name!r}",
                expected="the key that it was sealed with",
                mend="bring back the folder of keys that belongs to this ledger",
            ) from fault
        length = int.from_bytes(padded[:_LENGTH], "big")
        found: dict[str, Any] = json.loads(padded[_LENGTH : _LENGTH + length])
        return found

    def _path(self, name: str) -> Path:
        safe = "".join(c if c.isalnum() or c in "-_." else f"%{ord(c):02x}" for c in name)
        return self._folder / f"{safe}.key"

    def _sync(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _cipher(key: bytes) -> AESGCM:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as fault:
        raise StageError(
            "COND-030",
            "sealing arms and identities needs the library cryptography",
            expected="trialwright installed with what a live trial needs",
            mend="install trialwright[live]",
        ) from fault
    return AESGCM(key)


def _unusable(path: Path, why: str) -> InputError:
    return InputError(
        "COND-042",
        f"the key {path} cannot be used: {why}",
        expected="a file that whoever runs the trial may read and write",
        mend="check the folder of keys and its rights",
    )
