"""Reads the third-party record page without its labels: values are known by section, form and terms."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.core.problem import Severity
from trialwright.record.readers.explorer import eligibility as explorer_eligibility
from trialwright.record.readers.explorer import groups_unlabelled as explorer_groups_unlabelled
from trialwright.record.readers.explorer import layout as layout
from trialwright.record.readers.explorer import people as explorer_people
from trialwright.record.readers.explorer import sections as explorer_sections
from trialwright.record.readers.explorer.labelled import never_shown_in_lists, places_and_people
from trialwright.record.readers.explorer.recognise import is_labelled, is_page
from trialwright.record.readers.page.sections import Section, split
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.terms import ISO_DATE
from trialwright.record.readers.page.text import Piece, lines_of
from trialwright.record.reading import Reading
from trialwright.record.terms import STATUS, STUDY_TYPE

_LOST = "the page has lost its labels, and no value of this kind stands in the section"
_EMPTY = "the section stands empty on a page that has lost its labels: whether the record had a value is not known"
_MISSING = "the section is missing from a page that has lost its labels: whether the record had a value is not known"
_BY_TERM = "by being a term of this field, in this section"
# the fields of the design section in the page's order: a term that two of them share goes to the first still empty
_DESIGN_ORDER = ("Allocation Method", "Intervention Model", "Primary Study Purpose", "Blinding Strategy")
_OBSERVATIONAL_ORDER = ("Observational Model", "Time Perspective")


def recognises(text: str) -> bool:
    """Whether the text is a third-party record page that has lost its labels."""
    return is_page(text) and not is_labelled(lines_of(text))


def read(text: str) -> Reading:
    """The study on a third-party page without labels; never raises.

    What is not there is lost, not absent: a page that drops labels drops values with them.
    """
    sheet = Sheet(text)
    sections = split(sheet.lines, layout.SECTIONS, layout.FREE_TEXT)
    first = {section.title: section for section in reversed(sections)}
    for section in sections:
        sheet.mark(*section.markers)
        _section(sheet, section)
    explorer_groups_unlabelled.read(sheet, first.get("Study Groups"), first.get("Interventions"))
    _types_lost(sheet)
    for title, paths in layout.FILLED_BY.items():
        there = first.get(title)
        note = _MISSING if there is None else _LOST if there.lines else _EMPTY
        if title == "Other Identifiers" and there is not None and there.lines:
            continue  # this section keeps its labels: an identifier that is not there is absent
        if title == "Sponsors" and sheet.has(explorer_people.LEAD + ".name"):
            continue  # the section shows all sponsors: where there is one, there are no collaborators
        sheet.lost((path for path in paths if sheet.value(path) is None), note)
    sheet.lost(layout.NEVER_SHOWN, layout.NEVER_SHOWN_NOTE)
    never_shown_in_lists(sheet)
    return sheet.reading()


def _section(sheet: Sheet, section: Section) -> None:
    match section.title:
        case "":
            explorer_sections.header(sheet, section)
        case "Study Results":
            explorer_sections.results(sheet, section)
        case "Basic Information":
            _basic(sheet, section.lines)
        case "Study Design":
            _design(sheet, section.lines)
        case "Brief Summary":
            _remainder(sheet, "descriptionModule.briefSummary", section)
        case "Detailed Description":
            _remainder(sheet, "descriptionModule.detailedDescription", section)
        case "Conditions":
            explorer_sections.conditions(sheet, section)
        case "Eligibility Criteria":
            explorer_eligibility.unlabelled(sheet, section)
        case "Sponsors":
            explorer_people.sponsors(sheet, section, labelled=False)
        case "Responsible Party":
            explorer_people.responsible_party(sheet, section)
        case _:
            places_and_people(sheet, section)


def _basic(sheet: Sheet, lines: Sequence[Piece]) -> None:
    """Status, phases, number of participants, kind of study, and the two dates."""
    dates: list[Piece] = []
    for piece in lines:
        if ISO_DATE.fullmatch(piece.text) and len(dates) < 2:
            dates.append(piece)
        elif piece.text in STATUS and not sheet.has(layout.STATUS + "overallStatus"):
            sheet.put(layout.STATUS + "overallStatus", piece.text, piece, _BY_TERM)
        elif piece.text in STUDY_TYPE and not sheet.has(layout.DESIGN + "studyType"):
            sheet.put(layout.DESIGN + "studyType", piece.text, piece, _BY_TERM)
        elif piece.text.isupper() and not sheet.has(layout.PHASES) and explorer_sections.phases(sheet, piece, _BY_TERM):
            continue
        elif piece.text.casefold().endswith("participants") and not sheet.has(layout.COUNT):
            explorer_sections.plain_value(sheet, layout.COUNT, piece, "by its form")
    _dates(sheet, dates)


def _dates(sheet: Sheet, dates: Sequence[Piece]) -> None:
    """Two dates are start and study completion; one alone may be either."""
    if len(dates) == 1:
        day = dates[0]
        note = "one date stands without its label: it may be the start or the completion"
        for path in (layout.START, layout.COMPLETION):
            sheet.undecided(path, (day.text, "not stated"), dates, note)
        sheet.say(
            "READ-109",
            Severity.WARNING,
            f"one date, {day.text}, stands without its label: it may be the start or the completion",
            layout.START,
            dates,
            expected="two dates, or labels",
            mend="compare the date with the registry",
        )
        return
    for path, day in zip((layout.START, layout.COMPLETION), dates, strict=False):
        sheet.put(path, day.text, day, "by its place among the ISO dates of the section")
    if len(dates) == 2 and dates[0].text > dates[1].text:
        sheet.say(
            "READ-111",
            Severity.WARNING,
            "the first date of the section, taken as the start, lies after the second, taken as the completion",
            layout.START,
            dates,
            expected="the start first",
            mend="compare the dates with the registry",
        )


def _design(sheet: Sheet, lines: Sequence[Piece]) -> None:
    """Allocation, model, purpose and masking: each is a set of terms, and the page has an order."""
    observational = sheet.value(layout.DESIGN + "studyType") == "OBSERVATIONAL"
    order = (*_OBSERVATIONAL_ORDER, *_DESIGN_ORDER) if observational else (*_DESIGN_ORDER, *_OBSERVATIONAL_ORDER)
    for piece in lines:
        for name in order:
            label = layout.DESIGN_LABELS[name]
            if label.terms and piece.text in label.terms and not sheet.has(label.path):
                sheet.put(label.path, piece.text, piece, _BY_TERM)
                break
    if observational and len(others := [piece for piece in lines if piece.text == "OTHER"]) == 1:
        path = layout.INFO + "observationalModel"
        taken = next((p for p in _paths_of_other(order) if sheet.value(p) == "OTHER"), path)
        sheet.put(taken, "OTHER", others, "several fields of this section know this term", ("OTHER",))
        sheet.say(
            "READ-117",
            Severity.WARNING,
            "OTHER stands without its label: it may be the model, the time perspective or the purpose",
            taken,
            others,
            expected="a label",
            mend="compare the design with the registry",
        )


def _paths_of_other(order: Sequence[str]) -> list[str]:
    return [label.path for name in order if (label := layout.DESIGN_LABELS[name]).terms and "OTHER" in label.terms]


def _remainder(sheet: Sheet, path: str, section: Section) -> None:
    """What is left of a text whose first paragraph this rendering drops."""
    if not section.lines:
        return
    note = "the first paragraph is lost: this rendering drops what stands directly under the section's title"
    explorer_sections.text_block(sheet, path, section.lines, note)
    sheet.say(
        "READ-107",
        Severity.WARNING,
        f"{section.title}: the first paragraph is lost, and only the rest is known",
        path,
        section.lines[:1],
        expected="the whole text",
        mend="read the whole text in the registry",
    )


def _types_lost(sheet: Sheet) -> None:
    """Mark the types of arms and interventions and the state of the sites, which stood on label lines."""
    note = "it stood on a label line, and those are dropped"
    for path, name in (
        (layout.ARMS + "armGroups", "type"),
        (layout.ARMS + "interventions", "type"),
        (layout.PEOPLE + "locations", "status"),
    ):
        for index in range(len(sheet.value(path) or ())):
            sheet.lost(f"{path}[{index}].{name}", note)
