"""Counts over a registry: how many trials it holds, of which kind, and how they were read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trialwright.registry.layout import COMPILED, FACTS

if TYPE_CHECKING:
    from trialwright.registry.store import Registry

ENUMERATED = (
    "status",
    "study_type",
    "phases",
    "allocation",
    "intervention_model",
    "primary_purpose",
    "masking",
    "observational_model",
    "time_perspective",
    "sex",
    "age_groups",
    "intervention_types",
    "sponsor_class",
    "enrolment_type",
    "rendering",
)
"""Columns whose values come from a short list; those whose rows hold several values count each of them."""
OPEN = ("conditions", "countries", "sponsor")
"""Columns whose commonest values are counted."""
LISTS = {name for name, kind in {**FACTS, **COMPILED}.items() if kind.endswith("[]")}


def stats(registry: Registry, *, most: int = 20) -> dict[str, Any]:
    """How many trials and versions there are, the trials by each enumerated value, by study type where a value is not
    stated, and the commonest conditions, countries and sponsors.

    `most`: of the latter, how many. A trial with several values of a field counts under each; one without a value
    counts under None.
    """
    (held,) = registry.query(
        "SELECT count(*) AS trials, count(*) FILTER (has_results) AS with_results, min(updated) AS oldest_update, "
        "max(updated) AS newest_update, coalesce(sum(enrolment), 0) AS participants FROM trials"
    )
    (more,) = registry.query(
        "SELECT (SELECT count(*) FROM versions) AS versions, (SELECT count(*) FROM left_out) AS left_out, "
        "(SELECT count(*) FROM compiled) AS compiled"
    )
    counts = {name: counted(registry, name) for name in ENUMERATED}
    commonest = {name: counted(registry, name, most) for name in OPEN}
    return {**held, **more, "counts": counts, "commonest": commonest}


def counted(registry: Registry, column: str, most: int | None = None) -> dict[str | None, int]:
    """The trials by each value of a column, the commonest first."""
    return _counts(registry.query(_by_value(column, "trials", most)))


def counted_among(registry: Registry, ids: Any, column: str, most: int) -> dict[str | None, int]:
    """Of the versions with these ids (a numpy array), how many have each value of a column, the commonest first.

    Versions that are not compiled count under no value of a column that `compile` fills.
    """
    table = "facts" if column in FACTS else "compiled"
    return _counts(registry.among(ids, _by_value(column, f"asked JOIN {table} USING (id)", most)))


def _by_value(column: str, table: str, most: int | None) -> str:
    value = f"unnest(CASE WHEN len({column}) > 0 THEN {column} ELSE [NULL] END)" if column in LISTS else column
    limit = f"LIMIT {most}" if most else ""
    return (
        f"SELECT value, count(*) AS trials FROM (SELECT {value} AS value FROM {table}) "
        f"GROUP BY value ORDER BY trials DESC, value NULLS LAST {limit}"
    )


def _counts(rows: list[dict[str, Any]]) -> dict[str | None, int]:
    return {row["value"]: row["trials"] for row in rows}
