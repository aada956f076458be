"""One entry of a ledger, in both of its formats, and the chain that binds it to all before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from trialwright.conduct.canonical import canonical, parsed, read
from trialwright.conduct.codec import body_of, event_from
from trialwright.conduct.events import SCHEMAS, Event
from trialwright.conduct.ledger.envelope import Envelope, commitment
from trialwright.core.errors import StageError

ORIGIN = "0" * 64
FORMAT = 2


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is to be appended: who did it, on which trial day it was recorded, and why.

    `occurred`: when it happened, RFC 3339 with an offset; None where that is when it is recorded. `role`, `site`: in
    which role and where. `key`: idempotency key, at most 200 characters; the same key again gives the entry that
    stands. `envelopes`: ciphertext that is to stand beside the entry.
    """

    event: Event
    day: int
    actor: str
    reason: str = ""
    occurred: str | None = None
    role: str = ""
    site: str = ""
    key: str = ""
    envelopes: tuple[Envelope, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it stands on a ledger.

    `sequence`: 1, 2, 3, ... without gaps. `day`: trial day on which it was recorded, never falling. `actor`: who
    recorded it. `reason`: why, where a reason is called for. `previous`: the hash of the entry before (64 zeros for the
    first). `hash`: SHA-256 (hex) of the canonical JSON of all the others. `recorded`: when the store recorded it (UTC,
    RFC 3339 with microseconds), empty where the store has no clock. `occurred`, `role`, `site`, `key`: as in `Draft`.
    `sealed`: the commitments to its envelopes. `format`: the version of the ledger's format that it was written in; an
    entry of format 1 has none of the fields that format 2 brought.
    """

    sequence: int
    day: int
    actor: str
    reason: str
    event: Event
    previous: str
    hash: str
    recorded: str = ""
    occurred: str | None = None
    role: str = ""
    site: str = ""
    key: str = ""
    sealed: tuple[str, ...] = ()
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Head:
    """How far a ledger reaches: the number of entries and the hash of the last one."""

    size: int = 0
    hash: str = ORIGIN


def sealed(draft: Draft, after: Head, recorded: str = "") -> Entry:
    """The entry that appends this draft, recorded at that time, to a ledger with that head.

    Raises ValueError if a value cannot be stored.
    """
    entry = Entry(
        after.size + 1,
        draft.day,
        draft.actor,
        draft.reason,
        draft.event,
        after.hash,
        "",
        recorded,
        draft.occurred,
        draft.role,
        draft.site,
        draft.key,
        tuple(commitment(envelope) for envelope in draft.envelopes),
    )
    values = {name: getattr(entry, name) for name in Entry.__slots__}
    return Entry(**{**values, "hash": digest(text_of(entry))})


def head_of(entries: Iterable[Entry], start: Head | None = None) -> Head:
    """The head after these entries."""
    head = start or Head()
    for entry in entries:
        head = Head(entry.sequence, entry.hash)
    return head


def _hashed(entry: Entry) -> dict[str, Any]:
    first = {
        "sequence": entry.sequence,
        "type": type(entry.event).__name__,
        "schema": SCHEMAS[type(entry.event)],
        "day": entry.day,
        "actor": entry.actor,
        "reason": entry.reason,
        "body": body_of(entry.event),
        "previous": entry.previous,
    }
    if entry.format == 1:
        return first
    return {
        **first,
        "format": entry.format,
        "recorded": entry.recorded,
        "occurred": entry.occurred,
        "role": entry.role,
        "site": entry.site,
        "key": entry.key,
        "sealed": list(entry.sealed),
    }


def digest(text: str) -> str:
    """SHA-256 (hex) of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def text_of(entry: Entry) -> str:
    """The canonical JSON that the entry's hash is the digest of."""
    return canonical(_hashed(entry))


def entry_json(entry: Entry) -> dict[str, Any]:
    """The entry as plain values, as a ledger in a file writes it."""
    return {**_hashed(entry), "hash": entry.hash}


_WHOLE, _TEXT = {int}, {str}
_FIRST = frozenset({"sequence", "type", "schema", "day", "actor", "reason", "body", "previous"})
_SECOND = _FIRST | {"format", "recorded", "occurred", "role", "site", "key", "sealed"}


def entry_from(found: Any) -> Entry:
    """The entry that these plain values are. Raises ValueError if they are not one, or the hash is not theirs."""
    if not isinstance(found, dict) or not isinstance(found.get("hash"), str):
        raise ValueError("it does not have the fields of an entry")
    hashed = {name: value for name, value in found.items() if name != "hash"}
    if digest(canonical(hashed)) != found["hash"]:
        raise ValueError("its hash is not that of its content: it has been changed since it was written")
    return _entry(hashed, found["hash"])


def entry_of(text: str, hash: str, *, strict: bool = False) -> Entry:  # noqa: A002
    """The entry whose canonical JSON and hash these are.

    The hash is compared with the text as it stands, so any change of a byte shows. `strict`: whether the text must be
    in canonical form too, which costs time and is what `verify` asks. Raises ValueError as `entry_from` does.
    """
    if digest(text) != hash:
        raise ValueError("its hash is not that of its content: it has been changed since it was written")
    return _entry(parsed(text) if strict else read(text), hash)


def _entry(found: Any, hash_: str) -> Entry:
    """The entry with these fields; the upcaster: an entry of format 1 leaves the fields of format 2 empty."""
    first = isinstance(found, dict) and found.keys() == _FIRST
    if not isinstance(found, dict) or not (first or found.keys() == _SECOND):
        raise ValueError("it does not have the fields of an entry")
    if not first and found["format"] != FORMAT:
        raise StageError(
            "COND-023",
            f"the ledger holds an entry of format {found['format']!r}, which this version does not know",
            expected=f"format 1 or {FORMAT}",
            mend="open the ledger with the version of trialwright that wrote it, or a later one",
        )
    numbers = {type(found["sequence"]), type(found["schema"]), type(found["day"])}
    texts = {type(found["type"]), type(found["actor"]), type(found["reason"]), type(found["previous"])}
    if numbers != _WHOLE or texts != _TEXT:
        raise ValueError("a field of the entry is of the wrong kind")
    if not isinstance(found["body"], dict):
        raise ValueError("its body is not an object")
    event = event_from(found["type"], found["schema"], found["body"])
    parts = found["sequence"], found["day"], found["actor"], found["reason"], event, found["previous"], hash_
    if first:
        return Entry(*parts, format=1)
    commitments, occurred = found["sealed"], found["occurred"]
    texts = {type(found["recorded"]), type(found["role"]), type(found["site"]), type(found["key"])}
    if texts != _TEXT or not isinstance(commitments, list) or not all(isinstance(one, str) for one in commitments):
        raise ValueError("a field of the entry is of the wrong kind")
    if occurred is not None and not isinstance(occurred, str):
        raise ValueError("a field of the entry is of the wrong kind")
    return Entry(*parts, found["recorded"], occurred, found["role"], found["site"], found["key"], tuple(commitments))


def chained(entries: Iterable[Entry], after: Head | None = None) -> Iterator[Entry]:
    """The same entries, each checked against the one before it.

    Raises StageError (COND-022) at the first that does not follow: a sequence number that is missing, repeated or
    out of order, another previous hash, a day before the day of the entry before, a format before that of the entry
    before.
    """
    head = after or Head()
    size, previous, day, written = head.size, head.hash, None, 0
    for entry in entries:
        size += 1
        if entry.sequence != size:
            raise broken(size, f"its sequence number is {entry.sequence}")
        if entry.previous != previous:
            raise broken(size, "it does not continue the entry before it")
        if day is not None and entry.day < day:
            raise broken(size, f"it was recorded on day {entry.day}, after an entry of day {day}")
        if entry.format < written:
            raise broken(size, f"it is of format {entry.format}, after an entry of format {written}")
        previous, day, written = entry.hash, entry.day, entry.format
        yield entry


def broken(sequence: int, why: str, where: str = "") -> StageError:
    """The error for an entry that is not as it was written, or not where it was."""
    return StageError(
        "COND-022",
        f"entry {sequence} of the ledger{where} cannot be trusted: {why}",
        expected="entries as they were appended, numbered 1, 2, 3, ..., each continuing the hash of the one before",
        mend="restore the ledger from a copy; nothing from this entry on has been used",
    )
