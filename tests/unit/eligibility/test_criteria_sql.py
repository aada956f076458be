"""The SQL of criteria, run in DuckDB on small tables, against answers worked out by hand."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from trialwright.protocol.eligibility.forms.editable_parse import read
from trialwright.protocol.eligibility.forms.sql import Layout, query, sql
from trialwright.protocol.eligibility.tree import Compare, Concept, Interval, Judgement

PEOPLE = {
    "row": "UINTEGER",
    "age": "DOUBLE",
    "age_whole": "BOOLEAN",
    "sex": "VARCHAR",
    "consent": "BOOLEAN",
    "consent_by": "VARCHAR",
    **dict.fromkeys(("screening", "baseline", "randomisation", "enrolment", "first_dose", "consent_date"), "DATE"),
}
KINDS = {"value": "DOUBLE", "low": "DOUBLE", "high": "DOUBLE", "date": "DATE", "text": "VARCHAR", "present": "BOOLEAN"}
KINDS |= {"start": "DATE", "end": "DATE", "count": "BIGINT"}
DAY = date(2024, 6, 30)


def answers(form: str, rows: list[dict[str, object]], **layout: object) -> list[bool | None]:
    """What the SQL of a form answers for each of these patients; a column that no patient has does not exist."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    held = {"age_whole": False, "screening": DAY}
    columns = {**PEOPLE, **{name: KINDS.get(name.partition(":")[0], "BOOLEAN") for name in names if name not in PEOPLE}}
    with duckdb.connect() as base:
        base.execute("CREATE TABLE patients (" + ", ".join(f'"{name}" {kind}' for name, kind in columns.items()) + ")")
        for place, row in enumerate(rows):
            cells = {"row": place, **held, **row}
            base.execute(
                f"INSERT INTO patients VALUES ({', '.join('?' * len(columns))})", [cells.get(n) for n in columns]
            )
        layout.setdefault("columns", frozenset(columns))
        found = base.execute(query({"inclusion-1": read(form)}, layout=Layout(**layout))).fetchall()
    return [answer for _, answer in found]


T, F, U = True, False, None
NUMBERS = [
    ("age >= 18 years", [{"age": 18}, {"age": 17.9}, {"age": None}], [T, F, U]),
    ("age <= 75 years", [{"age": 75.9}, {"age": 76}, {"age": 75, "age_whole": True}], [T, F, T]),
    ("age > 18 years", [{"age": 18.5}, {"age": 19}, {"age": 18}, {"age": 18, "age_whole": True}], [U, T, F, U]),
    ("age < 18 years", [{"age": 17.9}, {"age": 18}, {"age": 17, "age_whole": True}], [T, F, T]),
    ("age in [18, 75] years", [{"age": 40}, {"age": 80}, {"age": 12}], [T, F, F]),
    ("age >= 6 months", [{"age": 0.5}, {"age": 0.4}, {"age": 0, "age_whole": True}], [T, F, U]),
    ('"walk" >= 300', [{"value:walk": 300}, {"value:walk": 299.9}, {"value:walk": None}], [T, F, U]),
    ('"walk" > 300', [{"value:walk": 300}, {"value:walk": 300.1}], [F, T]),
    ('"walk" >= 300 m', [{"value:walk": 500}], [T]),
    ("inr <= 1.5", [{"value:inr": 1.2}, {"value:inr": 2}, {"value:inr": 120}], [T, F, U]),
    ("creatinine <= 1.5", [{"value:creatinine": 1}], [U]),
    ('"other" >= 300 m', [{"value:walk": 500}], [U]),
    ('"it" <= 2 x ULN', [{"value:it": 80, "high:it": 40}, {"value:it": 81, "high:it": 40}, {"value:it": 1}], [T, F, U]),
    ('"it" <= 80 % of baseline', [{"value:it": 1}], [U]),
    ('"it" > 1 lasting > 2 days', [{"value:it": 5}], [U]),
    ('"it" > 1', [{"value:it": 5, "date:it": date(2024, 7, 1)}, {"value:it": 5, "date:it": DAY}], [U, T]),
    (
        '"it" > 1 within 7 days before screening',
        [{"value:it": 5, "date:it": date(2024, 6, day)} for day in (22, 23, 30)] + [{"value:it": 5, "date:it": None}],
        [U, T, T, U],
    ),
    ('"it" > 1 and sex male', [{"value:it": 0, "sex": None}, {"value:it": 5, "sex": None}], [F, U]),
    ('"it" > 1 or sex male', [{"value:it": 0, "sex": None}, {"value:it": None, "sex": "MALE"}], [U, T]),
    ("not sex male", [{"sex": "FEMALE"}, {"sex": None}, {"sex": "MALE"}], [T, U, F]),
    (
        "if sex female then consent",
        [{"sex": "MALE"}, {"sex": "FEMALE", "consent": False}, {"sex": "FEMALE"}],
        [T, F, U],
    ),
    (
        "at least 2 of (sex male; consent; age >= 18 years)",
        [{"sex": "MALE", "age": 20}, {"sex": "MALE"}, {"sex": "FEMALE", "consent": False}],
        [T, U, F],
    ),
    ("consent by participant", [{"consent": True, "consent_by": "participant"}, {"consent": True}], [T, U]),
    ('judge "fit"', [{"inclusion-1": True}, {"inclusion-1": None}], [T, U]),
    ('judge "fit" or judge "well"', [{"inclusion-1.2": True}, {"inclusion-1.2": False}], [T, U]),
    ("missing 1", [{}], [U]),
    ('test "t" negative', [{"text:t": "negative"}, {"text:t": "Positive"}, {"text:t": "normal"}], [T, F, U]),
    ("level ecog <= 1", [{"text:ecog": "1"}, {"text:ecog": "2"}, {"text:ecog": "?"}], [T, F, U]),
    ("level ecog in (0, 2]", [{"value:ecog": 0}, {"value:ecog": 2}, {"value:ecog": 2.5}], [F, T, U]),
    ("level nyha >= III", [{"text:nyha": "IV"}, {"text:nyha": "II"}, {"text:nyha": None}], [T, F, U]),
    ("level nyha >= 3", [{"text:nyha": "IV"}], [U]),
    ('defined "old" by "a book" as (age >= 65 years)', [{"age": 70}], [T]),
]
AGO = {days: date(2024, 6, 30 - days) for days in (0, 5, 20)}
FACTS = [
    ('condition "a"', [{"present:a": True}, {"present:a": False}, {"present:a": None}], [T, F, U]),
    ('condition "a"', [{"present:a": None, "start:a": DAY}], [T]),
    ('condition "a"', [{"present:b": True}], [U]),
    ('condition "a" current', [{"present:a": True}, {"present:a": True, "end:a": AGO[5]}], [T, U]),
    ('condition "a" past', [{"present:a": True, "end:a": None}, {"present:a": True, "end:a": AGO[5]}], [U, T]),
    (
        'event "a" within 10 days before screening',
        [{"present:a": True, "start:a": AGO[n], "end:a": AGO[n]} for n in AGO] + [{"present:a": False}],
        [T, T, U, F],
    ),
    (
        'event "a" within 10 days before screening',
        [{"start:a": AGO[20], "end:a": AGO[5]}, {"start:a": AGO[20], "end:a": None}],
        [T, U],
    ),
    (
        'event "a" when > 10 days before randomisation',
        [{"start:a": AGO[20], "randomisation": DAY}, {"start:a": DAY}],
        [T, U],
    ),
    ('event "a" dated from 2024-06 until 2024', [{"start:a": DAY}, {"start:a": date(2024, 5, 31)}], [T, U]),
    ('event "a" times >= 2', [{"present:a": True, "count:a": 2}, {"present:a": True, "count:a": 1}], [T, U]),
    ('event "a" lasting > 2 days', [{"present:a": True}, {"present:a": False}], [U, F]),
    ('drug "a" dose > 5 mg', [{"present:a": True}, {"present:a": False}], [U, F]),
    ('allergy "a"', [{"present:allergy:a": True}, {"present:a": True}], [T, U]),
    ("condition cancer", [{"present:basal-cell-carcinoma": True}], [T]),
    ("condition basal-cell-carcinoma", [{"present:cancer": True}, {"present:cancer": False}], [U, F]),
    ("condition cancer apart from [basal-cell-carcinoma]", [{"present:basal-cell-carcinoma": True}], [U]),
]


