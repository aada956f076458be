"""What a sample of measurements looks like: count, mean, standard deviation, quartiles, extremes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Summary:
    """Descriptive statistics in the unit of the values; None where too few values define them.

    `sd` has n - 1 in its denominator. Quartiles interpolate linearly between order statistics (Hyndman and Fan's
    type 7, R's default).
    """

    n: int
    mean: float | None = None
    sd: float | None = None
    median: float | None = None
    q1: float | None = None
    q3: float | None = None
    minimum: float | None = None
    maximum: float | None = None


def summarise(values: Sequence[float]) -> Summary:
    """The summary of the values, all finite.

    >>> summarise([1, 2, 3, 10]).median
    2.5
    """
    import numpy as np

    sample = np.asarray(values, dtype=float)
    if not len(sample):
        return Summary(0)
    low, q1, median, q3, high = (float(q) for q in np.quantile(sample, [0, 0.25, 0.5, 0.75, 1]))
    sd = float(sample.std(ddof=1)) if len(sample) > 1 else None
    return Summary(len(sample), float(sample.mean()), sd, median, q1, q3, low, high)
