"""Calibration: chances of a correct selection at scenarios of one's own, and what a prior says of each dose."""

import numpy as np
import pytest

from trialwright.core.errors import UsageError
from trialwright.core.streams import stream
from trialwright.design import exact
from trialwright.design.model_based import calibrate
from trialwright.design.model_based.blrm_posterior import Prior, TwoParameter, posterior
from trialwright.design.model_based.conduct import Plan
from trialwright.design.model_based.crm import Crm
from trialwright.design.model_based.implied import quantiles

PLAN = Plan(levels=3, most=12)


def test_scenarios_of_ones_own_give_the_chance_of_the_level_nearest_to_the_target():
    truths = [(0.05, 0.12, 0.26), (0.1, 0.2, 0.3), (0.4, 0.5, 0.6)]
    found = calibrate.halfwidths(0.25, PLAN, candidates=(0.03, 0.06), truths=truths, sds=(0.5, 1.0))
    assert len(found) == 4
    assert [one.average for one in found] == sorted((one.average for one in found), reverse=True)
    for one in found:
        rule = Crm.of(0.25, PLAN, halfwidth=one.halfwidth, sd=one.rule.model.sd)
        assert rule == one.rule
        first, second, third = (exact.compile(rule).evaluate(truth).selection for truth in truths)
        expected = (first[3], second[2] + second[3], third[1])
        assert one.correct == pytest.approx(expected, abs=1e-14)
    assert len({one.average for one in found}) == 4


def test_the_usual_scenarios_are_those_of_the_paper():
    asked = calibrate.scenarios(0.25, 3, 2.0).tolist()
    usual, same = (
        calibrate.halfwidths(0.25, PLAN, candidates=(0.05,), truths=truths)[0].correct for truths in (None, asked)
    )
    assert usual == same


@pytest.mark.parametrize("prior", [Prior.weak(0.3), Prior((-1.0, 0.3), (1.2, 0.7), 0.4), Prior((0, 0), (2, 1), -0.6)])
def test_quantiles_are_where_the_posterior_without_data_says(prior):
    model = TwoParameter((1, 5, 20, 40), 20, prior)
    for share in (0.5, 0.75, 0.9):
        limits = quantiles(model, (share,))[:, 0]
        for level, limit in enumerate(limits):
            above = posterior(model, [0] * 4, [0] * 4, [float(limit)]).above[0, 0, level]
            assert above == pytest.approx(1 - share, abs=1e-5)
    assert (np.diff(quantiles(model), axis=1) > 0).all()


def test_a_share_that_is_none():
    with pytest.raises(UsageError, match="proportions"):
        quantiles(TwoParameter((1,), 1, Prior.weak(0.3)), (0.5, 1.0))


@pytest.mark.parametrize("prior", [Prior.weak(0.3), Prior((-1.0, 0.3), (1.2, 0.7), 0.4)])
def test_quantiles_are_those_of_draws_from_the_prior(prior):
    """Rates near 0 too, where a posterior's mesh is too wide."""
    model, draws = TwoParameter((1, 5, 20, 40), 20, prior), 400_000
    normal = stream(20261121, "implied").standard_normal((2, draws))
    rho = prior.correlation
    alpha = prior.mean[0] + prior.sd[0] * normal[0]
    beta = np.exp(prior.mean[1] + prior.sd[1] * (rho * normal[0] + np.sqrt(1 - rho**2) * normal[1]))
    for dose, limits in zip((1, 5, 20, 40), quantiles(model, (0.025, 0.25, 0.5, 0.975)), strict=True):
        logit = alpha + beta * np.log(dose / 20)
        for share, limit in zip((0.025, 0.25, 0.5, 0.975), limits, strict=True):
            below = (logit < np.log(limit) - np.log1p(-limit)).mean()
            assert below == pytest.approx(share, abs=5 * np.sqrt(share * (1 - share) / draws))
