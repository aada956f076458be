"""The pieces of the legacy API by name, each with the v2 field that it states and how its text is to be read.

A path holds `[]` for each list that it lies in.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from trialwright.record.terms import (
    ACTUAL_OR_ESTIMATED,
    AGENCY_CLASS,
    ALLOCATION,
    ARM_TYPE,
    BIOSPEC_RETENTION,
    CONTACT_ROLE,
    ID_TYPE,
    INTERVENTION_MODEL,
    INTERVENTION_TYPE,
    IPD_INFO_TYPE,
    IPD_SHARING,
    MASKING,
    OBSERVATIONAL_MODEL,
    OFFICIAL_ROLE,
    PHASE,
    PRIMARY_PURPOSE,
    REFERENCE_TYPE,
    RELEVANCE,
    RESPONSIBLE_PARTY,
    SAMPLING_METHOD,
    SEX,
    STANDARD_AGE,
    STATUS,
    STUDY_TYPE,
    TIME_PERSPECTIVE,
    WHO_MASKED,
    Terms,
)


class Form(Enum):
    """How a piece's text is read where it is no term: as it stands, as a date, a number, yes or no, an age."""

    TEXT = auto()
    DATE = auto()
    COUNT = auto()
    NUMBER = auto()
    FLAG = auto()
    AGE = auto()


TEXT, DATE, COUNT, NUMBER, FLAG, AGE = Form.TEXT, Form.DATE, Form.COUNT, Form.NUMBER, Form.FLAG, Form.AGE
Piece = tuple[str, Form | Terms]

