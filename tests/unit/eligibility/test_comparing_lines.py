"""Comparisons keep their promises on any text: they never raise, their phrases lie apart, and the work is bounded."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.protocol.eligibility.grammar.amounts import Amount
from trialwright.protocol.eligibility.grammar.comparing import comparisons
from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.numbers import amounts_of
from trialwright.protocol.eligibility.grammar.phrases import Phrase
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.tree import Compare

PIECES = st.sampled_from(
    [
        "age",
        "ALT",
        "AST",
        "BMI",
        "blood pressure",
        "stage",
        "grade",
        "ECOG",
        "NYHA class",
        "III",
        "or",
        "and",
        "/",
        "(",
        ")",
        ",",
        "<",
        "≥",
        "between",
        "to",
        "-",
        "18",
        "65",
        "3",
        "2.5",
        "160/100",
        "years",
        "old",
        "weeks",
        "days",
        "6",
        "x ULN",
        "times",
        "the upper limit of normal",
        "mg/dL",
        "%",
        "of predicted",
        "10^9/L",
        "more than",
        "no",
        "less than",
        "twice",
        "at least",
        "older",
        "above",
        "+",
        "score",
        "on",
        "the",
        "cough",
        "±",
        "=",
        "within",
        "up to",
        ".",
        ";",
        "infinitely",
    ]
)
LINES = st.lists(PIECES, max_size=25).map(" ".join)


def phrases_of(text: str) -> list[Phrase]:
    tokens = tokens_of(text)
    return comparisons(text, tokens, mentions_of(text, tokens))


@settings(max_examples=400)
@given(st.one_of(LINES, st.text(max_size=120)))
def test_phrases_of_any_text_lie_in_order_and_apart(text: str) -> None:
    found = phrases_of(text)
    for one, two in pairwise(found):
        assert one.last <= two.first or (one.first, one.last) == (two.first, two.last)
    for phrase in found:
        assert 0 <= phrase.start < phrase.end <= len(text)
        assert 0 <= phrase.subject[0] < phrase.subject[1] <= len(text)
        assert phrase.node.span is not None


@settings(max_examples=200)
@given(st.integers(0, 400), st.integers(0, 400), st.booleans(), st.booleans())
def test_two_signs_joined_by_and_are_one_interval(low: int, high: int, strict_low: bool, strict_high: bool) -> None:
    text = f"ferritin {'>' if strict_low else '≥'} {low} and {'<' if strict_high else '≤'} {high} ng/mL"
    nodes = [phrase.node for phrase in phrases_of(text)]
    bounds = [(n.interval.low, n.interval.high) for n in nodes if isinstance(n, Compare)]
    if low < high:
        assert bounds == [(Decimal(low), Decimal(high))]
    else:
        assert bounds == [(Decimal(low), None), (None, Decimal(high))]
    for node in nodes:
        assert isinstance(node, Compare)
        assert node.measure.id == "ferritin"
        assert node.interval.low is None or node.interval.low_inclusive is not strict_low
        assert node.interval.high is None or node.interval.high_inclusive is not strict_high


@given(st.sampled_from(["at least", "no less than", "≥", "not less than", "minimum"]), st.integers(1, 99))
def test_ways_to_say_at_least_are_the_same_bound(words: str, value: int) -> None:
    found = amounts_of(tokens_of(f"{words} {value} kg"))
    assert [(a.low, a.high, a.low_inclusive, a.unit) for a in found] == [(Decimal(value), None, True, "kg")]


@given(st.integers(1, 50), st.integers(51, 120))
def test_a_range_is_the_same_however_it_is_written(low: int, high: int) -> None:
    spellings = [
        f"{low}-{high}",
        f"{low} to {high}",
        f"between {low} and {high}",
        f"≥{low} and ≤{high}",
        f"{low}~{high}",
    ]
    for text in spellings:
        (found,) = amounts_of(tokens_of(f"{text} kg"))
        assert (found.low, found.high) == (Decimal(low), Decimal(high))


def test_alternatives_lend_each_other_their_unit() -> None:
    one, two = amounts_of(tokens_of("< 3.5 or > 5.5 mmol/L"))
    assert (one.unit, two.unit) == ("mmol/L", "mmol/L")


def test_a_date_is_no_range() -> None:
    found: list[Amount] = amounts_of(tokens_of("since 2019-05-17"))
    assert found == []


def test_a_shared_comparison_covers_the_other_name_only() -> None:
    text = "ALT or AST > 4 x ULN"
    one, two = phrases_of(text)
    assert text[one.start : one.end] == "ALT"
    assert text[two.start : two.end] == "AST > 4 x ULN"


@pytest.mark.parametrize(
    "piece", ["stage 1 ", "age > 18 ", "3 and 4 ", "> 5 < 3 ", "AST and ", "- 3 ", "18 < age < ", "((", "twice "]
)
def test_a_hundred_thousand_characters_neither_raise_nor_hang(piece: str) -> None:
    assert len(phrases_of(piece * (100_000 // len(piece)))) <= 100_000
