"""What of an event tells an arm: taken out before it is stored, put back where the key is at hand.

It is the same for every trial, masked or not, and an event of one kind has the same envelopes whatever the arm is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from trialwright.conduct.codec import decision_body, decision_from
from trialwright.conduct.events import Decided, Event
from trialwright.conduct.events.safety import Examined
from trialwright.conduct.events.treatment import DosePlanned, DosePrepared
from trialwright.conduct.facts import key_of
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait

ARM = "arm"
ARM_SIZES = (1024,)
"""Envelopes about an arm are all of one size, so that not even a long name of a product tells it."""
DOSE_SIZES = (4096,)
"""Those about a dose hold names, a route and the working: none may be too long in one arm and fit in another."""
DECISION_SIZES = (16384,)

_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "Allocated": {"arm": "", "dose_level": None, "cohort": None},
    "Randomised": {"arm": "", "dose_level": None},
    "Enrolled": {"offered": (), "dose_level": None},
    "DosePlanned": {
        "treatment": "",
        "amount": "",
        "unit": "",
        "per": "",
        "route": "",
        "volume": "",
        "working": "",
    },
    "DosePrepared": {"treatment": "", "amount": "", "unit": "", "volume": "", "why": ""},
    "Examined": {"counted": (), "awaited": (), "table": (), "why_not": ""},
    "Overridden": {"arms": (), "dose_level": None},
}
"""By type of event: the fields that are sealed, and what stands there instead."""

COLUMNS: Mapping[str, frozenset[str]] = {
    "DM": frozenset({"ARMCD", "DOSELVL", "COHORT"}),
    "EX": frozenset({"EXTRT", "EXPDOSE", "EXDOSE", "EXDOSU", "EXROUTE", "EXVOL"}),
}
"""By domain: the columns of rows that are sealed."""


def taken_out(event: Event) -> tuple[Event, dict[str, Any] | None]:
    """The event as its entry holds it, and what is sealed beside it; None where events of this kind seal nothing."""
    if isinstance(event, Decided):
        return dataclasses.replace(event, decision=_bare(event.decision)), {"decision": decision_body(event.decision)}
    blanks = _FIELDS.get(type(event).__name__, {})
    row = key_of(event)
    columns = COLUMNS.get(row[0], frozenset()) if row is not None else frozenset()
    if not blanks and not columns:
        return event, None
    secret: dict[str, Any] = {name: _plain(getattr(event, name)) for name in blanks}
    changes: dict[str, Any] = dict(blanks)
    values = getattr(event, "values", None)
    if columns and values is not None:
        secret["values"] = {name: value for name, value in values.items() if name in columns}
        changes["values"] = {name: value for name, value in values.items() if name not in columns}
    return dataclasses.replace(event, **changes), secret


def put_back(event: Event, secret: Mapping[str, Any]) -> Event:
    """The event with its sealed values."""
    if isinstance(event, Decided):
        return dataclasses.replace(event, decision=decision_from(secret["decision"]))
    changes = {name: _frozen(value) for name, value in secret.items() if name != "values"}
    if "values" in secret:
        changes["values"] = {**getattr(event, "values", {}), **secret["values"]}
    return dataclasses.replace(event, **changes)


def sizes_of(event: Event) -> tuple[int, ...]:
    """The one size of the envelope about the arm of events of this kind: not even a long reason tells how it fell."""
    if isinstance(event, Decided | Examined):
        return DECISION_SIZES
    row = key_of(event)
    of_dose = isinstance(event, DosePlanned | DosePrepared) or (row is not None and row[0] == "EX")
    return DOSE_SIZES if of_dose else ARM_SIZES


def _bare(decision: Decision) -> Decision:
    """What everybody may know of a decision: whether participants may enter, and how many."""
    match decision:
        case Enrol(slots=slots):
            return Enrol((), (), slots, "")
        case Wait(until=until):
            return Wait(until, "")
        case Stop(completed=completed):
            return Stop("", None, completed)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
