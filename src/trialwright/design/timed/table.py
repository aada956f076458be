"""Decision tables of the designs by time, to be read at the bedside: rolling six and TITE-BOIN."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trialwright.design.interval.boundaries import table
from trialwright.design.timed.rolling_six import FULL, row
from trialwright.design.timed.tite_boin import TiteBoin, steps


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the decision with `enrolled` participants at the level, `dlts` DLTs and `fewest` to `most` pending.

    `up`, `down`: with TITE-BOIN, where the follow-up decides: go up at a standardised total follow-up time of at least
    `up`, down at `down` or less, stay between; None: no follow-up leads there.
    """

    enrolled: int
    dlts: int
    fewest: int
    most: int
    decision: str
    up: float | None = None
    down: float | None = None


def rolling_six_lines() -> tuple[Line, ...]:
    """The whole table of the rolling six.

    >>> [line for line in rolling_six_lines() if line.enrolled == 3][0]
    Line(enrolled=3, dlts=0, fewest=0, most=0, decision='go up', up=None, down=None)
    """
    return _joined(
        Line(n, y, c, c, row(n, y, c).value)
        for n in range(1, FULL + 1)
        for y in range(min(n, 2) + 1)
        for c in range(n - y + 1)
    )


def tite_boin_lines(design: TiteBoin, most: int | None = None) -> tuple[Line, ...]:
    """The table of TITE-BOIN at each full cohort up to `most` participants at a level (None: the maximum)."""
    rule = design.rule
    wanted = rule.most if most is None else most
    return _joined(
        _tite_boin_line(design, n, y, c)
        for n in range(rule.cohort, wanted + 1, rule.cohort)
        for y in range(n + 1)
        for c in range(n - y + 1)
    )


def _tite_boin_line(design: TiteBoin, n: int, y: int, c: int) -> Line:
    limits = table(design.boin, -(-max(design.rule.most, n) // 32) * 32)
    if y >= int(limits.down[n]):
        gone = y >= int(limits.out[n])
        return Line(n, y, c, c, "go down, never again" if gone else "go down")
    if 2 * c > n:
        return Line(n, y, c, c, "suspend")
    if c == 0:
        return Line(n, y, c, c, "go up" if y <= int(limits.up[n]) else "stay")
    at = steps(design.boin, np.array(float(n)), np.array(float(y)), np.array(float(c)))
    up, down = float(at.up), float(at.down)
    if up <= 0:
        return Line(n, y, c, c, "go up")
    if up >= c and down < 0:
        return Line(n, y, c, c, "stay")
    return Line(n, y, c, c, "by follow-up", up if up < c else None, down if down >= 0 else None)


def _joined(lines: Iterator[Line]) -> tuple[Line, ...]:
    """Neighbouring lines that differ only in how many are pending, made one."""
    found: list[Line] = []
    for line in lines:
        last = found[-1] if found else None
        same = last is not None and (last.enrolled, last.dlts, last.decision) == (
            line.enrolled,
            line.dlts,
            line.decision,
        )
        if last is not None and same and line.decision != "by follow-up":
            found[-1] = Line(line.enrolled, line.dlts, last.fewest, line.most, line.decision)
        else:
            found.append(line)
    return tuple(found)
