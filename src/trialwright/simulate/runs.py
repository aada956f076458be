"""Many simulated trials: Monte Carlo estimates, each with its standard error, the same for any number of workers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.core.streams import stream
from trialwright.dataset.columns import ENROLLED

if TYPE_CHECKING:
    from trialwright.protocol.design import Design
    from trialwright.protocol.protocol import Protocol
    from trialwright.simulate.scenario import Scenario


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """An estimate from simulated trials. `se`: its standard error, in the same unit."""

    value: float
    se: float


@dataclass(frozen=True, slots=True)
class Ending:
    """How one simulated trial ended. `enrolled`: participants. `selected`: dose level, 0 = none, None where the
    design selects none. `completed`: ended as planned; None where the trial was cut off. `days`: trial day on which
    enrolment ended."""

    enrolled: int
    selected: int | None
    completed: bool | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Runs:
    """The endings of many trials of one design under one scenario, in the order of their numbers."""

    scenario: str
    seed: int
    endings: tuple[Ending, ...]

    @property
    def expected_n(self) -> MonteCarlo:
        """Mean number of participants."""
        return _mean([float(ending.enrolled) for ending in self.endings])

    @property
    def expected_days(self) -> MonteCarlo:
        """Mean trial day on which enrolment ended, of the trials that were not cut off."""
        return _mean([float(ending.days) for ending in self.endings if ending.days is not None])

    @property
    def prob_completed(self) -> MonteCarlo:
        """Share of trials that ended as planned."""
        return _mean([float(bool(ending.completed)) for ending in self.endings])

    def prob_n_at_most(self, limit: int) -> MonteCarlo:
        """Share of trials with at most so many participants."""
        return _mean([float(ending.enrolled <= limit) for ending in self.endings])

    def selection(self, levels: int) -> tuple[MonteCarlo, ...]:
        """Share of trials that selected no level, then level 1 to `levels`."""
        return tuple(
            _mean([float((ending.selected or 0) == level) for ending in self.endings]) for level in range(levels + 1)
        )

    def to_json(self, levels: int = 0) -> dict[str, object]:
        """Plain values, each estimate as `value` and `se`."""

        def plain(estimate: MonteCarlo) -> dict[str, float]:
            return {"value": estimate.value, "se": estimate.se}

        return {
            "method": "Monte Carlo",
            "scenario": self.scenario,
            "seed": self.seed,
            "trials": len(self.endings),
            "expected_n": plain(self.expected_n),
            "expected_days": plain(self.expected_days),
            "prob_completed": plain(self.prob_completed),
            "selection": {
                "none" if level == 0 else str(level): plain(share) for level, share in enumerate(self.selection(levels))
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
) -> Runs:
    """So many trials (1 or more) of a protocol under a scenario, each run by the loop of `simulate.run`.

    Trial i has a seed of its own, drawn from `seed` and i: the result is the same for every number of
    `workers` (processes, 1 or more). Only what bears on decisions is simulated. Raises UsageError (SIM-040) for numbers
    below 1.
    """
    if trials < 1 or workers < 1:
        raise UsageError(
            "SIM-040",
            f"{trials} trials on {workers} workers",
            expected="1 trial or more, 1 worker or more",
            mend="give whole numbers from 1",
        )
    workers = min(workers, trials)
    parts = [(protocol, scenario, seed, range(first, trials, workers), design) for first in range(workers)]
    if workers == 1:
        results = [_part(parts[0])]
    else:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
            results = list(pool.map(_part, parts))
    endings = [results[number % workers][number // workers] for number in range(trials)]
    return Runs(scenario.name, seed, tuple(endings))


def trial_seed(seed: int, scenario: Scenario, number: int) -> int:
    """The seed of the trial of that number: `run` with it gives the same trial in full."""
    return int(stream(seed, scenario.name, "trial", number).integers(2**62))


def _part(work: tuple[Protocol, Scenario, int, Sequence[int], Design | None]) -> list[Ending]:
    protocol, scenario, seed, numbers, design = work
    return [_one(protocol, scenario, trial_seed(seed, scenario, number), design) for number in numbers]


def _one(protocol: Protocol, scenario: Scenario, seed: int, design: Design | None) -> Ending:
    from trialwright.simulate.trial import run

    trial = run(protocol, scenario, seed=seed, design=design, deciding_only=True)
    enrolled = sum(fact.domain == "DS" and fact.values.get("DSDECOD") == ENROLLED for fact in trial.facts)
    stop = trial.stop
    return Ending(enrolled, stop.selected if stop else None, stop.completed if stop else None, trial.closed)


def _mean(values: Sequence[float]) -> MonteCarlo:
    """The mean and its standard error; not a number for no values, and an infinite error for one."""
    count = len(values)
    if not count:
        return MonteCarlo(math.nan, math.nan)
    mean = math.fsum(values) / count
    if count == 1:
        return MonteCarlo(mean, math.inf)
    spread = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    return MonteCarlo(mean, math.sqrt(spread / count))
