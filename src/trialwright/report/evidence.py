"""One row of the evidence table: what a trial gave, to whom, how, and what it measured, from its protocol."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from trialwright.core.quantity import Amount, AmountPerKg, AmountPerSquareMetre, Dose, Weight
from trialwright.protocol.arms import Arm, Treatment
from trialwright.protocol.dosing import DoseLevel, DoseReading, Dosing
from trialwright.protocol.protocol import Protocol
from trialwright.record.record import Record
from trialwright.report import numbers, wording


@dataclass(frozen=True, slots=True)
class Regimen:
    """One product at one dose in one arm.

    `stated`: the dose as the record states it. `reading`: how an ambiguous or indirect dose was read.
    `per_administration`, `total`: at the table's weight, None where `why_not` says why. `administrations`: None where
    not stated.
    """

    product: str
    arm: str
    stated: str
    reading: str
    per_administration: Amount | None
    administrations: int | None
    total: Amount | None
    route: str | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One trial. `size`: participants; `size_type`: ESTIMATED, ACTUAL, or None where not known. `errors`, `warnings`,
    `notes`: problems found. `report`: relative address of its report, empty where there is none."""

    id: str
    title: str
    rendering: str
    regimens: tuple[Regimen, ...]
    design: str
    allocation: str
    masking: str
    conditions: tuple[str, ...]
    ages: str
    sex: str
    size: int | None
    size_type: str | None
    primary_outcomes: tuple[str, ...]
    other_outcomes: tuple[str, ...]
    errors: int
    warnings: int
    notes: int
    report: str = ""


def evidence_row(
    protocol: Protocol,
    record: Record | None,
    weight_kg: Decimal,
    *,
    errors: int = 0,
    warnings: int = 0,
    notes: int = 0,
    report: str = "",
) -> EvidenceRow:
    """The row of one trial, doses per kg multiplied by `weight_kg` (above 0, at most 650)."""
    section = record.study.protocol_section if record else None
    who = protocol.eligibility
    primary = tuple(o.measure for o in protocol.outcomes if o.level.value == "primary")
    info = section.design_module.design_info if section else None
    return EvidenceRow(
        id=protocol.record.nct_id or (record.origin.name if record else "no number"),
        title=record.title if record else protocol.record.title,
        rendering=protocol.record.rendering,
        regimens=regimens(protocol, Weight(weight_kg)),
        design=wording.design(protocol.design),
        allocation=wording.term(info.allocation if info else None),
        masking=wording.masking(protocol.masking),
        conditions=section.conditions_module.conditions if section else (),
        ages=ages(who.minimum_age_years, who.maximum_age_years),
        sex=wording.term(who.sex),
        size=protocol.enrolment.count,
        size_type=protocol.enrolment.type,
        primary_outcomes=primary,
        other_outcomes=tuple(o.measure for o in protocol.outcomes if o.measure not in primary),
        errors=errors,
        warnings=warnings,
        notes=notes,
        report=report,
    )


def ages(low: float | None, high: float | None) -> str:
    """An age range in words.

    >>> ages(18, 65), ages(18, None), ages(None, None)
    ('18 to 65 years', '18 years and over', 'not stated')
    """
    if low is None and high is None:
        return "not stated"
    if high is None:
        return f"{low:g} years and over"
    return f"up to {high:g} years" if low is None else f"{low:g} to {high:g} years"


def regimens(protocol: Protocol, weight: Weight) -> tuple[Regimen, ...]:
    """Every product and dose of the arms that are no controls; those with a dose only, where any has one."""
    found: list[Regimen] = []
    seen: set[tuple[str, Dosing]] = set()
    arms = [arm for arm in protocol.arms if not arm.role.is_control] or list(protocol.arms)
    pairs = [(arm, item) for arm in arms for item in arm.treatments]
    dosed = [pair for pair in pairs if pair[1].dosing.readings or pair[1].dosing.reference]
    for arm, item in dosed or pairs:
        if (item.name, item.dosing) not in seen:
            seen.add((item.name, item.dosing))
            levels = _levels(protocol, arm, item.dosing)
            found += [_at_level(arm, item, level, weight) for level in levels] or [_regimen(arm, item, weight)]
    return tuple(found)


def _levels(protocol: Protocol, arm: Arm, dosing: Dosing) -> list[DoseLevel]:
    """The dose levels that one arm holds, where its dose refers to them."""
    if dosing.reference is None or dosing.reference.to != "dose level":
        return []
    return [level for level in protocol.dose_levels if level.arm == arm.id and level.dose is not None]


def _at_level(arm: Arm, item: Treatment, level: DoseLevel, weight: Weight) -> Regimen:
    """A treatment at one of its arm's dose levels."""
    readings = (DoseReading(level.dose, f"level {level.number}"),) if level.dose is not None else ()
    at_level = replace(item, dosing=replace(item.dosing, readings=readings, reference=None))
    return replace(_regimen(arm, at_level, weight), arm=f"{arm.label}, level {level.number}")


def _regimen(arm: Arm, item: Treatment, weight: Weight) -> Regimen:
    dosing = item.dosing
    amount, why = _at(dosing.dose, weight)
    if dosing.reference is not None:
        why = f"refers to the {dosing.reference.to}"
    total = Amount(amount.value * dosing.administrations, amount.unit) if amount and dosing.administrations else None
    return Regimen(
        product=item.name,
        arm=arm.label,
        stated=dosing.reference.text if dosing.reference else numbers.dose(dosing.dose),
        reading=_reading(dosing),
        per_administration=amount,
        administrations=dosing.administrations,
        total=total,
        route=dosing.route,
        why_not=why,
    )


def _at(dose: Dose | None, weight: Weight) -> tuple[Amount | None, str]:
    match dose:
        case Amount():
            return dose, ""
        case AmountPerKg():
            return dose * weight, ""
        case AmountPerSquareMetre():
            return None, "per square metre: needs a body surface"
        case None:
            return None, "no dose is stated"


def _reading(dosing: Dosing) -> str:
    """How the dose was read, where the text allows more than one way."""
    if not dosing.is_ambiguous:
        return ""
    used = next((reading for reading in dosing.readings if reading.likely), None)
    others = ", ".join(dict.fromkeys(numbers.dose(r.dose) for r in dosing.readings if r is not used))
    return f"{used.why}; also readable as {others}" if used else f"not settled: {others}"
