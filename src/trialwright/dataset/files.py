"""A trial's data in a folder: one CSV and one Parquet file per table, and a manifest that vouches for them.

    dm.csv, dm.parquet, ae.csv, ...   the rows that stand, as `TrialData.table` gives them
    superseded/ae.csv, ...            earlier versions and retracted rows, with the column RETRACTED
    manifest.json                     format, tables, columns, numbers of rows, SHA-256 of every file

In CSV an empty field is unknown, and an empty text is written `""`. A folder without a manifest is read from its CSV
files as they stand; with one, every file must be as it was written.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import polars as pl

from trialwright.core.errors import InputError, StageError, UsageError
from trialwright.core.files import umask
from trialwright.dataset.check import check_domain
from trialwright.dataset.columns import COLUMNS, KEYS
from trialwright.dataset.frames import RETRACTED, ROW, checked, history_schema
from trialwright.dataset.trialdata import TrialData

FORMAT, FORMAT_VERSION = "trialwright dataset", 1
MANIFEST, SUPERSEDED = "manifest.json", "superseded"


def write(data: TrialData, folder: Path | str, *, replace: bool = False) -> tuple[Path, ...]:
    """Write the data to a new folder, all of it or nothing; gives the files written, the manifest first.

    A folder that exists and is not empty is only replaced if `replace` is set and it holds a data set: else
    UsageError (DATA-011). Raises StageError (OUT-001) if it cannot be written.
    """
    target = Path(folder)
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        is_ours = (target / MANIFEST).is_file()
        if not (replace and is_ours):
            raise UsageError(
                "DATA-011",
                f"{target} exists already" + ("" if is_ours else " and holds no data set"),
                expected="a folder that does not exist yet, or is empty" + (", or replace" if is_ours else ""),
                mend="choose another folder, or remove this one",
            )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            names = _write_files(data, draft)
            draft.chmod(0o777 & ~umask())
            if target.exists():
                old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
                target.replace(old)
                draft.replace(target)
                shutil.rmtree(old)
            else:
                draft.replace(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as fault:
        raise StageError(
            "OUT-001",
            f"{target} cannot be written: {fault.strerror or fault}",
            expected="a folder that this user may write to, with room on the disk",
            mend="choose another folder, or change its permissions",
        ) from fault
    return tuple(target / name for name in names)


def _write_files(data: TrialData, draft: Path) -> list[str]:
    tables: dict[str, Any] = {}
    for domain in COLUMNS:
        history = data.history(domain)
        if history.is_empty():
            continue
        standing = data.table(domain)
        superseded = history.join(standing, on=[*ROW, "VERSION"], how="anti", maintain_order="left")
        tables[domain] = {
            "rows": standing.height,
            "superseded": superseded.height,
            "columns": {**KEYS, **COLUMNS[domain]},
            "sha256": {
                **_write_table(draft, domain.lower(), standing),
                **(_write_table(draft, f"{SUPERSEDED}/{domain.lower()}", superseded) if superseded.height else {}),
            },
        }
    manifest = {"format": FORMAT, "version": FORMAT_VERSION, "view_of_day": data.day, "tables": tables}
    (draft / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return [MANIFEST, *(name for table in tables.values() for name in table["sha256"])]


def _write_table(draft: Path, stem: str, frame: pl.DataFrame) -> dict[str, str]:
    (draft / stem).parent.mkdir(exist_ok=True)
    frame.write_csv(draft / f"{stem}.csv")
    frame.write_parquet(draft / f"{stem}.parquet")
    return {name: _digest(draft / name) for name in (f"{stem}.csv", f"{stem}.parquet")}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(folder: Path | str) -> TrialData:
    """The data that `write` wrote to a folder; `read(write(data))` equals `data`.

    Raises InputError: DATA-012 no data set there, DATA-013 a file is missing or not as it was written, DATA-014 a
    file or the manifest cannot be read; DATA-001 to DATA-010 for rows that do not fit.
    """
    source = Path(folder)
    if not source.is_dir():
        _refuse("DATA-012", f"{source} is not a folder", "a folder with one CSV file per table")
    if not (source / MANIFEST).is_file():
        return _read_plain(source)
    manifest = _manifest(source / MANIFEST)
    frames: dict[str, pl.DataFrame] = {}
    for domain, table in manifest["tables"].items():
        check_domain(domain)
        parts = []
        for name, digest in table["sha256"].items():
            _check_digest(source, name, digest)
            if name.endswith(".parquet"):
                parts.append(_from_parquet(source / name, domain))
        frames[domain] = checked(domain, pl.concat(parts).sort(*ROW, "VERSION"))
    return TrialData(frames, manifest["view_of_day"])


def _check_digest(source: Path, name: str, digest: str) -> None:
    inside = (source / name).resolve().is_relative_to(source.resolve())
    if not inside or not (source / name).is_file():
        _refuse("DATA-013", f"{source / name} is listed in the manifest and is not there", "every listed file")
    if _digest(source / name) != digest:
        raise InputError(
            "DATA-013",
            f"{source / name} has been changed since it was written",
            expected=f"a file with the SHA-256 {digest}",
            mend=f"restore it; or, if the change is meant, remove {MANIFEST}, and the CSV files are read as they stand",
        )


def _manifest(path: Path) -> dict[str, Any]:
    """The manifest, checked for its shape."""
    try:
        found = json.loads(path.read_bytes())
        if (found["format"], found["version"]) != (FORMAT, FORMAT_VERSION):
            _refuse("DATA-014", f"{path} is of another format or version", f"{FORMAT!r}, version {FORMAT_VERSION}")
        if not (found["view_of_day"] is None or type(found["view_of_day"]) is int):
            raise TypeError
        for table in found["tables"].values():
            if not all(isinstance(name, str) and isinstance(digest, str) for name, digest in table["sha256"].items()):
                raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        _refuse("DATA-014", f"{path} is not the manifest of a data set", f"JSON as trialwright writes it ({FORMAT!r})")
    else:
        return dict(found)


def _from_parquet(path: Path, domain: str) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as fault:
        _refuse("DATA-014", f"{path} cannot be read: {_first_line(fault)}", "a Parquet file")
    if RETRACTED not in frame.columns:
        frame = frame.with_columns(pl.lit(value=False).alias(RETRACTED))
    if dict(frame.schema) != history_schema(domain):
        _refuse("DATA-014", f"{path} does not have the declared columns", ", ".join(history_schema(domain)))
    return frame


def _read_plain(source: Path) -> TrialData:
    """The data of a folder without a manifest: its CSV files, rows that stand and superseded ones."""
    parts: dict[str, list[pl.DataFrame]] = {}
    for path in _csv_files(source):
        domain = path.stem.upper()
        check_domain(domain)
        parts.setdefault(domain, []).append(_from_csv(path, domain))
    if not parts:
        _refuse("DATA-012", f"{source} holds no data set", f"a {MANIFEST}, or CSV files such as dm.csv, ds.csv, ae.csv")
    return TrialData(
        {
            domain: checked(domain, pl.concat(parts[domain]).sort(*ROW, "VERSION"))
            for domain in COLUMNS
            if domain in parts
        }
    )


def _csv_files(source: Path) -> Iterator[Path]:
    yield from sorted(source.glob("*.csv"))
    yield from sorted((source / SUPERSEDED).glob("*.csv"))


def _from_csv(path: Path, domain: str) -> pl.DataFrame:
    """A CSV file as a history frame; a declared column that is not there is unknown in every row."""
    try:
        text = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as fault:
        _refuse("DATA-014", f"{path} cannot be read: {_first_line(fault)}", "a CSV file in UTF-8 with a header line")
    declared = history_schema(domain)
    for name in text.columns:
        if name not in declared:
            _refuse("DATA-002", f"{path}: the table has no column {name!r}", f"columns among {', '.join(declared)}")
    for name in KEYS:
        if name not in text.columns or text[name].null_count():
            _refuse("DATA-014", f"{path}: the column {name} is missing or has gaps", f"{', '.join(KEYS)} in every row")
    if text.filter(pl.col("DOMAIN") != domain).height:
        _refuse(
            "DATA-014", f"{path}: a row has another DOMAIN than {domain}", "one table per file, named by its domain"
        )
    if RETRACTED not in text.columns:
        text = text.with_columns(pl.lit("false").alias(RETRACTED))
    return pl.DataFrame({name: _typed(path, text, name, dtype) for name, dtype in declared.items()})


_BOOLEANS: Mapping[str, bool] = {"true": True, "false": False}


def _typed(path: Path, text: pl.DataFrame, name: str, dtype: type[pl.DataType]) -> pl.Series:
    if name not in text.columns:
        return pl.Series(name, [None] * text.height, dtype=dtype)
    column = text[name]
    if dtype == pl.Boolean:
        typed = column.replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)
    else:
        typed = column.cast(dtype, strict=False)
    bad = column.filter(typed.is_null() & column.is_not_null())
    if len(bad):
        kind = {pl.Int64: "a whole number", pl.Float64: "a number", pl.Boolean: "true or false"}.get(dtype, "text")
        _refuse("DATA-003", f"{path}: {name} is {bad[0]!r} in a row", f"{kind}, or nothing where it is not known")
    return typed


def _first_line(fault: Exception) -> str:
    return str(fault).splitlines()[0] if str(fault) else type(fault).__name__


def _refuse(code: str, message: str, expected: str) -> NoReturn:
    raise InputError(code, message, expected=expected, mend="name a folder that trialwright wrote, or mend the file")
