"""Tables of delimited text: commas, semicolons or tabs, in UTF-8, UTF-16 or Windows-1252."""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING

from trialwright.core.problem import Severity
from trialwright.screen.patients.table import Table, of_rows, unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.screen.patients.notes import Notes

DELIMITERS = ",;\t|"
_NAMED = re.compile(r"sep=([,;\t|])\r?\n")  # Excel's own first line


def delimited(path: Path, notes: Notes) -> Table:
    """The table of a CSV file. Raises InputError (SCR-001) where it is none."""
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise unreadable(path, fault.strerror or str(fault)) from fault
    return of_text(str(path), decoded(path, data, notes), notes)


def of_text(source: str, text: str, notes: Notes) -> Table:
    """The table of the text of a CSV file; wholly blank rows are passed over but counted."""
    rows, numbers = [], []
    try:
        named = _NAMED.match(text)
        if named:
            text = text[named.end() :]
        sign = named[1] if named else _delimiter(text)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
        header = next(reader, [])
        for number, cells in enumerate(reader, 3 if named else 2):
            if any(cell.strip() for cell in cells):
                rows.append(cells)
                numbers.append(number)
    except csv.Error as fault:
        raise unreadable(source, f"it is not a CSV file: {fault}") from fault
    if not any(name.strip() for name in header):
        raise unreadable(source, "its first row names no column")
    return of_rows(source, header, rows, numbers, notes)


def decoded(source: object, data: bytes, notes: Notes) -> str:
    """The text of a file. Bytes that are not UTF-8 are read as Windows-1252, and that is said."""
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = data.decode("utf-16")
        elif b"\0" in data[:200] and b"\0\0" not in data[:200] and len(data) % 2 == 0:
            text = data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be")
        else:
            text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as fault:
            raise unreadable(source, f"it is neither UTF-8 nor Windows-1252: byte {fault.start}") from fault
        notes.add(
            "SCR-042",
            f"{source} is not UTF-8 and was read as Windows-1252",
            expected="UTF-8",
            mend="look at names and units with other letters than a to z; save the file as CSV (UTF-8)",
            severity=Severity.INFO,
        )
    if "\0" in text:
        raise unreadable(source, "it holds NUL characters, so it is no text file")
    return text


def _delimiter(text: str) -> str:
    """The sign that stands most often in the first line, quoted text left out."""
    line = text[: text.find("\n") if "\n" in text else len(text)]
    bare = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=bare.count)
