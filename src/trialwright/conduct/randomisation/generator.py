"""The keyed generator: whole numbers that a key and a name determine, and that nobody without the key can foretell.

A number is made from HMAC-SHA256 in counter mode. The message is a sequence of fields, each led by its length in eight
bytes: the name of this scheme, the purpose of the draw, what is drawn for, and a counter that begins at 0. The 32 bytes
that come out are read as a big-endian number of 256 bits; one at or above the largest multiple of n is passed over and
the counter moves on, so every number below n is exactly equally likely.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Self

from trialwright.conduct.randomisation.spec import Specification
from trialwright.core.errors import UsageError

SCHEME = "trialwright randomisation generator 1"
BYTES = 32
BITS = 8 * BYTES


def _secret(what: str, value: object) -> None:
    if not isinstance(value, bytes) or len(value) != BYTES or len(set(value)) < 8:
        raise UsageError(
            "RAND-008",
            f"this is not a {what}",
            expected="32 bytes (64 hexadecimal digits) from a source of true randomness",
            mend=f"make a new {what}; never write one by hand",
        )


def _bytes(what: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text.strip())
    except (ValueError, AttributeError):
        _secret(what, None)
        raise


@dataclass(frozen=True, slots=True)
class Key:
    """The secret of 256 bits from which the whole list follows. It is never shown by `repr` or in an error."""

    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _secret("key", self.value)

    @classmethod
    def fresh(cls, entropy: Callable[[int], bytes]) -> Self:
        """A new key. `entropy`: gives so many random bytes, such as `secrets.token_bytes`."""
        return cls(entropy(BYTES))

    @classmethod
    def read(cls, text: str) -> Self:
        """The key written as 64 hexadecimal digits. Raises UsageError RAND-008 if it is not one."""
        return cls(_bytes("key", text))

    def written(self) -> str:
        """The key as 64 hexadecimal digits, for the place where it is kept (never a ledger or a log)."""
        return self.value.hex()


@dataclass(frozen=True, slots=True)
class Salt:
    """The secret of 256 bits that keeps a published commitment from being tried out."""

    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _secret("salt", self.value)

    @classmethod
    def fresh(cls, entropy: Callable[[int], bytes]) -> Self:
        """A new salt. `entropy`: gives so many random bytes, such as `secrets.token_bytes`."""
        return cls(entropy(BYTES))

    @classmethod
    def read(cls, text: str) -> Self:
        """The salt written as 64 hexadecimal digits. Raises UsageError RAND-008 if it is not one."""
        return cls(_bytes("salt", text))

    def written(self) -> str:
        """The salt as 64 hexadecimal digits."""
        return self.value.hex()


def framed(*fields: str | int | bytes) -> bytes:
    """The fields one after another, each with its kind and its length before it, so that no two sequences are alike.

    >>> framed("ab", "c") == framed("a", "bc"), framed("1") == framed(1)
    (False, False)
    """
    parts = []
    for each in fields:
        match each:
            case bytes():
                body = b"b" + each
            case str():
                body = b"s" + each.encode("utf-8")
            case int():
                body = b"i" + str(each).encode("ascii")
        parts.append(len(body).to_bytes(8, "big") + body)
    return b"".join(parts)


def below(limit: int, words: Iterator[int], bits: int) -> int:
    """A whole number from 0 to `limit` - 1, each equally likely if each word of `bits` bits is.

    Words at or above the largest multiple of `limit` are passed over. Raises ValueError unless 1 <= limit <= 2**bits.

    >>> below(3, iter([255, 254]), 8)  # 255 = 85 x 3 is passed over
    2
    """
    if not 1 <= limit <= 1 << bits:
        raise ValueError(f"a whole number below {limit} cannot be drawn from {bits} bits")
    fair = (1 << bits) - (1 << bits) % limit
    return next(word for word in words if word < fair) % limit


@dataclass(frozen=True, slots=True)
class Draws:
    """The numbers that belong to one key and one specification: another of either gives unrelated ones."""

    _subkey: bytes = field(repr=False)

    @classmethod
    def of(cls, spec: Specification, key: Key) -> Self:
        """The numbers of this specification under this key."""
        digest = hashlib.sha256(spec.text().encode("utf-8")).digest()
        return cls(hmac.digest(key.value, framed(SCHEME, "specification", digest), "sha256"))

    def below(self, limit: int, purpose: str, *of: str | int) -> int:
        """The number from 0 to `limit` - 1 that belongs to this purpose and these labels; always the same one."""
        return below(limit, self._words(purpose, of), BITS)

    def _words(self, purpose: str, of: tuple[str | int, ...]) -> Iterator[int]:
        counter = 0
        while True:
            message = framed(SCHEME, purpose, *of, counter)
            yield int.from_bytes(hmac.digest(self._subkey, message, "sha256"), "big")
            counter += 1
