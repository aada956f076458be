"""The scenarios that a protocol is run under: null, planned and published effects side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trialwright.core.errors import InputError, UsageError
from trialwright.protocol.kinds import Escalation, SelectThenCompare
from trialwright.simulate.scenario import Assumes, Conduct, Scenario
from trialwright.simulate.truth import default_truths, given_truth

if TYPE_CHECKING:
    from trialwright.protocol.protocol import Protocol


def for_protocol(protocol: Protocol) -> tuple[Scenario, ...]:
    """The null scenario, a planned one, and what has been published where it fits; never the published alone.

    The record states no planned effect, so the planned scenario is a standardised effect and says so. Dose
    levels get the default truths' gentle rise in each scenario.
    """
    from trialwright.simulate.scenarios.generic import STANDARD_EFFECT, deaths, deaths_by, measured, plant
    from trialwright.simulate.scenarios.published import published

    parameters = tuple(measured(protocol))
    null = Scenario(
        "null",
        Assumes.NULL,
        "No effect of the treatment on any outcome; adverse events and deaths are alike in all groups.",
        planted=tuple(plant(outcome, parameter, 0.0) for outcome, parameter in parameters),
        death=deaths(protocol, 0.0),
        death_by=deaths_by(protocol),
    )
    planned = Scenario(
        "planned",
        Assumes.PLANNED,
        f"An assumption, not a claim: every outcome is better by {STANDARD_EFFECT:g} standard deviations (Cohen's "
        "medium difference), because the record states no planned effect. Adverse events"
        f"{'' if deaths_by(protocol) else ' and deaths'} are alike in all groups.",
        planted=tuple(plant(outcome, parameter, STANDARD_EFFECT) for outcome, parameter in parameters),
        death=deaths(protocol, STANDARD_EFFECT),
        death_by=deaths_by(protocol),
    )
    rates = _default_rates(protocol)
    conduct = Conduct(accrual=_accrual(protocol))
    return tuple(
        replace(scenario, dlt=rates, conduct=conduct, response=_default_responses(protocol, scenario.assumes))
        for scenario in (null, planned, *published(protocol))
    )


def _accrual(protocol: Protocol) -> float:
    """Candidates a day: one in four days, or as many as fill the trial in about a year."""
    default = Conduct().accrual
    return max(default, round((protocol.enrolment.count or 0) / (365 * (1 - Conduct().screen_failure)), 3))


def load(name_or_path: str | Path, protocol: Protocol) -> Scenario:
    """The scenario of that name among `for_protocol`, else the one in that YAML or JSON file.

    Raises InputError (SIM-001, SIM-002) if it is neither, UsageError (SIM-003) if its DLT truth does not fit the
    protocol's dose levels.
    """
    from trialwright.simulate.scenarios.codec import load_as, read_text

    known = for_protocol(protocol)
    for scenario in known:
        if name_or_path in (scenario.name, scenario.name.removeprefix("published: ")):
            return scenario
    path = Path(name_or_path)
    if not path.is_file():
        raise InputError(
            "SIM-001",
            f"{name_or_path} is neither a file nor a scenario of this protocol",
            expected=f"one of {', '.join(repr(scenario.name) for scenario in known)}, or a YAML or JSON file",
            mend="choose one of the names, or give the path of a scenario file",
        )
    scenario = load_as(Scenario, read_text(path), str(path))
    levels = levels_of(protocol)
    scenario = replace(scenario, response=scenario.response or _default_responses(protocol, scenario.assumes))
    if not levels:
        return scenario
    return replace(scenario, dlt=given_truth(scenario.dlt, levels).rates if scenario.dlt else _default_rates(protocol))


def levels_of(protocol: Protocol) -> int:
    """The number of dose levels that the design escalates through, 0 where it escalates none."""
    match protocol.design:
        case Escalation() as escalation:
            return escalation.levels
        case SelectThenCompare(escalation=escalation):
            return escalation.levels
        case _:
            return 0


_MONITORED_RATE = 0.05
_NO_RESPONSE_OF_INTEREST, _RESPONSE_OF_INTEREST = 0.2, 0.4


def _default_responses(protocol: Protocol, assumes: Assumes) -> tuple[float, ...]:
    """Response rates where the design's rule looks at responses, the same at each level: the rates of its hypotheses
    where its name says them, else 0.2 (null) and 0.4, placeholders without a source."""
    from trialwright.design.phase2.names import hypotheses, response_window

    rule = getattr(protocol.design, "rule", None) or ""
    try:
        window = response_window(rule, 0)
    except UsageError:  # a rule that cannot be read is complained of where it is built
        window = None
    if window is None:
        return ()
    null, planned = hypotheses(rule) or (_NO_RESPONSE_OF_INTEREST, _RESPONSE_OF_INTEREST)
    return (null if assumes is Assumes.NULL else planned,) * (levels_of(protocol) or 1)


def _default_rates(protocol: Protocol) -> tuple[float, ...]:
    """The rates that the protocol file gives, else a gentle rise."""
    levels = levels_of(protocol)
    if not levels:
        monitored = getattr(protocol.design, "rule", None) or ""
        return (_MONITORED_RATE,) if "toxicit" in monitored.lower() else ()
    if protocol.truth:
        return given_truth(protocol.truth, levels).rates
    return next(truth.rates for truth in default_truths(levels) if truth.name == "gentle")
