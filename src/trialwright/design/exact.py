"""Exact operating characteristics of a counting rule: compile it once, then evaluate any true DLT rates.

The chance of an ending with counts (n, y) is W(n, y) * prod_j p_j^y_j * (1 - p_j)^(n_j - y_j): W, the number of
sequences of single outcomes that lead there, does not depend on the rates p. W comes from forward dynamic programming
over merged states. Exactness by enumerating paths is older (Lin & Shih 2001, doi 10.1093/biostatistics/2.2.203, give
formulae for A+B designs); merging paths into states is what makes long trials and many scenarios cheap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialwright.core.errors import UsageError
from trialwright.design.graph import Endings, Floats, walk
from trialwright.design.rule import CountingRule, Counts, Treat

if TYPE_CHECKING:
    import polars as pl

_CHUNK = 1 << 16  # endings times scenarios held at once: small enough for the cache
_LOG_ZERO = -1e5  # stands for log(0): its exponential is 0, and 0 times it is 0


def compile(  # noqa: A001 - the name that the field gives to it; the builtin is not used here
    rule: CountingRule,
    *,
    start: Counts | None = None,
    opening: Treat | None = None,
    max_states: int = 2_000_000,
    max_participants: int = 1_000,
) -> Graph:
    """The graph of everything that can happen under this rule, from its opening or from the counts of a live trial.

    `start`: participants and DLTs so far, none of them pending; the rule is asked for its next action there. Results
    then count the participants and DLTs of the start too, and probabilities are conditional on it.
    `opening`: the cohort under way, so many places of it still open; it is completed before the rule is asked.

    Raises StageError: DES-001 (more than `max_states` states), DES-002 (the rule does not end within
    `max_participants`), DES-003 (the rule answers with an action that makes no sense), DES-004 (`start` does not fit).

    >>> from trialwright.design import rules
    >>> result = compile(rules.make("3+3: stop at two", levels=3)).evaluate([0.05, 0.10, 0.20])
    >>> round(result.expected_n, 4), round(result.prob_n_at_most(9), 3), round(float(result.selection[3]), 3)
    (10.6985, 0.495, 0.625)
    """
    endings = walk(rule, start, max_states, max_participants, opening)
    n = (endings.n - endings.start_n).astype(np.float64)
    y = (endings.y - endings.start_y).astype(np.float64)
    return Graph(
        rule=rule.name,
        levels=rule.levels,
        endings=endings,
        exponents=np.ascontiguousarray(np.vstack((y.T, (n - y).T))),
        log_weight=np.log(endings.weight),
        total_n=endings.n.sum(axis=1, dtype=np.int64),
        total_y=endings.y.sum(axis=1, dtype=np.int64),
        counts=np.ascontiguousarray(np.vstack((endings.n.T, endings.y.T)).astype(np.float64)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A compiled rule with J levels and T endings.

    `endings`: what each ending is. The other arrays are derived from it for evaluation: `exponents` (2J, T) of p and
    1 - p; `log_weight` (T,); `total_n`, `total_y` (T,): participants and DLTs in all; `counts` (2J, T): n and y.
    """

    rule: str
    levels: int
    endings: Endings
    exponents: Floats
    log_weight: Floats
    total_n: NDArray[np.int64]
    total_y: NDArray[np.int64]
    counts: Floats

    def __len__(self) -> int:
        """The number of endings."""
        return len(self.log_weight)

    def evaluate(self, truth: Sequence[float] | NDArray[np.float64]) -> ExactResult:
        """The exact characteristics at these true DLT rates: J proportions in [0, 1], lowest level first.

        Raises UsageError DES-010 if the rates do not fit.
        """
        rates = self._rates(truth, dimensions=1)
        probability = self._probability(rates[None, :])[0]
        many = self._summaries(rates[None, :], probability[None, :])
        return ExactResult(graph=self, probability=probability, summary=many)

    def evaluate_many(self, truths: ArrayLike) -> Summaries:
        """The exact characteristics of S scenarios at once: an array of shape (S, J) of true DLT rates in [0, 1].

        Raises UsageError DES-010 if the rates do not fit.
        """
        rates = self._rates(truths, dimensions=2)
        step = max(1, _CHUNK // max(1, len(self)))
        parts = []
        for i in range(0, len(rates), step):
            chunk = rates[i : i + step]
            parts.append(self._summaries(chunk, self._probability(chunk)))
        return parts[0] if len(parts) == 1 else Summaries.joined(parts)

    def _rates(self, truth: ArrayLike, dimensions: int) -> Floats:
        rates = np.asarray(truth, dtype=np.float64)
        if rates.ndim != dimensions or rates.shape[-1] != self.levels or rates.size == 0:
            raise UsageError(
                "DES-010",
                f"true DLT rates of shape {rates.shape} for the {self.levels} dose levels of {self.rule!r}",
                expected=f"{self.levels} rates" if dimensions == 1 else f"rows of {self.levels} rates",
                mend="give one rate per dose level, lowest level first"
                + ("; use evaluate_many for several scenarios" if dimensions == 1 and rates.ndim == 2 else ""),
            )
        if not bool(((rates >= 0) & (rates <= 1)).all()):
            raise UsageError(
                "DES-010",
                f"true DLT rates {np.array2string(rates, threshold=12)}",
                expected="proportions from 0 to 1",
                mend="write 5 % as 0.05",
            )
        return rates

    def _probability(self, rates: Floats) -> Floats:
        """Shape (S, T): the chance of each ending in each scenario."""
        both = np.hstack((rates, 1.0 - rates))
        logs = np.full_like(both, _LOG_ZERO)
        np.log(both, out=logs, where=both > 0)
        # not `@`: the threads of the linear algebra library wake more slowly than these small products take
        result: Floats = np.einsum("sk,kt->st", logs, self.exponents)
        result += self.log_weight
        np.exp(result, out=result)
        return result

    def _summaries(self, rates: Floats, probability: Floats) -> Summaries:
        ends = self.endings
        means = np.einsum("st,kt->sk", probability, self.counts)

        def by(group: NDArray[np.int64], size: int) -> Floats:
            return np.stack([np.bincount(group, weights=row, minlength=size) for row in probability])

        return Summaries(
            rule=self.rule,
            truth=rates,
            selection=by(ends.selected, self.levels + 1),
            n_by_level=means[:, : self.levels],
            dlts_by_level=means[:, self.levels :],
            total_n=by(self.total_n, int(self.total_n.max()) + 1),
            total_dlts=by(self.total_y, int(self.total_y.max()) + 1),
            prob_completed=np.einsum("st,t->s", probability, ends.completed.astype(np.float64)),
            categories=ends.categories,
            stop_reasons=by(ends.category, len(ends.categories)),
            mass_error=np.abs(probability.sum(axis=1) - 1.0),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Summaries:
    """Exact characteristics of S scenarios, J levels. All are probabilities in [0, 1] unless said otherwise.

    `truth`: (S, J). `selection`: (S, J + 1), column 0 = no level selected. `n_by_level`, `dlts_by_level`: (S, J),
    expected participants and DLTs. `total_n`, `total_dlts`: column k = exactly k in all. `prob_completed`: (S,), ended
    as planned, not stopped for toxicity. `stop_reasons`: one column for each of `categories`. `mass_error`: (S,), how
    far the probabilities of all endings are from adding up to 1.
    """

    rule: str
    truth: Floats
    selection: Floats
    n_by_level: Floats
    dlts_by_level: Floats
    total_n: Floats
    total_dlts: Floats
    prob_completed: Floats
    categories: tuple[str, ...]
    stop_reasons: Floats
    mass_error: Floats

    def __len__(self) -> int:
        """The number of scenarios."""
        return len(self.truth)

    @property
    def expected_n(self) -> Floats:
        """Expected participants in all, shape (S,)."""
        result: Floats = self.n_by_level.sum(axis=1)
        return result

    def prob_n_at_most(self, limit: int) -> Floats:
        """The chance that the trial needs at most `limit` participants, shape (S,)."""
        result: Floats = self.total_n[:, : max(0, limit + 1)].sum(axis=1)
        return result

    @staticmethod
    def joined(parts: Sequence[Summaries]) -> Summaries:
        """Several sets of scenarios of one graph as one."""

        def rows(name: str) -> Floats:
            return np.concatenate([getattr(part, name) for part in parts])

        first = parts[0]
        return Summaries(
            rule=first.rule,
            truth=rows("truth"),
            selection=rows("selection"),
            n_by_level=rows("n_by_level"),
            dlts_by_level=rows("dlts_by_level"),
            total_n=rows("total_n"),
            total_dlts=rows("total_dlts"),
            prob_completed=rows("prob_completed"),
            categories=first.categories,
            stop_reasons=rows("stop_reasons"),
            mass_error=rows("mass_error"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class ExactResult:
    """Exact characteristics of one rule at one set of true DLT rates (J levels, T endings).

    `probability`: (T,), the chance of each of `graph.endings`; any further question is a sum over it (`prob_where`).
    """

    graph: Graph
    probability: Floats
    summary: Summaries

    @property
    def rule(self) -> str:
        """The name of the rule."""
        return self.graph.rule

    @property
    def truth(self) -> tuple[float, ...]:
        """The true DLT rate of each level, lowest first."""
        return tuple(self.summary.truth[0].tolist())

    @property
    def selection(self) -> Floats:
        """Shape (J + 1,): the chance that no level is selected, then that level 1, ..., J is."""
        return _only(self.summary.selection)

    @property
    def expected_n_by_level(self) -> Floats:
        """Shape (J,): expected participants at each level."""
        return _only(self.summary.n_by_level)

    @property
    def expected_dlts_by_level(self) -> Floats:
        """Shape (J,): expected DLTs at each level."""
        return _only(self.summary.dlts_by_level)

    @property
    def expected_n(self) -> float:
        """Expected participants in all."""
        return float(self.expected_n_by_level.sum())

    @property
    def expected_dlts(self) -> float:
        """Expected DLTs in all."""
        return float(self.expected_dlts_by_level.sum())

    @property
    def expected_rate_at_selected(self) -> float:
        """The expected true DLT rate of the selected level, given that one is selected (Lin & Shih's target toxicity
        level); NaN where no level can be selected."""
        chosen = self.selection[1:]
        return float(chosen @ self.summary.truth[0] / chosen.sum()) if chosen.sum() > 0 else float("nan")

    @property
    def n_distribution(self) -> Floats:
        """Place k holds the chance of exactly k participants in all."""
        return _only(self.summary.total_n)

    @property
    def dlt_distribution(self) -> Floats:
        """Place k holds the chance of exactly k DLTs in all."""
        return _only(self.summary.total_dlts)

    @property
    def prob_completed(self) -> float:
        """The chance that the trial ends as planned and is not stopped for toxicity."""
        return float(self.summary.prob_completed[0])

    @property
    def stop_reasons(self) -> Mapping[str, float]:
        """The chance of each kind of ending."""
        return dict(zip(self.summary.categories, self.summary.stop_reasons[0].tolist(), strict=True))

    @property
    def mass_error(self) -> float:
        """How far the probabilities of all endings are from adding up to 1."""
        return float(self.summary.mass_error[0])

    def prob_n_at_most(self, limit: int) -> float:
        """The chance that the trial needs at most `limit` participants."""
        return float(self.n_distribution[: max(0, limit + 1)].sum())

    def prob_n_more_than(self, limit: int) -> float:
        """The chance that the trial needs more than `limit` participants, such as the number registered."""
        return float(self.n_distribution[max(0, limit + 1) :].sum())

    def prob_dlts_at_least(self, count: int) -> float:
        """The chance of `count` or more DLTs in all."""
        return float(self.dlt_distribution[max(0, count) :].sum())

    def prob_n_above(self, level: int, more_than: int) -> float:
        """The chance that more than `more_than` participants are treated at levels above `level`."""
        return self.prob_where(self.graph.endings.n[:, level:].sum(axis=1) > more_than)

    def prob_overdosed(self, share: float, target: float, of: int | None = None) -> float:
        """The risk of overdosing: the chance that more than `share` (a proportion) of `of` participants are treated at
        levels whose true DLT rate lies above `target`. `of`: None = the most that the design can need, as in BOIN."""
        above = self.summary.truth[0] > target
        limit = share * (int(self.graph.total_n.max()) if of is None else of)
        return self.prob_where(self.graph.endings.n[:, above].sum(axis=1) > limit + 1e-9)

    def prob_selected_above(self, target: float) -> float:
        """The chance that a level whose true DLT rate lies above `target` is selected."""
        return float(self.selection[1:][self.summary.truth[0] > target].sum())

    def prob_where(self, mask: NDArray[np.bool_]) -> float:
        """The chance of the endings marked in `mask`, shape (T,)."""
        return float(self.probability[mask].sum())

    def frame(self) -> pl.DataFrame:
        """One row for each level, and one for level 0, which stands for none selected: `rule`, `level`, `true_rate`,
        `selected`, `participants`, `dlts`."""
        import polars as pl

        levels = range(len(self.truth) + 1)
        return pl.DataFrame(
            {
                "rule": [self.rule] * len(levels),
                "level": list(levels),
                "true_rate": [None, *self.truth],
                "selected": self.selection.tolist(),
                "participants": [None, *self.expected_n_by_level.tolist()],
                "dlts": [None, *self.expected_dlts_by_level.tolist()],
            }
        )

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from html import escape

        rows = "".join(
            "<tr>" + "".join(f"<td>{'' if value is None else f'{value:.4g}'}</td>" for value in row[1:]) + "</tr>"
            for row in self.frame().rows()
        )
        head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in self.frame().columns[1:])
        return (
            f"<table><caption>{escape(self.rule)}; {self.expected_n:.2f} participants on average; exact, mass error "
            f"{self.mass_error:.0e}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def as_dict(self) -> dict[str, object]:
        """The characteristics as plain values: `prob_n_at_most` has one entry for each number of participants with
        which the trial can end."""
        distribution = self.n_distribution
        possible = np.unique(self.graph.total_n)
        cumulative = np.minimum(distribution.cumsum(), 1.0)
        return {
            "rule": self.rule,
            "truth": list(self.truth),
            "expected_n": self.expected_n,
            "expected_n_by_level": self.expected_n_by_level.tolist(),
            "expected_dlts": self.expected_dlts,
            "expected_dlts_by_level": self.expected_dlts_by_level.tolist(),
            "prob_n_at_most": {int(k): float(cumulative[k]) for k in possible},
            "prob_dlts_at_least": {k: self.prob_dlts_at_least(k) for k in range(len(self.dlt_distribution))},
            "selection": self.selection.tolist(),
            "expected_rate_at_selected": self.expected_rate_at_selected,
            "prob_completed": self.prob_completed,
            "stop_reasons": dict(self.stop_reasons),
            "mass_error": self.mass_error,
            "method": "exact, by forward dynamic programming over merged states",
        }


def _only(rows: Floats) -> Floats:
    """The row of the only scenario."""
    row: Floats = rows[0]
    return row


__all__ = ["ExactResult", "Graph", "Summaries", "compile"]
