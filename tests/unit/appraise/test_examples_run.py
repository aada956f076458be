"""The main job on the five trials: what is written, that it is the same twice, and that a person's edits count."""

import csv
import json
import re
from pathlib import Path

import pytest

from command_line import trialwright

FIVE = {
    "NCT04288102": "api-repr",
    "NCT04452097": "unlabelled-page",
    "NCT04456361": "classic-page",
    "NCT04971980": "unlabelled-page",
    "NCT05689008": "labelled-page",
}
WRITTEN = {
    "problems.json",
    "protocol.yaml",
    "characteristics.json",
    "dataset",
    "results.json",
    "results.csv",
    "results.parquet",
    "report.html",
    "run.json",
}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """Every command is given in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file beneath a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def people(folder: Path) -> list[dict[str, str]]:
    """The demography of a dataset."""
    with (folder / "dataset" / "dm.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_whole(folder: Path, nct_id: str, *, record: bool) -> None:
    """A run's folder holds every part of the main job, each of them about this trial."""
    assert {path.name for path in folder.iterdir()} == WRITTEN | ({"record.json"} if record else set())
    values = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    if record:
        assert values["record"]["study"]["protocolSection"]["identificationModule"]["nctId"] == nct_id
        assert values["record"]["coverage"]["mapped"] == values["record"]["coverage"]["total"]
    assert values["characteristics"]["trial"] == nct_id
    assert values["problems"]["unfinished"] == []
    assert values["results"]["estimates"]
    assert values["run"]["finished"] is True
    assert f"nct_id: {nct_id}" in (folder / "protocol.yaml").read_text(encoding="utf-8")
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert nct_id in report
    assert not re.search(r"<script|src=\"http|@import|url\(http|<link", report)
    assert len(people(folder)) > 3


@pytest.mark.parametrize("nct_id", FIVE)
def test_an_example_goes_the_whole_way_and_its_protocol_file_too(examples, empty_folder, nct_id):
    assert trialwright("run", examples / f"{nct_id}.{FIVE[nct_id]}.txt", "-o", "out").status == 0
    check_whole(empty_folder / "out", nct_id, record=True)
    assert trialwright("run", "out/protocol.yaml", "-o", "again").status == 0
    check_whole(empty_folder / "again", nct_id, record=False)
    once, again = contents(empty_folder / "out"), contents(empty_folder / "again")
    for name in once:
        if name.startswith(("dataset", "results", "characteristics", "protocol")):
            assert again[name] == once[name], name


@pytest.mark.corpus
@pytest.mark.parametrize("nct_id", FIVE)
def test_a_real_record_goes_the_whole_way(corpus, empty_folder, nct_id):
    answer = trialwright("run", corpus / "records" / f"{nct_id}.{FIVE[nct_id]}.txt", "-o", "out")
    assert answer.status == 0, answer.err
    check_whole(empty_folder / "out", nct_id, record=True)


@pytest.mark.parametrize("nct_id", ["NCT04288102", "NCT04971980"])
def test_the_same_command_gives_the_same_bytes_and_another_seed_another_trial(examples, tmp_path, monkeypatch, nct_id):
    found = {}
    for folder, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        (tmp_path / folder).mkdir()
        monkeypatch.chdir(tmp_path / folder)
        record = examples / f"{nct_id}.{FIVE[nct_id]}.txt"
        assert trialwright("run", record, "-o", "out", "--seed", seed).status == 0
        found[folder] = contents(tmp_path / folder / "out")
    assert found["a"] == found["b"]
    assert found["a"].keys() >= {"report.html", "results.json", "dataset/dm.csv", "dataset/dm.parquet"}
    for name in ("dataset/dm.csv", "results.json", "report.html"):
        assert found["a"][name] != found["c"][name], name
    for name in ("record.json", "protocol.yaml", "characteristics.json"):
        assert found["a"][name] == found["c"][name], name


@pytest.fixture(scope="session")
def drafted(examples) -> str:
    """The protocol file of the escalation."""
    return trialwright("draft", examples / "NCT04971980.unlabelled-page.txt").out


