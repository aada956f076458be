"""The folder of a live trial: where its ledger is, its protocol in every version, its keys.

TRIAL/trial.json              what kind of store, where the ledger and the keys are
TRIAL/protocols/DIGEST.yaml   each version of the protocol, named by its SHA-256
TRIAL/ledger.sqlite           the ledger, unless it is in PostgreSQL
TRIAL/keys/                   keys and passphrases, unless they are kept elsewhere
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from trialwright.conduct.desk import Desk
from trialwright.conduct.ledger.clock import server_clock
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.people.credentials import Credentials
from trialwright.conduct.rule import Plan
from trialwright.core.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trialwright.conduct.ledger.clock import Clock
    from trialwright.conduct.ledger.interface import Ledger

FORMAT = 1
KEYS_VARIABLE = "TRIALWRIGHT_KEYS"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trial is kept. `postgres`: how to connect to its ledger, None where it is in SQLite in the folder."""

    path: Path
    keys: Path
    postgres: str | None = None

    @property
    def ledger(self) -> Path:
        """The SQLite ledger."""
        return self.path / "ledger.sqlite"

    def store(self, clock: Clock = server_clock) -> Ledger:
        """The ledger, opened. Raises StageError as its store does."""
        if self.postgres is not None:
            from trialwright.conduct.ledger.postgres import PostgresLedger

            return PostgresLedger(self.postgres, clock)
        from trialwright.conduct.ledger.sqlite import SqliteLedger

        return SqliteLedger(self.ledger, clock)

    def keep(self, protocol: bytes) -> str:
        """Keep a version of the protocol's file, durably, and give its digest."""
        digest = hashlib.sha256(protocol).hexdigest()
        _write(self.path / "protocols" / f"{digest}.yaml", protocol)
        return digest


def make(path: Path | str, *, keys: Path | str | None = None, postgres: str | None = None) -> Place:
    """The folder of a new trial; with SQLite, its empty ledger too. Raises UsageError (COND-051) if it is not empty."""
    place = Place(Path(path), Path(keys) if keys else Path(path) / "keys", postgres)
    if place.path.exists() and any(place.path.iterdir()):
        raise UsageError(
            "COND-051",
            f"{place.path} is not empty",
            expected="a folder that is not there yet, or is empty",
            mend="name another folder; a trial is never begun over another",
        )
    if any(place.keys.glob("*.key")):
        raise UsageError(
            "COND-051",
            f"{place.keys} holds keys already",
            expected="a folder of keys for this trial alone",
            mend="name another folder: under the keys of another trial, of a rehearsal too, its list could be known",
        )
    place.path.mkdir(parents=True, exist_ok=True)
    if postgres is None:
        from trialwright.conduct.ledger.sqlite import SqliteLedger

        SqliteLedger(place.ledger, server_clock, create=True).close()
    _write_about(place.path, {"format": FORMAT, "keys": str(keys) if keys else "keys", "postgres": postgres})
    return place


def switch(place: Place, postgres: str) -> None:
    """From now on the trial in this folder has its ledger in PostgreSQL."""
    about = json.loads((place.path / "trial.json").read_text("utf-8"))
    _write_about(place.path, {**about, "postgres": postgres})


def _write_about(folder: Path, about: Mapping[str, object]) -> None:
    _write(folder / "trial.json", json.dumps(about, indent=2).encode("utf-8") + b"\n")


def find(path: Path | str) -> Place:
    """The trial in a folder. The variable TRIALWRIGHT_KEYS names another folder of keys.

    Raises InputError (COND-052) if it is none.
    """
    folder = Path(path)
    try:
        about = json.loads((folder / "trial.json").read_text("utf-8"))
        if about["format"] != FORMAT:
            raise ValueError(f"it is of format {about['format']!r}")
        named = os.environ.get(KEYS_VARIABLE)
        keys = Path(named).absolute() if named else Path(about["keys"])
        postgres = about["postgres"]
        if postgres is not None and not isinstance(postgres, str):
            raise ValueError("the address of its database is no text")
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise InputError(
            "COND-052",
            f"{folder} is not the folder of a trial: "
            + ("it holds no trial.json" if isinstance(fault, FileNotFoundError) else str(fault)),
            expected="a folder that `trialwright conduct begin` made",
            mend="name the right folder",
        ) from fault
    return Place(folder, keys if keys.is_absolute() else folder / keys, postgres)


def desk(place: Place, *, clock: Clock = server_clock, today: date | None = None) -> Desk:
    """The desk of a trial, its ledger opened."""
    store = place.store(clock)
    return Desk(
        store, KeptPlans(place.path / "protocols"), Keyring(place.keys), Credentials(place.keys), clock, today=today
    )


class KeptPlans:
    """The versions of a protocol in a folder, each read when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Plan] = {}

    def __getitem__(self, digest: str) -> Plan:
        """The version whose file has this SHA-256. Raises InputError (COND-053) if it is not there, or was changed."""
        if digest not in self._read:
            path = self._folder / f"{digest}.yaml"
            try:
                content = path.read_bytes()
            except OSError as fault:
                raise _lost(path, fault.strerror or str(fault)) from fault
            if hashlib.sha256(content).hexdigest() != digest:
                raise _lost(path, "it is not as it was when the trial took it")
            from trialwright.design import build
            from trialwright.protocol.files import load

            protocol = load(path)
            self._read[digest] = Plan(protocol, build(protocol))
        return self._read[digest]

    def __contains__(self, digest: object) -> bool:
        """Whether the folder holds a file of that name."""
        return isinstance(digest, str) and (self._folder / f"{digest}.yaml").is_file()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole and durably: under another name first, then moved to its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{os.getpid()}.new")
    with made.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lost(path: Path, why: str) -> InputError:
    return InputError(
        "COND-053",
        f"the version of the protocol in {path} cannot be used: {why}",
        expected="the file as the trial took it",
        mend="bring it back from a copy of the trial's folder",
    )
