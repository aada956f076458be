"""A table as it was read: named columns of cells, and where each row stands in its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialwright.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.screen.patients.notes import Notes

MOST_COLUMNS = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """`names`: the columns as the source names them; they may repeat. `columns`: text, or typed where the source is
    typed. `numbers`: the number of each row in the source, None = 1, 2, 3...; `labels`: what a row is
    called where a number says nothing; `source`: what the table is called."""

    source: str
    names: tuple[str, ...]
    columns: tuple[pl.Series, ...]
    numbers: tuple[int, ...] | None = None
    labels: tuple[str, ...] | None = None

    @property
    def height(self) -> int:
        """How many rows it has."""
        return len(self.columns[0]) if self.columns else 0

    def number(self, row: int) -> int:
        """What a person calls a row (counted here from 0)."""
        return row + 1 if self.numbers is None else self.numbers[row]


def unreadable(source: object, why: str) -> InputError:
    """The error for a file that is no table of patients."""
    return InputError(
        "SCR-001",
        f"{source} cannot be read as a list of patients: {why}",
        expected="a table (CSV, Excel, Parquet) whose first row names its columns, one of them USUBJID; or FHIR R4",
        mend="write a template with `trialwright screen --template PROTOCOL -o FILE.csv` and fill it in",
    )


def of_rows(
    source: str, header: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int], notes: Notes
) -> Table:
    """The table of rows of text. A row that is too short has empty cells at its end; what lies beyond the header in one
    that is too long is not read; both are reported."""
    width = len(header)
    if width > MOST_COLUMNS:
        raise unreadable(source, f"it has {width} columns and at most {MOST_COLUMNS} are read")
    whole: list[Sequence[str]] = []
    for number, row in zip(numbers, rows, strict=True):
        if len(row) != width:
            beyond = "what lies beyond is not read" if len(row) > width else "the others are unknown"
            if len(row) < width or any(cell.strip() for cell in row[width:]):
                notes.add(
                    "SCR-006",
                    f"row {number}: it has {len(row)} cells of {width}; {beyond}",
                    expected="as many cells as the first row names",
                )
            row = [*row[:width], *[""] * (width - len(row))]
        whole.append(row)
    columns = [
        pl.Series(str(place), list(cells), dtype=pl.String) for place, cells in enumerate(zip(*whole, strict=True))
    ]
    if not columns:
        columns = [pl.Series(str(place), [], dtype=pl.String) for place in range(width)]
    return Table(source, tuple(" ".join(name.split()) for name in header), tuple(columns), tuple(numbers))
