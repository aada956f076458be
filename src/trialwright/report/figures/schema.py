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
LEFT = ENTRY + 36
MOST_STEPS = 5


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


def _entry_height(words: str) -> float:
    return 50 + 15 * len(wrapped(words, ENTRY - 18, 12, 4))


def _entry(drawing: Drawing, y: float, room: float, words: str) -> None:
    """The box through which everybody enters, in the middle of the room; `words`: how many they are."""
    tall = _entry_height(words)
    top = y + (room - tall) / 2
    drawing.box(0.6, top, ENTRY, tall)
    after = drawing.lines(11, top + 20, ["Eligible", "participants"], class_="b", leading=1.25)
    drawing.lines(11, after + 1, wrapped(words, ENTRY - 18, 12, 4), size=12, class_="q", leading=1.25)


def _parallel(drawing: Drawing, y: float, arms: tuple[Arm, ...], protocol: Protocol, kind: Parallel | None) -> float:
    """Arms side by side, with the point of allocation before them; returns where the figure goes on."""
    several = len(arms) > 1
    fork = ENTRY + 92
    start = fork + 44 if several else ENTRY + 34
    days = Days(axis_days(arms, protocol.schedule), start + LABEL_WIDTH + 20, WIDTH - 6)
    heights = [lane_height(arm, days) for arm in arms]
    total = sum(heights) - 14
    words = wording.enrolment(protocol) if y == 0 else _second_part(kind)
    entry = _entry_height(words)
    room = max(total, entry)
    middle = y + 1 + room / 2
    _entry(drawing, y + 1, room, words)
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


def _second_part(kind: Parallel | None) -> str:
    """How many take part in the second part of a trial."""
    return f"{kind.size} in part 2" if kind is not None and kind.size else "number in part 2 not stated"


def _staircase(drawing: Drawing, y: float, protocol: Protocol, kind: Escalation) -> float:
    """Dose levels as rising steps: boxes side by side, or a ladder where there are many."""
    levels = protocol.dose_levels or tuple(DoseLevel(i + 1, f"Level {i + 1}", None, "") for i in range(kind.levels))
    if len(levels) > MOST_STEPS:
        last, top, bottom = _ladder(drawing, y, levels)
    else:
        last, top, bottom = _steps(drawing, y, levels)
    words = wording.enrolment(protocol)
    entry = _entry_height(words)
    _entry(drawing, bottom - entry / 2, entry, words)
    drawing.arrow(ENTRY, bottom, LEFT - 2, bottom)
    drawing.arrow(last, top, last + 26, top)
    drawing.box(last + 28, top - 32, WIDTH - last - 30, 64)
    drawing.text(last + 38, top - 12, "Selected dose", class_="b")
    shown = wrapped("maximum tolerated or recommended dose", WIDTH - last - 44, 12, 2)
    drawing.lines(last + 38, top + 6, shown, size=12, class_="q")
    window = f"DLT window {kind.dlt_window} days" if kind.dlt_window is not None else "DLT window not stated"
    text = f"Cohorts of {kind.cohort_size}; {window}; next level only when the rule allows it (rule: {kind.rule})"
    y = bottom + max(32.0, entry / 2) + 22
    drawing.text(LEFT, y, fitted(text, WIDTH - LEFT, 12.5), size=12.5, class_="q", tip=text)
    return y + 14


def _steps(drawing: Drawing, y: float, levels: Sequence[DoseLevel]) -> tuple[float, float, float]:
    """Boxes side by side, each higher than the last; returns the right edge, and the middles of the last and first."""
    gap, rise, tall = 26.0, 34.0, 64.0
    width = min(168.0, (WIDTH - LEFT - 158 - gap * len(levels)) / len(levels))
    for index, level in enumerate(levels):
        x, top = LEFT + index * (width + gap), y + 8 + rise * (len(levels) - 1 - index)
        drawing.box(x, top, width, tall, class_="strong")
        drawing.text(x + 10, top + 20, f"Level {level.number}", class_="b")
        drawing.lines(x + 10, top + 38, wrapped(numbers.dose(level.dose), width - 18, 12.5, 2), size=12.5, leading=1.2)
        if index:
            drawing.arrow(x - gap + 1, top + tall - 14, x - 2, top + tall - 14)
    last = LEFT + len(levels) * (width + gap) - gap
    return last, y + 8 + tall / 2, y + 8 + rise * (len(levels) - 1) + tall / 2


def _ladder(drawing: Drawing, y: float, levels: Sequence[DoseLevel]) -> tuple[float, float, float]:
    """One line for each level, the lowest at the bottom; returns as `_steps` does."""
    tall, width = 28.0, 300.0
    shift = min(22.0, (WIDTH - LEFT - 158 - width) / len(levels))
    for index, level in enumerate(levels):
        x, top = LEFT + index * shift, y + 22 + (tall + 4) * (len(levels) - 1 - index)
        drawing.box(x, top, width, tall, class_="strong")
        drawing.text(x + 10, top + 19, f"Level {level.number}", class_="b")
        drawing.text(x + 84, top + 19, fitted(numbers.dose(level.dose), width - 92, 12.5), size=12.5)
    last = LEFT + (len(levels) - 1) * shift + width
    return last, y + 22 + tall / 2, y + 22 + (tall + 4) * (len(levels) - 1) + tall / 2


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
