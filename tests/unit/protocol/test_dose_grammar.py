"""Doses in the spellings that registries use: exact values, units, and every reading of what is ambiguous."""

from decimal import Decimal

import pytest

from trialwright.core.quantity import Amount, AmountPerKg, AmountPerSquareMetre
from trialwright.protocol.dosing.mention import read_doses
from trialwright.protocol.draft_text import clean


def kg(value, unit="cells"):
    return AmountPerKg(Decimal(value), unit)


def flat(value, unit="cells"):
    return Amount(Decimal(value), unit)


ONE_DOSE = [
    ("0.5 million cells/kg", [kg("500000")]),
    (r"1.0x10\^6 cells/kg body weight", [kg("1E+6")]),
    (r"1\*10\^6 cells/kg suspended in 100 ml", [kg("1E+6")]),
    ("2 × 10⁶ cells/kg", [kg("2E+6")]),
    ("1x10(6) xKg will be applied", [kg("1E+6")]),
    ("2x10**6 cells per kg", [kg("2E+6")]),
    ("1 x 10 to the power of 6 cells per kilogram", [kg("1E+6")]),
    ("5E7 cells", [flat("5E+7")]),
    ("100 million allogeneic hMSCs", [flat("1E+8")]),
    ("two hundred million cells", [flat("2E+8")]),
    ("1,000,000 cells", [flat("1E+6")]),
    ("5 x 10^5 UCMSCs per Kg body weight", [kg("5E+5")]),
    ("2x10^6 hCT-MSCs/kg (up to a max of 300 x 10^6)", [kg("2E+6")]),
    ("at a dose of 1 X 10 8 cells.", [flat("1E+8"), flat("108")]),
    (r"UC-MSCs(4.0\*10E7 cells per time)", [flat("4.0E+7"), flat("4.0E+8")]),
    ("1x106 cells/kg", [kg("1E+6"), kg("106")]),
    ("1x106 /kg UC-MSC per dose", [kg("1E+6"), kg("106")]),
    ("3×105STAR+T cells / kg", [kg("3E+5"), kg("315")]),
    ("Dose: 1-2x10^6 cells/Kg", [kg("1E+6"), kg("2E+6")]),
    ("1 to 2 x 1000000 MSC/Kg body weight", [kg("1E+6"), kg("2E+6")]),
    ("20- 30 million cells per patient", [flat("2E+7"), flat("3E+7")]),
    ("1 to 20 million cells", [flat("1E+6"), flat("2E+7")]),
    ("12,5 million allogeneic stem cells", [flat("1.25E+7")]),
    ("240mg daily (1 cycle of 21 days)", [flat("240", "mg")]),
    ("10mg/kg Q2W", [kg("10", "mg")]),
    ("10 000 U/m² BSA each", [AmountPerSquareMetre(Decimal(10000), "U")]),
    ("75 mg/m^2 subcutaneously", [AmountPerSquareMetre(Decimal(75), "mg")]),
    ("80 mcg clonidine", [flat("80", "µg")]),
    ("0,5 g once", [flat("0.5", "g")]),
    ("500 IU", [flat("500", "IU")]),
    ("0.04 mmol Gd/kg body weight", [kg("0.04", "mmol")]),
    ("60 Gy in 30 fractions", [flat("60", "Gy")]),
    ("1 x 10^11 vg/kg", [kg("1E+11", "vg")]),
    ("on Day 1 and 2, 10 mg/kg", [kg("10", "mg")]),
]
SEVERAL = [
    ("1, 2 and 4 million cells/kg", ["1000000", "2000000", "4000000"]),
    ("0.5, 1.0 or 1.5 x 10^6 cells/kg", ["500000", "1000000", "1500000"]),
    ("50 mg and 2 x 10^6 IU", ["50", "2000000"]),
    (r"0.5x10\^6 cells/kg, 1.0x10\^6 cells/kg, 1.5x10\^6 cells/kg", ["500000", "1000000", "1500000"]),
    ("100 x 10^6, 200 x 10^6 or 400 x 10^6 cells", ["1E+8", "2E+8", "4E+8"]),
    ("1E6#3E6#6E6#1E7 cells/kg", ["1E+6", "3E+6", "6E+6", "1E+7"]),
    ("20mg Cohort1, 40mg Cohort2, 80mg Cohort3,120mg Cohort4", ["20", "40", "80", "120"]),
    ("160 or 240 mg once daily", ["160", "240"]),
    ("12, 15, or 18 Gy-Eq", ["12", "15", "18"]),
    ("200mg, increased in subsequent cohorts to 400mg, 600mg, 800mg", ["200", "400", "600", "800"]),
]
NO_DOSE = [
    "4 x 106/ml concentration",
    "8 mg/mL of gel",
    "3 does of UC-MSCs",
    "Saline containing 1% Human serum albumin",
    "neutrophils > 1.5 x 10^9/L",
    "prednisone equivalent >10 mg/day",
    "Patients receive cells on Day 0, 3 and 6",
    "25/mg/m2/day",
    "",
]


@pytest.mark.parametrize(("text", "readings"), ONE_DOSE)
def test_one_dose_has_exactly_these_readings_the_likely_one_first(text, readings):
    (found,) = read_doses(clean(text), cells=True)
    assert [reading.dose for reading in found.readings] == readings
    assert [reading.likely for reading in found.readings] == [True] + [False] * (len(readings) - 1)


@pytest.mark.parametrize(("text", "values"), SEVERAL)
def test_several_doses_come_in_the_order_of_the_text(text, values):
    assert [found.dose.value for found in read_doses(clean(text), cells=True)] == [Decimal(value) for value in values]


@pytest.mark.parametrize("text", NO_DOSE)
def test_what_is_no_dose_is_not_taken_for_one(text):
    assert read_doses(clean(text), cells=True) == ()


def test_a_volume_behind_the_slash_is_the_volume_of_the_dose():
    (found,) = read_doses("1x10^8 cells/3ml")
    assert (found.dose, found.volume) == (flat("1E+8"), flat("3", "mL"))
