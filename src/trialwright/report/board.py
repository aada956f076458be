"""Reports for a data and safety monitoring board: an open one that tells no arm, and a closed one by arm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from trialwright.report.course import Participant, latest, participants
from trialwright.report.markup import Child, Column, Markup, facts, join, note, table, tag
from trialwright.report.page import Section, page

if TYPE_CHECKING:
    from trialwright.dataset.facts import Fact
    from trialwright.protocol.protocol import Protocol

SMALLEST = 5
"""In an open report, a count of 1 to 4 is shown as fewer than this."""
GRADES = (1, 2, 3, 4, 5)
NARROW = 3
"""So many columns of numbers fit beside the list of contents."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a report was made from: the ledger's `size` and `root`, the trial `day`, the trial's `phase`, and whether it
    is a `rehearsal`."""

    size: int
    root: str
    day: int
    phase: str
    rehearsal: bool


def open_report(protocol: Protocol, rows: Sequence[Fact], origin: Origin) -> str:
    """The report for everybody: all participants together, small counts by site hidden. Its rows hold no arm.

    Raises ValueError if a row names an arm: an open report is made of data that were never unsealed.
    """
    standing = latest(rows)
    if any(row.domain == "DM" and row.values.get("ARMCD") for row in standing):
        raise ValueError("an open report is made of data without arms")
    people = participants(standing)
    entered = [person for person in people if person.entered is not None]
    sites = Counter(str(row.values.get("SITEID") or "not recorded") for row in standing if row.domain == "DM")
    parts = (
        Section("course", "The course of the trial", join(_origin(origin), _course(people))),
        Section("sites", "Participants by site", _counts("Site", sites)),
        Section("exposure", "Administrations", _exposure([("All participants", entered)])),
        Section("safety", "Adverse events", _adverse([("All participants", entered)], standing)),
    )
    foot = "Open report: no statistic by arm. Research software, not medical advice."
    return page(f"Open report: {_title(protocol)}", _head(protocol, "Open report"), parts, foot)


def closed_report(
    protocol: Protocol, rows: Sequence[Fact], origin: Origin, *, named: bool = False, arms: Sequence[str] | None = None
) -> str:
    """The report for the board alone, by arm.

    `named`: whether arms stand under their own labels, or as Group A, B, ... `arms`: their identifiers in the order of
    the letters, which the caller draws so that no letter tells an arm; without it, the protocol's order.
    """
    standing = latest(rows)
    people = participants(standing)
    order = tuple(arms) if arms is not None and not named else tuple(arm.id for arm in protocol.arms)
    labels = {arm: f"Group {ascii_uppercase[place % 26]}" for place, arm in enumerate(order)}
    if named:
        labels = {arm.id: arm.label for arm in protocol.arms}
    groups = [(labels[arm], [p for p in people if p.arm == arm and p.entered is not None]) for arm in order]
    unknown = [person for person in people if person.entered is not None and person.arm is None]
    if unknown:
        groups.append(("Not allocated", unknown))
    parts = (
        Section("course", "The course of the trial", join(_origin(origin), _course(people))),
        Section("arms", "Participants by arm", _disposition(groups)),
        Section("exposure", "Administrations", _exposure(groups)),
        Section("safety", "Adverse events", _adverse(groups, standing, whole=True)),
        Section("dlt", "Dose-limiting toxicity", _toxicity(groups)),
    )
    foot = "Closed report: for the board alone. Research software, not medical advice."
    return page(
        f"Closed report: {_title(protocol)}", _head(protocol, "Closed report"), parts, foot, wide=len(groups) > NARROW
    )


def _title(protocol: Protocol) -> str:
    return f"{protocol.record.nct_id}: {protocol.record.title}" if protocol.record.nct_id else protocol.record.title


def _head(protocol: Protocol, kind: str) -> Markup:
    return join(tag("p", kind, class_="kicker"), tag("h1", _title(protocol)))


def _origin(origin: Origin) -> Markup:
    warning = note("A rehearsal: nobody took part, and nothing in this report is true.", kind="caution")
    pairs: list[tuple[Child, Child]] = [
        ("Trial day", origin.day),
        ("Phase", origin.phase),
        ("Entries of the ledger", origin.size),
        ("Root over them", tag("code", origin.root)),
    ]
    return join(warning if origin.rehearsal else None, facts(pairs))


def _course(people: Sequence[Participant]) -> Markup:
    entered = [person for person in people if person.entered is not None]
    ends = Counter(person.end.capitalize() if person.end else "On study" for person in entered)
    rows: list[tuple[Child, ...]] = [
        ("Screened", len(people)),
        ("Not enrolled", len(people) - len(entered)),
        ("Enrolled", len(entered)),
        ("Received a dose", sum(person.doses > 0 for person in entered)),
        *sorted(ends.items()),
    ]
    columns = (Column("What became of them", head=True), Column("Participants", number=True))
    return table("Everybody who was screened", columns, rows)


def _counts(title: str, counts: Mapping[str, int]) -> Markup:
    if not counts:
        return note("Nobody has been enrolled.", kind="why")
    rows = [(name, _hidden(count)) for name, count in sorted(counts.items())]
    return table("Participants by site", (Column(title, head=True), Column("Participants", number=True)), rows)


def _hidden(count: int) -> Child:
    return f"fewer than {SMALLEST}" if 0 < count < SMALLEST else count


Group = tuple[str, list[Participant]]


def _by_group(
    caption: str, groups: Sequence[Group], lines: Sequence[tuple[str, Callable[[list[Participant]], Child]]]
) -> Markup:
    columns = [Column("", head=True)]
    columns += [Column(f"{label} (N\u00a0=\u00a0{len(people)})", number=True) for label, people in groups]
    return table(caption, columns, [(title, *(count(people) for _, people in groups)) for title, count in lines])


def _disposition(groups: Sequence[Group]) -> Markup:
    ends = sorted({person.end for _, people in groups for person in people if person.end})
    lines: list[tuple[str, Callable[[list[Participant]], Child]]] = [
        ("Enrolled", len),
        ("Received a dose", lambda people: sum(person.doses > 0 for person in people)),
        ("Replaced", lambda people: sum(person.replaced for person in people)),
    ]
    lines += [(end.capitalize(), _ended(end)) for end in ends]
    return _by_group("What became of participants", groups, lines)


def _ended(end: str) -> Callable[[list[Participant]], Child]:
    return lambda people: sum(person.end == end for person in people)


def _exposure(groups: Sequence[Group]) -> Markup:
    return _by_group(
        "Administrations",
        groups,
        [
            ("Administrations given", lambda people: sum(person.doses for person in people)),
            ("Due and not given", lambda people: sum(person.missed for person in people)),
        ],
    )


def _adverse(groups: Sequence[Group], rows: Sequence[Fact], *, whole: bool = False) -> Markup:
    """Participants by the worst grade they have had; with `whole`, participants with each serious event too."""
    events: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row.domain == "AE":
            events.setdefault(row.subject, []).append(row.values)

    def having(kept: Callable[[Mapping[str, Any]], bool]) -> Callable[[list[Participant]], Child]:
        return lambda people: sum(any(kept(event) for event in events.get(p.subject, ())) for p in people)

    def worst(grade: int) -> Callable[[list[Participant]], Child]:
        def count(people: list[Participant]) -> Child:
            found = [max((int(e.get("AETOXGR") or 0) for e in events.get(p.subject, ())), default=0) for p in people]
            return sum(each == grade for each in found)

        return count

    lines = [("Any event", having(lambda _: True)), ("Serious event", having(lambda e: e.get("AESER") == "Y"))]
    lines += [("Related event", having(lambda e: e.get("AEREL") == "Y"))]
    lines += [(f"Worst grade {grade}", worst(grade)) for grade in GRADES]
    made = _by_group("Participants with adverse events", groups, lines)
    if not whole:
        return made
    terms = sorted({str(e.get("AETERM")) for all_ in events.values() for e in all_ if e.get("AESER") == "Y"})

    def named(term: str) -> Callable[[Mapping[str, Any]], bool]:
        return lambda event: event.get("AESER") == "Y" and str(event.get("AETERM")) == term

    if not terms:
        return join(made, note("There was no serious event."))
    caption = "Participants with each serious event"
    return join(made, _by_group(caption, groups, [(term, having(named(term))) for term in terms]))


def _toxicity(groups: Sequence[Group]) -> Markup:
    if not any(person.assessed for _, people in groups for person in people):
        return note("No dose-limiting toxicity has been assessed.", kind="why")
    levels = sorted({person.level for _, people in groups for person in people if person.level})
    found = list(groups)
    if levels:
        everybody = [person for _, people in groups for person in people]
        found = [(f"Level {level}", [p for p in everybody if p.level == level]) for level in levels]
    return _by_group(
        "Dose-limiting toxicity",
        found,
        [
            ("Assessed", lambda people: sum(person.assessed for person in people)),
            ("Evaluable", lambda people: sum(person.evaluable for person in people)),
            ("With a dose-limiting toxicity", lambda people: sum(person.dlt is True for person in people)),
        ],
    )
