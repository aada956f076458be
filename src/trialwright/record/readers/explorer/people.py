"""The people, places and numbers of the third-party page: sponsors, investigators, contacts, sites, identifiers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from trialwright.core.problem import Severity
from trialwright.record.readers.explorer import layout as layout
from trialwright.record.readers.page.places import are_countries, doubt_of, ends_in_country, place_of
from trialwright.record.readers.page.sections import Section
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.text import Piece
from trialwright.record.terms import AGENCY_CLASS, ID_TYPE, OFFICIAL_ROLE, RESPONSIBLE_PARTY, STATUS, code_of

_CODE = re.compile(r"[A-Z][A-Z0-9_]+\Z")
_ROLE = re.compile(r"Role:\s*(.*)\Z")
_SPONSOR_ROLE = re.compile(r"Sponsor Role\s+(lead|collaborator)\Z", re.IGNORECASE)
_RESPONSIBLE = re.compile(r"Responsibility Role\s+(\S+)\Z")
_SITE_STATUS = re.compile(r"Site Status\s+(\S.*)\Z")
_ID_TYPE = re.compile(r"Identifier Type:\s*(.*)\Z")
_ID_SOURCE = re.compile(r"Identifier Source:\s*(.*)\Z")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+\Z")
_PHONE = re.compile(r"[+(]?\d[\d\s().+/,-]{4,}(?:\s*(?:ext|x|Ext)\.?:?\s*\d+)?\Z")
_LONGEST_ID, _MOST_WORDS = 30, 4  # the registry's own limit, and what identifiers look like
LEAD, COLLABORATORS = layout.SPONSORS + "leadSponsor", layout.SPONSORS + "collaborators"


@dataclass(slots=True)
class _Sponsor:
    name: Piece
    kind: Piece | None = None
    role: str = ""
    pieces: list[Piece] = field(default_factory=list)
    others: list[Piece] = field(default_factory=list)


def sponsors(sheet: Sheet, section: Section, *, labelled: bool) -> None:
    """Each sponsor: its name, its class, and (with labels) its role."""
    found: list[_Sponsor] = []
    waiting: list[Piece] = []
    for piece in section.lines:
        if role := _SPONSOR_ROLE.match(piece.text):
            if found and not waiting and not found[-1].role:
                found[-1].role = role.group(1).lower()
                found[-1].pieces.append(piece)
        elif waiting and _CODE.match(piece.text) and (labelled or code_of(piece.text, AGENCY_CLASS)):
            found.append(_Sponsor(waiting[-1], piece, pieces=[waiting[-1], piece], others=waiting[:-1]))
            waiting = []
        else:
            waiting.append(piece)
    if labelled:
        for sponsor in found:
            _place(sheet, sponsor, sponsor.role)
    elif len(found) == 1:
        _place(sheet, found[0], "lead", "the only sponsor shown, so taken as the lead; its role is lost")
    elif found:
        _roles_lost(sheet, found)


def _place(sheet: Sheet, sponsor: _Sponsor, role: str, note: str = "") -> None:
    """Put a sponsor where its role says; one without a role stays unmapped."""
    if role == "lead" and not sheet.has(LEAD + ".name"):
        path = LEAD
    elif role == "collaborator":
        path = f"{COLLABORATORS}[{len(sheet.value(COLLABORATORS) or ())}]"
    else:
        return
    readings = tuple(piece.text for piece in (sponsor.name, *sponsor.others)) if sponsor.others else ()
    note = "several lines stand above the class; one of them is the name" if readings else note
    sheet.put(path + ".name", sponsor.name.text, sponsor.name, note, readings)
    if sponsor.kind is not None:
        sheet.term(path + ".class", sponsor.kind, AGENCY_CLASS)
    sheet.take(path, sponsor.pieces)


def _roles_lost(sheet: Sheet, found: list[_Sponsor]) -> None:
    """Several sponsors, none known to lead: collaborators may stand first on this page."""
    names = [sponsor.name for sponsor in found]
    texts = tuple(f"{s.name.text} ({s.kind.text if s.kind else 'class not stated'})" for s in found)
    pieces = [piece for sponsor in found for piece in sponsor.pieces]
    note = "the roles are lost: any of these may lead, the others collaborate"
    sheet.undecided(LEAD, texts, pieces, note)
    sheet.undecided(COLLABORATORS, texts, pieces, note)
    sheet.unmapped["Sponsors"] = [
        {"name": sponsor.name.text, "class": sponsor.kind.text if sponsor.kind else None} for sponsor in found
    ]
    sheet.say(
        "READ-103",
        Severity.WARNING,
        f"{len(found)} sponsors are shown without their roles: which of them leads cannot be told",
        LEAD,
        names,
        expected="a role beside each sponsor",
        mend="use the page with labels or the JSON of the record",
    )


def responsible_party(sheet: Sheet, section: Section) -> None:
    """The kind of the responsible party."""
    for piece in section.lines:
        if (found := _RESPONSIBLE.match(piece.text)) and not sheet.has(layout.SPONSORS + "responsibleParty.type"):
            sheet.term(layout.SPONSORS + "responsibleParty.type", piece.part(found.start(1)), RESPONSIBLE_PARTY)


@dataclass(slots=True)
class _Person:
    role: Piece
    name: Piece | None = None
    after: list[Piece] = field(default_factory=list)


def _people(lines: Sequence[Piece], belongs: Callable[[Piece, int], bool]) -> list[_Person]:
    """The persons of a list in which each has a `Role:` line under the name; `belongs` says (piece, how many before)
    what of the lines between two roles still belongs to the first."""
    found: list[_Person] = []
    waiting: list[Piece] = []
    for piece in lines:
        if role := _ROLE.match(piece.text):
            person = _Person(piece.part(role.start(1)))
            if waiting:
                person.name = waiting.pop()
            if found:
                _attach(found[-1], waiting, belongs)
            found.append(person)
            waiting = []
        else:
            waiting.append(piece)
    if found:
        _attach(found[-1], waiting, belongs)
    return found


def _attach(person: _Person, pieces: list[Piece], belongs: Callable[[Piece, int], bool]) -> None:
    for piece in pieces:
        if belongs(piece, len(person.after)):
            person.after.append(piece)


def officials(sheet: Sheet, section: Section) -> None:
    """The overall officials: name, role, affiliation."""
    for index, person in enumerate(_people(section.lines, lambda _piece, _: True)):
        path = f"{layout.PEOPLE}overallOfficials[{index}]"
        if person.name is not None:
            sheet.put(path + ".name", person.name.text, person.name)
        _role(sheet, path, person.role)
        if person.after:
            first = person.after[0]
            readings = tuple(piece.text for piece in person.after) if len(person.after) > 1 else ()
            note = "several lines stand under the role; one of them is the affiliation" if readings else ""
            sheet.put(path + ".affiliation", first.text, first, note, readings)


def _role(sheet: Sheet, path: str, piece: Piece) -> None:
    """A role as the page spells it; one that is not of the data model is kept."""
    sheet.take(path, (piece,))
    if piece.text and piece.text != "-":
        sheet.put(path + ".role", code_of(piece.text, OFFICIAL_ROLE) or piece.text, piece)


def contacts(sheet: Sheet, section: Section, path: str) -> int:
    """The contacts in a section, put at a list's path; gives how many there are."""
    people = _people(section.lines, lambda piece, _: bool(_EMAIL.match(piece.text) or _PHONE.match(piece.text)))
    for index, person in enumerate(people):
        here = f"{path}[{index}]"
        if person.name is not None:
            sheet.put(here + ".name", person.name.text, person.name)
        _role(sheet, here, person.role)
        for piece in person.after:
            field_name = ".email" if _EMAIL.match(piece.text) else ".phone"
            if not sheet.has(here + field_name):
                sheet.put(here + field_name, piece.text, piece)
    return len(people)


