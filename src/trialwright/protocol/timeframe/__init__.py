"""When an outcome is measured: the parsed form of a registry's Time Frame text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FrameKind(StrEnum):
    """The shapes a time frame can have."""

    POINT = "point"
    POINTS = "points"
    INTERVAL = "interval"
    CHANGE = "change"
    WINDOW = "window"
    RECURRING = "recurring"
    EVENT_INTERVAL = "event_interval"
    UNPARSEABLE = "unparseable"


@dataclass(frozen=True, slots=True)
class TimeFrame:
    """A time frame in days after its anchor; `raw` is the record's text, always kept.

    `anchor`: what day 0 is (`day0`, `treatment`, `study_start`, `surgery`...). `baseline`: a baseline
    measurement is named. `days`: the points; fractions of a day for hours. `start`, `end`: of an interval.
    `end_event`: what ends it. `cap`: the last day at most (an average is never a cap). `approximate`: the text
    hedges. `tolerance`: days either side. `every`: days between recurrences. `note`: why it is unparseable,
    or what was assumed.
    """

    raw: str
    kind: FrameKind
    anchor: str = ""
    baseline: bool = False
    days: tuple[float, ...] = ()
    start: float | None = None
    end: float | None = None
    end_event: str | None = None
    cap: float | None = None
    approximate: bool = False
    tolerance: float | None = None
    every: float | None = None
    note: str = ""
