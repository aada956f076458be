"""The A+B family of escalation rules: 3+3 and its named variants.

`cohort` (A) participants are treated at a level. Fewer than `expand_from` (C) DLTs: go up. From C to `expand_to` (D):
`expansion` (B) more are treated at that level. More than D: the level is too toxic. Of A + B, at most `tolerate` (E)
DLTs: go up; more: too toxic. With A = B = 3 and C = D = E = 1 this is "3+3". The letters and the general form follow
Lin & Shih 2001 (doi 10.1093/biostatistics/2.2.203); the scheme is design "A" of Storer 1989 (doi 10.2307/2531693), and
going back to complete six at the level below is described by Korn et al. 1994 (doi 10.1002/sim.4780131802).

What the same words "3+3" can mean, and the names used here:

- *stop at two*: once a level is too toxic the trial ends, and the level below is the MTD as it stands, even if only
  three were treated there. The highest level is the MTD after 0 of 3 or at most 1 of 6.
- *six required at the MTD*: as before, but the highest level is not declared the MTD on 0 of 3: three more are treated
  there first. Nobody goes *down*, so a level below a toxic one still stands with three.
- *with de-escalation*: once a level is too toxic and only three were treated at the level below, three more are
  treated there, and if it proves too toxic too, the next level down, and so on. The highest level is still declared on
  0 of 3, for nothing above it was too toxic.
- *six required at the MTD, with de-escalation*: both; no MTD without six participants.

Each with "stopped at the second DLT": a cohort is broken off as soon as its level is too toxic; otherwise it is
completed first. With another cohort size m the family is "m+m" with the same thresholds C = D = E = 1: go up on no DLT,
treat m more on one, stop on two. That is our generalisation, not a published convention; its name says the size.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.design.rule import Action, Counts, Finish, Treat
from trialwright.design.words import number, ordinal

if TYPE_CHECKING:
    from trialwright.design.graph import Actions, Interned, States


class Verdict(Enum):
    """What the counts at one level say about it."""

    UNTRIED = "untried"
    INCOMPLETE = "the first cohort is incomplete"
    EXPAND = "more participants are needed"
    PASSES = "tolerated"
    TOXIC = "too toxic"


@dataclass(frozen=True, slots=True)
class APlusB:
    """An A+B rule; see the module's text for the letters.

    Raises UsageError DES-011 if the numbers do not fit together (1 <= C <= D + 1, D <= E, A and B 1 or more).
    """

    levels: int
    cohort: int = 3
    expansion: int = 3
    expand_from: int = 1
    expand_to: int = 1
    tolerate: int = 1
    de_escalate: bool = False
    six_at_mtd: bool = False
    stop_at_second_dlt: bool = False

    def __post_init__(self) -> None:
        sound = self.levels >= 1 and self.cohort >= 1 and self.expansion >= 1
        if not (sound and 1 <= self.expand_from <= self.expand_to + 1 and self.expand_to <= self.tolerate):
            raise UsageError(
                "DES-011",
                f"an A+B rule with {self.levels} levels, A={self.cohort}, B={self.expansion}, C={self.expand_from}, "
                f"D={self.expand_to}, E={self.tolerate}",
                expected="levels, A and B of 1 or more, 1 <= C <= D + 1 and D <= E",
                mend="see trialwright.design.a_plus_b for what the letters mean",
            )

    @property
    def name(self) -> str:
        """`3+3: stop at two`, `4+4: with de-escalation, stopped at the second DLT`, ...; thresholds if unusual."""
        if self.six_at_mtd and self.de_escalate:
            what = f"{number(self.full)} required at the MTD, with de-escalation"
        elif self.six_at_mtd:
            what = f"{number(self.full)} required at the MTD"
        elif self.de_escalate:
            what = "with de-escalation"
        else:
            what = "stop at two" if self.tolerate == 1 else f"stop at {number(self.tolerate + 1)}"
        letters = (self.expand_from, self.expand_to, self.tolerate)
        unusual = "" if letters == (1, 1, 1) else " (C={}, D={}, E={})".format(*letters)
        early = f", stopped at the {ordinal(self.tolerate + 1)} DLT" if self.stop_at_second_dlt else ""
        return f"{self.cohort}+{self.expansion}{unusual}: {what}{early}"

    @property
    def full(self) -> int:
        """Participants at a level that has both cohorts: A + B."""
        return self.cohort + self.expansion

    def verdict(self, n: int, y: int) -> Verdict:
        """What `y` DLTs among `n` participants say about a level. Total: any 0 <= y <= n, also numbers that arise only
        when a cohort is broken off, a participant is replaced, or one too many was treated."""
        if n == 0:
            return Verdict.UNTRIED
        if y > self.tolerate or (y > self.expand_to and n <= self.cohort):
            return Verdict.TOXIC
        if n < self.cohort:
            return Verdict.INCOMPLETE
        if n < self.full and y >= self.expand_from:
            return Verdict.EXPAND
        return Verdict.PASSES

    def first(self) -> Treat:
        """The first cohort at the lowest level."""
        return self._treat(1, 0, 0, self.cohort, f"the trial opens with {self.cohort} at level 1")

    def next(self, counts: Counts) -> Action:
        """What follows from the counts. Levels already treated are settled from the lowest upward, so a DLT that is
        regraded after escalation, or a participant treated at another level, is answered from the level it touches."""
        verdicts = [self.verdict(n, y) for n, y in zip(counts.n, counts.y, strict=True)]
        here = min(max(counts.dose, 1), self.levels)
        toxic = next((j for j, v in enumerate(verdicts, start=1) if v is Verdict.TOXIC), self.levels + 1)
        if toxic <= here:
            return self._below(toxic, verdicts, counts)
        for level in range(1, here):
            if verdicts[level - 1] in (Verdict.INCOMPLETE, Verdict.EXPAND):
                return self._complete(level, counts)
        while here < toxic - 1 and verdicts[here - 1] is Verdict.PASSES:
            here += 1
        if verdicts[here - 1] is not Verdict.PASSES:
            return self._complete(here, counts)
        return self._at_the_ceiling(here, toxic, counts)

    def _below(self, toxic: int, verdicts: list[Verdict], counts: Counts) -> Action:
        """A level is too toxic: the trial ends, or goes down to complete the level below."""
        found = f"{_of(counts, toxic)} had a DLT at level {toxic}: too toxic"
        below = toxic - 1
        if self.de_escalate and below >= 1 and counts.n[below - 1] < self.full:
            missing = self.full - counts.n[below - 1] if counts.n[below - 1] else self.cohort
            return self._treat(
                below, counts.n[below - 1], counts.y[below - 1], missing, f"{found}; {missing} more at level {below}"
            )
        selected = next((j for j in range(below, 0, -1) if verdicts[j - 1] is Verdict.PASSES), 0)
        last = f"level {selected} ({_of(counts, selected)}) is selected" if selected else "no level is selected"
        return Finish(selected, f"{found}; {last}", completed=False, category=f"level {toxic} too toxic")

    def _complete(self, level: int, counts: Counts) -> Treat:
        """More participants at a level that is untried or not settled yet."""
        n, y = counts.n[level - 1], counts.y[level - 1]
        size = self.cohort - n if n < self.cohort else self.full - n
        if n == 0:
            below = f"{_of(counts, level - 1)} had a DLT at level {level - 1}: " if level > 1 else ""
            return self._treat(level, n, y, size, f"{below}go up to level {level}, {size} participants")
        return self._treat(level, n, y, size, f"{_of(counts, level)} had a DLT at level {level}: {size} more there")

    def _at_the_ceiling(self, level: int, toxic: int, counts: Counts) -> Action:
        """Every level up to this one is tolerated, and there is no higher one that is not too toxic."""
        n, y = counts.n[level - 1], counts.y[level - 1]
        top = toxic > self.levels
        if n < self.full and (self.six_at_mtd if top else self.de_escalate):
            size = self.full - n
            why = "the highest level" if top else f"level {toxic} is too toxic"
            return self._treat(
                level, n, y, size, f"{_of(counts, level)} had a DLT at level {level} ({why}): {size} more there"
            )
        found = f"{_of(counts, level)} had a DLT at level {level}"
        if top:
            reason = f"{found}, the highest level: it is selected"
            return Finish(level, reason, completed=True, category=f"level {level}, the highest, tolerated")
        reason = f"{found}, and level {toxic} is too toxic ({_of(counts, toxic)}): level {level} is selected"
        return Finish(level, reason, completed=False, category=f"level {toxic} too toxic")

    def next_many(self, states: States, memories: Interned, categories: Interned) -> Actions:
        """The actions in many states at once: the same as `next` in each of them."""
        from trialwright.design.a_plus_b.batch import next_many

        return next_many(self, states, memories, categories)

    def _treat(self, level: int, n: int, y: int, size: int, reason: str) -> Treat:
        limit = self.tolerate if n + size > self.cohort else self.expand_to
        return Treat(level, size, reason, stop_at=limit + 1 - y if self.stop_at_second_dlt else None)


def _of(counts: Counts, level: int) -> str:
    return f"{counts.y[level - 1]} of {counts.n[level - 1]}"
