"""Arms and interventions of the third-party page: which line is a label, which a description, which a reference."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from trialwright.core.problem import Severity
from trialwright.record.readers.explorer import layout as layout
from trialwright.record.readers.page.sections import Section
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.strays import is_strange
from trialwright.record.readers.page.text import Piece, paragraphs
from trialwright.record.terms import ARM_TYPE, INTERVENTION_TYPE, label_of

_ARM_TYPE = re.compile(r"Group Type\s+(\S+)\Z")
_KIND = re.compile(r"Intervention Type\s+(\S+)\Z")
_ARMS, _INTERVENTIONS = layout.ARMS + "armGroups", layout.ARMS + "interventions"


@dataclass(slots=True)
class Block:
    """An intervention as a section shows it: name, description lines, and (with labels) its type."""

    name: Piece
    text: list[Piece] = field(default_factory=list)
    kind: Piece | None = None

    @property
    def lines(self) -> list[str]:
        """The name and the description, as they are repeated elsewhere."""
        return [self.name.text, *(piece.text for piece in self.text)]


@dataclass(slots=True)
class Arm:
    """An arm as the page shows it, with the interventions under it."""

    label: Piece
    text: list[Piece] = field(default_factory=list)
    kind: Piece | None = None
    blocks: list[Block] = field(default_factory=list)
    marks: list[Piece] = field(default_factory=list)


def labelled_blocks(lines: Sequence[Piece]) -> list[Block]:
    """The section of the interventions with labels: name, description, `Intervention Type X`."""
    found: list[Block] = []
    waiting: list[Piece] = []
    for piece in lines:
        if kind := _KIND.match(piece.text):
            if waiting:
                found.append(Block(waiting[0], waiting[1:], piece.part(kind.start(1))))
            waiting = []
        else:
            waiting.append(piece)
    return found


def labelled_arms(lines: Sequence[Piece], known: Sequence[Block]) -> list[Arm]:
    """The section of the groups with labels: label, description, `Group Type X`, then name, `Intervention Type X`,
    description of each intervention. Where a description ends and the next label begins is known from `known`."""
    found: list[Arm] = []
    waiting: list[Piece] = []
    for piece in lines:
        if kind := _ARM_TYPE.match(piece.text):
            if found:
                waiting = _description(found[-1], waiting, known)
            if waiting:
                found.append(Arm(waiting[0], waiting[1:], piece.part(kind.start(1))))
            waiting = []
        elif (kind := _KIND.match(piece.text)) and found and waiting:
            *before, name = waiting
            if found[-1].blocks:
                found[-1].blocks[-1].text = before
            found[-1].blocks.append(Block(name, [], piece.part(kind.start(1))))
            waiting = []
        elif piece.text == layout.NO_INTERVENTION and found:
            found[-1].marks.append(piece)
            waiting = []  # nothing of this page stands between an arm's type and this line
        else:
            waiting.append(piece)
    if found:
        _description(found[-1], waiting, known, last=True)
    return found


def _description(arm: Arm, waiting: list[Piece], known: Sequence[Block], *, last: bool = False) -> list[Piece]:
    """Give an arm's last intervention its description; what is left belongs to the next arm."""
    if not arm.blocks:
        return waiting
    block = arm.blocks[-1]
    texts = [piece.text for piece in waiting]
    sizes = [len(b.text) for b in known if b.name.text == block.name.text and texts[: len(b.text)] == b.lines[1:]]
    size = len(waiting) if last else max(sizes, default=1 if len(waiting) > 1 else 0)
    block.text = waiting[:size]
    return waiting[size:]


def write(sheet: Sheet, arms: Sequence[Arm], blocks: Sequence[Block], note: str = "") -> None:
    """Put arms and interventions on the sheet, linked both ways."""
    every = list(blocks)
    for block in (block for arm in arms for block in arm.blocks):
        if all(block.name.text != known.name.text for known in every):
            every.append(block)
    kinds = {block.name.text: block.kind.text for block in every if block.kind}
    if any(arm.blocks for arm in arms):
        bare = [arm.label for arm in arms if not (arm.text or arm.blocks or arm.marks or arm.kind)]
        sheet.question(piece for piece in bare if is_strange(piece))
    for index, arm in enumerate(arms):
        _write_arm(sheet, f"{_ARMS}[{index}]", arm, kinds, note, [block.lines for block in blocks])
    for index, block in enumerate(every):
        path = f"{_INTERVENTIONS}[{index}]"
        sheet.put(path + ".name", block.name.text, block.name, note)
        shown = _holders(arms, block)
        if len(block.text) > 1 and not any(b.lines == block.lines for arm in shown for b in arm.blocks):
            sheet.question(piece for piece in block.text if is_strange(piece))
        if not shown and block.kind is None and any(_holders(arms, other) for other in every):
            sheet.question([block.name] if is_strange(block.name) else [])
        if block.text:
            sheet.put(path + ".description", paragraphs(block.text), block.text, note)
        if block.kind:
            sheet.term(path + ".type", block.kind, INTERVENTION_TYPE)
        holders = _holders(arms, block)
        if holders:
            places = [arm.label for arm in holders]
            sheet.put(path + ".armGroupLabels", [arm.label.text for arm in holders], places, "shown under these groups")


