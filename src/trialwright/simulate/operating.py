"""The operating characteristics of a protocol's design: what it implies, before anybody is enrolled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.core.problem import Problem, Severity
from trialwright.protocol.kinds import Escalation, Parallel, SelectThenCompare, SingleArm, Unsupported
from trialwright.simulate import comparing, escalating, estimated, one_arm
from trialwright.simulate.comparing import EffectPower, Split
from trialwright.simulate.escalating import RuleCharacteristics
from trialwright.simulate.estimated import Estimated, Sampling
from trialwright.simulate.scenario import Assumes
from trialwright.simulate.scenarios import for_protocol
from trialwright.simulate.truth import DltTruth, default_truths, given_truth

if TYPE_CHECKING:
    from trialwright.design.exact_binomial import Detection, Statement
    from trialwright.protocol.assumptions import Assumption
    from trialwright.protocol.protocol import Protocol
    from trialwright.simulate.scenario import Scenario

USUAL_TRUTH = "gentle"
_MOST_STATEMENTS = 100
_USUAL = Sampling()


@dataclass(frozen=True, slots=True)
class OverallSuccess:
    """The chance that a dose is selected and then found to differ from the control (two-sided): the sum over levels of
    P(selected) times power there. `se`: its standard error where the selection is simulated, None where it is exact."""

    rule: str
    truth: DltTruth
    scenario: str
    sizes: tuple[int, int]
    success: float
    power: float
    se: float | None = None


@dataclass(frozen=True, slots=True)
class Binomial:
    """What a single arm of `n` can say about a rate: a statement for 0 to n events (some of them for large n), and the
    chance to see an event at all."""

    n: int
    statements: tuple[Statement, ...]
    detection: tuple[Detection, ...]


@dataclass(frozen=True, slots=True)
class Characteristics:
    """What a design implies. Parts that the kind of design does not have are empty.

    `truths`: the DLT truths looked at, the usual one first. `rules`: every reading of the escalation rule under every
    truth. `estimated`: those readings that decide by days, or are too large to be computed, by Monte Carlo under the
    first truth. `others`: other designs with the registered number of participants, under the same truths. `one_arm`:
    two stages and monitored events that the design's rule names, each by itself. `splits`, `powers`: of arms side by
    side. `overall`: of dose selection followed by a comparison.
    """

    trial: str | None
    design: str
    truths: tuple[DltTruth, ...] = ()
    rules: tuple[RuleCharacteristics, ...] = ()
    estimated: tuple[Estimated, ...] = ()
    others: tuple[RuleCharacteristics, ...] = ()
    binomial: Binomial | None = None
    one_arm: tuple[one_arm.OneArm, ...] = ()
    splits: tuple[Split, ...] = ()
    powers: tuple[EffectPower, ...] = ()
    overall: tuple[OverallSuccess, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    problems: tuple[Problem, ...] = ()

    def under(self, truth: DltTruth) -> tuple[RuleCharacteristics, ...]:
        """Every reading of the rule under one truth."""
        return tuple(item for item in self.rules if item.truth == truth)

    def to_json(self) -> dict[str, object]:
        """Plain values. `truth` and `readings` are those of the first truth; `truths` has all."""
        from trialwright.simulate.operating_json import as_json

        return as_json(self)


def characteristics(
    protocol: Protocol, truth: Sequence[float] | None = None, sampling: Sampling = _USUAL
) -> Characteristics:
    """The operating characteristics of the protocol's design: exact for a dose escalation and for one arm, power by a
    named method for arms side by side. An escalation that decides by days is simulated as `sampling` says.

    `truth`: true DLT probability of each dose level, lowest first, each in [0, 1]; None = those that the protocol
    file gives, else the default truths. Raises UsageError: SIM-003 if it does not fit the dose levels, SIM-040 for
    trials or workers below 1.
    """
    design = protocol.design
    truth = truth if truth is not None else (protocol.truth or None)
    problems: list[Problem] = []
    base = Characteristics(
        trial=protocol.record.nct_id, design=design.kind, assumptions=protocol.assumptions, problems=()
    )
    scenarios = for_protocol(protocol)
    match design:
        case Escalation():
            found = _with_rules(base, design, protocol, truth, scenarios, sampling, problems)
        case SelectThenCompare(escalation=escalation, comparison=comparison):
            found = _with_rules(base, escalation, protocol, truth, scenarios, sampling, problems)
            found = _with_powers(found, comparison, protocol, scenarios, problems)
            found = _replaced(found, overall=_overall(found, comparison, protocol))
        case SingleArm(size=size):
            given_truth(truth or (), 0)
            ruled, planned = one_arm.of(design, protocol, scenarios, problems)
            found = _replaced(_with_binomial(base, planned or size, problems), one_arm=ruled)
        case Parallel():
            given_truth(truth or (), 0)
            ruled, _ = one_arm.of(design, protocol, scenarios, problems)
            found = _replaced(_with_powers(base, design, protocol, scenarios, problems), one_arm=ruled)
        case Unsupported(name=name, missing=missing):
            found = base
            problems.append(
                _problem("SIM-031", f"a design of this kind ({name}) has no operating characteristics yet: {missing}")
            )
    return _replaced(found, scenarios=scenarios, problems=tuple(problems))


def _with_rules(
    base: Characteristics,
    escalation: Escalation,
    protocol: Protocol,
    truth: Sequence[float] | None,
    scenarios: tuple[Scenario, ...],
    sampling: Sampling,
    problems: list[Problem],
) -> Characteristics:
    if truth is not None:
        truths: tuple[DltTruth, ...] = (given_truth(truth, escalation.levels),)
    else:
        known = default_truths(escalation.levels) if escalation.levels >= 1 else ()
        truths = tuple(sorted(known, key=lambda item: item.name != USUAL_TRUTH))
    found = escalating.compiled(escalation, protocol, problems)
    rules, others = (
        tuple(escalating.evaluate(graph, item, escalation, protocol) for item in truths for graph in graphs)
        for graphs in (found.graphs, escalating.others(escalation, protocol))
    )
    planned = next((one for one in scenarios if one.assumes is Assumes.PLANNED), None)
    registered = escalation.target_n or protocol.enrolment.count
    simulated = tuple(
        estimated.evaluate(alone, design, truths[0], planned or for_protocol(alone)[0], sampling, registered)
        for alone, design in (found.by_days if truths else ())
    )
    return _replaced(base, truths=truths, rules=rules, estimated=simulated, others=others)


def _with_binomial(base: Characteristics, size: int | None, problems: list[Problem]) -> Characteristics:
    from trialwright.design import exact_binomial

    if not size:
        problems.append(
            _problem("SIM-032", "the number of participants is not known, so nothing can be said of a rate")
        )
        return base
    statements = exact_binomial.statements(size)
    if size > _MOST_STATEMENTS:
        step = max(1, size // 50)
        statements = tuple(s for s in statements if s.events <= 10 or s.events % step == 0 or s.events == size)
    return _replaced(base, binomial=Binomial(size, statements, exact_binomial.detection(size)))


def _with_powers(
    base: Characteristics,
    parallel: Parallel,
    protocol: Protocol,
    scenarios: tuple[Scenario, ...],
    problems: list[Problem],
) -> Characteristics:
    splits = comparing.splits(parallel, protocol)
    if not splits:
        problems.append(
            _problem("SIM-032", "the number of participants is not known, so there are no sizes and no power")
        )
    if not comparing.primaries(protocol):
        problems.append(_problem("SIM-033", "the protocol has no outcome, so there is no power to compute"))
    if comparing.contrast(parallel, protocol) is None:
        problems.append(_problem("SIM-034", "fewer than two arms are compared, so there is no power to compute"))
    return _replaced(base, splits=splits, powers=comparing.powers(parallel, protocol, scenarios))


def _overall(found: Characteristics, comparison: Parallel, protocol: Protocol) -> tuple[OverallSuccess, ...]:
    """Every dose level is taken to have the scenario's effect on the first primary outcome; a trial in which no level
    is selected has no success."""
    selections: list[tuple[str, DltTruth, Sequence[float], float | None]] = [
        (rule.rule, rule.truth, rule.selection, None) for rule in found.rules
    ]
    for item in found.estimated:
        shares = item.runs.selection(len(item.truth.rates))
        selections.append((item.rule, item.truth, [share.value for share in shares], shares[0].se))
    return tuple(
        OverallSuccess(
            rule,
            truth,
            power.scenario,
            power.sizes,
            overall_success(selection[1:], [power.power.power] * (len(selection) - 1)),
            power.power.power,
            None if error is None else error * power.power.power,  # any level: the power is the same at each
        )
        for rule, truth, selection, error in selections
        for power in found.powers
        if power.power is not None and power.outcome == found.powers[0].outcome
    )


def overall_success(selected: Sequence[float], power: Sequence[float]) -> float:
    """The chance of success of a dose selection followed by a comparison: the sum over levels of P(selected) times
    power.

    >>> round(overall_success([0.2, 0.5, 0.3], [0.1, 0.5, 0.8]), 2)
    0.51
    """
    return float(sum(p * w for p, w in zip(selected, power, strict=True)))


def _replaced(base: Characteristics, **changes: object) -> Characteristics:
    from dataclasses import replace

    return replace(base, **changes)  # type: ignore[arg-type]


def _problem(code: str, message: str) -> Problem:
    return Problem(
        code,
        Severity.WARNING,
        message,
        field="design",
        expected="a design with its sizes",
        mend="add what is missing to the protocol file",
    )
