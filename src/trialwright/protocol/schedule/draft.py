"""Drafts the schedule of assessments that the outcomes, the doses and the DLT window ask for."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from trialwright.protocol.outcomes import Outcome, OutcomeType, Parameter
from trialwright.protocol.schedule import Encounter
from trialwright.protocol.timeframe import FrameKind, TimeFrame

SCREENING, SCREENING_SLOW = -7, -14
COMPLIANCE_LEAST = 1
LONGEST = 3653
MOST_VISITS = 60
CONSENT, ELIGIBILITY, DOSE, AE, DLT = "CONSENT", "ELIGIBILITY", "DOSE", "AE", "DLT"
_SLOW = re.compile(r"\bCT\b|lung|lesion|glass|fibros|volume|capacity|thickening|shadow|imaging|MRI", re.IGNORECASE)
_SPREAD = {
    OutcomeType.ADVERSE_EVENTS,
    OutcomeType.SERIOUS_ADVERSE_EVENTS,
    OutcomeType.MORTALITY,
    OutcomeType.DOSE_LIMITING_TOXICITY,
}


def outcome_days(frame: TimeFrame) -> tuple[int, ...]:
    """The whole relative days after day 0 on which a time frame asks for a value, in order; at most ten years ahead.

    Points and recurrences are themselves; an interval gives its end, one that ends with an event its cap. A few hours
    after day 0 count as day 1, so that day 0 stays the baseline; a window gives the day in its middle.

    >>> from trialwright.protocol.timeframe.parser import parse_time_frame
    >>> outcome_days(parse_time_frame("Day 0 through Day 90")), outcome_days(parse_time_frame("Weeks 2 and 4"))
    ((90,), (14, 28))
    """
    if frame.kind is FrameKind.UNPARSEABLE:
        return ()
    days: list[float] = [day for day in frame.days if day > 0]
    if frame.kind is FrameKind.WINDOW and frame.start is not None and frame.end is not None:
        days = [(frame.start + frame.end) / 2]
    if not days or frame.kind in {FrameKind.INTERVAL, FrameKind.EVENT_INTERVAL, FrameKind.CHANGE}:
        last = frame.end if frame.end is not None else frame.cap
        if last is not None and last > 0:
            days.append(last)
    if frame.kind is FrameKind.RECURRING and frame.every and frame.end is not None and not frame.days:
        step = max(1, round(frame.every), math.ceil(min(frame.end, LONGEST) / MOST_VISITS))
        days = [float(day) for day in range(step, int(min(frame.end, LONGEST)) + 1, step)]
    whole = {max(1, math.ceil(day)) for day in days if 0 < day <= LONGEST}
    return tuple(sorted(whole))[:MOST_VISITS]


def windows(days: Sequence[int]) -> dict[int, tuple[int, int]]:
    """The analysis window of each of a parameter's days: midpoint to midpoint, the first from day 1.

    The last runs beyond its day by half the gap before it, at most 30 days.

    >>> windows([10, 28, 90])
    {10: (1, 19), 28: (20, 59), 90: (60, 120)}
    """
    found = {}
    for index, day in enumerate(days):
        before = days[index - 1] if index else None
        low = 1 if before is None else (before + day) // 2 + 1
        after = days[index + 1] if index + 1 < len(days) else None
        high = (day + after) // 2 if after is not None else day + int(min(30, (day - (before or 0)) / 2))
        found[day] = (low, high)
    return found


def draft_schedule(
    outcomes: Iterable[Outcome], dosing_days: Sequence[int] = (), dlt_window: int | None = None
) -> tuple[Encounter, ...]:
    """The encounters in order of day: screening, dosing days, every day that an outcome names, the end of follow-up.

    Activities are parameter codes, and `CONSENT`, `ELIGIBILITY`, `DOSE`, `AE`, `DLT`. Analysis windows run from
    midpoint to midpoint between a parameter's own days, and a tolerance stated in a time frame overrides; where
    parameters on one day differ the encounter has the window that all share, and `windows` the others' own. The
    baseline is the last value at or before the first dose: it is taken at screening, and on day 0 before the dose.

    A score that is needed every day (time to event on an ordinal scale) is one activity named `CODE:DAILY`, on the
    encounter of day 0 and on that of the last day of its horizon; the days between are a diary, not encounters.
    """
    outcomes = tuple(outcomes)
    activities: dict[int, dict[str, None]] = {}
    bounds: dict[int, dict[str, tuple[int, int]]] = {}
    for day in sorted({int(day) for day in dosing_days} or {0}):
        activities.setdefault(day, {})[DOSE] = None
        activities[day][AE] = None
    at_start = _baseline_codes(outcomes)
    per_code: dict[str, set[int]] = {}
    tolerances: dict[tuple[str, int], int] = {}
    for outcome in outcomes:
        _collect(outcome, activities, per_code, tolerances)
    for code, days in per_code.items():
        for day, window in windows(sorted(days)).items():
            tolerance = tolerances.get((code, day))
            activities.setdefault(day, {})[code] = None
            own = window if tolerance is None else (day - tolerance, day + tolerance)
            bounds.setdefault(day, {})[code] = own
    if dlt_window is not None and dlt_window > 0:
        activities.setdefault(dlt_window, {})[DLT] = None
        activities[dlt_window][AE] = None
    for code in at_start:
        activities.setdefault(0, {})[code] = None
    return _encounters(activities, bounds, at_start)


def _collect(
    outcome: Outcome,
    activities: dict[int, dict[str, None]],
    per_code: dict[str, set[int]],
    tolerances: dict[tuple[str, int], int],
) -> None:
    """Adds what one outcome asks for."""
    days = outcome_days(outcome.time_frame)
    if not days:
        return
    if outcome.type in _SPREAD:
        code = DLT if outcome.type is OutcomeType.DOSE_LIMITING_TOXICITY else AE
        activities.setdefault(days[-1], {})[code] = None
        return
    daily = outcome.type is OutcomeType.TIME_TO_EVENT
    for parameter in outcome.derivation.parameters:
        if daily and parameter.categories:
            activities.setdefault(0, {})[f"{parameter.code}:DAILY"] = None
            activities.setdefault(days[-1], {})[f"{parameter.code}:DAILY"] = None
            continue
        if parameter.domain in {"DS", "AE", "XD"}:
            activities.setdefault(days[-1], {})[AE] = None
            continue
        per_code.setdefault(parameter.code, set()).update(days)
        if outcome.time_frame.tolerance is not None:
            for day in days:
                tolerances[(parameter.code, day)] = math.ceil(outcome.time_frame.tolerance)


def _baseline_codes(outcomes: Sequence[Outcome]) -> dict[str, Parameter]:
    """The parameters that are needed before the first dose, by code."""
    needed = {}
    for outcome in outcomes:
        derivation = outcome.derivation
        wants = derivation.change or derivation.responder is not None or outcome.time_frame.baseline
        wants = wants or derivation.improvement is not None or 0.0 in outcome.time_frame.days
        for parameter in derivation.parameters:
            if wants and parameter.domain not in {"DS", "AE", "XD"}:
                needed[parameter.code] = parameter
    return needed


def _encounters(
    activities: dict[int, dict[str, None]],
    bounds: dict[int, dict[str, tuple[int, int]]],
    at_start: dict[str, Parameter],
) -> tuple[Encounter, ...]:
    slow = any(_SLOW.search(parameter.name) for parameter in at_start.values())
    first = SCREENING_SLOW if slow else SCREENING
    earliest_dose = min(activities)
    screening_day = min(first, earliest_dose - 1)
    screening = Encounter(
        1, "Screening", screening_day, screening_day, min(-1, earliest_dose - 1), (CONSENT, ELIGIBILITY, *at_start)
    )
    found = [screening]
    last = max(activities)
    for number, day in enumerate(sorted(activities), start=2):
        doing = activities[day]
        if AE not in doing and day >= 0:
            doing[AE] = None
        asked = bounds.get(day, {})
        low, high = _window(day, list(asked.values()))
        own = tuple((code, *window) for code, window in asked.items() if window != (low, high))
        name = f"Day {day}"
        if day == last and day > 0:
            name += " (end of follow-up)"
        found.append(Encounter(number, name, day, low, high, tuple(doing), own))
    return tuple(found)


def _window(day: int, asked: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The window that all parameters of a day share; without any, the day and a day or a tenth of it on either side."""
    if asked:
        return max(low for low, _ in asked), min(high for _, high in asked)
    if day <= 0:
        return day, day
    margin = max(COMPLIANCE_LEAST, round(day / 10))
    return max(1, day - margin), day + margin
