"""Findings as SARIF 2.1.0, the form in which editors and code hosts show what a linter found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from trialwright.core.problem import Evidence, Severity
from trialwright.lint.finding import Finding, Status
from trialwright.lint.places import Places
from trialwright.lint.rules import RULES

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(linted: Iterable[tuple[str, tuple[Finding, ...], Places]], version: str) -> dict[str, Any]:
    """A SARIF log of one run. `linted`: for each record the name of its file, its findings and the places in the file.

    What cannot be assessed is a result of kind `notApplicable`, level `none`.
    """
    order = {rule.id: index for index, rule in enumerate(RULES)}
    results = [
        _result(finding, order[finding.rule], name, places) for name, findings, places in linted for finding in findings
    ]
    rules = [
        {
            "id": rule.id,
            "shortDescription": {"text": f"Looks for {rule.looks_for}."},
            "fullDescription": {"text": rule.why},
            "defaultConfiguration": {"level": LEVELS[rule.severity]},
        }
        for rule in RULES
    ]
    driver = {"name": "trialwright", "version": version, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(finding: Finding, index: int, name: str, places: Places) -> dict[str, Any]:
    found = finding.status is Status.FOUND
    locations = [_location(name, item, finding.field, places) for item in finding.evidence]
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": "fail" if found else "notApplicable",
        "level": LEVELS[finding.severity] if found else "none",
        "message": {"text": finding.message},
        "locations": locations[:1] or [_location(name, None, finding.field, places)],
        "relatedLocations": [{"id": number, **place} for number, place in enumerate(locations[1:], start=1)],
        "properties": {
            "confidence": finding.confidence.value,
            "fixability": finding.fixability.value,
            "asOf": finding.as_of.isoformat() if finding.as_of else None,
        },
    }


def _location(name: str, item: Evidence | None, field: str | None, places: Places) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(name.replace("\\", "/"))}}
    at = places.of(item) if item is not None else None
    if at is not None and item is not None:
        physical["region"] = {"startLine": at[0], "startColumn": at[1], "snippet": {"text": item.quote}}
    logical = [{"fullyQualifiedName": field}] if field else []
    return {"physicalLocation": physical, "logicalLocations": logical}
