"""Places in a source: a span of text or a path in a JSON document."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text, from (line, column) up to but not including (end_line, end_column).

    Lines and columns count from 1, as editors do; columns count characters, not bytes.

    >>> str(Span(12, 3, 12, 20))
    'line 12, columns 3-19'
    >>> str(Span(12, 1, 14, 5))
    'lines 12-14'
    """

    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        if self.line == self.end_line:
            return f"line {self.line}, columns {self.column}-{max(self.column, self.end_column - 1)}"
        return f"lines {self.line}-{self.end_line}"


@dataclass(frozen=True, slots=True, order=True)
class JsonPath:
    """A place in a JSON document, written as in `protocolSection.armsInterventionsModule.armGroups[0].label`."""

    path: str

    def __str__(self) -> str:
        return self.path


Location = Span | JsonPath
