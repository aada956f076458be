"""Rules about outcomes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.core.gates import gated
from trialwright.core.problem import Severity
from trialwright.lint.finding import Fixability
from trialwright.lint.rule import Answer, Found, Unknown, rule
from trialwright.lint.subject import Subject
from trialwright.lint.texts import OUTCOMES, PRIMARY, outcomes, timed_outcomes
from trialwright.protocol.outcomes import OutcomeType
from trialwright.protocol.outcomes.draft import response_of


@rule(
    "OC-001",
    Severity.ERROR,
    "no primary outcome",
    why="A trial without a primary outcome cannot succeed or fail.",
    fix=Fixability.SPONSOR,
)
def no_primary(subject: Subject) -> Iterator[Answer]:
    kind = subject.section.design_module.study_type
    if subject.section.outcomes_module.primary_outcomes or kind == "EXPANDED_ACCESS":
        return
    if subject.lost(PRIMARY):
        yield Unknown("This rendering does not show which outcome is primary.", PRIMARY)
    else:
        yield Found(
            "The record names no primary outcome.",
            PRIMARY,
            severity=Severity.WARNING if kind == "OBSERVATIONAL" else None,
        )


_IN_MG_PER_DL = r"\b[^.;()]{0,40}?\(?\s*(mg\s*/\s*dL)\b"
_USUAL_UNITS = (
    (
        gated(
            r"\b(lactate dehydrogenase|LDH|alanine aminotransferase|ALT|aspartate aminotransferase|AST)"
            + _IN_MG_PER_DL,
            re.IGNORECASE,
        ),
        "U/L",
    ),
    (gated(r"\b(d-?dimer|ferritine?)" + _IN_MG_PER_DL, re.IGNORECASE), "ng/mL or ug/mL"),
)


@rule(
    "OC-003",
    Severity.WARNING,
    "a unit in which the quantity is not measured",
    why="An enzyme activity has no mass; values entered in the wrong unit are wrong by orders of magnitude.",
    fix=Fixability.SPONSOR,
)
def implausible_unit(subject: Subject) -> Iterator[Answer]:
    if not re.search(r"mg\s*/\s*dl", subject.low):
        return
    for path, measure, description in outcomes(subject):
        for name, text in (("description", description), ("measure", measure)):
            for pattern, usual in _USUAL_UNITS:
                written = pattern.search(text or "")
                if written is not None:
                    quantity, unit = written.groups()
                    field = f"{path}.{name}"
                    yield Found(
                        f"{quantity} is given in {unit}; it is measured in {usual}.", field, (subject.quote(field),)
                    )


_SIZED = gated(
    r"at least|≥|>|more than|greater|or more|exceed|\d ?%|\d+[- ](?:points?|mm|mg|fold)|minimal"
    r"|clinically",
    re.IGNORECASE,
)
_CHANGED = gated(
    r"(?:patients|participants|subjects)[^.;]{0,40}(?:reduc|decreas|increas|improve|worsen|change|less|fewer|fall"
    r"|rise)",
    re.I,
)


@rule(
    "OC-004",
    Severity.WARNING,
    "responders counted without a threshold",
    why="Any fall, even within the error of the assay, would count as a response.",
    fix=Fixability.SPONSOR,
)
def no_threshold(subject: Subject) -> Iterator[Answer]:
    fields = [
        f"{path}.{'description' if description else 'measure'}"
        for path, measure, description in _drafted(subject)
        if _CHANGED.search(f"{measure} {description}")
        and not _SIZED.search(f"{measure} {description}")
        and _counts_any_change(subject, path, measure, description)
    ]
    if fields:
        yield Found(
            f"{_outcomes(len(fields), 'count')} participants with a change, and no size of the change is stated.",
            OUTCOMES,
            tuple(subject.quote(field) for field in fields),
        )


def _drafted(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """The outcomes of the record as the protocol holds them: path, measure, description."""
    if subject.given is None:
        yield from ((path, measure or "", description or "") for path, measure, description in outcomes(subject))
    else:
        yield from ((item.source, item.measure, item.description) for item in subject.given.outcomes if item.source)


def _counts_any_change(subject: Subject, path: str, measure: str, description: str) -> bool:
    """Whether the outcome counts participants by a change of a measurement, however small."""
    if subject.given is None:
        responder, threshold = response_of(measure, description)
        return bool(responder) and threshold == 0
    item = next(item for item in subject.given.outcomes if item.source == path)
    return item.type is OutcomeType.BINARY and bool(item.derivation.responder) and item.derivation.threshold == 0


def _outcomes(number: int, verb: str) -> str:
    return f"1 outcome {verb}s" if number == 1 else f"{number} outcomes {verb}"


_FROM_BASELINE = gated(r"\bchanges?\b[^.]{0,120}\bfrom baseline\b", re.IGNORECASE)


@rule(
    "OC-005",
    Severity.INFO,
    "a change from baseline whose time frame names no baseline",
    why="The baseline must be measured; the schedule has to add it.",
    fix=Fixability.RECORD,
)
def no_baseline(subject: Subject) -> Iterator[Answer]:
    fields = [
        f"{path}.timeFrame"
        for path, measure, _, raw in timed_outcomes(subject)
        if raw
        and _FROM_BASELINE.search(measure or "")
        and "baseline" not in raw.lower()
        and not subject.frame(raw, measure or "").baseline
    ]
    if fields:
        yield Found(
            f"{_outcomes(len(fields), 'measure')} a change from baseline in a time frame without one.",
            fields[0],
            tuple(subject.quote(field) for field in fields),
        )


_SAFETY = gated(
    r"adverse|safety|toxicit|tolerab|\bDLT|complication|side effect|mortality|death|survival|fever|vomit|h(?:a)?ematoma"
    r"|hypoglyc|h(?:a)?emorrhag|liver function|kidney function|renal function|vital signs|infection rate"
    r"|reactions?\b",
    re.IGNORECASE,
)


@rule(
    "OC-006",
    Severity.WARNING,
    "an early-phase trial with no safety outcome",
    why="The first question of an early trial is whether the treatment is safe; nothing here answers it.",
    fix=Fixability.SPONSOR,
)
def no_safety(subject: Subject) -> Iterator[Answer]:
    phases = subject.section.design_module.phases
    if not {"EARLY_PHASE1", "PHASE1"} & set(phases):
        return
    named = list(outcomes(subject))
    if not named:
        if subject.lost(PRIMARY):
            yield Unknown("This rendering does not show the outcomes.", OUTCOMES)
        return
    if not any(_SAFETY.search(f"{measure or ''} {description or ''}") for _, measure, description in named):
        yield Found(
            f"{len(named)} outcomes are named in a trial of {'/'.join(phases)}, and none is about safety.",
            OUTCOMES,
            (subject.quote("protocolSection.designModule.phases", "/".join(phases)),),
        )


RULES = (no_primary, implausible_unit, no_threshold, no_baseline, no_safety)
