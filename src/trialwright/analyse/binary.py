"""Findings that are there or not, and responses derived from a change: proportions and risk differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trialwright.analyse.counts import Count, contrast_rows, proportion_row
from trialwright.analyse.derive import DIED, NOT_DUE, Value, Visit, at_visit, dies_composite, responds, visits
from trialwright.analyse.layout import Group, Task, tally
from trialwright.analyse.measured import NOT_PLACED
from trialwright.analyse.observed import Participant
from trialwright.analyse.rows import Estimate
from trialwright.protocol.outcomes import Direction, Outcome, Parameter

FAILED = "participants without a value count as not responding"
OBSERVED = "participants with a value only"


def binary(task: Task, parameter: Parameter) -> list[Estimate]:
    """Rows of a binary outcome at each of its visits.

    A response derived from a change counts participants without a value as non-responders (unless responding is
    the bad thing, or their visit is not due yet), and is given for those with a value as well. A finding that is
    recorded as such counts those with a value; a death counts as the bad result where the outcome says so.
    """
    planned = visits(task.outcome, parameter, task.schedule)
    if not planned:
        return [task.row(None, "proportion", None, parameter=parameter.code, note=NOT_PLACED)]
    rows: list[Estimate] = []
    for visit in planned:
        derive = _derive(task, parameter, visit)
        if _fails_without(task.outcome):
            rows += _rows(task, parameter, visit, "proportion", lambda p, d=derive: _failing(d(p)), FAILED, True)  # type: ignore[misc]
            rows += _rows(task, parameter, visit, "proportion, observed cases", derive, OBSERVED, False)
        else:
            rows += _rows(task, parameter, visit, "proportion", derive, "", True)
    return rows


def _derive(task: Task, parameter: Parameter, visit: Visit) -> Callable[[Participant], Value]:
    outcome = task.outcome
    responder = outcome.derivation.responder is not None

    def derive(person: Participant) -> Value:
        value = at_visit(task.observed, person, parameter, visit, change=responder)
        if value.value is None:
            bad = {Direction.HIGHER: 0.0, Direction.LOWER: 1.0}.get(outcome.direction)
            if value.missing == DIED and not responder and bad is not None and dies_composite(outcome):
                return Value(person.id, bad)
            return value
        event = responds(outcome, value.value) if responder else value.value > 0
        return Value(person.id, float(event))

    return derive


def _fails_without(outcome: Outcome) -> bool:
    """Whether the missing count as failures: in a derived response, unless responding is what is bad (the direction is
    the outcome's, not that of the quantity measured)."""
    return outcome.derivation.responder is not None and outcome.direction is not Direction.LOWER


def _failing(value: Value) -> Value:
    if value.value is None and value.missing != NOT_DUE:
        return Value(value.subject, 0.0)
    return value


def _count(values: Sequence[Value]) -> Count:
    known = [value for value in values if value.value is not None]
    return Count(sum(1 for value in known if value.value), len(known), tally(values))


def _rows(
    task: Task,
    parameter: Parameter,
    visit: Visit,
    name: str,
    derive: Callable[[Participant], Value],
    note: str,
    test: bool,
) -> list[Estimate]:
    counts: dict[str, Count] = {}

    def count(group: Group) -> Count:
        if group.name not in counts:
            counts[group.name] = _count([derive(person) for person in group.members])
        return counts[group.name]

    rows = [
        proportion_row(task, group, name, count(group), visit=visit.name, parameter=parameter.code, note=note)
        for group in task.layout.groups
    ]
    for contrast in task.layout.contrasts:
        both = (count(contrast.first), count(contrast.second))
        rows += contrast_rows(
            task, contrast, name, both, visit=visit.name, parameter=parameter.code, test=test, note=note
        )
    return rows
