"""A rule's decision table as a grid of letters: participants at a level across, DLTs among them down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from trialwright.design.a_plus_b.literal import Literal
from trialwright.design.a_plus_b.three_plus_three import APlusB, Verdict
from trialwright.design.capped import Capped
from trialwright.design.interval.rule import IntervalRule
from trialwright.design.rule import CountingRule

MEANING = {
    "E": "escalate: the next higher level",
    "S": "stay at this level",
    "D": "de-escalate: the next lower level",
    "DU": "de-escalate, and never use this level or a higher one again",
}


@dataclass(frozen=True, slots=True)
class Grid:
    """`columns`: numbers of participants at a level; `letters[n][y]`: the decision after y DLTs among n, one of
    `MEANING`; `meaning`: what the letters mean in this rule."""

    rule: str
    columns: tuple[int, ...]
    letters: dict[int, tuple[str, ...]]
    meaning: dict[str, str]

    def key(self) -> list[str]:
        """A line for each letter that the grid has."""
        used = {letter for row in self.letters.values() for letter in row}
        return [f"{letter}: {words}" for letter, words in self.meaning.items() if letter in used]

    @property
    def rows(self) -> int:
        """Rows of the grid: DLTs from 0 to `rows` - 1."""
        return max(self.columns) + 1

    def csv(self) -> str:
        """The grid as CSV, as `trialwright.design.interval.table` reads it."""
        lines = ["dlts," + ",".join(str(n) for n in self.columns)]
        for y in range(self.rows):
            lines.append(f"{y}," + ",".join(self.letters[n][y] if y <= n else "" for n in self.columns))
        return "\n".join(lines) + "\n"


def grid(rule: CountingRule) -> Grid | None:
    """The grid of a rule that looks at one level at a time; None for one that does not (a model fits all levels).

    >>> from trialwright.design import rules
    >>> found = grid(rules.make("3+3: stop at two", 3))
    >>> found.columns, found.letters[3]
    ((3, 6), ('E', 'S', 'DU', 'DU'))
    """
    if isinstance(rule, Capped):
        found = grid(rule.rule)
        return None if found is None else replace(found, rule=rule.name)
    if isinstance(rule, IntervalRule):
        columns = tuple(row[0] for row in rule.boundaries().rows(rule.cohort, rule.most))
        return _made(rule.name, columns, lambda n, y: _interval(rule, n, y), MEANING)
    if isinstance(rule, APlusB):
        columns = (rule.cohort, rule.full)
        meaning = {
            "E": "tolerated: the next higher level",
            "S": f"treat {rule.expansion} more at this level",
            "DU": "too toxic: this level and higher ones are not used again",
        }
        return _made(rule.name, columns, lambda n, y: _a_plus_b(rule, n, y), meaning)
    if isinstance(rule, Literal):
        meaning = {"E": "the next higher level", "DU": "the trial stops"}
        return _made(rule.name, (rule.cohort,), lambda _n, y: "DU" if y >= rule.stop_at else "E", meaning)
    return None


def _made(rule: str, columns: tuple[int, ...], decide: Callable[[int, int], str], meaning: dict[str, str]) -> Grid:
    return Grid(rule, columns, {n: tuple(decide(n, y) for y in range(n + 1)) for n in columns}, meaning)


def _interval(rule: IntervalRule, n: int, y: int) -> str:
    limits = rule.boundaries()
    if y >= limits.out[n]:
        return "DU"
    if y >= limits.down[n]:
        return "D"
    return "E" if y <= limits.up[n] else "S"


def _a_plus_b(rule: APlusB, n: int, y: int) -> str:
    match rule.verdict(n, y):
        case Verdict.PASSES:
            return "E"
        case Verdict.TOXIC:
            return "DU"
        case _:
            return "S"
