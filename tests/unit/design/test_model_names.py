"""Model-based rules by name: every rule is made again by its own name, and what is missing or strange is refused."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialwright.core.errors import UsageError
from trialwright.design.model_based import names as model_names
from trialwright.design.model_based.blrm import Blrm, TwoParameterCrm
from trialwright.design.model_based.blrm_posterior import Prior, TwoParameter
from trialwright.design.model_based.conduct import Plan
from trialwright.design.model_based.crm import Crm
from trialwright.design.model_based.crm_posterior import Empiric, Logistic
from trialwright.design.rule import Counts, Treat

DOSES = TwoParameter((0.5, 1.0, 1e7), 1.0, Prior.weak(0.275))
ODD = TwoParameter((10.0, 20.0, 40.0), 1 / 3, Prior((-1.1, 1 / 7), (1.5, 0.5), -0.2))
RULES = [
    Crm.of(0.3, Plan(3)),
    Crm.of(0.25, Plan(3, 1, 20, skip=True), halfwidth=0.06, level=2, model="logistic", stop_above=0.9),
    Crm(Empiric((0.1, 0.2, 1 / 3), 0.75), 0.2, Plan(3, 2, 13, 2, coherent=False, enough=9, untried=False)),
    Crm(Logistic((0.05, 0.1, 0.2), 1.0, 2.5), 0.2, Plan(3, reach=(1, 3, 3))),
    TwoParameterCrm(ODD, 0.3, Plan(3, skip=True), 0.95),
    TwoParameterCrm(DOSES, 0.3, Plan(3, untried=False, reach=(2, 2, 3))),
    Blrm(DOSES, 0.2, 0.35, Plan(3, untried=False)),
    Blrm(ODD, 0.16, 0.33, Plan(3, 4, 40, untried=True, enough=12), 0.3, "highest", 2.5),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_made_again_by_its_name(rule):
    assert model_names.make(rule.name, 3) == rule
    assert model_names.make(f"  {rule.name.upper()} ", 3) == rule
    assert model_names.make(rule.name, 3, 4).plan.cohort == 4, "the cohort size given wins"


@pytest.mark.parametrize("name", model_names.EXAMPLES)
def test_the_examples(name):
    assert model_names.make(name, 3).levels == 3


def test_parameters_win_over_the_name():
    rule = model_names.make(
        "CRM: target 0.3, half-width 0.05 at level 2, at most 30", 3, 3, {"most": 12, "target": 0.2}
    )
    assert rule == Crm.of(0.2, Plan(3, 3, 12), level=2)
    rule = model_names.make(
        "CRM: target 0.3, half-width 0.05 at level 2, at most 30", 3, 3, {"skeleton": (0.1, 0.2, 0.3)}
    )
    assert rule == Crm(Empiric((0.1, 0.2, 0.3)), 0.3, Plan(3))
    assert model_names.make("CRM", 3, 2, {"target": 0.3, "cohorts": 6, "start": None}) == Crm.of(0.3, Plan(3, 2, 12))


def test_what_is_not_said_of_a_logistic_model():
    rule = model_names.make("BLRM", 2, None, {"low": 0.2, "high": 0.35, "doses": (1, 2), "reference": 2, "most": 9})
    assert rule == Blrm(TwoParameter((1, 2), 2, Prior.weak(0.275)), 0.2, 0.35, Plan(2, 3, 9, untried=False))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("3+3: stop at two", {}),
        ("CRM", {}),
        ("CRM: target 0.3", {}),
        ("CRM: at most 30", {}),
        ("CRM: target 0.3, at most 30, probit", {}),
        ("CRM: target 0.3, at most 30, intercept 2", {}),
        ("CRM: target 0.3, at most 30, doses 1/2/3", {}),
        ("CRM: target 0.3, at most 30, skeleton 0.1/0.2/0.3, half-width 0.05", {}),
        ("CRM: target 0.3, at most 30", {"low": 0.2}),
        ("CRM: target 0.3, at most 30", {"titration": True}),
        ("CRM: target 0.3, at most 30, two-parameter logistic", {}),
        ("BLRM: target 0.2 to 0.35, at most 30", {}),
        ("BLRM: target 0.3, doses 1/2/3, reference 1, at most 30", {}),
        ("BLRM: target 0.2 to 0.3, doses 1/2/3, reference 1, at most 9, prior mean 1 sd 2", {}),
        ("BLRM: target 0.2 to 0.3, doses 1/2/3, reference 1, at most 9, weak prior at 0.3, prior mean 1/1 sd 2/1", {}),
    ],
)
def test_what_is_missing_or_strange(name, options):
    with pytest.raises(UsageError, match="DES-211") as caught:
        model_names.make(name, 3, None, options)
    assert "CRM: target 0.3" in caught.value.mend


numbers = st.sampled_from(
    ("0", "1", "2", "3", "0.05", "0.3", "0.999", "7", "1e-300", "1e300", "1e999", "-4", "40", "1e3")
)
wholes = st.sampled_from(("0", "1", "2", "3", "9", "12", "99999999999999999999"))


@st.composite
def any_names(draw):
    """Names of the right form with numbers of every size; now and then with parts that do not belong."""
    n, w = lambda: draw(numbers), lambda: draw(wholes)
    crm, blrm = (
        f"target {draw(st.sampled_from(('0.3', '0.25', n())))}",
        f"target 0.2 to {draw(st.sampled_from(('0.35', n())))}",
    )
    doses = [f"doses {n()}/{n()}/{n()}", "doses 0.5/1/4"], [f"reference {n()}", "reference 1"]
    parts = [f"at most {draw(st.sampled_from(('9', '12', w())))}"]
    kind = draw(st.sampled_from(("CRM", "CRM", "BLRM", "two")))
    parts.append(blrm if kind == "BLRM" else crm)
    if kind == "two":
        parts.append("two-parameter logistic")
    if kind != "CRM":
        parts += [draw(st.sampled_from(which)) for which in doses]
    extra = [
        f"cohorts of {w()}",
        f"start at level {w()}",
        f"enough at {w()}",
        f"stop above {n()}",
        f"reach {w()}/{w()}/{w()}",
        f"half-width {n()} at level {w()}",
        f"skeleton 0.1/{n()}/{n()}",
        f"prior sd {n()}",
        "logistic",
        f"intercept {n()}",
        f"weak prior at {n()}",
        f"prior mean {n()}/{n()} sd {n()}/{n()}",
        f"correlation {n()}",
        f"increase by at most {n()}",
        f"overdose below {n()}",
    ]
    parts += draw(st.lists(st.sampled_from(extra), max_size=4))
    return f"{'CRM' if kind == 'two' else kind}: {', '.join(parts)}"


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(any_names(), st.integers(0, 3), st.integers(0, 3))
def test_any_numbers_make_a_rule_that_answers_or_a_message(name, y1, y2):
    error = None
    try:
        rule = model_names.make(name, 3)
    except UsageError as refused:
        error = refused
    if error is not None:
        assert error.code.startswith("DES-2")
        assert error.expected
        return
    for counts in (Counts(1, (3, 0, 0), (y1, 0, 0), (0,)), Counts(2, (3, 3, 0), (y1, y2, 0), (0,))):
        action = rule.next(counts)
        assert action.reason
        if isinstance(action, Treat):
            assert 1 <= action.dose <= 3
    assert model_names.make(rule.name, 3) == rule


def test_some_of_these_names_make_rules():
    made = []

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(any_names())
    def look(name):
        with contextlib.suppress(UsageError):
            made.append(model_names.make(name, 3).name.partition(":")[0])

    look()
    assert {"CRM", "BLRM"} <= set(made)


def test_rates_out_of_range_teach_too():
    with pytest.raises(UsageError, match="DES-202"):
        model_names.make("CRM: target 30, at most 30", 3)
    with pytest.raises(UsageError, match="DES-204"):
        model_names.make("CRM: target 0.3, skeleton 0.1/0.2, at most 30", 3)
