"""Rows that hold what is sealed, entered and corrected by people who may not see it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trialwright.conduct import commands as ask
from trialwright.conduct.masking.parties import sees_arms
from trialwright.conduct.masking.sealing import COLUMNS
from trialwright.core.errors import StageError

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask


_BESIDE = frozenset({"STRATUM"})
"""What stands beside an allocation in its row: the stratum that was used."""


def guarded(command: ask.Command, asked: Ask) -> ask.Command:
    """The command as it may be checked as data.

    A correction replaces a row as a whole, and whoever may not see its sealed columns cannot repeat them: they are kept
    as they stand. An allocation that a sealed randomisation drew is neither corrected nor withdrawn by anybody. Raises
    StageError (COND-093) where a command would change either; it says the same whatever is sealed.
    """
    match command:
        case ask.Record() | ask.Correct() | ask.Supplement() | ask.Retract():
            drawn = command.domain == "DM" and command.subject in asked.standing.allocation.randomised
        case _:
            return command
    if isinstance(command, ask.Retract):
        if drawn:
            raise _refused(f"the allocation of {command.subject} cannot be withdrawn: its slot is used")
        return command
    columns = COLUMNS.get(command.domain, frozenset())
    by_list = command.domain == "DM" and asked.standing.allocation.sealed is not None
    if not columns or not (by_list or _is_masked(asked)):
        return command
    before = asked.standing.data.standing((command.domain, command.subject, command.number))
    held = {} if before is None else before.values
    beside = _BESIDE if drawn else frozenset()
    named = columns & command.values.keys()
    named |= {name for name in beside & command.values.keys() if command.values[name] != held.get(name)}
    if named:
        raise _refused(f"{', '.join(sorted(named))} cannot be entered in this way")
    if not isinstance(command, ask.Correct):
        return command
    kept = {name: value for name, value in held.items() if name in columns | beside and value is not None}
    return replace(command, values={**command.values, **kept})


def _is_masked(asked: Ask) -> bool:
    grant = asked.standing.people.grant(asked.actor, asked.role, asked.site)
    return grant is None or not sees_arms(asked.protocol, grant)


def _refused(found: str) -> StageError:
    return StageError(
        "COND-093",
        found,
        expected="what tells an arm from the randomisation, or from somebody who may know it",
        mend="note an error beside the allocation, or leave these columns out: they stay as they stand",
    )
