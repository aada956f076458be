"""Gathers what a page reader finds: values by v2 path, where they stand, what became of every line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.record.model import Json
from trialwright.record.provenance import Coverage, Entry, Line, Presence, Provenance
from trialwright.record.readers.page.text import Piece, lines_of, spans
from trialwright.record.reading import Reading
from trialwright.record.record import steps
from trialwright.record.structure import study_type
from trialwright.record.terms import Terms, code_of

PROTOCOL = "protocolSection."
LAYOUT = "layout"
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHOWN = 5


class Sheet:
    """A page being read. Paths are v2 paths; those that name no section are taken to lie in `protocolSection`."""

    def __init__(self, text: str) -> None:
        self.lines: list[Piece] = lines_of(_SURROGATE.sub("\ufffd", text))
        self.unmapped: dict[str, Json] = {}
        self.held: dict[str, list[Piece]] = {}  # pieces that can only be placed when the page is read
        self._document: dict[str, Any] = {}
        self._entries: dict[str, Entry] = {}
        self._became: dict[int, str] = {}
        self._questioned: set[int] = set()
        self._problems: list[Problem] = []

    # --- values ---

    def put(
        self,
        path: str,
        value: Json,
        pieces: Piece | Sequence[Piece] = (),
        note: str = "",
        readings: tuple[str, ...] = (),
    ) -> None:
        """Set the value of a field; with readings, it is ambiguous. The pieces' lines are mapped to the field."""
        path = full(path)
        places = (pieces,) if isinstance(pieces, Piece) else tuple(pieces)
        self._set(path, value)
        presence = Presence.AMBIGUOUS if readings else Presence.PRESENT
        self._entries[path] = Entry(presence, spans(places), readings, note)
        self.take(path, places)

    def undecided(
        self, path: str, readings: Iterable[str], pieces: Sequence[Piece], note: str, value: Json = None
    ) -> None:
        """Say that a field has several readings; the field stays empty unless a value is given."""
        path = full(path)
        if value is not None:
            self._set(path, value)
        self._entries[path] = Entry(Presence.AMBIGUOUS, spans(pieces), tuple(readings), note)
        self.take(path, pieces)

    def doubt(self, path: str, note: str) -> None:
        """Say of everything that was put beneath a path that it is only one of several readings."""
        prefix = full(path)
        for known, entry in self._entries.items():
            if known.startswith(prefix) and entry.presence is Presence.PRESENT:
                readings = (str(self.value(known)),)
                self._entries[known] = Entry(Presence.AMBIGUOUS, entry.where, readings, note)

    def absent(self, path: str, piece: Piece, note: str) -> None:
        """Say that the page states that a field has no value."""
        self._entries[full(path)] = Entry(Presence.ABSENT, spans((piece,)), (), note)

    def lost(self, paths: str | Iterable[str], note: str) -> None:
        """Say that this rendering drops fields; nothing is said of those that have an entry already."""
        for path in (paths,) if isinstance(paths, str) else paths:
            self._entries.setdefault(full(path), Entry(Presence.LOST, (), (), note))

    def has(self, path: str) -> bool:
        """Whether anything has been said of the field at this very path."""
        return full(path) in self._entries

    def value(self, path: str) -> Json:
        """The value that was put at a path, or None."""
        node: Any = self._document
        for step in steps(full(path)):
            try:
                node = node[step]
            except (KeyError, IndexError, TypeError):
                return None
        return node

    def term(self, path: str, piece: Piece, terms: Terms, note: str = "") -> None:
        """Set an enumerated field from a label or a code; a term that nobody has listed is kept and reported."""
        code = code_of(piece.text, terms)
        self.put(path, code or piece.text, piece, note)
        if code is None:
            self.say(
                "READ-106",
                Severity.WARNING,
                f"{piece.text!r} is not a known term for this field; it is kept, and nothing is concluded from it",
                path,
                (piece,),
                expected=", ".join(terms),
                mend="check the spelling in the source",
            )

    # --- lines ---

    def take(self, became: str, pieces: Iterable[Piece]) -> None:
        """Map the pieces' lines to a field or a marker; what was said of a line first stays."""
        for piece in pieces:
            self._became.setdefault(piece.line, became)

    def mark(self, *pieces: Piece, what: str = LAYOUT) -> None:
        """Say that the pieces' lines are markers of the layout."""
        self.take(what, pieces)

    def question(self, pieces: Iterable[Piece]) -> None:
        """Say that lines were kept in a field's text and may not belong to it: they do not count as mapped."""
        self._questioned.update(piece.line for piece in pieces)

    def is_taken(self, piece: Piece) -> bool:
        """Whether the piece's line has been mapped."""
        return piece.line in self._became

    # --- problems and the end ---

    def say(
        self,
        code: str,
        severity: Severity,
        message: str,
        path: str | None = None,
        pieces: Sequence[Piece] = (),
        expected: str = "",
        mend: str = "",
    ) -> None:
        """Report a problem, with the pieces as evidence."""
        quotes = tuple(Evidence.of(piece.text, piece.span) for piece in pieces[:_SHOWN])
        self._problems.append(Problem(code, severity, message, full(path) if path else None, quotes, expected, mend))

    def reading(self) -> Reading:
        """All that was found."""
        strangers = [piece for piece in self.lines if piece.line not in self._became]
        if strangers:
            self.say(
                "READ-108",
                Severity.WARNING,
                f"{len(strangers)} of {len(self.lines)} lines fit neither a field nor the layout of the page; "
                "they are kept but not used",
                None,
                strangers,
                expected="lines of the page's own layout",
                mend="copy the text of the record's page again, without what stands around it",
            )
            self.unmapped.update({f"line {piece.line}": piece.text for piece in strangers})
        doubted = [piece for piece in self.lines if piece.line in self._questioned and piece.line in self._became]
        if doubted:
            self.say(
                "READ-118",
                Severity.WARNING,
                f"{len(doubted)} of {len(self.lines)} lines stand within a text or a list and do not look like a part "
                "of it; they are kept there, and not counted as read",
                None,
                doubted,
                expected="sentences, or items of the list",
                mend="take out what does not belong to the record",
            )
        left = sorted((*strangers, *doubted), key=lambda piece: piece.line)
        coverage = Coverage(
            mapped=len(self.lines) - len(left),
            total=len(self.lines),
            unmapped=tuple(Line(piece.line, piece.text, None) for piece in left),
        )
        study = study_type().validate_python(_without_gaps(self._document))
        return Reading(study, Provenance(self._entries), coverage, tuple(self._problems), self.unmapped)

    def _set(self, path: str, value: Json) -> None:
        node: Any = self._document
        way = list(steps(path))
        for step, following in pairwise(way):
            fresh: Any = [] if isinstance(following, int) else {}
            if isinstance(step, int):
                while len(node) <= step:
                    node.append(None)
                node[step] = fresh if node[step] is None else node[step]
                node = node[step]
            else:
                node = node.setdefault(step, fresh)
        last = way[-1]
        if isinstance(last, int):
            while len(node) <= last:
                node.append(None)
        node[last] = value


def full(path: str) -> str:
    """A path with its section."""
    head = path.split(".", 1)[0]
    return path if head.endswith("Section") or head == "hasResults" else PROTOCOL + path


def _without_gaps(value: Any) -> Any:
    """The document with list items that nothing was said of as empty objects."""
    if isinstance(value, Mapping):
        return {key: _without_gaps(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [{} if item is None else _without_gaps(item) for item in value]
    return value
