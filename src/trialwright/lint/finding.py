"""A finding: one rule's answer about one record, with the evidence that anybody can check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from trialwright.core.problem import Evidence, Severity


class Status(StrEnum):
    """FOUND: the rule's fault is there. NOT_ASSESSABLE: the rule depends on something that is not known."""

    FOUND = "found"
    NOT_ASSESSABLE = "not assessable"


class Fixability(StrEnum):
    """Who or what can settle the matter."""

    RECORD = "the record itself holds the answer"
    RENDERING = "another rendering of the record holds the answer"
    SPONSOR = "only the sponsor can settle it"
    PERSON = "a person who knows the trial must decide"


class Confidence(StrEnum):
    """How sure a finding is. CERTAIN: coded fields say so. LIKELY: read from free text by a pattern that is seldom
    wrong. POSSIBLE: worth a look; a pattern that cannot see everything a reader sees."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one record.

    `rule`: the rule's id (`DS-002`). `field`: v2 path of the field that it concerns first. `why`: what it means for
    somebody who runs or reads the trial. `as_of`: the day that dates were judged on; None where no date matters.
    `says_too`: codes of problems by which reading or drafting may have said the same.
    """

    rule: str
    severity: Severity
    status: Status
    message: str
    why: str
    fixability: Fixability
    field: str | None = None
    evidence: tuple[Evidence, ...] = ()
    as_of: date | None = None
    says_too: tuple[str, ...] = ()
    confidence: Confidence = Confidence.LIKELY

    def to_json(self) -> dict[str, Any]:
        """The finding as plain values; evidence with its place in words."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "status": self.status.value,
            "message": self.message,
            "why": self.why,
            "fixability": self.fixability.value,
            "confidence": self.confidence.value,
            "field": self.field,
            "evidence": [
                {"quote": item.quote, "where": str(item.where) if item.where else None} for item in self.evidence
            ],
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }
