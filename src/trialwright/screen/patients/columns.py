"""Whole columns at once: typed ones as they are, text by its distinct cells, so that a million rows cost little."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from trialwright.screen.patients.cells import Cell, Comma, Says, comma_of, flag, measured
from trialwright.screen.patients.dates import Dated, Order, dated, order_of

MEASURED = {"says": pl.String(), "value": pl.Float64(), "unit": pl.String(), "text": pl.String()}
DATED = {"says": pl.String(), "day": pl.Date(), "first": pl.Date(), "last": pl.Date()}
_PLAIN = r"^[+-]?\d{1,15}(\.\d{1,15})?$"
_GROUP = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"


def measures(series: pl.Series, *, decimal_comma: bool = False) -> pl.DataFrame:
    """The cells of a measure: `says`, `value`, `unit`, `text` and as `given`."""
    if series.dtype == pl.Float64:
        whole = pl.DataFrame({"value": series.fill_nan(None)}).with_columns(
            pl.when(pl.col("value").is_null())
            .then(pl.lit(Says.BLANK.value))
            .when(pl.col("value").is_infinite())
            .then(pl.lit(Says.TEXT.value))
            .otherwise(pl.lit(Says.NUMBER.value))
            .alias("says"),
            pl.lit(None, dtype=pl.String).alias("unit"),
        )
        given = pl.col("value").cast(pl.String)
        odd = pl.col("value").is_infinite()
        return whole.with_columns(
            pl.when(odd).then(given).alias("text"), given.alias("given"), pl.when(~odd).then("value").alias("value")
        )
    if series.dtype == pl.Boolean:
        word = series.replace_strict({True: "positive", False: "negative"}, return_dtype=pl.String, default=None)
        return _known(word, MEASURED, lambda texts: [measured(text) for text in texts], _measure_row)
    cells = series.cast(pl.String).str.strip_chars()
    distinct = cells.drop_nulls().unique()
    plain = distinct.str.contains(_PLAIN)
    odd_texts = distinct.filter(~plain).to_list()
    comma = Comma.DECIMAL if decimal_comma else comma_of(odd_texts)
    if comma is Comma.DECIMAL:
        plain &= ~distinct.str.contains(_GROUP)
    rest = distinct.filter(~plain).to_list()
    read = _frame(rest, [measured(text, comma) for text in rest], MEASURED, _measure_row)
    whole = pl.DataFrame({"given": cells}).join(read, on="given", how="left", maintain_order="left")
    bare = pl.when(pl.col("says").is_null()).then(pl.col("given")).cast(pl.Float64, strict=False)
    return whole.with_columns(
        pl.coalesce("value", bare).alias("value"),
        pl.coalesce(
            "says",
            pl.when(pl.col("given").is_null() | (pl.col("given") == ""))
            .then(pl.lit(Says.BLANK.value))
            .otherwise(pl.lit(Says.NUMBER.value)),
        ).alias("says"),
    )


def flags(series: pl.Series, reading: Callable[[str], tuple[Says, Any]] = flag) -> pl.DataFrame:
    """The cells of a flag, or of what else has a few spellings: `says`, `value` and as `given`."""
    kind = pl.String() if reading is not flag else pl.Boolean()
    if series.dtype == pl.Boolean and reading is flag:
        says = pl.when(pl.col("value").is_null()).then(pl.lit(Says.BLANK.value)).otherwise(pl.lit(Says.NUMBER.value))
        return pl.DataFrame({"value": series}).with_columns(
            says.alias("says"), pl.col("value").cast(pl.String).alias("given")
        )
    cells = as_text(series)
    return _known(cells, {"says": pl.String(), "value": kind}, lambda texts: [reading(text) for text in texts], _pair)


def dates(series: pl.Series, form: str | None = None) -> pl.DataFrame:
    """The cells of a date: `says`, `day`, `first`, `last` and as `given`. The column as a whole decides whether day or
    month comes first, unless `form` says so."""
    if series.dtype == pl.Date:
        says = pl.when(pl.col("day").is_null()).then(pl.lit(Says.BLANK.value)).otherwise(pl.lit(Says.NUMBER.value))
        return pl.DataFrame({"day": series}).with_columns(
            says.alias("says"),
            pl.lit(None, dtype=pl.Date).alias("first"),
            pl.lit(None, dtype=pl.Date).alias("last"),
            pl.col("day").cast(pl.String).alias("given"),
        )

    def read(texts: Sequence[str]) -> list[Dated]:
        order = Order(form) if form in (Order.DAY_FIRST.value, Order.MONTH_FIRST.value) else order_of(texts)
        return [dated(text, order, serial=form == "excel") for text in texts]

    return _known(as_text(series), DATED, read, _date_row)


def blank(name: str, height: int, kind: Any) -> pl.Series:
    """A column of which nothing is known."""
    return pl.repeat(None, height, dtype=kind, eager=True).alias(name)


def as_text(series: pl.Series) -> pl.Series:
    """The cells as text without blanks around them; whole numbers without a point."""
    if series.dtype == pl.Float64:
        whole = series.is_finite() & (series == series.round())
        return pl.select(
            pl.when(whole)
            .then(series.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(series.cast(pl.String))
            .alias("given")
        )["given"]
    return series.cast(pl.String).str.strip_chars()


def _known(
    cells: pl.Series,
    schema: dict[str, Any],
    reading: Callable[[Sequence[str]], Sequence[Any]],
    row: Callable[[Any], tuple[Any, ...]],
) -> pl.DataFrame:
    distinct = cells.drop_nulls().unique().to_list()
    read = _frame(distinct, reading(distinct), schema, row)
    whole = pl.DataFrame({"given": cells}).join(read, on="given", how="left", maintain_order="left")
    return whole.with_columns(pl.col("says").fill_null(Says.BLANK.value))


def _frame(
    texts: Sequence[str], read: Sequence[Any], schema: dict[str, Any], row: Callable[[Any], tuple[Any, ...]]
) -> pl.DataFrame:
    rows = [(text, *row(each)) for text, each in zip(texts, read, strict=True)]
    return pl.DataFrame(rows, schema={"given": pl.String(), **schema}, orient="row")


def _measure_row(cell: Cell) -> tuple[Any, ...]:
    return cell.says.value, cell.value, cell.unit, cell.text


def _pair(said: tuple[Says, Any]) -> tuple[Any, ...]:
    return said[0].value, said[1]


def _date_row(found: Dated) -> tuple[Any, ...]:
    return found.says.value, found.day, found.first, found.last
