"""The pages on screening: every example is run, and prints what the page says."""

import importlib.util
from pathlib import Path

import pytest

from trialwright.screen.gathering import people_of
from trialwright.screen.patients import Options, read

ROOT = Path(__file__).resolve().parents[3]
PAGES = [*sorted((ROOT / "docs/how-to").glob("screen-*.md")), ROOT / "docs/tutorials/from-record-to-screening-list.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_print_what_the_page_says(page, monkeypatch):
    spec = importlib.util.spec_from_file_location("fill_examples", ROOT / "docs" / "fill_examples.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.chdir(ROOT)
    text = page.read_text(encoding="utf-8")
    assert module.filled(text) == text


def test_the_mapping_of_the_coordinators_sheet_does_what_the_page_says():
    folder = ROOT / "examples" / "cohorts"
    cohort = read(folder / "coordinator.csv", (), Options(mapping=folder / "coordinator.mapping.yaml"))
    assert "pregnancy" in cohort.complete
    people = list(people_of(cohort))
    assert [[r.unit for r in p.measures["creatinine"]] for p in people] == [
        ["umol/L"],
        ["mg/dL"],
        ["not a value: <5 mg/L"],
        ["umol/L"],
        ["umol/L"],
    ]
    assert {"SCR-020", "SCR-023"}.isdisjoint(p.code for p in cohort.problems)
    assert "SCR-022" in {p.code for p in cohort.problems}


def test_an_output_with_lines_left_out_must_still_be_true(monkeypatch):
    spec = importlib.util.spec_from_file_location("fill_examples", ROOT / "docs" / "fill_examples.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    new = ["    one", "", "    two", "    three"]
    assert module._shows(["    one", "    ...", "    three"], new)
    assert module._shows(["    one", "    ..."], new)
    for old in (
        ["    two", "    ..."],
        ["    one", "    ...", "    two"],
        ["    one", "    three"],
        ["    on", "    ..."],
    ):
        assert not module._shows(old, new), old
