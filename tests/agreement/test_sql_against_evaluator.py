"""The SQL of criteria never says yes or no where the evaluator of single patients does not say the same.

It reads a wide table only and may know less; how often it knows what the evaluator knows is held too, so that it cannot
agree by knowing nothing.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
from hypothesis import HealthCheck, Phase, given, settings
from screened_patients import cases

from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.forms.editable import write
from trialwright.protocol.eligibility.forms.sql import Layout, query
from trialwright.protocol.eligibility.items import Criterion, ItemKind, Section
from trialwright.protocol.eligibility.tree import Expression
from trialwright.screen.cohort import Cohort
from trialwright.screen.gathering import gathered, people_of
from trialwright.screen.person import Person
from trialwright.screen.plain import answer
from trialwright.screen.units import conversion


def wide_only(person: Person) -> Person:
    """The patient with nothing but the records of the wide table."""
    measures = {key: tuple(each for each in records if each.wide) for key, records in person.measures.items()}
    facts = {key: tuple(each for each in records if each.wide) for key, records in person.facts.items()}
    return replace(person, measures=measures, facts=facts)


def by_sql(criteria: dict[str, Expression], cohort: Cohort, folder: Path) -> dict[str, list[bool | None]]:
    frames = [frame for frame in (cohort.people, cohort.wide, cohort.answers) if frame.width]
    table = pl.concat(frames, how="horizontal")
    table.write_parquet(folder / "patients.parquet")
    layout = Layout(
        frozenset(table.columns),
        {name.partition(":")[2]: cohort.units.get(name.partition(":")[2]) for name in cohort.wide.columns},
        cohort.complete,
        conversion,
    )
    with duckdb.connect() as base:
        base.execute(f"CREATE VIEW patients AS FROM read_parquet('{folder / 'patients.parquet'}')")
        rows = base.execute(query(criteria, layout=layout)).fetchall()
    return {name: [row[place] for row in rows] for place, name in enumerate(criteria, 1)}


def test_the_sql_says_nothing_that_the_evaluator_does_not_say(tmp_path: Path) -> None:
    known: Counter[str] = Counter()
    wrong: list[str] = []  # told at the end: a whole case is too long to be shown

    @settings(
        max_examples=40,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        deadline=None,
    )
    @given(cases())
    def agrees(case: tuple[dict[str, Expression], list[Person], frozenset[str]]) -> None:
        criteria, people, complete = case
        cohort = gathered([wide_only(person) for person in people], complete)
        found = by_sql(criteria, cohort, tmp_path)
        for name, tree in criteria.items():
            item = Criterion(Section.INCLUSION, ItemKind.TEXT, None, "", 0, 0)
            for person, said in zip(people_of(cohort), found[name], strict=True):
                plain = answer(Compiled(name, item, tree), person, complete)
                if said is not None and said != plain:
                    wrong.append(f"{write(tree)}: {said} in SQL, {plain} of {person}")
                if plain is not None:
                    known["known" if said is not None else "not known"] += 1

    agrees()
    assert not wrong, wrong[0]
    assert known["known"] > known["not known"]
