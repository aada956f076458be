"""Things of the lexicon are found in a line, whatever their plural, hyphens and spelling, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.phrases import Mention
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.lexicon.loading import lexicon


def found(text: str) -> list[str]:
    return [mention.id for mention in mentions_of(text, tokens_of(text))]


def test_every_spelling_of_the_lexicon_is_found_in_a_sentence() -> None:
    missed = []
    for spelling, thing in lexicon().spellings:
        if thing.sort in {"measure", "scale"}:
            continue
        text = f"Somebody with {spelling} , of course"
        mentions = mentions_of(text, tokens_of(text))
        if not any(m.id == thing.id and text[m.start : m.end] == spelling.strip() for m in mentions):
            missed.append((spelling, thing.id, [m.id for m in mentions]))
    assert missed == []


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("history of strokes", ["stroke"]),
        ("brain metastasis", ["brain-metastases"]),
        ("liver biopsies", ["liver-biopsy"]),
        ("Non small cell lung cancers", ["non-small-cell-lung-cancer"]),
        ("non-small-cell lung cancer", ["non-small-cell-lung-cancer"]),
        ("acute lymphoblastic leukaemia", ["acute-lymphoblastic-leukemia"]),
        ("Crohn’s disease", ["crohns-disease"]),
        ("Crohn disease", ["crohns-disease"]),
        ("type II diabetes", ["type-2-diabetes"]),
    ],
)
def test_a_thing_is_found_in_other_forms(text: str, ids: list[str]) -> None:
    assert found(text) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("ALL or AML", ["acute-lymphoblastic-leukemia", "acute-myeloid-leukemia"]),
        ("all or none of them", []),
        ("patients in the us", []),
        ("a history of PE", ["pulmonary-embolism"]),
        ("pe or ms or mi", []),
        ("MS", ["multiple-sclerosis"]),
        ("with or without hearing aids", ["hearing-aid"]),
        ("AIDS", ["aids"]),
        ("ALL PATIENTS MUST AGREE TO COME BACK", []),
    ],
)
def test_an_abbreviation_is_met_as_it_is_written(text: str, ids: list[str]) -> None:
    assert found(text) == ids


def test_the_longest_spelling_wins() -> None:
    assert found("type 2 diabetes mellitus with diabetic retinopathy") == ["type-2-diabetes", "diabetic-retinopathy"]


@given(st.text(max_size=200))
def test_no_text_makes_it_raise_and_mentions_lie_in_order(text: str) -> None:
    tokens = tokens_of(text)
    last = 0
    for mention in mentions_of(text, tokens):
        assert isinstance(mention, Mention)
        assert mention.first >= last
        assert mention.first < mention.last <= len(tokens)
        assert (mention.start, mention.end) == (tokens.start[mention.first], tokens.end[mention.last - 1])
        last = mention.last


def test_every_plural_in_s_names_the_same_as_its_singular() -> None:
    missed = []
    for spelling, thing in lexicon().spellings:
        last = spelling.split()[-1]
        if thing.sort in {"measure", "scale"} or not last.isalpha() or not last.islower() or len(last) < 5:
            continue
        if last.endswith(("s", "x", "h", "y", "si")):
            continue
        if found(f"with {spelling}s") != found(f"with {spelling}"):
            missed.append(spelling)
    assert missed == []


def test_a_long_line_is_read_token_by_token() -> None:
    text = "acute acute lymphoblastic " * 20_000
    assert mentions_of(text, tokens_of(text)) == []


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("non-squamous histology", []),
        ("non-squamous NSCLC", ["non-small-cell-lung-cancer"]),
        ("a non-ischaemic stroke", ["stroke"]),
        ("non-cardiac surgery", ["surgery"]),
        ("non-diabetic", []),
        ("non-alcoholic steatohepatitis", ["nonalcoholic-steatohepatitis"]),
        ("non-Hodgkin lymphoma", ["non-hodgkin-lymphoma"]),
    ],
)
def test_a_negating_prefix_leaves_nothing_of_what_it_negates(text: str, ids: list[str]) -> None:
    assert found(text) == ids