def edited(text: str, *changes: tuple[str, str]) -> str:
    """A protocol file with lines changed; each is there once."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def second_level(text: str) -> str:
    """The protocol file without its highest of three dose levels."""
    start = text.index("dose_levels:\n")
    levels = re.split(r"(?m)^(?=- )", text[start:].split("\n\n")[0])
    assert len(levels) == 4, "a heading and three levels"
    return text.replace(levels[3], "")


def test_edits_of_cohort_size_levels_and_truth_flow_through(drafted, empty_folder):
    text = edited(
        second_level(drafted),
        ("  levels: 3\n", "  levels: 2\n"),
        ("cohort_size: 3", "cohort_size: 4  # four, says the committee"),
    )
    (empty_folder / "p.yaml").write_text(text, encoding="utf-8")
    answer = trialwright("simulate", "p.yaml", "--truth", "0.1,0.3", "--json")
    assert answer.status == 0, answer.err
    literal = next(item for item in answer.json["readings"] if item["rule"].startswith("literal"))
    # cohorts of four, two levels, stop at two DLTs among four: plain arithmetic, written out
    go = {p: (1 - p) ** 4 + 4 * p * (1 - p) ** 3 for p in (0.1, 0.3)}
    assert literal["prob_completed"] == pytest.approx(go[0.1] * go[0.3], abs=1e-12)
    for reading in answer.json["readings"]:
        assert len(reading["selection"]) == 3  # none, and two levels
        assert sum(reading["selection"].values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  cohort_size: 3", "  cohort_size: 0", "design.cohort_size: cohorts of 0"),
        ("  arm: arm-1\n  cohort_size", "  arm: arm-9\n  cohort_size", "design.arms: there is no arm 'arm-9'"),
        ("dose_levels:\n", "truth: [0.1, 0.2]\ndose_levels:\n", "truth"),
    ],
)
def test_a_protocol_file_that_contradicts_itself_is_refused(drafted, empty_folder, old, new, said):
    (empty_folder / "p.yaml").write_text(edited(drafted, (old, new)), encoding="utf-8")
    for command in (["simulate"], ["run", "-o", "out"]):
        answer = trialwright(*command, "p.yaml")
        assert (answer.status, answer.out) == (2, "")
        assert "RUN-011" in answer.err
        assert said in answer.err
    assert [path.name for path in empty_folder.iterdir()] == ["p.yaml"]


def test_what_is_only_doubtful_in_a_protocol_file_is_a_problem(drafted, empty_folder):
    (empty_folder / "p.yaml").write_text(second_level(drafted), encoding="utf-8")
    assert trialwright("run", "p.yaml", "-o", "out", "--no-simulate").status == 0
    problems = json.loads((empty_folder / "out" / "problems.json").read_text(encoding="utf-8"))["problems"]
    assert "2 dose levels are described and the design has 3" in [problem["message"] for problem in problems]


def test_run_keeps_the_comments_of_an_edited_file(drafted, empty_folder):
    text = edited(drafted, ("cohort_size: 3", "cohort_size: 4  # four, says the committee")) + "# the end\n"
    (empty_folder / "p.yaml").write_text(text, encoding="utf-8")
    assert trialwright("run", "p.yaml", "-o", "out").status == 0
    assert (empty_folder / "out" / "protocol.yaml").read_text(encoding="utf-8") == text
    # and it may replace itself
    assert trialwright("run", "out/protocol.yaml", "-o", "out", "--force").status == 0
    assert (empty_folder / "out" / "protocol.yaml").read_text(encoding="utf-8") == text
    sizes = json.loads((empty_folder / "out" / "characteristics.json").read_text(encoding="utf-8"))
    literal = next(item for item in sizes["readings"] if item["rule"].startswith("literal"))
    counts = [int(n) for n, p in literal["prob_n_at_most"].items() if p > 0]
    assert max(counts) == 12  # three cohorts of four


def test_a_truth_in_the_protocol_file_is_the_one_that_is_simulated(drafted, empty_folder):
    (empty_folder / "p.yaml").write_text(drafted + "truth: [0.9, 0.95, 0.99]\n", encoding="utf-8")
    answer = trialwright("simulate", "p.yaml", "--json")
    assert answer.status == 0, answer.err
    assert answer.json["truth"] == [0.9, 0.95, 0.99]
    assert all(reading["selection"]["none"] > 0.9 for reading in answer.json["readings"])
    assert trialwright("simulate", "p.yaml", "--truth", "0,0,0", "--json").json["truth"] == [0, 0, 0]


def test_a_truth_given_to_run_reaches_the_simulated_trial(examples, empty_folder):
    record = examples / "NCT04971980.unlabelled-page.txt"
    for folder, truth in (("toxic", "1,1,1"), ("safe", "0,0,0")):
        assert trialwright("run", record, "-o", folder, "--truth", truth).status == 0
        with (empty_folder / folder / "dataset" / "xd.csv").open(encoding="utf-8", newline="") as file:
            found = {row["XDDLT"] for row in csv.DictReader(file) if row["XDEVAL"] == "Y"}
        assert found == {"Y" if truth == "1,1,1" else "N"}
    assert len(people(empty_folder / "toxic")) < len(people(empty_folder / "safe"))
