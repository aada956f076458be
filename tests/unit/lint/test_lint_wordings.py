"""Other wordings of the contradictions that rules look for, and of what they must leave alone."""

import pytest
from lint_cases import ALLOCATION, ARMS, CELLS, CRITERIA, MASKING, PRIMARY, SUMMARY, found, study

from trialwright import lint, record
from trialwright.lint.finding import Status

TITLE = "identificationModule.briefTitle"
OFFICIAL = "identificationModule.officialTitle"
DESCRIPTION = "descriptionModule.detailedDescription"
CONDITIONS = "conditionsModule.conditions"
PLAIN = ((TITLE, "Cells in Lung Disease"), (SUMMARY, "Adults receive cells or a control."))
NOT_RANDOMISED = (ALLOCATION, "NON_RANDOMIZED")
NO_ALLOCATION = (ALLOCATION, "NA")
OPEN = (MASKING, {"masking": "NONE"})
UNTREATED = (f"{ARMS}.1.type", "NO_INTERVENTION")
BOTH_PHASES = ("designModule.phases", ["PHASE1", "PHASE2"])


def inclusion(*lines):
    return CRITERIA, "Inclusion Criteria:\n\n" + "\n".join(f"* {line}" for line in lines)


def exclusion(*lines):
    listed = "\n".join(f"* {line}" for line in lines)
    return CRITERIA, f"Inclusion Criteria:\n\n* Written informed consent\n\nExclusion Criteria:\n\n{listed}"


def ages(low, high=None):
    limits = [("eligibilityModule.minimumAge", low)]
    return [*limits, ("eligibilityModule.maximumAge", high)] if high else limits


def described(text):
    return f"{ARMS}.1.description", text


