"""Lines in which the reach of one word decides who is let in: each with what its tree says in plain English."""

import pytest

from trialwright.protocol.eligibility.compiling import compile_text
from trialwright.protocol.eligibility.forms.english import english
from trialwright.protocol.eligibility.items import Section

ASKED = "judged by a person: "


def _read(section: str, line: str) -> str:
    found = english(compile_text(line, Section.INCLUSION if section == "in" else Section.EXCLUSION).expression)
    return found.replace(" (the text names no moment)", "")


@pytest.mark.parametrize(
    ("section", "line", "said"),
    [
        (
            "out",
            "Melanoma, stage III or IV",
            (
                "all of: (1) melanoma, now or before; (2) any of: (a) tumor stage exactly III of melanoma; "
                "(b) tumor stage exactly IV of melanoma"
            ),
        ),
        (
            "out",
            "Sarcoma, stage I or stage IV, or asthma",
            (
                "any of: (1) all of: (a) sarcoma, now or before; (b) any of: (i) tumor stage exactly I of sarcoma; "
                "(ii) tumor stage exactly IV of sarcoma; (2) asthma, now or before"
            ),
        ),
        (
            "out",
            "Chronic kidney disease, stage 4 or 5",
            (
                "all of: (1) chronic kidney disease, now or before; (2) CKD stage at least 4 and at most 5 of chronic "
                "kidney disease"
            ),
        ),
        (
            "out",
            "Cirrhosis, Child-Pugh B or C",
            "all of: (1) cirrhosis, now or before; (2) Child-Pugh class at least B and at most C",
        ),
        # a level of something else is an item of its own
        (
            "out",
            "Sepsis, stage IV lymphoma",
            (
                "any of: (1) sepsis, now or before; (2) all of: (a) tumor stage exactly IV of lymphoma; "
                "(b) lymphoma, now or before"
            ),
        ),
        ("out", "Gout, ECOG above 2", "any of: (1) gout, now or before; (2) ECOG performance status above 2"),
    ],
)
def test_levels_in_a_row_are_one_state_of_what_they_grade(section, line, said):
    assert _read(section, line) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Without dialysis for at least 6 weeks", "not true: dialysis, less than 6 weeks before screening"),
        ("Free of migraine for at least 3 months", "not true: migraine, less than 3 months before screening"),
        ("Seizure-free for at least 8 months", "not true: seizure, less than 8 months before screening"),
        ("Off warfarin for 9 days", "not true: warfarin, taken, less than 9 days before screening"),
        (
            "No smoking for at least 5 months prior to randomization",
            "not true: smoking, less than 5 months before randomisation",
        ),
        (
            "No aspirin or clopidogrel for at least 6 days",
            (
                "none of: (1) aspirin, taken, less than 6 days before screening; "
                "(2) clopidogrel, taken, less than 6 days before screening"
            ),
        ),
        ("Afebrile for at least 36 hours", "not true: fever, less than 36 hours before screening"),
        ("Without fever for more than 60 hours", "not true: fever, at most 60 hours before screening"),
        (
            "Epilepsy without a seizure for at least 7 months",
            "all of: (1) epilepsy, now or before; (2) not true: seizure, less than 7 months before screening",
        ),
        # what must not have gone on for so long
        ("No fever lasting at least 4 days", "not true: fever, now or before, for at least 4 days"),
        ("Metformin for at least 5 months", "metformin, taken now or before, for at least 5 months"),
        (
            "No insulin for more than 3 weeks in the past year",
            "not true: insulin, taken, at most 1 year before screening, for more than 3 weeks",
        ),
    ],
)
def test_how_long_a_thing_has_been_missing_counts_back_from_now(line, said):
    assert _read("in", line) == said


@pytest.mark.parametrize(
    "line",
    [
        "Never treated with steroids for more than 3 weeks",
        "No prior treatment with methotrexate for longer than 5 months",
        "No chronic use of aspirin for at least 4 months",
        "No fever for at least 20 hours after surgery",
        "Washed out of aspirin for at least 12 days",
    ],
)
def test_a_length_that_may_be_of_the_thing_or_of_its_lack_is_asked(line):
    assert _read("in", line) == f"{ASKED}“{line}”"


TWO = "at least 2 of: (1) smoking, found now or before; (2) asthma, now or before; (3) gout, now or before"


@pytest.mark.parametrize(
    "line",
    [
        "At least 2 (two) of the following: smoking, asthma, gout",
        "Two (2) or more of the following: smoking, asthma, gout",
        "Any two of: smoking, asthma, gout",
        "Meets two out of the following three: smoking, asthma, gout",
        "At least 2 out of 3 of the following: smoking, asthma, gout",
        "More than one of these: smoking, asthma, gout",
        "≥2 of the following: smoking, asthma, gout",
        "At least two of smoking, asthma and gout",
        "Two or more risk factors: smoking, asthma, gout",
        "Two or more cardiac risk factors (smoking, asthma, gout)",
        "At least two (2) of the following:\n- smoking\n- asthma\n- gout",
        "At least 2 risk factors:\n- smoking\n- asthma\n- gout",
    ],
)
def test_so_many_of_a_list_are_meant_as_its_head_says(line):
    assert _read("in", line) == TWO
    assert _read("out", line) == TWO