@pytest.mark.parametrize(("form", "rows", "expected"), [*NUMBERS, *FACTS])
def test_the_answers_are_those_worked_out_by_hand(
    form: str, rows: list[dict[str, object]], expected: list[bool | None]
) -> None:
    assert answers(form, rows) == expected


def test_what_is_declared_complete_is_absent_where_nothing_is_recorded() -> None:
    assert answers('condition "a"', [{"present:a": None}], complete=frozenset({"a"})) == [False]
    late = [{"start:a": AGO[20], "end:a": AGO[20]}]
    assert answers('event "a" within 10 days before screening', late, complete=frozenset({"a"})) == [False]


def test_a_number_is_compared_in_the_unit_of_the_criterion_or_not_at_all() -> None:
    def tenfold(one: str, other: str, _: str | None) -> tuple[float, float] | None:
        return (10.0, 0.0) if (one, other) == ("g/dL", "g/L") else None

    rows = [{"value:it": 9.0}]
    assert answers('"it" >= 90 g/L', rows, units={"it": "g/dL"}, convert=tenfold) == [True]
    assert answers('"it" >= 90 g/L', rows, units={"it": "mmol/L"}, convert=tenfold) == [None]
    assert answers('"it" >= 90 g/L', rows, units={"it": None}, convert=tenfold) == [None]


def test_what_cannot_be_answered_says_why_and_cannot_break_out_of_its_comment() -> None:
    said = sql(Judgement("able */ OR TRUE /* to comply"), "inclusion-1")
    assert said.startswith("NULL::BOOLEAN /* judgement: able * / OR TRUE / * to comply")
    assert said.count("*/") == 1
    name = Concept(None, 'a"; DROP TABLE patients; --')
    with duckdb.connect() as base:
        base.execute('CREATE TABLE patients AS SELECT 1 AS row, 2.0 AS "value:a""; drop table patients; --"')
        asked = query(
            {"inclusion-1": Compare(name, Interval(Decimal(1)))}, layout=Layout(frozenset({f"value:{name.key}"}))
        )
        assert base.execute(asked).fetchall() == [(1, True)]
