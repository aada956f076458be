"""Tokens of criteria: they tile any text, and the clinical ones mean what they say."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.protocol.eligibility.grammar.tokens import NUMBER, OPERATOR, WORD, tokens_of

CLINICAL = st.lists(
    st.sampled_from(
        [
            "≥",
            "<",
            "> or =",
            "10^9",
            "10⁹/L",
            "x",
            "18",
            "1,500",
            "2,5",
            "½",
            "mm",
            "Hg",
            "ALT",
            "COVID-19",
            " ",
            "\\",
            "(",
            "２０",
            "İ",
            "ß",
            "sixty-five",
            "twenty",
            "two hundred",
            "-",
            "–",
            "\n",
            "%",
            "°C",
            "㎎",
            "&gt;",
            "e10",
            "1.2.3",
        ]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=200), CLINICAL))
def test_tokens_and_the_blanks_between_make_up_the_text(text: str) -> None:
    found = tokens_of(text)
    place = 0
    for start, end in zip(found.start, found.end, strict=True):
        assert place <= start < end
        assert not text[place:start].strip()
        place = end
    assert not text[place:].strip()
    assert len(found.kind) == len(found.word) == len(found.value) == len(found)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,500", "1500"),
        ("1,000,000", "1000000"),
        ("2,5", "2.5"),
        ("0,05", "0.05"),
        ("1½", "1.5"),
        (".5", "0.5"),
        ("10^9", "1E+9"),
        ("10⁹", "1E+9"),
        ("10e9", "1E+9"),
        ("10**6", "1E+6"),
        ("１８", "18"),
        ("100 000", "100000"),
    ],
)
def test_a_number_has_its_value(text: str, value: str) -> None:
    found = tokens_of(text)
    assert len(found) == 1
    assert found.kind == [NUMBER]
    assert found.value[0] == Decimal(value)


@pytest.mark.parametrize(("text", "value"), [("three", 3), ("eighteen", 18), ("sixty-five", 65), ("two hundred", 200)])
def test_a_number_in_words_has_a_value_and_stays_a_word(text: str, value: int) -> None:
    found = tokens_of(text)
    assert found.kind == [WORD]
    assert found.value == [Decimal(value)]


@pytest.mark.parametrize("text", ["CD19", "HER2", "B12", "2nd", "1.2.3", "HbA1c", "FEV1"])
def test_a_name_with_a_figure_in_it_is_no_number(text: str) -> None:
    assert tokens_of(text).value == [None]


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("≥", ">="),
        (">=", ">="),
        ("=>", ">="),
        ("> =", ">="),
        (">/=", ">="),
        ("≦", "<="),
        ("\\<", "<"),
        ("＞", ">"),
        ("&lt;", "<"),
        ("+/-", "±"),
        ("˂", "<"),
    ],
)
def test_a_sign_of_comparison_has_one_form(text: str, sign: str) -> None:
    found = tokens_of(text)
    assert found.word == [sign]
    assert found.kind == [OPERATOR]


def test_glued_words_come_apart() -> None:
    assert tokens_of("18to85").word == ["18", "to", "85"]
    assert tokens_of("300MMHG").word == ["300", "mmhg"]
    assert tokens_of("age≥18years").word == ["age", ">=", "18", "years"]


def test_numbers_of_a_list_are_not_one_number_with_a_comma() -> None:
    assert [str(value) for value in tokens_of("1,2,3").value if value is not None] == ["1", "2", "3"]
    assert [str(value) for value in tokens_of("0,1 or 2").value if value is not None] == ["0", "1", "2"]


@pytest.mark.parametrize("piece", ["1", "(", "1,", "a1", "10^", "<", "\\", "two hundred ", "twenty-"])
def test_a_hundred_thousand_characters_are_cut_with_one_token_a_character_at_most(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert len(tokens_of(text)) <= len(text)
