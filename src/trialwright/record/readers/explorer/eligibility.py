"""The eligibility section of the third-party page: the two lists, then ages, sex and healthy volunteers."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.core.problem import Severity
from trialwright.record.readers.explorer import layout as layout
from trialwright.record.readers.page.sections import Section
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.strays import strays_in_list
from trialwright.record.readers.page.terms import AGE, yes_or_no
from trialwright.record.readers.page.text import Piece
from trialwright.record.terms import SEX, code_of

_NO_LIMIT = ("N/A", "-", "–")
_BY_PLACE = "by its place after the lists: ages, sex, healthy volunteers"


def labelled(sheet: Sheet, section: Section) -> None:
    """Read the section of a page with labels: a label's value is the line under it."""
    labels = layout.ELIGIBILITY_LABELS
    tail = next((i for i, piece in enumerate(section.lines) if piece.text in labels), len(section.lines))
    criteria(sheet, section.lines[:tail])
    wanted = ""
    for piece in section.lines[tail:]:
        if piece.text in labels:
            sheet.mark(piece)
            wanted = labels[piece.text].path
        elif wanted and _value(sheet, wanted, piece):
            wanted = ""


def _value(sheet: Sheet, path: str, piece: Piece) -> bool:
    """Put a value where its label says; False if the line is no such value."""
    if sheet.has(path):
        return False
    if path == layout.VOLUNTEERS:
        if (answer := yes_or_no(piece.text)) is None:
            return False
        sheet.put(path, answer, piece)
    elif path in (layout.MINIMUM, layout.MAXIMUM):
        if piece.text in ("-", "N/A"):
            sheet.mark(piece)
        elif AGE.fullmatch(piece.text):
            sheet.put(path, piece.text, piece)
        else:
            return False
    elif (code := code_of(piece.text, SEX)) is not None:
        sheet.put(path, code, piece)
    else:
        return False
    return True


def unlabelled(sheet: Sheet, section: Section) -> None:
    """Read the section of a page without labels: what follows the lists is known by its form."""
    tail = _tail(section.lines)
    criteria(sheet, section.lines[:tail])
    bullets_may_be_short(sheet, section.lines[:tail])
    ages = []
    for piece in section.lines[tail:]:
        if AGE.fullmatch(piece.text) or piece.text in _NO_LIMIT:
            ages.append(piece)
        elif (code := code_of(piece.text, SEX)) and not sheet.has(layout.ELIGIBILITY + "sex"):
            sheet.put(layout.ELIGIBILITY + "sex", code, piece, _BY_PLACE)
        elif (answer := yes_or_no(piece.text)) is not None and not sheet.has(layout.VOLUNTEERS):
            sheet.put(layout.VOLUNTEERS, answer, piece, _BY_PLACE)
    _ages(sheet, ages)


def _tail(lines: Sequence[Piece]) -> int:
    """Where the lists end. A line that is no value between two that are ones stays outside the lists."""
    values = [i for i, piece in enumerate(lines) if _is_value(piece)]
    if not values:
        return len(lines)
    start = values[-1]
    for index in reversed(values):
        if start - index > 2 or any(lines[i].is_list_item for i in range(index, start)):
            break
        start = index
    return start


def _is_value(piece: Piece) -> bool:
    text = piece.text
    return bool(AGE.fullmatch(text)) or text in SEX or text in ("Yes", "No", *_NO_LIMIT)


def _ages(sheet: Sheet, ages: Sequence[Piece]) -> None:
    """Two ages are the least and the greatest; one alone may be either."""
    if len(ages) == 1 and ages[0].text in _NO_LIMIT:
        sheet.mark(*ages)
        return
    if len(ages) == 1:
        age = ages[0]
        note = "one age stands without its label: it may be the least or the greatest"
        for path in (layout.MINIMUM, layout.MAXIMUM):
            sheet.undecided(path, (age.text, "no limit"), ages, note)
        sheet.say(
            "READ-102",
            Severity.WARNING,
            f"one age, {age.text}, stands without its label: whether it is the least or the greatest age is not known",
            layout.MINIMUM,
            ages,
            expected="two ages, or labels",
            mend="see what the criteria say of age, or use the JSON of the record",
        )
        return
    for path, age in zip((layout.MINIMUM, layout.MAXIMUM), ages, strict=False):
        if age.text in _NO_LIMIT:
            sheet.mark(age)
            sheet.absent(path, age, "no limit, by its place after the lists")
        else:
            sheet.put(path, age.text, age, _BY_PLACE)


def criteria(sheet: Sheet, lines: Sequence[Piece]) -> None:
    """The text of the criteria as the registry composes it, numbers and escapes as they stand.

    Each non-blank line of the text has its place in the entry's `where`, in order.
    """
    if not lines:
        return
    text = ""
    edge = min((piece.column for piece in lines if piece.is_list_item), default=1)
    for index, piece in enumerate(lines):
        heading = piece.text.rstrip(":") in (layout.INCLUSION, layout.EXCLUSION)
        shown = piece.text.rstrip(":") + ":" if heading else piece.text
        if index:
            listed = piece.is_list_item and lines[index - 1].is_list_item
            text += "\n" if listed else "\n\n"
        text += (" " * min(piece.column - edge, 8) if piece.is_list_item else "") + shown  # a list within a list
    sheet.put(layout.CRITERIA, text, lines)
    sheet.question(strays_in_list(lines))
    for name, items in _lists(lines):
        _gap(sheet, name, items)


def _lists(lines: Sequence[Piece]) -> list[tuple[str, list[Piece]]]:
    """The numbered and bulleted items of each of the two lists."""
    found: list[tuple[str, list[Piece]]] = []
    for piece in lines:
        name = piece.text.rstrip(":")
        if name in (layout.INCLUSION, layout.EXCLUSION):
            found.append((name, []))
        elif piece.is_list_item:
            if not found:
                found.append(("Criteria", []))
            found[-1][1].append(piece)
    return found


def _gap(sheet: Sheet, name: str, items: Sequence[Piece]) -> None:
    """Report a list that does not begin at 1, and numbers left out in it. Nothing is renumbered."""
    previous = 0
    for piece in items:
        number = piece.number
        if number is None:
            continue
        if number > previous + 1:
            missing = f"{previous + 1}" if number == previous + 2 else f"{previous + 1} to {number - 1}"
            sheet.say(
                "READ-101",
                Severity.WARNING,
                f"{name}: item {missing} is missing; the list "
                + (f"begins at {number}" if not previous else f"goes from {previous} to {number}"),
                layout.CRITERIA,
                (piece,),
                expected=f"item {previous + 1}",
                mend="read the missing criterion in the registry; it is not known to this record",
            )
        previous = number


def bullets_may_be_short(sheet: Sheet, lines: Sequence[Piece]) -> None:
    """Warn that an unlabelled page may have dropped the first of a list without numbers."""
    for name, items in _lists(lines):
        if items and items[0].number is None:
            sheet.say(
                "READ-113",
                Severity.INFO,
                f"{name}: pages without labels have been seen to drop the first item of a list, and this list has no "
                "numbers to tell",
                layout.CRITERIA,
                items[:1],
                expected="a numbered list",
                mend="compare the list with the registry",
            )
