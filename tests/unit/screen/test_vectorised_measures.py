"""Comparisons, levels and results: units, limits, dates, what is unknown, each answer stated by hand."""

from datetime import date
from decimal import Decimal

import pytest
from answering import DAY, answer, least, most, thing, value, within

from trialwright.protocol.eligibility.lexicon.loading import entry, lexicon
from trialwright.protocol.eligibility.tree import (
    Anchor,
    AnchorKind,
    Compare,
    Concept,
    Dates,
    Interval,
    Lasting,
    Ordinal,
    Reference,
    Result,
    Side,
    Window,
)
from trialwright.screen.vectorised.derived import COMPONENTS

EARLIER, LATER, AFTERWARDS = date(2024, 5, 1), date(2024, 6, 1), date(2024, 7, 15)


def compare(key, interval, unit=None, **more):
    return Compare(thing(key), interval, unit, **more)


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [
        (1.5, "mg/dL", True),
        (1.51, "mg/dL", False),
        (132.6, "umol/L", True),
        (133.0, "umol/L", False),
        (15.0, "mg/L", True),
        (1.5, "mmHg", None),
        (1.5, "flurbs", None),
        (1.5, None, None),
        (45.0, "mg/dL", None),  # nobody has this
    ],
)
def test_values_are_compared_in_the_unit_of_the_criterion(number, unit, said):
    assert answer(compare("creatinine", most("1.5"), "mg/dL"), measures={"creatinine": value(number, unit)}) is said


def test_a_bound_is_met_although_a_conversion_is_not_exact_in_binary():
    assert answer(compare("hemoglobin", most("11"), "g/L"), measures={"hemoglobin": value(1.1, "g/dL")}) is True
    assert answer(compare("hemoglobin", most("111"), "g/L"), measures={"hemoglobin": value(11.1, "g/dL")}) is True
    # in binary 0.07 x 100 is a little more than 7, and 0.57 x 100 a little less than 57
    assert answer(Compare(Concept(None, "scar"), most("7"), "cm"), measures={"scar": value(0.07, "m")}) is True
    assert answer(Compare(Concept(None, "scar"), least("57"), "cm"), measures={"scar": value(0.57, "m")}) is True
    above = compare("hemoglobin", least("111", inclusive=False), "g/L")
    assert answer(above, measures={"hemoglobin": value(11.1, "g/dL")}) is False


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        (least("2"), True),
        (least("2", inclusive=False), False),
        (most("2"), True),
        (most("2", inclusive=False), False),
        (Interval(Decimal("1"), Decimal("3")), True),
        (Interval(Decimal("2.5"), Decimal("3")), False),
    ],
)
def test_bounds_are_strict_or_not_as_written(interval, said):
    assert answer(compare("inr", interval), measures={"inr": value(2.0)}) is said


def test_a_measure_without_a_unit_takes_the_one_that_its_field_always_uses():
    assert answer(compare("bmi", most("30")), measures={"bmi": value(29.0)}) is True
    assert answer(compare("bmi", most("30"), "kg/m2"), measures={"bmi": value(31.0)}) is False
    assert answer(compare("creatinine", most("1.5")), measures={"creatinine": value(1.0, "mg/dL")}) is None


def test_words_that_the_lexicon_does_not_know_are_compared_as_given():
    leaf = Compare(Concept(None, "Ab  Score"), most("3"))
    assert answer(leaf, measures={"ab score": value(3.0)}) is True
    assert answer(leaf, measures={"ab score": value(3.0, "point")}) is None


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (value(80.0, "U/L", high=40.0), True),
        (value(120.0, "U/L", high=40.0), True),
        (value(120.3, "U/L", high=40.1), True),
        (value(121.0, "U/L", high=40.0), False),
        (value(80.0, "U/L"), None),
        (value(80.0, "U/L", high=0.0), None),
    ],
)
def test_multiples_need_the_limit_of_the_same_record(record, said):
    leaf = compare("alt", most("3"), reference=Reference.UPPER_LIMIT)
    assert answer(leaf, measures={"alt": record}) is said


