"""Tells arms from interventions where the third-party page has lost its labels, by form and by repetition.

The interventions are listed twice: under each arm and in a section of their own. A group is therefore a label, a
description, and then lines that are repeated, whole, in the other section.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.record.readers.explorer import layout as layout
from trialwright.record.readers.explorer.groups import Arm, Block, boundaries_unknown, write
from trialwright.record.readers.page.sections import Section
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.text import Piece

LONGEST_NAME = 200  # the registry's own limit for the name of an intervention; an arm's title has 100
LONGEST_TEXT = 12  # lines of one description that are considered
LONGEST_CHAIN = 24  # interventions of one arm that are considered
DOUBT = 2.0  # from this cost on, the division is called uncertain
_NOTE = "by its place and by being repeated in the other section"


def read(sheet: Sheet, groups: Section | None, interventions: Section | None) -> None:
    """Read both sections of a page without labels."""
    found, doubt = blocks(interventions.lines if interventions else ())
    groups_found, cost = arms(groups.lines if groups else (), found)
    write(sheet, groups_found, found, _NOTE)
    if doubt or cost >= DOUBT:
        pieces = [*(groups.lines if groups else ()), *(interventions.lines if interventions else ())]
        readings = [f"{arm.label.text}: {', '.join(b.name.text for b in arm.blocks) or '-'}" for arm in groups_found]
        boundaries_unknown(sheet, pieces, readings or [f"no group; {', '.join(block.name.text for block in found)}"])


def blocks(lines: Sequence[Piece]) -> tuple[list[Block], bool]:
    """The interventions in their own section: the division into names and descriptions that costs least.

    Gives the blocks and whether the lines do *not* simply alternate, so that the division is doubtful.
    """
    if not lines:
        return [], False
    as_name, as_text = _name_cost(lines[0]), float("inf")
    back: list[tuple[bool, bool]] = []
    for piece in lines[1:]:
        after_name, after_text = as_name + 1.0, as_text  # a name after a name: the first has no description
        first, further = as_name, as_text + 2.0  # a second line of one description
        back.append((after_text <= after_name, further < first))
        as_name = min(after_name, after_text) + _name_cost(piece)
        as_text = min(first, further) + _text_cost(piece)
    is_text = as_text <= as_name + 1.0
    roles = [is_text]
    for name_came_from_text, text_came_from_text in reversed(back):
        is_text = text_came_from_text if is_text else name_came_from_text
        roles.append(is_text)
    roles.reverse()
    found: list[Block] = []
    for piece, is_description in zip(lines, roles, strict=True):
        if is_description and found:
            found[-1].text.append(piece)
        else:
            found.append(Block(piece))
    return found, any(len(block.text) != 1 or _is_bare(block.text[0]) for block in found)


def _is_bare(piece: Piece) -> bool:
    """Whether a description is so short that it may be a name."""
    return len(piece.text.split()) < 3 and not piece.text.endswith(".")


def _name_cost(piece: Piece) -> float:
    """How unlike a name a line is."""
    cost = 5.0 if piece.is_list_item or len(piece.text) > LONGEST_NAME else 0.0
    return cost + (1.5 if piece.text.endswith((".", ";", ":")) else 0.0)


def _text_cost(piece: Piece) -> float:
    """How unlike a description a line is."""
    return 0.5 if len(piece.text) < 40 and not piece.text.endswith(".") and not piece.is_list_item else 0.0


@dataclass(frozen=True, slots=True)
class _Step:
    cost: float
    text_end: int
    chain: tuple[int, ...]
    marked: bool
    end: int


def arms(lines: Sequence[Piece], known: Sequence[Block]) -> tuple[list[Arm], float]:
    """The groups: the division into label, description and known interventions that costs least, and its cost."""
    texts = [piece.text for piece in lines]
    starting: dict[str, list[int]] = {}
    for index, block in enumerate(known):
        starting.setdefault(block.name.text, []).append(index)
    size = len(lines)
    best: list[_Step | None] = [None] * (size + 1)
    total = [0.0] * (size + 1)
    for start in range(size - 1, -1, -1):
        steps = list(_steps(texts, start, known, starting))
        step = min(steps, key=lambda s: s.cost + total[s.end])
        best[start], total[start] = step, step.cost + total[step.end]
    found: list[Arm] = []
    at = 0
    while at < size and (chosen := best[at]) is not None:
        found.append(_arm(lines, at, chosen, known))
        at = chosen.end
    return found, total[0]


def _steps(texts: list[str], start: int, known: Sequence[Block], starting: dict[str, list[int]]) -> list[_Step]:
    """Every way to read one arm that begins at a line."""
    found = []
    label = _name_cost(Piece(texts[start], 1, 1)) + (3.0 if texts[start] == layout.NO_INTERVENTION else 0.0)
    label += 0.6 if _match(texts, start, known, starting, ()) is not None else 0.0  # rather an intervention
    for text_end in range(start + 1, min(start + 2 + LONGEST_TEXT, len(texts) + 1)):
        lines = text_end - start - 1
        if lines and texts[text_end - 1] == layout.NO_INTERVENTION:
            break
        cost = label + (1.0 if lines == 0 else 2.0 * (lines - 1))
        if text_end < len(texts) and texts[text_end] == layout.NO_INTERVENTION:
            found.append(_Step(cost, text_end, (), True, text_end + 1))
        found.append(_Step(cost + (2.0 if known else 0.0), text_end, (), False, text_end))
        chain: tuple[int, ...] = ()
        at = text_end
        while len(chain) < LONGEST_CHAIN and (match := _match(texts, at, known, starting, chain)) is not None:
            chain = (*chain, match)
            at += len(known[match].lines)
            found.append(_Step(cost, text_end, chain, False, at))
    return found


def _match(
    texts: list[str], at: int, known: Sequence[Block], starting: dict[str, list[int]], used: tuple[int, ...]
) -> int | None:
    """The longest known intervention whose lines stand at a place, each once in an arm."""
    fitting = [
        index
        for index in (starting.get(texts[at], ()) if at < len(texts) else ())
        if index not in used and texts[at : at + len(known[index].lines)] == known[index].lines
    ]
    return max(fitting, key=lambda index: len(known[index].lines), default=None)


def _arm(lines: Sequence[Piece], start: int, step: _Step, known: Sequence[Block]) -> Arm:
    arm = Arm(lines[start], list(lines[start + 1 : step.text_end]))
    at = step.text_end
    for index in step.chain:
        size = len(known[index].lines)
        arm.blocks.append(Block(lines[at], list(lines[at + 1 : at + size])))
        at += size
    arm.marks = list(lines[step.end - 1 : step.end]) if step.marked else []
    return arm
