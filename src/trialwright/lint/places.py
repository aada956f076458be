"""Where evidence stands in the file that a person has: line and column, also in JSON documents, tables and XML."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from trialwright.core.problem import Evidence
from trialwright.core.source import JsonPath, Span

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[{}\[\]:,]|[^\s{}\[\]:,"\']+', re.DOTALL)
_CELL = re.compile(r'[ \t]*"((?:[^"]|"")*)"[^,\r\n]*|([^,\r\n]*)')
_OF_TABLE = re.compile(r"row \d+, ")
FEWEST_WORDS = 8
"""Words of a quote that are looked for, since a source may break the rest over lines otherwise than the reader."""
LARGEST = 20_000_000
"""Characters of a document whose places are looked up; of a larger one only the path is shown."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places in one text. `prefix`: the path of the record within a document that holds several."""

    text: str
    prefix: str = ""
    _settled: dict[Evidence, tuple[int, int] | None] = field(default_factory=dict, compare=False, repr=False)
    _made: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict, compare=False, repr=False)
    _lines: list[int] = field(default_factory=list, compare=False, repr=False)

    def of(self, evidence: Evidence) -> tuple[int, int] | None:
        """Line and column, from 1, of the words quoted, or of the value that holds them; None where not known."""
        if evidence in self._settled:
            return self._settled[evidence]
        where = evidence.where
        if isinstance(where, Span):
            return self._within(where, evidence.quote)
        if not isinstance(where, JsonPath) or len(self.text) > LARGEST:
            return None
        if _OF_TABLE.match(where.path):
            found = self._known("cells", cells).get(where.path)
            words = evidence.quote.rstrip("…").replace('"', '""')
        else:
            found = self._known("paths", positions).get(self.prefix + where.path)
            words = json.dumps(evidence.quote.rstrip("…"), ensure_ascii=False)[1:-1]
        if found is None:
            return None
        start, end = found
        at = self.text.find(words, start, end) if words else -1
        return self._place(at if at >= 0 else start)

    def settled(self, evidence: Iterable[Evidence]) -> Places:
        """The places of these pieces of evidence alone, without the text."""
        return Places("", self.prefix, {item: self.of(item) for item in evidence})

    def _known(self, name: str, find: Callable[[str], dict[str, tuple[int, int]]]) -> dict[str, tuple[int, int]]:
        if name not in self._made:
            self._made[name] = find(self.text)
        return self._made[name]

    def _starts(self) -> list[int]:
        """The offset of each line."""
        if not self._lines:
            self._lines.append(0)
            self._lines.extend(match.end() for match in re.finditer("\n", self.text))
        return self._lines

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts(), offset)
        return line, offset - self._starts()[line - 1] + 1

    def _within(self, span: Span, quote: str) -> tuple[int, int]:
        """The first words quoted, where they stand inside a span that is larger than they, such as an element's."""
        lines = self._starts()
        words = quote.rstrip("…").split()[:FEWEST_WORDS]
        if not words or span.end_line > len(lines):
            return span.line, span.column
        start = lines[span.line - 1] + span.column - 1
        end = lines[span.end_line - 1] + span.end_column - 1
        found = re.compile(r"\s+".join(re.escape(word) for word in words)).search(self.text, start, end)
        return self._place(found.start()) if found is not None else (span.line, span.column)


def positions(text: str) -> dict[str, tuple[int, int]]:
    """Start and end of every value of a JSON document, or a Python literal, by its path; empty of any other text.

    Lines above the document, such as a heading, are passed over.

    >>> positions('{"a": [{"b": 1}, 2]}')["a[0].b"]
    (13, 14)
    """
    found: dict[str, tuple[int, int]] = {}
    begin = re.search(r"^\ufeff?\s*(?=[{\[])", text, re.MULTILINE)
    if begin is None:
        return found
    path: list[str | int] = []
    starts: list[int] = []
    key: str | None = None
    for match in _TOKEN.finditer(text, begin.end()):
        token = match.group()
        if token in "{[":
            starts.append(match.start())
            path.append(0 if token == "[" else "")
            key = None
        elif token in "}]":
            if not starts:
                return found
            path.pop()
            found[_written(path)] = (starts.pop(), match.end())
            key = None
        elif token == ",":
            if path and isinstance(path[-1], int):
                path[-1] += 1
            key = None
        elif token == ":":
            if path and key is not None:
                path[-1] = key
        elif path and isinstance(path[-1], str) and key is None:
            key = token[1:-1]
        else:
            found[_written(path)] = match.span()
    return found


def cells(text: str) -> dict[str, tuple[int, int]]:
    """Start and end of every cell of a table with commas, by `row N, COLUMN`; rows count from 1 below the header.

    >>> text = "a,b\\n1,\\"x, y\\"\\n"
    >>> text[slice(*cells(text)["row 1, b"])]
    'x, y'
    """
    found: dict[str, tuple[int, int]] = {}
    header: list[str] = []
    row: list[tuple[int, int]] = []
    number = at = 0
    while at < len(text):
        match = _CELL.match(text, at)
        if match is None:
            break
        row.append(match.span(1) if match[1] is not None else match.span(2))
        at = match.end()
        if text[at : at + 1] == ",":
            at += 1
            if at < len(text):
                continue
        while at < len(text) and text[at] in "\r\n":
            at += 1
        shown = [text[start:end] for start, end in row]
        if not header:
            header = [name.lstrip("\ufeff").strip() for name in shown]
        elif any(cell.strip() for cell in shown):
            number += 1
            found.update((f"row {number}, {name}", place) for name, place in zip(header, row, strict=False))
        row = []
    return found


def _written(path: list[str | int]) -> str:
    """The steps as a v2 path."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else step
    return out
