"""The legacy public XML: every element to its field with its place, what is lost said, hostile XML refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.core.errors import InputError
from trialwright.core.source import Span
from trialwright.record import Record, Rendering, read
from trialwright.record.provenance import Presence

XML = """<?xml version="1.0" encoding="UTF-8"?>
<clinical_study rank="1">
  <!-- made up for this test -->
  <required_header><download_date>on May 1, 2020</download_date></required_header>
  <id_info>
    <org_study_id>MADE-UP-1</org_study_id>
    <secondary_id>2019-000001-01</secondary_id>
    <nct_id>NCT00000007</nct_id>
    <nct_alias>NCT00000008</nct_alias>
  </id_info>
  <brief_title>Cells against a made-up disease &amp; its ache</brief_title>
  <sponsors>
    <lead_sponsor><agency>Hospital of Nowhere</agency><agency_class>Other</agency_class></lead_sponsor>
    <collaborator><agency>Cells Inc.</agency><agency_class>Industry</agency_class></collaborator>
  </sponsors>
  <source>Hospital of Nowhere</source>
  <oversight_info><has_dmc>Yes</has_dmc><authority>Nowhere: Board</authority></oversight_info>
  <brief_summary><textblock>
      First line of the summary
      that goes on.

      Second paragraph.
  </textblock></brief_summary>
  <overall_status>Active, not recruiting</overall_status>
  <start_date type="Actual">June 2019</start_date>
  <completion_date type="Anticipated">August 20, 2021</completion_date>
  <phase>Phase 1/Phase 2</phase>
  <study_type>Interventional</study_type>
  <study_design_info>
    <allocation>Randomized</allocation>
    <masking>Double (Participant, Outcomes Assessor)</masking>
  </study_design_info>
  <primary_outcome>
    <measure>Pain</measure><time_frame>28 days</time_frame><safety_issue>No</safety_issue>
  </primary_outcome>
  <number_of_arms>2</number_of_arms>
  <enrollment type="Anticipated">24</enrollment>
  <condition>Made-up Disease</condition>
  <arm_group><arm_group_label>Cells</arm_group_label><arm_group_type>Experimental</arm_group_type></arm_group>
  <arm_group><arm_group_label>Saline</arm_group_label><arm_group_type>Placebo Comparator</arm_group_type></arm_group>
  <intervention>
    <intervention_type>Biological</intervention_type><intervention_name>MC-1</intervention_name>
    <arm_group_label>Cells</arm_group_label><other_name>cells</other_name>
  </intervention>
  <eligibility>
    <criteria><textblock>
        Inclusion Criteria:

          -  Pain for more than six months in spite of
             treatment

               1. measured twice

          -  Consent

        Exclusion Criteria:

          -  None
    </textblock></criteria>
    <gender>All</gender>
    <minimum_age>18 Years</minimum_age>
    <maximum_age>N/A</maximum_age>
    <healthy_volunteers>No</healthy_volunteers>
  </eligibility>
  <location>
    <facility><name>Ward</name><address><city>Nowhere</city><country>Utopia</country></address></facility>
    <status>Recruiting</status>
  </location>
  <verification_date>May 2020</verification_date>
  <results_reference><citation>A made-up article.</citation><PMID>1</PMID></results_reference>
  <odd_thing>7</odd_thing>