def facility_contacts(sheet: Sheet, section: Section) -> None:
    """The contacts of the sites; with several sites the page does not say whose they are."""
    sites = sheet.value(layout.PEOPLE + "locations") or ()
    if len(sites) == 1:
        contacts(sheet, section, layout.PEOPLE + "locations[0].contacts")
        return
    people = _people(section.lines, lambda piece, _: bool(_EMAIL.match(piece.text) or _PHONE.match(piece.text)))
    if not people:
        return
    kept = []
    for person in people:
        lines = [*([person.name] if person.name else []), person.role, *person.after]
        sheet.mark(*lines, what="contact of a site that the page does not name")
        kept.append([piece.text for piece in lines])
    sheet.unmapped[section.title] = kept
    sheet.say(
        "READ-114",
        Severity.INFO,
        f"{len(people)} facility contacts are shown for {len(sites)} sites: whose they are cannot be told",
        layout.PEOPLE + "locations",
        (),
        expected="one site, or contacts under their sites",
        mend="use the JSON of the record",
    )


def locations(sheet: Sheet, section: Section) -> None:
    """The sites: facility, `City, State, Country`, and (with labels) the site's status."""
    waiting: list[Piece] = []
    number = -1
    for index, piece in enumerate(section.lines):
        here = f"{layout.PEOPLE}locations[{number}]"
        rest = [p for p in section.lines[index + 1 : index + 2] if not _SITE_STATUS.match(p.text)]
        if status := _SITE_STATUS.match(piece.text):
            if number >= 0 and not sheet.has(here + ".status"):
                sheet.term(here + ".status", piece.part(status.start(1)), STATUS)
                waiting = []  # what stood between a place and its status belongs to no site
        elif _is_place(piece, waiting, rest):
            number += 1
            _site(sheet, f"{layout.PEOPLE}locations[{number}]", waiting, piece)
            waiting = []
        else:
            waiting.append(piece)


