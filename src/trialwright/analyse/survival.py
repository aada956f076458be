"""Time to event: Kaplan-Meier curves with three kinds of interval, their quantiles, and the log-rank test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

IntervalKind = Literal["log", "log-log", "plain"]
FLAT = 1.5e-8  # R's tolerance for a curve that runs exactly along the wanted probability


@dataclass(frozen=True, slots=True)
class Curve:
    """A Kaplan-Meier curve at every distinct time, in the unit of the times; all tuples have the same length.

    `survival` is the probability of no event by (and including) the time; `error` is Greenwood's standard error;
    `lower` and `upper` are NaN where the curve has reached 0.
    """

    times: tuple[float, ...]
    at_risk: tuple[int, ...]
    events: tuple[int, ...]
    survival: tuple[float, ...]
    error: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    n: int
    level: float
    kind: IntervalKind

    def at(self, time: float) -> tuple[float, float, float]:
        """Survival and its interval at a time, (1, 1, 1) before the first one."""
        place = sum(known <= time for known in self.times) - 1
        if place < 0:
            return (1.0, 1.0, 1.0)
        return (self.survival[place], self.lower[place], self.upper[place])

    def quantile(self, probability: float) -> tuple[float | None, float | None, float | None]:
        """The time by which `probability` of the participants have had the event, with its interval; None where the
        curve does not come down so far. The interval inverts the pointwise one (Brookmeyer & Crowley 1982)."""
        target = 1 - probability
        return (
            _crossing(self.times, self.survival, target),
            _crossing(self.times, self.lower, target),
            _crossing(self.times, self.upper, target),
        )


@dataclass(frozen=True, slots=True)
class LogRank:
    """The log-rank test: chi-squared with `df` degrees of freedom, observed and expected events of each group."""

    chisq: float
    df: int
    p: float
    observed: tuple[float, ...]
    expected: tuple[float, ...]


def kaplan_meier(
    times: Sequence[float], events: Sequence[bool], *, level: float = 0.95, kind: IntervalKind = "log-log"
) -> Curve:
    """The product-limit estimate of the survival function, with pointwise intervals from Greenwood's formula.

    `times` are 0 or more; `events` say whether the time ends with the event (else it is censored, and a censoring
    counts as after the events of its time). Source: Kaplan & Meier (1958), doi:10.1080/01621459.1958.10501452;
    intervals as R's `survfit`. Raises ValueError if the lengths differ.

    >>> kaplan_meier([1, 2, 3, 4], [True, True, False, True]).survival
    (0.75, 0.5, 0.5, 0.0)
    """
    import numpy as np
    from scipy.special import ndtri

    time, event = np.asarray(times, dtype=float), np.asarray(events, dtype=bool)
    if len(time) != len(event):
        raise ValueError(f"{len(time)} times but {len(event)} event marks")
    distinct = np.unique(time)
    at_risk = np.array([(time >= t).sum() for t in distinct], dtype=int)
    deaths = np.array([((time == t) & event).sum() for t in distinct], dtype=int)
    survival = np.cumprod(1 - deaths / at_risk) if len(distinct) else np.zeros(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard_error = np.sqrt(np.cumsum(deaths / (at_risk * (at_risk - deaths))))
    z = float(ndtri(1 - (1 - level) / 2))
    bounds = [_interval(s, e, z, kind) for s, e in zip(survival, hazard_error, strict=True)]
    return Curve(
        tuple(distinct.tolist()),
        tuple(at_risk.tolist()),
        tuple(deaths.tolist()),
        tuple(survival.tolist()),
        tuple(float(s * e) if s > 0 else math.nan for s, e in zip(survival, hazard_error, strict=True)),
        tuple(low for low, _ in bounds),
        tuple(high for _, high in bounds),
        len(time),
        level,
        kind,
    )


def _interval(survival: float, error: float, z: float, kind: IntervalKind) -> tuple[float, float]:
    """Bounds of one point; `error` is that of the logarithm of survival."""
    if survival <= 0:
        return (math.nan, math.nan)
    if survival >= 1:
        return (1.0, 1.0)
    match kind:
        case "plain":
            half = z * error * survival
            return (max(0.0, float(survival - half)), min(1.0, float(survival + half)))
        case "log":
            return (survival * math.exp(-z * error), min(1.0, survival * math.exp(z * error)))
        case "log-log":
            logarithm = math.log(survival)
            width = z * error / logarithm
            centre = math.log(-logarithm)
            return (math.exp(-math.exp(centre - width)), math.exp(-math.exp(centre + width)))


def _crossing(times: Sequence[float], curve: Sequence[float], target: float) -> float | None:
    """The first time at which a falling curve is at or below the target; where it runs along the target, the middle
    of that stretch."""
    known = [(time, value) for time, value in zip(times, curve, strict=True) if not math.isnan(value)]
    for place, (time, value) in enumerate(known):
        if value < target - FLAT:
            return time
        if value <= target + FLAT:
            later = next((t for t, v in known[place:] if v < target - FLAT), None)
            return time if later is None else (time + later) / 2
    return None


def log_rank(
    times: Sequence[float],
    events: Sequence[bool],
    groups: Sequence[object],
    *,
    strata: Sequence[object] | None = None,
) -> LogRank:
    """The log-rank test of the hypothesis that all groups have the same hazard (within each stratum), two-sided.

    The groups are in sorted order. An observed count above the expected one means earlier events in that group.
    Source: Mantel (1966) with the hypergeometric variance, as R's `survdiff` with rho = 0. Raises ValueError if
    there are fewer than two groups or no event at all.
    """
    import numpy as np
    from scipy.special import chdtrc

    names = sorted(set(groups), key=str)
    if len(names) < 2:
        raise ValueError("a log-rank test compares at least two groups")
    time, event = np.asarray(times, dtype=float), np.asarray(events, dtype=bool)
    member = np.array([[group == name for name in names] for group in groups], dtype=float)
    layers = list(strata) if strata is not None else [0] * len(time)
    observed, expected = np.zeros(len(names)), np.zeros(len(names))
    variance = np.zeros((len(names), len(names)))
    for layer in dict.fromkeys(layers):
        inside = np.array([value == layer for value in layers])
        parts = _layer(time[inside], event[inside], member[inside])
        observed, expected, variance = observed + parts[0], expected + parts[1], variance + parts[2]
    if not observed.sum():
        raise ValueError("a log-rank test needs at least one event")
    used = np.flatnonzero(expected > 0)
    kept = used[1:]
    if not len(kept) or not variance.any():
        raise ValueError("a log-rank test needs two groups at risk together when an event happens")
    excess = (observed - expected)[kept]
    chisq = float(excess @ np.linalg.pinv(variance[np.ix_(kept, kept)]) @ excess)
    df = len(kept)
    return LogRank(chisq, df, float(chdtrc(df, chisq)), tuple(observed.tolist()), tuple(expected.tolist()))


def _layer(time: Array, event: NDArray[np.bool_], member: Array) -> tuple[Array, Array, Array]:
    """Observed and expected events of each group and their covariance, within one stratum."""
    import numpy as np

    groups = member.shape[1]
    observed, expected, variance = np.zeros(groups), np.zeros(groups), np.zeros((groups, groups))
    for moment in np.unique(time[event]):
        risk = member[time >= moment].sum(axis=0)
        died = member[(time == moment) & event].sum(axis=0)
        total, deaths = risk.sum(), died.sum()
        observed += died
        expected += deaths * risk / total
        if total > 1:
            share = risk / total
            variance += deaths * (total - deaths) / (total - 1) * (np.diag(share) - np.outer(share, share))
    return observed, expected, variance
