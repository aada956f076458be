"""The contacts, sites, sponsors and investigators of the classic page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from trialwright.record.readers.classic import layout as layout
from trialwright.record.readers.classic import values as values
from trialwright.record.readers.page.places import doubt_of, ends_in_country, is_country, place_of
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.terms import NCT
from trialwright.record.readers.page.text import Piece
from trialwright.record.terms import CONTACT_ROLE, OFFICIAL_ROLE, STATUS, code_of

_ROLE = re.compile(
    "(Contact(?: Backup)?|"
    + "|".join(re.escape(label) for labels in OFFICIAL_ROLE.values() for label in labels)
    + r")\s*:"
)
_EMAIL = re.compile(r"[^\s@|]+@[^\s@|]+\.[^\s@|]+")
_EXTENSION = re.compile(r"(?:ext\.?|x)\s*(\d+)\Z", re.IGNORECASE)
_PHONE = re.compile(r"[+(]?\d[\d\s().+/-]{4,}\d\Z")
_NUMBER_AFTER = re.compile(
    r"(?<=[A-Za-z.)])\s+([+(]?\d[\d\s().+/-]{5,}\d(?:\s*(?:ext\.?|x)\s*\d+)?)\s*\Z", re.IGNORECASE
)
_REFER = "Please refer to this study by its ClinicalTrials.gov identifier"
SITES, OFFICIALS = layout.PEOPLE + "locations", layout.PEOPLE + "overallOfficials"
CENTRAL = layout.PEOPLE + "centralContacts"


class _Zone:
    """What has been read of the zone so far."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.above: list[tuple[Piece, Piece | None]] = []  # lines above a place: facility, status
        self.part = "contacts"

    @property
    def site(self) -> str:
        """The path of the last site; empty if there is none yet."""
        count = len(self.sheet.value(SITES) or ())
        return f"{SITES}[{count - 1}]" if count else ""


def read(sheet: Sheet, lines: Sequence[Piece]) -> None:
    """Read the zone: central contacts, then countries with their sites, then sponsors, then officials."""
    zone = _Zone(sheet)
    for index, piece in enumerate(lines):
        heading = piece.text.strip(" |").casefold()
        if piece.text.startswith(_REFER):
            if found := NCT.search(piece.text):
                values.once(
                    sheet, "identificationModule.nctId", found.group().upper(), piece.part(found.start(), found.end())
                )
            sheet.mark(piece)
        elif values.is_marker(piece):
            sheet.mark(piece)
            if heading in ("contacts", "locations", "sponsors and collaborators", "investigators"):
                zone.part = heading
        elif found := _ROLE.match(piece.text):
            _person(zone, piece, found)
        elif zone.part == "sponsors and collaborators":
            _sponsor(sheet, piece)
        else:
            _place(zone, piece, lines[index + 1].text if index + 1 < len(lines) else "")


def _sponsor(sheet: Sheet, piece: Piece) -> None:
    """The names under the heading: the first leads."""
    lead = layout.SPONSORS + "leadSponsor.name"
    for cell in piece.cells():
        if not cell.text:
            continue
        known = [sheet.value(lead), *(c.get("name") for c in sheet.value(layout.SPONSORS + "collaborators") or ())]
        if cell.text in known:
            sheet.take(layout.SPONSORS + "leadSponsor", (cell,))
        elif sheet.value(lead) is None:
            sheet.put(lead, cell.text, cell, "the first name under the heading of the sponsors")
        else:
            here = f"{layout.SPONSORS}collaborators[{len(sheet.value(layout.SPONSORS + 'collaborators') or ())}]"
            sheet.put(here + ".name", cell.text, cell)
            sheet.lost(here + ".class", "this page does not show it")


