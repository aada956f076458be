"""The lexicon: what its files state is whole, and faults in them are named."""

from __future__ import annotations

import pytest

from trialwright.protocol.eligibility.lexicon.loading import SORTS, entry, is_a, lexicon, lexicon_of


def files(conditions: str) -> dict[str, str]:
    return {"conditions.csv": "id,name,synonyms,broader\n" + conditions}


def test_the_kinds_of_things_are_nested() -> None:
    assert is_a("basal-cell-carcinoma", "cancer")
    assert is_a("basal-cell-carcinoma", "basal-cell-carcinoma")
    assert not is_a("cancer", "basal-cell-carcinoma")
    assert is_a("prednisone", "corticosteroid")
    assert is_a("warfarin", "anticoagulant")
    assert not is_a("warfarin", "antiplatelet")
    assert is_a("kidney-transplant", "organ-transplant")


def test_what_is_not_there_is_a_kind_of_nothing() -> None:
    assert entry("no-such-thing") is None
    assert not is_a("no-such-thing", "cancer")


@pytest.mark.parametrize(
    ("sort", "least"), [("condition", 1200), ("procedure", 250), ("drug", 600), ("test", 120), ("scale", 30)]
)
def test_the_lexicon_is_broad(sort: str, least: int) -> None:
    assert sum(found.sort == sort for found in lexicon().entries.values()) >= least


def test_everything_broader_is_of_the_same_sort() -> None:
    entries = lexicon().entries
    for found in entries.values():
        for broader in found.broader:
            assert entries[broader].sort == found.sort, found.id


def test_ids_are_kebab_case() -> None:
    for identifier in lexicon().entries:
        assert identifier == identifier.lower()
        assert not set(identifier) & set(" _|,")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,A,,\na,B,,\n", "id a stands twice"),
        ("a,A,X,\nb,B,x,\n", "spelling"),
        ("a,A,,c\n", "does not exist"),
        ("a,A,,b\nb,B,,c\nc,C,,a\n", "kind of itself"),
        ("a,,,\n", "empty"),
        ("a,A,\n", "cells are expected"),
    ],
)
def test_a_fault_in_a_file_is_named(rows: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        lexicon_of(files(rows))


def test_abbreviations_keep_their_case() -> None:
    found = lexicon_of(files("a,ALL,,\nb,all,,\n"))
    assert {spelling: thing.id for spelling, thing in found.spellings} == {"ALL": "a", "all": "b"}


def test_the_first_file_owns_a_spelling_of_two() -> None:
    found = lexicon_of(
        {"measures.csv": "id,name,synonyms\nm,Insulin,\n", "drugs.csv": "id,name,synonyms,broader\nd,D,insulin,\n"}
    )
    assert [thing.id for spelling, thing in found.spellings if spelling.lower() == "insulin"] == ["m"]
    assert list(SORTS).index("measures.csv") < list(SORTS).index("drugs.csv")