</clinical_study>
"""


@pytest.fixture(scope="module")
def record() -> Record:
    return read(XML.encode(), name="made-up.xml")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("identificationModule.nctId", "NCT00000007"),
        ("identificationModule.nctIdAliases", ("NCT00000008",)),
        ("identificationModule.secondaryIdInfos[0].id", "2019-000001-01"),
        ("identificationModule.briefTitle", "Cells against a made-up disease & its ache"),
        ("identificationModule.organization.fullName", "Hospital of Nowhere"),
        ("sponsorCollaboratorsModule.leadSponsor.class", "OTHER"),
        ("sponsorCollaboratorsModule.collaborators[0].class", "INDUSTRY"),
        ("oversightModule.oversightHasDmc", True),
        ("descriptionModule.briefSummary", "First line of the summary that goes on.\n\nSecond paragraph."),
        ("statusModule.overallStatus", "ACTIVE_NOT_RECRUITING"),
        ("statusModule.startDateStruct.date", "2019-06"),
        ("statusModule.startDateStruct.type", "ACTUAL"),
        ("statusModule.completionDateStruct.date", "2021-08-20"),
        ("statusModule.completionDateStruct.type", "ESTIMATED"),
        ("designModule.phases", ("PHASE1", "PHASE2")),
        ("designModule.designInfo.maskingInfo.masking", "DOUBLE"),
        ("designModule.designInfo.maskingInfo.whoMasked", ("PARTICIPANT", "OUTCOMES_ASSESSOR")),
        ("designModule.enrollmentInfo.count", 24),
        ("armsInterventionsModule.armGroups[0].interventionNames", ("Biological: MC-1",)),
        ("armsInterventionsModule.armGroups[1].interventionNames", ()),
        ("armsInterventionsModule.armGroups[1].type", "PLACEBO_COMPARATOR"),
        ("armsInterventionsModule.interventions[0].otherNames", ("cells",)),
        ("outcomesModule.primaryOutcomes[0].timeFrame", "28 days"),
        (
            "eligibilityModule.eligibilityCriteria",
            (
                "Inclusion Criteria:\n\n- Pain for more than six months in spite of treatment\n  1. measured twice\n"
                "- Consent\n\nExclusion Criteria:\n\n- None"
            ),
        ),
        ("eligibilityModule.healthyVolunteers", False),
        ("contactsLocationsModule.locations[0].country", "Utopia"),
        ("contactsLocationsModule.locations[0].status", "RECRUITING"),
    ],
)
def test_value(record: Record, path: str, value: object) -> None:
    assert record.value(f"protocolSection.{path}") == value


def test_presence_is_as_the_layout_dictates(record: Record) -> None:
    def presence(path: str) -> Presence:
        return record.presence(f"protocolSection.{path}")

    assert presence("eligibilityModule.maximumAge") is Presence.ABSENT
    assert presence("eligibilityModule.stdAges") is Presence.LOST
    assert presence("statusModule.whyStopped") is Presence.ABSENT
    assert record.entry("protocolSection.referencesModule.references[0].type").readings == ("RESULT", "DERIVED")
    assert record.presence("derivedSection.conditionBrowseModule.ancestors") is Presence.LOST
    assert record.study.has_results is False


def test_place_is_the_line_of_the_element(record: Record) -> None:
    place = record.where("protocolSection.designModule.enrollmentInfo.count")
    assert isinstance(place, Span)
    assert XML.splitlines()[place.line - 1].strip().startswith("<enrollment")


def test_nothing_is_dropped(record: Record) -> None:
    assert record.origin.rendering is Rendering.LEGACY_XML
    assert record.unmapped["clinical_study/odd_thing[0]"] == "7"
    assert "clinical_study/number_of_arms" in record.unmapped
    assert record.coverage.total - record.coverage.mapped == 1
    assert [problem.code for problem in record.problems] == ["READ-204"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (">24<", ">many<", "READ-203"),
        ("August 20, 2021", "next year", "READ-203"),
        (">Yes<", ">perhaps<", "READ-203"),
        ("Placebo Comparator", "Weird Comparator", "READ-106"),
    ],
)
def test_value_that_cannot_be_read_is_kept_and_reported(old: str, new: str, code: str) -> None:
    found = read(XML.replace(old, new).encode())
    assert code in [problem.code for problem in found.problems]


def test_results_take_the_shape_of_v2() -> None:
    results = """<clinical_results>
      <outcome_list><outcome><type>Primary</type><title>Pain</title><time_frame>28 days</time_frame>
        <group_list><group group_id="O1"><title>Cells</title></group></group_list>
        <measure><title>Pain</title><units>points</units><param>Mean</param><dispersion>Standard Deviation</dispersion>
          <analyzed_list><analyzed><units>Participants</units><scope>Measure</scope>
            <count_list><count group_id="O1" value="9"/></count_list></analyzed></analyzed_list>
          <class_list><class><category_list><category><measurement_list>
            <measurement group_id="O1" value="3.5" spread="1.2"/>
          </measurement_list></category></category_list></class></class_list>
        </measure></outcome></outcome_list></clinical_results>"""
    found = read(XML.replace("<odd_thing>7</odd_thing>", results).encode())
    assert found.study.has_results is True
    section = found.study.results_section
    assert section is not None
    (outcome,) = section["outcomeMeasuresModule"]["outcomeMeasures"]
    assert outcome["type"] == "PRIMARY"
    assert outcome["paramType"] == "MEAN"
    assert outcome["denoms"] == [{"units": "Participants", "counts": [{"groupId": "O1", "value": "9"}]}]
    assert outcome["classes"][0]["categories"][0]["measurements"] == [
        {"groupId": "O1", "value": "3.5", "spread": "1.2"}
    ]
    assert found.coverage.proportion == 1


def test_hostile_xml_is_refused() -> None:
    bomb = '<!DOCTYPE clinical_study [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><clinical_study>&b;</clinical_study>'
    outside = (
        '<!DOCTYPE clinical_study [<!ENTITY a SYSTEM "file:///etc/hostname">]><clinical_study>&a;</clinical_study>'
    )
    for text, code in (
        (bomb, "READ-202"),
        (outside, "READ-202"),
        (XML[:900], "READ-201"),
        ("<clinical_study>" + "<a>" * 80 + "</a>" * 80 + "</clinical_study>", "READ-006"),
        ("<?xml version='1.0'?><other><clinical_study/></other>", "READ-004"),
    ):
        with pytest.raises(InputError) as fault:
            read(text.encode())
        assert fault.value.code == code


@given(st.integers(0, len(XML)), st.text(max_size=12), st.integers(0, 30))
def test_changed_text_never_raises_anything_else(place: int, put: str, cut: int) -> None:
    try:
        found = read((XML[:place] + put + XML[place + cut :]).encode("utf-8", "replace"))
    except InputError:
        return
    assert 0 <= found.coverage.proportion <= 1


@pytest.mark.corpus
def test_every_element_of_real_records_is_accounted_for(corpus: Path) -> None:
    files = sorted((corpus / "corpus" / "legacy_xml").glob("*.xml"))
    assert files
    for file in files:
        found = read(file)
        assert found.origin.rendering is Rendering.LEGACY_XML
        assert found.coverage.proportion == 1, (file.name, found.coverage.unmapped)
        aliases = found.study.protocol_section.identification_module.nct_id_aliases
        assert file.name[:11] in (found.nct_id, *aliases)


def test_a_wrapped_line_that_begins_like_an_item_goes_on() -> None:
    """A number may be the first word of a line by the wrapping alone."""
    from trialwright.record.readers.legacy_xml.texts import unwrapped

    block = "\n          1. toxicity of grade\n             2. or more, or\n             - worse\n\n          2. pain\n"
    assert unwrapped(block) == "1. toxicity of grade 2. or more, or - worse\n2. pain"
