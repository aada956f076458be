"""A trial entered on a ledger, read back, and compared with its source at every decision; and ways to spoil that.

`Bench` holds the steps between source and comparison. Each mutant replaces one step by a faulty one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from trialwright.conduct import Entry, FileLedger, Ledger, LiveTrial, SqliteLedger, replay
from trialwright.conduct.commands import Decide, Open
from trialwright.conduct.events import Corrected, Decided, Recorded, Retracted, Supplemented
from trialwright.conduct.fold import Fold
from trialwright.conduct.transcribe import Due, command_of, entries_due
from trialwright.core.errors import TrialwrightError
from trialwright.dataset.columns import ENDS, ENROLLED
from trialwright.dataset.facts import Fact
from trialwright.dataset.frames import RETRACTED
from trialwright.dataset.state import TrialState, state_of
from trialwright.dataset.trialdata import TrialData
from trialwright.protocol.design import Design

OVERRIDE = "the source enrolled this participant"


@dataclass(frozen=True)
class Bench:
    """The steps. `source`: the facts as they are entered. `reread`: the entries as read back. `view`: the data as of
    a day. `see`: what the design sees after so many entries, on a day."""

    source: Callable[[Sequence[Fact]], Sequence[Fact]] = lambda facts: facts
    reread: Callable[[Sequence[Entry]], Sequence[Entry]] = lambda entries: entries
    view: Callable[[TrialData, int], TrialData] = lambda data, day: data.as_of(day)
    see: Callable[[Sequence[Entry], int, int], TrialState] = lambda entries, upto, day: replay(entries, upto).state(day)


@dataclass(frozen=True)
class Difference:
    """One disagreement. `kind`: `decision`, `recorded decision`, `state`, `data` or `refused`."""

    kind: str
    day: int
    what: str


Store = Callable[[Path, bool], Ledger]
"""How a ledger is opened there, made new or as it stands."""


def in_file(path: Path, create: bool) -> Ledger:
    """A ledger in a file."""
    return FileLedger(path, create=create)


def in_sqlite(path: Path, create: bool) -> Ledger:
    """A ledger in an SQLite database, under a clock that stands."""
    return SqliteLedger(path, lambda: "2024-02-29T12:00:00.000000Z", create=create)


def enter(
    path: Path,
    facts: Sequence[Fact],
    points: Sequence,
    design: Design,
    arms: tuple[str, ...],
    override: str,
    store: Store = in_file,
):
    """Write a trial to a new ledger, one transaction per decision and day; gives how many entries there were after
    each decision."""
    due = list(entries_due(facts))
    latest: dict[tuple[str, str, int], Fact] = {}
    sizes: list[int] = []
    with contextlib.closing(store(path, True)) as ledger:
        trial = LiveTrial(ledger, design)
        trial.do(Open("0" * 64, design.name, arms), day=0, actor="transcriber")
        for point in points:
            now = [each for each in due if each.place < point.facts_before and each.fact.known <= point.day]
            due = [each for each in due if each not in now]
            _enter_days(trial, now, latest, override)
            trial.do(Decide(), day=point.day, actor="transcriber")
            sizes.append(ledger.head.size)
        _enter_days(trial, due, latest, override)
    return sizes


def _enter_days(trial: LiveTrial, due: Iterable[Due], latest: dict, override: str) -> None:
    by_day: dict[int, list] = {}
    for each in due:
        fact = each.fact
        by_day.setdefault(fact.known, []).append(command_of(fact, latest.get(fact.key), override=override))
        latest[fact.key] = fact
    for day, commands in sorted(by_day.items()):
        trial.do(*commands, day=day, actor="transcriber")


def differences(
    path: Path,
    facts: Sequence[Fact],
    points: Sequence,
    design: Design,
    arms: tuple[str, ...],
    *,
    bench: Bench | None = None,
    override: str = "",
    store: Store = in_file,
) -> list[Difference]:
    """Everything in which the conducted trial differs from its source, in order of the comparison."""
    bench = bench or Bench()
    entered = bench.source(facts)
    if len(entered) != len(facts):  # what was left out was not there before any decision either
        kept = {id(fact) for fact in entered}
        places = [0]
        for fact in facts:
            places.append(places[-1] + (id(fact) in kept))
        moved = [replace(_plain(point), facts_before=places[point.facts_before]) for point in points]
    else:
        moved = list(points)
    try:
        sizes = enter(path, entered, moved, design, arms, override, store)
        with contextlib.closing(store(path, False)) as ledger:
            entries = bench.reread(tuple(ledger.entries()))
        fold = replay(entries)
    except (TrialwrightError, ValueError) as fault:
        return [Difference("refused", -1, str(fault))]
    return [
        *_decisions_differ(bench, facts, points, sizes, entries, fold, design),
        *_data_differ(bench, TrialData.from_facts(facts), fold.data(), points),
    ]


@dataclass(frozen=True)
class _Point:
    day: int
    decision: object
    facts_before: int


def _plain(point) -> _Point:
    return _Point(point.day, point.decision, point.facts_before)


def _decisions_differ(
    bench: Bench,
    facts: Sequence[Fact],
    points: Sequence,
    sizes: Sequence[int],
    entries: Sequence[Entry],
    fold: Fold,
    design: Design,
) -> list[Difference]:
    found = []
    recorded = fold.decisions
    if len(recorded) != len(points):
        found.append(Difference("recorded decision", -1, f"{len(recorded)} decisions for {len(points)}"))
    for point, size, taken in zip(points, sizes, recorded, strict=False):
        theirs = state_of(facts[: point.facts_before], point.day)
        try:
            ours = bench.see(entries, size, point.day)
        except ValueError as fault:
            found.append(Difference("state", point.day, str(fault)))
            continue
        if ours != theirs:
            found.append(Difference("state", point.day, f"{theirs.subjects} / {ours.subjects}"))
        if (decision := design.decide(ours)) != point.decision:
            found.append(Difference("decision", point.day, f"{point.decision} / {decision}"))
        if (taken.day, taken.decision) != (point.day, point.decision):
            found.append(Difference("recorded decision", point.day, f"{point.decision} / {taken.decision}"))
    return found


def _data_differ(bench: Bench, source: TrialData, ledger: TrialData, points: Sequence) -> list[Difference]:
    """The data on every day on which either side changes or a decision was taken, and on the day before."""
    days = {*source.days(), *ledger.days(), *(point.day for point in points)}
    found = []
    for day in sorted({day + step for day in days for step in (-1, 0)}):
        difference = source.as_of(day).difference(bench.view(ledger, day), content_only=True)
        if difference is not None:
            found.append(Difference("data", day, difference))
    ends = any(source.history(name)[end].count() for name in ENDS for end in ENDS[name])
    if not ends and not found and (difference := _versions_differ(source, ledger)) is not None:
        found.append(Difference("data", -1, difference))
    return found


def _versions_differ(source: TrialData, ledger: TrialData) -> str | None:
    """The first difference in the whole history, with days of knowledge; of retracted versions only that they are."""
    return _without_retracted_values(source).difference(_without_retracted_values(ledger))


def _without_retracted_values(data: TrialData) -> TrialData:
    facts = (replace(fact, values={}, day=0) if fact.retracted else fact for fact in data.facts())
    return TrialData.from_facts(facts)


# Mutants: what may be spoiled between the source and the comparison, and where it must show.


def _each(change: Callable[[Fact], Fact]) -> Callable[[Sequence[Fact]], Sequence[Fact]]:
    return lambda facts: [change(fact) for fact in facts]


def _later(days: int) -> Callable[[Fact], Fact]:
    def change(fact: Fact) -> Fact:
        if fact.domain != "XD":
            return fact
        return replace(fact, day=fact.day + days, known=max(fact.known, fact.day + days))

    return change


def _responses(change: Callable[[Fact], Fact]) -> Callable[[Sequence[Fact]], Sequence[Fact]]:
    return _each(lambda fact: change(fact) if fact.domain == "RS" else fact)


def _known_at_once(facts: Sequence[Fact]) -> Sequence[Fact]:
    first = {fact.key: fact for fact in facts if fact.version == 1}
    return [replace(fact, known=fact.day) if first[fact.key] is fact else fact for fact in facts]


def _corrected_in_the_past(facts: Sequence[Fact]) -> Sequence[Fact]:
    """The latest values stand from the first entry on, as in a table that is overwritten."""
    last = {fact.key: fact for fact in facts if not fact.retracted}
    return [
        fact
        if fact.retracted
        else replace(fact, values=last[fact.key].values, day=last[fact.key].day)
        if fact.known >= last[fact.key].day
        else fact
        for fact in facts
    ]


def _swapped(domain: str) -> Callable[[Sequence[Fact]], Sequence[Fact]]:
    """Rows of a domain go to the wrong one of the first two participants who were enrolled."""

    def change(facts: Sequence[Fact]) -> Sequence[Fact]:
        enrolled = [fact.subject for fact in facts if fact.values.get("DSDECOD") == ENROLLED and fact.version == 1]
        if len(enrolled) < 2:
            return facts
        other = {enrolled[0]: enrolled[1], enrolled[1]: enrolled[0]}
        return [
            replace(fact, subject=other.get(fact.subject, fact.subject)) if fact.domain == domain else fact
            for fact in facts
        ]

    return change


def _other_arms(facts: Sequence[Fact]) -> Sequence[Fact]:
    arms = sorted({str(fact.values["ARMCD"]) for fact in facts if fact.values.get("ARMCD")})
    following = dict(zip(arms, [*arms[1:], *arms[:1]], strict=True))
    return [
        replace(fact, values={**fact.values, "ARMCD": following[str(fact.values["ARMCD"])]})
        if fact.values.get("ARMCD")
        else fact
        for fact in facts
    ]


def _not(drop: Callable[[Fact], bool]) -> Callable[[Sequence[Fact]], Sequence[Fact]]:
    return lambda facts: [fact for fact in facts if not drop(fact)]


def _no_more_versions(facts: Sequence[Fact]) -> Sequence[Fact]:
    return [fact for fact in facts if fact.version == 1 or fact.retracted]


def _never_retracted(facts: Sequence[Fact]) -> Sequence[Fact]:
    keys = {fact.key for fact in facts if fact.retracted}
    return [fact for fact in facts if not fact.retracted and not (fact.key in keys and _after_retraction(fact, facts))]


def _after_retraction(fact: Fact, facts: Sequence[Fact]) -> bool:
    return any(other.key == fact.key and other.retracted and other.version < fact.version for other in facts)


def _skipping(*kinds: type) -> Callable[[Sequence[Entry]], Sequence[Entry]]:
    return lambda entries: [entry for entry in entries if not isinstance(entry.event, kinds)]


def _entered_twice(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Rows that are simply recorded are recorded under the next free number too."""
    found = []
    for entry in entries:
        found.append(entry)
        if isinstance(entry.event, Recorded):
            found.append(replace(entry, event=replace(entry.event, number=entry.event.number + 100)))
    return found


