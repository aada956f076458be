"""The traps of the page renderings: alien lines, lost labels, lost items, terms that several fields know."""

from importlib import import_module

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trialwright.core.source import Span
from trialwright.record.provenance import Presence
from trialwright.record.readers.classic import page as classic_page
from trialwright.record.readers.explorer import labelled as explorer_page_labelled
from trialwright.record.readers.explorer import unlabelled as explorer_page_unlabelled
from trialwright.record.readers.explorer.layout import SECTIONS
from trialwright.record.record import Origin, Record, Rendering, leaves

PAGES = {
    "NCT04452097.unlabelled-page.txt": explorer_page_unlabelled,
    "NCT04971980.unlabelled-page.txt": explorer_page_unlabelled,
    "NCT05689008.labelled-page.txt": explorer_page_labelled,
    "NCT04456361.classic-page.txt": classic_page,
}
ALIEN = "Sign up for our newsletter today"
CRITERIA = "protocolSection.eligibilityModule.eligibilityCriteria"
STATUS = "protocolSection.statusModule."
ELIGIBILITY = "protocolSection.eligibilityModule."
SPONSORS = "protocolSection.sponsorCollaboratorsModule."


def record_of(reading):
    return Record(
        reading.study, reading.provenance, Origin("", Rendering.UNLABELLED_PAGE, ""), reading.coverage, reading.problems
    )


def codes(reading):
    return [problem.code for problem in reading.problems]


def page(title="A trial", **sections):
    """An unlabelled page with the given lines under the titles of the sections (underscores for spaces)."""
    lines = [title, "NCT ID: NCT01234567", "Last Updated: 2024-02-03", "Study Results"]
    for name, content in sections.items():
        section = name.replace("_", " ")
        lines += [section, SECTIONS[section], *content]
    return "\n".join(lines)


# --- every page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_recognised_by_its_own_reader_only(examples, name):
    text = (examples / name).read_text(encoding="utf-8")
    readers = {"classic.page", "explorer.labelled", "explorer.unlabelled", "v2_json", "python_literal"}
    modules = [import_module(f"trialwright.record.readers.{reader}") for reader in sorted(readers)]
    assert [module for module in modules if module.recognises(text)] == [PAGES[name]]


@pytest.mark.parametrize("name", PAGES)
def test_every_line_of_an_example_is_mapped_and_every_value_stands_where_it_says(examples, name):
    text = (examples / name).read_text(encoding="utf-8")
    lines = text.split("\n")
    reading = PAGES[name].read(text)
    assert reading.coverage.mapped == reading.coverage.total == sum(bool(line.strip()) for line in lines)
    for path, value in leaves(reading.study):
        entry = reading.provenance.entry(path)
        assert entry is not None, path
        for span in entry.where:
            assert isinstance(span, Span)
            quoted = lines[span.line - 1][span.column - 1 : span.end_column - 1]
            assert quoted, path
            assert quoted == quoted.strip()
        if isinstance(value, str) and len(entry.where) == 1 and path.endswith((".measure", "nctId", ".facility")):
            assert lines[entry.where[0].line - 1][entry.where[0].column - 1 :].startswith(value)


@pytest.mark.parametrize("name", PAGES)
def test_the_criteria_and_their_places_go_line_by_line(examples, name):
    text = (examples / name).read_text(encoding="utf-8")
    reading = PAGES[name].read(text)
    criteria = reading.study.protocol_section.eligibility_module.eligibility_criteria
    shown = [line for line in criteria.split("\n") if line.strip()]
    where = reading.provenance.entries[CRITERIA].where
    assert len(shown) == len(where)
    source = text.split("\n")
    for line, span in zip(shown, where, strict=True):
        assert line.strip().lstrip("*").strip(" :") in source[span.line - 1].lstrip("- ")


