"""Signatures: proved anew, over one byte-exact entry, with a meaning; void once what was signed has changed."""

import dataclasses

import pytest

from people_at_desk import WHY, Trial, passphrase
from trialwright.conduct import Draft
from trialwright.conduct import commands as ask
from trialwright.conduct.desk import Call
from trialwright.conduct.events.people import Signed, SignInFailed
from trialwright.conduct.events.sites import SiteActivated
from trialwright.conduct.events.trial import EnrolmentClosed
from trialwright.conduct.milestones.asks import Lock
from trialwright.conduct.people.asks import SignAgain
from trialwright.conduct.people.credentials import Session
from trialwright.conduct.people.roles import Role
from trialwright.conduct.people.signatures import AS_ASKED, MEANINGS, digest_of, invalid
from trialwright.conduct.people.signing_in import FAILURES
from trialwright.conduct.rules import RULES
from trialwright.core.errors import StageError, UsageError


@pytest.fixture
def trial(tmp_path):
    made = Trial(tmp_path).staffed()
    made.approve()
    return made


def refuses(code, act, *args, **how):
    with pytest.raises((StageError, UsageError)) as refused:
        act(*args, **how)
    assert refused.value.code == code, refused.value
    return str(refused.value)


@pytest.mark.requirement("R14")
def test_the_meanings_are_a_closed_list_and_every_rule_keeps_to_it():
    assert MEANINGS == ("authored", "reviewed", "approved", "eligible", "released", "adjudicated", "unblinded")
    signed = {command: rule.signed for command, rule in RULES.items() if rule.signed}
    assert signed.pop(SignAgain) == AS_ASKED
    assert signed
    assert set(signed.values()) <= set(MEANINGS)


@pytest.mark.requirement("R13")
def test_a_signature_names_person_meaning_and_time_and_is_over_the_entry_before_it(trial):
    trial.do("ada", SiteActivated("MX-01"))
    event, signature = list(trial.ledger.entries())[-2:]
    assert signature.event == Signed("ada", "Ada Example", "approved", event.sequence, digest_of(event.event))
    assert signature.recorded.endswith("Z")
    assert invalid(trial.ledger.entries()) == []


@pytest.mark.requirement("R13")
def test_one_changed_byte_of_what_was_signed_shows(trial):
    trial.do("ada", SiteActivated("MX-01"))
    entries = list(trial.ledger.entries())
    signed = entries[-1].event
    changed = dataclasses.replace(entries[-2], event=SiteActivated("MX-02"))
    assert [number for number, _ in invalid([*entries[:-2], changed, entries[-1]])] == [signed.of + 1]
    for wrong in (
        dataclasses.replace(signed, over="0" + signed.over[1:] if signed.over[0] != "0" else "1" + signed.over[1:]),
        dataclasses.replace(signed, of=signed.of - 1),
        dataclasses.replace(signed, person="ivy"),
        dataclasses.replace(signed, meaning="seen"),
    ):
        assert invalid([*entries[:-1], dataclasses.replace(entries[-1], event=wrong)])


@pytest.mark.requirement("R13")
@pytest.mark.parametrize("words", ["", "a wrong passphrase", "ivy likes long words"])
def test_nobody_signs_without_proving_who_they_are_at_that_moment(trial, words):
    session = trial.desk.sign_in("ada", passphrase("ada"))
    size = trial.size
    call = Call(session, Role.SPONSOR, "*", passphrase=words)
    refuses("COND-045", trial.desk.do, call, SiteActivated("MX-01"))
    assert trial.events(size) == ([SignInFailed("ada", "passphrase")] if words else [])
    assert trial.desk.standing.sites.known["MX-01"].activated is None
    assert trial.another().standing.head == trial.desk.standing.head


@pytest.mark.requirement("R13")
def test_who_guesses_at_signatures_is_locked_out_as_at_signing_in(trial):
    for _ in range(FAILURES):
        refuses("COND-045", trial.do, "ada", SiteActivated("MX-01"), words="a wrong passphrase")
    refuses("COND-061", trial.do, "ada", SiteActivated("MX-01"))
    refuses("COND-061", trial.desk.sign_in, "ada", passphrase("ada"))


