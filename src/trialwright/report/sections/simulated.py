"""One simulated trial, said to be simulated: what was assumed, the flow, the course, the results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trialwright.analyse.results import DEMOGRAPHICS, POPULATIONS, SAFETY, TOXICITY
from trialwright.dataset.facts import Fact
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait
from trialwright.protocol.kinds import Escalation, Parallel, SelectThenCompare
from trialwright.protocol.outcomes import Outcome, OutcomeLevel, OutcomeType
from trialwright.protocol.protocol import Protocol
from trialwright.report import numbers, wording
from trialwright.report.contents import Contents
from trialwright.report.course import Participant, latest, participants, series
from trialwright.report.figures.cohorts import Treated, cohorts
from trialwright.report.figures.flow import flow
from trialwright.report.figures.points import Point, points
from trialwright.report.figures.trajectories import trajectories
from trialwright.report.markup import Column, Markup, bullets, join, note, table, tag
from trialwright.report.sections.flow_of import flow_of
from trialwright.report.sections.results import Row, tables
from trialwright.report.svg import figure

DECISIONS_SHOWN = 60
FIGURES_SHOWN = 8
POINTS_SHOWN = 18
SECTION_TITLES = {
    POPULATIONS: "Analysis populations",
    DEMOGRAPHICS: "Who took part",
    SAFETY: "Adverse events",
    TOXICITY: "Dose-limiting toxicities",
}


def simulated(contents: Contents) -> Markup:
    """The body of the section."""
    trial, protocol = contents.trial, contents.protocol
    if trial is None:
        return note(contents.why_not("trial", "No trial was simulated."), kind="why")
    rows = latest(trial.facts)
    people = participants(rows)
    parts: list[Markup | None] = [_label(trial), _flow(protocol, people, trial)]
    if isinstance(protocol.design, Escalation | SelectThenCompare):
        parts.append(_cohorts(protocol, people, trial))
    parts += [
        _decisions(trial),
        tag("h3", "Results of the simulated trial"),
        _results(contents, protocol, rows, people),
    ]
    return join(parts)


def _label(trial: Any) -> Markup:
    scenario = trial.scenario
    return tag(
        "div",
        tag(
            "p",
            tag("b", "Simulated. "),
            "These people do not exist, and nothing below is a finding about the treatment. "
            "It shows what data this design would produce if the scenario were true, and how they would be analysed. "
            "Each quantity is drawn by itself: parts need not add up to their whole, nor two scales of one state "
            "agree.",
        ),
        tag("p", tag("b", f"Scenario {scenario.name}: "), scenario.statement),
        tag("p", f"Seed {trial.seed}; design: {trial.design}.", class_="meta"),
        class_="simulated",
    )


def _flow(protocol: Protocol, people: Sequence[Participant], trial: Any) -> Markup:
    drawing = flow(flow_of(protocol, people, trial.stop))
    match protocol.design:
        case Escalation() | SelectThenCompare():
            form = "the dose-finding form of the CONSORT diagram"
        case Parallel(randomised=True):
            form = "CONSORT form"
        case _:
            form = "plain form: nobody is randomised"
    return join(
        tag("h3", "Flow of participants"),
        figure("fig-flow", drawing, tag("b", "Flow (simulated). "), f"{form[0].upper()}{form[1:]}."),
    )


def _cohorts(protocol: Protocol, people: Sequence[Participant], trial: Any) -> Markup | None:
    later = protocol.design.comparison.arms if isinstance(protocol.design, SelectThenCompare) else ()
    treated = [
        Treated(p.subject, p.level, p.cohort, p.dlt, p.entered)
        for p in people
        if p.entered is not None and p.arm not in later and 0 < p.level <= len(protocol.dose_levels)
    ]
    if not treated:
        return None
    doses = [numbers.dose(level.dose) for level in protocol.dose_levels]
    selected = trial.stop.selected if trial.stop is not None else None
    return join(
        tag("h3", "Course of the escalation"),
        figure(
            "fig-cohorts", cohorts(treated, doses, selected), tag("b", "Dose level of each participant (simulated). ")
        ),
    )


def _decisions(trial: Any) -> Markup | None:
    """Every change of the design's answer, with its reason."""
    rows: list[tuple[str, str, str]] = []
    last: tuple[str, int | None, int | None] | None = None
    for point in trial.decisions:
        kind = _steady(point.decision)
        if kind != last:
            rows.append((numbers.count(point.day), _said(point.decision), point.decision.reason))
        last = kind
    if not rows:
        return None
    shown = rows[:DECISIONS_SHOWN]
    body = table(
        "The design’s answers, where they changed",
        [Column("Trial day", number=True, head=True), Column("Decision"), Column("Reason", wide=True)],
        shown,
        cards=True,
    )
    more = (
        note(f"{len(rows) - len(shown)} later changes are in the dataset folder.") if len(rows) > len(shown) else None
    )
    return tag("details", tag("summary", f"What the design decided, and why ({len(rows)} changes)"), body, more)


def _said(decision: Decision) -> str:
    match decision:
        case Enrol(dose_level=level, slots=slots):
            where = f" at level {level}" if level is not None else ""
            return f"enrol{where}, {numbers.plural(slots, 'place')}"
        case Wait(until=until):
            return "wait" if until is None else f"wait, until day {until} at the latest"
        case Stop(selected=selected):
            chosen = {None: "", 0: ", no level selected"}.get(selected, f", level {selected} selected")
            return f"stop{chosen}"


