"""Doses worked out from what the protocol states and the body weight: exact, in units, with limits, never guessed."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from made_up_protocols import flat
from treated_trial import Treated, at, masked, open_label, per_kg
from trialwright.conduct import commands as ask
from trialwright.conduct.events.treatment import DosePrepared, TreatmentRules
from trialwright.conduct.treating.asks import Administer, OmitDose, PlanDose
from trialwright.conduct.treating.dosing import due_in, slots, work_out
from trialwright.core.errors import TrialwrightError
from trialwright.core.quantity import Amount, AmountPerKg, AmountPerSquareMetre, Weight
from trialwright.protocol.arms.administrations import Administration

CELLS = "hUC-MSC"


@pytest.fixture
def trial(tmp_path):
    made = Treated(tmp_path, made=open_label())
    made.enter("S1")
    return made


def refused(trial, code, person, *commands, **how):
    size = trial.ledger.head.size
    with pytest.raises(TrialwrightError) as fault:
        trial.do(person, *commands, **how)
    assert fault.value.code == code, str(fault.value)
    assert trial.ledger.head.size == size
    return str(fault.value)


def item(dose):
    return Administration(CELLS, 0, dose, "INTRAVENOUS", None)


@pytest.mark.parametrize(
    ("dose", "kg", "rules", "amount"),
    [
        (AmountPerKg(Decimal("1E6"), "cells"), "61.5", {}, "61500000"),
        (AmountPerKg(Decimal("1E6"), "cells"), "70.1", {}, "70100000"),
        (AmountPerKg(Decimal("0.1"), "mg"), "0.3", {}, "0.03"),
        (Amount(Decimal("1E8"), "cells"), "61.5", {}, "100000000"),
        (AmountPerKg(Decimal("1E6"), "cells"), "101", {"caps": {CELLS: "100000000"}}, "100000000"),
        (AmountPerKg(Decimal("1E6"), "cells"), "100", {"caps": {CELLS: "100000000"}}, "100000000"),
        (AmountPerKg(Decimal("1E6"), "cells"), "39", {"floors": {CELLS: "40000000"}}, "40000000"),
        (AmountPerKg(Decimal("1E6"), "cells"), "61.5", {"steps": {CELLS: "1000000"}}, "61000000"),
        (AmountPerKg(Decimal("1E6"), "cells"), "61.5", {"steps": {CELLS: "5E6"}, "rounding": "nearest"}, "60000000"),
        (AmountPerKg(Decimal("1E6"), "cells"), "62.5", {"steps": {CELLS: "5E6"}, "rounding": "nearest"}, "60000000"),
        (AmountPerKg(Decimal("1E6"), "cells"), "62.6", {"steps": {CELLS: "5E6"}, "rounding": "nearest"}, "65000000"),
        (
            AmountPerKg(Decimal("1E6"), "cells"),
            "99",
            {"steps": {CELLS: "10E6"}, "rounding": "nearest", "caps": {CELLS: "95E6"}},
            "95000000",
        ),
    ],
)
@pytest.mark.requirement("R33")
def test_a_dose_is_the_rule_times_the_weight_exactly(dose, kg, rules, amount):
    """R33: a golden table worked out by hand; rounding never goes beyond a cap."""
    found = work_out(item(dose), Weight(Decimal(kg)), None, TreatmentRules(**rules)).amount
    assert found == Amount(Decimal(amount), dose.unit)


@pytest.mark.requirement("R33")
def test_a_flat_dose_is_never_multiplied_by_a_weight():
    """R33: the type refuses it; the same weight makes no difference to a flat dose."""
    with pytest.raises(TypeError):
        Amount(Decimal("1E8"), "cells") * Weight(Decimal(60))  # type: ignore[operator]
    dose = item(Amount(Decimal("1E8"), "cells"))
    assert work_out(dose, Weight(Decimal(60)), None, TreatmentRules()) == work_out(dose, None, None, TreatmentRules())
    with pytest.raises(ValueError, match="body weight"):
        work_out(item(AmountPerKg(Decimal(1), "mg")), None, None, TreatmentRules())


@pytest.mark.requirement("R33")
def test_a_dose_per_square_metre_takes_a_measured_surface_and_no_formula():
    """R33."""
    dose = item(AmountPerSquareMetre(Decimal("2.5"), "mg"))
    assert work_out(dose, None, Decimal("1.73"), TreatmentRules()).amount == Amount(Decimal("4.325"), "mg")
    with pytest.raises(ValueError, match="surface"):
        work_out(dose, Weight(Decimal(60)), None, TreatmentRules())


@pytest.mark.requirement("R33")
def test_the_plan_shows_its_working_and_where_the_weight_comes_from(trial):
    """R33: the dose level's dose, the weight of trial day 4, what was stated and what came out."""
    plan = trial.plan("S1")
    assert (plan.amount, plan.unit, plan.weight, plan.measured, plan.planned) == ("30750000", "cells", "61.5", 4, 0)
    assert plan.working == "500,000 cells/kg x 61.5 kg = 30,750,000 cells"
    trial.do("ada", TreatmentRules(caps={CELLS: "3E7"}))
    assert trial.plan("S1").amount == "30000000"


