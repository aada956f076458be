"""An export in one zip file: entries, tables, and a manifest that names the ledger's size and root."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialwright.conduct.canonical import canonical
from trialwright.conduct.exports.dataset_json import dataset_json
from trialwright.conduct.exports.kept import Kept
from trialwright.conduct.exports.tables import tables
from trialwright.conduct.ledger.verification import verify
from trialwright.conduct.standing import Standing, folded
from trialwright.core.errors import StageError

if TYPE_CHECKING:
    from trialwright.conduct.ledger.envelope import Envelope
    from trialwright.conduct.ledger.interface import Ledger
    from trialwright.conduct.masking.keys import Keyring

FORMAT, VERSION = "trialwright export", 1
MANIFEST, ENTRIES, ENVELOPES = "manifest.json", "entries.txt", "envelopes.jsonl"
_UNPACKED = (MANIFEST, ENTRIES, ENVELOPES)
"""Files with hashes are not compressed, or the size of an export would hang on what was sealed."""
_WHEN = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Export:
    """An export: its bytes, and its manifest as plain values."""

    content: bytes
    manifest: dict[str, Any]

    @property
    def sha256(self) -> str:
        """The digest (hex) of the file."""
        return hashlib.sha256(self.content).hexdigest()


def export(ledger: Ledger, keys: Keyring | None, *, masked: bool, size: int | None = None, role: str = "") -> Export:
    """What stood after the first `size` entries (without it, all), as one zip file: the same bytes each time.

    `masked`: whether arms, doses and products are substituted and no envelope is among the files; then `keys` are not
    used. `role`: for whom it is made. Raises StageError (COND-151) if the ledger is not sound, holds fewer entries, or
    holds none.
    """
    from trialwright import __version__

    kept = Kept.of(ledger, ledger.head.size if size is None else size, envelopes=not masked)
    report = verify(kept, envelopes=not masked)
    if not report.sound or not kept.stored or (size is not None and len(kept.stored) != size):
        why = report.first.why if report.first else f"it holds {len(kept.stored)} entries"
        raise StageError(
            "COND-151",
            f"nothing was exported: {why}",
            expected="a sound ledger that holds that many entries, one or more",
            mend="verify the ledger first",
        )
    standing = folded(Standing(), kept, None if masked else keys)
    begun, last = standing.course.begun, next(kept.entries(len(kept.stored)))
    study = begun.trial if begun is not None else "trial"
    files = {ENTRIES: "".join(f"{row.hash} {row.text}\n" for row in kept.stored)}
    if not masked:
        files[ENVELOPES] = "".join(_line(sequence, each) for sequence, all_ in kept.beside.items() for each in all_)
    for domain, frame in tables(standing, masked=masked).items():
        files[f"csv/{domain.lower()}.csv"] = frame.write_csv()
        files[f"dataset-json/{domain.lower()}.json"] = dataset_json(
            domain, frame, study=study, made=last.recorded, version=__version__
        )
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "software": __version__,
        "trial": study,
        "mode": begun.mode if begun is not None else "",
        "role": role,
        "filter": "masked" if masked else "full",
        "origin": report.origin,
        "size": len(kept.stored),
        "hash": kept.head.hash,
        "root": report.root,
        "files": {name: hashlib.sha256(text.encode("utf-8")).hexdigest() for name, text in sorted(files.items())},
    }
    return Export(_zipped({MANIFEST: json.dumps(manifest, indent=2) + "\n", **files}), manifest)


def _line(sequence: int, envelope: Envelope) -> str:
    found = {
        "sequence": sequence,
        "name": envelope.name,
        "key_id": envelope.key_id,
        "salt": envelope.salt.hex(),
        "ciphertext": envelope.ciphertext.hex(),
    }
    return canonical(found) + "\n"


def _zipped(files: dict[str, str]) -> bytes:
    """One zip file, the same bytes for the same texts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in sorted(files.items()):
            about = zipfile.ZipInfo(name, _WHEN)
            about.external_attr, about.create_system = 0o644 << 16, 3
            about.compress_type = zipfile.ZIP_STORED if name in _UNPACKED else zipfile.ZIP_DEFLATED
            archive.writestr(about, text.encode("utf-8"), compresslevel=6)
    return buffer.getvalue()
