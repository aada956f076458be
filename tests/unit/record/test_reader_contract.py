"""One contract for all readers, on made-up records in every rendering: recognised once, read whole, never broken."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "agreement"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from legacy_renderer import RENDERINGS
from reader_invariants import check, holds_of

from trialwright.record.provenance import Presence
from trialwright.record.read import READERS, read
from trialwright.record.record import Record, Rendering

MODULES = {name: import_module(f"trialwright.record.readers.{name}") for name, _ in READERS}
OF = {
    "classic": Rendering.CLASSIC_PAGE,
    "labelled": Rendering.LABELLED_PAGE,
    "unlabelled": Rendering.UNLABELLED_PAGE,
    "legacy XML": Rendering.LEGACY_XML,
    "legacy flat": Rendering.LEGACY_FLAT_JSON,
    "legacy full": Rendering.LEGACY_FULL_JSON,
    "legacy table": Rendering.CSV_EXPORT,
    "current table": Rendering.CSV_EXPORT,
    "v2": Rendering.V2_JSON,
    "Python": Rendering.PYTHON_LITERAL,
}
TRIAL: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT00000007",
            "orgStudyIdInfo": {"id": "MADE-UP-1"},
            "secondaryIdInfos": [
                {"id": "2019-000001-01", "type": "EUDRACT_NUMBER"},
                {"id": "R-77", "type": "REGISTRY", "domain": "Board (Nowhere)"},
            ],
            "organization": {"fullName": "Hospital of Nowhere", "class": "OTHER"},
            "briefTitle": "Cells against a made-up disease",
            "officialTitle": "A first trial of cells against a made-up disease of the ear",
            "acronym": "EARS",
        },
        "statusModule": {
            "statusVerifiedDate": "2020-05",
            "overallStatus": "UNKNOWN",
            "lastKnownStatus": "RECRUITING",
            "startDateStruct": {"date": "2019-06-03", "type": "ACTUAL"},
            "primaryCompletionDateStruct": {"date": "2021-02", "type": "ESTIMATED"},
            "completionDateStruct": {"date": "2021-08-20", "type": "ESTIMATED"},
            "studyFirstSubmitDate": "2019-05-01",
            "studyFirstPostDateStruct": {"date": "2019-05-07", "type": "ACTUAL"},
            "lastUpdatePostDateStruct": {"date": "2020-05-11", "type": "ACTUAL"},
        },
        "sponsorCollaboratorsModule": {
            "responsibleParty": {"type": "SPONSOR"},
            "leadSponsor": {"name": "Hospital of Nowhere", "class": "OTHER"},
            "collaborators": [
                {"name": "Cells Inc.", "class": "INDUSTRY"},
                {"name": "Society of Ears", "class": "OTHER"},
            ],
        },
        "oversightModule": {"oversightHasDmc": True, "isFdaRegulatedDrug": False, "isFdaRegulatedDevice": False},
        "descriptionModule": {
            "briefSummary": "This trial asks whether cells help the ear.\n\nIt is made up.",
            "detailedDescription": "Cells are given once.\n\n* by vein\n* by drip\n\nThen people are seen again.",
        },
        "conditionsModule": {"conditions": ["Made-up Disease", "Ache"], "keywords": ["cells", "ear"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE1", "PHASE2"],
            "designInfo": {
                "allocation": "RANDOMIZED",
                "interventionModel": "PARALLEL",
                "interventionModelDescription": "Two groups side by side.",
                "primaryPurpose": "TREATMENT",
                "maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR"]},
            },
            "enrollmentInfo": {"count": 24, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {
            "armGroups": [
                {
                    "label": "High",
                    "type": "EXPERIMENTAL",
                    "description": "People who are given cells.",
                    "interventionNames": ["Biological: MC-1"],
                },
                {
                    "label": "None of it",
                    "type": "PLACEBO_COMPARATOR",
                    "description": "People who are given salt water.",
                    "interventionNames": ["Drug: Saline"],
                },
            ],
            "interventions": [
                {
                    "type": "BIOLOGICAL",
                    "name": "MC-1",
                    "description": "Cells from a made-up donor.",
                    "armGroupLabels": ["High"],
                    "otherNames": ["ear cells"],
                },
                {"type": "DRUG", "name": "Saline", "description": "Salt in water.", "armGroupLabels": ["None of it"]},
            ],
        },
        "outcomesModule": {
            "primaryOutcomes": [
                {"measure": "Harm of grade 3", "timeFrame": "28 days", "description": "Counted by hand."}
            ],
            "secondaryOutcomes": [{"measure": "Hearing", "timeFrame": "Day 1 [first], then monthly"}],
        },
        "eligibilityModule": {
            "eligibilityCriteria": "Inclusion Criteria:\n\n1. An ache for six months or more.\n2. Age as stated.\n\n"
            "Exclusion Criteria:\n\n1. An earlier cell treatment.\n2. A fear of ears.",
            "healthyVolunteers": False,
            "sex": "ALL",
            "minimumAge": "18 Years",
            "maximumAge": "80 Years",
            "stdAges": ["ADULT", "OLDER_ADULT"],
        },
        "contactsLocationsModule": {
            "centralContacts": [
                {"name": "The Desk", "role": "CONTACT", "phone": "555 0100", "email": "desk@example.org"}
            ],
            "overallOfficials": [
                {"name": "The Chair", "affiliation": "Hospital of Nowhere", "role": "PRINCIPAL_INVESTIGATOR"}
            ],
            "locations": [
                {"facility": "Ward, North", "city": "Seoul", "country": "Korea, Republic of", "status": "RECRUITING"},
                {"facility": "Ward South", "city": "Lima", "state": "Lima", "zip": "15001", "country": "Peru"},
            ],
        },
        "referencesModule": {"references": [{"type": "BACKGROUND", "citation": "Nobody. On ears. J Ear. 2001."}]},
        "ipdSharingStatementModule": {"ipdSharing": "NO", "description": "Nothing to share."},
    },
    "derivedSection": {"conditionBrowseModule": {"meshes": [{"id": "D1", "term": "Ear Diseases"}]}},
    "hasResults": False,
}
TEXTS = {name: render(TRIAL) for name, render in RENDERINGS.items()}
P = "protocolSection."


def found(name: str) -> Record:
    return read(TEXTS[name].encode())


@pytest.mark.parametrize("name", RENDERINGS)
def test_each_rendering_is_recognised_by_one_reader_and_read_whole(name: str) -> None:
    """Two readers that both take a text would make the answer hang on their order."""
    takers = [module for module, reader in MODULES.items() if reader.recognises(TEXTS[name])]
    assert len(takers) == 1, takers
    record = found(name)
    wanted = Rendering.SAVED_HTML if "HTML" in name else next(r for start, r in OF.items() if name.startswith(start))
    assert record.origin.rendering is wanted
    assert record.nct_id == "NCT00000007"
    assert record.coverage.proportion == 1, record.coverage.unmapped
    holds_of(record, TEXTS[name].encode())


# what a rendering drops, each with what is said of it; everything else in the trial is present or ambiguous
DROPPED = {
    "classic page": {
        "identificationModule.organization.fullName", "statusModule.studyFirstSubmitDate",
        "statusModule.studyFirstPostDateStruct.type", "sponsorCollaboratorsModule.leadSponsor.class",
        "oversightModule.oversightHasDmc",
    },
    "labelled page": {
        "outcomesModule.primaryOutcomes", "identificationModule.officialTitle", "identificationModule.acronym",
        "statusModule.primaryCompletionDateStruct", "designModule.enrollmentInfo.type",
        "statusModule.startDateStruct.type", "designModule.designInfo.maskingInfo.whoMasked", "oversightModule",
        "conditionsModule.keywords", "referencesModule", "ipdSharingStatementModule",
    },
    "unlabelled page": {
        "outcomesModule.primaryOutcomes", "identificationModule.officialTitle", "descriptionModule.briefSummary",
        "armsInterventionsModule.armGroups[0].type", "armsInterventionsModule.interventions[0].type",
        "contactsLocationsModule.locations[0].status", "conditionsModule.conditions",
    },
    "legacy XML": {"eligibilityModule.stdAges", "identificationModule.secondaryIdInfos[0].type"},
    "legacy flat JSON": {"contactsLocationsModule.locations[0].geoPoint", "annotationSection"},
    "legacy full JSON": {"contactsLocationsModule.locations[0].geoPoint", "annotationSection"},
    "legacy table": {
        "descriptionModule.briefSummary", "eligibilityModule.eligibilityCriteria", "outcomesModule.primaryOutcomes",
        "armsInterventionsModule.armGroups", "designModule.enrollmentInfo.type",
    },
    "current table": {
        "eligibilityModule.eligibilityCriteria", "eligibilityModule.minimumAge", "armsInterventionsModule.armGroups",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", DROPPED)
def test_what_a_rendering_drops_is_lost_and_never_absent(name: str) -> None:
    record = found(name)
    said = {path: record.presence(path if "Section" in path else P + path) for path in DROPPED[name]}
    for path, presence in said.items():
        if path.endswith("briefSummary") and name == "unlabelled page":
            assert presence is Presence.PRESENT  # its first paragraph is lost: the reader says so in a problem
            assert "READ-107" in {problem.code for problem in record.problems}
        else:
            assert presence is Presence.LOST, path


@pytest.mark.parametrize("name", ["classic page", "labelled page", "legacy XML", "legacy full JSON"])
def test_what_a_rendering_with_labels_has_no_value_for_is_absent(name: str) -> None:
    """A reason for stopping (or, where the page never shows it, a target duration) is not in this trial."""
    path = (
        "contactsLocationsModule.centralContacts[5].phone" if name == "labelled page" else "designModule.targetDuration"
    )
    assert found(name).presence(P + path) is Presence.ABSENT


def test_what_cannot_be_decided_is_ambiguous_with_its_readings() -> None:
    for name, path in (
        ("classic page", "conditionsModule.conditions"),
        ("classic page, headings lost", "outcomesModule.otherOutcomes[0].measure"),
        ("legacy table", "outcomesModule.otherOutcomes[0].measure"),
        ("current table", "contactsLocationsModule.locations[0].city"),
        ("current table", "outcomesModule.primaryOutcomes[0].timeFrame"),
    ):
        entry = found(name).entry(P + path)
        assert entry.presence is Presence.AMBIGUOUS, (name, path)
        assert entry.readings, (name, path)


@pytest.mark.parametrize("name", ["v2 JSON", "Python literal"])
def test_what_loses_nothing_reads_back_as_it_was(name: str) -> None:
    from trialwright.record.write import write

    assert write(found(name)) == TRIAL


def test_without_one_line_each_page_is_still_read_and_accounted_for() -> None:
    """Any single line may be missing from a copied page."""
    for name in ("classic page", "labelled page", "unlabelled page"):
        lines = TEXTS[name].split("\n")
        for at in range(len(lines)):
            check("\n".join(lines[:at] + lines[at + 1 :]).encode())


MARKS = st.sampled_from(
    ["|", "- ", "* ", "1. ", ":", " ]", "[ Time Frame:", "\u00a0", "N/A", "OTHER", '"', ",", "<", "{"]
)


@pytest.mark.parametrize("name", RENDERINGS)
@settings(max_examples=25)
@given(data=st.data())
def test_no_change_of_a_few_lines_breaks_a_reader(name: str, data: st.DataObject) -> None:
    lines = TEXTS[name].split("\n")
    if len(lines) < 4:
        lines = TEXTS[name].split(",")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.integers(0, 4)):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(data.draw(st.integers(0, len(lines))), lines[at])
            case 2:
                cut = data.draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:cut] + data.draw(MARKS) + lines[at][cut:]
            case 3:
                lines[at] = data.draw(st.text(max_size=20))
            case _:
                cut = data.draw(st.integers(0, len(lines[at])))
                lines[at : at + 1] = [lines[at][:cut], lines[at][cut:]]
    check(("," if len(TEXTS[name].split("\n")) < 4 else "\n").join(lines).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_door(data: bytes) -> None:
    check(data)


FOUND = Path(__file__).resolve().parents[2] / "faults" / "found_by_fuzzing.json"


def test_what_the_fuzzer_found_stays_mended() -> None:
    for each in json.loads(FOUND.read_text(encoding="utf-8")):
        check(each["text"].encode("utf-8", "surrogateescape"))
