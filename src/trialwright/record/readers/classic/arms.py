"""The two tables of the classic page that hold interventions: conditions and phases, and the arms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from trialwright.core.problem import Severity
from trialwright.record.readers.classic import layout as layout
from trialwright.record.readers.classic import values as values
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.strays import is_strange
from trialwright.record.readers.page.text import Piece
from trialwright.record.readers.page.undivided import CONDITIONS, undivided_conditions
from trialwright.record.terms import ARM_TYPE, INTERVENTION_TYPE, PHASE, code_of, label_of

_TYPES = "|".join(re.escape(label) for labels in INTERVENTION_TYPE.values() for label in labels)
_TYPED = re.compile(rf"(?:^|(?<=\s))({_TYPES}): ")
_ARM = re.compile("(" + "|".join(re.escape(label) for labels in ARM_TYPE.values() for label in labels) + r"):\s+(.+)")
_PHASES = re.compile(r"Early Phase 1|Phase [0-4]|Not Applicable|N/A")
_OTHER_NAME = re.compile(r"Other Names?\s*:\s*")
_ARMS, _INTERVENTIONS = layout.ARM_PATH + "armGroups", layout.ARM_PATH + "interventions"
PHASES = layout.DESIGN_PATH + "phases"


@dataclass(slots=True)
class _Drug:
    kind: str | None
    name: Piece
    text: list[Piece] = field(default_factory=list)
    others: list[Piece] = field(default_factory=list)
    arms: list[Piece] = field(default_factory=list)

    @property
    def link(self) -> str:
        """How arms name the intervention."""
        return f"{label_of(self.kind, INTERVENTION_TYPE)}: {self.name.text}" if self.kind else self.name.text

    @property
    def key(self) -> tuple[str, ...]:
        """What tells two interventions of one name apart."""
        return (self.link, *(piece.text for piece in self.text))


def cells(lines: Sequence[Piece]) -> list[list[Piece]]:
    """The cells of a table whose cells may run over several lines: each its non-empty pieces. A `|` closes a cell;
    what stands after the last one is a cell of its own."""
    found: list[list[Piece]] = [[]]
    for piece in lines:
        if layout.RULE.match(piece.text) and "-" in piece.text:
            continue
        parts = list(piece.cells())
        for index, part in enumerate(parts):
            if part.text:
                found[-1].append(part)
            if index < len(parts) - 1:
                found.append([])
    return found


def condition_table(sheet: Sheet, lines: Sequence[Piece], columns: int) -> None:
    """The table of conditions, interventions and phases. Conditions stand with nothing between them."""
    sheet.mark(*(piece for piece in lines if values.is_marker(piece)))
    row = cells([piece for piece in lines if not values.is_marker(piece) or piece.text.strip() == "|"])
    if row and row[0]:
        sheet.put(CONDITIONS, [piece.text for piece in row[0]], row[0])
        if len(row[0]) == 1 and " " in row[0][0].text:
            undivided_conditions(sheet, row[0][0])
    if len(row) > 1:
        sheet.held["interventions"] = [piece for cell in row[1:2] for piece in cell]
        sheet.take(_INTERVENTIONS, row[1])
    if columns > 2 and len(row) > 2 and row[2]:
        _phases(sheet, row[2])


def _phases(sheet: Sheet, cell: Sequence[Piece]) -> None:
    said = " ".join(piece.text for piece in cell)
    codes = [code_of(found.group(), PHASE) for found in _PHASES.finditer(said)]
    if codes and not _PHASES.sub("", said).strip(" /|"):
        sheet.put(PHASES, codes, cell)
        return
    sheet.say(
        "READ-115",
        Severity.WARNING,
        f"{said!r} stands where the page shows the phase",
        PHASES,
        cell,
        expected=", ".join(labels[0] for labels in PHASE.values()),
        mend="compare the line with the registry",
    )


def arms(sheet: Sheet, lines: Sequence[Piece]) -> None:
    """The table of the arms, and with it every intervention, linked both ways."""
    sheet.mark(*(piece for piece in lines if values.is_marker(piece)))
    table = cells([piece for piece in lines if not values.is_marker(piece) or piece.text.strip() == "|"])
    listed = sheet.held.pop("interventions", [])
    drugs: list[_Drug] = []
    number = 0
    index = 0
    while index < len(table):
        cell = table[index]
        if not cell:
            index += 1
            continue
        beside = table[index + 1] if index + 1 < len(table) else []
        before = next((place for place, piece in enumerate(beside) if _TYPED.match(piece.text)), 0)
        sheet.question(beside[:before])  # the page names a type before each intervention
        _arm(sheet, f"{_ARMS}[{number}]", cell, _drugs(beside[before:], listed), drugs)
        sheet.take(_INTERVENTIONS, beside)
        number += 1
        index += 2
    for position, drug in enumerate(_in_order(listed, drugs)):
        _intervention(sheet, f"{_INTERVENTIONS}[{position}]", drug)


def _arm(sheet: Sheet, path: str, cell: Sequence[Piece], beside: Sequence[_Drug], drugs: list[_Drug]) -> None:
    """An arm with its type, label and description; what stands beside it is added to the interventions."""
    typed = next((index for index, piece in enumerate(cell[:3]) if _ARM.fullmatch(piece.text)), 0)
    sheet.question(cell[:typed])
    sheet.take(path, cell[:typed])
    head, *rest = cell[typed:]
    label = head
    if found := _ARM.fullmatch(head.text):
        sheet.term(path + ".type", head.part(0, found.end(1)), ARM_TYPE)
        label = head.part(found.start(2))
    sheet.put(path + ".label", label.text, label)
    if rest:
        sheet.question(piece for piece in rest[1:] if is_strange(piece))
        if len(rest) > 1 and is_strange(rest[0]):
            sheet.question(rest[:1])
        values.text(sheet, path + ".description", rest)
    for drug in beside:
        held = next((known for known in drugs if known.key == drug.key), None)
        if held is None:
            drugs.append(drug)
        (held or drug).arms.append(label)
    if beside:
        names = [drug.link for drug in beside]
        sheet.put(path + ".interventionNames", names, [drug.name for drug in beside])


def _drugs(cell: Sequence[Piece], listed: Sequence[Piece]) -> list[_Drug]:
    """The interventions of an arm: `Type: name`, description, `Other Name: x` or `Other Names:` with a list.

    A line that reads like a type and a name is only one if the first table lists it, where there is one.
    """
    table = " ".join(piece.text for piece in listed)
    found: list[_Drug] = []
    in_names = False
    for piece in cell:
        typed = _TYPED.match(piece.text)
        other = _OTHER_NAME.match(piece.text)
        if typed and (not found or not table or piece.text in table):
            found.append(_Drug(code_of(typed.group(1), INTERVENTION_TYPE), piece.part(typed.end())))
            in_names = False
        elif not found:
            found.append(_Drug(None, piece))
        elif other:
            in_names = not piece.text[other.end() :]
            if not in_names:
                found[-1].others.append(piece.part(other.end()))
        elif in_names and piece.text.startswith(("- ", "* ", "• ")):
            found[-1].others.append(piece.part(2))
        else:
            in_names = False
            found[-1].text.append(piece)
    return found


def _in_order(listed: Sequence[Piece], drugs: Sequence[_Drug]) -> list[_Drug]:
    """The interventions in the order of the first table; those that no arm has are known by their name alone."""
    left = list(drugs)
    found: list[_Drug] = []
    for drug in (drug for piece in listed for drug in _typed(piece, [d.link for d in drugs])):
        shown = next((known for known in left if known.link == drug.link), None)
        if shown is not None:
            left.remove(shown)
            found.append(shown)
        elif all(known.link != drug.link for known in drugs):
            found.append(drug)
    return found + left


def _typed(piece: Piece, known: Sequence[str]) -> list[_Drug]:
    """The interventions in a line such as `Drug: A Biological: B`, known ones first: a name may hold a type's word."""
    found: list[_Drug] = []
    at = 0
    while (mark := _TYPED.search(piece.text, at)) is not None:
        fitting = [link for link in known if piece.text.startswith(link, mark.start())]
        following = _TYPED.search(piece.text, mark.end())
        end = following.start() if following else len(piece.text)
        if fitting:
            end = mark.start() + max(map(len, fitting))
        found.append(_Drug(code_of(mark.group(1), INTERVENTION_TYPE), piece.part(mark.end(), end)))
        at = end
    return found


def _intervention(sheet: Sheet, path: str, drug: _Drug) -> None:
    sheet.put(path + ".name", drug.name.text, drug.name)
    if drug.kind:
        sheet.put(path + ".type", drug.kind, drug.name)
    if drug.text:
        if len(drug.text) > 1:
            sheet.question(piece for piece in drug.text if is_strange(piece))
        values.text(sheet, path + ".description", drug.text)
    if drug.others:
        sheet.put(path + ".otherNames", [piece.text for piece in drug.others], drug.others)
    if not drug.arms:
        sheet.lost((path + ".description", path + ".otherNames"), "the page shows them beside an arm only")
    else:
        labels = list(dict.fromkeys(piece.text for piece in drug.arms))
        sheet.put(path + ".armGroupLabels", labels, drug.arms, "shown beside these arms")
