"""Small trials built by hand for the tests of the analysis."""

from trialwright.dataset.facts import Fact
from trialwright.dataset.trialdata import TrialData
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.eligibility.items import Eligibility
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
from trialwright.protocol.timeframe import FrameKind, TimeFrame

CRP = Parameter("CRP", "C-reactive protein", "LB", "mg/L")
SCALE = Parameter(
    "CLIN6",
    "Clinical status",
    "RS",
    categories=((1, "at home"), (2, "ward"), (3, "oxygen"), (4, "high flow"), (5, "ventilated"), (6, "dead")),
)
DEATH_COMPOSITE = (IntercurrentEvent("death", "composite"),)


def outcome(
    type_=OutcomeType.CONTINUOUS,
    days=(28,),
    parameter=CRP,
    direction=Direction.LOWER,
    end=None,
    intercurrent=(),
    tolerance=None,
    id_="primary-1",
    **derivation,
):
    frame = TimeFrame("", FrameKind.POINTS, days=tuple(float(d) for d in days), end=end, tolerance=tolerance)
    parameters = (parameter,) if parameter else ()
    return Outcome(
        id_,
        OutcomeLevel.PRIMARY,
        "a measure",
        type_,
        frame,
        direction,
        Derivation(parameters, "", **derivation),
        intercurrent,
    )


def arm(number, role=ArmRole.EXPERIMENTAL):
    return Arm(f"arm-{number}", f"Arm {number}", role, (), "")


def protocol(*outcomes, design=None, arms=None, proposed=(), schedule=(), dlt=False):
    arms = arms or (arm(1), arm(2, ArmRole.PLACEBO_CONTROL))
    return Protocol(
        RecordReference(None, "", "", ""),
        arms,
        (),
        design or Parallel(("arm-1", "arm-2"), (1, 1), None, True),
        Enrolment(),
        Masking(),
        DltDefinition("", 28) if dlt else None,
        Eligibility(),
        tuple(outcomes),
        tuple(proposed),
        tuple(schedule),
    )


ONE_ARM = SingleArm("arm-1", 9)
LEVELS = Escalation("three-plus-three", 2, ("arm-1", "arm-2"))
LATE = 200  # by then everything is known


class Site:
    """Writes facts; every participant enters on day 10 and is dosed on day 12 unless told otherwise."""

    def __init__(self):
        self.facts = []
        self._numbers = {}

    def write(self, domain, subject, day, **values):
        key = (domain, subject)
        self._numbers[key] = self._numbers.get(key, 0) + 1
        self.facts.append(Fact(domain, subject, self._numbers[key], day, max(day, 0), values=values))

    def enrol(self, subject, arm_id="arm-1", *, level=None, dosed=True):
        self.write("DM", subject, 10, ARMCD=arm_id, AGE=50, SEX="F", DOSELVL=level)
        self.write("DS", subject, 10, DSDECOD="ENROLLED")
        if dosed:
            self.write("EX", subject, 12, OCCUR="Y", EXTRT="cells")
        return subject

    def measure(self, subject, day, value=None, *, code="CRP", domain="LB", **more):
        """`day` is relative to the first dose."""
        self.write(domain, subject, 12 + day, TESTCD=code, STRESN=value, **more)

    def leave(self, subject, day, how):
        self.write("DS", subject, 12 + day, DSDECOD=how)

    def data(self, until=LATE):
        if until is not None:
            self.write("DV", "nobody", until)
            self.write("SV", "nobody", until)
            self.facts.append(Fact("LB", "nobody", 1, until, until, values={}))
        return TrialData.from_facts(self.facts)
