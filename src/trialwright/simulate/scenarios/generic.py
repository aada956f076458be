"""Truths for outcomes of which nothing is known: a stated standardised effect, never a claim about the treatment."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from trialwright.protocol.outcomes import Direction, OutcomeLevel, OutcomeType
from trialwright.protocol.schedule.draft import outcome_days
from trialwright.simulate.scenario import (
    BinaryTruth,
    ByGroup,
    ContinuousTruth,
    CountTruth,
    CourseTruth,
    DurationTruth,
    OrdinalTruth,
    Planted,
    TimeTruth,
    Truth,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.protocol.outcomes import Outcome, Parameter
    from trialwright.protocol.protocol import Protocol

# Cohen's "medium" difference: a convention of planning, in standard deviations
STANDARD_EFFECT = 0.5
# the log odds ratio and the log rate ratio that stand beside a difference of one standard deviation
_LOGIT_PER_SD = math.pi / math.sqrt(3)
_MEASURED = frozenset({"LB", "VS", "FT", "RS", "PR", "CM"})
_WITHOUT_PARAMETERS = frozenset(
    {
        OutcomeType.ADVERSE_EVENTS,
        OutcomeType.SERIOUS_ADVERSE_EVENTS,
        OutcomeType.MORTALITY,
        OutcomeType.DOSE_LIMITING_TOXICITY,
        OutcomeType.UNKNOWN,
    }
)


def measured(protocol: Protocol) -> Iterator[tuple[Outcome, Parameter]]:
    """Every parameter that the trial measures, once, with the first outcome that uses it."""
    seen: set[str] = set()
    for outcome in protocol.analysed_outcomes:
        if outcome.type in _WITHOUT_PARAMETERS:
            continue
        for parameter in outcome.derivation.parameters:
            if parameter.domain in _MEASURED and parameter.code not in seen:
                seen.add(parameter.code)
                yield outcome, parameter


def plant(outcome: Outcome, parameter: Parameter, effect: float) -> Planted:
    """A truth for a parameter with an effect of so many standard deviations in the better direction (0 = null)."""
    sign = -1.0 if _better_is_lower(outcome) else 1.0
    truth = _truth(outcome, parameter, effect, sign)
    words = (
        "no effect: both groups alike, no change within a group" if effect == 0 else f"a difference of {effect:g} SD"
    )
    note = ""
    if effect and outcome.direction is Direction.UNSTATED:
        note = f"; the record names no direction, taken as a {'fall' if sign < 0 else 'rise'}"
    return Planted(
        parameter.code,
        outcome.id,
        truth,
        f"assumption: {words}{note}; level and spread are placeholders without a source",
    )


def _better_is_lower(outcome: Outcome) -> bool:
    if outcome.derivation.responder == "decrease":
        return True
    return outcome.derivation.responder != "increase" and outcome.direction is Direction.LOWER


def _truth(outcome: Outcome, parameter: Parameter, effect: float, sign: float) -> Truth:
    """The kind of truth that fits the outcome's type."""
    kind = outcome.type
    faster = math.exp(effect * _LOGIT_PER_SD / 2)
    if kind is OutcomeType.TIME_TO_EVENT:
        median = ByGroup(14.0, round(14.0 / faster, 3))
        if parameter.categories:
            return CourseTruth(median)
        return TimeTruth(median if sign < 0 else ByGroup(14.0, round(14.0 * faster, 3)))
    if parameter.categories or kind is OutcomeType.ORDINAL:
        return OrdinalTruth(ByGroup(0.0, sign * effect), reached=last_day(outcome))
    if kind is OutcomeType.DURATION:
        return DurationTruth(ByGroup(10.0, max(0.5, 10.0 + sign * effect * 6.0)), 6.0)
    if kind is OutcomeType.COUNT:
        return CountTruth(ByGroup(2.0, round(2.0 * math.exp(sign * effect * 0.7), 3)))
    if kind is OutcomeType.BINARY and outcome.derivation.responder is None:
        return BinaryTruth(ByGroup(0.4, round(_shifted(0.4, sign * effect * _LOGIT_PER_SD), 4)))
    mean, sd, log = _level(parameter)
    return ContinuousTruth(mean, sd, ByGroup(0.0, round(sign * effect * sd, 6)), log=log, reached=last_day(outcome))


def deaths(protocol: Protocol, effect: float) -> ByGroup:
    """Probabilities of death: few, unless mortality is a primary outcome; then 20 % in the control group and the effect
    as a shift of the log odds."""
    if not _primary_mortality(protocol):
        return ByGroup(0.02, 0.02)
    return ByGroup(0.2, round(_shifted(0.2, -effect * _LOGIT_PER_SD), 4))


def deaths_by(protocol: Protocol) -> int | None:
    """The relative day by which these probabilities hold: the last of a primary mortality outcome, None = the end of
    follow-up."""
    days = [last_day(outcome) for outcome in _primary_mortality(protocol)]
    return max((int(day) for day in days if day is not None), default=None)


def _primary_mortality(protocol: Protocol) -> list[Outcome]:
    return [
        outcome
        for outcome in protocol.outcomes
        if outcome.type is OutcomeType.MORTALITY and outcome.level is OutcomeLevel.PRIMARY
    ]


def last_day(outcome: Outcome) -> float | None:
    """The last relative day on which an outcome is measured, None where its time frame names none after day 0."""
    days = outcome_days(outcome.time_frame)
    return float(days[-1]) if days else None


def _shifted(probability: float, log_odds: float) -> float:
    odds = probability / (1 - probability) * math.exp(log_odds)
    return odds / (1 + odds)


def _level(parameter: Parameter) -> tuple[float, float, bool]:
    """A plausible level and spread: from the table of placeholders if it lies well within the parameter's limits, else
    the middle of these limits, else 50 with SD 10 in whatever unit it has."""
    low = -math.inf if parameter.low is None else parameter.low
    high = math.inf if parameter.high is None else parameter.high
    for place in _placeholders():
        least, most = place.usual
        named = place.pattern.search(parameter.name) or place.pattern.search(parameter.code)
        if named and place.unit in (parameter.unit or place.unit) and low <= least and most <= high:
            return place.mean, place.sd, place.log
    if parameter.low is not None and parameter.high is not None and high > low:
        return (low + high) / 2, (high - low) / 6, False
    return 50.0, 10.0, False


@dataclass(frozen=True, slots=True)
class _Placeholder:
    """A level for parameters whose name matches `pattern` and whose unit holds `unit`."""

    pattern: re.Pattern[str]
    mean: float
    sd: float
    log: bool
    unit: str

    @property
    def usual(self) -> tuple[float, float]:
        """One standard deviation either side of the level."""
        if self.log:
            return self.mean / math.exp(self.sd), self.mean * math.exp(self.sd)
        return self.mean - self.sd, self.mean + self.sd


@cache
def _placeholders() -> tuple[_Placeholder, ...]:
    import json

    text = resources.files("trialwright.simulate.scenarios").joinpath("placeholders.json").read_text(encoding="utf-8")
    return tuple(
        _Placeholder(
            re.compile(row["matches"], re.IGNORECASE),
            float(row["mean"]),
            float(row["sd"]),
            bool(row.get("log", False)),
            row.get("unit", ""),
        )
        for row in json.loads(text)["levels"]
    )
