"""Whether a record lies in a time window, as a polars expression: True, False or null = not known.

`start` and `last` are Date expressions: the first day of the record and the last day of the part that counts (the same
for a record of one day; `FOREVER` where it goes on).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import polars as pl

from trialwright.protocol.eligibility.tree import Anchor, AnchorKind, Dates, Interval, Lasting, Side, When, Window
from trialwright.screen.vectorised.frames import all_of, any_of

FOREVER = date(9999, 12, 31)
HOURS = {"second": Fraction(1, 3600), "minute": Fraction(1, 60), "hour": Fraction(1)}
DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}
DAYS_PER_MONTH = Decimal("30.4375")
LONGEST_MONTHS = 12 * 1500
LONGEST_DAYS = 500_000
COLUMNS = {
    AnchorKind.SCREENING: "screening",
    AnchorKind.UNSTATED: "screening",
    AnchorKind.BASELINE: "baseline",
    AnchorKind.RANDOMISATION: "randomisation",
    AnchorKind.ENROLMENT: "enrolment",
    AnchorKind.FIRST_DOSE: "first_dose",
    AnchorKind.CONSENT: "consent_date",
}
NULL = pl.lit(None, dtype=pl.Boolean)
TRUE, FALSE = pl.lit(True), pl.lit(False)

Moments = Mapping[str, Sequence[str]]
"""The columns that hold the dates of an anchor in the patient's own history, by the words of the anchor."""


def starts_at_the_anchor(interval: Interval) -> bool:
    """Whether distance nought is in, so that any part of a record in the window counts."""
    return interval.low is None or (interval.low == 0 and interval.low_inclusive)


def placed(when: When, start: pl.Expr, last: pl.Expr, moments: Moments) -> pl.Expr:
    """Whether the record lies in the window or between the dates; null where its start is not known."""
    if isinstance(when, Dates):
        first_day, last_day = _edge(when.first, last=False), _edge(when.last, last=True)
        inside = TRUE if first_day is None else last >= first_day
        return pl.when(start.is_not_null()).then(inside if last_day is None else inside & (start <= last_day))
    end = last if starts_at_the_anchor(when.interval) else start
    answers = [_from_anchor(when, anchor, start, end, moments) for anchor in when.anchors]
    return pl.when(start.is_not_null()).then(any_of(answers))