def _holders(arms: Sequence[Arm], block: Block) -> list[Arm]:
    """The arms under which an intervention is shown. Two interventions may share a name: then the rest decides."""
    named = [(arm, b) for arm in arms for b in arm.blocks if b.name.text == block.name.text]
    same = [(arm, b) for arm, b in named if b.lines == block.lines and _kind(b) == _kind(block)]
    found: list[Arm] = []
    for arm, _ in same or named:
        if arm not in found:
            found.append(arm)
    return found


def _kind(block: Block) -> str:
    return block.kind.text if block.kind else ""


def _write_arm(
    sheet: Sheet, path: str, arm: Arm, kinds: dict[str, str], note: str, repeated: Sequence[list[str]]
) -> None:
    """Put one arm. `repeated`: the lines of each intervention in the section of their own, which vouch for a text."""
    sheet.put(path + ".label", arm.label.text, arm.label, note)
    if len(arm.text) > 1:
        sheet.question(piece for piece in arm.text if is_strange(piece))
    if arm.text:
        sheet.put(path + ".description", paragraphs(arm.text), arm.text, note)
    if arm.kind and arm.kind.text != "-":
        sheet.term(path + ".type", arm.kind, ARM_TYPE)
    elif arm.kind:
        sheet.mark(arm.kind)
    sheet.mark(*arm.marks)
    if arm.blocks:
        named = [
            f"{label_of(kinds[b.name.text], INTERVENTION_TYPE)}: {b.name.text}" if b.name.text in kinds else b.name.text
            for b in arm.blocks
        ]
        untyped = "" if all(b.name.text in kinds for b in arm.blocks) else "names without the type, which is lost"
        sheet.put(path + ".interventionNames", named, [b.name for b in arm.blocks], untyped)
    for block in arm.blocks:
        if len(block.text) > 1 and block.lines not in repeated:
            sheet.question(piece for piece in block.text if is_strange(piece))
        sheet.take(f"{_INTERVENTIONS}", [block.name, *block.text, *([block.kind] if block.kind else [])])


def labelled(sheet: Sheet, groups: Section | None, interventions: Section | None) -> None:
    """Read both sections of a page with labels."""
    blocks = labelled_blocks(interventions.lines if interventions else ())
    lines = groups.lines if groups else ()
    if lines and not any(_ARM_TYPE.match(piece.text) for piece in lines):
        from trialwright.record.readers.explorer import groups_unlabelled as explorer_groups_unlabelled

        bare = [piece for piece in lines if not _KIND.match(piece.text)]
        sheet.mark(*(piece for piece in lines if _KIND.match(piece.text)))
        arms, cost = explorer_groups_unlabelled.arms(bare, blocks)
        write(sheet, arms, blocks, "by its place and by being repeated in the other section")
        if cost >= explorer_groups_unlabelled.DOUBT:
            boundaries_unknown(sheet, bare, [arm.label.text for arm in arms])
    else:
        write(sheet, labelled_arms(lines, blocks), blocks)


def boundaries_unknown(sheet: Sheet, pieces: Sequence[Piece], readings: Sequence[str]) -> None:
    """Report that names and descriptions could not be told apart with certainty."""
    note = "names and descriptions stand without labels and do not alternate; this is the likeliest division"
    sheet.doubt(_ARMS, note)
    sheet.doubt(_INTERVENTIONS, note)
    sheet.undecided(_ARMS, readings, pieces, note)
    sheet.undecided(_INTERVENTIONS, readings, pieces, note)
    sheet.say(
        "READ-110",
        Severity.WARNING,
        "which lines name an arm or an intervention and which describe one is not certain: they do not alternate",
        _ARMS,
        pieces,
        expected="a name and one description for each",
        mend="compare the arms with the registry, or use the page with labels",
    )
