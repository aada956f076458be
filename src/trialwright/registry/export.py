"""Writes the trials of a registry as one table: Parquet, CSV or JSON Lines."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from trialwright.core.errors import StageError, UsageError
from trialwright.registry.layout import COMPILED, FACTS

if TYPE_CHECKING:
    from trialwright.registry.store import Registry

_HEAD = {"nct_id": "VARCHAR", "updated": "DATE", "rendering": "VARCHAR", "source": "VARCHAR", "problems": "INTEGER"}
_DERIVED = {name: kind for name, kind in COMPILED.items() if name != "id"}
COLUMNS = {**_HEAD, **FACTS, **_DERIVED}
"""The columns of the table: where a record comes from, its facts, and what `compile` found, empty before that."""
FORMS = {
    ".parquet": "(FORMAT parquet, COMPRESSION zstd)",
    ".csv": "(FORMAT csv, HEADER)",
    ".jsonl": "(FORMAT json)",
    ".ndjson": "(FORMAT json)",
}


def export(registry: Registry, path: Path) -> int:
    """Write the current version of every trial, by number, to a file whose ending names the form; how many there were.

    The file appears whole or not at all. In CSV, the values of a list are joined by `|`, and a text that a spreadsheet
    would take for a formula has an apostrophe before it. Raises UsageError (REG-008) for another ending, StageError
    (REG-009) if it cannot be written.
    """
    import duckdb

    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise UsageError(
            "REG-008",
            f"{path.name} ends in {path.suffix or 'nothing'}",
            expected=f"a name that ends in {', '.join(FORMS)}",
            mend="name the file by the form that it should have",
        )
    columns = ", ".join(_cell(name, kind) if path.suffix.lower() == ".csv" else name for name, kind in COLUMNS.items())
    partial = path.with_name(f".{path.name}.part")
    target = str(partial).replace("'", "''")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        registry.query(
            f"COPY (SELECT {columns} FROM trials LEFT JOIN compiled USING (id) "
            f"ORDER BY nct_id NULLS LAST, id) TO '{target}' {form}"
        )
        partial.replace(path)
    except (duckdb.Error, OSError) as fault:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise StageError(
            "REG-009",
            f"{path} cannot be written: {str(fault).splitlines()[0]}",
            expected="a folder that this user may write to, with room on the disk",
            mend="choose another file with -o",
        ) from fault
    return int(registry.query("SELECT count(*) AS n FROM trials")[0]["n"])


def _cell(name: str, kind: str) -> str:
    text = f"array_to_string({name}, '|')" if kind.endswith("[]") else name
    if not kind.startswith("VARCHAR"):
        return f"{text} AS {name}"
    return f"CASE WHEN regexp_matches({text}, '^[=+@-]') THEN '''' || {text} ELSE {text} END AS {name}"
