"""Lanes: what each arm receives and when, over days that are evenly spaced, not to scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.protocol.arms import Arm
from trialwright.protocol.schedule import Encounter
from trialwright.report import numbers, wording
from trialwright.report.svg import Drawing, text_width, wrapped

LABEL_WIDTH = 184.0
ROW_TEXT = 17.0


@dataclass(frozen=True, slots=True)
class Days:
    """The days on a lane's axis and where each stands, in px."""

    values: tuple[int, ...]
    left: float
    right: float

    def x(self, day: int) -> float:
        """The place of a day; evenly spaced."""
        if len(self.values) < 2:
            return self.left + 14
        return self.left + 14 + (self.right - self.left - 28) * self.values.index(day) / (len(self.values) - 1)


def axis_days(arms: Sequence[Arm], schedule: Sequence[Encounter], most: int = 18) -> tuple[int, ...]:
    """Dosing days and planned encounters in order; where there are too many, the encounters are thinned evenly."""
    dosing = {day for arm in arms for item in arm.treatments for day in item.dosing.days or ()}
    visits = sorted({visit.day for visit in schedule} - dosing)
    room = max(2, most - len(dosing))
    if len(visits) > room:
        visits = sorted({visits[round(i * (len(visits) - 1) / (room - 1))] for i in range(room)})
    return tuple(sorted(dosing | set(visits) | {0}))


def _given(arm: Arm, width: float) -> list[str]:
    """What an arm receives in lines: at most four treatments of at most two lines each."""
    texts = [wording.treatment(item) for item in arm.treatments] or ["treatment not stated"]
    shown = texts if len(texts) <= 4 else [*texts[:3], f"and {len(texts) - 3} more"]
    return [line for text in shown for line in wrapped(text, width, 12.5, 2)]


def _label(arm: Arm) -> tuple[list[str], list[str]]:
    """The lines of an arm's box: its label, then its role and size."""
    return wrapped(arm.label, LABEL_WIDTH - 22, 13, 3, bold=True), [arm.role.value, wording.size_of(arm)]


def lane_height(arm: Arm, days: Days) -> float:
    """The height that an arm's lane needs, in px, with the gap below it."""
    label, small = _label(arm)
    box = 14 + 16.5 * len(label) + 15.5 * len(small)
    return max(box, ROW_TEXT * len(_given(arm, days.right - days.left)) + 30) + 14


def lane(drawing: Drawing, arm: Arm, x: float, y: float, days: Days, visits: set[int]) -> None:
    """One arm: its box, its treatments in words, and a line with a mark at each dose and each encounter."""
    height = lane_height(arm, days) - 14
    label, small = _label(arm)
    drawing.box(x, y, LABEL_WIDTH, height, class_="box" if arm.role.is_control else "strong")
    after = drawing.lines(x + 11, y + 20, label, class_="b", leading=16.5 / 13)
    drawing.lines(x + 11, after, small, size=12, class_="q", leading=15.5 / 12)
    drawing.lines(days.left, y + 12, _given(arm, days.right - days.left), size=12.5, leading=ROW_TEXT / 12.5)
    base = y + height - 5
    drawing.line(days.left, base, days.right, base, class_="line")
    for day in days.values:
        if day in visits:
            drawing.line(days.x(day), base - 4, days.x(day), base + 4, class_="axis")
    for day in sorted({day for item in arm.treatments for day in item.dosing.days or ()}):
        triangle(drawing, days.x(day), base)


def triangle(drawing: Drawing, x: float, base: float) -> None:
    """The mark of an administration: a filled triangle that points at the day."""
    drawing.path([(x - 6.5, base - 12), (x + 6.5, base - 12), (x, base - 1)], class_="dose", closed=True)


def day_axis(drawing: Drawing, y: float, days: Days) -> float:
    """The labels of the days; returns the height used."""
    free = -1e9
    for day in days.values:
        text = numbers.count(day)
        x, half = days.x(day), text_width(numbers.count(day), 12) / 2
        if x - half < free:
            continue
        drawing.text(x, y + 12, text, size=12, anchor="middle", class_="q")
        free = x + half + 5
    drawing.text(days.left, y + 31, "Day after first dose (evenly spaced, not to scale)", size=12, class_="q")
    return 42.0