def _other_reason(entries: Sequence[Entry]) -> Sequence[Entry]:
    return [
        replace(entry, event=replace(entry.event, decision=replace(entry.event.decision, reason="as I see it")))
        if isinstance(entry.event, Decided)
        else entry
        for entry in entries
    ]


def _unblanked(data: TrialData, day: int) -> TrialData:
    """The rows of a day with the ends that the whole data know."""
    view = data.as_of(day)
    frames = dict(view.frames)
    for domain, ends in ENDS.items():
        if domain in frames:
            columns = [name for end, dependants in ends.items() for name in (end, *dependants)]
            known = data.table(domain).select("USUBJID", "SEQ", *columns)
            frame = frames[domain].drop(columns).join(known, on=["USUBJID", "SEQ"], how="left", maintain_order="left")
            frames[domain] = frame.select(frames[domain].columns)
    return TrialData(frames, day)


def _first_versions(data: TrialData, day: int) -> TrialData:
    return TrialData({name: frame.filter(pl.col("VERSION") == 1) for name, frame in data.frames.items()}).as_of(day)


def _retracted_kept(data: TrialData, day: int) -> TrialData:
    kept = {name: frame.with_columns(pl.lit(value=False).alias(RETRACTED)) for name, frame in data.frames.items()}
    return TrialData(kept).as_of(day)