STRUCTURED = {
    "NCT04452097.unlabelled-page.txt": ["NCT ID:", "Basic Information", "WITHDRAWN", "PHASE1/PHASE2", "INTERVENTIONAL",
        "NON_RANDOMIZED", "SEQUENTIAL", "NONE", "18 Years", "Baylx Inc.", "INDUSTRY", "BXU001-COVID19",
        "Identifier Type: -", "Interventions", "Study Groups", "Eligibility Criteria"],
    "NCT04971980.unlabelled-page.txt": ["NCT ID:", "9 participants", "NA", "65 Years", "ALL", "Beijing Baylx",
        "Role: PRINCIPAL", "Beijing, Beijing", "BC-U001-RA2019"],
    "NCT05689008.labelled-page.txt": ["NCT ID:", "Results pending", "Recruitment Status", "UNKNOWN",
        "60 participants", "Allocation Method", "PARALLEL", "Maximum Eligible Age", "85 Years", "Eligible Sex",
        "Sponsor Role collaborator",
        "Responsibility Role", "Site Status", "Group Type NO_INTERVENTION",
        "Interventions", "Locations", "Shanghai, Shanghai", "China", "DFSC-2023(CR)-01"],
    "NCT04456361.classic-page.txt": ["![]", "ClinicalTrials.gov Identifier", "Active, not", "First Posted :",
        "- Tabular",
        "Study Type :", "Allocation:", "Masking:", "Official Title:", "Choosing", "Ages Eligible", "Please refer",
        "Mexico |", "Responsible Party:", "ClinicalTrials.gov Identifier: |", "First Posted: |", "Last Verified"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "after"), [(name, after) for name, found in STRUCTURED.items() for after in found])
def test_an_alien_line_in_a_structured_place_lowers_coverage_and_moves_no_value(examples, name, after):
    text = (examples / name).read_text(encoding="utf-8")
    lines = text.split("\n")
    index = next(i for i, line in enumerate(lines) if line.startswith(after)) + 1
    if after == "ClinicalTrials.gov Identifier: |":
        index = max(i for i, line in enumerate(lines) if line.startswith(after)) + 1
    clean = PAGES[name].read(text)
    spoilt = PAGES[name].read("\n".join([*lines[:index], ALIEN, *lines[index:]]))
    (stranger,) = spoilt.coverage.unmapped
    assert spoilt.coverage.mapped == clean.coverage.mapped == spoilt.coverage.total - 1
    assert "READ-108" in codes(spoilt)
    assert spoilt.unmapped[f"line {stranger.number}"] == stranger.text
    doubted = doubtful(spoilt) - doubtful(clean)
    before, now = dict(leaves(clean.study)), dict(leaves(spoilt.study))
    assert {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)} <= doubted
    if not doubted:
        assert (stranger.number, stranger.text) == (index + 1, ALIEN)


def doubtful(reading):
    return {path for path, entry in reading.provenance.entries.items() if entry.presence is Presence.AMBIGUOUS}


@given(text=st.text(max_size=400))
@settings(max_examples=150, deadline=None)
@example(text="\ud800 NCT ID: NCT01234567")
@example(text="|" * 300)
def test_no_text_makes_a_reader_raise(text):
    for reader in (classic_page, explorer_page_labelled, explorer_page_unlabelled):
        reader.recognises(text)
        assert 0 <= reader.read(text).coverage.proportion <= 1


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_shuffled_or_cut_page_makes_a_reader_raise(data, examples):
    name = data.draw(st.sampled_from(sorted(PAGES)))
    lines = (examples / name).read_text(encoding="utf-8").split("\n")
    chosen = data.draw(st.lists(st.sampled_from(lines), max_size=60))
    reading = PAGES[name].read("\n".join(chosen))
    assert reading.coverage.mapped + len(reading.coverage.unmapped) == reading.coverage.total


@pytest.mark.parametrize(
    "line", ["Drug: a " * 9, "1 X 10 8 " * 9, "a, b, " * 9, "(" * 60, "Sponsor Role lead", "A|B|" * 9]
)
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.usefixtures("ends")
def test_reading_a_long_text_comes_to_an_end(examples, name, line):
    text = (examples / name).read_text(encoding="utf-8")
    middle = len(text.split("\n")) // 2
    lines = text.split("\n")
    long = PAGES[name].read("\n".join([*lines[:middle], *[line] * 4000, *lines[middle:]]))
    assert long.coverage.total > 4000
    assert PAGES[name].read(text + "\n" + line * 4000).coverage.total > 0


# --- lost labels ------------------------------------------------------------------------------------


def test_na_is_a_phase_in_one_section_and_an_allocation_in_the_other():
    study = explorer_page_unlabelled.read(
        page(Basic_Information=["COMPLETED", "NA", "INTERVENTIONAL"], Study_Design=["NA", "OTHER", "NONE"])
    ).study.protocol_section
    assert study.design_module.phases == ("NA",)
    assert study.design_module.design_info.allocation == "NA"
    assert study.design_module.design_info.primary_purpose == "OTHER"
    assert study.design_module.design_info.masking_info.masking == "NONE"


