"""Reads the tables that the registry offers for download, one study to a row: the legacy and the current one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from trialwright.core.errors import InputError
from trialwright.core.problem import Evidence, Severity
from trialwright.core.source import JsonPath
from trialwright.record.provenance import Coverage, Line, Provenance
from trialwright.record.readers.csv_cells import EVERY, KEPT, LOST, NO_COLUMN, SHOWS, outcomes_without_level, put_cell
from trialwright.record.readers.gathered import Gathered
from trialwright.record.reading import Piece, Reading

FEWEST = 3
"""Columns that a table must have; whoever downloads the current one chooses them."""
LARGEST_CELL = 5_000_000


def recognises(text: str) -> bool:
    """Whether the first line names the columns of one of the two tables."""
    line = text.lstrip()[:4000].split("\n", 1)[0]
    if "NCT Number" not in line:
        return False
    try:
        header = {name.strip() for name in next(csv.reader([line]), [])}
    except csv.Error:
        return False
    return "NCT Number" in header and len(header & {*SHOWS, *KEPT}) >= FEWEST


def read(text: str) -> Reading:
    """The study in a table of one row. Raises InputError: READ-004 if there is none, READ-005 if there are several,
    READ-401 if the row is broken."""
    found = []
    for piece in read_each(text):
        found.append(piece)
        if len(found) > 1:
            raise InputError(
                "READ-005",
                "the table holds several studies",
                expected="one study",
                mend="commands that take several records read such a table whole; this one takes one record",
            )
    if not found or found[0].reading is None:
        raise (found[0].error if found and found[0].error else _no_rows())
    return found[0].reading


def read_each(text: str) -> Iterator[Piece]:
    """Every row of a table. Raises InputError (READ-004) if it has none."""
    before = csv.field_size_limit(LARGEST_CELL)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = _header(rows)
        number = 0
        while True:
            try:
                cells = next(rows)
            except StopIteration:
                break
            except csv.Error as fault:
                yield Piece(f"row {number + 1}", "", None, _broken(number + 1, str(fault)))
                return
            if not any(cell.strip() for cell in cells):
                continue
            number += 1
            label = f"row {number}"
            if len(cells) != len(header):
                why = f"it has {len(cells)} cells, and the first line names {len(header)}"
                yield Piece(label, "", None, _broken(number, why))
                continue
            line = io.StringIO()
            csv.writer(line).writerow(cells)
            yield Piece(label, line.getvalue(), _reading(header, cells, number))
        if number == 0:
            raise _no_rows()
    finally:
        csv.field_size_limit(before)


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        return [name.strip() for name in next(rows)]
    except csv.Error as fault:
        raise _broken(0, f"the line of column names is broken: {fault}") from fault


def _no_rows() -> InputError:
    return InputError(
        "READ-004",
        "the table has a line of column names and no study",
        expected="one study to a row",
        mend="download the table again",
    )


def _broken(number: int, why: str) -> InputError:
    return InputError(
        "READ-401",
        f"row {number} of the table cannot be read: {why}",
        expected="a row with one cell for each column",
        mend="download the table again; a program that opened and saved it may have changed it",
    )


def _reading(header: Sequence[str], cells: Sequence[str], number: int) -> Reading:
    gathered = Gathered()
    strangers = []
    filled = 0
    last = sorted(zip(header, cells, strict=True), key=lambda each: each[0] == "Funded Bys")  # it is of all who pay
    for name, cell in last:
        text = cell.strip()
        if not text:
            continue
        filled += 1
        where = JsonPath(f"row {number}, {name}")
        if name in KEPT:
            gathered.unmapped[name] = text
        elif not put_cell(gathered, name, text, where):
            gathered.unmapped[name] = text
            strangers.append(Line(0, f"{name}: {text[:200]}", None))
    outcomes_without_level(gathered, header)
    shown = {path for name in header for path in SHOWS.get(name, ())}
    gathered.lost((path for path in (*LOST, *EVERY) if path not in shown), NO_COLUMN)
    if strangers:
        gathered.say(
            "READ-402",
            Severity.WARNING,
            f"{len(strangers)} of {filled} cells stand in columns that are not known, or cannot be read; they are kept "
            "but not used",
            None,
            tuple(Evidence.of(line.text) for line in strangers[:5]),
            expected="the columns of the registry's download",
            mend="download the table again",
        )
    coverage = Coverage(filled - len(strangers), filled, tuple(strangers))
    return Reading(
        gathered.study(), Provenance(gathered.entries), coverage, tuple(gathered.problems), gathered.unmapped
    )
