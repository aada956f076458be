"""The scale that a level is given on is the one named behind it, and what is graded stays with it."""

import pytest

from trialwright.protocol.eligibility.grammar.comparing import comparisons
from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.tree import Ordinal


def graded(text: str) -> list[tuple[str, str | None, str | None]]:
    """Scale, what is graded, and the lowest level of each level that a line states."""
    tokens = tokens_of(text)
    nodes = [phrase.node for phrase in comparisons(text, tokens, mentions_of(text, tokens))]
    return [
        (node.scale.id or node.scale.text, (node.of.id or node.of.text) if node.of is not None else None, node.low)
        for node in nodes
        if isinstance(node, Ordinal)
    ]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("grade 2 on the Rowan-Miller scale", ("Rowan-Miller scale", None, "2")),
        ("grade 2 or higher oedema on the Rowan scale", ("Rowan scale", "edema", "2")),
        (
            "pressure injury grade 3 according to the Rowan classification",
            ("Rowan classification", "pressure-ulcer", "3"),
        ),
        ("periodontitis stage III according to Quinlan", ("Quinlan", "periodontal-disease", "III")),
        ("hemorrhoids grade III according to Goligher", ("goligher", "hemorrhoids", "III")),
        ("grade 2 or higher on the Outerbridge classification", ("outerbridge", None, "II")),
    ],
)
def test_a_level_is_on_the_scale_behind_it(text: str, stated: tuple[str, str | None, str | None]) -> None:
    assert graded(text) == [stated]


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("stage III lung cancer according to AJCC 8th edition", "stage"),
        ("grade 3 mucositis according to CTCAE", "grade"),
        ("stage II according to the investigator", "stage"),
        ("grade 2 in the Northern Hospital", "grade"),
        ("grade 2 on the day of the visit", "grade"),
        ("grade 3 oedema, assessed on the Rowan scale before", "grade"),
    ],
)
def test_who_grades_and_where_is_no_scale(text: str, scale: str) -> None:
    assert [name for name, _, _ in graded(text)] == [scale]
