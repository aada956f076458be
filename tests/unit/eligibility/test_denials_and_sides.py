"""Denied numbers and times, times on both sides of a moment, lists that go on, and what excludes among demands."""

import pytest

from trialwright.protocol.eligibility.compiling import compile_all, compile_text
from trialwright.protocol.eligibility.items import Eligibility, Section
from trialwright.protocol.eligibility.split import split_criteria
from trialwright.protocol.eligibility.tree import (
    AnchorKind,
    And,
    Compare,
    Exposure,
    Expression,
    Implies,
    Judgement,
    Not,
    Or,
    Present,
    Side,
    Window,
    leaves,
)

IN, EX = Section.INCLUSION, Section.EXCLUSION


def read(text: str, section: Section = IN) -> Expression:
    return compile_text(text, section).expression


def asks(node: Expression) -> bool:
    return all(isinstance(leaf, Judgement) for leaf in leaves(node))


@pytest.mark.parametrize(
    ("text", "measure", "low", "high"),
    [
        ("Body mass index outside 17 to 39 kg/m2", "bmi", 17, 39),
        ("Pulse outside of the range 48-104 bpm", "heart-rate", 48, 104),
        ("Systolic blood pressure not within 88 to 144 mmHg", "systolic-blood-pressure", 88, 144),
        ("HbA1c is not between 6 and 8 %", "hba1c", 6, 8),
        ("Body mass index beyond the range 17-39 kg/m2", "bmi", 17, 39),
        ("Hemoglobin not < 9 g/dL", "hemoglobin", None, 9),
        ("LVEF that is not >= 42 %", "lvef", 42, None),
        ("Age not between 21 and 77", "age", 21, 77),
    ],
)
@pytest.mark.parametrize("section", [IN, EX])
def test_a_denied_bound_is_turned_around(text, measure, low, high, section):
    found = read(text, section)
    assert isinstance(found, Not)
    assert isinstance(found.part, Compare)
    assert found.part.measure.id == measure
    assert (found.part.interval.low, found.part.interval.high) == (low, high)


def test_words_of_a_bracket_deny_no_bound_behind_it():
    found = read("Creatinine (not on dialysis) < 2 mg/dL", IN)
    assert any(isinstance(leaf, Compare) for leaf in leaves(found))
    assert not isinstance(found, Not)


def test_equal_times_on_both_sides_are_one_window():
    for text in (
        "Live vaccine within 4 weeks prior to and 4 weeks after randomisation",
        "Live vaccine from 4 weeks before until 4 weeks after randomisation",
    ):
        [leaf] = leaves(read(text, EX))
        assert isinstance(leaf.when, Window)
        assert leaf.when.side is Side.AROUND
        assert [anchor.kind for anchor in leaf.when.anchors] == [AnchorKind.RANDOMISATION]


@pytest.mark.parametrize(
    "text",
    [
        "Surgery from 4 weeks before to 2 weeks after randomisation",
        "Surgery within 2 weeks before or 6 weeks after enrolment",
        "Blood donation 30 days before screening to 30 days after the last visit",
    ],
)
def test_unequal_times_on_both_sides_are_asked(text):
    assert asks(read(text, EX))
    assert asks(read(text, IN))


def test_alternatives_with_a_list_behind_them():
    assert asks(read("Gout or psoriasis, epilepsy, migraine"))
    assert isinstance(read("Gout or psoriasis, epilepsy, migraine", EX), Or)
    found = read("Gout or psoriasis, hemoglobin > 9 g/dL, platelets > 90 x 10^9/L")
    assert isinstance(found, And)
    assert isinstance(found.parts[0], Or)
    assert sum(isinstance(part, Compare) for part in found.parts) == 2


def test_but_not_within_a_time_denies_the_thing_in_that_time():
    for text in ("Stroke but not within 5 months", "Stroke (but not within 5 months)"):
        for section in (IN, EX):
            found = read(text, section)
            assert isinstance(found, And)
            first, second = found.parts
            assert isinstance(first, Present)
            assert first.when is None
            assert isinstance(second, Not)
            assert isinstance(second.part, Present)
            assert isinstance(second.part.when, Window)


@pytest.mark.parametrize("text", ["Stroke not within 5 months", "Surgery not within 5 weeks"])
def test_a_thing_not_within_a_time_is_asked(text):
    assert asks(read(text, IN))
    assert asks(read(text, EX))


