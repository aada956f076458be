"""The words of the SQL of criteria: names, texts, numbers, and whether a date lies in a time window."""

from __future__ import annotations

from decimal import Decimal

from trialwright.protocol.eligibility.tree import Anchor, AnchorKind, Dates, Interval, Side, When, Window

UNKNOWN = "NULL::BOOLEAN"
ANCHORS = {
    AnchorKind.SCREENING: "screening",
    AnchorKind.BASELINE: "baseline",
    AnchorKind.RANDOMISATION: "randomisation",
    AnchorKind.ENROLMENT: "enrolment",
    AnchorKind.FIRST_DOSE: "first_dose",
    AnchorKind.CONSENT: "consent_date",
    AnchorKind.UNSTATED: "screening",
}
_CALENDAR = ("day", "week", "month", "year")


def column(name: str) -> str:
    """The name of a column in quotation marks.

    >>> print(column("value:creatinine"))
    "value:creatinine"
    """
    return '"' + name.replace('"', '""').replace("\x00", "") + '"'


def literal(text: str) -> str:
    """A text as SQL writes it.

    >>> print(literal("patient's"))
    'patient''s'
    """
    return "'" + text.replace("'", "''").replace("\x00", "") + "'"


def number(value: Decimal) -> str:
    """A number as SQL writes it, as a double."""
    return f"{float(value)!r}" if abs(value.adjusted()) < 300 else "'NaN'::DOUBLE"


def compared(value: str, sign: str, bound: str) -> str:
    """A comparison in which numbers that differ by rounding alone are equal, as they are to the evaluators."""
    same = f"abs({value} - {bound}) <= 1e-9 * abs({bound})"
    return f"({value} {sign[0]} {bound} {'OR ' if '=' in sign else 'AND NOT '}{same})"


def reaches_beyond(when: When | None) -> bool:
    """Whether a window may lie after screening, so that what is planned is seen."""
    return isinstance(when, Dates) or (isinstance(when, Window) and when.side is not Side.BEFORE)


def within(date: str, when: When, end: str | None = None) -> str:
    """Whether a date lies in a window; NULL where the date or every anchor is not known. `end`: the day on which what
    began then ended: a day of it in the window is enough; one that goes on is not decided."""
    if isinstance(when, Dates):
        lies = _between_dates(date, when)
        if end is None:
            return lies
        return f"CASE WHEN {lies} THEN TRUE WHEN {end} IS NOT NULL AND {end} <> {date} THEN NULL ELSE {lies} END"
    if when.unit not in _CALENDAR or any(b is not None and b != int(b) for b in _bounds(when.interval)):
        return UNKNOWN
    found = [_from(date, when, anchor, end) for anchor in when.anchors]
    return found[0] if len(found) == 1 else f"({' OR '.join(found)})"


def _bounds(interval: Interval) -> tuple[Decimal | None, Decimal | None]:
    return interval.low, interval.high


def _from(date: str, when: Window, anchor: Anchor, end: str | None) -> str:
    moment = ANCHORS.get(anchor.kind)
    if moment is None:
        return UNKNOWN
    sides = [_on_side(date, when, moment, side, end) for side in _sides(when.side)]
    # what is known to lie after screening is not seen at all
    return f"CASE WHEN {date} <= screening THEN ({' OR '.join(sides)}) END"


def _sides(side: Side) -> tuple[Side, ...]:
    return (Side.BEFORE, Side.AFTER) if side is Side.AROUND else (side,)


def _on_side(date: str, when: Window, moment: str, side: Side, end: str | None) -> str:
    """The window as two days; distances are counted by the calendar."""
    interval, sign = when.interval, "-" if side is Side.BEFORE else "+"

    def away(distance: Decimal) -> str:
        return f"({moment} {sign} INTERVAL {int(distance)} {when.unit.upper()})"

    near = [] if interval.low is not None else [(">=" if side is Side.AFTER else "<=", moment)]
    far = []
    if interval.low is not None:
        closed = "=" if interval.low_inclusive else ""
        near.append((f">{closed}" if side is Side.AFTER else f"<{closed}", away(interval.low)))
    if interval.high is not None:
        closed = "=" if interval.high_inclusive else ""
        far.append((f"<{closed}" if side is Side.AFTER else f">{closed}", away(interval.high)))
    lies = " AND ".join(f"{date} {sign} {day}" for sign, day in (*near, *far))
    if end is None or side is Side.AFTER or interval.low is not None or not far:
        return f"({lies})"
    sign, day = far[0]
    lasts = f"CASE WHEN {date} {sign} {day} THEN FALSE ELSE {end} {sign} {day} END"
    return f"(({lies}) OR {lasts})"


def _between_dates(date: str, when: Dates) -> str:
    parts = [f"{date} IS NOT NULL"]
    if when.first is not None:
        parts.append(f"strftime({date}, '%Y-%m-%d') >= {literal(when.first)}")
    if when.last is not None:
        # a beginning of a date (`2010`) includes everything that begins so
        parts.append(f"left(strftime({date}, '%Y-%m-%d'), {len(when.last)}) <= {literal(when.last)}")
    return f"CASE WHEN {date} <= screening THEN ({' AND '.join(parts)}) END"
