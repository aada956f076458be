"""Why a verdict is what it is, and the fewest questions that would settle it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from itertools import chain, combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.items import Criterion, ItemKind, Section
from trialwright.protocol.eligibility.tree import (
    And,
    AtLeast,
    Compare,
    Concept,
    Consent,
    Course,
    Defined,
    Exposure,
    Expression,
    Implies,
    Interval,
    Judgement,
    Kind,
    Lasting,
    Missing,
    Not,
    Or,
    Present,
    Reference,
    Sex,
    leaves,
)
from trialwright.screen.person import FactRecord, MeasureRecord, Person
from trialwright.screen.plain import answer, explanation, questions, verdict
from trialwright.screen.plain.answering import combined
from trialwright.screen.plain.ways import ways

DAY = date(2024, 6, 30)


def criterion(name: str, tree: Expression, text: str = "as written") -> Compiled:
    """A criterion whose section is the first word of its id."""
    return Compiled(name, Criterion(Section(name.partition("-")[0]), ItemKind.TEXT, None, text, 0, 1), tree)


def has(key: str) -> Present:
    return Present(Kind.CONDITION, Concept(key, key))


def judged(text: str) -> Judgement:
    return Judgement(text)


CREATININE = Compare(Concept("creatinine", "creatinine"), Interval(high=Decimal("1.5")), "mg/dL")
ADULT = Compare(Concept("age", "age"), Interval(low=Decimal(18)), "year")


def keys(criteria: list[Compiled], person: Person, complete: frozenset[str] = frozenset()) -> list[str]:
    return [each.key for each in questions(criteria, person, complete).shortest]


# --- verdicts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "answered", "expected"),
    [
        ("inclusion-1", True, "eligible"),
        ("inclusion-1", False, "not eligible"),
        ("inclusion-1", None, "undecided"),
        ("exclusion-1", True, "not eligible"),
        ("exclusion-1", False, "eligible"),
        ("exclusion-1", None, "undecided"),
        ("unknown-1", True, "undecided"),
        ("unknown-1", False, "undecided"),
    ],
)
def test_a_verdict_follows_the_section(name: str, answered: bool | None, expected: str) -> None:
    found = verdict([criterion(name, judged("fit"))], Person("P", answers={name: answered}))
    assert found.verdict == expected
    assert found.failed == ((name,) if expected == "not eligible" else ())
    assert found.open == ((name,) if expected == "undecided" else ())


def test_nobody_is_eligible_by_a_list_with_a_gap_or_by_none() -> None:
    gap = [criterion("inclusion-1", ADULT), criterion("inclusion-2", Missing("2"))]
    assert verdict(gap, Person("P", age=30)).verdict == "undecided"
    assert verdict([], Person("P")).verdict == "undecided"
    assert verdict(gap, Person("P", age=3)).verdict == "not eligible"


def test_answers_to_several_judgements_of_a_criterion_are_told_apart_by_their_place() -> None:
    both = criterion("inclusion-4", And((judged("a"), ADULT, judged("b"))))
    person = Person("P", age=30, answers={"inclusion-4": True, "inclusion-4.1": True, "inclusion-4.2": False})
    assert answer(both, person) is False
    assert answer(both, Person("P", age=30, answers={"inclusion-4": True})) is None
    alone = criterion("inclusion-4", And((judged("a"), ADULT)))
    assert answer(alone, Person("P", age=30, answers={"inclusion-4": True})) is True


# --- questions -----------------------------------------------------------------------------------------------------


def test_one_alternative_is_enough() -> None:
    either = criterion("inclusion-1", Or((And((has("stroke"), has("asthma"))), has("cancer"))))
    assert keys([either], Person("P")) == ["cancer"]


def test_an_exclusion_of_several_needs_all_of_them() -> None:
    none_of = criterion("exclusion-1", Or((has("stroke"), has("asthma"), has("cancer"))))
    assert keys([none_of], Person("P")) == ["stroke", "asthma", "cancer"]
    assert keys([none_of], Person("P", facts={"asthma": (FactRecord(False),)})) == ["stroke", "cancer"]


def test_a_question_that_several_criteria_share_is_asked_once_and_chosen_for_it() -> None:
    criteria = [
        criterion("inclusion-1", Or((has("stroke"), has("cancer")))),
        criterion("inclusion-2", Or((has("asthma"), has("cancer")))),
    ]
    found = questions(criteria, Person("P"))
    assert [(each.key, each.criteria) for each in found.shortest] == [("cancer", ("inclusion-1", "inclusion-2"))]
    assert found.proven


def test_what_cannot_be_both_yes_and_no_is_not_asked_for_both() -> None:
    criteria = [
        criterion("inclusion-1", Or((has("cancer"), And((has("stroke"), has("asthma")))))),
        criterion("exclusion-1", has("cancer")),
    ]
    assert sorted(keys(criteria, Person("P"))) == ["asthma", "cancer", "stroke"]
    found = questions([criterion("inclusion-1", has("cancer")), criterion("exclusion-1", has("cancer"))], Person("P"))
    assert found.contrary == ("inclusion-1", "exclusion-1")


def test_at_least_asks_for_no_more_than_are_needed() -> None:
    two_of = criterion("inclusion-1", AtLeast(2, (has("stroke"), has("asthma"), has("cancer"), Sex("FEMALE"))))
    assert len(keys([two_of], Person("P", sex="FEMALE"))) == 1
    assert len(keys([two_of], Person("P"))) == 2
    not_two = criterion("exclusion-1", AtLeast(2, (has("stroke"), has("asthma"), has("cancer"))))
    assert len(keys([not_two], Person("P"))) == 2


def test_whom_a_condition_does_not_concern_is_not_asked() -> None:
    women = criterion("inclusion-1", Implies(Sex("FEMALE"), judged("uses contraception")))
    assert keys([women], Person("P", sex="MALE")) == []
    assert keys([women], Person("P")) == ["sex"]
    assert keys([women], Person("P", sex="FEMALE")) == ["judgement: uses contraception"]


def test_the_first_question_is_the_one_that_can_exclude_most() -> None:
    criteria = [
        criterion("inclusion-1", judged("fit")),
        criterion("inclusion-2", CREATININE),
        criterion("exclusion-1", has("cancer")),
        criterion("exclusion-2", And((has("cancer"), has("stroke")))),
        criterion("exclusion-3", Or((has("cancer"), has("asthma")))),
    ]
    found = questions(criteria, Person("P"))
    assert found.first is not None
    assert found.first.key == "cancer"
    assert found.shortest[0].key == "cancer"
    # data are looked up before a person judges
    few = questions(criteria[:2], Person("P"))
    assert few.first is not None
    assert few.first.key == "creatinine"
    # nothing alone excludes here
    assert questions([criteria[3]], Person("P")).first is None


def test_what_no_data_settle_is_said_and_not_asked() -> None:
    rise = Compare(Concept("creatinine", "creatinine"), Interval(high=Decimal(2)), None, Reference.BASELINE)
    long = Compare(ADULT.measure, ADULT.interval, "year", lasting=Lasting(Interval(low=Decimal(1)), "year"))
    criteria = [
        criterion("inclusion-1", Missing("1")),
        criterion("inclusion-2", rise),
        criterion("inclusion-3", long),
        criterion("unknown-1", judged("smoker")),
        criterion("inclusion-4", Or((Missing(), Consent()))),
    ]
    found = questions(criteria, Person("P"))
    assert set(found.unsettleable) == {"inclusion-1", "inclusion-2", "inclusion-3", "unknown-1"}
    assert "lost" in found.unsettleable["inclusion-1"]
    assert "admits or excludes" in found.unsettleable["unknown-1"]
    assert [each.key for each in found.shortest] == ["consent"]


def test_a_verdict_that_stands_leaves_no_questions() -> None:
    criteria = [criterion("inclusion-1", ADULT), criterion("inclusion-2", has("cancer"))]
    found = questions(criteria, Person("P", age=3))
    assert (found.shortest, found.first, dict(found.unsettleable)) == ((), None, {})


def test_a_question_names_what_is_missing_only() -> None:
    often = Compare(CREATININE.measure, CREATININE.interval, None, Reference.UPPER_LIMIT)
    person = Person("P", screening=DAY, measures={"creatinine": (MeasureRecord(1.0, "mg/dL", date=DAY),)})
    (asked,) = questions([criterion("inclusion-1", often)], person).shortest
    assert [need.key for need in asked.needs] == ["creatinine high"]
    drug = Exposure(Concept("prednisone", "prednisone"), Course.PAST, Interval(low=Decimal(10)), "mg", "day")
    taken = Person("P", screening=DAY, facts={"prednisone": (FactRecord(True, end=DAY),)})
    (dose,) = questions([criterion("exclusion-1", drug)], taken).shortest
    assert [need.key for need in dose.needs] == ["prednisone dose"]
    assert "mg per day" in dose.text


def test_many_criteria_with_many_alternatives_come_to_an_end(ends: None) -> None:
    things = [Present(Kind.CONDITION, Concept(None, f"thing {n}")) for n in range(40)]
    trees = [
        AtLeast(6, tuple(things[(7 * n + m) % 40] for m in range(12))) if n % 2 else Or(tuple(things[n : n + 8]))
        for n in range(30)
    ]
    found = questions([criterion(f"inclusion-{n}", tree) for n, tree in enumerate(trees, 1)], Person("P"))
    assert not found.proven
    assert found.shortest
    deep: Expression = has("cancer")
    for _ in range(5000):
        deep = Not(Not(deep))
    assert keys([criterion("inclusion-1", And((deep, ADULT)))], Person("P", age=20)) == ["cancer"]


LEAVES = st.sampled_from([has("stroke"), has("asthma"), has("cancer"), Sex("FEMALE"), Missing()])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
        st.lists(inner, min_size=3, max_size=3).map(lambda parts: AtLeast(2, tuple(parts))),
        inner.map(Not),
        st.builds(Implies, inner, inner),
        inner.map(lambda body: Defined("term", "source", body)),
    ),
    max_leaves=7,
)


@settings(max_examples=300)
@given(TREES, st.booleans())
def test_the_ways_of_a_tree_are_those_that_trying_everything_finds(tree: Expression, wanted: bool) -> None:
    """By trying every set of answers to the leaves, from none upwards."""
    asked = list(dict.fromkeys(leaf for leaf in leaves(tree) if not isinstance(leaf, Missing)))
    found: list[frozenset] = []
    sets = chain.from_iterable(combinations(asked, size) for size in range(len(asked) + 1))
    for chosen in sets:
        for values in product([True, False], repeat=len(chosen)):
            answers = dict(zip(chosen, values, strict=True))
            way = frozenset(answers.items())
            places = ("" for _ in leaves(tree))
            settled = combined(tree, iter(places), lambda leaf, _, answers=answers: answers.get(leaf)) is wanted
            if settled and not any(less <= way for less in found):
                found.append(way)
    given_ways = ways(tree, [None for _ in leaves(tree)], lambda leaf, _: not isinstance(leaf, Missing))
    assert given_ways.whole
    assert set(given_ways.true if wanted else given_ways.false) == set(found)


# --- explanations --------------------------------------------------------------------------------------------------


def test_an_explanation_shows_the_value_with_its_unit_and_date_the_rule_and_what_is_missing() -> None:
    criteria = [
        criterion("inclusion-1", And((CREATININE, ADULT)), "Creatinine up to 1.5 mg/dL and adult"),
        criterion("exclusion-1", Or((has("cancer"), has("stroke"))), "No cancer, no stroke"),
    ]
    person = Person(
        "P7",
        age=54,
        age_whole=True,
        screening=DAY,
        measures={"creatinine": (MeasureRecord(97.2, "umol/L", date=date(2024, 6, 3), high=110.0),)},
        facts={"cancer": (FactRecord(False),)},
    )
    found = explanation(criteria, person)
    kidneys, excluded = found.criteria
    assert (kidneys.effect, excluded.effect) == ("admits", "open")
    assert [str(each) for each in kidneys.leaves[0].found] == [
        "creatinine: 97.2 umol/L, 2024-06-03 (upper limit of normal 110)"
    ]
    assert kidneys.leaves[0].rule == "creatinine at most 1.5 mg/dL"
    assert [str(each) for each in kidneys.leaves[1].found] == ["age: 54 completed years, 2024-06-30"]
    assert [need.key for leaf in excluded.leaves for need in leaf.missing] == ["stroke"]
    text = found.to_text()
    assert "P7: undecided" in text
    assert "exclusion-1 open: No cancer, no stroke" in text
    assert "known: creatinine: 97.2 umol/L, 2024-06-03" in text
    assert "missing: stroke" in text
    assert "known: cancer: no" in text
    told = json.loads(json.dumps(found.to_json()))
    assert told["criteria"][1]["answer"] is None
    assert told["criteria"][1]["section"] == "exclusion"
    assert told["questions"]["shortest"][0]["key"] == "stroke"


def test_an_unknown_answer_says_so_where_nothing_is_missing() -> None:
    measured = {"creatinine": (MeasureRecord(1.0, "mg/dL", date=DAY), MeasureRecord(2.0, "mg/dL", date=DAY))}
    found = explanation([criterion("inclusion-1", CREATININE)], Person("P", screening=DAY, measures=measured))
    (leaf,) = found.criteria[0].leaves
    assert leaf.missing == ()
    assert leaf.note is not None
    assert len(leaf.found) == 2


def test_what_is_computed_from_other_values_shows_those() -> None:
    index = Compare(Concept("bmi", "BMI"), Interval(high=Decimal(30)), "kg/m2")
    measured = {
        "body-weight": (MeasureRecord(80.0, "kg"),),
        "body-height": (MeasureRecord(160.0, "cm"),),
    }
    found = explanation([criterion("inclusion-1", index)], Person("P", measures=measured))
    (leaf,) = found.criteria[0].leaves
    assert leaf.answer is False
    assert [each.value for each in leaf.found] == ["80", "160"]


def test_a_computed_value_can_be_asked_for_by_its_parts() -> None:
    index = Compare(Concept("bmi", "BMI"), Interval(high=Decimal(30)), "kg/m2")
    person = Person("P", measures={"body-weight": (MeasureRecord(80.0, "kg"),)})
    found = explanation([criterion("inclusion-1", index)], person)
    assert found.questions.shortest[0].text == "BMI (kg/m2); or, to compute it: height"
    assert found.criteria[0].leaves[0].note == "it could be computed from height too"


def test_a_judgement_says_where_its_answer_goes() -> None:
    both = criterion("inclusion-4", And((judged("able to comply"), judged("lives near"))), "")
    found = explanation([both], Person("P", answers={"inclusion-4.1": True}))
    assert found.questions.shortest[0].columns == ("inclusion-4.2",)
    text = found.to_text()
    assert "inclusion-4 open: no text" in text
    assert "    missing: a person's answer" in text
    assert "- Is this true of the patient? lives near [inclusion-4.2]" in text


def test_a_thing_that_two_criteria_call_otherwise_is_asked_for_once() -> None:
    short = Present(Kind.CONDITION, Concept("stroke", "CVA"))
    criteria = [criterion("exclusion-1", has("stroke")), criterion("exclusion-2", Or((short, has("cancer"))))]
    found = questions(criteria, Person("P"))
    assert [each.text for each in found.shortest] == ["stroke", "cancer"]


def test_a_question_shows_what_to_look_at() -> None:
    prompt = "Only one of the two holds: answer yes where that is enough."
    [asked] = questions([criterion("exclusion-1", Judgement("pale or dark", (prompt,)))], Person("P")).shortest
    assert asked.text.endswith(f"pale or dark – {prompt}")
