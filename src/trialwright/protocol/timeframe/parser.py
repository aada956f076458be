"""Parses a registry's Time Frame text into a `TimeFrame`; what it cannot read it says so, and why."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from functools import lru_cache

from trialwright.protocol.outcomes import OutcomeType
from trialwright.protocol.timeframe import FrameKind, TimeFrame
from trialwright.protocol.timeframe.cues import (
    AFTER_BASELINE,
    CENSOR,
    CHANGE,
    HEDGE,
    HORIZON_TITLE,
    JOIN_SPAN,
    SPAN_NOT,
    UNDECIDED,
    WITHIN,
    Part,
    Role,
    cue_place,
    ending_event,
    frame_anchor,
    has_baseline,
    opening_anchor,
    part_of,
    take_tolerance,
)
from trialwright.protocol.timeframe.scan import days_in, quantities
from trialwright.protocol.timeframe.words import FLOATING, normalise

LONGEST_TEXT = 1500
MOST_POINTS = 400
KEPT = 4096
"""Time frames whose reading is kept: registrants write the same ones under many outcomes."""

_HORIZON_TYPES = {
    OutcomeType.TIME_TO_EVENT,
    OutcomeType.DURATION,
    OutcomeType.COUNT,
    OutcomeType.ADVERSE_EVENTS,
    OutcomeType.SERIOUS_ADVERSE_EVENTS,
    OutcomeType.MORTALITY,
    OutcomeType.DOSE_LIMITING_TOXICITY,
}
_AT_EVENT = re.compile(
    r"\b(?:at|on) (?:the )?(?:time of |day of )?(?:\w+ )?(?:discharge|delivery|birth|surgery|death)\b"
)
_LONG_EVENT_NOTE = "the end is an event and no longest time is stated"


_LISTED_FROM_BASELINE = re.compile(
    r"\b(baseline)\s+(?:to|through)\s+(?=(?P<unit>day|week|month|year)s?\s*\d+\s*(?:,|;|and|&)\s*(?:and\s+)?(?P=unit)s?\s*\d)",
    re.IGNORECASE,
)
"""A comparison of the baseline with each of several visits ("baseline to day 2, day 4"), which is no interval."""


def parse_time_frame(raw: str, *, measure: str = "", outcome_type: OutcomeType | None = None) -> TimeFrame:
    """The time frame in days after its anchor; UNPARSEABLE with the reason in `note` where it cannot be read.

    Never raises. A unit spreads over a list of numbers on either side of it; a month has 30.4375 days and
    a year 365.25, rounded to whole days; hours stay fractions of a day. An average is never a cap. `measure` is
    the outcome's title: with it (or the outcome's type) a bare day of a time to event, a duration, deaths or
    adverse events is the end of a horizon from day 0, and any other is a visit.

    >>> frame = parse_time_frame("Baseline, and at days 2, 4 and 14 post-treatment")
    >>> str(frame.kind), frame.anchor, frame.days
    ('points', 'treatment', (0.0, 2.0, 4.0, 14.0))
    >>> parse_time_frame("Day 28", measure="Time to recovery").end
    28.0
    >>> parse_time_frame("374").note
    'a number without a unit; days, weeks or months?'
    """
    text = raw if isinstance(raw, str) else str(raw)
    if not text.strip():
        return _unread(text, "the time frame is empty")
    if len(text) > LONGEST_TEXT:
        return _unread(text, f"longer than {LONGEST_TEXT} characters: it cannot be a time frame")
    frame = _parse(text, not measure or CHANGE.search(measure.lower()) is not None)
    if frame.kind is FrameKind.UNPARSEABLE:
        return frame
    return _as_horizon(frame, measure, outcome_type)


def _unread(raw: str, why: str, *, approximate: bool = False, end_event: str | None = None) -> TimeFrame:
    return TimeFrame(raw, FrameKind.UNPARSEABLE, approximate=approximate, end_event=end_event, note=why)


@lru_cache(maxsize=KEPT)
def _parse(raw: str, of_change: bool) -> TimeFrame:
    """`of_change`: whether the title speaks of a change, or is not known: all that a title tells here."""
    text, dated = normalise(raw)
    text, tolerance, tolerance_note = take_tolerance(text)
    text = _LISTED_FROM_BASELINE.sub(r"\1, ", CENSOR.sub(" ", text))
    found = quantities(text)
    parts = [part_of(text, found, index) for index in range(len(found))]
    hedged = HEDGE.search(text) is not None
    if UNDECIDED.search(text):
        return _unread(raw, "the time frame is not decided or does not apply", approximate=True)
    end_event = ending_event(text, parts)
    if not parts:
        return _without_number(raw, text, dated, hedged, end_event)
    frame = _assemble(raw, text, parts, end_event, of_change)
    if frame.kind is FrameKind.UNPARSEABLE:
        return frame
    if frame.start is not None and frame.end is not None and frame.start > frame.end:
        # an end before day 0 (`to Day -1`): day 0 is not where it starts
        frame = replace(frame, start=None, note=_add(frame.note, "no start is stated"))
    notes = [frame.note, tolerance_note, "a calendar date is left out" if dated else ""]
    return replace(
        frame,
        tolerance=tolerance,
        approximate=frame.approximate or hedged,
        note="; ".join(note for note in notes if note),
    )


def _without_number(raw: str, text: str, dated: bool, hedged: bool, end_event: str | None) -> TimeFrame:
    if dated and (end_event is None or end_event == "calendar_date"):
        return _unread(raw, "calendar dates, not a time since a participant's start", approximate=hedged)
    if re.fullmatch(r"[^a-z]*[0-9][^a-z]*", text) and end_event is None:
        return _unread(raw, "a number without a unit; days, weeks or months?", approximate=hedged)
    if end_event is not None:
        anchor = frame_anchor(text, [])
        return TimeFrame(
            raw,
            FrameKind.EVENT_INTERVAL,
            anchor,
            has_baseline(text, []),
            (),
            0.0,
            None,
            end_event,
            None,
            hedged,
            note=_LONG_EVENT_NOTE,
        )
    if has_baseline(text, []) and not re.search(
        r"\b(?:post|after|immediately|throughout|during|end|immediate)\b", text
    ):
        return TimeFrame(raw, FrameKind.POINT, "study_start", True, (0.0,))
    return _unread(raw, "no number: the time is named by an event only", approximate=hedged)


def _points(parts: list[Part]) -> list[float]:
    days: list[float] = []
    for part in parts:
        signed = [-day for day in part.quantity.days] if part.role is Role.BEFORE else list(part.quantity.days)
        days.extend(signed)
    return days


def _cycle_days(text: str, parts: list[Part]) -> tuple[list[float], str] | None:
    """Days of cycles as days from the first dose, where the cycle's length is stated; None where no cycle is named."""
    named = [(int(m[1]), int(m[2])) for m in re.finditer(r"\bcycle ?([0-9]{1,3})[ ,]{1,2}day ?([0-9]{1,3})\b", text)]
    named += [(int(m[2]), int(m[1])) for m in re.finditer(r"\bday ?([0-9]{1,3}),? of cycle ?([0-9]{1,3})\b", text)]
    if not named:
        back = re.finditer(r"\bday ?([0-9]{1,3}),? cycle ?([0-9]{1,3})\b", text)
        named = [(int(m[2]), int(m[1])) for m in back]
    for match in re.finditer(
        r"\bday ?([0-9]{1,3}),? (?:of )?cycles ?((?:[0-9]{1,3}(?:, ?and |, ?| and )?){1,40})", text
    ):
        named += [(int(cycle), int(match[1])) for cycle in re.findall(r"[0-9]+", match[2])]
    cycles = re.findall(r"\bof cycle ?([0-9]{1,3})\b", text)
    if len(set(cycles)) > 1:  # "days 1 and 8 of cycle 1, days 1 and 8 of cycle 2"
        lists = re.finditer(
            r"\bdays? ?((?:(?:day ?)?[0-9]{1,3}(?:, ?and |, ?| and )?){1,40}) of cycle ?([0-9]{1,3})\b", text
        )
        named = [(int(m[2]), int(day)) for m in lists for day in re.findall(r"[0-9]+", m[1])]
    lengths = [part.quantity.days[0] for part in parts if part.role is Role.CYCLE]
    if not named and len(set(cycles)) > 1:
        return [], "days of several cycles that cannot be told apart"
    ends = re.search(r"\bend of cycles? ?((?:[0-9]{1,3}(?:, ?and |, ?| and )?){1,40})", text)
    if ends is not None and lengths:
        return [int(cycle) * lengths[0] for cycle in re.findall(r"[0-9]+", ends[1])], ""
    if not named:
        return None
    if not lengths:
        return [], "days of cycles whose length is not stated"
    return [(cycle - 1) * lengths[0] + day for cycle, day in named], ""


