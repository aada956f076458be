"""Any decision table, given as CSV: a design that has no formula here, or one that was changed by hand.

One of three layouts, told apart by the first line:

- limits: `n,up,down,out`. For `n` participants at a level: go up at `up` DLTs or fewer, down at `down` or more,
  eliminate the level and all above it at `out` or more. An empty cell or `-` means never.
- long: `n,dlts,decision`, one line for each number of DLTs from 0 to n.
- grid: `dlts,3,6,9,...`, a column for each number of participants and a line for each number of DLTs.

Decisions in the last two are E (escalate, up), S (stay), D (de-escalate, down) and DU (down, and the level is never
used again). A table must have every number of participants that a level can reach; for others, which only a partial
cohort or one participant too many brings about, the row for the next smaller number is used.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from trialwright.core.errors import InputError, UsageError
from trialwright.design.interval.boundaries import NEVER, Boundaries, Limits, check_probability, excess

_LETTERS = ("E", "S", "D", "DU")
_NOTHING = ("", "-", "na", "n/a")


@dataclass(frozen=True, slots=True)
class Limit:
    """One row: for `n` participants, up at `up` DLTs or fewer, down at `down` or more, out at `out` or more; None =
    never."""

    n: int
    up: int | None
    down: int | None
    out: int | None = None

    def __str__(self) -> str:
        return f"{self.n}:" + "/".join("-" if v is None else str(v) for v in (self.up, self.down, self.out))


@dataclass(frozen=True, slots=True)
class Table:
    """The decisions of a table. `limits`: its rows by rising `n`; `target`: the DLT rate, a proportion, that the MTD is
    selected by; `cutoff`: only for the extra safety stop.

    Raises UsageError: DES-101 (target not between 0 and 1), DES-112 (rows that contradict themselves or each other).
    """

    limits: tuple[Limit, ...]
    target: float
    cutoff: float = 0.95

    def __post_init__(self) -> None:
        check_probability("a target DLT rate", self.target)
        if not self.limits:
            raise InputError("DES-110", "the decision table has no row", expected="a row for each number treated")
        seen: set[int] = set()
        for row in self.limits:
            if row.n in seen:
                raise _contradiction(f"{row.n} participants have two rows", "one row for each number of participants")
            seen.add(row.n)
            _check_row(row)

    @property
    def name(self) -> str:
        """`table 3:0/2/3 6:1/3/4: target 0.3`: the rows themselves, so that the name is the whole rule."""
        return f"table {' '.join(str(row) for row in sorted(self.limits, key=lambda r: r.n))}: target {self.target!r}"

    def check_covers(self, numbers: Iterable[int]) -> None:
        """Raises UsageError DES-111 unless there is a row for each of these numbers of participants."""
        known = {row.n for row in self.limits}
        missing = [n for n in numbers if n not in known]
        if missing:
            shown = ", ".join(map(str, missing[:8])) + (", ..." if len(missing) > 8 else "")
            raise UsageError(
                "DES-111",
                f"the decision table has no row for {shown} participants, which a level can reach",
                expected="a row for each multiple of the cohort size below the maximum sample size",
                mend="add the rows, lower the maximum sample size, or change the cohort size",
            )

    def boundaries(self, most: int) -> Boundaries:
        """The decision table for 0 to `most` participants at a level."""
        up = np.full(most + 1, -1, dtype=np.int16)
        down, out = np.full(most + 1, NEVER, dtype=np.int16), np.full(most + 1, NEVER, dtype=np.int16)
        rows = sorted(self.limits, key=lambda r: r.n)
        for row in rows:
            up[row.n :] = -1 if row.up is None else row.up
            out[row.n :] = NEVER if row.out is None else row.out
            down[row.n :] = min(NEVER if row.down is None else row.down, NEVER if row.out is None else row.out)
        return Boundaries(up, down, out)

    def excess(self, most: int, cutoff: float) -> Limits:
        """The fewest DLTs among 0 to `most`, 3 or more, at which P(rate > target) exceeds `cutoff`."""
        return excess(self.target, cutoff, 3, most)


def _check_row(row: Limit) -> None:
    if row.n < 1:
        raise _contradiction(f"a row for {row.n} participants", "1 participant or more")
    for what, value in (("up", row.up), ("down", row.down), ("out", row.out)):
        if value is not None and not 0 <= value <= row.n:
            raise _contradiction(f"{what} at {value} DLTs among {row.n}", "a number of DLTs from 0 to n")
    if row.up is not None and any(v is not None and row.up >= v for v in (row.down, row.out)):
        raise _contradiction(
            f"among {row.n}, up at {row.up} DLTs or fewer and down or out at so many or more ({row})", "up below down"
        )
    if row.down is not None and row.out is not None and row.down > row.out:
        raise _contradiction(
            f"among {row.n}, out at {row.out} DLTs but down only at {row.down}", "down at out or below"
        )


def _contradiction(found: str, expected: str) -> UsageError:
    return UsageError(
        "DES-112",
        f"the decision table contradicts itself: {found}",
        expected=expected,
        mend="correct the row; each number of DLTs must have one decision, and more DLTs never a bolder one",
    )


def read(path: str | Path, target: float) -> Table:
    """The table in this CSV file. Raises InputError DES-110, UsageError DES-101, DES-112."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError("DES-110", f"{path} cannot be read: {fault}", expected="a CSV file in UTF-8") from fault
    return parse(text, target)