FOUND = [
    ("DS-001", [NOT_RANDOMISED, (f"{ARMS}.1.label", "Group B: normal saline"), (f"{ARMS}.1.type", "SHAM_COMPARATOR")]),
    ("DS-001", [NO_ALLOCATION, (f"{ARMS}.1.label", "Sham procedure"), (f"{ARMS}.1.type", "OTHER")]),
    ("DS-002", [OPEN, (f"{ARMS}.1.label", "Sugar pill group")]),
    ("DS-002", [OPEN, (f"{ARMS}.1.label", "Placebo + best supportive care"), (f"{ARMS}.1.type", "OTHER")]),
    ("DS-003", [*PLAIN, NOT_RANDOMISED, (OFFICIAL, "A Randomised Controlled Trial of Cell Therapy")]),
    ("DS-003", [*PLAIN, NO_ALLOCATION, (SUMMARY, "Patients will be randomly assigned in a 1:1 ratio to cells.")]),
    ("DS-003", [*PLAIN, NOT_RANDOMISED, (DESCRIPTION, "Eligible participants are randomized to one of two groups.")]),
    ("DS-003", [*PLAIN, OPEN, (SUMMARY, "This is a double-masked study in 40 adults.")]),
    ("DS-003", [*PLAIN, OPEN, (DESCRIPTION, "The study is triple-blinded: neither side knows the group.")]),
    ("DS-003", [*PLAIN, (OFFICIAL, "An Open-Label Study of Cells")]),
    ("DS-003", [*PLAIN, (SUMMARY, "This trial is a single arm study in two cohorts.")]),
    ("DS-006", [BOTH_PHASES, (f"{ARMS}.0.label", "Phase 1 low dose"), (f"{ARMS}.1.label", "Phase 2a control")]),
    ("DS-011", [UNTREATED, described("Patients continue methotrexate 15 mg weekly.")]),
    ("DS-011", [UNTREATED, described("Antibiotics, oxygen and fluids are administered by local practice.")]),
    ("DS-011", [UNTREATED, described("Participants undergo arthroscopic surgery without cells.")]),
    ("DS-011", [UNTREATED, described("Decompression surgery alone.")]),
    ("DS-012", [*PLAIN, (DESCRIPTION, "Cells instead of standard care."), described("Cells plus standard care.")]),
    ("DS-019", [(SUMMARY, "Toxicity by NCI-CTCAE version 4.03."), exclusion("Toxicity above CTCAE v5.0 grade 1")]),
    (
        "DS-019",
        [
            (SUMMARY, "Toxicity by the Common Terminology Criteria for Adverse Events, version 4.0."),
            exclusion("Toxicity above CTCAE v5.0 grade 1"),
        ],
    ),
    (
        "DS-019",
        [
            (SUMMARY, "Care follows the eighth edition of the national guidelines for pneumonia."),
            inclusion("Severe disease by the national guideline for pneumonia, 7th edition"),
        ],
    ),
    ("EL-001", [*ages("18 Years", "75 Years"), inclusion("Male or female, aged 18 to 65 years")]),
    ("EL-001", [*ages("18 Years", "75 Years"), inclusion("Men and women, 40-75 years of age")]),
    ("EL-001", [*ages("21 Years"), inclusion("Aged 18 years or older")]),
    ("EL-001", [*ages("18 Years", "60 Years"), inclusion("18 years ≤ age ≤ 70 years")]),
    ("EL-002", [inclusion("Receiving invasive mechanical ventilation", "Signs the consent form in person")]),
    ("EL-002", [inclusion("Patient is comatose", "Patient provides written informed consent")]),
    ("EL-002", [inclusion("Intubated patients with ARDS", "Voluntarily signed written consent")]),
    ("EL-003", [(OFFICIAL, "Cells in Severe Asthma"), inclusion("Mild or moderate asthma")]),
    ("EL-003", [(TITLE, "Treatment of Mild Depression"), inclusion("Severe depression (HAMD above 24)")]),
    ("EL-004", [exclusion("Contrast study within 7 days before the first dose of bevacizumab")]),
    ("EL-004", [exclusion("Live vaccine within 30 days prior to ABC-123 administration")]),
    ("EL-004", [exclusion("Known hypersensitivity to the study drug, such as rituximab")]),
    ("EL-006", [inclusion("Male participants must use condoms and other contraception for 3 months")]),
    ("EL-009", [NOT_RANDOMISED, inclusion("No steroids in the 4 weeks before randomisation")]),
    ("EL-009", [NO_ALLOCATION, exclusion("Surgery within 28 days of being randomized")]),
    ("EL-009", [NO_ALLOCATION, (PRIMARY, [{"measure": "Death", "timeFrame": "28 days after randomization"}])]),
    ("EL-012", [(CONDITIONS, ["Septic Shock"]), (TITLE, "Cells in Septic Shock"), exclusion("Septic shock")]),
    ("ID-002", [(TITLE, "Cells (BX-U001)"), (f"{ARMS}.0.label", "BX-U010 cells")]),
    ("ID-002", [(TITLE, "hUC-MSC in Pneumonia"), (f"{ARMS}.0.label", "hUC-MCS product")]),
    ("ID-003", [(TITLE, "XYZ123 in Pneumonia")]),
    (
        "OC-008",
        [(SUMMARY, "The follow-up period is 5 years."), (PRIMARY, [{"measure": "FEV1", "timeFrame": "12 months"}])],
    ),
    ("ST-011", [*PLAIN, (DESCRIPTION, "We plan to recruit 120 participants.")]),
    ("ST-011", [*PLAIN, (DESCRIPTION, "This trial will enroll approximately 64 adults.")]),
    ("ST-011", [*PLAIN, (DESCRIPTION, "90 patients with severe COVID-19 will be recruited.")]),
]
LEFT_ALONE = [
    ("DS-003", [*PLAIN, NOT_RANDOMISED, (SUMMARY, "Safety results will support a later randomized trial.")]),
    ("DS-003", [*PLAIN, NOT_RANDOMISED, (SUMMARY, "This is a non-randomised, open study with a control.")]),
    ("DS-003", [*PLAIN, OPEN, (SUMMARY, "In this trial the assessor of images is blinded to the group.")]),
    ("DS-003", [*PLAIN, (OFFICIAL, "Randomized Double-Blind Study With an Open-Label Extension")]),
    ("DS-003", [*PLAIN, (SUMMARY, "After unblinding, this study offers open-label treatment to all.")]),
    ("DS-003", [*PLAIN, (OFFICIAL, "An Open Label Dose Escalation Followed by a Randomised, Double-blind Trial")]),
    ("DS-006", [BOTH_PHASES, (SUMMARY, "The dose found in an earlier phase 1 trial is given in this phase 2 trial.")]),
    ("DS-011", [UNTREATED, described("Participants receive no treatment and are observed.")]),
    ("DS-011", [UNTREATED, described("Wait-list; assessed at the same visits.")]),
    ("DS-011", [UNTREATED, described("Waiting list: will receive the training program in week 13.")]),
    ("DS-011", [UNTREATED, described("Will be offered the exercise program after the study.")]),
    ("DS-011", [UNTREATED, described("Will not receive any surgery or drug.")]),
    ("DS-012", [*PLAIN, (DESCRIPTION, "Cells or placebo."), described("Cells plus standard care.")]),
    (
        "DS-019",
        [(SUMMARY, "Toxicity by CTCAE version 5.0."), exclusion("AJCC 8th edition stage IV", "CTCAE v5 grade 3")],
    ),
    (
        "DS-019",
        [
            (SUMMARY, "Care follows the eighth edition of the national guidelines for pneumonia."),
            inclusion("Hypertension by the guideline for hypertension, 7th edition"),
        ],
    ),
    ("EL-001", [*ages("18 Years", "75 Years"), inclusion("At least 2 years postmenopausal", "Aged 18 to 75 years")]),
    ("EL-001", [*ages("18 Years", "64 Years"), inclusion("Males and females aged 18 to < 65 years")]),
    ("EL-001", [*ages("18 Years"), inclusion("Male aged 18 or older or female aged 50 or older")]),
    ("EL-001", [*ages("1 Year", "17 Years"), inclusion("Caregiver is 18 years of age or older")]),
    ("EL-002", [inclusion("On mechanical ventilation or high-flow oxygen", "Signs the consent form in person")]),
    ("EL-003", [(OFFICIAL, "Cells in Moderate to Severe Asthma"), inclusion("Moderate or severe asthma by GINA")]),
    ("EL-004", [exclusion("Any vaccine within 30 days before Cells infusion")]),
    ("EL-004", [exclusion("Hypersensitivity to the study drug, such as to albumin")]),
    ("EL-009", [NO_ALLOCATION, exclusion("Surgery in the month before enrolment")]),
    ("EL-012", [(CONDITIONS, ["Septic Shock"]), (TITLE, "Cells in Septic Shock"), exclusion("Cardiogenic shock")]),
    ("ID-002", [(TITLE, "Cells by HLA-DRA"), (f"{ARMS}.0.label", "Cells by HLA-DRB")]),
    ("ID-003", [(TITLE, "Cells That Carry CD123")]),
    (
        "OC-008",
        [
            (SUMMARY, "Patients will be followed up for 28 days."),
            (PRIMARY, [{"measure": "FEV1", "timeFrame": "Day 28"}]),
        ],
    ),
    ("ST-011", [*PLAIN, (DESCRIPTION, "Of 200 patients screened, 40 will be enrolled.")]),
    ("ST-011", [*PLAIN, (DESCRIPTION, "The study will include 20 subjects in each of two arms.")]),
]


