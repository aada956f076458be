"""The criteria of a protocol as checks that answer yes, no or unknown for a patient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.screen.patients import Patient

MONTH = 1 / 12


@dataclass(frozen=True, slots=True)
class Check:
    """One criterion. `id`: `age-min`, `inclusion-2`; `text`: what it asks, in words; `computable`: whether it can be
    answered from the data at all; `met`: True admits, False excludes, None = unknown (Kleene)."""

    id: str
    text: str
    computable: bool
    met: Callable[[Patient], bool | None]


def checks(eligibility: Eligibility) -> tuple[Check, ...]:
    """Every criterion of the protocol: the structured ones first, then the text's in its order, gaps included."""
    found = [_minimum(eligibility), _maximum(eligibility), _sex(eligibility), _healthy(eligibility)]
    counts: dict[Section, int] = {}
    for item in eligibility.criteria:
        if item.kind is ItemKind.NOTE:
            continue
        counts[item.section] = counts.get(item.section, 0) + 1
        found.append(_judgement(item, counts[item.section]))
    if not eligibility.criteria:
        found.append(
            Check("criteria", "The record holds no text of criteria; a person must supply it", False, _unknown)
        )
    return tuple(found)


def _unknown(_: Patient) -> None:
    return None


def _lost(name: str, what: str) -> Check:
    return Check(name, f"The record states no {what}, or it was lost; is there one?", False, _unknown)


def _minimum(eligibility: Eligibility) -> Check:
    least = eligibility.minimum_age_years
    if least is None:
        if "minimumAge" in eligibility.known_fields:
            return Check("age-min", "No minimum age", True, lambda patient: True)
        return _lost("age-min", "minimum age")

    def met(patient: Patient) -> bool | None:
        if patient.age is None:
            return None
        if patient.age >= least:
            return True
        return None if patient.whole and patient.age + 1 > least else False

    return Check("age-min", f"At least {_years(least)} old", True, met)


def _maximum(eligibility: Eligibility) -> Check:
    most = eligibility.maximum_age_years
    if most is None:
        if "maximumAge" in eligibility.known_fields:
            return Check("age-max", "No maximum age", True, lambda patient: True)
        return _lost("age-max", "maximum age")
    limit = most + 1 if most == int(most) else most + MONTH  # the whole of the last year, or month, of life

    def met(patient: Patient) -> bool | None:
        if patient.age is None:
            return None
        if patient.age >= limit:
            return False
        return None if patient.whole and patient.age + 1 > limit else True

    return Check("age-max", f"At most {_years(most)} old, the whole of that year included", True, met)


def _years(age: float) -> str:
    return f"{age:g} years" if age == int(age) or age > 2 else f"{age * 12:g} months"


def _sex(eligibility: Eligibility) -> Check:
    wanted = eligibility.sex
    if wanted is None:
        return _lost("sex", "sex")
    if wanted == "ALL":
        return Check("sex", "Any sex", True, lambda patient: True)
    return Check(
        "sex", f"Sex: {wanted.lower()}", True, lambda patient: None if patient.sex is None else patient.sex == wanted
    )


def _healthy(eligibility: Eligibility) -> Check:
    accepts = eligibility.healthy_volunteers
    if accepts is None:
        return _lost("healthy", "rule on healthy volunteers")
    if accepts:
        return Check("healthy", "Healthy volunteers are accepted", True, lambda patient: True)
    return Check(
        "healthy",
        "Not a healthy volunteer",
        True,
        lambda patient: None if patient.healthy is None else not patient.healthy,
    )


def _judgement(item: Criterion, place: int) -> Check:
    """An item that a person must judge; what is missing from the record is asked for. It is named by its place, for the
    numbers of a text can repeat themselves."""
    name = f"{item.section.value}-{place}"
    if item.kind is ItemKind.MISSING:
        asked = (
            f"Item {item.number or place} of the {item.section.value} criteria is missing from the record; what is it?"
        )
        return Check(name, asked, False, _unknown)
    heading = {Section.INCLUSION: "Met?", Section.EXCLUSION: "Absent?"}.get(item.section, "Does it admit?")
    return Check(name, f"{heading} {f'({item.number}) ' if item.number else ''}{item.text}", False, _unknown)
