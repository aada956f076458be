"""Files that are no registry record, or are broken: one clear message with a code, exit 2, and nothing written."""

import json
import os
import sys
from hashlib import shake_256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_line import trialwright
from trialwright.core.errors import InputError
from trialwright.record import read, write
from trialwright.record.write import record_json

EXAMPLES = [
    "NCT04288102.api-repr.txt",
    "NCT04452097.unlabelled-page.txt",
    "NCT04456361.classic-page.txt",
    "NCT04971980.unlabelled-page.txt",
    "NCT05689008.labelled-page.txt",
]
SMALL = {"protocolSection": {"identificationModule": {"nctId": "NCT00000001", "briefTitle": "A trial"}}}

BROKEN = {
    "empty": (b"", "READ-002"),
    "white space": (b" \n\t\r\n ", "READ-002"),
    "byte order mark alone": ("\ufeff".encode(), "READ-009"),
    "random bytes": (shake_256(b"1").digest(5000), "READ-008"),
    "an image": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "READ-008"),
    "gzip": (b"\x1f\x8b\x08\x00" + shake_256(b"2").digest(3000), "READ-018"),
    "NUL bytes alone": (b"\0" * 4000, "READ-009"),
    "truncated JSON": (json.dumps(SMALL).encode()[:-3], "READ-003"),
    "truncated literal": (repr(SMALL).encode()[:-3], "READ-003"),
    "a call in a literal": (b"{'protocolSection': __import__('os').system('true')}", "READ-003"),
    "deep JSON list": (b"[" * 100_000, "READ-006"),
    "deep JSON object": (b'{"a":' * 100_000, "READ-006"),
    "deep literal": (b"{'a':" * 100_000, "READ-006"),
    "deep unknown value": (json.dumps(SMALL).encode()[:-1] + b', "x":' + b"[" * 300 + b"]" * 300 + b"}", "READ-006"),
    "JSON of something else": (b'{"name": "not a trial"}', "READ-004"),
    "empty object": (b"{}", "READ-004"),
    "empty list": (b"[]", "READ-004"),
    "empty protocol section": (b'{"protocolSection": {}}', "READ-004"),
    "protocol section of a wrong type": (b'{"protocolSection": [1]}', "READ-004"),
    "a bare number": (b"42", "READ-009"),
    "a web page": (b"<!doctype html><html><body><p>Hello</p></body></html>", "READ-501"),
    "a table": (b"a,b,c\n1,2,3\n", "READ-009"),
    "prose": (b"Call me Ishmael. Some years ago - never mind how long precisely.\n" * 50, "READ-009"),
    "UTF-32": (json.dumps(SMALL).encode("utf-32"), "READ-009"),
}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """Every command is given in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_record_is_refused_with_its_code(empty_folder, name):
    content, code = BROKEN[name]
    (empty_folder / "input").write_bytes(content)
    answer = trialwright("run", "input", "-o", "out")
    assert (answer.status, answer.out) == (2, "")
    said = [line for line in answer.err.splitlines() if line.startswith("READ-")]
    assert [line.split(":")[0] for line in said] == [code]
    assert "Expected: " in answer.err
    assert "To mend it: " in answer.err
    assert [path.name for path in empty_folder.iterdir()] == ["input"]


@pytest.mark.parametrize("command", [["read"], ["lint"], ["draft"], ["simulate"], ["compare"], ["run", "-o", "out"]])
def test_every_command_refuses_alike(empty_folder, command):
    (empty_folder / "input").write_bytes(b'{"protocolSection": ')
    for source, code in (("input", "READ-003"), ("not-there", "READ-001"), ("x" * 5000, "READ-001")):
        answer = trialwright(*command, source)
        assert (answer.status, answer.out) == (2, "")
        assert code in answer.err
        assert len(answer.err) < 1500
    assert [path.name for path in empty_folder.iterdir()] == ["input"]


def test_standard_input_is_named_in_the_message():
    answer = trialwright("read", "-", stdin=b"")
    assert answer.status == 2
    assert answer.err.startswith("READ-002: standard input is empty")


def test_200_megabytes_are_refused_before_they_are_read(empty_folder):
    with (empty_folder / "large").open("wb") as file:
        file.truncate(200_000_000)  # a hole: no byte is written, and none may be read
    answer = trialwright("run", "large", "-o", "out")
    assert answer.status == 2
    assert "READ-007" in answer.err
    with pytest.raises(InputError) as refused:
        read(_Endless())
    assert refused.value.code == "READ-007"


class _Endless:
    """A stream without an end."""

    asked = 0

    def read(self, size: int) -> bytes:
        """Gives as much as is asked for, which must not be everything."""
        assert 0 < size < 100_000_000
        return b" " * size


def test_a_folder_is_no_record(empty_folder):
    answer = trialwright("read", ".")
    assert answer.status == 2
    assert answer.err.startswith("READ-001: . is a folder")


def test_a_file_that_may_not_be_read(empty_folder, monkeypatch):
    (empty_folder / "closed").write_text("{}")

    def refuse(_path: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    answer = trialwright("run", "closed", "-o", "out")
    assert answer.status == 2
    assert "READ-001: closed cannot be read: Permission denied" in answer.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with named pipes")
def test_a_loop_of_links_is_explained(empty_folder):
    (empty_folder / "loop").symlink_to("loop")
    answer = trialwright("read", "loop")
    assert answer.status == 2
    assert "READ-001" in answer.err


@pytest.mark.parametrize(
    ("encoding", "code"), [("utf-8", None), ("utf-8-sig", None), ("utf-16", None), ("cp1252", "READ-013")]
)
def test_other_encodings_are_read_and_what_is_doubtful_is_said(encoding, code):
    study = {"protocolSection": {"identificationModule": {"nctId": "NCT00000001", "briefTitle": "Ménière “µg”"}}}
    record = read(json.dumps(study, ensure_ascii=False).encode(encoding), name="r")
    assert record.title == "Ménière “µg”"
    assert [problem.code for problem in record.problems] == ([code] if code else [])


@pytest.mark.parametrize("value", ["x \x00 y", "x \ud800 y"])
@pytest.mark.parametrize("write", [json.dumps, repr])
def test_characters_that_no_file_can_hold_are_replaced_and_said(value, write):
    study = {"protocolSection": {"identificationModule": {"nctId": "NCT00000001", "briefTitle": value}}}
    record = read(write(study).encode("utf-8", "surrogatepass"), name="r")
    assert record.title == "x \ufffd y"
    assert [problem.code for problem in record.problems] == ["READ-014"]


def test_a_character_written_as_two_halves_is_whole():
    record = read(json.dumps({"protocolSection": {"identificationModule": {"briefTitle": "\U0001f9ec"}}}).encode())
    assert record.title == "\U0001f9ec"
    assert record.problems == ()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_kept_as_text(number):
    text = '{"protocolSection": {"designModule": {"enrollmentInfo": {"count": 0}}}, "x": 0}'
    record = read(text.replace("0}", f"{number}}}").encode(), name="r")
    assert record.unmapped == {"x": number, "protocolSection.designModule.enrollmentInfo.count": number}
    assert {problem.code for problem in record.problems} == {"READ-010", "READ-011"}


def test_lists_within_lists_are_refused():
    assert refusal(b"[" * 800 + b"]" * 800).startswith("READ-00")


def refusal(data: bytes) -> str:
    """The code with which bytes are refused; empty if a record was read, which must then be whole in itself."""
    try:
        record = read(data, name="x")
    except InputError as refused:
        return refused.code if refused.expected and refused.mend else f"{refused.code} does not say how to mend it"
    assert record.coverage.mapped + len(record.coverage.unmapped) == record.coverage.total
    if record.coverage.total:
        record_json(record)
    return ""


REFUSALS = {"", "READ-002", "READ-003", "READ-004", "READ-005", "READ-006", "READ-008", "READ-009", "READ-018"}


@pytest.mark.parametrize("name", EXAMPLES)
@given(data=st.data())
@settings(deadline=None, max_examples=25)
def test_a_record_cut_off_anywhere_is_read_or_refused(examples, name, data):
    whole = (examples / name).read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert refusal(whole[:cut]) in REFUSALS


@pytest.mark.parametrize("name", EXAMPLES)
@given(data=st.data())
@settings(deadline=None, max_examples=25)
def test_a_record_with_alien_bytes_in_it_is_read_or_refused(examples, name, data):
    whole = (examples / name).read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    alien = data.draw(st.binary(min_size=1, max_size=30))
    assert refusal(whole[:at] + alien + whole[at:]) in REFUSALS


HEADS = ["", "{", "[{", "{'", "Raw JSON {", "NCT01234567\n", "Study Design\n"]


@given(text=st.text(max_size=400), head=st.sampled_from(HEADS))
@settings(deadline=None, max_examples=150)
def test_any_text_is_read_or_refused(text, head):
    assert refusal((head + text).encode("utf-8", "surrogatepass")) in REFUSALS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
MODULES = ["identificationModule", "designModule", "armsInterventionsModule", "outcomesModule", "eligibilityModule"]
FIELDS = ["nctId", "phases", "designInfo", "armGroups", "interventions", "primaryOutcomes", "minimumAge", "sex"]


@given(
    section=st.dictionaries(
        st.sampled_from(MODULES), JSON | st.dictionaries(st.sampled_from(FIELDS), JSON), min_size=1, max_size=4
    )
)
@settings(deadline=None, max_examples=150)
def test_values_of_the_wrong_shape_are_set_aside_and_the_rest_is_read(section):
    record = read(json.dumps({"protocolSection": section}).encode("utf-8", "surrogatepass"), name="x")
    again = write(record)
    if "protocolSection" in again:
        assert read(json.dumps(again).encode(), name="x").study == record.study
    json.dumps(record_json(record), allow_nan=False).encode("utf-8")


@given(
    section=st.dictionaries(
        st.sampled_from(MODULES), st.dictionaries(st.sampled_from(FIELDS), JSON), min_size=1, max_size=4
    )
)
@settings(deadline=None, max_examples=100)
def test_a_printed_record_with_odd_values_is_read_or_refused(section):
    assert refusal(repr({"protocolSection": section}).encode("utf-8", "surrogatepass")) in {"", "READ-003"}


def test_recursion_is_bounded_while_these_tests_run():
    assert sys.getrecursionlimit() <= 5000  # the tests of nesting would prove nothing under a larger limit
