"""The table of nodes holds: each form reads, writes back as it stands, and has the English and the needs beside it."""

from typing import get_args

import pytest
from criteria_nodes import GROUPS, Spec

from trialwright.protocol.eligibility.forms.editable import write
from trialwright.protocol.eligibility.forms.editable_parse import read
from trialwright.protocol.eligibility.forms.english import english
from trialwright.protocol.eligibility.needs import needs
from trialwright.protocol.eligibility.tree import Expression

LINES = [line for group in GROUPS for line in group.lines]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.form)
def test_a_line_of_the_table_holds(line: Spec) -> None:
    tree = read(line.form)
    assert write(tree) == line.form
    assert english(tree) == line.english
    assert tuple(dict.fromkeys(need.key for need in needs(tree))) == line.needs


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.title)
def test_a_section_shows_the_nodes_that_it_names(group: object) -> None:
    shown = {type(read(line.form)).__name__ for line in group.lines}
    assert shown == set(group.nodes)


def test_every_kind_of_node_stands_in_the_table() -> None:
    named = {node for group in GROUPS for node in group.nodes}
    assert named == {kind.__name__ for part in get_args(Expression) for kind in (get_args(part) or (part,))}


def test_lists_within_lists_are_told_apart_by_their_marks() -> None:
    form = "sex male"
    for joint in ("and", "or", "and", "or"):
        form = f"({form}) {joint} consent" if form != "sex male" else f"sex male {joint} consent"
    assert english(read(form)) == (
        "any of: (1) all of: (a) any of: (i) all of: (1′) sex male; (2′) informed consent given; "
        "(ii) informed consent given; (b) informed consent given; (2) informed consent given"
    )
