"""Rules about identity, people and rendering: what each must find, and what it must leave alone."""

from lint_cases import ARMS, CELLS, CRITERIA, SUMMARY, check, judged

# rule, changes that it must find, changes that it must leave alone
CASES = [
    ("ID-001", [("identificationModule.nctId", "NCT123")], [("identificationModule.nctId", "NCT00000001")]),
    (
        "ID-002",
        [("identificationModule.briefTitle", "Cells (BX-U001)"), (f"{ARMS}.0.label", "Cells (BC-U001)")],
        [("identificationModule.briefTitle", "Cells (BX-U001)"), (f"{ARMS}.0.label", "Cells (BX-U001)")],
    ),
    (
        "ID-003",
        [("identificationModule.briefTitle", "Cells (BX-U001) in Pneumonia")],
        [("identificationModule.briefTitle", "Cells (BX-U001) in COVID-19"), (f"{ARMS}.0.label", "Cells BX-U001")],
    ),
    (
        "ID-004",
        [(SUMMARY, "It follows NCT07654321.")],
        [(SUMMARY, "This trial, NCT01234567, is randomized.")],
    ),
    (
        "ID-005",
        [
            (
                "sponsorCollaboratorsModule",
                {
                    "leadSponsor": {"name": "Northern University"},
                    "collaborators": [{"name": "The Northern  University"}],
                },
            )
        ],
        [
            (
                "sponsorCollaboratorsModule",
                {
                    "leadSponsor": {"name": "First Hospital of Northtown"},
                    "collaborators": [{"name": "Third Hospital of Northtown"}],
                },
            )
        ],
    ),
    (
        "ID-006",
        [
            (
                "sponsorCollaboratorsModule",
                {"responsibleParty": {"type": "PRINCIPAL_INVESTIGATOR", "investigatorFullName": "A Writer"}},
            ),
            ("contactsLocationsModule", {"overallOfficials": [{"name": "A Writer, MD", "role": "STUDY_CHAIR"}]}),
        ],
        [
            (
                "sponsorCollaboratorsModule",
                {"responsibleParty": {"type": "PRINCIPAL_INVESTIGATOR", "investigatorFullName": "A Writer"}},
            ),
            (
                "contactsLocationsModule",
                {
                    "overallOfficials": [
                        {"name": "A Writer, MD", "role": "PRINCIPAL_INVESTIGATOR"},
                        {"name": "B Reader", "role": "STUDY_CHAIR"},
                    ]
                },
            ),
        ],
    ),
    (
        "ID-007",
        [("contactsLocationsModule", {"centralContacts": [{"phone": "00-000-0000"}]})],
        [("contactsLocationsModule", {"centralContacts": [{"phone": "+" + "9" * 11}]})],
    ),
    (
        "ID-008",
        [
            ("sponsorCollaboratorsModule", {"collaborators": [{"name": "Cell Works Ltd"}]}),
            ("contactsLocationsModule", {"locations": [{"facility": "City Hospital"}]}),
        ],
        [
            ("sponsorCollaboratorsModule", {"collaborators": [{"name": "City Hospital"}]}),
            ("contactsLocationsModule", {"locations": [{"facility": "City Hospital"}]}),
        ],
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
        "RF-006",
        [(SUMMARY, "Adults with PaO2 \\> 60 &amp; no fever.")],
        [(SUMMARY, "Adults with PaO2 > 60 & no fever.")],
    ),
    (
        "RF-007",
        [("conditionsModule.keywords", ["PneumoniaSepsisInfluenza"])],
        [("conditionsModule.keywords", ["CareBook", "Pneumonia, sepsis, influenza"])],
    ),
    (
        "RF-009",
        [(CRITERIA, "Inclusion Criteria:\n\n1. PEEP of 5 cm H2Oc")],
        [(CRITERIA, "Inclusion Criteria:\n\n1. PEEP of 5 cm H2O")],
    ),
    (
        "RF-010",
        [(CRITERIA, "Inclusion Criteria:\n\n* Any of 1)fever 2)cough 3)dyspnoea")],
        [(CRITERIA, "Inclusion Criteria:\n\n* Any of 1) fever, 2) cough or 3) dyspnoea")],
    ),
]


@judged(CASES)
def test_a_rule_finds_its_fault_and_leaves_a_near_miss_alone(rule, changes, near_miss):
    check(rule, changes, near_miss)
