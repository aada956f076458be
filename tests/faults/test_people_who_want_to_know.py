"""People of a trial who try to learn an arm, the next arm, or to do what is not theirs: each way in is tried here."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import date

import pytest

import masked_trial
from made_up_protocols import protocol_of
from masked_trial import STAFF, WHY, Trial, asking_one, desk_of, protocol, spec_of
from treated_trial import Treated, masked, per_kg
from trialwright.cli.conduct_board import lettered
from trialwright.conduct import commands as ask
from trialwright.conduct.allocating.asks import OpenRandomisation, SealRandomisation
from trialwright.conduct.events.allocation import UnblindingReported, UnblindingReviewed
from trialwright.conduct.events.people import RoleGranted, RoleRevoked, StaffAdded
from trialwright.conduct.events.treatment import TreatmentRules
from trialwright.conduct.events.trial import (
    AmendmentInForce,
    EnrolmentClosed,
    EnrolmentPaused,
    EnrolmentResumed,
    OpenedToEnrolment,
    Unlocked,
)
from trialwright.conduct.exports.asking import exported
from trialwright.conduct.folder import make
from trialwright.conduct.ledger import MemoryLedger
from trialwright.conduct.masking.emergency import unblind
from trialwright.conduct.milestones.asks import Amend, Lock, Unmask
from trialwright.conduct.milestones.opening import begin
from trialwright.conduct.people.roles import Role
from trialwright.conduct.randomisation import write_spec
from trialwright.conduct.rule import Plan
from trialwright.conduct.safety.asks import Override
from trialwright.core.errors import TrialwrightError, UsageError
from trialwright.design import build
from trialwright.protocol.kinds import Masking

REASON = "anaphylaxis during the infusion; the antidote hangs on the product"
NEXT = "e" * 64


@pytest.fixture
def trial(tmp_path):
    return Trial(tmp_path)


def refused(code, what, *given, **how):
    with pytest.raises(TrialwrightError) as fault:
        what(*given, **how)
    assert fault.value.code == code, str(fault.value)
    return str(fault.value)


def join(trial, monkeypatch, person, role, site="*", *, unmasked=False):
    """Another member of the staff."""
    monkeypatch.setitem(STAFF, person, (role, site, unmasked))
    trial.do("ada", StaffAdded(person, f"{person.title()} Example"), RoleGranted(person, role.value, site, unmasked))
    return person


def with_version(trial, made):
    """A later version of the protocol is kept in the trial's folder."""
    trial.desk.plans = {**trial.desk.plans, NEXT: Plan(made, build(made))}
    return Amend(NEXT, "second version")


@pytest.mark.requirement("R11")
def test_nobody_unmasks_themselves(trial, monkeypatch):
    """R11: the right to see arms is given by a second person."""
    refused("COND-064", trial.do, "ada", RoleGranted("ada", "statistician", "*", True))
    other = join(trial, monkeypatch, "eve", Role.SPONSOR)
    trial.do(other, RoleGranted("ada", "statistician", "*", True))


@pytest.mark.requirement("R11")
def test_whoever_knew_arms_once_never_works_masked(trial):
    """R11: what somebody was shown is not taken back with the role in which it was shown."""
    trial.do("ada", RoleRevoked("sam", "statistician", "*"), reason=WHY)
    for role in ("investigator", "coordinator", "care provider", "outcomes assessor", "data manager"):
        refused("COND-064", trial.do, "ada", RoleGranted("sam", role, "01"))
    trial.do("ada", RoleGranted("sam", "statistician", "*", True))


@pytest.mark.requirement("R24")
def test_whoever_sealed_the_randomisation_lets_nobody_in(trial, monkeypatch):
    """R24: neither before nor after the sealing does one person draw up the list and meet those who enter."""
    stu = join(trial, monkeypatch, "stu", Role.STATISTICIAN)
    trial.do(stu, SealRandomisation(write_spec(spec_of()), "the pharmacy's safe"))
    for role in ("investigator", "coordinator"):
        refused("COND-064", trial.do, "ada", RoleGranted("stu", role, "01"))
    trial.do("ada", RoleGranted("stu", "monitor", "*"))


@pytest.mark.requirement("R29")
def test_an_amendment_does_not_unmask_a_trial_that_runs(trial):
    """R29: arms are opened after the lock, by two signatures, and in no other way."""
    fewer = Masking("SINGLE", ("PARTICIPANT",))
    trial.seal()
    trial.randomise("S1")
    for masking in (Masking("NONE"), fewer):
        made = dataclasses.replace(trial.protocol, masking=masking)
        refused("COND-131", trial.do, "ada", with_version(trial, made), reason=WHY)
    assert trial.view("ada").participants()[0]["arm"] is None


