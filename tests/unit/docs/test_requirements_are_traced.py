"""Each requirement of the live trial is shown by a test that carries its number, or the page does not build."""

import ast
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SPEC = importlib.util.spec_from_file_location("build_requirements", ROOT / "docs" / "build_requirements.py")
page = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(page)

ROWS = [
    {"number": "R01", "part": "now", "requirement": "One", "source": "S"},
    {"number": "R02", "part": "later", "requirement": "Two", "source": "S"},
]


@pytest.mark.requirement("R17")
def test_every_requirement_of_this_part_has_a_test():
    assert page.missing(page.requirements(), page.tests()) == []


def test_one_without_a_test_is_named():
    assert page.missing(ROWS, {}) == ["R01 has no test"]
    assert page.missing(ROWS, {"R01": ["t"], "R99": ["t"]}) == ["R99 is marked on a test and is no requirement"]
    assert page.missing(ROWS, {"R01": ["t"], "R02": ["t"]}) == []


def test_a_mark_is_read_as_it_is_written():
    tree = ast.parse('@pytest.mark.slow\n@pytest.mark.requirement("R07")\ndef test_it(): ...\n')
    assert page.marks(tree.body[0]) == ["R07"]


def test_the_table_numbers_all_sixty_once():
    assert [row["number"] for row in page.requirements()] == [f"R{number:02d}" for number in range(1, 61)]
