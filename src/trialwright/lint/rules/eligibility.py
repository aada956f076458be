"""Rules about who may enter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.core.problem import Severity
from trialwright.lint.finding import Fixability
from trialwright.lint.rule import Answer, Found, rule
from trialwright.lint.subject import Subject
from trialwright.protocol.eligibility.items import Section

CRITERIA = "protocolSection.eligibilityModule.eligibilityCriteria"
_INTUBATED = re.compile(
    r"\b(?:patients|subjects|participants)?\s*(?:are|is|must be|being)?\s*\bintubated\b", re.IGNORECASE
)
_SIGN = re.compile(r"\b(?:sign\w*|give\w*|provid\w*)\b[^.;]{0,40}\bconsent\b", re.IGNORECASE)
_REPRESENTATIVE = re.compile(r"represent|guardian|surrogate|next of kin|family|relative|proxy|\bLAR\b", re.IGNORECASE)


@rule(
    "EL-002",
    Severity.WARNING,
    "patients who cannot sign are to sign their own consent",
    why="Intubated patients cannot sign; without a representative nobody can lawfully enter.",
    fix=Fixability.SPONSOR,
)
def impossible_consent(subject: Subject) -> Iterator[Answer]:
    text = subject.section.eligibility_module.eligibility_criteria or ""
    items = [item for item in subject.protocol.eligibility.criteria if item.section is Section.INCLUSION]
    intubated = next((item for item in items if _INTUBATED.search(item.text) and "not" not in item.text.lower()), None)
    consent = next((item for item in items if _SIGN.search(item.text)), None)
    if intubated and consent and not _REPRESENTATIVE.search(text):
        yield Found(
            "Participants are intubated and sign their own consent; no representative is named.",
            CRITERIA,
            (subject.quote(CRITERIA, intubated.text), subject.quote(CRITERIA, consent.text)),
        )


_RANDOMISATION = re.compile(r"\brandomi[sz]ation\b", re.IGNORECASE)


@rule(
    "EL-009",
    Severity.WARNING,
    "a criterion timed by randomisation in a trial that does not randomise",
    why="The window has no anchor: nobody can say whether the criterion is met.",
    fix=Fixability.SPONSOR,
)
def anchor(subject: Subject) -> Iterator[Answer]:
    info = subject.section.design_module.design_info
    if info is None or info.allocation not in ("NON_RANDOMIZED", "NA"):
        return
    for item in subject.protocol.eligibility.criteria:
        if _RANDOMISATION.search(item.text):
            yield Found(
                f"A criterion is timed by randomisation, and allocation is {info.allocation}.",
                CRITERIA,
                (
                    subject.quote(CRITERIA, item.text),
                    subject.quote("protocolSection.designModule.designInfo.allocation"),
                ),
            )
            return


RULES = (impossible_consent, anchor)
