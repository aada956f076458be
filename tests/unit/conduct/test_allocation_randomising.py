"""A participant takes the next slot, once everything that must be so is so; nothing learnt later gives a slot back."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from masked_trial import DIGEST, WHY, Trial, spec_of
from trialwright.conduct import commands as ask
from trialwright.conduct.allocating.asks import Randomise
from trialwright.conduct.events.allocation import LevelCorrected, Randomised, RandomisedInError
from trialwright.conduct.events.subjects import ConsentVersionApproved, ConsentWithdrawn
from trialwright.conduct.events.trial import EnrolmentPaused
from trialwright.conduct.ledger.entry import Draft
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.randomisation import (
    Draws,
    Factor,
    Key,
    Measure,
    Minimisation,
    Randomiser,
    Simple,
    arms_in_order,
)
from trialwright.conduct.rule import Plan
from trialwright.core.errors import StageError, TrialwrightError
from trialwright.protocol.decisions import Enrol


@pytest.fixture
def trial(tmp_path):
    made = Trial(tmp_path)
    made.seal()
    return made


def refused(trial, code, person, *commands, **how):
    """The command is refused with this code, and nothing was appended and no slot used."""
    size, used = trial.ledger.head.size, dict(trial.desk.standing.allocation.randomised)
    with pytest.raises(TrialwrightError) as fault:
        trial.do(person, *commands, **how)
    assert fault.value.code == code, str(fault.value)
    assert trial.ledger.head.size == size
    assert trial.desk.standing.allocation.randomised == used
    return str(fault.value)


def listed(trial, site, spec=None, number=1):
    """The list of a stratum, drawn apart from the desk by the pure function."""
    key = Key(Keyring(trial.folder / "keys").get(f"randomisation-{number}"))
    return arms_in_order(spec or spec_of(), Draws.of(spec or spec_of(), key), (site,))


def append(trial, event, *, day=4, reason="", occurred=None):
    trial.ledger.append([Draft(event, day, "ivy", reason, occurred, "investigator", "01")], trial.ledger.head)


@pytest.mark.requirement("R25")
def test_each_participant_takes_the_next_slot_of_the_stratum(trial):
    """R25: the arms are those of the list that the key and the specification determine, stratum by stratum."""
    trial.randomise(*(f"A{n}" for n in range(9)))
    trial.randomise(*(f"B{n}" for n in range(7)), site="02")
    trial.randomise("A9")
    held = trial.desk.standing.allocation.randomised
    for site, names in (("01", [f"A{n}" for n in range(10)]), ("02", [f"B{n}" for n in range(7)])):
        assert [held[name].arm for name in names] == list(itertools.islice(listed(trial, site), len(names)))
        assert [held[name].slot for name in names] == list(range(1, len(names) + 1))
    assert [each.sequence for each in held.values()] == list(range(1, 18))


@pytest.mark.requirement("R25")
def test_minimisation_and_simple_randomisation_give_what_the_pure_functions_give(tmp_path):
    """R25: differential: the desk against the randomiser fed by hand."""
    from fractions import Fraction

    factors = (Factor("site", ("01", "02")), Factor("age", ("young", "old")))
    minimised = spec_of(factors=factors, method=Minimisation(Measure.RANGE, Fraction(4, 5), (1, 2), 0))
    for name, spec in (("minimised", minimised), ("simple", spec_of(factors=factors, method=Simple()))):
        (tmp_path / name).mkdir()
        trial = Trial(tmp_path / name)
        trial.seal(spec)
        key = Key(Keyring(trial.folder / "keys").get("randomisation-1"))
        apart = Randomiser(spec, Draws.of(spec, key))
        for n in range(12):
            levels = {"site": "01", "age": "young" if n % 3 else "old"}
            trial.enrol(f"P{n}")
            trial.do("ivy", Randomise(f"P{n}", levels))
            due = apart.next(f"P{n}", levels)
            apart.add(due)
            held = trial.desk.standing.allocation.randomised[f"P{n}"]
            assert (held.arm, held.slot, held.sequence, held.levels) == (due.arm, due.slot, due.sequence, due.levels)


@pytest.mark.requirement("R25")
@pytest.mark.requirement("R27")
def test_a_desk_opened_again_goes_on_where_the_list_is(trial):
    """R25, R27: the slots used are read from the ledger, not remembered by the program."""
    from masked_trial import desk_of

    trial.randomise("A0", "A1", "A2")
    trial.desk = desk_of(trial.ledger, trial.folder / "keys", trial.protocol, trial.clock)
    trial.randomise("A3", "A4")
    held = [trial.arm(f"A{n}") for n in range(5)]
    assert held == list(itertools.islice(listed(trial, "01"), 5))


@pytest.mark.parametrize(
    "levels",
    [{}, {"site": "03"}, {"centre": "01"}, {"site": "01", "age": "old"}, {"site": ""}],
    ids=["missing", "not declared", "another factor", "one too many", "empty"],
)
@pytest.mark.requirement("R23")
def test_without_every_level_no_slot_is_used(trial, levels):
    """R23: a missing stratum refuses the randomisation, and the next one gets the slot that it would have had."""
    trial.enrol("S1", "S2")
    refused(trial, "RAND-010", "ivy", Randomise("S1", levels))
    trial.do("ivy", Randomise("S2", {"site": "01"}))
    held = trial.desk.standing.allocation.randomised["S2"]
    assert (held.slot, held.arm) == (1, next(listed(trial, "01")))


@pytest.mark.requirement("R23")
@pytest.mark.requirement("R28")
def test_a_participant_is_not_randomised_in_another_sites_stratum(trial):
    """R23, R28: where a factor is the site, a slip of the keyboard is no wrong stratum."""
    trial.enrol("S1")
    refused(trial, "COND-096", "ivy", Randomise("S1", {"site": "02"}))
    refused(trial, "COND-069", "ivo", Randomise("S1", {"site": "02"}))
    trial.do("ivy", Randomise("S1", {"site": "01"}))


@pytest.mark.requirement("R23")
def test_nobody_is_randomised_who_is_not_enrolled(trial):
    """R23."""
    refused(trial, "COND-069", "ivy", Randomise("S1", {"site": "01"}))
    trial.admit("S1")
    refused(trial, "COND-083", "ivy", Randomise("S1", {"site": "01"}))


@pytest.mark.requirement("R19")
@pytest.mark.requirement("R23")
def test_consent_and_eligibility_are_asked_anew_when_the_arm_is_drawn(trial):
    """R23, R19: withdrawn between enrolment and randomisation, or a retired version of the form: no slot is used."""
    trial.enrol("S1", "S2", "S3", "S4")
    append(trial, ConsentWithdrawn("S1", True, True, "keep"), occurred="2026-01-05T09:30:00+00:00")
    refused(trial, "COND-073", "ivy", Randomise("S1", {"site": "01"}))
    for each in trial._eligible("S2", trial.ledger.head.size + 1)[:1]:
        append(trial, each)
    refused(trial, "COND-076", "ivy", Randomise("S2", {"site": "01"}))
    trial.do("ivy", Randomise("S3", {"site": "01"}))
    append(trial, ConsentVersionApproved("2", "*", "2026-01-05"))
    refused(trial, "COND-071", "ivy", Randomise("S4", {"site": "01"}))
    assert [each.slot for each in trial.desk.standing.allocation.randomised.values()] == [1]


@pytest.mark.requirement("R23")
def test_enrolment_and_randomisation_in_one_transaction_stand_or_fall_together(trial):
    """R23."""
    trial.admit("S1", "S2")
    refused(trial, "RAND-010", "ivy", ask.Enrol("S1", 4), Randomise("S1", {}))
    assert "S1" not in trial.desk.standing.data.enrolments
    entries = trial.do("ivy", ask.Enrol("S2", 4), Randomise("S2", {"site": "01"}))
    assert [type(each.event).__name__ for each in entries] == ["Enrolled", "Randomised"]
    assert trial.desk.standing.allocation.randomised["S2"].slot == 1


def test_nobody_is_randomised_twice(trial):
    trial.randomise("S1")
    said = refused(trial, "COND-083", "ivy", Randomise("S1", {"site": "01"}))
    assert trial.arm("S1") not in said


def test_the_same_request_again_gives_the_same_allocation(trial):
    """A request whose answer was lost on the way is repeated under its key and takes no other slot."""
    trial.enrol("S1")
    first = trial.do("ivy", Randomise("S1", {"site": "01"}), key="r-1")
    again = trial.do("ivy", Randomise("S1", {"site": "01"}), key="r-1")
    assert again == first
    refused(trial, "COND-027", "ivy", Randomise("S1", {"site": "02"}), key="r-1")


def test_what_the_desk_answers_holds_no_arm(trial):
    trial.enrol("S1")
    (entry,) = trial.do("ivy", Randomise("S1", {"site": "01"}))
    assert isinstance(entry.event, Randomised)
    assert entry.event.arm == ""
    assert "cells" not in repr(entry)
    assert "placebo" not in repr(entry)


@pytest.mark.parametrize("person", ["ada", "sam", "cal", "ola", "max", "mona", "dan", "pip", "bea", "ina"])
def test_only_those_who_enrol_randomise(trial, person):
    trial.enrol("S1")
    refused(trial, "COND-047", person, Randomise("S1", {"site": "01"}))


def test_nobody_is_randomised_while_the_trial_is_paused_or_before_the_sealing(trial, tmp_path):
    trial.enrol("S1")
    trial.do("ada", EnrolmentPaused(), reason=WHY)
    refused(trial, "COND-048", "ivy", Randomise("S1", {"site": "01"}))
    (tmp_path / "other").mkdir()
    other = Trial(tmp_path / "other")
    other.enrol("S1")
    refused(other, "COND-080", "ivy", Randomise("S1", {"site": "01"}))


@pytest.mark.requirement("R27")
def test_a_slot_once_used_is_never_used_again(trial):
    """R27: randomised in error is an annotation; the next participant gets the next slot."""
    trial.randomise("S1", "S2")
    arm = trial.arm("S2")
    refused(trial, "COND-008", "ivy", RandomisedInError("S2"), reason=" . ")
    refused(trial, "COND-069", "ivy", RandomisedInError("S9"), reason=WHY)
    trial.enrol("S8")
    refused(trial, "COND-085", "ivy", RandomisedInError("S8"), reason=WHY)
    trial.do("ivy", RandomisedInError("S2"), reason="was randomised before the blood count came")
    refused(trial, "COND-086", "ivy", RandomisedInError("S2"), reason=WHY)
    refused(trial, "COND-083", "ivy", Randomise("S2", {"site": "01"}))
    trial.randomise("S3")
    held = trial.desk.standing.allocation.randomised
    assert (held["S2"].slot, held["S2"].arm, held["S3"].slot) == (2, arm, 3)
    assert [held[name].arm for name in ("S1", "S2", "S3")] == list(itertools.islice(listed(trial, "01"), 3))
    (row,) = [row for row in trial.view("ivy").participants() if row["subject"] == "S2"]
    assert row["in_error"] == "was randomised before the blood count came"


@pytest.mark.requirement("R27")
@pytest.mark.requirement("R28")
def test_an_allocation_is_neither_corrected_nor_withdrawn(trial):
    """R27, R28: by no command at all, whatever the role."""
    trial.randomise("S1")
    arm = trial.arm("S1")
    refused(trial, "COND-093", "ivy", ask.Retract("DM", "S1", 1, WHY))
    refused(trial, "COND-093", "ivy", ask.Correct("DM", "S1", 1, 4, {"ARMCD": "cells"}, WHY))
    refused(trial, "COND-093", "ivy", ask.Supplement("DM", "S1", 1, {"DOSELVL": 2}))
    trial.do("ivy", ask.Correct("DM", "S1", 1, 4, {"AGE": 44, "SEX": "F"}, WHY))
    values = trial.desk.standing.data.rows["DM", "S1", 1].values
    assert (values["ARMCD"], values["AGE"], values["STRATUM"]) == (arm, 44, "01")
    trial.do("ivy", ask.Correct("DM", "S1", 1, 4, {"AGE": 45, "STRATUM": "01"}, WHY))
    refused(trial, "COND-093", "ivy", ask.Correct("DM", "S1", 1, 4, {"AGE": 45, "STRATUM": "02"}, WHY))
    refused(trial, "COND-093", "ivy", ask.Record("DM", "S1", 2, 4, {"COHORT": 2}))
    assert "ARMCD" not in trial.desk.blind().data.rows["DM", "S1", 1].values


@pytest.mark.requirement("R28")
def test_a_wrong_stratum_is_noted_beside_the_allocation(trial):
    """R28: the entry of the allocation stays as it is, the true level stands beside, and later slots are unchanged."""
    trial.randomise("S1", "S2")
    entry = next(each for each in trial.ledger.entries() if isinstance(each.event, Randomised))
    refused(trial, "COND-008", "ivy", LevelCorrected("S1", "site", "02"), reason="")
    refused(trial, "COND-087", "ivy", LevelCorrected("S1", "site", "03"), reason=WHY)
    refused(trial, "COND-087", "ivy", LevelCorrected("S1", "age", "old"), reason=WHY)
    refused(trial, "COND-087", "ivy", LevelCorrected("S1", "site", "01"), reason=WHY)
    refused(trial, "COND-069", "ivy", LevelCorrected("S9", "site", "02"), reason=WHY)
    refused(trial, "COND-069", "ivo", LevelCorrected("S1", "site", "02"), reason=WHY)
    trial.do("ivy", LevelCorrected("S1", "site", "02"), reason="the letter of referral names the other site")
    assert next(trial.ledger.entries(entry.sequence)) == entry
    state = trial.desk.standing.allocation
    assert (state.randomised["S1"].levels, state.true_levels("S1")) == (("01",), {"site": "02"})
    trial.randomise("S3")
    trial.randomise("T1", site="02")
    held = trial.desk.standing.allocation.randomised
    assert (held["S3"].slot, held["T1"].slot) == (3, 1)


def test_the_list_goes_on_where_one_arm_is_full(tmp_path):
    """The size of the trial is the bound: skipping the fuller arm would tell who is in the other."""
    trial = Trial(tmp_path, size=5)
    trial.seal(spec_of(factors=(), method=Simple()))
    for n in range(5):
        trial.enrol(f"S{n}")
        trial.do("ivy", Randomise(f"S{n}", {}))
    trial.admit("S6")
    said = refused(trial, "COND-005", "ivy", ask.Enrol("S6", 4))
    assert "cells" not in said
    assert "placebo" not in said
    assert len(trial.desk.standing.allocation.randomised) == 5


@pytest.mark.requirement("R06")
def test_a_refusal_to_enrol_counts_nobody_by_arm(tmp_path):
    """R06: the design's reason says how many are in each arm; those who enrol are not told it."""
    trial = Trial(tmp_path, size=2)
    trial.seal()
    trial.randomise("S1", "S2")
    trial.admit("S3")
    said = refused(trial, "COND-005", "ivy", ask.Enrol("S3", 4))
    assert " of 1" not in said
    with pytest.raises(StageError):
        trial.do("ivy", ask.Enrol("S3", 4, override="x"))