def test_but_not_takes_kinds_out_of_an_exclusion_record_by_record():
    for text in (
        "Cancer, but not basal cell carcinoma",
        "Cancer (but not basal cell carcinoma)",
        "Cancer; but not basal cell carcinoma",
    ):
        found = read(text, EX)
        assert isinstance(found, Present)
        assert [one.id for one in found.apart_from] == ["basal-cell-carcinoma"]
    other = read("Heart failure; but not gout", EX)
    assert isinstance(other, And)
    assert isinstance(other.parts[1], Not)


def test_no_more_than_so_long_demands_nothing_to_be_there():
    for text in ("No more than 4 days of fever", "Up to 4 days of fever"):
        found = read(text)
        assert isinstance(found, Implies)
        assert isinstance(found.then, Present)
        assert found.then.lasting is not None
        assert asks(read(text, EX))
    assert isinstance(read("Fever for no more than 4 days"), Present)


@pytest.mark.parametrize(
    "text",
    ["Exclusion: gout or epilepsy", "Exclude:\n- gout\n- epilepsy", "Patients are excluded with:\n- gout\n- epilepsy"],
)
def test_what_excludes_among_demands_is_denied(text):
    found = read(text)
    assert isinstance(found, Not)
    assert isinstance(found.part, Or)
    assert isinstance(read(text, EX), Or)


def test_a_head_that_excludes_behind_a_demand():
    found = read("Age 21 to 64 years. Excluded are people with:\n- gout\n- epilepsy")
    assert isinstance(found, And)
    assert isinstance(found.parts[1], Not)
    assert asks(read("Age 21 to 64 years. Exclusion: gout"))
    assert asks(read("Earlier treatment is not excluded in:\n- gout\n- epilepsy"))
    assert asks(read("People with gout are excluded as are those with:\n- psoriasis\n- epilepsy"))


@pytest.mark.parametrize("text", ["Plans to move abroad within 7 months", "Planned surgery within 7 months"])
def test_what_is_planned_lies_ahead(text):
    [leaf] = leaves(read(text, EX))
    assert leaf.when.side is Side.AFTER
    assert leaf.concept.id is None


def test_what_is_planned_around_a_moment_is_asked():
    assert asks(read("Planned hospitalization within 30 days of enrolment", EX))


def test_a_list_of_criteria_keeps_its_exclusions_among_demands():
    text = "Inclusion Criteria:\n- Age 21 or older\n- Exclude:\n  - gout\n  - epilepsy\n"
    found = compile_all(Eligibility(split_criteria(text)))
    assert [type(one.expression) for one in found] == [Compare, Not]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mean diastolic blood pressure >= 88 mmHg", "Mean diastolic blood pressure"),
        ("Average of two diastolic blood pressure readings above 88 mmHg", "Average of two diastolic blood pressure"),
        ("Pulse rate on average > 92 bpm", "Pulse rate on average"),
        ("Rise in creatinine > 40 % within 9 days", "Rise in creatinine"),
        ("Fall of serum sodium > 7 mmol/L", "Fall of serum sodium"),
    ],
)
def test_an_average_or_a_change_is_no_bound_of_the_quantity(text, name):
    [leaf] = leaves(read(text, EX))
    assert isinstance(leaf, Compare)
    assert (leaf.measure.id, leaf.measure.text) == (None, name)


def test_a_mean_with_a_name_of_its_own_keeps_its_entry():
    for text in ("Mean arterial pressure > 62 mmHg", "Mean corpuscular volume < 81 fL"):
        [leaf] = leaves(read(text))
        assert leaf.measure.id is not None
    assert asks(read("Blood pressure (mean of two readings) > 132/84 mmHg"))
    assert asks(read("Mean age at least 21 years"))


@pytest.mark.parametrize(
    "text",
    [
        "Age at diagnosis <= 41 years",
        "Diagnosed at age 52 or younger",
        "Age 21 to 64 years at onset",
        "Onset at age 21-64",
    ],
)
def test_an_age_when_something_happened_is_no_age_now(text):
    assert asks(read(text))


def test_an_age_beside_a_diagnosis_is_the_age_now():
    for text in ("Age 21 to 64 years at screening", "People aged 21-64 diagnosed with gout"):
        assert any(isinstance(leaf, Compare) and leaf.measure.id == "age" for leaf in leaves(read(text)))


def test_with_or_without_a_thing_neither_demands_nor_denies_it():
    for text in ("Gout, with or without psoriasis", "Gout with or without psoriasis", "Gout regardless of psoriasis"):
        for section in (IN, EX):
            named = [leaf.concept.id for leaf in leaves(read(text, section)) if isinstance(leaf, Present)]
            assert named in (["gout"], [])


