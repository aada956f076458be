"""How the terms of a protocol and a record are said in plain words."""

from __future__ import annotations

import re

from trialwright.protocol.arms import Arm, Treatment
from trialwright.protocol.dosing import Dosing
from trialwright.protocol.kinds import (
    DesignKind,
    Escalation,
    Masking,
    Parallel,
    SelectThenCompare,
    SingleArm,
    Unsupported,
)
from trialwright.protocol.protocol import Protocol
from trialwright.report import numbers

# Words of v2 names that read better otherwise.
NAMES = (
    ("Nct id", "NCT number"),
    ("Ipd", "IPD"),
    (" infos", ""),
    (" info", ""),
    ("Arms interventions", "Arms and interventions"),
    ("Contacts locations", "Contacts and locations"),
    ("Sponsor collaborators", "Sponsor and collaborators"),
)

# Terms whose plain form is not their spelling with small letters.
SPELLINGS = {
    "PHASE1": "Phase 1",
    "PHASE2": "Phase 2",
    "PHASE3": "Phase 3",
    "PHASE4": "Phase 4",
    "EARLY_PHASE1": "Early phase 1",
    "NA": "not applicable",
    "NON_RANDOMIZED": "non-randomised",
    "RANDOMIZED": "randomised",
    "NONE": "none (open label)",
    "SINGLE_GROUP": "single group",
}


def term(value: str | None) -> str:
    """An enumerated term in small letters.

    >>> term("ACTIVE_NOT_RECRUITING"), term("PHASE2"), term(None)
    ('active not recruiting', 'Phase 2', 'not stated')
    """
    if not value:
        return "not stated"
    return SPELLINGS.get(value, value.replace("_", " ").lower() if value.isupper() or "_" in value else value)


def field_label(path: str) -> str:
    """A v2 path in words.

    >>> field_label("protocolSection.designModule.enrollmentInfo.type")
    'Design › Enrollment › Type'
    >>> field_label("protocolSection.armsInterventionsModule.armGroups[0].label")
    'Arms and interventions › Arm groups 1 › Label'
    >>> field_label("protocolSection.conditionsModule.conditions")
    'Conditions'
    """
    steps = [step for step in path.split(".") if step not in ("protocolSection", "derivedSection")]
    words: list[str] = []
    for step in steps or [path]:
        name, _, index = step.partition("[")
        text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.removesuffix("Module").removesuffix("Struct")).capitalize()
        for found, better in NAMES:
            text = text.replace(found, better)
        if index.rstrip("]").isdigit():
            text = f"{text} {int(index.rstrip(']')) + 1}"
        if not words or words[-1] != text:
            words.append(text)
    return " › ".join(words)


def regimen(dosing: Dosing) -> str:
    """A dose regimen in one line: dose, number of administrations, days, route; what is not stated is said so."""
    if dosing.reference is not None:
        amount = f"{dosing.reference.to} (“{dosing.reference.text}”)"
    elif dosing.dose is not None:
        amount = numbers.dose(dosing.dose)
    elif dosing.readings:
        amount = " or ".join(numbers.dose(reading.dose) for reading in dosing.readings)
    else:
        amount = "dose not stated"
    if dosing.is_ambiguous:
        amount += " (one of several readings)"
    parts = [amount]
    if dosing.administrations is not None and dosing.administrations != len(dosing.days or ()):
        parts.append("once" if dosing.administrations == 1 else f"{dosing.administrations} times")
    parts.append(numbers.days(dosing.days) if dosing.days else "days not stated")
    parts.append(route(dosing.route))
    if dosing.volume is not None:
        parts.append(f"in {numbers.dose(dosing.volume)}")
    return ", ".join(parts)


def route(value: str | None) -> str:
    """A route of administration; `route not stated` for None."""
    return term(value) if value else "route not stated"


def treatment(item: Treatment) -> str:
    """A treatment's name and regimen; the regimen is left out where nothing of it is stated."""
    return item.name if item.dosing == Dosing() else f"{item.name}: {regimen(item.dosing)}"


def ratio(kind: Parallel) -> str:
    """The allocation ratio, as in `2:1`."""
    return ":".join(str(share) for share in kind.ratio) if kind.ratio else "not stated"


def enrolment(protocol: Protocol) -> str:
    """The number of participants and what kind of number it is."""
    count, kind = protocol.enrolment.count, protocol.enrolment.type
    if count is None:
        return "number of participants not known"
    match kind:
        case "ESTIMATED":
            return f"{numbers.plural(count, 'participant')} planned"
        case "ACTUAL":
            return f"{numbers.plural(count, 'participant')} enrolled"
        case _:
            return f"{numbers.plural(count, 'participant')} (target or actual: not known)"


def masking(value: Masking) -> str:
    """Masking with the roles that are masked."""
    who = ", ".join(term(role) for role in value.who)
    return f"{term(value.level)}{f': {who}' if who else ''}"


def design(kind: DesignKind) -> str:
    """The design in a few words."""
    match kind:
        case Escalation():
            return f"dose escalation, {numbers.plural(kind.levels, 'dose level')}, cohorts of {kind.cohort_size}"
        case SingleArm():
            return "single arm"
        case Parallel():
            start = "randomised" if kind.randomised else "non-randomised"
            return f"{start}, {len(kind.arms)} parallel arms"
        case SelectThenCompare():
            return f"{design(kind.escalation)}; then the selected dose in {len(kind.comparison.arms)} parallel arms"
        case Unsupported():
            return f"{kind.name} (not yet runnable)"


def arm_name(arms: tuple[Arm, ...], group: str) -> str:
    """A group of an estimate in words: an arm's label, a contrast of arms, or the text as it is."""
    labels = {arm.id: arm.label for arm in arms}
    if group in labels:
        return labels[group]
    for joint, word in ((" - ", " minus "), (" vs ", " against "), (" / ", " over ")):
        if joint in group:
            return word.join(labels.get(part, part) for part in group.split(joint))
    return group


def size_of(arm: Arm) -> str:
    """The planned size of an arm."""
    return "size not stated" if arm.size is None else f"n = {arm.size}"