@pytest.mark.requirement("R29")
def test_before_anybody_has_an_arm_the_masking_can_be_put_right(trial):
    made = dataclasses.replace(trial.protocol, masking=Masking("NONE"))
    trial.do("ada", with_version(trial, made), reason=WHY)


@pytest.mark.parametrize("dropped", ["cells", "placebo"])
@pytest.mark.requirement("R29")
def test_what_an_amendment_may_drop_tells_nobodys_arm(trial, dropped):
    """R29: an arm cannot be dropped where anybody is in any, or a sponsor would learn by trying whose arm it is."""
    trial.seal()
    trial.randomise("S1")
    made = asking_one(protocol(arms=tuple({"cells", "placebo", "third"} - {dropped})))
    refused("COND-131", trial.do, "ada", with_version(trial, made), reason=WHY)


@pytest.mark.requirement("R11")
def test_who_acts_at_one_site_does_nothing_for_the_whole_trial(trial, monkeypatch):
    """R11: opening, amending, closing, locking, unmasking, deciding, settling, sealing and exporting."""
    roles = (Role.SPONSOR, Role.DATA_MANAGER, Role.STATISTICIAN, Role.MEDICAL_MONITOR)
    people = [join(trial, monkeypatch, f"p{place}", role, "01") for place, role in enumerate(roles)]
    commands = (
        ask.Confirm("design.ratio"),
        OpenedToEnrolment(),
        Amend(NEXT, "second version"),
        AmendmentInForce("02", NEXT),
        EnrolmentResumed(),
        EnrolmentClosed(),
        Lock(),
        Unlocked(),
        Unmask(),
        SealRandomisation(write_spec(spec_of()), "the pharmacy's safe"),
        OpenRandomisation(1),
        TreatmentRules(),
        ask.Decide(),
        Override("stop", WHY),
    )
    size = trial.ledger.head.size
    for person in people:
        for command in commands:
            said = "COND-132" if isinstance(command, AmendmentInForce) and person == "p0" else "COND-047"
            refused(said, trial.do, person, command, reason=WHY)
        refused("COND-047", exported, trial.desk, trial.call(person), masked=True)
    assert trial.ledger.head.size == size
    trial.do("ivy", EnrolmentPaused(), reason="two participants had a serious event")


def test_an_unblinding_of_another_site_is_not_ones_own_to_review(trial, monkeypatch):
    other = join(trial, monkeypatch, "sid", Role.SPONSOR, "02")
    trial.seal()
    trial.randomise("S1")
    trial.do("cora", UnblindingReported("S1", "accidental", "the nurse of the ward"), reason=REASON)
    (found,) = trial.view("ada").unblindings()
    review = UnblindingReviewed(found["entry"], "one analysis without this participant as well")
    refused("COND-090", trial.do, other, review)
    trial.do("ada", review)


@pytest.mark.requirement("R11")
def test_an_arm_is_not_shown_again_to_somebody_who_lost_the_right(trial):
    """R11: repeating a request under its key asks the role and the passphrase anew."""
    trial.seal()
    trial.randomise("S1")
    call = trial.call("ivy", reason=REASON, key="u-1")
    unblind(trial.desk, call, "S1")
    wrong = dataclasses.replace(call, passphrase="not the passphrase")
    refused("COND-045", unblind, trial.desk, wrong, "S1")
    assert trial.desk.standing.people.failures["ivy"]
    trial.do("ada", RoleRevoked("ivy", "investigator", "01"), reason=WHY)
    refused("COND-047", unblind, trial.desk, call, "S1")


@pytest.mark.requirement("R50")
def test_the_letters_of_a_closed_report_cannot_be_worked_out_from_the_ledger(trial):
    """R50: the same in every report, and others where nothing but a key is another."""
    arms = [f"arm-{number}" for number in range(12)]
    first = lettered(trial.desk, arms)
    assert lettered(desk_of(trial.ledger, trial.folder / "keys", trial.protocol, trial.clock), arms) == first
    assert sorted(first) == sorted(arms)
    other = desk_of(trial.ledger, trial.folder / "others", trial.protocol, trial.clock)
    assert lettered(other, arms) != first


@pytest.mark.requirement("R30")
def test_a_clock_that_ran_ahead_once_holds_up_no_emergency(tmp_path):
    """R30: everything else waits until the clock is set right, for the order of days is what decisions rest on."""
    now = ["2026-01-05T10:00:00.000000Z"]
    trial = Trial(tmp_path, clock=lambda: now[0])
    trial.seal()
    trial.randomise("S1")
    trial.desk.today = None
    now[0] = "2036-01-05T10:00:00.000000Z"
    refused("COND-044", trial.desk.sign_in, "ivy", "a wrong passphrase")
    now[0] = "2026-01-05T11:00:00.000000Z"
    refused("COND-068", trial.do, "ivy", ask.Record("AE", "S1", 1, 4, {"AETERM": "a rash"}))
    trial.desk.sign_in("ivy", masked_trial.PASSPHRASE)
    assert unblind(trial.desk, trial.call("ivy", reason=REASON), "S1").arm == trial.arm("S1")
    last = list(trial.ledger.entries())[-2]
    assert (type(last.event).__name__, last.occurred, last.day) == ("UnblindingRequested", now[0], 3656)


