"""The characteristics of NCT04971980 (three levels, cohorts of three) at DLT rates of 5, 10 and 20 %.

The 3+3 figures agree with escalation 0.2.3 (R) and precautionary for the same rules; the literal reading is in
closed form.
"""

import pytest

from made_up_protocols import escalation
from trialwright.simulate import characteristics


@pytest.fixture(scope="module")
def readings():
    found = characteristics(escalation(), [0.05, 0.10, 0.20]).to_json()["readings"]
    return {reading["rule"]: reading for reading in found}


@pytest.mark.parametrize(
    ("rule", "expected_n", "top"),
    [
        ("3+3: stop at two", 10.6985, 0.625050),
        ("3+3: six required at the MTD", 12.05, 0.578),
        ("3+3: six required at the MTD, with de-escalation", 13.0466, 0.578081),
    ],
)
def test_expected_participants_and_the_top_dose(readings, rule, expected_n, top):
    places = len(str(expected_n).split(".")[1])
    assert readings[rule]["expected_n"] == pytest.approx(expected_n, abs=0.6 * 10**-places)
    assert readings[rule]["selection"]["3"] == pytest.approx(top, abs=0.0005 if top == 0.578 else 1e-6)


def test_nine_participants_are_enough_in_less_than_half_of_the_trials(readings):
    assert readings["3+3: stop at two"]["prob_n_at_most"]["9"] == pytest.approx(0.495, abs=0.0005)


def test_the_literal_reading_completes_all_cohorts(readings):
    literal = readings["literal: cohorts of three, stop at two DLTs in a cohort"]
    assert literal["prob_completed"] == pytest.approx(0.864598, abs=1e-6)
    assert literal["selection"]["none"] == pytest.approx(0.007250, abs=1e-6)
    assert literal["prob_n_at_most"]["9"] == pytest.approx(1)


def test_the_seamless_example():
    """Stop at two; responses .5, .65, .8 against .4; 20 and 20 participants; Fisher two-sided: success .469924."""
    from trialwright.design.power import two_proportions
    from trialwright.simulate.operating import overall_success

    rule = characteristics(escalation(), [0.05, 0.10, 0.20]).rules[0]
    power = [two_proportions(rate, 0.4, 20, 20).power for rate in (0.5, 0.65, 0.8)]
    assert power == pytest.approx([0.048793, 0.229712, 0.650225], abs=1e-6)
    assert overall_success(rule.selection[1:], power) == pytest.approx(0.469924, abs=1e-6)


def test_other_designs_are_given_the_same_nine_participants():
    """BOIN is written out below, path by path, with its published limits .2365 and .3585."""
    found = characteristics(escalation(), [0.05, 0.10, 0.20]).to_json()["other_designs"]
    boin, crm = found
    assert boin["rule"].startswith("BOIN: target 0.3")
    assert crm["rule"].startswith("CRM: target 0.3")
    assert max(map(int, boin["prob_n_at_most"])) == max(map(int, crm["prob_n_at_most"])) == 9
    assert boin["expected_n"] == pytest.approx(expected_participants_of_boin((0.05, 0.10, 0.20)), abs=1e-9)


def expected_participants_of_boin(truth):
    """Three cohorts of three by walking every path: plain code, apart from the engine."""
    from math import comb

    def walk(level, n, y, left):
        if left == 0:
            return 0.0
        total = 0.0
        for dlts in range(4):
            chance = comb(3, dlts) * truth[level] ** dlts * (1 - truth[level]) ** (3 - dlts)
            treated = [m + 3 * (j == level) for j, m in enumerate(n)]
            toxic = [m + dlts * (j == level) for j, m in enumerate(y)]
            total += chance * (3 + walk_on(level, treated, toxic, left - 1))
        return total

    def closed(n, y):
        return [n[j] >= 3 and y[j] >= {3: 3, 6: 4, 9: 5}[n[j]] for j in range(3)]

    def walk_on(level, n, y, left):
        shut = closed(n, y)
        if shut[0]:
            return 0.0
        top = next((j for j in range(3) if shut[j]), 3) - 1
        rate = y[level] / n[level]
        step = 1 if rate <= 0.23649069 else -1 if rate >= 0.35851946 else 0
        return walk(max(0, min(level + step, top)), n, y, left)

    return walk(0, [0, 0, 0], [0, 0, 0], 3)


def test_without_a_registered_number_no_other_design_is_computed():
    from dataclasses import replace

    made = escalation()
    made = replace(made, design=replace(made.design, target_n=None), enrolment=replace(made.enrolment, count=None))
    assert "other_designs" not in characteristics(made, [0.05, 0.10, 0.20]).to_json()
