"""The last zone of the classic page: responsible party, numbers, dates, oversight, publications, terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from trialwright.core.problem import Severity
from trialwright.record.readers.classic import layout as layout
from trialwright.record.readers.classic import values as values
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.text import Piece
from trialwright.record.terms import ID_TYPE, code_of

_LABELS = layout.LABELS[layout.MORE]
_OTHER_IDS = re.compile(r"Other Study ID Numbers\s*:")
_TYPED_ID = re.compile(r"(.{0,100}?)\s*\(\s*([^():]{1,60}?)\s*(?::\s*(.{1,200}?)\s*)?\)\Z")
_JOINED = re.compile(r"(\S+)\s+(\d{4}-\d{6}-\d{2})\s*\([^()]*\)")  # a number, and one of the European register
_KEYWORDS = re.compile(r"Keywords provided by .*:\s*\|?\Z")
_MESH = re.compile(r"Additional relevant MeSH terms\s*:\s*\|?\Z", re.IGNORECASE)
_REFERENCES = re.compile(r"(Publications(?: of Results| automatically indexed.*)?)\s*:?\s*\|?\Z")
_LINKS = re.compile(r"Additional Information\s*:\s*\|?\Z")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)[^)]*\)")
_LONGEST_ID = 30  # the registry's own limit
IDENTITY = "identificationModule."
MESHES, KEYWORDS = "derivedSection.conditionBrowseModule.meshes", "conditionsModule.keywords"
PARTY, LEAD = layout.SPONSORS + "responsibleParty", layout.SPONSORS + "leadSponsor.name"
REFERENCES, LINKS = "referencesModule.references", "referencesModule.seeAlsoLinks"


def read(sheet: Sheet, lines: Sequence[Piece]) -> None:
    """Read the zone. Columns of terms at its end are MeSH terms, with or without their heading."""
    end = len(lines)
    while end and _is_column(lines[end - 1]):
        end -= 1
    if end and _OTHER_IDS.match(lines[end - 1].text):
        end = len(lines)  # these are the numbers under their heading
    columns = lines[end:]
    headed = end > 0 and (_MESH.match(lines[end - 1].text) or _KEYWORDS.match(lines[end - 1].text))
    body = lines[: end - 1] if headed else lines[:end]

    def otherwise(index: int) -> int:
        for pattern, take in _LISTS:
            if pattern.match(body[index].text):
                return take(sheet, body, index)
        return 0

    values.read_labels(sheet, body, _LABELS, otherwise)
    if headed:
        sheet.mark(lines[end - 1])
        heading = lines[end - 1].text
        _undivided(sheet, KEYWORDS if _KEYWORDS.match(heading) else MESHES, columns)
    elif len(columns) > 2:
        _undivided(sheet, KEYWORDS, columns[:-2])
        _undivided(sheet, MESHES, columns[-2:])
    else:
        _undivided(sheet, MESHES, columns)
    responsible_party(sheet)


def _is_column(piece: Piece) -> bool:
    """Whether a line is a column of a table without labels: words, then the end of a cell."""
    if not piece.text.endswith("|") or values.is_marker(piece) or values.label_of_line(piece, _LABELS):
        return False
    return not any(pattern.match(piece.text) for pattern, _ in _LISTS) and not _MESH.match(piece.text)


def _run(sheet: Sheet, lines: Sequence[Piece], index: int) -> list[Piece]:
    """The lines under a heading, to the next label, marker or heading."""
    found = []
    for piece in lines[index + 1 :]:
        if values.is_marker(piece) or values.label_of_line(piece, _LABELS) or _MESH.match(piece.text):
            break
        if any(pattern.match(piece.text) for pattern, _ in _LISTS):
            break
        found.append(piece)
    sheet.mark(lines[index])
    return found


def _identifiers(sheet: Sheet, lines: Sequence[Piece], index: int) -> int:
    """The sponsor's number first, then the others, some with their type in brackets."""
    under = _run(sheet, lines, index)
    beside = lines[index].part(lines[index].text.index(":") + 1)
    if any(line.text.endswith("|") for line in under):  # cells of a table: what is none does not belong to it
        end = max(place for place, line in enumerate(under) if line.text.endswith("|"))
        under = [line for line in under[: end + 1] if line.text.endswith("|")]
    pieces = [cell for line in (beside, *under) for cell in line.cells() if cell.text]
    for piece in pieces:
        typed = _TYPED_ID.match(piece.text)
        kind = code_of(typed.group(2), ID_TYPE) if typed else None
        bare = piece.part(0, typed.end(1)) if typed and kind else piece
        if len(bare.text) > _LONGEST_ID or len(bare.text.split()) > 4:
            continue
        if not sheet.has(IDENTITY + "orgStudyIdInfo.id"):
            joined = _JOINED.fullmatch(piece.text)
            if joined is None or kind is None:
                readings = tuple(dict.fromkeys((piece.text, piece.text.split()[0])))
                doubt = readings if len(readings) > 1 else ()
                note = "several numbers may stand in this line with nothing between them" if doubt else ""
                sheet.put(IDENTITY + "orgStudyIdInfo.id", piece.text, piece, note, doubt)
                continue
            first = piece.part(0, joined.end(1))
            sheet.put(IDENTITY + "orgStudyIdInfo.id", first.text, first)
            bare = piece.part(joined.start(2), joined.end(2))
        here = f"{IDENTITY}secondaryIdInfos[{len(sheet.value(IDENTITY + 'secondaryIdInfos') or ())}]"
        sheet.put(here + ".id", bare.text, bare)
        if typed and kind:
            sheet.put(here + ".type", kind, piece.part(typed.start(2), typed.end(2)))
            sheet.lost(here + ".link", "this page does not show it")
            if typed.group(3):
                sheet.put(here + ".domain", typed.group(3), piece.part(typed.start(3), typed.end(3)))
    return 1 + len(under)


