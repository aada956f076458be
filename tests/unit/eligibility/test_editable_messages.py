"""What the editable form says to a person who wrote it wrongly, and how it is laid out."""

from decimal import Decimal

import pytest

from trialwright.core.errors import InputError
from trialwright.protocol.eligibility.forms.editable import write
from trialwright.protocol.eligibility.forms.editable_parse import read
from trialwright.protocol.eligibility.needs import NeedKind, needs
from trialwright.protocol.eligibility.tree import And, Compare, Concept, Interval, Judgement, Kind, Or, Present

REFUSED = [
    ("age >= 18years", "column 8", "found '18years'", None),
    ("age in [18; 75]", "column 11", "found ';'", "`,` between the bounds"),
    ("hemoglobin >= 12,5 g/dL", "column 17", "found ','", "the end, or `and` or `or`"),
    ("age", "column 4", "found the end", "a comparison"),
    ("age >= 18 and sex male or sex female", "column 24", "found 'or'", "put brackets around"),
    ("(age >= 18", "column 11", "found the end", "`)` to close the bracket"),
    ("sex other", "column 5", "found 'other'", "`male` or `female`"),
    ("test hbsag reactive", "column 12", "found 'reactive'", "positive, negative, normal, abnormal"),
    ("condition stroke within 6 moons before screening", "column 27", "found 'moons'", "a unit of time"),
    ("condition stroke within 6 months", "column 33", "found the end", "`before`, `after` or `around`"),
    ("condition stroke within 6 months before birth", "column 41", "found 'birth'", "a moment: screening"),
    ('judge "able', "column 7", "does not end", "a closing mark"),
    ("age in [75, 18]", "column 5", "no number lies between 75 and 18", "bounds between which"),
    ("alt <= 3 x upper", "column 10", "found 'x'", "`x ULN` or `x LLN`"),
    ("at least 3 of (sex male; sex female)", "column 1", "at least 3 of 2 parts", "somebody can meet"),
    ("age >= 18\nand Sex mal", "line 2, column 9", "found 'mal'", "`male` or `female`"),
]


@pytest.mark.parametrize(("form", "where", "found", "expected"), REFUSED)
def test_a_wrong_form_is_refused_with_place_and_remedy(form: str, where: str, found: str, expected: str | None) -> None:
    if expected is None:
        # the number stands where a bound must be; the message asks for a blank
        with pytest.raises(InputError, match="is no number") as caught:
            read(form)
        assert "blank before the unit" in caught.value.expected
        return
    with pytest.raises(InputError) as caught:
        read(form)
    assert caught.value.code == "FORM-001"
    assert where in caught.value.message
    assert found in caught.value.message
    assert expected in caught.value.expected


def test_words_of_the_form_may_be_written_in_capitals_and_over_several_lines() -> None:
    one = read("age >= 18 Years AND\n  (Condition stroke OR CONDITION asthma)")
    assert one == read("age >= 18 year and (condition stroke or condition asthma)")


def test_a_name_that_the_lexicon_does_not_have_is_refused_where_it_stands() -> None:
    def known(name: str, sort: str) -> str | None:
        return None if name == "creatinine" else f"{name!r} is no {sort}"

    read("creatinine <= 1.5 mg/dL", known)
    read('"CIWA score" <= 8', known)
    with pytest.raises(InputError, match="'creatinin' is no measure") as caught:
        read("creatinin <= 1.5 mg/dL", known)
    assert caught.value.code == "FORM-004"


def test_a_long_form_has_one_part_on_each_line() -> None:
    adult = Compare(Concept("age", "age"), Interval(Decimal(18)), "year")
    ill = tuple(Present(Kind.CONDITION, Concept(None, f"illness number {n} of a long list")) for n in range(3))
    form = write(And((adult, Or(ill), Judgement("able to comply"))))
    assert form.splitlines() == [
        "age >= 18 years",
        "and (",
        '  condition "illness number 0 of a long list"',
        '  or condition "illness number 1 of a long list"',
        '  or condition "illness number 2 of a long list"',
        ")",
        'and judge "able to comply"',
    ]


def test_needs_are_named_once_with_their_kind_and_unit() -> None:
    tree = read(
        "alt <= 3 x ULN and (alt > 40 U/L or condition stroke past within 6 months before randomisation) "
        'and drug prednisone dose > 20 mg per day and level ecog <= 2 and judge "fit" and consent and sex female'
    )
    found = [(need.key, need.kind, need.unit) for need in needs(tree)]
    assert found == [
        ("alt", NeedKind.NUMBER, None),
        ("alt high", NeedKind.NUMBER, None),
        ("alt", NeedKind.NUMBER, "U/L"),
        ("stroke", NeedKind.FLAG, None),
        ("stroke end", NeedKind.DATE, None),
        ("stroke date", NeedKind.DATE, None),
        ("randomisation date", NeedKind.DATE, None),
        ("prednisone", NeedKind.FLAG, None),
        ("prednisone dose", NeedKind.NUMBER, "mg per day"),
        ("ecog", NeedKind.LEVEL, None),
        ("judgement", NeedKind.ANSWER, None),
        ("consent", NeedKind.ANSWER, None),
        ("sex", NeedKind.LEVEL, None),
    ]
