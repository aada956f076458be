"""Reads whatever patients come in, joins the long tables, and makes the cohort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from trialwright.protocol.eligibility.needs import needs
from trialwright.protocol.eligibility.tree import Judgement, leaves
from trialwright.screen.cohort import FACTS, MEASURES, Cohort
from trialwright.screen.patients import long, wide
from trialwright.screen.patients.mapping import mapping
from trialwright.screen.patients.names import Names
from trialwright.screen.patients.notes import Notes
from trialwright.screen.patients.reporting import Reporter
from trialwright.screen.patients.table import Table, unreadable
from trialwright.screen.patients.things import Records

if TYPE_CHECKING:
    from trialwright.protocol.eligibility.compiled import Compiled
    from trialwright.screen.patients import Options

BOOKS = (".xlsx", ".xlsm", ".xls")
FHIR = (".json", ".ndjson", ".jsonl")


def cohort(
    source: Iterable[Mapping[str, object]] | str | Path, criteria: Sequence[Compiled], options: Options
) -> Cohort:
    """The cohort of what `read` was given."""
    notes = Notes()
    names = Names(need for each in criteria for need in needs(each.expression))
    records = Records()
    table, *more = _opened(source, names, notes, options)
    mapped = {} if options.mapping is None else mapping(options.mapping, names, notes)
    found = wide.recognised(table, names, mapped, notes, answered(criteria))
    if wide.IDENTIFIER not in found.own and isinstance(source, str | Path):
        listed = ", ".join(table.names[:20])
        raise unreadable(table.source, f"its columns are {listed or 'none'}, and none is USUBJID (or a mapping's `id`)")
    people, answers = wide.add(table, found, Reporter(table, notes), records, options.as_of)
    ids = people["id"]
    screening = people["screening"] if "screening" in people.columns else None
    if more:
        long.labs(more[0], names, ids, screening, records, notes)
        long.facts(more[1], names, ids, screening, records, notes)
    if options.labs is not None:
        long.labs(opened(options.labs, None, notes), names, ids, screening, records, notes)
    if options.facts is not None:
        long.facts(opened(options.facts, None, notes), names, ids, screening, records, notes)
    return Cohort(
        people,
        pl.DataFrame([series.rename(name) for name, series in records.wide.items()]),
        records.units,
        _joined(records.measures, MEASURES),
        _joined(records.facts, FACTS),
        answers,
        found.complete,
        notes.problems(),
    )


def answered(criteria: Sequence[Compiled]) -> tuple[str, ...]:
    """The names of the columns in which a person answers criteria: the criterion's id, with `.1`, `.2`... where it asks
    several questions."""
    out: list[str] = []
    for each in criteria:
        count = sum(isinstance(leaf, Judgement) for leaf in leaves(each.expression))
        out += [each.id] if count == 1 else [f"{each.id}.{place}" for place in range(1, count + 1)]
    return tuple(out)


def opened(path: Path, sheet: str | None, notes: Notes) -> Table:
    """The table of a file, by its ending: Excel, Parquet, or else delimited text."""
    suffix = path.suffix.lower()
    if suffix in BOOKS:
        from trialwright.screen.patients.workbook import workbook

        return workbook(path, sheet, notes)
    if sheet is not None:
        raise unreadable(path, "a sheet was named, and it is no Excel workbook")
    if suffix in (".parquet", ".pq"):
        from trialwright.screen.patients.columnar import parquet

        return parquet(path)
    from trialwright.screen.patients.delimited import delimited

    return delimited(path, notes)


def _opened(
    source: Iterable[Mapping[str, object]] | str | Path, names: Names, notes: Notes, options: Options
) -> tuple[Table, ...]:
    """The wide table of a source; behind that of FHIR its long tables of values and of facts."""
    if not isinstance(source, str | Path):
        from trialwright.screen.patients.columnar import of_dictionaries

        return (of_dictionaries([dict(row) for row in source]),)
    path = Path(source)
    if path.is_dir() or path.suffix.lower() in FHIR:
        from trialwright.screen.patients.fhir.reading import fhir

        return fhir(path, names, notes)
    return (opened(path, options.sheet, notes),)


def _joined(parts: list[pl.DataFrame], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.concat(parts) if parts else pl.DataFrame(schema=dict(schema))
