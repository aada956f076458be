"""Accounts, roles and sign-ins: who may do what, since when, and every attempt on the record."""

import dataclasses
import inspect
from datetime import UTC, date, datetime, timedelta

import pytest

from people_at_desk import NOON, STAFF, WHY, Clock, FakePassphrases, Trial, passphrase, protocol
from trialwright.conduct import commands as ask
from trialwright.conduct.desk import Call, Desk
from trialwright.conduct.events.people import (
    CredentialSet,
    RoleGranted,
    RoleRevoked,
    SignedIn,
    SignedOut,
    SignInFailed,
    StaffAdded,
    StaffDeactivated,
)
from trialwright.conduct.events.sites import ApprovalRecorded, SiteAdded
from trialwright.conduct.events.subjects import ConsentVersionApproved, PreConsentItemsListed
from trialwright.conduct.ledger.entry import Draft
from trialwright.conduct.moments import end_of
from trialwright.conduct.people.access import access_list
from trialwright.conduct.people.credentials import Credentials, Session
from trialwright.conduct.people.roles import DUTIES, Duty, Role
from trialwright.conduct.people.signing_in import FAILURES, WAIT, first_passphrase
from trialwright.conduct.rules import RULES
from trialwright.core.errors import StageError, UsageError
from trialwright.protocol.kinds import Masking


@pytest.fixture
def trial(tmp_path):
    return Trial(tmp_path).staffed()


def refuses(code, act, *args, **how):
    with pytest.raises((StageError, UsageError)) as refused:
        act(*args, **how)
    assert refused.value.code == code, refused.value
    return str(refused.value)


# accounts and roles


@pytest.mark.requirement("R10")
@pytest.mark.parametrize("again", ["cora", "CORA", "Cora"])
def test_an_identifier_is_never_used_again_and_what_its_person_did_stays_theirs(trial, again):
    by = [entry.sequence for entry in trial.ledger.entries() if entry.actor == "cora"]
    assert by
    trial.do("ada", StaffDeactivated("cora"), reason=WHY)
    refuses("COND-063", trial.do, "ada", StaffAdded(again, "Cora Other"))
    assert trial.desk.standing.people.names["cora"] == "Cora Example"
    assert [entry.sequence for entry in trial.ledger.entries() if entry.actor == "cora"] == by
    refuses("COND-063", trial.do, "ada", RoleGranted("cora", "monitor", "*"))
    refuses("COND-044", trial.desk.sign_in, "cora", passphrase("cora"))


@pytest.mark.parametrize(
    "event", [StaffAdded("a b", "A"), StaffAdded("", "A"), StaffAdded("eve", " "), StaffAdded("é", "A")]
)
def test_an_account_has_an_identifier_and_a_name(trial, event):
    refuses("COND-063", trial.do, "ada", event)


@pytest.mark.requirement("R11")
def test_a_revoked_role_is_gone_at_the_next_request_of_an_open_session(trial):
    session = trial.desk.sign_in("cora", passphrase("cora"))
    call = Call(session, Role.COORDINATOR, "MX-01")
    other = trial.another()  # another process, in which the session is open
    other.do(call, CredentialSet("cora"))
    refuses("COND-008", trial.do, "ada", RoleRevoked("cora", "coordinator", "MX-01"))
    trial.do("ada", RoleRevoked("cora", "coordinator", "MX-01"), reason=WHY)
    for desk in (other, trial.desk):
        refuses("COND-047", desk.do, call, ask.Record("AE", "P-1", 1, 4))
    trial.do("ada", RoleGranted("cora", "coordinator", "MX-01"))
    refuses("COND-069", other.do, call, ask.Record("AE", "P-1", 1, 4))


@pytest.mark.requirement("R11")
def test_a_closed_account_can_do_nothing_in_its_open_session(trial):
    call = Call(trial.desk.sign_in("ivy", passphrase("ivy")), Role.INVESTIGATOR, "MX-01")
    trial.do("ada", StaffDeactivated("ivy"), reason=WHY)
    refuses("COND-047", trial.desk.do, call, CredentialSet("ivy"))


