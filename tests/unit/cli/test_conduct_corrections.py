"""A correction on the command line changes what it names, and neither the day nor anything else of the row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from masked_trial import WHY, Trial
from treated_trial import Treated, at, open_label
from trialwright.cli.conduct_whole import dated, whole
from trialwright.conduct import commands as ask
from trialwright.conduct.safety.asks import AdjudicateDlt, ChangeAdverseEvent, CorrectDlt, ReportAdverseEvent
from trialwright.conduct.treating.asks import Administer

WEIGHT = {"TESTCD": "WEIGHT", "TEST": "Weight", "STRESN": 61.5, "STRESU": "kg"}


@pytest.fixture
def trial(tmp_path):
    made = Treated(tmp_path, made=open_label())
    made.enter("S1")
    return made


def corrected(trial, person, command, given):
    asked = whole(dated(command, given, trial.desk), given, trial.desk, trial.call(person))
    trial.do(person, asked)
    return asked


@pytest.mark.requirement("R05")
def test_a_weight_that_is_corrected_days_later_keeps_its_day_and_its_unit(trial):
    trial.on(9)
    corrected(trial, "ivy", ask.Correct("VS", "S1", 1, 9, {"STRESN": 60.5}, WHY), {})
    assert trial.rows("VS", "S1") == {1: {"DAY": 4, **WEIGHT, "STRESN": 60.5}}
    (first, second) = trial.view("ivy").history("VS", "S1", 1)
    assert (second["changed"], second["day"], first["day"]) == ({"STRESN": [61.5, 60.5]}, 4, 4)


def test_a_day_that_is_named_is_taken_and_a_column_set_to_nothing_is_emptied(trial):
    corrected(trial, "ivy", ask.Correct("VS", "S1", 1, 3, {"TEST": ""}, WHY), {"day": "3"})
    assert trial.rows("VS", "S1") == {1: {"DAY": 3, "TESTCD": "WEIGHT", "STRESN": 61.5, "STRESU": "kg"}}


def test_an_assessment_that_is_corrected_keeps_its_day(trial):
    trial.plan("S1")
    trial.do("ivy", Administer("S1", 1, at(4, "10:00:00"), at(4, "10:30:00")))
    trial.on(32).do("ivy", AdjudicateDlt("S1", 1, 32, False, True))
    trial.on(40)
    corrected(trial, "ivy", CorrectDlt("S1", 1, 40, False, False, WHY), {})
    assert trial.rows("XD", "S1")[1]["DAY"] == 32


def test_a_regrading_leaves_what_made_the_event_serious(trial):
    """Left out on the command line it stays; what is named is changed."""
    trial.on(6)
    event = ReportAdverseEvent(
        "S1", 1, "sepsis", 4, 3, True, "UNKNOWN", "Infections", False, ("hospitalisation",), False, "NOT APPLICABLE",
        6, at(4, "11:00:00"),
    )  # fmt: skip
    trial.do("ivy", event)
    bare = ReportAdverseEvent("S1", 1, "sepsis", 4, 4, None, "UNKNOWN", expected=True)
    corrected(trial, "ivy", ChangeAdverseEvent(bare, WHY), {"grade": "4", "expected": "yes", "criteria": []})
    details = trial.desk.standing.safety.details["S1", 1]
    assert (details.criteria, details.expected, details.action) == (("hospitalisation",), True, "NOT APPLICABLE")
    row = trial.rows("AE", "S1")[1]
    assert (row["AETOXGR"], row["AEREL"], row["AESER"], row["ENDAY"]) == (4, "Y", "Y", 6)
    assert replace(event, grade=4).system == row["AEBODSYS"]


@pytest.mark.parametrize("person", ["ivy", "pip"])
def test_what_is_sealed_is_not_repeated_by_a_correction_and_stays(tmp_path, person):
    """Whether or not somebody knows the arm, an age is corrected without naming it, and the arm stands."""
    trial = Trial(tmp_path)
    trial.seal()
    trial.randomise("S1")
    arm = trial.arm("S1")
    asked = whole(ask.Correct("DM", "S1", 1, 4, {"AGE": 44}, WHY), {}, trial.desk, trial.call(person))
    assert not {"ARMCD", "DOSELVL", "COHORT"} & asked.values.keys()
    trial.do("ivy", asked)
    assert trial.desk.standing.data.standing(("DM", "S1", 1)).values["ARMCD"] == arm
