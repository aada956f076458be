"""What the five registry records of the design state, read from the real files and from the bundled examples.

The figures are those of ClinicalTrials.gov for NCT04452097, NCT05689008, NCT04456361, NCT04971980 and NCT04288102, as
each rendering shows them. Prose is not repeated here: of lists the lengths, of texts the numbers in them.
"""

import re

import pytest

from trialwright.record.provenance import Presence
from trialwright.record.read import read
from trialwright.record.record import Rendering

P = "protocolSection."
STATUS, DESIGN, INFO = P + "statusModule.", P + "designModule.", P + "designModule.designInfo."
ELIGIBILITY, ARMS = P + "eligibilityModule.", P + "armsInterventionsModule."
SPONSORS, PEOPLE, OUTCOMES = P + "sponsorCollaboratorsModule.", P + "contactsLocationsModule.", P + "outcomesModule."
NAMES = P + "identificationModule."
FILES = {
    "NCT04452097": ("NCT04452097.unlabelled-page.txt", Rendering.UNLABELLED_PAGE),
    "NCT05689008": ("NCT05689008.labelled-page.txt", Rendering.LABELLED_PAGE),
    "NCT04456361": ("NCT04456361.classic-page.txt", Rendering.CLASSIC_PAGE),
    "NCT04971980": ("NCT04971980.unlabelled-page.txt", Rendering.UNLABELLED_PAGE),
    "NCT04288102": ("NCT04288102.api-repr.txt", Rendering.PYTHON_LITERAL),
}

