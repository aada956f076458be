"""A registry record: the modules of the ClinicalTrials.gov v2 data model as frozen dataclasses.

Attributes are the v2 names in snake case (`nctId` -> `nct_id`); values are plain: text, whole numbers,
true/false, tuples. Enumerated terms stay text exactly as the source spells them (`PHASE1`), so that a
term nobody has seen yet is kept and reported instead of refused; the known terms are in
`trialwright.record.terms`. A value that is not there is None or an empty tuple; *why* it is not there (absent, or
lost by the rendering) is in the provenance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform

Json = Any
T = TypeVar("T")


def camel(name: str) -> str:
    """The v2 spelling of an attribute's name.

    >>> camel("nct_id"), camel("is_fda_regulated_drug")
    ('nctId', 'isFdaRegulatedDrug')
    """
    head, *tail = name.rstrip("_").split("_")
    return head + "".join(part.capitalize() for part in tail)


_SPELLING = {
    "alias_generator": camel,
    "extra": "forbid",
    "strict": False,
    "validate_by_name": False,
    "validate_by_alias": True,
}


@dataclass_transform(frozen_default=True, kw_only_default=True)
def part(cls: type[T]) -> type[T]:
    """A frozen, slotted dataclass that is read and written under its v2 names."""
    cls.__pydantic_config__ = _SPELLING  # type: ignore[attr-defined]
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


# --- shared shapes ---------------------------------------------------------------------------------


@part
class DateStruct:
    """A date (`yyyy`, `yyyy-MM` or `yyyy-MM-dd`) and whether it is ACTUAL or ESTIMATED."""

    date: str | None = None
    type: str | None = None


@part
class Organization:
    full_name: str | None = None
    class_: str | None = None


@part
class Agency:
    name: str | None = None
    class_: str | None = None


# --- identification and status -----------------------------------------------------------------------


@part
class OrgStudyIdInfo:
    id: str | None = None
    type: str | None = None
    link: str | None = None
    domain: str | None = None


@part
class SecondaryIdInfo:
    id: str | None = None
    type: str | None = None
    domain: str | None = None
    link: str | None = None


@part
class IdentificationModule:
    nct_id: str | None = None
    nct_id_aliases: tuple[str, ...] = ()
    org_study_id_info: OrgStudyIdInfo | None = None
    secondary_id_infos: tuple[SecondaryIdInfo, ...] = ()
    organization: Organization | None = None
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None


@part
class ExpandedAccessInfo:
    has_expanded_access: bool | None = None
    nct_id: str | None = None
    status_for_nct_id: str | None = None


@part
class StatusModule:
    status_verified_date: str | None = None
    overall_status: str | None = None
    last_known_status: str | None = None
    delayed_posting: bool | None = None
    why_stopped: str | None = None
    expanded_access_info: ExpandedAccessInfo | None = None
    start_date_struct: DateStruct | None = None
    primary_completion_date_struct: DateStruct | None = None
    completion_date_struct: DateStruct | None = None
    study_first_submit_date: str | None = None
    study_first_submit_qc_date: str | None = None
    study_first_post_date_struct: DateStruct | None = None
    results_waived: bool | None = None
    results_first_submit_date: str | None = None
    results_first_submit_qc_date: str | None = None
    results_first_post_date_struct: DateStruct | None = None
    disp_first_submit_date: str | None = None
    disp_first_submit_qc_date: str | None = None
    disp_first_post_date_struct: DateStruct | None = None
    last_update_submit_date: str | None = None
    last_update_post_date_struct: DateStruct | None = None


# --- sponsors, oversight, descriptions ----------------------------------------------------------------


@part
class ResponsibleParty:
    type: str | None = None
    investigator_full_name: str | None = None
    investigator_title: str | None = None
    investigator_affiliation: str | None = None
    old_name_title: str | None = None
    old_organization: str | None = None


@part
class SponsorCollaboratorsModule:
    responsible_party: ResponsibleParty | None = None
    lead_sponsor: Agency | None = None
    collaborators: tuple[Agency, ...] = ()


@part
class OversightModule:
    oversight_has_dmc: bool | None = None
    is_fda_regulated_drug: bool | None = None
    is_fda_regulated_device: bool | None = None
    is_unapproved_device: bool | None = None
    is_ppsd: bool | None = None
    is_us_export: bool | None = None
    fdaaa801_violation: bool | None = None


@part
class DescriptionModule:
    brief_summary: str | None = None
    detailed_description: str | None = None


@part
class ConditionsModule:
    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


# --- design --------------------------------------------------------------------------------------------


@part
class MaskingInfo:
    masking: str | None = None
    masking_description: str | None = None
    who_masked: tuple[str, ...] = ()


@part
class DesignInfo:
    allocation: str | None = None
    intervention_model: str | None = None
    intervention_model_description: str | None = None
    primary_purpose: str | None = None
    observational_model: str | None = None
    time_perspective: str | None = None
    masking_info: MaskingInfo | None = None


@part
class BioSpec:
    retention: str | None = None
    description: str | None = None


@part
class EnrollmentInfo:
    count: int | None = None
    type: str | None = None


@part
class ExpandedAccessTypes:
    individual: bool | None = None
    intermediate: bool | None = None
    treatment: bool | None = None


@part
class DesignModule:
    study_type: str | None = None
    n_ptrs_to_this_exp_acc_nct_id: int | None = None
    expanded_access_types: ExpandedAccessTypes | None = None
    patient_registry: bool | None = None
    target_duration: str | None = None
    phases: tuple[str, ...] = ()
    design_info: DesignInfo | None = None
    bio_spec: BioSpec | None = None
    enrollment_info: EnrollmentInfo | None = None


# --- arms, interventions, outcomes, eligibility ---------------------------------------------------------


@part
class ArmGroup:
    label: str | None = None
    type: str | None = None
    description: str | None = None
    intervention_names: tuple[str, ...] = ()


@part
class Intervention:
    type: str | None = None
    name: str | None = None
    description: str | None = None
    arm_group_labels: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()


@part
class ArmsInterventionsModule:
    arm_groups: tuple[ArmGroup, ...] = ()
    interventions: tuple[Intervention, ...] = ()


@part
class Outcome:
    measure: str | None = None
    description: str | None = None
    time_frame: str | None = None


@part
class OutcomesModule:
    primary_outcomes: tuple[Outcome, ...] = ()
    secondary_outcomes: tuple[Outcome, ...] = ()
    other_outcomes: tuple[Outcome, ...] = ()


@part
class EligibilityModule:
    eligibility_criteria: str | None = None
    healthy_volunteers: bool | None = None
    sex: str | None = None
    gender_based: bool | None = None
    gender_description: str | None = None
    minimum_age: str | None = None
    maximum_age: str | None = None
    std_ages: tuple[str, ...] = ()
    study_population: str | None = None
    sampling_method: str | None = None


# --- people and places ------------------------------------------------------------------------------------


@part
class Contact:
    name: str | None = None
    role: str | None = None
    phone: str | None = None
    phone_ext: str | None = None
    email: str | None = None


@part
class Official:
    name: str | None = None
    affiliation: str | None = None
    role: str | None = None


@part
class GeoPoint:
    lat: float | None = None
    lon: float | None = None


@part
class Location:
    facility: str | None = None
    status: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    contacts: tuple[Contact, ...] = ()
    geo_point: GeoPoint | None = None


@part
class ContactsLocationsModule:
    central_contacts: tuple[Contact, ...] = ()
    overall_officials: tuple[Official, ...] = ()
    locations: tuple[Location, ...] = ()


# --- references and data sharing ---------------------------------------------------------------------------


@part
class Retraction:
    pmid: str | None = None
    source: str | None = None


@part
class Reference:
    pmid: str | None = None
    type: str | None = None
    citation: str | None = None
    retractions: tuple[Retraction, ...] = ()


@part
class SeeAlsoLink:
    label: str | None = None
    url: str | None = None


@part
class AvailIpd:
    id: str | None = None
    type: str | None = None
    url: str | None = None
    comment: str | None = None


@part
class ReferencesModule:
    references: tuple[Reference, ...] = ()
    see_also_links: tuple[SeeAlsoLink, ...] = ()
    avail_ipds: tuple[AvailIpd, ...] = ()


@part
class IpdSharingStatementModule:
    ipd_sharing: str | None = None
    description: str | None = None
    info_types: tuple[str, ...] = ()
    time_frame: str | None = None
    access_criteria: str | None = None
    url: str | None = None


@part
class ProtocolSection:
    identification_module: IdentificationModule = IdentificationModule()
    status_module: StatusModule = StatusModule()
    sponsor_collaborators_module: SponsorCollaboratorsModule = SponsorCollaboratorsModule()
    oversight_module: OversightModule = OversightModule()
    description_module: DescriptionModule = DescriptionModule()
    conditions_module: ConditionsModule = ConditionsModule()
    design_module: DesignModule = DesignModule()
    arms_interventions_module: ArmsInterventionsModule = ArmsInterventionsModule()
    outcomes_module: OutcomesModule = OutcomesModule()
    eligibility_module: EligibilityModule = EligibilityModule()
    contacts_locations_module: ContactsLocationsModule = ContactsLocationsModule()
    references_module: ReferencesModule = ReferencesModule()
    ipd_sharing_statement_module: IpdSharingStatementModule = IpdSharingStatementModule()


# --- derived section ----------------------------------------------------------------------------------------


@part
class MeshTerm:
    id: str | None = None
    term: str | None = None


@part
class BrowseLeaf:
    id: str | None = None
    name: str | None = None
    as_found: str | None = None
    relevance: str | None = None


@part
class BrowseBranch:
    abbrev: str | None = None
    name: str | None = None


@part
class BrowseModule:
    meshes: tuple[MeshTerm, ...] = ()
    ancestors: tuple[MeshTerm, ...] = ()
    browse_leaves: tuple[BrowseLeaf, ...] = ()
    browse_branches: tuple[BrowseBranch, ...] = ()


@part
class MiscInfoModule:
    version_holder: str | None = None
    removed_countries: tuple[str, ...] = ()
    submission_tracking: Mapping[str, Json] | None = None
    model_predictions: Mapping[str, Json] | None = None


@part
class DerivedSection:
    misc_info_module: MiscInfoModule = MiscInfoModule()
    condition_browse_module: BrowseModule = BrowseModule()
    intervention_browse_module: BrowseModule = BrowseModule()


@part
class Study:
    """One registered study. Posted results, annotations and documents are kept as they came."""

    protocol_section: ProtocolSection = ProtocolSection()
    results_section: Mapping[str, Json] | None = None
    annotation_section: Mapping[str, Json] | None = None
    document_section: Mapping[str, Json] | None = None
    derived_section: DerivedSection = DerivedSection()
    has_results: bool | None = None
