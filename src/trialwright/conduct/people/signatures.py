"""Signatures: what they are over, which of them a later change has made void, and what is to be signed again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.conduct.canonical import canonical
from trialwright.conduct.codec import body_of
from trialwright.conduct.events import Event
from trialwright.conduct.events.allocation import Randomised
from trialwright.conduct.events.data import (
    Allocated,
    Corrected,
    DltAssessed,
    Dosed,
    Enrolled,
    Recorded,
    Retracted,
    Supplemented,
)
from trialwright.conduct.events.people import Signed
from trialwright.conduct.facts import key_of
from trialwright.conduct.masking.sealing import taken_out

if TYPE_CHECKING:
    from trialwright.conduct.act import Act
    from trialwright.conduct.ledger.entry import Entry

MEANINGS = ("authored", "reviewed", "approved", "eligible", "released", "adjudicated", "unblinded")
"""What a signature can mean (21 CFR 11.50(a)(3))."""

AS_ASKED = "as asked"
"""Instead of a meaning, for a command that is itself a signature and names its meaning."""

_ROWS = (Enrolled, Allocated, Randomised, Dosed, DltAssessed, Recorded, Supplemented, Corrected, Retracted)
_Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that was signed and has changed since: the entry `of` that stands now, what a signature of it is over
    (SHA-256, hex), and the meanings that the void ones had."""

    row: _Key
    of: int
    over: str
    meanings: tuple[str, ...]


class Signatures:
    """The signatures of rows of data.

    `void`: by the sequence number of what was signed, the entry that has changed it since. `wanted`: by row, what is to
    be signed again.
    """

    EVENTS = (Signed, *_ROWS)

    def __init__(self) -> None:
        self.void: dict[int, int] = {}
        self.wanted: dict[_Key, Wanted] = {}
        self._latest: dict[_Key, int] = {}
        self._row: dict[int, _Key] = {}
        self._meanings: dict[_Key, set[str]] = {}
        self._signed: dict[_Key, list[int]] = {}

    def apply(self, act: Act) -> None:
        """Take the next event."""
        if isinstance(act.event, Signed):
            self._sign(act.event)
            return
        key = key_of(act.event)
        if key is None:
            return
        self._row.pop(self._latest.get(key, 0), None)
        self._latest[key] = act.sequence
        self._row[act.sequence] = key
        for before in self._signed.pop(key, ()):
            self.void[before] = act.sequence
        if key in self._meanings:
            over = digest_of(taken_out(act.event)[0])
            self.wanted[key] = Wanted(key, act.sequence, over, tuple(sorted(self._meanings[key])))

    def _sign(self, signed: Signed) -> None:
        key = self._row.get(signed.of)
        if key is None:
            return
        self._meanings.setdefault(key, set()).add(signed.meaning)
        self._signed.setdefault(key, []).append(signed.of)
        wanted = self.wanted.get(key)
        if wanted is not None and wanted.of == signed.of:
            left = tuple(each for each in wanted.meanings if each != signed.meaning)
            if left:
                self.wanted[key] = Wanted(key, wanted.of, wanted.over, left)
            else:
                del self.wanted[key]

    def unsettled(self) -> list[str]:
        """What was signed, has changed, and waits to be signed again."""
        return [
            f"row {' '.join(map(str, each.row))} has changed since it was signed ({', '.join(each.meanings)})"
            for each in self.wanted.values()
        ]


def digest_of(event: Event) -> str:
    """What a signature is over: SHA-256 (hex) of the canonical JSON of the event's type and body as stored."""
    text = canonical({"type": type(event).__name__, "body": body_of(event)})
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def invalid(entries: Iterable[Entry]) -> list[tuple[int, str]]:
    """The signatures on a ledger that are not over what they say: their sequence numbers, and why.

    A signature that a later change has made void is valid: it was given, and is over what stood then.
    """
    events: dict[int, Event] = {}
    found = []
    for entry in entries:
        match entry.event:
            case Signed(person, _, meaning, of, over):
                signed = events.get(of)
                said = [
                    f"entry {of} is not what was signed" if signed is None or digest_of(signed) != over else "",
                    f"{person} did not give it" if person != entry.actor else "",
                    f"{meaning!r} is no meaning" if meaning not in MEANINGS else "",
                ]
                found += [(entry.sequence, why) for why in said if why]
            case _:
                events[entry.sequence] = entry.event
    return found