VALUES = {
    "NCT04452097": {
        NAMES + "orgStudyIdInfo.id": "BXU001-COVID19",
        STATUS + "overallStatus": "WITHDRAWN",
        STATUS + "startDateStruct.date": "2026-06-01",
        STATUS + "completionDateStruct.date": "2027-09-28",
        STATUS + "lastUpdatePostDateStruct.date": "2025-12-29",
        DESIGN + "phases": ("PHASE1", "PHASE2"),
        DESIGN + "studyType": "INTERVENTIONAL",
        DESIGN + "enrollmentInfo.count": None,
        INFO + "allocation": "NON_RANDOMIZED",
        INFO + "interventionModel": "SEQUENTIAL",
        INFO + "primaryPurpose": "TREATMENT",
        INFO + "maskingInfo.masking": "NONE",
        ELIGIBILITY + "minimumAge": "18 Years",
        ELIGIBILITY + "maximumAge": "80 Years",
        ELIGIBILITY + "sex": "ALL",
        ELIGIBILITY + "healthyVolunteers": False,
        SPONSORS + "leadSponsor.name": "Baylx Inc.",
        SPONSORS + "leadSponsor.class": "INDUSTRY",
        "hasResults": False,
    },
    "NCT05689008": {
        NAMES + "orgStudyIdInfo.id": "DFSC-2023(CR)-01",
        STATUS + "overallStatus": "UNKNOWN",
        STATUS + "startDateStruct.date": "2023-01-10",
        STATUS + "completionDateStruct.date": "2023-07-30",
        STATUS + "lastUpdatePostDateStruct.date": "2023-01-18",
        P + "conditionsModule.conditions": ("Mesenchymal Stem Cell COVID-19 Pneumonia",),
        DESIGN + "phases": ("PHASE3",),
        DESIGN + "studyType": "INTERVENTIONAL",
        DESIGN + "enrollmentInfo.count": 60,
        INFO + "allocation": "RANDOMIZED",
        INFO + "interventionModel": "PARALLEL",
        INFO + "primaryPurpose": "TREATMENT",
        INFO + "maskingInfo.masking": "NONE",
        ARMS + "armGroups[0].type": "NO_INTERVENTION",
        ARMS + "armGroups[0].interventionNames": (),
        ARMS + "armGroups[1].type": "EXPERIMENTAL",
        ARMS + "interventions[0].type": "BIOLOGICAL",
        ELIGIBILITY + "minimumAge": "18 Years",
        ELIGIBILITY + "maximumAge": "85 Years",
        ELIGIBILITY + "sex": "ALL",
        ELIGIBILITY + "healthyVolunteers": False,
        SPONSORS + "leadSponsor.name": "Shanghai East Hospital",
        SPONSORS + "leadSponsor.class": "OTHER",
        SPONSORS + "collaborators[0].name": "Sir Run Run Shaw Hospital",
        SPONSORS + "collaborators[0].class": "OTHER",
        SPONSORS + "responsibleParty.type": "SPONSOR",
        PEOPLE + "overallOfficials[0].role": "STUDY_CHAIR",
        PEOPLE + "overallOfficials[0].affiliation": "Shanghai East Hospital",
        PEOPLE + "centralContacts[0].role": "CONTACT",
        PEOPLE + "locations[0].facility": "Shanghai East Hospital, Shanghai Tongji University",
        PEOPLE + "locations[0].city": "Shanghai",
        PEOPLE + "locations[0].state": "Shanghai Municipality",
        PEOPLE + "locations[0].country": "China",
        PEOPLE + "locations[0].status": "RECRUITING",
        "hasResults": False,
    },
    "NCT04456361": {
        NAMES + "orgStudyIdInfo.id": "MSC-ARDS-001",
        STATUS + "overallStatus": "ACTIVE_NOT_RECRUITING",
        STATUS + "statusVerifiedDate": "2022-07",
        STATUS + "startDateStruct.date": "2020-04-16",
        STATUS + "startDateStruct.type": "ACTUAL",
        STATUS + "primaryCompletionDateStruct.date": "2022-10-15",
        STATUS + "primaryCompletionDateStruct.type": "ESTIMATED",
        STATUS + "completionDateStruct.date": "2022-12-15",
        STATUS + "completionDateStruct.type": "ESTIMATED",
        STATUS + "studyFirstPostDateStruct.date": "2020-07-02",
        STATUS + "lastUpdatePostDateStruct.date": "2022-08-04",
        P + "oversightModule.isFdaRegulatedDrug": False,
        P + "oversightModule.isFdaRegulatedDevice": False,
        P + "conditionsModule.conditions": ("ARDS, Human Covid-19",),
        DESIGN + "phases": ("EARLY_PHASE1",),
        DESIGN + "studyType": "INTERVENTIONAL",
        DESIGN + "enrollmentInfo.count": 9,
        DESIGN + "enrollmentInfo.type": "ESTIMATED",
        INFO + "allocation": "NA",
        INFO + "interventionModel": "SINGLE_GROUP",
        INFO + "primaryPurpose": "TREATMENT",
        INFO + "maskingInfo.masking": "NONE",
        INFO + "maskingInfo.whoMasked": (),
        ARMS + "armGroups[0].type": "EXPERIMENTAL",
        ARMS + "interventions[0].type": "BIOLOGICAL",
        ARMS + "interventions[0].otherNames": ("UCMSC",),
        ELIGIBILITY + "minimumAge": "18 Years",
        ELIGIBILITY + "maximumAge": None,
        ELIGIBILITY + "stdAges": ("ADULT", "OLDER_ADULT"),
        ELIGIBILITY + "sex": "ALL",
        ELIGIBILITY + "healthyVolunteers": False,
        SPONSORS + "leadSponsor.name": "Instituto de Medicina Regenerativa",
        SPONSORS + "responsibleParty.type": "SPONSOR",
        PEOPLE + "overallOfficials[0].role": "PRINCIPAL_INVESTIGATOR",
        PEOPLE + "overallOfficials[1].role": "STUDY_CHAIR",
        PEOPLE + "locations[0].facility": "Instituto de Medicina Regenerativa",
        PEOPLE + "locations[0].city": "Tijuana",
        PEOPLE + "locations[0].state": "Baja California",
        PEOPLE + "locations[0].country": "Mexico",
        PEOPLE + "locations[0].zip": "22100",
        "hasResults": False,
    },
    "NCT04971980": {
        NAMES + "orgStudyIdInfo.id": "BC-U001-RA2019",
        STATUS + "overallStatus": "ACTIVE_NOT_RECRUITING",
        STATUS + "startDateStruct.date": "2021-04-12",
        STATUS + "completionDateStruct.date": "2025-11-30",
        STATUS + "lastUpdatePostDateStruct.date": "2025-09-19",
        DESIGN + "phases": ("PHASE1", "PHASE2"),
        DESIGN + "studyType": "INTERVENTIONAL",
        DESIGN + "enrollmentInfo.count": 9,
        INFO + "allocation": "NA",
        INFO + "interventionModel": "SEQUENTIAL",
        INFO + "primaryPurpose": "TREATMENT",
        INFO + "maskingInfo.masking": "NONE",
        ELIGIBILITY + "minimumAge": "18 Years",
        ELIGIBILITY + "maximumAge": "65 Years",
        ELIGIBILITY + "sex": "ALL",
        ELIGIBILITY + "healthyVolunteers": False,
        SPONSORS + "leadSponsor.name": "Beijing Baylx Biotech Co., Ltd.",
        SPONSORS + "leadSponsor.class": "INDUSTRY",
        PEOPLE + "overallOfficials[0].role": "PRINCIPAL_INVESTIGATOR",
        PEOPLE + "overallOfficials[0].affiliation": "Peking Union Medical College Hospital",
        PEOPLE + "locations[0].facility": "Peking Union Medical College Hospital (Dongdan campus)",
        PEOPLE + "locations[0].city": "Beijing",
        PEOPLE + "locations[0].state": "Beijing Municipality",
        PEOPLE + "locations[0].country": "China",
        "hasResults": False,
    },
    "NCT04288102": {
        NAMES + "orgStudyIdInfo.id": "2020-013-D",
        NAMES + "organization.fullName": "Beijing 302 Hospital",
        STATUS + "overallStatus": "COMPLETED",
        STATUS + "startDateStruct.date": "2020-03-05",
        STATUS + "startDateStruct.type": "ACTUAL",
        STATUS + "primaryCompletionDateStruct.date": "2020-05-12",
        STATUS + "completionDateStruct.date": "2020-07-09",
        STATUS + "studyFirstSubmitDate": "2020-02-24",
        STATUS + "studyFirstPostDateStruct.date": "2020-02-28",
        STATUS + "statusVerifiedDate": "2020-08",
        DESIGN + "phases": ("PHASE2",),
        DESIGN + "studyType": "INTERVENTIONAL",
        DESIGN + "enrollmentInfo.count": 100,
        DESIGN + "enrollmentInfo.type": "ACTUAL",
        INFO + "allocation": "RANDOMIZED",
        INFO + "interventionModel": "PARALLEL",
        INFO + "primaryPurpose": "TREATMENT",
        INFO + "maskingInfo.masking": "QUADRUPLE",
        INFO + "maskingInfo.whoMasked": ("PARTICIPANT", "CARE_PROVIDER", "INVESTIGATOR", "OUTCOMES_ASSESSOR"),
        ARMS + "armGroups[0].type": "EXPERIMENTAL",
        ARMS + "armGroups[0].interventionNames": ("Biological: UC-MSCs",),
        ARMS + "armGroups[1].type": "PLACEBO_COMPARATOR",
        ARMS + "interventions[1].type": "BIOLOGICAL",
        ELIGIBILITY + "minimumAge": "18 Years",
        ELIGIBILITY + "maximumAge": "75 Years",
        ELIGIBILITY + "sex": "ALL",
        SPONSORS + "leadSponsor.name": "Beijing 302 Hospital",
        SPONSORS + "responsibleParty.type": "PRINCIPAL_INVESTIGATOR",
        PEOPLE + "locations[2].facility": "Wuhan Huoshenshan Hospital",
        PEOPLE + "locations[0].zip": "430000",
        PEOPLE + "locations[0].geoPoint.lat": 30.58333,
        P + "ipdSharingStatementModule.ipdSharing": "YES",
        "derivedSection.miscInfoModule.versionHolder": "2025-12-24",
        "hasResults": False,
    },
}
# how many items each list has: arms, interventions, primary, secondary, other outcomes, sites, officials, collaborators
SIZES = {
    "NCT04452097": (5, 2, 0, 0, 0, 0, 0, 0),
    "NCT05689008": (2, 1, 0, 0, 0, 1, 1, 1),
    "NCT04456361": (1, 1, 0, 0, 8, 1, 2, 0),
    "NCT04971980": (1, 1, 0, 0, 0, 1, 1, 0),
    "NCT04288102": (2, 2, 1, 19, 0, 3, 1, 4),
}
# numbers of the items of the inclusion and the exclusion list; bullets have none
CRITERIA = {
    "NCT04452097": (list(range(2, 6)), list(range(2, 7))),
    "NCT05689008": ([None] * 4, [None] * 9),
    "NCT04456361": ([None] * 5, [None] * 4),
    "NCT04971980": (list(range(2, 8)), list(range(2, 17))),
    "NCT04288102": (list(range(1, 7)), list(range(1, 11))),
}
OFTEN_LOST = (
    NAMES + "officialTitle",
    STATUS + "primaryCompletionDateStruct.date",
    STATUS + "whyStopped",
    STATUS + "startDateStruct.type",
    DESIGN + "enrollmentInfo.type",
    INFO + "maskingInfo.whoMasked",
    OUTCOMES + "primaryOutcomes",
    OUTCOMES + "secondaryOutcomes",
    P + "oversightModule.oversightHasDmc",
    P + "conditionsModule.keywords",
    P + "referencesModule.references",
)
LABELS_LOST = (
    P + "descriptionModule.briefSummary",
    P + "conditionsModule.conditions",
    SPONSORS + "responsibleParty",
    ARMS + "armGroups[0].type",
    ARMS + "interventions[0].type",
    PEOPLE + "centralContacts",
)
LOST = {
    "NCT04452097": (
        *OFTEN_LOST,
        *LABELS_LOST,
        DESIGN + "enrollmentInfo.count",
        P + "descriptionModule.detailedDescription",
    ),
    "NCT05689008": (*OFTEN_LOST, ARMS + "interventions[0].otherNames"),
    "NCT04456361": (
        P + "descriptionModule.briefSummary",
        P + "descriptionModule.detailedDescription",
        P + "conditionsModule.keywords",
        OUTCOMES + "primaryOutcomes",
        OUTCOMES + "secondaryOutcomes",
        SPONSORS + "leadSponsor.class",
        PEOPLE + "locations[0].status",
        STATUS + "studyFirstSubmitDate",
    ),
    "NCT04971980": (*OFTEN_LOST, *LABELS_LOST, PEOPLE + "locations[0].status"),
    "NCT04288102": (),
}
AMBIGUOUS = {
    "NCT04452097": (),
    "NCT05689008": (P + "conditionsModule.conditions",),
    "NCT04456361": (
        P + "conditionsModule.conditions",
        OUTCOMES.rstrip("."),
        "derivedSection.conditionBrowseModule.meshes[0].term",
    ),
    "NCT04971980": (),
    "NCT04288102": (),
}
ABSENT = {
    "NCT04452097": (SPONSORS + "collaborators", P + "identificationModule.secondaryIdInfos"),
    "NCT05689008": (P + "descriptionModule.detailedDescription", P + "identificationModule.secondaryIdInfos"),
    "NCT04456361": (STATUS + "whyStopped", INFO + "maskingInfo.maskingDescription"),
    "NCT04971980": (SPONSORS + "collaborators",),
    "NCT04288102": (P + "conditionsModule.keywords",),
}
CODES = {
    "NCT04452097": {"READ-101"},
    "NCT05689008": {"READ-104"},
    "NCT04456361": {"READ-104", "READ-105", "READ-112"},
    "NCT04971980": {"READ-101", "READ-107"},
    "NCT04288102": set(),
}
# figures that stand in the texts, by path
FIGURES = {
    "NCT04452097": [
        (ARMS + "armGroups[0].description", r"0\.5 million cells/kg"),
        (ARMS + "armGroups[1].description", r"\b1 million cells/kg"),
        (ARMS + "armGroups[2].description", r"1\.5 million cells/kg"),
        (ARMS + "armGroups[3].description", r"selected"),
        (ELIGIBILITY + "eligibilityCriteria", r"\\>240 mg/day"),
    ],
    "NCT05689008": [
        (ARMS + "interventions[0].description", r"1\\\*10\\\^6 cells/kg suspended in 100 ml"),
        (ARMS + "armGroups[1].description", r"instillation.* first and fourth day"),
        (ELIGIBILITY + "eligibilityCriteria", r"18 to85"),
        (ELIGIBILITY + "eligibilityCriteria", r"Child-Pugh score\\>7"),
    ],
    "NCT04456361": [
        (ARMS + "armGroups[0].description", r"1 X 10 8 cells"),
        (ARMS + "interventions[0].description", r"1 X 10 8 cells"),
        (OUTCOMES + "otherOutcomes[0].timeFrame", r"\ABaseline, and at days 2, 4 and 14 post-treatment\Z"),
        (OUTCOMES + "otherOutcomes[2].timeFrame", r"\ABaseline, and at day 14 post-treatment\Z"),
        (OUTCOMES + "otherOutcomes[7].description", r"\(mg/dL\)"),
        (ELIGIBILITY + "eligibilityCriteria", r"200 mm Hg < PaO2/FIO2 ≤ 300 mm Hg"),
    ],
    "NCT04971980": [
        (P + "descriptionModule.detailedDescription", r"3\+3"),
        (P + "descriptionModule.detailedDescription", r"3 participants/cohort"),
        (P + "descriptionModule.detailedDescription", r"2 participants.*28-day"),
        (P + "descriptionModule.detailedDescription", r"≥grade 3.*CTCAE v5\.0"),
        (ARMS + "interventions[0].description", r"0\.5x10\\\^6.*1\.0x10\\\^6.*1\.5x10\\\^6"),
        (ELIGIBILITY + "eligibilityCriteria", r"DAS28\\>3\.2"),
    ],
    "NCT04288102": [
        (ARMS + "interventions[0].description", r"4\.0\\\*10E7 cells per time.*Day 0, Day 3, Day 6"),
        (P + "descriptionModule.detailedDescription", r"(?s)90 .*60 patients.*30 patients"),
        (OUTCOMES + "secondaryOutcomes[4].measure", r"voxel 'weight'"),
        (OUTCOMES + "primaryOutcomes[0].timeFrame", r"\ADay 28\Z"),
        (ELIGIBILITY + "eligibilityCriteria", r"300MMHG"),
    ],
}


