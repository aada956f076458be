"""The live trial from the command line: begun, opened, given commands one by one and from a file, shown, exported."""

import dataclasses
import json

import pytest

from command_line import trialwright
from made_up_protocols import flat, protocol_of
from trialwright.conduct.ledger import server_clock
from trialwright.conduct.moments import date_at
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.protocol.files import dump
from trialwright.protocol.kinds import SingleArm

PASSPHRASE = "four words or so"
BY = ("--as", "ada", "--role", "sponsor", "--site", "*")
WHY = ("--reason", "because the test asks for it")


ADULT = Eligibility((Criterion(Section.INCLUSION, ItemKind.TEXT, "1", "Age of 18 years or more", 0, 23),), 18)


def made(**changes):
    arm = Arm("arm-1", "Cells", ArmRole.EXPERIMENTAL, (flat("Cells", "40000000"),), "armGroups[0]")
    return dataclasses.replace(protocol_of((arm,), SingleArm("arm-1", 9), size=9), **{"eligibility": ADULT, **changes})


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIALWRIGHT_PASSPHRASE", PASSPHRASE)
    monkeypatch.chdir(tmp_path)
    guess = Assumption("design.rule", "one arm", "the record is silent", must_confirm=True)
    (tmp_path / "protocol.yaml").write_text(dump(made(assumptions=(guess,))), encoding="utf-8")
    return tmp_path


def begin(*more):
    about = ("--as", "ada", "--name", "Ada Example", "--zone", "Europe/Paris", "--start", "2026-01-01")
    return trialwright("conduct", "begin", "protocol.yaml", "-o", "trial", *about, *more)


def test_a_trial_is_begun_confirmed_opened_and_verified(home):
    begun = begin()
    assert (begun.status, "design.rule" in begun.out) == (0, True)
    refused = trialwright("conduct", "open", "trial", *BY)
    assert (refused.status, "COND-130" in refused.err) == (1, True)
    assert trialwright("conduct", "confirm", "trial", "--about", "design.rule", *BY).status == 0
    opened = trialwright("conduct", "open", "trial", *BY, "--json").json
    assert [row["event"] for row in opened] == ["OpenedToEnrolment", "Signed"]
    assert trialwright("conduct", "status", "trial", "--json").json["phase"] == "open to enrolment"
    verified = trialwright("conduct", "verify", "trial", "--json")
    assert (verified.status, verified.json["sound"]) == (0, True)


def test_a_changed_byte_is_found_and_the_exit_status_says_so(home):
    begin()
    import sqlite3

    with sqlite3.connect("trial/ledger.sqlite") as store:
        store.execute("DROP TRIGGER entry_never_update")
        store.execute("UPDATE entry SET body = replace(body, 'Ada', 'Eve') WHERE sequence = 3")
    found = trialwright("conduct", "verify", "trial", "--json")
    assert (found.status, found.json["sound"], found.json["faults"][0]["entry"]) == (1, False, 3)


def test_nothing_is_made_where_a_trial_cannot_begin(home):
    lost = Eligibility((Criterion(Section.INCLUSION, ItemKind.MISSING, "1", "", 0, 0),))
    (home / "protocol.yaml").write_text(dump(made(eligibility=lost)), encoding="utf-8")
    refused = begin()
    assert (refused.status, "was lost" in refused.err) == (1, True)
    assert not (home / "trial").exists()


def test_a_trial_is_never_begun_over_another(home):
    begin()
    before = (home / "trial" / "ledger.sqlite").read_bytes()
    assert "COND-051" in begin().err
    assert (home / "trial" / "ledger.sqlite").read_bytes() == before


def test_a_wrong_passphrase_gives_no_command(home, monkeypatch):
    begin()
    monkeypatch.setenv("TRIALWRIGHT_PASSPHRASE", "four other words")
    refused = trialwright("conduct", "confirm", "trial", "--about", "design.rule", *BY)
    assert (refused.status, "COND-044" in refused.err) == (1, True)


@pytest.mark.requirement("R08")
def test_a_live_trial_takes_no_date_from_anybody(home):
    begin("--live", "--validation", "validated on 2025-12-01")
    refused = trialwright("conduct", "confirm", "trial", "--about", "design.rule", *BY, "--today", "2026-01-03")
    assert (refused.status, "COND-170" in refused.err) == (2, True)