@pytest.mark.requirement("R11")
def test_a_role_holds_at_its_site_alone(trial):
    refuses("COND-047", trial.do, "cora", CredentialSet("cora"), site="MX-02")
    refuses("COND-047", trial.do, "cora", CredentialSet("cora"), role=Role.INVESTIGATOR)


def test_a_role_is_granted_once_at_a_site_that_exists_and_revoked_where_it_is_held(trial):
    refuses("COND-060", trial.do, "ada", RoleGranted("cora", "monitor", "MX-09"))
    refuses("COND-064", trial.do, "ada", RoleGranted("cora", "king", "*"))
    refuses("COND-064", trial.do, "ada", RoleGranted("cora", "coordinator", "MX-01"))
    refuses("COND-064", trial.do, "ada", RoleRevoked("cora", "coordinator", "MX-02"), reason=WHY)
    refuses("COND-063", trial.do, "ada", RoleGranted("nobody", "monitor", "*"))
    refuses("COND-047", trial.do, "ivy", RoleGranted("cora", "monitor", "*"))


def test_the_last_sponsor_can_neither_go_nor_be_sent(trial):
    refuses("COND-064", trial.do, "ada", RoleRevoked("ada", "sponsor", "*"), reason=WHY)
    refuses("COND-064", trial.do, "ada", StaffDeactivated("ada"), reason=WHY)
    trial.do("ada", RoleGranted("cal", "sponsor", "*"))
    trial.do("ada", RoleRevoked("ada", "sponsor", "*"), reason=WHY)
    refuses("COND-064", trial.do, "cal", StaffDeactivated("cal"), role=Role.SPONSOR, site="*", reason=WHY)


@pytest.mark.requirement("R11")
def test_a_sponsor_of_one_site_has_no_say_elsewhere(trial):
    trial.do("ada", StaffAdded("sol", "Sol Example"), RoleGranted("sol", "sponsor", "MX-01"))
    how = {"role": Role.SPONSOR, "site": "MX-01", "reason": WHY}
    refuses("COND-047", trial.do, "sol", RoleGranted("sol", "sponsor", "*"), **how)
    refuses("COND-047", trial.do, "sol", RoleGranted("sol", "investigator", "MX-02"), **how)
    refuses("COND-047", trial.do, "sol", RoleRevoked("ivo", "investigator", "MX-02"), **how)
    refuses("COND-047", trial.do, "sol", StaffDeactivated("ivo"), **how)
    refuses("COND-047", trial.do, "sol", CredentialSet("ada"), **how)
    refuses("COND-047", trial.do, "sol", SiteAdded("MX-03", "Hospital Three"), **how)
    refuses("COND-047", trial.do, "sol", ApprovalRecorded("MX-02", "ethics", "E/1", "2025-12-01"), **how)
    refuses("COND-047", trial.do, "sol", ConsentVersionApproved("9", "*", "2025-12-01"), **how)
    refuses("COND-047", trial.do, "sol", PreConsentItemsListed(("VS",)), **how)
    refuses("COND-047", trial.do, "sol", CredentialSet("sol"), role=Role.SPONSOR, site="*")
    trial.do("sol", RoleGranted("cal", "outcomes assessor", "MX-01"), **how)
    trial.do("sol", StaffDeactivated("cal"), **how)


@pytest.mark.requirement("R11")
def test_in_a_masked_trial_nobody_knows_the_arms_in_one_role_and_must_not_in_another(tmp_path):
    masked = protocol(
        masking=Masking("QUADRUPLE", ("PARTICIPANT", "CARE_PROVIDER", "INVESTIGATOR", "OUTCOMES_ASSESSOR"))
    )
    arms = (*masked.arms, dataclasses.replace(masked.arms[0], id="arm-2"))
    trial = Trial(tmp_path, made=dataclasses.replace(masked, arms=arms)).staffed()
    refuses("COND-064", trial.do, "ada", RoleGranted("cal", "outcomes assessor", "MX-01", True))
    refuses("COND-064", trial.do, "ada", RoleGranted("cal", "preparer", "MX-01", True))
    trial.do("ada", StaffAdded("pip", "Pip Example"), RoleGranted("pip", "preparer", "MX-01", True))
    refuses("COND-064", trial.do, "ada", RoleGranted("pip", "outcomes assessor", "MX-01"))
    trial.do("ada", RoleGranted("pip", "statistician", "*", True))
    trial.do("ada", RoleGranted("pip", "inspector", "*"))


