"""The state of a trial on one day from its data: a dataset folder, the folder of a run, or the file of a ledger."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError

if TYPE_CHECKING:
    from trialwright.dataset.facts import Fact
    from trialwright.dataset.state import TrialState
    from trialwright.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class OpenTrial:
    """A trial as it was known on one day. `cautions`: what speaks against deciding from it as it stands."""

    protocol: Protocol
    state: TrialState
    cautions: tuple[str, ...] = ()


def opened(protocol: str, data: Path, day: int | None = None) -> OpenTrial:
    """The trial of a protocol file (or record) whose data are in `data`, as known on trial day `day`; None: on the last
    day on which anything became known.

    A ledger holds the hash of the protocol file that it was opened with; another file is a caution, not an error.
    Raises InputError where protocol or data cannot be read, StageError where a ledger cannot be trusted (COND-021 to
    COND-025), UsageError RUN-012 (a day before the opening) and DATA-009 (a view is asked for an earlier day).
    """
    from trialwright.appraise.sources import open_input
    from trialwright.dataset.state import state_of

    given = open_input(protocol)
    if day is not None and day < 0:
        raise UsageError("RUN-012", f"trial day {day}", expected="0, the opening, or a later day")
    cautions: tuple[str, ...] = ()
    if data.is_file():
        facts, last, cautions = _from_ledger(data, given.text)
    else:
        facts, last = _from_folder(data, day)
    today = last if day is None else day
    if day is not None and day > last:
        cautions = (*cautions, f"nothing became known after trial day {last}; day {day} is as if nothing had happened")
    must = sum(each.must_confirm for each in given.protocol.assumptions)
    if must:
        cautions = (*cautions, f"the protocol has {must} assumptions that nobody has confirmed")
    return OpenTrial(given.protocol, state_of(facts, today), cautions)


def _from_folder(data: Path, day: int | None) -> tuple[tuple[Fact, ...], int]:
    from trialwright.appraise.output import MARKER
    from trialwright.dataset import files

    found = files.read(data / "dataset" if (data / MARKER).is_file() and (data / "dataset").is_dir() else data)
    if day is not None and found.day is not None and day < found.day:
        found.as_of(day)  # says why an earlier day cannot be asked for
    facts = found.facts()
    last = max((fact.known for fact in facts), default=0)
    return facts, last if found.day is None else found.day


def _from_ledger(data: Path, text: str) -> tuple[tuple[Fact, ...], int, tuple[str, ...]]:
    from trialwright.conduct import FileLedger, replay

    with FileLedger(data) as ledger:
        fold = replay(ledger.entries())
    cautions = []
    if fold.opened is None:
        cautions.append("the ledger has no opening")
    elif fold.opened.protocol != hashlib.sha256(text.encode()).hexdigest():
        cautions.append(f"the ledger was opened under another protocol file, with the design {fold.opened.design!r}")
    if fold.unconfirmed:
        cautions.append(f"{len(fold.unconfirmed)} assumptions are not confirmed on the ledger")
    return tuple(fold.facts), fold.day, tuple(cautions)