def _publications(sheet: Sheet, lines: Sequence[Piece], index: int) -> int:
    under = _run(sheet, lines, index)
    heading = lines[index].text
    kind = "RESULT" if "of Results" in heading else "DERIVED" if "automatically" in heading else "BACKGROUND"
    for piece in under:
        here = f"{REFERENCES}[{len(sheet.value(REFERENCES) or ())}]"
        sheet.put(here + ".citation", piece.text, piece)
        sheet.put(here + ".type", kind, lines[index])
        sheet.lost(here + ".pmid", "this page does not show it")
    return 1 + len(under)


def _links(sheet: Sheet, lines: Sequence[Piece], index: int) -> int:
    under = _run(sheet, lines, index)
    for piece in under:
        here = f"{LINKS}[{len(sheet.value(LINKS) or ())}]"
        found = _LINK.search(piece.text)
        sheet.put(here + ".label", found.group(1) if found else piece.text, piece)
        if found:
            sheet.put(here + ".url", found.group(2), piece)
        else:
            sheet.lost(here + ".url", "the text of the page does not hold it")
    return 1 + len(under)


def _keywords(sheet: Sheet, lines: Sequence[Piece], index: int) -> int:
    under = _run(sheet, lines, index)
    _undivided(sheet, KEYWORDS, under)
    return 1 + len(under)


_LISTS: tuple[tuple[re.Pattern[str], Callable[[Sheet, Sequence[Piece], int], int]], ...] = (
    (_OTHER_IDS, _identifiers),
    (_REFERENCES, _publications),
    (_LINKS, _links),
    (_KEYWORDS, _keywords),
)


def _undivided(sheet: Sheet, path: str, lines: Sequence[Piece]) -> None:
    """Terms in columns with nothing between them: kept as one, and never split by guess."""
    pieces = [cell for piece in lines for cell in piece.cells() if cell.text]
    if not pieces:
        return
    if path == KEYWORDS and not any("|" in piece.text for piece in lines):
        sheet.put(path, [piece.text for piece in pieces], pieces)
        return
    whole = " ".join(piece.text for piece in pieces)
    if path == MESHES:
        note = "terms and their ancestors, of conditions and perhaps of interventions, with nothing between them"
        sheet.undecided("derivedSection.conditionBrowseModule", (whole,), pieces, note)
        sheet.undecided("derivedSection.conditionBrowseModule.ancestors", (whole,), pieces, note)
        sheet.put(f"{path}[0].term", whole, pieces, note, (whole,))
    else:
        sheet.put(path, [whole], pieces, "nothing stands between the keywords; kept as one", (whole,))
    sheet.say(
        "READ-104",
        Severity.INFO,
        "terms stand in columns with nothing between them: where one ends and the next begins cannot be told",
        path,
        pieces,
        expected="one line for each term",
        mend="use the JSON of the record",
    )


def responsible_party(sheet: Sheet) -> None:
    """Place the responsible party, now that the sponsor is known if the page shows one.

    The registry shows the sponsor's name if the sponsor is responsible, else a person with title and affiliation.
    """
    pieces = sheet.held.pop(PARTY, [])
    if not pieces:
        return
    said = " ".join(piece.text for piece in pieces)
    sponsor = sheet.value(LEAD)
    if said == sponsor:
        sheet.put(PARTY + ".type", "SPONSOR", pieces, "the sponsor itself is named")
    elif sponsor is None and "," not in said:
        note = "an organisation is named and no person, and the registry allows only the sponsor there"
        sheet.put(PARTY + ".type", "SPONSOR", pieces, note)
        sheet.put(LEAD, said, pieces, "shown as the responsible party: " + note)
        sheet.lost(layout.SPONSORS + "leadSponsor.class", "this page does not show it")
    elif sponsor is not None and said.count(",") > 1:
        _investigator(sheet, said, sponsor, pieces)
    else:
        readings = (f"the sponsor: {said}", f"name, title, affiliation: {said}")
        sheet.undecided(PARTY, readings, pieces, "either the sponsor or a person with title and affiliation")
        sheet.unmapped["Responsible Party"] = said


def _investigator(sheet: Sheet, said: str, sponsor: str, pieces: Sequence[Piece]) -> None:
    """A person with title and affiliation, divided at commas, of which each part may have its own."""
    ending = ", " + sponsor
    body, affiliation = (said[: -len(ending)], sponsor) if said.endswith(ending) else said.rpartition(", ")[::2]
    name, _, title = body.partition(", ")
    doubtful = (said,) if "," in title else ()
    note = "name, title and affiliation divided at commas" + (", of which there are more than two" if doubtful else "")
    for field_name, value in (("FullName", name), ("Title", title), ("Affiliation", affiliation)):
        sheet.put(f"{PARTY}.investigator{field_name}", value, pieces, note, doubtful)
    if name == sponsor:
        sheet.put(PARTY + ".type", "SPONSOR_INVESTIGATOR", pieces, "the sponsor is the investigator")
    else:
        kinds = ("PRINCIPAL_INVESTIGATOR", "SPONSOR_INVESTIGATOR")
        sheet.put(PARTY + ".type", kinds[0], pieces, "a person is named who is not the sponsor", kinds)
