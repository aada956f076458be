"""TITE-CRM: the continual reassessment method that treats on while some participants are still being followed.

Cheung & Chappell 2000 (doi 10.1111/j.0006-341X.2000.01177.x). A participant without a DLT so far counts with the weight
w, the part of the DLT window that has passed under observation (linear weights): likelihood 1 - w p. A DLT counts in
full. Nobody waits for anybody, unless it is asked for; the level is chosen anew for each cohort, in the original for
each participant. Model, skeleton, prior and conduct (no skipping, nobody goes up right after a cohort with a DLT) are
those of `trialwright.design.model_based.crm`, and with everyone followed to the end the decisions are the CRM's.

Two options hold the pace. `stagger`: after the first participant at a level so far untried nobody enters for so many
days. `before_up`: nobody goes up before each of the last cohort has been followed for so many days; until then
participants enter at the current level.

The trial stops for toxicity at once where it would stop even if nobody pending were to have a DLT; until that is known
it waits. At the maximum it waits for everyone and selects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.design.counting import Participant, Standing, awaited
from trialwright.design.model_based.crm import Crm
from trialwright.design.model_based.crm_posterior import closeness, grid_of, rounded_up
from trialwright.design.timed.followup import Followed, check_window, followed
from trialwright.design.words import people
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState

Floats = NDArray[np.float64]
_REACH = 16.0  # prior standard deviations on either side of the mean over which is integrated


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model says on one day. `rates`: estimated DLT rates; `excess`: posterior probability that the rate of
    level 1 is above the target; `toxic`: whether that is more than the cutoff of the safety stop; `nearest`: the level
    whose rate is nearest to the target; `scores`: how near each is, higher is nearer."""

    rates: tuple[float, ...]
    excess: float
    toxic: bool
    nearest: int
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TiteCrm:
    """A trial run by TITE-CRM. `crm`: model, target, conduct and safety stop; `arms`: the protocol's arm of each level,
    lowest first; `dlt_window`: days after the first dose, inclusive; `stagger`, `before_up`: days, 0 = none.

    Raises UsageError: DES-401, DES-402 (see `check_window`), DES-404 (`stagger` or `before_up` longer than the window).
    """

    crm: Crm
    arms: tuple[str, ...]
    dlt_window: int
    stagger: int = 0
    before_up: int = 0

    def __post_init__(self) -> None:
        check_window(self.arms, self.crm.levels, self.dlt_window)
        for what, days in (("stagger", self.stagger), ("follow-up before going up", self.before_up)):
            if not 0 <= days <= self.dlt_window + 1:
                raise UsageError(
                    "DES-404",
                    f"a {what} of {days} days with a DLT window of {self.dlt_window}",
                    expected=f"0 (none) to {self.dlt_window + 1} days: whole days of follow-up",
                    mend="shorten it, or lengthen the DLT window",
                )

    @property
    def levels(self) -> int:
        """The number of dose levels."""
        return self.crm.levels

    @property
    def name(self) -> str:
        """`TITE-CRM: target 0.3, ...` as the CRM's name, and the options of its own."""
        parts = [f"TITE-{self.crm.name}"]
        if self.stagger:
            parts.append(f"stagger {self.stagger} days")
        if self.before_up:
            parts.append(f"up after {self.before_up} days")
        return ", ".join(parts)

    def decide(self, state: TrialState) -> Decision:
        """The decision from everyone in the trial."""
        return self.decide_for(state, range(len(state.subjects)))

    def decide_for(self, state: TrialState, places: Iterable[int]) -> Decision:
        """The decision from the participants at these places of the state only (a trial in parts)."""
        seen = followed(state, self.arms, self.dlt_window, places)
        return seen if isinstance(seen, Wait) else self._decide(seen)

    def _decide(self, seen: Followed) -> Decision:
        plan, total = self.crm.plan, len(seen.line)
        if not seen.line:
            return self._enrol(plan.start, plan.cohort, f"the trial opens with {plan.cohort} at level {plan.start}")
        here, pending = seen.line[-1].level, seen.pending()
        says = self.opinion(seen.line, self._weights(seen, 0))
        last = seen.last_cohort(plan.cohort)
        places = min(plan.cohort - len(last), plan.most - total)
        filling = places > 0 and not self._before(seen, len(last)).toxic
        if says.toxic and not filling:
            return self._toxic(seen, says)
        if total >= plan.most:
            if pending:
                return seen.until_all_known(f"{people(total)} are enrolled, the maximum")
            return self._select(seen, says, f"{people(total)} are treated, the maximum")
        if (hold := self._staggered(seen)) is not None:
            return hold
        if filling:
            return self._enrol(here, places, f"{self._words(says)}; complete the cohort of {plan.cohort}")
        at_here = seen.n[here - 1]
        if plan.enough is not None and at_here >= plan.enough and says.nearest == here:
            why = f"{at_here} at level {here} are enough, and the decision is to stay"
            if not pending:
                return self._select(seen, says, why)

            def changes(ahead: int) -> bool:
                then = self.opinion(seen.line, self._weights(seen, ahead))
                return then.toxic or then.nearest != here

            return seen.until_changed(why, changes)
        to, why = self._move(seen, here, says)
        return self._enrol(to, min(plan.cohort, plan.most - total), f"{self._words(says)}: {why}")

    def _before(self, seen: Followed, newest: int) -> Opinion:
        """What the model says without the last so many participants."""
        before = replace(seen, line=seen.line[: len(seen.line) - newest])
        return self.opinion(before.line, self._weights(before, 0))

    def _move(self, seen: Followed, here: int, says: Opinion) -> tuple[int, str]:
        """The level of the next cohort, and why it is that one."""
        plan, wanted = self.crm.plan, says.nearest
        last = seen.last_cohort(plan.cohort)
        young = any(p.followed < self.before_up for p in last if p.pending)
        dlt = any(p.standing is Standing.DLT for p in last)
        to = highest(plan_limit(self.crm, here, held=wanted > here and (young or (plan.coherent and dlt))), says.scores)
        if to > here:
            return to, f"go up to level {to}" + (", no further at once" if to < wanted else "")
        if to < here:
            return to, f"go down to level {to}"
        if wanted > here and plan.coherent and dlt:
            return to, f"stay at level {here}, not up right after a DLT"
        if wanted > here and young:
            return to, f"stay at level {here}, not up before {self.before_up} days of follow-up"
        return to, f"stay at level {here}"

    def _toxic(self, seen: Followed, says: Opinion) -> Decision:
        """Stop if nothing that is still to come could undo it, else wait."""
        pending = seen.pending()
        found = f"the DLT rate of level 1 is above {self.crm.target:g} with probability {says.excess:.3f}"
        if not pending or self.opinion(seen.line, [1.0] * len(seen.line)).toxic:
            return Stop(f"{found}; no level is selected", 0, completed=False)

        def changes(ahead: int) -> bool:
            return not self.opinion(seen.line, self._weights(seen, ahead)).toxic

        return seen.until_changed(f"{found}, which follow-up without a DLT can still undo", changes)

    def _staggered(self, seen: Followed) -> Wait | None:
        """Wait after the first participant at a level."""
        first = seen.line[-1]
        alone = sum(p.level == first.level for p in seen.line) == 1
        if not (self.stagger and alone and first.pending and first.followed < self.stagger):
            return None
        until = None
        if first.standing is Standing.IN_WINDOW:
            until = min(seen.day + self.stagger - first.followed, first.free_on or seen.day + 1)
        return Wait(until, f"{self.stagger} days after the first at level {first.level}; {awaited([first])}")

    def _select(self, seen: Followed, says: Opinion, why: str) -> Stop:
        n = seen.n
        level = says.nearest
        if not self.crm.plan.untried:
            scores = [score if count else -np.inf for score, count in zip(says.scores, n, strict=True)]
            level = highest(self.levels, scores)
        seen_there = "" if n[level - 1] else ", where nobody was treated"
        return Stop(f"{why}; {self._words(says)}: level {level} is selected{seen_there}", level)

    def opinion(self, line: Sequence[Participant], weights: Sequence[float]) -> Opinion:
        """What the model says of these participants with these weights (1 for those known)."""
        crm = self.crm
        grid = grid_of(crm.model, rounded_up(len(line)), crm.model.beta_at(1, crm.target), _REACH)
        log_likelihood = np.zeros((1, len(grid.beta)))
        for person, weight in zip(line, weights, strict=True):
            at = person.level - 1
            if person.standing is Standing.DLT:
                log_likelihood += grid.log_rate[at]
            elif weight >= 1:
                log_likelihood += grid.log_rest[at]
            elif weight > 0:
                log_likelihood += np.log1p(-weight * np.exp(grid.log_rate[at]))
        mean, _, tail, _ = grid.summary(log_likelihood)
        rates = crm.model.rates(mean)
        scores = closeness(rates, crm.target)[0]
        excess = float(tail[0])
        toxic = crm.stop_above is not None and excess > crm.stop_above
        return Opinion(tuple(rates[0].tolist()), excess, toxic, int(scores.argmax()) + 1, tuple(scores.tolist()))

    def _weights(self, seen: Followed, ahead: int) -> list[float]:
        return [seen.weight(person, ahead) for person in seen.line]

    def _words(self, says: Opinion) -> str:
        words = ", ".join(f"{100 * rate:.3g} %" for rate in says.rates)
        return f"the estimated DLT rates are {words}, at level {says.nearest} nearest to {100 * self.crm.target:.3g} %"

    def _enrol(self, level: int, size: int, reason: str) -> Enrol:
        return Enrol((self.arms[level - 1],), (1,), size, reason, level, None)


def plan_limit(crm: Crm, here: int, *, held: bool) -> int:
    """The highest level that the conduct allows next; `held`: not above the current one."""
    plan = crm.plan
    limit = plan.levels if plan.skip else min(here + 1, plan.levels)
    if plan.reach is not None:
        limit = min(limit, plan.reach[here - 1])
    return min(limit, here) if held else limit


def highest(limit: int, scores: Sequence[float]) -> int:
    """The level with the highest score up to `limit`; of equal ones the lowest."""
    return max(range(limit), key=lambda j: (scores[j], -j)) + 1
