"""Isotonic regression by pooling adjacent violators, and the level whose smoothed DLT rate is nearest to the target.

The weighted least squares fit that rises with the level equals max over a <= i of min over b >= i of the weighted mean
of levels a to b (Barlow et al. 1972), which needs no loop over trials. The selection is that of `select.mtd` in R's
BOIN 2.7.2: rates (y + 0.05) / (n + 0.1), weights 1 / variance of Beta(y + 0.05, n - y + 0.05), ties broken by adding
1e-10 times the place, so that of equal rates below the target the highest level is chosen, above it the lowest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
_TIE = 1e-10


def isotonic(values: ArrayLike, weights: ArrayLike) -> Floats:
    """The rising values nearest to `values` in weighted squares, row by row; shape (S, J), or (J,) for one row.

    `weights`: the same shape, 0 or more; where it is 0 the value has no say and the result there means nothing.

    >>> isotonic([0.1, 0.3, 0.2], [1, 1, 3]).round(3).tolist()
    [0.1, 0.225, 0.225]
    """
    one_row = np.ndim(values) == 1
    x, w = (np.atleast_2d(np.asarray(v, dtype=np.float64)) for v in (values, weights))
    levels = x.shape[1]
    total = np.zeros((levels + 1, len(x)))
    mass = np.zeros((levels + 1, len(x)))
    np.cumsum((x * w).T, axis=0, out=total[1:])
    np.cumsum(w.T, axis=0, out=mass[1:])
    fitted = np.full((levels, len(x)), -np.inf)
    for a in range(levels):
        least = np.full(len(x), np.inf)
        for b in range(levels - 1, a - 1, -1):
            heavy = mass[b + 1] - mass[a]
            mean = np.full(len(x), np.inf)
            np.divide(total[b + 1] - total[a], heavy, out=mean, where=heavy > 0)
            np.minimum(least, mean, out=least)
            np.maximum(fitted[b], least, out=fitted[b], where=np.isfinite(least))
    return fitted[:, 0].copy() if one_row else fitted.T


def rates(n: ArrayLike, y: ArrayLike) -> Floats:
    """The smoothed DLT rate of each level, NaN where nobody was treated; shapes (S, J) or (J,).

    >>> rates([3, 3, 15, 9, 0], [0, 0, 4, 4, 0]).round(2).tolist()
    [0.02, 0.02, 0.27, 0.45, nan]
    """
    counted, raw, weight = _raw(np.asarray(n), np.asarray(y))
    return np.where(counted > 0, isotonic(raw, weight), np.nan)


def nearest(n: ArrayLike, y: ArrayLike, target: float, top: ArrayLike) -> NDArray[np.int64]:
    """The level selected in each of S trials, shape (S,), 0 = none: of the levels up to `top` (S,) that were treated,
    the one whose smoothed rate is nearest to `target`.

    >>> nearest([[3, 3, 15, 9, 0]], [[0, 0, 4, 4, 0]], 0.3, [5]).tolist()
    [3]
    """
    counted, raw, weight = _raw(np.atleast_2d(np.asarray(n)), np.atleast_2d(np.asarray(y)))
    may = (counted > 0) & (np.arange(counted.shape[1]) < np.asarray(top)[:, None])
    smooth = isotonic(raw, np.where(may, weight, 0.0)) + may.cumsum(axis=1) * _TIE
    distance = np.where(may, np.abs(smooth - target), np.inf)
    return np.where(may.any(axis=1), distance.argmin(axis=1) + 1, 0)


def _raw(n: NDArray[np.int64], y: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Participants, unsmoothed rates and weights."""
    counted, dlts = n.astype(np.float64), y.astype(np.float64)
    raw = (dlts + 0.05) / (counted + 0.1)
    variance = (dlts + 0.05) * (counted - dlts + 0.05) / ((counted + 0.1) ** 2 * (counted + 1.1))
    return counted, raw, np.where(counted > 0, 1.0 / variance, 0.0)


def selected(n: Sequence[int], y: Sequence[int], target: float, top: int) -> int:
    """The level selected in one trial, 0 = none; see `nearest`."""
    return int(nearest([n], [y], target, [top])[0])
