"""The course of a trial: what it needs to begin and to open, its versions, its lock, and who opens the allocation."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from made_up_protocols import flat, protocol_of
from trialwright.conduct import commands as ask
from trialwright.conduct.desk import Call, Desk
from trialwright.conduct.events.people import RoleGranted, StaffAdded
from trialwright.conduct.events.trial import (
    AmendmentInForce,
    EnrolmentClosed,
    EnrolmentPaused,
    EnrolmentResumed,
    OpenedToEnrolment,
    Unlocked,
)
from trialwright.conduct.ledger import MemoryLedger
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.milestones.asks import Amend, Lock, Unmask
from trialwright.conduct.milestones.opening import begin
from trialwright.conduct.milestones.phase import Phase
from trialwright.conduct.people.credentials import Session
from trialwright.conduct.people.roles import Role
from trialwright.conduct.rule import Plan
from trialwright.core.errors import StageError, UsageError
from trialwright.core.problem import Problem, Severity
from trialwright.design import build
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.protocol.kinds import SingleArm

WHY = "the committee asked for it in writing"
PASSPHRASE = "four words or so"
FIRST, SECOND = "a" * 64, "b" * 64


class Anybody:
    def proves(self, person, passphrase):
        return passphrase == PASSPHRASE


ADULT = Eligibility((Criterion(Section.INCLUSION, ItemKind.TEXT, "1", "Age of 18 years or more", 0, 23),), 18)


def made(**changes):
    arm = Arm("arm-1", "Cells", ArmRole.EXPERIMENTAL, (flat("Cells", "40000000"),), "armGroups[0]")
    return dataclasses.replace(protocol_of((arm,), SingleArm("arm-1", 9), size=9), **{"eligibility": ADULT, **changes})


def begun(protocol, folder: Path, *, later=None, **how) -> Desk:
    ledger = MemoryLedger(clock=lambda: "2026-01-05T10:00:00.000000Z")
    about = {"mode": "rehearsal", "start": date(2026, 1, 1), "zone": "UTC", "sponsor": ("ada", "Ada Example"), **how}
    begin(ledger, protocol, FIRST, build(protocol), **about)
    plans = {FIRST: Plan(protocol, build(protocol))}
    if later is not None:
        plans[SECOND] = Plan(later, build(later))
    clock = lambda: "2026-01-05T10:00:00.000000Z"  # noqa: E731
    return Desk(ledger, plans, Keyring(folder), Anybody(), clock, today=date(2026, 1, 5))


def sponsor(desk: Desk, *commands, person="ada", reason=WHY):
    return desk.do(Call(Session(person), Role.SPONSOR, "*", reason=reason, passphrase=PASSPHRASE), *commands)


LOST = Eligibility((Criterion(Section.INCLUSION, ItemKind.MISSING, "1", "", 0, 0),))
GUESSED = (Assumption("design.ratio", "1:1", "the record is silent", must_confirm=True),)
WRONG = (Problem("DRAFT-131", Severity.ERROR, "coded both ways", field="design.allocation"),)


def test_a_trial_whose_criteria_were_lost_does_not_begin(tmp_path):
    with pytest.raises(StageError, match="inclusion-1 was lost") as refused:
        begun(made(eligibility=LOST, assumptions=GUESSED), tmp_path)
    assert refused.value.code == "COND-135"
    assert "to be confirmed: design.ratio" in str(refused.value)


def test_a_lost_criterion_that_was_supplied_lets_it_begin(tmp_path):
    item = Criterion(Section.INCLUSION, ItemKind.TEXT, "1", "Adults", 0, 0, "Eve Example", "the ethics file")
    assert begun(made(eligibility=Eligibility((item,))), tmp_path).standing.course.phase is Phase.PREPARING


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"mode": "live"}, "no statement of validation"),
        ({"mode": "pilot"}, "the mode is 'pilot'"),
        ({"zone": "Mars/Olympus"}, "no time zone"),
        ({"sponsor": ("ada", " ")}, "no identifier or no name"),
    ],
)
def test_a_trial_begins_with_a_mode_a_zone_and_a_named_sponsor(tmp_path, how, said):
    with pytest.raises(UsageError, match=said):
        begun(made(), tmp_path, **how)


def test_a_live_trial_states_its_validation(tmp_path):
    desk = begun(made(), tmp_path, mode="live", validation="validated for this protocol on 2025-12-01")
    assert desk.standing.course.begun.validation.startswith("validated")
    assert not desk.standing.course.rehearsal


def test_nothing_opens_until_a_person_has_confirmed_assumptions_and_contradictions(tmp_path):
    desk = begun(made(assumptions=GUESSED, problems=WRONG), tmp_path)
    with pytest.raises(StageError, match=r"2 things wait .*design\.ratio, DRAFT-131 design\.allocation"):
        sponsor(desk, OpenedToEnrolment())
    sponsor(desk, ask.Confirm("design.ratio"))
    with pytest.raises(StageError, match="1 things wait"):
        sponsor(desk, OpenedToEnrolment())
    sponsor(desk, ask.Confirm("DRAFT-131 design.allocation"), OpenedToEnrolment())
    assert desk.standing.course.phase is Phase.OPEN
    signed = [signature for all_ in desk.standing.people.signatures.values() for signature in all_]
    assert [signature.meaning for signature in signed] == ["approved", "approved", "released"]


def test_a_pause_needs_a_reason_that_says_something(tmp_path):
    desk = begun(made(), tmp_path)
    sponsor(desk, OpenedToEnrolment())
    with pytest.raises(StageError, match="COND-008"):
        sponsor(desk, EnrolmentPaused(), reason=".")
    sponsor(desk, EnrolmentPaused())
    assert desk.standing.course.phase is Phase.PAUSED
    sponsor(desk, EnrolmentResumed())
    assert desk.standing.course.phase is Phase.OPEN


def closed(tmp_path) -> Desk:
    desk = begun(made(), tmp_path)
    sponsor(desk, OpenedToEnrolment(), EnrolmentClosed())
    return desk


@pytest.mark.requirement("R16")
def test_after_the_lock_no_command_about_data_is_possible(tmp_path):
    desk = closed(tmp_path)
    size = desk.standing.data.size
    sponsor(desk, Lock())
    locked = next(entry.event for entry in desk.ledger.entries() if type(entry.event).__name__ == "Locked")
    assert locked.size == size
    for command in (ask.Decide(), EnrolmentResumed()):
        with pytest.raises(StageError, match="COND-048"):
            sponsor(desk, command)
    with pytest.raises(StageError, match="COND-008"):
        sponsor(desk, Unlocked(), reason="")
    sponsor(desk, Unlocked())
    assert desk.standing.course.phase is Phase.CLOSED


@pytest.mark.requirement("R31")
def test_opening_every_allocation_takes_two_people_after_the_lock(tmp_path):
    desk = closed(tmp_path)
    with pytest.raises(StageError, match="COND-048"):
        sponsor(desk, Unmask())
    sponsor(desk, StaffAdded("bob", "Bob Example"), RoleGranted("bob", "sponsor", "*"), Lock(), Unmask())
    assert desk.standing.course.phase is Phase.LOCKED
    with pytest.raises(StageError, match="two signatures by two people"):
        sponsor(desk, Unmask())
    sponsor(desk, Unmask(), person="bob")
    assert desk.standing.course.phase is Phase.UNMASKED


def test_a_signature_before_an_unlock_does_not_count_after_it(tmp_path):
    desk = closed(tmp_path)
    sponsor(desk, StaffAdded("bob", "Bob Example"), RoleGranted("bob", "sponsor", "*"))
    sponsor(desk, Lock(), Unmask())
    sponsor(desk, Unlocked())
    sponsor(desk, Lock())
    sponsor(desk, Unmask(), person="bob")
    assert desk.standing.course.phase is Phase.LOCKED


@pytest.mark.requirement("R56")
def test_a_version_decides_from_its_approval_and_is_in_force_at_a_site_when_that_is_said(tmp_path):
    later = dataclasses.replace(made(), design=SingleArm("arm-1", 20))
    desk = begun(made(), tmp_path, later=later)
    sponsor(desk, OpenedToEnrolment())
    before = desk.standing.head.size
    sponsor(desk, Amend(SECOND, "amendment 1"))
    assert desk.plan().protocol.design.size == 20
    assert desk.plan("01").protocol.design.size == 9
    course = desk.standing.course
    assert (course.version("01"), course.version("*")) == (FIRST, SECOND)
    desk.ledger.append([_in_force()], desk.ledger.head)
    assert desk.standing.course.version("01") == SECOND
    assert desk.standing.course.version("01", before) == FIRST


def _in_force():
    from trialwright.conduct import Draft

    return Draft(AmendmentInForce("01", SECOND), 4, "ada", role="sponsor", site="*")


def test_a_version_is_used_once_and_only_if_it_is_kept(tmp_path):
    desk = begun(made(), tmp_path, later=dataclasses.replace(made(), eligibility=LOST))
    for digest, said in ((FIRST, "has had this version"), ("c" * 64, "is kept"), (SECOND, "was lost")):
        with pytest.raises(StageError, match=said):
            sponsor(desk, Amend(digest, "amendment"))


def test_what_an_amendment_assumes_anew_must_be_confirmed_before_anybody_enters(tmp_path):
    desk = begun(made(), tmp_path, later=made(assumptions=GUESSED))
    sponsor(desk, OpenedToEnrolment(), Amend(SECOND, "amendment 1"))
    assert desk.standing.data.unconfirmed == ["design.ratio"]
