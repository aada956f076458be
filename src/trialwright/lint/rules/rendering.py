"""Rules about what a rendering did to the record: lost items, exponents, levels and sections."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.core.problem import Severity
from trialwright.lint.finding import Fixability
from trialwright.lint.rule import Answer, Found, rule
from trialwright.lint.subject import Subject
from trialwright.protocol.eligibility.items import ItemKind
from trialwright.protocol.outcomes import OutcomeLevel
from trialwright.record.provenance import Presence

CRITERIA = "protocolSection.eligibilityModule.eligibilityCriteria"
OUTCOMES = "protocolSection.outcomesModule"


@rule(
    "RF-001",
    Severity.WARNING,
    "a numbered list that does not start at 1, or has gaps",
    why="A criterion that is not there cannot be checked: nobody can be called eligible by this text alone.",
    fix=Fixability.RENDERING,
    says_too=("READ-101", "DRAFT-301"),
)
def gaps(subject: Subject) -> Iterator[Answer]:
    missing = [item for item in subject.protocol.eligibility.criteria if item.kind is ItemKind.MISSING]
    for section in dict.fromkeys(item.section for item in missing):
        numbers = ", ".join(item.number or "?" for item in missing if item.section is section)
        following = next(
            (
                item
                for item in subject.protocol.eligibility.criteria
                if item.section is section and item.kind is ItemKind.TEXT
            ),
            None,
        )
        evidence = (subject.quote(CRITERIA, f"{following.number}. {following.text}"),) if following else ()
        yield Found(f"Of the {section.value} criteria, number {numbers} is missing from the text.", CRITERIA, evidence)


@rule(
    "RF-003",
    Severity.WARNING,
    "a section that every record should have is empty",
    why="What is not shown is not known: an empty section must not be read as 'none'.",
    fix=Fixability.RENDERING,
)
def empty_sections(subject: Subject) -> Iterator[Answer]:
    needed = {
        "protocolSection.descriptionModule.briefSummary": "brief summary",
        "protocolSection.conditionsModule.conditions": "list of conditions",
        "protocolSection.armsInterventionsModule.interventions": "list of interventions",
        CRITERIA: "eligibility text",
    }
    for path, name in needed.items():
        presence = subject.record.presence(path)
        if presence is Presence.LOST:
            yield Found(f"The {name} was lost by this rendering.", path, severity=Severity.INFO)
        elif presence is Presence.ABSENT and not (name == "list of interventions" and _observational(subject)):
            yield Found(f"The record has no {name}.", path)


def _observational(subject: Subject) -> bool:
    return subject.section.design_module.study_type != "INTERVENTIONAL"


@rule(
    "RF-004",
    Severity.ERROR,
    "a power of ten whose exponent lost its raised position",
    why="'1 X 10 8' reads as one hundred million or as one hundred and eight: a dose must not hang on a superscript.",
    fix=Fixability.RENDERING,
    says_too=("READ-112", "DRAFT-101"),
)
def lost_exponents(subject: Subject) -> Iterator[Answer]:
    yield from _ambiguous(subject, lost_exponent=True)


@rule(
    "RF-005",
    Severity.ERROR,
    "a number in scientific notation that can be read in two ways",
    why="'4.0*10E7' is 4 x 10^7 to one reader and 4 x 10 x 10^7 to a computer: a tenfold dose.",
    fix=Fixability.SPONSOR,
    says_too=("DRAFT-101",),
)
def ambiguous_notation(subject: Subject) -> Iterator[Answer]:
    yield from _ambiguous(subject, lost_exponent=False)


_SPELT = re.compile(r"\d\s*E\s*\+?\d", re.IGNORECASE)


def _ambiguous(subject: Subject, *, lost_exponent: bool) -> Iterator[Answer]:
    """Ambiguous doses of the protocol, each text once: exponent spelt out (E), or lost."""
    seen: set[str] = set()
    for arm in subject.protocol.arms:
        for treatment in arm.treatments:
            dosing = treatment.dosing
            written = next((item for item in dosing.evidence if re.search(r"\b10\b|10E", item.quote)), None)
            if not dosing.is_ambiguous or written is None or written.quote in seen:
                continue
            if bool(_SPELT.search(written.quote)) is lost_exponent:
                continue
            seen.add(written.quote)
            readings = " or ".join(dict.fromkeys(str(reading.dose) for reading in dosing.readings))
            yield Found(f"The dose can be read as {readings}.", f"{treatment.source}.description", (written,))


@rule(
    "RF-008",
    Severity.WARNING,
    "outcomes whose level (primary or secondary) was lost",
    why="Without the level nobody can tell which outcome the trial stands or falls by.",
    fix=Fixability.RENDERING,
    says_too=("READ-105", "DRAFT-202"),
)
def lost_levels(subject: Subject) -> Iterator[Answer]:
    unknown = [item for item in subject.protocol.outcomes if item.level is OutcomeLevel.UNKNOWN]
    if unknown:
        first = unknown[0]
        evidence = (subject.quote(f"{first.source}.measure"),) if first.source else ()
        yield Found(
            f"The rendering shows {len(unknown)} outcomes without the headings that tell primary from secondary.",
            OUTCOMES,
            evidence,
        )


@rule(
    "RF-011",
    Severity.INFO,
    "a rendering that does not show outcomes at all",
    why="That no outcome is shown says nothing about what the trial measures.",
    fix=Fixability.RENDERING,
)
def lost_outcomes(subject: Subject) -> Iterator[Answer]:
    if not subject.protocol.outcomes and subject.lost(f"{OUTCOMES}.primaryOutcomes"):
        yield Found("This rendering does not show the outcomes of the trial.", OUTCOMES)


RULES = (gaps, empty_sections, lost_exponents, ambiguous_notation, lost_levels, lost_outcomes)
