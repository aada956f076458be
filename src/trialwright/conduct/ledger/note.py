"""Signed notes (C2SP signed-note): a text, and Ed25519 signatures under names."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.core.errors import InputError, StageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_ED25519 = b"\x01"
_PRIVATE = "PRIVATE+KEY+"
_DASH = "— "


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under a name; `text` is the form in which it is passed on: name, short hash and key, with `+`."""

    name: str
    key: bytes

    @property
    def hash(self) -> bytes:
        """The first four bytes of SHA-256 over name and key, by which signatures are told apart."""
        return _hash(self.name, self.key)

    @property
    def text(self) -> str:
        """The key as text.

        >>> verifier_from("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8").text[:24]
        'sum.golang.org+033de0ae+'
        """
        return f"{self.name}+{self.hash.hex()}+{_base64(_ED25519 + self.key)}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key under a name: 32 bytes that nobody but the signer may see."""

    name: str
    seed: bytes

    @property
    def verifier(self) -> Verifier:
        """The public key that goes with it. Raises StageError (COND-030) if `cryptography` is not installed."""
        private = _ed25519().Ed25519PrivateKey.from_private_bytes(self.seed)
        return Verifier(self.name, bytes(private.public_key().public_bytes_raw()))


def signed(text: str, signer: Signer) -> str:
    """The note with this text and a signature. Raises ValueError if the text is not lines, each ended, none empty."""
    if not text.endswith("\n") or "" in text[:-1].split("\n"):
        raise ValueError("the text of a note is lines, each ended and none empty")
    signature = _ed25519().Ed25519PrivateKey.from_private_bytes(signer.seed).sign(text.encode("utf-8"))
    return f"{text}\n{_DASH}{signer.name} {_base64(signer.verifier.hash + signature)}\n"


def opened(note: str, verifiers: Sequence[Verifier]) -> str:
    """The text of a note that one of these has signed.

    Raises ValueError if it is not a note, if no signature is by one of them, or one in their name is not valid.
    """
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise ValueError("it is not a signed note")
    text += "\n"
    valid = False
    for line in signatures[:-1].split("\n"):
        name, found = _signature(line)
        for verifier in verifiers:
            if name == verifier.name and found[:4] == verifier.hash:
                if not _is_valid(verifier.key, found[4:], text):
                    raise ValueError(f"the signature of {name} is not valid")
                valid = True
    if not valid:
        raise ValueError("it is signed by nobody who is trusted")
    return text


def _signature(line: str) -> tuple[str, bytes]:
    parts = line.removeprefix(_DASH).split(" ")
    if not line.startswith(_DASH) or len(parts) != 2 or not parts[0]:
        raise ValueError("a line of its signatures is none")
    return parts[0], _bytes(parts[1])


def _is_valid(key: bytes, signature: bytes, text: str) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        _ed25519().Ed25519PublicKey.from_public_bytes(key).verify(signature, text.encode("utf-8"))
    except (InvalidSignature, ValueError):
        return False
    return True


def verifier_from(text: str) -> Verifier:
    """The public key in this text. Raises InputError (COND-031) if it is none."""
    name, _, rest = text.strip().partition("+")
    short, _, key = rest.partition("+")
    try:
        found = _bytes(key)
        verifier = Verifier(name, found[1:])
        whole = name and found[:1] == _ED25519 and len(found) == 33 and verifier.hash.hex() == short
    except ValueError:
        whole = False
    if not whole:
        raise _no_key("the text", "NAME+HASH+KEY, the public key as it was given out")
    return verifier


def new_key(name: str, path: Path) -> Signer:
    """Make a private key and write it to a new file that only its owner may read.

    Raises InputError (COND-031) if the name cannot be one or the file cannot be made.
    """
    if not name or any(character.isspace() or character == "+" for character in name):
        raise _no_key(f"the name {name!r}", "a name without spaces and without +")
    signer = Signer(name, os.urandom(32))
    line = f"{_PRIVATE}{name}+{signer.verifier.hash.hex()}+{_base64(_ED25519 + signer.seed)}\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        raise _no_key(f"{path} ({fault.strerror})", "a new file in a folder that may be written") from fault
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return signer


def signer_in(path: Path) -> Signer:
    """The private key in a file that `new_key` made. Raises InputError (COND-031) if there is none."""
    try:
        text = path.read_text(encoding="utf-8").strip()
        name, _, rest = text.removeprefix(_PRIVATE).partition("+")
        found = _bytes(rest.partition("+")[2])
    except (OSError, ValueError) as fault:
        raise _no_key(str(path), "a file with a private key, as `new_key` makes it") from fault
    if not text.startswith(_PRIVATE) or not name or found[:1] != _ED25519 or len(found) != 33:
        raise _no_key(str(path), "a file with a private key, as `new_key` makes it")
    return Signer(name, found[1:])


def _hash(name: str, key: bytes) -> bytes:
    return hashlib.sha256(name.encode("utf-8") + b"\n" + _ED25519 + key).digest()[:4]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as fault:
        raise ValueError("it is not in Base64") from fault


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as fault:
        raise StageError(
            "COND-030",
            "signing and checking signatures needs the library cryptography",
            expected="trialwright installed with what a live trial needs",
            mend="install trialwright[live]",
        ) from fault
    return ed25519


def _no_key(what: str, expected: str) -> InputError:
    return InputError(
        "COND-031", f"{what} cannot be used as a key", expected=expected, mend="name the right file, or make a new key"
    )
