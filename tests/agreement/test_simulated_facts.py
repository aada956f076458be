"""Whatever is simulated, its facts are consistent with each other and with the protocol."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from made_up_protocols import escalation, parallel, single
from trialwright.dataset.columns import COMPLETED, DEATH, ENROLLED, LOST, SCREEN_FAILURE, WITHDRAWAL
from trialwright.simulate import run, scenarios
from trialwright.simulate.scenario import AdverseEventTruth, ByGroup, Conduct

PROTOCOLS = {"escalation": escalation(), "parallel": parallel(), "single": single()}
MEASURED = ("LB", "VS", "FT", "RS")

conducts = st.builds(
    Conduct,
    accrual=st.floats(0.02, 5),
    screen_failure=st.floats(0, 0.8),
    drop_out=st.floats(0, 0.6),
    missed_dose=st.floats(0, 0.4),
    not_done=st.floats(0, 0.3),
    unable=st.floats(0, 0.3),
    delay=st.floats(0, 10),
    late=st.floats(0, 0.5),
    corrected=st.floats(0, 0.5),
    visit_jitter=st.floats(0, 1),
)


@st.composite
def trials(draw):
    protocol = PROTOCOLS[draw(st.sampled_from(sorted(PROTOCOLS)))]
    scenario = replace(
        draw(st.sampled_from(scenarios.for_protocol(protocol))),
        conduct=draw(conducts),
        death=ByGroup(draw(st.floats(0, 1)), draw(st.floats(0, 0.9))),
        adverse_events=AdverseEventTruth(rate=ByGroup(2.0, draw(st.floats(0, 6)))),
    )
    return run(protocol, scenario, seed=draw(st.integers(0, 2**31)))


def latest(trial):
    rows = {}
    for fact in trial.facts:
        if fact.key not in rows or rows[fact.key].version < fact.version:
            rows[fact.key] = fact
    return rows.values()


@given(trials())
@settings(max_examples=60, deadline=None)
def test_facts_are_consistent(trial):
    assert list(trial.facts) == sorted(trial.facts, key=lambda fact: fact.known)
    by_subject = defaultdict(list)
    for fact in latest(trial):
        by_subject[fact.subject].append(fact)
    versions = defaultdict(list)
    for fact in trial.facts:
        versions[fact.key].append(fact)
    for rows in versions.values():
        assert [row.version for row in rows] == list(range(1, len(rows) + 1))
    for facts in by_subject.values():
        check_participant(facts, trial)
    trial.data.table("DM")  # the declared columns take every fact


def check_participant(facts, trial):
    terms = {f.values["DSDECOD"]: f.day for f in facts if f.domain == "DS"}
    if SCREEN_FAILURE in terms:
        assert ENROLLED not in terms
        assert {f.domain for f in facts} == {"DS", "VS", "IE", "DM"}
        return
    assert not any(f.domain == "IE" for f in facts)
    assert sum(term in terms for term in (COMPLETED, DEATH, WITHDRAWAL, LOST)) == 1
    entered = terms[ENROLLED]
    assert all(f.day >= entered for f in facts)
    end = min(day for term, day in terms.items() if term in (COMPLETED, DEATH, WITHDRAWAL, LOST))
    doses = [f for f in facts if f.domain == "EX" and f.values["OCCUR"] == "Y"]
    for f in facts:
        check_row(f, end, terms.get(DEATH), facts)
    weight = Decimal(str(next(f.values["STRESN"] for f in facts if f.values.get("TESTCD") == "WEIGHT")))
    for dose in doses:
        check_dose(dose, weight, facts, trial.protocol)


def check_row(fact, end, died, facts):
    values = fact.values
    if fact.domain in MEASURED and values.get("STAT") != "NOT DONE":
        assert fact.day <= end
        assert values["STRESN"] is not None
        if died is not None and fact.day >= died:
            assert values["STRESC"] == "dead"
    if fact.domain in MEASURED and values.get("STAT") == "NOT DONE":
        assert values["STRESN"] is None
        assert values["REASND"] in ("died", "unable", "not_done", "ltfu")
        assert (values["REASND"] == "died") == (died is not None and fact.day >= died)
    if fact.domain == "AE":
        assert fact.day <= end
        assert values["ENDAY"] is None or fact.day <= values["ENDAY"] <= end
        assert (values["AETOXGR"] == 5) == (values["AEOUT"] == "FATAL")
        assert died is not None or values["AETOXGR"] < 5
    if fact.domain in ("EX", "SV") and values["OCCUR"] == "Y":
        assert fact.day <= end
    if fact.domain == "XD" and values["XDDLT"] == "Y":
        limiting = [f for f in facts if f.domain == "AE" and f.values["AEREL"] == "Y" and f.values["AETOXGR"] >= 3]
        assert any(
            f.values["AETOXGR"] >= (4 if f.values["AEHEMAT"] == "Y" else 3) and f.day <= fact.day for f in limiting
        )


def check_dose(dose, weight, facts, protocol):
    level = next(f.values["DOSELVL"] for f in facts if f.domain == "DM")
    planned = Decimal(dose.values["EXPDOSE"])
    if level:
        assert planned == protocol.dose_levels[level - 1].dose.value * weight
    delivered = Decimal(dose.values["EXDOSE"])
    assert delivered == planned or (delivered == planned / 2 and dose.values["REASND"] == "infusion interrupted")


@given(trials())
@settings(max_examples=25, deadline=None)
def test_nobody_without_a_dlt_assessment_of_yes_has_an_event_that_meets_the_definition(trial):
    if trial.protocol.dlt is None:
        return
    first = {}
    assessed = {}
    for fact in latest(trial):
        if fact.domain == "EX" and fact.values["OCCUR"] == "Y":
            first[fact.subject] = fact.day
        if fact.domain == "XD":
            assessed[fact.subject] = fact.values["XDDLT"]
    for fact in latest(trial):
        if fact.domain != "AE" or fact.values["AEREL"] != "Y":
            continue
        limit = 4 if fact.values["AEHEMAT"] == "Y" else 3
        if fact.values["AETOXGR"] >= limit and fact.day <= first[fact.subject] + trial.protocol.dlt.window:
            assert assessed[fact.subject] == "Y"


def test_the_four_reasons_for_a_missing_value_all_occur():
    protocol = PROTOCOLS["parallel"]
    scenario = replace(
        scenarios.for_protocol(protocol)[0],
        conduct=Conduct(drop_out=0.3, not_done=0.1, unable=0.1),
        death=ByGroup(0.4, 0.4),
    )
    trial = run(protocol, scenario, seed=1)
    reasons = {f.values.get("REASND") for f in trial.facts if f.domain in MEASURED}
    assert reasons >= {"died", "unable", "not_done", "ltfu"}
