"""What is to be done with each participant: doses, visits and measurements by day, worked out once per protocol."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialwright.core.problem import Problem, Severity
from trialwright.core.quantity import Amount, AmountPerKg
from trialwright.protocol.arms.administrations import Administration, dose_of
from trialwright.protocol.arms.administrations import administrations as arms_administrations
from trialwright.protocol.outcomes import OutcomeType
from trialwright.protocol.schedule.draft import outcome_days
from trialwright.simulate.scenario import CourseTruth, DurationTruth, TimeTruth
from trialwright.simulate.scenarios.generic import measured
from trialwright.simulate.windows import DEFAULT_WINDOW, death_windows, dlt_window, responses

if TYPE_CHECKING:
    from trialwright.protocol.arms import Arm
    from trialwright.protocol.outcomes import Outcome, Parameter
    from trialwright.protocol.protocol import Protocol
    from trialwright.simulate.scenario import Planted, Scenario

LONGEST = 3653
_DAILY = 60
_DOSED = (None, "DRUG", "BIOLOGICAL", "GENETIC", "COMBINATION_PRODUCT", "DIETARY_SUPPLEMENT", "RADIATION")


@dataclass(frozen=True, slots=True)
class Visit:
    """A planned contact. `day`: relative day (0 = first dose). `earliest`, `latest`: relative days it may fall on."""

    number: int
    name: str
    day: int
    earliest: int
    latest: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """One parameter, the relative days on which it is planned (rising), and the truth planted for it."""

    parameter: Parameter
    outcome: Outcome
    planted: Planted
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The protocol in the form that a simulated trial follows.

    `horizon`: last relative day of follow-up. `window`: days of the DLT window, None where no DLT is assessed.
    `assessed_arms`: arms whose participants get a DLT assessment. `response_window`: days within which a response is
    assessed, in `response_arms`; None where the design looks at no response.
    """

    visits: tuple[Visit, ...]
    measurements: tuple[Measurement, ...]
    horizon: int
    window: int | None
    assessed_arms: tuple[str, ...]
    problems: tuple[Problem, ...]
    response_window: int | None = None
    response_arms: tuple[str, ...] = ()


def make(protocol: Protocol, scenario: Scenario) -> Plan:
    """The plan of a protocol under a scenario; what the protocol does not state is left out, with a Problem."""
    problems: list[Problem] = []
    window, arms = dlt_window(protocol, problems)
    measurements = tuple(_measurements(protocol, scenario, problems))
    response, response_arms = responses(protocol, window)
    horizon = _horizon(protocol, measurements, window, response, *death_windows(protocol))
    visits = _visits(protocol, measurements, horizon, window)
    return Plan(visits, measurements, horizon, window, arms, tuple(problems), response, response_arms)


def administrations(
    protocol: Protocol, arm: Arm, dose_level: int | None, problems: list[Problem]
) -> tuple[Administration, ...]:
    """Every administration that a participant of this arm and dose level is to receive, by day, in so far as it can be
    simulated; a Problem says what cannot."""
    for treatment in arm.treatments:
        many, dose = treatment.dosing.administrations, dose_of(protocol, arm, treatment, dose_level)
        if treatment.dosing.days is None and many is not None and many > 1:
            told = f"the days of its {many} administrations are not stated; only the first is simulated"
            problems.append(_problem("SIM-011", f"{treatment.name}: {told}", f"arms.{arm.id}"))
        if dose is None and not arm.role.is_control and treatment.type in _DOSED:
            told = "no dose is stated; it is given without an amount"
            problems.append(_problem("SIM-010", f"{treatment.name} ({arm.label}): {told}", f"arms.{arm.id}"))
        elif dose is not None and not isinstance(dose, Amount | AmountPerKg):
            told = "a dose per square metre needs a body surface, which is not simulated"
            problems.append(_problem("SIM-012", f"{treatment.name}: {told}", f"arms.{arm.id}"))
    planned = arms_administrations(protocol, arm, dose_level)
    return tuple(item if isinstance(item.dose, Amount | AmountPerKg) else replace(item, dose=None) for item in planned)


