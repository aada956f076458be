"""Who a participant is: sealed under a key of their own, erased with it, while all else stays traceable."""

import pytest

from masked_trial import Trial as Masked
from people_at_desk import STAFF, WHY, Clock, Trial
from trialwright.conduct import commands as ask
from trialwright.conduct.events.subjects import ConsentWithdrawn, IdentityErased, SubjectRegistered
from trialwright.conduct.events.treatment import DoseHeld
from trialwright.conduct.ledger import SqliteLedger
from trialwright.conduct.ledger.verification import verify
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.people.credentials import Session
from trialwright.conduct.subjects.asks import ConfirmEligibility, RegisterSubject
from trialwright.conduct.subjects.identity import identity_of
from trialwright.core.errors import StageError, UsageError

WHO = {"name": "Somebody Made-Up", "born": "1990-02-28", "hospital number": "000-17"}


@pytest.fixture
def trial(tmp_path):
    return Trial(tmp_path / "keys").opened()


def refuses(code, act, *args, **how):
    with pytest.raises((StageError, UsageError)) as refused:
        act(*args, **how)
    assert refused.value.code == code, refused.value
    return str(refused.value)


def left(trial):
    return trial.do("cora", ConsentWithdrawn("P-1", False, False, "destroy"))


@pytest.mark.requirement("R55")
def test_who_it_is_stands_in_no_body_and_in_no_blind_view(trial):
    trial.do("cora", RegisterSubject("P-1", WHO), key="once")
    entry = list(trial.ledger.entries())[-1]
    assert entry.event == SubjectRegistered("P-1", "MX-01")
    assert len(entry.sealed) == 1
    assert not any(value in repr(entry) for value in WHO.values())
    assert trial.desk.standing.subjects.known["P-1"].identity == WHO
    assert trial.desk.blind().subjects.known["P-1"].identity == {}
    assert "Made-Up" not in repr(trial.desk.standing.subjects.known["P-1"])
    assert "Made-Up" not in repr(RegisterSubject("P-1", WHO))


@pytest.mark.requirement("R55")
def test_an_erased_identity_cannot_be_had_back_and_the_ledger_stays_whole(tmp_path):
    clock = Clock()
    ledger = SqliteLedger(tmp_path / "ledger.sqlite", clock, create=True)
    trial = Trial(tmp_path / "keys", clock=clock, ledger=ledger).opened()
    trial.do("cora", RegisterSubject("P-1", WHO))
    trial.do("cora", RegisterSubject("P-2", {"name": "Another"}))
    other = trial.another()
    assert other.standing.subjects.known["P-1"].identity == WHO
    refuses("COND-008", trial.do, "cora", IdentityErased("P-1"))
    refuses("COND-045", trial.do, "cora", IdentityErased("P-1"), reason=WHY, words="")
    trial.do("cora", IdentityErased("P-1"), reason=WHY)
    assert [type(event).__name__ for event in trial.events()[-2:]] == ["IdentityErased", "Signed"]
    assert list(trial.ledger.entries())[-2].reason == WHY
    assert trial.keys.get("identity-P-1") is None
    for desk in (trial.desk, other, trial.another()):
        person = desk.standing.subjects.known["P-1"]
        assert (person.identity, person.erased) == ({}, True)
        assert desk.standing.subjects.known["P-2"].identity == {"name": "Another"}
        assert desk.keys.get("identity-P-1") is None
    (sequence,) = [e.sequence for e in trial.ledger.entries() if e.event == SubjectRegistered("P-1", "MX-01")]
    (envelope,) = trial.ledger.envelopes(sequence)
    assert trial.keys.open(envelope) is None
    assert Keyring(tmp_path / "keys").open(envelope) is None
    assert verify(trial.ledger).sound
    refuses("COND-077", trial.do, "cora", IdentityErased("P-1"), reason=WHY)


@pytest.mark.requirement("R55")
def test_a_key_that_a_stopped_machine_left_is_destroyed_when_the_ledger_is_read_again(trial):
    trial.do("cora", RegisterSubject("P-1", WHO))
    kept = trial.keys.get("identity-P-1")
    trial.do("cora", IdentityErased("P-1"), reason=WHY)
    path = trial.keys._path("identity-P-1")
    path.write_text(kept.hex())
    trial.keys = Keyring(path.parent)
    assert trial.another().standing.subjects.known["P-1"].identity == {}
    assert not path.exists()


