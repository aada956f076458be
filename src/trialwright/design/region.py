"""A design under more than one truth: averaged over a prior, along a surface, and at its worst in a region.

One compiled graph answers all of them, for nothing in it depends on the true rates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialwright.core.errors import UsageError
from trialwright.design.exact import Graph, Summaries

Floats = NDArray[np.float64]
Question = Callable[[Summaries], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Average:
    """Exact characteristics averaged over a prior of the DLT rates; J levels.

    `selection`: (J + 1,), place 0 = none; `n_by_level`, `dlts_by_level`: (J,), expected participants and DLTs;
    `rate_at_selected`: the expected true DLT rate of the selected level, given that one is selected, which takes into
    account what the trial's own results say of it; `mass_error`: how far the probabilities are from adding up to 1.
    """

    rule: str
    selection: Floats
    n_by_level: Floats
    dlts_by_level: Floats
    total_n: Floats
    prob_completed: float
    rate_at_selected: float
    mass_error: float


def average(graph: Graph, a: Sequence[float], b: Sequence[float]) -> Average:
    """The characteristics averaged over p_j ~ Beta(a_j, b_j), the levels independent of each other; exact.

    E[p^y (1 - p)^(n - y)] = B(a + y, b + n - y) / B(a, b). Independent priors do not rise with the level; for one that
    does, draw rates from it and average over `Graph.evaluate_many`. Where the graph starts from a live state, the
    priors are those of today, the results so far included.

    Raises UsageError DES-121 (parameters that are not positive, or not one pair for each level).
    """
    from scipy.special import betaln

    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != (graph.levels,) or second.shape != (graph.levels,) or not (min(*first, *second, 1.0) > 0):
        raise UsageError(
            "DES-121",
            f"Beta priors with a = {first.tolist()}, b = {second.tolist()} for {graph.levels} levels",
            expected="one a and one b above 0 for each level",
        )
    dlts, free = graph.exponents[: graph.levels].T, graph.exponents[graph.levels :].T
    logs = (betaln(first + dlts, second + free) - betaln(first, second)).sum(axis=1) + graph.log_weight
    probability = np.exp(logs)
    ends = graph.endings
    after = (first + dlts) / (first + second + dlts + free)
    chosen = np.flatnonzero(ends.selected > 0)
    some = probability[chosen].sum()
    rate = probability[chosen] @ after[chosen, ends.selected[chosen] - 1] / some if some > 0 else np.nan
    means = np.einsum("t,kt->k", probability, graph.counts)
    return Average(
        rule=graph.rule,
        selection=_by(ends.selected, probability, graph.levels + 1),
        n_by_level=means[: graph.levels],
        dlts_by_level=means[graph.levels :],
        total_n=_by(graph.total_n, probability, 0),
        prob_completed=float(probability[ends.completed].sum()),
        rate_at_selected=float(rate),
        mass_error=abs(float(probability.sum()) - 1.0),
    )


def weighted(graph: Graph, truths: ArrayLike, weights: Sequence[float]) -> Average:
    """The characteristics averaged over a prior of S scenarios: `truths`, shape (S, J), with these weights; exact.

    The weights are made to add up to 1. Draws from any prior, such as one under which the rates rise with the level,
    are such scenarios with equal weights; the average then has the error of the draws.

    Raises UsageError: DES-010 (rates that do not fit the levels), DES-121 (not one weight for each scenario, a negative
    one, or none above 0).
    """
    many = graph.evaluate_many(truths)
    share = np.asarray(weights, dtype=np.float64)
    if share.shape != (len(many),) or not bool(np.isfinite(share).all()) or bool((share < 0).any()) or share.sum() <= 0:
        raise UsageError(
            "DES-121",
            f"{share.size} weights for {len(many)} scenarios, their sum {share.sum():g}",
            expected="one weight of 0 or more for each scenario, and one above 0",
        )
    share = share / share.sum()
    chosen = share @ many.selection[:, 1:]
    toxic = share @ (many.selection[:, 1:] * many.truth)
    return Average(
        rule=graph.rule,
        selection=share @ many.selection,
        n_by_level=share @ many.n_by_level,
        dlts_by_level=share @ many.dlts_by_level,
        total_n=share @ many.total_n,
        prob_completed=float(share @ many.prob_completed),
        rate_at_selected=float(toxic.sum() / chosen.sum()) if chosen.sum() > 0 else float("nan"),
        mass_error=float(share @ many.mass_error),
    )


MOST_SCENARIOS = 100_000


def grid(base: Sequence[float], varied: Mapping[int, Sequence[float]]) -> Floats:
    """Scenarios, shape (S, J): the rates of `base`, those of each level in `varied` (1 = lowest) replaced by each of
    its rates in turn, all combinations. Rates that fall with the level are kept.

    Raises UsageError DES-122 (no such level, no rate for it, or more than 100,000 scenarios).

    >>> grid((0.1, 0.2, 0.3), {2: (0.15, 0.25)}).tolist()
    [[0.1, 0.15, 0.3], [0.1, 0.25, 0.3]]
    """
    levels = len(base)
    size = int(np.prod([float(len(rates)) for rates in varied.values()]))
    if not varied or size < 1 or size > MOST_SCENARIOS or not all(1 <= level <= levels for level in varied):
        raise UsageError(
            "DES-122",
            f"{size:,} scenarios that vary level {', '.join(map(str, varied)) or 'none'}",
            expected=f"levels from 1 to {levels}, each with rates, and at most {MOST_SCENARIOS:,} scenarios in all",
        )
    meshes = np.meshgrid(*[np.asarray(rates, dtype=np.float64) for rates in varied.values()], indexing="ij")
    truths = np.tile(np.asarray(base, dtype=np.float64), (size, 1))
    for level, mesh in zip(varied, meshes, strict=True):
        truths[:, level - 1] = mesh.ravel()
    return truths


def _by(group: NDArray[np.int64], probability: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(group, weights=probability, minlength=size), dtype=np.float64)


def surface(graph: Graph, base: Sequence[float], level: int, rates: ArrayLike, question: Question) -> Floats:
    """The answer to `question` at each of `rates` for `level` (1 = lowest), the others as in `base`; shape of `rates`.

    Raises UsageError DES-010 (rates that do not fit the levels), DES-122 (no such level).
    """
    if not 1 <= level <= graph.levels:
        raise UsageError("DES-122", f"level {level}", expected=f"a level from 1 to {graph.levels}")
    varied = np.asarray(rates, dtype=np.float64)
    truths = np.tile(np.asarray(base, dtype=np.float64), (varied.size, 1))
    truths[:, level - 1] = varied.ravel()
    return question(graph.evaluate_many(truths)).reshape(varied.shape)


def questions(target: float) -> dict[str, Question]:
    """Questions that are asked of a design: each name says what its largest answer means."""

    def too_toxic(found: Summaries) -> Floats:
        return np.asarray((found.selection[:, 1:] * (found.truth > target)).sum(axis=1))

    def missed(found: Summaries) -> Floats:
        """None selected although the lowest level is not above the target."""
        return np.where(found.truth[:, 0] <= target, found.selection[:, 0], 0.0)

    return {
        f"chance that a level above {target:g} is selected": too_toxic,
        f"chance that none is selected although level 1 is not above {target:g}": missed,
        "expected DLTs": lambda found: np.asarray(found.dlts_by_level.sum(axis=1)),
        "expected participants": lambda found: found.expected_n,
    }


@dataclass(frozen=True, slots=True)
class Worst:
    """The largest answer found in a region: `value` at `truth`; `evaluated`: scenarios looked at."""

    value: float
    truth: tuple[float, ...]
    evaluated: int


def worst(
    graph: Graph, low: Sequence[float], high: Sequence[float], question: Question, *, points: int = 5, rounds: int = 12
) -> Worst:
    """The largest answer to `question` found where each rate lies from `low` to `high` and none falls with the level.

    A grid of `points` to a level (those that rise), then `rounds` of moving one rate at a time in halved steps. That is
    a search: it proves that the answer can be as large, not that it cannot be larger.

    Raises UsageError DES-122 (no rising rates between the limits).
    """
    below, above = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    if below.shape != (graph.levels,) or above.shape != (graph.levels,) or bool((below > above).any()):
        raise UsageError(
            "DES-122",
            f"a region from {below.tolist()} to {above.tolist()} for {graph.levels} levels",
            expected="a lower and an upper rate for each level, the lower one not above the upper",
        )
    axes = [np.unique(np.linspace(a, b, points)) for a, b in zip(below, above, strict=True)]
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
    grid = grid[(np.diff(grid, axis=1) >= 0).all(axis=1)]
    if len(grid) == 0:
        raise UsageError(
            "DES-122",
            f"no rates between {below.tolist()} and {above.tolist()} rise with the level",
            expected="limits that leave room for rates that do not fall",
            mend="widen the region, or use more points",
        )
    answers = question(graph.evaluate_many(grid))
    place = int(np.argmax(answers))
    truth, value, seen = grid[place], float(answers[place]), len(grid)
    step = (above - below) / max(1, points - 1)
    for _ in range(rounds):
        step = step / 2
        moves = np.concatenate([np.diag(step), -np.diag(step)])
        tried = np.clip(truth + moves, below, above)
        tried = tried[(np.diff(tried, axis=1) >= 0).all(axis=1)]
        if len(tried) == 0:
            continue
        answers = question(graph.evaluate_many(tried))
        seen += len(tried)
        if answers.max() > value:
            place = int(np.argmax(answers))
            truth, value = tried[place], float(answers[place])
    return Worst(value, tuple(truth.tolist()), seen)
