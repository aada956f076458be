"""The sections of the third-party page that look alike with and without labels."""

from __future__ import annotations

import re

from trialwright.core.problem import Severity
from trialwright.record.readers.explorer import layout as layout
from trialwright.record.readers.page.sections import Section
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.strays import is_strange
from trialwright.record.readers.page.terms import NCT, count, iso_date, says_no_count
from trialwright.record.readers.page.text import Piece, paragraphs
from trialwright.record.readers.page.undivided import undivided_conditions
from trialwright.record.terms import PHASE, code_of

_ID = re.compile(r"NCT ID:\s*(\S+)\s*\Z")
_UPDATED = re.compile(r"Last Updated:\s*(\S.*)\Z")
_RELATED = re.compile(r"NCT\d{8}\Z", re.IGNORECASE)
NOTHING = ("-", "–", "N/A")


def header(sheet: Sheet, section: Section) -> None:
    """The title, the NCT number and the day of the last update."""
    title: list[Piece] = []
    for piece in section.lines:
        if (found := _ID.match(piece.text)) and not sheet.has("identificationModule.nctId"):
            value = piece.part(found.start(1))
            if NCT.fullmatch(value.text):
                sheet.put("identificationModule.nctId", value.text.upper(), value)
        elif (found := _UPDATED.match(piece.text)) and not sheet.has("statusModule.lastUpdatePostDateStruct.date"):
            value = piece.part(found.start(1))
            if day := iso_date(value.text):
                note = "the page says 'Last Updated'; taken as the day the update was posted"
                sheet.put("statusModule.lastUpdatePostDateStruct.date", day, value, note)
        elif not sheet.has("identificationModule.nctId"):
            title.append(piece)
    if not title:
        return
    path = "identificationModule.briefTitle"
    if len(title) == 1:
        sheet.put(path, title[0].text, title, "the line above the NCT number")
        return
    readings = tuple(piece.text for piece in title)
    sheet.put(path, title[0].text, title[:1], "several lines stand above the NCT number", readings)
    sheet.say(
        "READ-116",
        Severity.WARNING,
        f"{len(title)} lines stand above the NCT number, so that it is not certain which is the title; "
        "the first is taken",
        path,
        title,
        expected="one line, the title",
        mend="take out what does not belong to the record",
    )


def results(sheet: Sheet, section: Section) -> None:
    """Whether results are posted: the page says so in fixed words."""
    pending = [piece for piece in section.lines if piece.text in layout.RESULTS_PENDING]
    if pending:
        sheet.put("hasResults", False, pending)


def text_block(sheet: Sheet, path: str, lines: tuple[Piece, ...], note: str = "") -> None:
    """A free text: every line of the section belongs to it."""
    if lines:
        sheet.put(path, paragraphs(lines), lines, note)
        if len(lines) == 1 or path.endswith("briefSummary"):  # a summary is one line of sentences
            sheet.question(piece for piece in lines if is_strange(piece))


def conditions(sheet: Sheet, section: Section) -> None:
    """The conditions: one line in which nothing stands between them, unless the page gives each a line."""
    lines = [piece for piece in section.lines if piece.text not in NOTHING]
    sheet.mark(*(piece for piece in section.lines if piece.text in NOTHING))
    undivided = [piece for piece in lines if " " in piece.text]
    if not lines:
        return
    sheet.put(layout.CONDITIONS, [piece.text for piece in lines], lines)
    if len(lines) == 1 and undivided:
        undivided_conditions(sheet, undivided[0])


def related(sheet: Sheet, section: Section) -> None:
    """Other trials that the page advertises: pairs of a title and an NCT number, none of them this record's."""
    found = []
    title: Piece | None = None
    for piece in section.lines:
        if not _RELATED.match(piece.text):
            title = piece
        elif title is not None:
            found.append({"title": title.text, "nctId": piece.text.upper()})
            sheet.mark(title, piece, what="related trial")
            title = None
    if found:
        sheet.unmapped[section.title] = found


def phases(sheet: Sheet, piece: Piece, note: str = "") -> bool:
    """The phases in a line such as `PHASE1/PHASE2`; False if it is no such line."""
    codes = [code_of(word, PHASE) for word in re.split(r"\s*[/,;|]\s*", piece.text)]
    known = [code for code in codes if code]
    if len(known) < len(codes) or not known:
        return False
    sheet.put(layout.PHASES, known, piece, note)
    return True


def plain_value(sheet: Sheet, path: str, piece: Piece, note: str = "") -> bool:
    """A date or a number of participants; False if the line says neither."""
    value = count(piece.text) if path == layout.COUNT else iso_date(piece.text)
    if value is None:
        if path == layout.COUNT and says_no_count(piece.text):
            sheet.mark(piece)
            return True
        return False
    sheet.put(path, value, piece, note)
    return True
