"""Lines of a file of commands that somebody wrote to break the trial: refused in words, and nothing is recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from masked_trial import PASSPHRASE, STAFF, Trial
from trialwright.cli.conduct_batch import given
from trialwright.cli.conduct_names import NAMES
from trialwright.core.errors import TrialwrightError

LINE = {
    "command": "record",
    "as": "ivy",
    "role": "investigator",
    "site": "01",
    "subject": "S1",
    "domain": "AE",
    "number": 1,
    "day": 4,
    "values": {"AETERM": "a rash"},
}
PASSPHRASES = dict.fromkeys(STAFF, PASSPHRASE)


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    made = Trial(tmp_path_factory.mktemp("hostile"))
    made.seal()
    made.randomise("S1")
    return made


def give(trial, folder: Path, text: str):
    """The error for a file with this text; the sign-in of who is named in it may stand, and nothing else."""
    source = folder / "commands.jsonl"
    source.write_bytes(text.encode("utf-8", "surrogatepass"))
    before = len([each for each in trial.ledger.entries() if not type(each.event).__name__.startswith("Sign")])
    with pytest.raises(TrialwrightError) as fault:
        given(trial.desk, source, PASSPHRASES, quiet=True)
    after = len([each for each in trial.ledger.entries() if not type(each.event).__name__.startswith("Sign")])
    assert before == after
    assert "line 1" in str(fault.value)
    assert not {"cells", "placebo"} & set(str(fault.value).split())
    return fault.value.code


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"command": "record", "command": "decide"}',
        '{"values": {"STRESN": NaN}}',
        '{"values": {"STRESN": -Infinity}}',
        '{"day": Infinity}',
        json.dumps({**LINE, "values": {"AETERM": "\ud800"}}),
        json.dumps({**LINE, "\ud800": 1}),
    ],
)
def test_a_line_that_is_no_command_in_json_is_refused(trial, tmp_path, text):
    assert give(trial, tmp_path, text) == "COND-175"


def test_bytes_that_are_no_text_and_files_that_are_none_are_refused(trial, tmp_path):
    source = tmp_path / "commands.jsonl"
    for content in (b"\xff\xfe", b'{"command": "record", "reason": "\xe9"}', b"\x00\x01"):
        source.write_bytes(content)
        with pytest.raises(TrialwrightError, match="COND-175"):
            given(trial.desk, source, PASSPHRASES, quiet=True)
    with pytest.raises(TrialwrightError, match="COND-175"):
        given(trial.desk, tmp_path / "none", PASSPHRASES, quiet=True)


@pytest.mark.parametrize("name", ["command", "as", "role", "site", "occurred", "reason", "key", "today"])
@pytest.mark.parametrize("value", [0, 1, True, False, [], ["a"], {}, {"a": "b"}, 1.5])
def test_what_is_around_a_command_is_text(trial, tmp_path, name, value):
    assert give(trial, tmp_path, json.dumps({**LINE, name: value})) == "COND-175"


@pytest.mark.parametrize("day", [2**63, -(2**63), 10**30, 9_999_999])
def test_a_day_beyond_the_calendar_is_refused(trial, tmp_path, day):
    give(trial, tmp_path, json.dumps({**LINE, "day": day}))
    give(trial, tmp_path, json.dumps({**LINE, "command": "enrol", "day": day}))


@pytest.mark.parametrize("number", [1.5, True, 2.0, "1.5", "x", [1], {}])
def test_a_number_that_is_not_whole_is_not_cut_down(trial, tmp_path, number):
    assert give(trial, tmp_path, json.dumps({**LINE, "number": number})) == "COND-173"


@pytest.mark.parametrize("subject", ["../S1", "s1", "S1 ", " S1", "S1\n", "S\u0661", "S1\x00", "Ѕ1", "S1" * 5000])
def test_an_identifier_that_only_looks_like_one_is_another(trial, tmp_path, subject):
    assert give(trial, tmp_path, json.dumps({**LINE, "subject": subject})).startswith("COND-")
    if subject != "s1":
        line = {**LINE, "command": "register", "subject": subject, "identity": {}}
        del line["domain"], line["number"], line["day"], line["values"]
        assert give(trial, tmp_path, json.dumps(line)) == "COND-063"


def test_a_field_that_no_command_has_is_named(trial, tmp_path):
    assert give(trial, tmp_path, json.dumps({**LINE, "arm": "x"})) == "COND-173"
    assert give(trial, tmp_path, json.dumps({**LINE, "command": "x" * 100_000})) == "COND-175"


def test_no_command_writes_what_a_system_writes():
    """Nobody enters a sign-in, a signature, an unmasking or a reading as if it had happened."""
    events = {kind.__name__ for kind, _ in NAMES.values()}
    forbidden = {"Signed", "SignedIn", "CredentialSet", "Unmasked", "UnmaskingSigned", "ArmsViewed", "Exported"}
    assert not events & forbidden
