"""Records that are whole but strange or hostile: the run still reports, within sane time, and nothing breaks out."""

import copy
import json
import re
from html.parser import HTMLParser

import pytest

from command_line import trialwright
from trialwright.protocol import draft, files
from trialwright.record.read import read

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;]]>{{7*7}}"
CONTROL = "a\x01\x07\x08\x0b\x0c\x1b[31m\x7f\x85\u2028\u202e\ufeff\ud800\x00b"
CONTROLS = {chr(code) for code in (*range(32), *range(127, 160), 0x202E) if chr(code) not in "\t\n"}

TRIAL = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": "Alpha against placebo"},
        "statusModule": {"overallStatus": "RECRUITING", "startDateStruct": {"date": "2024-01"}},
        "descriptionModule": {"briefSummary": "A trial.", "detailedDescription": "A longer account of the trial."},
        "conditionsModule": {"conditions": ["Arthritis"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2"],
            "designInfo": {
                "allocation": "RANDOMIZED",
                "interventionModel": "PARALLEL",
                "maskingInfo": {"masking": "DOUBLE"},
            },
            "enrollmentInfo": {"count": 20, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {
            "armGroups": [
                {"label": "Alpha", "type": "EXPERIMENTAL", "description": "10 mg daily for 4 weeks"},
                {"label": "Placebo", "type": "PLACEBO_COMPARATOR", "description": "placebo daily for 4 weeks"},
            ],
            "interventions": [{"type": "DRUG", "name": "Alpha", "armGroupLabels": ["Alpha"]}],
        },
        "outcomesModule": {
            "primaryOutcomes": [
                {"measure": "Change in pain score", "description": "0 to 10", "timeFrame": "Baseline, week 4"}
            ],
            "secondaryOutcomes": [{"measure": "Number of adverse events", "timeFrame": "Up to week 8"}],
        },
        "eligibilityModule": {
            "eligibilityCriteria": "Inclusion Criteria:\n\n* Pain\n\nExclusion Criteria:\n\n* Pregnancy",
            "minimumAge": "18 Years",
            "sex": "ALL",
        },
    }
}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """Every command is given in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def trial(**changes):
    """The trial with values set by their path below the protocol section; None takes a module away."""
    record = copy.deepcopy(TRIAL)
    for path, value in changes.items():
        *above, last = path.split("__")
        place = record["protocolSection"]
        for name in above:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return record


def in_every_text(value, extra):
    """The record with something put behind each text that is no term, date or number."""
    if isinstance(value, dict):
        return {key: in_every_text(item, extra) for key, item in value.items()}
    if isinstance(value, list):
        return [in_every_text(item, extra) for item in value]
    if isinstance(value, str) and not re.fullmatch(r"[A-Z_0-9]+|\d{4}(-\d\d)*|\d+ \w+", value):
        return value + extra
    return value


def arms(number):
    """So many arms."""
    return [{"label": f"Arm {i}", "type": "EXPERIMENTAL", "description": f"{i} mg daily"} for i in range(number)]


def outcomes(number):
    """So many outcomes."""
    return [{"measure": f"Change in score {i}", "timeFrame": f"Baseline, week {i % 50}"} for i in range(number)]


LONG = 1_000_000
STRANGE = {
    "no arms": trial(armsInterventionsModule=None),
    "no outcomes": trial(outcomesModule=None),
    "no design": trial(designModule=None),
    "no criteria": trial(eligibilityModule=None),
    "an observational study": trial(
        designModule={"studyType": "OBSERVATIONAL", "enrollmentInfo": {"count": 100}}, armsInterventionsModule=None
    ),
    "a number alone": {"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}},
    "empty modules": {"protocolSection": {"identificationModule": {}, "designModule": {}, "outcomesModule": {}}},
    "modules of wrong types": {
        "protocolSection": {"identificationModule": None, "designModule": [], "armsInterventionsModule": "x"}
    },
    "unknown terms": trial(
        designModule__studyType="SUPERVENTIONAL",
        designModule__phases=["PHASE9"],
        designModule__designInfo={"allocation": "BY_DRAW", "interventionModel": "SPIRAL"},
        statusModule__overallStatus="LOST",
    ),
    "an unknown term of the arms": trial(
        armsInterventionsModule__armGroups=[{"label": "A", "type": "WILD"}, {"label": "B", "type": "TAME"}]
    ),
    "nobody enrolled": trial(designModule__enrollmentInfo={"count": 0, "type": "ACTUAL"}),
    "one enrolled": trial(designModule__enrollmentInfo={"count": 1}),
    "no number enrolled": trial(designModule__enrollmentInfo={}),
    "more than can be counted": trial(designModule__enrollmentInfo={"count": 10**30}),
    "labels alike": trial(armsInterventionsModule__armGroups=[{"label": "A", "type": "EXPERIMENTAL"}] * 3),
    "no labels": trial(armsInterventionsModule__armGroups=[{}, {}], armsInterventionsModule__interventions=[{}, {}]),
    "ages that nobody has": trial(eligibilityModule__minimumAge="9" * 20 + " Years"),
    "ages the wrong way round": trial(
        eligibilityModule__minimumAge="80 Years", eligibilityModule__maximumAge="18 Years"
    ),
    "dates that are none": trial(
        statusModule={"startDateStruct": {"date": "2020-99-99"}, "lastUpdatePostDateStruct": {"date": "0000-00-00"}}
    ),
    "time frames without measure": trial(
        outcomesModule__primaryOutcomes=[
            {"measure": "Pain", "timeFrame": "every day for 99999999 years"},
            {"measure": "Pain", "timeFrame": "Day 1 to Day 99999999999999999999999"},
            {"measure": "", "timeFrame": ""},
            {},
        ]
    ),
    "doses without measure": trial(
        armsInterventionsModule__armGroups=[
            {"label": "A", "type": "EXPERIMENTAL", "description": "1e999999999 cells/kg; 1 x 10^999999999 cells"},
            {"label": "B", "type": "EXPERIMENTAL", "description": "9" * 5000 + " mg"},
        ]
    ),
    "script": in_every_text(TRIAL, SCRIPT),
    "control characters": in_every_text(TRIAL, CONTROL),
    "an id that is a path": trial(identificationModule__nctId="../../../etc/passwd"),
    "300 arms": trial(armsInterventionsModule__armGroups=arms(300)),
    "50 arms": trial(armsInterventionsModule__armGroups=arms(50)),
    "2,000 arms": trial(armsInterventionsModule__armGroups=arms(2000)),
    "300 outcomes": trial(outcomesModule__secondaryOutcomes=outcomes(300)),
    "1 MB of criteria in lines": trial(
        eligibilityModule__eligibilityCriteria="Inclusion Criteria:\n\n" + "* Aged 18 or older (no history of\n" * 9000
    ),
    "1 MB of criteria in one line": trial(eligibilityModule__eligibilityCriteria="a 1 ( ' \" " * (LONG // 10)),
    "1 MB of description": trial(
        descriptionModule__detailedDescription="3+3 dose escalation 1 x 10^6 cells/kg cohort " * (LONG // 45)
    ),
    "1 MB of an arm": trial(
        armsInterventionsModule__armGroups=[
            {"label": "A", "type": "EXPERIMENTAL", "description": "1 x 10^6 cells/kg on days 1, 4, 7 " * (LONG // 34)}
        ]
    ),
    "1 MB of a time frame": trial(
        outcomesModule__primaryOutcomes=[{"measure": "Pain", "timeFrame": "day 1, " * (LONG // 7)}]
    ),
}


class Page(HTMLParser):
    """What a browser would find in a page that could do harm."""

    def __init__(self) -> None:
        super().__init__()
        self.harmful: list[str] = []

    def handle_starttag(self, tag, attrs):
        """Notes tags that run something or load something."""
        names = {name for name, _ in attrs}
        if tag in {"script", "iframe", "object", "embed"} or any(name.startswith("on") for name in names):
            self.harmful.append(f"<{tag} {attrs}>")
        if tag == "img" and not dict(attrs).get("src", "data:").startswith("data:"):
            self.harmful.append(f"<{tag} {attrs}>")


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.usefixtures("ends")
def test_a_strange_record_is_reported(empty_folder, name):
    (empty_folder / "input").write_text(json.dumps(STRANGE[name]), encoding="utf-8")
    answer = trialwright("run", "input", "-o", "out")
    assert answer.status == 0, answer.err
    assert sorted(path.name for path in empty_folder.iterdir()) == ["input", "out"]
    for file in ("record.json", "problems.json", "characteristics.json", "results.json", "run.json"):
        json.loads((empty_folder / "out" / file).read_text(encoding="utf-8"), parse_constant=pytest.fail)
    page = Page()
    page.feed((empty_folder / "out" / "report.html").read_text(encoding="utf-8"))
    assert page.harmful == []


@pytest.mark.parametrize("name", ["script", "control characters", "labels alike", "doses without measure"])
def test_the_protocol_file_of_a_strange_record_is_read_back(empty_folder, name):
    (empty_folder / "input").write_text(json.dumps(STRANGE[name]), encoding="utf-8")
    assert trialwright("draft", "input", "-o", "p.yaml").status == 0
    drafted = draft(read(empty_folder / "input"))
    assert files.load(empty_folder / "p.yaml") == drafted
    assert files.load(files.dump(drafted)) == drafted
    assert trialwright("simulate", "p.yaml", "-o", "trial").status == 0


def test_no_control_character_reaches_a_terminal_or_a_page(empty_folder):
    (empty_folder / "input").write_text(json.dumps(STRANGE["control characters"]), encoding="utf-8")
    for command in (["lint"], ["read"], ["draft"], ["lint", "--json"], ["simulate"], ["compare"]):
        said = trialwright(*command, "input")
        assert said.status == 0
        assert not CONTROLS & set(said.out + said.err), command
    assert trialwright("run", "input", "-o", "out").status == 0
    report = (empty_folder / "out" / "report.html").read_text(encoding="utf-8")
    assert not CONTROLS & set(report)


@pytest.mark.parametrize(
    "path",
    ["designModule.studyType", "designModule.designInfo.allocation", "armsInterventionsModule.armGroups[0].type"],
)
def test_an_unknown_term_is_kept_and_said(empty_folder, path):
    name = "unknown terms" if path.startswith("design") else "an unknown term of the arms"
    (empty_folder / "input").write_text(json.dumps(STRANGE[name]), encoding="utf-8")
    problems = trialwright("read", "input", "--problems", "--json").json
    assert [p["code"] for p in problems if p["field"] == f"protocolSection.{path}"] == ["READ-012"]
    term = {"designModule.studyType": "SUPERVENTIONAL", "designModule.designInfo.allocation": "BY_DRAW"}.get(
        path, "WILD"
    )
    assert term in trialwright("read", "input").out


def test_a_record_of_a_folder_cannot_write_elsewhere(empty_folder):
    (empty_folder / "records").mkdir()
    for name in ("a.json", "b.json"):
        (empty_folder / "records" / name).write_text(json.dumps(STRANGE["an id that is a path"]))
    answer = trialwright("run", "records", "-o", "deep/out", "--no-simulate", "--json")
    assert answer.status == 0
    assert sorted(path.name for path in empty_folder.iterdir()) == ["deep", "records"]
    assert len({item["report"] for item in answer.json}) == 2
    for item in answer.json:
        assert (empty_folder / item["report"]).resolve().is_relative_to(empty_folder / "deep" / "out")