def parse(text: str, target: float) -> Table:
    """The table in this CSV text. Raises InputError DES-110, UsageError DES-101, DES-112.

    >>> parse("n,up,down,out\\n3,0,2,3\\n6,1,3,4\\n", 0.3).name
    'table 3:0/2/3 6:1/3/4: target 0.3'
    """
    lines = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines()) if any(c.strip() for c in row)]
    head = [cell.lower() for cell in lines[0]] if lines else []
    body = lines[1:]
    if head[:3] == ["n", "up", "down"] and head[3:] in ([], ["out"]):
        rows = [_limit(cells, len(head), line) for line, cells in enumerate(body, start=2)]
    elif head == ["n", "dlts", "decision"]:
        rows = _from_decisions([(_whole(n, i), _whole(y, i), d, i) for i, (n, y, d) in _cells(body, 3)])
    elif len(head) > 1 and head[0] == "dlts" and all(cell.isdigit() for cell in head[1:]):
        cells = [
            (int(n), _whole(row[0], i), letter, i)
            for i, row in _cells(body, len(head))
            for n, letter in zip(head[1:], row[1:], strict=True)
            if letter.lower() not in _NOTHING
        ]
        rows = _from_decisions(cells)
    else:
        raise InputError(
            "DES-110",
            f"a decision table whose first line is {', '.join(head) or 'empty'!r}",
            expected="the first line n,up,down,out or n,dlts,decision or dlts,3,6,9,...",
            mend="give the columns these names; trialwright.design.interval.table says what they hold",
        )
    return Table(tuple(sorted(rows, key=lambda r: r.n)), target)


def _cells(body: Sequence[list[str]], width: int) -> Iterable[tuple[int, list[str]]]:
    for line, row in enumerate(body, start=2):
        if len(row) > width or not row[0]:
            raise InputError("DES-110", f"line {line} of the decision table: {row}", expected=f"{width} cells")
        yield line, row + [""] * (width - len(row))


def _limit(cells: list[str], width: int, line: int) -> Limit:
    if not 3 <= len(cells) <= width:
        raise InputError("DES-110", f"line {line} of the decision table: {cells}", expected=f"{width} cells")
    limits = [None if cell.lower() in _NOTHING else _whole(cell, line) for cell in cells[1:]]
    up, down, out = [*limits, None][:3]
    return Limit(_whole(cells[0], line), up, down, out)


def _whole(cell: str, line: int) -> int:
    if not (cell.isascii() and cell.isdigit()):
        raise InputError(
            "DES-110", f"line {line} of the decision table: {cell!r}", expected="a whole number, 0 or more"
        )
    return int(cell)


def _from_decisions(cells: Iterable[tuple[int, int, str, int]]) -> list[Limit]:
    """The limits of a table given decision by decision: (n, DLTs, letters, line of the file)."""
    found: dict[int, dict[int, str]] = {}
    for n, y, letters, line in cells:
        letter = letters.upper()
        if letter not in _LETTERS:
            raise InputError(
                "DES-110", f"line {line} of the decision table: {letters!r}", expected="E, S, D or DU", mend="see above"
            )
        if found.setdefault(n, {}).setdefault(y, letter) != letter:
            raise _contradiction(f"{y} DLTs among {n}: both {found[n][y]} and {letter}", "one decision")
    return [_row(n, decisions) for n, decisions in found.items()]


def _row(n: int, decisions: dict[int, str]) -> Limit:
    missing = [str(y) for y in range(n + 1) if y not in decisions]
    beyond = [str(y) for y in decisions if y > n]
    if missing or beyond:
        what = f"no decision for {', '.join(missing)} DLTs among {n}" if missing else f"{beyond[0]} DLTs among {n}"
        raise UsageError(
            "DES-111",
            f"the decision table has {what}",
            expected=f"a decision for each number of DLTs from 0 to {n}",
            mend="add what is missing, or take out what cannot be",
        )
    ranks = [_LETTERS.index(decisions[y]) for y in range(n + 1)]
    for y, (a, b) in enumerate(pairwise(ranks)):
        if b < a:
            raise _contradiction(
                f"among {n}, {y} DLTs mean {_LETTERS[a]} and {y + 1} mean {_LETTERS[b]}", "E, then S, then D, then DU"
            )

    def first(rank: int) -> int | None:
        return next((y for y, r in enumerate(ranks) if r >= rank), None)

    ups = ranks.count(0)
    return Limit(n, ups - 1 if ups else None, first(2), first(3))