def _measurements(protocol: Protocol, scenario: Scenario, problems: list[Problem]) -> list[Measurement]:
    uses: dict[str, list[Outcome]] = {}
    for outcome in protocol.analysed_outcomes:
        for parameter in outcome.derivation.parameters:
            uses.setdefault(parameter.code, []).append(outcome)
    found = []
    for outcome, parameter in measured(protocol):
        planted = scenario.truth_of(parameter.code)
        if planted is None:
            problems.append(
                _problem(
                    "SIM-014",
                    f"{parameter.name}: the scenario {scenario.name!r} says nothing of it; it is not simulated",
                    outcome.id,
                )
            )
            continue
        days = {day for user in uses[parameter.code] for day in _days(user, planted)}
        later = {e.day for e in protocol.schedule if parameter.code in e.activities and 0 <= e.day <= LONGEST}
        if not days and not later - {0}:
            problems.append(
                _problem(
                    "SIM-015",
                    f"{outcome.measure[:120]}: the record gives no day on which it is measured; it is not simulated",
                    outcome.id,
                )
            )
            continue
        days |= later
        found.append(Measurement(parameter, outcome, planted, tuple(sorted(days))))
    for outcome in protocol.analysed_outcomes:
        if outcome.type is OutcomeType.UNKNOWN:
            problems.append(
                _problem(
                    "SIM-016",
                    f"{outcome.measure[:120]}: its kind of variable is not known; it is not simulated",
                    outcome.id,
                )
            )
    return found


def _days(outcome: Outcome, planted: Planted) -> list[int]:
    """The relative days on which an outcome's parameter is taken: 0 as baseline where a change is looked at."""
    frame = outcome.time_frame
    points = list(outcome_days(frame))
    if not points:
        return [0] if 0.0 in frame.days or frame.end == 0.0 else []
    end = points[-1]
    if isinstance(planted.truth, CourseTruth):
        step = 1 if end <= _DAILY else 7
        return sorted({*range(0, end + 1, step), end})
    if isinstance(planted.truth, TimeTruth | DurationTruth):
        return points
    derivation = outcome.derivation
    wants_baseline = derivation.change or derivation.responder is not None or frame.baseline or 0.0 in frame.days
    return [0, *points] if wants_baseline else points


def _horizon(protocol: Protocol, measurements: tuple[Measurement, ...], *windows: int | None) -> int:
    """The last relative day of follow-up: of any measurement, visit, outcome's horizon or window of a design; 28 if
    none is known."""
    days = [m.days[-1] for m in measurements]
    days += [e.day for e in protocol.schedule]
    for outcome in protocol.analysed_outcomes:
        days += outcome_days(outcome.time_frame)
    days += [window for window in windows if window is not None]
    return min(max(days, default=0) or DEFAULT_WINDOW, LONGEST)


def _visits(
    protocol: Protocol, measurements: tuple[Measurement, ...], horizon: int, window: int | None
) -> tuple[Visit, ...]:
    """The scheduled encounters, and one visit for each measurement day that the schedule does not hold.

    Daily measurements are taken at home or on the ward and make no visit of their own.
    """
    visits = {e.day: (e.name, e.earliest, e.latest) for e in protocol.schedule if e.day <= horizon}
    for measurement in measurements:
        if isinstance(measurement.planted.truth, CourseTruth) and len(measurement.days) > 20:
            continue
        for day in measurement.days:
            visits.setdefault(day, (f"Day {day}", day, day))
    visits.setdefault(0, ("Day 0", 0, 0))
    if window is not None:
        visits.setdefault(window, (f"Day {window}, end of the DLT window", window, window))
    return tuple(
        Visit(number, name, day, earliest, latest)
        for number, (day, (name, earliest, latest)) in enumerate(sorted(visits.items()), start=1)
    )


def _problem(code: str, message: str, field: str) -> Problem:
    return Problem(
        code,
        Severity.WARNING,
        message,
        field=field,
        expected="a protocol that states it",
        mend="add it to the protocol file and simulate again",
    )
