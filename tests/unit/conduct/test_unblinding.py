"""One participant's arm in an emergency: at once, for one person, after it stands durably who asked."""

from __future__ import annotations

import pytest

from masked_trial import STAFF, WHY, Trial, desk_of
from trialwright.conduct.events.allocation import UnblindingReported, UnblindingRequested, UnblindingReviewed
from trialwright.conduct.events.trial import EnrolmentClosed, EnrolmentPaused, Locked
from trialwright.conduct.ledger.entry import Draft
from trialwright.conduct.masking.emergency import unblind
from trialwright.conduct.milestones.asks import Unmask
from trialwright.core.errors import StageError
from trialwright.protocol.kinds import Masking

REASON = "anaphylaxis during the infusion; the antidote hangs on the product"


@pytest.fixture
def trial(tmp_path):
    made = Trial(tmp_path)
    made.seal()
    made.randomise("S1", "S2")
    made.randomise("T1", site="02")
    return made


def refused(code, what, *given, **how):
    with pytest.raises(StageError) as fault:
        what(*given, **how)
    assert fault.value.code == code, str(fault.value)
    return str(fault.value)


def shown(trial, person):
    """The arms that a person is shown, by participant."""
    return {row["subject"]: row["arm"] for row in trial.view(person).participants()}


@pytest.mark.requirement("R30")
def test_one_call_by_one_person_shows_one_arm(trial):
    """R30: one step and no second person; the reader who asked sees this one arm from now on, and no other."""
    found = unblind(trial.desk, trial.call("ivy", reason=REASON), "S1")
    assert (found.subject, found.arm) == ("S1", trial.arm("S1"))
    assert found.arm not in repr(found)
    assert shown(trial, "ivy") == {"S1": trial.arm("S1"), "S2": None}
    assert trial.view("ivy").participant("S1")["arm"] == trial.arm("S1")


@pytest.mark.requirement("R30")
def test_nobody_elses_view_changes_but_for_the_mark(trial):
    """R30: the others stay masked; the participant is marked, and the notice says who and why, without the arm."""
    others = [person for person in STAFF if person not in ("ivy", "S1", "sam", "bea", "pip")]
    before = {person: trial.view(person).participants() for person in others}
    unblind(trial.desk, trial.call("ivy", reason=REASON), "S1")
    for person in others:
        after = trial.view(person).participants()
        for row, was in zip(after, before[person], strict=True):
            marked = row["subject"] == "S1"
            assert row == {**was, "unblinded": ["emergency"] if marked else []}
            assert row["arm"] is None
    for person in ("ada", "max", "ivy"):
        (notice,) = trial.view(person).notices()
        assert (notice["subject"], notice["by"], notice["reason"]) == ("S1", "ivy", REASON)
        assert not {"cells", "placebo"} & set(map(str, notice.values()))
    assert trial.view("ivo").notices() == []
    assert trial.view("ola").notices() == []


@pytest.mark.requirement("R30")
def test_the_request_is_durable_before_the_arm_is_read(trial, monkeypatch):
    """R30: whoever can stop the program between the two has left a trace; a store that fails shows nothing."""
    order = list[str]()
    kept = trial.ledger

    class Watched:
        """The ledger, which says when a transaction has become durable."""

        def __getattr__(self, name):
            return getattr(kept, name)

        def transact(self, make):
            entries = kept.transact(make)
            order.append("durable")
            return entries

    class Broken(Watched):
        def transact(self, make):
            make(kept.head)
            raise StageError("COND-024", "the disk is full")

    desk = desk_of(Watched(), trial.folder / "keys", trial.protocol, trial.clock)
    standing = type(desk).standing
    monkeypatch.setattr(type(desk), "standing", property(lambda self: order.append("read") or standing.fget(self)))
    unblind(desk, trial.call("ivy", reason=REASON), "S1")
    assert order[0] == "durable"
    assert "read" in order[1:]
    monkeypatch.undo()
    broken = desk_of(Broken(), trial.folder / "keys", trial.protocol, trial.clock)
    said = refused("COND-024", unblind, broken, trial.call("ivy", reason=REASON), "S2")
    assert trial.arm("S2") not in said
    assert next(iter(trial.desk.standing.allocation.unblindings.values())).subject == "S1"
    assert len(trial.desk.standing.allocation.unblindings) == 1


