"""Every rule of the linter: a record that it must find, and a near miss that it must leave alone."""

import copy
import json
from datetime import date

import pytest

from trialwright import lint, record
from trialwright.core.problem import Severity
from trialwright.lint.finding import Status
from trialwright.lint.rules import RULES

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


def found(made, *, as_of=None):
    """The rules that find something in a study, with their findings."""
    findings = lint.run(record.read(json.dumps(made).encode()), as_of=as_of)
    return {item.rule: item for item in findings if item.status is Status.FOUND}


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

# rule, changes that it must find, changes that it must leave alone
CASES = [
    ("ID-001", [("identificationModule.nctId", "NCT123")], [("identificationModule.nctId", "NCT00000001")]),
    (
        "ID-002",
        [("identificationModule.briefTitle", "Cells (BX-U001)"), (f"{ARMS}.0.label", "Cells (BC-U001)")],
        [("identificationModule.briefTitle", "Cells (BX-U001)"), (f"{ARMS}.0.label", "Cells (BX-U001)")],
    ),
    (
        "ID-004",
        [(SUMMARY, "It follows NCT07654321.")],
        [(SUMMARY, "This trial, NCT01234567, is randomized.")],
    ),
    (
        "RF-001",
        [(CRITERIA, "Inclusion Criteria:\n\n2. Pneumonia\n3. Consent\n\nExclusion Criteria:\n\n1. Shock")],
        [(CRITERIA, "Inclusion Criteria:\n\n1. Pneumonia\n2. Consent\n\nExclusion Criteria:\n\n1. Shock")],
    ),
    ("RF-003", [("conditionsModule.conditions", None)], []),
    (
        "RF-004",
        [(CELLS, "A single intravenous infusion of 1 X 10 8 cells.")],
        [(CELLS, "A single intravenous infusion of 1 x 10^8 cells.")],
    ),
    (
        "RF-005",
        [(CELLS, "A single intravenous infusion of 4.0*10E7 cells.")],
        [(CELLS, "A single intravenous infusion of 4.0E7 cells.")],
    ),
    (
        "ST-001",
        [(STATUS, "WITHDRAWN")],
        [
            (STATUS, "WITHDRAWN"),
            ("statusModule.startDateStruct.date", "2024-01"),
            ("statusModule.completionDateStruct.date", "2025-02"),
            ("statusModule.primaryCompletionDateStruct.date", "2025-02"),
        ],
    ),
    ("ST-002", [(STATUS, "TERMINATED")], [(STATUS, "TERMINATED"), ("statusModule.whyStopped", "No funds")]),
    (
        "ST-003",
        [(STATUS, "WITHDRAWN")],
        [(STATUS, "WITHDRAWN"), ("designModule.enrollmentInfo", {"count": 0, "type": "ACTUAL"})],
    ),
    ("ST-004", [(STATUS, "UNKNOWN")], [(STATUS, "COMPLETED")]),
    (
        "ST-005",
        [(STATUS, "COMPLETED"), ("contactsLocationsModule", {"locations": [{"status": "RECRUITING"}]})],
        [(STATUS, "RECRUITING"), ("contactsLocationsModule", {"locations": [{"status": "RECRUITING"}]})],
    ),
    (
        "ST-006",
        [("statusModule.completionDateStruct.date", "2025-02"), ("statusModule.primaryCompletionDateStruct", {})],
        [("statusModule.completionDateStruct.date", "2025-03"), ("statusModule.primaryCompletionDateStruct", {})],
    ),
    (
        "ST-007",
        [("statusModule.startDateStruct.date", "2026-07-01")],
        [("statusModule.startDateStruct.date", "2026-01")],
    ),
    (
        "ST-011",
        [(SUMMARY, "In all 90 severe patients will be recruited in this randomized trial.")],
        [
            (
                SUMMARY,
                "In this randomized trial 20 patients will be enrolled here and 20 patients will be enrolled there.",
            )
        ],
    ),
    ("ST-012", [(STATUS, "COMPLETED")], [(STATUS, "COMPLETED"), ("designModule.enrollmentInfo.type", "ACTUAL")]),
    ("DS-001", [(ALLOCATION, "NON_RANDOMIZED")], [(ALLOCATION, "NON_RANDOMIZED"), *NO_PLACEBO]),
    ("DS-002", [(MASKING, {"masking": "NONE"})], [(MASKING, {"masking": "NONE"}), *NO_PLACEBO]),
    (
        "DS-003",
        [(ALLOCATION, "NON_RANDOMIZED")],
        [
            (ALLOCATION, "NON_RANDOMIZED"),
            ("identificationModule.briefTitle", "A Non-Randomized Trial"),
            (SUMMARY, "Earlier randomized trials were small. This trial has two groups."),
        ],
    ),
    ("DS-005", [(ALLOCATION, "NA")], [(ALLOCATION, "NON_RANDOMIZED")]),
    (
        "DS-009",
        [
            ("designModule.designInfo", {"allocation": "NON_RANDOMIZED", "interventionModel": "SEQUENTIAL"}),
            (f"{ARMS}.0.description", "One infusion at the selected dose from phase 1."),
            (CELLS, "Given intravenously."),
        ],
        [],
    ),
    (
        "DS-011",
        [
            (f"{ARMS}.1.type", "NO_INTERVENTION"),
            (f"{ARMS}.1.description", "Patients will receive standard therapy with glucocorticoids."),
        ],
        [
            (f"{ARMS}.1.type", "NO_INTERVENTION"),
            (f"{ARMS}.1.description", "Patients will not receive any study drug."),
        ],
    ),
    (
        "DS-013",
        [(SUMMARY, "This randomized trial enrols adults.")],
        [],
    ),
    (
        "DS-015",
        [(f"{MASKING}.whoMasked", ["PARTICIPANT"])],
        [(f"{MASKING}.whoMasked", ["PARTICIPANT", "OUTCOMES_ASSESSOR"])],
    ),
    ("DO-001", [(CELLS, "Cells are given.")], []),
    ("DO-003", [(CELLS, "3 does of 1 million cells/kg intravenously.")], [(CELLS, "The drug does not cure.")]),
    (
        "EL-002",
        [(CRITERIA, "Inclusion Criteria:\n\n1. Patients are intubated\n2. Patients sign informed consent")],
        [
            (
                CRITERIA,
                "Inclusion Criteria:\n\n1. Patients are intubated\n2. A representative signs the informed consent",
            )
        ],
    ),
    (
        "EL-009",
        [
            (ALLOCATION, "NON_RANDOMIZED"),
            (CRITERIA, "Exclusion Criteria:\n\n1. Steroids within 28 days prior to randomization"),
        ],
        [(CRITERIA, "Exclusion Criteria:\n\n1. Steroids within 28 days prior to randomization")],
    ),
    ("OC-001", [(PRIMARY, None)], []),
    (
        "OC-003",
        [(PRIMARY, [{"measure": "Lactate dehydrogenase (mg/dL)", "timeFrame": "Day 4"}])],
        [(PRIMARY, [{"measure": "Glucose (mg/dL) and LDH (U/L)", "timeFrame": "Day 4"}])],
    ),
    (
        "OC-004",
        [(PRIMARY, [{"measure": "Number of participants with a reduction in CRP", "timeFrame": "Baseline, Day 4"}])],
        [(PRIMARY, [{"measure": "Change from baseline in CRP", "timeFrame": "Baseline, Day 4"}])],
    ),
    (
        "OC-005",
        [(PRIMARY, [{"measure": "Change in FEV1 from baseline to day 28", "timeFrame": "Day 28"}])],
        [(PRIMARY, [{"measure": "Change in FEV1 from baseline to day 28", "timeFrame": "Baseline, Day 28"}])],
    ),
    (
        "OC-006",
        [(PRIMARY, [{"measure": "Change from baseline in FEV1", "timeFrame": "Baseline, Day 28"}])],
        [(PRIMARY, [{"measure": "Overall survival", "timeFrame": "Day 28"}])],
    ),
]


