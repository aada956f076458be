"""The decisions of the designs by time in many trials at once: the same as `decide` of each, without reasons.

`simulate.timed` asks them; `tests/agreement` puts every decision of both beside each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from trialwright.design.interval.boundaries import NEVER
from trialwright.design.interval.isotonic import nearest
from trialwright.design.model_based.crm_posterior import Working, closeness
from trialwright.design.timed.names import Timed
from trialwright.design.timed.rolling_six import FULL, LEAST, TOO_MANY, RollingSix
from trialwright.design.timed.tite_boin import TiteBoin, steps
from trialwright.design.timed.tite_crm import TiteCrm

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
ENROL, WAIT, STOP = 0, 1, 2
_REACH = 7.0  # prior standard deviations over which is integrated; the tests compare with a range of 16
_ROWS = 256  # trials whose likelihoods are held at once


@dataclass(frozen=True, slots=True)
class Many:
    """S trials on a day of each; arrays of shape (S, P), participants in order of enrolment.

    `level`: 1 = lowest, 0 = nobody, or somebody who does not count; `dlt`: whether a DLT is known; `pending`: whether
    the outcome is not known yet; `followed`: days since the first dose, below 0 before it. `days`: length of the DLT
    window, its last day included. `placing`: (S,), whether somebody is to enter now; elsewhere only the kind of answer
    matters, and a level is not worked out where that is costly.
    """

    level: NDArray[np.int8]
    dlt: Bools
    pending: Bools
    followed: NDArray[np.int32]
    days: int
    placing: Bools

    def counts(self, levels: int) -> tuple[Ints, Ints, Ints]:
        """Participants, DLTs and pending ones per level, three arrays of shape (S, J)."""
        rows = np.arange(len(self.level))[:, None] * (levels + 1)
        cells = rows + self.level  # level 0 goes to a column that is left out
        size = len(self.level) * (levels + 1)

        def count(which: Ints) -> Ints:
            return np.bincount(which, minlength=size).reshape(len(self.level), levels + 1)[:, 1:]

        return count(cells.ravel()), count(cells[self.dlt]), count(cells[self.pending])

    def last_level(self) -> Ints:
        """The level of the last participant who counts, 0 where there is none; (S,)."""
        width = self.level.shape[1]
        last = width - 1 - (self.level[:, ::-1] > 0).argmax(axis=1)
        level: Ints = self.level[np.arange(len(self.level)), last].astype(np.int64)
        return level

    def last_cohort(self, size: int, last: Ints) -> Bools:
        """Who belongs to the last cohort of so many; (S, P)."""
        counted = self.level > 0
        back = counted[:, ::-1].cumsum(axis=1)[:, ::-1]  # 1 = the last who counts
        other = counted & (self.level != last[:, None])
        run = np.where(other, back, counted.sum(axis=1)[:, None] + 1).min(axis=1, initial=np.iinfo(np.int64).max) - 1
        cohort: Bools = counted & (back <= ((run - 1) % size + 1)[:, None])
        return cohort


@dataclass(frozen=True, slots=True)
class Answers:
    """Decisions in S trials. `kind`: ENROL, WAIT or STOP; `level`: to enter or, with STOP, selected (0 = none);
    `completed`: with STOP; `soon`: with WAIT, days until time alone can change the answer, `NEVER`: it cannot."""

    kind: Ints
    level: Ints
    completed: Bools
    soon: Ints


def decide_many(design: Timed, many: Many) -> Answers:
    """What the design decides in each trial."""
    match design:
        case RollingSix():
            return _rolling_six(design, many)
        case TiteBoin():
            return _tite_boin(design, many)
        case TiteCrm():
            return _tite_crm(design, many)


def _rolling_six(design: RollingSix, many: Many) -> Answers:
    n, y, c = many.counts(design.levels)
    rows = np.arange(len(n))
    closed = y >= TOO_MANY
    top = np.where(_any(closed), closed.argmax(axis=1), design.levels)
    last = many.last_level()
    here = np.minimum(np.where(last > 0, last, design.start), top)
    up = np.where(n < FULL, (n >= LEAST) & (y + c == 0), y + c < TOO_MANY)
    for _ in range(design.levels - 1):
        here = here + ((here < top) & up[rows, here - 1])
    at = np.maximum(here, 1) - 1
    full = n[rows, at] >= FULL
    done = up[rows, at] & (full | ((not design.six_at_mtd) & (here == design.levels)))
    kind = np.where((top == 0) | done, STOP, np.where(full, WAIT, ENROL))
    return Answers(kind, here, top > 0, np.full(len(n), NEVER))


def _tite_boin(design: TiteBoin, many: Many) -> Answers:
    rule, boin = design.rule, design.boin
    n, y, c = many.counts(rule.levels)
    rows, total = np.arange(len(n)), n.sum(axis=1)
    limits = rule.boundaries(int(n.max(initial=1)))
    top, toxic = _limits(design, n, y)
    last = many.last_level()
    opening = last == 0
    here = np.where(opening, rule.start, last)
    at = here - 1
    treated, dlts, waiting = n[rows, at], y[rows, at], c[rows, at]
    cohort = many.last_cohort(rule.cohort, last)
    filling = opening | (cohort.sum(axis=1) < rule.cohort)
    if (partial := filling & ~opening).any():
        open_to, bad = _limits(design, *_some(many, partial, cohort).counts(rule.levels)[:2])
        filling[partial] = (here[partial] <= open_to) & ~bad
    move = np.where(dlts >= limits.down[treated], -1, np.where(dlts <= limits.up[treated], 1, 0))
    by_time = (waiting > 0) & (move >= 0)
    if by_time.any():
        weight = np.where(many.pending, np.clip(many.followed, 0, many.days - 1), 0) / many.days
        time = np.where(many.level == here[:, None], weight, 0.0).sum(axis=1)
        limit = steps(boin, treated.astype(np.float64), dlts.astype(np.float64), waiting.astype(np.float64))
        move = np.where(by_time, np.where(time >= limit.up, 1, np.where(time <= limit.down, -1, 0)), move)
    lower = (here > top) | ((here > 1) & (dlts >= limits.down[treated]))
    suspend: Bools = ~lower & (2 * waiting > treated)
    to = np.minimum(np.clip(here + np.where(here > top, 0, move), 1, rule.levels), np.maximum(top, 1))
    enough = np.zeros(len(n), dtype=bool)
    if rule.enough is not None:
        enough = (treated >= rule.enough) & (to == here) & ~suspend
    kind = np.where(suspend, WAIT, ENROL)
    soon = np.where(enough, 1, NEVER)
    pending = _any(c)
    kind[enough] = np.where(pending[enough], WAIT, STOP)
    to = np.where(filling, here, to)
    kind[filling] = ENROL
    full: Bools = np.asarray(total >= rule.most)
    toxic &= full | ~filling
    kind[full] = np.where(pending[full], WAIT, STOP)
    soon[full | suspend] = NEVER
    kind[toxic] = STOP
    stop: Bools = np.asarray(kind == STOP)
    level = to.copy()
    if stop.any():
        chosen = nearest(n[stop], y[stop], rule.target, top[stop])
        level[stop] = np.where(toxic[stop], 0, chosen)
    return Answers(kind, level, level > 0, soon)


def _limits(design: TiteBoin, n: Ints, y: Ints) -> tuple[Ints, Bools]:
    """The highest level that is not eliminated, and whether the trial stops for toxicity; (S,)."""
    rule, boin = design.rule, design.boin
    gone = y >= rule.boundaries(int(n.max(initial=1))).out[n]
    top = np.where(_any(gone), gone.argmax(axis=1), rule.levels)
    toxic: Bools = np.asarray(top == 0)
    if rule.extra_safety is not None:
        toxic |= y[:, 0] >= boin.excess(max(int(n[:, 0].max(initial=1)), 1), rule.safety_cutoff)[n[:, 0]]
    return top, toxic


def _tite_crm(design: TiteCrm, many: Many) -> Answers:
    crm, plan = design.crm, design.crm.plan
    n, y, c = many.counts(plan.levels)
    count, rows, total = len(n), np.arange(len(n)), n.sum(axis=1)
    last = many.last_level()
    here = np.where(last > 0, last, plan.start)
    pending = _any(c)
    cohort = many.last_cohort(plan.cohort, last)
    filling: Bools = np.asarray((cohort.sum(axis=1) < plan.cohort) | (total == 0))
    if crm.stop_above is not None and (partial := filling & (total > 0)).any():
        before = _some(many, partial, cohort)
        filling[partial] = _scores(design, before, *before.counts(plan.levels), known=False)[1] <= crm.stop_above
    full: Bools = np.asarray(total >= plan.most)
    kind = np.where(full, np.where(pending, WAIT, STOP), ENROL)
    to, soon = here.copy(), np.full(count, NEVER)
    stagger = np.zeros(count, dtype=bool)
    if design.stagger:
        newest = many.level.shape[1] - 1 - (many.level[:, ::-1] > 0).argmax(axis=1)
        since = many.followed[rows, newest]
        stagger = (n[rows, here - 1] == 1) & many.pending[rows, newest] & (since < design.stagger) & ~full
        kind[stagger] = WAIT
        soon[stagger] = (design.stagger - since)[stagger]
    asked = ~((full & pending) | filling | stagger) & (many.placing | full | (plan.enough is not None))
    if crm.stop_above is not None:  # without a DLT the probability is not above that of the prior
        asked |= y.any(axis=1) | (_prior_excess(design) > crm.stop_above)
    asked &= total > 0
    if not asked.any():
        return Answers(kind, to, np.ones(count, dtype=bool), soon)
    part = _some(many, asked)
    scores, excess = _scores(design, part, n[asked], y[asked], c[asked], known=False)
    toxic = np.zeros(count, dtype=bool)
    if crm.stop_above is not None:
        toxic[asked] = (excess > crm.stop_above) & (full | ~filling)[asked]
    wanted = scores.argmax(axis=1) + 1
    mine = here[asked]
    dlt = _any(cohort & many.dlt)[asked] if plan.coherent else np.zeros(len(mine), dtype=bool)
    young = _any(cohort & many.pending & (np.maximum(many.followed, 0) < design.before_up))[asked]
    limit = np.full(len(mine), plan.levels) if plan.skip else np.minimum(mine + 1, plan.levels)
    if plan.reach is not None:
        limit = np.minimum(limit, np.array(plan.reach)[mine - 1])
    limit = np.where((wanted > mine) & (dlt | young), np.minimum(limit, mine), limit)
    next_level = _best(scores, np.arange(1, plan.levels + 1) <= limit[:, None])
    chosen = wanted if plan.untried else _best(scores, n[asked] > 0)
    free = ~(full | filling | stagger)[asked]
    where = np.flatnonzero(asked)
    to[where[free]] = next_level[free]
    if plan.enough is not None:
        enough: Bools = free & (wanted == mine) & (n[rows, here - 1][asked] >= plan.enough)
        kind[where[enough]] = np.where(pending[where[enough]], WAIT, STOP)
        soon[where[enough]] = 1
    stop: Bools = np.asarray(kind == STOP)[asked]
    to[where[stop]] = chosen[stop]
    if toxic.any():
        best = _scores(design, _some(many, toxic), n[toxic], y[toxic], c[toxic], known=True)[1]
        sure = ~pending[toxic] | (best > (crm.stop_above or 1.0))
        kind[toxic] = np.where(sure, STOP, WAIT)
        soon[toxic] = 1
        to[toxic] = 0
    return Answers(kind, to, ~toxic, soon)


def _any(flags: NDArray[np.generic]) -> Bools:
    """Whether any is true, row by row."""
    return np.asarray(flags.any(axis=1), dtype=np.bool_)


def _some(many: Many, rows: Bools, without: Bools | None = None) -> Many:
    """Some of the trials, in them perhaps without some participants."""
    level = many.level if without is None else np.where(without, 0, many.level)
    return Many(
        level[rows].astype(np.int8, copy=False),
        many.dlt[rows],
        many.pending[rows],
        many.followed[rows],
        many.days,
        many.placing[rows],
    )


def _best(scores: Floats, may: Bools) -> Ints:
    best: Ints = np.where(may, scores, -np.inf).argmax(axis=1) + 1
    return best


def _scores(design: TiteCrm, many: Many, n: Ints, y: Ints, c: Ints, *, known: bool) -> tuple[Floats, Floats]:
    """How near the estimated rate of each level is to the target, (S, J), and the probability that the rate of level 1
    is above it, (S,), 0 where there is no safety stop. `known`: as if nobody pending were to have a DLT."""
    crm = design.crm
    edge = None if crm.stop_above is None else crm.model.beta_at(1, crm.target)
    grid = _points(crm.model, max(32, crm.plan.most), edge)
    means, tails = np.empty(len(n)), np.empty(len(n))
    rest = n - y if known else n - y - c
    weight = np.where(many.pending & (many.level > 0), np.clip(many.followed, 0, many.days - 1), 0) / many.days
    for start in range(0, len(n), _ROWS):
        rows = slice(start, start + _ROWS)
        log_posterior = y[rows] @ grid.log_rate + rest[rows] @ grid.log_rest + grid.log_prior
        log_posterior -= log_posterior.max(axis=1, keepdims=True)
        mass = np.exp(log_posterior)
        if not known:
            _weigh(mass, many.level[rows], weight[rows], grid.rate)
        whole = mass.sum(axis=1)
        means[rows] = (mass @ grid.beta) / whole
        tails[rows] = (mass @ grid.below) / whole
    return closeness(crm.model.rates(means), crm.target), tails


@lru_cache(maxsize=16)
def _prior_excess(design: TiteCrm) -> float:
    """The prior probability that the rate of level 1 is above the target."""
    model = design.crm.model
    return NormalDist(0, model.sd).cdf(model.beta_at(1, design.crm.target))


def _weigh(mass: Floats, level: NDArray[np.int8], weight: Floats, rate: Floats) -> None:
    """Multiply the posterior of each trial by 1 - w p of each pending participant."""
    trial, place = np.nonzero(weight > 0)
    if not len(trial):
        return
    factors = rate[level[trial, place] - 1]
    factors *= -weight[trial, place][:, None]
    factors += 1
    firsts = np.flatnonzero(np.r_[True, trial[1:] != trial[:-1]])
    mass[trial[firsts]] *= np.multiply.reduceat(factors, firsts, axis=0)


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    beta: Floats
    log_prior: Floats
    log_rate: Floats
    log_rest: Floats
    rate: Floats
    below: Floats


@lru_cache(maxsize=16)
def _points(model: Working, participants: int, edge: float | None) -> _Points:
    """Equally spaced points: the trapezoidal rule converges geometrically for these integrands, which are analytic and
    vanish at both ends. The posterior is never narrower than `narrowest`, its normal standard deviation.

    The probability below an edge is the integral up to it of the cardinal (sinc) series through the points, which wants
    them a little closer together."""
    narrowest = 1 / np.sqrt(model.information * participants + model.sd**-2)
    end = _REACH * model.sd
    width = (0.8 if edge is None else 0.6) * narrowest
    beta, step = np.linspace(-end, end, int(np.ceil(2 * end / width)) + 1, retstep=True)
    below = np.zeros(len(beta))
    if edge is not None:
        from scipy.special import sici

        below = 0.5 + sici(np.pi * (edge - beta) / step)[0] / np.pi
    log_rate, log_rest = model.logs(beta)
    return _Points(
        beta,
        -((beta / model.sd) ** 2) / 2,
        np.ascontiguousarray(log_rate.T),
        np.ascontiguousarray(log_rest.T),
        np.ascontiguousarray(np.exp(log_rate).T),
        below,
    )
