"""A distance to what may not have happened shuts nobody out for never having had it; a demand for it stays one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from benchmarks.criteria_gold import stated

from trialwright.protocol.eligibility.compiling import compile_text
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.tree import (
    Exposure,
    Expression,
    Judgement,
    Not,
    Or,
    Present,
    Side,
    Window,
    leaves,
)


def tree(text: str, section: Section = Section.INCLUSION) -> Expression:
    return compile_text(text, section).expression


def within(node: Expression) -> list[tuple[str, Decimal | None, bool, Decimal | None, str]]:
    """Each thing with a window: its key, its upper bound, whether that is inclusive, its lower bound, the unit."""
    out = []
    for leaf in leaves(node):
        if isinstance(leaf, Present | Exposure) and isinstance(leaf.when, Window):
            thing = leaf.concept if isinstance(leaf, Present) else leaf.drug
            span = leaf.when.interval
            out.append((thing.key, span.high, span.high_inclusive, span.low, leaf.when.unit))
    return out


@pytest.mark.parametrize(
    ("text", "key", "bound", "inclusive", "unit"),
    [
        ("At least 3 weeks since major surgery", "major-surgery", 3, False, "week"),
        ("More than 3 weeks since major surgery", "major-surgery", 3, True, "week"),
        ("At least 21 days must have elapsed since the last chemotherapy", "chemotherapy", 21, False, "day"),
        ("No sooner than 5 weeks after major surgery", "major-surgery", 5, False, "week"),
        ("At least 5 weeks after any radiotherapy", "radiotherapy", 5, False, "week"),
        ("Major surgery at least 5 weeks before randomisation", "major-surgery", 5, False, "week"),
        ("Last dose of chemotherapy >= 5 weeks before screening", "chemotherapy", 5, False, "week"),
        ("Earlier radiotherapy must have been completed > 3 weeks before entry", "radiotherapy", 3, True, "week"),
        ("Participants must have completed any prior radiotherapy at least 3 weeks before entry", "radiotherapy", 3,
         False, "week"),
        ("Washout of 3 weeks from chemotherapy", "chemotherapy", 3, False, "week"),
        ("A wash-out period of at least 3 weeks for any antidepressants", "antidepressant", 3, False, "week"),
        ("A 3-week washout from methotrexate", "methotrexate", 3, False, "week"),
        ("Participants must have stopped methotrexate at least 3 weeks before entry", "methotrexate", 3, False, "week"),
    ],
)  # fmt: skip
def test_a_distance_is_nothing_nearer(text: str, key: str, bound: int, inclusive: bool, unit: str) -> None:
    found = tree(text)
    assert within(found) == [(key, Decimal(bound), inclusive, None, unit)]
    assert all(not isinstance(leaf, Present | Exposure) for leaf in _positive(found))


def _positive(node: Expression) -> list[Expression]:
    """The leaves that stand under no negation."""
    if isinstance(node, Not):
        return []
    parts = getattr(node, "parts", None)
    return [node] if parts is None else [leaf for part in parts for leaf in _positive(part)]


@pytest.mark.parametrize(
    "text",
    [
        "Diagnosed with multiple sclerosis at least 7 months ago",
        "Status post myocardial infarction more than 40 days ago",
        "Underwent kidney transplant ≥ 2 years before screening",
        "At least 7 months since diagnosis of diabetes",
        "Kidney transplantation at least 7 months before enrolment",
        "Stroke at least 2 months before enrolment",
        "Received chemotherapy at least 5 weeks before enrolment",
        "Methotrexate at a stable dose at least 5 weeks before enrolment",
        "At least 7 months after kidney transplantation",
    ],
)
def test_what_demands_the_event_stays_a_demand(text: str) -> None:
    assert any(isinstance(leaf, Present | Exposure) for leaf in _positive(tree(text)))
    assert all(low is not None for _, _, _, low, _ in within(tree(text)))


def test_a_distance_to_one_or_another_holds_for_both() -> None:
    found = tree("At least 5 weeks since chemotherapy or radiotherapy")
    assert isinstance(found, Not)
    assert isinstance(found.part, Or)
    assert [key for key, *_ in within(found)] == ["chemotherapy", "radiotherapy"]


def test_a_list_that_is_not_understood_whole_is_asked() -> None:
    text = "At least 5 weeks since chemotherapy, radiotherapy, or other unheard-of things"
    assert tree(text) == Judgement(text)


def test_whether_what_must_be_completed_must_have_been_had_is_asked() -> None:
    assert isinstance(tree("Participants must have completed chemotherapy at least 5 weeks before entry"), Judgement)


def test_an_exclusion_is_taken_as_written_unless_it_demands() -> None:
    literal = within(tree("At least 3 weeks since major surgery", Section.EXCLUSION))
    near = within(tree("Less than 3 weeks since major surgery", Section.EXCLUSION))
    demanded = tree("At least 3 weeks must have elapsed since major surgery", Section.EXCLUSION)
    assert literal == [("major-surgery", None, True, Decimal(3), "week")]
    assert near == [("major-surgery", Decimal(3), False, None, "week")]
    assert within(demanded) == near
    assert not isinstance(demanded, Not)


def test_the_scorer_sees_the_bound_from_either_side() -> None:
    (one,) = stated(tree("At least 3 weeks since major surgery"))
    assert [(bound.side, bound.inclusive) for bound in one.bounds] == [("high", False)]
    assert [(bound.value, bound.side, bound.inclusive) for bound in one.contrary] == [(Decimal(3), "low", True)]
    (plain,) = stated(tree("Less than 3 weeks since major surgery", Section.EXCLUSION))
    assert plain.contrary == ()


def test_the_scorer_sees_where_a_leaf_was_read() -> None:
    text = "Warfarin for at least 3 weeks"
    (one,) = stated(tree(text))
    assert [text[first:last] for first, last in one.places] == [text]


@pytest.mark.parametrize(
    ("text", "key", "anchor"),
    [
        ("Acute kidney injury (occurring within 20 days of surgery)", "acute-kidney-injury", "surgery"),
        ("Delirium (that occurred within 6 days after hip surgery)", "delirium", "hip surgery"),
        ("Venous clots (diagnosed within 20 days of knee replacement)", "venous clots", "knee replacement"),
    ],
)
def test_brackets_say_when_what_stands_before_them_happened(text: str, key: str, anchor: str) -> None:
    found = tree(text, Section.EXCLUSION)
    assert isinstance(found, Present)
    assert found.concept.key == key
    assert isinstance(found.when, Window)
    assert (found.when.side, [moment.text for moment in found.when.anchors]) == (Side.AFTER, [anchor])


def test_a_washout_among_the_exclusions_excludes_who_has_none() -> None:
    found = tree("A washout of at least 12 days for any antidepressants", Section.EXCLUSION)
    assert isinstance(found, Exposure)
    assert within(found) == [("antidepressant", Decimal(12), False, None, "day")]


def test_a_washout_of_nothing_named_is_asked() -> None:
    assert isinstance(tree("Washout period of 3 weeks is required"), Judgement)
