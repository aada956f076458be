"""Candidates respect the structured limits, and those who fail say why."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.protocol.eligibility.items import Eligibility
from trialwright.simulate.patients import arrival_days, candidate
from trialwright.simulate.scenario import Assumes, Conduct, Scenario

SCENARIO = Scenario("null", Assumes.NULL, "", conduct=Conduct(screen_failure=0.7))


@given(
    low=st.one_of(st.none(), st.floats(0, 60)),
    width=st.one_of(st.none(), st.floats(1, 40)),
    sex=st.sampled_from([None, "ALL", "MALE", "FEMALE"]),
    number=st.integers(1, 500),
)
@settings(max_examples=200, deadline=None)
def test_who_may_enter_lies_within_the_limits_and_who_may_not_breaks_the_one_that_is_named(low, width, sex, number):
    high = None if width is None else (low or 18) + width
    limits = Eligibility(minimum_age_years=low, maximum_age_years=high, sex=sex)
    person = candidate(limits, SCENARIO, 1, number)
    old_enough = low is None or person.age >= low
    young_enough = high is None or person.age <= high
    right_sex = sex in (None, "ALL") or person.sex == {"MALE": "M", "FEMALE": "F"}[sex]
    failed = None if person.fails is None else person.fails[1]
    if failed == "AGEMIN":
        assert not old_enough
    elif failed == "AGEMAX":
        assert not young_enough
    elif failed == "SEX":
        assert not right_sex
    else:
        assert old_enough
        assert young_enough
        assert right_sex


def test_the_share_of_failures_is_the_scenarios():
    scenario = replace(SCENARIO, conduct=Conduct(screen_failure=0.3))
    failed = sum(candidate(Eligibility(), scenario, 7, i).fails is not None for i in range(1, 2001))
    assert abs(failed / 2000 - 0.3) < 4 * (0.3 * 0.7 / 2000) ** 0.5


def test_arrivals_come_at_the_rate_of_accrual_and_never_go_back():
    arrivals = arrival_days(replace(SCENARIO, conduct=Conduct(accrual=0.5)), 3)
    days = [next(arrivals) for _ in range(2000)]
    assert days == sorted(days)
    assert abs(days[-1] / 2000 - 2.0) < 4 * 2.0 / 2000**0.5
