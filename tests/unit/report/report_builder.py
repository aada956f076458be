"""Hand-built contents of a report: an escalation, a two-arm trial and a record full of hostile text."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.core.quantity import Amount, AmountPerKg
from trialwright.core.source import Span
from trialwright.lint.finding import Finding, Fixability, Status
from trialwright.protocol.arms import Arm, ArmRole, Treatment
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.dosing import DoseLevel, DoseReading, Dosing
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.protocol.kinds import DltDefinition, Escalation, Masking, Parallel, SingleArm
from trialwright.protocol.outcomes import (
    Derivation,
    Direction,
    IntercurrentEvent,
    Outcome,
    OutcomeLevel,
    OutcomeType,
    Parameter,
)
from trialwright.protocol.protocol import Enrolment, Protocol, RecordReference
from trialwright.protocol.schedule import Encounter
from trialwright.protocol.timeframe import FrameKind, TimeFrame
from trialwright.record import model
from trialwright.record.provenance import Coverage, Entry, Line, Presence, Provenance
from trialwright.record.record import Origin, Record, Rendering
from trialwright.report.contents import Contents

DIGEST = "0123456789abcdef" * 4
READINGS = (
    "3+3: six required at the MTD",
    "3+3: with de-escalation",
    "3+3: six required at the MTD, with de-escalation",
    "literal: cohorts of three, stop at two DLTs in a cohort",
)
LOST = "protocolSection.designModule.enrollmentInfo.type"


def dosing(value: str, days: tuple[int, ...] = (0,), flat: bool = False) -> Dosing:
    dose = Amount(Decimal(value), "cells") if flat else AmountPerKg(Decimal(value), "cells")
    return Dosing(
        readings=(DoseReading(dose, "as written"),), administrations=len(days), days=days, route="INTRAVENOUS"
    )


def record(title: str = "Cells from the umbilical cord in rheumatoid arthritis", nct: str = "NCT00000001") -> Record:
    section = model.ProtocolSection(
        identification_module=model.IdentificationModule(
            nct_id=nct,
            brief_title=title,
            official_title="An open-label dose-escalation study of cells from the umbilical cord in adults",
        ),
        status_module=model.StatusModule(
            overall_status="ACTIVE_NOT_RECRUITING", start_date_struct=model.DateStruct(date="2021-04-12")
        ),
        sponsor_collaborators_module=model.SponsorCollaboratorsModule(lead_sponsor=model.Agency(name="A hospital")),
        description_module=model.DescriptionModule(
            detailed_description="Three cohorts of three.\n\nStops when two participants of a cohort have a DLT."
        ),
        conditions_module=model.ConditionsModule(conditions=("Rheumatoid arthritis",)),
        design_module=model.DesignModule(
            study_type="INTERVENTIONAL",
            phases=("PHASE1", "PHASE2"),
            design_info=model.DesignInfo(allocation="NA", intervention_model="SEQUENTIAL", primary_purpose="TREATMENT"),
            enrollment_info=model.EnrollmentInfo(count=9),
        ),
    )
    return Record(
        study=model.Study(protocol_section=section),
        provenance=Provenance(
            {
                "protocolSection.identificationModule.briefTitle": Entry(Presence.PRESENT, (Span(1, 1, 1, 40),)),
                "protocolSection.descriptionModule.briefSummary": Entry(
                    Presence.LOST, note="the heading is there, its text is not"
                ),
                LOST: Entry(Presence.LOST, note="this rendering shows the number without its type"),
                "protocolSection.statusModule.startDateStruct": Entry(
                    Presence.AMBIGUOUS,
                    (Span(14, 1, 14, 11),),
                    ("start date", "date of first submission"),
                    "two ISO dates without labels",
                ),
            }
        ),
        origin=Origin("record.txt", Rendering.UNLABELLED_PAGE, DIGEST),
        coverage=Coverage(147, 148, (Line(61, "A line that belongs to nothing", None),)),
        problems=(
            Problem(
                "REA-010",
                Severity.INFO,
                "The numbering of the criteria begins at 2",
                evidence=(Evidence("2. Patients who", Span(60, 1, 60, 20)),),
            ),
        ),
    )


def escalation() -> Protocol:
    doses = ("5E5", "1E6", "1.5E6")
    arms = tuple(
        Arm(
            f"arm-{i}",
            f"Cohort {i}",
            ArmRole.DOSE_LEVEL,
            (Treatment("UC-MSC", "BIOLOGICAL", dosing(d), "x"),),
            "x",
            size=3,
        )
        for i, d in enumerate(doses, 1)
    )
    dlt = Outcome(
        "proposed-1",
        OutcomeLevel.PRIMARY,
        "Participants with a dose-limiting toxicity",
        OutcomeType.DOSE_LIMITING_TOXICITY,
        TimeFrame("28 days", FrameKind.INTERVAL, anchor="treatment", start=0, end=28, cap=28),
        Direction.LOWER,
        Derivation((), "DLT assessment signed at the end of the window: yes or no"),
        origin="proposed",
    )
    das = Outcome(
        "proposed-2",
        OutcomeLevel.SECONDARY,
        "DAS28 score",
        OutcomeType.CONTINUOUS,
        TimeFrame("Baseline to week 12", FrameKind.CHANGE, anchor="day0", baseline=True, days=(84.0,)),
        Direction.LOWER,
        Derivation(
            (Parameter("DAS28", "Disease activity score, 28 joints", "RS"),),
            "value on day 84 minus value at baseline",
            change=True,
        ),
        (
            IntercurrentEvent(
                "rescue medication", "treatment policy", "the question is about the strategy as it is used"
            ),
        ),
        origin="proposed",
    )
    days = (-14, 0, 1, 7, 14, 28, 56, 84)
    return Protocol(
        record=RecordReference("NCT00000001", "t", "page", DIGEST),
        arms=arms,
        dose_levels=tuple(
            DoseLevel(i, f"Level {i}", AmountPerKg(Decimal(d), "cells"), f"arm-{i}") for i, d in enumerate(doses, 1)
        ),
        design=Escalation("3+3: stop at two", 3, ("arm-1", "arm-2", "arm-3"), 3, 28, 9, readings=READINGS),
        enrolment=Enrolment(9, None),
        masking=Masking("NONE"),
        dlt=DltDefinition("grade 3 or more, related", 28, 3, 4, True, "CTCAE v5.0"),
        eligibility=Eligibility(
            (
                Criterion(Section.INCLUSION, ItemKind.MISSING, "1", "", 0, 0),
                Criterion(
                    Section.INCLUSION, ItemKind.TEXT, "2", "Rheumatoid arthritis by the 2010 ACR/EULAR criteria", 0, 40
                ),
                Criterion(Section.INCLUSION, ItemKind.TEXT, "3", "DAS28 above 3.2 at screening", 41, 70),
                Criterion(
                    Section.EXCLUSION,
                    ItemKind.TEXT,
                    "2",
                    "Serious infection in the three months before screening",
                    71,
                    120,
                ),
            ),
            18.0,
            65.0,
            "ALL",
            False,
            ("minimumAge", "maximumAge", "sex", "healthyVolunteers"),
        ),
        outcomes=(),
        proposed_outcomes=(dlt, das),
        schedule=tuple(
            Encounter(
                n,
                f"Day {d}" if d >= 0 else "Screening",
                d,
                d - (1 if d > 1 else 0),
                d + (1 if d > 1 else 0),
                ("CONSENT", "ELIGIBILITY")
                if d < 0
                else (("DOSE", "AE", "DAS28") if d == 0 else (("AE", "DAS28") if d >= 28 else ("AE",))),
            )
            for n, d in enumerate(days, 1)
        ),
        assumptions=(
            Assumption(
                "design.rule",
                "3+3: stop at two",
                "the record speaks of 3+3 and says nothing of one DLT in three",
                ("3+3: six at the MTD", "literal reading"),
                True,
                "doi:10.1093/jnci/djp079",
            ),
            Assumption("schedule.accrual", "one participant a week", "the record states no accrual"),
        ),
        problems=(
            Problem(
                "PRO-101",
                Severity.ERROR,
                "The stopping rule can be read in more than one way",
                "protocolSection.descriptionModule.detailedDescription",
                (Evidence("Stops when two participants of a cohort have a DLT.", Span(33, 1, 33, 50)),),
                "a rule for one DLT in three",
                "state the rule in protocol.yaml under design.rule",
            ),
        ),
    )


def contents() -> Contents:
    return Contents(
        record=record(),
        protocol=escalation(),
        commands=(
            "trialwright run record.txt -o report --seed 20",
            "trialwright simulate record.txt --truth 0.05,0.10,0.20 --json",
        ),
        version="0.1.0",
        findings=(
            Finding(
                "DS-007",
                Severity.WARNING,
                Status.FOUND,
                "The number of participants has no type",
                "A target and a final number mean different things.",
                Fixability.RENDERING,
                LOST,
                (Evidence("9 participants", Span(9, 1, 9, 15)),),
            ),
            Finding(
                "DT-001", Severity.INFO, Status.NOT_ASSESSABLE, "The dates have no labels", "", Fixability.RENDERING
            ),
        ),
        unfinished=(("simulating one trial", "not asked for"),),
    )


def two_arms() -> Contents:
    arms = (
        Arm(
            "arm-1",
            "Umbilical cord cells with standard care",
            ArmRole.EXPERIMENTAL,
            (
                Treatment("UC-MSC", "BIOLOGICAL", dosing("4E7", (0, 3, 6), flat=True), "x"),
                Treatment("Standard care", "DRUG", Dosing(), "x"),
            ),
            "x",
        ),
        Arm(
            "arm-2",
            "Placebo with standard care",
            ArmRole.PLACEBO_CONTROL,
            (
                Treatment(
                    "Saline with human serum albumin",
                    "OTHER",
                    Dosing(administrations=3, days=(0, 3, 6), route="INTRAVENOUS"),
                    "x",
                ),
            ),
            "x",
        ),
    )
    base = escalation()
    protocol = replace(
        base,
        arms=arms,
        dose_levels=(),
        dlt=None,
        design=Parallel(("arm-1", "arm-2"), (2, 1), 100, True),
        enrolment=Enrolment(100, "ACTUAL"),
        masking=Masking("QUADRUPLE", ("PARTICIPANT", "CARE_PROVIDER", "INVESTIGATOR", "OUTCOMES_ASSESSOR")),
        outcomes=tuple(replace(o, origin="registry") for o in base.proposed_outcomes),
        proposed_outcomes=(),
        schedule=tuple(
            Encounter(n, f"Day {d}", d, d, d, ("DOSE", "AE") if d in (0, 3, 6) else ("AE", "DAS28"))
            for n, d in enumerate((0, 3, 6, 10, 14, 21, 28, 90), 1)
        ),
    )
    return replace(contents(), protocol=protocol)


def one_arm() -> Contents:
    base = two_arms()
    (first, *_) = base.protocol.arms
    protocol = replace(base.protocol, arms=(first,), design=SingleArm("arm-1", 9), enrolment=Enrolment(9, "ESTIMATED"))
    return replace(base, protocol=protocol)


def hostile() -> Contents:
    bad = '<script>alert("1")</script>"><img src=http://x.test/a onerror=alert(1)>\x00\ud800\u202e'
    base = contents()
    protocol = replace(
        base.protocol,
        arms=tuple(
            replace(a, label=bad, treatments=tuple(replace(t, name=bad) for t in a.treatments))
            for a in base.protocol.arms
        ),
        eligibility=replace(
            base.protocol.eligibility, criteria=(Criterion(Section.INCLUSION, ItemKind.TEXT, bad, bad, 0, 9),), sex=bad
        ),
        assumptions=(Assumption(bad, bad, bad, (bad,), True, bad),),
        proposed_outcomes=tuple(
            replace(o, measure=bad, derivation=replace(o.derivation, text=bad)) for o in base.protocol.proposed_outcomes
        ),
        problems=(Problem(bad, Severity.ERROR, bad, bad, (Evidence(bad, Span(1, 1, 1, 2)),), bad, bad),),
    )
    return replace(
        base, record=replace(record(bad, bad), unmapped={bad: bad}), protocol=protocol, commands=(bad,), version=bad
    )
