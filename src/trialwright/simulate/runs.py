"""Many simulated trials: Monte Carlo estimates, each with its standard error, the same for any number of workers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.core.streams import stream
from trialwright.dataset.columns import BACKFILL
from trialwright.dataset.state import DECIDING

if TYPE_CHECKING:
    from trialwright.protocol.design import Design
    from trialwright.protocol.protocol import Protocol
    from trialwright.simulate.scenario import Scenario


_BLOCK = 20  # trials between two words of progress, and the piece that a worker takes


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """An estimate from simulated trials. `se`: its standard error, in the same unit."""

    value: float
    se: float


@dataclass(frozen=True, slots=True)
class Ending:
    """How one simulated trial ended. `enrolled`: participants. `selected`: dose level, 0 = none, None where the
    design selects none. `completed`: ended as planned; None where the trial was cut off. `days`: trial day on which
    enrolment ended. `by_level`, `dlts_by_level`: participants and DLTs at each dose level, lowest first; `backfilled`:
    of the participants, those who entered by backfill."""

    enrolled: int
    selected: int | None
    completed: bool | None
    days: int | None
    by_level: tuple[int, ...] = ()
    dlts_by_level: tuple[int, ...] = ()
    backfilled: int = 0


@dataclass(frozen=True, slots=True)
class Runs:
    """The endings of many trials of one design under one scenario, in the order of their numbers."""

    scenario: str
    seed: int
    endings: tuple[Ending, ...]

    @property
    def expected_n(self) -> MonteCarlo:
        """Mean number of participants."""
        return self._mean(lambda ending: ending.enrolled)

    @property
    def expected_dlts(self) -> MonteCarlo:
        """Mean number of dose-limiting toxicities at the dose levels."""
        return self._mean(lambda ending: sum(ending.dlts_by_level))

    @property
    def expected_n_by_level(self) -> tuple[MonteCarlo, ...]:
        """Mean number of participants at each dose level, lowest first."""
        return self._by_level(lambda ending: ending.by_level)

    @property
    def expected_dlts_by_level(self) -> tuple[MonteCarlo, ...]:
        """Mean number of dose-limiting toxicities at each dose level, lowest first."""
        return self._by_level(lambda ending: ending.dlts_by_level)

    @property
    def expected_backfilled(self) -> MonteCarlo:
        """Mean number of participants who entered by backfill."""
        return self._mean(lambda ending: ending.backfilled)

    @property
    def cut_off(self) -> int:
        """How many trials had not ended when they were cut off; they select nothing and did not end as planned."""
        return sum(ending.completed is None for ending in self.endings)

    @property
    def expected_days(self) -> MonteCarlo:
        """Mean trial day on which enrolment ended, of the trials that were not cut off."""
        return estimate(np.array([ending.days for ending in self.endings if ending.days is not None]))

    @property
    def prob_completed(self) -> MonteCarlo:
        """Share of trials that ended as planned."""
        return self._mean(lambda ending: bool(ending.completed))

    def prob_n_at_most(self, limit: int) -> MonteCarlo:
        """Share of trials with at most so many participants."""
        return self._mean(lambda ending: ending.enrolled <= limit)

    def selection(self, levels: int) -> tuple[MonteCarlo, ...]:
        """Share of trials that selected no level, then level 1 to `levels`."""
        return tuple(
            estimate(np.array([(ending.selected or 0) == level for ending in self.endings]))
            for level in range(levels + 1)
        )

    def _mean(self, of: Callable[[Ending], float]) -> MonteCarlo:
        return estimate(np.array([of(ending) for ending in self.endings]))

    def _by_level(self, of: Callable[[Ending], tuple[int, ...]]) -> tuple[MonteCarlo, ...]:
        return tuple(estimate(column) for column in np.array([of(ending) for ending in self.endings]).T)

    def to_json(self, levels: int = 0) -> dict[str, object]:
        """Plain values, each estimate as `value` and `se`."""

        return {
            "method": "Monte Carlo",
            "scenario": self.scenario,
            "seed": self.seed,
            "trials": len(self.endings),
            "expected_n": as_json(self.expected_n),
            "expected_days": as_json(self.expected_days),
            "expected_dlts": as_json(self.expected_dlts),
            "expected_n_by_level": [as_json(each) for each in self.expected_n_by_level],
            "expected_dlts_by_level": [as_json(each) for each in self.expected_dlts_by_level],
            "expected_backfilled": as_json(self.expected_backfilled),
            "cut_off": self.cut_off,
            "prob_completed": as_json(self.prob_completed),
            "selection": {
                "none" if level == 0 else str(level): as_json(share)
                for level, share in enumerate(self.selection(levels))
            }
            if levels
            else {},
        }


def many(
    protocol: Protocol,
    scenario: Scenario,
    *,
    seed: int,
    trials: int,
    workers: int = 1,
    design: Design | None = None,
    progress: Callable[[int], None] | None = None,
) -> Runs:
    """So many trials (1 or more) of a protocol under a scenario, each run by the loop of `simulate.run`.

    Trial i has a seed of its own, drawn from `seed` and i: the result is the same for every number of
    `workers` (processes, 1 or more). Only what bears on decisions is simulated. `progress` is told now and then how
    many trials are done. Raises UsageError (SIM-040) for numbers below 1.
    """
    if trials < 1 or workers < 1:
        raise UsageError(
            "SIM-040",
            f"{trials} trials on {workers} workers",
            expected="1 trial or more, 1 worker or more",
            mend="give whole numbers from 1",
        )
    blocks = [range(first, min(first + _BLOCK, trials)) for first in range(0, trials, _BLOCK)]
    work = [(protocol, scenario, seed, block, design) for block in blocks]
    endings: list[Ending] = []

    def note(part: list[Ending]) -> None:
        endings.extend(part)
        if progress is not None:
            progress(len(endings))

    if workers == 1 or len(work) == 1:
        for each in work:
            note(_part(each))
    else:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        pool = ProcessPoolExecutor(min(workers, len(work)), mp_context=multiprocessing.get_context("spawn"))
        with pool:
            for part in pool.map(_part, work):
                note(part)
    return Runs(scenario.name, seed, tuple(endings))


def trial_seed(seed: int, scenario: Scenario, number: int) -> int:
    """The seed of the trial of that number: `run` with it gives the same trial in full."""
    return int(stream(seed, scenario.name, "trial", number).integers(2**62))


def _part(work: tuple[Protocol, Scenario, int, Sequence[int], Design | None]) -> list[Ending]:
    protocol, scenario, seed, numbers, design = work
    return [_one(protocol, scenario, trial_seed(seed, scenario, number), design) for number in numbers]


def _one(protocol: Protocol, scenario: Scenario, seed: int, design: Design | None) -> Ending:
    from trialwright.dataset.state import state_of
    from trialwright.simulate.scenarios import levels_of
    from trialwright.simulate.trial import LAST_DAY, run

    trial = run(protocol, scenario, seed=seed, design=design, deciding_only=True)
    state = state_of((fact for fact in trial.facts if fact.domain in DECIDING), max(LAST_DAY, trial.closed or 0))
    stop, levels = trial.stop, range(1, levels_of(protocol) + 1)
    return Ending(
        len(state.subjects),
        stop.selected if stop else None,
        stop.completed if stop else None,
        trial.closed,
        tuple(int((state.dose_level == level).sum()) for level in levels),
        tuple(int(((state.dose_level == level) & (state.dlt == 1)).sum()) for level in levels),
        int((state.cohort == BACKFILL).sum()),
    )


def estimate(values: NDArray[np.generic]) -> MonteCarlo:
    """A mean with its standard error, from one value of each trial; for a share of 0 or 1, half of the 95 % bound that
    so many trials allow (rule of three). Not a number for no values, and an infinite error for one.

    >>> estimate(np.array([1, 2, 3]))
    MonteCarlo(value=2.0, se=0.5773502691896258)
    >>> estimate(np.array([False, False, False]))
    MonteCarlo(value=0.0, se=0.5)
    """
    x = np.asarray(values, dtype=np.float64)
    if len(x) == 0:
        return MonteCarlo(math.nan, math.nan)
    spread = float(x.std(ddof=1) / np.sqrt(len(x))) if len(x) > 1 else math.inf
    if spread == 0 and values.dtype == np.bool_:
        spread = 1.5 / len(x)
    return MonteCarlo(float(x.mean()), spread)


def as_json(each: MonteCarlo) -> dict[str, float | None]:
    """An estimate as `value` and `se`; null for what is not known."""
    return {
        "value": each.value if math.isfinite(each.value) else None,
        "se": each.se if math.isfinite(each.se) else None,
    }
