"""Time to event and mortality: Kaplan-Meier by group, log-rank between groups, proportions at the horizon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from trialwright.analyse.counts import LEVEL, Count, contrast_rows, proportion_row
from trialwright.analyse.derive import EventTime, event_time, horizon, horizons, seen_until, survival_time
from trialwright.analyse.layout import FEW, Contrast, Group, Task
from trialwright.analyse.observed import Participant
from trialwright.analyse.rows import Estimate
from trialwright.analyse.survival import kaplan_meier, log_rank
from trialwright.protocol.outcomes import Parameter

KAPLAN_MEIER = "Kaplan-Meier, log-log interval"
LOG_RANK = "log-rank test"
ENOUGH_DEATHS = 5

Derive = Callable[[Participant], EventTime]


def time_to_event(task: Task, parameter: Parameter) -> list[Estimate]:
    """Rows of a time to event within the outcome's horizon: events, median time and chance of the event by group, and
    the log-rank test between groups."""
    last = horizon(task.outcome, task.schedule)
    if last is None:
        note = "not computed: neither the time frame nor the schedule says how long it is observed"
        return [task.row(None, "median time to event", None, parameter=parameter.code, note=note)]

    def derive(person: Participant) -> EventTime:
        return event_time(task.observed, person, task.outcome, parameter, last)

    rows: list[Estimate] = []
    for group in task.layout.groups:
        rows += _curve_rows(task, parameter.code, group, derive, last)
    rows += [_log_rank_row(task, parameter.code, contrast, derive, last) for contrast in task.layout.contrasts]
    return rows + _models(task, parameter.code, last)


def _models(task: Task, parameter: str, last: int) -> list[Estimate]:
    """What the design calls for beside these and is not computed here."""
    people = [person for group in task.layout.groups for person in group.members]
    rows = []
    if any(person.died is not None and 0 <= person.died <= last for person in people):
        note = "not computed: deaths compete with the event, and this version estimates no cumulative incidence"
        rows.append(
            task.row(
                None, "cumulative incidence", None, method="Aalen-Johansen estimator", parameter=parameter, note=note
            )
        )
    if task.layout.contrasts:
        note = "not computed: this version fits no proportional-hazards model; the log-rank test stands"
        rows.append(
            task.row(
                None, "hazard ratio", None, method="Cox proportional-hazards model", parameter=parameter, note=note
            )
        )
    return rows


def _split(values: Sequence[EventTime]) -> tuple[list[float], list[bool], Mapping[str, int]]:
    times = [value.time for value in values if value.time is not None]
    events = [value.event for value in values if value.time is not None]
    return times, events, dict(sorted(Counter(value.missing for value in values if value.missing).items()))


def _curve_rows(task: Task, parameter: str, group: Group, derive: Derive, last: int) -> list[Estimate]:
    times, events, missing = _split([derive(person) for person in group.members])
    shared = {"visit": f"0 to {last}", "n": len(times), "missing": missing, "parameter": parameter}
    if not times:
        note = "nobody has a value" if group.members else "nobody is in this group"
        return [task.row(group, "events", None, note=note, **shared)]  # type: ignore[arg-type]
    curve = kaplan_meier(times, events, kind="log-log")
    median, low, high = curve.quantile(0.5)
    survival, under, over = curve.at(last)
    known = under == under
    bounded = known and 0 < survival < 1
    notes = [] if bounded else ["the curve gives no interval at 0 or 1"]
    if max(times) < last:
        notes.append(f"nobody is followed beyond day {max(times):g}")
    return [
        task.row(group, "events", float(sum(events)), count=sum(events), method="count", **shared),  # type: ignore[arg-type]
        task.row(
            group,
            "median time to event",
            median,
            unit="days",
            lower=low,
            upper=high,
            level=LEVEL if low is not None or high is not None else None,
            method=KAPLAN_MEIER,
            note="" if median is not None else f"fewer than half have had the event by day {last}",
            **shared,  # type: ignore[arg-type]
        ),
        task.row(
            group,
            f"probability of the event by day {last}",
            1 - survival,
            unit="proportion",
            lower=1 - over if bounded else None,
            upper=1 - under if bounded else None,
            level=LEVEL if bounded else None,
            method=KAPLAN_MEIER,
            count=sum(events),
            note="; ".join(notes),
            **shared,  # type: ignore[arg-type]
        ),
    ]


def _log_rank_row(task: Task, parameter: str, contrast: Contrast, derive: Derive, last: int) -> Estimate:
    first = _split([derive(person) for person in contrast.first.members])
    second = _split([derive(person) for person in contrast.second.members])
    missing = dict(sorted((Counter(first[2]) + Counter(second[2])).items()))
    shared = {
        "visit": f"0 to {last}",
        "n": len(first[0]) + len(second[0]),
        "missing": missing,
        "parameter": parameter,
        "method": LOG_RANK,
    }
    smallest = min(len(first[0]), len(second[0]))
    note = ""
    if not smallest:
        note = "nobody has a value in one of the groups"
    elif smallest < FEW:
        note = f"fewer than {FEW} participants in a group: no approximate p"
    if note:
        return task.row(contrast, "log-rank chi-squared", None, note=note, **shared)  # type: ignore[arg-type]
    marks = [0] * len(first[0]) + [1] * len(second[0])
    try:
        result = log_rank([*first[0], *second[0]], [*first[1], *second[1]], marks)
    except ValueError as reason:
        return task.row(contrast, "log-rank chi-squared", None, note=f"not computed: {reason}", **shared)  # type: ignore[arg-type]
    direction = "earlier" if result.observed[0] > result.expected[0] else "later"
    note = f"events come {direction} in {contrast.first.name}" if result.observed[0] != result.expected[0] else ""
    return task.row(contrast, "log-rank chi-squared", result.chisq, p=result.p, note=note, **shared)  # type: ignore[arg-type]


def mortality(task: Task) -> list[Estimate]:
    """Rows of deaths from any cause up to each of the outcome's days: the proportion among those whose state is known
    then, the Kaplan-Meier estimate that uses the others too, the risk difference, and a log-rank test from five deaths
    on."""
    until = horizons(task.outcome, task.schedule)
    return [row for last in until or (None,) for row in _mortality_until(task, last)]


def _mortality_until(task: Task, last: int | None) -> list[Estimate]:
    counts = {group.name: _deaths(task, group, last) for group in task.layout.groups}
    visit = "" if last is None else f"0 to {last}"
    end = last
    if end is None:
        end = max((seen_until(task.observed, person) for person in task.observed.participants), default=0)

    def derive(person: Participant) -> EventTime:
        return survival_time(task.observed, person, last)

    rows: list[Estimate] = []
    for group in task.layout.groups:
        rows.append(proportion_row(task, group, "proportion who died", counts[group.name], visit=visit))
        rows += [row for row in _curve_rows(task, "", group, derive, end) if row.statistic.startswith("probability")]
    for contrast in task.layout.contrasts:
        both = (counts[contrast.first.name], counts[contrast.second.name])
        rows += contrast_rows(task, contrast, "death", both, visit=visit)
        if both[0].events + both[1].events >= ENOUGH_DEATHS:
            rows.append(_log_rank_row(task, "", contrast, derive, end))
        else:
            note = f"fewer than {ENOUGH_DEATHS} deaths: no test of the curves"
            rows.append(task.row(contrast, "log-rank chi-squared", None, visit=visit, method=LOG_RANK, note=note))
    return rows


def _deaths(task: Task, group: Group, last: int | None) -> Count:
    """Deaths up to the horizon among those who died or were followed to it; without a horizon, among everybody."""
    events, known, missing = 0, 0, Counter[str]()
    for person in group.members:
        if person.died is not None and (last is None or person.died <= last):
            events += 1
            known += 1
        elif last is None or seen_until(task.observed, person) >= last - _margin(person, last):
            known += 1
        else:
            missing["ltfu" if person.left is not None else "not due"] += 1
    return Count(events, known, dict(sorted(missing.items())))


def _margin(person: Participant, last: int) -> int:
    """How many days before the horizon a planned end of study may fall and still count as reaching it."""
    return max(7, last // 10) if person.completed is not None else 0