def test_multiples_of_the_lower_limit_percentages_and_the_baseline():
    low = compare("hemoglobin", least("1"), reference=Reference.LOWER_LIMIT)
    assert answer(low, measures={"hemoglobin": value(12.0, "g/dL", low=11.5)}) is True
    predicted = compare("fev1", least("50"), reference=Reference.PREDICTED)
    assert answer(predicted, measures={"fev1": value(51.0, "% predicted")}) is True
    assert answer(predicted, measures={"fev1": value(51.0, "%")}) is None
    assert (
        answer(compare("fev1", least("50"), reference=Reference.BASELINE), measures={"fev1": value(60.0, "L")}) is None
    )


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ((value(2.0, None, EARLIER), value(1.0, None, LATER)), True),
        ((value(1.0, None, EARLIER), value(2.0, None, LATER)), False),
        ((value(1.0, None, LATER), value(2.0, None, LATER)), None),
        ((value(1.0, None, LATER), value(1.1, None, LATER)), True),
        ((value(1.0, None, LATER), value(2.0, None, AFTERWARDS)), True),
        ((value(1.0), value(2.0, None, LATER)), None),
        ((value(1.0), value(1.2, None, LATER)), True),
        ((value(1.0, None, AFTERWARDS),), None),
        ((value(None, None, LATER, text="haemolysed"), value(1.0, None, EARLIER)), True),
    ],
)
def test_the_latest_value_up_to_screening_counts(records, said):
    assert answer(compare("inr", most("1.5")), measures={"inr": records}) is said


def test_no_screening_date_hides_nothing():
    assert answer(compare("inr", most("1.5")), measures={"inr": value(1.0, None, AFTERWARDS)}, screening=None) is True


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ((value(1.0, None, LATER),), True),
        ((value(1.0, None, EARLIER),), None),
        ((value(2.0, None, EARLIER), value(1.0, None, LATER)), True),
        ((value(1.0),), None),
        ((value(1.0), value(1.0, None, LATER)), None),
        ((value(2.0, None, date(2024, 6, 3)), value(1.0, None, LATER)), False),
    ],
)
def test_only_values_inside_the_window_count(records, said):
    leaf = compare("inr", most("1.5"), when=within("30", "day"))
    assert answer(leaf, measures={"inr": records}) is said


def test_a_window_from_a_day_that_is_not_known_yet():
    leaf = compare("inr", most("1.5"), when=within("30", "day", Side.BEFORE, AnchorKind.FIRST_DOSE))
    assert answer(leaf, measures={"inr": value(1.0, None, LATER)}, first_dose=DAY) is True
    assert answer(leaf, measures={"inr": value(1.0, None, LATER)}) is None
    both = compare("inr", most("1.5"), when=Window(
        Interval(high=Decimal(30)), "day", Side.BEFORE, (Anchor(AnchorKind.FIRST_DOSE), Anchor(AnchorKind.SCREENING))
    ))  # fmt: skip
    inside, doubtful = value(1.0, None, LATER), value(1.1, None, date(2024, 6, 2))
    assert answer(both, measures={"inr": (inside, doubtful)}) is True


def test_dates_of_the_calendar():
    leaf = compare("inr", most("1.5"), when=Dates("2024-05", None))
    assert answer(leaf, measures={"inr": value(1.0, None, EARLIER)}) is True
    assert answer(leaf, measures={"inr": value(1.0, None, date(2024, 4, 30))}) is None


def test_how_long_a_value_has_lasted_is_in_no_record():
    leaf = compare("inr", most("1.5"), lasting=Lasting(least("3"), "month"))
    assert answer(leaf, measures={"inr": value(1.0)}) is None
    assert answer(leaf, measures={"inr": value(2.0)}) is False


