"""The particulars of each person from a table: id, age, sex, consent and the dates that windows are counted from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from trialwright.core.problem import Severity
from trialwright.screen.cohort import ANCHORS, PEOPLE
from trialwright.screen.patients import columns
from trialwright.screen.patients.cells import Says, sex
from trialwright.screen.patients.dates import age_at
from trialwright.screen.patients.names import Meaning

if TYPE_CHECKING:
    from trialwright.screen.patients.reporting import Reporter

OLDEST = 130
YEARS = {"year": 1.0, "month": 12.0, "week": 365.25 / 7, "day": 365.25}
BY = {
    **dict.fromkeys(("participant", "patient", "subject", "self"), "participant"),
    **dict.fromkeys(("representative", "legal representative", "guardian", "parent", "proxy"), "representative"),
}
Own = Mapping[str, tuple[str, Meaning, pl.Series]]
"""The column of each particular: its name, what it means, its cells."""


def identifiers(cells: pl.Series | None, reporter: Reporter, height: int) -> pl.Series:
    """The ids; a row without one is named by its place, and ids that stand twice are reported."""
    if cells is None:
        cells = columns.blank("id", height, pl.String)
    text = columns.as_text(cells).replace("", None).rename("id")
    missing = text.is_null()
    if missing.any():
        reporter.rows(
            "SCR-002",
            "USUBJID",
            missing,
            text.fill_null(""),
            "it has no USUBJID; it is named by its place",
            "an identifier",
        )
        rows = missing.arg_true().to_list()
        text = text.scatter(rows, [f"row {reporter.table.number(row)}" for row in rows])
    twice = text.is_duplicated()
    if twice.any():
        _report_twice(text, twice, reporter)
    return text


def _report_twice(ids: pl.Series, twice: pl.Series, reporter: Reporter) -> None:
    places = pl.DataFrame({"id": ids, "row": pl.int_range(0, len(ids), eager=True)}).filter(twice)
    for name, rows in places.group_by("id", maintain_order=True).agg("row").iter_rows():
        listed = [str(reporter.table.number(row)) for row in rows[:10]] + (["..."] if len(rows) > 10 else [])
        reporter.notes.add(
            "SCR-003",
            f"{name} stands in rows {', '.join(listed[:-1])} and {listed[-1]}; each is judged by itself",
            expected="each patient once",
            mend="remove the rows that are wrong, or correct the identifier",
        )


def particulars(own: Own, ids: pl.Series, reporter: Reporter, as_of: date | None) -> pl.DataFrame:
    """The people of a cohort. `as_of`: the screening date of those for whom the table gives none."""
    found: dict[str, pl.Series] = {"id": ids}
    for anchor in ANCHORS:
        if anchor in own:
            name, meaning, cells = own[anchor]
            read = columns.dates(cells, meaning.date_format)
            reporter.dates(name, read)
            found[anchor] = read["day"]
    if as_of is not None:
        day = pl.lit(as_of, dtype=pl.Date)
        screening = found.get("screening")
        found["screening"] = pl.select(
            pl.repeat(as_of, len(ids), dtype=pl.Date) if screening is None else pl.lit(screening).fill_null(day)
        ).to_series()
    if "sex" in own:
        name, _, cells = own["sex"]
        read = columns.flags(cells, sex)
        reporter.flags(name, read, "SCR-005", "M or F")
        found["sex"] = read["value"]
    for flag in ("healthy", "consent"):
        if flag in own:
            name, _, cells = own[flag]
            read = columns.flags(cells)
            reporter.flags(name, read)
            found[flag] = read["value"]
    if "consent_by" in own:
        name, _, cells = own["consent_by"]
        text = cells.cast(pl.String).str.strip_chars().str.to_lowercase()
        found["consent_by"] = text.replace_strict(BY, default=None, return_dtype=pl.String)
        wrong = found["consent_by"].is_null() & text.is_not_null() & (text != "")
        expected = "participant or representative"
        reporter.rows("SCR-007", name, wrong, cells, "it is not understood; it is unknown", expected)
    found["age"], found["age_whole"] = _ages(own, found.get("screening"), reporter, len(ids))
    return pl.DataFrame([series.rename(name).cast(PEOPLE[name]) for name, series in found.items()])


def _ages(own: Own, screening: pl.Series | None, reporter: Reporter, height: int) -> tuple[pl.Series, pl.Series]:
    age = columns.blank("age", height, pl.Float64)
    whole = pl.repeat(value=True, n=height, dtype=pl.Boolean, eager=True)
    if "age" in own:
        age, whole = _stated(*own["age"], reporter)
    if "birth" not in own:
        return age, whole
    name, meaning, cells = own["birth"]
    read = columns.dates(cells, meaning.date_format)
    months = read.with_columns(
        pl.when(pl.col("first").is_null()).then(pl.col("says")).otherwise(pl.lit(Says.NUMBER.value)).alias("says")
    )
    reporter.dates(name, months)
    born, exact = pl.Series(read["day"].fill_null(read["last"])), read["day"].is_not_null()
    if screening is None:
        no_day = born.is_not_null() & age.is_null()
        what = "no screening date is known, so the age is not"
        mend = "give a column SCREENING DATE, or --as-of DATE"
        reporter.rows("SCR-035", name, no_day, read["given"], what, "a screening date", mend=mend)
        return age, whole
    pairs = pl.DataFrame({"born": born, "day": screening})
    distinct = pairs.drop_nulls().unique()
    years = pl.Series("years", [age_at(*pair) for pair in distinct.iter_rows()], dtype=pl.Float64)
    computed = pairs.join(distinct.with_columns(years), on=["born", "day"], how="left", maintain_order="left")["years"]
    no_day = born.is_not_null() & screening.is_null() & age.is_null()
    what = "no screening date is known, so the age is not"
    reporter.rows("SCR-035", name, no_day, read["given"], what, "a screening date")
    wrong = (computed < 0) | (computed > OLDEST)
    what = "the age at screening is not one of a living person; it is unknown"
    reporter.rows("SCR-004", name, wrong, read["given"], what, f"a birth from 0 to {OLDEST} years before screening")
    apart = (age < computed - 1) | (age >= computed + 2)
    what = "the age and the birth date contradict each other; the age is unknown"
    reporter.rows("SCR-035", name, apart, read["given"], what, "an age that fits the birth date")
    bad = (wrong | apart).fill_null(value=False)
    frame = pl.DataFrame({"a": age, "w": whole, "c": computed, "e": exact, "bad": bad})
    out = frame.select(
        pl.when("bad").then(None).otherwise(pl.coalesce("c", "a")).alias("age"),
        pl.when(pl.col("c").is_not_null()).then(~pl.col("e")).otherwise("w").alias("age_whole"),
    )
    return out["age"], out["age_whole"]


def _stated(name: str, meaning: Meaning, cells: pl.Series, reporter: Reporter) -> tuple[pl.Series, pl.Series]:
    """Ages as they are stated; those in whole numbers are completed years, months..."""
    read = columns.measures(cells, decimal_comma=meaning.decimal_comma)
    reporter.measured(name, read)
    default = meaning.unit or "year"
    unit = read["unit"].fill_null(default)
    per_year = unit.replace_strict(YEARS, default=None, return_dtype=pl.Float64)
    given = read["value"]
    age = given / per_year
    usable = (read["says"] == Says.NUMBER.value) & age.is_between(0, OLDEST)
    odd = ~usable.fill_null(value=False) & read["says"].is_in([Says.NUMBER.value, Says.TEXT.value])
    expected = f"an age from 0 to {OLDEST} years"
    reporter.rows("SCR-004", name, odd, read["given"], "it is no age; it is unknown", expected)
    months = usable & (per_year != 1.0) & (given == given.floor())
    if months.any():
        what = "completed months, weeks or days; the patient may be up to a year older by the rule for completed years"
        reporter.rows(
            "SCR-035", name, months, read["given"], what, "a birth date, which is exact", severity=Severity.INFO
        )
    frame = pl.DataFrame({"age": age, "usable": usable.fill_null(value=False), "given": given})
    out = frame.select(
        pl.when("usable").then("age").alias("age"),
        (pl.col("given") == pl.col("given").floor()).fill_null(value=True).alias("whole"),
    )
    return out["age"], out["whole"]
