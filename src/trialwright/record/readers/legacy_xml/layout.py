"""The elements of the legacy public XML, each with the v2 field that it states."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.record.terms import (
    ALLOCATION,
    BIOSPEC_RETENTION,
    INTERVENTION_MODEL,
    IPD_SHARING,
    OBSERVATIONAL_MODEL,
    PRIMARY_PURPOSE,
    RESPONSIBLE_PARTY,
    SAMPLING_METHOD,
    SEX,
    STATUS,
    TIME_PERSPECTIVE,
    Terms,
)

TEXTS: Mapping[str, str] = {
    "id_info/org_study_id": "identificationModule.orgStudyIdInfo.id",
    "id_info/nct_id": "identificationModule.nctId",
    "brief_title": "identificationModule.briefTitle",
    "official_title": "identificationModule.officialTitle",
    "acronym": "identificationModule.acronym",
    "source": "identificationModule.organization.fullName",
    "why_stopped": "statusModule.whyStopped",
    "responsible_party/investigator_full_name": "sponsorCollaboratorsModule.responsibleParty.investigatorFullName",
    "responsible_party/investigator_title": "sponsorCollaboratorsModule.responsibleParty.investigatorTitle",
    "responsible_party/investigator_affiliation": "sponsorCollaboratorsModule.responsibleParty.investigatorAffiliation",
    "responsible_party/name_title": "sponsorCollaboratorsModule.responsibleParty.oldNameTitle",
    "responsible_party/organization": "sponsorCollaboratorsModule.responsibleParty.oldOrganization",
    "target_duration": "designModule.targetDuration",
    "study_design_info/intervention_model_description": "designModule.designInfo.interventionModelDescription",
    "study_design_info/masking_description": "designModule.designInfo.maskingInfo.maskingDescription",
    "eligibility/gender_description": "eligibilityModule.genderDescription",
    "patient_data/ipd_description": "ipdSharingStatementModule.description",
    "patient_data/ipd_time_frame": "ipdSharingStatementModule.timeFrame",
    "patient_data/ipd_access_criteria": "ipdSharingStatementModule.accessCriteria",
    "patient_data/ipd_url": "ipdSharingStatementModule.url",
    "expanded_access_info/nct_id": "statusModule.expandedAccessInfo.nctId",
}
BLOCKS: Mapping[str, str] = {
    "brief_summary/textblock": "descriptionModule.briefSummary",
    "detailed_description/textblock": "descriptionModule.detailedDescription",
    "eligibility/criteria/textblock": "eligibilityModule.eligibilityCriteria",
    "eligibility/study_pop/textblock": "eligibilityModule.studyPopulation",
    "biospec_descr/textblock": "designModule.bioSpec.description",
}
TERMS: Mapping[str, tuple[str, Terms]] = {
    "overall_status": ("statusModule.overallStatus", STATUS),
    "last_known_status": ("statusModule.lastKnownStatus", STATUS),
    "responsible_party/responsible_party_type": ("sponsorCollaboratorsModule.responsibleParty.type", RESPONSIBLE_PARTY),
    "study_design_info/allocation": ("designModule.designInfo.allocation", ALLOCATION),
    "study_design_info/intervention_model": ("designModule.designInfo.interventionModel", INTERVENTION_MODEL),
    "study_design_info/primary_purpose": ("designModule.designInfo.primaryPurpose", PRIMARY_PURPOSE),
    "study_design_info/observational_model": ("designModule.designInfo.observationalModel", OBSERVATIONAL_MODEL),
    "study_design_info/time_perspective": ("designModule.designInfo.timePerspective", TIME_PERSPECTIVE),
    "biospec_retention": ("designModule.bioSpec.retention", BIOSPEC_RETENTION),
    "eligibility/gender": ("eligibilityModule.sex", SEX),
    "eligibility/sampling_method": ("eligibilityModule.samplingMethod", SAMPLING_METHOD),
    "patient_data/sharing_ipd": ("ipdSharingStatementModule.ipdSharing", IPD_SHARING),
}
FLAGS: Mapping[str, str] = {
    "oversight_info/has_dmc": "oversightModule.oversightHasDmc",
    "oversight_info/is_fda_regulated_drug": "oversightModule.isFdaRegulatedDrug",
    "oversight_info/is_fda_regulated_device": "oversightModule.isFdaRegulatedDevice",
    "oversight_info/is_unapproved_device": "oversightModule.isUnapprovedDevice",
    "oversight_info/is_ppsd": "oversightModule.isPpsd",
    "oversight_info/is_us_export": "oversightModule.isUsExport",
    "eligibility/healthy_volunteers": "eligibilityModule.healthyVolunteers",
    "eligibility/gender_based": "eligibilityModule.genderBased",
    "has_expanded_access": "statusModule.expandedAccessInfo.hasExpandedAccess",
    "expanded_access_info/expanded_access_type_individual": "designModule.expandedAccessTypes.individual",
    "expanded_access_info/expanded_access_type_intermediate": "designModule.expandedAccessTypes.intermediate",
    "expanded_access_info/expanded_access_type_treatment": "designModule.expandedAccessTypes.treatment",
}
AGES: Mapping[str, str] = {
    "eligibility/minimum_age": "eligibilityModule.minimumAge",
    "eligibility/maximum_age": "eligibilityModule.maximumAge",
}
DATES: Mapping[str, str] = {
    "verification_date": "statusModule.statusVerifiedDate",
    "study_first_submitted": "statusModule.studyFirstSubmitDate",
    "firstreceived_date": "statusModule.studyFirstSubmitDate",
    "study_first_submitted_qc": "statusModule.studyFirstSubmitQcDate",
    "results_first_submitted": "statusModule.resultsFirstSubmitDate",
    "firstreceived_results_date": "statusModule.resultsFirstSubmitDate",
    "results_first_submitted_qc": "statusModule.resultsFirstSubmitQcDate",
    "disposition_first_submitted": "statusModule.dispFirstSubmitDate",
    "firstreceived_results_disposition_date": "statusModule.dispFirstSubmitDate",
    "disposition_first_submitted_qc": "statusModule.dispFirstSubmitQcDate",
    "last_update_submitted": "statusModule.lastUpdateSubmitDate",
    "lastchanged_date": "statusModule.lastUpdateSubmitDate",
}
DATE_STRUCTS: Mapping[str, str] = {
    "start_date": "statusModule.startDateStruct",
    "primary_completion_date": "statusModule.primaryCompletionDateStruct",
    "completion_date": "statusModule.completionDateStruct",
    "study_first_posted": "statusModule.studyFirstPostDateStruct",
    "results_first_posted": "statusModule.resultsFirstPostDateStruct",
    "disposition_first_posted": "statusModule.dispFirstPostDateStruct",
    "last_update_posted": "statusModule.lastUpdatePostDateStruct",
}
LISTS: Mapping[str, tuple[str, str]] = {
    # element -> (list, field of each item; empty where the items are texts)
    "id_info/nct_alias": ("identificationModule.nctIdAliases", ""),
    "id_info/secondary_id": ("identificationModule.secondaryIdInfos", "id"),
    "condition": ("conditionsModule.conditions", ""),
    "keyword": ("conditionsModule.keywords", ""),
    "removed_countries/country": ("derivedSection.miscInfoModule.removedCountries", ""),
    "condition_browse/mesh_term": ("derivedSection.conditionBrowseModule.meshes", "term"),
    "intervention_browse/mesh_term": ("derivedSection.interventionBrowseModule.meshes", "term"),
}
# what v2 holds beside such an item and the XML does not
LOST_BESIDE: Mapping[str, tuple[str, ...]] = {
    "id_info/secondary_id": ("type", "domain", "link"),
    "condition_browse/mesh_term": ("id",),
    "intervention_browse/mesh_term": ("id",),
}
# what the XML states and the v2 model derives or has no place for: kept as it came, and no fault of the source
KEPT = (
    "required_header",
    "location_countries",
    "number_of_arms",
    "number_of_groups",
    "last_update_submitted_qc",
    "oversight_info/authority",
    "is_fda_regulated",
    "is_section_801",
    "pending_results",
)
LOST = (
    "identificationModule.orgStudyIdInfo.type",
    "identificationModule.orgStudyIdInfo.domain",
    "identificationModule.orgStudyIdInfo.link",
    "identificationModule.organization.class",
    "statusModule.delayedPosting",
    "statusModule.resultsWaived",
    "eligibilityModule.stdAges",
    "derivedSection.miscInfoModule.versionHolder",
    "derivedSection.miscInfoModule.submissionTracking",
    "derivedSection.conditionBrowseModule.ancestors",
    "derivedSection.conditionBrowseModule.browseLeaves",
    "derivedSection.conditionBrowseModule.browseBranches",
    "derivedSection.interventionBrowseModule.ancestors",
    "derivedSection.interventionBrowseModule.browseLeaves",
    "derivedSection.interventionBrowseModule.browseBranches",
    "annotationSection",
)
LOST_NOTE = "the legacy XML does not hold it"
