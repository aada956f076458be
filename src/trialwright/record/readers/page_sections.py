"""Splits a page into its sections: each begins at a known title, or at the sentence that stands under it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from trialwright.record.readers.page_text import Piece

HEADER = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a page: its title (empty for what stands before the first), its own marker lines, its content."""

    title: str
    markers: tuple[Piece, ...]
    lines: tuple[Piece, ...]


def split(lines: Sequence[Piece], titles: Mapping[str, str], free_text: Collection[str] = ()) -> list[Section]:
    """The sections of a page in order. `titles`: each title with the sentence under it (empty if it has none).

    A title opens a section if its sentence follows. Without the sentence it does so only where the page is not in
    one of the `free_text` sections and the title is further on in the page's order: a paragraph may happen to be
    the single word "Conditions". A sentence opens its section even if the title is missing.
    """
    hints = {" ".join(hint.split()): title for title, hint in titles.items() if hint}
    order = {title: index for index, title in enumerate(titles)}
    found: list[Section] = []
    title, markers, content = HEADER, list[Piece](), list[Piece]()

    def close() -> None:
        found.append(Section(title, tuple(markers), tuple(content)))

    index = 0
    while index < len(lines):
        here = " ".join(lines[index].text.split())
        below = " ".join(lines[index + 1].text.split()) if index + 1 < len(lines) else ""
        opened = ""
        taken = 0
        if here in hints:
            opened, taken = hints[here], 1
        elif here in titles:
            if titles[here] and hints.get(below) == here:
                opened, taken = here, 2
            elif title not in free_text and order[here] > order.get(title, -1):
                opened, taken = here, 1
        if opened:
            close()
            title, markers, content = opened, list(lines[index : index + taken]), []
            index += taken
        else:
            content.append(lines[index])
            index += 1
    close()
    return found
