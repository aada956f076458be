"""A rule: its id, what it looks for, why that matters, and the function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from trialwright.core.problem import Evidence, Severity
from trialwright.lint.finding import Confidence, Finding, Fixability, Status
from trialwright.lint.needs import NEEDS
from trialwright.lint.subject import Subject


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule's function yields when it finds its fault."""

    message: str
    field: str | None = None
    evidence: tuple[Evidence, ...] = ()
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a rule's function yields when it cannot tell; `message` says what it would need."""

    message: str
    field: str | None = None


Answer = Found | Unknown
Look = Callable[[Subject], Iterator[Answer]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the linter. `dated`: whether its answer depends on the day it is asked.
    `says_too`: codes of problems of reading and drafting that say the same."""

    id: str
    severity: Severity
    looks_for: str
    why: str
    fixability: Fixability
    look: Look
    dated: bool = False
    says_too: tuple[str, ...] = ()
    confidence: Confidence = Confidence.LIKELY

    def apply(self, subject: Subject) -> Iterator[Finding]:
        """The rule's findings on a record; nothing if its fault is not there."""
        for answer in self._answers(subject):
            found = isinstance(answer, Found)
            yield Finding(
                rule=self.id,
                severity=(answer.severity if isinstance(answer, Found) else None) or self.severity,
                status=Status.FOUND if found else Status.NOT_ASSESSABLE,
                message=answer.message,
                why=self.why,
                fixability=self.fixability,
                field=answer.field,
                evidence=answer.evidence if isinstance(answer, Found) else (),
                as_of=subject.as_of if self.dated else None,
                says_too=self.says_too if found else (),
                confidence=self.confidence,
            )

    def _answers(self, subject: Subject) -> Iterator[Answer]:
        """What the function answers; where it says nothing and a field that it needs was lost, that it cannot tell."""
        silent = True
        for answer in self.look(subject):
            silent = False
            yield answer
        if not silent or not subject.doubtful:
            return
        lost = next((path for path in NEEDS.get(self.id, ()) if subject.unsure(path)), None)
        if lost is not None:
            yield Unknown(f"This rendering does not show for certain {lost.rpartition('.')[2]}.", lost)


def rule(
    id: str,  # noqa: A002 - the field's own word
    severity: Severity,
    looks_for: str,
    *,
    why: str,
    fix: Fixability,
    dated: bool = False,
    says_too: tuple[str, ...] = (),
    sure: Confidence = Confidence.LIKELY,
) -> Callable[[Look], Rule]:
    """Make a rule of a function that looks at a subject and yields what it found."""

    def make(look: Look) -> Rule:
        return Rule(id, severity, looks_for, why, fix, look, dated, says_too, sure)

    return make