@pytest.mark.requirement("R33")
def test_a_weight_in_pounds_is_never_taken_for_kilograms(trial):
    """R33: swapped units are refused, not converted in silence; nor is a missing unit taken for kilograms."""
    for number, unit in ((2, "lb"), (3, None), (4, "g")):
        trial.do("ivy", ask.Record("VS", "S1", number, 4, {"TESTCD": "WEIGHT", "STRESN": 135.6, "STRESU": unit}))
        refused(trial, "COND-104", "ivy", PlanDose("S1", 1))


@pytest.mark.requirement("R33")
def test_without_a_weight_no_dose_is_worked_out(tmp_path):
    """R33."""
    trial = Treated(tmp_path, made=open_label())
    trial.enter("S1", weigh=False)
    assert "body weight" in refused(trial, "COND-103", "ivy", PlanDose("S1", 1))


@pytest.mark.parametrize(
    ("kg", "allowed"), [(67.644, True), (67.65, True), (67.656, False), (55.35, True), (55.34, False)]
)
@pytest.mark.requirement("R34")
def test_a_weight_that_changed_by_more_than_a_tenth_asks_for_a_new_dose(trial, kg, allowed):
    """R34: 61.5 kg was used; 9.99 %, 10 % and 10.01 % more, 10 % and 10.02 % less."""
    trial.plan("S1")
    trial.weigh("S1", kg, 4, 2)
    given = Administer("S1", 1, at(4), at(4, "10:30:00"))
    if allowed:
        trial.do("ivy", given)
    else:
        assert "61.5 was used" in refused(trial, "COND-105", "ivy", given)
        trial.plan("S1")
        trial.do("ivy", given)


@pytest.mark.requirement("R34")
def test_a_weight_that_was_corrected_asks_for_a_new_dose_however_small_the_difference(trial):
    """R34: the dose was worked out from a number that was wrong."""
    trial.plan("S1")
    trial.do(
        "ivy", ask.Correct("VS", "S1", 1, 4, {"TESTCD": "WEIGHT", "STRESN": 61.9, "STRESU": "kg"}, "misread scale")
    )
    assert "corrected" in refused(trial, "COND-105", "ivy", Administer("S1", 1, at(4), at(4, "10:30:00")))


@pytest.mark.requirement("R34")
def test_a_weight_older_than_its_window_asks_for_a_new_one(trial):
    """R34: of the last 3 days, both for working out and for giving."""
    trial.do("ada", TreatmentRules(weight_age=3, dose_margin=20))
    trial.on(7).plan("S1")
    refused(trial.on(8), "COND-105", "ivy", PlanDose("S1", 1))
    refused(trial, "COND-105", "ivy", Administer("S1", 1, at(8), at(8, "10:30:00")))
    trial.weigh("S1", 61.5, 8, 2)
    trial.plan("S1")
    trial.do("ivy", Administer("S1", 1, at(8), at(8, "10:30:00")))


@pytest.mark.requirement("R33")
def test_planned_and_delivered_dose_stand_side_by_side_in_the_data(trial):
    """R33: an infusion that was broken off; the reason is asked for."""
    trial.plan("S1")
    refused(trial, "COND-008", "ivy", Administer("S1", 1, at(4), at(4, "10:30:00"), share="62.5"))
    trial.do("ivy", Administer("S1", 1, at(4), at(4, "10:30:00"), share="62.5", why="the line was blocked"))
    assert trial.rows("EX", "S1") == {
        1: {
            "DAY": 4,
            "EXTRT": CELLS,
            "EXPDOSE": "30750000",
            "EXDOSE": "19218750",
            "EXDOSU": "cells",
            "VISITDY": 0,
            "REASND": "the line was blocked",
            "OCCUR": "Y",
        }
    }


@pytest.mark.parametrize("share", ["0", "-1", "100.1", "NaN", "all"])
def test_the_share_given_is_a_percentage(trial, share):
    trial.plan("S1")
    refused(
        trial, "COND-110", "ivy", Administer("S1", 1, at(4), at(4, "10:30:00"), share=share, why="a reason in words")
    )


