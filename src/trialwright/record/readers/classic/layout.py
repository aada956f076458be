"""The layout of the classic ClinicalTrials.gov record page: zones, labels, fixed lines, and what it never shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from trialwright.record import terms

HEADER, DESCRIPTION, CONDITIONS, DESIGN = "", "description", "conditions", "design"
ARMS, OUTCOMES, ELIGIBILITY, CONTACTS, MORE = "arms", "outcomes", "eligibility", "contacts", "more"

# the zones in the page's order, each with what the line that opens it begins with; True: that line is a marker only
ZONES: Mapping[str, tuple[tuple[str, bool], ...]] = {
    HEADER: (),
    DESCRIPTION: (("Study Description", True), ("Brief Summary:", False)),
    CONDITIONS: (("Condition or disease", True),),
    DESIGN: (("Study Design", True), ("Study Type", False)),
    ARMS: (("Arms and Interventions", True), ("Arm |", True), ("Group/Cohort |", True), ("Groups and Cohorts", True)),
    OUTCOMES: (
        ("Outcome Measures", True),
        ("Primary Outcome Measure", False),
        ("Secondary Outcome Measure", False),
        ("Other Outcome Measure", False),
    ),
    ELIGIBILITY: (
        ("Eligibility Criteria", True),
        ("Choosing to participate in a study is an important personal decision", True),
        ("Ages Eligible for Study", False),
        ("Sexes Eligible for Study", False),
    ),
    CONTACTS: (
        ("Contacts and Locations", True),
        ("To learn more about this study, you or your doctor may contact", True),
        ("Please refer to this study by its ClinicalTrials.gov identifier", False),
    ),
    MORE: (
        ("More Information", True),
        ("Publications:", False),
        ("Publications of Results:", False),
        ("Additional Information:", False),
        ("Responsible Party:", False),
        ("ClinicalTrials.gov Identifier: |", False),
        ("Other Study ID Numbers:", False),
        ("First Posted: |", False),
        ("Last Verified:", False),
        ("Studies a U.S. FDA-regulated", False),
    ),
}
# headings whose presence says that the rendering has kept its headings
HEADINGS = (
    "Study Description",
    "Brief Summary:",
    "Study Design",
    "Arms and Interventions",
    "Outcome Measures",
    "Eligibility Criteria",
    "Contacts and Locations",
    "More Information",
    "Sponsors and Collaborators",
)

# lines of the layout, whole, in lower case
MARKERS = frozenset(
    text.casefold()
    for text in (
        *HEADINGS,
        "Go to",
        "Top of Page",
        "Home",
        "Search Results",
        "Study Record Detail",
        "Save this study",
        "Warning",
        "Study Details",
        "Tabular View",
        "Study Results",
        "No Results Posted",
        "Results Submitted",
        "Disclaimer",
        "How to Read a Study Record",
        "See Contacts and Locations",
        "Information from the National Library of Medicine",
        "Resource links provided by the National Library of Medicine",
        "Arms and Interventions",
        "Criteria",
        "Contacts",
        "Locations",
        "Layout table for study information",
        "Layout table for eligibility information",
        "Layout table for location information",
        "Layout table for investigator information",
        "Layout table for location contacts",
        "Layout table for additonal information",
        "Layout table for MeSH terms",
        "Layout table for additional information",
        "Sponsors and Collaborators",
        "Investigators",
        "More Information",
        "Read our disclaimer for details.",
        "Individual Participant Data (IPD) Sharing Statement:",
        "Show more",
        "Hide",
    )
)
# how lines of the layout begin
PREFIXES = (
    "The safety and scientific validity of this study is the responsibility of the study sponsor",
    "Listing a study does not mean it has been evaluated by the U.S. Federal Government",
    "Know the risks and potential benefits of clinical studies and talk to your health care provider",
    "You have reached the maximum number of saved studies",
    "Choosing to participate in a study is an important personal decision",
    "To learn more about this study, you or your doctor may contact",
    "Please refer to this study by its ClinicalTrials.gov identifier",
    "MedlinePlus related topics",
    "Drug Information available for",
    "Genetic and Rare Diseases Information Center resources",
    "U.S. FDA Resources",
    "Show ",
)
IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)\s*\|?\Z")
RULE = re.compile(r"[\s|:-]*\Z")

STATUS = "statusModule."
DESIGN_PATH = "designModule."
INFO = "designModule.designInfo."
OVERSIGHT = "oversightModule."
ELIGIBLE = "eligibilityModule."
SPONSORS = "sponsorCollaboratorsModule."
PEOPLE = "contactsLocationsModule."
ARM_PATH = "armsInterventionsModule."
IPD = "ipdSharingStatementModule."


_NO_TERMS: terms.Terms = MappingProxyType({})


class Label(NamedTuple):
    """What a label of the page names: the v2 field, the kind of its value, and the terms it takes."""

    path: str
    kind: str = "term"
    terms: terms.Terms = _NO_TERMS


LABELS: Mapping[str, Mapping[str, Label]] = {
    HEADER: {
        "ClinicalTrials.gov Identifier": Label("identificationModule.nctId", "nct"),
        "Recruitment Status": Label(STATUS + "overallStatus", "status"),
        "First Posted": Label(STATUS + "studyFirstPostDateStruct.date", "date"),
        "Results First Posted": Label(STATUS + "resultsFirstPostDateStruct.date", "date"),
        "Last Update Posted": Label(STATUS + "lastUpdatePostDateStruct.date", "date"),
        "Last Verified": Label(STATUS + "statusVerifiedDate", "date"),
        "Sponsor": Label(SPONSORS + "leadSponsor.name", "text"),
        "Collaborator": Label(SPONSORS + "collaborators", "names"),
        "Collaborators": Label(SPONSORS + "collaborators", "names"),
        "Information provided by (Responsible Party)": Label(SPONSORS + "responsibleParty", "party"),
        "Information provided by": Label(SPONSORS + "responsibleParty", "party"),
    },
    DESIGN: {
        "Study Type": Label(DESIGN_PATH + "studyType", "study type", terms.STUDY_TYPE),
        "Enrollment": Label(DESIGN_PATH + "enrollmentInfo.count", "count"),
        "Allocation": Label(INFO + "allocation", "term", terms.ALLOCATION),
        "Intervention Model": Label(INFO + "interventionModel", "term", terms.INTERVENTION_MODEL),
        "Intervention Model Description": Label(INFO + "interventionModelDescription", "text"),
        "Observational Model": Label(INFO + "observationalModel", "term", terms.OBSERVATIONAL_MODEL),
        "Time Perspective": Label(INFO + "timePerspective", "term", terms.TIME_PERSPECTIVE),
        "Masking": Label(INFO + "maskingInfo.masking", "masking", terms.MASKING),
        "Masking Description": Label(INFO + "maskingInfo.maskingDescription", "text"),
        "Primary Purpose": Label(INFO + "primaryPurpose", "term", terms.PRIMARY_PURPOSE),
        "Target Follow-Up Duration": Label(DESIGN_PATH + "targetDuration", "text"),
        "Biospecimen Retention": Label(DESIGN_PATH + "bioSpec.retention", "term", terms.BIOSPEC_RETENTION),
        "Biospecimen Description": Label(DESIGN_PATH + "bioSpec.description", "text"),
        "Official Title": Label("identificationModule.officialTitle", "text"),
        "Study Start Date": Label(STATUS + "startDateStruct.date", "date"),
        "Primary Completion Date": Label(STATUS + "primaryCompletionDateStruct.date", "date"),
        "Study Completion Date": Label(STATUS + "completionDateStruct.date", "date"),
    },
    ELIGIBILITY: {
        "Ages Eligible for Study": Label(ELIGIBLE + "minimumAge", "ages"),
        "Sexes Eligible for Study": Label(ELIGIBLE + "sex", "term", terms.SEX),
        "Genders Eligible for Study": Label(ELIGIBLE + "sex", "term", terms.SEX),
        "Gender Based Eligibility": Label(ELIGIBLE + "genderBased", "yes"),
        "Gender Eligibility Description": Label(ELIGIBLE + "genderDescription", "text"),
        "Accepts Healthy Volunteers": Label(ELIGIBLE + "healthyVolunteers", "yes"),
        "Sampling Method": Label(ELIGIBLE + "samplingMethod", "term", terms.SAMPLING_METHOD),
    },
    MORE: {
        "Responsible Party": Label(SPONSORS + "responsibleParty", "party"),
        "ClinicalTrials.gov Identifier": Label("identificationModule.nctId", "nct"),
        "First Posted": Label(STATUS + "studyFirstPostDateStruct.date", "date"),
        "Results First Posted": Label(STATUS + "resultsFirstPostDateStruct.date", "date"),
        "Last Update Posted": Label(STATUS + "lastUpdatePostDateStruct.date", "date"),
        "Last Verified": Label(STATUS + "statusVerifiedDate", "date"),
        "Has Data Monitoring Committee": Label(OVERSIGHT + "oversightHasDmc", "yes"),
        "Studies a U.S. FDA-regulated Drug Product": Label(OVERSIGHT + "isFdaRegulatedDrug", "yes"),
        "Studies a U.S. FDA-regulated Device Product": Label(OVERSIGHT + "isFdaRegulatedDevice", "yes"),
        "Product Manufactured in and Exported from the U.S.": Label(OVERSIGHT + "isUsExport", "yes"),
        "Device Product Not Approved or Cleared by U.S. FDA": Label(OVERSIGHT + "isUnapprovedDevice", "yes"),
        "Pediatric Postmarket Surveillance of a Device Product": Label(OVERSIGHT + "isPpsd", "yes"),
        "Plan to Share IPD": Label(IPD + "ipdSharing", "term", terms.IPD_SHARING),
        "Plan Description": Label(IPD + "description", "text"),
        "Supporting Materials": Label(IPD + "infoTypes", "info types", terms.IPD_INFO_TYPE),
        "Time Frame": Label(IPD + "timeFrame", "text"),
        "Access Criteria": Label(IPD + "accessCriteria", "text"),
        "URL": Label(IPD + "url", "text"),
    },
}
# before these labels stands whether the date or the number is actual or estimated
QUALIFIED = ("Enrollment", "Study Start Date", "Primary Completion Date", "Study Completion Date")

NEVER_SHOWN: tuple[str, ...] = (
    "identificationModule.organization",
    "identificationModule.nctIdAliases",
    "identificationModule.orgStudyIdInfo.type",
    "identificationModule.orgStudyIdInfo.link",
    STATUS + "delayedPosting",
    STATUS + "expandedAccessInfo",
    STATUS + "studyFirstSubmitDate",
    STATUS + "studyFirstSubmitQcDate",
    STATUS + "studyFirstPostDateStruct.type",
    STATUS + "resultsWaived",
    STATUS + "resultsFirstSubmitDate",
    STATUS + "resultsFirstSubmitQcDate",
    STATUS + "resultsFirstPostDateStruct.type",
    STATUS + "dispFirstSubmitDate",
    STATUS + "dispFirstSubmitQcDate",
    STATUS + "dispFirstPostDateStruct",
    STATUS + "lastUpdateSubmitDate",
    STATUS + "lastUpdatePostDateStruct.type",
    SPONSORS + "leadSponsor.class",
    OVERSIGHT + "oversightHasDmc",
    OVERSIGHT + "fdaaa801Violation",
    DESIGN_PATH + "nPtrsToThisExpAccNctId",
    DESIGN_PATH + "expandedAccessTypes",
    "resultsSection",
    "annotationSection",
    "documentSection",
    "derivedSection.miscInfoModule",
    "hasResults",  # but where the page says so
    "derivedSection.interventionBrowseModule",
    "derivedSection.conditionBrowseModule.ancestors",
    "derivedSection.conditionBrowseModule.browseLeaves",
    "derivedSection.conditionBrowseModule.browseBranches",
)
# what stands under headings: lost where the rendering has dropped them
UNDER_HEADINGS: tuple[str, ...] = (
    "descriptionModule.briefSummary",
    "descriptionModule.detailedDescription",
    "conditionsModule.keywords",
    SPONSORS + "leadSponsor",
    SPONSORS + "collaborators",
    ELIGIBLE + "studyPopulation",
    PEOPLE + "centralContacts",
    "referencesModule",
    "ipdSharingStatementModule",
    "derivedSection.conditionBrowseModule",
)
