"""Labels of the classic page with their values: finds the value beside or under a label and puts it in its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from trialwright.core.problem import Severity
from trialwright.record.readers.classic import layout as layout
from trialwright.record.readers.classic.layout import Label
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.terms import AGE, LOST_POWER, NCT, count, iso_date, yes_or_no
from trialwright.record.readers.page.text import Piece, paragraphs
from trialwright.record.terms import ACTUAL_OR_ESTIMATED, STANDARD_AGE, STATUS, WHO_MASKED, code_of

_LABEL = re.compile(r"(?:(Actual|Estimated|Anticipated|Original)\s+)?([A-Z][A-Za-z0-9().,/ -]*?)\s*:(?=\s|\||\Z)")
_AGES = re.compile(rf"(?:up to ({AGE.pattern})|({AGE.pattern})(?: to ({AGE.pattern})|( and older))?)", re.IGNORECASE)
_ROLES = re.compile(r"(.*?)\s*\(([^()]*)\)\Z")
_REASON = re.compile(r"([^()]*?)\s*\((.*)\)\Z", re.DOTALL)
_KEY_DATES = re.compile(r"\s*Key Record Dates\s*\Z")
_VERIFIED = re.compile(r"Verified\s+(.+?)\s+by\s+.*\Z")
_WAS = re.compile(r"Recruitment status was\s*:\s*(.*)\Z")
TEXT_NOTE = "superscripts are lost: a number after 10 may be its exponent"


def is_marker(piece: Piece) -> bool:
    """Whether a line is a fixed line of the page."""
    bare = piece.text.strip(" |").removeprefix("- ").strip()
    return (
        bare.casefold() in layout.MARKERS
        or bare.startswith(layout.PREFIXES)
        or layout.IMAGE.match(piece.text) is not None
        or layout.RULE.match(piece.text) is not None
    )


def label_of_line(piece: Piece, labels: Mapping[str, Label]) -> tuple[str, str, Piece] | None:
    """The qualifier (`Actual` or empty), the label and what stands beside it, if the line begins with a label."""
    found = _LABEL.match(piece.text)
    if found is None:
        return None
    qualifier, name = found.group(1) or "", found.group(2)
    if name not in labels or (qualifier and name not in layout.QUALIFIED):
        return None
    return qualifier, name, piece.part(found.end())


def read_labels(
    sheet: Sheet,
    lines: Sequence[Piece],
    labels: Mapping[str, Label],
    otherwise: Callable[[int], int] = lambda _index: 0,
) -> None:
    """Read the labels among lines. A line that is neither label nor marker goes to `otherwise`, by its index, which
    gives how many lines it has used."""
    index = 0
    while index < len(lines):
        piece = lines[index]
        found = label_of_line(piece, labels)
        if found is None:
            used = 0 if is_marker(piece) else otherwise(index)
            if not used and is_marker(piece):
                sheet.mark(piece)
            index += max(used, 1)
            continue
        qualifier, name, beside = found
        values, used = value_pieces(lines, index, beside, labels, several=labels[name].kind == "names")
        sheet.mark(piece)
        if values:
            _put(sheet, labels[name], qualifier, values)
        index += used


def value_pieces(
    lines: Sequence[Piece], index: int, beside: Piece, labels: Mapping[str, Label], *, several: bool = False
) -> tuple[list[Piece], int]:
    """The pieces of a label's value and how many lines it takes: beside the label, in cells, or on the line under it.

    A cell that is not closed goes on in the lines below until one closes it.
    """
    values = [cell for cell in beside.cells() if cell.text]
    used = 1
    in_open_cell = "|" in beside.text and not beside.text.endswith("|")
    while index + used < len(lines):
        piece = lines[index + used]
        if label_of_line(piece, labels) or is_marker(piece):
            break
        if not (in_open_cell or not values or several):
            break
        values += [cell for cell in piece.cells() if cell.text]
        used += 1
        if in_open_cell and piece.text.endswith("|"):
            break
    return values, used


def text(sheet: Sheet, path: str, pieces: Sequence[Piece], note: str = "") -> None:
    """Put a free text; where it seems to hold a power of ten whose superscript is lost, say so."""
    sheet.put(path, paragraphs(pieces), pieces, note)
    lost_powers(sheet, path, pieces)


def lost_powers(sheet: Sheet, path: str, pieces: Sequence[Piece]) -> None:
    """Report numbers such as `1 X 10 8` in a text."""
    doubtful = [piece for piece in pieces if LOST_POWER.search(piece.text)]
    if doubtful:
        sheet.put(path, sheet.value(path), pieces, TEXT_NOTE)
        sheet.say(
            "READ-112",
            Severity.WARNING,
            "a power of ten seems to have lost its superscript; the number is kept as written",
            path,
            doubtful,
            expected="an exponent that is marked as one, as in 10^8",
            mend="confirm the number in the registry",
        )


def once(sheet: Sheet, path: str, value: object, piece: Piece, note: str = "") -> None:
    """Put a value that the page says more than once; report it if what is said differs."""
    if not sheet.has(path):
        sheet.put(path, value, piece, note)
        return
    sheet.take(path, (piece,))
    if sheet.value(path) != value:
        sheet.say(
            "READ-111",
            Severity.WARNING,
            f"the page says {sheet.value(path)!r} and, here, {value!r}; the first is kept",
            path,
            (piece,),
            expected="the same value in both places",
            mend="compare the value with the registry",
        )


def _put(sheet: Sheet, label: Label, qualifier: str, values: Sequence[Piece]) -> None:
    """Put a label's value in its field; one that cannot be understood is reported."""
    if not _understood(sheet, label, qualifier, values):
        sheet.say(
            "READ-115",
            Severity.WARNING,
            f"{values[0].text!r} stands where the page shows another kind of value; it is kept but not used",
            label.path,
            values[:1],
            expected=label.kind,
            mend="compare the line with the registry",
        )
        sheet.unmapped[f"line {values[0].line}"] = values[0].text


