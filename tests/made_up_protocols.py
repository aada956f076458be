"""Small protocols built by hand, for tests of what runs them: no record, no draft."""

from __future__ import annotations

from decimal import Decimal

from trialwright.core.quantity import Amount, AmountPerKg
from trialwright.dataset.columns import ENROLLED, REPLACED
from trialwright.dataset.facts import Fact
from trialwright.protocol.arms import Arm, ArmRole, Treatment
from trialwright.protocol.dosing import DoseLevel, DoseReading, Dosing
from trialwright.protocol.eligibility.items import Eligibility
from trialwright.protocol.kinds import DesignKind, DltDefinition, Escalation, Masking, Parallel, SingleArm
from trialwright.protocol.outcomes import (
    Derivation,
    Direction,
    Outcome,
    OutcomeLevel,
    OutcomeType,
    Parameter,
)
from trialwright.protocol.protocol import Enrolment, Protocol, RecordReference
from trialwright.protocol.timeframe import FrameKind, TimeFrame

SCALE = tuple(enumerate(["not in hospital", "ward", "low oxygen", "high oxygen", "ventilated", "dead"], start=1))


def points(*days: float, baseline: bool = False) -> TimeFrame:
    return TimeFrame("days", FrameKind.POINTS, days=days, baseline=baseline)


def horizon(end: float) -> TimeFrame:
    return TimeFrame("up to", FrameKind.INTERVAL, start=0, end=end)


def outcome(
    number: int,
    kind: OutcomeType,
    frame: TimeFrame,
    parameter: Parameter | None = None,
    *,
    direction: Direction = Direction.LOWER,
    responder: str | None = None,
    change: bool = False,
    improvement: int | None = None,
    measure: str | None = None,
) -> Outcome:
    derivation = Derivation(
        (parameter,) if parameter else (), "", change=change, responder=responder, improvement=improvement
    )
    level = OutcomeLevel.PRIMARY if number == 1 else OutcomeLevel.SECONDARY
    name = measure or (parameter.name if parameter else kind.value)
    return Outcome(f"outcome-{number}", level, name, kind, frame, direction, derivation)


def protocol_of(
    arms: tuple[Arm, ...],
    design: DesignKind,
    outcomes: tuple[Outcome, ...] = (),
    *,
    levels: tuple[DoseLevel, ...] = (),
    size: int | None = None,
    dlt: DltDefinition | None = None,
    title: str = "A made-up trial",
    nct_id: str | None = "NCT00000001",
) -> Protocol:
    return Protocol(
        record=RecordReference(nct_id, title, "made up", "0" * 64),
        arms=arms,
        dose_levels=levels,
        design=design,
        enrolment=Enrolment(size, None),
        masking=Masking(),
        dlt=dlt,
        eligibility=Eligibility(minimum_age_years=18, maximum_age_years=75, sex="ALL"),
        outcomes=outcomes,
        proposed_outcomes=(),
        schedule=(),
    )


def flat(name: str, cells: str, days: tuple[int, ...] = (0,)) -> Treatment:
    reading = DoseReading(Amount(Decimal(cells), "cells"), "as written")
    return Treatment(name, "BIOLOGICAL", Dosing((reading,), administrations=len(days), days=days), "interventions[0]")