def test_in_an_open_trial_one_person_may_hold_any_roles(trial):
    trial.do("ada", RoleGranted("cal", "preparer", "MX-01", True), RoleGranted("cal", "outcomes assessor", "MX-01"))


@pytest.mark.requirement("R12")
def test_the_access_list_of_a_date_is_what_stood_then(tmp_path):
    trial = Trial(tmp_path, clock=Clock(NOON)).staffed()
    trial.clock.set(2026, 1, 6, 18)
    trial.do("ada", RoleGranted("cal", "outcomes assessor", "MX-01"))
    trial.do("ada", RoleRevoked("cora", "coordinator", "MX-01"), reason=WHY)
    trial.clock.set(2026, 1, 7, 18)
    trial.do("ada", StaffDeactivated("ivo"), reason=WHY)

    def roles(at):
        return {(each.person, each.role, each.site) for each in access_list(trial.ledger.entries(), at)}

    zone = trial.desk.standing.course.begun.zone
    first = {(person, role.value, site) for person, (role, site) in STAFF.items()}
    assert roles("2025-12-31T00:00:00Z") == set()
    assert roles(end_of(date(2026, 1, 5), zone)) == first
    second = (first - {("cora", "coordinator", "MX-01")}) | {("cal", "outcomes assessor", "MX-01")}
    assert roles(end_of(date(2026, 1, 6), zone)) == second
    now = {(p, g.role.value, g.site) for p, held in trial.desk.standing.people.grants.items() for g in held}
    assert roles("2027-01-01T00:00:00+14:00") == now == second - {("ivo", "investigator", "MX-02")}


# sign-ins


@pytest.mark.requirement("R07")
def test_each_sign_in_failure_sign_out_grant_and_revocation_is_one_entry(trial):
    def one(act, *args, **how):
        size = trial.size
        act(*args, **how)
        assert trial.size == size + 1
        return trial.events(size)[0]

    def failing(person, words):
        refuses("COND-044", trial.desk.sign_in, person, words)

    assert one(trial.desk.sign_in, "cora", passphrase("cora")) == SignedIn("cora")
    assert one(failing, "cora", "another passphrase") == SignInFailed("cora", "passphrase")
    assert one(trial.desk.sign_out, Session("cora")) == SignedOut("cora")
    grant, revocation = RoleGranted("cora", "monitor", "*"), RoleRevoked("cora", "monitor", "*")
    assert one(trial.do, "ada", grant) == grant
    assert one(trial.do, "ada", revocation, reason=WHY) == revocation


@pytest.mark.requirement("R07")
def test_what_was_typed_for_a_name_that_nobody_has_is_not_kept(trial):
    refuses("COND-044", trial.desk.sign_in, "my secret passphrase", "cora")
    entry = list(trial.ledger.entries())[-1]
    assert (entry.event, entry.actor) == (SignInFailed("", "unknown"), "unknown")
    assert "secret" not in repr(entry)
    for odd in ("", "../ada", "x" * 5000, "\x00", "\udc80"):
        refuses("COND-044", trial.desk.sign_in, odd, "a wrong passphrase")
        assert trial.events()[-1] == SignInFailed("", "unknown")


