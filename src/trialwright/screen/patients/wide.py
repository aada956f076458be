"""A wide table, a row per patient, as people, records and answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from trialwright.core.problem import Severity
from trialwright.screen.patients import columns
from trialwright.screen.patients.names import Meaning, Names, Part
from trialwright.screen.patients.people import identifiers, particulars
from trialwright.screen.patients.reporting import Reporter
from trialwright.screen.patients.things import Column, Records, fact, measure

if TYPE_CHECKING:
    from trialwright.screen.patients.notes import Notes
    from trialwright.screen.patients.table import Table

UNKNOWN_SHOWN = 12
IDENTIFIER = "id"
VALUED = (Part.UNIT, Part.LOW, Part.HIGH, Part.DATE)


@dataclass(frozen=True, slots=True)
class Recognised:
    """The columns of a table by what they mean: particulars, answers, and for each thing its column and companions."""

    own: Mapping[str, Column]
    answers: Mapping[str, Column]
    things: tuple[tuple[str, Mapping[Part, Column]], ...]
    complete: frozenset[str]


def recognised(
    table: Table, names: Names, mapped: Mapping[str, Meaning], notes: Notes, asked: Iterable[str]
) -> Recognised:
    """What the columns mean, by the mapping or else by their names. What nothing recognises is reported."""
    own: dict[str, Column] = {}
    answers: dict[str, Column] = {}
    things: dict[str, list[dict[Part, Column]]] = {}
    complete: set[str] = set()
    strange: list[str] = []
    known = frozenset(asked)
    for name, cells in zip(table.names, table.columns, strict=True):
        meaning = mapped.get(name.lower()) or names.meaning(name)
        if meaning is None:
            strange.append(name)
            continue
        each = (name, meaning, cells)
        if meaning.complete:
            complete.add(meaning.key)
        match meaning.part:
            case Part.IGNORED:
                continue
            case Part.OWN | Part.ANSWER:
                held = own if meaning.part is Part.OWN else answers
                if meaning.key in held:
                    _twice(name, held[meaning.key][0], notes)
                elif meaning.part is Part.ANSWER and known and meaning.key not in known:
                    _no_such_answer(name, notes)
                else:
                    held[meaning.key] = each
            case part:
                _sort_in(things.setdefault(meaning.key, []), part, each, notes)
    _report_strange(strange, names, notes)
    for name in sorted(set(mapped) - {name.lower() for name in table.names}):
        notes.add(
            "SCR-036",
            f"the mapping speaks of a column {name!r} that {table.source} does not have",
            expected="the names of the table's columns",
            mend="correct the name in the mapping",
        )
    flat = tuple((key, group) for key, groups in things.items() for group in groups)
    return Recognised(own, answers, flat, frozenset(complete))


def add(
    table: Table, found: Recognised, reporter: Reporter, records: Records, as_of: date | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The people of the table and their answers to criteria; their records go to `records`."""
    height = table.height
    ids = identifiers(found.own[IDENTIFIER][2] if IDENTIFIER in found.own else None, reporter, height)
    reporter = Reporter(table, reporter.notes, ids)
    people = particulars(found.own, ids, reporter, as_of)
    screening = people["screening"] if "screening" in people.columns else None
    for key, group in found.things:
        thing = group.get(Part.THING)
        kinds = thing[1].kinds if thing is not None else next(iter(group.values()))[1].kinds
        if thing is not None and "number" in kinds:
            measure(group, key, records, reporter, screening)
        if "flag" in kinds and (thing is not None or {Part.DATE, Part.END, Part.DOSE} & set(group)):
            fact(group, key, records, reporter, screening, silent="number" in kinds)
        elif thing is None:
            _alone(group, key, reporter)
    answers = {}
    for key, (name, _, cells) in found.answers.items():
        read = columns.flags(cells)
        reporter.flags(name, read)
        answers[key] = read["value"].rename(key)
    return people, pl.DataFrame(list(answers.values()))


def _sort_in(groups: list[dict[Part, Column]], part: Part, each: Column, notes: Notes) -> None:
    """Into the first group of the thing that has no such column yet: a second column of values begins a second one."""
    for group in groups:
        if part not in group:
            group[part] = each
            return
    if groups and part is Part.THING:
        notes.add(
            "SCR-032",
            f"column {each[0]} is of the same thing as column {groups[0][part][0]}; both are taken",
            group=each[0],
            expected="one column for it",
            mend="say in a mapping which one to ignore, if they are not two values of the same thing",
            severity=Severity.INFO,
        )
    groups.append({part: each})


def _twice(name: str, first: str, notes: Notes) -> None:
    said = f"the second column {name}" if name == first else f"column {name} means the same as column {first} and"
    notes.add(
        "SCR-032",
        f"{said} is not read",
        group=name,
        expected="one column for it",
        mend="remove one of them, or say in a mapping which one to ignore",
    )


def _no_such_answer(name: str, notes: Notes) -> None:
    notes.add(
        "SCR-020",
        f"column {name} answers a criterion that the protocol does not have, or one that asks a person for nothing",
        group="answers",
        expected="the id of a criterion that a person must judge",
        mend="see the columns that `trialwright screen --template PROTOCOL` lists",
    )


def _alone(group: Mapping[Part, Column], key: str, reporter: Reporter) -> None:
    for name, _, _ in group.values():
        reporter.notes.add(
            "SCR-020",
            f"column {name} belongs to a column {key}, which the table does not have; it is not used",
            group="companions",
            expected=f"a column {key}",
            mend="add the column, or name it in a mapping",
        )


def _report_strange(strange: list[str], names: Names, notes: Notes) -> None:
    for name in strange[:UNKNOWN_SHOWN]:
        near = names.nearest(name)
        hint = f"; the nearest name that is known is {near}" if near else ""
        notes.add(
            "SCR-020",
            f"column {name or '(without a name)'} is not recognised and not used{hint}",
            group="columns",
            expected=f"a known name; the nearest is {near!r}" if near else "a known name",
            mend="say in a mapping what it is (`key`), or that it can be ignored (`ignore: yes`)",
            severity=Severity.WARNING,
        )
    if len(strange) > UNKNOWN_SHOWN:
        rest = strange[UNKNOWN_SHOWN:]
        listed = ", ".join(name[:40] for name in rest[:30]) + (" ..." if len(rest) > 30 else "")
        notes.add(
            "SCR-020",
            f"{len(rest)} more columns are not recognised and not used: {listed}",
            group="columns",
            expected="known names",
            mend="say in a mapping what they are, or that they can be ignored",
        )
