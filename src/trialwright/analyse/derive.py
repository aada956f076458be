"""From readings to one value per participant: baseline, analysis visit, change, response, event time, duration."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.analyse.observed import Observed, Participant, Reading
from trialwright.protocol.outcomes import Direction, Outcome, Parameter
from trialwright.protocol.schedule import Encounter
from trialwright.protocol.schedule.draft import outcome_days, windows

BASELINE_DAYS = 7
BASELINE_DAYS_SLOW = 14
_SLOW = re.compile(
    r"\b(ct|mri|x-?ray|tomograph\w*|radiograph\w*|imaging|lesion\w*|ground[- ]glass|fibrosis|dlco|fvc|fev1?|"
    r"vc ?max|vital capacity|diffus\w+ capacity|lung function|spirometr\w*)\b",
    re.IGNORECASE,
)
NO_BASELINE, NOT_RECORDED, NOT_DUE = "no baseline", "not recorded", "not due"
ZERO_BASELINE = "baseline of 0"
DIED, LTFU = "died", "ltfu"


@dataclass(frozen=True, slots=True)
class Visit:
    """An analysis visit: the target and the window around it, relative days, both ends inclusive."""

    day: int
    earliest: int
    latest: int

    @property
    def name(self) -> str:
        """How rows name it."""
        return str(self.day)


@dataclass(frozen=True, slots=True)
class Value:
    """One participant's value for one analysis, or why there is none. `died`: relative day of a death that comes before
    the value could be had."""

    subject: str
    value: float | None
    missing: str | None = None
    died: int | None = None


@dataclass(frozen=True, slots=True)
class EventTime:
    """One participant's time in days after the anchor, ended by the event or censored; or why there is none."""

    subject: str
    time: float | None
    event: bool = False
    missing: str | None = None


def horizon(outcome: Outcome, schedule: Sequence[Encounter] = ()) -> int | None:
    """The last relative day that counts for an outcome that runs over time; None where nothing says."""
    frame = outcome.time_frame
    for last in (frame.end, frame.cap, max(frame.days, default=None)):
        if last is not None and last > 0:
            return math.ceil(last)
    return max((encounter.day for encounter in schedule if encounter.day > 0), default=None)


def horizons(outcome: Outcome, schedule: Sequence[Encounter] = ()) -> tuple[int, ...]:
    """Every relative day up to which an outcome is to be counted, in order (`Day 28, Day 90`: both); empty where
    nothing says."""
    last = horizon(outcome, schedule)
    if last is None:
        return ()
    return (*(day for day in outcome_days(outcome.time_frame) if day < last), last)


def visits(outcome: Outcome, parameter: Parameter, schedule: Sequence[Encounter]) -> tuple[Visit, ...]:
    """The analysis visits after the first dose, in order; empty where neither time frame nor schedule names one.

    The window is the encounter's where the schedule has one on that day for this parameter; else the tolerance that
    the time frame states; else it runs from midpoint to midpoint between the outcome's own days. Points within one
    day fall together, for readings are dated by day.
    """
    days = outcome_days(outcome.time_frame)
    planned = {e.day: e.window_of(parameter.code) for e in schedule if e.day > 0 and parameter.code in e.activities}
    if not days:
        days = tuple(sorted(planned))
    between = windows(days)
    margin = None if outcome.time_frame.tolerance is None else math.ceil(outcome.time_frame.tolerance)
    found = []
    for day in days:
        low, high = between[day] if margin is None else (day - margin, day + margin)
        low, high = planned.get(day, (low, high))
        found.append(Visit(day, max(1, low), max(day, high)))
    return tuple(found)


def baseline(observed: Observed, person: Participant, parameter: Parameter) -> float | None:
    """The last value on or before the day of the first dose, at most 7 days before it (14 for imaging and lung
    function); None where there is none. A reading dated on the day of the first dose is taken as made before it."""
    back = BASELINE_DAYS_SLOW if _SLOW.search(parameter.name) else BASELINE_DAYS
    for reading in reversed(observed.readings.get((person.id, parameter.code), ())):
        score = value_of(reading, parameter)
        if -back <= reading.day <= 0 and score is not None:
            return score
    return None