_BROWSE: Final[Mapping[str, Piece]] = {
    "MeshId": ("meshes[].id", TEXT),
    "MeshTerm": ("meshes[].term", TEXT),
    "AncestorId": ("ancestors[].id", TEXT),
    "AncestorTerm": ("ancestors[].term", TEXT),
    "BrowseLeafId": ("browseLeaves[].id", TEXT),
    "BrowseLeafName": ("browseLeaves[].name", TEXT),
    "BrowseLeafAsFound": ("browseLeaves[].asFound", TEXT),
    "BrowseLeafRelevance": ("browseLeaves[].relevance", RELEVANCE),
    "BrowseBranchAbbrev": ("browseBranches[].abbrev", TEXT),
    "BrowseBranchName": ("browseBranches[].name", TEXT),
}
_MODULES: Final[Mapping[str, Mapping[str, Piece]]] = {
    "identificationModule": {
        "NCTId": ("nctId", TEXT),
        "NCTIdAlias": ("nctIdAliases[]", TEXT),
        "OrgStudyId": ("orgStudyIdInfo.id", TEXT),
        "OrgStudyIdType": ("orgStudyIdInfo.type", ID_TYPE),
        "OrgStudyIdDomain": ("orgStudyIdInfo.domain", TEXT),
        "OrgStudyIdLink": ("orgStudyIdInfo.link", TEXT),
        "SecondaryId": ("secondaryIdInfos[].id", TEXT),
        "SecondaryIdType": ("secondaryIdInfos[].type", ID_TYPE),
        "SecondaryIdDomain": ("secondaryIdInfos[].domain", TEXT),
        "SecondaryIdLink": ("secondaryIdInfos[].link", TEXT),
        "OrgFullName": ("organization.fullName", TEXT),
        "OrgClass": ("organization.class", AGENCY_CLASS),
        "BriefTitle": ("briefTitle", TEXT),
        "OfficialTitle": ("officialTitle", TEXT),
        "Acronym": ("acronym", TEXT),
    },
    "statusModule": {
        "StatusVerifiedDate": ("statusVerifiedDate", DATE),
        "OverallStatus": ("overallStatus", STATUS),
        "LastKnownStatus": ("lastKnownStatus", STATUS),
        "DelayedPosting": ("delayedPosting", FLAG),
        "WhyStopped": ("whyStopped", TEXT),
        "HasExpandedAccess": ("expandedAccessInfo.hasExpandedAccess", FLAG),
        "ExpandedAccessNCTId": ("expandedAccessInfo.nctId", TEXT),
        "ExpandedAccessStatusForNCTId": ("expandedAccessInfo.statusForNctId", TEXT),
        "StartDate": ("startDateStruct.date", DATE),
        "StartDateType": ("startDateStruct.type", ACTUAL_OR_ESTIMATED),
        "PrimaryCompletionDate": ("primaryCompletionDateStruct.date", DATE),
        "PrimaryCompletionDateType": ("primaryCompletionDateStruct.type", ACTUAL_OR_ESTIMATED),
        "CompletionDate": ("completionDateStruct.date", DATE),
        "CompletionDateType": ("completionDateStruct.type", ACTUAL_OR_ESTIMATED),
        "StudyFirstSubmitDate": ("studyFirstSubmitDate", DATE),
        "StudyFirstSubmitQCDate": ("studyFirstSubmitQcDate", DATE),
        "StudyFirstPostDate": ("studyFirstPostDateStruct.date", DATE),
        "StudyFirstPostDateType": ("studyFirstPostDateStruct.type", ACTUAL_OR_ESTIMATED),
        "ResultsFirstSubmitDate": ("resultsFirstSubmitDate", DATE),
        "ResultsFirstSubmitQCDate": ("resultsFirstSubmitQcDate", DATE),
        "ResultsFirstPostDate": ("resultsFirstPostDateStruct.date", DATE),
        "ResultsFirstPostDateType": ("resultsFirstPostDateStruct.type", ACTUAL_OR_ESTIMATED),
        "DispFirstSubmitDate": ("dispFirstSubmitDate", DATE),
        "DispFirstSubmitQCDate": ("dispFirstSubmitQcDate", DATE),
        "DispFirstPostDate": ("dispFirstPostDateStruct.date", DATE),
        "DispFirstPostDateType": ("dispFirstPostDateStruct.type", ACTUAL_OR_ESTIMATED),
        "LastUpdateSubmitDate": ("lastUpdateSubmitDate", DATE),
        "LastUpdatePostDate": ("lastUpdatePostDateStruct.date", DATE),
        "LastUpdatePostDateType": ("lastUpdatePostDateStruct.type", ACTUAL_OR_ESTIMATED),
    },
    "sponsorCollaboratorsModule": {
        "ResponsiblePartyType": ("responsibleParty.type", RESPONSIBLE_PARTY),
        "ResponsiblePartyInvestigatorFullName": ("responsibleParty.investigatorFullName", TEXT),
        "ResponsiblePartyInvestigatorTitle": ("responsibleParty.investigatorTitle", TEXT),
        "ResponsiblePartyInvestigatorAffiliation": ("responsibleParty.investigatorAffiliation", TEXT),
        "ResponsiblePartyOldNameTitle": ("responsibleParty.oldNameTitle", TEXT),
        "ResponsiblePartyOldOrganization": ("responsibleParty.oldOrganization", TEXT),
        "LeadSponsorName": ("leadSponsor.name", TEXT),
        "LeadSponsorClass": ("leadSponsor.class", AGENCY_CLASS),
        "CollaboratorName": ("collaborators[].name", TEXT),
        "CollaboratorClass": ("collaborators[].class", AGENCY_CLASS),
    },
    "oversightModule": {
        "OversightHasDMC": ("oversightHasDmc", FLAG),
        "IsFDARegulatedDrug": ("isFdaRegulatedDrug", FLAG),
        "IsFDARegulatedDevice": ("isFdaRegulatedDevice", FLAG),
        "IsUnapprovedDevice": ("isUnapprovedDevice", FLAG),
        "IsPPSD": ("isPpsd", FLAG),
        "IsUSExport": ("isUsExport", FLAG),
        "FDAAA801Violation": ("fdaaa801Violation", FLAG),
    },
    "descriptionModule": {
        "BriefSummary": ("briefSummary", TEXT),
        "DetailedDescription": ("detailedDescription", TEXT),
    },
    "conditionsModule": {
        "Condition": ("conditions[]", TEXT),
        "Keyword": ("keywords[]", TEXT),
    },
    "designModule": {
        "StudyType": ("studyType", STUDY_TYPE),
        "NPtrsToThisExpAccNCTId": ("nPtrsToThisExpAccNctId", COUNT),
        "ExpAccTypeIndividual": ("expandedAccessTypes.individual", FLAG),
        "ExpAccTypeIntermediate": ("expandedAccessTypes.intermediate", FLAG),
        "ExpAccTypeTreatment": ("expandedAccessTypes.treatment", FLAG),
        "PatientRegistry": ("patientRegistry", FLAG),
        "TargetDuration": ("targetDuration", TEXT),
        "Phase": ("phases[]", PHASE),
        "DesignAllocation": ("designInfo.allocation", ALLOCATION),
        "DesignInterventionModel": ("designInfo.interventionModel", INTERVENTION_MODEL),
        "DesignInterventionModelDescription": ("designInfo.interventionModelDescription", TEXT),
        "DesignPrimaryPurpose": ("designInfo.primaryPurpose", PRIMARY_PURPOSE),
        "DesignObservationalModel": ("designInfo.observationalModel", OBSERVATIONAL_MODEL),
        "DesignTimePerspective": ("designInfo.timePerspective", TIME_PERSPECTIVE),
        "DesignMasking": ("designInfo.maskingInfo.masking", MASKING),
        "DesignMaskingDescription": ("designInfo.maskingInfo.maskingDescription", TEXT),
        "DesignWhoMasked": ("designInfo.maskingInfo.whoMasked[]", WHO_MASKED),
        "BioSpecRetention": ("bioSpec.retention", BIOSPEC_RETENTION),
        "BioSpecDescription": ("bioSpec.description", TEXT),
        "EnrollmentCount": ("enrollmentInfo.count", COUNT),
        "EnrollmentType": ("enrollmentInfo.type", ACTUAL_OR_ESTIMATED),
    },
    "armsInterventionsModule": {
        "ArmGroupLabel": ("armGroups[].label", TEXT),
        "ArmGroupType": ("armGroups[].type", ARM_TYPE),
        "ArmGroupDescription": ("armGroups[].description", TEXT),
        "ArmGroupInterventionName": ("armGroups[].interventionNames[]", TEXT),
        "InterventionName": ("interventions[].name", TEXT),
        "InterventionType": ("interventions[].type", INTERVENTION_TYPE),
        "InterventionDescription": ("interventions[].description", TEXT),
        "InterventionArmGroupLabel": ("interventions[].armGroupLabels[]", TEXT),
        "InterventionOtherName": ("interventions[].otherNames[]", TEXT),
    },
    "outcomesModule": {
        "PrimaryOutcomeMeasure": ("primaryOutcomes[].measure", TEXT),
        "PrimaryOutcomeDescription": ("primaryOutcomes[].description", TEXT),
        "PrimaryOutcomeTimeFrame": ("primaryOutcomes[].timeFrame", TEXT),
        "SecondaryOutcomeMeasure": ("secondaryOutcomes[].measure", TEXT),
        "SecondaryOutcomeDescription": ("secondaryOutcomes[].description", TEXT),
        "SecondaryOutcomeTimeFrame": ("secondaryOutcomes[].timeFrame", TEXT),
        "OtherOutcomeMeasure": ("otherOutcomes[].measure", TEXT),
        "OtherOutcomeDescription": ("otherOutcomes[].description", TEXT),
        "OtherOutcomeTimeFrame": ("otherOutcomes[].timeFrame", TEXT),
    },
    "eligibilityModule": {
        "EligibilityCriteria": ("eligibilityCriteria", TEXT),
        "HealthyVolunteers": ("healthyVolunteers", FLAG),
        "Gender": ("sex", SEX),
        "GenderBased": ("genderBased", FLAG),
        "GenderDescription": ("genderDescription", TEXT),
        "MinimumAge": ("minimumAge", AGE),
        "MaximumAge": ("maximumAge", AGE),
        "StdAge": ("stdAges[]", STANDARD_AGE),
        "StudyPopulation": ("studyPopulation", TEXT),
        "SamplingMethod": ("samplingMethod", SAMPLING_METHOD),
    },
    "contactsLocationsModule": {
        "CentralContactName": ("centralContacts[].name", TEXT),
        "CentralContactRole": ("centralContacts[].role", CONTACT_ROLE),
        "CentralContactPhone": ("centralContacts[].phone", TEXT),
        "CentralContactPhoneExt": ("centralContacts[].phoneExt", TEXT),
        "CentralContactEMail": ("centralContacts[].email", TEXT),
        "OverallOfficialName": ("overallOfficials[].name", TEXT),
        "OverallOfficialAffiliation": ("overallOfficials[].affiliation", TEXT),
        "OverallOfficialRole": ("overallOfficials[].role", OFFICIAL_ROLE),
        "LocationFacility": ("locations[].facility", TEXT),
        "LocationStatus": ("locations[].status", STATUS),
        "LocationCity": ("locations[].city", TEXT),
        "LocationState": ("locations[].state", TEXT),
        "LocationZip": ("locations[].zip", TEXT),
        "LocationCountry": ("locations[].country", TEXT),
        "LocationContactName": ("locations[].contacts[].name", TEXT),
        "LocationContactRole": ("locations[].contacts[].role", CONTACT_ROLE),
        "LocationContactPhone": ("locations[].contacts[].phone", TEXT),
        "LocationContactPhoneExt": ("locations[].contacts[].phoneExt", TEXT),
        "LocationContactEMail": ("locations[].contacts[].email", TEXT),
    },
    "referencesModule": {
        "ReferenceCitation": ("references[].citation", TEXT),
        "ReferencePMID": ("references[].pmid", TEXT),
        "ReferenceType": ("references[].type", REFERENCE_TYPE),
        "RetractionPMID": ("references[].retractions[].pmid", TEXT),
        "RetractionSource": ("references[].retractions[].source", TEXT),
        "SeeAlsoLinkURL": ("seeAlsoLinks[].url", TEXT),
        "SeeAlsoLinkLabel": ("seeAlsoLinks[].label", TEXT),
        "AvailIPDId": ("availIpds[].id", TEXT),
        "AvailIPDType": ("availIpds[].type", TEXT),
        "AvailIPDURL": ("availIpds[].url", TEXT),
        "AvailIPDComment": ("availIpds[].comment", TEXT),
    },
    "ipdSharingStatementModule": {
        "IPDSharing": ("ipdSharing", IPD_SHARING),
        "IPDSharingDescription": ("description", TEXT),
        "IPDSharingInfoType": ("infoTypes[]", IPD_INFO_TYPE),
        "IPDSharingTimeFrame": ("timeFrame", TEXT),
        "IPDSharingAccessCriteria": ("accessCriteria", TEXT),
        "IPDSharingURL": ("url", TEXT),
    },
    "derivedSection.miscInfoModule": {
        "VersionHolder": ("versionHolder", DATE),
        "RemovedCountry": ("removedCountries[]", TEXT),
    },
    "derivedSection.conditionBrowseModule": {f"Condition{name}": piece for name, piece in _BROWSE.items()},
    "derivedSection.interventionBrowseModule": {f"Intervention{name}": piece for name, piece in _BROWSE.items()},
    "documentSection.largeDocumentModule": {
        "LargeDocTypeAbbrev": ("largeDocs[].typeAbbrev", TEXT),
        "LargeDocHasProtocol": ("largeDocs[].hasProtocol", FLAG),
        "LargeDocHasSAP": ("largeDocs[].hasSap", FLAG),
        "LargeDocHasICF": ("largeDocs[].hasIcf", FLAG),
        "LargeDocLabel": ("largeDocs[].label", TEXT),
        "LargeDocDate": ("largeDocs[].date", DATE),
        "LargeDocUploadDate": ("largeDocs[].uploadDate", TEXT),
        "LargeDocFilename": ("largeDocs[].filename", TEXT),
    },
}
PIECES: Final[Mapping[str, Piece]] = {
    name: (f"{module}.{path}", form) for module, pieces in _MODULES.items() for name, (path, form) in pieces.items()
}
# prefixes of the pieces of posted results, whose nesting flat lists have lost
RESULTS: Final = (
    "Flow", "Baseline", "OutcomeMeasure", "OutcomeGroup", "OutcomeDenom", "OutcomeClass", "OutcomeCategory",
    "OutcomeAnalysis", "EventGroup", "Events", "SeriousEvent", "OtherEvent", "LimitationsAndCaveats", "Agreement",
    "PointOfContact",
)  # fmt: skip
# what is no part of the record: the place in a list of hits, and how the registry handled the submission
KEPT: Final = (
    "Rank", "UnpostedEventDate", "UnpostedEventType", "UnpostedResponsibleParty", "SubmissionReleaseDate",
    "SubmissionResetDate", "SubmissionMCPReleaseN", "LocationContactName", "FirstMCPPostDate", "FirstMCPPostDateType",
)  # fmt: skip
