"""What a prior of the two-parameter logistic model says of each dose before anybody is treated.

A prior of log alpha and log beta that looks weak may say much about single doses; it is judged by the quantiles of the
DLT rate that it implies (Neuenschwander, Branson & Gsponer 2008, doi 10.1002/sim.3230).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.design.model_based.blrm_posterior import TwoParameter

Floats = NDArray[np.float64]
SHARES = (0.025, 0.25, 0.5, 0.75, 0.975)
_REACH, _POINTS, _HALVINGS = 9.0, 4001, 80


def quantiles(model: TwoParameter, shares: Sequence[float] = SHARES) -> Floats:
    """The quantiles of the prior of each dose's DLT rate, shape (J, K): with probability `shares[k]` it is below.

    Given log beta the logit of a rate is normal; over log beta the probability is integrated, and solved by halving.

    Raises UsageError DES-202 unless each share lies between 0 and 1.

    >>> from trialwright.design.model_based.blrm_posterior import Prior
    >>> quantiles(TwoParameter((10, 40), 40, Prior.weak(0.3)), (0.025, 0.5, 0.975)).round(3).tolist()
    [[0.0, 0.065, 0.868], [0.008, 0.3, 0.956]]
    """
    from scipy.special import ndtr

    wanted = np.asarray(shares, dtype=np.float64)
    if not ((wanted > 0) & (wanted < 1)).all():
        raise UsageError("DES-202", f"quantiles at {list(shares)}", expected="proportions between 0 and 1")
    (mean_a, mean_b), (sd_a, sd_b), rho = model.prior.mean, model.prior.sd, model.prior.correlation
    v = np.linspace(-_REACH, _REACH, _POINTS)
    weight = np.exp(-(v**2) / 2)
    weight /= weight.sum()
    beta, middle, spread = np.exp(mean_b + sd_b * v), mean_a + rho * sd_a * v, sd_a * sqrt(1 - rho**2)
    found = np.empty((model.levels, len(wanted)))
    for row, shift in enumerate(model.log_doses.tolist()):
        low, high = np.full(len(wanted), -1e4), np.full(len(wanted), 1e4)
        for _ in range(_HALVINGS):
            half = (low + high) / 2
            below = ndtr((half[:, None] - middle - beta * shift) / spread) @ weight < wanted
            low, high = np.where(below, half, low), np.where(below, high, half)
        found[row] = np.exp(-np.logaddexp(0, -(low + high) / 2))
    return found
