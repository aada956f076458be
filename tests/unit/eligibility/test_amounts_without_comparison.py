"""Amounts that nothing compares: the few that have one meaning, and the many that are left to a person."""

import pytest

from trialwright.protocol.eligibility.grammar.comparing import comparisons
from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.tree import Compare


def read(text: str) -> list[str]:
    tokens = tokens_of(text)
    out = []
    for phrase in comparisons(text, tokens, mentions_of(text, tokens)):
        node = phrase.node
        assert isinstance(node, Compare)
        interval = node.interval
        low = "" if interval.low is None else f"{'>=' if interval.low_inclusive else '>'}{interval.low}"
        high = "" if interval.high is None else f"{'<=' if interval.high_inclusive else '<'}{interval.high}"
        out.append(" ".join(f"{node.measure.key} {low} {high} {node.unit or ''}".split()))
    return out


LINES = [
    ("a life expectancy of 16 weeks", ["life-expectancy >=16 week"]),
    ("an illness that limits life expectancy to 2 years", ["life-expectancy <=2 year"]),
    ("expected to survive more than 60 days", ["life-expectancy >60 day"]),
    ("an Apgar score of 9 at five minutes", ["apgar >=9 <=9"]),
    ("elevated liver enzymes (ALT three times the upper limit of normal)", ["alt >=3"]),
    ("weight must not be less than 42 kg", ["body-weight >=42 kg"]),
    ("age should not be over 70 years", ["age <=70 year"]),
    ("creatinine cannot be greater than 2 mg/dL", ["creatinine <=2 mg/dL"]),
]


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_one_meaning_is_left(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "not expected to survive 48 hours",  # a number of which the side would be guessed
        "ALT 3 times the upper limit of normal",  # a sign may have been lost
        "haemoglobin of 10 g/dL",
        "a change in GCS score of 2",
        "the GCS score of 15-item lists",
        "the 24-item questionnaire",
    ],
)
def test_other_numbers_state_nothing(text: str) -> None:
    assert read(text) == []
