"""Collects what was wrong in rows and cells: the first cases of each kind one by one, the rest as a count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialwright.core.problem import Evidence, Problem, Severity

SHOWN = 20
MOST_GROUPS = 500
MEND = "correct the cell and screen again"


class Notes:
    """Problems in the order in which they were met. `SHOWN` of each kind and column are given one by one; a last one
    says how many more there are. Beyond `MOST_GROUPS` kinds and columns only the number is kept."""

    __slots__ = ("_cut", "_groups")

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], tuple[list[Problem], list[int]]] = {}
        self._cut = 0

    def add(
        self,
        code: str,
        message: str,
        *,
        group: str = "",
        expected: str = "",
        mend: str = MEND,
        quote: str = "",
        severity: Severity = Severity.WARNING,
    ) -> None:
        """One problem; those with the same code and group are counted together."""
        found = self._group(code, group)
        if found is None:
            return
        problems, count = found
        count[0] += 1
        if len(problems) < SHOWN:
            evidence = (Evidence.of(quote),) if quote else ()
            problems.append(Problem(code, severity, message, evidence=evidence, expected=expected, mend=mend))

    def cells(
        self,
        code: str,
        column: str,
        places: Sequence[str],
        quotes: Iterable[object],
        what: str,
        *,
        total: int,
        expected: str,
        mend: str = MEND,
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Cells of one column that have the same fault: the first of them, and how many there are in all."""
        for place, quote in zip(places[:SHOWN], quotes, strict=False):
            text = str(quote)
            said = f"{text[:60]!r}: " if text else ""
            message = f"{place}, column {column}: {said}{what}"
            self.add(code, message, group=column, expected=expected, mend=mend, quote=str(quote), severity=severity)
        found = self._group(code, column)
        if found is not None:
            found[1][0] += max(0, total - min(len(places), SHOWN))

    def _group(self, code: str, group: str) -> tuple[list[Problem], list[int]] | None:
        key = (code, group)
        if key not in self._groups:
            if len(self._groups) >= MOST_GROUPS:
                self._cut += 1
                return None
            self._groups[key] = ([], [0])
        return self._groups[key]

    def problems(self) -> tuple[Problem, ...]:
        """All of them; behind each kind that has more cases than are shown, their number."""
        out: list[Problem] = []
        for (code, group), (problems, count) in self._groups.items():
            out += problems
            more = count[0] - len(problems)
            if more > 0 and problems:
                where = f" in column {group}" if group else ""
                first = problems[0]
                message = f"{more} more like the {len(problems)} above{where}"
                out.append(Problem(code, first.severity, message, expected=first.expected, mend=first.mend))
        if self._cut:
            message = f"{self._cut} more kinds of problems in further columns are not listed"
            out.append(
                Problem("SCR-044", Severity.WARNING, message, expected="a table whose columns are known", mend=MEND)
            )
        return tuple(out)
