"""The fields without which a rule cannot tell: where a rendering lost one of them, silence is not a pass."""

from __future__ import annotations

from trialwright.lint.texts import (
    ARMS,
    BRIEF_TITLE,
    CONDITIONS,
    COUNT,
    CRITERIA,
    DESCRIPTION,
    INTERVENTIONS,
    OUTCOMES,
    PHASES,
    PRIMARY,
    SUMMARY,
)

_STATUS = "protocolSection.statusModule"
_DESIGN = "protocolSection.designModule"
_INFO = f"{_DESIGN}.designInfo"
_PLACES = "protocolSection.contactsLocationsModule"
_SPONSORS = "protocolSection.sponsorCollaboratorsModule"
_OVERALL = f"{_STATUS}.overallStatus"
_START = f"{_STATUS}.startDateStruct.date"
_PRIMARY_END = f"{_STATUS}.primaryCompletionDateStruct.date"
_END = f"{_STATUS}.completionDateStruct.date"
_ALLOCATION = f"{_INFO}.allocation"
_MASKING = f"{_INFO}.maskingInfo.masking"
_SITES = f"{_PLACES}.locations"
_OFFICIALS = f"{_PLACES}.overallOfficials"
_SECONDARY = f"{OUTCOMES}.secondaryOutcomes"

NEEDS: dict[str, tuple[str, ...]] = {
    "ID-003": (BRIEF_TITLE, INTERVENTIONS),
    "ID-005": (f"{_SPONSORS}.leadSponsor.name", _SITES),
    "ID-006": (f"{_SPONSORS}.responsibleParty.type", _OFFICIALS),
    "ID-007": (f"{_PLACES}.centralContacts",),
    "ID-008": (f"{_SPONSORS}.collaborators", _SITES),
    "RF-001": (CRITERIA,),
    "RF-004": (INTERVENTIONS,),
    "RF-005": (INTERVENTIONS,),
    "RF-010": (CRITERIA,),
    "ST-001": (_OVERALL, _START, _END),
    "ST-002": (_OVERALL,),
    "ST-003": (_OVERALL, COUNT),
    "ST-004": (_OVERALL,),
    "ST-005": (_OVERALL, _SITES),
    "ST-006": (_OVERALL, _END),
    "ST-007": (_START, _PRIMARY_END, _END),
    "ST-008": (_PRIMARY_END, _END, PRIMARY, _SECONDARY),
    "ST-009": (f"{_STATUS}.studyFirstSubmitDate", _START),
    "ST-011": (COUNT, SUMMARY, DESCRIPTION),
    "ST-012": (_OVERALL, COUNT, f"{_DESIGN}.enrollmentInfo.type"),
    "ST-013": (_OVERALL, _PRIMARY_END),
    "ST-014": (_OVERALL, f"{_STATUS}.statusVerifiedDate"),
    "ST-015": (_START, _PRIMARY_END, COUNT),
    "DS-001": (_ALLOCATION, ARMS),
    "DS-002": (_MASKING, ARMS),
    "DS-003": (_ALLOCATION, _MASKING, SUMMARY),
    "DS-004": (ARMS,),
    "DS-005": (_ALLOCATION, f"{_INFO}.interventionModel", ARMS),
    "DS-006": (PHASES, SUMMARY),
    "DS-007": (PHASES, SUMMARY),
    "DS-008": (SUMMARY, DESCRIPTION),
    "DS-009": (ARMS,),
    "DS-010": (PHASES, SUMMARY),
    "DS-011": (ARMS,),
    "DS-012": (SUMMARY, ARMS),
    "DS-013": (_ALLOCATION,),
    "DS-014": (PHASES, COUNT),
    "DS-015": (_MASKING, f"{_INFO}.maskingInfo.whoMasked"),
    "DS-016": ("protocolSection.oversightModule.oversightHasDmc", _MASKING, _SITES),
    "DS-017": (INTERVENTIONS,),
    "DS-018": (ARMS, INTERVENTIONS),
    "DS-019": (SUMMARY, CRITERIA),
    "DO-001": (ARMS, INTERVENTIONS),
    "DO-002": (ARMS, INTERVENTIONS),
    "DO-003": (ARMS, INTERVENTIONS),
    "EL-001": (CRITERIA, "protocolSection.eligibilityModule.minimumAge"),
    **{f"EL-{number:03}": (CRITERIA,) for number in (2, 3, 4, 5, 7, 8, 11, 12)},
    "EL-006": (CRITERIA, "protocolSection.eligibilityModule.sex"),
    "EL-009": (CRITERIA, _ALLOCATION),
    "EL-010": (CONDITIONS,),
    "OC-001": (PRIMARY,),
    **{f"OC-{number:03}": (PRIMARY, _SECONDARY) for number in (2, 3, 4, 5, 7, 8, 9, 10)},
    "OC-006": (PHASES, PRIMARY),
    "DV-001": ("derivedSection.conditionBrowseModule", "protocolSection.eligibilityModule.minimumAge"),
    "DV-002": (_SITES,),
    "DV-003": ("protocolSection.ipdSharingStatementModule.ipdSharing",),
    "DV-004": (SUMMARY,),
    "DV-005": (SUMMARY,),
}
"""By rule. A rule that is not here asks only for what every rendering shows, or is about what was lost."""
