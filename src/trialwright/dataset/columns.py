"""The declared columns of every table.

Names are SDTM's where SDTM has one. Every table begins with the columns of `KEYS`. Trial days are whole
numbers (0 = the trial's opening). Doses are decimal numbers written as text, so that no float ever rounds them.
DLT assessments have no home in SDTM; they are in the sponsor-defined domain XD.
"""

from __future__ import annotations

from collections.abc import Mapping

TEXT, WHOLE, NUMBER, FLAG = "text", "whole number", "number", "Y/N"

KEYS: Mapping[str, str] = {
    "DOMAIN": TEXT,
    "USUBJID": TEXT,
    "SEQ": WHOLE,
    "VERSION": WHOLE,
    "DAY": WHOLE,
    "KNOWN": WHOLE,
}

_FINDINGS: Mapping[str, str] = {
    "TESTCD": TEXT,
    "TEST": TEXT,
    "STRESN": NUMBER,
    "STRESC": TEXT,
    "STRESU": TEXT,
    "VISITNUM": WHOLE,
    "VISITDY": WHOLE,
    "STAT": TEXT,
    "REASND": TEXT,
}

COLUMNS: Mapping[str, Mapping[str, str]] = {
    # demographics: one row per participant, DAY = day of enrolment (allocation) or of screening for a screen failure
    "DM": {
        "SITEID": TEXT,
        "AGE": WHOLE,
        "SEX": TEXT,
        "ARMCD": TEXT,
        "DOSELVL": WHOLE,
        "COHORT": WHOLE,
        "STRATUM": TEXT,
    },
    "SV": {"VISITNUM": WHOLE, "VISIT": TEXT, "VISITDY": WHOLE, "OCCUR": FLAG},
    "IE": {"IECAT": TEXT, "IETESTCD": TEXT, "IETEST": TEXT, "IEORRES": TEXT},
    "MH": {"MHTERM": TEXT, "MHCAT": TEXT},
    "CM": {"CMTRT": TEXT, "CMCAT": TEXT, "ENDAY": WHOLE},
    "PR": {"PRTRT": TEXT, "PRCAT": TEXT, "ENDAY": WHOLE},
    # exposure: planned and delivered dose of one administration, as decimal text with its unit
    "EX": {
        "EXTRT": TEXT,
        "EXPDOSE": TEXT,
        "EXDOSE": TEXT,
        "EXDOSU": TEXT,
        "EXROUTE": TEXT,
        "EXVOL": TEXT,
        "VISITDY": WHOLE,
        "OCCUR": FLAG,
        "REASND": TEXT,
    },
    "AE": {
        "AETERM": TEXT,
        "AEBODSYS": TEXT,
        "AEHEMAT": FLAG,
        "AETOXGR": WHOLE,
        "AESER": FLAG,
        "AEREL": FLAG,
        "AEOUT": TEXT,
        "ENDAY": WHOLE,
    },
    # signed assessment of one participant at the end of the DLT window: DLT or not, evaluable or not
    "XD": {"XDDLT": FLAG, "XDEVAL": FLAG, "XDREASN": TEXT},
    "DS": {"DSCAT": TEXT, "DSDECOD": TEXT, "DSTERM": TEXT},
    "DV": {"DVCAT": TEXT, "DVTERM": TEXT},
    "LB": _FINDINGS,
    "VS": _FINDINGS,
    "FT": _FINDINGS,
    "RS": _FINDINGS,
}

# columns that name a trial day which may lie ahead, with the columns that are only known once it has come
ENDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "CM": {"ENDAY": ()},
    "PR": {"ENDAY": ()},
    "AE": {"ENDAY": ("AEOUT",)},
}

# DSDECOD terms used by simulated and live trials alike
CONSENT = "INFORMED CONSENT OBTAINED"
ENROLLED = "ENROLLED"
SCREEN_FAILURE = "SCREEN FAILURE"
COMPLETED = "COMPLETED"
DEATH = "DEATH"
WITHDRAWAL = "WITHDRAWAL BY SUBJECT"
LOST = "LOST TO FOLLOW-UP"
REPLACED = "NOT EVALUABLE, REPLACED"

# TESTCD of the RS rows on which designs decide: response, STRESC = Y or N (the vital sign RESP is another thing)
RESPONSE_TESTCD = "RESPONSE"

# COHORT of a participant who backfills a level that is cleared already, beside the numbered cohorts (1 = first)
BACKFILL = -1

# why a finding has no value (STAT = NOT DONE); never one code for all
MISSING_REASONS = ("died", "unable", "not_done", "ltfu")