def test_a_body_mass_index_is_computed_where_none_is_given():
    size = {"body-weight": value(81.0, "kg"), "body-height": value(180.0, "cm")}
    assert answer(compare("bmi", most("25"), "kg/m2"), measures=size) is True
    assert answer(compare("bmi", most("24.9"), "kg/m2"), measures=size) is False
    assert answer(compare("bmi", most("24.9"), "kg/m2"), measures={**size, "bmi": value(24.0, "kg/m2")}) is True
    assert answer(compare("bmi", most("25"), "kg/m2"), measures={"body-weight": value(81.0, "kg")}) is None
    changed = {**size, "body-weight": (value(81.0, "kg", LATER), value(95.0, "kg", EARLIER))}
    assert answer(compare("bmi", most("25"), "kg/m2"), measures=changed) is True


@pytest.mark.parametrize(("fio2", "unit"), [(0.4, None), (40.0, None), (40.0, "%"), (0.4, "fraction")])
def test_oxygen_is_a_fraction_or_a_percentage(fio2, unit):
    gases = {"pao2": value(80.0, "mmHg"), "fio2": value(fio2, unit)}
    assert answer(compare("pao2-fio2", most("200"), "mmHg"), measures=gases) is True
    assert answer(compare("pao2-fio2", most("199"), "mmHg"), measures=gases) is False


def test_creatinine_clearance_of_cockcroft_and_gault():
    # (140 - 60) x 72 / (72 x 1) = 80 mL/min, a woman's 0.85 of it = 68
    data = {"body-weight": value(72.0, "kg"), "creatinine": value(1.0, "mg/dL")}
    leaf = compare("creatinine-clearance", least("80"), "mL/min")
    assert answer(leaf, measures=data, age=60.0, sex="MALE") is True
    assert answer(leaf, measures=data, age=60.1, sex="MALE") is False
    assert answer(leaf, measures=data, age=60.0, age_whole=True, sex="MALE") is None
    assert answer(leaf, measures=data, age=60.0) is None
    assert answer(compare("creatinine-clearance", most("68"), "mL/min"), measures=data, age=60.0, sex="FEMALE") is True
    assert answer(compare("creatinine-clearance", most("999"), "mL/min"), measures=data, age=17.0, sex="MALE") is None


def test_filtration_rate_of_ckd_epi_2021():
    # published calculators give 98 for a man of 50 with 0.95 mg/dL, and 82 for a woman of 40 with 0.9 mg/dL
    leaf = compare("egfr", Interval(Decimal("97.0"), Decimal("98.4")), "mL/min/1.73m2")
    assert answer(leaf, measures={"creatinine": value(0.95, "mg/dL")}, age=50.0, sex="MALE") is True
    leaf = compare("egfr", Interval(Decimal("82.0"), Decimal("83.4")), "mL/min/1.73m2")
    assert answer(leaf, measures={"creatinine": value(0.9, "mg/dL")}, age=40.0, sex="FEMALE") is True


@pytest.mark.parametrize(
    ("interval", "age", "whole", "said"),
    [
        (most("75"), 75.9, False, True),
        (most("75"), 76.0, False, False),
        (most("75"), 75.0, True, True),
        (most("75"), 76.0, True, False),
        (least("18"), 17.9, False, False),
        (least("18"), 17.0, True, False),
        (least("18"), 18.0, True, True),
        (least("18", inclusive=False), 18.0, False, False),
        (least("18", inclusive=False), 18.5, False, None),
        (least("18", inclusive=False), 19.0, False, True),
        (least("18", inclusive=False), 18.0, True, None),
        (least("18", inclusive=False), 17.0, True, False),
        (most("18", inclusive=False), 17.9, False, True),
        (most("18", inclusive=False), 18.0, False, False),
        (most("18", inclusive=False), 17.0, True, True),
        (least("18.5"), 18.0, True, None),
        (Interval(Decimal(18), Decimal(65)), 70.0, True, False),
        (Interval(Decimal(18), Decimal(65)), None, True, None),
    ],
)
def test_ages_exact_and_in_completed_years(interval, age, whole, said):
    assert answer(compare("age", interval, "year"), age=age, age_whole=whole) is said


