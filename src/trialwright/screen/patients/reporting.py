"""Reports what was wrong in the cells of a column: which row, whose, what stands there, and what was expected."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from trialwright.core.problem import Severity
from trialwright.screen.patients.cells import Says
from trialwright.screen.patients.notes import MEND, SHOWN, Notes
from trialwright.screen.patients.table import Table

FAULTS = {
    Says.ABSENT.value: ("SCR-030", "said to be not known", "a value, or nothing", Severity.INFO),
    Says.CENSORED.value: ("SCR-022", "a bound and no value; it is unknown", "a number", Severity.WARNING),
    Says.DOUBTFUL.value: (
        "SCR-023",
        "it can be read as two numbers; it is unknown",
        "one decimal sign: 1234 or 1.234, or `decimal comma` in a mapping",
        Severity.WARNING,
    ),
}


@dataclass(frozen=True, slots=True)
class Reporter:
    """Where problems of a table go, and whose row each is. `file`: what the messages begin with, empty for the table of
    patients itself."""

    table: Table
    notes: Notes
    ids: pl.Series | None = None
    file: str = ""

    def place(self, row: int) -> str:
        """What a person calls a row of the source."""
        if self.table.labels is not None:
            return self.table.labels[row]
        said = f"{self.file}row {self.table.number(row)}"
        name = self.ids[row] if self.ids is not None else None
        return f"{said} ({name})" if name is not None and name != said else said

    def rows(
        self,
        code: str,
        column: str,
        wrong: pl.Series,
        given: pl.Series,
        what: str,
        expected: str,
        *,
        mend: str = MEND,
        severity: Severity = Severity.WARNING,
    ) -> int:
        """Report the rows for which `wrong` is True; how many they are."""
        places = wrong.fill_null(value=False).arg_true()
        if len(places):
            first = places.head(SHOWN).to_list()
            self.notes.cells(
                code,
                column,
                [self.place(row) for row in first],
                [given[row] for row in first],
                what,
                total=len(places),
                expected=expected,
                mend=mend,
                severity=severity,
            )
        return len(places)

    def measured(self, column: str, cells: pl.DataFrame) -> None:
        """Report cells of a measure that hold no plain number; text is judged elsewhere."""
        for says, (code, what, expected, severity) in FAULTS.items():
            self.rows(code, column, cells["says"] == says, cells["given"], what, expected, severity=severity)

    def numbers(self, column: str, cells: pl.DataFrame) -> None:
        """Report cells that should be numbers and are not."""
        self.measured(column, cells)
        wrong = cells["says"] == Says.TEXT.value
        self.rows("SCR-021", column, wrong, cells["given"], "it is no number; it is unknown", "a number")

    def flags(self, column: str, cells: pl.DataFrame, code: str = "SCR-007", expected: str = "Y or N") -> None:
        """Report cells that neither say yes nor no (or are no sex)."""
        wrong = cells["says"] == Says.TEXT.value
        self.rows(code, column, wrong, cells["given"], "it is not understood; it is unknown", expected)
        self._absent(column, cells)

    def dates(self, column: str, cells: pl.DataFrame) -> None:
        """Report cells that are no date, or can be two."""
        self.rows(
            "SCR-024",
            column,
            cells["says"] == Says.TEXT.value,
            cells["given"],
            "it is no date; it is unknown",
            "a date as 2020-12-31",
        )
        partial = (cells["says"] == Says.DOUBTFUL.value) & cells["first"].is_not_null()
        what = "a month or a year without a day; the date is unknown"
        self.rows("SCR-024", column, partial, cells["given"], what, "a date as 2020-12-31")
        double = (cells["says"] == Says.DOUBTFUL.value) & cells["first"].is_null()
        what = "day and month can be exchanged, and the column does not show which comes first; the date is unknown"
        mend = "write dates as 2020-12-31, or give `date format: d/m/y` or `m/d/y` in a mapping"
        self.rows("SCR-025", column, double, cells["given"], what, "a date that can be read in one way", mend=mend)
        self._absent(column, cells)

    def _absent(self, column: str, cells: pl.DataFrame) -> None:
        code, what, expected, severity = FAULTS[Says.ABSENT.value]
        wrong = cells["says"] == Says.ABSENT.value
        self.rows(code, column, wrong, cells["given"], what, expected, severity=severity)
