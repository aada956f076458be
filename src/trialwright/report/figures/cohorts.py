"""The course of a dose escalation: each participant in order of entry at the level received, DLTs marked by shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.dataset.columns import BACKFILL
from trialwright.report.svg import Drawing, fitted, text_width


@dataclass(frozen=True, slots=True)
class Treated:
    """One participant. `level`: 1 = lowest. `cohort`: 1 = first, `columns.BACKFILL` = entered by backfill. `dlt`: None
    where not assessed or not evaluable."""

    subject: str
    level: int
    cohort: int
    dlt: bool | None
    day: int


def cohorts(participants: Sequence[Treated], doses: Sequence[str], selected: int | None) -> Drawing:
    """Participants from left to right, dose levels from bottom to top; cohorts are set apart by pale bands, and who
    entered by backfill stands outside them, with a B underneath."""
    left, step, row = 190.0, 38.0, 54.0
    width = max(620.0, left + step * len(participants) + 90)
    top = 14.0
    bottom = top + row * len(doses)
    drawing = Drawing(
        width,
        bottom + 78,
        f"Dose level of each of {len(participants)} simulated participants in order of entry",
        " ".join(f"Participant {i}: {_where(p)}, {_said(p.dlt)}." for i, p in enumerate(participants, 1)),
    )
    _bands(drawing, participants, left, step, top, bottom)
    for index, dose in enumerate(doses):
        y = bottom - row * index - row / 2
        drawing.line(left - 8, y, left + step * len(participants) + 6, y, class_="rule")
        name = f"Level {index + 1}" + (" – selected" if selected == index + 1 else "")
        drawing.text(left - 16, y - 2, name, anchor="end", class_="b")
        drawing.text(left - 16, y + 14, fitted(dose, left - 20, 12), size=12, anchor="end", class_="q")
    for number, person in enumerate(participants):
        x = left + step * (number + 0.5)
        y = bottom - row * (person.level - 0.5)
        tip = f"{person.subject}, {_where(person)}, entered on day {person.day}: {_said(person.dlt)}"
        _mark(drawing, x, y, person.dlt, tip)
        name = f"{number + 1}{'B' if person.cohort == BACKFILL else ''}"
        drawing.text(x, bottom + 18, name, size=12, anchor="middle", class_="q")
    key = "participant in order of entry; pale bands are cohorts"
    key += "; B: entered by backfill" if any(person.cohort == BACKFILL for person in participants) else ""
    drawing.text(left, bottom + 38, key, size=12, class_="q")
    _legend(drawing, left, bottom + 60)
    return drawing


def _bands(
    drawing: Drawing, participants: Sequence[Treated], left: float, step: float, top: float, bottom: float
) -> None:
    start = 0
    for index in range(1, len(participants) + 1):
        if index == len(participants) or participants[index].cohort != participants[start].cohort:
            if participants[start].cohort != BACKFILL:
                wide = step * (index - start) - 4
                drawing.box(left + step * start + 2, top, wide, bottom - top, class_="soft", radius=3)
            start = index


def _mark(drawing: Drawing, x: float, y: float, dlt: bool | None, tip: str) -> None:
    if dlt:
        drawing.circle(x, y, 11, class_="bad", tip=tip)
        drawing.line(x - 4.5, y - 4.5, x + 4.5, y + 4.5, class_="cross")
        drawing.line(x - 4.5, y + 4.5, x + 4.5, y - 4.5, class_="cross")
    else:
        drawing.circle(x, y, 10.5, class_="open" if dlt is False else "unknown", tip=tip)


def _legend(drawing: Drawing, x: float, y: float) -> None:
    for dlt, text in ((False, "no DLT"), (True, "DLT"), (None, "not evaluable")):
        _mark(drawing, x + 11, y, dlt, "")
        drawing.text(x + 28, y + 4.5, text, size=12.5)
        x += 28 + text_width(text, 12.5) + 26


def _where(person: Treated) -> str:
    return f"level {person.level}{' by backfill' if person.cohort == BACKFILL else ''}"


def _said(dlt: bool | None) -> str:
    return {True: "dose-limiting toxicity", False: "no dose-limiting toxicity", None: "not evaluable"}[dlt]