def _see_next(entries: Sequence[Entry], upto: int, day: int) -> TrialState:
    """The state after the entries that follow the decision, up to the next day's."""
    ahead = [entry for entry in entries if entry.sequence <= upto or entry.day <= day + 1]
    return state_of((fact for fact in replay(ahead).facts if fact.known <= day + 1), day + 1)


DATA, STATE, DECISION, RECORDED = "data", "state", "decision", "recorded decision"
MUTANTS: dict[str, tuple[Bench, frozenset[str]]] = {
    "as_of shows a day of the future": (Bench(view=lambda data, day: data.as_of(day + 1)), frozenset({DATA})),
    "as_of is one day late": (Bench(view=lambda data, day: data.as_of(day - 1)), frozenset({DATA})),
    "as_of shows ends that lie ahead": (Bench(view=_unblanked), frozenset({DATA})),
    "as_of shows first versions": (Bench(view=_first_versions), frozenset({DATA})),
    "as_of shows retracted rows": (Bench(view=_retracted_kept), frozenset({DATA})),
    "the design sees a day of the future": (Bench(see=_see_next), frozenset({STATE, DECISION})),
    "the design's clock is a day ahead": (
        Bench(see=lambda entries, upto, day: replay(entries, upto).state(day + 1)),
        frozenset({STATE, DECISION}),
    ),
    "the design misses the last entry": (
        Bench(see=lambda entries, upto, day: replay(entries, upto - 2).state(day)),
        frozenset({STATE, DECISION}),
    ),
    "an assessment is shifted by a day": (Bench(source=_each(_later(1))), frozenset({DATA})),
    "an assessment becomes known a day late": (
        Bench(source=_each(lambda f: replace(f, known=f.known + 1) if f.domain == "XD" else f)),
        frozenset({DATA, STATE, DECISION, RECORDED}),
    ),
    "a late entry is seen on the day it occurred": (
        Bench(source=_known_at_once),
        frozenset({DATA, STATE, DECISION, RECORDED}),
    ),
    "a correction overwrites the past": (
        Bench(source=_corrected_in_the_past),
        frozenset({DATA, STATE, DECISION, RECORDED}),
    ),
    "corrections are not entered": (Bench(source=_no_more_versions), frozenset({DATA, STATE, DECISION, RECORDED})),
    "retractions are not entered": (Bench(source=_never_retracted), frozenset({DATA, STATE, DECISION, RECORDED})),
    "corrections are not read back": (Bench(reread=_skipping(Corrected)), frozenset({DATA, STATE, DECISION})),
    "retractions are not read back": (Bench(reread=_skipping(Retracted)), frozenset({DATA, STATE, DECISION})),
    "ends are not read back": (Bench(reread=_skipping(Supplemented)), frozenset({DATA})),
    "rows are entered twice": (Bench(reread=_entered_twice), frozenset({DATA})),
    "two participants' assessments are swapped": (Bench(source=_swapped("XD")), frozenset({DATA, STATE})),
    "two participants' measurements are swapped": (Bench(source=_swapped("LB")), frozenset({DATA})),
    "assessments are lost": (
        Bench(source=_not(lambda fact: fact.domain == "XD")),
        frozenset({DATA, STATE, DECISION, RECORDED}),
    ),
    "the end of study is lost": (
        Bench(source=_not(lambda fact: fact.domain == "DS" and fact.values.get("DSDECOD") not in (ENROLLED,))),
        frozenset({DATA, STATE}),
    ),
    "arms are exchanged": (Bench(source=_other_arms), frozenset({DATA, STATE})),
    "a recorded decision has another reason": (Bench(reread=_other_reason), frozenset({RECORDED})),
}

