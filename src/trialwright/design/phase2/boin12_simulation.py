"""Characteristics of BOIN12 by Monte Carlo, many trials at once; every figure with its standard error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.core.streams import stream
from trialwright.design.phase2.boin12 import REASONS, Boin12, Outcomes

Floats = NDArray[np.float64]
_BATCH = 20_000
_ENDS = 3  # the reasons from here on end a trial


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """Estimates from `trials` simulated trials, J levels, each with its Monte Carlo standard error of the same shape.

    `selection`: (J + 1,), place 0 = none; `n_by_level`, `toxicity_by_level`, `efficacy_by_level`: (J,), means;
    `expected_n`: the mean total; `endings`: the proportion of each kind of ending. `utility`: (J,), the true mean
    utilities, 0 to 100, not estimated.
    """

    design: str
    trials: int
    seed: int
    toxicity: tuple[float, ...]
    efficacy: tuple[float, ...]
    utility: Floats
    selection: Floats
    selection_error: Floats
    n_by_level: Floats
    n_error: Floats
    toxicity_by_level: Floats
    toxicity_error: Floats
    efficacy_by_level: Floats
    efficacy_error: Floats
    expected_n: float
    expected_n_error: float
    endings: dict[str, float]

    def as_dict(self) -> dict[str, object]:
        """The estimates as plain values."""
        values: dict[str, object] = {
            name: getattr(self, name) for name in ("design", "trials", "seed", "expected_n", "expected_n_error")
        }
        values |= {"toxicity": list(self.toxicity), "efficacy": list(self.efficacy)}
        for name in ("utility", "selection", "n_by_level", "toxicity_by_level", "efficacy_by_level"):
            values[name] = getattr(self, name).tolist()
        for name in ("selection_error", "n_error", "toxicity_error", "efficacy_error"):
            values[name] = getattr(self, name).tolist()
        return {**values, "endings": self.endings, "method": "Monte Carlo; _error: its standard error"}


def outcome_rates(toxicity: float, efficacy: float, odds_ratio: float = 1.0) -> tuple[float, float, float, float]:
    """The chances of (both, toxicity only, efficacy only, neither) from both rates and the odds ratio that ties them,
    1 = independent (Plackett's distribution).

    >>> [round(chance, 3) for chance in outcome_rates(0.2, 0.5)]
    [0.1, 0.1, 0.4, 0.4]
    """
    both = toxicity * efficacy
    if abs(odds_ratio - 1) > 1e-9:
        total = 1 + (toxicity + efficacy) * (odds_ratio - 1)
        root = np.sqrt(max(0.0, total**2 - 4 * odds_ratio * (odds_ratio - 1) * both))
        both = float((total - root) / (2 * (odds_ratio - 1)))
    return both, toxicity - both, efficacy - both, 1 - toxicity - efficacy + both


def simulate(
    design: Boin12,
    toxicity: Sequence[float],
    efficacy: Sequence[float],
    *,
    seed: int,
    trials: int = 100_000,
    odds_ratio: float = 1.0,
    tell: Callable[[str], None] | None = None,
) -> Simulated:
    """Characteristics at these true rates of toxicity and efficacy, one of each for every level, proportions.

    `odds_ratio`: above 0, how toxicity and efficacy of one participant are tied. The same seed gives the same
    estimates. `tell` is told how far the work is.

    Raises UsageError DES-323 if a number is out of range.
    """
    _check(design, toxicity, efficacy, seed, trials, odds_ratio)
    rates = np.array([outcome_rates(t, e, odds_ratio) for t, e in zip(toxicity, efficacy, strict=True)])
    rates = np.clip(rates, 0.0, 1.0)
    parts = []
    for number, done in enumerate(range(0, trials, _BATCH)):
        if tell is not None:
            tell(f"{done:,} of {trials:,} trials simulated")
        parts.append(_batch(design, rates, min(_BATCH, trials - done), stream(seed, "BOIN12", design.name, number)))
    n, t, e = (np.concatenate([getattr(part[0], name) for part in parts]) for name in ("n", "toxicity", "efficacy"))
    selected, why = (np.concatenate([part[place] for part in parts]) for place in (1, 2))
    chosen = np.bincount(selected, minlength=design.levels + 1) / trials
    total = n.sum(axis=1)
    return Simulated(
        design=design.name,
        trials=trials,
        seed=seed,
        toxicity=tuple(toxicity),
        efficacy=tuple(efficacy),
        utility=rates @ np.array([design.both, 0.0, 100.0, design.neither]),
        selection=chosen,
        selection_error=np.sqrt(chosen * (1 - chosen) / trials),
        n_by_level=n.mean(axis=0),
        n_error=_error(n),
        toxicity_by_level=t.mean(axis=0),
        toxicity_error=_error(t),
        efficacy_by_level=e.mean(axis=0),
        efficacy_error=_error(e),
        expected_n=float(total.mean()),
        expected_n_error=float(_error(total)),
        endings={REASONS[kind]: float((why == kind).mean()) for kind in range(_ENDS, len(REASONS))},
    )


def _error(values: NDArray[np.int64]) -> Floats:
    """The standard error of the mean over the first axis."""
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(len(values)), dtype=np.float64)


def _batch(
    design: Boin12, rates: Floats, trials: int, draws: np.random.Generator
) -> tuple[Outcomes, NDArray[np.int64], NDArray[np.int64]]:
    """The counts at the end of each trial, the level selected, and why it ended."""
    shape = (trials, design.levels)
    seen = Outcomes(np.full(trials, design.start), *(np.zeros(shape, dtype=np.int64) for _ in range(4)))
    selected, why = np.zeros(trials, dtype=np.int64), np.zeros(trials, dtype=np.int64)
    going = np.arange(trials)
    bounds = rates.cumsum(axis=1)[:, :3]
    while len(going):
        here = seen.dose[going] - 1
        size = np.minimum(design.cohort, design.most - seen.n[going].sum(axis=1))
        drawn = draws.random((len(going), design.cohort))
        kind = (drawn[:, :, None] >= bounds[here][:, None, :]).sum(axis=2)
        entered = np.arange(design.cohort) < size[:, None]
        for counts, kinds in (
            (seen.n, (0, 1, 2, 3)),
            (seen.toxicity, (0, 1)),
            (seen.efficacy, (0, 2)),
            (seen.both, (0,)),
        ):
            counts[going, here] += (np.isin(kind, kinds) & entered).sum(axis=1)
        now = Outcomes(*(getattr(seen, name)[going] for name in ("dose", "n", "toxicity", "efficacy", "both")))
        to, reason = design.next_many(now)
        over = reason >= _ENDS
        selected[going[over]], why[going[over]] = to[over], reason[over]
        seen.dose[going[~over]] = to[~over]
        going = going[~over]
    return seen, selected, why


def _check(
    design: Boin12, toxicity: Sequence[float], efficacy: Sequence[float], seed: int, trials: int, odds_ratio: float
) -> None:
    levels = len(toxicity) == len(efficacy) == design.levels
    if (
        not levels
        or not all(0 <= rate <= 1 for rate in (*toxicity, *efficacy))
        or not (2 <= trials <= 10_000_000 and seed >= 0 and 0 < odds_ratio < 1e6)
    ):
        raise UsageError(
            "DES-323",
            f"toxicity {list(toxicity)}, efficacy {list(efficacy)}, odds ratio {odds_ratio:g}, {trials} trials, "
            f"seed {seed}",
            expected=f"{design.levels} rates from 0 to 1 of each, 2 to 10,000,000 trials, a seed of 0 or more, an odds "
            "ratio above 0",
            mend="give one rate per dose level, lowest level first; write 5 % as 0.05",
        )
