"""Reads the text of the classic ClinicalTrials.gov record page, with or without its headings."""

from __future__ import annotations

import re

from trialwright.record.readers import saved_html
from trialwright.record.readers.classic import arms as classic_arms
from trialwright.record.readers.classic import eligibility as classic_eligibility
from trialwright.record.readers.classic import layout as layout
from trialwright.record.readers.classic import more as classic_more
from trialwright.record.readers.classic import outcomes as classic_outcomes
from trialwright.record.readers.classic import people as classic_people
from trialwright.record.readers.classic import values as values
from trialwright.record.readers.explorer import layout as explorer_layout
from trialwright.record.readers.page.sections import Section, cut
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.text import Piece
from trialwright.record.reading import Reading

_SIGNS = (
    "ClinicalTrials.gov Identifier:",
    "Recruitment Status",
    "Condition or disease | Intervention/treatment",
    "Study Type :",
    "Ages Eligible for Study:",
    "Please refer to this study by its ClinicalTrials.gov identifier (NCT number):",
    "Studies a U.S. FDA-regulated Drug Product:",
)
_NEEDED = 3
_ACRONYM = re.compile(r".*\(([^()]{2,14})\)\Z")  # an acronym has at most 14 characters
_OPENERS = re.compile("|".join(re.escape(start) for starts in layout.ZONES.values() for start, _ in starts))
TITLE = "identificationModule.briefTitle"
_RESULTS = {"no results posted": False, "study results": True}


def recognises(text: str) -> bool:
    """Whether the text holds enough of the labels of the classic page, and none of the other page's sentences."""
    if saved_html.recognises(text) or any(hint in text for hint in explorer_layout.SECTIONS.values() if hint):
        return False
    return sum(sign in text for sign in _SIGNS) >= _NEEDED


def read(text: str) -> Reading:
    """The study on a classic page; never raises.

    Where the rendering has dropped the page's headings, what stood under them is lost, else it is absent.
    """
    sheet = Sheet(text)
    sections = _zones(sheet.lines)
    for section in sections:
        _zone(sheet, section)
    classic_more.responsible_party(sheet)
    if "interventions" in sheet.held:  # a page without the table of the arms
        classic_arms.arms(sheet, ())
    _what_is_lost(sheet, with_headings=_with_headings(sheet.lines))
    return sheet.reading()


def _with_headings(lines: list[Piece]) -> bool:
    """Whether the rendering has kept the page's headings."""
    shown = {piece.text.strip(" |") for piece in lines}
    return sum(heading in shown for heading in layout.HEADINGS) >= 2


def _zones(lines: list[Piece]) -> list[Section]:
    """The zones of the page, which come in one order; each begins with its heading or with its first label."""
    order = list(layout.ZONES)

    def opens(index: int, current: str) -> tuple[str, int]:
        piece = lines[index]
        if _OPENERS.match(piece.text) is None and not classic_outcomes.has_frame(piece):
            return "", 0
        for zone in order[order.index(current) + 1 :]:
            for start, marker in layout.ZONES[zone]:
                if piece.text.startswith(start) and _opens(zone, piece):
                    return zone, int(marker)
            late = order.index(current) >= order.index(layout.DESIGN)
            if zone == layout.OUTCOMES and late and classic_outcomes.has_frame(piece):
                return zone, 0
        return "", 0

    return cut(lines, opens)


def _opens(zone: str, piece: Piece) -> bool:
    """Whether a line that begins as a zone's first line may be one: an arm's table has a column of interventions."""
    return zone != layout.ARMS or "|" not in piece.text or "treatment" in piece.text


def _zone(sheet: Sheet, section: Section) -> None:
    sheet.mark(*section.markers)
    match section.title:
        case layout.HEADER:
            _header(sheet, section)
        case layout.DESCRIPTION:
            _descriptions(sheet, section)
        case layout.CONDITIONS:
            columns = max((len([c for c in p.cells() if c.text]) for p in section.markers), default=3)
            classic_arms.condition_table(sheet, section.lines, columns)
        case layout.DESIGN:
            values.read_labels(sheet, section.lines, layout.LABELS[layout.DESIGN])
        case layout.ARMS:
            table = [p for p in section.lines if not p.text.startswith(("Arm |", "Group/Cohort |"))]
            sheet.mark(*(p for p in section.lines if p not in table))
            classic_arms.arms(sheet, table)
        case layout.OUTCOMES:
            classic_outcomes.read(sheet, section.lines)
        case layout.ELIGIBILITY:
            classic_eligibility.read(sheet, section.lines)
        case layout.CONTACTS:
            classic_people.read(sheet, (*section.markers, *section.lines))
        case layout.MORE:
            classic_more.read(sheet, section.lines)


def _header(sheet: Sheet, section: Section) -> None:
    """The title, the states and dates, the sponsor's box and the tabs."""
    lines = section.lines
    for piece in lines:
        posted = _RESULTS.get(piece.text.strip(" |").removeprefix("- ").strip().casefold())
        if posted is not None and not sheet.has("hasResults"):
            sheet.put("hasResults", posted, piece)

    def otherwise(index: int) -> int:
        piece = lines[index]
        if not sheet.has(TITLE) and not sheet.has("identificationModule.nctId"):
            sheet.put(TITLE, piece.text.rstrip(" |"), piece, "the first line of the page")
            _acronym(sheet, piece)
            return 1
        return int(values.status_line(sheet, piece))

    values.read_labels(sheet, lines, layout.LABELS[layout.HEADER], otherwise)
    if sheet.value("statusModule.resultsFirstPostDateStruct.date"):
        sheet.put("hasResults", True, (), "the page says when results were first posted")


def _acronym(sheet: Sheet, title: Piece) -> None:
    """The page puts the acronym in brackets after the title, where a title may have brackets of its own."""
    if found := _ACRONYM.match(title.text):
        note = "brackets at the end of the title may hold the acronym or belong to the title"
        sheet.undecided("identificationModule.acronym", (found.group(1), "none"), (title,), note)
        without = title.text[: found.start(1) - 1].rstrip()
        sheet.put(TITLE, title.text, title, note, (title.text, without))


def _descriptions(sheet: Sheet, section: Section) -> None:
    """The brief summary and the detailed description under their headings."""
    bodies: dict[str, list[Piece]] = {}
    current = ""
    for piece in section.lines:
        bare = piece.text.strip(" |")
        if bare in ("Brief Summary:", "Detailed Description:"):
            current = bare
            sheet.mark(piece)
        elif current and not values.is_marker(piece):
            bodies.setdefault(current, []).append(piece)
        elif values.is_marker(piece):
            sheet.mark(piece)
    for heading, path in (("Brief Summary:", "briefSummary"), ("Detailed Description:", "detailedDescription")):
        if bodies.get(heading):
            values.text(sheet, "descriptionModule." + path, bodies[heading])


def _what_is_lost(sheet: Sheet, *, with_headings: bool) -> None:
    """Mark what the page never shows and, without its headings, what stood under them."""
    sheet.lost(layout.NEVER_SHOWN, "this page does not show it")
    if with_headings:
        return
    note = "the rendering has dropped the page's headings and what stood directly under them"
    sheet.lost((path for path in layout.UNDER_HEADINGS if sheet.value(path) is None), note)
    for index in range(len(sheet.value(classic_people.SITES) or ())):
        path = f"{classic_people.SITES}[{index}]"
        if sheet.value(path + ".status") is None:
            sheet.lost((path + ".status", path + ".contacts"), note)
