"""Exact characteristics of what a protocol's rule says of one arm: two stages of responses, and monitored events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.core.errors import TrialwrightError
from trialwright.core.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.design.phase2.two_stage import TwoStageRule
    from trialwright.protocol.kinds import Parallel, SingleArm
    from trialwright.protocol.protocol import Protocol
    from trialwright.simulate.scenario import Scenario

_SHARES = (0.5, 1.0, 1.5, 2.0)  # of the limit of a monitoring, as the rates to look at


@dataclass(frozen=True, slots=True)
class StageRow:
    """A two-stage design at one true response rate: exact probabilities, and participants expected."""

    rate: float
    prob_promising: float
    prob_stopped_early: float
    expected_n: float


@dataclass(frozen=True, slots=True)
class OneArm:
    """What is known exactly of one rule of an arm. `rule`: its name; `event`: what is counted. `stages`: at the
    scenarios' response rates; `monitored`: the rows of `Monitored.rows`, at shares of the limit. One of both is empty.
    """

    rule: str
    event: str
    stages: tuple[StageRow, ...] = ()
    monitored: tuple[dict[str, float], ...] = ()


def of(
    design: SingleArm | Parallel, protocol: Protocol, scenarios: Sequence[Scenario], problems: list[Problem]
) -> tuple[tuple[OneArm, ...], int | None]:
    """The rules that the declared rule is made of, and the most participants in a two-stage design, None if it is none.

    Where it cannot be read, or does not fit the design, there is a Problem (SIM-030) and nothing else.
    """
    if design.rule is None:
        return (), None
    from trialwright.design import build
    from trialwright.design.phase2.monitored import MonitoredDesign
    from trialwright.design.phase2.names import monitors
    from trialwright.design.phase2.two_stage_design import TwoStageDesign

    try:
        inner = build(protocol)
    except TrialwrightError as fault:
        problems.append(
            Problem(
                "SIM-030",
                Severity.ERROR,
                f"the rule {design.rule!r} has no exact characteristics: {fault.message}",
                field="design.rule",
                expected=fault.expected,
                mend=fault.mend,
            )
        )
        return (), None
    found: list[OneArm] = []
    for monitor in reversed(monitors(design.rule)):
        assert isinstance(inner, MonitoredDesign)
        rates = sorted({rate for share in _SHARES if (rate := round(share * monitor.said["limit"], 10)) < 1})
        name = f"{inner.arm} stopped when {inner.rule.name}"
        rows = tuple(inner.rule.characteristics(rates).rows())
        found.insert(0, OneArm(name, f"{monitor.event.value} within {inner.window} days", monitored=rows))
        inner = inner.inner
    if not isinstance(inner, TwoStageDesign):
        return tuple(found), None
    rates = sorted({scenario.response[0] for scenario in scenarios if scenario.response})
    return (OneArm(inner.name, "responses", _stages(inner.rule, rates)), *found), inner.rule.n


def _stages(rule: TwoStageRule, rates: Sequence[float]) -> tuple[StageRow, ...]:
    from trialwright.design import exact

    graph = exact.compile(rule)
    rows = []
    for rate in rates:
        result = graph.evaluate([rate])
        early = min(1.0, result.prob_n_at_most(rule.n1))
        rows.append(StageRow(rate, float(result.selection[1]), early, result.expected_n))
    return tuple(rows)
