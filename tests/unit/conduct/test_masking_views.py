"""Each role reads what it may know: arms by the masking of the protocol, participants by site."""

from __future__ import annotations

import itertools

import pytest

from masked_trial import STAFF, UNMASKED, WHY, Trial, spec_of
from trialwright.conduct import commands as ask
from trialwright.conduct.events.people import RoleRevoked
from trialwright.conduct.ledger.entry import Draft
from trialwright.conduct.masking.parties import PARTIES, masked_parties, sees_arms
from trialwright.conduct.people.roles import DUTIES, Duty, Role
from trialwright.conduct.people.state import Grant
from trialwright.core.errors import StageError
from trialwright.protocol.kinds import Masking

SECRETS = ("cells", "placebo")
READERS = {
    "participants": lambda view: view.participants(),
    "participant": lambda view: view.participant("S1"),
    "history of the allocation": lambda view: view.history("DM", "S1", 1),
    "history of a dose": lambda view: view.history("EX", "S1", 1),
    "audit": lambda view: view.audit(),
    "audit of one": lambda view: view.audit(subject="S1"),
    "decisions": lambda view: view.decisions(),
    "unblindings": lambda view: view.unblindings(),
    "notices": lambda view: view.notices(),
    "randomisation": lambda view: view.randomisation(),
    "criteria": lambda view: view.criteria("S1"),
    "doses": lambda view: view.doses("S1"),
    "visits": lambda view: view.visits("S1"),
    "deviations": lambda view: view.deviations(),
    "reports due": lambda view: view.reports_due(),
    "assessments": lambda view: view.assessments(),
    "access": lambda view: view.access(),
}
OWN_PARTY = {
    Role.PARTICIPANT: "PARTICIPANT",
    Role.CARE_PROVIDER: "CARE_PROVIDER",
    Role.INVESTIGATOR: "INVESTIGATOR",
    Role.OUTCOMES_ASSESSOR: "OUTCOMES_ASSESSOR",
}


def lived(folder, **how):
    """A trial with a little of everything on its ledger."""
    trial = Trial(folder, **how)
    open_label = how.get("masking") is not None and "INVESTIGATOR" not in how["masking"].who
    trial.seal(spec_of(open_label=open_label))
    trial.randomise("S1", "S2")
    trial.randomise("T1", site="02")
    arm = trial.arm("S1")
    dose = {"EXTRT": arm, "EXDOSE": "40000000", "EXDOSU": "cells"}
    from trialwright.conduct.events.data import Decided, Dosed, Recorded
    from trialwright.conduct.masking.sealing import sizes_of, taken_out
    from trialwright.protocol.decisions import Enrol

    decided = Decided(
        Enrol(("cells", "placebo"), (1, 1), 57, "3 of 60 places taken (cells 2 of 30, placebo 1 of 30)"), 0
    )
    for event in (Dosed("S1", 1, 4, True, dose), Recorded("VS", "S1", 1, 4, {"TESTCD": "WEIGHT"}), decided):
        stored, secret = taken_out(event)
        beside = () if secret is None else (trial.desk.keys.seal("arm", "arms", secret, sizes=sizes_of(event)),)
        draft = Draft(stored, 4, "pip", "", None, "preparer", "01", "", beside)
        trial.ledger.append([draft], trial.ledger.head)
    return trial


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return lived(tmp_path_factory.mktemp("masked"))


def listed(found):
    return found if isinstance(found, list) else [found]


def said(trial, person, name):
    """What a reader answers to a person, an error's text included. The opening names the arms: the protocol's list."""
    try:
        return repr([row for row in listed(READERS[name](trial.view(person))) if row.get("event") != "Opened"])
    except StageError as fault:
        return str(fault)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("person", sorted(set(STAFF) - UNMASKED))
@pytest.mark.requirement("R06")
@pytest.mark.requirement("R29")
def test_no_masked_role_reads_an_arm_by_any_way(trial, person, name):
    """R29, R06: every role, every way to read, every field: no arm, no dose, no product, no count by arm."""
    text = said(trial, person, name)
    for secret in (*SECRETS, "40000000", "EXTRT': '", "ARMCD': '"):
        assert secret not in text


