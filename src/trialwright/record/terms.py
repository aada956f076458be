"""The enumerated terms of the ClinicalTrials.gov v2 data model: each code with the label that pages show.

The first label of a code is how it is shown now; further ones are older spellings that are accepted when read.
"""

from __future__ import annotations

from collections.abc import Mapping

Terms = Mapping[str, tuple[str, ...]]

STATUS: Terms = {
    "ACTIVE_NOT_RECRUITING": ("Active, not recruiting",),
    "COMPLETED": ("Completed",),
    "ENROLLING_BY_INVITATION": ("Enrolling by invitation",),
    "NOT_YET_RECRUITING": ("Not yet recruiting",),
    "RECRUITING": ("Recruiting",),
    "SUSPENDED": ("Suspended",),
    "TERMINATED": ("Terminated",),
    "WITHDRAWN": ("Withdrawn",),
    "AVAILABLE": ("Available",),
    "NO_LONGER_AVAILABLE": ("No longer available",),
    "TEMPORARILY_NOT_AVAILABLE": ("Temporarily not available",),
    "APPROVED_FOR_MARKETING": ("Approved for marketing",),
    "WITHHELD": ("Withheld",),
    "UNKNOWN": ("Unknown status", "Unknown"),
}
STUDY_TYPE: Terms = {
    "EXPANDED_ACCESS": ("Expanded Access",),
    "INTERVENTIONAL": ("Interventional", "Interventional (Clinical Trial)"),
    "OBSERVATIONAL": ("Observational", "Observational [Patient Registry]"),
}
PHASE: Terms = {
    "NA": ("Not Applicable", "N/A"),
    "EARLY_PHASE1": ("Early Phase 1", "Phase 0"),
    "PHASE1": ("Phase 1",),
    "PHASE2": ("Phase 2",),
    "PHASE3": ("Phase 3",),
    "PHASE4": ("Phase 4",),
}
ALLOCATION: Terms = {
    "RANDOMIZED": ("Randomized",),
    "NON_RANDOMIZED": ("Non-Randomized", "Non-randomized"),
    "NA": ("N/A",),
}
INTERVENTION_MODEL: Terms = {
    "SINGLE_GROUP": ("Single Group Assignment", "Single Group"),
    "PARALLEL": ("Parallel Assignment", "Parallel"),
    "CROSSOVER": ("Crossover Assignment", "Crossover"),
    "FACTORIAL": ("Factorial Assignment", "Factorial"),
    "SEQUENTIAL": ("Sequential Assignment", "Sequential"),
}
PRIMARY_PURPOSE: Terms = {
    "TREATMENT": ("Treatment",),
    "PREVENTION": ("Prevention",),
    "DIAGNOSTIC": ("Diagnostic",),
    "ECT": ("Educational/Counseling/Training",),
    "SUPPORTIVE_CARE": ("Supportive Care",),
    "SCREENING": ("Screening",),
    "HEALTH_SERVICES_RESEARCH": ("Health Services Research",),
    "BASIC_SCIENCE": ("Basic Science",),
    "DEVICE_FEASIBILITY": ("Device Feasibility",),
    "OTHER": ("Other",),
}
MASKING: Terms = {
    "NONE": ("None (Open Label)", "Open Label", "None"),
    "SINGLE": ("Single", "Single Blind"),
    "DOUBLE": ("Double", "Double Blind"),
    "TRIPLE": ("Triple",),
    "QUADRUPLE": ("Quadruple",),
}
WHO_MASKED: Terms = {
    "PARTICIPANT": ("Participant", "Subject"),
    "CARE_PROVIDER": ("Care Provider", "Caregiver"),
    "INVESTIGATOR": ("Investigator",),
    "OUTCOMES_ASSESSOR": ("Outcomes Assessor",),
}
OBSERVATIONAL_MODEL: Terms = {
    "COHORT": ("Cohort",),
    "CASE_CONTROL": ("Case-Control",),
    "CASE_ONLY": ("Case-Only",),
    "CASE_CROSSOVER": ("Case-Crossover",),
    "ECOLOGIC_OR_COMMUNITY": ("Ecologic or Community",),
    "FAMILY_BASED": ("Family-Based",),
    "DEFINED_POPULATION": ("Defined Population",),
    "NATURAL_HISTORY": ("Natural History",),
    "OTHER": ("Other",),
}
TIME_PERSPECTIVE: Terms = {
    "RETROSPECTIVE": ("Retrospective",),
    "PROSPECTIVE": ("Prospective",),
    "CROSS_SECTIONAL": ("Cross-Sectional",),
    "OTHER": ("Other",),
}
BIOSPEC_RETENTION: Terms = {
    "NONE_RETAINED": ("None Retained",),
    "SAMPLES_WITH_DNA": ("Samples With DNA",),
    "SAMPLES_WITHOUT_DNA": ("Samples Without DNA",),
}
ACTUAL_OR_ESTIMATED: Terms = {
    "ACTUAL": ("Actual",),
    "ESTIMATED": ("Estimated", "Estimate", "Anticipated"),
}
ARM_TYPE: Terms = {
    "EXPERIMENTAL": ("Experimental",),
    "ACTIVE_COMPARATOR": ("Active Comparator",),
    "PLACEBO_COMPARATOR": ("Placebo Comparator",),
    "SHAM_COMPARATOR": ("Sham Comparator",),
    "NO_INTERVENTION": ("No Intervention",),
    "OTHER": ("Other",),
}
INTERVENTION_TYPE: Terms = {
    "BEHAVIORAL": ("Behavioral",),
    "BIOLOGICAL": ("Biological", "Biological/Vaccine"),
    "COMBINATION_PRODUCT": ("Combination Product",),
    "DEVICE": ("Device",),
    "DIAGNOSTIC_TEST": ("Diagnostic Test",),
    "DIETARY_SUPPLEMENT": ("Dietary Supplement",),
    "DRUG": ("Drug",),
    "GENETIC": ("Genetic",),
    "PROCEDURE": ("Procedure",),
    "RADIATION": ("Radiation",),
    "OTHER": ("Other",),
}
SEX: Terms = {"FEMALE": ("Female",), "MALE": ("Male",), "ALL": ("All", "Both")}
STANDARD_AGE: Terms = {"CHILD": ("Child",), "ADULT": ("Adult",), "OLDER_ADULT": ("Older Adult", "Senior")}
SAMPLING_METHOD: Terms = {
    "PROBABILITY_SAMPLE": ("Probability Sample",),
    "NON_PROBABILITY_SAMPLE": ("Non-Probability Sample",),
}
AGENCY_CLASS: Terms = {
    "NIH": ("NIH",),
    "FED": ("FED", "U.S. Fed"),
    "OTHER_GOV": ("OTHER_GOV",),
    "INDIV": ("INDIV",),
    "INDUSTRY": ("INDUSTRY", "Industry"),
    "NETWORK": ("NETWORK",),
    "AMBIG": ("AMBIG",),
    "OTHER": ("OTHER", "Other"),
    "UNKNOWN": ("UNKNOWN",),
}
RESPONSIBLE_PARTY: Terms = {
    "SPONSOR": ("Sponsor",),
    "PRINCIPAL_INVESTIGATOR": ("Principal Investigator",),
    "SPONSOR_INVESTIGATOR": ("Sponsor-Investigator",),
}
OFFICIAL_ROLE: Terms = {
    "STUDY_CHAIR": ("Study Chair",),
    "STUDY_DIRECTOR": ("Study Director",),
    "PRINCIPAL_INVESTIGATOR": ("Principal Investigator",),
    "SUB_INVESTIGATOR": ("Sub-Investigator",),
}
CONTACT_ROLE: Terms = {**OFFICIAL_ROLE, "CONTACT": ("Contact",)}
ID_TYPE: Terms = {
    "NIH": ("U.S. NIH Grant/Contract",),
    "FDA": ("U.S. FDA Grant/Contract",),
    "VA": ("U.S. VA Grant/Contract",),
    "CDC": ("U.S. CDC Grant/Contract",),
    "AHRQ": ("U.S. AHRQ Grant/Contract",),
    "SAMHSA": ("U.S. SAMHSA Grant/Contract",),
    "OTHER_GRANT": ("Other Grant/Funding Number",),
    "EUDRACT_NUMBER": ("EudraCT Number",),
    "CTIS": ("EU Trial (CTIS) Number",),
    "REGISTRY": ("Registry Identifier",),
    "OTHER": ("Other Identifier",),
}
IPD_SHARING: Terms = {"YES": ("Yes",), "NO": ("No",), "UNDECIDED": ("Undecided",)}
IPD_INFO_TYPE: Terms = {
    "STUDY_PROTOCOL": ("Study Protocol",),
    "SAP": ("Statistical Analysis Plan (SAP)",),
    "ICF": ("Informed Consent Form (ICF)",),
    "CSR": ("Clinical Study Report (CSR)",),
    "ANALYTIC_CODE": ("Analytic Code",),
}
REFERENCE_TYPE: Terms = {"BACKGROUND": ("background",), "RESULT": ("result",), "DERIVED": ("derived",)}
RELEVANCE: Terms = {"LOW": ("low",), "HIGH": ("high",)}