def test_one_age_alone_is_undecided():
    reading = explorer_page_unlabelled.read(
        page(Eligibility_Criteria=["Inclusion Criteria", "2. a", "18 Years", "ALL"])
    )
    eligible = reading.study.protocol_section.eligibility_module
    assert (eligible.minimum_age, eligible.maximum_age, eligible.sex) == (None, None, "ALL")
    for path in (ELIGIBILITY + "minimumAge", ELIGIBILITY + "maximumAge"):
        assert reading.provenance.entries[path].presence is Presence.AMBIGUOUS
        assert reading.provenance.entries[path].readings == ("18 Years", "no limit")
    assert "READ-102" in codes(reading)
    assert reading.coverage.proportion == 1


def test_one_date_alone_is_undecided():
    reading = explorer_page_unlabelled.read(page(Basic_Information=["COMPLETED", "2020-01-02"]))
    record = record_of(reading)
    assert record.value(STATUS + "startDateStruct.date") is None
    assert record.presence(STATUS + "startDateStruct.date") is Presence.AMBIGUOUS
    assert record.presence(STATUS + "completionDateStruct.date") is Presence.AMBIGUOUS
    assert "READ-109" in codes(reading)


def test_a_single_sponsor_leads_and_two_without_roles_are_undecided():
    one = explorer_page_unlabelled.read(page(Sponsors=["A Hospital", "OTHER"]))
    assert one.study.protocol_section.sponsor_collaborators_module.lead_sponsor.name == "A Hospital"
    assert "lead" in one.provenance.entries[SPONSORS + "leadSponsor.name"].note
    two = explorer_page_unlabelled.read(page(Sponsors=["A Hospital", "OTHER", "NIH", "NIH"]))
    assert two.study.protocol_section.sponsor_collaborators_module.lead_sponsor is None
    assert record_of(two).presence(SPONSORS + "leadSponsor.name") is Presence.AMBIGUOUS
    assert two.provenance.entries[SPONSORS + "leadSponsor"].readings == ("A Hospital (OTHER)", "NIH (NIH)")
    assert "READ-103" in codes(two)
    assert two.coverage.proportion == 1


def test_an_empty_section_is_lost_without_labels_and_absent_with_them(examples):
    bare = record_of(explorer_page_unlabelled.read(page(Conditions=[], Brief_Summary=[])))
    labelled = record_of(
        explorer_page_labelled.read((examples / "NCT05689008.labelled-page.txt").read_text(encoding="utf-8"))
    )
    detail = "protocolSection.descriptionModule.detailedDescription"
    assert bare.presence("protocolSection.conditionsModule.conditions") is Presence.LOST
    assert bare.presence("protocolSection.descriptionModule.briefSummary") is Presence.LOST
    assert labelled.presence(detail) is Presence.ABSENT


def test_a_list_that_begins_at_two_keeps_its_numbers_and_says_what_is_missing():
    lists = ["Inclusion Criteria", "2. a", "3. b", "Exclusion Criteria", "1. c", "4. d"]
    reading = explorer_page_unlabelled.read(page(Eligibility_Criteria=lists))
    text = reading.study.protocol_section.eligibility_module.eligibility_criteria
    assert text == "Inclusion Criteria:\n\n2. a\n3. b\n\nExclusion Criteria:\n\n1. c\n4. d"
    gaps = [problem.message for problem in reading.problems if problem.code == "READ-101"]
    assert gaps == [
        "Inclusion Criteria: item 1 is missing; the list begins at 2",
        "Exclusion Criteria: item 2 to 3 is missing; the list goes from 1 to 4",
    ]


def test_an_arm_named_like_its_intervention_is_told_apart():
    group = ["Cells", "One cohort.", "Cells", "A dose.", "Control", "Usual care only.", "Care", "As usual."]
    reading = explorer_page_unlabelled.read(
        page(Study_Groups=group, Interventions=["Cells", "A dose.", "Care", "As usual."])
    )
    arms = reading.study.protocol_section.arms_interventions_module
    assert [(arm.label, arm.description, arm.intervention_names) for arm in arms.arm_groups] == [
        ("Cells", "One cohort.", ("Cells",)),
        ("Control", "Usual care only.", ("Care",)),
    ]
    assert [drug.arm_group_labels for drug in arms.interventions] == [("Cells",), ("Control",)]
    assert "READ-110" not in codes(reading)
    assert record_of(reading).presence("protocolSection.armsInterventionsModule.armGroups[0].type") is Presence.LOST


