"""What is done by a process that dies on the way: each job works in a folder, and says what it has acknowledged."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from masked_trial import PASSPHRASE, desk_of, protocol, spec_of
from trialwright.conduct import SqliteLedger
from trialwright.conduct import commands as ask
from trialwright.conduct.allocating.asks import Randomise, SealRandomisation
from trialwright.conduct.desk import Call
from trialwright.conduct.events.subjects import IdentityErased
from trialwright.conduct.folder import make
from trialwright.conduct.ledger import server_clock
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.milestones.opening import begin
from trialwright.conduct.people import credentials
from trialwright.conduct.people.credentials import Session
from trialwright.conduct.people.roles import Role
from trialwright.conduct.randomisation import Blocks, write_spec
from trialwright.design import build
from trialwright.protocol.files import dump

SPEC = spec_of(factors=(), method=Blocks((4, 6)))
SUBJECTS = ("P1", "P2", "P3")
ENTERING = 2 if int(os.environ.get("TRIALWRIGHT_KILLS", "6")) > 6 else 1
"""How many enter one after the other: in the long form the second meets what the first has left."""
OLD, NEW = "the old passphrase", "the new passphrase"
Tell = Callable[[object], object]


def desk_at(folder: Path):
    """The desk of the trial in a folder."""
    ledger = SqliteLedger(folder / "ledger.sqlite", server_clock)
    return desk_of(ledger, folder / "keys", protocol(size=40), server_clock)


def call(person: str, role: Role, site: str, key: str, reason: str = "") -> Call:
    """A call with a key, by somebody of the masked trial."""
    return Call(Session(person), role, site, reason=reason, key=key, passphrase=PASSPHRASE)


def entering(subject: str):
    """Enrolment and randomisation in one transaction, under a key."""
    return call("ivy", Role.INVESTIGATOR, "01", f"in-{subject}"), ask.Enrol(subject, 4), Randomise(subject, {})


def sealing():
    """The randomisation sealed, under a key."""
    how = call("sam", Role.STATISTICIAN, "*", "seal")
    return how, SealRandomisation(write_spec(SPEC), "the pharmacy's safe")


def erasing():
    """The identity of P1 erased, under a key."""
    how = call("ada", Role.SPONSOR, "*", "erase", "asked for by the participant")
    return how, IdentityErased("P1")


def _enter(folder: Path, tell: Tell) -> None:
    desk = desk_at(folder)
    for subject in SUBJECTS[:ENTERING]:
        enrolled, randomised = desk.do(*entering(subject))
        tell(f"{subject} {enrolled.sequence} {randomised.sequence}")


def _seal(folder: Path, tell: Tell) -> None:
    tell(desk_at(folder).do(*sealing())[0].sequence)


def _erase(folder: Path, tell: Tell) -> None:
    tell(desk_at(folder).do(*erasing())[0].sequence)


def _key(folder: Path, tell: Tell) -> None:
    tell(Keyring(folder / "keys").make("arms").hex())


def _passphrase(folder: Path, tell: Tell) -> None:
    credentials.COST = (16, 8, 1)
    credentials.Credentials(folder / "keys").set("ivy", NEW)
    tell("set")


def _begin(folder: Path, tell: Tell) -> None:
    plan = protocol(size=40)
    place = make(folder / "trial")
    digest = place.keep(dump(plan).encode())
    store = place.store()
    how = {"mode": "rehearsal", "start": date(2026, 1, 1), "zone": "UTC", "sponsor": ("ada", "Ada Example")}
    begin(store, plan, digest, build(plan), **how)
    tell("begun")


JOBS = {
    "enter": _enter,
    "seal": _seal,
    "erase": _erase,
    "key": _key,
    "passphrase": _passphrase,
    "begin": _begin,
}