def _person(zone: _Zone, piece: Piece, found: re.Match[str]) -> None:
    """A contact or an official. An official has a cell for each of role, name and affiliation."""
    sheet = zone.sheet
    role = found.group(1).removesuffix(" Backup")
    rest = [cell for cell in piece.part(found.end()).cells() if cell.text]
    in_own_cell = piece.text[found.end() :].lstrip().startswith("|")
    sheet.mark(piece, what=OFFICIALS if role != "Contact" else CENTRAL)
    if not rest:
        return
    if role != "Contact" and (in_own_cell or not zone.site):
        here = f"{OFFICIALS}[{len(sheet.value(OFFICIALS) or ())}]"
        sheet.put(here + ".name", rest[0].text, rest[0])
        sheet.put(here + ".role", code_of(role, OFFICIAL_ROLE), piece.part(0, found.end(1)))
        if len(rest) > 1:
            sheet.put(here + ".affiliation", rest[1].text, rest[1])
        return
    holder = f"{zone.site}.contacts" if zone.site else CENTRAL
    here = f"{holder}[{len(sheet.value(holder) or ())}]"
    sheet.put(here + ".role", code_of(role, CONTACT_ROLE), piece.part(0, found.end(1)))
    for place, cell in enumerate(part for each in rest for part in _beside(each)):
        if place == 0:
            sheet.put(here + ".name", cell.text, cell)
        else:
            _reach(sheet, here, cell)


def _beside(cell: Piece) -> Iterator[Piece]:
    """A contact's cell cut where a telephone number or an address follows the name in one cell."""
    cuts = [0]
    if mail := _EMAIL.search(cell.text):
        cuts.append(mail.start())
    if phone := _NUMBER_AFTER.search(cell.text, 0, mail.start() if mail else len(cell.text)):
        cuts.append(phone.start(1))
    for start, end in pairwise([*sorted(cuts), len(cell.text)]):
        part = cell.part(start, end)
        if part.text:
            yield part


def _reach(sheet: Sheet, path: str, cell: Piece) -> None:
    """A telephone number, its extension or an e-mail address."""
    if _EMAIL.fullmatch(cell.text):
        sheet.put(path + ".email", cell.text, cell)
    elif found := _EXTENSION.search(cell.text):
        number = cell.part(0, found.start())
        if number.text:
            sheet.put(path + ".phone", number.text, number)
        sheet.put(path + ".phoneExt", found.group(1), cell.part(found.start(1)))
    elif _PHONE.match(cell.text):
        sheet.put(path + ".phone", cell.text, cell)


def _place(zone: _Zone, piece: Piece, below: str) -> None:
    """A line among the sites: a country's heading, a facility with its status, or a place."""
    sheet = zone.sheet
    cells = [cell for cell in piece.cells() if cell.text]
    if not cells:
        return
    head = cells[0]
    country, _, state = head.text.partition(",")
    if len(cells) == 1 and not zone.above and (is_country(head.text) or (is_country(country) and _is_short(state))):
        sheet.mark(piece, what=SITES)
    elif len(cells) == 1 and _is_place(head.text) and (zone.above or not _is_place(below.strip(" |"))):
        count = len(sheet.value(SITES) or ())
        _site(sheet, f"{SITES}[{count}]", zone.above, head)
        zone.above = []
    elif "|" in piece.text and len(cells) <= 2:
        status = cells[1] if len(cells) == 2 and code_of(cells[1].text, STATUS) else None
        if len(cells) == 1 or status is not None:
            zone.above.append((head, status))


def _is_short(state: str) -> bool:
    return bool(state.strip()) and len(state.split()) <= 4 and "," not in state


def _is_place(text: str) -> bool:
    """Whether a text ends in a country, or in a country and a zip code."""
    return ends_in_country(text) or ends_in_country(text.rpartition(",")[0])


def _site(sheet: Sheet, path: str, above: Sequence[tuple[Piece, Piece | None]], place: Piece) -> None:
    if above:
        facility, status = above[-1]
        readings = tuple(piece.text for piece, _ in above) if len(above) > 1 else ()
        note = "several lines stand above the place; one of them names the facility" if readings else ""
        sheet.put(path + ".facility", facility.text, facility, note, readings)
        if status is not None:
            sheet.term(path + ".status", status, STATUS)
    found = dict(place_of(place, zip_last=True))
    for name, piece in found.items():
        readings, note = doubt_of(name, found)
        sheet.put(f"{path}.{name}", piece.text, piece, note, readings)
    sheet.lost((f"{path}.geoPoint", f"{path}.countryCode"), "this page does not show it")
