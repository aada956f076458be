"""Quantities computed from others of the same patient: body mass index, PaO2/FiO2, kidney function.

Cockcroft and Gault (doi:10.1159/000180580); CKD-EPI 2021 without race (doi:10.1056/NEJMoa2102953).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from trialwright.protocol.eligibility.lexicon.loading import entry
from trialwright.screen.person import MeasureRecord, Person
from trialwright.screen.plain.kleene import Answer, same
from trialwright.screen.plain.numbers import at_or_above, at_or_below, equal
from trialwright.screen.plain.quantities import in_unit, plausible, unit_of
from trialwright.screen.plain.records import Verdict, latest, seen
from trialwright.screen.units import conversion

ADULT = 18.0
FORMULAS = {
    "bmi": ("body-weight", "body-height"),
    "pao2-fio2": ("pao2", "fio2"),
    "cockcroft-gault": ("body-weight", "creatinine", "age", "sex"),
    "ckd-epi-2021": ("creatinine", "age", "sex"),
}
"""What is computed, from what."""


def formula_of(key: str) -> str | None:
    """The formula by which a measure is computed, None where it is not."""
    found = entry(key)
    stated = None if found is None else found.fields.get("formula")
    return stated if stated in FORMULAS else None


def components(key: str) -> tuple[str, ...]:
    """What a measure is computed from; nothing where it is not."""
    formula = formula_of(key)
    return () if formula is None else FORMULAS[formula]


def derived(key: str, person: Person, verdict: Verdict) -> Answer:
    """What is said by the value computed from a patient's other records; unknown where there is no formula or a
    component is not known."""
    formula = formula_of(key)
    unit = found.fields.get("unit") if (found := entry(key)) is not None else None
    if formula is None:
        return None
    return same(
        None if value is None else verdict(MeasureRecord(value, unit)) for value in _values(formula, person) or [None]
    )


def _values(formula: str, person: Person) -> list[float | None]:
    match formula:
        case "bmi":
            weight, height = component(person, "body-weight", "kg"), component(person, "body-height", "m")
            return [weight / height**2] if weight is not None and height else [None]
        case "pao2-fio2":
            pressure, share = component(person, "pao2", "mmHg"), component(person, "fio2", None)
            return [pressure / share] if pressure is not None and share else [None]
    if person.age is None or person.age < ADULT or person.sex is None:
        return [None]
    creatinine = component(person, "creatinine", "mg/dL")
    if not creatinine or creatinine < 0:
        return [None]
    ages = [person.age, person.age + 1] if person.age_whole else [person.age]
    female = person.sex == "FEMALE"
    if formula == "ckd-epi-2021":
        return [_ckd_epi(creatinine, age, female) for age in ages]
    weight = component(person, "body-weight", "kg")
    if weight is None:
        return [None]
    return [(140 - age) * weight / (72 * creatinine) * (0.85 if female else 1.0) for age in ages]


def _ckd_epi(creatinine: float, age: float, female: bool) -> float:
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = creatinine / kappa
    filtered: float = 142.0 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.2 * 0.9938**age
    return filtered * 1.012 if female else filtered


def component(person: Person, key: str, unit: str | None) -> float | None:
    """The one value of a measure in a unit: of its last day, or of all records where one is not dated; None where
    values differ, or one is not plausible or cannot be converted. `fio2` is a fraction."""
    records = latest([record for record in seen(person, key) if record.value is not None])
    reading: Callable[[MeasureRecord], float | None] = (
        _fraction if key == "fio2" else lambda record: _read(record, key, unit or "")
    )
    values = [reading(record) for record in records]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values) or not all(equal(value, known[0]) for value in known):
        return None
    return known[0]


def _read(record: MeasureRecord, key: str, unit: str) -> float | None:
    held = unit_of(key, record.unit)
    if record.value is None or not math.isfinite(record.value) or not plausible(key, record.value, held):
        return None
    return in_unit(key, record.value, held, unit)


def _fraction(record: MeasureRecord) -> float | None:
    value = record.value
    if value is None:
        return None
    if record.unit is not None:
        line = conversion(record.unit, "fraction", "fio2")
        if line is None:
            return None
        value = value * line.factor + line.offset
    if value > 1 and not equal(value, 1.0):
        value /= 100  # 40 is meant as per cent
    return value if at_or_above(value, 0.15) and at_or_below(value, 1.0) else None
