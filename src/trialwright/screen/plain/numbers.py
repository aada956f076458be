"""Numbers against bounds: equal within a part in a thousand million, so that 1.1 g/dL is 11 g/L."""

from __future__ import annotations

import math

from trialwright.protocol.eligibility.tree import Interval

EQUAL = 1e-9


def equal(value: float, bound: float) -> bool:
    """Whether a number equals a bound, up to what arithmetic in binary loses."""
    return abs(value - bound) <= EQUAL * abs(bound)


def at_or_above(value: float, bound: float, inclusive: bool = True) -> bool:
    """Whether a number is above a bound, or equal to it where that is allowed."""
    return inclusive if equal(value, bound) else value > bound


def at_or_below(value: float, bound: float, inclusive: bool = True) -> bool:
    """Whether a number is below a bound, or equal to it where that is allowed."""
    return inclusive if equal(value, bound) else value < bound


def inside(value: float, interval: Interval, scale: float = 1.0) -> bool:
    """Whether a number lies between the bounds, each times `scale`."""
    low, high = interval.low, interval.high
    if low is not None and not at_or_above(value, float(low) * scale, interval.low_inclusive):
        return False
    return high is None or at_or_below(value, float(high) * scale, interval.high_inclusive)


def held_by_integers(interval: Interval, least: float, most: float) -> bool | None:
    """Whether all whole numbers from `least` to `most` (maybe infinite) lie in the interval, or none; else None."""
    first, last = least, most
    if interval.low is not None:
        low = math.ceil(interval.low)
        first = max(first, low + 1 if low == interval.low and not interval.low_inclusive else low)
    if interval.high is not None:
        high = math.floor(interval.high)
        last = min(last, high - 1 if high == interval.high and not interval.high_inclusive else high)
    if first > last:
        return False
    return True if (first, last) == (least, most) else None
