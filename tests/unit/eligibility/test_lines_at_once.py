"""Lines compiled at once are read as each is alone, and what tells that a line excludes covers nothing before it."""

from __future__ import annotations

from trialwright.protocol.eligibility.compiling import AT_ONCE, expression_of, expressions_of
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.tree import Present, leaves

LINES = (
    "Age of 18 to 70 years",
    "Any of:\n  - stroke in the last 6 months\n  - unstable angina",
    "",
    "Prednisone above 10 mg daily or an equivalent",
    "Hemoglobin of at least 9 g/dL\n\n* taken within 2 weeks",
    "Women:",
)


def test_lines_at_once_are_read_as_each_alone() -> None:
    texts = [(text, section) for text in LINES for section in Section] * (AT_ONCE // 9)
    assert len(texts) > AT_ONCE
    assert expressions_of(texts) == [expression_of(text, section) for text, section in texts]


def test_nothing_to_compile_is_no_fault() -> None:
    assert expressions_of([]) == []


def test_a_thing_before_excluded_is_not_lost() -> None:
    found = expression_of("Stroke excluded asthma", Section.INCLUSION)[0]
    assert [leaf.concept.id for leaf in leaves(found) if isinstance(leaf, Present)] == ["stroke", "asthma"]
