"""Doses, weights and other amounts: decimal numbers that carry their unit.

A flat dose, a dose per kilogram and a dose per square metre are different types. Only a dose per
kilogram can be multiplied by a weight; a flat dose times a weight is a `TypeError`, so the commonest
dosing error of all cannot be written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext


def _checked(value: Decimal, what: str) -> Decimal:
    if not isinstance(value, Decimal):
        raise TypeError(f"{what} is a Decimal, never a {type(value).__name__}: a float would round the dose")
    if not value.is_finite():
        raise ValueError(f"{what} must be a finite number, found {value}")
    return value


def plain(value: Decimal) -> str:
    """The number written without an exponent and without trailing zeros, thousands set apart by commas.

    >>> plain(Decimal("4.0E+7"))
    '40,000,000'
    >>> plain(Decimal("0.50"))
    '0.5'
    """
    normal = value.normalize()
    if normal == normal.to_integral_value():
        return f"{int(normal):,}"
    return f"{normal:,f}"


@dataclass(frozen=True, slots=True)
class Weight:
    """A body weight in kilograms, greater than 0 and at most 650."""

    kg: Decimal

    def __post_init__(self) -> None:
        _checked(self.kg, "a weight")
        if not 0 < self.kg <= 650:
            raise ValueError(f"a body weight lies above 0 and at most at 650 kg, found {self.kg} kg")


@dataclass(frozen=True, slots=True)
class Amount:
    """A flat amount: so many cells, milligrams or millilitres, the same for every patient.

    >>> str(Amount(Decimal("1E+8"), "cells"))
    '100,000,000 cells'
    """

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        if _checked(self.value, "an amount") < 0:
            raise ValueError(f"an amount is not negative, found {self.value} {self.unit}")

    def __str__(self) -> str:
        return f"{plain(self.value)} {self.unit}"


@dataclass(frozen=True, slots=True)
class AmountPerKg:
    """An amount per kilogram of body weight; times a `Weight` it is the `Amount` for that patient.

    >>> str(AmountPerKg(Decimal("1E+6"), "cells") * Weight(Decimal("61.5")))
    '61,500,000 cells'
    """

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        if _checked(self.value, "an amount per kg") < 0:
            raise ValueError(f"an amount per kg is not negative, found {self.value} {self.unit}/kg")

    def __mul__(self, weight: Weight) -> Amount:
        if not isinstance(weight, Weight):
            return NotImplemented
        with localcontext() as context:
            context.prec = 40
            return Amount(self.value * weight.kg, self.unit)

    def __str__(self) -> str:
        return f"{plain(self.value)} {self.unit}/kg"


@dataclass(frozen=True, slots=True)
class AmountPerSquareMetre:
    """An amount per square metre of body surface; no formula for body surface is assumed."""

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        if _checked(self.value, "an amount per square metre") < 0:
            raise ValueError(f"an amount per square metre is not negative, found {self.value} {self.unit}/m2")

    def __str__(self) -> str:
        return f"{plain(self.value)} {self.unit}/m2"


Dose = Amount | AmountPerKg | AmountPerSquareMetre
