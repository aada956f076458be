"""The how-to pages of designs: every example is run, and prints what the page says."""

import doctest
import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from trialwright.design.interval import table
from trialwright.design.single_arm import SingleArmDesign

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = sorted((DOCS / "how-to").glob("design-*.md"))


def fill_examples():
    spec = importlib.util.spec_from_file_location("fill_examples", DOCS / "fill_examples.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blocks(page):
    return re.findall(r"(?m)(?:^    .*\n(?:\n(?=    ))?)+", page.read_text(encoding="utf-8"))


def dedented(block):
    return "\n".join(line[4:] for line in block.splitlines())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_print_what_the_page_says(page):
    text = page.read_text(encoding="utf-8")
    assert fill_examples().filled(text) == text


def test_a_changed_output_is_noticed():
    text = PAGES[0].read_text(encoding="utf-8") + "\n    $ trialwright design 3+3 --doses 2\n    another output\n"
    assert fill_examples().filled(text) != text


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "from trialwright" in page.read_text()], ids=lambda p: p.stem
)
def test_python_examples_run(page):
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    session = parser.get_doctest(page.read_text(encoding="utf-8"), {}, page.stem, str(page), 0)
    assert runner.run(session).failed == 0
    for block in blocks(page):
        if "from trialwright" in block and ">>>" not in block:
            exec(dedented(block), {"rates": np.full((2, 4), 0.2), "inner": SingleArmDesign("arm-1", 9)})


def test_the_three_layouts_are_read():
    page = DOCS / "how-to" / "design-a-table-of-your-own.md"
    tables = [dedented(block) for block in blocks(page) if re.match(r"    (n|dlts),", block)]
    assert [table.parse(text, 0.3).limits[0] for text in tables] == [table.Limit(3, 0, 2, 3)] * 3
