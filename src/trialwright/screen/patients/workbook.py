"""Tables of Excel workbooks (.xlsx, .xlsm, .xls), within bounds that no file can break."""

from __future__ import annotations

import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from trialwright.core.errors import InputError
from trialwright.screen.patients.table import Table, of_rows, unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.screen.patients.notes import Notes

MOST_BYTES = 1_000_000_000
MOST_CELLS = 40_000_000
PIECE = 1 << 20
_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


def workbook(path: Path, sheet: str | None, notes: Notes) -> Table:
    """The table of a sheet, the first where none is named. Raises InputError (SCR-001) where the file is no workbook,
    has no such sheet, or unpacks to more than is sensible."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"PK"
        if packed:
            _bounded(path)
        cells = _cells(path, sheet)
    except OSError as fault:
        raise unreadable(path, fault.strerror or str(fault)) from fault
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as fault:
        raise unreadable(path, f"it is no Excel workbook: {fault}") from fault
    while cells and not any(_text(cell).strip() for cell in cells[-1]):
        cells.pop()
    if not cells or not any(_text(cell).strip() for cell in cells[0]):
        raise unreadable(path, "the first row of the sheet names no column")
    header = [_text(cell) for cell in cells[0]]
    while header and not header[-1].strip() and all(not _text(row[len(header) - 1]).strip() for row in cells[1:]):
        header.pop()
    rows, numbers = [], []
    for number, row in enumerate(cells[1:], 2):
        texts = [_text(cell) for cell in row]
        if any(texts):
            rows.append(texts[: len(header)])
            numbers.append(number)
    return of_rows(str(path), header, rows, numbers, notes)


def _cells(path: Path, sheet: str | None) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        if not book.sheet_names:
            raise unreadable(path, "it has no sheet")
        name = book.sheet_names[0] if sheet is None else sheet
        if name not in book.sheet_names:
            raise unreadable(path, f"it has no sheet {name!r}, but {', '.join(book.sheet_names)}")
        return book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as fault:
        raise unreadable(path, f"it is no Excel workbook: {fault}") from fault
    except InputError:
        raise
    except BaseException as fault:
        if type(fault).__name__ != "PanicException" and not isinstance(fault, ValueError):
            raise
        raise unreadable(path, "it is no Excel workbook") from fault


def _bounded(path: Path) -> None:
    """Unpacks every part once, counting: too many bytes, or a cell too far out, and the file is refused."""
    with zipfile.ZipFile(path) as parts:
        total = 0
        for info in parts.infolist():
            sheet = info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml")
            rows = columns = 0
            tail = b""
            with parts.open(info) as part:
                while piece := part.read(PIECE):
                    total += len(piece)
                    if total > MOST_BYTES:
                        raise unreadable(path, f"it unpacks to more than {MOST_BYTES:,} bytes")
                    if sheet:
                        for letters, digits in _CELL.findall(tail + piece):
                            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
                        tail = piece[-24:]
            if rows * columns > MOST_CELLS:
                raise unreadable(path, f"{info.filename} spans {rows:,} rows and {columns:,} columns")


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, dates as ISO."""
    match cell:
        case str():
            return cell.strip()
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case time() | timedelta() | int():
            return str(cell)
    return "" if cell is None else str(cell)
