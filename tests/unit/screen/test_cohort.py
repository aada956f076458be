"""A cohort holds what its documentation says and refuses anything else; people go into it and come back the same."""

from datetime import date

import polars as pl
import pytest

from trialwright.screen.cohort import Cohort
from trialwright.screen.gathering import gathered, people_of
from trialwright.screen.person import FactRecord, MeasureRecord, Person

FIRST = Person(
    "P-1",
    54.2,
    False,
    "FEMALE",
    screening=date(2024, 3, 1),
    measures={
        "creatinine": (
            MeasureRecord(1.1, "mg/dL", high=1.2, date=date(2024, 2, 1)),
            MeasureRecord(1.4, "mg/dL", date=date(2024, 2, 3)),
        ),
        "hemoglobin": (MeasureRecord(12.0, "g/dL", wide=True),),
    },
    facts={
        "stroke": (FactRecord(True, date(2020, 1, 1), wide=True),),
        "prednisone": (FactRecord(dose=10.0, unit="mg", per="day", route="ORAL", ongoing=True),),
    },
    answers={"inclusion-2": True},
)
SECOND = Person("P-2", age_whole=True, facts={"stroke": (FactRecord(False, wide=True),)}, answers={"inclusion-2": None})


def test_people_come_back_as_they_went_in():
    cohort = gathered([FIRST, SECOND], complete=["malignancy"])
    assert list(people_of(cohort)) == [FIRST, SECOND]
    assert (len(cohort), cohort.complete, dict(cohort.units)) == (2, {"malignancy"}, {"hemoglobin": "g/dL"})


def test_keys_are_those_of_columns_and_of_records():
    cohort = gathered([FIRST, SECOND])
    assert cohort.measure_keys() == {"creatinine", "hemoglobin"}
    assert cohort.fact_keys() == {"stroke", "prednisone"}
    assert cohort.wide_keys("present") == {"stroke"}


def test_nobody_is_a_cohort_too():
    assert (len(gathered([])), list(people_of(gathered([])))) == (0, [])


def test_a_date_without_a_flag_says_that_it_is_there():
    people = pl.DataFrame({"id": ["a", "b"]})
    wide = pl.DataFrame({"start:stroke": [date(2020, 1, 1), None]})
    first, second = people_of(Cohort(people, wide))
    assert first.facts["stroke"][0].present is True
    assert second.facts == {}


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ({"people": pl.DataFrame({"age": [1.0]})}, "need a column id"),
        ({"people": pl.DataFrame({"id": ["a"], "sex": ["female"]})}, "MALE, FEMALE or null"),
        ({"people": pl.DataFrame({"id": ["a"], "age": [54]})}, "age is Int64"),
        ({"people": pl.DataFrame({"id": ["a"], "weight": [54]})}, "no column weight"),
        ({"wide": pl.DataFrame({"value:x": [1.0, 2.0]})}, "2 rows for 1 people"),
        ({"wide": pl.DataFrame({"x": [1.0]})}, "no wide column"),
        ({"wide": pl.DataFrame({"value:x": ["1.0"]})}, "String and not Float64"),
        ({"wide": pl.DataFrame({"value:x": [float("nan")]})}, "value:x holds what is no finite"),
        ({"people": pl.DataFrame({"id": ["a"], "age": [float("inf")]})}, "age holds what is no finite"),
        ({"answers": pl.DataFrame({"inclusion-1": ["Y"]})}, "not Boolean"),
        ({"facts": pl.DataFrame({"row": [1], "key": ["x"]}, schema_overrides={"row": pl.UInt32})}, "row 1 of 1"),
        ({"measures": pl.DataFrame({"row": [0], "key": ["x"]})}, "row is Int64"),
    ],
)
def test_frames_that_are_not_as_documented_are_refused(frames, said):
    with pytest.raises(ValueError, match=said):
        Cohort(**{"people": pl.DataFrame({"id": ["a"]}), **frames})


def test_wide_values_of_one_key_are_in_one_unit_and_one_per_patient():
    def with_value(*records):
        return Person("a", measures={"x": records})

    one, other = MeasureRecord(1.0, "g/L", wide=True), MeasureRecord(1.0, "g/dL", wide=True)
    with pytest.raises(ValueError, match="g/L and g/dL"):
        gathered([with_value(one), with_value(other)])
    with pytest.raises(ValueError, match="two wide records"):
        gathered([with_value(one, one)])
