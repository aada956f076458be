"""Gathers what a page reader finds: values by v2 path, where they stand, what became of every line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from trialwright.core.problem import Evidence, Severity
from trialwright.record.model import Json
from trialwright.record.provenance import Coverage, Entry, Line, Presence, Provenance
from trialwright.record.readers.gathered import Gathered, full
from trialwright.record.readers.page.text import Piece, lines_of, spans
from trialwright.record.reading import Reading
from trialwright.record.terms import Terms, code_of

LAYOUT = "layout"
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHOWN = 5


class Sheet:
    """A page being read. Paths are v2 paths; those that name no section are taken to lie in `protocolSection`."""

    def __init__(self, text: str) -> None:
        self.lines: list[Piece] = lines_of(_SURROGATE.sub("\ufffd", text))
        self.held: dict[str, list[Piece]] = {}  # pieces that can only be placed when the page is read
        self._gathered = Gathered()
        self._became: dict[int, str] = {}
        self._questioned: set[int] = set()

    @property
    def unmapped(self) -> dict[str, Json]:
        """What has no place in the model, by its place on the page."""
        return self._gathered.unmapped

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
        places = (pieces,) if isinstance(pieces, Piece) else tuple(pieces)
        self._gathered.put(path, value, spans(places), note, readings)
        self.take(full(path), places)

    def undecided(
        self, path: str, readings: Iterable[str], pieces: Sequence[Piece], note: str, value: Json = None
    ) -> None:
        """Say that a field has several readings; the field stays empty unless a value is given."""
        self._gathered.undecided(path, readings, spans(pieces), note, value)
        self.take(full(path), pieces)

    def doubt(self, path: str, note: str) -> None:
        """Say of everything that was put beneath a path that it is only one of several readings."""
        prefix = full(path)
        entries = self._gathered.entries
        for known, entry in entries.items():
            if known.startswith(prefix) and entry.presence is Presence.PRESENT:
                entries[known] = Entry(Presence.AMBIGUOUS, entry.where, (str(self.value(known)),), note)

    def absent(self, path: str, piece: Piece, note: str) -> None:
        """Say that the page states that a field has no value."""
        self._gathered.absent(path, spans((piece,)), note)

    def lost(self, paths: str | Iterable[str], note: str) -> None:
        """Say that this rendering drops fields; nothing is said of those that have an entry already."""
        self._gathered.lost(paths, note)

    def has(self, path: str) -> bool:
        """Whether anything has been said of the field at this very path."""
        return self._gathered.has(path)

    def value(self, path: str) -> Json:
        """The value that was put at a path, or None."""
        return self._gathered.value(path)

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
        self._gathered.say(code, severity, message, path, quotes, expected, mend)

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
        gathered = self._gathered
        return Reading(
            gathered.study(), Provenance(gathered.entries), coverage, tuple(gathered.problems), gathered.unmapped
        )
