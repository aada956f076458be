"""Mapping files: what the columns of somebody's table mean, in YAML or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from trialwright.core.errors import InputError
from trialwright.screen.patients.cells import NO, YES
from trialwright.screen.patients.dates import FORMATS
from trialwright.screen.patients.delimited import decoded
from trialwright.screen.patients.names import Meaning, Names, Part
from trialwright.screen.units import spelling

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.screen.patients.notes import Notes

FIELDS = ("key", "unit", "kind", "complete", "date format", "decimal comma", "ignore")
KINDS = {"number": "number", "level": "number", "result": "number", "flag": "flag", "date": "", "answer": ""}
LONGEST = 4_000_000


def mapping(path: Path, names: Names, notes: Notes) -> Mapping[str, Meaning]:
    """What each column that the file lists means, by its name in lower case.

    Raises InputError (SCR-037) where the file cannot be read or names something that is not known.
    """
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise _wrong(path, fault.strerror or str(fault)) from fault
    if len(data) > LONGEST:
        raise _wrong(path, "it is larger than any mapping")
    text = decoded(path, data, notes)
    rows = _yaml(path, text) if path.suffix.lower() in (".yaml", ".yml") else _csv(path, text)
    return {" ".join(column.split()).lower(): _meaning(path, column, fields, names) for column, fields in rows.items()}


def _yaml(path: Path, text: str) -> Mapping[str, Mapping[str, str]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        whole: Any = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError, AttributeError, TypeError, KeyError, IndexError) as fault:
        raise _wrong(path, f"it is no YAML: {' '.join(str(fault).split())[:200]}") from fault
    columns = whole.get("columns", whole) if isinstance(whole, dict) else None
    if not isinstance(columns, dict):
        raise _wrong(path, "it does not list columns by their names")
    out: dict[str, Mapping[str, str]] = {}
    for column, fields in columns.items():
        listed = fields if isinstance(fields, dict) else {"key": fields}
        out[str(column)] = {_field(path, str(name)): _said(value) for name, value in listed.items()}
    return out


def _csv(path: Path, text: str) -> Mapping[str, Mapping[str, str]]:
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row)]
    except csv.Error as fault:
        raise _wrong(path, f"it is not a CSV file: {fault}") from fault
    header = [" ".join(name.replace("_", " ").split()).lower() for name in rows[0]] if rows else []
    if "column" not in header or "key" not in header:
        raise _wrong(path, "its first row does not name `column` and `key`")
    out: dict[str, Mapping[str, str]] = {}
    for row in rows[1:]:
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        if cells.get("column"):
            out[cells["column"]] = {name: cell for name, cell in cells.items() if name in FIELDS and cell}
    return out


def _field(path: Path, name: str) -> str:
    field = " ".join(name.replace("_", " ").split()).lower()
    if field not in FIELDS:
        raise _wrong(path, f"it has a field {name!r}; the fields are {', '.join(FIELDS)}")
    return field


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).strip()


def _meaning(path: Path, column: str, fields: Mapping[str, str], names: Names) -> Meaning:
    if _yes(path, column, fields.get("ignore", "")):
        return Meaning(Part.IGNORED)
    key, kind, form = fields.get("key", ""), fields.get("kind", "").lower(), fields.get("date format", "").lower()
    if kind and kind not in KINDS:
        raise _wrong(path, f"the kind of {column!r} is {kind!r}; the kinds are {', '.join(KINDS)}")
    if form and form not in FORMATS:
        raise _wrong(path, f"the date format of {column!r} is {form!r}; the formats are {', '.join(FORMATS)}")
    found = names.meaning(key) if key else None
    if found is None:
        if not key or not KINDS.get(kind):
            near = names.nearest(key) if key else None
            hint = f"; did you mean {near!r}?" if near else ""
            raise _wrong(path, f"the key of {column!r} is {key!r}, which is not known{hint} (or give its kind)")
        found = Meaning(Part.THING, " ".join(key.lower().split()))
    if KINDS.get(kind) and found.part is Part.THING:
        found = replace(found, kinds=frozenset({KINDS[kind]}))
    unit = fields.get("unit", "")
    return replace(
        found,
        unit=spelling(unit) if unit else found.unit,
        complete=_yes(path, column, fields.get("complete", "")),
        date_format=form or None,
        decimal_comma=_yes(path, column, fields.get("decimal comma", "")),
    )


def _yes(path: Path, column: str, text: str) -> bool:
    bare = text.lower()
    if bare and bare not in YES and bare not in NO:
        raise _wrong(path, f"{column!r} has {text!r} where yes or no is expected")
    return bare in YES


def _wrong(path: Path, why: str) -> InputError:
    return InputError(
        "SCR-037",
        f"{path} cannot be used as a mapping: {why}",
        expected="YAML (`columns: {Name: {key: creatinine, unit: umol/L}}`) or CSV with the columns column and key",
        mend="docs/how-to/screen-a-spreadsheet.md shows one",
    )
