"""Spellings of units: one canonical form, which is its own canonical form, and no unit where none is known."""

import csv
from importlib import resources

import pytest

from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.grammar.units import canonical_unit, unit_at, unit_table

FOLDER = resources.files("trialwright.protocol.eligibility.lexicon")


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((FOLDER / name).read_text("utf-8").splitlines()))


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("mg/dl", "mg/dL"),
        ("µmol/L", "umol/L"),
        ("mm Hg", "mmHg"),
        ("mmHg", "mmHg"),
        ("cm H2O", "cmH2O"),
        ("kg/m²", "kg/m2"),
        ("Kg / m^2", "kg/m2"),
        ("ml/min/1.73 m2", "mL/min/1.73m2"),
        ("x 10^9/L", "10^9/L"),
        ("x109/L", "10^9/L"),
        ("K/µL", "10^3/uL"),
        ("cells/mm3", "1/uL"),
        ("/mm^3", "1/uL"),
        ("beats per minute", "1/min"),
        ("mg per day", "mg/day"),
        ("mg/24 hours", "mg/day"),
        ("g/d", "g/day"),
        ("diopters", "dpt"),
        ("per cent", "%"),
        ("° C", "degC"),
        ("yrs", "year"),
        ("lbs", "lb"),
    ],
)
def test_spellings_of_a_unit(spelling: str, canonical: str) -> None:
    assert canonical_unit(spelling) == canonical


@pytest.mark.parametrize("text", ["", "patients", "mg patients", "in the morning", "of", "/"])
def test_words_that_are_no_unit(text: str) -> None:
    assert canonical_unit(text) is None


def test_every_unit_of_the_table_and_of_the_measures_is_its_own_canonical_form() -> None:
    units = set(unit_table())
    for row in _rows("measures.csv"):
        units |= {row["unit"], row["default_unit"], *row["other_units"].split("|")}
    for unit in units - {""}:
        assert canonical_unit(unit) == unit, unit


def test_a_preposition_is_no_inch_and_a_letter_no_temperature() -> None:
    assert unit_at(tokens_of("3 in the morning"), 1) is None
    assert unit_at(tokens_of("grade 3 c"), 2) is None
    assert unit_at(tokens_of("38C"), 1) == ("degC", 2)


def test_plausible_ranges_and_units_of_measures_make_sense() -> None:
    for row in _rows("measures.csv"):
        if row["low"] and row["high"]:
            assert float(row["low"]) < float(row["high"]), row["id"]
        if row["default_unit"]:
            assert row["default_unit"] in {row["unit"], *row["other_units"].split("|")}, row["id"]


def test_levels_of_scales_are_each_named_once() -> None:
    for row in _rows("scales.csv"):
        levels = row["levels"].split("|")
        assert len(levels) == len(set(levels)) >= 2, row["id"]