@pytest.mark.parametrize("person", sorted(set(STAFF) - UNMASKED))
@pytest.mark.requirement("R06")
def test_no_digest_reaches_a_masked_role(trial, person):
    """R06: digests cover what is sealed, so none of an entry or of an envelope is shown."""
    hashes = [entry.hash for entry in trial.ledger.entries()]
    sealed = [each for entry in trial.ledger.entries() for each in entry.sealed]
    texts = " ".join(said(trial, person, name) for name in READERS)
    for digest in (*hashes, *sealed):
        assert digest not in texts


@pytest.mark.parametrize("person", sorted(UNMASKED))
@pytest.mark.requirement("R07")
@pytest.mark.requirement("R29")
def test_the_unmasked_read_arms_and_each_reading_is_one_event(trial, person):
    """R29, R07."""
    before = trial.ledger.head.size
    arms = {row["subject"]: row["arm"] for row in trial.view(person).participants()}
    assert arms["S1"] == trial.arm("S1")
    added = list(trial.ledger.entries(before + 1))
    assert [(type(each.event).__name__, each.actor) for each in added] == [("ArmsViewed", person)]


def test_a_masked_reading_leaves_no_trace_that_would_swell_the_ledger(trial):
    before = trial.ledger.head.size
    trial.view("ivy").participants()
    assert trial.ledger.head.size == before


@pytest.mark.requirement("R05")
def test_the_history_of_a_dose_shows_an_unmasked_preparer_what_was_given(trial):
    """R05: each value with who, when, why, before and after."""
    (row,) = trial.view("pip").history("EX", "S1", 1)
    assert row["changed"]["EXDOSE"] == [None, "40000000"]
    assert (row["actor"], row["role"], row["event"], row["version"]) == ("pip", "preparer", "Dosed", 1)
    (masked,) = trial.view("ivy").history("EX", "S1", 1)
    assert masked["values"] == {"OCCUR": "Y"}
    assert "EXDOSE" in masked["sealed"]


@pytest.mark.requirement("R05")
def test_every_version_of_a_value_is_in_its_history(tmp_path):
    """R05: entered, corrected, withdrawn; the earlier values stay to be read."""
    trial = Trial(tmp_path)
    trial.enrol("S1")
    row = ("VS", "S1", 1)
    weight = {"TESTCD": "WEIGHT", "STRESN": 81.0, "STRESU": "kg"}
    trial.do("ivy", ask.Record(*row, 4, weight))
    trial.do("ivy", ask.Correct(*row, 4, {**weight, "STRESN": 18.0}, "read the scale the wrong way"))
    trial.do("ivy", ask.Retract(*row, "weighed another person by mistake"))
    found = trial.view("ola").history(*row)
    assert [each["event"] for each in found] == ["Recorded", "Corrected", "Retracted"]
    assert [each["changed"].get("STRESN") for each in found] == [[None, 81.0], [81.0, 18.0], [18.0, None]]
    assert [each["reason"] for each in found] == [
        "",
        "read the scale the wrong way",
        "weighed another person by mistake",
    ]
    assert all(each["recorded"].endswith("Z") for each in found)


@pytest.mark.requirement("R05")
def test_the_audit_trail_is_the_whole_ledger_for_whoever_sees_all(trial):
    """R05: as many lines as the ledger has entries, and as many as a filter lets through."""
    whole = trial.view("mona").audit()
    assert [row["sequence"] for row in whole] == list(range(1, trial.ledger.head.size + 1))
    entries = list(trial.ledger.entries())
    for wanted in ("Randomised", "Enrolled", "StaffAdded"):
        due = [each.sequence for each in entries if type(each.event).__name__ == wanted]
        assert [row["sequence"] for row in trial.view("mona").audit(event=wanted)] == due
    by = [each.sequence for each in entries if each.actor == "ivo"]
    assert [row["sequence"] for row in trial.view("mona").audit(actor="ivo")] == by


