"""A time belongs to the deed or the need that a line names, not to the last noun before it."""

from __future__ import annotations

import pytest

from trialwright.protocol.eligibility.compiling import compile_text
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.tree import Expression, Present, leaves


def tree(text: str) -> Expression:
    return compile_text(text, Section.EXCLUSION).expression


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("Planned imaging or treatment with radiotherapy < 2 weeks after surgery",
         "Planned imaging or treatment with radiotherapy"),
        ("Previously investigated for syncope in the last 10 months", "investigated for syncope"),
        ("Investigated for syncope or falls in the last 10 months", "Investigated for syncope or falls"),
        ("Need of treatment with ventilation in a unit within 2 weeks", "Need of treatment with ventilation in a unit"),
        ("Need for dialysis within 2 weeks before randomisation", "Need for dialysis"),
    ],
)  # fmt: skip
def test_the_window_is_that_of_the_head(text: str, head: str) -> None:
    found = tree(text)
    assert isinstance(found, Present)
    assert (found.concept.id, found.concept.text) == (None, head)
    assert found.when is not None


@pytest.mark.parametrize("deed", ["Able to walk without pain", "Unable to lie flat without dyspnea"])
def test_what_somebody_is_able_to_do_lasts_and_not_what_is_missing(deed: str) -> None:
    found = tree(f"{deed} for at least 15 minutes")
    assert isinstance(found, Present)
    assert (found.concept.id, found.concept.text) == (None, deed)
    assert found.lasting is not None


def test_a_thing_beside_a_deed_has_the_time_itself() -> None:
    found = tree("Evaluation of cancer, stroke within 4 months")
    timed = [leaf for leaf in leaves(found) if isinstance(leaf, Present) and leaf.when is not None]
    assert [leaf.concept.key for leaf in timed] == ["evaluation of cancer", "stroke"]


def test_a_need_ends_where_a_deed_that_was_done_is_named() -> None:
    found = tree("Need for anticonvulsant therapy or anticonvulsant therapy taken within 2 years")
    assert not any(isinstance(leaf, Present) and "or" in leaf.concept.key.split() for leaf in leaves(found))


def test_what_was_completed_is_whole_with_its_time() -> None:
    found = tree("Palliative radiotherapy was completed within 6 days before enrolment")
    assert isinstance(found, Present)
    assert found.concept.id == "palliative-radiotherapy"
