"""Verdict codes and attrition of a cohort, from whether each patient meets each criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from trialwright.protocol.eligibility.items import Section

if TYPE_CHECKING:
    import polars as pl

ELIGIBLE, UNDECIDED, NOT_ELIGIBLE = 1, 0, -1
VERDICTS: Mapping[int, str] = {ELIGIBLE: "eligible", UNDECIDED: "undecided", NOT_ELIGIBLE: "not eligible"}


def met_of(answers: pl.DataFrame, sections: Mapping[str, Section]) -> pl.DataFrame:
    """Whether each patient meets each criterion: True admits, False excludes, null = unknown. An exclusion is met where
    it does not hold; a criterion of an unknown section never settles anything, for it may be either."""
    import polars as pl

    columns = []
    for name in answers.columns:
        match sections[name]:
            case Section.INCLUSION:
                columns.append(pl.col(name))
            case Section.EXCLUSION:
                columns.append((~pl.col(name)).alias(name))
            case Section.UNKNOWN:
                columns.append(pl.repeat(None, pl.len(), dtype=pl.Boolean).alias(name))
    return answers.select(columns)


def verdict_codes(met: pl.DataFrame) -> pl.Series:
    """The verdict on each patient, Int8: 1 eligible, -1 not eligible, 0 undecided. Not eligible where any criterion
    excludes, eligible where every one admits."""
    import polars as pl

    fails = pl.any_horizontal(pl.all() == False)  # noqa: E712  # polars has no other way to say it of nulls
    admits = pl.all_horizontal(pl.all())
    code = pl.when(fails).then(NOT_ELIGIBLE).when(admits).then(ELIGIBLE).otherwise(UNDECIDED)
    return met.select(code.cast(pl.Int8).alias("verdict")).to_series()


def attrition(met: pl.DataFrame, texts: Sequence[str]) -> pl.DataFrame:
    """What each criterion costs, a row for each in order. Numbers of patients:

    criterion, text    String  its id and what it asks
    entered            Int64   come to it: no criterion before it excludes them
    excluded           Int64   of those, excluded by it
    unknown            Int64   of those, not known (they go on)
    left               Int64   go on
    cumulative         Int64   excluded by it or one before it
    alone              Int64   excluded by it in the whole cohort, whatever the others say
    alone_unknown      Int64   not known in the whole cohort
    only               Int64   excluded by it and by no other: what waiving this single criterion would free
    """
    import polars as pl

    count = met.height
    failing = met.select((pl.all() == False).fill_null(False))  # noqa: E712
    unknown = met.select(pl.all().is_null())
    once = failing.select(pl.sum_horizontal(pl.all().cast(pl.UInt16)) == 1).to_series() if met.width else None
    going = pl.repeat(True, count, dtype=pl.Boolean, eager=True)
    rows = []
    for name, text in zip(met.columns, texts, strict=True):
        fails, open_ = failing[name], unknown[name]
        entered, excluded = int(going.sum()), int((going & fails).sum())
        rows.append(
            (
                name, text, entered, excluded, int((going & open_).sum()), entered - excluded,
                count - entered + excluded, int(fails.sum()), int(open_.sum()), int((fails & once).sum()),
            )
        )  # fmt: skip
        going = going & ~fails
    numbers = ("entered", "excluded", "unknown", "left", "cumulative", "alone", "alone_unknown", "only")
    schema = {"criterion": pl.String(), "text": pl.String(), **{name: pl.Int64() for name in numbers}}
    return pl.DataFrame(rows, schema=schema, orient="row")


def costliest(steps: pl.DataFrame) -> str | None:
    """The criterion that costs most patients by itself: the first of those with the most that only it excludes, then
    with the most that it excludes alone; None where nobody is excluded."""
    ranked = steps.filter(steps["alone"] > 0).sort(["only", "alone"], descending=True, maintain_order=True)
    return str(ranked["criterion"][0]) if ranked.height else None
