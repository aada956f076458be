"""Outcomes and schedule: what is measured, when, of which kind, how it is derived; then the grid of assessments."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.protocol.outcomes import Direction, IntercurrentEvent, Outcome, OutcomeLevel
from trialwright.protocol.protocol import Protocol
from trialwright.protocol.schedule import Encounter
from trialwright.protocol.timeframe import FrameKind, TimeFrame
from trialwright.report import numbers
from trialwright.report.contents import Contents
from trialwright.report.markup import Child, Column, Markup, join, note, table, tag

NAMES = {
    "DOSE": "Dose",
    "CONSENT": "Informed consent",
    "ELIGIBILITY": "Eligibility",
    "AE": "Adverse events",
    "DLT": "Assessment of dose-limiting toxicity",
}


def outcomes(contents: Contents) -> Markup:
    """The body of the section."""
    protocol = contents.protocol
    parts: list[Markup] = []
    if protocol.outcomes:
        parts.append(_table("Outcomes of the registry, as they can be computed", protocol.outcomes))
    else:
        parts.append(
            note(
                "The record as it was found names no outcome: there is none in it, or this rendering lost them.",
                kind="why",
            )
        )
    if protocol.proposed_outcomes:
        parts += [
            tag("h3", "Proposed outcomes: not from the registry"),
            tag(
                "p",
                "The record names none, so these are proposed for the simulated trial, from the design and the ",
                "conditions. Nobody registered them, and they never mix with the registry’s own.",
            ),
            _table("Outcomes proposed by this program", protocol.proposed_outcomes),
        ]
    parts += [tag("h3", "Schedule of assessments"), schedule(protocol)]
    return join(parts)


def _table(caption: str, items: Sequence[Outcome]) -> Markup:
    shared = (
        set(items[0].intercurrent).intersection(*[item.intercurrent for item in items]) if len(items) > 1 else set()
    )
    common = [event for event in items[0].intercurrent if event in shared]
    body = table(
        caption,
        [
            Column("Outcome", head=True, wide=True),
            Column("Time frame"),
            Column("Kind"),
            Column("How one participant’s value is derived", wide=True),
        ],
        [_row(item, common) for item in items],
        cards=True,
    )
    if not common:
        return body
    said = "; ".join(_event(event) for event in common)
    return join(note(tag("b", "Intercurrent events, the same for all of these: "), f"{said}."), body)


def _event(event: IntercurrentEvent) -> str:
    return f"{event.event}: {event.strategy}{f' ({event.why})' if event.why else ''}"


def _row(item: Outcome, common: Sequence[IntercurrentEvent]) -> tuple[Child, ...]:
    level = item.level.value if item.level is not OutcomeLevel.UNKNOWN else "level not known"
    name = join(
        item.measure,
        tag("p", f"{item.id} · {level if item.origin == 'registry' else 'proposed'}", class_="meta"),
    )
    frame = join(
        f"“{item.time_frame.raw}”" if item.time_frame.raw else "not stated",
        tag("p", frame_words(item.time_frame), class_="meta"),
    )
    better = item.direction.value if item.direction is not Direction.UNSTATED else "better direction not stated"
    return name, frame, join(item.type.value, tag("p", better, class_="meta")), _derivation(item, common)


def _derivation(item: Outcome, common: Sequence[IntercurrentEvent]) -> Markup:
    text = item.derivation.text
    measured = ", ".join(
        (f"{p.domain}.{p.code}" if p.name in text else f"{p.name}, {p.domain}.{p.code}")
        + (f" ({p.unit})" if p.unit else "")
        for p in item.derivation.parameters
    )
    events = [_event(event) for event in item.intercurrent if event not in common]
    return join(
        text or tag("span", "not derived", class_="quiet"),
        tag("p", measured, class_="meta") if measured else None,
        tag("p", f"Intercurrent: {'; '.join(events)}", class_="meta") if events else None,
    )


def frame_words(frame: TimeFrame) -> str:
    """A parsed time frame in words: days after its anchor.

    >>> frame_words(TimeFrame("Day 28", FrameKind.POINT, anchor="day0", days=(28.0,)))
    'at day 28'
    """
    text = {
        FrameKind.POINT: f"at {numbers.days(frame.days)}",
        FrameKind.POINTS: f"at {numbers.days(frame.days)}",
        FrameKind.CHANGE: f"change from baseline to {numbers.days(frame.days)}",
        FrameKind.INTERVAL: f"from {_day(frame.start, 'the start')} to {_day(frame.end, frame.end_event or 'the end')}",
        FrameKind.WINDOW: f"within {_day(frame.start, 'the start')} to {_day(frame.end, frame.end_event or 'the end')}",
        FrameKind.RECURRING: f"every {frame.every or 0:g} days to {_day(frame.end, frame.end_event or 'the end')}",
        FrameKind.EVENT_INTERVAL: f"from {_day(frame.start, 'the start')} until {frame.end_event or 'an event'}",
        FrameKind.UNPARSEABLE: "not understood",
    }[frame.kind]
    if frame.cap is not None:
        text += f", at most day {frame.cap:g}"
    if frame.tolerance is not None:
        text += f", ± {frame.tolerance:g} days"
    if frame.approximate:
        text += ", approximate"
    if frame.note:
        text += f" ({frame.note})"
    return text


def _day(value: float | None, otherwise: str) -> str:
    return otherwise if value is None else f"day {value:g}".replace("-", numbers.MINUS)


def schedule(protocol: Protocol) -> Markup:
    """The grid of encounters and activities; the longer list goes down the page."""
    visits = protocol.schedule
    if not visits:
        return note("No schedule: no dosing day and no time frame of an outcome gives a day.", kind="why")
    names = NAMES | {p.code: p.name for o in protocol.analysed_outcomes for p in o.derivation.parameters}

    def name_of(activity: str) -> str:
        code, _, how = activity.partition(":")
        return f"{names.get(code, code)}, {how.lower()}" if how else names.get(activity, activity)

    activities = list(dict.fromkeys(a for visit in visits for a in visit.activities))
    caption = join("Planned encounters", tag("small", "Relative days: 0 is the day of the first dose. ● planned."))
    if len(visits) > len(activities):
        columns = [Column("Encounter", head=True), *[Column(name_of(a)) for a in activities]]
        rows: list[list[Child]] = [[_visit(v), *[_mark(a in v.activities) for a in activities]] for v in visits]
    else:
        columns = [Column("Activity", head=True), *[Column(_short(v)) for v in visits]]
        rows = [[name_of(a), *[_mark(a in v.activities) for v in visits]] for a in activities]
    return tag("div", table(caption, columns, rows, class_="grid"))


def _visit(visit: Encounter) -> Markup:
    window = (
        tag("span", f" ({_number(visit.earliest)} to {_number(visit.latest)})", class_="quiet")
        if visit.earliest != visit.latest
        else None
    )
    return join(visit.name, window)


def _short(visit: Encounter) -> str:
    return f"Day {_number(visit.day)}" if visit.day is not None else visit.name


def _number(day: int) -> str:
    return str(day).replace("-", numbers.MINUS)


def _mark(planned: bool) -> Markup | None:
    return join(tag("span", "●", aria_hidden="true"), tag("span", "planned", class_="hide")) if planned else None
