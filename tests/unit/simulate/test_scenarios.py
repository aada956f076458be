"""Scenarios: side by side, as data, with sources, and what a bad file is answered with."""

from dataclasses import replace

import pytest

from made_up_protocols import escalation, every_kind, horizon, outcome, parallel, points, single
from trialwright.core.errors import InputError, UsageError
from trialwright.protocol.outcomes import OutcomeType, Parameter
from trialwright.protocol.protocol import RecordReference
from trialwright.simulate import scenarios
from trialwright.simulate.scenario import Assumes, ContinuousTruth, CourseTruth, Scenario
from trialwright.simulate.scenarios.codec import dump, load_as


def trial_with_publications():
    protocol = parallel()
    return replace(protocol, record=RecordReference("NCT04288102", "a title", "made up", "0" * 64))


@pytest.mark.parametrize("protocol", [parallel(), single(), escalation(), trial_with_publications()])
def test_null_and_planned_stand_beside_whatever_is_published(protocol):
    found = scenarios.for_protocol(protocol)
    assert [scenario.assumes for scenario in found[:2]] == [Assumes.NULL, Assumes.PLANNED]
    assert all(scenario.assumes is Assumes.PUBLISHED for scenario in found[2:])
    assert len({scenario.name for scenario in found}) == len(found)


def test_the_null_scenario_has_no_difference_in_anything():
    null = scenarios.for_protocol(parallel())[0]
    for planted in null.planted:
        truth = planted.truth
        for name in ("change", "probability", "shift", "median", "mean"):
            pair = getattr(truth, name, None)
            if hasattr(pair, "control"):
                assert pair.control == pair.treated, planted.parameter
    assert null.death.control == null.death.treated
    assert null.adverse_events.rate.control == null.adverse_events.rate.treated


def test_a_generic_alternative_names_itself_an_assumption_and_points_the_better_way():
    planned = scenarios.for_protocol(parallel())[1]
    assert "assumption, not a claim" in planned.statement
    assert all("assumption" in planted.basis and planted.source is None for planted in planned.planted)
    lesion = planned.truth_of("LESPROP").truth
    assert isinstance(lesion, ContinuousTruth)
    assert lesion.change.treated == pytest.approx(-0.5 * lesion.sd)
    course = planned.truth_of("CLINSCL").truth
    assert isinstance(course, CourseTruth)
    assert course.median.treated < course.median.control


def test_published_figures_carry_their_source_and_leave_the_rest_without_effect():
    found = [s for s in scenarios.for_protocol(trial_with_publications()) if s.assumes is Assumes.PUBLISHED]
    assert [s.name for s in found] == ["published: NCT04288102 publications"]
    published = found[0]
    assert published.sources[0].doi == "10.1101/2020.10.15.20213553"
    walk = published.truth_of("SIXMWD")
    assert walk.truth.change.treated - walk.truth.change.control == pytest.approx(27.0)
    assert "27 m" in walk.basis
    assert walk.source is not None
    lesion = published.truth_of("LESPROP").truth
    # the published difference is in percent of the baseline size
    from math import exp

    assert 100 * (exp(lesion.change.treated) - exp(lesion.change.control)) == pytest.approx(-13.31, abs=0.01)
    normal = published.truth_of("NORMALCT")
    assert normal.source is None
    assert normal.truth.probability.treated == normal.truth.probability.control


def test_other_trials_publications_are_used_only_where_disease_and_product_fit():
    def names(title):
        protocol = replace(parallel(), record=RecordReference("NCT09999999", title, "made up", "0" * 64))
        return [s.name for s in scenarios.for_protocol(protocol)]

    assert names("Umbilical cord mesenchymal stem cells in diabetes") == ["null", "planned"]
    assert "published: Shu 2020" in names("Mesenchymal stem cells in COVID-19 pneumonia")
    assert "published: Dilogo 2021" not in names("Mesenchymal stem cells in mild COVID-19")
    assert "published: Dilogo 2021" in names("Mesenchymal stem cells in COVID-19 ARDS")


