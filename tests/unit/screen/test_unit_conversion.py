"""Units of laboratories against figures of conversion tables; what cannot be converted is said to be so."""

import pytest

from trialwright.protocol.eligibility.lexicon.loading import entry
from trialwright.screen.units import CHARGES, PER_CREATININE, conversion, known


@pytest.mark.parametrize(
    ("number", "origin", "target", "measure", "expected"),
    [
        (1.0, "mg/dL", "umol/L", "creatinine", 88.4),
        (100.0, "umol/L", "mg/dL", "creatinine", 1.131),
        (100.0, "mg/dL", "mmol/L", "fasting-glucose", 5.55),
        (1.0, "mg/dL", "umol/L", "bilirubin", 17.1),
        (10.0, "mg/dL", "mmol/L", "serum-calcium", 2.495),
        (5.0, "mEq/L", "mmol/L", "serum-calcium", 2.5),
        (4.5, "mEq/L", "mmol/L", "serum-potassium", 4.5),
        (30.0, "mg/mmol", "mg/g", "urine-albumin-creatinine-ratio", 265.0),
        (7.0, "%", "mmol/mol", "hba1c", 53.0),
        (53.0, "mmol/mol", "%", "hba1c", 7.0),
        (13.5, "g/dL", "g/L", "hemoglobin", 135.0),
        (100000.0, "1/uL", "10^9/L", "platelets", 100.0),
        (100.0, "K/uL", "10^9/L", "platelets", 100.0),
        (200.0, "cells/mm3", "10^9/L", "anc", 0.2),
        (1.0, "ukat/L", "U/L", "alt", 60.0),
        (7.5, "kPa", "mmHg", "pao2", 56.25),
        (98.6, "degF", "degC", "body-temperature", 37.0),
        (154.0, "lb", "kg", "body-weight", 69.85),
        (71.0, "in", "cm", "body-height", 180.3),
        (1.0, "mL/s/1.73m2", "mL/min/1.73m2", "egfr", 60.0),
        (500.0, "ug/day", "mg/day", None, 0.5),
    ],
)
def test_numbers_of_conversion_tables(number, origin, target, measure, expected):
    line = conversion(origin, target, measure)
    assert number * line.factor + line.offset == pytest.approx(expected, rel=3e-3)


@pytest.mark.parametrize(
    ("origin", "target", "measure"),
    [
        ("mL/min", "mL/min/1.73m2", "egfr"),
        ("mg/dL", "umol/L", "alt"),
        ("mmHg", "mg/dL", "creatinine"),
        ("%", "% predicted", "fev1"),
        ("copy/mL", "IU/mL", "hbv-dna"),
        ("mg/kg", "mg", None),
        ("nonsense", "mg", None),
        ("; import os", "mg", None),
        ("", "mg", None),
    ],
)
def test_what_cannot_be_converted(origin, target, measure):
    assert conversion(origin, target, measure) is None


def test_one_unit_is_itself_even_where_nothing_is_known_of_it():
    assert conversion("flurbs", "flurbs") == (1.0, 0.0)
    assert conversion("points", "point") == (1.0, 0.0)
    assert not known("flurbs")


def test_the_tables_name_measures_that_there_are():
    assert [name for name in (*CHARGES, *PER_CREATININE) if entry(name) is None] == []
