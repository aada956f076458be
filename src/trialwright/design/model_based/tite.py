"""TITE-CRM: the continual reassessment method while some participants are still being followed.

A participant without a DLT so far counts with a weight w from 0 to 1 that grows with the time followed: with DLT rate p
the likelihood is 1 - w p. A DLT counts in full. Cheung & Chappell 2000 (doi 10.1111/j.0006-341x.2000.01177.x).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.design.model_based.crm_posterior import Estimate, Working, grid_of, rounded_up

Floats = NDArray[np.float64]
SCHEMES = ("linear", "adaptive")


def weights(followup: Sequence[float], dlt: Sequence[bool | int], window: float, scheme: str = "linear") -> Floats:
    """The weight of each participant, 0 to 1.

    `followup`: time from the first dose to today or, with a DLT, to the DLT; `window`: the length of the DLT window in
    the same unit; `dlt`: whether there was one. A DLT, and a window that is over, weigh 1.

    `scheme`: "linear", time followed divided by the window; "adaptive": the time scale is cut at the times of the DLTs
    so far, and between two neighbouring ones the weight grows evenly by 1 / (DLTs + 1).

    Raises UsageError DES-209 if the numbers do not fit.

    >>> weights([28, 14, 3], [0, 0, 1], window=28).tolist()
    [1.0, 0.5, 1.0]
    """
    time, had = np.asarray(followup, dtype=np.float64), np.asarray(dlt).astype(bool)
    if time.ndim != 1 or had.shape != time.shape or not window > 0 or bool((~(time >= 0)).any()):
        _refuse(f"{time.size} times of follow-up, {had.size} DLT indicators and a window of {window:g}")
    if bool((time[had] > window).any()):
        _refuse(f"a DLT after {time[had].max():g}, later than the end of the window, {window:g}")
    if scheme not in SCHEMES:
        _refuse(f"the scheme {scheme!r}")
    knots = np.array([0.0, window])
    if scheme == "adaptive":
        knots = np.concatenate(([0.0], np.sort(time[had]), [window]))
    share = np.arange(len(knots)) / (len(knots) - 1)
    last = np.clip(np.searchsorted(knots, time, side="right") - 1, 0, len(knots) - 2)
    width = knots[last + 1] - knots[last]
    part = np.divide(time - knots[last], width, out=np.ones_like(time), where=width > 0)
    result: Floats = np.where(had | (time >= window), 1.0, share[last] + np.clip(part, 0, 1) / (len(knots) - 1))
    return result


def posterior(model: Working, level: Sequence[int], dlt: Sequence[bool | int], weight: Sequence[float]) -> Estimate:
    """The posterior of beta in one trial from each participant's level (1 = lowest), DLT and weight (see `weights`).

    With all weights 1 it is `trialwright.design.model_based.crm_posterior.posterior` of the counts.

    Raises UsageError DES-209 if the numbers do not fit.
    """
    at, had, w = np.asarray(level, dtype=np.int64), np.asarray(dlt).astype(bool), np.asarray(weight, dtype=np.float64)
    levels = len(model.skeleton)
    if not (at.ndim == 1 and at.shape == had.shape == w.shape):
        _refuse(f"{at.size} levels, {had.size} DLT indicators and {w.size} weights")
    if bool(((at < 1) | (at > levels)).any()) or bool((~((w >= 0) & (w <= 1))).any()):
        _refuse(f"levels {sorted(set(at.tolist()))} of {levels}, weights from {w.min():g} to {w.max():g}")
    grid = grid_of(model, rounded_up(len(at)), None, reach=16.0)
    log_likelihood = np.zeros((1, len(grid.beta)))
    for j in range(levels):
        here = at == j + 1
        full = int((here & ~had & (w == 1)).sum())
        log_likelihood += int((here & had).sum()) * grid.log_rate[j] + full * grid.log_rest[j]
        partly = w[here & ~had & (w < 1)]
        log_likelihood += np.log1p(-partly[:, None] * np.exp(grid.log_rate[j])).sum(axis=0)
    mean, variance, *_ = grid.summary(log_likelihood)
    return Estimate(model, mean, variance)


def _refuse(found: str) -> None:
    raise UsageError(
        "DES-209",
        found,
        expected="one time of 0 or more, one level that exists, one DLT indicator and one weight from 0 to 1 for each "
        f"participant, no DLT after the window, and a scheme: {' or '.join(SCHEMES)}",
        mend="count a DLT after the window as none, with a time of follow-up of the whole window",
    )