def every_kind() -> tuple[Outcome, ...]:
    """One outcome of every type."""
    return (
        outcome(1, OutcomeType.CONTINUOUS, points(10, 28), Parameter("LESPROP", "lesion", "LB", "%"), change=True),
        outcome(2, OutcomeType.BINARY, points(28), Parameter("NORMALCT", "normal CT", "RS")),
        outcome(
            3,
            OutcomeType.TIME_TO_EVENT,
            horizon(28),
            Parameter("CLINSCL", "clinical scale", "RS", None, SCALE),
            improvement=1,
        ),
        outcome(4, OutcomeType.TIME_TO_EVENT, horizon(28), Parameter("VIRALNEG", "viral clearance", "LB")),
        outcome(5, OutcomeType.DURATION, horizon(28), Parameter("O2DAYS", "oxygen therapy", "PR", "days")),
        outcome(6, OutcomeType.COUNT, horizon(28), Parameter("RELAPSES", "relapses", "RS")),
        outcome(7, OutcomeType.ORDINAL, points(28, baseline=True), Parameter("MMRC", "mMRC", "FT", None, SCALE[:5])),
        outcome(8, OutcomeType.CONTINUOUS, points(28), Parameter("SIXMWD", "6-minute walk", "FT", "m", (), 0.0)),
        outcome(
            9,
            OutcomeType.BINARY,
            points(4, 14),
            Parameter("CRP", "C-reactive protein", "LB", "mg/L"),
            responder="decrease",
        ),
        outcome(10, OutcomeType.ADVERSE_EVENTS, horizon(28)),
        outcome(11, OutcomeType.SERIOUS_ADVERSE_EVENTS, horizon(28)),
        outcome(12, OutcomeType.MORTALITY, horizon(28)),
    )


def parallel() -> Protocol:
    arms = (
        Arm("arm-1", "Cells", ArmRole.EXPERIMENTAL, (flat("UC-MSC", "4E7", (0, 3, 6)),), "armGroups[0]"),
        Arm("arm-2", "Placebo", ArmRole.PLACEBO_CONTROL, (flat("Placebo", "0", (0, 3, 6)),), "armGroups[1]"),
    )
    return protocol_of(arms, Parallel(("arm-1", "arm-2"), (2, 1), 30, True), every_kind(), size=30)


def single() -> Protocol:
    arms = (Arm("arm-1", "Cells", ArmRole.EXPERIMENTAL, (flat("WJ-MSC", "1E8"),), "armGroups[0]"),)
    return protocol_of(arms, SingleArm("arm-1", 9), every_kind()[7:], size=9)


def escalation() -> Protocol:
    doses = [
        DoseReading(AmountPerKg(Decimal(x), "cells"), "as written", i == 0)
        for i, x in enumerate(("5E5", "1E6", "1.5E6"))
    ]
    treatment = Treatment(
        "hUC-MSC", "BIOLOGICAL", Dosing(tuple(doses), administrations=1, days=(0,)), "interventions[0]"
    )
    arms = (Arm("arm-1", "Cells", ArmRole.DOSE_LEVEL, (treatment,), "armGroups[0]"),)
    levels = tuple(DoseLevel(j, f"level {j}", d.dose, "arm-1") for j, d in enumerate(doses, start=1))
    design = Escalation(
        "3+3: stop at two",
        3,
        ("arm-1", "arm-1", "arm-1"),
        dlt_window=28,
        target_n=9,
        readings=(
            "3+3: six required at the MTD",
            "3+3: six required at the MTD, with de-escalation",
            "literal: cohorts of three, stop at two DLTs in a cohort",
        ),
    )
    dlt = DltDefinition("grade 3", 28, 3, 4, True, "CTCAE v5.0")
    return protocol_of(arms, design, (), levels=levels, size=9, dlt=dlt)


def deciding_rows(number, level, cohort, dlt, *, replaced=False):
    """The rows of one participant that bear on decisions, dosed on day 10 x number; `dlt`: None = not assessed."""
    subject, day = f"P-{number:02d}", 10 * number
    rows = [
        Fact("DS", subject, 1, day=day, known=day, values={"DSDECOD": ENROLLED}),
        Fact("DM", subject, 1, day=day, known=day, values={"ARMCD": "arm-1", "DOSELVL": level, "COHORT": cohort}),
        Fact("EX", subject, 1, day=day, known=day, values={"OCCUR": "Y"}),
    ]
    if dlt is not None:
        flags = {"XDDLT": "Y" if dlt else "N", "XDEVAL": "Y"}
        rows.append(Fact("XD", subject, 1, day=day + 28, known=day + 28, values=flags))
    if replaced:
        rows.append(Fact("DS", subject, 2, day=day + 5, known=day + 5, values={"DSDECOD": REPLACED}))
    return rows
