"""The layout of the third-party record page: its sections with their hints, its labels, and what it never shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from trialwright.record import terms


class Label(NamedTuple):
    """What a label of the page names: the v2 field and the terms it takes (None where it is free)."""

    path: str
    terms: terms.Terms | None = None


# title of the section -> the sentence under it
SECTIONS: Mapping[str, str] = {
    "Study Results": "",
    "Basic Information": "Get a concise snapshot of the trial, including recruitment status, study phase, "
    "enrollment targets, and key timeline milestones.",
    "Brief Summary": "Review the sponsor-provided synopsis that highlights what the study is about and why it is "
    "being conducted.",
    "Related Clinical Trials": "Explore similar clinical trials based on study characteristics and research focus.",
    "Detailed Description": "Dive into the extended narrative that explains the scientific background, objectives, "
    "and procedures in greater depth.",
    "Conditions": "See the medical conditions and disease areas that this research is targeting or investigating.",
    "Study Design": "Understand how the trial is structured, including allocation methods, masking strategies, "
    "primary purpose, and other design elements.",
    "Study Groups": "Review each arm or cohort in the study, along with the interventions and objectives associated "
    "with them.",
    "Interventions": "Learn about the drugs, procedures, or behavioral strategies being tested and how they are "
    "applied within this trial.",
    "Eligibility Criteria": "Check the participation requirements, including inclusion and exclusion rules, age "
    "limits, and whether healthy volunteers are accepted.",
    "Sponsors": "Meet the organizations funding or collaborating on the study and learn about their roles.",
    "Responsible Party": "Identify the individual or organization who holds primary responsibility for the study "
    "information submitted to regulators.",
    "Principal Investigators": "Learn about the lead researchers overseeing the trial and their institutional "
    "affiliations.",
    "Locations": "Explore where the study is taking place and check the recruitment status at each participating site.",
    "Countries": "Review the countries where the study has at least one active or historical site.",
    "Central Contacts": "Reach out to these primary contacts for questions about participation or study logistics.",
    "Facility Contacts": "Find local site contact details for specific facilities participating in the trial.",
    "Other Identifiers": "Review additional registry numbers or institutional identifiers associated with this trial.",
    "More Related Trials": "Additional clinical trials that may be relevant based on similarity analysis.",
}
FREE_TEXT = ("Brief Summary", "Detailed Description", "Study Groups", "Interventions", "Eligibility Criteria")

RESULTS_PENDING = (
    "Results pending",
    (
        "The study team has not published outcome measurements, participant flow, or safety data for this trial yet. "
        "Check back later for updates."
    ),
)

STATUS = "statusModule."
DESIGN = "designModule."
INFO = "designModule.designInfo."
ELIGIBILITY = "eligibilityModule."
SPONSORS = "sponsorCollaboratorsModule."
PEOPLE = "contactsLocationsModule."
ARMS = "armsInterventionsModule."

START = STATUS + "startDateStruct.date"
COMPLETION = STATUS + "completionDateStruct.date"
PHASES = DESIGN + "phases"
COUNT = DESIGN + "enrollmentInfo.count"
VOLUNTEERS = ELIGIBILITY + "healthyVolunteers"
CRITERIA = ELIGIBILITY + "eligibilityCriteria"
MINIMUM = ELIGIBILITY + "minimumAge"
MAXIMUM = ELIGIBILITY + "maximumAge"
CONDITIONS = "conditionsModule.conditions"

BASIC_LABELS: Mapping[str, Label] = {
    "Recruitment Status": Label(STATUS + "overallStatus", terms.STATUS),
    "Clinical Phase": Label(PHASES, terms.PHASE),
    "Total Enrollment": Label(COUNT),
    "Study Classification": Label(DESIGN + "studyType", terms.STUDY_TYPE),
    "Study Start Date": Label(START),
    "Study Completion Date": Label(COMPLETION),
}
DESIGN_LABELS: Mapping[str, Label] = {
    "Allocation Method": Label(INFO + "allocation", terms.ALLOCATION),
    "Intervention Model": Label(INFO + "interventionModel", terms.INTERVENTION_MODEL),
    "Primary Study Purpose": Label(INFO + "primaryPurpose", terms.PRIMARY_PURPOSE),
    "Blinding Strategy": Label(INFO + "maskingInfo.masking", terms.MASKING),
    "Observational Model": Label(INFO + "observationalModel", terms.OBSERVATIONAL_MODEL),
    "Time Perspective": Label(INFO + "timePerspective", terms.TIME_PERSPECTIVE),
}
ELIGIBILITY_LABELS: Mapping[str, Label] = {
    "Minimum Eligible Age": Label(MINIMUM),
    "Maximum Eligible Age": Label(MAXIMUM),
    "Eligible Sex": Label(ELIGIBILITY + "sex", terms.SEX),
    "Accepts Healthy Volunteers": Label(VOLUNTEERS),
}
LABELS: Mapping[str, Mapping[str, Label]] = {
    "Basic Information": BASIC_LABELS,
    "Study Design": DESIGN_LABELS,
    "Eligibility Criteria": ELIGIBILITY_LABELS,
}
INCLUSION, EXCLUSION = "Inclusion Criteria", "Exclusion Criteria"
NO_INTERVENTION = "No interventions assigned to this group"

# which paths a section fills; where it stands empty or is missing they are lost or absent
FILLED_BY: Mapping[str, tuple[str, ...]] = {
    "Basic Information": tuple(label.path for label in BASIC_LABELS.values()),
    "Brief Summary": ("descriptionModule.briefSummary",),
    "Detailed Description": ("descriptionModule.detailedDescription",),
    "Conditions": (CONDITIONS,),
    "Study Design": (
        INFO + "allocation",
        INFO + "interventionModel",
        INFO + "primaryPurpose",
        INFO + "maskingInfo.masking",
    ),
    "Study Groups": (ARMS + "armGroups",),
    "Interventions": (ARMS + "interventions",),
    "Eligibility Criteria": (CRITERIA, *(label.path for label in ELIGIBILITY_LABELS.values())),
    "Sponsors": (SPONSORS + "leadSponsor", SPONSORS + "collaborators"),
    "Responsible Party": (SPONSORS + "responsibleParty",),
    "Principal Investigators": (PEOPLE + "overallOfficials",),
    "Locations": (PEOPLE + "locations",),
    "Central Contacts": (PEOPLE + "centralContacts",),
    "Other Identifiers": ("identificationModule.orgStudyIdInfo", "identificationModule.secondaryIdInfos"),
}

# what the page never shows, with or without labels
NEVER_SHOWN: tuple[str, ...] = (
    "identificationModule.organization",
    "identificationModule.officialTitle",
    "identificationModule.acronym",
    "identificationModule.nctIdAliases",
    "identificationModule.orgStudyIdInfo.link",
    STATUS + "statusVerifiedDate",
    STATUS + "lastKnownStatus",
    STATUS + "delayedPosting",
    STATUS + "whyStopped",
    STATUS + "expandedAccessInfo",
    STATUS + "startDateStruct.type",
    STATUS + "primaryCompletionDateStruct",
    STATUS + "completionDateStruct.type",
    STATUS + "studyFirstSubmitDate",
    STATUS + "studyFirstSubmitQcDate",
    STATUS + "studyFirstPostDateStruct",
    STATUS + "resultsWaived",
    STATUS + "resultsFirstSubmitDate",
    STATUS + "resultsFirstSubmitQcDate",
    STATUS + "resultsFirstPostDateStruct",
    STATUS + "dispFirstSubmitDate",
    STATUS + "dispFirstSubmitQcDate",
    STATUS + "dispFirstPostDateStruct",
    STATUS + "lastUpdateSubmitDate",
    STATUS + "lastUpdatePostDateStruct.type",
    SPONSORS + "responsibleParty.investigatorFullName",
    SPONSORS + "responsibleParty.investigatorTitle",
    SPONSORS + "responsibleParty.investigatorAffiliation",
    SPONSORS + "responsibleParty.oldNameTitle",
    SPONSORS + "responsibleParty.oldOrganization",
    "oversightModule",
    "conditionsModule.keywords",
    DESIGN + "nPtrsToThisExpAccNctId",
    DESIGN + "expandedAccessTypes",
    DESIGN + "patientRegistry",
    DESIGN + "targetDuration",
    DESIGN + "bioSpec",
    DESIGN + "enrollmentInfo.type",
    INFO + "interventionModelDescription",
    INFO + "observationalModel",
    INFO + "timePerspective",
    INFO + "maskingInfo.maskingDescription",
    INFO + "maskingInfo.whoMasked",
    "outcomesModule",
    ELIGIBILITY + "genderBased",
    ELIGIBILITY + "genderDescription",
    ELIGIBILITY + "stdAges",
    ELIGIBILITY + "studyPopulation",
    ELIGIBILITY + "samplingMethod",
    "referencesModule",
    "ipdSharingStatementModule",
    "resultsSection",
    "annotationSection",
    "documentSection",
    "derivedSection",
    "hasResults",  # but where the page says that none are posted
)
NEVER_SHOWN_NOTE = "this page does not show it"
