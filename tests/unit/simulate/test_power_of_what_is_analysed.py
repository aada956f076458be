"""The power is that of the value that is analysed, on the day on which it is analysed: against plain simulation."""

from dataclasses import replace
from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest

from made_up_protocols import horizon, outcome, parallel, points
from trialwright.protocol.outcomes import OutcomeType, Parameter
from trialwright.simulate import characteristics
from trialwright.simulate.comparing import at_effect
from trialwright.simulate.scenario import (
    AdverseEventTruth,
    Assumes,
    ByGroup,
    ContinuousTruth,
    DurationTruth,
    OrdinalTruth,
    Planted,
    Scenario,
)

PAIR = ("arm-1", "arm-2")
LESION = Parameter("LESPROP", "lesion", "RS", "%")


def under(truth=None, parameter=LESION, **more):
    planted = (Planted(parameter.code, "outcome-1", truth, "a test"),) if truth else ()
    return Scenario("test", Assumes.PLANNED, "", planted=planted, **more)


def of(scenario, measured, sizes=(67, 33)):
    return at_effect(scenario, measured, PAIR, (2, 1), sizes).power


@pytest.mark.parametrize("change", [True, False])
def test_a_truth_on_the_log_scale_is_compared_in_the_unit_of_the_analysis(change):
    truth = ContinuousTruth(30.0, 0.6, ByGroup(-0.357, -0.657), correlation=0.5, log=True, reached=28)
    measured = outcome(1, OutcomeType.CONTINUOUS, points(28), LESION, change=change)
    found = of(under(truth), measured).effect["P(X > Y) + P(X = Y)/2"]
    draws = np.random.default_rng(20261121)
    n = 400_000

    def values(shift):
        own = draws.normal(size=n)
        start = np.clip(30 * np.exp(0.6 * own), 0, 100)
        later = 0.5 * own + sqrt(0.75) * draws.normal(size=n)
        end = np.clip(30 * np.exp(shift + 0.6 * later), 0, 100)
        return end - start if change else end

    treated, control = values(-0.657), values(-0.357)
    seen = np.mean(treated > control) + np.mean(treated == control) / 2
    assert found == pytest.approx(seen, abs=4 * 0.5 / sqrt(n) + 5e-4)


def test_the_chance_of_death_is_that_of_the_outcomes_day():
    scenario = under(death=ByGroup(0.36, 0.19), death_by=56)
    effect = of(scenario, outcome(1, OutcomeType.MORTALITY, horizon(28))).effect
    assert (effect["control proportion"], effect["proportion"]) == pytest.approx((0.2, 0.1))
    late = of(scenario, outcome(1, OutcomeType.MORTALITY, horizon(90))).effect
    assert late["control proportion"] == pytest.approx(0.36)


def test_adverse_events_after_the_first_four_weeks_count_in_a_longer_outcome():
    scenario = under(adverse_events=AdverseEventTruth(rate=ByGroup(0.6, 0.3)))
    short, long = (
        of(scenario, outcome(1, OutcomeType.ADVERSE_EVENTS, horizon(day))).effect["control proportion"]
        for day in (28, 84)
    )
    assert short == pytest.approx(1 - np.exp(-0.6))
    assert long == pytest.approx(1 - np.exp(-0.6 * 1.2))


def test_a_t_test_for_skewed_days_is_not_called_exact():
    days = Parameter("O2DAYS", "oxygen therapy", "PR", "days")
    scenario = under(DurationTruth(ByGroup(10, 7), 6), days)
    assert not of(scenario, outcome(1, OutcomeType.DURATION, horizon(28), days)).exact


def test_both_parts_together_speak_of_one_outcome():
    from made_up_protocols import escalation, protocol_of
    from trialwright.protocol.arms import Arm, ArmRole
    from trialwright.protocol.kinds import Parallel, SelectThenCompare
    from trialwright.protocol.outcomes import OutcomeLevel

    first, second = escalation(), parallel()
    two = tuple(replace(o, level=OutcomeLevel.PRIMARY) for o in second.outcomes[:2])
    arms = (
        *first.arms,
        Arm("arm-2", "selected dose", ArmRole.EXPERIMENTAL, (), "armGroups[1]", part=2),
        Arm("arm-3", "placebo", ArmRole.PLACEBO_CONTROL, (), "armGroups[2]", part=2),
    )
    design = SelectThenCompare(first.design, Parallel(("arm-2", "arm-3"), (1, 1), 40, True))
    found = characteristics(protocol_of(arms, design, two, levels=first.dose_levels, dlt=first.dlt), [0.05, 0.1, 0.2])
    assert {item.outcome for item in found.powers} == {"outcome-1", "outcome-2"}
    assert len({(o.rule, o.scenario, o.sizes) for o in found.overall}) == len(found.overall)


SIX = Parameter("SCALE6", "a scale", "RS", None, tuple(enumerate("abcdef")))


@pytest.mark.parametrize("shift", [-0.5, 0.6])
def test_ties_of_a_scale_count_in_its_power(shift):
    """Against plain simulation of the tie-corrected test; the approximation may be off by 0.03."""
    shares = (0.35, 0.2, 0.2, 0.1, 0.1, 0.05)
    truth = OrdinalTruth(ByGroup(0.0, shift), baseline=shares)
    found = of(under(truth, SIX), outcome(1, OutcomeType.ORDINAL, points(28), SIX), (65, 35))
    draws = np.random.default_rng(7)
    cuts = np.array([NormalDist().inv_cdf(p) for p in np.cumsum(shares)[:-1]])
    x = np.searchsorted(cuts, draws.normal(shift, 1, (20_000, 65)))
    y = np.searchsorted(cuts, draws.normal(0, 1, (20_000, 35)))
    ahead = (x[:2000, :, None] > y[:2000, None, :]).mean() + (x[:2000, :, None] == y[:2000, None, :]).mean() / 2
    assert found.effect["P(X > Y) + P(X = Y)/2"] == pytest.approx(ahead, abs=0.005)
    counts_x, counts_y = (np.stack([(v == k).sum(1) for k in range(6)], axis=1) for v in (x, y))
    both = counts_x + counts_y
    ranks = np.cumsum(both, axis=1) - (both - 1) / 2
    centred = (counts_x * ranks).sum(1) - 65 * 101 / 2
    variance = 65 * 35 / 12 * (101 - (both**3 - both).sum(1) / (100 * 99))
    rejects = np.abs(centred) / np.sqrt(variance) > NormalDist().inv_cdf(0.975)
    assert found.power == pytest.approx(rejects.mean(), abs=0.03)


def test_sizes_follow_their_arms_whichever_comes_first():
    """Control first, 1:2: the contrast is treated against control, and so are its sizes."""
    protocol = parallel()
    turned = replace(protocol, design=replace(protocol.design, arms=("arm-2", "arm-1"), ratio=(1, 2)))
    for item in characteristics(turned).powers:
        assert (item.contrast, item.sizes) == (PAIR, (20, 10))


def test_planned_sizes_that_are_not_those_enrolled_give_the_ratio_only():
    protocol = parallel()
    arms = tuple(replace(arm, size=size) for arm, size in zip(protocol.arms, (60, 30), strict=True))
    design = replace(protocol.design, ratio=(2, 1), size=100)
    [split] = characteristics(replace(protocol, arms=arms, design=design)).splits
    assert (split.sizes, split.basis) == ((67, 33), "ratio of the planned 60 : 30")
    [same] = characteristics(replace(protocol, arms=arms, design=replace(design, size=90))).splits
    assert (same.sizes, same.basis) == ((60, 30), "sizes as stated")
