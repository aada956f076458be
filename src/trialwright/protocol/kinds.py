"""The kinds of design that a protocol can declare, with what each needs to be run.

`trialwright.design.build` maps a declaration to the Design that decides. A kind that has no Design yet
(`Unsupported`) is still named, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DltDefinition:
    """A dose-limiting toxicity. `text`: the record's words; `window`: days after first dose, inclusive, None where not
    stated; grades: lowest CTCAE grade that counts for either class of toxicity; `criteria`: CTCAE version."""

    text: str
    window: int | None = None
    non_haematological_grade: int | None = None
    haematological_grade: int | None = None
    must_be_related: bool | None = None
    criteria: str | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """Dose escalation by counts of dose-limiting toxicities.

    `rule`: name of a rule in `trialwright.design`; `stated`: what the record says of the rule, in its words;
    `silent_on`: what it does not say. `levels`: number of dose levels. `cohort_size`: participants treated
    before each decision. `dlt_window`: days. `target_n`: participants planned or registered; None where not known.
    `readings`: the other rules that the text allows, to be computed side by side.
    """

    rule: str
    levels: int
    arms: tuple[str, ...]
    cohort_size: int = 3
    dlt_window: int | None = None
    target_n: int | None = None
    stated: tuple[str, ...] = ()
    silent_on: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    kind: str = "dose escalation"


@dataclass(frozen=True, slots=True)
class SingleArm:
    """One arm, no comparison. `size`: participants, None where not known. `rule`: a two-stage design or the monitoring
    of the arm, by its name in `trialwright.design.phase2.names`; None: neither."""

    arm: str
    size: int | None
    rule: str | None = None
    kind: str = "single arm"


@dataclass(frozen=True, slots=True)
class Parallel:
    """Arms side by side. `ratio`: one whole number per arm, None where not stated. `size`: participants in all.
    `rule`: how an arm is monitored, by its name in `trialwright.design.phase2.names`; None: it is not."""

    arms: tuple[str, ...]
    ratio: tuple[int, ...] | None
    size: int | None
    randomised: bool
    rule: str | None = None
    kind: str = "parallel groups"


@dataclass(frozen=True, slots=True)
class SelectThenCompare:
    """Dose escalation that selects a dose, followed by arms side by side at the selected dose."""

    escalation: Escalation
    comparison: Parallel
    kind: str = "dose selection, then parallel groups"


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A design of a named kind that cannot be run yet. `name`: `crossover`, `factorial`, `observational cohort`...;
    `missing`: what the record or this program lacks."""

    name: str
    arms: tuple[str, ...]
    missing: str
    kind: str = "not runnable"


DesignKind = Escalation | SingleArm | Parallel | SelectThenCompare | Unsupported


@dataclass(frozen=True, slots=True)
class Masking:
    """Who does not know the allocation. `who`: the roles as coded (`PARTICIPANT`...); `level`: as coded
    (`QUADRUPLE`)."""

    level: str | None = None
    who: tuple[str, ...] = ()
