"""`trialwright design examine` on the data of a trial: a dataset folder, a run, a ledger."""

import csv
import hashlib
import io
from dataclasses import replace

import pytest

from command_line import trialwright
from made_up_protocols import deciding_rows, escalation, parallel
from trialwright.conduct import FileLedger, LiveTrial
from trialwright.conduct import commands as ask
from trialwright.conduct.transcribe import command_of, entries_due
from trialwright.dataset import files
from trialwright.dataset.trialdata import TrialData
from trialwright.design import build
from trialwright.protocol import files as protocol_files

KNOWN = [(1, 1, False), (1, 1, False), (1, 1, False), (2, 2, True), (2, 2, None)]
FACTS = [fact for i, one in enumerate(KNOWN) for fact in deciding_rows(i, *one)]


@pytest.fixture
def trial(tmp_path):
    """A protocol file and a dataset folder."""
    protocol = tmp_path / "protocol.yaml"
    protocol.write_text(protocol_files.dump(escalation()), encoding="utf-8")
    files.write(TrialData.from_facts(FACTS), tmp_path / "data")
    return protocol, tmp_path / "data"


def examined(protocol, data, *more):
    found = trialwright("design", "examine", "--protocol", protocol, "--data", data, *more)
    assert found.status == 0, found.err
    return found


def test_who_is_awaited_the_decision_now_and_the_table(trial):
    text = examined(*trial).out
    for expected in (
        "Trial day 58; 3+3: stop at two",
        "Decision now: enrol up to 1 at level 2 (0 of 3 had a DLT at level 1: go up to level 2, 3 participants;",
        "cohort 2: 2 of 3 places taken, 1 DLT in it so far)",
        "  P-04, level 2: in the DLT window, its window is over on trial day 69",
        "DLTs so far: level 1: 0 of 3; level 2: 1 of 1; level 2 is the current one",
        "Awaited: 1 at level 2, and 1 more of the cohort has not entered yet",
        "  0 with a DLT: treat 3 at level 2",
        "  1 with a DLT: stop (2 of 3 had a DLT at level 2: too toxic; level 1 (0 of 3) is selected)",
        "not medical advice",
    ):
        assert expected in text


def test_as_json_and_csv(trial):
    found = examined(*trial, "--json", "--truth", ".1,.2,.4").json
    assert found["day"] == 58
    assert found["decision"]["decision"] == "enrol"
    assert found["awaited"] == [{"subject": "P-04", "level": 2, "standing": "in_window", "window_over_on": 69}]
    assert [(item["level"], item["participants"], item["dlts"]) for item in found["known"]] == [
        (1, 3, 0),
        (2, 1, 1),
        (3, 0, 0),
    ]
    assert [item["action"] for item in found["nexts"]] == ["treat", "stop", "stop"]
    assert sum(item["probability"] for item in found["nexts"]) == pytest.approx(1)
    assert sum(found["from_here"]["selection"]) == pytest.approx(1)
    rows = list(csv.DictReader(io.StringIO(examined(*trial, "--csv", "--truth", ".1,.2,.4").out)))
    assert [(row["dlts"], row["action"], row["selected"]) for row in rows] == [
        ("0", "treat", ""),
        ("1", "stop", "1"),
        ("2", "stop", "1"),
    ]
    assert float(rows[0]["probability"]) == pytest.approx(0.64)


def test_an_earlier_day_sees_nothing_of_later_ones(trial):
    found = examined(*trial, "--day", "21", "--json").json
    assert [person["subject"] for person in found["awaited"]] == ["P-00", "P-01", "P-02"]
    assert found["decision"]["until"] == 49
    late = examined(*trial, "--day", "200", "--json").json
    assert any("nothing became known after trial day 58" in line for line in late["cautions"])
    assert late["awaited"][0]["standing"] == "not_assessed"


def test_another_design_on_the_same_data(trial):
    boin = examined(*trial[:2], "--json", "BOIN: target 0.3, at most 12").json
    assert boin["rule"] == "BOIN: target 0.3, cohorts of 3, at most 12"
    timed = examined(trial[0], trial[1], "rolling six")
    assert "No table of next results" in timed.out
    assert examined(trial[0], trial[1], "rolling six", "--csv").out.startswith("treated,dlts,probability")


def test_the_file_of_a_ledger(trial, tmp_path):
    protocol, _ = trial
    design = build(escalation())
    digest = hashlib.sha256(protocol.read_bytes()).hexdigest()
    with FileLedger(tmp_path / "ledger", create=True) as ledger:
        live = LiveTrial(ledger, design)
        live.do(replace(ask.Open.of(escalation(), digest=digest, design=design.name), unconfirmed=()), day=0, actor="a")
        for due in entries_due(FACTS):
            before = live.fold.rows.get(due.fact.key)
            live.do(command_of(due.fact, before, override="as entered elsewhere"), day=due.fact.known, actor="a")
    text = examined(protocol, tmp_path / "ledger").out
    assert "P-04, level 2: in the DLT window" in text
    assert "another protocol file" not in text
    other = tmp_path / "other.yaml"
    other.write_text(protocol.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert "Beware: the ledger was opened under another protocol file" in examined(other, tmp_path / "ledger").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("boin",), "DES-129"),
        (("--protocol", "P"), "DES-129"),
        (("--protocol", "P", "--data", "D", "--n", "3,0,0"), "DES-129"),
        (("--protocol", "P", "--data", "D", "--day", "-1"), "RUN-012"),
        (("--protocol", "P", "--data", "nowhere"), "DATA-012"),
        (("--protocol", "P", "--data", "P"), "COND-022"),
        (("--protocol", "Q", "--data", "D"), "DES-128"),
    ],
)
def test_what_does_not_fit_is_refused(trial, tmp_path, arguments, code):
    other = tmp_path / "parallel.yaml"
    other.write_text(protocol_files.dump(parallel()), encoding="utf-8")
    named = {"P": trial[0], "D": trial[1], "Q": other}
    done = trialwright("design", "examine", *[named.get(word, word) for word in arguments])
    assert done.status in (1, 2)
    assert code in done.err
