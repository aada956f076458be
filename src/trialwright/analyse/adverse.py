"""Adverse events that began under treatment: participants with at least one, events, worst grades, and classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trialwright.analyse.counts import Count, contrast_rows, proportion_row
from trialwright.analyse.derive import horizon
from trialwright.analyse.layout import Group, Layout, Task
from trialwright.analyse.observed import AdverseEvent, Observed
from trialwright.analyse.rows import Estimate

Choose = Callable[[AdverseEvent], bool]

KINDS: tuple[tuple[str, Choose], ...] = (
    ("any adverse event", lambda event: True),
    ("serious adverse event", lambda event: bool(event.serious)),
    ("related adverse event", lambda event: bool(event.related)),
    ("adverse event of grade 3 or more", lambda event: (event.grade or 0) >= 3),
    ("fatal adverse event", lambda event: event.grade == 5),
)
GRADES = (1, 2, 3, 4, 5)
TESTED = ("any adverse event", "serious adverse event")


def adverse_outcome(task: Task, *, serious_only: bool) -> list[Estimate]:
    """Rows of an outcome that is adverse events: among those dosed, in each group, with risk differences."""
    last = horizon(task.outcome, task.schedule)
    dosed = Task(task.outcome, task.layout.dosed(), task.observed, task.schedule)
    kinds = KINDS[1:2] if serious_only else KINDS
    rows = [row for kind in kinds for row in _kind(dosed, kind, last, test=kind[0] in TESTED)]
    return rows if serious_only else rows + _worst_grades(dosed, last)


def adverse_tables(task: Task) -> list[Estimate]:
    """The safety table of the whole trial: every kind, worst grades and body systems, without tests."""
    dosed = Task(task.outcome, task.layout.dosed(), task.observed, task.schedule)
    rows = [row for kind in KINDS for row in _kind(dosed, kind, None, test=False)]
    return rows + _worst_grades(dosed, None) + _systems(dosed)


def _groups(layout: Layout) -> tuple[Group, ...]:
    """The groups, and all of them together where there are several."""
    if len(layout.groups) < 2:
        return layout.groups
    everybody = layout.everybody
    return (*layout.groups, Group(everybody.name, layout.groups[0].population, everybody.members))


def _emergent(observed: Observed, last: int | None) -> list[AdverseEvent]:
    """Events that began on or after the day of the first dose, up to the horizon."""
    return [event for event in observed.adverse if event.day >= 0 and (last is None or event.day <= last)]


def _visit(last: int | None) -> str:
    return "" if last is None else f"0 to {last}"


def _note(observed: Observed, name: str) -> str:
    unknown = {
        "serious adverse event": sum(event.serious is None for event in observed.adverse),
        "related adverse event": sum(event.related is None for event in observed.adverse),
        "adverse event of grade 3 or more": sum(event.grade is None for event in observed.adverse),
        "fatal adverse event": sum(event.grade is None for event in observed.adverse),
    }.get(name, 0)
    if unknown:
        return f"{unknown} events say nothing of this and are not counted in it"
    return "" if observed.adverse else "no adverse event is recorded"


def _count(events: Sequence[AdverseEvent], group: Group) -> Count:
    affected = {event.subject for event in events}
    return Count(sum(person.id in affected for person in group.members), len(group.members), {})


def _kind(task: Task, kind: tuple[str, Choose], last: int | None, *, test: bool) -> list[Estimate]:
    name, choose = kind
    events = [event for event in _emergent(task.observed, last) if choose(event)]
    note, visit = _note(task.observed, name), _visit(last)
    rows = []
    for group in _groups(task.layout):
        members = {person.id for person in group.members}
        number = sum(event.subject in members for event in events)
        rows.append(proportion_row(task, group, name, _count(events, group), visit=visit, note=note))
        rows.append(
            task.row(
                group,
                f"events, {name}",
                float(number) if members else None,
                visit=visit,
                unit="events",
                method="count",
                n=len(members),
                count=number,
                note=note if members else "nobody is in this group",
            )
        )
    for contrast in task.layout.contrasts:
        both = (_count(events, contrast.first), _count(events, contrast.second))
        rows += contrast_rows(task, contrast, name, both, visit=visit, test=test, note=note)
    return rows


def _worst_grades(task: Task, last: int | None) -> list[Estimate]:
    """Participants by the worst grade that they had."""
    worst: dict[str, int] = {}
    for event in _emergent(task.observed, last):
        if event.grade is not None:
            worst[event.subject] = max(worst.get(event.subject, 0), event.grade)
    note = _note(task.observed, "adverse event of grade 3 or more")
    return [
        proportion_row(
            task,
            group,
            f"worst grade {grade}",
            Count(sum(worst.get(person.id) == grade for person in group.members), len(group.members), {}),
            visit=_visit(last),
            note=note,
        )
        for grade in GRADES
        for group in _groups(task.layout)
    ]


def _systems(task: Task) -> list[Estimate]:
    """Participants with at least one event of each body system, and of each term within it."""
    events = _emergent(task.observed, None)
    rows = []
    for system in sorted({event.system for event in events}):
        inside = [event for event in events if event.system == system]
        label = system or "body system not recorded"
        rows += [proportion_row(task, group, label, _count(inside, group)) for group in _groups(task.layout)]
        for term in sorted({event.term for event in inside if event.term}):
            named = [event for event in inside if event.term == term]
            rows += [
                proportion_row(task, group, f"{label}: {term}", _count(named, group)) for group in _groups(task.layout)
            ]
    return rows
