"""Outcomes: what is measured, when, and how a participant's value is derived from the data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trialwright.protocol.timeframe import TimeFrame


class OutcomeLevel(StrEnum):
    """The outcome's rank in the record; UNKNOWN where the rendering lost it."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    OTHER = "other"
    UNKNOWN = "unknown"


class OutcomeType(StrEnum):
    """The kind of variable, which with the design decides the method of analysis."""

    CONTINUOUS = "continuous"
    BINARY = "binary"
    ORDINAL = "ordinal"
    TIME_TO_EVENT = "time to event"
    DURATION = "duration"
    COUNT = "count"
    ADVERSE_EVENTS = "adverse events"
    SERIOUS_ADVERSE_EVENTS = "serious adverse events"
    MORTALITY = "mortality"
    DOSE_LIMITING_TOXICITY = "dose-limiting toxicity"
    UNKNOWN = "unknown"


class Direction(StrEnum):
    """Which way is better for the participant; UNSTATED where the record does not say and custom does not settle it."""

    HIGHER = "higher is better"
    LOWER = "lower is better"
    UNSTATED = "not stated"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One measured quantity: its SDTM domain (`LB`), test code (at most 8 characters, `LESPROP`), name, unit,
    and for an
    ordinal scale its categories from the lowest score to the highest as (score, label)."""

    code: str
    name: str
    domain: str
    unit: str | None = None
    categories: tuple[tuple[int, str], ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class IntercurrentEvent:
    """An event after treatment start that changes the meaning of the outcome, and the estimand's strategy for it
    (ICH E9(R1): treatment policy, composite, while alive, hypothetical, principal stratum)."""

    event: str
    strategy: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How one participant's value comes from the parameters.

    `change`: analysed as change from baseline. `responder`: for a binary outcome derived from a measurement,
    `decrease`, `increase` or `any change` against baseline, by at least `threshold` (in the parameter's unit;
    0 = any);
    a binary parameter recorded as such has None. `improvement`: for time to event on an ordinal scale, how
    many categories of
    decrease from baseline count as the event. `text`: the whole rule in words.
    """

    parameters: tuple[Parameter, ...]
    text: str
    change: bool = False
    responder: str | None = None
    threshold: float = 0.0
    improvement: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome. `id`: `primary-1`, `outcome-3` (level lost), `proposed-2`. `origin`: `registry`, or `proposed` where
    the record names none. `source`: v2 path, None for a proposed one."""

    id: str
    level: OutcomeLevel
    measure: str
    type: OutcomeType
    time_frame: TimeFrame
    direction: Direction
    derivation: Derivation
    intercurrent: tuple[IntercurrentEvent, ...] = ()
    description: str = ""
    origin: str = "registry"
    source: str | None = None