@pytest.mark.parametrize(
    ("reason", "code"), [("", "COND-008"), (" ", "COND-008"), (".", "COND-008"), ("sick", "COND-008")]
)
@pytest.mark.requirement("R30")
def test_without_a_reason_nothing_is_shown(trial, reason, code):
    """R30."""
    said = refused(code, unblind, trial.desk, trial.call("ivy", reason=reason), "S1")
    assert trial.arm("S1") not in said
    assert not trial.desk.standing.allocation.unblindings


@pytest.mark.parametrize("passphrase", ["", "not the passphrase"])
@pytest.mark.requirement("R30")
def test_without_proving_again_who_asks_nothing_is_shown(trial, passphrase):
    """R30."""
    said = refused("COND-045", unblind, trial.desk, trial.call("ivy", reason=REASON, passphrase=passphrase), "S1")
    assert trial.arm("S1") not in said
    assert not trial.desk.standing.allocation.unblindings


@pytest.mark.parametrize("person", ["ada", "sam", "cora", "ola", "mona", "dan", "pip", "bea", "ina", "S1"])
def test_only_those_who_care_for_a_participant_or_watch_over_safety_may(trial, person):
    refused("COND-047", unblind, trial.desk, trial.call(person, reason=REASON), "S1")


def test_only_ones_own_participants_and_only_those_with_an_arm(trial):
    trial.enrol("S3")
    own = refused("COND-090", unblind, trial.desk, trial.call("ivy", reason=REASON), "T1")
    assert trial.arm("T1") not in own
    refused("COND-090", unblind, trial.desk, trial.call("ivy", reason=REASON), "S3")
    refused("COND-090", unblind, trial.desk, trial.call("ivy", reason=REASON), "S9")
    assert unblind(trial.desk, trial.call("max", reason=REASON), "T1").arm == trial.arm("T1")


@pytest.mark.requirement("R30")
def test_it_works_whatever_the_phase(trial):
    """R30: day and night, paused, closed or locked."""
    trial.do("ada", EnrolmentPaused(), reason=WHY)
    unblind(trial.desk, trial.call("ivy", reason=REASON), "S1")
    events = (EnrolmentClosed(), Locked(trial.ledger.head.size + 1))
    trial.ledger.append([Draft(each, 4, "ada", WHY, role="sponsor", site="*") for each in events], trial.ledger.head)
    assert unblind(trial.desk, trial.call("cal", reason=REASON), "S2").arm == trial.arm("S2")


def test_asked_again_under_its_key_it_is_shown_again_and_recorded_once(trial):
    first = unblind(trial.desk, trial.call("ivy", reason=REASON, key="u-1"), "S1")
    size = trial.ledger.head.size
    assert unblind(trial.desk, trial.call("ivy", reason=REASON, key="u-1"), "S1") == first
    assert trial.ledger.head.size == size


def test_where_nothing_is_masked_there_is_nothing_to_unblind(tmp_path):
    from masked_trial import spec_of

    trial = Trial(tmp_path, masking=Masking("NONE"))
    trial.seal(spec_of(open_label=True))
    trial.randomise("S1")
    refused("COND-090", unblind, trial.desk, trial.call("ivy", reason=REASON), "S1")
    assert shown(trial, "ivy") == {"S1": trial.arm("S1")}


def test_without_the_key_of_the_arms_it_is_said_before_anything_is_recorded(trial):
    (trial.folder / "keys" / "arms.key").unlink()
    desk = desk_of(trial.ledger, trial.folder / "keys", trial.protocol, trial.clock)
    refused("COND-088", unblind, desk, trial.call("ivy", reason=REASON), "S1")


