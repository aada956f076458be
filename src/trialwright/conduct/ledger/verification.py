"""A ledger read from its first entry to its last, and against its witness: what is wrong, from which entry on."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.conduct.ledger import merkle
from trialwright.conduct.ledger.entry import Entry, Head, chained, entry_of
from trialwright.conduct.ledger.envelope import unfit
from trialwright.conduct.ledger.interface import Ledger
from trialwright.conduct.ledger.rows import Row
from trialwright.conduct.ledger.witness import Checkpoint, Witness, origin_of
from trialwright.core.errors import StageError

NO_WITNESS = (
    "no witness was given: entries cut off the end, and a history rewritten as a whole by somebody who can write the "
    "store, do not show"
)
_BROKEN = ("COND-021", "COND-022", "COND-023")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong. `sequence`: the first entry that it touches, None where it is about the store or the witness."""

    sequence: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify` found.

    `head`: how far the entries can be trusted by themselves; `root`: the Merkle root (hex) over those. `origin`: which
    ledger it is, empty where it has no entry. `faults`: what is wrong; empty if all is well. `notices`: what an
    inspector should know besides. `witnessed`: how many entries a checkpoint of the witness confirms.
    """

    head: Head
    root: str
    origin: str
    faults: tuple[Fault, ...]
    notices: tuple[str, ...]
    witnessed: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @property
    def first(self) -> Fault | None:
        """The fault that touches the earliest entry, None if there is none."""
        return min(self.faults, key=lambda fault: (fault.sequence is None, fault.sequence or 0), default=None)

    def checkpoint(self, time: str) -> Checkpoint:
        """The checkpoint of a ledger that was found sound. Raises StageError (COND-033) if it is not, or is empty."""
        if not self.sound or not self.head.size:
            raise StageError(
                "COND-033",
                "no checkpoint is made of this ledger: " + (self.first.why if self.first else "it has no entry"),
                expected="a ledger that `verify` finds sound, with one entry or more",
                mend="mend what `verify` reports first",
            )
        return Checkpoint(self.origin, self.head.size, bytes.fromhex(self.root), time)


def verify(ledger: Ledger, witness: Witness | None = None, *, envelopes: bool = True) -> Report:
    """Check everything on a ledger: each entry's form, hash, place, day, key and envelopes, the store, the witness.

    Reading ends at the first entry that cannot be trusted: nothing after it can be. `witness`: checkpoints kept
    elsewhere; only against them do entries show that were cut off the end, or a history rewritten as a whole.
    `envelopes`: whether these are there to be checked; an export for masked roles has none. Raises StageError
    (COND-024, COND-025) if the store cannot be read at all.
    """
    checkpoints = witness.checkpoints() if witness else ()
    reading = _Reading({found.size for found in checkpoints if isinstance(found, Checkpoint)}, envelopes)
    faults: list[Fault] = []
    try:
        for _ in chained(map(reading.checked, ledger.rows())):
            reading.accept(ledger)
    except StageError as fault:
        if fault.code not in _BROKEN:
            raise
        faults.append(Fault(reading.tree.size + 1, fault.message))
    except _UnsoundError as fault:
        faults.append(Fault(reading.tree.size + 1, str(fault)))
    faults += _of_store(ledger, None if faults else reading.envelopes)
    witnessed = 0
    if witness is not None:
        against, witnessed = _against(checkpoints, reading)
        faults += against
    notices = (*reading.notices(), *(() if witness else (NO_WITNESS,)))
    return Report(reading.head, reading.tree.root().hex(), reading.origin, tuple(faults), notices, witnessed)


def _of_store(ledger: Ledger, envelopes: int | None) -> list[Fault]:
    try:
        return [Fault(None, why) for why in ledger.faults(envelopes)]
    except StageError as fault:
        if fault.code not in _BROKEN:
            raise
        return [Fault(None, fault.message)]


class _UnsoundError(ValueError):
    """Why the next entry cannot be trusted."""


class _Reading:
    """What is known of the entries read so far."""

    def __init__(self, sizes: set[int], beside: bool) -> None:
        self.head = Head()
        self.origin = ""
        self.tree = merkle.Tree()
        self.roots: dict[int, bytes] = {0: self.tree.root()} if 0 in sizes else {}
        self.envelopes = 0
        self._sizes = sizes
        self._beside = beside
        self._keys: set[str] = set()
        self._next: tuple[Row, Entry] | None = None
        self._first_format = 0
        self._recorded = ""
        self._backwards: list[int] = []

    def checked(self, row: Row) -> Entry:
        """The entry in a row, in canonical form and under its own key."""
        try:
            entry = entry_of(row.text, row.hash, strict=True)
        except (ValueError, RecursionError, AttributeError, TypeError) as fault:
            raise _UnsoundError(str(fault).splitlines()[0]) from fault
        if row.key != entry.key:
            raise _UnsoundError("it is stored under another idempotency key than its own")
        if row.sequence != entry.sequence:
            raise _UnsoundError(f"it is stored as entry {row.sequence} and says that it is entry {entry.sequence}")
        self._next = row, entry
        return entry

    def accept(self, ledger: Ledger) -> None:
        """Take the entry that was checked last, which continues the chain."""
        if self._next is None:
            raise AssertionError("nothing was checked")
        row, entry = self._next
        if entry.key and entry.key in self._keys:
            raise _UnsoundError(f"its idempotency key {entry.key!r} stands at an earlier entry")
        if entry.sealed and self._beside:
            why = unfit(entry.sealed, ledger.envelopes(entry.sequence))
            if why is not None:
                raise _UnsoundError(why)
        self._keys.add(entry.key)
        self.envelopes += len(entry.sealed)
        self.tree.add(merkle.leaf(row.text.encode("utf-8")))
        if self.tree.size in self._sizes:
            self.roots[self.tree.size] = self.tree.root()
        self.origin = self.origin or origin_of(entry.hash)
        self.head = Head(entry.sequence, entry.hash)
        self._first_format += entry.format == 1
        if entry.recorded:
            if entry.recorded < self._recorded:
                self._backwards.append(entry.sequence)
            self._recorded = entry.recorded

    def notices(self) -> tuple[str, ...]:
        """What is not wrong, and should be known."""
        found = []
        if self._backwards:
            times = len(self._backwards)
            found.append(
                f"the clock went back {times} times, first at entry {self._backwards[0]}: the numbers tell the order"
            )
        if self._first_format:
            found.append(f"{self._first_format} entries are of format 1, which did not record a time")
        return tuple(found)


def _against(checkpoints: tuple[Checkpoint | str, ...], reading: _Reading) -> tuple[list[Fault], int]:
    """What the witness shows, and how many entries it confirms."""
    faults: list[Fault] = []
    size = reading.tree.size
    seen = [found for found in checkpoints if isinstance(found, Checkpoint)]
    agreed = [
        found.size for found in seen if found.origin == reading.origin and reading.roots.get(found.size) == found.root
    ]
    for number, found in enumerate(checkpoints, start=1):
        if isinstance(found, str):
            faults.append(Fault(None, f"checkpoint {number} of the witness does not count: {found}"))
        elif found.origin != reading.origin:
            faults.append(Fault(1, f"checkpoint {number} of the witness is of another ledger, {found.origin}"))
        elif found.size > size:
            why = f"the witness saw {found.size} entries at {found.time}, and only {size} are there or can be trusted"
            faults.append(Fault(size + 1, f"{why}: entries were cut off or changed, or an older copy was restored"))
        elif reading.roots[found.size] != found.root:
            before = max((each for each in agreed if each < found.size), default=0)
            why = f"entries {before + 1} to {found.size} are not those that the witness saw at {found.time}"
            faults.append(Fault(before + 1, f"{why}: the history was rewritten or forked"))
    return faults, max(agreed, default=0)
