"""English of criteria: never raises, is one line, tells bounds apart, and says as lines what it says in one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from trialwright.protocol.eligibility.forms.editable_parse import read
from trialwright.protocol.eligibility.forms.english import english, english_lines
from trialwright.protocol.eligibility.tree import And, Compare, Concept, Interval, Judgement, Not, Sex

LINES = [
    (
        "sex male and (consent or age >= 18 years)",
        ["all of:", " sex male", " any of:", "  informed consent given", None],
    ),
    ("not (sex male or consent)", ["none of:", " sex male", " informed consent given"]),
    ("not (sex male and consent)", ["not all of:", " sex male", " informed consent given"]),
    (
        'defined "x" by "y" as (sex male and consent)',
        ["“x” as defined by y, that is all of:", " sex male", " informed consent given"],
    ),
    ("if sex male then consent", ["if sex male – then informed consent given (met by everybody else)"]),
    ("at least 2 of (sex male; consent; missing 1)", ["at least 2 of:", " sex male", " informed consent given", None]),
]


@pytest.mark.parametrize(("form", "expected"), LINES)
def test_lines_stand_below_what_introduces_them(form: str, expected: list[str | None]) -> None:
    found = [" " * below + said for below, said in english_lines(read(form))]
    assert len(found) == len(expected)
    assert all(want is None or line == want for line, want in zip(found, expected, strict=True))


def test_a_judgement_of_the_whole_text_does_not_repeat_it() -> None:
    text = "In good health;  as judged"
    assert english(Judgement("In good health; as judged"), text) == "judged by a person"
    both = And((Sex("MALE"), Judgement("In good health; as judged")))
    assert english(both, text + ".") == "all of: (1) sex male; (2) the rest of it judged by a person"
    assert "“In good health; as judged”" in english(both)
    assert english_lines(both, text)[2] == (1, "the rest of it judged by a person")


def test_what_lies_deeper_than_lines_go_is_told_in_one_line_with_marks() -> None:
    form = "sex male and consent"
    for joint in ("or", "and", "or", "and", "or", "and"):
        form = f"({form}) {joint} missing 1"
    lines = english_lines(read(form))
    assert max(below for below, _ in lines) == 6
    assert (6, "all of: (1) sex male; (2) informed consent given") in lines


def test_every_change_of_a_bound_changes_the_words() -> None:
    compare = Compare(Concept(None, "score"), Interval(Decimal(1), Decimal(5)), "point")
    changed = [
        replace(compare.interval, low_inclusive=False),
        replace(compare.interval, high_inclusive=False),
        replace(compare.interval, low=None),
        replace(compare.interval, high=None),
        replace(compare.interval, low=Decimal(2)),
    ]
    said = {english(replace(compare, interval=each)) for each in (compare.interval, *changed)}
    assert len(said) == 6


def test_a_tree_that_is_too_deep_or_has_an_endless_number_is_still_told() -> None:
    deep: object = Sex("MALE")
    for _ in range(5000):
        deep = Not(deep)
    assert "too many parts" in english(deep)
    assert english_lines(deep)[0][0] == 0
    assert "E+950" in english(Compare(Concept(None, "count"), Interval(Decimal("1E+950"))))
