"""Verdict codes and attrition of five patients, counted by hand."""

import polars as pl
import pytest

from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.items import Criterion, ItemKind, Section
from trialwright.protocol.eligibility.tree import Judgement, Missing, Sex
from trialwright.screen.attrition import attrition, costliest, met_of, verdict_codes
from trialwright.screen.gathering import gathered
from trialwright.screen.person import Person
from trialwright.screen.verdicts import judged

Y, N, U = True, False, None
MET = pl.DataFrame(
    {
        # five patients: meets all | fails a and b | fails b | unknown a, fails c | unknown c
        "a": [Y, N, Y, U, Y],
        "b": [Y, N, N, Y, Y],
        "c": [Y, Y, Y, N, U],
    },
    schema=dict.fromkeys("abc", pl.Boolean),
)


def test_verdicts_by_all_criteria():
    assert verdict_codes(MET).to_list() == [1, -1, -1, -1, 0]
    assert verdict_codes(MET).dtype == pl.Int8


def test_attrition_in_order_and_alone():
    steps = attrition(MET, ["first", "second", "third"])
    assert steps.rows() == [
        ("a", "first", 5, 1, 1, 4, 1, 1, 1, 0),
        ("b", "second", 4, 1, 0, 3, 2, 2, 0, 1),
        ("c", "third", 3, 1, 1, 2, 3, 1, 1, 1),
    ]
    assert steps.columns == [
        "criterion", "text", "entered", "excluded", "unknown", "left", "cumulative", "alone", "alone_unknown", "only",
    ]  # fmt: skip


def test_the_criterion_that_costs_most_is_the_one_whose_waiving_frees_most():
    assert costliest(attrition(MET, ["", "", ""])) == "b"
    assert costliest(attrition(MET.filter(pl.col("c")), ["", "", ""])) == "b"
    assert costliest(attrition(MET.head(1), ["", "", ""])) is None


def test_an_exclusion_is_met_where_it_does_not_hold_and_an_unknown_section_settles_nothing():
    answers = pl.DataFrame({"i": [Y, N, U], "e": [Y, N, U], "u": [Y, N, U]}, schema=dict.fromkeys("ieu", pl.Boolean))
    sections = {"i": Section.INCLUSION, "e": Section.EXCLUSION, "u": Section.UNKNOWN}
    assert met_of(answers, sections).to_dict(as_series=False) == {"i": [Y, N, U], "e": [N, Y, U], "u": [U, U, U]}


def compiled(identifier, section, expression):
    return Compiled(identifier, Criterion(section, ItemKind.TEXT, None, identifier, 0, 0), expression)


@pytest.mark.parametrize(
    ("sex", "answered", "verdict", "failed", "unanswered"),
    [
        ("FEMALE", False, "eligible", (), ()),
        ("FEMALE", True, "not eligible", ("exclusion-1",), ()),
        ("FEMALE", None, "undecided", (), ("exclusion-1",)),
        ("MALE", None, "not eligible", ("inclusion-1",), ("exclusion-1",)),
        (None, True, "not eligible", ("exclusion-1",), ("inclusion-1",)),
    ],
)
def test_each_verdict_names_what_failed_and_what_is_open(sex, answered, verdict, failed, unanswered):
    criteria = (
        compiled("inclusion-1", Section.INCLUSION, Sex("FEMALE")),
        compiled("exclusion-1", Section.EXCLUSION, Judgement("unfit")),
    )
    [found] = judged(criteria, gathered([Person("P", sex=sex, answers={"exclusion-1": answered})])).verdicts
    assert (found.verdict, found.failed, found.open) == (verdict, failed, unanswered)


def test_a_missing_criterion_makes_nobody_eligible():
    criteria = (compiled("inclusion-1", Section.INCLUSION, Missing("1")),)
    result = judged(criteria, gathered([Person("P")] * 3))
    assert result.counts() == {"eligible": 0, "not eligible": 0, "undecided": 3}


def test_everything_is_the_same_in_all_forms():
    criteria = (compiled("inclusion-1", Section.INCLUSION, Sex("FEMALE")),)
    result = judged(criteria, gathered([Person("a", sex="MALE"), Person("b", sex="FEMALE"), Person("c")]))
    assert result.to_csv() == (
        "USUBJID,VERDICT,FAILED,OPEN\na,not eligible,inclusion-1,\nb,eligible,,\nc,undecided,,inclusion-1\n"
    )
    said = result.to_json()
    assert said["counts"] == {"eligible": 1, "not eligible": 1, "undecided": 1}
    assert [each["patient"] for each in said["verdicts"]] == ["a", "b", "c"]
    assert said["costliest"] == "inclusion-1"
    assert result.attrition_csv().splitlines()[1] == "inclusion-1,inclusion-1,3,1,1,2,1,1,1,1"
    assert "costs most patients: inclusion-1" in result.to_text()
    assert result.codes.to_list() == [-1, 1, 0]
