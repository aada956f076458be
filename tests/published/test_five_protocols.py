"""What is drafted from the five registered trials: arms, roles, doses, days, routes, ratios, designs, DLTs, numbers.

The expected values are the records' own at ClinicalTrials.gov: NCT04452097,
NCT05689008, NCT04456361, NCT04971980, NCT04288102.
Where the bundled examples are present, the same is asked of them.
"""

from decimal import Decimal

import pytest

from trialwright.core.quantity import Amount, AmountPerKg
from trialwright.protocol import check, draft
from trialwright.protocol.arms import ArmRole
from trialwright.protocol.kinds import Escalation, Parallel, SelectThenCompare, SingleArm
from trialwright.record.read import read

pytestmark = pytest.mark.corpus

BASE = (
    "3+3: stop at two",
    "3+3: six required at the MTD",
    "3+3: with de-escalation",
    "3+3: six required at the MTD, with de-escalation",
)
LITERAL = "literal: cohorts of three, stop at two DLTs in a cohort"
HALF, ONE, MORE = (AmountPerKg(Decimal(value), "cells") for value in ("0.5E+6", "1.0E+6", "1.5E+6"))


@pytest.fixture(scope="module", params=["records", "examples"])
def protocols(request, corpus, examples):
    folder = corpus / "records" if request.param == "records" else examples
    found = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_file() and path.suffix in (".txt", ".json"):
            record = read(path)
            found[record.nct_id] = draft(record)
    if len(found) < 5:
        pytest.skip(f"{request.param} does not hold the five records")
    return found


def asked(protocol):
    """The fields of the protocol that a person must confirm."""
    return {each.about for each in protocol.assumptions if each.must_confirm}


def codes(protocol):
    return {problem.code for problem in protocol.problems}


def test_every_draft_is_consistent_and_has_outcomes_and_a_schedule(protocols):
    for protocol in protocols.values():
        assert check(protocol) == ()
        assert protocol.analysed_outcomes
        assert protocol.schedule
        assert len(protocol.record.sha256) == 64


def test_nct04288102_is_two_to_one_with_both_readings_of_its_dose(protocols):
    protocol = protocols["NCT04288102"]
    treated, control = protocol.arms
    assert (treated.role, control.role) == (ArmRole.EXPERIMENTAL, ArmRole.PLACEBO_CONTROL)
    (cells,) = treated.treatments
    assert [reading.dose for reading in cells.dosing.readings] == [
        Amount(Decimal("4.0E+7"), "cells"),
        Amount(Decimal("4.0E+8"), "cells"),
    ]
    assert cells.dosing.dose == Amount(Decimal("40000000"), "cells")
    (placebo,) = control.treatments
    assert placebo.dosing.readings == ()
    for given in (cells, placebo):
        assert given.dosing.administrations == 3
        assert given.dosing.days == (0, 3, 6)
        assert given.dosing.route == "INTRAVENOUS"
    assert isinstance(protocol.design, Parallel)
    assert (protocol.design.ratio, protocol.design.randomised, protocol.design.size) == ((2, 1), True, 100)
    assert (treated.size, control.size) == (60, 30)
    assert (protocol.enrolment.count, protocol.enrolment.type) == (100, "ACTUAL")
    assert protocol.masking.level == "QUADRUPLE"
    assert protocol.masking.who == ("PARTICIPANT", "CARE_PROVIDER", "INVESTIGATOR", "OUTCOMES_ASSESSOR")
    assert protocol.dlt is None
    assert "DRAFT-112" in codes(protocol)  # 90 planned, 100 enrolled
    assert asked(protocol) >= {"arms[0].treatments[0].dosing.readings"}
    assert len(protocol.outcomes) == 20


def test_nct05689008_gives_two_doses_per_kg_and_states_no_route_and_no_ratio(protocols):
    protocol = protocols["NCT05689008"]
    control, treated = protocol.arms
    assert (control.role, treated.role) == (ArmRole.NO_TREATMENT_CONTROL, ArmRole.EXPERIMENTAL)
    assert control.treatments == ()
    dosing = treated.treatments[0].dosing
    assert dosing.dose == ONE
    assert not dosing.is_ambiguous
    assert (dosing.administrations, dosing.days, dosing.route) == (2, (0, 3), None)
    assert dosing.volume == Amount(Decimal(100), "mL")
    assert isinstance(protocol.design, Parallel)
    assert protocol.design.randomised
    assert protocol.design.size == 60
    assert asked(protocol) >= {"design.ratio"}
    assert {"DRAFT-104", "DRAFT-111"} <= codes(protocol)
    assert protocol.masking.level == "NONE"
    assert (protocol.enrolment.count, protocol.enrolment.type) == (60, None)