class Offering:
    """A design that has these arms open."""

    def __init__(self, name, *arms):
        self.name, self.arms = name, arms

    def decide(self, _):
        return Enrol(self.arms, (1,) * len(self.arms), 5, "as the test says")


@pytest.mark.parametrize(
    ("offered", "rule", "allowed"),
    [
        (("cells", "placebo"), None, True),
        (("cells",), None, True),
        (("another",), None, False),
        (("cells",), "a rule that closes arms", False),
        (("cells", "placebo"), "a rule that closes arms", True),
    ],
    ids=["both", "one is full", "another part of the trial", "one was closed", "both, with a rule"],
)
@pytest.mark.requirement("R49")
def test_nobody_is_drawn_into_an_arm_that_the_design_has_closed(trial, offered, rule, allowed):
    """R49: closed by a rule is closed for the list too; full is not, for the trial's size is the bound."""
    made = dataclasses.replace(trial.protocol, design=dataclasses.replace(trial.protocol.design, rule=rule))
    name = trial.desk.standing.data.opened.design
    trial.desk.plans = {DIGEST: Plan(made, Offering(name, *offered))}
    trial.enrol("S1")
    if allowed:
        trial.do("ivy", Randomise("S1", {"site": "01"}))
        assert trial.desk.standing.allocation.randomised["S1"].slot == 1
    else:
        refused(trial, "COND-084", "ivy", Randomise("S1", {"site": "01"}))


@pytest.mark.parametrize(("rule", "assigned"), [("a rule that closes arms", True), (None, False)])
def test_the_one_arm_that_a_rule_has_left_is_assigned(trial, rule, assigned):
    """Nothing is left to draw; an arm that is merely full leaves the list as it is, or who is where could be told."""
    made = dataclasses.replace(trial.protocol, design=dataclasses.replace(trial.protocol.design, rule=rule))
    trial.desk.plans = {DIGEST: Plan(made, Offering(trial.desk.standing.data.opened.design, "cells"))}
    trial.enrol("S1")
    refused(trial, "COND-094", "ivy", ask.Allocate("S1", 4, "placebo"))
    if assigned:
        trial.do("ivy", ask.Allocate("S1", 4, "cells"))
        assert trial.desk.standing.data.rows["DM", "S1", 1].values["ARMCD"] == "cells"
    else:
        refused(trial, "COND-094", "ivy", ask.Allocate("S1", 4, "cells"))