def test_a_rehearsal_takes_the_date_that_it_is_told(home):
    begin()
    given = ("conduct", "confirm", "trial", "--about", "design.rule", *BY, "--today", "2026-01-03", "--json")
    assert [row["day"] for row in trialwright(*given).json] == [2, 2]


def lines(*commands):
    about = {"as": "ada", "role": "sponsor", "site": "*", "today": "2026-01-02"}
    return "".join(json.dumps({**about, "key": f"k{n}", **each}) + "\n" for n, each in enumerate(commands))


def test_a_file_of_commands_is_given_and_given_again_changes_nothing(home):
    begin()
    add = {"command": "add-person", "person": "eve", "name": "Eve Example"}
    grant = {"command": "grant-role", "person": "eve", "for-role": "sponsor", "for-site": "*"}
    (home / "commands.jsonl").write_text(lines(add, grant, {"command": "confirm", "about": "design.rule"}))
    first = trialwright("conduct", "do", "trial", "commands.jsonl")
    assert first.status == 0, first.err
    held = trialwright("conduct", "audit", "trial", *BY, "--json").json
    granted = [row for row in held if row["event"] == "RoleGranted"]
    assert len(granted) == 2
    again = trialwright("conduct", "do", "trial", "commands.jsonl")
    assert (again.status, again.out) == (0, first.out), again.err
    later = trialwright("conduct", "audit", "trial", *BY, "--json").json
    assert [row for row in later if row["event"] == "RoleGranted"] == granted


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2 is not JSON"),
        ("[]", "line 2 is not a JSON object"),
        ('{"command": "fly", "as": "ada", "role": "sponsor", "site": "*"}', "no command"),
        ('{"command": "confirm", "as": "ada", "role": "sponsor", "site": "*"}', "about is missing"),
        ('{"command": "confirm", "about": 3, "as": "ada", "role": "sponsor", "site": "*"}', "it is no text"),
        ('{"command": "confirm", "about": "x", "wing": 1, "as": "ada", "role": "sponsor", "site": "*"}', "has no wing"),
        ('{"command": "confirm", "about": "x", "as": "ada", "role": "pilot", "site": "*"}', "no role of a trial"),
    ],
)
def test_a_line_that_cannot_be_given_is_named_and_what_stood_before_it_stands(home, line, said):
    begin()
    text = lines({"command": "add-person", "person": "eve", "name": "Eve Example"})
    (home / "commands.jsonl").write_text(text + line + "\n")
    found = trialwright("conduct", "do", "trial", "commands.jsonl", "--quiet")
    assert found.status != 0
    assert said in found.err
    assert "line 2" in found.err
    people = trialwright("conduct", "audit", "trial", *BY, "--event", "StaffAdded", "--json").json
    assert len(people) == 2


@pytest.mark.requirement("R50")
def test_reading_a_closed_report_is_an_entry_and_is_for_board_and_statistician_alone(home, monkeypatch):
    assert trialwright("conduct", "rehearse", "protocol.yaml", "-o", "trial", "--participants", "1").status == 0
    held = json.loads((home / "trial" / "passphrases.json").read_text())

    def report(person, role, kind):
        monkeypatch.setenv("TRIALWRIGHT_PASSPHRASE", held[person])
        who = ("--as", person, "--role", role, "--site", "*")
        done = trialwright("conduct", "board", "trial", "-o", f"{person}-{kind}.html", f"--{kind}", *who)
        monkeypatch.setenv("TRIALWRIGHT_PASSPHRASE", held["sponsor"])
        by = ("--as", "sponsor", "--role", "sponsor", "--site", "*", "--actor", person, "--event", "Exported")
        return done, trialwright("conduct", "audit", "trial", *by, "--json").json

    done, entries = report("statistician", "statistician", "closed")
    assert (done.status, len(entries)) == (0, 1)
    done, entries = report("second", "sponsor", "closed")
    assert (done.status, "COND-177" in done.err, entries) == (1, True, [])


