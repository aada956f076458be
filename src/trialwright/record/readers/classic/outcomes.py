"""The outcomes of the classic page: `measure [ Time Frame: ... ]description`, with or without levels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from trialwright.core.problem import Severity
from trialwright.record.readers.classic import layout as layout
from trialwright.record.readers.classic import values as values
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.strays import is_strange
from trialwright.record.readers.page.text import Piece

_LEVEL = re.compile(
    r"(?:Original |Current )?(Primary|Secondary|Other)(?: Pre-specified)? Outcome Measures?\s*:?\s*\|?\Z"
)
_BULLET = re.compile(r"(?:[-*•]|\d{1,3}\.)\s+")
_FRAME = "[ Time Frame:"
_SAFETY = re.compile(r"\[ Designated as safety issue: \w+ \]\s*")
MODULE = "outcomesModule"
# what is kept of the participants stands under the outcomes of an observational study
BESIDE = {name: label for name, label in layout.LABELS[layout.DESIGN].items() if name.startswith("Biospecimen")}
_LISTS = {"Primary": "primaryOutcomes", "Secondary": "secondaryOutcomes", "Other": "otherOutcomes"}
LOST_NOTE = "the headings of the levels are lost; the first outcomes are presumably the primary ones"


@dataclass(slots=True)
class _Found:
    level: str
    measure: Piece
    frame: Piece | None
    text: list[Piece] = field(default_factory=list)


def has_frame(piece: Piece) -> bool:
    """Whether a line is an outcome with its time frame."""
    return _FRAME in piece.text


def read(sheet: Sheet, lines: Sequence[Piece]) -> None:
    """All outcomes. Without any heading of a level they go to the other outcomes, and the level is ambiguous."""
    level = ""
    found: list[_Found] = []
    rest = next((i for i, piece in enumerate(lines) if values.label_of_line(piece, BESIDE)), len(lines))
    values.read_labels(sheet, lines[rest:], BESIDE)
    for piece in lines[:rest]:
        if heading := _LEVEL.match(piece.text):
            level = heading.group(1)
            sheet.mark(piece)
        elif has_frame(piece) or (level and _BULLET.match(piece.text) and not _described(found, level)):
            found.append(_outcome(piece, level))
        elif values.is_marker(piece):
            sheet.mark(piece)
        elif found:
            found[-1].text.append(piece)
    for outcome in found:
        name = f"{MODULE}.{_LISTS.get(outcome.level, 'otherOutcomes')}"
        path = f"{name}[{len(sheet.value(name) or ())}]"
        _write(sheet, path, outcome)
        if not outcome.level:
            sheet.doubt(path, LOST_NOTE)
    if any(not outcome.level for outcome in found):
        _levels_lost(sheet, [outcome.measure for outcome in found if not outcome.level])


def _described(found: Sequence[_Found], level: str) -> bool:
    """Whether a bullet without a time frame belongs to a description: it follows an outcome that has a time frame."""
    return bool(found) and found[-1].level == level and found[-1].frame is not None


def _outcome(piece: Piece, level: str) -> _Found:
    bullet = _BULLET.match(piece.text)
    start = bullet.end() if bullet else 0
    at = piece.text.find(_FRAME, start)
    if at < 0:
        return _Found(level, piece.part(start), None)
    begin = at + len(_FRAME)
    end = piece.text.find(" ]", begin)
    end = end + 1 if end >= 0 else piece.text.find("]", begin)
    if end < 0:
        return _Found(level, piece.part(start, at), piece.part(begin))
    rest = _SAFETY.match(piece.text, end + 1)
    after = piece.part(rest.end() if rest else end + 1)
    return _Found(level, piece.part(start, at), piece.part(begin, end), [after] if after.text else [])


def _write(sheet: Sheet, path: str, outcome: _Found) -> None:
    sheet.put(path + ".measure", outcome.measure.text, outcome.measure)
    values.lost_powers(sheet, path + ".measure", [outcome.measure])
    if outcome.frame is not None and outcome.frame.text:
        sheet.put(path + ".timeFrame", outcome.frame.text, outcome.frame)
    if outcome.text:
        sheet.question(piece for piece in outcome.text if piece.line != outcome.measure.line and is_strange(piece))
        values.text(sheet, path + ".description", outcome.text)


def _levels_lost(sheet: Sheet, measures: Sequence[Piece]) -> None:
    readings = ("all are primary", "the first is primary, the others are secondary", "some other division")
    sheet.undecided(MODULE, readings, measures, LOST_NOTE)
    sheet.lost((f"{MODULE}.primaryOutcomes", f"{MODULE}.secondaryOutcomes"), LOST_NOTE)
    sheet.say(
        "READ-105",
        Severity.WARNING,
        f"{len(measures)} outcomes stand without the headings of primary and secondary outcomes; "
        "they are kept as other outcomes",
        MODULE,
        measures,
        expected="the headings 'Primary Outcome Measures' and 'Secondary Outcome Measures'",
        mend="see in the registry which outcomes are primary",
    )
