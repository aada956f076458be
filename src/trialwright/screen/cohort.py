"""The canonical patients of a screening: people, one wide table, long records, and what absence means.

Every reader of patients makes a `Cohort`, and both evaluators read nothing else. A key is the lexicon's id of a thing,
or its words as `Concept.key` gives them; the key of an allergy is `allergy:` and the key of its cause. A patient's
records of a key are those of the wide table and of the long frames together.

`people`, one row per patient in the order of the input:
    row           UInt32   0, 1, 2 ...: what every other frame refers to
    id            String   as the source names the patient; may repeat (then with a problem)
    age           Float64  years, null = not known
    age_whole     Boolean  True: completed years, the patient is up to a year older; never null
    sex           String   `MALE`, `FEMALE` or null
    healthy       Boolean  a volunteer without the condition
    consent       Boolean  whether consent is given
    consent_by    String   `participant`, `representative` or null
    screening, baseline, randomisation, enrolment, first_dose, consent_date
                  Date     the anchors of time windows

`wide`, the same rows in the same order and at most one record for each key and patient. Columns are named
`WHAT:KEY` (`column("value", "creatinine")` is `value:creatinine`):
    value:KEY Float64, low:KEY Float64, high:KEY Float64, date:KEY Date, text:KEY String       a measure's record
    present:KEY Boolean, start:KEY Date, end:KEY Date, count:KEY Int64                          a fact's record
A measure's record exists where value or text is not null; a fact's where present, start or end is not null (a date
without a flag says that it is there). Values of one wide column are in one unit: `units[KEY]`, None or absent = not
stated. A column in mixed units is not wide: put its values into `measures`. Values keep the unit they came in, spelled
as the lexicon spells it; comparing converts them, once for each pair of units.

`measures`, long, several per patient: row UInt32, key String, value Float64, unit String, low Float64, high Float64,
date Date, text String, of String.
`facts`, long: row UInt32, key String, present Boolean, start Date, end Date, ongoing Boolean, count Int64,
dose Float64, unit String, per String, route String.
`answers`, the same rows in the same order as `people`: a Boolean column for each judgement that a person answered,
named by the criterion (`inclusion-4`, or `inclusion-4.1`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from trialwright.core.problem import Problem

ANCHORS = ("screening", "baseline", "randomisation", "enrolment", "first_dose", "consent_date")
PEOPLE: Mapping[str, pl.DataType] = {
    "row": pl.UInt32(),
    "id": pl.String(),
    "age": pl.Float64(),
    "age_whole": pl.Boolean(),
    "sex": pl.String(),
    "healthy": pl.Boolean(),
    "consent": pl.Boolean(),
    "consent_by": pl.String(),
    **{name: pl.Date() for name in ANCHORS},
}
MEASURES: Mapping[str, pl.DataType] = {
    "row": pl.UInt32(),
    "key": pl.String(),
    "value": pl.Float64(),
    "unit": pl.String(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "date": pl.Date(),
    "text": pl.String(),
    "of": pl.String(),
}
FACTS: Mapping[str, pl.DataType] = {
    "row": pl.UInt32(),
    "key": pl.String(),
    "present": pl.Boolean(),
    "start": pl.Date(),
    "end": pl.Date(),
    "ongoing": pl.Boolean(),
    "count": pl.Int64(),
    "dose": pl.Float64(),
    "unit": pl.String(),
    "per": pl.String(),
    "route": pl.String(),
}
WIDE_MEASURE: Mapping[str, pl.DataType] = {name: MEASURES[name] for name in ("value", "low", "high", "date", "text")}
WIDE_FACT: Mapping[str, pl.DataType] = {name: FACTS[name] for name in ("present", "start", "end", "count")}
WIDE: Mapping[str, pl.DataType] = {**WIDE_MEASURE, **WIDE_FACT}


def column(what: str, key: str) -> str:
    """The name of a wide column: `what` of the records of `key`.

    >>> column("value", "creatinine")
    'value:creatinine'
    """
    return f"{what}:{key}"


def nobody() -> pl.DataFrame:
    """People, none of them."""
    return pl.DataFrame(schema=dict(PEOPLE))


def _no_measures() -> pl.DataFrame:
    return pl.DataFrame(schema=dict(MEASURES))


def _no_facts() -> pl.DataFrame:
    return pl.DataFrame(schema=dict(FACTS))


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Patients to be screened; the head of this module documents each frame, column by column.

    `complete`: keys whose absence means no (a column declared complete; also of every narrower thing); `problems`: what
    was wrong in the rows and cells of the source. Columns of `people` that are not given are filled with null
    (`age_whole` with False). Raises ValueError where a frame is not as documented.
    """

    people: pl.DataFrame
    wide: pl.DataFrame = field(default_factory=pl.DataFrame)
    units: Mapping[str, str | None] = field(default_factory=dict)
    measures: pl.DataFrame = field(default_factory=_no_measures)
    facts: pl.DataFrame = field(default_factory=_no_facts)
    answers: pl.DataFrame = field(default_factory=pl.DataFrame)
    complete: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", _people(self.people))
        count = self.people.height
        object.__setattr__(self, "measures", _long("measures", self.measures, MEASURES, count))
        object.__setattr__(self, "facts", _long("facts", self.facts, FACTS, count))
        for name, frame in (("wide", self.wide), ("answers", self.answers)):
            if frame.width and frame.height != count:
                raise ValueError(f"{name} has {frame.height} rows for {count} people")
        for name, dtype in self.wide.schema.items():
            what, _, key = name.partition(":")
            if what not in WIDE or not key:
                raise ValueError(f"{name!r} is no wide column; they are named {', '.join(WIDE)} and :KEY")
            if dtype != WIDE[what]:
                raise ValueError(f"the wide column {name!r} is {dtype} and not {WIDE[what]}")
        for name, frame in (("people", self.people), ("wide", self.wide), ("measures", self.measures)):
            _finite(name, frame)
        for name, dtype in self.answers.schema.items():
            if dtype != pl.Boolean:
                raise ValueError(f"the answers to {name!r} are {dtype} and not Boolean")

    def __len__(self) -> int:
        return self.people.height

    def wide_keys(self, *whats: str) -> frozenset[str]:
        """The keys that have a wide column of one of these kinds (`value`, `text`, `present`...)."""
        found = (name.partition(":") for name in self.wide.columns)
        return frozenset(key for what, _, key in found if what in whats)

    def measure_keys(self) -> frozenset[str]:
        """The keys that any patient has a measure's record of, or a column for."""
        return self.wide_keys(*WIDE_MEASURE) | frozenset(self.measures["key"].unique().to_list())

    def fact_keys(self) -> frozenset[str]:
        """The keys that any patient has a fact's record of, or a column for."""
        return self.wide_keys(*WIDE_FACT) | frozenset(self.facts["key"].unique().to_list())


