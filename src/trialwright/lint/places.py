"""Where evidence stands in the file that a person has: line and column, also of values of a JSON document."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from trialwright.core.problem import Evidence
from trialwright.core.source import JsonPath, Span

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[{}\[\]:,]|[^\s{}\[\]:,"\']+', re.DOTALL)
LARGEST = 20_000_000
"""Characters of a document whose places are looked up; of a larger one only the path is shown."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places in one text. `prefix`: the path of the record within a document that holds several."""

    text: str
    prefix: str = ""
    _made: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict, compare=False, repr=False)
    _lines: list[int] = field(default_factory=list, compare=False, repr=False)

    def of(self, evidence: Evidence) -> tuple[int, int] | None:
        """Line and column, from 1, of the words quoted, or of the value that holds them; None where not known."""
        where = evidence.where
        if isinstance(where, Span):
            return where.line, where.column
        if not isinstance(where, JsonPath) or len(self.text) > LARGEST:
            return None
        if "paths" not in self._made:
            self._made["paths"] = positions(self.text)
        found = self._made["paths"].get(self.prefix + where.path)
        if found is None:
            return None
        start, end = found
        words = json.dumps(evidence.quote.rstrip("…"), ensure_ascii=False)[1:-1]
        at = self.text.find(words, start, end) if words else -1
        return self._place(at if at >= 0 else start)

    def _place(self, offset: int) -> tuple[int, int]:
        if not self._lines:
            self._lines.append(0)
            self._lines.extend(match.end() for match in re.finditer("\n", self.text))
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1


def positions(text: str) -> dict[str, tuple[int, int]]:
    """Start and end of every value of a JSON document, or a Python literal, by its path; empty of any other text.

    >>> positions('{"a": [{"b": 1}, 2]}')["a[0].b"]
    (13, 14)
    """
    found: dict[str, tuple[int, int]] = {}
    if text.lstrip()[:1] not in ("{", "["):
        return found
    path: list[str | int] = []
    starts: list[int] = []
    key: str | None = None
    for match in _TOKEN.finditer(text):
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


def _written(path: list[str | int]) -> str:
    """The steps as a v2 path."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else step
    return out
