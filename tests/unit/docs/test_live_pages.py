"""The pages about the live trial: every example is run from an empty folder, and prints what the page says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[3] / "docs"


def fill_examples():
    spec = importlib.util.spec_from_file_location("fill_examples", DOCS / "fill_examples.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", fill_examples().LIVE)
def test_commands_print_what_the_page_says(page):
    text = (DOCS / page).read_text(encoding="utf-8")
    assert text.count("    $ trialwright conduct ") >= 4
    assert fill_examples().filled(text) == text


def test_what_changes_each_time_is_let_be_and_nothing_else(tmp_path, monkeypatch):
    shows = fill_examples()._shows
    old = ["a: sound, 2026-01-01T10:00:00.000000Z", "...", "end"]
    assert shows(old[:1], ["a: sound, 2026-01-02T11:00:00.123456Z"])
    assert not shows(old[:1], ["a: NOT sound, 2026-01-02T11:00:00.123456Z"])


def test_a_refusal_that_does_not_come_is_noticed():
    page = "    $ trialwright conduct --help\n    COND-001: no\n"
    assert "COND-001" not in fill_examples().filled(page)
    with pytest.raises(SystemExit, match="COND-052"):
        fill_examples().filled("    $ trialwright conduct status nothing\n    another\n")


def test_variables_of_a_page_end_with_it(monkeypatch):
    monkeypatch.delenv("TRIALWRIGHT_AS", raising=False)
    fill_examples().filled("    $ export TRIALWRIGHT_AS=ann\n")
    import os

    assert "TRIALWRIGHT_AS" not in os.environ