def test_who_will_not_be_included_is_excluded():
    for words in ("will not be included", "cannot be enrolled", "are not eligible"):
        found = read(f"People with gout or epilepsy {words}")
        assert isinstance(found, Not)
        assert isinstance(read(f"People with gout or epilepsy {words}", EX), Or)


def test_what_somebody_is_off_is_not_demanded():
    found = read("LDL > 104 mg/dL off statin")
    assert not any(isinstance(leaf, Exposure) for leaf in leaves(found))


def test_another_limit_in_brackets_is_of_all_that_share_the_first():
    found = read("ALT or AST > 3 x ULN (6 x ULN in case of liver metastases)", EX)
    assert isinstance(found, And)
    assert isinstance(found.parts[0], Or)
    assert isinstance(found.parts[1], Judgement)


def test_a_condition_unless_something_is_asked():
    assert asks(read("Gout unless treated"))
    assert isinstance(read("Hemoglobin >= 9 g/dL unless on dialysis"), Or)


@pytest.mark.parametrize("text", ["Able to walk 80 m within 2 minutes", "Answers 3 questions within 90 seconds"])
def test_how_fast_something_is_done_is_no_window(text):
    assert not any(getattr(leaf, "when", None) for leaf in leaves(read(text)))


def test_readings_and_things_in_brackets_are_not_counted():
    for text in ("At least two documented readings", "Enough tissue (at least 2 cores of tissue)"):
        assert all(getattr(leaf, "times", None) is None for leaf in leaves(read(text)))


def test_women_who_are_sought_are_demanded():
    assert not isinstance(read("Women who are breastfeeding"), Implies)
    assert isinstance(read("Women aged 47 to 58 years, after menopause"), And)
    assert isinstance(read("Women who are not pregnant"), Implies)


@pytest.mark.parametrize("text", ["Non smoking", "Non diabetic", "Washout of 5 half-lives for earlier biologics"])
@pytest.mark.parametrize("section", [IN, EX])
def test_what_is_only_negated_by_its_first_word_is_asked(text, section):
    assert asks(read(text, section))


def test_a_second_bound_of_a_length_of_time():
    for text in ("Gestational age below 23 weeks or above 35 weeks", "Gestational age < 23 weeks or > 35 weeks"):
        found = read(text, EX)
        assert isinstance(found, Or)
        assert [leaf.measure.id for leaf in leaves(found)] == ["gestational-age"] * 2


def test_the_limit_for_some_people_is_of_all_measures_of_the_list():
    found = read("AST, ALT and ALP <= 2.6 x ULN (<= 5.2 x ULN if liver metastases)")
    assert isinstance(found, And)
    assert len(found.parts) == 3
    for part in found.parts:
        assert isinstance(part, Or)
        measures = {leaf.measure.id for leaf in leaves(part) if isinstance(leaf, Compare)}
        assert len(measures) == 1
    other = read("Hemoglobin >= 9 g/dL and platelets >= 90 x 10^9/L (>= 70 x 10^9/L if marrow involvement)")
    assert isinstance(other, And)
    assert isinstance(other.parts[0], Compare)


def test_words_in_brackets_behind_a_number_say_for_whom():
    found = read("Karnofsky performance status >= 65 % (MAC) or >= 55 % (RIC)")
    assert isinstance(found, Or)
    assert all(isinstance(part, And) for part in found.parts)
    assert isinstance(read("ALT (SGPT) < 2 x ULN"), Compare)
    assert isinstance(read("Age 21-64 years (inclusive)"), Compare)


def test_a_hyphen_makes_another_name():
    for text in ("HCT comorbidity index (HCT-CI) < 4", "HCT-CI < 4"):
        assert [leaf.measure.id for leaf in leaves(read(text)) if isinstance(leaf, Compare)] == [None]
    for text in ("CRP-level > 12 mg/L", "MMSE-score > 23"):
        assert [leaf.measure.id is None for leaf in leaves(read(text))] == [False]


def test_regimens_alone_are_no_treatment():
    found = read("Gout that involved drugs or regimens in the preceding year", EX)
    assert not any(isinstance(leaf, Present) and leaf.concept.id == "lines-of-therapy" for leaf in leaves(found))
    assert any(leaf.concept.id == "lines-of-therapy" for leaf in leaves(read("At least 2 prior regimens")))


@pytest.mark.parametrize(
    "text",
    [
        "Disease which will require surgery within 5 months of enrollment",
        "Likely to need transfusion within 3 weeks",
        "Cardiac surgery scheduled within 20 days",
        "Surgery is expected within 7 weeks",
    ],
)
def test_what_is_only_foreseen_is_asked(text):
    assert asks(read(text, EX))