def test_a_whole_trial_is_rehearsed_shown_and_exported(home, monkeypatch):
    found = trialwright("conduct", "rehearse", "protocol.yaml", "-o", "trial", "--seed", "3")
    assert found.status == 0, found.err
    assert "The data on the ledger are those simulated." in found.out
    held = json.loads((home / "trial" / "passphrases.json").read_text())
    monkeypatch.setenv("TRIALWRIGHT_PASSPHRASE", held["statistician"])
    who = ("--as", "statistician", "--role", "statistician", "--site", "*")
    people = trialwright("conduct", "participants", "trial", *who, "--json").json
    assert sum(row["enrolled"] is not None for row in people) == 9
    assert trialwright("conduct", "export", "trial", "-o", "e.zip", "--full", *who).status == 0
    checked = trialwright("conduct", "check-export", "e.zip", "--keys", "trial/keys", "--json")
    assert (checked.status, checked.json["sound"]) == (0, True)
    assert trialwright("conduct", "board", "trial", "-o", "open.html", *who).status == 0
    assert trialwright("conduct", "data", "trial", "-o", "dataset", *who).status == 0
    analysed = trialwright("analyse", "protocol.yaml", "dataset", "--json")
    assert analysed.status == 0, analysed.err


def test_every_command_has_help(home):
    from trialwright.cli.conduct_names import NAMES

    listed = trialwright("conduct", "--help").out
    for name in NAMES:
        assert name in listed
    for name in ("enrol", "grant-role", "change-event", "seal-randomisation", "decide"):
        assert trialwright("conduct", name, "--help").status == 0


def test_every_command_of_the_desk_has_a_name():
    from trialwright.cli.conduct_names import NAMES
    from trialwright.conduct.rules import RULES

    named = {kind for kind, _ in NAMES.values()}
    by_themselves = {"Exported", "ArmsViewed", "UnblindingRequested", "CredentialSet"}
    assert {kind.__name__ for kind in RULES.keys() - named} == by_themselves
    assert named <= RULES.keys()


def test_a_rehearsal_goes_on_by_the_clock_after_entries_under_the_date_of_today(home):
    """An entry under a date is of the end of that date: the next without one does not lie before it."""
    today = date_at(server_clock(), "Europe/Paris").isoformat()
    begin()
    consent = ("consent", "trial", "S-1", "--version", "1", "--signatory", "participant", "--taken-by", "ada")
    own = ("--as", "ada", "--role", "investigator", "--site", "01")
    for command in (
        ("add-site", "trial", "--for-site", "01", "--name", "Site 01", *BY),
        ("grant-role", "trial", "--person", "ada", "--for-role", "investigator", "--for-site", "01", *BY),
        ("approve-consent", "trial", "--version", "1", "--effective", "2026-01-01", "--for-site", "*", *BY),
        ("register", "trial", "S-1", *own),
        (*consent, *own, "--today", today),
        (*consent, *own, *WHY),
    ):
        done = trialwright("conduct", *command)
        assert done.status == 0, (command, done.err)
    shown = trialwright("conduct", "audit", "trial", *own, "--event", "Consented", "--json").json
    assert shown[-1]["occurred"] >= shown[0]["occurred"]


def test_who_a_participant_is_is_shown_to_the_site_alone(home):
    begin()
    own = ("--as", "ada", "--role", "investigator", "--site", "01")
    for command in (
        ("add-site", "trial", "--for-site", "01", "--name", "Site 01", *BY),
        ("grant-role", "trial", "--person", "ada", "--for-role", "investigator", "--for-site", "01", *BY),
        ("register", "trial", "S-1", "--identity", "hospital number=4711", *own),
    ):
        assert trialwright("conduct", *command).status == 0
    assert json.loads(trialwright("conduct", "identity", "trial", "S-1", *own).out) == {"hospital number": "4711"}
    refused = trialwright("conduct", "identity", "trial", "S-1", *BY)
    assert (refused.status, "4711" in refused.out + refused.err) == (1, False)
    assert "4711" not in trialwright("conduct", "audit", "trial", *own, "--json").out


def test_a_file_of_commands_reads_no_other_file(home):
    begin()
    (home / "secret.txt").write_text("a secret of whoever gives the commands")
    (home / "commands.jsonl").write_text(lines({"command": "add-person", "person": "eve", "name": "@secret.txt"}))
    trialwright("conduct", "do", "trial", "commands.jsonl")
    assert "a secret" not in trialwright("conduct", "audit", "trial", *BY).out
    at_terminal = ("conduct", "add-person", "trial", "--person", "eva", "--name", "@secret.txt", *BY)
    assert trialwright(*at_terminal).status == 0
    assert "a secret" in trialwright("conduct", "audit", "trial", *BY, "--json").out
