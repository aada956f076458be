"""The lines of a page, cut into pieces that know where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from trialwright.core.source import Span

_EDGE = " \t\r\f\v\u00a0\u200b\ufeff"
_BLANKS = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_LIST_ITEM = re.compile(r"\s*(?:[*•·-]|\d{1,3}[.)])\s+")
_NUMBER = re.compile(r"\s*(\d{1,3})[.)]\s")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one line: its text, and its line and first column (both from 1)."""

    text: str
    line: int
    column: int

    @property
    def span(self) -> Span:
        """Where the piece stands in the source."""
        return Span(self.line, self.column, self.line, self.column + len(self.text))

    def part(self, start: int, end: int | None = None) -> Piece:
        """The piece between two offsets, without the blanks at its edges."""
        text = self.text[start:end]
        bare = text.lstrip(_EDGE)
        return Piece(bare.rstrip(_EDGE), self.line, self.column + start + len(text) - len(bare))

    def cells(self, separator: str = "|") -> Iterator[Piece]:
        """The pieces between separators, empty ones included."""
        start = 0
        while (at := self.text.find(separator, start)) >= 0:
            yield self.part(start, at)
            start = at + len(separator)
        yield self.part(start)

    @property
    def is_list_item(self) -> bool:
        """Whether the piece begins with a bullet or a number."""
        return _LIST_ITEM.match(self.text) is not None

    @property
    def number(self) -> int | None:
        """The number that a numbered list item begins with."""
        found = _NUMBER.match(self.text)
        return int(found.group(1)) if found else None


def lines_of(text: str) -> list[Piece]:
    """The non-blank lines of a text, without the blanks at their edges; every kind of blank is a plain one.

    >>> [piece.text for piece in lines_of("18\\u00a0Years\\n\\n")]
    ['18 Years']
    """
    return list(_lines_of(text))


@lru_cache(maxsize=2)
def _lines_of(text: str) -> tuple[Piece, ...]:
    """The same for a text that several readers look at before one takes it."""
    found = []
    for number, line in enumerate(_BLANKS.sub(" ", text).split("\n"), start=1):
        bare = line.lstrip(_EDGE)
        if bare:
            found.append(Piece(bare.rstrip(_EDGE), number, 1 + len(line) - len(bare)))
    return tuple(found)


def paragraphs(pieces: Sequence[Piece]) -> str:
    """The pieces as CommonMark: list items stand line by line, other lines are paragraphs of their own.

    Every non-blank line of the result is one piece, in order, so that a line of the text can be traced to its source.

    >>> paragraphs([Piece("a", 1, 1), Piece("1. b", 2, 1), Piece("2. c", 3, 1), Piece("d", 4, 1)])
    'a\\n\\n1. b\\n2. c\\n\\nd'
    """
    text = ""
    edge = min((piece.column for piece in pieces if piece.is_list_item), default=1)
    for index, piece in enumerate(pieces):
        if index:
            text += "\n" if piece.is_list_item and pieces[index - 1].is_list_item else "\n\n"
        text += (" " * min(piece.column - edge, 8) if piece.is_list_item else "") + piece.text
    return text


def spans(pieces: Iterable[Piece]) -> tuple[Span, ...]:
    """Where the pieces stand."""
    return tuple(piece.span for piece in pieces)
