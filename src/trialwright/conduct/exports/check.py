"""An export checked without its ledger: its files, its entries, and its tables against those."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.conduct.exports.bundle import ENTRIES, ENVELOPES, FORMAT, MANIFEST, VERSION
from trialwright.conduct.exports.dataset_json import dataset_json
from trialwright.conduct.exports.kept import Kept
from trialwright.conduct.exports.tables import tables
from trialwright.conduct.ledger.envelope import Envelope
from trialwright.conduct.ledger.rows import Row
from trialwright.conduct.ledger.verification import verify
from trialwright.conduct.standing import Standing, folded
from trialwright.core.errors import InputError, TrialwrightError

if TYPE_CHECKING:
    from trialwright.conduct.ledger.witness import Witness
    from trialwright.conduct.masking.keys import Keyring

LARGEST = 4 * 2**30


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of an export. `faults`: what is wrong; empty if all is well. `notices`: what was not checked."""

    manifest: dict[str, Any]
    faults: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def check(path: Path | str, *, keys: Keyring | None = None, witness: Witness | None = None) -> Checked:
    """Check an export offline: every file against the manifest, the entries against each other, the manifest's root
    and the witness, and every table against the entries, from which it is made again.

    `keys`: without them the sealed columns of a full export are only held against their digests. Raises InputError
    (COND-152) if the file is no export at all.
    """
    files = _files(Path(path))
    manifest = _manifest(files, Path(path))
    faults = _digests(files, manifest)
    masked = manifest.get("filter") == "masked"
    try:
        kept = Kept(_rows(files), {} if masked else _envelopes(files))
    except (ValueError, KeyError, TypeError) as fault:
        return Checked(manifest, (*faults, f"its entries cannot be read: {fault}"), ())
    report = verify(kept, witness, envelopes=not masked)
    faults += [
        fault.why if fault.sequence is None else f"entry {fault.sequence}: {fault.why}" for fault in report.faults
    ]
    found = {"size": len(kept.stored), "hash": kept.head.hash, "root": report.root, "origin": report.origin}
    faults += [
        f"the manifest says {name} {manifest.get(name)!r}, and the entries give {value!r}"
        for name, value in found.items()
        if manifest.get(name) != value
    ]
    notices = list(report.notices)
    if not faults:
        if not masked and keys is None:
            notices.append("without keys, the columns that are sealed were not made again from the entries")
        else:
            faults += _tables(kept, None if masked else keys, files, manifest)
    return Checked(manifest, tuple(faults), tuple(notices))


def _tables(kept: Kept, keys: Keyring | None, files: dict[str, str], manifest: dict[str, Any]) -> list[str]:
    """The tables that are not those that the entries make."""
    try:
        standing = folded(Standing(), kept, keys)
        last = next(kept.entries(len(kept.stored)))
        about = {"study": manifest["trial"], "made": last.recorded, "version": manifest["software"]}
        due: dict[str, str] = {}
        for domain, frame in tables(standing, masked=keys is None).items():
            due[f"csv/{domain.lower()}.csv"] = frame.write_csv()
            due[f"dataset-json/{domain.lower()}.json"] = dataset_json(domain, frame, **about)
    except TrialwrightError as fault:
        return [f"the entries make no tables: {fault.message}"]
    there = {name for name in files if name not in (MANIFEST, ENTRIES, ENVELOPES)}
    wrong = sorted(name for name in there | due.keys() if files.get(name) != due.get(name))
    return [f"{name} is not what the entries make" for name in wrong]


def _files(path: Path) -> dict[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            names = archive.namelist()
            if len(set(names)) != len(names) or sum(each.file_size for each in archive.infolist()) > LARGEST:
                raise ValueError("it holds a file twice, or is too large")
            return {name: archive.read(name).decode("utf-8") for name in names}
    except (OSError, ValueError, zipfile.BadZipFile, RuntimeError, EOFError) as fault:
        raise _no_export(path, str(fault)) from fault


def _manifest(files: dict[str, str], path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(files[MANIFEST])
    except (KeyError, ValueError, RecursionError) as fault:
        raise _no_export(path, f"its manifest cannot be read: {fault}") from fault
    right = isinstance(manifest, dict) and (manifest.get("format"), manifest.get("version")) == (FORMAT, VERSION)
    if not right or not isinstance(manifest.get("files"), dict) or ENTRIES not in files:
        raise _no_export(path, "it has no manifest of this format, or no entries")
    return dict(manifest)


def _digests(files: dict[str, str], manifest: dict[str, Any]) -> list[str]:
    found = {name: hashlib.sha256(text.encode("utf-8")).hexdigest() for name, text in files.items() if name != MANIFEST}
    due = manifest["files"]
    said = [f"{name} is not in the manifest" for name in sorted(found.keys() - due.keys())]
    said += [f"{name} is missing" for name in sorted(due.keys() - found.keys())]
    return said + [f"{name} was changed" for name in sorted(found.keys() & due.keys()) if found[name] != due[name]]


def _rows(files: dict[str, str]) -> tuple[Row, ...]:
    rows = []
    for line in files[ENTRIES].split("\n")[:-1]:
        digest, _, text = line.partition(" ")
        found = json.loads(text)
        rows.append(Row(int(found["sequence"]), str(found.get("key", "")), text, digest))
    return tuple(rows)


def _envelopes(files: dict[str, str]) -> dict[int, tuple[Envelope, ...]]:
    beside: dict[int, tuple[Envelope, ...]] = {}
    for line in files.get(ENVELOPES, "").split("\n")[:-1]:
        found = json.loads(line)
        salt, ciphertext = bytes.fromhex(found["salt"]), bytes.fromhex(found["ciphertext"])
        envelope = Envelope(found["name"], found["key_id"], salt, ciphertext)
        beside[found["sequence"]] = (*beside.get(found["sequence"], ()), envelope)
    return beside


def _no_export(path: Path, why: str) -> InputError:
    return InputError(
        "COND-152",
        f"{path} is not an export of a trial: {why}",
        expected="a zip file that `trialwright conduct export` wrote",
        mend="name the right file; ask for a new copy",
    )
