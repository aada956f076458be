"""Tells whether a text is the third-party record page, and whether it has kept its labels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trialwright.record.readers import saved_html
from trialwright.record.readers.explorer import layout as layout
from trialwright.record.readers.page.sections import split
from trialwright.record.readers.page.text import Piece

_ID = re.compile(r"^\s*NCT ID:\s*NCT\d", re.MULTILINE)
_TYPED = re.compile(r"(?:Group Type|Intervention Type|Sponsor Role|Responsibility Role|Site Status)\s+[A-Za-z_-]+\Z")


def is_page(text: str) -> bool:
    """Whether a text holds enough of the page's own sentences: two, or one beside an `NCT ID:` line."""
    if saved_html.recognises(text):
        return False
    needed = 1 if _ID.search(text) else 2
    return sum(hint in text for hint in layout.SECTIONS.values() if hint) >= needed


def is_labelled(lines: Sequence[Piece]) -> bool:
    """Whether the page has kept its labels: at least half as many labels as values in the sections of plain values.

    One stray line that reads like a label does not make a page labelled, nor does one lost label unmake it.
    """
    labels = values = typed = 0
    for section in split(lines, layout.SECTIONS, layout.FREE_TEXT):
        known = layout.LABELS.get(section.title, {})
        found = sum(piece.text in known for piece in section.lines)
        labels += found
        if section.title in ("Basic Information", "Study Design"):
            values += len(section.lines) - found
        typed += sum(_TYPED.match(piece.text) is not None for piece in section.lines)
    if values:
        return labels >= max(1, values / 2)
    return labels > 0 or typed > 0
