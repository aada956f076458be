"""The counting rule of a monitored arm: treat to the next look, stop where the events reach the bound of that look.

Its exact characteristics come from the engine of all counting rules: what the engine calls DLTs are the events, its one
dose level is the arm. They hold where every outcome that is looked at is known before more participants enter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.design.rule import Action, Counts, Finish, Treat

if TYPE_CHECKING:
    from trialwright.design.graph import Actions, Interned, States

Floats = NDArray[np.float64]
CROSSED = "the bound is reached"
FULL = "all are treated and the bound is not reached"
_NEVER = 32_000


@dataclass(frozen=True, slots=True)
class MonitoringRule:
    """One arm. `looks`: the numbers of participants with a known outcome at which it is looked at, rising; the last is
    the size of the arm. `limits`: the fewest events at each look that stop the arm, None = no number does. `name`: the
    bound in words.

    Raises UsageError DES-311 if looks and limits do not fit together.
    """

    looks: tuple[int, ...]
    limits: tuple[int | None, ...]
    name: str

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in pairwise(self.looks))
        if (
            not self.looks
            or not rising
            or self.looks[0] < 1
            or self.looks[-1] > 1000
            or len(self.looks) != len(self.limits)
            or any(limit is not None and limit < 0 for limit in self.limits)
        ):
            raise UsageError(
                "DES-311",
                f"looks at {self.looks} participants with the limits {self.limits}",
                expected="rising numbers of participants from 1 to 1,000, and as many limits, none below 0",
                mend="give each look its limit, None where no number of events stops the arm",
            )

    @property
    def levels(self) -> int:
        """One arm."""
        return 1

    @property
    def most(self) -> int:
        """Participants in the arm if it is not stopped."""
        return self.looks[-1]

    def first(self) -> Treat:
        """Up to the first look."""
        return Treat(1, self.looks[0], f"the arm is first looked at after {self.looks[0]}")

    def limit(self, n: int) -> int | None:
        """The fewest of exactly `n` known outcomes that stop the arm, None where it is not looked at or never stops."""
        return self.limits[self.looks.index(n)] if n in self.looks else None

    def crossed(self, events: Sequence[bool]) -> int | None:
        """The look at which these outcomes, one after another, first reach the bound; None if they do not."""
        total, so_far = 0, 0
        for look, limit in zip(self.looks, self.limits, strict=True):
            if look > len(events):
                return None
            total += sum(events[so_far:look])
            so_far = look
            if limit is not None and total >= limit:
                return look
        return None

    def next(self, counts: Counts) -> Action:
        """What follows from the participants and events. Between two looks the arm goes on to the next; an arm with
        more participants than planned is judged by its last bound."""
        n, events = counts.n[0], counts.y[0]
        found = f"{events} of {n} had an event"
        limit = self.limit(min(n, self.most))
        if limit is not None and events >= limit:
            return Finish(0, f"{found}, {limit} or more: stop", False, CROSSED)
        if n >= self.most:
            return Finish(1, f"{found}: {FULL}", True, FULL)
        look = next(each for each in self.looks if each > n)
        return Treat(1, look - n, f"{found}: go on to {look}")

    def next_many(self, states: States, memories: Interned, categories: Interned) -> Actions:
        """The actions in many states at once: the same as `next` in each of them."""
        from trialwright.design.graph import Actions

        looks = np.array(self.looks, dtype=np.int64)
        limits = np.full(self.most + 1, _NEVER, dtype=np.int64)
        limits[looks] = [_NEVER if limit is None else limit for limit in self.limits]
        n, events = states.n[:, 0].astype(np.int64), states.y[:, 0].astype(np.int64)
        crossed = events >= limits[np.minimum(n, self.most)]
        full = ~crossed & (n >= self.most)
        upcoming = looks[np.minimum(np.searchsorted(looks, n, side="right"), len(looks) - 1)]
        same = np.zeros(len(n), dtype=np.int64)
        return Actions(
            finish=crossed | full,
            dose=same + 1,
            size=np.maximum(upcoming - n, 0),
            stop_at=same,
            memory=same + memories.number(None),
            selected=full.astype(np.int64),
            completed=full,
            category=np.where(crossed, categories.number(CROSSED), categories.number(FULL)),
        )

    def characteristics(self, rates: Sequence[float]) -> Monitored:
        """The exact characteristics at these true event rates, proportions in [0, 1].

        Raises UsageError DES-010 if a rate is none.
        """
        from trialwright.design import exact

        found = exact.compile(self).evaluate_many(np.asarray(rates, dtype=np.float64)[:, None])
        crossed = found.selection[:, 0]
        last = np.pad(found.total_n, ((0, 0), (0, self.most + 1 - found.total_n.shape[1])))
        return Monitored(
            rates=tuple(float(rate) for rate in rates),
            prob_crossed=crossed,
            prob_stopped_early=last[:, : self.most].sum(axis=1),
            expected_n=found.n_by_level[:, 0],
            expected_events=found.dlts_by_level[:, 0],
            n_distribution=last,
            mass_error=found.mass_error,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Monitored:
    """Exact characteristics of a monitored arm at S true event rates; arrays of shape (S,).

    `prob_crossed`: the chance that the bound is reached at any look, the last included; `prob_stopped_early`: that it
    is reached before everyone is treated; `expected_n`, `expected_events`: participants and events; `n_distribution`:
    (S, size + 1), place k = exactly k participants; `mass_error`: how far the probabilities are from adding up to 1.
    """

    rates: tuple[float, ...]
    prob_crossed: Floats
    prob_stopped_early: Floats
    expected_n: Floats
    expected_events: Floats
    n_distribution: Floats
    mass_error: Floats

    def rows(self) -> list[dict[str, float]]:
        """One row for each rate, as plain values."""
        return [
            {
                "rate": rate,
                "prob_crossed": float(self.prob_crossed[place]),
                "prob_stopped_early": float(self.prob_stopped_early[place]),
                "expected_n": float(self.expected_n[place]),
                "expected_events": float(self.expected_events[place]),
                "mass_error": float(self.mass_error[place]),
            }
            for place, rate in enumerate(self.rates)
        ]


def every(most: int, first: int = 1, step: int = 1) -> tuple[int, ...]:
    """The looks after `first` participants, then after each `step` more, and after all `most`.

    Raises UsageError DES-311 if the numbers do not fit together.

    >>> every(9, 3, 4)
    (3, 7, 9)
    """
    if not (1 <= first <= most <= 1000 and step >= 1):
        raise UsageError(
            "DES-311",
            f"{most} participants, first looked at after {first}, then after each {step}",
            expected="a first look from 1 to the size of the arm, a step of 1 or more, at most 1,000 participants",
            mend="correct the number that does not fit",
        )
    return tuple(sorted({*range(first, most + 1, step), most}))
