"""What can have happened in a live trial: the frozen types of events, each with the version of its schema.

An event is never changed once it stands on a ledger. A type whose fields change gets a new schema version, and
stored events of the old one stay readable. Fields are plain: text, whole numbers, true or false, tuples of these and
mappings from text to these. The data of the trial are in `data`; who acts, and in which right, in the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.conduct.events import allocation, data, exports, people, safety, sites, subjects, treatment, trial
from trialwright.conduct.events.allocation import AllocationEvent
from trialwright.conduct.events.data import (
    Allocated,
    Confirmed,
    Corrected,
    DataEvent,
    Decided,
    DltAssessed,
    Dosed,
    Enrolled,
    Opened,
    Recorded,
    Retracted,
    Supplemented,
    Values,
)
from trialwright.conduct.events.exports import ExportEvent
from trialwright.conduct.events.people import PeopleEvent
from trialwright.conduct.events.safety import SafetyEvent
from trialwright.conduct.events.sites import SiteEvent
from trialwright.conduct.events.subjects import SubjectEvent
from trialwright.conduct.events.treatment import TreatmentEvent
from trialwright.conduct.events.trial import TrialEvent

Event = (
    DataEvent
    | TrialEvent
    | PeopleEvent
    | SiteEvent
    | SubjectEvent
    | AllocationEvent
    | TreatmentEvent
    | SafetyEvent
    | ExportEvent
)

SCHEMAS: Mapping[type[Any], int] = {
    **data.SCHEMAS,
    **trial.SCHEMAS,
    **people.SCHEMAS,
    **sites.SCHEMAS,
    **subjects.SCHEMAS,
    **allocation.SCHEMAS,
    **treatment.SCHEMAS,
    **safety.SCHEMAS,
    **exports.SCHEMAS,
}

__all__ = [
    "SCHEMAS",
    "Allocated",
    "Confirmed",
    "Corrected",
    "DataEvent",
    "Decided",
    "DltAssessed",
    "Dosed",
    "Enrolled",
    "Event",
    "Opened",
    "Recorded",
    "Retracted",
    "Supplemented",
    "Values",
]
