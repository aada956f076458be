"""What each command of the desk is called on the command line and in files of commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.conduct import commands as data
from trialwright.conduct.events import trial as course
from trialwright.conduct.milestones import asks as milestones

NAMES: Mapping[str, type[Any]] = {
    "confirm": data.Confirm,
    "open": course.OpenedToEnrolment,
    "enrol": data.Enrol,
    "allocate": data.Allocate,
    "dose": data.Dose,
    "assess-dlt": data.AssessDlt,
    "record": data.Record,
    "supplement": data.Supplement,
    "correct": data.Correct,
    "retract": data.Retract,
    "decide": data.Decide,
    "amend": milestones.Amend,
    "bring-into-force": course.AmendmentInForce,
    "pause": course.EnrolmentPaused,
    "resume": course.EnrolmentResumed,
    "close": course.EnrolmentClosed,
    "lock": milestones.Lock,
    "unlock": course.Unlocked,
    "unmask": milestones.Unmask,
}