def _understood(sheet: Sheet, label: Label, qualifier: str, values: Sequence[Piece]) -> bool:
    value = values[0]
    match label.kind:
        case "term":
            sheet.term(label.path, value, label.terms)
        case "text":
            text(sheet, label.path, values)
        case "names":
            for piece in values:
                here = f"{label.path}[{len(sheet.value(label.path) or ())}]"
                sheet.put(here + ".name", piece.text, piece)
                sheet.lost(here + ".class", "this page does not show it")
        case "nct":
            if not (found := NCT.search(value.text)):
                return False
            once(sheet, label.path, found.group().upper(), value.part(found.start(), found.end()))
        case "yes":
            if (answer := yes_or_no(value.text)) is None:
                return False
            sheet.put(label.path, answer, value)
        case "date":
            return _date(sheet, label, qualifier, value)
        case "count":
            if (number := count(value.text)) is None:
                return False
            sheet.put(label.path, number, value)
            _qualify(sheet, label.path.replace(".count", ".type"), qualifier, value)
        case "status":
            _status(sheet, label, values)
        case "study type":
            sheet.term(label.path, value, label.terms)
            path = layout.DESIGN_PATH + "patientRegistry"
            if "Registry" in value.text:
                sheet.put(path, True, value)
            elif value.text.startswith("Observational"):
                note = "the study type says nothing of a registry"
                sheet.undecided(path, ("False", "not stated"), (value,), note, False)
        case "masking":
            _masking(sheet, label, value)
        case "ages":
            return _ages(sheet, value)
        case "party":
            sheet.take(label.path, values)
            sheet.held.setdefault(label.path, list(values))
        case "info types":
            codes = [code_of(word, label.terms) or word for v in values for word in re.split(r"\s{2,}|;", v.text)]
            sheet.put(label.path, codes, values)
    return True


def _date(sheet: Sheet, label: Label, qualifier: str, value: Piece) -> bool:
    bare = value.part(0, len(_KEY_DATES.sub("", value.text)))
    if (day := iso_date(bare.text)) is None:
        return False
    once(sheet, label.path, day, bare)
    if label.path.startswith(layout.STATUS) and "Post" not in label.path and label.path.endswith("Struct.date"):
        _qualify(sheet, label.path.replace(".date", ".type"), qualifier, value)
    return True


def _qualify(sheet: Sheet, path: str, qualifier: str, value: Piece) -> None:
    """Say whether a date or number is actual or estimated, if the label does."""
    if code := code_of(qualifier, ACTUAL_OR_ESTIMATED):
        sheet.put(path, code, value, f"the label begins with {qualifier!r}")


def _status(sheet: Sheet, label: Label, values: Sequence[Piece]) -> None:
    """The recruitment status, perhaps with the reason for stopping in brackets."""
    value = values[0]
    reason = None if code_of(value.text, STATUS) else _REASON.match(value.text)
    if reason and code_of(reason.group(1), STATUS):
        sheet.put(layout.STATUS + "whyStopped", reason.group(2).strip(), value.part(reason.start(2), reason.end(2)))
        value = value.part(0, reason.end(1))
    sheet.term(label.path, value, STATUS)


def status_line(sheet: Sheet, piece: Piece) -> bool:
    """The two lines under an unknown status: when it was verified, and what it was then."""
    if found := _VERIFIED.match(piece.text):
        if day := iso_date(found.group(1)):
            once(sheet, layout.STATUS + "statusVerifiedDate", day, piece)
            return True
    elif found := _WAS.match(piece.text):
        sheet.term(layout.STATUS + "lastKnownStatus", piece.part(found.start(1)), STATUS)
        return True
    return False


def _masking(sheet: Sheet, label: Label, value: Piece) -> None:
    """The masking and, in brackets, who is masked."""
    roles = None if code_of(value.text, label.terms) else _ROLES.match(value.text)
    if roles is None:
        sheet.term(label.path, value, label.terms)
        return
    sheet.term(label.path, value.part(0, roles.end(1)), label.terms)
    who = value.part(roles.start(2), roles.end(2))
    codes = [code_of(name, WHO_MASKED) or name.strip() for name in who.text.split(",")]
    sheet.put(layout.INFO + "maskingInfo.whoMasked", codes, who)


def _ages(sheet: Sheet, value: Piece) -> bool:
    """The ages that are let in, and the standard age groups in brackets."""
    body, groups = value, None
    if found := _ROLES.match(value.text):
        body, groups = value.part(0, found.end(1)), value.part(found.start(2), found.end(2))
    limits = _AGES.fullmatch(body.text)
    if limits is None:
        groups = value
    codes = [code_of(re.sub(r"\s+\(.*", "", name), STANDARD_AGE) for name in groups.text.split(",")] if groups else []
    if limits is None and not all(codes):
        return False
    if limits is not None:
        only, least, greatest, older = limits.groups()
        for path, age in (("minimumAge", least), ("maximumAge", only or greatest)):
            if age:
                sheet.put(layout.ELIGIBLE + path, age, body)
        if least and not greatest and not older:  # `18 Years` alone: both limits
            sheet.put(layout.ELIGIBLE + "maximumAge", least, body)
    if codes and all(codes):
        sheet.put(layout.ELIGIBLE + "stdAges", codes, groups or value)
    sheet.take(layout.ELIGIBLE + "minimumAge", (value,))
    return True
