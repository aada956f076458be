"""Rules about status, dates and enrolment: what each must find, and what it must leave alone."""

from lint_cases import STATUS, SUMMARY, check, judged

# rule, changes that it must find, changes that it must leave alone
CASES = [
    (
        "ST-001",
        [(STATUS, "WITHDRAWN")],
        [
            (STATUS, "WITHDRAWN"),
            ("statusModule.startDateStruct.date", "2024-01"),
            ("statusModule.completionDateStruct", {"date": "2025-02", "type": "ACTUAL"}),
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
        "ST-008",
        [
            ("statusModule.completionDateStruct.date", "2026-01"),
            ("outcomesModule.secondaryOutcomes", [{"measure": "FEV1", "timeFrame": "Month 12"}]),
        ],
        [
            ("statusModule.completionDateStruct.date", "2026-12"),
            ("outcomesModule.secondaryOutcomes", [{"measure": "FEV1", "timeFrame": "Month 12"}]),
        ],
    ),
    (
        "ST-009",
        [("statusModule.studyFirstSubmitDate", "2024-03-01")],
        [("statusModule.studyFirstSubmitDate", "2024-01-31")],
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
    (
        "ST-013",
        [(STATUS, "COMPLETED"), ("statusModule.primaryCompletionDateStruct.date", "2023-05")],
        [(STATUS, "COMPLETED"), ("statusModule.primaryCompletionDateStruct.date", "2024-05")],
    ),
    ("ST-014", [("statusModule.statusVerifiedDate", "2023-12")], [("statusModule.statusVerifiedDate", "2024-06")]),
    (
        "ST-015",
        [("conditionsModule.conditions", ["COVID-19"]), ("statusModule.studyFirstSubmitDate", "2021-06-01")],
        [("conditionsModule.conditions", ["COVID-19"]), ("statusModule.studyFirstSubmitDate", "2023-02-01")],
    ),
]


@judged(CASES)
def test_a_rule_finds_its_fault_and_leaves_a_near_miss_alone(rule, changes, near_miss):
    check(rule, changes, near_miss)
