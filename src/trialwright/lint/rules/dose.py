"""Rules about doses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.core.problem import Severity
from trialwright.lint.finding import Fixability
from trialwright.lint.rule import Answer, Found, rule
from trialwright.lint.subject import Subject
from trialwright.lint.texts import prose

DOSED_TYPES = ("BIOLOGICAL", "DRUG", "GENETIC", None)


@rule(
    "DO-001",
    Severity.WARNING,
    "an experimental drug or biological whose dose, route or schedule is not stated",
    why="A site cannot prepare or give what the record does not say.",
    fix=Fixability.SPONSOR,
)
def incomplete(subject: Subject) -> Iterator[Answer]:
    told: set[tuple[str, str]] = set()
    for arm in subject.protocol.arms:
        if arm.role.is_control:
            continue
        for treatment in arm.treatments:
            dosing = treatment.dosing
            if treatment.type not in DOSED_TYPES or dosing.reference is not None:
                continue
            levels = any(level.arm == arm.id and level.dose is not None for level in subject.protocol.dose_levels)
            missing = [
                name
                for name, there in (
                    ("dose", bool(dosing.readings) or levels),
                    ("route", dosing.route is not None),
                    ("number of administrations", dosing.administrations is not None or dosing.days is not None),
                )
                if not there
            ]
            said = ", ".join(missing)
            if missing and (treatment.name, said) not in told:
                told.add((treatment.name, said))
                yield Found(
                    f"Of {treatment.name!r} the record does not state: {said}.",
                    treatment.source,
                    (subject.quote(f"{treatment.source}.description"),),
                    severity=None if "dose" in missing else Severity.INFO,
                )


_DOES = re.compile(r"\b(?:\d+|one|two|three|four|five|six)\s+does\b(?!\s+not)", re.IGNORECASE)


@rule(
    "DO-003",
    Severity.WARNING,
    "a misspelling that changes the meaning of a dose",
    why="'3 does' is read as three doses; nobody has confirmed it.",
    fix=Fixability.SPONSOR,
)
def misspelt(subject: Subject) -> Iterator[Answer]:
    for path, text in prose(subject):
        match = _DOES.search(text)
        if match is not None and "armsInterventions" in path:
            yield Found(
                f"{match.group()!r} was read as a number of doses.", path, (subject.quote(path, match.group()),)
            )
            return


RULES = (incomplete, misspelt)
