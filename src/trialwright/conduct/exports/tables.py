"""The tables of an export: the rows that stand, with what is masked substituted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.conduct.masking.sealing import COLUMNS as SEALED
from trialwright.dataset.columns import COLUMNS, TEXT

if TYPE_CHECKING:
    import polars as pl

    from trialwright.conduct.standing import Standing

MASKED = "MASKED"


def tables(standing: Standing, *, masked: bool) -> dict[str, pl.DataFrame]:
    """The rows that stand, by domain, in the order of the declared tables; domains without rows are left out.

    `masked`: whether the columns that tell an arm are substituted, text by `MASKED`, numbers by nothing, in every row
    alike whatever was sealed there. Give the standing that was folded without keys then.
    """
    data = standing.data.data()
    found = {domain: data.table(domain) for domain in COLUMNS}
    return {
        domain: _substituted(domain, frame) if masked else frame
        for domain, frame in found.items()
        if not frame.is_empty()
    }


def _substituted(domain: str, frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    columns = sorted(SEALED.get(domain, ()))
    return frame.with_columns(
        pl.lit(MASKED if COLUMNS[domain][name] == TEXT else None).cast(frame.schema[name]).alias(name)
        for name in columns
    )