@pytest.mark.requirement("R32")
def test_the_register_holds_every_unblinding_until_somebody_else_has_assessed_it(trial):
    """R32: emergency, accidental and planned ones; each is open until its impact is assessed by another person."""
    unblind(trial.desk, trial.call("max", reason=REASON), "S1")
    accident = UnblindingReported("S2", "accidental", "the nurse of the ward")
    trial.do("cora", accident, reason="a syringe without its cover was seen")
    trial.do(
        "ada", UnblindingReported("T1", "planned", "the treating haematologist"), reason="the plan in section nine"
    )
    found = trial.view("mona").unblindings()
    assert [(row["subject"], row["kind"]) for row in found] == [
        ("S1", "emergency"),
        ("S2", "accidental"),
        ("T1", "planned"),
    ]
    entries = [row["entry"] for row in found]
    assert len(trial.desk.standing.before_lock()) >= 3
    impact = "one analysis without this participant as well; no change to the plan"
    own = refused("COND-092", trial.do, "max", UnblindingReviewed(entries[0], impact))
    assert "max" in own
    refused("COND-008", trial.do, "ada", UnblindingReviewed(entries[0], "none"))
    refused("COND-045", trial.do, "ada", UnblindingReviewed(entries[0], impact), passphrase="")
    refused("COND-047", trial.do, "ivy", UnblindingReviewed(entries[0], impact))
    trial.do("ada", UnblindingReviewed(entries[0], impact))
    refused("COND-092", trial.do, "bea", UnblindingReviewed(entries[0], impact))
    refused("COND-092", trial.do, "bea", UnblindingReviewed(1, impact))
    waiting = [row["subject"] for row in trial.view("mona").unblindings() if not row["reviewed_by"]]
    assert waiting == ["S2", "T1"]
    assert [said for said in trial.desk.standing.before_lock() if "S1" in said] == []
    assert any("S2" in said for said in trial.desk.standing.before_lock())


@pytest.mark.parametrize(
    "event",
    [
        UnblindingReported("S1", "emergency", "the nurse"),
        UnblindingReported("S1", "", "the nurse"),
        UnblindingReported("S1", "accidental", " "),
    ],
)
@pytest.mark.requirement("R32")
def test_a_report_says_how_and_who(trial, event):
    """R32."""
    refused("COND-091", trial.do, "cora", event, reason=WHY)


@pytest.mark.requirement("R32")
def test_a_report_is_about_a_participant_of_ones_own_site(trial):
    """R32."""
    event = UnblindingReported("T1", "accidental", "the nurse")
    refused("COND-090", trial.do, "cora", event, reason=WHY)
    refused("COND-091", trial.do, "ada", UnblindingReported("S9", "accidental", "the nurse"), reason=WHY)
    trial.do("ada", event, reason=WHY)


@pytest.mark.requirement("R31")
def test_the_whole_is_unmasked_by_two_people_after_the_lock(trial):
    """R31: one signature shows nothing, the same person twice neither, and two show everything."""
    refused("COND-048", trial.do, "ada", Unmask(), reason=WHY)
    events = (EnrolmentClosed(), Locked(trial.ledger.head.size + 1))
    trial.ledger.append([Draft(each, 4, "ada", WHY, role="sponsor", site="*") for each in events], trial.ledger.head)
    trial.do("ada", Unmask(), reason=WHY)
    assert set(shown(trial, "ivy").values()) == {None}
    refused("COND-134", trial.do, "ada", Unmask(), reason=WHY)
    refused("COND-045", trial.do, "dan", Unmask(), reason=WHY, passphrase="")
    assert set(shown(trial, "ivy").values()) == {None}
    trial.do("dan", Unmask(), reason=WHY)
    assert shown(trial, "ivy") == {"S1": trial.arm("S1"), "S2": trial.arm("S2")}
    assert UnblindingRequested("S1") not in [entry.event for entry in trial.ledger.entries()]
