"""Splits a page into its sections: each begins at a known title, or at the sentence that stands under it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from trialwright.record.readers.page.text import Piece

HEADER = ""
_REACH = 3  # a stray line or two may stand between a title and its sentence


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a page: its title (empty for what stands before the first), its own marker lines, its content."""

    title: str
    markers: tuple[Piece, ...]
    lines: tuple[Piece, ...]


def cut(lines: Sequence[Piece], opens: Callable[[int, str], tuple[str, int]]) -> list[Section]:
    """The sections of a page in order.

    `opens` is asked at each line, with its index and the title of the section so far; it gives the title of the
    section that begins there and how many lines are its markers, or an empty title if none begins.
    """
    found: list[Section] = []
    title, first, begun = HEADER, 0, 0
    index = 0
    while index < len(lines):
        opened, markers = opens(index, title)
        if opened:
            found.append(Section(title, tuple(lines[begun:first]), tuple(lines[first:index])))
            title, begun, first = opened, index, index + markers
            index += max(markers, 1)
        else:
            index += 1
    found.append(Section(title, tuple(lines[begun:first]), tuple(lines[first:])))
    return found


def split(lines: Sequence[Piece], titles: Mapping[str, str], free_text: Collection[str] = ()) -> list[Section]:
    """The sections of a page that begin with known titles. `titles`: each with the sentence under it, or empty.

    A title opens a section if its sentence follows; what stands between the two belongs to neither. Without the
    sentence it does so only where the page is not in one of the `free_text` sections and the title is further on in
    the page's order: a paragraph may happen to be the single word "Conditions". A sentence opens its section even if
    the title is missing.
    """
    hints = {" ".join(hint.split()): title for title, hint in titles.items() if hint}
    order = {title: index for index, title in enumerate(titles)}
    texts = [" ".join(piece.text.split()) for piece in lines]

    def opens(index: int, current: str) -> tuple[str, int]:
        here = texts[index]
        if here in hints:
            return hints[here], 1
        if here in titles:
            for below in range(1, 1 + _REACH):
                if index + below < len(texts) and hints.get(texts[index + below]) == here:
                    return here, 1 + below
            if current not in free_text and order[here] > order.get(current, -1):
                return here, 1
        return "", 0

    found = cut(lines, opens)
    known = {*titles, *hints}
    return [
        replace(section, markers=tuple(p for p in section.markers if " ".join(p.text.split()) in known))
        for section in found
    ]