@pytest.fixture
def signed(tmp_path):
    """A trial in which a signed row stands: its key, and the entry that was signed."""
    made = Trial(tmp_path).opened()
    made.admit("P-1")
    made.enrol("P-1")
    made.do("ivy", ask.Allocate("P-1", 4, "arm-1"))
    event = ask.Record("VS", "P-1", 1, 4, {"TESTCD": "TEMP", "STRESN": 37.0, "STRESU": "C"})
    (entry,) = made.do("cora", event)
    by_hand = Signed("ivy", "Ivy Example", "reviewed", entry.sequence, digest_of(entry.event))
    made.ledger.append([Draft(by_hand, 4, "ivy", role="investigator", site="MX-01")], made.ledger.head)
    return made, entry.sequence


CHANGED = ask.Correct("VS", "P-1", 1, 4, {"TESTCD": "TEMP", "STRESN": 38.0, "STRESU": "C"}, WHY)


@pytest.mark.requirement("R15")
def test_a_correction_of_what_was_signed_voids_the_signature_and_asks_for_another(signed):
    trial, first = signed
    assert trial.desk.standing.signatures.wanted == {}
    (entry,) = trial.do("cora", CHANGED)
    standing = trial.desk.standing
    assert standing.signatures.void == {first: entry.sequence}
    (wanted,) = standing.signatures.wanted.values()
    assert (wanted.of, wanted.meanings) == (entry.sequence, ("reviewed",))
    refuses("COND-079", trial.do, "ivy", SignAgain(first, "reviewed"))
    refuses("COND-079", trial.do, "ivy", SignAgain(entry.sequence, "approved"))
    refuses("COND-045", trial.do, "ivy", SignAgain(entry.sequence, "reviewed"), words="")
    refuses("COND-047", trial.do, "cal", SignAgain(entry.sequence, "reviewed"))
    (again,) = trial.do("ivy", SignAgain(entry.sequence, "reviewed"))
    assert again.event == Signed("ivy", "Ivy Example", "reviewed", entry.sequence, digest_of(entry.event))
    assert trial.desk.standing.signatures.wanted == {}
    assert invalid(trial.ledger.entries()) == []


@pytest.mark.requirement("R15")
@pytest.mark.parametrize(
    "change",
    [
        ask.Supplement("VS", "P-1", 1, {"VISITNUM": 2}),
        ask.Retract("VS", "P-1", 1, WHY),
        CHANGED,
    ],
)
def test_every_change_of_a_row_voids_what_was_signed_and_the_lock_waits_for_it(signed, change):
    trial, first = signed
    trial.do("cora", change)
    assert first in trial.desk.standing.signatures.void
    trial.do("ada", EnrolmentClosed(), reason=WHY)
    assert "has changed since it was signed" in refuses("COND-133", trial.do, "ada", Lock(), reason=WHY)
    of = next(iter(trial.desk.standing.signatures.wanted.values())).of
    trial.do("ivy", SignAgain(of, "reviewed"))
    assert "signed" not in "".join(trial.desk.standing.signatures.unsettled())


@pytest.mark.requirement("R15")
def test_what_is_signed_again_is_over_the_entry_as_stored_where_it_holds_an_arm(signed):
    trial, _ = signed
    (allocated,) = [e for e in trial.ledger.entries() if type(e.event).__name__ == "Allocated"]
    by_hand = Signed("ivy", "Ivy Example", "reviewed", allocated.sequence, digest_of(allocated.event))
    trial.ledger.append([Draft(by_hand, 4, "ivy", role="investigator", site="MX-01")], trial.ledger.head)
    (entry,) = trial.do("cora", ask.Correct("DM", "P-1", 1, 4, {"AGE": 40, "ARMCD": "arm-1"}, WHY))
    assert trial.desk.standing.signatures.wanted == trial.desk.blind().signatures.wanted
    trial.do("ivy", SignAgain(entry.sequence, "reviewed"))
    assert invalid(trial.ledger.entries()) == []


@pytest.mark.requirement("R15")
def test_a_change_of_another_row_voids_nothing_and_a_blind_fold_finds_the_same(signed):
    trial, _ = signed
    trial.do("cora", ask.Record("VS", "P-1", 2, 4, {"TESTCD": "TEMP"}), CHANGED)
    seen, blind = trial.desk.standing.signatures, trial.desk.blind().signatures
    assert seen.wanted == blind.wanted
    assert seen.void == blind.void
    other = Trial.another(trial)
    other.do(Call(Session("cora"), Role.COORDINATOR, "MX-01"), ask.Supplement("VS", "P-1", 2, {"VISITNUM": 1}))
    assert trial.desk.standing.signatures.void == seen.void
