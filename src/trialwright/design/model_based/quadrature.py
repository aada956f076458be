"""Integration points: Gauss-Legendre panels over an interval, cut where an integrand has an edge."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@cache
def _rule(order: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(order)
    return nodes, weights


def panels(low: float, high: float, edges: Iterable[float], width: float, order: int = 10) -> tuple[Floats, Floats]:
    """Points and weights that integrate a smooth function from `low` to `high`, and up to any of the `edges`, exactly
    but for rounding as long as it does not change much within `width`; `order` points to a panel.

    >>> points, weights = panels(0.0, 3.0, [1.0], width=0.5)
    >>> round(float((np.exp(points) * weights).sum()), 12) == round(float(np.exp(3) - 1), 12)
    True
    >>> round(float((np.exp(points) * weights)[points < 1].sum()), 12) == round(float(np.exp(1) - 1), 12)
    True
    """
    cuts = [low, *sorted(edge for edge in set(edges) if low < edge < high), high]
    bounds = [low]
    for left, right in pairwise(cuts):
        pieces = ceil((right - left) / width)
        bounds.extend((left + (right - left) * np.arange(1, pieces + 1) / pieces).tolist())
    ends = np.array(bounds)
    middle, half = (ends[1:] + ends[:-1]) / 2, (ends[1:] - ends[:-1]) / 2
    nodes, weights = _rule(order)
    points: Floats = (middle[:, None] + half[:, None] * nodes).ravel()
    return points, (half[:, None] * weights).ravel()
