"""A process that dies at any call that changes a file: what it acknowledged stands, nothing is half, a retry goes on.

Every call is tried: before it, and for writes with half of them carried out. That is each write and sync point of
SQLite under the desk, of the files of keys and passphrases, and of the folder of a trial.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

import dying
import pytest
from dying_jobs import ENTERING, NEW, OLD, SUBJECTS, desk_at, entering, erasing, sealing

from masked_trial import Trial, protocol
from trialwright.conduct import SqliteLedger
from trialwright.conduct.allocating.sealing import key_names
from trialwright.conduct.events import Enrolled
from trialwright.conduct.events.allocation import RandomisationSealed, Randomised
from trialwright.conduct.events.people import Signed
from trialwright.conduct.events.subjects import IdentityErased
from trialwright.conduct.folder import find, make
from trialwright.conduct.ledger import server_clock, verify
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.people import credentials
from trialwright.conduct.people.credentials import Credentials
from trialwright.conduct.randomisation import Key, Salt, commit
from trialwright.core.errors import InputError, StageError, UsageError

pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="processes are stopped at their calls by ptrace"
)
HALF = pytest.mark.parametrize("half", [False, True])


@pytest.fixture
def deaths(tmp_path):
    """Runs a job of `dying_jobs` once for every call at which it can die; gives each folder with what was told."""

    def run(job: str, base: Path, *, half: bool):
        out = tmp_path / "deaths"
        out.mkdir()
        command = [sys.executable, str(Path(dying.__file__)), job, str(base), str(out), *(["half"] if half else [])]
        found = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert found.returncode == 0, found.stderr
        folders = sorted((each for each in out.iterdir() if each.is_dir()), key=lambda each: int(each.name))
        calls = (out / "calls").read_text("ascii").split()
        assert len(folders) == (sum(each in dying.WRITES for each in calls) if half else len(calls)) + 1 > 1
        return calls, [(each, each.with_suffix(".told").read_text("utf-8").split("\n")[:-1]) for each in folders]

    return run


@pytest.fixture
def base(tmp_path):
    """The folder of a masked trial on SQLite, its people known, before anything is sealed."""
    folder = tmp_path / "base"
    folder.mkdir()
    ledger = SqliteLedger(folder / "ledger.sqlite", server_clock, create=True)
    trial = Trial(folder, ledger=ledger, clock=server_clock, size=40)
    trial.admit(*SUBJECTS)
    yield trial
    ledger.close()


def entered(desk):
    """The entries that are about entering the trial."""
    return [entry for entry in desk.ledger.entries() if isinstance(entry.event, Enrolled | Randomised)]


@pytest.mark.requirement("R01")
@pytest.mark.requirement("R27")
@HALF
def test_a_desk_dies_at_every_write_and_sync(base, deaths, half):
    """R01, R27: enrolment and randomisation stand both or not at all; a retry has the slot that was told."""
    base.do("sam", *sealing()[1:])
    base.ledger.close()
    calls, found = deaths("enter", base.folder, half=half)
    assert {"fsync", "pwrite64", "unlink", "create"} <= {each.replace("fdatasync", "fsync") for each in calls}
    reached = set()
    for folder, told in found:
        desk = desk_at(folder)
        assert verify(desk.ledger).sound, folder.name
        standing = entered(desk)
        assert len(standing) % 2 == 0
        reached.add(len(standing))
        before = {entry.sequence: entry for entry in standing}
        for line in told:
            subject, enrolled, randomised = line.split()
            assert before[int(enrolled)].event.subject == before[int(randomised)].event.subject == subject
        for place, subject in enumerate(SUBJECTS):
            enrolled, randomised = desk.do(*entering(subject))
            again = desk.do(*entering(subject))
            assert [each.sequence for each in again] == [enrolled.sequence, randomised.sequence]
            assert randomised.event.slot == place + 1
            if 2 * place < len(standing):
                assert before[randomised.sequence] == randomised
        assert verify(desk.ledger).sound
        desk.ledger.close()
    assert reached == {2 * place for place in range(ENTERING + 1)}


@HALF
def test_a_sealing_dies_at_every_call_and_its_keys_are_never_half(base, deaths, half):
    """The key is made before the commitment to it is published; whatever stands of it, the next try seals with it."""
    base.ledger.close()
    _, found = deaths("seal", base.folder, half=half)
    for folder, told in found:
        desk = desk_at(folder)
        entries = [entry for entry in desk.ledger.entries() if isinstance(entry.event, RandomisationSealed | Signed)]
        assert len(entries) in (0, 2)
        assert bool(entries) >= bool(told)
        sealed = desk.do(*sealing())[0]
        assert not entries or entries[0] == sealed
        key, salt = (Keyring(folder / "keys").get(name) for name in key_names(1))
        spec = desk.standing.allocation.sealed.specification
        from trialwright.conduct.randomisation.spec_file import read_spec

        assert commit(read_spec(spec), Key(key), Salt(salt)) == sealed.event.commitment
        assert desk.do(*entering("P1"))[1].event.slot == 1
        desk.ledger.close()


@pytest.mark.requirement("R55")
def test_an_erasure_dies_at_every_call_and_is_finished_or_not_begun(base, deaths):
    """R55: where the entry stands the key is gone as soon as the ledger is read; where it does not, nothing is lost."""
    key = Keyring(base.folder / "keys").make("identity-P1")
    base.ledger.close()
    _, found = deaths("erase", base.folder, half=False)
    for folder, told in found:
        desk = desk_at(folder)
        assert desk.standing.head.size
        stands = any(isinstance(entry.event, IdentityErased) for entry in desk.ledger.entries())
        assert stands >= bool(told)
        assert Keyring(folder / "keys").get("identity-P1") == (None if stands else key)
        desk.do(*erasing())
        assert Keyring(folder / "keys").get("identity-P1") is None
        desk.ledger.close()


@HALF
def test_a_key_is_whole_or_not_there(tmp_path, deaths, half):
    (tmp_path / "empty").mkdir()
    calls, found = deaths("key", tmp_path / "empty", half=half)
    assert {"write", "fsync"} <= set(calls)
    for folder, told in found:
        made = Keyring(folder / "keys").get("arms")
        assert made is None or len(made) == 32
        assert told in ([], [made.hex() if made else ""])
        assert Keyring(folder / "keys").make("arms") == (made or Keyring(folder / "keys").get("arms"))


@HALF
def test_a_passphrase_is_the_old_one_or_the_new_one(tmp_path, deaths, half, monkeypatch):
    monkeypatch.setattr(credentials, "COST", (16, 8, 1))
    (tmp_path / "old").mkdir()
    Credentials(tmp_path / "old" / "keys").set("ivy", OLD)
    _, found = deaths("passphrase", tmp_path / "old", half=half)
    for folder, told in found:
        kept = Credentials(folder / "keys")
        assert [kept.proves("ivy", OLD), kept.proves("ivy", NEW)] in ([True, False], [False, True])
        assert not told or kept.proves("ivy", NEW)
        kept.set("ivy", "a third passphrase")
        assert kept.proves("ivy", "a third passphrase")


def test_a_trial_that_dies_while_it_is_begun_has_begun_or_is_told_to_be_none(tmp_path, deaths):
    """Whatever stands is either a trial, whole, or a folder that is refused; nothing can be begun over it."""
    (tmp_path / "empty").mkdir()
    calls, found = deaths("begin", tmp_path / "empty", half=False)
    assert {"mkdir", "rename", "fsync"} <= {each.replace("fdatasync", "fsync") for each in calls}
    begun = 0
    for folder, told in found:
        trial = folder / "trial"
        if trial.exists() and any(trial.iterdir()):
            with pytest.raises(UsageError, match="COND-051"):
                make(trial)
        try:
            place = find(trial)
            ledger = place.store()
        except (InputError, StageError):
            assert not told
            continue
        assert verify(ledger).sound
        assert ledger.head.size in (0, 4)
        assert bool(ledger.head.size) >= bool(told)
        if ledger.head.size:
            begun += 1
            digest = next(entry.event.protocol for entry in ledger.entries() if type(entry.event).__name__ == "Opened")
            assert (trial / "protocols" / f"{digest}.yaml").exists()
            assert json.loads((trial / "trial.json").read_text("utf-8"))["format"] == 1
        ledger.close()
    assert begun


def test_what_dies_is_seen_to_die(tmp_path, deaths):
    """The instrument itself: at the last moment the job lives, at all others it does not come to its end."""
    (tmp_path / "empty").mkdir()
    _, found = deaths("key", tmp_path / "empty", half=False)
    assert found[-1][1]
    assert not found[0][1]
    assert protocol(size=40).design.size == 40
