"""How numbers are written: one way for each kind, and never more confidence than the value has."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise

from trialwright.core.quantity import Amount, AmountPerKg, AmountPerSquareMetre, Dose, plain

DASH = "–"
MINUS = "−"
MOST_DAYS = 6


def number(value: float | None, digits: int = 3) -> str:
    """A number to so many significant digits, without an exponent between 0.0001 and 1e9; a dash for None.

    Whole digits are never rounded away.

    >>> number(1234.567), number(-0.03456), number(2.0), number(float("nan")), number(12345.6)
    ('1,235', '−0.0346', '2.00', '–', '12,346')
    """
    if value is None or not math.isfinite(value):
        return DASH if value is None or math.isnan(value) else ("∞" if value > 0 else f"{MINUS}∞")
    if value == 0:
        return "0"
    return _signed(value, _decimals(value, digits))


def count(value: int | None) -> str:
    """A whole number with its thousands set apart; a dash for None."""
    return DASH if value is None else f"{value:,}".replace("-", MINUS)


def _decimals(value: float, digits: int) -> int:
    return max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else digits - 1


def _signed(value: float, decimals: int) -> str:
    if value and (abs(value) >= 1e9 or abs(value) < 1e-4):
        return f"{value:.2e}".replace("-", MINUS)
    text = f"{value:,.{decimals}f}"
    return text.replace("-", MINUS) if any(c in text for c in "123456789") else text.lstrip("-")


def estimate(value: float | None, lower: float | None = None, upper: float | None = None) -> tuple[str, str]:
    """A value and its interval written with the same number of decimals, so that they can be compared.

    The decimals follow the widest of the three, to three significant digits.

    >>> estimate(0.5, 0.2118, 0.7882)
    ('0.500', '0.212 to 0.788')
    >>> estimate(None)
    ('–', '–')
    """
    known = [abs(v) for v in (value, lower, upper) if v is not None and math.isfinite(v)]
    largest = max(known, default=0.0)
    decimals = min(_decimals(largest, 3), 4) if largest else 0
    if all(v == int(v) for v in known) and known:
        decimals = 0
    shown = DASH if value is None or math.isnan(value) else _bounded(value, decimals)
    if lower is None and upper is None:
        return shown, DASH
    return shown, f"{_bounded(lower, decimals)} to {_bounded(upper, decimals)}"


def _bounded(value: float | None, decimals: int) -> str:
    if value is None or not math.isfinite(value):
        return number(value) if value is not None else "not estimable"
    return _signed(value, decimals)


def percent(proportion: float | None, decimals: int = 1) -> str:
    """A proportion in [0, 1] as a percentage; what is not certain is never written as 0% or 100%.

    >>> percent(0.4954), percent(0.0001), percent(0.99999), percent(1.0), percent(None)
    ('49.5%', '<0.1%', '>99.9%', '100%', '–')
    """
    if proportion is None or math.isnan(proportion):
        return DASH
    least = 10.0**-decimals
    value = proportion * 100
    if proportion <= 0:
        return "0%"
    if proportion >= 1:
        return "100%"
    if value < least / 2:
        return f"<{least:.{decimals}f}%"
    if value > 100 - least / 2:
        return f">{100 - least:.{decimals}f}%"
    return f"{value:.{decimals}f}%"


def probability(value: float | None) -> str:
    """A probability to three decimals; what is not certain is never written as 0 or 1.

    >>> probability(0.4954), probability(0.0000001), probability(0.9999), probability(0.0), probability(1.0)
    ('0.495', '<0.001', '>0.999', '0', '1')
    """
    if value is None or math.isnan(value):
        return DASH
    if value <= 0:
        return "0"
    if value >= 1:
        return "1"
    if value < 0.0005:
        return "<0.001"
    return ">0.999" if value > 0.9995 else f"{value:.3f}"


def p_value(p: float | None) -> str:
    """A p-value: two decimals, three below 0.1, and never 0 or 1 when it is not.

    >>> p_value(0.04963), p_value(0.318), p_value(0.00002), p_value(1.0), p_value(0.9987)
    ('0.050', '0.32', '<0.001', '1', '>0.99')
    """
    if p is None or math.isnan(p):
        return DASH
    if p < 0.001:
        return "<0.001"
    if p < 0.1:
        return f"{p:.3f}"
    return "1" if p >= 1 else (">0.99" if p > 0.99 else f"{p:.2f}")


def level(value: float | None) -> str:
    """The level of an interval, (0, 1), as in `95% CI`.

    >>> level(0.95), level(0.975)
    ('95% CI', '97.5% CI')
    """
    return "CI" if value is None else f"{value * 100:g}% CI"


def amount(value: Decimal) -> str:
    """A large decimal amount in words that a reader can check: millions where that is exact.

    >>> amount(Decimal("4E7")), amount(Decimal("500000")), amount(Decimal("1.5E6")), amount(Decimal("0.5"))
    ('40 million', '500,000', '1.5 million', '0.5')
    """
    millions = value / Decimal(1_000_000)
    if value >= 1_000_000 and millions == millions.quantize(Decimal("0.001")):
        return f"{plain(millions)} million"
    return plain(value)


def dose(value: Dose | None) -> str:
    """A dose with its unit; `not stated` for None.

    >>> dose(AmountPerKg(Decimal("1.5E6"), "cells"))
    '1.5 million cells/kg'
    """
    match value:
        case None:
            return "not stated"
        case Amount(v, unit):
            return f"{amount(v)} {unit}"
        case AmountPerKg(v, unit):
            return f"{amount(v)} {unit}/kg"
        case AmountPerSquareMetre(v, unit):
            return f"{amount(v)} {unit}/m²"


def _many_days(values: tuple[int, ...] | tuple[float, ...]) -> str:
    first, last = f"{values[0]:g}".replace("-", MINUS), f"{values[-1]:g}"
    steps = {after - before for before, after in pairwise(values)}
    if len(steps) > 1:
        return f"{len(values)} days from {first} to {last}"
    step = steps.pop()
    return f"{'daily' if step == 1 else f'every {step:g} days'} from day {first} to {last}"


def plural(n: int, one: str, many: str | None = None) -> str:
    """A count with its noun.

    >>> plural(1, "participant"), plural(9, "participant"), plural(2, "reply", "replies")
    ('1 participant', '9 participants', '2 replies')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def days(values: tuple[int, ...] | tuple[float, ...]) -> str:
    """Relative days (0 = first dose) as a list.

    >>> days((0, 3, 6)), days((0,)), days((0, 0.25))
    ('days 0, 3 and 6', 'day 0', 'days 0 and 0.25')
    >>> days(tuple(range(0, 60, 7))), days((1, 2, 4, 8, 16, 32, 64, 128))
    ('every 7 days from day 0 to 56', '8 days from 1 to 128')
    """
    if len(values) > MOST_DAYS:
        return _many_days(values)
    words = [f"{value:g}".replace("-", MINUS) for value in values]
    if not words:
        return DASH
    if len(words) == 1:
        return f"day {words[0]}"
    return f"days {', '.join(words[:-1])} and {words[-1]}"
