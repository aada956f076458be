"""Writes a record: as v2 JSON, or with its provenance."""

from __future__ import annotations

from typing import Any

from trialwright.core.problem import Problem
from trialwright.core.source import Location, Span
from trialwright.record.model import Json, Study
from trialwright.record.provenance import Entry
from trialwright.record.record import Record, leaves
from trialwright.record.structure import plain


def write(record: Record | Study) -> dict[str, Json]:
    """The record as ClinicalTrials.gov v2 JSON: plain values under v2 names, empty ones left out."""
    return plain(record.study if isinstance(record, Record) else record)


def record_json(record: Record) -> dict[str, Json]:
    """The record with everything known of it: `study`, `provenance` by v2 path, `origin`, `coverage`, `unmapped`.

    The provenance names every value that is there, and every field that was lost or is ambiguous.
    """
    table: dict[str, Json] = {path: _entry(record.entry(path)) for path, _ in leaves(record.study)}
    for path, entry in record.provenance.entries.items():
        table.setdefault(path, _entry(entry))
    return {
        "study": write(record),
        "provenance": table,
        "origin": {
            "name": record.origin.name,
            "rendering": record.origin.rendering.value,
            "sha256": record.origin.sha256,
        },
        "coverage": {
            "mapped": record.coverage.mapped,
            "total": record.coverage.total,
            "unmapped": [{"line": line.number, "text": line.text} for line in record.coverage.unmapped],
        },
        "unmapped": dict(record.unmapped),
    }


def _entry(entry: Entry) -> dict[str, Json]:
    shown: dict[str, Json] = {"presence": entry.presence.value}
    if entry.where:
        shown["where"] = [location_json(place) for place in entry.where]
    if entry.readings:
        shown["readings"] = list(entry.readings)
    if entry.note:
        shown["note"] = entry.note
    return shown


def location_json(place: Location) -> Json:
    """A place as JSON: a path, or the four numbers of a span (lines and columns from 1, end exclusive)."""
    if isinstance(place, Span):
        return {
            "line": place.line,
            "column": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        }
    return {"path": place.path}


def problem_json(problem: Problem) -> dict[str, Any]:
    """A Problem as JSON, evidence with its place."""
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "field": problem.field,
        "evidence": [
            {"quote": item.quote, "where": location_json(item.where) if item.where else None}
            for item in problem.evidence
        ],
        "expected": problem.expected,
        "mend": problem.mend,
    }