def test_a_dose_that_is_not_worked_out_is_not_given_and_one_that_was_given_is_not_given_again(trial):
    refused(trial, "COND-108", "ivy", Administer("S1", 1, at(4), at(4, "10:30:00")))
    refused(trial, "COND-102", "ivy", PlanDose("S1", 3))
    trial.plan("S1")
    trial.do("ivy", Administer("S1", 1, at(4), at(4, "10:30:00")))
    refused(trial, "COND-106", "ivy", Administer("S1", 1, at(4), at(4, "10:30:00")))
    refused(trial, "COND-106", "ivy", PlanDose("S1", 1))
    refused(trial, "COND-106", "ivy", OmitDose("S1", 1, 4, "not given after all"))


def test_a_dose_that_was_left_out_is_a_row_with_its_reason(trial):
    trial.plan("S1")
    refused(trial, "COND-008", "ivy", OmitDose("S1", 1, 4, "no"))
    trial.do("ivy", OmitDose("S1", 1, 4, "the freezer had failed"))
    row = trial.rows("EX", "S1")[1]
    assert (row["OCCUR"], row["REASND"], row["EXPDOSE"]) == ("N", "the freezer had failed", "30750000")
    assert "EXDOSE" not in row


def test_a_dose_entered_by_day_is_held_to_what_was_worked_out(trial):
    """The row takes the planned dose from the plan; another one is refused, another way to write it is not."""
    trial.plan("S1")
    refused(trial, "COND-114", "ivy", ask.Dose("S1", 1, 4, True, {"EXPDOSE": "30750001"}))
    trial.do("ivy", ask.Dose("S1", 1, 4, True, {"EXPDOSE": "3.075E+7", "EXDOSE": "30000000"}))
    assert trial.rows("EX", "S1")[1]["EXDOSE"] == "30000000"
    trial.do("ivy", ask.Dose("S1", 2, 4, False, {"REASND": "not_done"}))


def test_rules_that_cannot_be_followed_are_not_settled(trial):
    for wrong in (
        TreatmentRules(caps={"another product": "5"}),
        TreatmentRules(caps={CELLS: "0"}),
        TreatmentRules(steps={CELLS: "0"}),
        TreatmentRules(caps={CELLS: "5"}, floors={CELLS: "6"}),
        TreatmentRules(rounding="up"),
        TreatmentRules(quorum=1),
        TreatmentRules(hold_grade=6),
        TreatmentRules(stagger=-1),
        TreatmentRules(follow_up=(84,)),
    ):
        refused(trial, "COND-121", "ada", wrong)
    refused(trial, "COND-110", "ada", TreatmentRules(weight_change="a tenth"))
    refused(trial, "COND-047", "ivy", TreatmentRules())
    with pytest.raises(TrialwrightError, match="COND-045"):
        trial.do("ada", TreatmentRules(quorum=3), passphrase="another one")
    assert not trial.desk.standing.treating.settled


def test_in_a_masked_trial_every_participant_has_the_same_places():
    """What is due differs by arm; how many places there are does not, so that their number tells no arm."""
    two = (per_kg("UC-MSC", "1E6", (0, 3)), flat("Heparin", "5", (0,)))
    made = masked(cells=two, placebo=(flat("Saline", "0", (0, 6)),))
    places = slots(made, None)
    assert [(slot.number, slot.day) for slot in places] == [(1, 0), (2, 0), (3, 3), (4, 6)]
    due = {
        arm: [getattr(due_in(made, arm, None, slot), "treatment", None) for slot in places]
        for arm in ("cells", "placebo")
    }
    assert due == {"cells": ["Heparin", "UC-MSC", "UC-MSC", None], "placebo": ["Saline", None, None, "Saline"]}
    assert [slot.day for slot in slots(made, "placebo")] == [0, 6]


class Masked(Treated):
    """Two participants of a masked trial, one in each arm, by name of the arm."""

    def both(self):
        self.seal()
        names = [f"MK-{number}" for number in range(6)]
        self.randomise(*names)
        by_arm = {}
        for subject in names:
            by_arm.setdefault(self.arm(subject), subject)
        return by_arm["cells"], by_arm["placebo"]


@pytest.fixture
def blind(tmp_path):
    return Masked(tmp_path, made=masked())


def test_a_masked_trial_asks_for_the_weight_of_everybody_in_the_same_words(blind):
    """The placebo is flat, and the cells are per kilogram: who has no weight learns nothing from being refused."""
    cells, placebo = blind.both()
    said = {refused(blind, "COND-103", "ivy", PlanDose(each, 1)).replace(each, "S") for each in (cells, placebo)}
    assert len(said) == 1


