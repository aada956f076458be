"""A protocol file that a person or an attacker got wrong: a clear message with the line, and no harm done."""

from dataclasses import replace
from decimal import Decimal

import pytest

from trialwright.core.errors import InputError
from trialwright.core.problem import Severity
from trialwright.core.quantity import AmountPerKg
from trialwright.protocol import check, files
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.dosing import DoseLevel
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.protocol.kinds import Escalation, Masking
from trialwright.protocol.protocol import Enrolment, Protocol, RecordReference


@pytest.fixture
def protocol():
    levels = tuple(DoseLevel(n, f"level {n}", AmountPerKg(Decimal(n) * 10**6, "cells"), "arm-1") for n in (1, 2, 3))
    lost = Criterion(Section.INCLUSION, ItemKind.MISSING, "1", "", 0, 0)
    return Protocol(
        RecordReference("NCT00000000", "A trial", "made up", "0" * 64),
        (Arm("arm-1", "cells", ArmRole.EXPERIMENTAL, (), "x"),),
        levels,
        Escalation("3+3: stop at two", 3, ("arm-1",) * 3, dlt_window=28),
        Enrolment(9, None),
        Masking("NONE"),
        None,
        Eligibility((lost,)),
        (),
        (),
        (),
        (Assumption("design.rule", "3+3: stop at two", "nothing is stated", must_confirm=True),),
    )


def test_assumptions_stand_above_the_design_with_their_number(protocol):
    text = files.dump(protocol)
    assert text.index("assumptions:") < text.index("design:")
    assert "1 in all, 1 to be confirmed" in text


def test_comments_survive_an_update(protocol):
    text = files.dump(protocol).replace("  cohort_size: 3", "  cohort_size: 4  # as the sponsor wrote")
    edited = files.load(text)
    assert edited.design.cohort_size == 4
    again = files.update(text, edited)
    assert "# as the sponsor wrote" in again
    assert files.load(again) == edited


def test_a_person_supplies_levels_truth_a_ratio_and_a_lost_criterion(protocol):
    text = files.dump(protocol)
    text = text.replace("  levels: 3", "  levels: 4").replace(
        "kind: missing", "kind: text\n    supplied_by: A. Person\n    supplied_from: protocol 2.1"
    )
    text += "truth: [0.05, 0.1, 0.2, 0.3]\nsupplied:\n- {about: design.levels, by: A. Person, source: protocol 2.1}\n"
    edited = files.load(text)
    assert edited.design.arms == ("arm-1",) * 4
    assert edited.truth == (0.05, 0.1, 0.2, 0.3)
    assert edited.eligibility.criteria[0].supplied_by == "A. Person"
    assert [problem.severity for problem in check(edited)] == ["warning"]  # three doses for four levels


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cohort_size: 3", "cohort_size: three", "design.cohort_size: found 'three'"),
        ("cohort_size: 3", "cohort_sise: 3", "design.cohort_sise"),
        ("kind: dose escalation", "kind: dose esclation", "design.kind: found 'dose esclation'"),
        ("dose: 2,000,000 cells/kg", "dose: lots", "dose_levels[1].dose: found 'lots'"),
        ("role: experimental", "role: expermental", "arms[0].role"),
        ("count: 9", "count: nine", "enrolment.count: found 'nine'"),
    ],
)
def test_every_fault_is_named_with_its_line(protocol, old, new, said):
    text = files.dump(protocol)
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(InputError) as caught:
        files.load(text.replace(old, new, 1))
    assert caught.value.code == "DRAFT-010"
    assert said in caught.value.message
    if "sise" not in new:
        assert f"line {line}," in caught.value.message


def test_all_faults_are_listed_at_once(protocol):
    text = files.dump(protocol).replace("count: 9", "count: nine").replace("level: NONE", "level: [1]")
    with pytest.raises(InputError) as caught:
        files.load(text)
    assert "enrolment.count" in caught.value.message
    assert "masking.level" in caught.value.message


LAUGHS = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LAUGHS, "DRAFT-003"),
        ("a: !!python/object/apply:os.system [ls]\n", "DRAFT-003"),
        ("a: [1\nb: 2\n", "DRAFT-002"),
        ("a: 1\na: 2\n", "DRAFT-006"),
        ("- 1\n- 2\n", "DRAFT-005"),
        ("\n", "DRAFT-005"),
        ("a: " + "[" * 100 + "]" * 100 + "\n", "DRAFT-004"),
        ("a: \x00\n", "DRAFT-002"),
        ("a: 1\n" * 2_000_000, "DRAFT-001"),
        ("? [1, 2]\n: 3\n", "DRAFT-006"),
    ],
)
@pytest.mark.usefixtures("ends")
def test_hostile_or_broken_yaml_is_refused(text, code):
    with pytest.raises(InputError) as caught:
        files.load(text)
    assert caught.value.code == code


def test_a_file_that_is_not_there_or_not_text(tmp_path):
    with pytest.raises(InputError, match="DRAFT-011"):
        files.load(tmp_path / "none.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="DRAFT-011"):
        files.load(tmp_path / "b.yaml")


def test_inconsistencies_stand_most_serious_first(protocol):
    faulty = replace(protocol, truth=(0.1,), arms=protocol.arms * 2, dose_levels=protocol.dose_levels[::-1])
    severities = [problem.severity for problem in check(faulty)]
    assert set(severities) == {Severity.ERROR, Severity.WARNING}
    assert severities == sorted(severities, key=[Severity.ERROR, Severity.WARNING].index)