@pytest.fixture(params=["example", pytest.param("real", marks=pytest.mark.corpus)])
def folder(request):
    return request.getfixturevalue("examples") if request.param == "example" else (
        request.getfixturevalue("corpus") / "records"
    )  # fmt: skip


@pytest.fixture(params=FILES)
def case(request, folder):
    name, rendering = FILES[request.param]
    record = read(folder / name)
    assert record.origin.rendering is rendering
    return request.param, record


def test_every_value_lands_in_its_field(case):
    number, record = case
    assert record.nct_id == number
    assert record.value(NAMES + "briefTitle")
    found = {path: record.value(path) for path in VALUES[number]}
    assert found == VALUES[number]


def test_every_list_has_its_length(case):
    number, record = case
    lists = [ARMS + "armGroups", ARMS + "interventions"]
    lists += [f"{OUTCOMES}{level}Outcomes" for level in ("primary", "secondary", "other")]
    lists += [PEOPLE + "locations", PEOPLE + "overallOfficials", SPONSORS + "collaborators"]
    assert tuple(len(record.value(path)) for path in lists) == SIZES[number]


def test_arms_and_interventions_name_each_other(case):
    number, record = case
    module = record.study.protocol_section.arms_interventions_module
    for drug in module.interventions:
        for arm in module.arm_groups:
            named = any(name.split(": ", 1)[-1] == drug.name or name == drug.name for name in arm.intervention_names)
            assert named == (arm.label in drug.arm_group_labels), (number, arm.label, drug.name)
    assert all(drug.arm_group_labels for drug in module.interventions)


