"""The editable form of a criterion reads back to the same tree, for every kind of node; any other text is refused."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from trees import expressions, for_every_kind

from trialwright.core.errors import InputError
from trialwright.protocol.eligibility.forms.editable import write
from trialwright.protocol.eligibility.forms.editable_parse import read
from trialwright.protocol.eligibility.forms.english import english, english_lines
from trialwright.protocol.eligibility.needs import needs
from trialwright.protocol.eligibility.tree import Compare, Concept, Interval, Not, Sex

MANY = settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def reads_back(tree: object) -> None:
    form = write(tree)
    assert read(form) == tree
    assert write(read(form)) == form  # as the person finds it, so it stays
    assert english(tree)
    assert "\n" not in english(tree)
    assert all(said for _, said in english_lines(tree))
    assert needs(tree)


def test_every_tree_reads_back_and_every_kind_of_node_was_tried() -> None:
    for_every_kind(reads_back, expressions())


def test_a_kind_that_is_never_generated_is_noticed() -> None:
    with pytest.raises(AssertionError, match="never generated: No such kind"):
        for_every_kind(reads_back, expressions(max_leaves=1), frozenset({"No such kind"}), examples=1)


@MANY
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            [
                "age",
                "condition",
                "drug",
                ">=",
                "in",
                "[",
                "(",
                "18",
                ",",
                "]",
                ")",
                "years",
                "and",
                "or",
                "not",
                "if",
                "then",
                "at",
                "least",
                "2",
                "of",
                ";",
                '"x"',
                "judge",
                "within",
                "before",
                "screening",
                "test",
                "negative",
                "sex",
                "male",
                "level",
                "x",
                "ULN",
                "%",
                "dated",
                "from",
                "lasting",
                "times",
                "apart",
                "`y`",
                "defined",
                "by",
                "as",
                "dose",
                "1e5",
            ]
        ),
        max_size=25,
    ).map(" ".join)
)
@example("(" * 5000)
@example("not " * 5000)
@example("not (" * 5000)
@example("if " * 3000)
@example('"' + "\\" * 4999)
@example('"\\u{ffffff}"')
@example("age >= " + "9" * 4999)
@example("age >= 1e999999999")
@example("at least 1e300 of (sex male; sex female)")
@example("age in [5, 1]")
@example("condition a times in (1, 1)")
def test_any_text_gives_a_tree_or_an_error_that_teaches(text: str) -> None:
    tree, refused = _read(text)
    assert (tree is None) != (refused is None)
    if refused is not None:
        assert refused.code in ("FORM-001", "FORM-002", "FORM-003")
        assert refused.expected
    else:
        assert read(write(tree)) == tree


def _read(text: str) -> tuple[object, InputError | None]:
    try:
        return read(text), None
    except InputError as refused:
        return None, refused


def test_a_text_without_end_is_refused_before_it_is_read() -> None:
    with pytest.raises(InputError, match="FORM-002"):
        read("a" * 400_001)


def test_a_tree_that_could_not_be_read_back_is_not_written() -> None:
    deep: object = Sex("MALE")
    for _ in range(60):
        deep = Not(deep)
    with pytest.raises(ValueError, match="brackets within brackets"):
        write(deep)
    with pytest.raises(ValueError, match="no bound"):
        write(Compare(Concept("age", "age"), Interval(Decimal("1e901"))))


def test_a_tree_as_deep_as_can_be_written_reads_back() -> None:
    deep: object = Sex("MALE")
    for _ in range(59):
        deep = Not(deep)
    assert read(write(deep)) == deep
