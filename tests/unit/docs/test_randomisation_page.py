"""The page on planning a randomisation runs as it stands, and holds the figures that come out."""

from __future__ import annotations

import doctest
from pathlib import Path

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "plan-a-randomisation.md"


def test_every_example_of_the_page_runs_as_printed() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert found.attempted > 20
    assert found.failed == 0
