"""From the declared kind of design to the Design, or to the error that says what is missing."""

import pytest

from trialwright.core.errors import StageError, UsageError
from trialwright.design import build
from trialwright.design.counting import CountingDesign
from trialwright.design.parallel import ParallelDesign, sizes_of
from trialwright.design.select_then_compare import SelectThenCompareDesign
from trialwright.design.single_arm import SingleArmDesign
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.eligibility.items import Eligibility
from trialwright.protocol.kinds import (
    DltDefinition,
    Escalation,
    Masking,
    Parallel,
    SelectThenCompare,
    SingleArm,
    Unsupported,
)
from trialwright.protocol.protocol import Enrolment, Protocol, RecordReference

ESCALATION = Escalation("3+3: stop at two", 3, ("arm-1", "arm-2", "arm-3"), dlt_window=28)
PARALLEL = Parallel(("arm-4", "arm-5"), (2, 1), 100, randomised=True)


def protocol(design, dlt=None, sizes=None):
    arms = tuple(
        Arm(f"arm-{i}", f"Arm {i}", ArmRole.UNKNOWN, (), "", size=(sizes or {}).get(f"arm-{i}")) for i in range(1, 6)
    )
    return Protocol(
        record=RecordReference(None, "A trial", "made by hand", "0" * 64),
        arms=arms,
        dose_levels=(),
        design=design,
        enrolment=Enrolment(),
        masking=Masking(),
        dlt=dlt,
        eligibility=Eligibility(),
        outcomes=(),
        proposed_outcomes=(),
        schedule=(),
    )


def test_an_interval_design_for_a_protocol():
    for name in ("BOIN: target 0.3, at most 9", "keyboard: target 0.3, at most 12, enough at 6"):
        design = build(protocol(ESCALATION), name)
        assert isinstance(design, CountingDesign)
        assert design.name.startswith(name.split(",")[0])
        assert "cohorts of 3" in design.name
    with pytest.raises(UsageError, match="DES-105"):
        build(protocol(ESCALATION), "BOIN: target 0.3")


def test_each_kind():
    assert isinstance(build(protocol(ESCALATION)), CountingDesign)
    assert build(protocol(SingleArm("arm-1", 9))) == SingleArmDesign("arm-1", 9)
    assert build(protocol(PARALLEL)) == ParallelDesign(("arm-4", "arm-5"), (2, 1), (67, 33))
    both = build(protocol(SelectThenCompare(ESCALATION, PARALLEL)))
    assert isinstance(both, SelectThenCompareDesign)
    assert both.name == "3+3: stop at two; then randomised parallel groups, 67 : 33"


def test_another_rule_by_name():
    assert build(protocol(ESCALATION), "3+3: with de-escalation").name == "3+3: with de-escalation"
    with pytest.raises(UsageError, match="DES-012"):
        build(protocol(ESCALATION), "3+3 as usual")
    with pytest.raises(UsageError, match="DES-023"):
        build(protocol(SingleArm("arm-1", 9)), "3+3: with de-escalation")


def test_the_window_of_the_dlt_definition_serves_where_the_escalation_has_none():
    silent = Escalation("3+3: stop at two", 3, ("arm-1", "arm-2", "arm-3"))
    assert build(protocol(silent, DltDefinition("a DLT", window=21))).dlt_window == 21
    with pytest.raises(StageError, match="dlt_window"):
        build(protocol(silent))


def test_stated_sizes_of_arms_come_before_the_ratio():
    assert build(protocol(PARALLEL, sizes={"arm-4": 65, "arm-5": 35})).sizes == (65, 35)
    assert build(protocol(PARALLEL, sizes={"arm-4": 65})).sizes == (67, 33)
    assert build(protocol(PARALLEL, sizes={"arm-4": 1, "arm-5": 2})).sizes == (67, 33), "they contradict the total"


@pytest.mark.parametrize(
    ("design", "missing"),
    [
        (SingleArm("arm-1", None), "design.size"),
        (SingleArm("arm-1", 0), "design.size"),
        (Parallel(("arm-4", "arm-5"), None, 60, True), "design.ratio"),
        (Parallel(("arm-4", "arm-5"), (1, 1), None, True), "design.size"),
        (SelectThenCompare(ESCALATION, Parallel(("arm-4", "arm-5"), (1, 1), None, True)), "design.comparison.size"),
    ],
)
def test_what_is_missing_is_named(design, missing):
    with pytest.raises(StageError, match="DES-021") as caught:
        build(protocol(design))
    assert f"`{missing}`" in caught.value.message


@pytest.mark.parametrize(
    "design",
    [
        Escalation("3+3: stop at two", 3, ("arm-1", "arm-2"), dlt_window=28),
        Escalation("3+3: stop at two", 0, (), dlt_window=28),
        Escalation("3+3: stop at two", 3, ("arm-1", "arm-2", "arm-3"), cohort_size=0, dlt_window=28),
        Parallel(("arm-4", "arm-5"), (1, 1, 1), 60, True),
        Parallel(("arm-4", "arm-5"), (1, 0), 60, True),
    ],
)
def test_numbers_that_contradict_each_other(design):
    with pytest.raises(StageError, match="DES-022"):
        build(protocol(design))


def test_a_kind_that_cannot_be_run_says_why():
    with pytest.raises(StageError, match="the periods are not stated"):
        build(protocol(Unsupported("crossover", ("arm-1",), "the periods are not stated")))


@pytest.mark.parametrize(
    ("total", "ratio", "sizes"),
    [(100, (2, 1), (67, 33)), (60, (1, 1), (30, 30)), (7, (1, 1, 1), (3, 2, 2)), (1, (1, 1), (1, 0))],
)
def test_sizes_add_up(total, ratio, sizes):
    assert sizes_of(total, ratio) == sizes
