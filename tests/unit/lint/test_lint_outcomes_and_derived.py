"""Rules about outcomes, and what the registry derives: what each must find, and what it must leave alone."""

from lint_cases import PRIMARY, SUMMARY, check, judged

# rule, changes that it must find, changes that it must leave alone
CASES = [
    (
        "DV-002",
        [
            (
                "contactsLocationsModule",
                {"locations": [{"facility": name, "geoPoint": {"lat": 1.5, "lon": 2.5}} for name in "AB"]},
            )
        ],
        [
            (
                "contactsLocationsModule",
                {
                    "locations": [
                        {"facility": name, "geoPoint": {"lat": lat, "lon": 2.5}}
                        for name, lat in (("A", 1.5), ("B", 1.6))
                    ]
                },
            )
        ],
    ),
    (
        "DV-003",
        [("ipdSharingStatementModule", {"ipdSharing": "YES"})],
        [
            (
                "ipdSharingStatementModule",
                {
                    "ipdSharing": "YES",
                    "infoTypes": ["SAP"],
                    "timeFrame": "After 1 year",
                    "accessCriteria": "On request",
                },
            )
        ],
    ),
    (
        "DV-004",
        [(SUMMARY, "The mortality of pneumonia is 2 %. 40 adults, 20 per group. The mortality of pneumonia is 2-5 %.")],
        [(SUMMARY, "The mortality of pneumonia is 2 %, 40 adults, 20 per group. The mortality of sepsis is 30 %.")],
    ),
    (
        "DV-005",
        [(SUMMARY, "The maxium dose in 40 adults, 20 per group.")],
        [(SUMMARY, "The maximum dose in 40 adults, 20 per group.")],
    ),
    ("OC-001", [(PRIMARY, None)], []),
    (
        "OC-002",
        [
            (
                PRIMARY,
                [
                    {
                        "measure": "Oxygen saturation",
                        "description": "Number of patients with a rise of 3 %",
                        "timeFrame": "Day 4",
                    }
                ],
            )
        ],
        [
            (
                PRIMARY,
                [
                    {
                        "measure": "Normalised oxygen saturation",
                        "description": "Number of patients with a rise of 3 %",
                        "timeFrame": "Day 4",
                    }
                ],
            )
        ],
    ),
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
    (
        "OC-007",
        [
            (
                PRIMARY,
                [
                    {
                        "measure": name,
                        "description": "Measured by the site's own laboratory with its usual method",
                        "timeFrame": "Day 4",
                    }
                    for name in ("CRP", "LDH", "ALT")
                ],
            )
        ],
        [
            (
                PRIMARY,
                [
                    {
                        "measure": name,
                        "description": f"{name} measured by the site's own laboratory with its usual method",
                        "timeFrame": "Day 4",
                    }
                    for name in ("CRP", "LDH", "ALT")
                ],
            )
        ],
    ),
    (
        "OC-008",
        [(SUMMARY, "40 adults, 20 per group. They will be followed for 12 months.")],
        [(SUMMARY, "40 adults, 20 per group. They will be followed for 28 days.")],
    ),
    (
        "OC-009",
        [
            (
                PRIMARY,
                [
                    {"measure": f"Clinical scale {place}", "description": text, "timeFrame": "Day 4"}
                    for place, text in enumerate(
                        (
                            "1. Death; 2. Ventilated; 3. On oxygen; 4. In hospital; 5. At home",
                            "1. At home; 2. In hospital; 3. On oxygen; 4. Ventilated; 5. Death",
                        )
                    )
                ],
            )
        ],
        [
            (
                PRIMARY,
                [
                    {
                        "measure": f"Clinical scale {place}",
                        "description": "1. Death; 2. Ventilated; 3. On oxygen; 4. In hospital; 5. At home",
                        "timeFrame": "Day 4",
                    }
                    for place in (1, 2)
                ],
            )
        ],
    ),
    (
        "OC-010",
        [(PRIMARY, [{"measure": "Safety and efficacy", "timeFrame": "Day 4"}])],
        [(PRIMARY, [{"measure": "Safety: adverse events of grade 3", "timeFrame": "Day 4"}])],
    ),
]


@judged(CASES)
def test_a_rule_finds_its_fault_and_leaves_a_near_miss_alone(rule, changes, near_miss):
    check(rule, changes, near_miss)
