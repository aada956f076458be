"""What other designs would have said of the cohorts of a simulated trial."""

from dataclasses import replace

import pytest

from made_up_protocols import deciding_rows, escalation, parallel
from trialwright import simulate
from trialwright.dataset.facts import Fact
from trialwright.design import rules
from trialwright.design.rule import Finish, Treat
from trialwright.simulate import scenarios
from trialwright.simulate.retracing import TreatedCohort, retraced


def trial(*people):
    later = Fact("DM", "Z", 1, day=900, known=900, values={})
    return [fact for number, one in enumerate(people) for fact in deciding_rows(number, *one)] + [later]


def answers(said):
    return [one.dose if isinstance(one, Treat) else f"select {one.selected}" for one in said.answers]


def test_cohorts_and_answers():
    facts = trial(*[(1, 1, False)] * 3, (2, 2, False), (2, 2, True), (2, 2, True), *[(1, 3, False)] * 3)
    found = retraced(escalation(), facts)
    assert found.cohorts == (TreatedCohort(1, 3, 0), TreatedCohort(2, 3, 2), TreatedCohort(1, 3, 0))
    assert (found.most, found.registered, found.not_counted) == (9, True, 0)
    boin, crm = found.said
    assert boin.rule == "BOIN: target 0.3, cohorts of 3, at most 9"
    assert crm.rule.startswith("CRM: target 0.3, empiric, half-width 0.05 at level 2")
    assert answers(boin) == [1, 2, 1, "select 1"]
    assert boin.parted(found.cohorts) is None


def test_where_the_trial_goes_another_way_the_design_answers_for_the_patients_as_they_were_treated():
    facts = trial(*[(1, 1, False)] * 3, *[(1, 2, False)] * 3, *[(2, 3, False)] * 3)
    found = retraced(escalation(), facts, [rules.make("BOIN: target 0.3, at most 12", 3)])
    assert answers(found.said[0]) == [1, 2, 2, 3]
    assert found.said[0].parted(found.cohorts) == 1


def test_a_design_that_has_ended_is_not_asked_again():
    facts = trial(*[(1, 1, True)] * 3, *[(1, 2, False)] * 3)
    found = retraced(escalation(), facts, [rules.make("3+3: stop at two", 3)])
    assert answers(found.said[0]) == [1, "select 0"]
    assert found.said[0].parted(found.cohorts) == 1


def test_who_is_not_known_or_replaced_is_not_in_a_cohort():
    facts = trial((1, 1, False), (1, 1, None), (1, 1, False), (9, 2, True)) + deciding_rows(
        7, 1, 1, None, replaced=True
    )
    found = retraced(escalation(), facts)
    assert found.cohorts == (TreatedCohort(1, 2, 0),)
    assert found.not_counted == 2


def test_without_cohort_numbers_those_in_a_row_are_cut_into_cohorts():
    facts = trial(*[(1, 0, False)] * 4, *[(2, 0, False)] * 2)
    assert [(c.level, c.treated) for c in retraced(escalation(), facts).cohorts] == [(1, 3), (1, 1), (2, 2)]


def test_without_a_registered_number_the_designs_get_as_many_as_were_treated():
    protocol = escalation()
    protocol = replace(protocol, design=replace(protocol.design, target_n=None))
    protocol = replace(protocol, enrolment=replace(protocol.enrolment, count=None))
    found = retraced(protocol, trial(*[(1, 1, False)] * 3, *[(2, 2, False)] * 3))
    assert (found.most, found.registered) == (6, False)
    assert isinstance(found.said[0].answers[-1], Finish)


def test_nothing_is_said_without_an_escalation_or_without_outcomes():
    assert retraced(parallel(), trial((1, 1, False))) is None
    assert retraced(escalation(), trial((1, 1, None))) is None
    assert retraced(escalation(), []) is None


@pytest.mark.parametrize(
    "rule", ["3+3: stop at two, stopped at the second DLT", "rolling six", "TITE-BOIN: target 0.3, at most 12"]
)
@pytest.mark.parametrize("seed", range(6))
def test_any_simulated_escalation_can_be_retraced(rule, seed):
    """Also broken-off cohorts, replaced participants and designs by time, which number no cohorts."""
    protocol = escalation()
    protocol = replace(protocol, design=replace(protocol.design, rule=rule, readings=()))
    scenario = scenarios.for_protocol(protocol)[0]
    scenario = replace(scenario, dlt=(0.2, 0.4, 0.6), conduct=replace(scenario.conduct, drop_out=0.3))
    done = simulate.run(protocol, scenario, seed=seed, deciding_only=True)
    found = retraced(protocol, done.facts)
    for said in found.said:
        assert not said.refused
        assert 1 <= len(said.answers) <= len(found.cohorts) + 1
        assert len(said.answers) == len(found.cohorts) + 1 or isinstance(said.answers[-1], Finish)
