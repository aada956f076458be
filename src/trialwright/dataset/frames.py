"""Facts arranged as polars frames with the declared columns, and frames read back as facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from trialwright.core.errors import InputError
from trialwright.dataset.check import raise_first_fault
from trialwright.dataset.columns import COLUMNS, FLAG, KEYS, NUMBER, TEXT, WHOLE
from trialwright.dataset.facts import Fact

RETRACTED = "RETRACTED"
ROW = ("USUBJID", "SEQ")
_DTYPES: dict[str, type[pl.DataType]] = {TEXT: pl.String, FLAG: pl.String, WHOLE: pl.Int64, NUMBER: pl.Float64}
_PYTHON: dict[str, frozenset[type]] = {
    TEXT: frozenset({str, type(None)}),
    FLAG: frozenset({str, type(None)}),
    WHOLE: frozenset({int, type(None)}),
    NUMBER: frozenset({int, float, type(None)}),
}


def schema(domain: str) -> dict[str, type[pl.DataType]]:
    """The columns of a domain's table, in order, with their polars types."""
    return {name: _DTYPES[kind] for name, kind in {**KEYS, **COLUMNS[domain]}.items()}


def history_schema(domain: str) -> dict[str, type[pl.DataType]]:
    """The columns of a domain's history: those of its table, and RETRACTED (Boolean)."""
    return {**schema(domain), RETRACTED: pl.Boolean}


def frames_of(facts: Iterable[Fact]) -> dict[str, pl.DataFrame]:
    """One frame per domain that has facts, every version of every row, sorted by participant, number and version.

    Raises InputError (DATA-001 to DATA-008) for the first fact that does not fit the declared columns.
    """
    by_domain: dict[str, list[Fact]] = {}
    for fact in facts:
        by_domain.setdefault(fact.domain, []).append(fact)
    return {domain: _frame(domain, by_domain[domain]) for domain in _in_order(by_domain)}


def _in_order(by_domain: dict[str, list[Fact]]) -> list[str]:
    for domain, rows in by_domain.items():
        if domain not in COLUMNS:
            raise_first_fault(rows)
    return [domain for domain in COLUMNS if domain in by_domain]


def _frame(domain: str, rows: Sequence[Fact]) -> pl.DataFrame:
    """The frame of one domain. The checks here are quick and only say that something is wrong; what it is, and in
    which fact, `raise_first_fault` finds out."""
    declared = COLUMNS[domain]
    mappings = [fact.values for fact in rows]
    if not set().union(*mappings) <= declared.keys():
        raise_first_fault(rows)
    columns: dict[str, list[object]] = {
        "DOMAIN": [domain] * len(rows),
        "USUBJID": [fact.subject for fact in rows],
        "SEQ": [fact.number for fact in rows],
        "VERSION": [fact.version for fact in rows],
        "DAY": [fact.day for fact in rows],
        "KNOWN": [fact.known for fact in rows],
    }
    for name in declared:
        columns[name] = [values.get(name) for values in mappings]
    columns[RETRACTED] = [fact.retracted for fact in rows]
    for name, kind in {**KEYS, **declared}.items():
        if not set(map(type, columns[name])) <= _PYTHON[kind]:
            raise_first_fault(rows)
    try:
        frame = pl.DataFrame(columns, schema=history_schema(domain))
    except (UnicodeEncodeError, OverflowError, TypeError, pl.exceptions.PolarsError):
        raise_first_fault(rows)
        raise
    return checked(domain, frame.sort(*ROW, "VERSION"), rows)


def checked(domain: str, frame: pl.DataFrame, rows: Iterable[Fact] | None = None) -> pl.DataFrame:
    """The frame itself, sorted by participant, number and version, with an exact repetition left out.

    Raises InputError where a value is not one of its kind, or the versions of a row contradict each other.
    """
    flags = [name for name, kind in COLUMNS[domain].items() if kind == FLAG]
    numbers = [name for name, kind in COLUMNS[domain].items() if kind == NUMBER]
    wrong = pl.any_horizontal(
        pl.col("USUBJID").is_null() | (pl.col("USUBJID").str.strip_chars() == ""),
        *(pl.col(name).is_null() for name in ("SEQ", "VERSION", "DAY", "KNOWN")),
        pl.col("SEQ") < 1,
        pl.col("VERSION") < 1,
        pl.col("KNOWN") < pl.col("DAY"),
        *(~pl.col(name).is_in(["Y", "N"]) for name in flags),
        *(~pl.col(name).is_finite() for name in numbers),
    ).fill_null(False)
    same_row = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in ROW).fill_null(False)
    clash = same_row & (
        (pl.col("VERSION") == pl.col("VERSION").shift(1)) | (pl.col("KNOWN") < pl.col("KNOWN").shift(1))
    )
    if frame.select((wrong | clash).any()).item():
        frame = frame.unique(maintain_order=True)
        if frame.select((wrong | clash).any()).item():
            raise_first_fault(_told_apart(frame) if rows is None else rows)
    return frame


def _told_apart(frame: pl.DataFrame) -> Iterator[Fact]:
    """The facts of a frame that was read from elsewhere; one that cannot be a fact raises InputError (DATA-010)."""
    try:
        yield from facts_of(frame)
    except ValueError as fault:
        raise InputError(
            "DATA-010",
            str(fault),
            expected="KNOWN on DAY or later: nothing is known before it occurs",
            mend="correct one of the two days",
        ) from fault


def facts_of(frame: pl.DataFrame) -> Iterator[Fact]:
    """The facts of a history frame, in its order; unknown values are left out of `values`."""
    names = frame.columns
    first = len(KEYS)
    for row in frame.iter_rows():
        domain, subject, number, version, day, known = row[:first]
        values = {name: value for name, value in zip(names[first:-1], row[first:-1], strict=True) if value is not None}
        yield Fact(domain, subject, number, day, known, version, row[-1], values)
