"""The book into which a simulated site writes: rows get numbers, delays and, now and then, a correction."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from trialwright.core.streams import stream
from trialwright.dataset.facts import Fact, Value

if TYPE_CHECKING:
    import numpy as np

    from trialwright.simulate.scenario import Scenario

_LATE_DAYS = (7, 22)
_CORRECTION_DAYS = (2, 21)


class Book:
    """Facts that have been written, in order of the day they become known; facts of days ahead wait.

    `facts`: what is known so far. Draws of one table never shift those of another.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.facts: list[Fact] = []
        self._conduct = scenario.conduct
        self._name = scenario.name
        self._seed = seed
        self._waiting: list[tuple[int, int, Fact]] = []
        self._numbers: dict[tuple[str, str], int] = defaultdict(int)
        self._draws: dict[tuple[str, str], np.random.Generator] = {}
        self._written = 0

    def write(
        self,
        domain: str,
        subject: str,
        day: int,
        values: Mapping[str, Value],
        *,
        at_once: bool = False,
        not_before: int | None = None,
        first_version: Mapping[str, Value] | None = None,
    ) -> None:
        """Write one row that occurred on trial day `day`.

        It is known after a delay, or on the same day if `at_once`, and never before `not_before`. `first_version`:
        what a mistaken first entry said; it is written in place of the right one, with the scenario's probability,
        and corrected some days later.
        """
        self._numbers[domain, subject] += 1
        number = self._numbers[domain, subject]
        known = max(day, not_before if not_before is not None else day)
        if at_once:
            self._queue(Fact(domain, subject, number, day, known, values=dict(values)))
            return
        draws = self._stream(domain, subject)
        known += self._delay(draws)
        mistaken = draws.random() < self._conduct.corrected
        later = known + int(draws.integers(*_CORRECTION_DAYS))
        if mistaken and first_version is not None:
            self._queue(Fact(domain, subject, number, day, known, values=dict(first_version)))
            self._queue(Fact(domain, subject, number, day, later, version=2, values=dict(values)))
        else:
            self._queue(Fact(domain, subject, number, day, known, values=dict(values)))

    def next_day(self) -> int | None:
        """The next trial day on which something becomes known, None if nothing is waiting."""
        return self._waiting[0][0] if self._waiting else None

    def learn(self, day: int) -> list[Fact]:
        """Take over what becomes known by trial day `day`, in order, and give it."""
        new = []
        while self._waiting and self._waiting[0][0] <= day:
            new.append(heapq.heappop(self._waiting)[2])
        self.facts += new
        return new

    def _queue(self, fact: Fact) -> None:
        heapq.heappush(self._waiting, (fact.known, self._written, fact))
        self._written += 1

    def _stream(self, domain: str, subject: str) -> np.random.Generator:
        key = (domain, subject)
        if key not in self._draws:
            self._draws[key] = stream(self._seed, self._name, "entry", domain, subject)
        return self._draws[key]

    def _delay(self, draws: np.random.Generator) -> int:
        mean = self._conduct.delay
        days = int(draws.geometric(1 / (1 + mean)) - 1) if mean > 0 else 0
        late = draws.random() < self._conduct.late
        more = int(draws.integers(*_LATE_DAYS))
        return days + more if late else days
