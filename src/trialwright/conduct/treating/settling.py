"""The check of settling the rules of treatment that the protocol's file has no place for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from trialwright.conduct.events.treatment import TreatmentRules
from trialwright.conduct.rule import Made
from trialwright.conduct.treating.dosing import ROUNDINGS
from trialwright.conduct.treating.planning import decimal_of
from trialwright.conduct.treating.refusals import wrong

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask

_COUNTS = ("weight_age", "dose_margin", "least_gap", "stagger", "infusion")


def settle(command: TreatmentRules, asked: Ask) -> Iterator[Made]:
    """The rules, if they can be followed; earlier ones are replaced as a whole. Raises UsageError (COND-110, -121)."""
    decimal_of(command.weight_change, "the change of weight")
    names = {treatment.name for arm in asked.protocol.arms for treatment in arm.treatments}
    limits = {"cap": command.caps, "floor": command.floors, "step": command.steps}
    for what, stated in limits.items():
        for name, text in stated.items():
            value = decimal_of(text, f"the {what} of {name}")
            if name not in names or (value == 0 and what != "floor"):
                _refuse(f"a {what} of {text} for {name!r}", f"a number above 0 for one of: {', '.join(sorted(names))}")
    for name in command.caps.keys() & command.floors.keys():
        if Decimal(command.floors[name]) > Decimal(command.caps[name]):
            _refuse(f"{name}: at least {command.floors[name]}, at most {command.caps[name]}", "a floor below the cap")
    negative = [name for name in _COUNTS if (getattr(command, name) or 0) < 0]
    if negative or command.rounding not in ROUNDINGS or command.follow_up_margin < 0:
        _refuse(
            f"{', '.join(negative) or command.rounding}", f"numbers of 0 or more; rounding {' or '.join(ROUNDINGS)}"
        )
    if command.quorum < 2 or (command.hold_grade is not None and command.hold_grade not in range(1, 6)):
        _refuse(
            f"a quorum of {command.quorum}, a hold at grade {command.hold_grade}", "2 people or more; grades 1 to 5"
        )
    last = max((encounter.day for encounter in asked.protocol.schedule), default=0)
    if any(day <= last for day in command.follow_up):
        _refuse(f"follow-up on days {command.follow_up}", f"days after the last one of the schedule, {last}")
    yield Made(command, asked.reason)


def _refuse(found: str, expected: str) -> None:
    raise wrong("COND-121", f"these rules cannot be followed: {found}", expected, "correct them, and sign again")