def _assemble(raw: str, text: str, parts: list[Part], end_event: str | None, of_change: bool) -> TimeFrame:
    baseline = has_baseline(text, parts)
    live = [part for part in parts if part.role is not Role.CYCLE]
    for index in range(1, len(live)):
        # "up to 4 years for cohort 1 and 2 years for cohort 2": both are limits
        if live[index - 1].role is Role.CAP and re.match(r"\s?for [\w\s]{1,20} and\s?$", live[index].left):
            live[index] = replace(live[index], role=Role.CAP)
    lengths = [part.quantity.days[0] for part in parts if part.role is Role.CYCLE]
    cycles = _cycle_days(text, parts)
    anchor = frame_anchor(text, parts)
    frame = TimeFrame(raw, FrameKind.POINT, anchor, baseline)
    caps = [p.quantity.days[-1] for p in live if p.role is Role.CAP and p.quantity.days[-1] > 0]
    cap = max(caps, default=None)
    if lengths and (
        count := re.search(r"\b(?:up to|for|maximum of|for a maximum of)\s?([0-9]{1,3})\s?(?:\w+\s)?cycles?\b", text)
    ):
        cap = lengths[0] * int(count[1])
        end = cap
        every = lengths[0] if re.search(r"\b(?:each|every)\b.{0,30}\bcycle", text[: count.start()]) else None
        kind = FrameKind.RECURRING if every else FrameKind.INTERVAL
        return replace(frame, kind=kind, start=0.0, end=end, cap=cap, every=every)
    if cycles is not None and end_event is None:
        days, why = cycles
        if why and all(p.quantity.leads and p.quantity.unit == 1.0 for p in live):
            return _unread(raw, why)
        if days and (len(days) > 1 or not any(p.role is Role.TO for p in live)):
            rest = any(not p.quantity.leads and p.role is Role.POINT for p in live)
            note = "days of cycles only; the other times named are left out" if rest else ""
            return _listed(replace(frame, anchor="first_dose", cap=cap, note=note), days, baseline)
    repeat = next((p for p in live if p.role is Role.EVERY and p.quantity.days[0] > 0), None)
    if repeat is not None:
        return _recurring(frame, repeat, live, cap, end_event)
    if end_event is not None:
        return _until_event(frame, live, cap, end_event, text)
    if not live:
        return _unread(raw, "only the length of a cycle is stated")
    return _spans(frame, text, live, cap, baseline, of_change)