def _people(people: pl.DataFrame) -> pl.DataFrame:
    """People with every column, in order; ValueError where they are not as documented."""
    strange = set(people.columns) - set(PEOPLE)
    if strange:
        raise ValueError(f"people have no column {', '.join(sorted(strange))}; they have {', '.join(PEOPLE)}")
    if "id" not in people.columns:
        raise ValueError("people need a column id")
    filled = [
        pl.col(name)
        if name in people.columns
        else pl.lit(False if name == "age_whole" else None).cast(dtype).alias(name)
        for name, dtype in PEOPLE.items()
        if name != "row"
    ]
    whole = people.drop("row", strict=False).select(filled).with_row_index("row")
    _typed("people", whole, PEOPLE)
    if whole["id"].null_count() or whole["age_whole"].null_count():
        raise ValueError("id and age_whole of people are never null")
    if not set(whole["sex"].unique()) <= {"MALE", "FEMALE", None}:
        raise ValueError("sex is MALE, FEMALE or null")
    return whole


def _long(name: str, frame: pl.DataFrame, schema: Mapping[str, pl.DataType], count: int) -> pl.DataFrame:
    missing = [
        pl.lit(None).cast(dtype).alias(column) for column, dtype in schema.items() if column not in frame.columns
    ]
    if strange := set(frame.columns) - set(schema):
        raise ValueError(f"{name} has no column {', '.join(sorted(strange))}; it has {', '.join(schema)}")
    whole = frame.with_columns(missing).select(list(schema))
    _typed(name, whole, schema)
    if whole.height and (whole["row"].null_count() or whole["key"].null_count()):
        raise ValueError(f"row and key of {name} are never null")
    if (beyond := whole.filter(pl.col("row") >= count)).height:
        raise ValueError(f"{name} names row {beyond.item(0, 'row')} of {count} people")
    return whole


def _finite(name: str, frame: pl.DataFrame) -> None:
    """Refuse infinities and what is not a number: null is the only unknown, and NaN would compare as the greatest."""
    finite = frame.select(pl.col(pl.Float64).is_finite().all())
    if wrong := [column for column in finite.columns if not finite[column].all()]:
        raise ValueError(f"{name}: {', '.join(wrong)} holds what is no finite number")


def _typed(name: str, frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> None:
    wrong: Iterable[str] = (
        f"{column} is {frame.schema[column]} and not {dtype}"
        for column, dtype in schema.items()
        if frame.schema[column] != dtype
    )
    if listed := ", ".join(wrong):
        raise ValueError(f"{name}: {listed}")
