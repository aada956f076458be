"""The eligibility zone of the classic page: labels, the study population, and the criteria."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.record.readers.classic import layout as layout
from trialwright.record.readers.classic import values as values
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.strays import strays_in_list
from trialwright.record.readers.page.text import Piece

CRITERIA = layout.ELIGIBLE + "eligibilityCriteria"
_LABELS = layout.LABELS[layout.ELIGIBILITY]
_HEADINGS = ("inclusion criteria", "exclusion criteria")
_BULLETS = ("- ", "• ", "· ", "* ")


def read(sheet: Sheet, lines: Sequence[Piece]) -> None:
    """The labels first; the criteria begin at their heading, or after the last label."""
    start = _criteria_start(lines)
    head = lines[:start]

    def population(index: int) -> int:
        if head[index].text.strip(" :|").casefold() != "study population":
            return 0
        following = [p for p in head[index + 1 :] if not values.label_of_line(p, _LABELS) and not values.is_marker(p)]
        run = 0
        while run < len(following) and following[run] is head[index + 1 + run]:
            run += 1
        sheet.mark(head[index])
        if run:
            pieces = [cell for piece in following[:run] for cell in piece.cells() if cell.text]
            values.text(sheet, layout.ELIGIBLE + "studyPopulation", pieces)
        return run + 1

    values.read_labels(sheet, head, _LABELS, population)
    _criteria(sheet, lines[start:])


def _criteria_start(lines: Sequence[Piece]) -> int:
    """The index of the first line of the criteria: after their heading, else after the last label of the zone.

    Sentences between the last label and `Inclusion Criteria` belong to the criteria, but for the study population.
    """
    start = 0
    population = False
    for index, piece in enumerate(lines):
        bare = piece.text.strip(" :|").casefold()
        if bare == "criteria":
            return index + 1
        if bare.endswith(_HEADINGS):
            return index if population else start
        if values.label_of_line(piece, _LABELS):
            start, population = index + 1, False
        elif bare == "study population":
            population = True
    return start if start else len(lines)


def _criteria(sheet: Sheet, lines: Sequence[Piece]) -> None:
    """The criteria as CommonMark. Each non-blank line of the text has its place in the entry's `where`, in order."""
    used: list[Piece] = []
    composed = ""
    was_listed = False
    edge = min((piece.column for piece in lines if piece.is_list_item), default=1)
    for piece in lines:
        if values.is_marker(piece):
            sheet.mark(piece)
            continue
        bullet = piece.text.startswith(_BULLETS)
        text = "* " + piece.text[2:].lstrip() if bullet else piece.text.rstrip(" |")
        listed = bullet or piece.is_list_item
        goes_on = was_listed and not listed and not text.endswith(":")  # a further line of the item above
        indent = "  " if goes_on else " " * min(max(0, piece.column - edge), 8) if listed else ""
        if composed:
            composed += "\n" if (listed and was_listed) or goes_on else "\n\n"
        composed += indent + text
        used.append(piece)
        was_listed = listed or goes_on
    if used:
        sheet.put(CRITERIA, composed, used)
        sheet.question(strays_in_list(used))
        values.lost_powers(sheet, CRITERIA, used)
