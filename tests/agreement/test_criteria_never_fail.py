"""Whatever text stands for a criterion: compiling ends, never raises, and loses no word."""

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.core.streams import stream
from trialwright.protocol.eligibility.compiling import compile_text
from trialwright.protocol.eligibility.grammar.markers import CODES, LINK, SKIP, WITH
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.split import split_criteria
from trialwright.protocol.eligibility.tree import And, AtLeast, Implies, Judgement, Sex, children, leaves

SECTIONS = list(Section)
WORDS = """
no not without except unless other than if when women men of childbearing potential must and or and/or but , ; : .
( ) [ ] 1) 2) a) either at least two of the following: such as e.g. i.e. including diabetes stroke malignancy asthma
basal cell carcinoma pregnant breastfeeding informed consent age >= < 18 years ALT > 2.5 x ULN within 4 weeks of
screening history of severe uncontrolled in the opinion of the investigator excluded * - prednisone > 10 mg/day
"""
WORDS = WORDS.split()
LINES = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)


def nodes(node):
    yield node
    for part in children(node):
        yield from nodes(part)


def check(text, section):
    compiled = compile_text(text, section)
    for node in nodes(compiled.expression):
        if node.span is not None:
            first, last = node.span
            assert 0 <= first <= last <= len(text), (node, text)
        if isinstance(node, AtLeast):
            assert node.count <= len(node.parts)
    return compiled


@settings(max_examples=200)
@given(st.text(max_size=200), st.sampled_from(SECTIONS))
def test_any_text_is_compiled(text, section):
    check(text, section)


@settings(max_examples=400)
@given(LINES, st.sampled_from(SECTIONS))
def test_any_row_of_steering_words_is_compiled(text, section):
    check(text, section)


@settings(max_examples=150)
@given(st.lists(LINES, min_size=1, max_size=6), st.integers(0, 8), st.sampled_from(SECTIONS))
def test_any_nesting_of_lines_is_compiled(lines, indent, section):
    text = "\n".join(
        " " * ((place * indent) % 12) + ("* " if place % 2 else "") + line for place, line in enumerate(lines)
    )
    check(text, section)


@settings(max_examples=300)
@given(LINES, st.sampled_from(SECTIONS))
def test_every_word_that_says_something_lies_in_a_node(text, section):
    compiled = check(text, section)
    covered = [node.span for node in nodes(compiled.expression) if node.span is not None]
    place = 0
    for word in text.split():
        place = text.index(word, place)
        plain = word.strip(string.punctuation).lower()
        if plain.isalpha() and CODES.get(plain) is None:
            assert any(first <= place < last for first, last in covered), (word, text, compiled.expression)
        place += len(word)


HOSTILE = {
    "nested brackets": "(" * 10_000 + "diabetes" + ")" * 10_000,
    "open brackets": "diabetes (" * 9_000,
    "closed brackets": "stroke )" * 9_000,
    "one long list": "diabetes, stroke or asthma and " * 3_500,
    "negations": "no diabetes not stroke " * 4_500,
    "exceptions": "malignancy except basal cell carcinoma unless " * 2_200,
    "conditions": "if diabetes then stroke, " * 4_000,
    "colons": "diabetes: stroke: " * 5_500,
    "sentences": "Diabetes. Stroke; " * 5_500,
    "definitions": "diabetes, i.e. stroke such as asthma including " * 2_100,
    "sexes": "women must stroke and men must asthma, " * 2_500,
    "labels": "1) diabetes 2) stroke " * 4_500,
    "numbers": "ALT > 2.5 and AST < 3 or " * 4_000,
    "windows": "stroke within 4 weeks or asthma within 2 days, " * 2_100,
    "nested lines": "\n".join(" " * min(depth, 400) + "* diabetes" for depth in range(3_000)),
    "no blanks": "a" * 100_000,
    "blanks": " " * 100_000,
    "quotes": "'" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("section", [Section.INCLUSION, Section.EXCLUSION])
def test_a_hostile_line_ends(name, section, ends):
    check(HOSTILE[name], section)


def test_one_line_with_nothing_known_is_one_question():
    compiled = compile_text("Willing to eat blue cheese on every second Tuesday", Section.INCLUSION)
    assert isinstance(compiled.expression, Judgement)
    assert compiled.expression.text == "Willing to eat blue cheese on every second Tuesday"


@pytest.mark.corpus
def test_mutated_real_lines_are_compiled(corpus):
    lines = (corpus / "criteria" / "lct_numeric_gold.dev.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    chance = stream(20261122, 0)
    for row in rows[::3]:
        words = row["text"].split(" ")
        for _ in range(2):
            mutated = list(words)
            for _ in range(3):
                place = int(chance.integers(len(mutated)))
                what = int(chance.integers(4))
                if what == 0:
                    del mutated[place]
                elif what == 1:
                    mutated[place] = WORDS[chance.integers(len(WORDS))]
                elif what == 2:
                    mutated.insert(place, WORDS[chance.integers(len(WORDS))])
                else:
                    mutated[place] = mutated[place][: len(mutated[place]) // 2]
                mutated = mutated or ["no"]
            section = Section(row["section"] or "unknown")
            check(" ".join(mutated), section)


@pytest.mark.corpus
def test_no_real_criterion_demands_two_sexes_of_one_patient(corpus):
    for path in sorted((corpus / "corpus" / "v2_json").glob("*.json")):
        raw = json.loads(path.read_text("utf-8"))["protocolSection"].get("eligibilityModule", {})
        for criterion in split_criteria(raw.get("eligibilityCriteria", "")):
            compiled = check(criterion.text, criterion.section)
            for node in nodes(compiled.expression):
                if isinstance(node, And):
                    assert len({part.sex for part in node.parts if isinstance(part, Sex)}) < 2, criterion.text
                if isinstance(node, Implies):
                    assert list(leaves(node.condition))


def test_function_words_are_no_statement():
    assert all(CODES[word] in (SKIP, LINK, WITH) for word in ("the", "patients", "of", "with"))
