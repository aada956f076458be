"""Brent's root finder with the stopping rule of R's `uniroot`, so that R's printed digits can be reproduced."""

from __future__ import annotations

from collections.abc import Callable

EPSILON = 2.220446049250313e-16


def root(
    function: Callable[[float], float], low: float, high: float, *, tolerance: float, iterations: int = 1000
) -> float:
    """A point within `tolerance` of a change of sign of `function` on [`low`, `high`].

    Source: R. P. Brent, Algorithms for Minimization without Derivatives (1973), chapter 4, with the tolerance
    used as R's `uniroot` uses it. On a step function (ranks are one) the answer is a point beside the step, and
    which point depends on the path taken: that is why a general root finder does not give R's digits.
    Raises ValueError if the signs at both ends agree.

    >>> round(root(lambda x: x * x - 2, 0, 2, tolerance=1e-10), 9)
    1.414213562
    """
    last, best, other = low, high, low
    f_last, f_best = function(low), function(high)
    if f_last == 0:
        return low
    if f_best == 0:
        return high
    if (f_last > 0) == (f_best > 0):
        raise ValueError(f"no change of sign between {low} and {high}")
    f_other = f_last
    for _ in range(iterations):
        previous = best - last
        if abs(f_other) < abs(f_best):
            last, best, other = best, other, best
            f_last, f_best, f_other = f_best, f_other, f_best
        allowed = 2 * EPSILON * abs(best) + tolerance / 2
        step = (other - best) / 2
        if abs(step) <= allowed or f_best == 0:
            return best
        if abs(previous) >= allowed and abs(f_last) > abs(f_best):
            step = _interpolated(step, previous, allowed, (last, best, other), (f_last, f_best, f_other))
        if abs(step) < allowed:
            step = allowed if step > 0 else -allowed
        last, f_last = best, f_best
        best += step
        f_best = function(best)
        if (f_best > 0 and f_other > 0) or (f_best < 0 and f_other < 0):
            other, f_other = last, f_last
    return best


def _interpolated(
    step: float,
    previous: float,
    allowed: float,
    points: tuple[float, float, float],
    values: tuple[float, float, float],
) -> float:
    """The secant or inverse quadratic step if it falls well inside the bracket, else the halving `step`."""
    last, best, other = points
    f_last, f_best, f_other = values
    width = other - best
    if last == other:
        ratio = f_best / f_last
        p, q = width * ratio, 1 - ratio
    else:
        q, t1, t2 = f_last / f_other, f_best / f_other, f_best / f_last
        p = t2 * (width * q * (q - t1) - (best - last) * (t1 - 1))
        q = (q - 1) * (t1 - 1) * (t2 - 1)
    p, q = (p, -q) if p > 0 else (-p, q)
    if p < 0.75 * width * q - abs(allowed * q) / 2 and p < abs(previous * q / 2):
        return p / q
    return step
