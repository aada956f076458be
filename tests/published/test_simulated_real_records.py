"""The five real trials, from their files: exact characteristics, and one simulated trial under every scenario."""

import pytest

from trialwright import protocol, record, simulate
from trialwright.dataset.columns import ENROLLED
from trialwright.dataset.state import state_of
from trialwright.design import build
from trialwright.simulate.scenario import Assumes

pytestmark = pytest.mark.corpus
TRIALS = ("NCT04288102", "NCT04452097", "NCT04456361", "NCT04971980", "NCT05689008")


@pytest.fixture(scope="module")
def drafted(corpus):
    return {name: protocol.draft(record.read(next((corpus / "records").glob(f"{name}*")))) for name in TRIALS}


def test_what_nine_patients_mean(drafted):
    found = simulate.characteristics(drafted["NCT04971980"], [0.05, 0.10, 0.20]).to_json()
    readings = {reading["rule"]: reading for reading in found["readings"]}
    two = readings["3+3: stop at two"]
    assert two["expected_n"] == pytest.approx(10.6985, abs=1e-4)
    assert two["prob_n_at_most"]["9"] == pytest.approx(0.495, abs=5e-4)
    assert two["selection"]["3"] == pytest.approx(0.625050, abs=1e-6)
    six = readings["3+3: six required at the MTD"]
    assert (six["expected_n"], six["selection"]["3"]) == pytest.approx((12.05, 0.578), abs=5e-3)
    both = readings["3+3: six required at the MTD, with de-escalation"]
    assert (both["expected_n"], both["selection"]["3"]) == pytest.approx((13.0466, 0.578081), abs=1e-4)
    literal = readings["literal: cohorts of three, stop at two DLTs in a cohort"]
    assert literal["prob_completed"] == pytest.approx(0.864598, abs=1e-6)
    assert two["registered"]["n"] == 9
    assert "not known whether 9" in two["registered"]["statement"]


@pytest.mark.parametrize("name", TRIALS)
def test_one_trial_under_every_scenario(drafted, name):
    plan = drafted[name]
    found = simulate.scenarios.for_protocol(plan)
    assert [s.assumes for s in found[:2]] == [Assumes.NULL, Assumes.PLANNED]
    design = build(plan)
    for scenario in found:
        trial = simulate.run(plan, scenario, seed=1)
        assert trial.stop is not None
        for point in trial.decisions:
            assert design.decide(state_of(trial.facts[: point.facts_before], point.day)) == point.decision
        trial.data.table("DM")


def test_the_sizes_of_the_trials(drafted):
    def enrolled(name):
        trial = simulate.run(drafted[name], simulate.scenarios.for_protocol(drafted[name])[0], seed=2)
        return sum(f.domain == "DS" and f.values["DSDECOD"] == ENROLLED for f in trial.facts)

    assert enrolled("NCT04288102") == 100
    assert enrolled("NCT05689008") == 60
    assert enrolled("NCT04456361") == 9


def test_the_doses_of_the_trials(drafted):
    def doses(name, arm):
        trial = simulate.run(drafted[name], simulate.scenarios.for_protocol(drafted[name])[0], seed=2)
        arms = {f.subject: f.values["ARMCD"] for f in trial.facts if f.domain == "DM" and f.values.get("ARMCD")}
        weights = {f.subject: f.values["STRESN"] for f in trial.facts if f.values.get("TESTCD") == "WEIGHT"}
        rows = [f for f in trial.facts if f.domain == "EX" and arms[f.subject] == arm]
        return [(f, weights[f.subject]) for f in rows]

    flat = doses("NCT04288102", "arm-1")
    assert {f.values["EXPDOSE"] for f, _ in flat} == {"40000000"}
    assert {f.values["VISITDY"] for f, _ in flat} == {0, 3, 6}
    assert {f.values["EXPDOSE"] for f, _ in doses("NCT04456361", "arm-1")} == {"100000000"}
    first = [(f, kg) for f, kg in doses("NCT04971980", "arm-1")][:1]
    for f, kg in first:
        assert float(f.values["EXPDOSE"]) == pytest.approx(500_000 * kg)
    for f, kg in doses("NCT05689008", "arm-2"):
        assert float(f.values["EXPDOSE"]) == pytest.approx(1_000_000 * kg)
        assert f.values["VISITDY"] in (0, 3)
