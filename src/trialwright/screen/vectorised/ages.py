"""Whether the patient's age lies in an interval, where completed years hide up to a year."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from trialwright.protocol.eligibility.tree import AnchorKind, Compare, Interval, Reference, Window
from trialwright.screen.vectorised.windows import NULL

PER_YEAR = {"year": 1.0, "month": 12.0, "week": 365.25 / 7, "day": 365.25}


def aged(leaf: Compare) -> pl.Expr:
    """Whether the age lies in the interval: a maximum includes the whole of its year (month, week, day), and "older
    than 18" is not known of somebody aged 18 and a half, whom some read as 18."""
    per_year = PER_YEAR.get(leaf.unit or "year")
    if per_year is None or leaf.reference is not Reference.ABSOLUTE or not _at_screening(leaf):
        return NULL
    least = pl.col("age") * per_year if per_year != 1 else pl.col("age")
    below = (pl.col("age") + 1) * per_year  # for completed years: younger than this, strictly
    whole, exact = _answer(leaf.interval, least, below, whole=True), _answer(leaf.interval, least, least, whole=False)
    answered = pl.when(pl.col("age_whole")).then(whole).otherwise(exact)
    return answered & NULL if leaf.lasting is not None else answered


def _answer(interval: Interval, least: pl.Expr, most: pl.Expr, *, whole: bool) -> pl.Expr:
    """True or False where it is so for every age from `least` to `most` (`whole`: `most` itself left out)."""
    parts = []
    if interval.low is not None:
        parts.append(_above(interval.low, interval.low_inclusive, least, most, whole))
    if interval.high is not None:
        parts.append(_below(interval.high, interval.high_inclusive, least, most, whole))
    return parts[0] if len(parts) == 1 else parts[0] & parts[1]


def _above(bound: Decimal, inclusive: bool, least: pl.Expr, most: pl.Expr, whole: bool) -> pl.Expr:
    limit = float(bound)
    if inclusive:
        return _known(least >= limit, most <= limit if whole else most < limit)
    holds = least >= limit + 1 if bound == bound.to_integral_value() else least > limit
    return _known(holds, most <= limit)


def _below(bound: Decimal, inclusive: bool, least: pl.Expr, most: pl.Expr, whole: bool) -> pl.Expr:
    limit = float(bound)
    if inclusive and bound != bound.to_integral_value():
        return _known(most <= limit, least > limit)
    if inclusive:
        limit += 1
    return _known(most <= limit if whole else most < limit, least >= limit)


def _known(holds: pl.Expr, fails: pl.Expr) -> pl.Expr:
    """True where it holds, False where it fails, null where neither is sure."""
    return holds | (~fails & NULL)


def _at_screening(leaf: Compare) -> bool:
    if leaf.when is None:
        return True
    return isinstance(leaf.when, Window) and all(one.kind is not AnchorKind.OTHER for one in leaf.when.anchors)
