"""Simon's two-stage designs: optimal, minimax and admissible, by an exact search over binomial probabilities.

Hypotheses about the true response rate p of one arm: p <= p0 (the treatment is of no interest) against p >= p1. Of n1
participants in the first stage r1 or fewer respond: stop for futility. Otherwise n are treated in all, and the
treatment is promising if more than r respond. A design is allowed where P(promising | p0) <= alpha and
P(promising | p1) >= 1 - beta.

*Minimax*: the smallest n, and of these the smallest expected number of participants EN(p0). *Optimal*: the smallest
EN(p0). *Admissible*: the smallest q n + (1 - q) EN(p0) for some weight q between 0 and 1; minimax and optimal are the
two ends. Sources: Simon 1989 (doi 10.1016/0197-2456(89)90015-9), Jung et al. 2004 (doi 10.1002/sim.1600). The answers
are those of `ph2simon` in R's clinfun.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import StageError, UsageError
from trialwright.design.phase2.two_stage import TwoStageRule

Floats = NDArray[np.float64]
KINDS = ("minimax", "admissible", "optimal")
_ROUNDING = 1e-12  # an error rate may exceed its limit by so much: the sums of doubles that it is made of are no finer


@dataclass(frozen=True, slots=True)
class TwoStage:
    """One two-stage design with its exact characteristics.

    `kind`: `minimax`, `optimal`, `minimax and optimal` or `admissible`. `expected_n`: EN(p0), participants; `pet`: the
    chance of stopping after the first stage at p0; `alpha`: P(promising | p0) and `power`: P(promising | p1), as they
    are and not as they were asked for. `weights`: the weights q of n, from and to, for which q n + (1 - q) EN(p0) is
    smallest for this design. Probabilities lie in [0, 1].
    """

    kind: str
    rule: TwoStageRule
    p0: float
    p1: float
    expected_n: float
    pet: float
    alpha: float
    power: float
    weights: tuple[float, float]

    def as_dict(self) -> dict[str, object]:
        """The design as plain values."""
        rule = self.rule
        return {
            "kind": self.kind,
            "r1": rule.r1,
            "n1": rule.n1,
            "r": rule.r,
            "n": rule.n,
            "p0": self.p0,
            "p1": self.p1,
            "expected_n_p0": self.expected_n,
            "pet_p0": self.pet,
            "alpha": self.alpha,
            "power": self.power,
            "weight_from": self.weights[0],
            "weight_to": self.weights[1],
        }


@dataclass(frozen=True, slots=True)
class _Found:
    """The design with the smallest EN(p0) of those with `n` participants at most."""

    expected_n: float
    n: int
    n1: int
    r1: int
    r: int
    pet: float
    alpha: float
    power: float


def search(p0: float, p1: float, alpha: float, beta: float, *, most: int = 500) -> tuple[TwoStage, ...]:
    """Every admissible design, from minimax (the smallest n) to optimal (the smallest EN(p0)).

    `p0`, `p1`: response rates, 0 < p0 < p1 < 1; `alpha`, `beta`: the largest error rates, between 0 and 1; `most`: the
    largest number of participants that is looked at. The search ends where no larger n can lower EN(p0), which is
    proved by a bound and not assumed; where `most` comes first, it says so.

    Raises UsageError: DES-301 (numbers out of range); StageError: DES-302 (no design, or perhaps not the best one,
    with at most `most` participants).

    >>> [f"{d.kind}: {d.rule.r1}/{d.rule.n1} {d.rule.r}/{d.rule.n}" for d in search(0.1, 0.3, 0.1, 0.1)]
    ['minimax: 1/16 4/25', 'admissible: 2/18 4/26', 'optimal: 1/12 5/35']
    """
    _check(p0, p1, alpha, beta, most)
    tables = _Tables(p0, p1, alpha, beta, most)
    best: list[_Found] = []
    for n in range(2, most + 1):
        if best and tables.least_expected(n, best[-1].expected_n) >= best[-1].expected_n:
            break
        found = tables.best_of(n, best[-1].expected_n if best else float("inf"))
        if found is not None:
            best.append(found)
    else:
        raise _not_found(best, p0, p1, alpha, beta, most)
    return tuple(_named(best, p0, p1))


def pick(designs: Sequence[TwoStage], kind: str) -> tuple[TwoStage, ...]:
    """The designs of this kind. `admissible`: all of them, for the two ends are admissible too.

    Raises UsageError DES-303 if there is no such kind.
    """
    if kind not in KINDS:
        raise UsageError("DES-303", f"a two-stage design of kind {kind!r}", expected=f"one of {', '.join(KINDS)}")
    return tuple(designs) if kind == "admissible" else tuple(each for each in designs if kind in each.kind)


class _Tables:
    """Binomial probabilities at both rates for 0 to `most` participants, made by Pascal's rule as they are needed."""

    def __init__(self, p0: float, p1: float, alpha: float, beta: float, most: int) -> None:
        self.rates = (p0, p1)
        self.alpha, self.beta = alpha + _ROUNDING, beta + _ROUNDING
        self.exactly: list[Floats] = [np.ones((2, 1))]  # [n][rate, x] = P(X = x)
        self.or_more: list[Floats] = [np.ones((2, 2))]  # [n][rate, x] = P(X >= x), 0 at x = n + 1
        self.or_more[0][:, 1] = 0.0
        self.deepest: list[float] = [0.0]  # [n1] = P(X <= r1 | p0) for the largest r1 that leaves power enough
        self.most_r1: list[int] = [-1]

    def _grow(self, n: int) -> None:
        up = np.array(self.rates)[:, None]
        while len(self.exactly) <= n:
            last = self.exactly[-1]
            row = np.pad(last * (1 - up), ((0, 0), (0, 1))) + np.pad(last * up, ((0, 0), (1, 0)))
            self.exactly.append(row)
            tail = row[:, ::-1].cumsum(axis=1)[:, ::-1]
            self.or_more.append(np.pad(np.minimum(tail, 1.0), ((0, 0), (0, 1))))
            below = row.cumsum(axis=1)
            r1 = int(np.searchsorted(below[1], self.beta, side="right")) - 1
            self.most_r1.append(r1)
            self.deepest.append(float(below[0, r1]) if r1 >= 0 else 0.0)

    def least_expected(self, n: int, known: float) -> float:
        """No design with n or more participants has an EN(p0) below this, as long as it is below `known`: it has n1
        below `known`, and stops early no more often than the power allows."""
        self._grow(n)
        firsts = range(1, min(n, int(known) + 1))
        return min((n1 + (1 - self.deepest[n1]) * (n - n1) for n1 in firsts), default=float("inf"))

    def best_of(self, n: int, known: float) -> _Found | None:
        """The design with the smallest EN(p0) among those with exactly n participants, where that is below `known`."""
        self._grow(n)
        rs = self._possible_r(n)
        if not len(rs):
            return None
        best: _Found | None = None
        for n1 in range(1, n):
            if n1 + (1 - self.deepest[n1]) * (n - n1) < known:
                found = self._best_first_stage(n, n1, rs)
                if found is not None and found.expected_n < known:
                    best, known = found, found.expected_n
        return best

    def _possible_r(self, n: int) -> NDArray[np.intp]:
        """The values of r that some first stage may allow. Without a first stage the power must suffice; and a first
        stage that takes away from the power what it may take can lower alpha by no more than that times the likelihood
        ratio of p0 to p1 at r + 1 responses, for it falls with the responses (the argument of Neyman and Pearson)."""
        alphas, powers = self.or_more[n][:, 1 : n + 1]
        exactly = self.exactly[n][:, 1:]
        spare = powers - (1 - self.beta)
        with np.errstate(divide="ignore", invalid="ignore"):
            least_alpha = alphas - np.where(exactly[1] > 0, exactly[0] / exactly[1], np.inf) * spare
        return np.flatnonzero((spare >= 0) & ~(least_alpha > self.alpha))

    def _best_first_stage(self, n: int, n1: int, rs: NDArray[np.intp]) -> _Found | None:
        """The largest r1 that is allowed with this n1 has the smallest EN(p0); of its r the smallest is taken."""
        most_r1 = self.most_r1[n1]
        if most_r1 < 0:
            return None
        needed = rs[:, None] + 1 - np.arange(n1 + 1)[None, :]
        reach = self.or_more[n - n1][:, np.clip(needed, 0, n - n1 + 1)]
        promising = (reach * self.exactly[n1][:, None, :])[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]
        alphas, powers = promising[:, :, 1 : most_r1 + 2]  # place r1 holds the sum over more than r1 responses
        allowed = (alphas <= self.alpha) & (powers >= 1 - self.beta) & (np.arange(alphas.shape[1]) <= rs[:, None])
        firsts = np.flatnonzero(allowed.any(axis=0))
        if not len(firsts):
            return None
        r1 = int(firsts[-1])
        at = int(allowed[:, r1].argmax())
        pet = float(self.exactly[n1][0, : r1 + 1].sum())
        expected = n1 + (1 - pet) * (n - n1)
        return _Found(expected, n, n1, r1, int(rs[at]), pet, float(alphas[at, r1]), float(powers[at, r1]))


