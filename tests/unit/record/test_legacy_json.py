"""The legacy API's JSON: flat fields that lost their nesting, and full studies; nothing is guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.core.errors import InputError
from trialwright.record import Record, Rendering, read
from trialwright.record.collection import read_each
from trialwright.record.provenance import Presence
from trialwright.record.readers.legacy_json.links import linked

FLAT = {
    "Rank": 3,
    "NCTId": ["NCT00000007"],
    "BriefTitle": ["Cells against a made-up disease"],
    "OverallStatus": ["Unknown status"],
    "LastKnownStatus": ["Recruiting"],
    "StartDate": ["June 2019"],
    "StartDateType": ["Actual"],
    "StudyType": ["Interventional"],
    "Phase": ["Phase 1", "Phase 2"],
    "EnrollmentCount": ["24"],
    "DesignMasking": ["Double"],
    "DesignWhoMasked": ["Participant", "Outcomes Assessor"],
    "ArmGroupLabel": ["Cells", "Saline"],
    "ArmGroupType": ["Experimental", "Placebo Comparator"],
    "ArmGroupDescription": ["once"],
    "ArmGroupInterventionName": ["Biological: MC-1", "Drug: saline"],
    "InterventionName": ["MC-1", "saline"],
    "InterventionType": ["Biological", "Drug"],
    "InterventionArmGroupLabel": ["Cells", "Saline"],
    "InterventionOtherName": ["cells"],
    "PrimaryOutcomeMeasure": ["Pain", "Function"],
    "PrimaryOutcomeTimeFrame": ["28 days", "3 months"],
    "MinimumAge": ["18 Years"],
    "HealthyVolunteers": ["No"],
    "Gender": ["All"],
    "OutcomeMeasurementValue": ["1", "2"],
    "OddThing": ["7"],
}


@pytest.fixture(scope="module")
def flat() -> Record:
    return read(json.dumps(FLAT).encode())


def value(record: Record, path: str) -> object:
    return record.value(f"protocolSection.{path}")


def test_flat_values_take_their_fields(flat: Record) -> None:
    assert flat.origin.rendering is Rendering.LEGACY_FLAT_JSON
    assert flat.nct_id == "NCT00000007"
    assert value(flat, "statusModule.overallStatus") == "UNKNOWN"
    assert value(flat, "statusModule.startDateStruct.date") == "2019-06"
    assert value(flat, "designModule.phases") == ("PHASE1", "PHASE2")
    assert value(flat, "designModule.enrollmentInfo.count") == 24
    assert value(flat, "designModule.designInfo.maskingInfo.whoMasked") == ("PARTICIPANT", "OUTCOMES_ASSESSOR")
    assert value(flat, "armsInterventionsModule.armGroups[1].type") == "PLACEBO_COMPARATOR"
    assert value(flat, "outcomesModule.primaryOutcomes[1].timeFrame") == "3 months"
    assert value(flat, "eligibilityModule.healthyVolunteers") is False


def test_links_of_arms_are_solved_and_short_lists_are_left_ambiguous(flat: Record) -> None:
    assert value(flat, "armsInterventionsModule.armGroups[0].interventionNames") == ("Biological: MC-1",)
    assert value(flat, "armsInterventionsModule.interventions[1].armGroupLabels") == ("Saline",)
    for path in ("armGroups[0].description", "armGroups[1].description", "interventions[1].otherNames"):
        assert not value(flat, f"armsInterventionsModule.{path}")
        assert flat.presence(f"protocolSection.armsInterventionsModule.{path}") is Presence.AMBIGUOUS
    assert flat.unmapped["ArmGroupDescription"] == ["once"]
    codes = [problem.code for problem in flat.problems]
    assert codes.count("READ-303") == 2
    assert "READ-304" in codes


def test_nothing_is_dropped_and_modules_nobody_asked_for_are_lost(flat: Record) -> None:
    assert flat.unmapped["OddThing"] == ["7"]
    assert flat.coverage.total - flat.coverage.mapped == 1
    assert flat.presence("protocolSection.ipdSharingStatementModule.ipdSharing") is Presence.LOST
    assert flat.presence("protocolSection.eligibilityModule.maximumAge") is Presence.ABSENT
    assert flat.presence("resultsSection") is Presence.LOST


@pytest.mark.parametrize(
    ("by_arm", "by_intervention", "table"),
    [
        (["x", "y"], ["A", "B"], ({0}, {1})),
        (["x", "x", "y"], ["A", "B", "B"], ({0}, {0, 1})),
        (["x", "y", "x", "y"], ["B", "A", "A", "B"], ({0, 1}, {0, 1})),
        (["y"], ["B"], (set(), {1})),
        (["x", "y"], ["A", "A", "B"], None),
        (["x", "z"], ["A", "B"], None),
    ],
)
def test_table_of_links(by_arm: list[str], by_intervention: list[str], table: tuple[set[int], ...] | None) -> None:
    found = linked(["A", "B"], ["x", "y"], by_arm, by_intervention)
    assert found == (None if table is None else tuple(frozenset(run) for run in table))


@given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_solved_links_are_the_ones_that_were_flattened(data: st.DataObject, arms: int, interventions: int) -> None:
    cells = st.lists(st.booleans(), min_size=interventions, max_size=interventions)
    table = data.draw(st.lists(cells, min_size=arms, max_size=arms))
    labels = [f"arm {place}" for place in range(arms)]
    names = [f"Drug: {place}" for place in range(interventions)]
    by_arm = [names[j] for row in table for j in range(interventions) if row[j]]
    by_intervention = [labels[i] for j in range(interventions) for i in range(arms) if table[i][j]]
    found = linked(labels, names, by_arm, by_intervention)
    assert found in (None, tuple(frozenset(j for j in range(interventions) if row[j]) for row in table))


FULL = {
    "FullStudiesResponse": {
        "NStudiesFound": 2,
        "FullStudies": [
            {
                "Rank": 1,
                "Study": {
                    "ProtocolSection": {
                        "IdentificationModule": {
                            "NCTId": "NCT00000007",
                            "OrgStudyIdInfo": {"OrgStudyId": "MADE-UP"},
                            "SecondaryIdInfoList": {"SecondaryIdInfo": [{"SecondaryId": "2"}]},
                        },
                        "StatusModule": {"StartDateStruct": {"StartDate": "June 3, 2019", "StartDateType": "Actual"}},
                        "DesignModule": {
                            "StudyType": "Interventional",
                            "PhaseList": {"Phase": ["Phase 2"]},
                            "EnrollmentInfo": {"EnrollmentCount": "24", "EnrollmentType": "Anticipated"},
                        },
                        "ArmsInterventionsModule": {
                            "ArmGroupList": {
                                "ArmGroup": [
                                    {
                                        "ArmGroupLabel": "Cells",
                                        "ArmGroupInterventionList": {
                                            "ArmGroupInterventionName": ["Drug: x", "Drug: y"]
                                        },
                                    },
                                    {"ArmGroupLabel": "None"},
                                ]
                            }
                        },
                        "OddModule": {"OddThing": "7"},
                    }
                },
            },
            {"Rank": 2, "Study": {}},
        ],
    }
}


def test_full_studies_keep_their_nesting() -> None:
    first, second = FULL["FullStudiesResponse"]["FullStudies"]  # type: ignore[misc]
    found = read(json.dumps(first).encode())
    assert found.origin.rendering is Rendering.LEGACY_FULL_JSON
    assert value(found, "identificationModule.secondaryIdInfos[0].id") == "2"
    assert value(found, "statusModule.startDateStruct.date") == "2019-06-03"
    assert value(found, "designModule.enrollmentInfo.type") == "ESTIMATED"
    assert value(found, "armsInterventionsModule.armGroups[0].interventionNames") == ("Drug: x", "Drug: y")
    assert value(found, "armsInterventionsModule.armGroups[1].label") == "None"
    assert found.unmapped["ProtocolSection.OddModule.OddThing"] == "7"
    assert found.coverage.total - found.coverage.mapped == 1
    with pytest.raises(InputError, match="READ-004"):
        read(json.dumps(second).encode())


def test_response_with_several_studies_gives_each() -> None:
    flat = {"StudyFieldsResponse": {"NStudiesFound": 2, "StudyFields": [FLAT, {**FLAT, "NCTId": ["NCT00000009"]}]}}
    members = list(read_each(json.dumps(flat).encode(), name="x"))
    assert [each.record.nct_id for each in members if each.record] == ["NCT00000007", "NCT00000009"]
    with pytest.raises(InputError, match="READ-005"):
        read(json.dumps(flat).encode())
    full = [each.record.nct_id if each.record else each.error for each in read_each(json.dumps(FULL).encode())]
    assert full[0] == "NCT00000007"
    assert isinstance(full[1], InputError)


@given(
    st.dictionaries(
        st.sampled_from([*FLAT, "ProtocolSection"]),
        st.recursive(st.none() | st.text(max_size=5) | st.integers(), lambda x: st.lists(x, max_size=3), max_leaves=6),
        max_size=8,
    )
)
def test_any_fields_are_read_or_refused(fields: dict[str, object]) -> None:
    try:
        found = read(json.dumps({"NCTId": ["NCT00000001"], **fields}).encode())
    except InputError:
        return
    assert 0 <= found.coverage.proportion <= 1


@pytest.mark.corpus
def test_every_field_of_real_records_is_accounted_for(corpus: Path) -> None:
    files = sorted((corpus / "corpus" / "legacy_flat_json").glob("*.json"))
    assert files
    for file in files:
        found = read(file)
        assert found.origin.rendering is Rendering.LEGACY_FLAT_JSON
        assert found.coverage.proportion == 1, (file.name, found.coverage.unmapped)
        assert found.nct_id == file.stem
