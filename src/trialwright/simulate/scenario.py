"""A scenario: everything that a simulated trial takes for true, as data, each number with its basis."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Assumes(StrEnum):
    """What a scenario assumes of the treatment effect."""

    NULL = "null"
    PLANNED = "planned"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from. `doi` without a resolver's address, None where the publication has none."""

    citation: str
    doi: str | None = None


@dataclass(frozen=True, slots=True)
class ByGroup:
    """One number for the control group and one for the treated group (every dose level, and the one arm of a
    single-arm trial, is treated)."""

    control: float
    treated: float

    def of(self, treated: bool) -> float:
        """The number of one group."""
        return self.treated if treated else self.control


@dataclass(frozen=True, slots=True)
class ContinuousTruth:
    """A measured value. At baseline Normal(mean, sd) in the parameter's unit; on the log scale where `log` is true:
    then
    `mean` and `sd` are the geometric mean and the standard deviation of the natural logarithm.

    `change`: mean change from baseline (ln ratio where `log`), reached on relative day `reached` (None: the last
    scheduled day), linear until then and constant after it. `correlation` between any two days of one participant, 0
    to 1.
    """

    mean: float
    sd: float
    change: ByGroup
    correlation: float = 0.5
    log: bool = False
    reached: float | None = None
    kind: Literal["continuous"] = "continuous"


@dataclass(frozen=True, slots=True)
class BinaryTruth:
    """A finding that is there or not. `probability` on each scheduled day, 0 to 1."""

    probability: ByGroup
    kind: Literal["binary"] = "binary"


@dataclass(frozen=True, slots=True)
class OrdinalTruth:
    """A score at scheduled days: a latent Normal(0, 1) cut at the quantiles of `baseline` (the probability of each
    category, from the lowest score; empty = the middle categories), shifted by `shift` standard deviations, reached
    as in
    `ContinuousTruth`."""

    shift: ByGroup
    baseline: tuple[float, ...] = ()
    correlation: float = 0.5
    reached: float | None = None
    kind: Literal["ordinal"] = "ordinal"


@dataclass(frozen=True, slots=True)
class CourseTruth:
    """A score taken daily. `median`: days to the first improvement by one category, in median; a participant who has
    improved goes on improving at the same rate. `worsening`: probability per day of one category worse."""

    median: ByGroup
    baseline: tuple[float, ...] = ()
    worsening: float = 0.01
    kind: Literal["course"] = "course"


@dataclass(frozen=True, slots=True)
class TimeTruth:
    """An event once in time, exponential. `median`: days, above 0."""

    median: ByGroup
    kind: Literal["time"] = "time"


@dataclass(frozen=True, slots=True)
class DurationTruth:
    """Days spent in a state out of the days of the horizon, gamma distributed. `mean`, `sd`: days."""

    mean: ByGroup
    sd: float
    kind: Literal["duration"] = "duration"


@dataclass(frozen=True, slots=True)
class CountTruth:
    """A number of events up to the last day, Poisson. `mean`: events per participant."""

    mean: ByGroup
    kind: Literal["count"] = "count"


Truth = ContinuousTruth | BinaryTruth | OrdinalTruth | CourseTruth | TimeTruth | DurationTruth | CountTruth


@dataclass(frozen=True, slots=True)
class Planted:
    """The truth planted for one parameter. `parameter`: its code in the protocol. `outcome`: the first outcome that
    uses it. `basis`: in words, what the numbers are: an assumption, or a figure from `source`."""

    parameter: str
    outcome: str
    truth: Truth
    basis: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class AdverseEventTruth:
    """Adverse events other than dose-limiting ones. `rate`: events per participant in the first 28 days, Poisson; later
    a tenth of that. `grades`: probability of CTCAE grade 1, 2, 3, 4. `related`, `haematological`: proportions. Grade
    3 or more is serious with probability `serious`."""

    rate: ByGroup = field(default_factory=lambda: ByGroup(0.6, 0.6))
    grades: tuple[float, float, float, float] = (0.6, 0.28, 0.1, 0.02)
    related: float = 0.3
    haematological: float = 0.15
    serious: float = 0.6


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the trial runs. `accrual`: candidates a day (Poisson), above 0. `screen_failure`, `not_done`, `unable`,
    `late`,
    `corrected`, `missed_dose`: probabilities. `drop_out`: probability of leaving before the end of follow-up.
    `delay`: mean days from an occurrence to its entry. `visit_jitter`: probability of a visit one day off its planned
    day."""

    accrual: float = 0.25
    screen_failure: float = 0.15
    drop_out: float = 0.05
    missed_dose: float = 0.01
    not_done: float = 0.02
    unable: float = 0.02
    delay: float = 1.0
    late: float = 0.05
    corrected: float = 0.02
    visit_jitter: float = 0.1


@dataclass(frozen=True, slots=True)
class Population:
    """Who comes. Ages in years and weights in kg are Normal, ages cut at the protocol's limits. `female`:
    proportion."""

    age_mean: float = 55.0
    age_sd: float = 13.0
    weight_mean: float = 70.0
    weight_sd: float = 12.0
    female: float = 0.45


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that one simulated trial takes for true.

    `statement`: what is assumed, in a sentence that a clinician can judge. `dlt`: true probability of a dose-limiting
    toxicity per dose level, from the lowest. `death`: probability of death by relative day `death_by` (None: by the end
    of follow-up), at a constant rate until then and none after it. `response`: true probability of a response within
    the response window that the design's rule declares, per dose level from the lowest, one where there is one arm; it
    is independent of toxicity, and who leaves before a response was seen is assessed as without one.
    """

    name: str
    assumes: Assumes
    statement: str
    sources: tuple[Source, ...] = ()
    dlt: tuple[float, ...] = ()
    planted: tuple[Planted, ...] = ()
    death: ByGroup = field(default_factory=lambda: ByGroup(0.02, 0.02))
    death_by: int | None = None
    response: tuple[float, ...] = ()
    adverse_events: AdverseEventTruth = field(default_factory=AdverseEventTruth)
    conduct: Conduct = field(default_factory=Conduct)
    population: Population = field(default_factory=Population)

    def truth_of(self, parameter: str) -> Planted | None:
        """What is planted for a parameter code, or None."""
        return next((planted for planted in self.planted if planted.parameter == parameter), None)
