"""TITE-BOIN: BOIN that decides while some participants at the current level are still being followed.

Yuan et al. 2018 (doi 10.1158/1078-0432.CCR-18-0246). At the current level n participants have been treated, r had a
DLT, c are pending, and s is their standardised total follow-up time, the sum of the parts of the window that each has
been followed. A pending participant is counted as the chance of a DLT still to come, and with the estimate
p = (r + target / 2) / (n - c + 1) of the DLT rate from those known (prior Beta(target / 2, 1 - target / 2))

    go up    if s >= c - (1 - p) / p * (lambda_e n - r)
    go down  if s <= c - (1 - p) / p * (lambda_d n - r)

A cohort is completed before the next decision, unless its level is eliminated by those before it alone. Before the
follow-up is looked at, r alone at or above lambda_d n goes down; then, more than half of n pending suspends accrual.
Limits, elimination (of n treated, pending ones taken as without a DLT), cohorts and selection are those of BOIN; with
nobody pending the decisions are BOIN's. Where going down is meant and there is no lower level, more than half pending
suspends too. The trial ends when everyone is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.design.counting import awaited
from trialwright.design.interval.boin import Boin
from trialwright.design.interval.rule import IntervalRule
from trialwright.design.rule import Counts, Finish, Treat
from trialwright.design.timed.followup import Followed, check_window, followed
from trialwright.design.words import people
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Steps:
    """What the follow-up of pending participants says. `up`, `down`: go up at a standardised total follow-up time of
    `up` or more, down at `down` or less."""

    up: Floats
    down: Floats


def steps(boin: Boin, n: Floats, r: Floats, c: Floats) -> Steps:
    """The two limits of the standardised total follow-up time for n participants, r DLTs and c pending; any shape.

    >>> limits = steps(Boin(0.2), np.array([9.0]), np.array([2.0]), np.array([1.0]))
    >>> limits.down.round(2).tolist()
    [0.52]
    """
    p = (r + boin.target / 2) / (n - c + 1)
    odds = (1 - p) / p
    return Steps(c - odds * (boin.lambda_e * n - r), c - odds * (boin.lambda_d * n - r))


@dataclass(frozen=True, slots=True)
class TiteBoin:
    """A trial run by TITE-BOIN. `rule`: the BOIN rule with its conduct (cohorts, maximum, enough, first level, extra
    safety); `arms`: the protocol's arm of each level, lowest first; `dlt_window`: days after the first dose, inclusive.

    Raises UsageError: DES-401, DES-402 (see `check_window`), DES-403 (the rule is not BOIN, or titrates).
    """

    rule: IntervalRule
    arms: tuple[str, ...]
    dlt_window: int

    def __post_init__(self) -> None:
        check_window(self.arms, self.rule.levels, self.dlt_window)
        if not isinstance(self.rule.decisions, Boin) or self.rule.titration:
            raise UsageError(
                "DES-403",
                f"TITE-BOIN from the rule {self.rule.name!r}",
                expected="a BOIN rule without accelerated titration",
                mend='make the rule with `rules.make("BOIN", ...)` and leave titration out',
            )

    @property
    def boin(self) -> Boin:
        """What makes the limits."""
        assert isinstance(self.rule.decisions, Boin)
        return self.rule.decisions

    @property
    def levels(self) -> int:
        """The number of dose levels."""
        return self.rule.levels

    @property
    def name(self) -> str:
        """`TITE-BOIN: target 0.3, cohorts of 3, at most 30`, and what is unusual."""
        return f"TITE-{self.rule.name}"

    def decide(self, state: TrialState) -> Decision:
        """The decision from everyone in the trial."""
        return self.decide_for(state, range(len(state.subjects)))

    def decide_for(self, state: TrialState, places: Iterable[int]) -> Decision:
        """The decision from the participants at these places of the state only (a trial in parts)."""
        seen = followed(state, self.arms, self.dlt_window, places)
        return seen if isinstance(seen, Wait) else self._decide(seen)

    def _decide(self, seen: Followed) -> Decision:
        rule, n, y = self.rule, seen.n, seen.y
        if not seen.line:
            opening = rule.first()
            return self._enrol(opening.dose, opening.size, opening.reason)
        here, top = seen.line[-1].level, self._top(seen)
        counted = Counts(here, n, y)
        treated, dlts, pending = n[here - 1], y[here - 1], seen.pending(here)
        last = seen.last_cohort(rule.cohort)
        places = min(rule.cohort - len(last), rule.most - sum(n))
        if places > 0:
            before = replace(seen, line=seen.line[: -len(last)])
            open_to = self._top(before)
            if here <= open_to and not self._too_toxic(before, open_to):
                found = f"{dlts} of {treated} had a DLT at level {here}"
                return self._enrol(here, places, f"{found}: complete the cohort of {rule.cohort}")
        if self._too_toxic(seen, top):
            return self._stop(counted)
        if sum(n) >= rule.most:
            if not seen.pending():
                return self._stop(counted)
            return seen.until_all_known(f"{people(sum(n))} are enrolled, the maximum")
        lower = here > 1 and dlts >= int(rule.boundaries(max(n)).down[treated])
        if here > top or lower or not pending:
            action = rule.next(counted)
            if isinstance(action, Treat):
                return self._enrol(action.dose, action.size, action.reason)
            return seen.until_all_known(action.reason) if seen.pending() else self._stop(counted)
        found = f"level {here}: {people(treated)}, {dlts} with a DLT, {len(pending)} pending"
        if 2 * len(pending) > treated:
            until = seen.free(len(pending) - treated // 2, pending)
            return Wait(until, f"{found}, more than half; {awaited(pending)}")
        return self._by_time(seen, here, top, found)

    def _stop(self, counted: Counts) -> Stop:
        action = self.rule.next(counted)
        assert isinstance(action, Finish)
        return Stop(action.reason, action.selected, action.completed)

    def _by_time(self, seen: Followed, here: int, top: int, found: str) -> Decision:
        """The decision from the follow-up of those pending at the current level."""
        rule, n = self.rule, seen.n
        move = self.move(seen, here)
        to = min(max(here + move, 1), top)
        time = sum(seen.weight(p) for p in seen.pending(here))
        found = f"{found} with a total follow-up of {time:.2f} windows"
        if rule.enough is not None and n[here - 1] >= rule.enough and to == here:

            def changes(ahead: int) -> bool:
                return min(max(here + self.move(seen, here, ahead), 1), top) != here

            return seen.until_changed(f"{found}: {n[here - 1]} are enough, and the decision is to stay", changes)
        words = f"go {'up' if to > here else 'down'} to level {to}" if to != here else f"stay at level {here}"
        return self._enrol(to, min(rule.cohort, rule.most - sum(n)), f"{found}: {words}")

    def move(self, seen: Followed, here: int, ahead: int = 0) -> int:
        """1 up, 0 stay, -1 down at the current level, so many days ahead if nothing becomes known."""
        n, r, pending = seen.n[here - 1], seen.y[here - 1], seen.pending(here)
        limits = self.rule.boundaries(max(seen.n))
        if r >= int(limits.down[n]):
            return -1
        if not pending:
            return 1 if r <= int(limits.up[n]) else 0
        at = steps(self.boin, np.array(float(n)), np.array(float(r)), np.array(float(len(pending))))
        time = sum(seen.weight(p, ahead) for p in pending)
        return 1 if time >= at.up else -1 if time <= at.down else 0

    def _top(self, seen: Followed) -> int:
        """The highest level that is not eliminated, 0 = none."""
        limits = self.rule.boundaries(max(seen.n))
        gone = (int(limits.out[n]) <= y for n, y in zip(seen.n, seen.y, strict=True))
        return next((level for level, out in enumerate(gone) if out), self.levels)

    def _too_toxic(self, seen: Followed, top: int) -> bool:
        """Whether the trial stops for toxicity at the lowest level, whatever becomes of those pending."""
        rule, n, y = self.rule, seen.n[0], seen.y[0]
        if top == 0 or rule.extra_safety is None:
            return top == 0
        return y >= int(self.boin.excess(max(n, 1), rule.safety_cutoff)[n])

    def _enrol(self, level: int, size: int, reason: str) -> Enrol:
        return Enrol((self.arms[level - 1],), (1,), size, reason, level, None)
