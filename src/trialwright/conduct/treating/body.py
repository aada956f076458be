"""A participant's body weight and surface as measured: the latest, how old, how far from the one that was used."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from trialwright.conduct.treating.refusals import refused

if TYPE_CHECKING:
    from trialwright.conduct.events.treatment import DosePlanned, TreatmentRules
    from trialwright.conduct.standing import Standing

WEIGHT, SURFACE = "WEIGHT", "BSA"
"""TESTCD of the rows of VS that doses are worked out from."""
_UNITS = {WEIGHT: "kg", SURFACE: "m2"}
_NAMES = {WEIGHT: "body weight", SURFACE: "body surface"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement. `value`: in kg or square metres; `day`: trial day; `number`: of its row of VS."""

    value: Decimal
    day: int
    number: int


def latest(standing: Standing, subject: str, test: str, day: int) -> Measured:
    """The last measurement up to a trial day, as it stands now.

    Raises StageError: COND-103 (there is none), COND-104 (it is not in kg or square metres, or not above 0).
    """
    found = [
        fact
        for fact in standing.data.rows_of("VS", subject)
        if fact.values.get("TESTCD") == test and fact.values.get("STRESN") is not None and fact.day <= day
    ]
    name, unit = _NAMES[test], _UNITS[test]
    if not found:
        raise refused(
            "COND-103",
            f"no {name} of {subject} is recorded",
            f"a row of VS with TESTCD {test} and STRESU {unit}, dated",
            f"measure it and record it; a dose of this trial depends on the {name}",
        )
    last = max(found, key=lambda fact: (fact.day, fact.number))
    value = Decimal(str(last.values["STRESN"]))  # the shortest text of the number, which is what was typed
    if last.values.get("STRESU") != unit or not 0 < value <= 650:
        raise refused(
            "COND-104",
            f"the {name} of {subject} of trial day {last.day} is {value} {last.values.get('STRESU')}",
            f"a number above 0 in {unit}",
            f"correct it: measure, or convert it, and record it in {unit}",
        )
    return Measured(value, last.day, last.number)


def change(before: Decimal, after: Decimal) -> Decimal:
    """By how many percent the second differs from the first, whichever way.

    >>> change(Decimal(80), Decimal("71.2"))
    Decimal('11.00')
    """
    return abs(after - before) / before * 100


def require_fresh(standing: Standing, subject: str, test: str, day: int, rules: TreatmentRules) -> Measured:
    """The last measurement, if it is not older than the rules allow. Raises StageError: COND-103 to COND-105."""
    found = latest(standing, subject, test, day)
    if rules.weight_age is not None and day - found.day > rules.weight_age:
        raise refused(
            "COND-105",
            f"the {_NAMES[test]} of {subject} is {day - found.day} days old",
            f"one of the last {rules.weight_age} days",
            "measure and record it again, then work the dose out",
        )
    return found


def require_unchanged(standing: Standing, plan: DosePlanned, day: int, rules: TreatmentRules) -> None:
    """The dose worked out still fits the body. Raises StageError (COND-105): it must be worked out anew."""
    for test, used, row in ((WEIGHT, plan.weight, plan.weight_row), (SURFACE, plan.surface, plan.surface_row)):
        if not used or row is None:
            continue
        now = latest(standing, plan.subject, test, day)
        was, most = Decimal(used), Decimal(rules.weight_change)
        source = standing.data.standing(("VS", plan.subject, row))
        corrected = source is None or Decimal(str(source.values.get("STRESN"))) != was
        old = rules.weight_age is not None and plan.measured is not None and day - plan.measured > rules.weight_age
        if corrected or old or change(was, now.value) > most:
            why = "was corrected" if corrected else f"is {text(now.value)} now, and {used} was used"
            if old and not corrected:
                why = f"that was used is of trial day {plan.measured}"
            raise refused(
                "COND-105",
                f"the {_NAMES[test]} of {plan.subject} {why}",
                f"a dose worked out from a {_NAMES[test]} that differs by at most {most} %"
                + ("" if rules.weight_age is None else f", at most {rules.weight_age} days old"),
                "work the dose out again",
            )


def text(value: Decimal) -> str:
    """The number without an exponent."""
    return format(value.normalize(), "f")
