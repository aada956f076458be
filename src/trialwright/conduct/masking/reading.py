"""The entries of a ledger as somebody may read them: with what is sealed, or without."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialwright.conduct.codec import decision_body
from trialwright.conduct.events import Decided, Event
from trialwright.conduct.masking.sealing import ARM, put_back

if TYPE_CHECKING:
    from trialwright.conduct.ledger.entry import Entry
    from trialwright.conduct.ledger.interface import Ledger
    from trialwright.conduct.masking.keys import Keyring


@dataclass(frozen=True, slots=True)
class Read:
    """An entry, and its event as the reader may see it."""

    entry: Entry
    event: Event

    @property
    def subject(self) -> str:
        """The participant that the event is about, empty where it is about none."""
        return str(getattr(self.event, "subject", ""))

    def row(self) -> dict[str, Any]:
        """The entry as a line of an audit trail. No digest is in it: digests cover what is sealed."""
        entry = self.entry
        return {
            "sequence": entry.sequence,
            "recorded": entry.recorded,
            "occurred": entry.occurred,
            "day": entry.day,
            "actor": entry.actor,
            "role": entry.role,
            "site": entry.site,
            "event": type(self.event).__name__,
            "subject": self.subject,
            "reason": entry.reason,
            "key": entry.key.rpartition("#")[0],
            "body": body(self.event),
        }


def read(ledger: Ledger, keys: Keyring | None, start: int = 1) -> Iterator[Read]:
    """The entries from this one on. `keys`: without them, with nothing that is sealed."""
    for entry in ledger.entries(start):
        event = entry.event
        if keys is not None and entry.sealed:
            for envelope in ledger.envelopes(entry.sequence):
                found = keys.open(envelope) if envelope.name == ARM else None
                event = put_back(event, found) if found is not None else event
        yield Read(entry, event)


def body(event: Event) -> dict[str, Any]:
    """The fields of an event as plain values."""
    found = {item.name: _plain(getattr(event, item.name)) for item in dataclasses.fields(event)}
    if isinstance(event, Decided):
        found["decision"] = {name: _plain(value) for name, value in decision_body(event.decision).items()}
    return found


def _plain(value: Any) -> Any:
    match value:
        case tuple():
            return [_plain(each) for each in value]
        case Mapping():
            return {name: _plain(each) for name, each in value.items()}
        case _:
            return value
