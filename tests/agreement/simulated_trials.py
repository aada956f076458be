"""Small protocols of every kind of design, and a scenario in which data come late and are often corrected."""

from __future__ import annotations

from decimal import Decimal

from trialwright.core.quantity import Amount, AmountPerKg
from trialwright.design import rules
from trialwright.protocol.arms import Arm, ArmRole, Treatment
from trialwright.protocol.dosing import DoseLevel, DoseReading, DoseReference, Dosing
from trialwright.protocol.eligibility.items import Eligibility
from trialwright.protocol.kinds import (
    DesignKind,
    DltDefinition,
    Escalation,
    Masking,
    Parallel,
    SelectThenCompare,
    SingleArm,
)
from trialwright.protocol.outcomes import Derivation, Direction, Outcome, OutcomeLevel, OutcomeType, Parameter
from trialwright.protocol.protocol import Enrolment, Protocol, RecordReference
from trialwright.protocol.timeframe import FrameKind, TimeFrame
from trialwright.simulate import scenarios
from trialwright.simulate.scenario import ByGroup, Conduct, Scenario

DOSES = ("5E5", "1E6", "1.5E6")
LEVELS = ("arm-1", "arm-2", "arm-3")


def _treatment(dosing: Dosing) -> tuple[Treatment, ...]:
    return (Treatment("UC-MSC", "BIOLOGICAL", dosing, "interventions[0]"),)


def _per_kg(cells: str) -> Dosing:
    return Dosing((DoseReading(AmountPerKg(Decimal(cells), "cells"), "as written"),), administrations=1, days=(0,))


def _flat(cells: str) -> Dosing:
    return Dosing((DoseReading(Amount(Decimal(cells), "cells"), "as written"),), administrations=2, days=(0, 3))


def _outcome(number: int, kind: OutcomeType, frame: TimeFrame, parameter: Parameter | None) -> Outcome:
    derivation = Derivation((parameter,) if parameter else (), "")
    return Outcome(f"outcome-{number}", OutcomeLevel.PRIMARY, "made up", kind, frame, Direction.LOWER, derivation)


OUTCOMES = (
    _outcome(
        1,
        OutcomeType.CONTINUOUS,
        TimeFrame("days", FrameKind.POINTS, days=(7, 28)),
        Parameter("CRP", "C-reactive protein", "LB", "mg/L"),
    ),
    _outcome(2, OutcomeType.ADVERSE_EVENTS, TimeFrame("up to", FrameKind.INTERVAL, start=0, end=28), None),
)


def _protocol(arms: tuple[Arm, ...], design: DesignKind, levels: tuple[DoseLevel, ...] = ()) -> Protocol:
    return Protocol(
        record=RecordReference("NCT00000001", "A made-up trial", "made up", "0" * 64),
        arms=arms,
        dose_levels=levels,
        design=design,
        enrolment=Enrolment(),
        masking=Masking(),
        dlt=DltDefinition("grade 3 or more", 28, 3, 4, True, "CTCAE v5.0"),
        eligibility=Eligibility(minimum_age_years=18, maximum_age_years=75, sex="ALL"),
        outcomes=OUTCOMES,
        proposed_outcomes=(),
        schedule=(),
    )


_STEPS = tuple(
    Arm(arm, arm, ArmRole.DOSE_LEVEL, _treatment(_per_kg(cells)), "armGroups[0]")
    for arm, cells in zip(LEVELS, DOSES, strict=True)
)
_DOSE_LEVELS = tuple(DoseLevel(i, f"level {i}", None, arm) for i, arm in enumerate(LEVELS, start=1))


def _compared(first: str, second: str, dosing: Dosing) -> tuple[Arm, ...]:
    return (
        Arm(first, "Cells", ArmRole.EXPERIMENTAL, _treatment(dosing), "armGroups[0]"),
        Arm(second, "Placebo", ArmRole.PLACEBO_CONTROL, _treatment(_flat("0")), "armGroups[1]"),
    )


def _escalation(rule: str) -> Escalation:
    return Escalation(rule, 3, LEVELS, dlt_window=28)


PROTOCOLS: dict[str, Protocol] = {
    **{name: _protocol(_STEPS, _escalation(name), _DOSE_LEVELS) for name in rules.names()},
    **{
        name: _protocol(_STEPS, _escalation(name), _DOSE_LEVELS)
        for name in (
            "3+3: stop at two, first 2 at a level 7 days apart",
            "rolling six, first 3 at a level 5 days apart",
            "BOIN: target 0.3, cohorts of 3, at most 9, backfill up to 6 at a level",
            "3+3: stop at two, backfill up to 8 at a level and 4 in all, first 2 at a level 7 days apart",
        )
    },
    "single arm": _protocol(
        (Arm("arm-1", "Cells", ArmRole.EXPERIMENTAL, _treatment(_flat("1E8")), "armGroups[0]"),), SingleArm("arm-1", 6)
    ),
    "two stages, monitored for deaths": _protocol(
        (Arm("arm-1", "Cells", ArmRole.EXPERIMENTAL, _treatment(_flat("1E8")), "armGroups[0]"),),
        SingleArm(
            "arm-1",
            None,
            "two stages: 1/6, 4/13, response within 21 days; "
            "monitored for deaths within 28 days: limit 0.3, cutoff 0.9, first 3",
        ),
    ),
    "BOIN12": _protocol(
        _STEPS, _escalation("BOIN12: toxicity 0.3, at most 12, enough at 6, response within 40 days"), _DOSE_LEVELS
    ),
    "parallel, monitored": _protocol(
        _compared("arm-1", "arm-2", _flat("4E7")),
        Parallel(
            ("arm-1", "arm-2"),
            (2, 1),
            12,
            randomised=True,
            rule="monitored for toxicity in arm-1: limit 0.2, cutoff 0.8; "
            "monitored for deaths in arm-2 within 60 days: limit 0.1, level 0.2",
        ),
    ),
    "parallel": _protocol(
        _compared("arm-1", "arm-2", _flat("4E7")), Parallel(("arm-1", "arm-2"), (2, 1), 12, randomised=True)
    ),
    "select by time, then compare": _protocol(
        (*_STEPS, *_compared("arm-4", "arm-5", Dosing(reference=DoseReference("the selected dose"), days=(0,)))),
        SelectThenCompare(_escalation("rolling six"), Parallel(("arm-4", "arm-5"), (2, 1), 6, randomised=True)),
        _DOSE_LEVELS,
    ),
    "select, then compare": _protocol(
        (*_STEPS, *_compared("arm-4", "arm-5", Dosing(reference=DoseReference("the selected dose"), days=(0,)))),
        SelectThenCompare(_escalation("3+3: stop at two"), Parallel(("arm-4", "arm-5"), (2, 1), 6, randomised=True)),
        _DOSE_LEVELS,
    ),
}


def troubled(protocol: Protocol) -> Scenario:
    """The null scenario, with late and corrected entries, drop-out and toxicity far more often than usual."""
    from dataclasses import replace

    conduct = Conduct(accrual=0.4, drop_out=0.2, missed_dose=0.1, delay=3.0, late=0.3, corrected=0.4)
    scenario = replace(scenarios.for_protocol(protocol)[0], conduct=conduct, death=ByGroup(0.1, 0.1))
    return replace(scenario, dlt=(0.15, 0.25, 0.35) if protocol.dose_levels else ())
