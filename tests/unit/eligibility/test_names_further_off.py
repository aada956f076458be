"""The name of a quantity is found where general words, brackets or a second name stand between it and its amount."""

import pytest

from trialwright.protocol.eligibility.grammar.comparing import comparisons
from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.tree import Compare


def named(text: str) -> list[str]:
    """What the comparisons of a line are of: key where the lexicon knows it, else the words."""
    tokens = tokens_of(text)
    nodes = [phrase.node for phrase in comparisons(text, tokens, mentions_of(text, tokens))]
    return [node.measure.id or node.measure.text for node in nodes if isinstance(node, Compare)]


def covered(text: str) -> list[str]:
    """The words that the comparisons of a line use up."""
    tokens = tokens_of(text)
    return [text[phrase.start : phrase.end] for phrase in comparisons(text, tokens, mentions_of(text, tokens))]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Rowan Fatigue Inventory, self-rated > 10", "Rowan Fatigue Inventory"),
        ("Rowan Fatigue Questionnaire, clinician-rated version ≥ 12", "Rowan Fatigue Questionnaire"),
        ("Worry Index (WI-3) total score > 29", "Worry Index"),
        ("Worry Thermometer (WT): score > 4", "Worry Thermometer"),
        ("Scale of Everyday Tasks, total score ≤ 2", "Scale of Everyday Tasks"),
        ("Tremor Burden Inventory - total score of at least 15", "Tremor Burden Inventory"),
        ("Tremor Burden Inventory (total score at least 15)", "Tremor Burden Inventory"),
        ("Rowan Sleep Questionnaire's total score below 5", "Rowan Sleep Questionnaire"),
        ("Dizziness Handicap Inventory (DHI), self-rated > 36", "dhi"),
    ],
)
def test_a_general_word_belongs_to_the_instrument_before_it(text: str, name: str) -> None:
    assert named(text) == [name]


@pytest.mark.parametrize(
    "text", ["able to walk, total score > 20", "patients with a total score > 20", "low risk (score > 20)"]
)
def test_a_general_word_after_other_things_stays_general(text: str) -> None:
    assert set(named(text)) <= {"total score"}


def test_a_score_behind_another_amount_is_not_of_its_instrument() -> None:
    assert named("Worry Index < 9; total score > 20")[1:] in ([], ["total score"])


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("severe (70-99 %) carotid stenosis", "carotid stenosis", "severe (70-99 %) carotid stenosis"),
        ("minimal amount (< 1 mm) of mucous film", "mucous film", "minimal amount (< 1 mm) of mucous film"),
        ("small (< 5 mm) polyps removed before", "polyps", "small (< 5 mm) polyps"),
        ("a high (> 90 %) clearance fraction", "clearance fraction", "high (> 90 %) clearance fraction"),
    ],
)
def test_an_adjective_before_its_bracket_describes_the_noun_behind_it(text: str, name: str, words: str) -> None:
    assert (named(text), covered(text)) == ([name], [words])


def test_a_noun_before_a_bracket_keeps_its_amount() -> None:
    assert named("stenosis of the vein (> 70 %) with symptoms") != ["symptoms"]
    assert named("haemoglobin (< 9 g/dL) anaemia") == ["hemoglobin"]


def test_the_percentage_of_a_diagnosis_is_of_the_noun_behind() -> None:
    assert named("oligospermia: < 32 % motile cells") == ["motile cells"]
    assert named("leukopenia: < 10 % documented at entry") == ["leukopenia"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("passive extension of the knee <= 5°", "passive extension of the knee"),
        ("arc of tilt of the wrist < 40 degrees", "arc of tilt of the wrist"),
        ("protrusion of the cartilage > 2 mm", "protrusion of the cartilage"),
    ],
)
def test_the_first_noun_of_a_phrase_says_what_is_measured(text: str, name: str) -> None:
    assert named(text) == [name]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Both sensitivity and uptake > 60 %", ["sensitivity", "uptake"]),
        (
            "Quinlan Memory Battery (QMB) and Verbal Recall Task (VRT) both > 3",
            ["Quinlan Memory Battery", "Verbal Recall Task"],
        ),
        ("weight-for-age (WAZ) or weight-for-height (WHZ) < 3", ["weight-for-age", "weight-for-height"]),
        ("weight-for-age < -2", ["weight-for-age"]),
        ("height-for-age (HAZ) and weight-for-age (WAZ) below -2 SD", ["height-for-age", "weight-for-age"]),
        ("both FEV1 and FVC > 60 % predicted", ["fev1", "fvc"]),
    ],
)
def test_a_comparison_is_shared_by_a_pair(text: str, names: list[str]) -> None:
    assert named(text) == names


@pytest.mark.parametrize("text", ["asthma and uptake > 60 %", "myocardial infarction (MI) or Worry Index (WI) > 8"])
def test_a_thing_named_beside_a_quantity_has_no_bound(text: str) -> None:
    assert len(named(text)) == 1