def value_of(reading: Reading, parameter: Parameter) -> float | None:
    """The reading as a number: as recorded, or the score of the category that its text names."""
    if reading.value is not None or reading.text is None:
        return reading.value
    wanted = reading.text.strip().casefold()
    return next((float(score) for score, label in parameter.categories if label.casefold() == wanted), None)


def at_visit(
    observed: Observed, person: Participant, parameter: Parameter, visit: Visit, *, change: bool = False
) -> Value:
    """The participant's value (or change from baseline) at an analysis visit: the reading in the window closest to the
    target, the later of two equally close."""
    readings = observed.readings.get((person.id, parameter.code), ())
    inside = [reading for reading in readings if visit.earliest <= reading.day <= visit.latest]
    valued = [(reading, score) for reading in inside if (score := value_of(reading, parameter)) is not None]
    if not valued:
        return _without(observed, person, visit, inside)
    _, value = min(valued, key=lambda pair: (abs(pair[0].day - visit.day), -pair[0].day))
    if not change:
        return Value(person.id, value)
    start = baseline(observed, person, parameter)
    if start is None:
        return Value(person.id, None, NO_BASELINE)
    return Value(person.id, round(value - start, 10))  # 0.3 - 0.1 and 0.2 are one value, and a tie


def relative_change(observed: Observed, person: Participant, parameter: Parameter, visit: Visit) -> Value:
    """The change at an analysis visit in percent of the baseline value; 0 where both are 0, none where only the
    baseline is."""
    change = at_visit(observed, person, parameter, visit, change=True)
    start = baseline(observed, person, parameter)
    if change.value is None or start is None:
        return change
    if start == 0:
        return change if change.value == 0 else Value(person.id, None, ZERO_BASELINE)
    return Value(person.id, round(100 * change.value / start, 10))


def _without(observed: Observed, person: Participant, visit: Visit, inside: Sequence[Reading]) -> Value:
    """Why there is no value: a death up to the target day, then what the visit's row says, then a death later in the
    window, then loss, then time. Who was alive on the target day and not measured did not die before the visit."""
    stated = [reading.missing for reading in inside if reading.missing]
    alive = [reason for reason in stated if reason != DIED]
    if person.died is not None and (person.died <= visit.day or (person.died <= visit.latest and not alive)):
        return Value(person.id, None, DIED, person.died)
    if stated:
        return Value(person.id, None, stated[-1])
    if person.left is not None and person.left <= visit.latest:
        return Value(person.id, None, LTFU)
    if observed.cut is not None and observed.cut < person.anchor + visit.latest and person.completed is None:
        return Value(person.id, None, NOT_DUE)
    return Value(person.id, None, NOT_RECORDED)


def responds(outcome: Outcome, change: float) -> bool:
    """Whether a change from baseline is the response that the outcome counts."""
    rule, threshold = outcome.derivation.responder, outcome.derivation.threshold
    amount = {"decrease": -change, "increase": change}.get(rule or "", abs(change))
    return amount >= threshold if threshold > 0 else amount > 0


def dies_composite(outcome: Outcome) -> bool:
    """Whether the outcome says that death is part of its value (composite strategy)."""
    return any(
        "death" in event.event.casefold() and "composite" in event.strategy.casefold() for event in outcome.intercurrent
    )


def event_time(observed: Observed, person: Participant, outcome: Outcome, parameter: Parameter, last: int) -> EventTime:
    """Days from the anchor to the event, at most `last`.

    On an ordinal scale the event is the first day on which the score lies below baseline by the number of categories
    that the outcome asks for; else the first reading that is present (above 0). Death without the event
    is censored at `last` where the event is an improvement (it can no longer come), is the event itself where death
    is part of a bad event, and else ends the observation on its day. Others are censored on the last day known.
    """
    readings = [
        (reading.day, score)
        for reading in observed.readings.get((person.id, parameter.code), ())
        if reading.day > 0 and (score := value_of(reading, parameter)) is not None
    ]
    steps = outcome.derivation.improvement
    if steps is not None:
        start = baseline(observed, person, parameter)
        if start is None:
            return EventTime(person.id, None, missing=NO_BASELINE)
        days = [day for day, score in readings if start - score >= steps]
    else:
        days = [day for day, score in readings if score > 0]
    if days and days[0] <= last:
        return EventTime(person.id, float(days[0]), event=True)
    if person.died is not None and 0 <= person.died <= last:
        return _ended_by_death(person, outcome, last)
    known = max((day for day, _ in readings), default=0)
    if steps is None:
        known = max(known, seen_until(observed, person))
    if known <= 0:
        return EventTime(person.id, None, missing=LTFU if person.left is not None else NOT_RECORDED)
    return EventTime(person.id, float(min(known, last)))


