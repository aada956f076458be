"""Lines whose short cuts misread would shut out the wrong people."""

import pytest

from trialwright.protocol.eligibility.compiling import compile_all, compile_text
from trialwright.protocol.eligibility.items import Eligibility, Section
from trialwright.protocol.eligibility.split import split_criteria
from trialwright.protocol.eligibility.tree import (
    And,
    Concept,
    Course,
    Exposure,
    Expression,
    Judgement,
    Kind,
    Not,
    Or,
    Ordinal,
    Present,
    leaves,
)


def _exclusion(line: str) -> Expression:
    [compiled] = compile_all(Eligibility(split_criteria(f"Exclusion Criteria:\n- {line}\n")))
    return compiled.expression


def _names(node: Expression) -> list[str | None]:
    return [leaf.concept.id for leaf in leaves(node) if isinstance(leaf, Present)]


def test_but_speaks_of_the_last_alternative_alone() -> None:
    found = _exclusion("pregnant or nursing, or not pregnant but without a condom")
    assert isinstance(found, Or)
    assert _names(Or(found.parts[:2])) == ["pregnancy", "breastfeeding"]
    last = found.parts[2]
    assert isinstance(last, And)
    assert isinstance(last.parts[0], Not)
    assert _names(last.parts[0]) == ["pregnancy"]


def test_but_after_a_comma_speaks_of_the_whole_list() -> None:
    found = _exclusion("stroke or asthma, but not epilepsy")
    assert isinstance(found, And)
    assert isinstance(found.parts[0], Or)
    assert isinstance(found.parts[1], Not)


def test_what_a_drug_is_given_for_excludes_nobody_by_itself() -> None:
    for line in (
        "opioids at a high dose for back pain within 14 days",
        "steroids at a high dose or at one that rose, for gout or for another disease, within 28 days",
        "steroids at a high dose, for gout or for another disease",
    ):
        found = _exclusion(line)
        assert _names(found) == []
        drugs = [leaf for leaf in leaves(found) if isinstance(leaf, Exposure)]
        assert len(drugs) == 1
        assert (drugs[0].when is not None) is ("within" in line)


def test_an_allergy_with_words_set_aside_is_to_the_substances_named() -> None:
    found = _exclusion("allergy, now or in the past, to aspirin and human albumin")
    assert isinstance(found, Or)
    told = [leaf for leaf in leaves(found) if isinstance(leaf, Present)]
    assert [leaf.kind for leaf in told] == [Kind.ALLERGY, Kind.ALLERGY]
    assert told[0].concept.id == "aspirin"
    assert not [leaf for leaf in leaves(found) if isinstance(leaf, Exposure)]


def test_a_narrowed_substance_keeps_its_words() -> None:
    [leaf] = leaves(_exclusion("allergy, past or present, to low-molecular heparin"))
    assert isinstance(leaf, Present)
    assert leaf.concept == Concept(None, "low-molecular heparin")


def test_an_allergy_to_an_unknown_substance_is_asked() -> None:
    assert isinstance(_exclusion("allergy, past or present, to frobnicatin"), Judgement)


def test_levels_stand_before_the_name_of_their_scale() -> None:
    for line in ("class III or IV of the New York Heart Association", "class III-IV according to the NYHA"):
        found = _exclusion(line)
        assert isinstance(found, Ordinal)
        assert (found.scale.id, found.low, found.high) == ("nyha", "III", "IV")
    found = _exclusion("at least class II of the NYHA")
    assert isinstance(found, Ordinal)
    assert (found.low, found.high, found.low_inclusive) == ("II", None, True)


def test_now_or_within_a_time_is_within_that_time() -> None:
    for line in (
        "in another drug trial now or within 3 months before screening",
        "smoking currently or in the last year",
    ):
        found = _exclusion(line)
        assert isinstance(found, Present)
        assert found.concept.id in ("clinical-trial-participation", "smoking")
        assert found.when is not None


def test_in_another_trial_means_now() -> None:
    found = _exclusion("in another clinical trial")
    assert isinstance(found, Present)
    assert found.course is Course.CURRENT


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Heart failure, NYHA class III-IV", And),
        ("Heart failure, class III or IV of the NYHA", And),
        ("Hepatitis, NYHA class III", Or),
        ("Asthma, ECOG 2 or more", Or),
    ],
)
def test_a_level_behind_a_comma_narrows_the_condition_that_it_grades(text, kind):
    assert isinstance(compile_text(text, Section.EXCLUSION).expression, kind)