def test_a_long_name_of_a_product_is_refused_in_no_arm(tmp_path):
    """The envelope of a dose holds what fits in it whatever the arm: an error in one arm alone would tell it."""
    trial = Treated(tmp_path, made=masked(cells=(per_kg("mesenchymal " * 80, "1E6", (0, 3)),)))
    trial.seal()
    subjects = ("S1", "S2", "S3", "S4", "S5", "S6")
    for subject in subjects:
        trial.randomise(subject)
        trial.weigh(subject, 60.0, 4)
        trial.plan(subject)
    assert {trial.arm(subject) for subject in subjects} == {"cells", "placebo"}
    sizes = {
        len(each.ciphertext)
        for entry in trial.ledger.entries()
        if type(entry.event).__name__ == "DosePlanned"
        for each in trial.ledger.envelopes(entry.sequence)
    }
    assert len(sizes) == 1


def test_without_the_key_of_the_arms_nothing_is_sealed_under_a_new_one(trial):
    """A folder of keys that is not mounted must not be replaced by a new one: the ledger could never be read again."""
    trial.seal()
    trial.randomise("S1")
    trial.admit("S2")
    keys, elsewhere = trial.folder / "keys", trial.folder / "elsewhere"
    keys.rename(elsewhere)
    desk = desk_of(trial.ledger, keys, trial.protocol, trial.clock)
    refused("COND-088", desk.do, trial.call("ivy"), ask.Enrol("S2", 4))
    refused("COND-088", desk.do, trial.call("ivy", key="k-1"), ask.Enrol("S2", 4))
    assert not (keys / "arms.key").exists()
    shutil.rmtree(keys, ignore_errors=True)
    elsewhere.rename(keys)
    back = desk_of(trial.ledger, keys, trial.protocol, trial.clock)
    back.do(trial.call("ivy"), ask.Enrol("S2", 4))
    assert trial.arm("S1") == back.standing.allocation.randomised["S1"].arm


def test_a_new_trial_takes_no_keys_of_another(tmp_path):
    """The list of a rehearsal is opened at its end: under the same key the live one would be known to everybody."""
    keys = tmp_path / "safe"
    keys.mkdir()
    (keys / "randomisation-1.key").write_text("00" * 32, encoding="ascii")
    refused("COND-051", make, tmp_path / "trial", keys=keys)
    assert not (tmp_path / "trial").exists()


@pytest.mark.parametrize("person", ["../ada", "a/1", "a\u02f11", "", "ada\n", "a" * 65, "аda"])
def test_the_first_sponsor_has_an_identifier_as_everybody_has(person):
    made = asking_one(protocol_of(protocol().arms, protocol().design, size=60))
    about = {"mode": "rehearsal", "start": date(2026, 1, 1), "zone": "UTC", "sponsor": (person, "Ada Example")}
    with pytest.raises(UsageError, match="COND-050"):
        begin(MemoryLedger(), made, "a" * 64, build(made), **about)


@pytest.mark.requirement("R53")
def test_a_desk_whose_ledger_was_put_back_meanwhile_begins_anew(trial):
    """R53: what stood only on the ledger that was replaced is gone from every view, at the same size and beyond it."""
    fork = MemoryLedger(clock=trial.clock)
    fork.append([_draft(each) for each in trial.ledger.entries()], fork.head)
    trial.admit("S1", "S2")
    old = trial.desk
    assert set(old.standing.subjects.known) == set(old.blind().subjects.known) == {"S1", "S2"}
    trial.ledger = fork
    trial.admit("S3", "S4")
    old.ledger = fork
    assert set(old.standing.subjects.known) == set(old.blind().subjects.known) == {"S3", "S4"}
    trial.ledger = MemoryLedger(clock=trial.clock)
    trial.ledger.append([_draft(each) for each in fork.entries() if each.event not in _added(fork)], trial.ledger.head)
    trial.admit("S5", "S6", "S7")
    old.ledger = trial.ledger
    assert set(old.standing.subjects.known) == set(old.blind().subjects.known) == {"S5", "S6", "S7"}


def _draft(entry):
    around = entry.reason, entry.occurred, entry.role, entry.site, entry.key
    return masked_trial.Draft(entry.event, entry.day, entry.actor, *around)


def _added(ledger):
    kept = list(ledger.entries())
    first = next(n for n, each in enumerate(kept) if type(each.event).__name__ == "SubjectRegistered")
    return [each.event for each in kept[first:]]