def test_names_without_descriptions_are_called_uncertain():
    reading = explorer_page_unlabelled.read(
        page(Study_Groups=["Arm A", "Text of arm A.", "Drug A", "Drug B"], Interventions=["Drug A", "Drug B"])
    )
    assert "READ-110" in codes(reading)
    arms = "protocolSection.armsInterventionsModule.armGroups[0].interventionNames"
    assert record_of(reading).presence(arms) is Presence.AMBIGUOUS


def test_contacts_of_several_sites_are_given_to_none():
    reading = explorer_page_unlabelled.read(
        page(
            Locations=["Site A", "Lima, Peru", "Site B, East", "Seoul, Korea, Republic of"],
            Facility_Contacts=["An office", "Role: primary", "+51 1 2345678"],
        )
    )
    people = reading.study.protocol_section.contacts_locations_module
    assert [(site.facility, site.city, site.country) for site in people.locations] == [
        ("Site A", "Lima", "Peru"),
        ("Site B, East", "Seoul", "Korea, Republic of"),
    ]
    assert all(site.contacts == () for site in people.locations)
    assert reading.unmapped["Facility Contacts"] == [["An office", "primary", "+51 1 2345678"]]
    assert "READ-114" in codes(reading)


def test_related_trials_never_become_the_trial():
    related = ["Another trial", "NCT00000001", "A third", "NCT00000002"]
    reading = explorer_page_unlabelled.read(page(Related_Clinical_Trials=related, More_Related_Trials=related[:2]))
    assert reading.study.protocol_section.identification_module.nct_id == "NCT01234567"
    assert [trial["nctId"] for trial in reading.unmapped["Related Clinical Trials"]] == ["NCT00000001", "NCT00000002"]
    assert reading.coverage.proportion == 1


def test_a_word_of_a_paragraph_opens_no_section():
    detail = ["First.", "Conditions", "Locations"]
    reading = explorer_page_unlabelled.read(page(Detailed_Description=detail, Study_Design=["RANDOMIZED"]))
    assert reading.study.protocol_section.description_module.detailed_description == "First.\n\nConditions\n\nLocations"
    assert reading.study.protocol_section.design_module.design_info.allocation == "RANDOMIZED"


# --- with labels ------------------------------------------------------------------------------------


def test_an_unknown_term_under_a_label_is_kept_and_reported(examples):
    text = (examples / "NCT05689008.labelled-page.txt").read_text(encoding="utf-8")
    reading = explorer_page_labelled.read(text.replace("\nUNKNOWN\n", "\nPAUSED_FOR_REVIEW\n"))
    assert reading.study.protocol_section.status_module.overall_status == "PAUSED_FOR_REVIEW"
    assert "READ-106" in codes(reading)
    assert reading.coverage.proportion == 1


def test_a_stray_label_does_not_make_a_page_labelled(examples):
    text = (examples / "NCT04971980.unlabelled-page.txt").read_text(encoding="utf-8")
    assert explorer_page_unlabelled.recognises(text.replace("\nWITHDRAWN", "\nClinical Phase\nWITHDRAWN"))
    assert not explorer_page_labelled.recognises(text.replace("\n9 part", "\nClinical Phase\n9 part"))


# --- the classic page -------------------------------------------------------------------------------

CLASSIC = """A trial of several arms (SEVERAL)
ClinicalTrials.gov Identifier: NCT01234567 |
Recruitment Status :
Terminated (slow accrual)
First Posted : March 2020
Condition or disease | Intervention/treatment | Phase |
---|---|---|
Asthma | Drug: Alpha Drug: Beta (Drug: old) Other: Care | Phase 1 Phase 2 |
Study Type : | Interventional (Clinical Trial) |
Actual Enrollment : | 1,234 participants |
Masking: | Double (Participant, Investigator) |
Study Start Date : | July 2010 |
Arm | Intervention/treatment |
---|---|
Experimental: High
10 mg,
twice.
|
Drug: Alpha
a pill
Other Names:
- A1
- A2
Other: Care
|
Other: Low
|
Drug: Beta (Drug: old)
|
Primary Outcome Measures :
- Deaths [ Time Frame: Day 1 [first] ]Counted
by hand.
Secondary Outcome Measures :
- Pain [ Time Frame: 7 days ]
Ages Eligible for Study: | up to 17 Years (Child) |
Sexes Eligible for Study: | Female |
Accepts Healthy Volunteers: | Yes |
Criteria
Inclusion Criteria:
- one
more of one;
- two
Please refer to this study by its ClinicalTrials.gov identifier (NCT number): NCT01234567
Contact: The office | 555-123-4567 ext 12 | office@example.org |
United States, Ohio | |
A Clinic | Recruiting |
Akron, Ohio, United States, 44301 |
Contact: Site office | 555-765-4321 |
Principal Investigator: Local lead |
Principal Investigator: | The lead | A University |
Responsible Party: | A University |
Other Study ID Numbers: |
A-1 |
2019-000001-22 ( EudraCT Number ) |
Last Verified: | July 2022 |
Plan to Share IPD: | Undecided |
"""


