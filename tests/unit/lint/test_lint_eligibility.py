"""Rules about criteria: what each must find, and what it must leave alone."""

from lint_cases import ALLOCATION, CRITERIA, check, judged

# rule, changes that it must find, changes that it must leave alone
CASES = [
    (
        "EL-001",
        [(CRITERIA, "Inclusion Criteria:\n\n1. Age at least 21 years\n2. Consent")],
        [(CRITERIA, "Inclusion Criteria:\n\n1. Age over 17 years\n2. Consent")],
    ),
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
        "EL-003",
        [
            ("identificationModule.officialTitle", "Cells in Moderate to Severe Asthma"),
            (CRITERIA, "Inclusion Criteria:\n\n1. Mild to moderate asthma"),
        ],
        [
            ("identificationModule.officialTitle", "Cells in Moderate to Severe Asthma"),
            (CRITERIA, "Inclusion Criteria:\n\n1. Severe asthma"),
        ],
    ),
    (
        "EL-004",
        [(CRITERIA, "Exclusion Criteria:\n\n1. Fever within 24 hours before interleukin-2 infusion")],
        [(CRITERIA, "Exclusion Criteria:\n\n1. Fever within 24 hours before Cells infusion")],
    ),
    (
        "EL-005",
        [
            (
                CRITERIA,
                (
                    "Inclusion Criteria:\n\n1. Able to walk six minutes unaided\n2. Pneumonia\n3. Able "
                    "to walk six minutes, unaided"
                ),
            )
        ],
        [
            (
                CRITERIA,
                "Inclusion Criteria:\n\n1. Able to walk six minutes unaided\n2. Able to walk nine minutes unaided",
            )
        ],
    ),
    (
        "EL-006",
        [(CRITERIA, "Inclusion Criteria:\n\n1. Men agree to contraception for a month")],
        [
            (
                CRITERIA,
                (
                    "Inclusion Criteria:\n\n1. Men agree to contraception for a month\n\nExclusion "
                    "Criteria:\n\n1. Pregnancy"
                ),
            )
        ],
    ),
    (
        "EL-007",
        [(CRITERIA, "Exclusion Criteria:\n\n1. Severe liver disease")],
        [(CRITERIA, "Exclusion Criteria:\n\n1. Severe liver disease (Child-Pugh class C)")],
    ),
    (
        "EL-008",
        [(CRITERIA, "Exclusion Criteria:\n\n1. Anything that in the opinion of the investigator is unsafe")],
        [(CRITERIA, "Exclusion Criteria:\n\n1. A relative of the investigator")],
    ),
    (
        "EL-009",
        [
            (ALLOCATION, "NON_RANDOMIZED"),
            (CRITERIA, "Exclusion Criteria:\n\n1. Steroids within 28 days prior to randomization"),
        ],
        [(CRITERIA, "Exclusion Criteria:\n\n1. Steroids within 28 days prior to randomization")],
    ),
    (
        "EL-010",
        [("conditionsModule.conditions", ["Stem Cell Therapy"]), ("conditionsModule.conditions", ["Cells"])],
        [("conditionsModule.conditions", ["Sickle Cell Disease"])],
    ),
    (
        "EL-011",
        [(CRITERIA, "Inclusion Criteria:\n\n1. Respiratory rate of 30 times/min or more")],
        [(CRITERIA, "Inclusion Criteria:\n\n1. Respiratory rate of 30 breaths per minute or more")],
    ),
    (
        "EL-012",
        [(CRITERIA, "Exclusion Criteria:\n\n1. Patients with pneumonia")],
        [(CRITERIA, "Exclusion Criteria:\n\n1. Patients with pneumonia of fungal origin")],
    ),
]


@judged(CASES)
def test_a_rule_finds_its_fault_and_leaves_a_near_miss_alone(rule, changes, near_miss):
    check(rule, changes, near_miss)