def _recurring(frame: TimeFrame, every: Part, live: list[Part], cap: float | None, end_event: str | None) -> TimeFrame:
    step = every.quantity.days[0]
    unit = every.quantity.unit
    exact = step / unit
    count = float(round(exact)) if abs(exact - round(exact)) < 0.05 and round(exact) else exact
    others = [p for p in live if p is not every and p.role is not Role.EXPECTED]
    limits = [p.quantity.days[-1] for p in others if p.role in {Role.TO, Role.WITHIN} and p.quantity.days[-1] > 0]
    end = max(limits, default=None)
    named = _points([p for p in others if p.role is Role.POINT and not p.quantity.span])
    if end is None and cap is not None:
        return replace(
            frame,
            kind=FrameKind.RECURRING,
            days=_tidy(named),
            start=0.0,
            end=cap,
            cap=cap,
            every=step,
            end_event=end_event,
        )
    repeated: list[float] = []
    if end is not None and end / step <= MOST_POINTS:
        repeated = [days_in(k * count, unit) for k in range(1, int(end / (count * unit) + 0.01) + 1)]
    note = "" if end is not None or end_event else "how long it goes on is not stated"
    if every.quantity.span:
        note = "; ".join(filter(None, ("the interval between visits is a range; the shorter is used", note)))
    days = _tidy(named + repeated)
    return replace(
        frame,
        kind=FrameKind.RECURRING,
        days=days,
        start=0.0,
        end=end,
        cap=cap,
        every=step,
        end_event=end_event,
        note=note,
    )