def test_ages_in_months():
    assert answer(compare("age", most("6"), "month"), age=0.55) is True
    assert answer(compare("age", most("6"), "month"), age=0.6) is False
    assert answer(compare("age", most("6"), "month"), age=0.0, age_whole=True) is None


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (value(None, text="II"), True),
        (value(None, text=" iii "), True),
        (value(2.0), True),
        (value(None, text="IV"), False),
        (value(None, text="mild"), None),
        (value(2.5), None),
    ],
)
def test_levels_of_a_scale(record, said):
    leaf = Ordinal(thing("nyha"), low="II", high="III")
    assert answer(leaf, measures={"nyha": record}) is said


@pytest.mark.parametrize(
    ("low", "high", "level", "said"),
    [
        ("III", None, "IIIC", True),
        ("IIIB", None, "III", None),
        ("IIIB", None, "IV", True),
        ("IIIB", None, "II", False),
        (None, "III", "IIIC", True),
        (None, "IV", "IVA", True),
        (None, "IIIA", "III", None),
        ("nonsense", None, "III", None),
    ],
)
def test_a_stage_holds_its_finer_stages(low, high, level, said):
    assert answer(Ordinal(thing("stage"), low=low, high=high), measures={"stage": value(None, text=level)}) is said


def test_a_level_of_something_else_is_no_level_of_this():
    leaf = Ordinal(thing("grade"), low="3", of=thing("nausea"))
    assert answer(leaf, measures={"grade": value(4.0, of="nausea")}) is True
    assert answer(leaf, measures={"grade": value(4.0, of="headache")}) is None
    assert answer(leaf, measures={"grade": (value(4.0, of="headache"), value(1.0, of="nausea"))}) is False
    assert answer(leaf, measures={"grade": value(4.0)}) is True


@pytest.mark.parametrize(
    ("record", "result", "said"),
    [
        (value(None, text="Negative"), "negative", True),
        (value(None, text="positive"), "negative", False),
        (value(None, text="invalid"), "negative", None),
        (value(None, text="normal"), "negative", None),
        (value(5.0, low=3.0, high=6.0), "normal", True),
        (value(7.0, high=6.0), "normal", False),
        (value(5.0, high=6.0), "abnormal", None),
        (value(5.0, low=3.0, high=6.0), "positive", None),
    ],
)
def test_results_of_a_test(record, result, said):
    assert answer(Result(thing("pregnancy-test"), result), measures={"pregnancy-test": record}) is said


def test_the_last_result_counts():
    records = (value(None, None, EARLIER, text="positive"), value(None, None, LATER, text="negative"))
    assert answer(Result(thing("pregnancy-test"), "negative"), measures={"pregnancy-test": records}) is True


@pytest.mark.parametrize("key", ["egfr", "creatinine-clearance", "bmi", "pao2-fio2"])
def test_nothing_is_computed_from_a_value_that_is_not_known(key):
    unit = entry(key).fields["unit"]
    parts = {"body-weight": value(70.0, "kg"), "pao2": value(80.0, "mmHg"), "creatinine": value(9e9, "mg/dL")}
    assert answer(compare(key, least("1"), unit), measures=parts, age=50.0, sex="MALE") is None
    assert answer(compare(key, least("1"), unit), age=50.0, sex="MALE") is None


def test_formulas_name_measures_that_there_are():
    formulas = {found.fields.get("formula") for found in lexicon().entries.values()}
    assert set(COMPONENTS) <= formulas
    assert all(entry(key) is not None for parts in COMPONENTS.values() for key, _ in parts)


@pytest.mark.parametrize(
    ("asked", "given", "said"),
    [(None, None, True), ("point", None, True), (None, "points", True), ("%", "%", None), (None, "%", None)],
)
def test_pure_numbers_have_no_unit(asked, given, said):
    assert answer(compare("inr", most("3"), asked), measures={"inr": value(2.0, given)}) is said