def test_a_classic_page_of_several_arms_is_read():
    reading = classic_page.read(CLASSIC)
    study = reading.study.protocol_section
    assert reading.coverage.proportion == 1, reading.coverage.unmapped
    assert (study.status_module.overall_status, study.status_module.why_stopped) == ("TERMINATED", "slow accrual")
    assert study.status_module.study_first_post_date_struct.date == "2020-03"
    assert (study.status_module.start_date_struct.date, study.status_module.start_date_struct.type) == ("2010-07", None)
    assert study.design_module.phases == ("PHASE1", "PHASE2")
    assert (study.design_module.enrollment_info.count, study.design_module.enrollment_info.type) == (1234, "ACTUAL")
    assert study.design_module.design_info.masking_info.masking == "DOUBLE"
    assert study.design_module.design_info.masking_info.who_masked == ("PARTICIPANT", "INVESTIGATOR")
    high, low = study.arms_interventions_module.arm_groups
    assert (high.type, high.label, high.description) == ("EXPERIMENTAL", "High", "10 mg,\n\ntwice.")
    assert high.intervention_names == ("Drug: Alpha", "Other: Care")
    assert (low.type, low.intervention_names) == ("OTHER", ("Drug: Beta (Drug: old)",))
    alpha, beta, care = study.arms_interventions_module.interventions
    assert (alpha.name, alpha.other_names, alpha.arm_group_labels) == ("Alpha", ("A1", "A2"), ("High",))
    assert (beta.name, beta.type, care.name, care.type) == ("Beta (Drug: old)", "DRUG", "Care", "OTHER")
    (death,) = study.outcomes_module.primary_outcomes
    assert (death.measure, death.time_frame, death.description) == ("Deaths", "Day 1 [first]", "Counted\n\nby hand.")
    assert [pain.measure for pain in study.outcomes_module.secondary_outcomes] == ["Pain"]
    assert (study.eligibility_module.minimum_age, study.eligibility_module.maximum_age) == (None, "17 Years")
    assert study.eligibility_module.healthy_volunteers is True
    assert study.eligibility_module.eligibility_criteria == "Inclusion Criteria:\n\n* one\n  more of one;\n* two"


def test_people_and_numbers_of_a_classic_page_are_read():
    reading = classic_page.read(CLASSIC)
    study = reading.study.protocol_section
    people = study.contacts_locations_module
    (office,) = people.central_contacts
    assert (office.phone, office.phone_ext, office.email) == ("555-123-4567", "12", "office@example.org")
    (site,) = people.locations
    assert (site.facility, site.status, site.city, site.state) == ("A Clinic", "RECRUITING", "Akron", "Ohio")
    assert (site.zip, site.country) == ("44301", "United States")
    assert [(c.name, c.role) for c in site.contacts] == [
        ("Site office", "CONTACT"),
        ("Local lead", "PRINCIPAL_INVESTIGATOR"),
    ]
    assert [(o.name, o.affiliation) for o in people.overall_officials] == [("The lead", "A University")]
    assert study.identification_module.org_study_id_info.id == "A-1"
    assert [(i.id, i.type) for i in study.identification_module.secondary_id_infos] == [
        ("2019-000001-22", "EUDRACT_NUMBER")
    ]
    assert study.ipd_sharing_statement_module.ipd_sharing == "UNDECIDED"
    record = record_of(reading)
    assert record.entry("protocolSection.identificationModule.acronym").readings == ("SEVERAL", "none")


def test_outcomes_without_headings_have_no_level():
    text = "\n".join(line for line in CLASSIC.split("\n") if "Outcome Measures :" not in line)
    reading = classic_page.read(text)
    record = record_of(reading)
    outcomes = "protocolSection.outcomesModule"
    assert [o.measure for o in reading.study.protocol_section.outcomes_module.other_outcomes] == ["Deaths", "Pain"]
    assert record.presence(outcomes) is Presence.AMBIGUOUS
    assert record.presence(outcomes + ".primaryOutcomes") is Presence.LOST
    assert record.presence(outcomes + ".secondaryOutcomes") is Presence.LOST
    assert "READ-105" in codes(reading)


