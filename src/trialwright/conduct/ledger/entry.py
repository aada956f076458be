"""One entry of a ledger and the chain that binds it to all before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from trialwright.conduct.canonical import canonical
from trialwright.conduct.codec import body_of, event_from
from trialwright.conduct.events import SCHEMAS, Event
from trialwright.core.errors import StageError

ORIGIN = "0" * 64


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is to be appended: who did it, on which trial day it was recorded, and why."""

    event: Event
    day: int
    actor: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it stands on a ledger.

    `sequence`: 1, 2, 3, ... without gaps. `day`: trial day on which it was recorded, never falling. `actor`: who
    recorded it. `reason`: why, where a reason is called for. `previous`: the hash of the entry before (64 zeros for the
    first). `hash`: SHA-256 (hex) of the canonical JSON of all of the above.
    """

    sequence: int
    day: int
    actor: str
    reason: str
    event: Event
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far a ledger reaches: the number of entries and the hash of the last one."""

    size: int = 0
    hash: str = ORIGIN


def sealed(draft: Draft, after: Head) -> Entry:
    """The entry that appends this draft to a ledger with that head. Raises ValueError if a value cannot be stored."""
    body = _hashed(after.size + 1, draft.day, draft.actor, draft.reason, draft.event, after.hash)
    return Entry(
        after.size + 1, draft.day, draft.actor, draft.reason, draft.event, after.hash, _digest(canonical(body))
    )


def head_of(entries: Iterable[Entry], start: Head | None = None) -> Head:
    """The head after these entries."""
    head = start or Head()
    for entry in entries:
        head = Head(entry.sequence, entry.hash)
    return head


def _hashed(sequence: int, day: int, actor: str, reason: str, event: Event, previous: str) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "type": type(event).__name__,
        "schema": SCHEMAS[type(event)],
        "day": day,
        "actor": actor,
        "reason": reason,
        "body": body_of(event),
        "previous": previous,
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def entry_json(entry: Entry) -> dict[str, Any]:
    """The entry as plain values, as stores write it."""
    hashed = _hashed(entry.sequence, entry.day, entry.actor, entry.reason, entry.event, entry.previous)
    return {**hashed, "hash": entry.hash}


_FIELDS = frozenset({"sequence", "type", "schema", "day", "actor", "reason", "body", "previous", "hash"})


def entry_from(found: Any) -> Entry:
    """The entry that these plain values are. Raises ValueError if they are not one, or the hash is not theirs."""
    if not isinstance(found, dict) or found.keys() != _FIELDS:
        raise ValueError("it does not have the fields of an entry")
    hashed = {name: value for name, value in found.items() if name != "hash"}
    if _digest(canonical(hashed)) != found["hash"]:
        raise ValueError("its hash is not that of its content: it has been changed since it was written")
    whole = all(type(found[name]) is int for name in ("sequence", "schema", "day"))
    if not whole or not all(isinstance(found[name], str) for name in ("type", "actor", "reason", "previous")):
        raise ValueError("a field of the entry is of the wrong kind")
    if not isinstance(found["body"], dict):
        raise ValueError("its body is not an object")
    event = event_from(found["type"], found["schema"], found["body"])
    return Entry(
        found["sequence"], found["day"], found["actor"], found["reason"], event, found["previous"], found["hash"]
    )


def chained(entries: Iterable[Entry], after: Head | None = None) -> Iterator[Entry]:
    """The same entries, each checked against the one before it.

    Raises StageError (COND-022) at the first that does not follow: a sequence number that is missing, repeated or
    out of order, another previous hash, a day before the day of the entry before.
    """
    head, day = after or Head(), None
    for entry in entries:
        if entry.sequence != head.size + 1:
            raise broken(head.size + 1, f"its sequence number is {entry.sequence}")
        if entry.previous != head.hash:
            raise broken(entry.sequence, "it does not continue the entry before it")
        if day is not None and entry.day < day:
            raise broken(entry.sequence, f"it was recorded on day {entry.day}, after an entry of day {day}")
        head, day = Head(entry.sequence, entry.hash), entry.day
        yield entry


def broken(sequence: int, why: str, where: str = "") -> StageError:
    """The error for an entry that is not as it was written, or not where it was."""
    return StageError(
        "COND-022",
        f"entry {sequence} of the ledger{where} cannot be trusted: {why}",
        expected="entries as they were appended, numbered 1, 2, 3, ..., each continuing the hash of the one before",
        mend="restore the ledger from a copy; nothing from this entry on has been used",
    )
