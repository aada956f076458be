"""People as a cohort and back: records of single patients gathered into frames, and frames read as single patients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from trialwright.screen.cohort import FACTS, MEASURES, PEOPLE, WIDE_FACT, WIDE_MEASURE, Cohort, column
from trialwright.screen.person import FactRecord, MeasureRecord, Person

OWN = tuple(name for name in PEOPLE if name != "row")
MEASURE_FIELDS = tuple(name for name in MEASURES if name not in ("row", "key"))
FACT_FIELDS = tuple(name for name in FACTS if name not in ("row", "key"))


def gathered(people: Sequence[Person], complete: Iterable[str] = ()) -> Cohort:
    """The cohort of these people. Records marked `wide` become wide columns: at most one per key and patient, all in
    one unit for a key; raises ValueError otherwise."""
    wide: dict[str, list[Any]] = {}
    units: dict[str, str | None] = {}
    long_measures: list[tuple[Any, ...]] = []
    long_facts: list[tuple[Any, ...]] = []
    for row, person in enumerate(people):
        for key, measures in person.measures.items():
            for measure in measures:
                if measure.wide:
                    if units.setdefault(key, measure.unit) != measure.unit:
                        raise ValueError(f"wide values of {key} are in {units[key]} and {measure.unit}")
                    _put(wide, row, len(people), key, measure, WIDE_MEASURE)
                else:
                    long_measures.append((row, key, *(getattr(measure, name) for name in MEASURE_FIELDS)))
        for key, facts in person.facts.items():
            for fact in facts:
                if fact.wide:
                    _put(wide, row, len(people), key, fact, WIDE_FACT)
                else:
                    long_facts.append((row, key, *(getattr(fact, name) for name in FACT_FIELDS)))
    asked = list(dict.fromkeys(name for person in people for name in person.answers))
    kinds: Mapping[str, pl.DataType] = {**WIDE_MEASURE, **WIDE_FACT}
    return Cohort(
        pl.DataFrame(
            [tuple(getattr(person, name) for name in OWN) for person in people],
            schema={name: PEOPLE[name] for name in OWN},
            orient="row",
        ),
        pl.DataFrame({name: pl.Series(cells, dtype=kinds[name.partition(":")[0]]) for name, cells in wide.items()}),
        units,
        pl.DataFrame(long_measures, schema=dict(MEASURES), orient="row"),
        pl.DataFrame(long_facts, schema=dict(FACTS), orient="row"),
        pl.DataFrame({name: pl.Series([p.answers.get(name) for p in people], dtype=pl.Boolean) for name in asked}),
        frozenset(complete),
    )


def _put(
    wide: dict[str, list[Any]],
    row: int,
    count: int,
    key: str,
    record: MeasureRecord | FactRecord,
    fields: Mapping[str, pl.DataType],
) -> None:
    strange = [name for name in ("of", "ongoing", "dose", "unit", "per", "route") if name not in fields]
    if isinstance(record, MeasureRecord):
        strange.remove("unit")
    if any(getattr(record, name, None) is not None for name in strange):
        raise ValueError(f"a wide record of {key} has no {', '.join(strange)}")
    for name in fields:
        cells = wide.setdefault(column(name, key), [None] * count)
        if cells[row] is not None:
            raise ValueError(f"{key} has two wide records of one patient")
        cells[row] = getattr(record, name)


def people_of(cohort: Cohort) -> Iterator[Person]:
    """Every patient of the cohort with the records of both the wide table and the long frames, in order."""
    measures: dict[int, dict[str, list[MeasureRecord]]] = {}
    facts: dict[int, dict[str, list[FactRecord]]] = {}
    for row, key, *rest in cohort.measures.iter_rows():
        measures.setdefault(row, {}).setdefault(key, []).append(MeasureRecord(*rest))
    for row, key, *rest in cohort.facts.iter_rows():
        facts.setdefault(row, {}).setdefault(key, []).append(FactRecord(*rest))
    measured = sorted(cohort.wide_keys(*WIDE_MEASURE))
    flagged = sorted(cohort.wide_keys(*WIDE_FACT))
    wide = cohort.wide.iter_rows(named=True) if cohort.wide.width else iter([{}] * len(cohort))
    answers = cohort.answers.iter_rows(named=True) if cohort.answers.width else iter([{}] * len(cohort))
    for own, cells, answered in zip(cohort.people.iter_rows(named=True), wide, answers, strict=True):
        row = own.pop("row")
        mine, those = measures.get(row, {}), facts.get(row, {})
        for key in measured:
            one = {name: cells.get(column(name, key)) for name in WIDE_MEASURE}
            if one["value"] is not None or one["text"] is not None:
                mine.setdefault(key, []).append(MeasureRecord(**one, unit=cohort.units.get(key), wide=True))
        for key in flagged:
            flag = {name: cells.get(column(name, key)) for name in WIDE_FACT}
            if any(flag[name] is not None for name in ("present", "start", "end")):
                if flag["present"] is None:
                    flag["present"] = True
                those.setdefault(key, []).append(FactRecord(**flag, wide=True))
        yield Person(
            **own,
            measures={key: tuple(records) for key, records in mine.items()},
            facts={key: tuple(records) for key, records in those.items()},
            answers=answered,
        )
