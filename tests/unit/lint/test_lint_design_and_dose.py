"""Rules about designs and doses: what each must find, and what it must leave alone."""

from lint_cases import ALLOCATION, ARMS, CELLS, CRITERIA, MASKING, NO_PLACEBO, SUMMARY, check, judged

# rule, changes that it must find, changes that it must leave alone
CASES = [
    ("DO-001", [(CELLS, "Cells are given.")], []),
    (
        "DO-002",
        [(CELLS, "A single intravenous infusion of 1 million cells/kg on day 0.")],
        [
            (
                CELLS,
                (
                    "A single intravenous infusion of 1 million cells/kg, not exceeding a dose of 100 "
                    "million cells, on day 0."
                ),
            )
        ],
    ),
    ("DO-003", [(CELLS, "3 does of 1 million cells/kg intravenously.")], [(CELLS, "The drug does not cure.")]),
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
        "DS-006",
        [
            ("designModule.phases", ["PHASE1", "PHASE2"]),
            (SUMMARY, "In the phase 1 part 9 adults receive rising doses; the phase 2 part is randomized 1:1 in 40."),
        ],
        [
            ("designModule.phases", ["PHASE1", "PHASE2"]),
            (SUMMARY, "A phase 1/2 trial; the recommended phase 2 dose is known, 40 adults, 20 per group."),
        ],
    ),
    (
        "DS-007",
        [
            ("designModule.phases", ["PHASE1", "PHASE2"]),
            (SUMMARY, "A dose escalation in cohorts of three to find the maximum tolerated dose."),
        ],
        [
            ("designModule.phases", ["PHASE1", "PHASE2"]),
            (SUMMARY, "A dose escalation, then an expansion at the maximum tolerated dose."),
        ],
    ),
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
        "DS-010",
        [(SUMMARY, "The trial is to find the maximum tolerated dose of cells in 40 adults, 20 per group.")],
        [(SUMMARY, "Earlier work named a safe dose of cells; 40 adults, 20 per group.")],
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
        "DS-012",
        [
            (SUMMARY, "40 adults, 20 per group, receive standard therapy, or the cells."),
            (f"{ARMS}.0.description", "One infusion in addition to standard therapy."),
        ],
        [
            (SUMMARY, "40 adults, 20 per group, receive standard therapy, or placebo."),
            (f"{ARMS}.0.description", "One infusion in addition to standard therapy."),
        ],
    ),
    (
        "DS-013",
        [(SUMMARY, "This randomized trial enrols adults.")],
        [],
    ),
    (
        "DS-014",
        [("designModule.phases", ["PHASE3"])],
        [("designModule.phases", ["PHASE3"]), (SUMMARY, "The sample size of 40, 20 per group, gives 80 % power.")],
    ),
    (
        "DS-015",
        [(f"{MASKING}.whoMasked", ["PARTICIPANT"])],
        [(f"{MASKING}.whoMasked", ["PARTICIPANT", "OUTCOMES_ASSESSOR"])],
    ),
    (
        "DS-016",
        [
            ("identificationModule.briefTitle", "Cells in ARDS"),
            ("oversightModule", {"oversightHasDmc": False}),
            ("contactsLocationsModule", {"locations": [{"facility": "A"}, {"facility": "B"}]}),
        ],
        [
            ("identificationModule.briefTitle", "Cells in ARDS"),
            ("oversightModule", {"oversightHasDmc": True}),
            ("contactsLocationsModule", {"locations": [{"facility": "A"}, {"facility": "B"}]}),
        ],
    ),
    (
        "DS-017",
        [
            ("armsInterventionsModule.interventions.1.type", "BIOLOGICAL"),
            ("armsInterventionsModule.interventions.1.name", "Placebo"),
            (f"{ARMS}.1.interventionNames", ["Biological: Placebo"]),
        ],
        [
            ("armsInterventionsModule.interventions.0.name", "Mesenchymal stem cells"),
            (f"{ARMS}.0.interventionNames", ["Biological: Mesenchymal stem cells"]),
        ],
    ),
    (
        "DS-018",
        [(f"{ARMS}.0.interventionNames", ["Biological: Other cells"])],
        [(f"{ARMS}.0.interventionNames", ["Biological: CELLS"])],
    ),
    (
        "DS-019",
        [
            (SUMMARY, "Toxicities are graded by CTCAE v4.0 in 40 adults, 20 per group."),
            (CRITERIA, "Exclusion Criteria:\n\n1. Any CTCAE version 5 toxicity"),
        ],
        [
            (SUMMARY, "Toxicities are graded by CTCAE v5.0 in 40 adults, 20 per group."),
            (CRITERIA, "Exclusion Criteria:\n\n1. A toxicity of CTCAE grade 2"),
        ],
    ),
]


@judged(CASES)
def test_a_rule_finds_its_fault_and_leaves_a_near_miss_alone(rule, changes, near_miss):
    check(rule, changes, near_miss)
