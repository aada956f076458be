"""The commitment: published before the first participant, opened at the end, it binds the whole list."""

from __future__ import annotations

import hashlib
import hmac

from trialwright.conduct.randomisation.generator import Key, Salt, framed
from trialwright.conduct.randomisation.spec import Specification

SCHEME = "trialwright randomisation commitment 1"


def commit(spec: Specification, key: Key, salt: Salt) -> str:
    """The commitment to a specification and a key: SHA-256 (64 hexadecimal digits) of salt, key and canonical text.

    It can be shown to everybody: without the 256-bit salt it says nothing about what it binds.
    """
    message = framed(SCHEME, salt.value, key.value, spec.text())
    return hashlib.sha256(message).hexdigest()


def opens(commitment: str, spec: Specification, key: Key, salt: Salt) -> bool:
    """Whether a published commitment is the one to this specification and this key.

    If it is, every arm of the list was fixed when the commitment was published: `audit` compares them.
    """
    return hmac.compare_digest(commitment.strip().lower().encode("utf-8"), commit(spec, key, salt).encode("ascii"))