def _ended_by_death(person: Participant, outcome: Outcome, last: int) -> EventTime:
    died = float(person.died or 0)
    if outcome.derivation.improvement is not None:
        return EventTime(person.id, float(last))
    if dies_composite(outcome):
        if outcome.direction is Direction.HIGHER:
            return EventTime(person.id, died, event=True)
        if outcome.direction is Direction.LOWER:
            return EventTime(person.id, float(last))
    return EventTime(person.id, died)


def survival_time(observed: Observed, person: Participant, last: int | None) -> EventTime:
    """Days from the anchor to death, at most `last`; others are censored on the last day they are known to live."""
    limit = math.inf if last is None else last
    if person.died is not None and person.died <= limit:
        return EventTime(person.id, float(max(person.died, 0)), event=True)
    known = min(seen_until(observed, person), limit)
    if known < 0:
        return EventTime(person.id, None, missing=NOT_RECORDED)
    return EventTime(person.id, float(known))


def seen_until(observed: Observed, person: Participant) -> int:
    """The last relative day on which the participant is known to be followed: the end of the study for those who left
    or completed, else the day of the last data of the whole trial; 0 at least."""
    for end in (person.died, person.left, person.completed):
        if end is not None:
            return max(end, 0)
    return max((observed.cut or 0) - person.anchor, 0)


def duration(observed: Observed, person: Participant, outcome: Outcome, parameter: Parameter, last: int) -> Value:
    """Days spent in a state within [0, `last`]: as recorded at the end, or counted from treatments and procedures of
    that name (overlaps once; day 0 to `last` are `last` + 1 days). Where death is part of the outcome a participant
    who died has all days, or none if a longer duration is better."""
    counted = any(parameter.code.upper() in spell.names for spell in observed.spells)
    if person.died is not None and person.died <= last and dies_composite(outcome):
        worst = {Direction.LOWER: float(last + 1 if counted else last), Direction.HIGHER: 0.0}.get(outcome.direction)
        return Value(person.id, worst, None if worst is not None else DIED, person.died)
    readings = observed.readings.get((person.id, parameter.code), ())
    if readings or not counted:
        return at_visit(observed, person, parameter, Visit(last, *_closing(last)))
    if person.died is not None and person.died < last:
        return Value(person.id, None, DIED, person.died)
    if seen_until(observed, person) < last:
        return Value(person.id, None, LTFU if person.left is not None else NOT_DUE)
    days: set[int] = set()
    for spell in observed.spells:
        if spell.subject == person.id and parameter.code.upper() in spell.names:
            days.update(range(max(spell.start, 0), min(last if spell.end is None else spell.end, last) + 1))
    return Value(person.id, float(len(days)))


def _closing(last: int) -> tuple[int, int]:
    """The window at the end of a horizon: at least 7 days, or a tenth of it, on either side."""
    margin = max(7, math.ceil(last / 10))
    return max(1, last - margin), last + margin


def worst_ranked(values: Sequence[Value], direction: Direction) -> tuple[list[float | None], float]:
    """The values with each death ranked below every survivor, an earlier death below a later one; and the largest
    difference that two survivors show.

    A death's score lies ten ranges of the survivors' values beyond them, and so does each further day of death, so
    that an estimate of shift that exceeds the survivors' range is known to rest on deaths.
    """
    alive = [v.value for v in values if v.value is not None and v.missing is None]
    span = max(alive) - min(alive) if alive else 0.0
    step = 10 * (span or 1.0)
    days = sorted({v.died for v in values if v.missing == DIED and v.died is not None}, reverse=True)
    edge = 0.0
    if alive:
        edge = min(alive) if direction is Direction.HIGHER else max(alive)
    sign = -1 if direction is Direction.HIGHER else 1
    scores: list[float | None] = []
    for v in values:
        if v.missing == DIED and v.died is not None:
            scores.append(edge + sign * step * (days.index(v.died) + 1))
        else:
            scores.append(v.value)
    return scores, span