def test_a_page_that_contradicts_itself_says_so():
    reading = classic_page.read(CLASSIC.replace("(NCT number): NCT01234567", "(NCT number): NCT07654321"))
    assert reading.study.protocol_section.identification_module.nct_id == "NCT01234567"
    assert "READ-111" in codes(reading)


ADVERTISEMENT = "Sponsored link: buy now"
ABSORBED = {  # a text of any form may stand there: the conditions, and paragraphs of the long description
    "NCT04452097.unlabelled-page.txt": 1,
    "NCT04971980.unlabelled-page.txt": 6,
    "NCT05689008.labelled-page.txt": 4,
    "NCT04456361.classic-page.txt": 3,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_stray_line_lowers_the_coverage_nearly_wherever_it_stands(examples, name):
    lines = (examples / name).read_text(encoding="utf-8").split("\n")
    absorbed = 0
    for index in range(len(lines) + 1):
        reading = PAGES[name].read("\n".join([*lines[:index], ADVERTISEMENT, *lines[index:]]))
        absorbed += reading.coverage.mapped == reading.coverage.total
    assert absorbed <= ABSORBED[name]


def test_what_a_list_of_criteria_has_between_its_items_is_no_stray():
    lists = ["Inclusion Criteria", "1. Adults", "2. Either of:", "Mild disease, as judged at screening;", "3. Consent"]
    joined = ["Exclusion Criteria", "* Infection", "OR", "* Pregnancy", "Each item is judged by the investigator"]
    reading = explorer_page_unlabelled.read(page(Eligibility_Criteria=[*lists, *joined, "18 Years", "75 Years"]))
    assert reading.coverage.mapped == reading.coverage.total
    assert "READ-118" not in codes(reading)


def test_a_line_between_the_items_of_a_list_is_kept_and_questioned():
    lists = ["Inclusion Criteria", "1. Adults", ADVERTISEMENT, "2. Consent", "18 Years", "75 Years", "ALL", "No"]
    reading = explorer_page_unlabelled.read(page(Eligibility_Criteria=lists))
    assert [line.text for line in reading.coverage.unmapped] == [ADVERTISEMENT]
    assert "READ-118" in codes(reading)
    assert ADVERTISEMENT in reading.study.protocol_section.eligibility_module.eligibility_criteria


@pytest.mark.parametrize(
    ("tail", "least", "greatest"),
    [
        (["18 Years", "N/A"], "18 Years", None),
        (["N/A", "65 Years"], None, "65 Years"),
        (["6 Months", "5 Years"], "6 Months", "5 Years"),
    ],
)
def test_a_page_without_labels_says_by_its_place_that_an_age_has_no_limit(tail, least, greatest):
    reading = explorer_page_unlabelled.read(page(Eligibility_Criteria=["Inclusion Criteria", "2. Adult", *tail, "ALL"]))
    module = reading.study.protocol_section.eligibility_module
    assert (module.minimum_age, module.maximum_age) == (least, greatest)
    assert reading.coverage.mapped == reading.coverage.total


def test_a_number_of_participants_that_is_not_given_is_a_marker_of_the_page():
    reading = explorer_page_unlabelled.read(
        page(Basic_Information=["RECRUITING", "N/A participants", "INTERVENTIONAL"])
    )
    assert reading.study.protocol_section.design_module.enrollment_info is None
    assert reading.coverage.mapped == reading.coverage.total


def test_lists_within_lists_keep_their_depth():
    text = page(
        Eligibility_Criteria=["Inclusion Criteria", "2. Adult", "   1. by law", "3. Signed", "18 Years", "75 Years"]
    )
    reading = explorer_page_unlabelled.read(text)
    criteria = reading.study.protocol_section.eligibility_module.eligibility_criteria
    assert criteria == "Inclusion Criteria:\n\n2. Adult\n   1. by law\n3. Signed"


@pytest.mark.parametrize("name", PAGES)
def test_other_blanks_and_line_ends_change_nothing(examples, name):
    from trialwright.record import read

    text = (examples / name).read_text(encoding="utf-8")
    plain = dict(leaves(read(text.encode(), name="page").study))
    for changed in (text.replace("\n", "\r\n"), text.replace(" Years", "\u00a0Years"), text.replace("\n", "  \n\n")):
        assert dict(leaves(read(changed.encode(), name="page").study)) == plain
