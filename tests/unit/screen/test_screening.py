"""Screening by age, sex and volunteers: three answers, never a guess, and nobody dropped."""

from types import SimpleNamespace

import pytest

from trialwright.core.errors import InputError
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.screen import run

ALL_KNOWN = ("minimumAge", "maximumAge", "sex", "healthyVolunteers")
NOTE = Criterion(Section.INCLUSION, ItemKind.NOTE, None, "All of these:", 0, 13)


def _protocol(*criteria, minimum=18.0, maximum=75.0, sex="ALL", healthy=True, known=ALL_KNOWN):
    return SimpleNamespace(eligibility=Eligibility(criteria or (NOTE,), minimum, maximum, sex, healthy, known))


def _one(protocol, **cells):
    [verdict] = run(protocol, [{"USUBJID": "P-1", "AGE": 50, "SEX": "F", **cells}]).verdicts
    return verdict


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        ("17", "not eligible"),
        ("17.99", "not eligible"),
        ("18", "eligible"),
        ("75", "eligible"),
        ("75.9", "eligible"),
        ("76", "not eligible"),
        ("", "undecided"),
    ],
)
def test_the_whole_of_the_maximum_year_is_included(age, verdict):
    assert _one(_protocol(), AGE=age).verdict == verdict


def test_an_age_in_whole_years_may_lie_on_either_side_of_a_limit_in_months():
    protocol = _protocol(minimum=0.5, maximum=1.5)
    assert _one(protocol, AGE="0").verdict == "undecided"
    assert _one(protocol, AGE="0.75").verdict == "eligible"
    assert _one(protocol, AGE="1.7").failed == ("maximum-age",)


@pytest.mark.parametrize(
    ("sex", "verdict"),
    [("F", "eligible"), ("female", "eligible"), ("M", "not eligible"), ("U", "undecided"), ("", "undecided")],
)
def test_sex_is_computed_and_unknown_stays_unknown(sex, verdict):
    assert _one(_protocol(sex="FEMALE"), SEX=sex).verdict == verdict


@pytest.mark.parametrize(("healthy", "verdict"), [("N", "eligible"), ("Y", "not eligible"), ("", "undecided")])
def test_volunteers_are_excluded_where_the_record_says_so(healthy, verdict):
    assert _one(_protocol(healthy=False), HEALTHY=healthy).verdict == verdict


def test_text_is_left_to_a_person_and_asked():
    text = Criterion(Section.EXCLUSION, ItemKind.TEXT, "2", "Unsuitable in the view of the investigator", 0, 9)
    result = run(_protocol(text), [{"USUBJID": "P-1", "AGE": 50, "SEX": "F"}])
    assert result.verdicts[0].verdict == "undecided"
    assert dict(result.questions) == {"exclusion-1": "Absent? (2) Unsuitable in the view of the investigator"}


def test_items_with_the_same_number_are_asked_apart():
    twice = [Criterion(Section.EXCLUSION, ItemKind.TEXT, "a", text, 0, 9) for text in ("Unreliable", "Unsuitable")]
    questions = run(_protocol(*twice), []).questions
    assert list(questions.values()) == ["Absent? (a) Unreliable", "Absent? (a) Unsuitable"]


def test_a_missing_item_makes_nobody_eligible():
    gap = Criterion(Section.INCLUSION, ItemKind.MISSING, "1", "", 5, 5)
    result = run(_protocol(gap), [{"USUBJID": f"P-{n}", "AGE": n, "SEX": "F"} for n in range(100)])
    assert result.counts() == {"eligible": 0, "not eligible": 42, "undecided": 58}
    assert "missing from the record" in result.questions["inclusion-1"]


def test_where_nothing_at_all_is_asked_nobody_is_eligible():
    result = run(_protocol(minimum=None, maximum=None), [{"USUBJID": "P-1", "AGE": 50, "SEX": "F"}])
    assert (result.verdicts[0].verdict, result.verdicts[0].open) == ("undecided", ("criteria",))


def test_a_limit_that_may_have_been_lost_leaves_it_open():
    assert _one(_protocol(maximum=None, known=("minimumAge", "sex", "healthyVolunteers"))).open == ("maximum-age",)
    assert _one(_protocol(maximum=None)).verdict == "eligible"


def test_an_exclusion_outweighs_what_is_unknown():
    text = Criterion(Section.INCLUSION, ItemKind.TEXT, None, "Consent", 0, 7)
    found = _one(_protocol(text), AGE="80")
    assert (found.verdict, found.failed, found.open) == ("not eligible", ("maximum-age",), ("inclusion-1",))


def test_bad_rows_are_reported_one_by_one_and_stay(tmp_path):
    path = tmp_path / "patients.csv"
    path.write_text(
        "﻿usubjid,Age,SEX\nP-1,50,F\n,51,M\nP-1,fifty,F\nP-4,-3,X\nP-5,40\nP-6,40,F,extra\n\n", encoding="utf-8"
    )
    result = run(_protocol(), path)
    assert [v.patient for v in result.verdicts] == ["P-1", "row 3", "P-1", "P-4", "P-5", "P-6"]
    found = {(p.code, p.message.split(" ")[1].rstrip(":,")) for p in result.problems if p.code != "SCR-003"}
    assert found == {
        ("SCR-002", "3"),
        ("SCR-004", "4"),
        ("SCR-004", "5"),
        ("SCR-005", "5"),
        ("SCR-006", "6"),
        ("SCR-006", "7"),
    }
    assert [p.message for p in result.problems if p.code == "SCR-003"] == [
        "P-1 stands in rows 2 and 4; each is judged by itself"
    ]
    assert [v.verdict for v in result.verdicts] == [
        "eligible",
        "eligible",
        "undecided",
        "undecided",
        "eligible",
        "eligible",
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"AGE,SEX\n50,F\n", b"USUBJID\0,AGE\n", b'USUBJID,AGE\n"P-1,50\n'],
    ids=["empty", "no identifier", "NUL", "open quotation"],
)
def test_a_file_that_is_no_list_of_patients_is_refused(tmp_path, content):
    path = tmp_path / "patients.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match="SCR-001"):
        run(_protocol(), path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="SCR-001"):
            run(_protocol(), path)


def test_attrition_adds_up():
    patients = [{"USUBJID": f"P-{n}", "AGE": n, "SEX": "FM"[n % 2]} for n in range(10, 90)]
    result = run(_protocol(sex="MALE"), patients)
    steps = {step.criterion: step for step in result.attrition}
    assert (steps["minimum-age"].entered, steps["minimum-age"].excluded) == (80, 8)
    assert (steps["maximum-age"].entered, steps["maximum-age"].excluded) == (72, 14)
    assert (steps["sex"].excluded, steps["sex"].left) == (29, 29)
    assert all(a.left == b.entered for a, b in zip(result.attrition, result.attrition[1:], strict=False))


def test_the_verdicts_can_be_written_as_csv_json_and_text():
    result = run(_protocol(), [{"USUBJID": "P,1", "AGE": 80, "SEX": "F"}])
    assert result.to_csv() == 'USUBJID,VERDICT,FAILED,OPEN\n"P,1",not eligible,maximum-age,\n'
    assert result.to_json()["counts"] == {"eligible": 0, "not eligible": 1, "undecided": 0}
    assert "P,1: not eligible (maximum-age)" in result.to_text()
