"""A randomisation is fixed and bound before anybody is randomised, by somebody who lets nobody in."""

from __future__ import annotations

import dataclasses

import pytest

from masked_trial import PASSPHRASE, STAFF, UNMASKED, WHY, Trial, spec_of
from trialwright.conduct import commands as ask
from trialwright.conduct.allocating.asks import OpenRandomisation, Randomise, SealRandomisation
from trialwright.conduct.events.allocation import RandomisationSealed
from trialwright.conduct.events.trial import EnrolmentClosed, Locked, Unmasked, UnmaskingSigned
from trialwright.conduct.ledger.entry import Draft
from trialwright.conduct.ledger.rows import row_of
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.randomisation import Blocks, Key, Override, Salt, commit, opens, read_spec, write_spec
from trialwright.core.errors import StageError, TrialwrightError, UsageError
from trialwright.protocol.kinds import Masking

OPEN_LABEL = Masking("NONE")


@pytest.fixture
def trial(tmp_path):
    return Trial(tmp_path)


def code_of(fault):
    return fault.value.code


def unmasked(trial):
    """The end of the trial: locked, and the allocation of everybody opened."""
    events = (EnrolmentClosed(), Locked(trial.ledger.head.size + 1), UnmaskingSigned(), Unmasked(("ada", "dan")))
    trial.ledger.append([Draft(each, 4, "ada", WHY, role="sponsor", site="*") for each in events], trial.ledger.head)


@pytest.mark.requirement("R24")
def test_the_commitment_stands_on_the_ledger_and_binds_specification_and_key(trial):
    """R24: published before the first participant, it opens to what was sealed, and to nothing else."""
    (entry, signature) = trial.seal()
    keys = Keyring(trial.folder / "keys")
    key, salt = Key(keys.get("randomisation-1")), Salt(keys.get("randomisation-1-salt"))
    assert isinstance(entry.event, RandomisationSealed)
    assert opens(entry.event.commitment, spec_of(), key, salt)
    assert not opens(entry.event.commitment, spec_of(method=Blocks((4, 8))), key, salt)
    assert not opens(entry.event.commitment, spec_of(), Key(salt.value), salt)
    assert (signature.event.meaning, signature.event.of) == ("approved", entry.sequence)
    assert entry.event.custodian == "the pharmacy's safe"


@pytest.mark.requirement("R24")
def test_no_entry_holds_how_arms_are_drawn(trial):
    """R24: neither key, salt, block sizes, ratio nor method stand where somebody without keys can read them."""
    trial.seal(spec_of(method=Blocks((14, 22))))
    trial.randomise("S1")
    keys = Keyring(trial.folder / "keys")
    stored = "".join(row_of(entry).text for entry in trial.ledger.entries())
    sealing = next(entry for entry in trial.ledger.entries() if isinstance(entry.event, RandomisationSealed))
    said = str(dataclasses.replace(sealing.event, commitment=""))
    for secret in ("blocks", "sizes", "ratio", "placebo", keys.get("randomisation-1").hex()):
        assert secret not in said
    for secret in (
        "blocks",
        "sizes",
        "[14,22]",
        keys.get("randomisation-1").hex(),
        keys.get("randomisation-1-salt").hex(),
    ):
        assert secret not in stored
    assert "14" not in said
    assert "22" not in said


@pytest.mark.parametrize("person", sorted(set(STAFF) - UNMASKED))
@pytest.mark.requirement("R24")
def test_whoever_enrols_finds_no_specification_anywhere(tmp_path, person):
    """R24: every view of every masked role is fetched, and none has a word of how arms are drawn."""
    trial = Trial(tmp_path)
    trial.seal(spec_of(method=Blocks((14, 22))), key="seal")
    trial.randomise("S1")
    view, said = trial.view(person), list[object]()
    for fetch in (
        view.participants,
        view.audit,
        view.decisions,
        view.unblindings,
        view.notices,
        view.randomisation,
        lambda: view.participant("S1"),
        lambda: view.history("DM", "S1", 1),
    ):
        try:
            said.append(fetch())
        except StageError as fault:
            said.append(str(fault))
    text = str(said).replace(trial.desk.standing.allocation.sealings[0].event.commitment, "")
    for secret in ("blocks", "sizes", "[14", "22]", "ratio", "guesses"):
        assert secret not in text


