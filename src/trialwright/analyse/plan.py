"""Which method an outcome is analysed by: chosen from its type and the design, and never silently absent."""

from __future__ import annotations

from trialwright.analyse.adverse import adverse_outcome
from trialwright.analyse.binary import binary
from trialwright.analyse.layout import Task
from trialwright.analyse.measured import at, continuous, counted, describe, lasting
from trialwright.analyse.rows import Estimate
from trialwright.analyse.scored import ordered
from trialwright.analyse.timed import mortality, time_to_event
from trialwright.analyse.toxicity import toxicity
from trialwright.protocol.outcomes import OutcomeType, Parameter

NO_PARAMETER = "not computed: nothing in the record names a quantity by which this could be measured"
NO_DATA = "not computed: the data hold no value of this quantity"


def estimates(task: Task) -> list[Estimate]:
    """The rows of one outcome, at least one: an estimate, or a row whose note says why there is none."""
    match task.outcome.type:
        case OutcomeType.ADVERSE_EVENTS:
            rows = adverse_outcome(task, serious_only=False)
        case OutcomeType.SERIOUS_ADVERSE_EVENTS:
            rows = adverse_outcome(task, serious_only=True)
        case OutcomeType.MORTALITY:
            rows = mortality(task)
        case OutcomeType.DOSE_LIMITING_TOXICITY:
            rows = toxicity(task)
        case _:
            rows = [row for parameter in task.outcome.derivation.parameters for row in _measured(task, parameter)]
            rows = rows or [task.row(None, "estimate", None, note=NO_PARAMETER)]
    return rows or [task.row(None, "estimate", None, note="not computed: the protocol names no group to describe")]


def _measured(task: Task, parameter: Parameter) -> list[Estimate]:
    """The rows of one quantity."""
    if not _has_data(task, parameter):
        return [task.row(None, "estimate", None, parameter=parameter.code, note=NO_DATA)]
    match task.outcome.type:
        case OutcomeType.CONTINUOUS:
            return continuous(task, parameter)
        case OutcomeType.BINARY:
            return binary(task, parameter)
        case OutcomeType.ORDINAL:
            return ordered(task, parameter)
        case OutcomeType.TIME_TO_EVENT:
            return time_to_event(task, parameter)
        case OutcomeType.DURATION:
            return lasting(task, parameter)
        case OutcomeType.COUNT:
            return counted(task, parameter)
    return _described(task, parameter)


def _has_data(task: Task, parameter: Parameter) -> bool:
    """Whether anything is recorded of a quantity; an event that never came is recorded as such, or not at all."""
    if task.outcome.type is OutcomeType.TIME_TO_EVENT and task.outcome.derivation.improvement is None:
        return bool(task.observed.participants)
    named = parameter.code.upper()
    if any(named in spell.names for spell in task.observed.spells):
        return True
    return any(code == parameter.code for _, code in task.observed.readings)


def _described(task: Task, parameter: Parameter) -> list[Estimate]:
    """A quantity of unknown type: described, and not compared."""
    from trialwright.analyse.derive import visits

    rows: list[Estimate] = []
    for visit in visits(task.outcome, parameter, task.schedule):
        derive = at(task, parameter, visit, False)
        for group in task.layout.groups:
            values = [derive(person) for person in group.members]
            rows += describe(task, parameter, visit.name, group, values, parameter.unit or "")
    note = "not computed: the record does not settle what kind of variable this is, so no method is chosen"
    return [*rows, task.row(None, "difference between groups", None, parameter=parameter.code, note=note)]
