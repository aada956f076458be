"""Tables of Parquet files, whose columns stay typed: numbers and dates never become text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.screen.patients.table import Table, unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


EXACT = 2**53  # whole numbers beyond it are not exact in Float64


def parquet(path: Path) -> Table:
    """The table of a Parquet file. Raises InputError (SCR-001) where it is none."""
    try:
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                raise unreadable(path, "it is no Parquet file")
        frame = pl.read_parquet(path)
    except OSError as fault:
        raise unreadable(path, fault.strerror or str(fault)) from fault
    except pl.exceptions.PolarsError as fault:
        raise unreadable(path, f"it is no Parquet file: {str(fault)[:200]}") from fault
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":
            raise
        raise unreadable(path, "it is no Parquet file") from fault
    if not frame.width:
        raise unreadable(path, "it has no column")
    return Table(str(path), tuple(frame.columns), tuple(_plain(frame[name]) for name in frame.columns))


def of_dictionaries(rows: Sequence[dict[str, object]]) -> Table:
    """The table of dictionaries, a row each; a name that a row does not have is an empty cell."""
    names = list(dict.fromkeys(_clean(str(name)) for row in rows for name in row)) or ["USUBJID"]
    cells = [{_clean(str(name)): cell for name, cell in row.items()} for row in rows]
    columns = [
        pl.Series(name, [_worded(row.get(name)) for row in cells], dtype=pl.String, strict=False) for name in names
    ]
    return Table("the patients", tuple(names), tuple(columns))


def _worded(cell: object) -> str:
    return "" if cell is None else _clean(str(cell)).strip()


def _clean(text: str) -> str:
    """The text without halves of characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _plain(series: pl.Series) -> pl.Series:
    """Numbers as Float64, moments as dates, everything that is neither number, date nor flag as text."""
    kind = series.dtype
    if kind == pl.Boolean or kind == pl.Date or kind == pl.String:
        return series
    if kind.is_integer() and series.null_count() < len(series) and not series.is_between(-EXACT, EXACT).all():
        return series.cast(pl.String)
    if kind.is_numeric():
        return series.cast(pl.Float64, strict=False).fill_nan(None)
    if isinstance(kind, pl.Datetime):
        return series.dt.date()
    if isinstance(kind, pl.Categorical | pl.Enum):
        return series.cast(pl.String)
    if kind == pl.Null:
        return series.cast(pl.String)
    return pl.Series(series.name, [None if cell is None else str(cell) for cell in series], dtype=pl.String)