def _is_place(piece: Piece, waiting: list[Piece], below: list[Piece]) -> bool:
    """Whether a line says a city and a country. A facility's name may hold commas, too, and even end in a country."""
    if ends_in_country(piece.text):
        return bool(waiting) or not (below and ends_in_country(below[0].text))
    return bool(waiting) and ", " in piece.text and not (below and ends_in_country(below[0].text))


def _site(sheet: Sheet, path: str, above: list[Piece], place: Piece) -> None:
    if len(above) == 1:
        doubtful = (above[0].text, "none: it is the place of another site") if ends_in_country(above[0].text) else ()
        sheet.put(path + ".facility", above[0].text, above, "it reads like a place" if doubtful else "", doubtful)
    elif above:
        readings = tuple(piece.text for piece in above)
        note = "several lines stand above the place; one of them names the facility"
        sheet.put(path + ".facility", above[-1].text, above[-1:], note, readings)
    found = dict(place_of(place))
    for name, piece in found.items():
        readings, note = doubt_of(name, found)
        sheet.put(f"{path}.{name}", piece.text, piece, note, readings)


def countries(sheet: Sheet, section: Section) -> None:
    """The countries, which repeat what the sites say; they are the only source where no sites are shown."""
    sites = sheet.value(layout.PEOPLE + "locations") or ()
    known = sorted({site.get("country", "") for site in sites if site} - {""}, key=len, reverse=True)
    listed = []
    for piece in section.lines:
        left = piece.text
        for country in known:
            left = left.replace(country, "")
        if not left.strip(" ,;") or are_countries(piece.text) or (not known and ends_in_country("x, " + piece.text)):
            sheet.take(layout.PEOPLE + "locations", (piece,))
            listed.append(piece.text)
    if listed and not known:
        sheet.unmapped[section.title] = listed


def identifiers(sheet: Sheet, section: Section) -> None:
    """The other numbers of the trial: each with its type and its source."""
    above: list[Piece] = []
    kind: Piece | None = None
    for piece in section.lines:
        if found := _ID_TYPE.match(piece.text):
            kind = piece.part(found.start(1))
        elif found := _ID_SOURCE.match(piece.text):
            likely = [p for p in above if len(p.text) <= _LONGEST_ID and len(p.text.split()) <= _MOST_WORDS] or above
            if likely:
                _identifier(sheet, likely[-1], kind, piece.part(found.start(1)))
            above, kind = [], None
        elif kind is None:
            above.append(piece)


def _identifier(sheet: Sheet, value: Piece, kind: Piece | None, source: Piece) -> None:
    named = source.text.casefold()
    if named == "org_study_id" and not sheet.has("identificationModule.orgStudyIdInfo.id"):
        path = "identificationModule.orgStudyIdInfo"
    elif named == "nct_alias":
        path = f"identificationModule.nctIdAliases[{len(sheet.value('identificationModule.nctIdAliases') or ())}]"
        sheet.put(path, value.text, value)
        sheet.take(path, [source, *([kind] if kind else [])])
        return
    else:
        infos = "identificationModule.secondaryIdInfos"
        path = f"{infos}[{len(sheet.value(infos) or ())}]"
        if source.text not in ("", "-") and not re.fullmatch(r"[a-z_]+", source.text):
            sheet.put(path + ".domain", source.text, source)
    sheet.put(path + ".id", value.text, value)
    if kind is not None and kind.text not in ("", "-"):
        sheet.term(path + ".type", kind, ID_TYPE)
    sheet.take(path, [source, *([kind] if kind else [])])
