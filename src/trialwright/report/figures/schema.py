"""The schema of a trial: who enters, how they are allocated or escalated, what they receive and when."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.protocol.arms import Arm
from trialwright.protocol.dosing import DoseLevel
from trialwright.protocol.kinds import Escalation, Parallel, SelectThenCompare, SingleArm
from trialwright.protocol.protocol import Protocol
from trialwright.protocol.schedule import Encounter
from trialwright.report import numbers, wording
from trialwright.report.figures.lanes import LABEL_WIDTH, Days, axis_days, day_axis, lane, lane_height
from trialwright.report.svg import Drawing, fitted, wrapped

WIDTH = 880.0
ENTRY = 132.0


def schema(protocol: Protocol) -> Drawing | None:
    """The schema of the whole trial, or None where the protocol has no arms."""
    arms = {arm.id: arm for arm in protocol.arms}
    drawing = Drawing(WIDTH, 0, f"Schema of the trial: {wording.design(protocol.design)}", _described(protocol))
    match protocol.design:
        case Escalation() as kind:
            y = _staircase(drawing, 0, protocol, kind)
            y = _per_participant(drawing, y, _chosen(arms, kind.arms), protocol.schedule)
        case SelectThenCompare(escalation, comparison):
            y = _staircase(drawing, 0, protocol, escalation)
            y = _bridge(drawing, y)
            y = _parallel(drawing, y, _chosen(arms, comparison.arms), protocol, comparison)
        case Parallel() as kind:
            y = _parallel(drawing, 0, _chosen(arms, kind.arms), protocol, kind)
        case SingleArm(arm=arm):
            y = _parallel(drawing, 0, _chosen(arms, (arm,)), protocol, None)
        case _:
            if not arms:
                return None
            y = _parallel(drawing, 0, tuple(arms.values()), protocol, None)
    drawing.height = y
    return drawing


def _chosen(arms: dict[str, Arm], ids: Sequence[str]) -> tuple[Arm, ...]:
    return tuple(arms[name] for name in ids if name in arms)


def _described(protocol: Protocol) -> str:
    lines = [f"{wording.enrolment(protocol)}; {wording.design(protocol.design)}."]
    for level in protocol.dose_levels:
        lines.append(f"Dose level {level.number}: {numbers.dose(level.dose)}.")
    for arm in protocol.arms:
        given = "; ".join(wording.treatment(item) for item in arm.treatments) or "treatment not stated"
        lines.append(f"{arm.label} ({arm.role.value}, {wording.size_of(arm)}): {given}.")
    return " ".join(lines)


def _entry_lines(protocol: Protocol) -> list[str]:
    return wrapped(wording.enrolment(protocol), ENTRY - 18, 12, 4)


def _entry_height(protocol: Protocol) -> float:
    return 50 + 15 * len(_entry_lines(protocol))


def _entry(drawing: Drawing, y: float, room: float, protocol: Protocol) -> None:
    """The box through which everybody enters, in the middle of the room."""
    tall = _entry_height(protocol)
    top = y + (room - tall) / 2
    drawing.box(0.6, top, ENTRY, tall)
    after = drawing.lines(11, top + 20, ["Eligible", "participants"], class_="b", leading=1.25)
    drawing.lines(11, after + 1, _entry_lines(protocol), size=12, class_="q", leading=1.25)


def _parallel(drawing: Drawing, y: float, arms: tuple[Arm, ...], protocol: Protocol, kind: Parallel | None) -> float:
    """Arms side by side, with the point of allocation before them; returns where the figure goes on."""
    several = len(arms) > 1
    fork = ENTRY + 82
    start = fork + 44 if several else ENTRY + 34
    days = Days(axis_days(arms, protocol.schedule), start + LABEL_WIDTH + 20, WIDTH - 6)
    heights = [lane_height(arm, days) for arm in arms]
    total = sum(heights) - 14
    entry = _entry_height(protocol)
    room = max(total, entry)
    middle = y + 1 + room / 2
    _entry(drawing, y + 1, room, protocol)
    visits = {visit.day for visit in protocol.schedule}
    top = y + 1 + (room - total) / 2
    centres = []
    for arm, height in zip(arms, heights, strict=True):
        centres.append(top + (height - 14) / 2)
        lane(drawing, arm, start, top, days, visits)
        top += height
    drawing.line(ENTRY, middle, fork if several else start - 2, middle)
    if several:
        drawing.line(fork, centres[0], fork, centres[-1])
        for centre in centres:
            drawing.arrow(fork, centre, start - 2, centre)
        _allocation(drawing, fork, middle, kind)
    else:
        drawing.arrow(ENTRY, middle, start - 2, middle)
    return top + day_axis(drawing, top - 6, days)


def _allocation(drawing: Drawing, x: float, y: float, kind: Parallel | None) -> None:
    """The mark where participants are allocated: R with the ratio, or words that say that there is no randomisation."""
    if kind is not None and kind.randomised:
        drawing.circle(x, y, 16, class_="strong")
        drawing.text(x, y + 5, "R", size=15, anchor="middle", class_="b")
        words = [wording.ratio(kind)] if kind.ratio else ["ratio", "not stated"]
        words = words if len(words[0]) <= 9 else wrapped(words[0].replace(":", ": "), 60, 12, 2)
    else:
        drawing.circle(x, y, 4, class_="head")
        words = ["not", "randomised"] if kind is not None else ["groups"]
    drawing.lines(x - 20, y + 19, words, size=12, anchor="end", class_="q", leading=1.2)


def _staircase(drawing: Drawing, y: float, protocol: Protocol, kind: Escalation) -> float:
    """Dose levels as rising steps."""
    levels = protocol.dose_levels or tuple(DoseLevel(i + 1, f"Level {i + 1}", None, "") for i in range(kind.levels))
    left, end = ENTRY + 36, 128.0
    gap = 26.0 if len(levels) <= 5 else 12.0
    width = min(168.0, (WIDTH - left - end - 30 - gap * len(levels)) / max(1, len(levels)))
    rise = 34.0 if len(levels) <= 5 else 20.0
    box_height = 64.0
    height = box_height + rise * (len(levels) - 1) + 14
    for index, level in enumerate(levels):
        x = left + index * (width + gap)
        top = y + 8 + rise * (len(levels) - 1 - index)
        drawing.box(x, top, width, box_height, class_="strong")
        drawing.text(x + 10, top + 20, fitted(f"Level {level.number}", width - 16, 13, True), class_="b")
        drawing.lines(x + 10, top + 38, wrapped(numbers.dose(level.dose), width - 18, 12.5, 2), size=12.5, leading=1.2)
        if index:
            before = x - gap
            drawing.arrow(before + 1, top + box_height - 14, x - 2, top + box_height - 14)
        else:
            drawing.arrow(ENTRY, top + box_height / 2, x - 2, top + box_height / 2)
    last = left + len(levels) * (width + gap) - gap
    drawing.arrow(last, y + 8 + box_height / 2, last + 26, y + 8 + box_height / 2)
    drawing.box(last + 28, y + 8, WIDTH - last - 30, box_height)
    drawing.lines(last + 38, y + 28, ["Selected dose"], class_="b")
    drawing.lines(
        last + 38,
        y + 46,
        wrapped("maximum tolerated or recommended dose", WIDTH - last - 46, 12, 2),
        size=12,
        class_="q",
    )
    entry = _entry_height(protocol)
    middle = y + 8 + rise * (len(levels) - 1) + box_height / 2
    _entry(drawing, middle - entry / 2, entry, protocol)
    height = max(height, middle + entry / 2 - y - 8)
    window = f"DLT window {kind.dlt_window} days" if kind.dlt_window is not None else "DLT window not stated"
    text = f"Cohorts of {kind.cohort_size}; {window}; next level only when the rule allows it (rule: {kind.rule})"
    y += height + 18
    drawing.text(left, y, fitted(text, WIDTH - left, 12.5), size=12.5, class_="q", tip=text)
    return y + 14


def _bridge(drawing: Drawing, y: float) -> float:
    drawing.line(0, y + 12, WIDTH, y + 12, class_="rule")
    drawing.text(0, y + 34, "Part 2: the selected dose in parallel arms", class_="b")
    return y + 46


def _per_participant(drawing: Drawing, y: float, arms: tuple[Arm, ...], schedule: Sequence[Encounter]) -> float:
    """One lane for all dose levels, where all receive their dose on the same days."""
    if not arms:
        return y
    regimens = {tuple(item.dosing.days for item in arm.treatments) for arm in arms}
    days = Days(axis_days(arms, schedule), ENTRY + 36, WIDTH - 8)
    if len(days.values) < 2:
        return y
    drawing.line(0, y + 6, WIDTH, y + 6, class_="rule")
    drawing.text(0, y + 34, "Each participant", class_="b")
    base = y + 34
    drawing.line(days.left, base, days.right, base)
    visits = {visit.day for visit in schedule}
    dosed = {day for item in arms[0].treatments for day in item.dosing.days or ()} if len(regimens) == 1 else set()
    for day in days.values:
        if day in visits:
            drawing.line(days.x(day), base - 4, days.x(day), base + 4, class_="axis")
    for day in dosed:
        _mark(drawing, days, day, base)
    return base + 8 + day_axis(drawing, base + 8, days)


def _mark(drawing: Drawing, days: Days, day: int, base: float) -> None:
    x = days.x(day)
    drawing.path([(x - 6.5, base - 12), (x + 6.5, base - 12), (x, base - 1)], class_="dose", closed=True)
