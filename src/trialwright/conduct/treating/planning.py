"""The check of working a dose out, and of preparing it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from trialwright.conduct.events.treatment import DosePlanned, DosePrepared
from trialwright.conduct.masking.parties import is_masked
from trialwright.conduct.rule import Made
from trialwright.conduct.treating.body import SURFACE, WEIGHT, Measured, require_fresh
from trialwright.conduct.treating.dosing import doses_in, due_in, text_of, work_out
from trialwright.conduct.treating.participant import knows_arms, require_allocated, require_place
from trialwright.conduct.treating.refusals import refused, telling, wrong
from trialwright.core.quantity import AmountPerKg, AmountPerSquareMetre, Weight

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask
    from trialwright.conduct.treating.asks import PlanDose
    from trialwright.protocol.arms.administrations import Administration
    from trialwright.protocol.protocol import Protocol


def plan_dose(command: PlanDose, asked: Ask) -> Iterator[Made]:
    """The dose worked out. Where arms are masked, a weight is asked for of everybody if any arm is dosed by it."""
    standing, protocol, subject = asked.standing, asked.protocol, command.subject
    held = require_allocated(standing, subject)
    slot = require_place(asked, held.arm, subject, command.number)
    require_not_given(asked, subject, command.number)
    item = due_in(protocol, held.arm, held.level, slot)
    weight, surface = _body(asked, subject, item)
    worked = work_out(
        item,
        Weight(weight.value) if weight is not None else None,
        surface.value if surface is not None else None,
        standing.treating.rules,
    )
    days = [each.day for each in (weight, surface) if each is not None]
    yield Made(
        DosePlanned(
            subject,
            command.number,
            slot.day,
            "" if weight is None else text_of(weight.value),
            "" if surface is None else text_of(surface.value),
            min(days, default=None),
            None if weight is None else weight.number,
            None if surface is None else surface.number,
            "" if item is None else item.treatment,
            "" if worked.amount is None else text_of(worked.amount.value),
            "" if worked.amount is None else worked.amount.unit,
            worked.per,
            "" if item is None or item.route is None else item.route,
            "" if item is None or item.volume is None else item.volume,
            worked.words,
        ),
        asked.reason,
    )


def _body(asked: Ask, subject: str, item: Administration | None) -> tuple[Measured | None, Measured | None]:
    """The weight and the surface that this trial's doses ask for."""
    wanted = needs(asked.protocol) if is_masked(asked.protocol) else _needed_by(item)
    rules, standing = asked.standing.treating.rules, asked.standing
    found = [require_fresh(standing, subject, test, asked.day, rules) if test in wanted else None for test in _TESTS]
    return found[0], found[1]


_TESTS = (WEIGHT, SURFACE)


def needs(protocol: Protocol) -> frozenset[str]:
    """What must be measured before any dose of the trial can be worked out: TESTCD of rows of VS."""
    kinds = {type(dose) for dose in doses_in(protocol)}
    return frozenset(test for kind, test in ((AmountPerKg, WEIGHT), (AmountPerSquareMetre, SURFACE)) if kind in kinds)


def _needed_by(item: Administration | None) -> frozenset[str]:
    match None if item is None else item.dose:
        case AmountPerKg():
            return frozenset({WEIGHT})
        case AmountPerSquareMetre():
            return frozenset({SURFACE})
        case _:
            return frozenset()


def require_not_given(asked: Ask, subject: str, number: int) -> None:
    """Raises StageError (COND-106) if the administration has been entered already, given or not."""
    if asked.standing.data.standing(("EX", subject, number)) is not None:
        raise refused(
            "COND-106",
            f"administration {number} of {subject} is entered already",
            "an administration that is still to come",
            "correct the row of EX if it is wrong",
        )


def prepare_dose(command: DosePrepared, asked: Ask) -> Iterator[Made]:
    """What was prepared, beside what was worked out; another amount needs a reason. Only who may see arms prepares."""
    if not knows_arms(asked):
        raise refused(
            "COND-107",
            f"{asked.actor} prepares nothing: the arms are masked from a {asked.role.value}",
            "a preparer who was unmasked",
            "let the unmasked preparer of the site do it",
        )
    plan = asked.standing.treating.planned.get((command.subject, command.number))
    if plan is None:
        raise refused(
            "COND-108",
            f"the dose {command.number} of {command.subject} was not worked out",
            "a dose that was worked out",
            "work it out first",
        )
    require_not_given(asked, command.subject, command.number)
    amount = decimal_of(command.amount, "the amount prepared") if command.amount else None
    if command.treatment != plan.treatment or (amount is not None and command.unit != plan.unit):
        raise wrong(
            "COND-109",
            f"{command.treatment!r} in {command.unit!r} was prepared, and another treatment or unit was worked out",
            f"{plan.treatment!r} in {plan.unit!r}",
            "prepare what was worked out, in its unit",
        )
    if amount != (Decimal(plan.amount) if plan.amount else None):
        telling(command.why, f"{command.amount or 'no amount'} was prepared, and {plan.amount or 'none'} worked out")
    yield Made(command)  # no reason in the open beside it: it could tell the arm


def decimal_of(text: str, what: str) -> Decimal:
    """A number of 0 or more from its text. Raises UsageError (COND-110)."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0:
        raise wrong("COND-110", f"{what} is {text!r}", "a decimal number of 0 or more", "write the number alone")
    return value
