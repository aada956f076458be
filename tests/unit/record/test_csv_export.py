"""Tables of search results: what a row states, what the table has no column for, rows that are broken."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.core.errors import InputError
from trialwright.record import Record, Rendering, read
from trialwright.record.collection import read_each
from trialwright.record.provenance import Presence

LEGACY = {
    "Rank": "1",
    "NCT Number": "NCT00000007",
    "Title": "Cells, against a made-up disease",
    "Acronym": "",
    "Status": "Recruiting",
    "Study Results": "No Results Available",
    "Conditions": "Made-up Disease|Ache",
    "Interventions": "Biological: MC-1|Drug: saline: cold",
    "Outcome Measures": "Pain|Function",
    "Sponsor/Collaborators": "Hospital of Nowhere|Cells Inc.",
    "Gender": "All",
    "Age": "18 Years to 80 Years   (Adult, Older Adult)",
    "Phases": "Phase 1|Phase 2",
    "Enrollment": "24",
    "Funded Bys": "Other|Industry",
    "Study Type": "Interventional",
    "Study Designs": "Allocation: Randomized|Masking: Double (Participant, Investigator)|Primary Purpose: Treatment",
    "Other IDs": "MADE-UP|2",
    "Start Date": "June 2019",
    "First Posted": "June 4, 2019",
    "Locations": "Ward, Nowhere, Utopia|Clinic, Seoul, Korea, Republic of",
    "URL": "x",
}
CURRENT = {
    "NCT Number": "NCT00000007",
    "Study Title": "Cells",
    "Study URL": "x",
    "Study Status": "RECRUITING",
    "Brief Summary": "One line\nand another.",
    "Study Results": "NO",
    "Conditions": "Made-up Disease",
    "Interventions": "BIOLOGICAL: MC-1",
    "Primary Outcome Measures": "Pain, on a scale, day 28",
    "Secondary Outcome Measures": "",
    "Sponsor": "Hospital of Nowhere",
    "Collaborators": "Cells Inc.",
    "Sex": "FEMALE",
    "Age": "ADULT, OLDER_ADULT",
    "Phases": "PHASE1|PHASE2",
    "Enrollment": "24",
    "Funder Type": "OTHER",
    "Study Type": "INTERVENTIONAL",
    "Study Design": "Allocation: NA|Intervention Model: SINGLE_GROUP|Masking: NONE|Primary Purpose: TREATMENT",
    "Start Date": "2019-06-03",
}


def table(*rows: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def value(record: Record, path: str) -> object:
    return record.value(f"protocolSection.{path}")


def test_legacy_row() -> None:
    found = read(table(LEGACY))
    assert found.origin.rendering is Rendering.CSV_EXPORT
    assert found.coverage.proportion == 1
    assert found.problems == ()
    for path, expected in {
        "identificationModule.briefTitle": "Cells, against a made-up disease",
        "statusModule.overallStatus": "RECRUITING",
        "conditionsModule.conditions": ("Made-up Disease", "Ache"),
        "armsInterventionsModule.interventions[1].name": "saline: cold",
        "sponsorCollaboratorsModule.collaborators[0].name": "Cells Inc.",
        "eligibilityModule.minimumAge": "18 Years",
        "eligibilityModule.maximumAge": "80 Years",
        "eligibilityModule.stdAges": ("ADULT", "OLDER_ADULT"),
        "designModule.phases": ("PHASE1", "PHASE2"),
        "designModule.enrollmentInfo.count": 24,
        "designModule.designInfo.maskingInfo.whoMasked": ("PARTICIPANT", "INVESTIGATOR"),
        "identificationModule.secondaryIdInfos[0].id": "2",
        "statusModule.startDateStruct.date": "2019-06",
        "contactsLocationsModule.locations[1].country": "Korea, Republic of",
    }.items():
        assert value(found, path) == expected, path


def test_what_a_table_cannot_tell_is_said() -> None:
    found = read(table(LEGACY))

    def presence(path: str) -> Presence:
        return found.presence(f"protocolSection.{path}")

    assert presence("eligibilityModule.eligibilityCriteria") is Presence.LOST
    assert presence("designModule.enrollmentInfo.type") is Presence.LOST
    assert presence("outcomesModule.primaryOutcomes") is Presence.LOST
    assert presence("outcomesModule.otherOutcomes[0].measure") is Presence.AMBIGUOUS
    assert presence("sponsorCollaboratorsModule.leadSponsor.class") is Presence.AMBIGUOUS
    assert presence("contactsLocationsModule.locations[0].facility") is Presence.AMBIGUOUS
    assert presence("identificationModule.acronym") is Presence.ABSENT


def test_current_row() -> None:
    found = read(table(CURRENT))
    assert found.coverage.proportion == 1
    assert value(found, "descriptionModule.briefSummary") == "One line\nand another."
    assert value(found, "eligibilityModule.stdAges") == ("ADULT", "OLDER_ADULT")
    assert found.presence("protocolSection.eligibilityModule.minimumAge") is Presence.LOST
    assert found.presence("protocolSection.outcomesModule.secondaryOutcomes") is Presence.ABSENT
    assert found.presence("protocolSection.outcomesModule.primaryOutcomes[0].measure") is Presence.AMBIGUOUS
    assert value(found, "sponsorCollaboratorsModule.leadSponsor.class") == "OTHER"
    assert value(found, "designModule.designInfo.maskingInfo.masking") == "NONE"


def test_broken_rows_do_not_stop_the_others() -> None:
    data = table(LEGACY, LEGACY, {**LEGACY, "NCT Number": "NCT00000009"})
    lines = data.split(b"\r\n")
    lines[2] = b"1,too,short"
    found = list(read_each(b"\r\n".join(lines), name="x"))
    assert [each.record.nct_id if each.record else each.error.code for each in found if each.error or each.record] == [
        "NCT00000007",
        "READ-401",
        "NCT00000009",
    ]
    assert found[2].name == "x, row 3"
    with pytest.raises(InputError, match="READ-005"):
        read(data)
    with pytest.raises(InputError, match="READ-004"):
        read(data.split(b"\r\n")[0])


def test_unreadable_cell_is_kept_and_counted() -> None:
    found = read(table({**LEGACY, "Enrollment": "many", "Start Date": "soon"}))
    assert found.unmapped["Enrollment"] == "many"
    assert [problem.code for problem in found.problems] == ["READ-402"]
    assert found.coverage.total - found.coverage.mapped == 2


def test_a_bar_within_a_facility_does_not_shift_the_places_after_it() -> None:
    places = "Ward A, Unit|East Wing, Seoul, Korea, Republic of|House|Annex, Lima, Peru|Ward, Nowhere, Utopia"
    record = read(table({**LEGACY, "Locations": places}))
    path = "protocolSection.contactsLocationsModule.locations"
    shown = [record.value(f"{path}[{index}].country") for index in range(4)]
    assert shown == ["Korea, Republic of", "Peru", "Utopia", None]
    assert record.presence(f"{path}[2].country") is Presence.AMBIGUOUS  # no country that is known


def test_a_table_of_chosen_columns_loses_the_others() -> None:
    kept = {name: CURRENT[name] for name in ("Study Title", "NCT Number", "Study Status")}
    record = read(table(kept))
    assert value(record, "statusModule.overallStatus") == "RECRUITING"
    assert record.presence("protocolSection.conditionsModule.conditions") is Presence.LOST


@given(st.dictionaries(st.sampled_from(sorted({**LEGACY, **CURRENT})), st.text(max_size=30), max_size=6), st.booleans())
def test_any_cells_are_read_or_refused(cells: dict[str, str], current: bool) -> None:
    try:
        found = read(table({**(CURRENT if current else LEGACY), **cells}))
    except InputError:
        return
    assert 0 <= found.coverage.proportion <= 1


@pytest.mark.corpus
def test_real_tables_are_read_and_agree_with_the_flat_fields_of_the_same_trials(corpus: Path) -> None:
    flat = {file.stem: file for file in (corpus / "corpus" / "legacy_flat_json").glob("*.json")}
    compared = 0
    members = list(read_each(corpus / "corpus" / "legacy_csv"))
    assert members
    assert all(each.record is not None for each in members)
    for row in (each.record for each in members if each.record):
        assert row.coverage.proportion == 1
        if row.nct_id not in flat:
            continue
        other = read(flat[row.nct_id])
        for path in (
            "identificationModule.briefTitle",
            "designModule.studyType",
            "eligibilityModule.sex",
            "eligibilityModule.minimumAge",
            "conditionsModule.conditions",
            "sponsorCollaboratorsModule.leadSponsor.name",
            "designModule.designInfo.allocation",
        ):
            assert value(row, path) == value(other, path), (row.nct_id, path)
            compared += 1
    assert compared >= 7