def test_the_criteria_keep_the_numbers_they_have(case):
    number, record = case
    text = record.value(ELIGIBILITY + "eligibilityCriteria")
    inclusion, exclusion = text.removeprefix("Inclusion Criteria:\n\n").split("\n\nExclusion Criteria:\n\n")
    found = []
    for part in (inclusion, exclusion):
        items = re.findall(r"(?m)^(?:(\d+)\.|\*) ", part)
        found.append([int(item) if item else None for item in items])
    assert tuple(found) == CRITERIA[number]


def test_what_the_rendering_lost_is_marked_lost_and_nothing_else(case):
    number, record = case
    assert {path: record.presence(path) for path in LOST[number]} == dict.fromkeys(LOST[number], Presence.LOST)
    assert {path: record.presence(path) for path in ABSENT[number]} == dict.fromkeys(ABSENT[number], Presence.ABSENT)
    marked = dict.fromkeys(AMBIGUOUS[number], Presence.AMBIGUOUS)
    assert {path: record.presence(path) for path in AMBIGUOUS[number]} == marked
    shown = [
        path for path, value in VALUES[number].items() if value not in (None, ()) and path not in AMBIGUOUS[number]
    ]
    assert {record.presence(path) for path in shown} == {Presence.PRESENT}


def test_every_line_is_accounted_for_and_the_problems_are_the_known_ones(case):
    number, record = case
    assert record.coverage.proportion == 1
    assert record.coverage.total > 70
    assert {problem.code for problem in record.problems} == CODES[number]


def test_the_figures_stand_in_their_texts(case):
    number, record = case
    for path, pattern in FIGURES[number]:
        assert re.search(pattern, record.value(path)), (path, pattern)


def test_the_related_trials_of_one_page_are_kept_apart(folder):
    record = read(folder / FILES["NCT04971980"][0])
    numbers = [trial["nctId"] for trial in record.unmapped["Related Clinical Trials"]]
    assert numbers == ["NCT03828344", "NCT01547091", "NCT03798028", "NCT05003934", "NCT07094880"]