@pytest.mark.parametrize(
    "line",
    [
        "At most one of the following: smoking, asthma, gout",
        "Fewer than two of the following: smoking, asthma, gout",
        "No more than one of these: smoking, asthma, gout",
        "Only one of the following: smoking, asthma, gout",
    ],
)
def test_at_most_so_many_of_a_list_is_asked(line):
    assert _read("in", line) == f"{ASKED}“{line}”"
    assert _read("out", line) == f"{ASKED}“{line}”"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "At least one (1) of the following: smoking, gout",
            "any of: (1) smoking, found now or before; (2) gout, now or before",
        ),
        ("Grade 2 or more of the WHO, or gout", "any of: (1) grade at least 2; (2) gout, now or before"),
        ("One of the parents has asthma", f"{ASKED}“One of the parents has asthma”"),
    ],
)
def test_a_number_before_of_that_counts_no_list(line, said):
    assert _read("in", line) == said


@pytest.mark.parametrize(
    ("section", "line", "said"),
    [
        (
            "out",
            "Gout, sepsis and stroke due to asthma or influenza",
            (
                "all of: (1) one or more of these, now or before: gout; sepsis; stroke; (2) judged by a person: “Gout, "
                "sepsis and stroke due to asthma or influenza”"
            ),
        ),
        (
            "in",
            "Renal failure caused by gout or hypertension",
            (
                "all of: (1) renal failure, now or before; (2) judged by a person: “Renal failure caused by gout or "
                "hypertension”"
            ),
        ),
        (
            "out",
            "Gout without asthma or stroke",
            "all of: (1) gout, now or before; (2) none of: (a) asthma, now or before; (b) stroke, now or before",
        ),
        (
            "in",
            "Gout without asthma, or stroke",
            (
                "any of: (1) all of: (a) gout, now or before; (b) not true: asthma, now or before; "
                "(2) stroke, now or before"
            ),
        ),
        (
            "out",
            "Gout with asthma and epilepsy",
            (
                "any of: (1) all of: (a) gout, now or before; (b) asthma, now or before; (2) all of: (a) epilepsy, now "
                "or before; (b) judged by a person: “Gout with asthma and epilepsy”"
            ),
        ),
        (
            "in",
            "Gout with asthma and epilepsy",
            "all of: (1) gout, now or before; (2) asthma, now or before; (3) epilepsy, now or before",
        ),
        # a cause that is no plain thing is an item of its own
        (
            "out",
            "Stroke due to gout or a history of asthma",
            (
                "any of: (1) all of: (a) stroke, now or before; (b) judged by a person: “Stroke due to gout”; "
                "(2) asthma, now or before"
            ),
        ),
        ("out", "Infection with HIV or gout", "any of: (1) hiv infection, now or before; (2) gout, now or before"),
    ],
)
def test_what_narrows_a_thing_reaches_over_an_or(section, line, said):
    assert _read(section, line) == said