@pytest.mark.parametrize(("rule", "changes", "near_miss"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_finds_its_fault_and_leaves_a_near_miss_alone(rule, changes, near_miss):
    hit = found(study(*changes)).get(rule)
    assert hit is not None
    assert hit.message
    assert hit.why
    assert rule not in found(study(*near_miss))


def test_the_sound_study_has_no_error_and_no_warning():
    serious = {rule: item.message for rule, item in found(SOUND).items() if item.severity is not Severity.INFO}
    assert serious == {}


def test_every_rule_has_a_case_here_or_on_the_examples():
    elsewhere = {"RF-008", "RF-011", "DS-004", "DS-008"}
    assert {rule.id for rule in RULES} == {case[0] for case in CASES} | elsewhere
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_dates_are_judged_on_the_day_given():
    open_trial = study(("statusModule.completionDateStruct.date", "2026-06"))
    assert "ST-006" not in found(open_trial)
    late = found(open_trial, as_of=date(2026, 7, 1))["ST-006"]
    assert late.as_of == date(2026, 7, 1)


def test_without_any_date_of_update_dated_rules_are_not_assessable():
    made = study((STATUS, "WITHDRAWN"), ("statusModule.lastUpdatePostDateStruct", None))
    findings = lint.run(record.read(json.dumps(made).encode()))
    assert {item.rule for item in findings if item.status is Status.NOT_ASSESSABLE} >= {"ST-001"}


# what each bundled example must show, and what its rendering makes impossible to assess
EXAMPLES = {
    "NCT04452097.unlabelled-page.txt": (
        {"DS-001", "DS-002", "DS-008", "DS-009", "EL-002", "EL-009", "RF-001", "RF-003", "RF-011", "ST-001"},
        {"OC-001", "OC-006", "ST-002", "ST-003"},
    ),
    "NCT05689008.labelled-page.txt": ({"DS-011", "DS-013", "DO-001", "RF-011", "ST-004", "ST-005"}, {"OC-001"}),
    "NCT04456361.classic-page.txt": (
        {"RF-003", "RF-004", "RF-008", "OC-003", "OC-004", "OC-006", "ST-012"},
        {"OC-001"},
    ),
    "NCT04971980.unlabelled-page.txt": (
        {"DS-004", "DS-008", "EL-009", "RF-001", "RF-003", "RF-011"},
        {"OC-001", "OC-006", "ST-012"},
    ),
    "NCT04288102.api-repr.txt": ({"RF-005", "DO-003", "ID-004", "ST-011", "OC-005"}, set()),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_show_what_their_trials_are_known_for(examples, name):
    must, unknown = EXAMPLES[name]
    findings = lint.run(record.read(examples / name))
    hits = {item.rule for item in findings if item.status is Status.FOUND}
    assert must <= hits
    assert unknown <= {item.rule for item in findings if item.status is Status.NOT_ASSESSABLE}
    for item in findings:
        if item.status is Status.FOUND and item.rule not in ("RF-003", "RF-011", "ST-004"):
            assert any(quoted.quote for quoted in item.evidence) or item.rule in ("DS-008", "DS-013"), item.rule


def test_a_lost_field_is_never_called_absent(examples):
    for name in EXAMPLES:
        read = record.read(examples / name)
        for item in lint.run(read):
            if item.status is Status.FOUND and item.field and read.presence(item.field).value == "lost":
                assert item.rule in ("RF-003", "RF-008", "RF-011", "DS-008"), (name, item.rule)


def test_the_most_serious_stands_first_and_what_cannot_be_assessed_last(examples):
    orders = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    for path in sorted(examples.glob("NCT*")):
        made = lint.run(record.read(path), as_of=date(2026, 1, 1))
        places = [(finding.status is not Status.FOUND, orders[finding.severity]) for finding in made]
        assert places == sorted(places), path.name
        assert len({order for missing, order in places if not missing}) > 1, path.name
