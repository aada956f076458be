"""A sound study, and what the tests of rules change in it."""

import copy
import json

import pytest

from trialwright import lint, record
from trialwright.lint.finding import Status

SOUND = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT01234567", "briefTitle": "A Randomized Trial of Cells"},
        "statusModule": {
            "overallStatus": "RECRUITING",
            "startDateStruct": {"date": "2024-01", "type": "ACTUAL"},
            "primaryCompletionDateStruct": {"date": "2026-01-10", "type": "ESTIMATED"},
            "completionDateStruct": {"date": "2026-06", "type": "ESTIMATED"},
            "lastUpdatePostDateStruct": {"date": "2025-03-01", "type": "ACTUAL"},
        },
        "descriptionModule": {
            "briefSummary": "In this randomized trial 40 adult patients will be enrolled, 20 per group (1:1).",
        },
        "conditionsModule": {"conditions": ["Pneumonia"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE1"],
            "designInfo": {
                "allocation": "RANDOMIZED",
                "interventionModel": "PARALLEL",
                "primaryPurpose": "TREATMENT",
                "maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR"]},
            },
            "enrollmentInfo": {"count": 40, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {
            "armGroups": [
                {
                    "label": "Cells",
                    "type": "EXPERIMENTAL",
                    "description": "One infusion.",
                    "interventionNames": ["Biological: Cells"],
                },
                {
                    "label": "Placebo",
                    "type": "PLACEBO_COMPARATOR",
                    "description": "One infusion of saline.",
                    "interventionNames": ["Other: Saline placebo"],
                },
            ],
            "interventions": [
                {
                    "type": "BIOLOGICAL",
                    "name": "Cells",
                    "description": "A single intravenous infusion of 1 million cells/kg on day 0.",
                    "armGroupLabels": ["Cells"],
                },
                {"type": "OTHER", "name": "Saline placebo", "description": "Once.", "armGroupLabels": ["Placebo"]},
            ],
        },
        "outcomesModule": {
            "primaryOutcomes": [
                {"measure": "Adverse events", "timeFrame": "Day 0 through Day 28"},
                {"measure": "Change from baseline in FEV1", "timeFrame": "Baseline, Day 28"},
            ],
        },
        "eligibilityModule": {
            "eligibilityCriteria": (
                "Inclusion Criteria:\n\n1. Pneumonia\n2. Written informed consent by the patient or a legal "
                "representative\n\nExclusion Criteria:\n\n1. Pregnancy"
            ),
            "sex": "ALL",
            "minimumAge": "18 Years",
        },
    },
}
ROOT = "protocolSection"


def study(*changes):
    """The sound study with values put at v2 paths; a value of None takes the field out."""
    made = copy.deepcopy(SOUND)
    for path, value in changes:
        holder = made[ROOT]
        *above, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in above:
            holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
        if value is None:
            del holder[last]
        else:
            holder[last] = value
    return made


def found(made, *, as_of=None, earlier=()):
    """The rules that find something in a study, with their findings."""
    older = tuple(record.read(json.dumps(each).encode()) for each in earlier)
    findings = lint.run(record.read(json.dumps(made).encode()), as_of=as_of, earlier=older)
    return {item.rule: item for item in findings if item.status is Status.FOUND}


def judged(cases):
    """Parametrised cases: rule, what it must find, what it must leave alone."""
    return pytest.mark.parametrize(("rule", "changes", "near_miss"), cases, ids=[case[0] for case in cases])


def check(rule, changes, near_miss):
    """The rule finds its fault, with words for a person, a reason and a confidence; it leaves the near miss alone."""
    hit = found(study(*changes)).get(rule)
    assert hit is not None
    assert hit.message
    assert hit.why
    assert hit.confidence
    assert rule not in found(study(*near_miss))


STATUS = "statusModule.overallStatus"
ALLOCATION = "designModule.designInfo.allocation"
MASKING = "designModule.designInfo.maskingInfo"
ARMS = "armsInterventionsModule.armGroups"
CELLS = "armsInterventionsModule.interventions.0.description"
SUMMARY = "descriptionModule.briefSummary"
CRITERIA = "eligibilityModule.eligibilityCriteria"
PRIMARY = "outcomesModule.primaryOutcomes"
NO_PLACEBO = (
    (f"{ARMS}.1.type", "ACTIVE_COMPARATOR"),
    (f"{ARMS}.1.label", "Standard care"),
    (f"{ARMS}.1.description", "Standard care."),
    (f"{ARMS}.1.interventionNames", ["Other: Care"]),
    ("armsInterventionsModule.interventions.1.name", "Care"),
    ("identificationModule.briefTitle", "A Trial of Cells"),
    (SUMMARY, "40 adults, cells or care."),
)
