"""What a correction on the command line leaves out stays as it stands: the day, other columns, other facts of an event.

On the ledger a correction is a whole row; whoever types one names what was wrong.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialwright.conduct.commands import Correct
    from trialwright.conduct.desk import Call, Desk
    from trialwright.conduct.safety.asks import ChangeAdverseEvent


def dated(command: Any, given: Mapping[str, Any], desk: Desk) -> Any:
    """The command; a correction without a day keeps the day of what it replaces, for today is when it was corrected."""
    from trialwright.conduct.commands import Correct
    from trialwright.conduct.safety.asks import CorrectDlt

    match command:
        case Correct(domain=domain) if given.get("day") is None:
            key = domain, command.subject, command.number
        case CorrectDlt() if given.get("day") is None:
            key = "XD", command.subject, command.number
        case _:
            return command
    before = desk.standing.data.rows.get(key)
    return command if before is None else dataclasses.replace(command, day=before.day)


def whole(command: Any, given: Mapping[str, Any], desk: Desk, call: Call) -> Any:
    """The command with what was not named as it stands; a column that is set to nothing is emptied."""
    from trialwright.conduct.commands import Correct
    from trialwright.conduct.safety.asks import ChangeAdverseEvent

    match command:
        case Correct():
            return _row(command, desk, call)
        case ChangeAdverseEvent():
            return _event(command, given, desk)
        case _:
            return command


def _row(command: Correct, desk: Desk, call: Call) -> Correct:
    """The row; columns that are sealed from whoever corrects are left out, for the desk keeps these itself."""
    from trialwright.conduct.masking.parties import sees_arms
    from trialwright.conduct.masking.sealing import COLUMNS

    standing, domain = desk.standing, command.domain
    before = standing.data.standing((domain, command.subject, command.number))
    grant = standing.people.grant(call.session.person, call.role, call.site)
    drawn = domain == "DM" and standing.allocation.sealed is not None
    masked = grant is None or not sees_arms(desk.plan(call.site).protocol, grant)
    hidden = COLUMNS.get(domain, frozenset()) if drawn or masked else frozenset()
    kept = {} if before is None else {name: held for name, held in before.values.items() if name not in hidden}
    values = {name: held for name, held in {**kept, **command.values}.items() if held is not None and held != ""}
    return dataclasses.replace(command, values=values)


_COLUMNS = {"system": "AEBODSYS", "haematological": "AEHEMAT", "related": "AEREL", "end": "ENDAY"}
_DETAILS = ("criteria", "expected", "action", "aware", "died")
_FLAGS = {"Y": True, "N": False}


def _event(command: ChangeAdverseEvent, given: Mapping[str, Any], desk: Desk) -> ChangeAdverseEvent:
    event, standing = command.event, desk.standing
    row = standing.data.standing(("AE", event.subject, event.number))
    details = standing.safety.details.get((event.subject, event.number))
    if row is None or details is None:
        return command
    kept: dict[str, Any] = {name: getattr(details, name) for name in _DETAILS}
    for name, column in _COLUMNS.items():
        held = row.values.get(column)
        if held is not None:
            kept[name] = _FLAGS[str(held)] if name in ("haematological", "related") else held
    left_out = {name: held for name, held in kept.items() if given.get(name) in (None, [])}
    return dataclasses.replace(command, event=dataclasses.replace(event, **left_out))
