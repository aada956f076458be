"""What a design can decide, and why: `Enrol`, `Wait` or `Stop`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Enrol:
    """The trial is open: `slots` more participants may enter, to these arms in this ratio.

    `arms`: identifiers of the open arms. `ratio`: one whole number per arm, its share in the allocation.
    `slots`: how many participants may still be enrolled under this decision, 1 or more.
    `dose_level`: the level that they receive (1 = lowest), or None where the arm fixes the dose.
    `cohort`: number of the cohort that they enter (1 = first), `dataset.columns.BACKFILL` where they backfill a level
    beside the cohorts, or None where the design has no cohorts.
    """

    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    slots: int
    reason: str
    dose_level: int | None = None
    cohort: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nobody may enter now. `until`: the first trial day on which the answer can change by the passing of time
    alone, or None where it waits for an assessment."""

    until: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Enrolment is over. `selected`: the dose level chosen (1 = lowest), 0 where every level was found too toxic,
    None where the design selects no dose. `completed`: whether it ended as planned, not by a stopping rule."""

    reason: str
    selected: int | None = None
    completed: bool = True


Decision = Enrol | Wait | Stop
