"""A ledger folded into what stands now: the latest rows, every fact, the state that the design sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.conduct.events import Confirmed, Decided, Enrolled, Event, Opened
from trialwright.conduct.events.trial import Amended
from trialwright.conduct.facts import fact_of, key_of
from trialwright.conduct.ledger.entry import Entry
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import TrialState
from trialwright.protocol.decisions import Decision

if TYPE_CHECKING:
    from trialwright.dataset.trialdata import TrialData


@dataclass(frozen=True, slots=True)
class DecisionTaken:
    """A decision on the ledger: on which trial day, what, and how many facts were known when it was taken."""

    day: int
    decision: Decision
    facts_before: int


class Fold:
    """What the entries so far add up to.

    `opened`: how the trial was opened, None before. `unconfirmed`: assumptions that still wait for a person. `facts`:
    every version of every row in order of entry. `rows`: the latest version of each row. `enrolments`: how each
    participant was let in. `decisions`: those taken, in order. `day`: trial day of the last entry. `size`: entries.
    """

    def __init__(self) -> None:
        self.opened: Opened | None = None
        self.unconfirmed: list[str] = []
        self.facts: list[Fact] = []
        self.rows: dict[tuple[str, str, int], Fact] = {}
        self._by: dict[tuple[str, str], dict[int, Fact]] = {}
        self.enrolments: dict[str, Enrolled] = {}
        self.decisions: list[DecisionTaken] = []
        self.day = 0
        self.size = 0
        self._state = TrialState()

    def apply(self, event: Event, day: int) -> None:
        """Take the next event, recorded on trial day `day` (never before the last one's)."""
        self.size += 1
        self.day = day
        self._state.advance(day)
        match event:
            case Opened():
                self.opened, self.unconfirmed = event, list(event.unconfirmed)
            case Amended(protocol, design, arms, unconfirmed):
                self.opened, self.unconfirmed = Opened(protocol, design, arms), [*self.unconfirmed, *unconfirmed]
            case Confirmed():
                self.unconfirmed.remove(event.about)
            case Decided():
                self.decisions.append(DecisionTaken(day, event.decision, len(self.facts)))
            case Enrolled():
                self.enrolments[event.subject] = event
        key = key_of(event)
        if key is None:
            return
        fact = fact_of(event, day, self.rows.get(key))
        if fact is not None:
            self.rows[key] = fact
            self._by.setdefault(key[:2], {})[key[2]] = fact
            self.facts.append(fact)
            self._state.apply(fact)

    def state(self, day: int | None = None) -> TrialState:
        """What the design sees on trial day `day` (the last entry's or later; without it, the last entry's)."""
        today = self._state.copy()
        today.advance(self.day if day is None else day)
        return today

    def standing(self, key: tuple[str, str, int]) -> Fact | None:
        """The latest version of a row, None if there is none or it was retracted."""
        fact = self.rows.get(key)
        return None if fact is None or fact.retracted else fact

    def rows_of(self, domain: str, subject: str) -> tuple[Fact, ...]:
        """The rows of one kind of one participant that stand, by number, found without looking at all the others."""
        found = self._by.get((domain, subject), {})
        return tuple(found[number] for number in sorted(found) if not found[number].retracted)

    def next_number(self, domain: str, subject: str) -> int:
        """The first number that no row of one kind of one participant has ever had."""
        return max(self._by.get((domain, subject), ()), default=0) + 1

    def data(self) -> TrialData:
        """All the data on the ledger. Raises InputError if rows do not fit the declared columns."""
        from trialwright.dataset.trialdata import TrialData

        return TrialData.from_facts(self.facts)


def replay(entries: Iterable[Entry], upto: int | None = None) -> Fold:
    """The fold of a ledger's entries, all of them or those up to and with sequence number `upto`."""
    fold = Fold()
    for entry in entries:
        if upto is not None and entry.sequence > upto:
            break
        fold.apply(entry.event, entry.day)
    return fold
