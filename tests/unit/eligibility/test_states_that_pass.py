"""Pregnancy, breastfeeding and taking part in a trial: named without a time, they mean now."""

import pytest

from trialwright.protocol.eligibility.compiling import compile_all
from trialwright.protocol.eligibility.items import Eligibility
from trialwright.protocol.eligibility.split import split_criteria
from trialwright.protocol.eligibility.tree import Course, Present, leaves


@pytest.mark.parametrize(
    ("line", "course"),
    [
        ("pregnant", Course.CURRENT),
        ("lactating women", Course.CURRENT),
        ("participating in another clinical trial", Course.CURRENT),
        ("participated in another clinical trial", Course.ANY),
        ("prior pregnancy", Course.ANY),
        ("pregnancies in the past", Course.ANY),
        ("history of pregnancy with a high blood pressure", Course.ANY),
        ("more than 3 pregnancies", Course.ANY),
        ("pregnancy within the last 6 months", Course.ANY),
        ("history of ectopic pregnancy", Course.ANY),
        ("asthma", Course.ANY),
    ],
)
def test_a_state_that_passes_is_one_of_now_unless_the_past_is_named(line: str, course: Course) -> None:
    [compiled] = compile_all(Eligibility(split_criteria(f"Exclusion Criteria:\n- {line}\n")))
    [found] = [leaf for leaf in leaves(compiled.expression) if isinstance(leaf, Present)][:1]
    assert found.course is course