@pytest.mark.requirement("R41")
def test_after_an_erasure_arms_doses_and_events_stay_as_they_were(trial):
    trial.do("cora", RegisterSubject("P-1", WHO))
    trial.consent("P-1")
    trial.answer("P-1")
    trial.do("ivy", ConfirmEligibility("P-1"))
    trial.enrol("P-1")
    trial.do("ivy", ask.Allocate("P-1", 4, "arm-1"))
    refuses("COND-077", trial.do, "cora", IdentityErased("P-1"), reason=WHY)
    left(trial)
    before = dict(trial.desk.standing.data.rows)
    assert before["DM", "P-1", 1].values["ARMCD"] == "arm-1"
    trial.do("cora", IdentityErased("P-1"), reason=WHY)
    assert trial.another().standing.data.rows == before
    assert [s for s, each in trial.desk.standing.subjects.known.items() if each.site == "MX-01"] == ["P-1"]


@pytest.mark.requirement("R41")
def test_a_drawn_arm_stays_when_the_identity_is_erased(tmp_path):
    trial = Masked(tmp_path)
    trial.seal()
    trial.randomise("P-1")
    arm = trial.arm("P-1")
    trial.do("ivy", ConsentWithdrawn("P-1", False, False, "keep"))
    trial.do("ivy", IdentityErased("P-1"), reason=WHY)
    assert trial.arm("P-1") == arm


@pytest.mark.requirement("R55")
def test_who_it_is_is_shown_to_those_who_take_consent_or_screen_at_the_site_and_to_nobody_else(trial):
    trial.do("cora", RegisterSubject("P-1", WHO))
    trial.do("cora", RegisterSubject("P-2", {"name": "Another"}))

    def shown(person, subject="P-1", site=None):
        role, home = STAFF[person]
        return identity_of(trial.desk.standing, Session(person), role, site or home, subject)

    assert shown("cora") == shown("ivy") == WHO
    for person, site in (("ada", "MX-01"), ("cal", None), ("ivo", "MX-01")):
        refuses("COND-047", shown, person, site=site)
    refuses("COND-069", shown, "ivo")
    refuses("COND-069", shown, "cora", "P-9")
    trial.do("cora", IdentityErased("P-2"), reason=WHY)
    refuses("COND-077", shown, "cora", "P-2")


def test_nobody_is_registered_twice_nor_under_a_used_or_unfit_identifier(trial):
    trial.do("cora", RegisterSubject("P-1", WHO))
    size = trial.size
    refuses("COND-069", trial.do, "cora", RegisterSubject("P-1"))
    refuses("COND-069", trial.do, "cora", RegisterSubject("p-1"))
    twin = RegisterSubject("P-2", WHO | {"name": " Somebody  Made-Up "})
    assert "'P-1'" in refuses("COND-069", trial.do, "cora", twin)
    refuses("COND-069", trial.do, "cora", RegisterSubject("P-2", {"name": " "}))
    for name in ("", "P 2", "P/2", "P:2", "é", "x" * 65, "../P"):
        refuses("COND-063", trial.do, "cora", RegisterSubject(name))
    assert trial.size == size
    trial.do("cora", RegisterSubject("P-2", dict(WHO, name="Somebody Else")))


def test_a_site_acts_on_its_own_people_alone(trial):
    trial.do("cora", RegisterSubject("P-1", WHO))
    refuses("COND-069", trial.do, "ivo", IdentityErased("P-1"), reason=WHY)
    refuses("COND-069", trial.do, "ivo", ask.Record("AE", "P-1", 1, 4, {"AETERM": "Fever"}))
    refuses("COND-069", trial.do, "ivo", ask.Record("AE", "P-9", 1, 4, {"AETERM": "Fever"}))
    trial.do("cora", ask.Record("AE", "P-1", 1, 4, {"AETERM": "Fever"}))
    trial.consent("P-1")
    trial.answer("P-1")
    trial.do("ivy", ConfirmEligibility("P-1"))
    trial.enrol("P-1")
    refuses("COND-069", trial.do, "ivo", DoseHeld("P-1"), reason=WHY)
    trial.do("ivy", ask.Allocate("P-1", 4, "arm-1"))
    trial.do("ivy", DoseHeld("P-1"), reason=WHY)