@pytest.mark.parametrize(
    ("section", "line", "said"),
    [
        (
            "out",
            "Any surgery, with the exception of dental surgery, less than 3 weeks before enrolment",
            "surgery, less than 3 weeks before enrolment, where records of oral surgery do not count",
        ),
        (
            "out",
            "Cancer except for thyroid cancer within 4 years",
            (
                "any of: (1) cancer, at most 4 years before screening, where records of thyroid cancer do not count; "
                "(2) all of: (a) thyroid cancer, at most 4 years before screening; (b) not true: judged by a person: "
                "“thyroid cancer within 4 years”"
            ),
        ),
        (
            "out",
            "Cancer except for thyroid cancer, unless in remission for at least 6 years",
            (
                "all of: (1) cancer, now or before, where records of thyroid cancer do not count; (2) not true: "
                "remission, found now or before, for at least 6 years"
            ),
        ),
        ("in", "Exclude patients with gout", "not true: gout, now or before"),
        ("out", "Exclude patients with gout", "gout, now or before"),
        ("in", "Excluded are patients with gout", "not true: gout, now or before"),
        (
            "in",
            "Age over 19, excluding patients with gout",
            "all of: (1) age above 19 years; (2) not true: gout, now or before",
        ),
        ("in", "No gout present", "not true: gout, now or before"),
        ("out", "Patients with gout will also be excluded", "gout, now or before"),
    ],
)
def test_an_exception_or_a_head_turns_what_it_reaches(section, line, said):
    assert _read(section, line) == said


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("in", "Exclusion: no gout"),
        ("in", "Exclusion of gout"),
        ("out", "Inclusion: gout"),
        ("in", "Gout has been ruled out"),
        ("in", "Stroke has been excluded"),
        ("in", "Gout not present"),
        ("out", "Gout absent"),
        ("in", "Aspirin is not allowed"),
    ],
)
def test_what_is_named_to_be_denied_is_asked(section, line):
    assert _read(section, line) == f"{ASKED}“{line}”"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Allergy or hypersensitivity to penicillin", "allergy to penicillin, now or before"),
        ("Known anaphylaxis or allergy to peanuts", "allergy to peanut, now or before"),
        ("Allergies or gout", "any of: (1) allergic disease, now or before; (2) gout, now or before"),
        (
            "Opioids for gout or other diseases within 3 weeks",
            (
                "all of: (1) opioid, taken, at most 3 weeks before screening; (2) judged by a person: “Opioids for "
                "gout or other diseases within 3 weeks”"
            ),
        ),
        (
            "Warfarin or not at a stable dose of something else",
            (
                "any of: (1) warfarin, taken now or before; (2) judged by a person: “not at a stable dose of something "
                "else”"
            ),
        ),
        (
            "PEEP or CPAP at least 7 cmH2O",
            "any of: (1) positive end-expiratory pressure at least 7 cmH2O; (2) CPAP level at least 7 cmH2O",
        ),
    ],
)
def test_what_is_named_once_more_is_no_item_of_its_own(line, said):
    assert _read("out", line) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "Heart disease within 5 months, including stroke, angina or myocarditis",
            ("one or more of these, at most 5 months before screening: heart disease; stroke; angina; myocarditis"),
        ),
        (
            "Heart disease including stroke, angina or myocarditis within 5 months",
            ("one or more of these, at most 5 months before screening: heart disease; stroke; angina; myocarditis"),
        ),
        (
            "Heart disease including stroke within 5 months, angina or myocarditis",
            (
                "any of: (1) all of: (a) heart disease, now or before; (b) judged by a person: “Heart disease "
                "including stroke within 5 months, angina or myocarditis”; (2) stroke, at most 5 months before "
                "screening; "
                "(3) angina, now or before; (4) myocarditis, now or before"
            ),
        ),
        (
            "Immunosuppressants (e.g., methotrexate within 3 weeks, rituximab within 7 months)",
            (
                "any of: (1) all of: (a) immunosuppressant, taken now or before; (b) judged by a person: "
                "“Immunosuppressants (e.g., methotrexate within 3 weeks, rituximab within 7 months”; (2) methotrexate, "
                "taken, at most 3 weeks before screening; (3) rituximab, taken, at most 7 months before screening"
            ),
        ),
        ("Antibiotics (e.g. amoxicillin) within 8 days", "antibiotic, taken, at most 8 days before screening"),
        ("Antibiotics such as amoxicillin within 8 days", "antibiotic, taken, at most 8 days before screening"),
    ],
)
def test_a_time_is_of_examples_or_of_what_they_illustrate(line, said):
    assert _read("out", line) == said


@pytest.mark.parametrize(
    ("section", "line", "said"),
    [
        ("out", "History of or current gout", "gout, now or before"),
        ("out", "Current or previous gout", "gout, now or before"),
        ("in", "Aged between 19 and 64 years, inclusive", "age at least 19 and at most 64 years"),
        ("in", "Stopped warfarin at least 6 days ago", "not true: warfarin, taken, less than 6 days before screening"),
        (
            "out",
            "ALT or AST above 4 x ULN with bilirubin above 3 x ULN",
            (
                "all of: (1) any of: (a) alanine aminotransferase above 4 times the upper limit of normal; (b) "
                "aspartate aminotransferase above 4 times the upper limit of normal; (2) total bilirubin above "
                "3 times the upper "
                "limit of normal"
            ),
        ),
        (
            "out",
            "Received or planning to receive a live vaccine within 20 days before the first dose",
            (
                "any of: (1) live vaccine, taken, at most 20 days before the first dose; (2) judged by a person: "
                "“planning to receive a live vaccine within 20 days before the first dose”"
            ),
        ),
    ],
)
def test_words_around_a_thing_say_when_it_counts(section, line, said):
    assert _read(section, line).startswith(said)


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("out", "Not able to stop aspirin 8 days before surgery"),
        ("in", "Able to stop aspirin at least 8 days before surgery"),
        ("out", "Expected to need dialysis within 4 months"),
        ("out", "Not a candidate for surgery"),
    ],
)
def test_what_may_come_or_can_be_done_is_asked(section, line):
    assert _read(section, line) == f"{ASKED}“{line}”"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "Asthma, gout, stroke within 7 months, or epilepsy",
            (
                "any of: (1) asthma, now or before; (2) gout, now or before; (3) stroke, at most 7 months before "
                "screening; (4) epilepsy, now or before"
            ),
        ),
        (
            "Asthma, gout, or stroke within 7 months",
            "one or more of these, at most 7 months before screening: asthma; gout; stroke",
        ),
        (
            "Asthma, heart disease within 7 months, including stroke or angina",
            (
                "any of: (1) asthma, now or before; (2) heart disease, at most 7 months before screening; (3) "
                "stroke, at "
                "most 7 months before screening; (4) angina, at most 7 months before screening"
            ),
        ),
        (
            "Surgery, radiotherapy, chemotherapy within 7 weeks",
            "one or more of these, at most 7 weeks before screening: surgery; radiotherapy; chemotherapy",
        ),
    ],
)
def test_a_time_within_a_list_that_goes_on_is_of_one_condition(line, said):
    assert _read("out", line) == said