@pytest.mark.parametrize(("rule", "changes"), FOUND)
def test_a_contradiction_is_found_in_other_words(rule, changes):
    assert rule in found(study(*changes))


@pytest.mark.parametrize(("rule", "changes"), LEFT_ALONE)
def test_what_only_looks_like_one_is_left_alone(rule, changes):
    assert rule not in found(study(*changes))


def test_care_that_goes_on_as_usual_is_told_and_no_warning():
    usual = found(study(UNTREATED, described("Individuals will receive treatment as usual.")))["DS-011"]
    named = found(study(UNTREATED, described("Individuals will receive radiotherapy.")))["DS-011"]
    assert (usual.severity.value, named.severity.value) == ("info", "warning")


def test_a_dose_that_the_text_settles_refers_to_no_later_decision():
    forward = (CELLS, "A single infusion at the selected dose from phase 1.")
    chosen = "In phase 1 an infusion of 400 million cells was safe and was chosen as the dose of phase 2."
    assert "DS-009" in found(study(forward))
    assert "DS-009" not in found(study(forward, (DESCRIPTION, chosen)))


def test_a_level_to_go_down_to_is_not_called_unsaid():
    cells = {"type": "BIOLOGICAL", "name": "Cells", "description": "Intravenously.", "armGroupLabels": ["Cells"]}
    arm = {"label": "Cells", "type": "EXPERIMENTAL", "description": "Rising doses: 1, 2, 4 million cells/kg"}
    rising = [
        ("designModule.designInfo", {"allocation": "NA", "interventionModel": "SINGLE_GROUP"}),
        (ARMS, [{**arm, "interventionNames": ["Biological: Cells"]}]),
        ("armsInterventionsModule.interventions", [cells]),
        (TITLE, "Phase 1 Dose Escalation of Cells"),
        (SUMMARY, "The maximum tolerated dose is sought."),
        (DESCRIPTION, "Dose escalation by 3 + 3 at 1, 2 and 4 million cells/kg."),
    ]
    down = (DESCRIPTION, "Dose escalation by 3 + 3 at 1, 2 and 4 million cells/kg; a dose reduction group stands by.")
    assert "de-escalated" in found(study(*rising))["DS-008"].message
    assert "de-escalated" not in found(study(*rising, down))["DS-008"].message


def test_an_escalation_whose_text_the_rendering_lost_is_not_assessable(examples):
    findings = lint.run(record.read(examples / "NCT04452097.unlabelled-page.txt"))
    assert {item.status for item in findings if item.rule == "DS-008"} == {Status.NOT_ASSESSABLE}
