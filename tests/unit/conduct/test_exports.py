"""Exports: the same bytes each time, nothing masked in a masked one, and any change of a byte seen offline."""

import io
import json
import zipfile

import pytest

from masked_trial import Trial
from trialwright.conduct.events.exports import Exported
from trialwright.conduct.exports.asking import exported
from trialwright.conduct.exports.bundle import ENTRIES, ENVELOPES, MANIFEST, export
from trialwright.conduct.exports.check import check
from trialwright.conduct.exports.tables import MASKED
from trialwright.conduct.ledger import attest, new_key, server_clock, verify, witness_in
from trialwright.core.errors import InputError, StageError


@pytest.fixture
def trial(tmp_path):
    found = Trial(tmp_path)
    found.seal()
    found.randomise("S-1", "S-2", "S-3")
    return found


def opened(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def packed(files: dict[str, str], path):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


@pytest.mark.requirement("R51")
@pytest.mark.parametrize("masked", [True, False])
def test_an_export_names_the_ledger_and_is_the_same_bytes_each_time(trial, masked):
    first, again = (export(trial.ledger, trial.desk.keys, masked=masked, role="sponsor") for _ in range(2))
    assert first.sha256 == again.sha256
    report = verify(trial.ledger)
    about = first.manifest
    assert (about["size"], about["root"], about["origin"]) == (report.head.size, report.root, report.origin)
    assert (about["filter"], about["role"]) == ("masked" if masked else "full", "sponsor")
    assert about["software"]


@pytest.mark.requirement("R51")
def test_an_export_of_what_stood_earlier_is_the_same_later(trial):
    size = trial.ledger.head.size
    before = export(trial.ledger, trial.desk.keys, masked=False, size=size)
    trial.randomise("S-4")
    assert export(trial.ledger, trial.desk.keys, masked=False, size=size).sha256 == before.sha256


def test_a_masked_export_holds_no_arm_and_no_envelope(trial):
    files = opened(export(trial.ledger, None, masked=True).content)
    assert ENVELOPES not in files
    rows = [line.split(",") for line in files["csv/dm.csv"].splitlines()]
    assert {row[rows[0].index("ARMCD")] for row in rows[1:]} == {MASKED}
    openly = "".join(text for name, text in files.items() if name.startswith(("csv/", "dataset-json/")))
    assert "placebo" not in openly
    bodies = [json.loads(line.partition(" ")[2]) for line in files[ENTRIES].splitlines()]
    assert {body["body"]["arm"] for body in bodies if body["type"] == "Randomised"} == {""}


def test_a_full_export_holds_the_arms(trial):
    files = opened(export(trial.ledger, trial.desk.keys, masked=False).content)
    found = json.loads(files["dataset-json/dm.json"])
    place = [column["name"] for column in found["columns"]].index("ARMCD")
    assert {row[place] for row in found["rows"]} <= {"cells", "placebo"}
    assert found["records"] == len(found["rows"]) == 3
    assert found["datasetJSONVersion"] == "1.1.0"


@pytest.mark.requirement("R52")
@pytest.mark.parametrize("masked", [True, False])
def test_an_export_verifies_with_no_ledger(trial, tmp_path, masked):
    path = tmp_path / "export.zip"
    path.write_bytes(export(trial.ledger, trial.desk.keys, masked=masked).content)
    found = check(path, keys=None if masked else trial.desk.keys)
    assert (found.sound, found.faults) == (True, ())


def test_without_keys_it_is_said_what_was_not_checked(trial, tmp_path):
    path = tmp_path / "export.zip"
    path.write_bytes(export(trial.ledger, trial.desk.keys, masked=False).content)
    assert any("without keys" in notice for notice in check(path).notices)


@pytest.mark.requirement("R52")
@pytest.mark.parametrize("name", ["csv/dm.csv", "dataset-json/dm.json", ENTRIES, ENVELOPES])
def test_a_changed_file_is_named(trial, tmp_path, name):
    files = opened(export(trial.ledger, trial.desk.keys, masked=False).content)
    files[name] = files[name].replace("S-1", "S-9").replace('"salt":"', '"salt":"00')
    found = check(packed(files, tmp_path / "changed.zip"), keys=trial.desk.keys)
    assert f"{name} was changed" in found.faults


def test_a_table_forged_with_its_digest_is_not_what_the_entries_make(trial, tmp_path):
    import hashlib

    files = opened(export(trial.ledger, trial.desk.keys, masked=False).content)
    swapped = files["csv/dm.csv"].replace("placebo", "?").replace("cells", "placebo").replace("?", "cells")
    manifest = json.loads(files[MANIFEST])
    manifest["files"]["csv/dm.csv"] = hashlib.sha256(swapped.encode()).hexdigest()
    forged = {**files, "csv/dm.csv": swapped, MANIFEST: json.dumps(manifest)}
    found = check(packed(forged, tmp_path / "forged.zip"), keys=trial.desk.keys)
    assert found.faults == ("csv/dm.csv is not what the entries make",)


def test_entries_cut_off_and_sealed_again_show_against_the_witness(trial, tmp_path):
    signer = new_key("witness", tmp_path / "signing")
    attest(tmp_path / "witness", verify(trial.ledger).checkpoint(server_clock()), signer)
    witness = witness_in(tmp_path / "witness", [signer.verifier])
    path = tmp_path / "short.zip"
    path.write_bytes(export(trial.ledger, trial.desk.keys, masked=False, size=trial.ledger.head.size - 1).content)
    assert check(path, keys=trial.desk.keys).sound
    assert "were cut off" in check(path, keys=trial.desk.keys, witness=witness).faults[0]


@pytest.mark.parametrize("content", [b"", b"PK", b"\x00" * 100])
def test_what_is_no_export_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "other.zip"
    path.write_bytes(content)
    with pytest.raises(InputError, match="COND-152"):
        check(path)


@pytest.mark.requirement("R07")
def test_each_export_is_one_entry(trial):
    before = trial.ledger.head.size
    made = exported(trial.desk, trial.call("dan"), masked=True)
    after = list(trial.ledger.entries(before + 1))
    assert [type(entry.event) for entry in after] == [Exported]
    assert (after[0].event.size, after[0].event.root) == (before, made.manifest["root"])


def test_whoever_is_masked_gets_no_arms(trial):
    size = trial.ledger.head.size
    with pytest.raises(StageError, match="COND-153"):
        exported(trial.desk, trial.call("dan"), masked=False)
    assert trial.ledger.head.size == size
    assert exported(trial.desk, trial.call("sam"), masked=False).manifest["filter"] == "full"
