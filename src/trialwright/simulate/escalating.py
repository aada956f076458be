"""Exact characteristics of a dose escalation: every reading of its rule, under every truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.core.errors import TrialwrightError
from trialwright.core.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trialwright.design.exact import ExactResult, Graph
    from trialwright.design.rule import CountingRule
    from trialwright.protocol.design import Design
    from trialwright.protocol.kinds import Escalation
    from trialwright.protocol.protocol import Protocol
    from trialwright.simulate.truth import DltTruth


@dataclass(frozen=True, slots=True)
class Registered:
    """What the registered number of participants means under a rule, if it is the target.

    `type`: ESTIMATED, ACTUAL, or None where the record or its rendering does not say.
    """

    n: int
    type: str | None
    prob_at_most: float
    prob_more: float
    statement: str


@dataclass(frozen=True, slots=True)
class RuleCharacteristics:
    """Exact characteristics of one rule under one truth; probabilities in [0, 1], numbers of participants expected.

    `prob_n_at_most`: by N, for every N from the smallest to the largest possible. `selection`: of no level, then of
    levels 1 to J.
    `expected_window_days`: DLT windows one after another, without the days of accrual between; None where cohorts are
    broken off or no window is known.
    """

    rule: str
    truth: DltTruth
    expected_n: float
    expected_n_by_level: tuple[float, ...]
    expected_dlts: float
    expected_dlts_by_level: tuple[float, ...]
    prob_n_at_most: Mapping[int, float]
    prob_dlts_at_least: Mapping[int, float]
    selection: tuple[float, ...]
    prob_completed: float
    expected_rate_at_selected: float | None
    stop_reasons: Mapping[str, float]
    registered: Registered | None
    expected_window_days: float | None
    mass_error: float

    def to_json(self) -> dict[str, object]:
        """Plain values; `selection` by `none`, `1`, ..., and numbers of participants as text, as JSON keys are."""
        known = self.registered
        return {
            "rule": self.rule,
            "expected_n": self.expected_n,
            "prob_n_at_most": {str(n): p for n, p in self.prob_n_at_most.items()},
            "selection": {"none" if level == 0 else str(level): p for level, p in enumerate(self.selection)},
            "prob_completed": self.prob_completed,
            "mass_error": self.mass_error,
            "expected_n_by_level": list(self.expected_n_by_level),
            "expected_dlts": self.expected_dlts,
            "expected_dlts_by_level": list(self.expected_dlts_by_level),
            "prob_dlts_at_least": {str(n): p for n, p in self.prob_dlts_at_least.items()},
            "expected_rate_at_selected": self.expected_rate_at_selected,
            "stop_reasons": dict(self.stop_reasons),
            "expected_window_days": self.expected_window_days,
            "registered": None
            if known is None
            else {
                "n": known.n,
                "type": known.type,
                "prob_n_at_most": known.prob_at_most,
                "prob_more_needed": known.prob_more,
                "statement": known.statement,
            },
            "method": "exact, by forward dynamic programming over merged states",
        }


def readings(escalation: Escalation) -> tuple[str, ...]:
    """The names of the rule that is used and of every other reading of the record, each once."""
    return tuple(dict.fromkeys((escalation.rule, *escalation.readings)))


@dataclass(frozen=True, slots=True)
class Rules:
    """The readings of an escalation. `graphs`: those that can be computed exactly; `by_days`: those that can only be
    simulated, each as a protocol of the escalation alone and its design."""

    graphs: tuple[Graph, ...]
    by_days: tuple[tuple[Protocol, Design], ...]


def compiled(escalation: Escalation, protocol: Protocol, problems: list[Problem]) -> Rules:
    """Every reading of the rule; one that can be neither computed nor simulated leaves a Problem (SIM-030)."""
    from trialwright.design import exact
    from trialwright.design.from_protocol import rule_of
    from trialwright.simulate.estimated import designed

    graphs, by_days = [], []
    for name in readings(escalation):
        try:
            graphs.append(exact.compile(rule_of(escalation, name)))
            continue
        except TrialwrightError:  # what is said of it is said below, by what runs the trial
            pass
        try:
            by_days.append(designed(escalation, protocol, name))
        except TrialwrightError as fault:
            problems.append(
                Problem(
                    "SIM-030",
                    Severity.ERROR,
                    f"the rule {name!r} has no characteristics: {fault.message}",
                    field="design.rule",
                    expected=fault.expected,
                    mend=fault.mend,
                )
            )
    by_name = {design.name: (alone, design) for alone, design in by_days}
    return Rules(tuple({graph.rule: graph for graph in graphs}.values()), tuple(by_name.values()))


OTHER_TARGET = 0.3
_MOST_PARTICIPANTS = 60
_MOST_LEVELS = 6


def other_rules(escalation: Escalation, most: int) -> tuple[CountingRule, ...]:
    """BOIN and the CRM for the levels and the cohort size of an escalation, with at most `most` participants.

    Both aim at a DLT rate of 0.3; the CRM is empiric, its skeleton calibrated with half-width 0.05 at the middle level.
    Empty for one level, and where not even one cohort may be treated.
    """
    from trialwright.design import rules

    size, levels = escalation.cohort_size, escalation.levels
    if not 1 <= size <= most or levels < 2:
        return ()
    middle = (levels + 1) // 2
    return (
        rules.make("BOIN", levels, size, target=OTHER_TARGET, most=most),
        rules.make(
            f"CRM: target {OTHER_TARGET}, empiric, half-width 0.05 at level {middle}, at most {most}", levels, size
        ),
    )


def others(escalation: Escalation, protocol: Protocol) -> tuple[Graph, ...]:
    """The state graphs of `other_rules` with the registered number of participants: what they would have done.

    One that is too large to compile is left out; empty where no number is registered, or where it is large.
    """
    from trialwright.design import exact

    most = escalation.target_n or protocol.enrolment.count or 0
    if most > _MOST_PARTICIPANTS or escalation.levels > _MOST_LEVELS:
        return ()
    graphs = []
    for rule in other_rules(escalation, most):
        try:
            graphs.append(exact.compile(rule))
        except TrialwrightError:  # too large for a comparison that nobody asked for
            continue
    return tuple(graphs)


def evaluate(graph: Graph, truth: DltTruth, escalation: Escalation, protocol: Protocol) -> RuleCharacteristics:
    """The characteristics of one compiled rule under one truth."""
    result = graph.evaluate(truth.rates)
    possible = range(int(graph.total_n.min()), int(graph.total_n.max()) + 1)
    rate = result.expected_rate_at_selected
    return RuleCharacteristics(
        rule=graph.rule,
        truth=truth,
        expected_n=result.expected_n,
        expected_n_by_level=tuple(result.expected_n_by_level.tolist()),
        expected_dlts=result.expected_dlts,
        expected_dlts_by_level=tuple(result.expected_dlts_by_level.tolist()),
        prob_n_at_most={n: min(1.0, result.prob_n_at_most(n)) for n in possible},
        prob_dlts_at_least={n: result.prob_dlts_at_least(n) for n in range(len(result.dlt_distribution))},
        selection=tuple(result.selection.tolist()),
        prob_completed=result.prob_completed,
        expected_rate_at_selected=rate if rate == rate else None,
        stop_reasons=result.stop_reasons,
        registered=_registered(result, escalation, protocol),
        expected_window_days=_window_days(result, escalation, protocol),
        mass_error=result.mass_error,
    )


def _registered(result: ExactResult, escalation: Escalation, protocol: Protocol) -> Registered | None:
    n = escalation.target_n or protocol.enrolment.count
    if not n:
        return None
    kind = protocol.enrolment.type
    enough = min(1.0, result.prob_n_at_most(n))
    if kind == "ACTUAL":
        opening = f"{n} is the number enrolled, not a target. Were it the target: the rule"
    elif kind == "ESTIMATED":
        opening = f"{n} is the target: the rule"
    else:
        opening = f"It is not known whether {n} is the target or the number enrolled. If it is the target: the rule"
    statement = (
        f"{opening} needs at most {n} participants with probability {enough:.3f} and more with probability "
        f"{1 - enough:.3f}; {result.expected_n:.2f} are expected."
    )
    return Registered(n, kind, enough, 1 - enough, statement)


def _window_days(result: ExactResult, escalation: Escalation, protocol: Protocol) -> float | None:
    window = escalation.dlt_window
    if window is None and protocol.dlt is not None:
        window = protocol.dlt.window
    if window is None or "stopped at" in result.rule:
        return None
    return result.expected_n / escalation.cohort_size * (window + 1)
