"""Everything that the entries of a ledger add up to: the data, and who, what and whether beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from trialwright.conduct.act import Act
from trialwright.conduct.allocating.state import AllocationState
from trialwright.conduct.fold import Fold
from trialwright.conduct.ledger.entry import Entry, Head
from trialwright.conduct.masking.sealing import ARM, put_back
from trialwright.conduct.milestones.phase import Course
from trialwright.conduct.people.signatures import Signatures
from trialwright.conduct.people.sites import Sites
from trialwright.conduct.people.state import People
from trialwright.conduct.safety.state import Safety
from trialwright.conduct.subjects.state import Subjects
from trialwright.conduct.treating.state import Treating

if TYPE_CHECKING:
    from trialwright.conduct.ledger.envelope import Envelope
    from trialwright.conduct.ledger.interface import Ledger
    from trialwright.conduct.masking.keys import Keyring


class Part(Protocol):
    """One concern of a trial: what its events add up to."""

    def apply(self, act: Act) -> None:
        """Take the next event of the concern."""
        ...


class Waiting(Protocol):
    """A concern in which something can wait for a person."""

    def unsettled(self) -> list[str]:
        """What waits, in words."""
        ...


class Standing:
    """What stands after the entries so far.

    `data`: the data, as designs and analyses see them. The other parts: `course` of the trial, `people`. `head`: how
    far it reaches. `retries`: by idempotency key, the digest of the command and the entries that it became. `shut`:
    whether keys were at hand, and the one of the arms was not among them.

    A standing that is folded without the key of the arms never holds an arm: what a masked role is shown is made of
    one, so nothing that it is shown can tell an arm.
    """

    def __init__(self) -> None:
        self.data = Fold()
        self.course = Course()
        self.people = People()
        self.signatures = Signatures()
        self.sites = Sites()
        self.subjects = Subjects()
        self.allocation = AllocationState()
        self.treating = Treating()
        self.safety = Safety()
        self.head = Head()
        self.retries: dict[str, tuple[str, list[int]]] = {}
        self.shut = False
        self._parts: dict[type[Any], list[Part]] = {}
        self._waiting: tuple[Waiting, ...] = (
            self.signatures,
            self.allocation,
        )
        for part in (
            self.course,
            self.people,
            self.signatures,
            self.sites,
            self.subjects,
            self.allocation,
            self.treating,
            self.safety,
        ):
            for kind in part.EVENTS:
                self._parts.setdefault(kind, []).append(part)

    def apply(self, act: Act) -> None:
        """Take the next act."""
        self.data.apply(act.event, act.day)
        for part in self._parts.get(type(act.event), ()):
            part.apply(act)
        if act.key:
            name, _, digest = act.key.rpartition("#")
            self.retries.setdefault(name, (digest.partition("+")[0], []))[1].append(act.sequence)

    def take(self, entry: Entry, envelopes: Sequence[Envelope], keys: Keyring | None) -> None:
        """Take the next entry, with what `keys` can open of the envelopes beside it."""
        event, secrets = entry.event, dict[str, dict[str, Any]]()
        for envelope in envelopes:
            found = None if keys is None else keys.open(envelope)
            if found is None:
                self.shut |= keys is not None and envelope.name == ARM
                continue
            if envelope.name == ARM:
                event = put_back(event, found)
            else:
                secrets[envelope.name] = found
        self.apply(Act.of(entry, event, secrets))
        self.head = Head(entry.sequence, entry.hash)

    def before_lock(self) -> list[str]:
        """What waits for a person and must be settled before the data can be final, in words without an arm."""
        return [said for part in self._waiting for said in part.unsettled()]

    @property
    def day(self) -> int:
        """The trial day of the last entry."""
        return self.data.day


def folded(standing: Standing, ledger: Ledger, keys: Keyring | None) -> Standing:
    """The standing with all further entries taken in, with what the keys open; without keys, with nothing sealed.

    Where they do not follow what was taken in before, the ledger was put back meanwhile: all of it is folded anew.
    """
    before = standing.head
    for entry in ledger.entries(before.size + 1):
        if entry.sequence == before.size + 1 > 1 and entry.previous != before.hash:
            return folded(Standing(), ledger, keys)
        standing.take(entry, ledger.envelopes(entry.sequence) if entry.sealed and keys is not None else (), keys)
    return standing
