"""Analysis results data: the rows of an analysis as plain values for JSON and as a table."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from trialwright.analyse.rows import Estimate

if TYPE_CHECKING:
    import polars as pl

    from trialwright.analyse.results import Results

WHOLE = ("n", "count")
NUMBERS = ("value", "lower", "upper", "level", "p")


def rows(results: Results) -> list[dict[str, Any]]:
    """Every row as a dictionary of plain JSON values, in canonical order; the same keys in every row."""
    return [{**asdict(row), "missing": dict(row.missing)} for row in results.estimates]


def document(results: Results) -> dict[str, Any]:
    """The whole analysis as one JSON document: populations, notes, rows and problems."""
    return {
        "populations": [asdict(each) for each in results.populations],
        "notes": list(results.notes),
        "estimates": rows(results),
        "problems": [{**asdict(problem), "severity": str(problem.severity)} for problem in results.problems],
    }


def table(results: Results) -> pl.DataFrame:
    """The rows as a table, one column per field; `missing` as text (`died 2; ltfu 1`)."""
    import polars as pl

    schema: dict[str, Any] = {
        field.name: pl.Int64 if field.name in WHOLE else pl.Float64 if field.name in NUMBERS else pl.String
        for field in fields(Estimate)
    }
    flat = [{**row, "missing": "; ".join(f"{why} {n}" for why, n in row["missing"].items())} for row in rows(results)]
    return pl.DataFrame(flat, schema=schema)
