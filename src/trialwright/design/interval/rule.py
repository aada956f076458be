"""Interval designs: escalation by a decision table for the current level, with elimination and isotonic selection.

After each cohort the table says up, stay or down from the participants and DLTs at the current level alone. A level
at which it says "never again" is eliminated with all above it; if that is the lowest, the trial stops and no level is
selected. Elimination follows from the counts, for nobody is treated at an eliminated level again. At the maximum sample
size, or once enough are treated at a level and the decision is to stay there, the level whose isotonic rate is nearest
to the target is selected.

Three further conventions. *Enough at a level* stops the trial where the next cohort would be treated at the same level
again, as in R's BOIN 2.7.2, and not whenever the number is reached. *Extra safety* stops it when P(rate > target) at
the lowest level exceeds the elimination cutoff minus an offset. *Accelerated titration* treats one participant at each
level from the lowest up until the first DLT, or the highest level; there the first cohort is completed, and cohorts
follow as usual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.design.interval.boundaries import Boundaries, Decisions, check_probability, table
from trialwright.design.interval.table import Table
from trialwright.design.rule import Action, Counts, Finish, Treat

if TYPE_CHECKING:
    from trialwright.design.graph import Actions, Interned, States

TITRATING = (1,)
TOXIC = "level 1 too toxic"
FULL = "the maximum sample size is reached"
ENOUGH = "enough participants at one level"


@dataclass(frozen=True, slots=True)
class IntervalRule:
    """A decision table put to work at `levels` dose levels.

    `decisions`: what makes the table; `cohort`: participants in a cohort; `most`: the maximum sample size; `enough`:
    the trial ends once so many are treated at a level and the decision is to stay there; `start`: the first level;
    `titration`: accelerated; `extra_safety`: the offset, None = no extra stop. See the module's text.

    Raises UsageError DES-104 if the numbers do not fit together.
    """

    decisions: Decisions
    levels: int
    cohort: int = 3
    most: int = 30
    enough: int | None = None
    start: int = 1
    titration: bool = False
    extra_safety: float | None = None

    def __post_init__(self) -> None:
        sound = self.levels >= 1 and self.cohort >= 1 and self.most >= self.cohort and 1 <= self.start <= self.levels
        if not sound or self.most > 1000 or (self.enough is not None and self.enough < 1):
            raise UsageError(
                "DES-104",
                f"{self.levels} levels, cohorts of {self.cohort}, at most {self.most} participants, first level "
                f"{self.start}" + ("" if self.enough is None else f", enough at {self.enough}"),
                expected="1 level or more, a cohort of 1 or more, a maximum from the cohort size to 1,000, a first "
                "level that exists",
                mend="correct the number that does not fit",
            )
        if self.extra_safety is not None:
            check_probability("an extra safety offset", self.extra_safety, 0.0, 0.5)
        if isinstance(self.decisions, Table):
            self.decisions.check_covers(range(self.cohort, self.most, self.cohort))
            if self.titration:
                self.decisions.check_covers(range(1 + self.cohort, self.most, self.cohort))

    @property
    def name(self) -> str:
        """`BOIN: target 0.3, cohorts of 3, at most 30`, and what is unusual."""
        parts = [self.decisions.name, f"cohorts of {self.cohort}", f"at most {self.most}"]
        if self.enough is not None:
            parts.append(f"enough at {self.enough}")
        if self.start != 1:
            parts.append(f"start at level {self.start}")
        if self.titration:
            parts.append("accelerated titration")
        if self.extra_safety is not None:
            parts.append(f"extra safety {self.extra_safety!r}")
        return ", ".join(parts)

    @property
    def target(self) -> float:
        """The DLT rate that is sought."""
        return self.decisions.target

    def boundaries(self, most: int | None = None) -> Boundaries:
        """The decision table, for at least `most` participants at a level."""
        wanted = max(self.most, most or 0)
        return table(self.decisions, -(-wanted // 32) * 32)

    def first(self) -> Treat:
        """The first cohort, or the first participant where titration is accelerated."""
        if self.titration and self.cohort > 1:
            return Treat(self.start, 1, f"titration opens with 1 at level {self.start}", memory=TITRATING)
        return Treat(self.start, self.cohort, f"the trial opens with {self.cohort} at level {self.start}")

    def next(self, counts: Counts) -> Action:
        """What follows from the counts."""
        limits = self.boundaries(max(counts.n))
        gone = [int(limits.out[n]) <= y for n, y in zip(counts.n, counts.y, strict=True)]
        top = gone.index(True) if True in gone else self.levels
        if top == 0 or self._unsafe(counts.n[0], counts.y[0]):
            found = f"{_of(counts, 1)} had a DLT at level 1, the lowest: too toxic"
            return Finish(0, f"{found}; no level is selected", completed=False, category=TOXIC)
        treated = sum(counts.n)
        if treated >= self.most:
            return self._finish(counts, top, f"{treated} participants are treated, the maximum", FULL)
        here = min(max(counts.dose, 1), self.levels)
        room = self.most - treated
        if here > top:
            found = f"{_of(counts, top + 1)} had a DLT at level {top + 1}: it is eliminated with all above it"
            return Treat(top, min(self.cohort, room), f"{found}; go down to level {top}")
        n, y = counts.n[here - 1], counts.y[here - 1]
        found = f"{y} of {n} had a DLT at level {here}"
        if counts.memory == TITRATING and n == 1 and here < top and not any(counts.y):
            return Treat(here + 1, 1, f"{found}: titrate to level {here + 1}", memory=TITRATING)
        if n < self.cohort:
            return Treat(here, min(self.cohort - n, room), f"{found}: complete the cohort of {self.cohort}")
        move = 1 if y <= limits.up[n] else -1 if y >= limits.down[n] else 0
        to = min(max(here + move, 1), top)
        if self.enough is not None and n >= self.enough and to == here:
            return self._finish(counts, top, f"{found}: {n} are enough, and the decision is to stay", ENOUGH)
        return Treat(to, min(self.cohort, room), f"{found}: {self._words(move, to, here, top)}")

    def _words(self, move: int, to: int, here: int, top: int) -> str:
        if move > 0:
            if to > here:
                return f"go up to level {to}"
            return "stay, no higher level" if top == self.levels else f"stay, level {top + 1} is eliminated"
        if move < 0:
            return f"go down to level {to}" if to < here else "stay, no lower level"
        return f"stay at level {here}"

    def _unsafe(self, n: int, y: int) -> bool:
        """Whether the extra stop applies to the lowest level."""
        if self.extra_safety is None:
            return False
        return y >= int(self.decisions.excess(max(n, 1), self.safety_cutoff)[n])

    @property
    def safety_cutoff(self) -> float:
        """The probability of a rate above the target at the lowest level from which the extra stop applies."""
        return self.decisions.cutoff - (self.extra_safety or 0.0)

    def _finish(self, counts: Counts, top: int, why: str, category: str) -> Finish:
        from trialwright.design.interval.isotonic import selected

        level = selected(counts.n, counts.y, self.target, top)
        if level == 0:
            return Finish(0, f"{why}; nobody was treated at a level that is not eliminated", False, category)
        rate = f"{_of(counts, level)}, isotonic rate nearest to {self.target:g}"
        return Finish(level, f"{why}; level {level} ({rate}) is selected", True, category)

    def next_many(self, states: States, memories: Interned, categories: Interned) -> Actions:
        """The actions in many states at once: the same as `next` in each of them."""
        from trialwright.design.interval.batch import next_many

        return next_many(self, states, memories, categories)


def _of(counts: Counts, level: int) -> str:
    return f"{counts.y[level - 1]} of {counts.n[level - 1]}"
