"""BOIN12: dose finding by the utility of efficacy and toxicity together.

Lin, Zhou, Yan, Li & Yuan 2020 (doi 10.1200/PO.20.00257). Each participant has one of four outcomes with a utility:
efficacy without toxicity 100, neither, both, toxicity without efficacy 0. The desirability of a level is the chance
that its mean utility exceeds a benchmark, from a Beta posterior on the summed utilities. The observed toxicity rate at
the current level says where the next cohort may go, and the desirability which of these levels it takes:

- at lambda_d of BOIN or above: down;
- from `explore_from` participants on, below lambda_d, and the next higher level has not been tried: up;
- between lambda_e and lambda_d with `settle_from` participants or more: the level below or the current one;
- otherwise: the level below, the current one or the level above.

A level that is too toxic is eliminated with all above it, one that is futile by itself; the neighbours of a level are
the nearest that are left. Of equally desirable levels the highest is taken. In the end the optimal level is the one of
the highest mean utility up to the MTD, which is selected by isotonic regression as in BOIN.

The states of a trial are too many for the exact engine, and the state of a live trial holds no efficacy: this rule
decides from counts, and `boin12_simulation` gives its characteristics by Monte Carlo with standard errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.design.interval.boin import Boin
from trialwright.design.rule import Action, Finish, Treat

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
TOXIC = "level 1 too toxic"
NONE_LEFT = "no admissible level is left"
FULL = "the maximum sample size is reached"
ENOUGH = "enough participants at one level"
_ELIMINATE_FROM = 3


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """The counts of S trials at J levels. `dose`: shape (S,), the current level (1 = lowest); the others (S, J):
    participants, those with toxicity, with efficacy, and with both."""

    dose: Ints
    n: Ints
    toxicity: Ints
    efficacy: Ints
    both: Ints


@dataclass(frozen=True, slots=True)
class Boin12:
    """The design for `levels` dose levels.

    `toxicity`: the highest acceptable toxicity rate, and `efficacy`: the lowest acceptable efficacy rate, between 0 and
    1; `neither`, `both`: utilities, 0 to 100; `toxic_cutoff`, `futile_cutoff`: a level is eliminated where the
    probability of a rate beyond its limit exceeds this; `most`: the maximum sample size; `enough`: the trial ends once
    so many are treated at a level; `settle_from`, `explore_from`: see the module's text, None = no exploration.

    Raises UsageError DES-320 if the numbers do not fit together.

    >>> design = Boin12(levels=5)
    >>> round(design.benchmark, 1)
    70.5
    >>> design.next(2, n=(3, 3, 0, 0, 0), toxicity=(0, 1, 0, 0, 0), efficacy=(0, 1, 0, 0, 0), both=(0, 1, 0, 0, 0)).dose
    3
    """

    levels: int
    toxicity: float = 0.35
    efficacy: float = 0.25
    neither: float = 40.0
    both: float = 60.0
    toxic_cutoff: float = 0.95
    futile_cutoff: float = 0.90
    cohort: int = 3
    most: int = 36
    enough: int | None = 12
    start: int = 1
    settle_from: int = 6
    explore_from: int | None = 9

    def __post_init__(self) -> None:
        shares = (self.toxicity, self.efficacy, self.toxic_cutoff, self.futile_cutoff)
        sound = self.levels >= 1 and 1 <= self.cohort <= self.most <= 1000 and 1 <= self.start <= self.levels
        if (
            not sound
            or not all(0 < share < 1 for share in shares)
            or not (0 <= self.neither <= 100 and 0 <= self.both <= 100)
            or (self.enough is not None and self.enough < 1)
            or min(self.settle_from, 9 if self.explore_from is None else self.explore_from) < 1
        ):
            raise UsageError(
                "DES-320",
                f"{self.name}, {self.levels} levels, start at level {self.start}",
                expected="limits and cutoffs between 0 and 1, utilities from 0 to 100, 1 level or more, a first level "
                "that exists, a cohort of 1 or more, a maximum from the cohort size to 1,000",
                mend="correct the number that does not fit; write 35 % as 0.35",
            )

    @property
    def name(self) -> str:
        """`BOIN12: toxicity 0.35, efficacy 0.25, utilities 100/40/60/0, cohorts of 3, at most 36, enough at 12`, and
        what is unusual."""
        parts = [
            f"BOIN12: toxicity {self.toxicity!r}",
            f"efficacy {self.efficacy!r}",
            f"utilities 100/{self.neither:g}/{self.both:g}/0",
            f"cohorts of {self.cohort}",
            f"at most {self.most}",
        ]
        if self.enough is not None:
            parts.append(f"enough at {self.enough}")
        if (self.toxic_cutoff, self.futile_cutoff) != (0.95, 0.90):
            parts.append(f"eliminate above {self.toxic_cutoff!r} (toxic) and {self.futile_cutoff!r} (futile)")
        if self.start != 1:
            parts.append(f"start at level {self.start}")
        if self.settle_from != 6:
            parts.append(f"settle from {self.settle_from}")
        if self.explore_from != 9:
            parts.append("no exploration" if self.explore_from is None else f"explore from {self.explore_from}")
        return ", ".join(parts)

    @property
    def benchmark(self) -> float:
        """The utility that a level should exceed: half way from the highest that is unacceptable, which the limits of
        both rates give where they are independent, to 100."""
        t, e = self.toxicity, self.efficacy
        poor = 100 * (1 - t) * e + self.neither * (1 - t) * (1 - e) + self.both * t * e
        return poor + (100 - poor) / 2

    def first(self) -> Treat:
        """The first cohort."""
        return Treat(self.start, self.cohort, f"the trial opens with {self.cohort} at level {self.start}")

    def next(
        self,
        dose: int,
        n: tuple[int, ...],
        toxicity: tuple[int, ...],
        efficacy: tuple[int, ...],
        both: tuple[int, ...],
    ) -> Action:
        """What follows from the counts of each level: participants, and those with toxicity, efficacy, and both.

        Raises UsageError DES-321 if the counts do not fit together.
        """
        self._check_counts(dose, n, toxicity, efficacy, both)
        seen = Outcomes(np.array([dose]), *(np.array([counts]) for counts in (n, toxicity, efficacy, both)))
        to, why = self.next_many(seen)
        here = (
            f"{toxicity[dose - 1]} of {n[dose - 1]} had a toxicity and {efficacy[dose - 1]} a response at level {dose}"
        )
        level = int(to[0])
        category = REASONS[int(why[0])]
        if category in (TOXIC, NONE_LEFT):
            return Finish(0, f"{here}: {category}; no level is selected", False, category)
        if category in (FULL, ENOUGH):
            chosen = f"level {level} is selected" if level else "no level that was tried is both safe and active"
            return Finish(level, f"{here}: {category}; {chosen}", True, category)
        size = min(self.cohort, self.most - sum(n))
        if category:
            return Treat(level, size, f"{here}: {category}, level {level}")
        move = "stay at" if level == dose else "go up to" if level > dose else "go down to"
        return Treat(level, size, f"{here}: {move} level {level}, the most desirable")

    def next_many(self, seen: Outcomes) -> tuple[Ints, Ints]:
        """For each of S trials the level of the next cohort, or the level selected where it ends (0 = none), and why,
        a place in `REASONS`; shapes (S,)."""
        at, here = np.arange(len(seen.dose)), seen.dose - 1
        toxic, futile = self.eliminated(seen)
        open_ = ~toxic & ~futile
        place = np.arange(1, self.levels + 1)
        below = np.where(open_ & (place < seen.dose[:, None]), place, 0).max(axis=1)
        above = np.where(open_ & (place > seen.dose[:, None]), place, self.levels + 1).min(axis=1)
        stay = np.where(open_[at, here], seen.dose, 0)
        treated = seen.n[at, here]
        rate = seen.toxicity[at, here] / np.maximum(treated, 1)
        limits = Boin(self.toxicity)
        down = rate >= limits.lambda_d
        higher = np.minimum(above, self.levels)
        explore = ~down & (above <= self.levels) & (seen.n[at, higher - 1] == 0)
        explore &= treated >= self.explore_from if self.explore_from is not None else False
        upward = (above <= self.levels) & ((treated < self.settle_from) | (rate <= limits.lambda_e))
        to = self._most_desirable(seen, below, stay, np.where(upward, above, 0))
        to = np.where(explore, above, to)
        to = np.where(down, np.where(below > 0, below, stay), to)
        why = np.where(down, 1, np.where(explore, 2, 0))
        enough = treated >= (self.enough if self.enough is not None else self.most + 1)
        full = seen.n.sum(axis=1) >= self.most
        ends = enough | full
        to = np.where(ends, self.select_many(seen, toxic, futile), to)
        why = np.where(full, 5, np.where(enough, 6, np.where(to == 0, 4, why)))
        return np.where(toxic[:, 0], 0, to), np.where(toxic[:, 0], 3, why)

    def eliminated(self, seen: Outcomes) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which levels are too toxic (with all above such a one), and which are futile; shapes (S, J)."""
        size = -(-max(self.most, int(seen.n.max())) // 32) * 32
        toxic = _too_many(self.toxicity, self.toxic_cutoff, size)[seen.n, seen.toxicity]
        futile = _too_many(1 - self.efficacy, self.futile_cutoff, size)[seen.n, seen.n - seen.efficacy]
        return np.maximum.accumulate(toxic, axis=1), futile

    def utility_events(self, seen: Outcomes) -> Floats:
        """The utilities of the participants of each level added up, 100 as 1; shape (S, J)."""
        only = seen.efficacy - seen.both
        nothing = seen.n - seen.toxicity - only
        return only + nothing * (self.neither / 100) + seen.both * (self.both / 100)

    def desirability(self, n: Ints, events: Floats) -> Floats:
        """P(mean utility > benchmark) from so many participants and utility events, under a uniform prior."""
        from scipy.special import betaincc

        flat = np.stack((n.astype(np.float64).ravel(), events.round(9).ravel()))
        states, place = np.unique(flat, axis=1, return_inverse=True)
        chances = betaincc(1.0 + states[1], 1.0 + states[0] - states[1], self.benchmark / 100)
        return np.asarray(chances, dtype=np.float64)[place.reshape(n.shape)]

    def _most_desirable(self, seen: Outcomes, *choices: Ints) -> Ints:
        """Of three levels for each trial, lowest first and 0 = none, the most desirable; of equal ones the highest."""
        at = np.arange(len(seen.dose))
        events = self.utility_events(seen)
        best, chosen = np.full(len(at), -1.0), np.zeros(len(at), dtype=np.int64)
        for level in choices:
            place = np.maximum(level, 1) - 1
            score = np.where(level > 0, self.desirability(seen.n[at, place], events[at, place]), -2.0)
            better = score >= best - 1e-12
            chosen, best = np.where(better, level, chosen), np.where(better, score, best)
        return chosen

    def select_many(self, seen: Outcomes, toxic: NDArray[np.bool_], futile: NDArray[np.bool_]) -> Ints:
        """The optimal level of each trial, 0 = none: the highest mean utility among the levels that were tried, are
        admissible and lie at the MTD or below it."""
        from trialwright.design.interval.isotonic import nearest

        mtd = nearest(seen.n, seen.toxicity, self.toxicity, (~toxic).sum(axis=1))
        may = (seen.n > 0) & ~futile & (np.arange(1, self.levels + 1) <= mtd[:, None])
        mean = np.where(may, (1.0 + self.utility_events(seen)) / (2.0 + seen.n), -1.0)
        return np.where(may.any(axis=1), mean.argmax(axis=1) + 1, 0)

    def _check_counts(self, dose: int, *counts: tuple[int, ...]) -> None:
        fits = 1 <= dose <= self.levels and all(len(each) == self.levels for each in counts)
        rows = zip(*counts, strict=True) if fits else ()
        if not fits or not all(max(0, t + e - n) <= b <= min(t, e) and max(t, e) <= n for n, t, e, b in rows):
            raise UsageError(
                "DES-321",
                f"level {dose}; participants, toxicities, responses and both: {counts}",
                expected=f"a level from 1 to {self.levels} and {self.levels} whole numbers each; no more with toxicity "
                "or a response than participants, and with both no more than with either",
                mend="correct the counts",
            )


@lru_cache(maxsize=32)
def _too_many(limit: float, cutoff: float, size: int) -> NDArray[np.bool_]:
    """Whether P(rate > limit) exceeds the cutoff for n participants (rows) with y events (columns), under a uniform
    prior; the lack of a response is such an event too."""
    from scipy.special import betaincc

    n, y = np.arange(size + 1.0)[:, None], np.arange(size + 1.0)[None, :]
    return np.asarray((n >= _ELIMINATE_FROM) & (betaincc(1.0 + y, 1.0 + np.maximum(n - y, 0), limit) > cutoff))


REASONS = ("", "too many toxicities", "explore", TOXIC, NONE_LEFT, FULL, ENOUGH)
"""Why a decision was taken, by number: see `Boin12.next_many`. Empty: by desirability."""