def _until_event(frame: TimeFrame, live: list[Part], cap: float | None, end_event: str, text: str) -> TimeFrame:
    """From the anchor to an event; an amount in brackets after the event is an expectation unless it says `up to`."""
    approximate = any(p.role is Role.EXPECTED for p in live)
    start = 0.0
    opening = next((p for p in live if re.search(r"\bfrom\W*$", p.left)), None)
    if opening is not None:
        start = opening.quantity.days[0]
    plus = "+" in end_event
    end: float | None = None
    if not plus:
        until = [p.quantity.days[-1] for p in live if p.role is Role.TO and p.quantity.days[-1] > start]
        cap = max([*until, *([cap] if cap is not None else [])], default=None)
        hedge = re.compile(rf"{HEDGE.pattern}[^;,]{{0,20}}$")
        after = [p for p in live if p.role is Role.POINT and p.quantity.start > cue_place(text) and p is not opening]
        plain = [p.quantity.days[-1] for p in after if not hedge.search(p.left) and p.quantity.days[-1] > start]
        end = max(plain, default=None) if cap is None else None
    if plus:
        if opening_anchor(text) is None:
            frame = replace(frame, anchor="study_start")
        caps = [p.quantity.days[-1] for p in live if p.role is Role.CAP and p.anchor not in FLOATING]
        cap = max(caps, default=None)
    listed = [p for p in live if p.role is Role.POINT and p is not opening and p.quantity.start < cue_place(text)]
    days = _tidy(_points(listed)) if listed and not plus else ()
    if days and cap is None and re.search(r"\bwhich ?ever\b|\bor until\b", text):
        # the earlier of a day and an event: the day is the longest time
        cap, end, days = max(days), None, ()
    note = "" if cap is not None or end is not None or plus else _LONG_EVENT_NOTE
    return replace(
        frame,
        kind=FrameKind.EVENT_INTERVAL,
        start=start,
        end=end,
        end_event=end_event,
        cap=cap,
        days=days,
        approximate=approximate,
        note=note,
    )


def _tidy(days: list[float]) -> tuple[float, ...]:
    return tuple(sorted({round(day, 6) + 0.0 for day in days}))[:MOST_POINTS]


def _listed(frame: TimeFrame, days: list[float], baseline: bool) -> TimeFrame:
    tidy = _tidy([*days, 0.0] if baseline else days)
    several = len(tidy) != 1 or frame.anchor == "each_dose"
    return replace(frame, kind=FrameKind.POINTS if several else FrameKind.POINT, days=tidy)


def _spans(
    frame: TimeFrame, text: str, live: list[Part], cap: float | None, baseline: bool, of_change: bool
) -> TimeFrame:
    """Intervals, windows and points: what is left when nothing recurs and no event ends it."""
    if (joined := _joined_span(text, live)) is not None:
        low, high = joined
        start, end = low.quantity.days[0], high.quantity.days[-1]
        return replace(frame, kind=FrameKind.INTERVAL, start=start, end=end)
    ranges = [p for p in live if p.quantity.span and p.role is not Role.EXPECTED]
    points = [p for p in live if p.role is Role.POINT and not p.quantity.span]
    if ranges and (not points or "(" in text[: ranges[0].quantity.start]) and not baseline:
        return _range(frame, ranges[0])
    if ranges and baseline and not points and ranges[0].role is not Role.BEFORE:
        one = ranges[0].quantity
        return replace(frame, kind=FrameKind.WINDOW, start=one.days[0], end=one.days[1])
    ends = [p for p in live if p.role in {Role.TO, Role.WITHIN}]
    if len(live) == 1 and (lone := _lone(frame, live[0])) is not None:
        return lone
    if points and not (baseline and (ends or cap is not None)):
        extra = [p for p in ends if p.role is Role.TO or len(p.quantity.days) > 1]
        listed = _listed(frame, _points(points + extra), baseline)
        return replace(listed, cap=cap) if cap is not None and cap > max(listed.days) else listed
    if ends and len(ends[-1].quantity.days) > 1 and not ends[-1].quantity.span:
        return _listed(frame, _points(ends), baseline)
    before = [p for p in live if p.role is Role.BEFORE]
    if before and not baseline and cap is None:
        return _listed(frame, _points([*before, *points, *ends]), False)
    if ends or cap is not None:
        return _to_an_end(frame, text, ends, points, cap, baseline, of_change)
    return _leftover(frame, text, live, baseline)


def _lone(frame: TimeFrame, part: Part) -> TimeFrame | None:
    """One quantity that runs up to day 0 (`within 6 months prior to`) or on from its day (`from 14 days after`)."""
    first = part.quantity.days[0]
    if part.role is Role.BEFORE and WITHIN.search(part.left) and not part.quantity.span:
        return replace(frame, kind=FrameKind.INTERVAL, start=-first, end=0.0)
    from_there = re.search(r"\b(?:from|since|starting)\W*$", part.left)
    if part.role is Role.POINT and from_there and len(part.quantity.days) == 1:
        return replace(frame, kind=FrameKind.INTERVAL, start=first, end=None, note="no end is stated")
    return None