# which terms the fields of the model take, by v2 path without list indexes
FIELD_TERMS: Mapping[str, Terms] = {
    f"protocolSection.{path}": terms
    for path, terms in {
        "identificationModule.orgStudyIdInfo.type": ID_TYPE,
        "identificationModule.secondaryIdInfos.type": ID_TYPE,
        "identificationModule.organization.class": AGENCY_CLASS,
        "statusModule.overallStatus": STATUS,
        "statusModule.lastKnownStatus": STATUS,
        "statusModule.startDateStruct.type": ACTUAL_OR_ESTIMATED,
        "statusModule.primaryCompletionDateStruct.type": ACTUAL_OR_ESTIMATED,
        "statusModule.completionDateStruct.type": ACTUAL_OR_ESTIMATED,
        "statusModule.studyFirstPostDateStruct.type": ACTUAL_OR_ESTIMATED,
        "statusModule.resultsFirstPostDateStruct.type": ACTUAL_OR_ESTIMATED,
        "statusModule.dispFirstPostDateStruct.type": ACTUAL_OR_ESTIMATED,
        "statusModule.lastUpdatePostDateStruct.type": ACTUAL_OR_ESTIMATED,
        "sponsorCollaboratorsModule.responsibleParty.type": RESPONSIBLE_PARTY,
        "sponsorCollaboratorsModule.leadSponsor.class": AGENCY_CLASS,
        "sponsorCollaboratorsModule.collaborators.class": AGENCY_CLASS,
        "designModule.studyType": STUDY_TYPE,
        "designModule.phases": PHASE,
        "designModule.designInfo.allocation": ALLOCATION,
        "designModule.designInfo.interventionModel": INTERVENTION_MODEL,
        "designModule.designInfo.primaryPurpose": PRIMARY_PURPOSE,
        "designModule.designInfo.observationalModel": OBSERVATIONAL_MODEL,
        "designModule.designInfo.timePerspective": TIME_PERSPECTIVE,
        "designModule.designInfo.maskingInfo.masking": MASKING,
        "designModule.designInfo.maskingInfo.whoMasked": WHO_MASKED,
        "designModule.bioSpec.retention": BIOSPEC_RETENTION,
        "designModule.enrollmentInfo.type": ACTUAL_OR_ESTIMATED,
        "armsInterventionsModule.armGroups.type": ARM_TYPE,
        "armsInterventionsModule.interventions.type": INTERVENTION_TYPE,
        "eligibilityModule.sex": SEX,
        "eligibilityModule.stdAges": STANDARD_AGE,
        "eligibilityModule.samplingMethod": SAMPLING_METHOD,
        "contactsLocationsModule.centralContacts.role": CONTACT_ROLE,
        "contactsLocationsModule.overallOfficials.role": OFFICIAL_ROLE,
        "contactsLocationsModule.locations.status": STATUS,
        "contactsLocationsModule.locations.contacts.role": CONTACT_ROLE,
        "referencesModule.references.type": REFERENCE_TYPE,
        "ipdSharingStatementModule.ipdSharing": IPD_SHARING,
        "ipdSharingStatementModule.infoTypes": IPD_INFO_TYPE,
    }.items()
}


def code_of(label: str, terms: Terms) -> str | None:
    """The code whose label (or code) this is, whatever its letter case; None if no term has it.

    >>> code_of("Active, not recruiting", STATUS)
    'ACTIVE_NOT_RECRUITING'
    """
    wanted = " ".join(label.split()).casefold()
    for code, labels in terms.items():
        if wanted == code.casefold() or any(wanted == known.casefold() for known in labels):
            return code
    return None


def label_of(code: str, terms: Terms) -> str:
    """How pages show a code; the code itself where it is not a known term.

    >>> label_of("NON_RANDOMIZED", ALLOCATION)
    'Non-Randomized'
    """
    return terms[code][0] if code in terms else code
