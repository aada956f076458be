"""A trial at its desk with participants who can be treated, for tests: open-label escalation, and masked arms."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

from made_up_protocols import escalation, flat, protocol_of
from masked_trial import Trial
from trialwright.conduct import commands as ask
from trialwright.conduct.safety.asks import Override
from trialwright.conduct.treating.asks import PlanDose
from trialwright.core.quantity import AmountPerKg
from trialwright.protocol.arms import Arm, ArmRole, Treatment
from trialwright.protocol.dosing import DoseReading, Dosing
from trialwright.protocol.kinds import Masking, Parallel
from trialwright.protocol.schedule import Encounter

START = date(2026, 1, 1)
SCHEDULE = (
    Encounter(1, "Screening", -7, -7, -1, ("CONSENT", "CRP")),
    Encounter(2, "Day 0", 0, 0, 0, ("DOSE", "AE", "CRP")),
    Encounter(3, "Day 3", 3, 2, 4, ("DOSE", "AE")),
    Encounter(4, "Day 28", 28, 26, 30, ("DLT", "AE", "CRP")),
    Encounter(5, "Day 84", 84, 77, 91, ("AE", "CRP")),
)


def per_kg(name, cells, days=(0,)):
    reading = DoseReading(AmountPerKg(Decimal(cells), "cells"), "as written")
    return Treatment(name, "BIOLOGICAL", Dosing((reading,), administrations=len(days), days=days), "made up")


def masked(*, cells=None, placebo=None):
    """Two masked arms; by default cells per kilogram, and a placebo in a flat amount, on days 0 and 3."""
    arms = (
        Arm("cells", "cells", ArmRole.EXPERIMENTAL, cells or (per_kg("UC-MSC", "1E6", (0, 3)),), "made up"),
        Arm("placebo", "placebo", ArmRole.PLACEBO_CONTROL, placebo or (flat("Saline", "0", (0, 3)),), "made up"),
    )
    made = protocol_of(arms, Parallel(("cells", "placebo"), (1, 1), 60, True), size=60)
    masking = Masking("QUADRUPLE", ("PARTICIPANT", "CARE_PROVIDER", "INVESTIGATOR", "OUTCOMES_ASSESSOR"))
    return dataclasses.replace(made, masking=masking, schedule=SCHEDULE)


def open_label(days=(0, 3)):
    """A dose escalation per kilogram with a DLT window of 28 days, several administrations."""
    made = escalation()
    treatment = dataclasses.replace(
        made.arms[0].treatments[0],
        dosing=dataclasses.replace(made.arms[0].treatments[0].dosing, administrations=len(days), days=days),
    )
    return dataclasses.replace(
        made, arms=(dataclasses.replace(made.arms[0], treatments=(treatment,)),), schedule=SCHEDULE
    )


class Treated(Trial):
    """A trial whose day can be set, and whose participants are weighed."""

    def on(self, day):
        self.desk.today = START + timedelta(days=day)
        return self

    def weigh(self, subject, kg, day, number=1, unit="kg"):
        values = {"TESTCD": "WEIGHT", "TEST": "Weight", "STRESN": kg, "STRESU": unit}
        return self.do("ivy", ask.Record("VS", subject, number, day, values))

    def enter(self, *subjects, level=1, kg=61.5, weigh=True):
        """Enrolled on trial day 4, by a signed override above level 1, allocated to the level, weighed."""
        self.admit(*subjects)
        for place, subject in enumerate(subjects, start=1):
            if level > 1:
                signed = Override("enrol", "the test asks for this level", ("arm-1",), level, 1)
                self.do("max", ask.Decide(), signed)
            self.do("ivy", ask.Enrol(subject, 4), ask.Allocate(subject, 4, "arm-1", level, place))
            if weigh:
                self.weigh(subject, kg, 4)

    def plan(self, subject, number=1, person="ivy", **how):
        self.do(person, PlanDose(subject, number), **how)
        return self.desk.standing.treating.planned[subject, number]

    def rows(self, domain, subject):
        """The rows that stand, with the day and the values that are known, by number."""
        return {
            key[2]: {"DAY": fact.day, **{name: value for name, value in fact.values.items() if value is not None}}
            for key, fact in self.desk.standing.data.rows.items()
            if key[:2] == (domain, subject) and not fact.retracted
        }


def at(day, clock="10:00:00", zone="+00:00"):
    """A time on a trial day."""
    return f"{START + timedelta(days=day)}T{clock}{zone}"