@pytest.mark.parametrize("protocol", [escalation(), trial_with_publications()])
def test_a_scenario_written_to_a_file_is_read_back_the_same(protocol, tmp_path):
    for number, scenario in enumerate(scenarios.for_protocol(protocol)):
        path = tmp_path / f"{number}.yaml"
        path.write_text(dump(scenario), encoding="utf-8")
        assert load_as(Scenario, dump(scenario), "text") == scenario
        assert scenarios.load(path, protocol) == scenario


def test_a_scenario_is_found_by_name():
    protocol = trial_with_publications()
    assert scenarios.load("planned", protocol).assumes is Assumes.PLANNED
    assert scenarios.load("NCT04288102 publications", protocol).assumes is Assumes.PUBLISHED


def test_a_name_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(InputError) as found:
        scenarios.load("optimistic", parallel())
    assert found.value.code == "SIM-001"
    assert "'planned'" in found.value.expected


@pytest.mark.parametrize(
    ("text", "code", "names"),
    [
        ("[1, 2]", "SIM-001", "not a mapping"),
        ("name: [", "SIM-001", "cannot be read"),
        ("name: x\nassumes: hoped\nstatement: y\n", "SIM-002", "assumes"),
        ("name: x\nassumes: null\nstatement: y\n", "SIM-002", "assumes"),
        ("name: x\nassumes: 'null'\nstatement: y\ndeath: {control: high, treated: 0}\n", "SIM-002", "death.control"),
    ],
)
def test_a_bad_file_is_answered_with_the_field_at_fault(text, code, names, tmp_path):
    path = tmp_path / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as found:
        scenarios.load(path, parallel())
    assert found.value.code == code
    assert names in found.value.message


def test_a_truth_of_the_wrong_length_is_refused(tmp_path):
    path = tmp_path / "scenario.yaml"
    path.write_text("{name: x, assumes: 'null', statement: y, dlt: [0.1, 0.2]}", encoding="utf-8")
    with pytest.raises(UsageError) as found:
        scenarios.load(path, escalation())
    assert found.value.code == "SIM-003"


def test_every_measured_outcome_has_a_truth_in_every_scenario():
    protocol = trial_with_publications()
    codes = {p.code for o in every_kind() for p in o.derivation.parameters}
    for scenario in scenarios.for_protocol(protocol):
        assert {planted.parameter for planted in scenario.planted} == codes


def test_a_published_figure_is_planted_only_in_what_it_speaks_of():
    """The trial's paper reports the whole lesion and its solid part, not ground glass or the weight of the lesion."""
    lesions = [
        outcome(n, OutcomeType.CONTINUOUS, points(10, 28), Parameter(code, name, "RS", "%"), measure=text, change=True)
        for n, (code, name, text) in enumerate(
            [
                ("LESPROP", "Total lesion proportion of lung volume", "Change in lesion proportion"),
                ("CONSPROP", "Consolidation, proportion of lung volume", "Change in consolidation lesion proportion"),
                (
                    "GGOPROP",
                    "Ground-glass opacity, proportion of lung volume",
                    "Change in ground-glass lesion proportion",
                ),
                ("LESWGT", "Total voxel weight of the lesion", "Total voxel weight of the lesion area"),
            ],
            start=1,
        )
    ]
    protocol = replace(trial_with_publications(), outcomes=tuple(lesions))
    published = next(s for s in scenarios.for_protocol(protocol) if s.assumes is Assumes.PUBLISHED)
    assert {p.parameter for p in published.planted if p.source is not None} == {"LESPROP", "CONSPROP"}
    for code in ("GGOPROP", "LESWGT"):
        change = published.truth_of(code).truth.change
        assert change.treated == change.control
    assert "Monsel" in published.statement


def test_a_primary_mortality_holds_by_its_own_day():
    """28-day mortality of 20 % in a trial that follows people for 90 days."""
    later = outcome(2, OutcomeType.CONTINUOUS, points(90), Parameter("CRP", "CRP", "LB", "mg/L"))
    protocol = replace(parallel(), outcomes=(outcome(1, OutcomeType.MORTALITY, horizon(28)), later))
    null, planned = scenarios.for_protocol(protocol)[:2]
    assert (null.death.control, null.death_by, planned.death_by) == (0.2, 28, 28)
    assert scenarios.for_protocol(parallel())[0].death_by is None