def _steady(decision: Decision) -> tuple[str, int | None, int | None]:
    """What must change for a decision to be listed again: its kind, dose level or cohort, not the places left."""
    return type(decision).__name__, getattr(decision, "dose_level", None), getattr(decision, "cohort", None)


def _results(contents: Contents, protocol: Protocol, facts: Sequence[Fact], people: Sequence[Participant]) -> Markup:
    if contents.results is None:
        return note(contents.why_not("results", "The simulated trial was not analysed."), kind="why")
    rows = [Row(number, one) for number, one in enumerate(contents.results.estimates)]
    by_outcome: dict[str, list[Row]] = {}
    for row in rows:
        by_outcome.setdefault(row.estimate.outcome, []).append(row)
    outcomes = {one.id: one for one in protocol.analysed_outcomes}
    parts: list[Markup | None] = [bullets(contents.results.notes, class_="small")]
    drawn: set[str] = set()
    for name in dict.fromkeys((POPULATIONS, DEMOGRAPHICS, *outcomes, *by_outcome)):
        group, outcome = by_outcome.get(name, []), outcomes.get(name)
        if outcome is None and not group:
            continue
        title = outcome.measure if outcome else SECTION_TITLES.get(name, name)
        parts.append(tag("h4", title, tag("span", f" {_kind(outcome)}" if outcome else "", class_="meta")))
        if not group:
            parts.append(note("No row: the analysis says nothing of this outcome.", kind="why"))
            continue
        if outcome is not None and len(drawn) < FIGURES_SHOWN:
            parts.append(_picture(outcome, group, protocol, facts, people, drawn))
        measures = {p.code: p.name for p in outcome.derivation.parameters} if outcome else {}
        parts.append(tables(group, protocol.arms, title, measures))
    return join(parts)


def _kind(outcome: Outcome) -> str:
    if outcome.origin != "registry":
        level = "proposed"
    else:
        level = outcome.level.value if outcome.level is not OutcomeLevel.UNKNOWN else "level not known"
    return f"{level}, {outcome.type.value}"


def _picture(
    outcome: Outcome,
    group: Sequence[Row],
    protocol: Protocol,
    facts: Sequence[Fact],
    people: Sequence[Participant],
    drawn: set[str],
) -> Markup | None:
    """A figure of an outcome: measured values over time, else the estimates with their intervals.

    `drawn`: what has a figure already; what is drawn here is added to it.
    """
    key = f"fig-result-{len(drawn) + 1}"
    if outcome.type in (OutcomeType.CONTINUOUS, OutcomeType.ORDINAL):
        for parameter in outcome.derivation.parameters:
            if parameter.code in drawn:
                return note(f"{parameter.name}: see the figure above.")
            lines = series(facts, parameter.code)
            if sum(len(line) for line in lines.values()) > 1:
                drawn.add(parameter.code)
                panels = _panels(protocol, people, lines)
                unit = f"{parameter.name}{f', {parameter.unit}' if parameter.unit else ''}"
                drawing = trajectories(f"{parameter.name} over time (simulated)", unit, panels)
                return figure(key, drawing, tag("b", "Simulated. "), "Thin lines: participants; strong line: median.")
    picture = _points(group, protocol, key)
    if picture is not None:
        drawn.add(outcome.id)
    return picture


def _panels(
    protocol: Protocol, people: Sequence[Participant], lines: dict[str, list[tuple[int, float]]]
) -> dict[str, list[list[tuple[int, float]]]]:
    panels: dict[str, list[list[tuple[int, float]]]] = {}
    names = {arm.id: arm.label for arm in protocol.arms}
    levelled = isinstance(protocol.design, Escalation)
    for person in people:
        if person.subject not in lines or person.entered is None:
            continue
        name = f"Level {person.level}" if levelled and person.level else names.get(person.arm or "", "not allocated")
        panels.setdefault(name, []).append(lines[person.subject])
    order = [arm.label for arm in protocol.arms]
    return dict(sorted(panels.items(), key=lambda item: (order.index(item[0]) if item[0] in order else 99, item[0])))


def _points(group: Sequence[Row], protocol: Protocol, key: str) -> Markup | None:
    """The rows of one statistic that carry intervals: the first statistic with at least two of them."""
    families: dict[tuple[str, str], list[Row]] = {}
    for row in group:
        one = row.estimate
        if one.value is not None and one.lower is not None and one.upper is not None and " - " not in one.group:
            families.setdefault((one.statistic, one.unit), []).append(row)
    for (statistic, unit), rows in families.items():
        if len(rows) < 2:
            continue
        chosen = [_point(row, protocol) for row in rows[:POINTS_SHOWN]]
        unit = "%" if unit == "proportion" else unit
        drawing = points(f"{statistic} with intervals (simulated)", unit or statistic, chosen)
        left = f" The first {POINTS_SHOWN} of {len(rows)}." if len(rows) > POINTS_SHOWN else ""
        return figure(
            key, drawing, tag("b", "Simulated. "), f"{statistic}, with {numbers.level(rows[0].estimate.level)}.{left}"
        )
    return None


def _point(row: Row, protocol: Protocol) -> Point:
    """The point of a row; a proportion in percent, as in the table."""
    one = row.estimate
    scale = 100.0 if one.unit == "proportion" else 1.0
    value, lower, upper = (None if v is None else v * scale for v in (one.value, one.lower, one.upper))
    return Point(_label_of(row, protocol), value or 0.0, lower, upper)


def _label_of(row: Row, protocol: Protocol) -> str:
    one = row.estimate
    name = wording.arm_name(protocol.arms, one.group)
    return f"{name}, day {one.visit}" if one.visit else name
