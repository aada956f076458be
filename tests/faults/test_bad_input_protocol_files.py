"""Protocol files that are broken or hostile: refused with the line of the fault, at once, and nothing written."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_line import trialwright
from trialwright.core.errors import InputError
from trialwright.protocol import files

HEAD = "format: trialwright protocol, version 1\n"

HOSTILE = {
    "a head alone": (HEAD, "DRAFT-010"),
    "no mapping": (HEAD + "- a\n", "DRAFT-002"),
    "a tab": (HEAD + "arms:\n\t- a\n", "DRAFT-002"),
    "an open quote": (HEAD + 'arms: "never closed\n', "DRAFT-002"),
    "an alias bomb": (
        HEAD + "a: &a [x, x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi")),  # noqa: B905
        "DRAFT-003",
    ),
    "an alias": (HEAD + "arms: &x []\ndose_levels: *x\n", "DRAFT-003"),
    "a tag that calls": (HEAD + "arms: !!python/object/apply:os.system ['true']\n", "DRAFT-003"),
    "a tag of its own": (HEAD + "arms: !mine []\n", "DRAFT-003"),
    "a merge of keys": (HEAD + "arms: &x {a: 1}\nb:\n  <<: *x\n", "DRAFT-003"),
    "a name twice": (HEAD + "arms: []\narms: []\n", "DRAFT-006"),
    "a list as name": (HEAD + "? [a, b]\n: c\n", "DRAFT-006"),
    "deep lists": (HEAD + "arms: " + "[" * 500 + "]" * 500 + "\n", "DRAFT-004"),
    "deeper lists": (HEAD + "arms: " + "[" * 50_000 + "\n", "DRAFT-00"),
    "too long": (HEAD + "arms: [" + "a, " * 3_000_000 + "]\n", "DRAFT-001"),
    "NUL": (HEAD + "arms: \x00\n", "DRAFT-002"),
    "values of wrong types": (HEAD + "arms: 3\ndesign: []\nrecord: x\n", "DRAFT-010"),
}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """Every command is given in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def drafted(examples) -> str:
    """The protocol file of one example."""
    answer = trialwright("draft", examples / "NCT04971980.unlabelled-page.txt")
    assert answer.status == 0
    return answer.out


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.usefixtures("ends")
def test_a_hostile_protocol_file_is_refused(empty_folder, name):
    text, code = HOSTILE[name]
    (empty_folder / "p.yaml").write_text(text, encoding="utf-8")
    answer = trialwright("run", "p.yaml", "-o", "out")
    assert (answer.status, answer.out) == (2, "")
    assert f"\n{code}" in answer.err
    assert "Expected: " in answer.err
    assert "To mend it: " in answer.err
    assert [path.name for path in empty_folder.iterdir()] == ["p.yaml"]


def test_a_protocol_file_in_another_encoding_is_not_read_with_guesses(empty_folder, drafted):
    (empty_folder / "p.yaml").write_bytes(drafted.encode() + b"# M\xe9ni\xe8re\n")
    answer = trialwright("simulate", "p.yaml")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("DRAFT-011: p.yaml is not UTF-8 text")
    (empty_folder / "p.yaml").write_bytes(drafted.encode("utf-8-sig"))
    assert trialwright("simulate", "p.yaml").status == 0


@pytest.mark.parametrize(
    ("old", "new", "line_says"),
    [
        ("  cohort_size: 3", "  cohort_size: three", "cohort_size"),
        ("  cohort_size: 3", "  cohort_size: 3\n  colour: red", "colour"),
        ("  kind: dose escalation", "  kind: dose descent", "kind"),
    ],
)
def test_a_wrong_edit_is_refused_with_its_line(empty_folder, drafted, old, new, line_says):
    assert drafted.count(old) == 1
    edited = drafted.replace(old, new)
    (empty_folder / "p.yaml").write_text(edited, encoding="utf-8")
    answer = trialwright("simulate", "p.yaml")
    assert (answer.status, answer.out) == (2, "")
    lines = [number for number, line in enumerate(edited.splitlines(), start=1) if line_says in line]
    assert any(f"line {number}," in answer.err for number in lines), answer.err
    assert line_says in answer.err


REFUSALS = {"", "DRAFT-002", "DRAFT-003", "DRAFT-005", "DRAFT-006", "DRAFT-010"}


@given(data=st.data())
@settings(deadline=None, max_examples=20)
def test_a_protocol_file_cut_off_anywhere_is_read_or_refused(drafted, data):
    cut = data.draw(st.integers(0, len(drafted) - 1))
    assert refusal(drafted[:cut] + "\n") in REFUSALS


@given(data=st.data(), alien=st.text(min_size=1, max_size=12))
@settings(deadline=None, max_examples=20)
def test_a_protocol_file_with_alien_text_in_it_is_read_or_refused(drafted, data, alien):
    at = data.draw(st.integers(0, len(drafted)))
    assert refusal(drafted[:at] + alien + drafted[at:]) in REFUSALS


def refusal(text: str) -> str:
    """The code with which a protocol file is refused; empty if it was read."""
    try:
        files.load(text)
    except InputError as refused:
        return refused.code if refused.expected else f"{refused.code} does not say what was expected"
    return ""


def test_recursion_is_bounded_while_these_tests_of_protocols_run():
    assert sys.getrecursionlimit() <= 5000
