"""The dose of one administration worked out: per kilogram, per square metre or flat, limits and rounding, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, localcontext
from typing import TYPE_CHECKING

from trialwright.core.quantity import Amount, AmountPerKg, AmountPerSquareMetre, Weight, plain
from trialwright.protocol.arms.administrations import Administration, administrations

if TYPE_CHECKING:
    from trialwright.conduct.events.treatment import TreatmentRules
    from trialwright.core.quantity import Dose
    from trialwright.protocol.protocol import Protocol

ROUNDINGS: Mapping[str, str] = {"down": ROUND_DOWN, "nearest": ROUND_HALF_EVEN}
_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one administration. `number`: of its row of EX, from 1; `day`: planned relative day (0 = first
    dose); `place`: which one of that day, from 0."""

    number: int
    day: int
    place: int


@dataclass(frozen=True, slots=True)
class Worked:
    """A dose with the way to it. `amount`: None where none is stated; `per`: what the protocol states; `words`: the
    working."""

    amount: Amount | None
    per: str
    words: str


def slots(protocol: Protocol, arm: str | None) -> tuple[Slot, ...]:
    """The administrations of an arm by number; None: those of all arms laid over each other.

    The second is for a masked trial: every participant has the same places there, and in some of them nothing may be
    due in an arm.
    """
    arms = [each for each in protocol.arms if arm is None or each.id == arm]
    most: dict[int, int] = {}
    for each in arms:
        days = [item.day for item in administrations(protocol, each, None)]
        for day in days:
            most[day] = max(most.get(day, 0), days.count(day))
    places = [(day, place) for day in sorted(most) for place in range(most[day])]
    return tuple(Slot(number, day, place) for number, (day, place) in enumerate(places, start=1))


def due_in(protocol: Protocol, arm: str, level: int | None, slot: Slot) -> Administration | None:
    """What a participant of this arm and dose level is to receive at a place; None where nothing is due.

    Raises KeyError if there is no such arm.
    """
    planned = administrations(protocol, protocol.arm(arm), level)
    here = [item for item in planned if item.day == slot.day]
    return here[slot.place] if slot.place < len(here) else None


def doses_in(protocol: Protocol) -> tuple[Dose, ...]:
    """Every dose that any participant may be given: of the dose levels and of the treatments."""
    found: list[Dose] = [level.dose for level in protocol.dose_levels if level.dose is not None]
    found += [t.dosing.dose for arm in protocol.arms for t in arm.treatments if t.dosing.dose is not None]
    return tuple(dict.fromkeys(found))


def work_out(
    item: Administration | None, weight: Weight | None, surface: Decimal | None, rules: TreatmentRules
) -> Worked:
    """The dose of an administration for a body weight (kg) and a body surface (square metres).

    First dose times weight or surface, exactly; then the step of rounding; then the least and the most that may be
    given, so that no rounding goes beyond these. Raises ValueError if the dose needs a weight or surface that is not
    given.

    >>> from trialwright.conduct.events.treatment import TreatmentRules
    >>> per_kg = Administration("cells", 0, AmountPerKg(Decimal("1000000"), "cells"), None, None)
    >>> found = work_out(per_kg, Weight(Decimal("61.5")), None, TreatmentRules(caps={"cells": "60000000"}))
    >>> str(found.amount), found.words
    ('60,000,000 cells', '1,000,000 cells/kg x 61.5 kg = 61,500,000 cells; at most 60,000,000')
    """
    if item is None:
        return Worked(None, "", "nothing is due")
    if item.dose is None:
        return Worked(None, "", "the protocol states no amount")
    raw, words = _raw(item.dose, weight, surface)
    amount, more = _limited(raw, item.treatment, rules)
    return Worked(amount, str(item.dose), words + more)


def _raw(dose: Dose, weight: Weight | None, surface: Decimal | None) -> tuple[Amount, str]:
    match dose:
        case Amount():
            return dose, f"{dose}, the same for everybody"
        case AmountPerKg():
            if weight is None:
                raise ValueError("a dose per kilogram needs a body weight")
            amount = dose * weight
            return amount, f"{dose} x {plain(weight.kg)} kg = {amount}"
        case AmountPerSquareMetre():
            if surface is None:
                raise ValueError("a dose per square metre needs a body surface")
            with localcontext() as context:
                context.prec = _DIGITS
                amount = Amount(dose.value * surface, dose.unit)
            return amount, f"{dose} x {plain(surface)} m2 = {amount}"


def _limited(amount: Amount, treatment: str, rules: TreatmentRules) -> tuple[Amount, str]:
    """The amount after rounding and limits, and what these did, in words."""
    value, words = amount.value, ""
    with localcontext() as context:
        context.prec = _DIGITS
        if (text := rules.steps.get(treatment)) is not None:
            step = Decimal(text)
            rounded = (value / step).quantize(Decimal(1), rounding=ROUNDINGS[rules.rounding]) * step
            words += f"; in steps of {plain(step)}, {rules.rounding}: {plain(rounded)}" if rounded != value else ""
            value = rounded
        if (text := rules.floors.get(treatment)) is not None and value < Decimal(text):
            value, words = Decimal(text), f"{words}; at least {plain(Decimal(text))}"
        if (text := rules.caps.get(treatment)) is not None and value > Decimal(text):
            value, words = Decimal(text), f"{words}; at most {plain(Decimal(text))}"
    return Amount(value, amount.unit), words


def text_of(value: Decimal) -> str:
    """A decimal as the ledger stores it: no exponent, no trailing zeros.

    >>> text_of(Decimal("4.0E+7"))
    '40000000'
    """
    return format(value.normalize(), "f")
