"""The readers of v2 JSON and of its printed form: values, set-aside values, coverage, write."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trialwright
from trialwright import record as room
from trialwright.core.errors import InputError
from trialwright.core.problem import Severity
from trialwright.core.source import JsonPath
from trialwright.record.provenance import Presence
from trialwright.record.record import Rendering, leaves

STUDY = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT01234567",
            "briefTitle": "A made-up trial",
            "organization": {"fullName": "A hospital", "class": "OTHER"},
        },
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE1", "PHASE2"],
            "enrollmentInfo": {"count": 12, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {
            "armGroups": [{"label": "A", "type": "EXPERIMENTAL", "interventionNames": ["Drug: X"]}],
            "interventions": [{"type": "DRUG", "name": "X", "armGroupLabels": ["A"]}],
        },
    },
    "hasResults": False,
}


def as_bytes(study):
    return json.dumps(study).encode()


def test_a_json_record_is_read_field_by_field():
    record = room.read(as_bytes(STUDY))
    assert record.origin.rendering is Rendering.V2_JSON
    assert record.nct_id == "NCT01234567"
    assert record.study.protocol_section.design_module.phases == ("PHASE1", "PHASE2")
    assert record.value("protocolSection.designModule.enrollmentInfo.count") == 12
    assert record.coverage.proportion == 1.0
    assert record.problems == ()


def test_the_printed_form_gives_the_same_study():
    printed = "Raw JSON\n" + repr(STUDY)
    record = room.read(printed.encode())
    assert record.origin.rendering is Rendering.PYTHON_LITERAL
    assert record.study == room.read(as_bytes(STUDY)).study


def test_presence_of_fields_in_json():
    record = room.read(as_bytes(STUDY))
    title = "protocolSection.identificationModule.briefTitle"
    assert record.presence(title) is Presence.PRESENT
    assert record.where(title) == JsonPath(title)
    assert record.presence("protocolSection.statusModule.whyStopped") is Presence.ABSENT
    with pytest.raises(KeyError, match="has no field"):
        record.value("protocolSection.designModule.colour")


def test_unknown_keys_are_kept_and_lower_the_coverage():
    study = json.loads(json.dumps(STUDY))
    study["protocolSection"]["designModule"]["colour"] = {"hue": "green", "depth": [1, 2]}
    record = room.read(as_bytes(study))
    assert record.unmapped == {"protocolSection.designModule.colour": {"hue": "green", "depth": [1, 2]}}
    assert [p.code for p in record.problems] == ["READ-010"]
    assert record.coverage.total - record.coverage.mapped == 3
    assert "hue" in record.coverage.unmapped[0].text


def test_values_of_a_wrong_type_are_set_aside_and_the_rest_is_read():
    study = json.loads(json.dumps(STUDY))
    study["protocolSection"]["designModule"]["enrollmentInfo"]["count"] = {"about": 12}
    study["protocolSection"]["armsInterventionsModule"]["armGroups"] += ["no arm", {"label": "B"}, 7]
    record = room.read(as_bytes(study))
    assert record.value("protocolSection.designModule.enrollmentInfo.count") is None
    assert record.value("protocolSection.designModule.enrollmentInfo.type") == "ESTIMATED"
    assert [arm.label for arm in record.study.protocol_section.arms_interventions_module.arm_groups] == ["A", "B"]
    wrong = [p for p in record.problems if p.code == "READ-011"]
    assert len(wrong) == 3
    assert all(p.severity is Severity.WARNING for p in wrong)
    assert len(record.unmapped) == 3


def test_an_unknown_term_is_kept_and_reported():
    study = json.loads(json.dumps(STUDY))
    study["protocolSection"]["designModule"]["phases"] = ["PHASE7"]
    record = room.read(as_bytes(study))
    assert record.study.protocol_section.design_module.phases == ("PHASE7",)
    [problem] = record.problems
    assert problem.code == "READ-012"
    assert problem.field == "protocolSection.designModule.phases[0]"


def test_record_json_names_every_value_with_its_place():
    shown = room.record_json(room.read(as_bytes(STUDY)))
    assert shown["study"] == STUDY
    for path, _ in leaves(STUDY):
        assert shown["provenance"][path]["presence"] == "present"
    assert room.read(json.dumps(shown).encode()).study == room.read(as_bytes(STUDY)).study


def test_one_study_in_a_page_of_results_is_read():
    record = room.read(as_bytes({"studies": [STUDY], "totalCount": 1}))
    assert record.nct_id == "NCT01234567"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "READ-002"),
        (b"  \n ", "READ-002"),
        (b'{"protocolSection": {"identificationModule": {"nctId": "NCT0', "READ-003"),
        (b'{"name": "not a trial"}', "READ-004"),
        (b'{"protocolSection": {}}', "READ-004"),
        (b"[]", "READ-004"),
        (b"{'protocolSection': {'identificationModule': __import__('os')}}", "READ-003"),
        (as_bytes({"studies": [STUDY, STUDY]}), "READ-005"),
        (b"[" * 100_000, "READ-006"),
        (b"{'a': " * 500 + b"1" + b"}" * 500, "READ-006"),
        (bytes(range(256)) * 20, "READ-008"),
        (b"This is a letter and no record at all.\nYours", "READ-009"),
    ],
)
def test_what_is_no_record_is_refused_with_a_code_and_a_way_out(content, code):
    with pytest.raises(InputError) as caught:
        room.read(content)
    assert caught.value.code == code
    assert caught.value.expected


def test_a_folder_a_missing_file_and_a_huge_file_are_refused(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        room.read(tmp_path)
    with pytest.raises(InputError, match="No such file"):
        room.read(tmp_path / "nothing.json")
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(InputError, match="larger than 50 MB"):
        room.read(huge)


def test_other_encodings_and_nul_characters_are_read_with_a_problem():
    text = json.dumps(STUDY, ensure_ascii=False).replace("A hospital", "Hôpital")
    assert room.read(text.encode("utf-16")).problems == ()
    assert room.read(b"\xef\xbb\xbf" + text.encode()).problems == ()
    western = room.read(text.encode("cp1252"))
    assert western.study.protocol_section.identification_module.organization.full_name == "Hôpital"
    assert [p.code for p in western.problems] == ["READ-013"]
    assert [p.code for p in room.read(as_bytes(STUDY).replace(b"made-up", b"made\x00up")).problems] == ["READ-014"]


# characters that no text has are replaced, which has a test of its own
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_reading_never_raises_whatever_replaces_a_value(data):
    """Any value may be anything: reading goes on, and the value is found again in `unmapped` or in the study."""
    study = json.loads(json.dumps(STUDY))
    holder, key = study, "protocolSection"
    for _ in range(data.draw(st.integers(1, 4))):
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner:
            break
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        holder, key = inner, data.draw(st.sampled_from(keys))
    holder[key] = data.draw(json_values)
    try:
        record = room.read(as_bytes(study))
    except InputError as refused:
        if refused.code != "READ-004":
            raise
        return
    written = room.write(record)
    assert room.read(json.dumps(written or STUDY).encode() if "protocolSection" in written else as_bytes(STUDY))
    for path, value in leaves(study):
        in_study = any(value == found for _, found in leaves(record.study))
        aside = any(value == found for held in record.unmapped.values() for _, found in leaves(held))
        assert in_study or aside or value in ("", (), []) or isinstance(value, int | float), path


@pytest.mark.corpus
def test_every_record_of_the_corpus_is_read_whole_and_written_back(corpus):
    for file in sorted((corpus / "corpus" / "v2_json").glob("*.json")):
        original = json.loads(file.read_text())
        record = room.read(file)
        written = room.write(record)
        assert room.read(json.dumps(written).encode()).study == record.study
        set_aside = sum(1 for held in record.unmapped.values() for _ in leaves(held))
        assert sum(1 for _ in leaves(written)) + set_aside == sum(1 for _ in leaves(original)), file.name


def test_nouns_stand_at_the_front():
    assert trialwright.Record is type(room.read(as_bytes(STUDY)))
    with pytest.raises(AttributeError):
        _ = trialwright.Recrod