def test_the_planned_dose_of_a_masked_arm_is_sealed(blind):
    """Nobody masked sees it: it stands in the envelope alone, and both arms leave the same in the open."""
    cells, placebo = blind.both()
    stored = {}
    for each in (cells, placebo):
        blind.weigh(each, 61.5, 4)
        (entry,) = blind.do("cal", PlanDose(each, 1))
        stored[each] = repr(entry.event).replace(f"'{each}'", "'S'")
        assert "UC-MSC" not in stored[each]
        assert "61500000" not in stored[each]
    assert stored[cells] == stored[placebo]
    held = blind.desk.standing.treating.planned
    assert [held[each, 1].amount for each in (cells, placebo)] == ["61500000", "0"]
    assert all(plan.amount == "" for plan in blind.desk.blind().treating.planned.values())


def test_only_an_unmasked_preparer_prepares_and_nobody_gives_what_was_not_prepared(blind):
    """The care provider gives what was handed over and never learns what it was."""
    cells, placebo = blind.both()
    open_entries = {}
    for each in (cells, placebo):
        blind.weigh(each, 61.5, 4)
        plan = blind.plan(each, person="cal")
        prepared = DosePrepared(each, 1, plan.treatment, plan.amount, plan.unit)
        refused(blind, "COND-047", "cal", prepared)
        refused(blind, "COND-111", "cal", Administer(each, 1, at(4), at(4, "10:30:00")))
        size = blind.ledger.head.size
        blind.do("pip", prepared)
        blind.do("cal", Administer(each, 1, at(4), at(4, "10:30:00")))
        entries = list(blind.ledger.entries(size + 1))
        open_entries[each] = [repr(entry.event).replace(f"'{each}'", "'S'") for entry in entries]
        assert [len(entry.sealed) for entry in entries] == [1, 1, 0]
    assert open_entries[cells] == open_entries[placebo]
    assert [blind.rows("EX", each)[1]["EXDOSE"] for each in (cells, placebo)] == ["61500000", "0"]


def test_a_masked_preparer_is_refused_whatever_the_arm(blind, monkeypatch):
    import masked_trial

    cells, placebo = blind.both()
    for each in (cells, placebo):
        blind.weigh(each, 61.5, 4)
        blind.plan(each)
    from trialwright.conduct.events.people import RoleGranted, RoleRevoked

    blind.do("ada", RoleRevoked("pip", "preparer", "01"), reason="no longer at the site")
    blind.do("ada", RoleGranted("pip", "preparer", "01"), reason="prepares under masking")
    said = set()
    for each in (cells, placebo):
        plan = blind.desk.standing.treating.planned[each, 1]
        exact = DosePrepared(each, 1, plan.treatment, plan.amount, plan.unit)
        other = DosePrepared(each, 1, "UC-MSC", "61500000", "cells")
        said |= {refused(blind, "COND-107", "pip", each_way) for each_way in (exact, other)}
    assert len(said) == 1
    assert masked_trial.STAFF["pip"]


def test_what_was_prepared_differs_from_the_plan_only_with_a_sealed_reason(blind):
    cells, _ = blind.both()
    blind.weigh(cells, 61.5, 4)
    plan = blind.plan(cells)
    refused(blind, "COND-109", "pip", DosePrepared(cells, 1, "Saline", "0", "cells"))
    refused(blind, "COND-008", "pip", DosePrepared(cells, 1, plan.treatment, "60000000", "cells"))
    (entry,) = blind.do(
        "pip", DosePrepared(cells, 1, plan.treatment, "60000000", "cells", why="only two bags were viable")
    )
    assert "viable" not in repr(entry)
    assert blind.desk.standing.treating.prepared[cells, 1].why == "only two bags were viable"
    blind.plan(cells)
    refused(blind, "COND-111", "cal", Administer(cells, 1, at(4), at(4, "10:30:00")))


def test_whoever_is_masked_names_no_dose_and_cannot_try_one_out(blind):
    """A guess is refused in the same words, right or wrong."""
    cells, placebo = blind.both()
    said = set()
    for each in (cells, placebo):
        blind.weigh(each, 61.5, 4)
        blind.plan(each)
        for guess in ("61500000", "0"):
            said.add(refused(blind, "COND-113", "ivy", ask.Dose(each, 1, 4, True, {"EXPDOSE": guess})))
    assert len(said) == 1


def test_a_version_of_the_protocol_without_an_arm_is_refused_to_everybody_alike(blind):
    """An amendment that drops an arm: who is in it is not told by who is refused."""
    cells, placebo = blind.both()
    for each in (cells, placebo):
        blind.weigh(each, 61.5, 4)
    held, plan = next(iter(blind.desk.plans.items()))
    amended = dataclasses.replace(
        plan.protocol, arms=(*plan.protocol.arms[:1], dataclasses.replace(plan.protocol.arms[1], id="sham"))
    )
    blind.desk.plans = {held: dataclasses.replace(plan, protocol=amended)}
    said = {refused(blind, "COND-102", "ivy", PlanDose(each, 1)).replace(each, "S") for each in (cells, placebo)}
    assert len(said) == 1