@pytest.mark.requirement("R07")
def test_five_failures_in_a_row_lock_an_account_for_a_while_and_a_sponsor_opens_it(trial):
    assert FAILURES == 5
    for _ in range(FAILURES):
        refuses("COND-044", trial.desk.sign_in, "cora", "a wrong passphrase")
    refuses("COND-061", trial.desk.sign_in, "cora", passphrase("cora"))
    assert trial.events()[-1] == SignInFailed("cora", "locked")
    refuses("COND-061", trial.another().sign_in, "cora", passphrase("cora"))  # after a restart too
    trial.desk.sign_in("ivy", passphrase("ivy"))
    trial.clock.now = NOON + WAIT - timedelta(seconds=1)
    refuses("COND-061", trial.desk.sign_in, "cora", passphrase("cora"))
    trial.clock.now = NOON - timedelta(minutes=30)  # a clock that was put back opens nothing
    refuses("COND-061", trial.desk.sign_in, "cora", passphrase("cora"))
    trial.clock.now = NOON + WAIT + timedelta(seconds=1)
    assert trial.desk.sign_in("cora", passphrase("cora")) == Session("cora")
    for _ in range(FAILURES):
        refuses("COND-044", trial.desk.sign_in, "cora", "a wrong passphrase")
    trial.desk.set_passphrase(Call(Session("ada"), Role.SPONSOR, "*"), "cora", "one that ada made up")
    assert trial.desk.sign_in("cora", "one that ada made up") == Session("cora")


def test_a_success_between_failures_starts_the_count_again(trial):
    for _ in range(FAILURES - 1):
        refuses("COND-044", trial.desk.sign_in, "cora", "a wrong passphrase")
    trial.desk.sign_in("cora", passphrase("cora"))
    refuses("COND-044", trial.desk.sign_in, "cora", "a wrong passphrase")
    trial.desk.sign_in("cora", passphrase("cora"))


@pytest.mark.requirement("R13")
def test_a_passphrase_that_somebody_else_set_serves_only_to_set_ones_own(trial):
    desk, ada = trial.desk, Call(Session("ada"), Role.SPONSOR, "*")
    desk.set_passphrase(ada, "cora", "one that ada made up")
    call = Call(desk.sign_in("cora", "one that ada made up"), Role.COORDINATOR, "MX-01")
    refuses("COND-065", desk.do, call, ask.Record("AE", "P-1", 1, 4))
    refuses("COND-045", desk.set_passphrase, call, "cora", "one that cora made up")
    wrong = Call(call.session, Role.COORDINATOR, "MX-01", passphrase="one that eve made up")
    refuses("COND-045", desk.set_passphrase, wrong, "cora", "one that eve would like")
    assert trial.events()[-1] == SignInFailed("cora", "passphrase")
    own = Call(call.session, Role.COORDINATOR, "MX-01", passphrase="one that ada made up")
    desk.set_passphrase(own, "cora", "one that cora made up")
    assert trial.events()[-1] == CredentialSet("cora")
    refuses("COND-069", desk.do, call, ask.Record("AE", "P-1", 1, 4))
    refuses("COND-044", desk.sign_in, "cora", "one that ada made up")
    refuses("COND-047", desk.set_passphrase, call, "ivy", "one that cora made up")


def test_a_passphrase_that_is_too_short_leaves_no_trace(trial):
    size = trial.size
    refuses("COND-043", trial.desk.set_passphrase, Call(Session("ada"), Role.SPONSOR, "*"), "cora", "short")
    assert trial.size == size


def test_a_name_of_any_kind_is_looked_up_safely_with_real_passphrases(tmp_path):
    (tmp_path / "keys").mkdir()
    trial = Trial(tmp_path / "keys")
    trial.passphrases = Credentials(tmp_path / "keys")
    trial.desk = trial.another()
    for odd in ("", "../ada", "x" * 5000, "\x00", "\udc80", "unknown"):
        refuses("COND-044", trial.desk.sign_in, odd, "a wrong passphrase")
    first_passphrase(trial.desk, "ada", "four words or so")
    assert trial.desk.sign_in("ada", "four words or so") == Session("ada")