def _named(best: list[_Found], p0: float, p1: float) -> list[TwoStage]:
    """The designs on the lower convex hull of (n, EN(p0)), with the weights for which each is best."""
    hull: list[_Found] = []
    for each in best:
        while len(hull) > 1 and _weight(hull[-2], hull[-1]) <= _weight(hull[-1], each):
            hull.pop()
        hull.append(each)
    edges = [1.0, *(_weight(a, b) for a, b in pairwise(hull)), 0.0]
    named = []
    for place, each in enumerate(hull):
        ends = [word for word, at in (("minimax", 0), ("optimal", len(hull) - 1)) if place == at]
        named.append(
            TwoStage(
                kind=" and ".join(ends) or "admissible",
                rule=TwoStageRule(each.r1, each.n1, each.r, each.n),
                p0=p0,
                p1=p1,
                expected_n=each.expected_n,
                pet=each.pet,
                alpha=each.alpha,
                power=each.power,
                weights=(edges[place + 1], edges[place]),
            )
        )
    return named


def _weight(small: _Found, large: _Found) -> float:
    """The weight q at which both are equally good: q n + (1 - q) EN is smaller for `small` above it."""
    gain = small.expected_n - large.expected_n
    return gain / (gain + large.n - small.n)


def _check(p0: float, p1: float, alpha: float, beta: float, most: int) -> None:
    if not (0 < p0 < p1 < 1 and 0 < alpha < 1 and 0 < beta < 1 and alpha + beta < 1 and 2 <= most <= 1000):
        raise UsageError(
            "DES-301",
            f"p0 = {p0:g}, p1 = {p1:g}, alpha = {alpha:g}, beta = {beta:g}, at most {most} participants",
            expected="0 < p0 < p1 < 1; alpha and beta above 0 with a sum below 1; from 2 to 1,000 participants",
            mend="p0 is the rate that is of no interest, p1 the one that is; write 20 % as 0.2; beta is 1 - power",
        )


def _not_found(best: list[_Found], p0: float, p1: float, alpha: float, beta: float, most: int) -> StageError:
    found = "a larger design may still have a smaller EN(p0) than the best one found" if best else "no design exists"
    return StageError(
        "DES-302",
        f"with at most {most} participants {found} (p0 = {p0:g}, p1 = {p1:g}, alpha = {alpha:g}, beta = {beta:g})",
        expected="error rates that so many participants can reach",
        mend="allow more participants, or set p0 and p1 further apart, or allow larger error rates",
    )