def test_nct04456361_is_one_arm_with_a_lost_exponent(protocols):
    protocol = protocols["NCT04456361"]
    (arm,) = protocol.arms
    assert arm.role is ArmRole.EXPERIMENTAL
    dosing = arm.treatments[0].dosing
    assert dosing.dose == Amount(Decimal("1E+8"), "cells")
    assert dosing.is_ambiguous
    assert (dosing.administrations, dosing.days, dosing.route) == (1, (0,), "INTRAVENOUS")
    assert protocol.design == SingleArm("arm-1", 9)
    assert (protocol.enrolment.count, protocol.enrolment.type) == (9, "ESTIMATED")
    assert protocol.masking.level == "NONE"
    assert "DRAFT-101" in codes(protocol)
    assert asked(protocol) >= {"arms[0].treatments[0].dosing.readings"}
    assert len(protocol.outcomes) == 8


def test_nct04971980_is_a_3_plus_3_over_three_levels_in_one_arm(protocols):
    protocol = protocols["NCT04971980"]
    (arm,) = protocol.arms
    assert [(level.number, level.dose, level.arm) for level in protocol.dose_levels] == [
        (1, HALF, "arm-1"),
        (2, ONE, "arm-1"),
        (3, MORE, "arm-1"),
    ]
    assert [level.name.split("-")[0].lower() for level in protocol.dose_levels] == ["low", "medium", "high"]
    dosing = arm.treatments[0].dosing
    assert dosing.readings == ()
    assert dosing.reference is not None
    assert dosing.reference.to == "dose level"
    assert (dosing.administrations, dosing.route) == (1, "INTRAVENOUS")
    design = protocol.design
    assert isinstance(design, Escalation)
    assert (design.rule, design.levels, design.cohort_size, design.dlt_window, design.target_n) == (
        BASE[0],
        3,
        3,
        28,
        9,
    )
    assert design.arms == ("arm-1",) * 3
    assert design.readings == (*BASE, LITERAL)
    assert len(design.silent_on) == 4
    assert any("3+3" in sentence for sentence in design.stated)
    assert asked(protocol) >= {"design.rule"}
    dlt = protocol.dlt
    assert dlt is not None
    assert (dlt.window, dlt.non_haematological_grade, dlt.haematological_grade) == (28, 3, 4)
    assert (dlt.must_be_related, dlt.criteria) == (True, "CTCAE v5.0")
    assert (protocol.enrolment.count, protocol.enrolment.type) == (9, None)
    assert "DRAFT-111" in codes(protocol)


def test_nct04452097_selects_a_dose_and_then_compares_it(protocols):
    protocol = protocols["NCT04452097"]
    assert [arm.role for arm in protocol.arms] == [
        *[ArmRole.DOSE_LEVEL] * 3,
        ArmRole.EXPERIMENTAL,
        ArmRole.PLACEBO_CONTROL,
    ]
    assert [arm.part for arm in protocol.arms] == [1, 1, 1, 2, 2]
    assert [level.dose for level in protocol.dose_levels] == [HALF, ONE, MORE]
    assert [level.arm for level in protocol.dose_levels] == ["arm-1", "arm-2", "arm-3"]
    selected = protocol.arms[3].treatments[0].dosing
    assert selected.readings == ()
    assert selected.reference is not None
    assert selected.reference.to == "selected dose"
    assert protocol.arms[4].treatments[0].dosing.readings == ()
    for arm in protocol.arms:
        assert arm.treatments[0].dosing.administrations == 1
        assert arm.treatments[0].dosing.route == "INTRAVENOUS"
    design = protocol.design
    assert isinstance(design, SelectThenCompare)
    assert design.escalation.rule == BASE[0]
    assert design.escalation.arms == ("arm-1", "arm-2", "arm-3")
    assert design.comparison.arms == ("arm-4", "arm-5")
    assert protocol.enrolment.count is None
    assert {"DRAFT-110", "DRAFT-120", "DRAFT-131"} <= codes(protocol)
    assert asked(protocol) >= {
        "design.kind",
        "design.escalation.rule",
        "design.escalation.cohort_size",
        "design.escalation.dlt_window",
        "design.comparison.ratio",
        "design.comparison.size",
        "dlt",
    }
    assert protocol.outcomes == ()
    assert protocol.proposed_outcomes