def test_whoever_began_the_trial_sets_the_first_passphrase_once(tmp_path):
    trial = Trial(tmp_path)
    trial.passphrases.kept.clear()
    first_passphrase(trial.desk, "ada", "four words or so")
    assert trial.events()[-1] == CredentialSet("ada")
    trial.desk.sign_in("ada", "four words or so")
    refuses("COND-065", first_passphrase, trial.desk, "ada", "another four words")
    trial.do("ada", SiteAdded("MX-01", "Hospital One"), words="four words or so")


def test_passphrases_are_kept_as_slow_digests_in_files_of_their_owner(tmp_path):
    kept = Credentials(tmp_path)
    kept.set("cora", "cora likes long words")
    assert (kept.has("cora"), kept.has("ivy")) == (True, False)
    assert kept.proves("cora", "cora likes long words")
    assert not kept.proves("cora", "cora likes long word")
    assert not kept.proves("ivy", "cora likes long words")
    kept.set("ivy", "cafe\u0301 con leche, por favor \udc80")
    assert kept.proves("ivy", "caf\u00e9 con leche, por favor \udc80")  # the same words from another keyboard
    (file,) = tmp_path.glob("cora*")
    assert file.stat().st_mode & 0o077 == 0
    assert "likes" not in file.read_text("ascii")


# every command


@pytest.mark.requirement("R01")
def test_every_entry_says_who_in_which_role_where_what_when_and_why(tmp_path):
    trial = Trial(tmp_path).opened()
    trial.admit("P-1")
    trial.enrol("P-1", reason="initial")
    entries = list(trial.ledger.entries())[4:]  # the four of the beginning are the system's
    assert {type(entry.event).__name__ for entry in entries} >= {"Consented", "Enrolled", "Signed", "SiteActivated"}
    for entry in entries:
        assert all((entry.actor, entry.role, entry.site, entry.recorded, entry.occurred)), entry
        assert entry.recorded.endswith("Z")
        assert isinstance(entry.reason, str)


@pytest.mark.requirement("R01")
def test_every_command_demands_a_duty_that_somebody_has_and_refuses_everybody_else(trial):
    for command, rule in RULES.items():
        assert rule.duties, command
        assert any(rule.duties & DUTIES[role] for role in Role), command
    assert set(DUTIES) == set(Role)
    assert set().union(*DUTIES.values()) <= set(Duty)


@pytest.mark.requirement("R04")
def test_no_setting_of_a_desk_or_of_a_call_writes_without_an_entry(trial):
    assert set(inspect.signature(Desk.__init__).parameters) == {
        "self",
        "ledger",
        "plans",
        "keys",
        "credentials",
        "clock",
        "today",
    }
    fields = {each.name for each in dataclasses.fields(Call)}
    assert fields == {"session", "role", "site", "occurred", "reason", "key", "passphrase"}
    size = trial.size
    trial.do("ada", SiteAdded("MX-03", "Hospital Three"), reason="x", key="k", at="2026-01-05T11:00:00-06:00")
    assert trial.size == size + 1


@pytest.mark.requirement("R08")
def test_the_time_of_recording_cannot_be_given(trial):
    fields = {each.name for kind in (Call, Draft) for each in dataclasses.fields(kind)}
    assert "recorded" not in fields
    trial.do("ada", SiteAdded("MX-03", "Hospital Three"), at="2026-01-01T10:00:00-06:00")
    entry = list(trial.ledger.entries())[-1]
    assert entry.occurred == "2026-01-01T10:00:00-06:00"
    assert abs(datetime.fromisoformat(entry.recorded) - NOON.replace(tzinfo=UTC)) < timedelta(seconds=1)


def test_no_passphrase_stands_on_the_ledger_or_in_what_is_printed(trial):
    trial.desk.set_passphrase(Call(Session("ada"), Role.SPONSOR, "*"), "cora", "a quite remarkable secret")
    call = Call(Session("cora"), Role.COORDINATOR, "MX-01", passphrase="a quite remarkable secret")
    assert "remarkable" not in repr(call)
    assert "remarkable" not in repr(list(trial.ledger.entries()))
    assert isinstance(trial.passphrases, FakePassphrases)
