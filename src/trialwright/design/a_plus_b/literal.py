"""The literal reading of a cohort rule: one cohort at each level, stop at so many DLTs within a cohort, nothing else.

Some records give only this much ("cohorts of three; escalation ends if two have a DLT"). The reading adds nothing that
the text does not say: no expansion on one DLT, no return to a lower level. It is closed form: the chance of going
through all levels is the product of the binomial chances of fewer than `stop_at` DLTs. Whether the cohort in which it
happens is completed is a separate question; ", stopped at the second DLT" says that it is not.
"""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.core.errors import UsageError
from trialwright.design.rule import Action, Counts, Finish, Treat
from trialwright.design.words import number, ordinal


@dataclass(frozen=True, slots=True)
class Literal:
    """One cohort of `cohort` participants at each of `levels`; the trial stops at `stop_at` DLTs in a cohort.

    The level below the one that stopped the trial is reported as selected; the text itself may not say so.
    Raises UsageError DES-011 if the numbers do not fit together.
    """

    levels: int
    cohort: int = 3
    stop_at: int = 2
    stop_at_once: bool = False

    def __post_init__(self) -> None:
        if self.levels < 1 or not 1 <= self.stop_at <= self.cohort:
            raise UsageError(
                "DES-011",
                f"a literal rule with {self.levels} levels, cohorts of {self.cohort}, stop at {self.stop_at} DLTs",
                expected="1 level or more, and a number of DLTs from 1 to the cohort size",
                mend="a cohort cannot show more DLTs than it has participants: lower stop_at or raise the cohort size",
            )

    @property
    def name(self) -> str:
        """`literal: cohorts of three, stop at two DLTs in a cohort`, and so on for other numbers."""
        early = f", stopped at the {ordinal(self.stop_at)} DLT" if self.stop_at_once else ""
        plural = "" if self.stop_at == 1 else "s"
        stop = f"stop at {number(self.stop_at)} DLT{plural} in a cohort"
        return f"literal: cohorts of {number(self.cohort)}, {stop}{early}"

    def first(self) -> Treat:
        """The first cohort at the lowest level."""
        return self._treat(1, 0, 0, f"the trial opens with {self.cohort} at level 1")

    def next(self, counts: Counts) -> Action:
        """What follows from the counts; the lowest level with too many DLTs decides. The participants at a level are
        its cohort, also when replacements or one too many make it larger."""
        toxic = next((j for j, y in enumerate(counts.y, start=1) if y >= self.stop_at), None)
        if toxic is not None:
            below = next((j for j in range(toxic - 1, 0, -1) if counts.n[j - 1] > 0), 0)
            last = f"level {below} is the highest below it" if below else "there is no level below it"
            found = f"{counts.y[toxic - 1]} of {counts.n[toxic - 1]} had a DLT at level {toxic}"
            return Finish(below, f"{found}: stop; {last}", completed=False, category=f"level {toxic} too toxic")
        here = min(max(counts.dose, 1), self.levels)
        for level in range(1, here + 1):
            n, y = counts.n[level - 1], counts.y[level - 1]
            if 0 < n < self.cohort or (n == 0 and level == here):
                return self._treat(level, n, y, f"{n} of {self.cohort} treated at level {level}: complete the cohort")
        while here < self.levels and counts.n[here - 1] >= self.cohort:
            here += 1
        n, y = counts.n[here - 1], counts.y[here - 1]
        if n < self.cohort:
            before = f"{counts.y[here - 2]} of {counts.n[here - 2]} had a DLT at level {here - 1}"
            return self._treat(here, n, y, f"{before}: go up to level {here}, {self.cohort - n} participants")
        reason = f"{y} of {n} had a DLT at level {here}, the highest: all cohorts are complete"
        return Finish(here, reason, completed=True, category="all cohorts completed")

    def _treat(self, level: int, n: int, y: int, reason: str) -> Treat:
        return Treat(level, self.cohort - n, reason, stop_at=self.stop_at - y if self.stop_at_once else None)
