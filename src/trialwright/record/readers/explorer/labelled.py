"""Reads the third-party record page with its labels: a label's value is the line under it."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.core.problem import Severity
from trialwright.record.readers.explorer import eligibility as explorer_eligibility
from trialwright.record.readers.explorer import groups as explorer_groups
from trialwright.record.readers.explorer import layout as layout
from trialwright.record.readers.explorer import people as explorer_people
from trialwright.record.readers.explorer import sections as explorer_sections
from trialwright.record.readers.explorer.layout import Label
from trialwright.record.readers.explorer.recognise import is_labelled, is_page
from trialwright.record.readers.page.sections import Section, split
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.text import Piece, lines_of
from trialwright.record.reading import Reading
from trialwright.record.terms import code_of


def recognises(text: str) -> bool:
    """Whether the text is a third-party record page that has kept its labels."""
    return is_page(text) and is_labelled(lines_of(text))


def read(text: str) -> Reading:
    """The study on a third-party page with labels; never raises.

    A field that the page would show and does not is absent; what the page never shows is lost.
    """
    sheet = Sheet(text)
    sections = split(sheet.lines, layout.SECTIONS, layout.FREE_TEXT)
    first = {section.title: section for section in reversed(sections)}
    for section in sections:
        sheet.mark(*section.markers)
        _section(sheet, section)
    explorer_groups.labelled(sheet, first.get("Study Groups"), first.get("Interventions"))
    sheet.lost(layout.NEVER_SHOWN, layout.NEVER_SHOWN_NOTE)
    never_shown_in_lists(sheet)
    return sheet.reading()


def never_shown_in_lists(sheet: Sheet) -> None:
    """Mark what the page never shows of each intervention and each site."""
    arms = layout.ARMS + "interventions"
    for index in range(len(sheet.value(arms) or ())):
        sheet.lost(f"{arms}[{index}].otherNames", layout.NEVER_SHOWN_NOTE)
    others = "identificationModule.secondaryIdInfos"
    for index in range(len(sheet.value(others) or ())):
        sheet.lost((f"{others}[{index}].domain", f"{others}[{index}].link"), layout.NEVER_SHOWN_NOTE)
    sites = layout.PEOPLE + "locations"
    for index in range(len(sheet.value(sites) or ())):
        paths = [f"{sites}[{index}].{name}" for name in ("zip", "countryCode", "geoPoint")]
        sheet.lost(paths, layout.NEVER_SHOWN_NOTE)


def _section(sheet: Sheet, section: Section) -> None:
    """Read one section; arms and interventions wait until both are known."""
    match section.title:
        case "":
            explorer_sections.header(sheet, section)
        case "Study Results":
            explorer_sections.results(sheet, section)
        case "Basic Information" | "Study Design":
            _values(sheet, section, layout.LABELS[section.title])
        case "Brief Summary":
            explorer_sections.text_block(sheet, "descriptionModule.briefSummary", section.lines)
        case "Detailed Description":
            explorer_sections.text_block(sheet, "descriptionModule.detailedDescription", section.lines)
        case "Conditions":
            explorer_sections.conditions(sheet, section)
        case "Eligibility Criteria":
            explorer_eligibility.labelled(sheet, section)
        case "Sponsors":
            explorer_people.sponsors(sheet, section, labelled=True)
        case "Responsible Party":
            explorer_people.responsible_party(sheet, section)
        case _:
            places_and_people(sheet, section)


def places_and_people(sheet: Sheet, section: Section) -> None:
    """Read a section that looks the same with and without labels."""
    match section.title:
        case "Principal Investigators":
            explorer_people.officials(sheet, section)
        case "Locations":
            explorer_people.locations(sheet, section)
        case "Countries":
            explorer_people.countries(sheet, section)
        case "Central Contacts":
            explorer_people.contacts(sheet, section, layout.PEOPLE + "centralContacts")
        case "Facility Contacts":
            explorer_people.facility_contacts(sheet, section)
        case "Other Identifiers":
            explorer_people.identifiers(sheet, section)
        case "Related Clinical Trials" | "More Related Trials":
            explorer_sections.related(sheet, section)


def _values(sheet: Sheet, section: Section, labels: Mapping[str, Label]) -> None:
    """Labels with their values: of the lines between a label and the next, the first that is a value of its kind."""
    lines = section.lines
    for index, piece in enumerate(lines):
        label = labels.get(piece.text)
        if label is None or sheet.is_taken(piece):
            continue
        sheet.mark(piece)
        end = index + 1
        while end < len(lines) and lines[end].text not in labels:
            end += 1
        between = lines[index + 1 : end]
        if not between or sheet.has(label.path):
            continue
        if any(_value(sheet, label, below) for below in between):
            continue
        if between[0].text in explorer_sections.NOTHING:
            sheet.mark(between[0])
        elif label.terms is not None and " " not in between[0].text:
            sheet.term(label.path + ("[0]" if label.path == layout.PHASES else ""), between[0], label.terms)
        else:
            _not_understood(sheet, label, between[0])


def _value(sheet: Sheet, label: Label, piece: Piece) -> bool:
    """Put a labelled value; False if the line is no value of this kind."""
    if label.path == layout.PHASES:
        return explorer_sections.phases(sheet, piece)
    if label.terms is None:
        return explorer_sections.plain_value(sheet, label.path, piece)
    if code_of(piece.text, label.terms) is None:
        return False
    sheet.term(label.path, piece, label.terms)
    return True


def _not_understood(sheet: Sheet, label: Label, piece: Piece) -> None:
    sheet.say(
        "READ-115",
        Severity.WARNING,
        f"{piece.text!r} stands where the page shows another kind of value; it is kept but not used",
        label.path,
        (piece,),
        expected="a term of the registry" if label.terms else "a date, or a number of participants",
        mend="compare the line with the registry",
    )