@pytest.mark.requirement("R07")
@pytest.mark.requirement("R26")
def test_a_statistician_is_shown_what_can_be_foretold_and_the_reading_is_recorded(trial):
    """R26: the shares that an observer could guess are shown; R07: each reading of the list is one event."""
    trial.seal()
    before = trial.ledger.head.size
    (found,) = trial.view("sam").randomisation()
    assert any("guesses" in line for line in found["predictability"])
    assert read_spec(found["specification"]) == spec_of()
    assert [type(each.event).__name__ for each in trial.ledger.entries(before + 1)] == ["ArmsViewed"]


@pytest.mark.requirement("R26")
def test_an_open_label_trial_with_minimal_blocks_needs_an_override(tmp_path):
    """R26: one minimal block size is refused; with an override that somebody signs it is sealed."""
    trial = Trial(tmp_path, masking=OPEN_LABEL)
    allowed = spec_of(open_label=True, method=Blocks((4, 6)))
    text = write_spec(allowed)
    for sizes in ("[2]", "[2, 4]", "[4]"):
        with pytest.raises(UsageError) as fault:
            trial.do("sam", SealRandomisation(text.replace("[4, 6]", sizes), "the safe"))
        assert code_of(fault) == "RAND-007"
    assert not trial.desk.standing.allocation.sealings
    signed = Override("the product is given to the first two together", "Sam Example", "2026-01-05")
    trial.seal(dataclasses.replace(allowed, method=Blocks((2,)), override=signed))
    assert trial.desk.standing.allocation.sealed is not None


@pytest.mark.requirement("R26")
def test_what_those_who_enrol_can_see_is_not_sealed_as_masked(tmp_path):
    """R26: calling an open-label trial masked would slip past the rule about predictable blocks."""
    for masking in (OPEN_LABEL, Masking("SINGLE", ("OUTCOMES_ASSESSOR",))):
        folder = tmp_path / (masking.level or "none")
        folder.mkdir()
        trial = Trial(folder, masking=masking)
        with pytest.raises(StageError) as fault:
            trial.seal(spec_of(open_label=False))
        assert code_of(fault) == "COND-081"


@pytest.mark.requirement("R24")
def test_nothing_has_a_default(trial):
    """R24: ratio, factors and block sizes are stated and signed, or nothing is sealed."""
    text = write_spec(spec_of())
    lines = text.splitlines(keepends=True)
    for wanted in ("ratio", "arms", "open_label", "method", "factors", "trial"):
        kept, skipping = list[str](), False
        for line in lines:
            skipping = line.startswith(wanted) or (skipping and line[:1] in " -")
            kept += [] if skipping else [line]
        with pytest.raises(TrialwrightError) as fault:
            trial.do("sam", SealRandomisation("".join(kept), "the safe"))
        assert code_of(fault) == "RAND-016", wanted
    for passphrase in ("", "another passphrase"):
        with pytest.raises(StageError) as fault:
            trial.seal(passphrase=passphrase)
        assert code_of(fault) == "COND-045"
    with pytest.raises(StageError) as fault:
        trial.do("sam", SealRandomisation(text, "  "))
    assert code_of(fault) == "COND-081"
    assert not trial.desk.standing.allocation.sealings


@pytest.mark.parametrize(
    "spec",
    [spec_of(arms=("cells", "another")), spec_of(ratio=(2, 1), method=Blocks((6, 9)))],
    ids=["an arm that is none", "another ratio than the protocol's"],
)
def test_a_specification_that_does_not_fit_the_protocol_is_refused(trial, spec):
    with pytest.raises(StageError) as fault:
        trial.seal(spec)
    assert code_of(fault) == "COND-081"


@pytest.mark.parametrize("person", ["ivy", "cora", "cal", "ola", "max", "mona", "dan", "pip", "bea", "ina"])
def test_whoever_has_no_such_duty_seals_nothing(trial, person):
    with pytest.raises(StageError) as fault:
        trial.do(person, SealRandomisation(write_spec(spec_of()), "the safe"))
    assert code_of(fault) == "COND-047"


