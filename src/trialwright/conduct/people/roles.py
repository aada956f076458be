"""The roles of a trial, the duties of each, and which of them the masking of a protocol leaves in the dark."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """In which capacity somebody acts."""

    SPONSOR = "sponsor"
    INVESTIGATOR = "investigator"
    COORDINATOR = "coordinator"
    CARE_PROVIDER = "care provider"
    OUTCOMES_ASSESSOR = "outcomes assessor"
    PREPARER = "preparer"
    MEDICAL_MONITOR = "medical monitor"
    MONITOR = "monitor"
    DATA_MANAGER = "data manager"
    STATISTICIAN = "statistician"
    DSMB = "dsmb"
    INSPECTOR = "inspector"
    PARTICIPANT = "participant"


class Duty(StrEnum):
    """What a command calls for."""

    RUN_TRIAL = "run the trial"
    MANAGE_STAFF = "manage staff"
    TAKE_CONSENT = "take consent"
    SCREEN = "screen"
    JUDGE = "judge eligibility"
    ENROL = "enrol"
    RANDOMISE = "randomise"
    SEAL_RANDOMISATION = "seal the randomisation"
    PREPARE = "prepare the product"
    ADMINISTER = "administer"
    ENTER = "enter data"
    ASSESS_OUTCOMES = "assess outcomes"
    REPORT_SAFETY = "report adverse events"
    ASSESS_DLT = "assess dose-limiting toxicity"
    REVIEW_DLT = "review dose-limiting toxicity"
    DECIDE = "decide"
    UNBLIND = "unblind in an emergency"
    LOCK = "lock the database"
    EXPORT = "export"
    READ = "read"
    AUDIT = "read the audit trail"


_SITE_WORK = (Duty.SCREEN, Duty.ENTER, Duty.REPORT_SAFETY, Duty.READ)
DUTIES: Mapping[Role, frozenset[Duty]] = {
    role: frozenset(duties)
    for role, duties in {
        Role.SPONSOR: (
            Duty.RUN_TRIAL,
            Duty.SEAL_RANDOMISATION,
            Duty.MANAGE_STAFF,
            Duty.DECIDE,
            Duty.LOCK,
            Duty.EXPORT,
            Duty.READ,
            Duty.AUDIT,
        ),
        Role.INVESTIGATOR: (
            *_SITE_WORK,
            Duty.TAKE_CONSENT,
            Duty.JUDGE,
            Duty.ENROL,
            Duty.RANDOMISE,
            Duty.ADMINISTER,
            Duty.ASSESS_OUTCOMES,
            Duty.ASSESS_DLT,
            Duty.UNBLIND,
            Duty.AUDIT,
        ),
        Role.COORDINATOR: (*_SITE_WORK, Duty.TAKE_CONSENT, Duty.ENROL, Duty.RANDOMISE, Duty.AUDIT),
        Role.CARE_PROVIDER: (Duty.ADMINISTER, Duty.ENTER, Duty.REPORT_SAFETY, Duty.READ, Duty.UNBLIND),
        Role.OUTCOMES_ASSESSOR: (Duty.ASSESS_OUTCOMES, Duty.READ),
        Role.PREPARER: (Duty.PREPARE, Duty.READ),
        Role.MEDICAL_MONITOR: (Duty.REVIEW_DLT, Duty.DECIDE, Duty.UNBLIND, Duty.READ, Duty.AUDIT),
        Role.MONITOR: (Duty.READ, Duty.AUDIT),
        Role.DATA_MANAGER: (Duty.ENTER, Duty.LOCK, Duty.EXPORT, Duty.READ, Duty.AUDIT),
        Role.STATISTICIAN: (Duty.SEAL_RANDOMISATION, Duty.EXPORT, Duty.READ, Duty.AUDIT),
        Role.DSMB: (Duty.READ, Duty.DECIDE, Duty.EXPORT),
        Role.INSPECTOR: (Duty.READ, Duty.AUDIT, Duty.EXPORT),
        Role.PARTICIPANT: (Duty.READ,),
    }.items()
}
"""What each role may do. Whoever has no duty for a command is refused it."""

SEES_WHO_ENTERS = frozenset({Duty.ENROL, Duty.RANDOMISE, Duty.TAKE_CONSENT, Duty.SCREEN})
"""The duties of those who let participants in: they must not know how the next arm is drawn."""
