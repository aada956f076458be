"""What stands beside an entry under a key of its own: padded ciphertext, and the commitment that binds it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

SIZES = (256, 1024, 4096, 16384, 65536)
SALT = 32
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Envelope:
    """Ciphertext that stands outside the hashed body of its entry.

    `name`: what it holds (`arm`, `identity`). `key_id`: the key that opens it; whoever drops that key erases the
    content for good, and the ledger stays whole. `salt`: 32 random bytes. `ciphertext`: padded by whoever encrypted
    it to one of `SIZES` bytes, so that its length tells nothing.
    """

    name: str
    key_id: str
    salt: bytes
    ciphertext: bytes


def commitment(envelope: Envelope) -> str:
    """The commitment to an envelope: SHA-256 (hex) of salt, name, key id and ciphertext, each after its length.

    Raises ValueError if the salt is not 32 bytes long, the ciphertext has none of the fixed sizes, or name or key id
    are not short and printable, or anything is of another type (a changed bit can make it one in a database).
    """
    parts = envelope.name, envelope.key_id, envelope.salt, envelope.ciphertext
    if tuple(map(type, parts)) != (str, str, bytes, bytes):
        raise ValueError("a part of an envelope is of another type than it was stored with")
    for text in (envelope.name, envelope.key_id):
        if not text or len(text) > LONGEST_NAME or not (text.isprintable() and text.isascii()):
            raise ValueError(
                f"the name and key id of an envelope are printable ASCII of 1 to {LONGEST_NAME} characters"
            )
    if len(envelope.salt) != SALT:
        raise ValueError(f"the salt of the envelope {envelope.name!r} has {len(envelope.salt)} bytes, not {SALT}")
    if len(envelope.ciphertext) not in SIZES:
        found, sizes = len(envelope.ciphertext), ", ".join(map(str, SIZES))
        raise ValueError(f"the envelope {envelope.name!r} has {found} bytes, not one of {sizes}")
    digest = hashlib.sha256()
    for part in (envelope.salt, envelope.name.encode("utf-8"), envelope.key_id.encode("utf-8"), envelope.ciphertext):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def unfit(sealed: tuple[str, ...], envelopes: tuple[Envelope, ...]) -> str | None:
    """Why these envelopes are not the ones that an entry committed to, None if they are."""
    if len(envelopes) != len(sealed):
        return f"{len(envelopes)} envelopes stand beside it where it names {len(sealed)}"
    for place, (promised, envelope) in enumerate(zip(sealed, envelopes, strict=True), start=1):
        try:
            kept = commitment(envelope) == promised
        except ValueError as fault:
            return str(fault)
        if not kept:
            return f"its envelope {place} is not the one that it committed to"
    return None