@pytest.mark.requirement("R24")
def test_a_sponsor_who_also_enrols_does_not_seal(trial):
    """R24: one person in two roles would know how the next arm is drawn and choose whom to bring."""
    from trialwright.conduct.events.people import RoleGranted

    trial.do("ada", SealRandomisation(write_spec(spec_of()), "the safe"))
    event = RoleGranted("ada", "coordinator", "01")
    trial.ledger.append([Draft(event, 4, "ada", role="sponsor", site="*")], trial.ledger.head)
    with pytest.raises(StageError) as fault:
        trial.do("ada", SealRandomisation(write_spec(spec_of()), "the safe"), reason=WHY)
    assert code_of(fault) == "COND-082"


def test_another_randomisation_is_sealed_only_with_a_reason_and_has_a_key_of_its_own(trial):
    trial.seal()
    with pytest.raises(StageError) as fault:
        trial.seal()
    assert code_of(fault) == "COND-008"
    trial.seal(reason=WHY)
    keys = Keyring(trial.folder / "keys")
    assert keys.get("randomisation-1") != keys.get("randomisation-2")
    trial.randomise("S1")
    assert trial.desk.standing.allocation.randomised["S1"].sealing == 2


@pytest.mark.requirement("R24")
def test_the_commitment_opens_at_the_end_and_the_list_is_drawn_again(trial):
    """R24: the commitment published at the start and the one opened at the close are equal."""
    trial.seal()
    trial.randomise("S1", "S2", "S3")
    with pytest.raises(StageError) as fault:
        trial.do("sam", OpenRandomisation(1))
    assert code_of(fault) == "COND-048"
    unmasked(trial)
    event = trial.do("sam", OpenRandomisation(1))[0].event
    published = trial.desk.standing.allocation.sealings[0].event.commitment
    assert event.opens
    assert event.differences == ()
    assert published == commit(spec_of(), Key.read(event.key), Salt.read(event.salt))
    with pytest.raises(StageError) as fault:
        trial.do("sam", OpenRandomisation(1))
    assert code_of(fault) == "COND-089"
    (shown,) = trial.view("ivy").randomisation()
    assert shown["opened"]["key"] == event.key


@pytest.mark.requirement("R24")
def test_an_arm_that_the_list_does_not_give_is_found_at_the_end(trial, monkeypatch):
    """R24: somebody who changed the program to give another arm is found out by the audit."""
    from trialwright.conduct.randomisation.randomiser import Randomiser

    trial.seal()
    honest = Randomiser.next
    swapped = {"cells": "placebo", "placebo": "cells"}

    def crooked(self, subject, levels):
        found = honest(self, subject, levels)
        return dataclasses.replace(found, arm=swapped[found.arm]) if subject == "S2" else found

    monkeypatch.setattr(Randomiser, "next", crooked)
    trial.randomise("S1", "S2", "S3")
    monkeypatch.undo()
    unmasked(trial)
    event = trial.do("sam", OpenRandomisation(1))[0].event
    assert event.opens
    assert [each.split(":")[0] for each in event.differences] == ["allocation 2"]


@pytest.mark.requirement("R24")
def test_without_its_keys_nothing_is_drawn(trial):
    """R24: the list cannot go on from another key by accident."""
    trial.seal()
    trial.enrol("S1")
    (trial.folder / "keys" / "randomisation-1.key").unlink()
    from masked_trial import desk_of

    desk = desk_of(trial.ledger, trial.folder / "keys", trial.protocol, trial.clock)
    with pytest.raises(StageError) as fault:
        desk.do(trial.call("ivy"), Randomise("S1", {"site": "01"}))
    assert code_of(fault) == "COND-088"
    assert not (trial.folder / "keys" / "randomisation-1.key").exists()


def test_with_a_sealed_randomisation_nobody_chooses_the_arm(trial):
    trial.seal()
    trial.enrol("S1")
    for arm in ("cells", "placebo"):
        with pytest.raises(StageError) as fault:
            trial.do("ivy", ask.Allocate("S1", 4, arm))
        assert code_of(fault) == "COND-094"


def test_the_passphrase_stands_nowhere(trial):
    trial.seal(key="seal")
    assert PASSPHRASE not in "".join(row_of(entry).text for entry in trial.ledger.entries())