def lasted(lasting: Lasting, start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Whether the time from start to end lies in the interval; null where either is not known or they are turned."""
    low, high = _parts(lasting.interval, lasting.unit, end, start, start, before=True)
    return pl.when(start <= end).then(low & high)


def _from_anchor(window: Window, anchor: Anchor, start: pl.Expr, last: pl.Expr, moments: Moments) -> pl.Expr:
    if anchor.kind is AnchorKind.OTHER:
        each = [_known(window, pl.col(name), start, last) for name in moments.get(anchor.text, ())]
        return _the_same(each) if each else NULL
    known = _known(window, pl.col(COLUMNS[anchor.kind]), start, last)
    if COLUMNS[anchor.kind] == "screening":
        return known
    on_any_day = _on_any_day(window, start, last)
    if _may_be_empty(window):
        on_any_day = pl.when(_holds_a_day(window, start, last)).then(on_any_day).otherwise(FALSE)
    return pl.when(pl.col(COLUMNS[anchor.kind]).is_not_null()).then(known).otherwise(on_any_day)


def _the_same(answers: Sequence[pl.Expr]) -> pl.Expr:
    if len(answers) == 1:
        return answers[0]
    all_hold = all_of(answers)
    any_holds = any_of(answers)
    return pl.when(all_hold == any_holds).then(all_hold)


def _known(window: Window, anchor: pl.Expr, start: pl.Expr, last: pl.Expr) -> pl.Expr:
    sides = []
    if window.side is not Side.AFTER:
        low, high = _parts(window.interval, window.unit, anchor, start, last, before=True)
        sides.append((start <= anchor) & low & high)
    if window.side is not Side.BEFORE:
        low, high = _parts(window.interval, window.unit, anchor, start, last, before=False)
        sides.append((last >= anchor) & low & high)
    return sides[0] if len(sides) == 1 else sides[0] | sides[1]


def _on_any_day(window: Window, start: pl.Expr, last: pl.Expr) -> pl.Expr:
    """The answer where the anchor may be any day from screening on: True or False only where it is so for all."""
    screening = pl.col("screening")
    open_end = last == FOREVER
    low, high = _parts(window.interval, window.unit, screening, start, last, before=True)
    low_after, high_after = _parts(window.interval, window.unit, screening, start, last, before=False)
    any_part = starts_at_the_anchor(window.interval)
    if window.side is Side.AFTER:
        if any_part:
            return pl.when(open_end).then(high_after | NULL).otherwise((last >= screening) & NULL)
        return (start >= screening) & low_after & NULL
    earlier = start <= screening
    if window.interval.high is None:
        return TRUE if any_part and window.side is Side.AROUND else (earlier & low) | NULL
    if any_part:
        reached = earlier & high if window.side is Side.BEFORE else high_after
        return pl.when(open_end).then(reached | NULL).otherwise(high & NULL)
    return (~earlier | high) & NULL


def _may_be_empty(window: Window) -> bool:
    """Whether the window is so narrow that no day of screening or later may have the record in it: more than nought and
    less than one day before it; exactly one month before it, for a record of the 31st."""
    bounds = window.interval
    if window.unit in HOURS or bounds.low is None or bounds.high is None or starts_at_the_anchor(bounds):
        return False
    width = (bounds.high - bounds.low) * (30 if window.unit in MONTHS else 1) * (12 if window.unit == "year" else 1)
    return width * DAYS.get(window.unit, 1) <= 4


def _holds_a_day(window: Window, start: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Whether the record lies in a narrow window of some anchor from screening on: one of those about the record's day
    moved by the nearer bound, where months of different length are within three days."""
    low, screening = window.interval.low or Decimal(0), pl.col("screening")
    found = []
    for before in (True, False):
        if window.side is (Side.AFTER if before else Side.BEFORE):
            continue
        if window.unit in MONTHS:
            nearest = _moved(start, low * MONTHS[window.unit], not before)
        else:
            days = math.floor(min(low * DAYS[window.unit], Decimal(LONGEST_DAYS)))
            nearest = start.dt.offset_by(f"{'' if before else '-'}{days}d")
        for near in range(-3, 4):
            anchor = pl.max_horizontal(nearest.dt.offset_by(f"{near}d"), screening)
            found.append(_known(window, anchor, start, last))
    return any_of(found)


def _parts(
    interval: Interval, unit: str, anchor: pl.Expr, start: pl.Expr, last: pl.Expr, *, before: bool
) -> tuple[pl.Expr, pl.Expr]:
    """Whether the distance is far enough, and near enough."""
    if unit not in MONTHS:
        days = _days(anchor) - _days(last) if before else _days(start) - _days(anchor)
        if unit in HOURS:
            return _hours(interval, HOURS[unit], days.clip(lower_bound=0))
        far, near = _whole_days(interval, DAYS[unit])
        return TRUE if far is None else days >= far, TRUE if near is None else days <= near
    low = high = TRUE
    if interval.low is not None and not starts_at_the_anchor(interval):
        limit = _moved(anchor, interval.low * MONTHS[unit], before)
        low = _beyond(start, limit, before, interval.low_inclusive)
    if interval.high is not None:
        limit = _moved(anchor, interval.high * MONTHS[unit], before)
        high = _within(last if before else start, limit, before, interval.high_inclusive)
    return low, high


def _days(day: pl.Expr) -> pl.Expr:
    """Days since 1970: subtracting them costs less than subtracting dates."""
    return day.cast(pl.Int32)


def _beyond(day: pl.Expr, limit: pl.Expr, before: bool, inclusive: bool) -> pl.Expr:
    if before:
        return day <= limit if inclusive else day < limit
    return day >= limit if inclusive else day > limit


def _within(day: pl.Expr, limit: pl.Expr, before: bool, inclusive: bool) -> pl.Expr:
    return _beyond(day, limit, not before, inclusive)


def _moved(anchor: pl.Expr, months: Decimal, before: bool) -> pl.Expr:
    """The anchor moved by months of the calendar, the last day of the month where the day does not exist."""
    whole = int(min(months, Decimal(LONGEST_MONTHS)))
    rest = min(months, Decimal(LONGEST_MONTHS)) - whole
    days = int(rest * DAYS_PER_MONTH + Decimal("0.5"))
    sign = "-" if before else ""
    moved = anchor.dt.offset_by(f"{sign}{whole}mo") if whole else anchor
    return moved.dt.offset_by(f"{sign}{days}d") if days else moved


def _whole_days(interval: Interval, unit: int) -> tuple[int | None, int | None]:
    """The least and the greatest whole number of days in the interval."""
    far = near = None
    if interval.low is not None and not starts_at_the_anchor(interval):
        low = min(interval.low * unit, Decimal(LONGEST_DAYS))
        far = math.ceil(low) if interval.low_inclusive else math.floor(low) + 1
    if interval.high is not None:
        high = min(interval.high * unit, Decimal(LONGEST_DAYS))
        near = math.floor(high) if interval.high_inclusive else math.ceil(high) - 1
    return far, near


def _hours(interval: Interval, unit: Fraction, days: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """What days tell of hours: n days apart is more than 24 (n - 1) and less than 24 (n + 1) hours."""
    low = high = TRUE
    most = Fraction(LONGEST_DAYS)
    if interval.low is not None and not starts_at_the_anchor(interval):
        least = min(Fraction(interval.low) * unit / 24, most)
        low = (days >= math.ceil(least + 1)) | ((days > math.floor(least - 1)) & NULL)
    if interval.high is not None:
        greatest = min(Fraction(interval.high) * unit / 24, most)
        high = (days <= math.floor(greatest - 1)) | ((days < math.ceil(greatest + 1)) & NULL)
        if greatest == 0 and not interval.high_inclusive:
            high = FALSE
    return low, high


def _edge(text: str | None, *, last: bool) -> date | None:
    """The first or the last day of a date, a month or a year."""
    if text is None:
        return None
    year, month, day = ([int(part) for part in text.split("-")] + [0, 0])[:3]
    if day:
        return date(year, month, day)
    if not last:
        return date(year, month or 1, 1)
    if year == FOREVER.year:
        return FOREVER
    following = date(year + 1, 1, 1) if month in (0, 12) else date(year, month + 1, 1)
    return following - timedelta(days=1)
