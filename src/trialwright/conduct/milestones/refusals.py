"""Why a trial cannot be opened yet: what a person must supply or confirm first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.conduct.subjects.eligibility import criteria_of, lost
from trialwright.core.problem import Severity
from trialwright.protocol.kinds import Unsupported

if TYPE_CHECKING:
    from trialwright.protocol.protocol import Protocol


def to_supply(protocol: Protocol) -> tuple[str, ...]:
    """What the protocol file lacks and nobody can merely confirm: criteria that were lost, a design that cannot run."""
    said = []
    if isinstance(protocol.design, Unsupported):
        said.append(f"design: {protocol.design.name} cannot be conducted: {protocol.design.missing}")
    gone = lost(protocol.eligibility)
    for each in criteria_of(protocol.eligibility):
        if each.id in gone:
            what = "all of the criteria were" if each.id == "criteria" else f"{each.id} was"
            said.append(f"eligibility: {what} lost; a named person must supply the text (supplied_by, supplied_from)")
    return tuple(said)


def to_confirm(protocol: Protocol) -> tuple[str, ...]:
    """What a named person must confirm: assumptions that matter, and errors found in the record that no assumption is
    about. Each is named by the field of the protocol, an error with its code."""
    about = dict.fromkeys(each.about for each in protocol.assumptions if each.must_confirm)
    for problem in protocol.problems:
        if problem.severity is Severity.ERROR:
            about.setdefault(f"{problem.code} {problem.field}" if problem.field else problem.code)
    return tuple(about)


def reasons(protocol: Protocol) -> tuple[str, ...]:
    """All of it in words, for a person who must mend it."""
    why = {each.about: f"{each.about}: {each.chosen} ({each.why})" for each in protocol.assumptions}
    for problem in protocol.problems:
        if problem.severity is Severity.ERROR:
            name = f"{problem.code} {problem.field}" if problem.field else problem.code
            why[name] = f"{name}: {problem.message}"
    return (*to_supply(protocol), *(f"to be confirmed: {why[about]}" for about in to_confirm(protocol)))
