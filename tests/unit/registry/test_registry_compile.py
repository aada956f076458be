"""Compiling a registry: what a person reads in a record is what filters find, and what cannot be run is said."""

import json

import pytest

from trialwright.record.read import read
from trialwright.registry import Registry, compiling
from trialwright.registry.compiling import compile_all
from trialwright.registry.filters import Filters
from trialwright.registry.search import Search


def study(number, arms, *, names, allocation="RANDOMIZED", model="PARALLEL", kind="INTERVENTIONAL", frame="28 days"):
    """A made-up study with arms (label, type) and interventions (name, description, labels of its arms)."""
    groups = [
        {"label": label, "type": role, "interventionNames": [f"Drug: {n}" for n, _, given in names if label in given]}
        for label, role in arms
    ]
    given = [{"type": "DRUG", "name": n, "description": text, "armGroupLabels": given} for n, text, given in names]
    design = {"allocation": allocation, "interventionModel": model, "primaryPurpose": "TREATMENT"}
    section = {
        "identificationModule": {"nctId": f"NCT{number:08}", "briefTitle": f"made-up trial {number}"},
        "designModule": {
            "studyType": kind,
            "phases": ["PHASE2"],
            "designInfo": design,
            "enrollmentInfo": {"count": 60, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {"armGroups": groups, "interventions": given},
        "outcomesModule": {"primaryOutcomes": [{"measure": "Body temperature", "timeFrame": frame}]},
    }
    return {"protocolSection": section}


TWO_ARMS = [("Treated", "EXPERIMENTAL"), ("Placebo", "PLACEBO_COMPARATOR")]
STUDIES = [
    study(
        1,
        TWO_ARMS,
        names=[
            ("Zqxumab", "3 intravenous infusions of 2 mg/kg. Participants are randomised 2:1.", ["Treated"]),
            ("Saline", "Intravenous saline on day 0", ["Placebo"]),
        ],
    ),
    study(2, [("All", "EXPERIMENTAL")], names=[("Zqxol", "5 mg tablet by mouth once daily", ["All"])],
          allocation="NA", model="SINGLE_GROUP", frame="6 months"),
    study(3, [], names=[], kind="OBSERVATIONAL", allocation="NA", model=None, frame="whenever it suits"),
]  # fmt: skip


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """A compiled registry of the made-up studies."""
    with Registry(tmp_path_factory.mktemp("compiled") / "registry.duckdb") as held:
        for each in STUDIES:
            held.add(read(json.dumps(each).encode(), name="made-up.json"))
        compile_all(held, workers=1)
        yield held


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"dose_per_kg": "any"}, {1}),
        ({"dose_per_kg": "2 mg"}, {1}),
        ({"dose_per_kg": "2"}, {1}),
        ({"dose_per_kg": "2 mg/kg"}, {1}),
        ({"dose_per_kg": "2 g"}, set()),
        ({"dose_per_kg": "1..1.9 mg"}, set()),
        ({"dose_per_kg": "..2 mg"}, {1}),
        ({"dose_per_kg": "3.."}, set()),
        ({"administrations": "3"}, {1}),
        ({"administrations": "2..9"}, {1}),
        ({"administrations": "4.."}, set()),
        ({"route": ("intravenous",)}, {1}),
        ({"route": ("ORAL", "INTRAVENOUS")}, {1, 2}),
        ({"ratio": "2:1"}, {1}),
        ({"ratio": "1:2"}, set()),
        ({"design": "parallel"}, {1}),
        ({"design": "Single Arm"}, {2}),
        ({"design": "observational"}, {3}),
        ({"has_dlt_rule": False}, {1, 2, 3}),
        ({"has_dlt_rule": True}, set()),
        ({"primary_within": 28}, {1}),
        ({"primary_within": 27}, set()),
        ({"primary_within": 200}, {1, 2}),
        ({"executable": True}, {1, 2}),
        ({"executable": False}, {3}),
    ],
)
def test_filters_on_the_protocol(registry, asked, expected):
    found = Search(registry)("", Filters(**asked))
    assert {int(hit.row["nct_id"][-1]) for hit in found.hits} == expected
    assert not found.notes


def test_rules_that_fire_can_be_asked_for(registry):
    from trialwright import lint

    for number, each in enumerate(STUDIES, start=1):
        for finding in lint.run(read(json.dumps(each).encode(), name="x")):
            hits = Search(registry)("", Filters(lint=(finding.rule.lower(),))).hits
            present = number in {int(hit.row["nct_id"][-1]) for hit in hits}
            assert present == (finding.status.value == "found")


def test_the_report_counts_what_can_be_run_and_why_the_others_cannot(registry):
    found = compiling.report(registry)
    assert (found.total, found.executable) == (3, 2)
    assert {kind: (count, able) for kind, count, able in found.kinds}["parallel groups"] == (1, 1)
    ((code, reason, count),) = found.reasons
    assert (code, count) == ("DES-020", 1)
    assert "observational" in reason


def test_only_what_is_new_is_compiled(tmp_path):
    with Registry(tmp_path / "registry.duckdb") as registry:
        registry.add(read(json.dumps(STUDIES[0]).encode(), name="x"))
        assert compile_all(registry).done == 1
        registry.add(read(json.dumps(STUDIES[1]).encode(), name="x"))
        (note,) = Search(registry)("", Filters(executable=True)).notes
        assert note.startswith("1 records are not compiled")
        assert compile_all(registry).done == 1
        assert compile_all(registry).done == 0
        assert compile_all(registry, again=True).done == 2
        assert registry.query("SELECT count(*) AS n FROM compiled")[0]["n"] == 2


def test_one_process_and_two_give_the_same(registry, tmp_path, monkeypatch):
    monkeypatch.setattr(compiling, "ALONE", 1)
    monkeypatch.setattr(compiling, "CHUNK", 1)
    with Registry(tmp_path / "registry.duckdb") as other:
        for each in STUDIES:
            other.add(read(json.dumps(each).encode(), name="made-up.json"))
        compile_all(other, workers=2)
        rows = other.query("SELECT * FROM compiled ORDER BY id")
    assert rows == registry.query("SELECT * FROM compiled ORDER BY id")


def test_a_fault_with_one_record_is_listed_and_stops_nothing(tmp_path, monkeypatch):
    with Registry(tmp_path / "registry.duckdb") as registry:
        for each in STUDIES:
            registry.add(read(json.dumps(each).encode(), name="x"))
        kept = compiling.zlib.decompress(registry.query("SELECT body FROM versions WHERE id = 2")[0]["body"])
        with registry.transaction("a damaged text") as connection:
            connection.execute("UPDATE versions SET body = ? WHERE id = 2", [b"no zlib"])
        found = compile_all(registry)
        assert kept
    assert (found.total, found.executable) == (3, 1)
    assert {code for code, _, _ in found.reasons} == {"DES-020", "REG-006"}