def _joined_span(text: str, live: list[Part]) -> tuple[Part, Part] | None:
    """Two quantities with `to` or a dash between them (`Day 0 through Day 90`), or `between ... and ...`."""
    for low, high in itertools.pairwise(live):
        between = text[low.quantity.end : high.quantity.start]
        if len(low.quantity.days) > 1 or len(high.quantity.days) > 1 or SPAN_NOT.search(between):
            continue
        joined = JOIN_SPAN.match(between) or (
            re.search(r"\bbetween\b[^;]{0,20}$", low.left) and re.match(r"^[^;,()0-9]{0,25}\band\s?$", between)
        )
        others = [p for p in live if p not in (low, high) and p.role in {Role.POINT, Role.TO, Role.BEFORE}]
        if others and not re.search(r"\([^)]*$", text[: low.quantity.start]):
            continue
        if joined and low.quantity.days[0] < high.quantity.days[-1] and AFTER_BASELINE.match(between) is None:
            return low, high
    return None


def _range(frame: TimeFrame, part: Part) -> TimeFrame:
    """`Days 1-28` is an interval; `21-28 days after` is a window for one visit, unless it begins at 0."""
    low, high = part.quantity.days[0], part.quantity.days[1]
    if part.role is Role.BEFORE:
        return replace(frame, kind=FrameKind.WINDOW, start=-high, end=-low)
    interval = part.quantity.leads or low == 0 or part.role is not Role.POINT or re.search(r"\bfrom\W*$", part.left)
    return replace(frame, kind=FrameKind.INTERVAL if interval else FrameKind.WINDOW, start=low, end=high)


def _to_an_end(
    frame: TimeFrame,
    text: str,
    ends: list[Part],
    points: list[Part],
    cap: float | None,
    baseline: bool,
    of_change: bool,
) -> TimeFrame:
    """From day 0, or from baseline, to the last time that is named."""
    if cap is not None and not ends:
        ends_at: float | None = cap
    else:
        ends_at = max(p.quantity.days[-1] for p in ends)
    cap_kept = cap if ends else None
    below = [day for day in _points(points) if day < 0]
    frame = replace(frame, start=min(below, default=0.0), end=ends_at, cap=cap_kept)
    two_ends = any(p.role is Role.TO for p in ends) and re.search(r"\bbaseline\b", text)
    if baseline and two_ends and not points and cap is None:
        if of_change or CHANGE.search(text):
            return replace(frame, kind=FrameKind.CHANGE, days=_tidy([0.0, ends_at or 0.0]))
        return replace(frame, kind=FrameKind.INTERVAL)
    days = _tidy([day for day in _points(points) if day >= 0])
    return replace(frame, kind=FrameKind.INTERVAL, days=days)


def _leftover(frame: TimeFrame, text: str, live: list[Part], baseline: bool) -> TimeFrame:
    least = [p for p in live if p.role is Role.LEAST]
    if least:
        note = "a shortest time is stated and no longest"
        return replace(_listed(frame, _points(least), baseline), approximate=True, note=note)
    expected = [p for p in live if p.role is Role.EXPECTED]
    if expected and _AT_EVENT.search(text):
        return _unread(frame.raw, "no number: the time is named by an event only", approximate=True)
    if expected:
        note = "only an average is stated; an average is no limit"
        return replace(frame, kind=FrameKind.INTERVAL, start=0.0, end=None, approximate=True, note=note)
    return _listed(frame, _points(live), baseline)


def _as_horizon(frame: TimeFrame, measure: str, outcome_type: OutcomeType | None) -> TimeFrame:
    """A single day read as the end of a horizon from day 0, where the title or the type asks for it."""
    if frame.kind not in {FrameKind.POINT, FrameKind.POINTS} or frame.anchor == "each_dose":
        return frame
    asks = outcome_type in _HORIZON_TYPES or (
        outcome_type in {None, OutcomeType.UNKNOWN, OutcomeType.BINARY}
        and HORIZON_TITLE.search(measure.lower()) is not None
    )
    if not asks:
        return frame
    ahead = [day for day in frame.days if day > 0]
    note = "each day is the end of a horizon from day 0"
    if len(ahead) == 1 and not frame.baseline:
        note = "read as a horizon from day 0, because of what is measured"
        return replace(frame, kind=FrameKind.INTERVAL, days=(), start=0.0, end=ahead[0], note=_add(frame.note, note))
    if ahead:
        return replace(frame, note=_add(frame.note, note))
    return frame


def _add(note: str, more: str) -> str:
    return f"{note}; {more}" if note else more