RESPONSE_MUTANTS: dict[str, tuple[Bench, frozenset[str]]] = {
    "a response is seen a day early": (
        Bench(source=_responses(lambda f: replace(f, day=max(f.day - 1, 0), known=max(f.known - 1, 0)))),
        frozenset({DATA, STATE, DECISION, RECORDED}),
    ),
    "a response becomes known a day late": (
        Bench(source=_responses(lambda f: replace(f, known=f.known + 1))),
        frozenset({DATA, STATE, DECISION, RECORDED}),
    ),
    "the correction of a response is ignored": (
        Bench(source=_not(lambda f: f.domain == "RS" and f.version > 1 and not f.retracted)),
        frozenset({DATA, STATE, DECISION, RECORDED}),
    ),
    "the retraction of a response is ignored": (
        Bench(source=_not(lambda f: f.domain == "RS" and f.retracted)),
        frozenset({DATA, STATE, DECISION, RECORDED}),
    ),
    "two participants' responses are swapped": (Bench(source=_swapped("RS")), frozenset({DATA, STATE})),
    "responses are lost": (
        Bench(source=_not(lambda f: f.domain == "RS")),
        frozenset({DATA, STATE, DECISION, RECORDED}),
    ),
    "corrections are not read back": (Bench(reread=_skipping(Corrected)), frozenset({DATA, STATE, DECISION})),
    "the design sees a day of the future": (Bench(see=_see_next), frozenset({STATE, DECISION})),
}