@pytest.mark.requirement("R29")
def test_a_site_reads_its_own_participants(trial):
    """R29: by site; what is asked of another's participant is answered as if there were none."""
    assert [row["subject"] for row in trial.view("ivy").participants()] == ["S1", "S2"]
    assert [row["subject"] for row in trial.view("ivo").participants()] == ["T1"]
    assert [row["subject"] for row in trial.view("ada").participants()] == ["S1", "S2", "T1"]
    assert [row["subject"] for row in trial.view("S1").participants()] == ["S1"]
    assert not [row for row in trial.view("ivo").audit() if row["subject"] in ("S1", "S2") or row["site"] == "01"]
    assert {row["site"] for row in trial.view("ivo").audit()} <= {"02", "*"}
    for ask_for in (lambda view, s: view.participant(s), lambda view, s: view.history("DM", s, 1)):
        errors = []
        for subject in ("S1", "S0"):
            with pytest.raises(StageError) as fault:
                ask_for(trial.view("ivo"), subject)
            errors.append(str(fault.value).replace(subject, "?"))
        assert errors[0] == errors[1]


@pytest.mark.parametrize("role", [role for role in Role if Duty.AUDIT not in DUTIES[role]])
def test_the_audit_trail_is_for_those_with_the_duty(trial, role):
    person = next(person for person, (held, _, _) in STAFF.items() if held is role)
    with pytest.raises(StageError) as fault:
        trial.view(person).audit()
    assert fault.value.code == "COND-095"


@pytest.mark.requirement("R11")
def test_a_role_that_was_revoked_reads_nothing_from_the_next_call_on(tmp_path):
    """R11: the right is asked at each call, not when the reading began."""
    trial = Trial(tmp_path)
    view = trial.view("ivy")
    view.participants()
    event = RoleRevoked("ivy", "investigator", "01")
    trial.ledger.append([Draft(event, 4, "ada", WHY, role="sponsor", site="*")], trial.ledger.head)
    for fetch in (view.participants, view.audit, view.decisions, view.unblindings, lambda: view.participant("S1")):
        with pytest.raises(StageError) as fault:
            fetch()
        assert fault.value.code == "COND-095"


def test_nobody_reads_in_a_role_or_at_a_site_that_is_not_theirs(trial):
    for how in ({"role": Role.STATISTICIAN}, {"site": "02"}, {"site": "*"}):
        with pytest.raises(StageError) as fault:
            trial.view("ivy", **how)
        assert fault.value.code == "COND-095"


@pytest.mark.parametrize("who", [each for n in (1, 2, 3) for each in itertools.combinations(PARTIES, n)])
@pytest.mark.requirement("R29")
def test_the_masking_of_the_protocol_says_which_party_is_masked(who):
    """R29: role by role, from what the protocol says; whoever is masked stays so whatever was granted."""
    from masked_trial import protocol

    made = protocol(masking=Masking("DOUBLE", who))
    for role, party in OWN_PARTY.items():
        for unmasked in (False, True):
            assert sees_arms(made, Grant(role, "01", unmasked, 1)) is (party not in who)
    for role in set(Role) - set(OWN_PARTY) - {Role.COORDINATOR}:
        for unmasked in (False, True):
            assert sees_arms(made, Grant(role, "*", unmasked, 1)) is unmasked


@pytest.mark.parametrize(
    "masking", [Masking(), Masking("QUADRUPLE"), Masking("DOUBLE", ("PARTICIPANT", "SOMEBODY ELSE"))]
)
@pytest.mark.requirement("R29")
def test_where_it_is_not_known_who_is_masked_everybody_is(masking):
    """R29: what was shown cannot be taken back."""
    from masked_trial import protocol

    assert masked_parties(protocol(masking=masking)) == set(PARTIES)


@pytest.mark.requirement("R29")
def test_an_open_trial_shows_every_role_the_arms(tmp_path):
    """R29: and reading them is no event of its own there."""
    trial = lived(tmp_path, masking=Masking("NONE"))
    before = trial.ledger.head.size
    for person in ("ivy", "cora", "ola", "mona"):
        assert trial.view(person).participants()[0]["arm"] == trial.arm("S1")
    assert trial.ledger.head.size == before
    assert "specification" in trial.view("ivy").randomisation()[0]
    assert trial.view("ivy").randomisation()[0]["specification"] == ""


def test_a_party_that_is_not_masked_sees_arms_where_another_is_masked(tmp_path):
    trial = lived(tmp_path, masking=Masking("SINGLE", ("OUTCOMES_ASSESSOR",)))
    assert trial.view("ivy").participants()[0]["arm"] == trial.arm("S1")
    assert trial.view("ola").participants()[0]["arm"] is None
    assert trial.view("ada").participants()[0]["arm"] is None
