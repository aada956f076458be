"""Reads FHIR files resource by resource and hands their content on as tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from trialwright.core.problem import Severity
from trialwright.screen.patients.fhir.access import Resource, each, words
from trialwright.screen.patients.fhir.flattening import Flat, Row, flatten
from trialwright.screen.patients.long import LABS, RECORDS
from trialwright.screen.patients.table import Table, unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.screen.patients.names import Names
    from trialwright.screen.patients.notes import Notes

FILES = (".json", ".ndjson", ".jsonl")
LONGEST_LINE = 50_000_000


def fhir(path: Path, names: Names, notes: Notes) -> tuple[Table, Table, Table]:
    """The patients, values and facts of a Bundle, an NDJSON file, or a folder of them, as tables.

    Raises InputError (SCR-001) where a file cannot be read, or there is no resource in it at all.
    """
    flat = Flat(names)
    count = 0
    for file in _files(path):
        for place, resource in _resources(file, flat, notes):
            count += 1
            try:
                flatten(resource, flat, place)
            except RecursionError:
                notes.add("SCR-040", f"{place} is nested too deeply; it is not read", group="deep")
    if not count:
        raise unreadable(path, "it holds no FHIR resource")
    _say(flat, notes)
    _settle(flat, notes)
    people = _people(path, flat)
    return people, _long(path, flat.labs, "test", LABS), _long(path, flat.facts, "concept", RECORDS)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    try:
        found = sorted(file for file in path.iterdir() if file.suffix.lower() in FILES and file.is_file())
    except OSError as fault:
        raise unreadable(path, fault.strerror or str(fault)) from fault
    if not found:
        raise unreadable(path, "the folder holds no .ndjson and no .json file")
    return found


def _resources(path: Path, flat: Flat, notes: Notes) -> Iterator[tuple[str, Resource]]:
    """The resources of a file with the names of their places; entries of a Bundle under both their names."""
    if path.suffix.lower() == ".json":
        whole = _whole(path)
        if whole is not None:
            yield from _entries(path, whole, flat)
            return
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                place = f"{path.name}, line {number}"
                found = _parsed(line) if len(line) <= LONGEST_LINE else None
                if isinstance(found, dict):
                    yield from _entries(path, found, flat, place)
                else:
                    message = f"{place}: it is no JSON object; it is not read"
                    notes.add("SCR-040", message, group=path.name, expected="one resource on each line")
    except OSError as fault:
        raise unreadable(path, fault.strerror or str(fault)) from fault


def _whole(path: Path) -> Resource | None:
    """The one JSON object of a file, None where it is NDJSON after all."""
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise unreadable(path, fault.strerror or str(fault)) from fault
    found = _parsed(data)
    if isinstance(found, dict):
        return found
    first = data.lstrip()[:LONGEST_LINE].split(b"\n", 1)[0]
    if found is None and isinstance(_parsed(first), dict) and b"\n" in data.strip():
        return None
    raise unreadable(path, "it is no JSON object")


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _entries(path: Path, whole: Resource, flat: Flat, place: str = "") -> Iterator[tuple[str, Resource]]:
    if words(whole, "resourceType") != "Bundle":
        yield place or path.name, whole
        return
    for number, wrapped in enumerate(each(whole, "entry"), 1):
        resource = wrapped.get("resource")
        where = f"{place or path.name}, entry {number}"
        if not isinstance(resource, dict):
            flat.notes.append(("SCR-040", "entry", f"{where} holds no resource"))
            continue
        full, kind, name = words(wrapped, "fullUrl"), words(resource, "resourceType"), words(resource, "id")
        if full and kind:
            if name is None:
                name = full.rpartition("/")[2] if not full.startswith("urn:") else full.rpartition(":")[2]
                resource = {**resource, "id": name}
            flat.alias[full] = f"{kind}/{name}"
        yield where, resource


def _say(flat: Flat, notes: Notes) -> None:
    for code, group, message in flat.notes:
        severity = Severity.INFO if code == "SCR-038" else Severity.WARNING
        notes.add(code, message, group=group, expected="a resource as FHIR R4 defines it", severity=severity)
    for kind, count in sorted(flat.unused.items())[:50]:
        notes.add(
            "SCR-041",
            f"{count} resources of type {kind} are not used",
            group="types",
            expected="Patient, Observation, Condition, Procedure, medications, AllergyIntolerance, Consent",
            mend="nothing, if they say nothing that a criterion asks for",
            severity=Severity.INFO,
        )


def _settle(flat: Flat, notes: Notes) -> None:
    """Put the patient's id in place of each reference, and the drug's name in place of a reference to it."""
    for rows, key in ((flat.labs, "test"), (flat.facts, "concept")):
        kept = []
        for row in rows:
            concept = row.get(key) or ""
            if "\0" in concept:
                prefix, target, display = concept.split("\0")
                known = flat.medications.get(flat.alias.get(target, target)) or display or None
                if known is None:
                    _broken(notes, row["place"], target)
                    continue
                row[key] = prefix + known
            kept.append(row)
            who = _whose(row.get("id"), flat)
            if who is None:
                _broken(notes, row["place"], row.get("id"))
                kept.pop()
            else:
                row["id"] = who
        rows[:] = kept
    for target, name, said, place in flat.cells:
        person = flat.people.get(flat.alias.get(target, target))
        if person is None:
            _broken(notes, place, target)
        elif person.get(name) not in (None, said):
            message = f"{place}: {name} of {target} is {said!r}, and was {person[name]!r} before; it is unknown"
            notes.add("SCR-032", message, group=name, expected="one answer")
            person[name] = "unknown"
        else:
            person[name] = said


def _whose(target: str | None, flat: Flat) -> str | None:
    person = flat.people.get(flat.alias.get(target, target)) if target else None
    return person["USUBJID"] if person is not None else None


def _broken(notes: Notes, place: str | None, target: str | None) -> None:
    what = f"refers to {target}, which is not among the resources" if target else "names no patient"
    message = f"{place} {what}; it belongs to nobody and is not read"
    notes.add("SCR-039", message, group="references", expected="a reference to a resource that is given")


def _people(path: Path, flat: Flat) -> Table:
    rows: Sequence[Row] = list(flat.people.values())
    names = list(dict.fromkeys(["USUBJID", "SEX", "BIRTH DATE", *(name for row in rows for name in row)]))
    columns = [pl.Series(name, [row.get(name) for row in rows], dtype=pl.String) for name in names]
    kept = [place for place, column in enumerate(columns) if place == 0 or column.null_count() < len(rows)]
    return Table(
        str(path),
        tuple(names[place] for place in kept),
        tuple(columns[place] for place in kept),
        labels=tuple(flat.people),
    )


def _long(path: Path, rows: list[Row], about: str, known: Mapping[str, str]) -> Table:
    used = [name for name in known if name in ("id", about, "value") or any(row.get(name) for row in rows)]
    if about == "concept":
        used = [name for name in used if name != "value"]
    columns = [pl.Series(name, [row.get(name) for row in rows], dtype=pl.String) for name in used]
    return Table(str(path), tuple(used), tuple(columns), labels=tuple(row["place"] or "" for row in rows))
