"""Rules about doses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.core.gates import gated
from trialwright.core.problem import Severity
from trialwright.lint.finding import Fixability
from trialwright.lint.rule import Answer, Found, rule
from trialwright.lint.subject import Subject
from trialwright.lint.texts import folded, prose

DOSED_TYPES = ("BIOLOGICAL", "DRUG", "GENETIC", None)


@rule(
    "DO-001",
    Severity.INFO,
    "an experimental drug or biological whose dose, route or schedule is not stated",
    why="A site cannot prepare or give what the record does not say.",
    fix=Fixability.SPONSOR,
)
def incomplete(subject: Subject) -> Iterator[Answer]:
    told: set[tuple[str, str]] = set()
    for index, arm in enumerate(subject.arms):
        if arm.role.is_control or all(treatment.type not in DOSED_TYPES for treatment in arm.treatments):
            continue
        for treatment in subject.dosed(index).treatments:
            dosing = treatment.dosing
            if treatment.type not in DOSED_TYPES or dosing.reference is not None:
                continue
            levels = any(level.arm == arm.id and level.dose is not None for level in subject.dose_levels)
            missing = [
                name
                for name, there in (
                    ("dose", bool(dosing.readings) or levels),
                    ("route", dosing.route is not None),
                    ("number of administrations", dosing.administrations is not None or dosing.days is not None),
                )
                if not there
            ]
            said = ", no ".join(missing)
            if missing and (treatment.name, said) not in told:
                told.add((treatment.name, said))
                yield Found(
                    f"Of {treatment.name!r} the record states, as far as it could be read, no {said}.",
                    treatment.source,
                    (subject.quote(f"{treatment.source}.description"),),
                )


@rule(
    "DO-002",
    Severity.WARNING,
    "a fixed dose beside a dose per kilogram, or a dose per kilogram without a cap",
    why="At some weight the arms change places; a heavy participant receives more than anybody has tried.",
    fix=Fixability.SPONSOR,
)
def by_weight(subject: Subject) -> Iterator[Answer]:
    if subject.given is None and not (subject.may(_PER_KG) and _PER_KG.search(subject.low)):
        return
    given: dict[str, dict[bool, tuple[str, str]]] = {}
    for index, arm in enumerate(subject.arms):
        for treatment in () if arm.role.is_control else subject.dosed(index).treatments:
            dose = treatment.dosing.dose
            if dose is None or treatment.type not in DOSED_TYPES:
                continue
            where = f"{treatment.source}.description"
            given.setdefault(folded(treatment.name), {}).setdefault("/kg" in str(dose), (str(dose), where))
    for doses in given.values():
        if len(doses) == 2:
            (fixed, where), (per_kg, other) = doses[False], doses[True]
            yield Found(
                f"The same product is given as {fixed} and as {per_kg}.",
                where,
                (subject.quote(where), subject.quote(other)),
            )
            return
    first = next((doses[True] for doses in given.values() if True in doses), None)
    if first is not None and not _CAP.search(subject.low):
        per_kg, where = first
        yield Found(
            f"The dose is {per_kg}, and no largest dose or weight is stated.",
            where,
            (subject.quote(where),),
            Severity.INFO,
        )


_PER_KG = gated(r"/ ?kg|per kg|per kilo|kg-1|kg\^-1|/ ?kilo")
_CAP = gated(
    r"\b(?:max(?:imum|imal)?\.?|up to|not (?:to )?exceed(?:ing)?|no more than|at most|capp?(?:ed)?)\b[^.;]{0,60}"
    r"(?:dose|\d ?mg|\d ?g\b|cells|\d ?kg|ml|per day|daily)"
)


_DOES = gated(r"\b(?:\d+|one|two|three|four|five|six)\s+does\b(?!\s+not)", re.IGNORECASE)


@rule(
    "DO-003",
    Severity.WARNING,
    "a misspelling that changes the meaning of a dose",
    why="'3 does' is read as three doses; nobody has confirmed it.",
    fix=Fixability.SPONSOR,
)
def misspelt(subject: Subject) -> Iterator[Answer]:
    if not subject.may(_DOES, _EXAMPLES):
        return
    for path, text in prose(subject):
        match = _DOES.search(text)
        if match is not None and "armsInterventions" in path:
            yield Found(
                f"{match.group()!r} was read as a number of doses.", path, (subject.quote(path, match.group()),)
            )
            return
        sample = _EXAMPLES.search(text)
        if sample is not None:
            yield Found(f"{sample.group()!r} was meant as blood samples.", path, (subject.quote(path, sample.group()),))
            return


_EXAMPLES = gated(r"\bblood examples?\b", re.IGNORECASE)

RULES = (incomplete, by_weight, misspelt)
