"""Characteristics by Monte Carlo of an escalation rule that has no exact ones: it decides by days, or is large."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialwright.simulate.runs import Runs, as_json, many

if TYPE_CHECKING:
    from collections.abc import Callable

    from trialwright.protocol.design import Design
    from trialwright.protocol.kinds import Escalation
    from trialwright.protocol.protocol import Protocol
    from trialwright.simulate.scenario import Scenario
    from trialwright.simulate.truth import DltTruth

TRIALS = 200


@dataclass(frozen=True, slots=True)
class Sampling:
    """How trials are simulated for characteristics that are not exact. `trials`: 1 or more under each truth; `seed`: 0
    or more; `workers`: processes, 1 or more, which change no figure; `progress` is told now and then how many trials of
    a design are done, and of how many."""

    trials: int = TRIALS
    seed: int = 1
    workers: int = 1
    progress: Callable[[int, int], None] | None = None


@dataclass(frozen=True, slots=True)
class Estimated:
    """One rule under one truth, by Monte Carlo: each figure of `runs` with its standard error.

    `by_days`: whether the rule decides by days; if not, its states are too many to be computed exactly. `backfills`:
    whether participants may enter by backfill. `registered`: the registered number of participants, None where it is
    not known. `scenario`: what was taken for true of accrual, screening, drop-out and delays.
    """

    rule: str
    truth: DltTruth
    runs: Runs
    scenario: Scenario
    by_days: bool
    backfills: bool
    registered: int | None

    @property
    def why(self) -> str:
        """Why it is simulated."""
        return "it decides by days" if self.by_days else "its states are too many to be computed exactly"

    def to_json(self) -> dict[str, object]:
        """Plain values; each estimate as `value` and `se`."""
        known = self.registered
        conduct = self.scenario.conduct
        return {
            "rule": self.rule,
            "truth": list(self.truth.rates),
            "simulated_because": self.why,
            **self.runs.to_json(len(self.truth.rates)),
            "accrual_per_day": conduct.accrual,
            "screen_failure": conduct.screen_failure,
            "drop_out": conduct.drop_out,
            "registered": None
            if known is None
            else {"n": known, "prob_n_at_most": as_json(self.runs.prob_n_at_most(known))},
        }


def designed(escalation: Escalation, protocol: Protocol, name: str) -> tuple[Protocol, Design]:
    """The escalation alone as a protocol, and the design of this name for it. Raises what `design.build` raises."""
    from trialwright.design import build

    alone = replace(protocol, design=replace(escalation, rule=name, readings=()))
    return alone, build(alone)


def evaluate(
    alone: Protocol, design: Design, truth: DltTruth, scenario: Scenario, sampling: Sampling, registered: int | None
) -> Estimated:
    """The characteristics of an escalation under one truth of DLTs; of all else the scenario says what is true.

    Raises UsageError SIM-040 (numbers below 1).
    """
    told = sampling.progress

    def progress(done: int) -> None:
        if told is not None:
            told(done, sampling.trials)

    scenario = replace(scenario, dlt=truth.rates)
    runs = many(
        alone,
        scenario,
        seed=sampling.seed,
        trials=sampling.trials,
        workers=sampling.workers,
        design=design,
        progress=progress,
    )
    from trialwright.design.counting import CountingDesign

    by_days = not isinstance(design, CountingDesign)
    return Estimated(design.name, truth, runs, scenario, by_days, "backfill" in design.name, registered)


__all__ = ["TRIALS", "Estimated", "Sampling", "designed", "evaluate"]
