"""Windows, durations, doses, counts and results are read, and belong to what the line says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.protocol.eligibility.grammar.comparing import comparisons
from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.phrases import Phrase
from trialwright.protocol.eligibility.grammar.timing import timed
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.tree import (
    AnchorKind,
    Compare,
    Course,
    Dates,
    Exposure,
    Interval,
    Kind,
    Present,
    Result,
    Side,
    Window,
)

UNITS = ("hour", "day", "week", "month", "year")


def phrases(text: str) -> list[Phrase]:
    tokens = tokens_of(text)
    mentions = mentions_of(text, tokens)
    return timed(text, tokens, mentions, comparisons(text, tokens, mentions))


def nodes(text: str) -> list[object]:
    return [phrase.node for phrase in phrases(text)]


def only(text: str) -> Present | Exposure | Result | Compare:
    found = nodes(text)
    assert len(found) == 1, found
    assert isinstance(found[0], Present | Exposure | Result | Compare)
    return found[0]


def window(node: object) -> Window:
    assert isinstance(node, Present | Exposure | Result | Compare)
    assert isinstance(node.when, Window), node
    return node.when


@pytest.mark.parametrize(
    ("words", "interval", "unit", "kinds"),
    [
        ("within 5 months before screening", Interval(high=Decimal(5)), "month", [AnchorKind.SCREENING]),
        ("within the 8 weeks prior to randomisation", Interval(high=Decimal(8)), "week", [AnchorKind.RANDOMISATION]),
        ("in the past 9 months", Interval(high=Decimal(9)), "month", [AnchorKind.UNSTATED]),
        ("during the last year", Interval(high=Decimal(1)), "year", [AnchorKind.UNSTATED]),
        ("less than 3 weeks ago", Interval(high=Decimal(3), high_inclusive=False), "week", [AnchorKind.UNSTATED]),
        ("more than 4 years ago", Interval(low=Decimal(4), low_inclusive=False), "year", [AnchorKind.UNSTATED]),
        ("within six (6) months of enrolment", Interval(high=Decimal(6)), "month", [AnchorKind.ENROLMENT]),
        (
            "within 30 days before screening or baseline",
            Interval(high=Decimal(30)),
            "day",
            [AnchorKind.SCREENING, AnchorKind.BASELINE],
        ),
        (
            "within 14 days prior to the first dose of study drug",
            Interval(high=Decimal(14)),
            "day",
            [AnchorKind.FIRST_DOSE],
        ),
    ],
)
def test_a_window_is_read(words: str, interval: Interval, unit: str, kinds: list[AnchorKind]) -> None:
    when = window(only(f"Stroke {words}"))
    assert (when.interval, when.unit, when.side) == (interval, unit, Side.BEFORE)
    assert [anchor.kind for anchor in when.anchors] == kinds


def test_a_window_after_a_moment_of_the_patient() -> None:
    when = window(only("Pulmonary embolism at least 10 days after hip surgery"))
    assert when.side is Side.AFTER
    assert when.interval == Interval(low=Decimal(10))
    assert [(anchor.kind, anchor.text) for anchor in when.anchors] == [(AnchorKind.OTHER, "hip surgery")]


def test_a_time_from_one_moment_to_one_of_the_trial() -> None:
    node = only("From extubation to enrolment > 90 min")
    assert isinstance(node, Present)
    assert node.concept.id == "extubation"
    assert (window(node).interval.low, window(node).unit, window(node).side) == (Decimal(90), "minute", Side.BEFORE)
    assert [anchor.kind for anchor in window(node).anchors] == [AnchorKind.ENROLMENT]


def test_a_year_is_a_calendar_window() -> None:
    node = only("Kidney biopsy since 2014")
    assert isinstance(node, Present)
    assert node.when == Dates(first="2014")


def test_a_window_is_shared_by_the_members_of_a_list() -> None:
    found = nodes("Pulmonary embolism, stroke or major surgery within 7 weeks of baseline")
    assert [window(node).interval for node in found] == [Interval(high=Decimal(7))] * 3


def test_a_window_belongs_to_its_own_verb_only() -> None:
    found = phrases("Is pregnant or has received rituximab within 7 months")
    by_name = {phrase.node.concept.id if isinstance(phrase.node, Present) else "drug": phrase.node for phrase in found}
    assert by_name["pregnancy"].when is None  # type: ignore[union-attr]
    assert window(by_name["drug"])


def test_examples_leave_the_window_to_what_they_illustrate() -> None:
    found = phrases("Any use of immunosuppressants, e.g. azathioprine, in the past 11 weeks")
    assert isinstance(found[0].node, Exposure)
    assert found[0].node.drug.id == "immunosuppressant"
    assert window(found[0].node).interval == Interval(high=Decimal(11))


def test_words_that_narrow_a_thing_make_it_unknown_to_the_lexicon() -> None:
    node = only("Surgery on the left shoulder within the past 13 months")
    assert isinstance(node, Present)
    assert node.concept.id is None
    assert "shoulder" in node.concept.text


def test_half_lives_leave_the_stated_time_where_the_longer_counts() -> None:
    found = nodes("Methotrexate within 6 weeks or 5 half-lives, whichever is longer, before baseline")
    assert window(found[0]).interval == Interval(high=Decimal(6))
    shorter = nodes("Methotrexate within 6 weeks or 5 half-lives, whichever is shorter, before baseline")
    assert all(getattr(node, "when", None) is None for node in shorter)


@pytest.mark.parametrize(
    ("text", "interval", "unit"),
    [
        ("Asthma for at least 7 months", Interval(low=Decimal(7)), "month"),
        ("Migraine lasting > 3 hours", Interval(low=Decimal(3), low_inclusive=False), "hour"),
        ("Metformin at a stable dose for 9 weeks", Interval(low=Decimal(9)), "week"),
        ("A 3-year history of asthma", Interval(low=Decimal(3)), "year"),
        ("More than 48 hours of mechanical ventilation", Interval(low=Decimal(48), low_inclusive=False), "hour"),
    ],
)
def test_a_duration_is_read(text: str, interval: Interval, unit: str) -> None:
    node = only(text)
    assert isinstance(node, Present | Exposure)
    assert node.lasting is not None
    assert (node.lasting.interval, node.lasting.unit) == (interval, unit)


def test_a_maximum_alone_dates_what_takes_no_time() -> None:
    assert window(only("Cataract surgery (< 5 weeks)")).interval == Interval(high=Decimal(5), high_inclusive=False)
    assert window(only("Recent pneumonia (< 5 weeks)")).interval == Interval(high=Decimal(5), high_inclusive=False)


def test_age_and_pregnancy_are_no_durations() -> None:
    for text in ("Adults over 21 years", "21 years or older", "Women at 24 weeks of gestation"):
        assert all(getattr(node, "lasting", None) is None for node in nodes(text))


def test_a_dose_in_equivalents_speaks_of_every_steroid() -> None:
    node = only("Prednisolone > 15 mg/day or equivalent within 2 weeks of screening")
    assert isinstance(node, Exposure)
    assert node.drug.id == "systemic-corticosteroid"
    assert node.equivalent_to is not None
    assert node.equivalent_to.id == "prednisolone"
    assert (node.dose, node.unit, node.per) == (Interval(low=Decimal(15), low_inclusive=False), "mg", "day")
    assert node.when is not None


def test_a_dose_by_surface_of_the_body() -> None:
    body = only("Doxorubicin > 300 mg/m2")
    assert isinstance(body, Exposure)
    assert (body.unit, body.per) == ("mg/m2", None)


def test_a_concentration_is_no_dose() -> None:
    assert all(getattr(node, "dose", None) is None for node in nodes("Aspirin level > 30 mg/dL"))


def test_counts() -> None:
    node = only("At least 3 exacerbations in the previous year")
    assert isinstance(node, Present)
    assert node.times == Interval(low=Decimal(3))
    assert window(node).interval == Interval(high=Decimal(1))
    more = only("Two or more episodes of pneumonia")
    assert isinstance(more, Present)
    assert more.times == Interval(low=Decimal(2))


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("Negative urine pregnancy test", [("pregnancy-test", "negative")]),
        ("HBsAg positive", [("hepatitis-b-surface-antigen", "positive")]),
        ("Positive for hepatitis C", [("hepatitis-c-antibody", "positive")]),
        ("Seronegative for HIV and syphilis", [("hiv-test", "negative"), ("syphilis-serology", "negative")]),
    ],
)
def test_results(text: str, results: list[tuple[str, str]]) -> None:
    found = [node for node in nodes(text) if isinstance(node, Result)]
    assert [(node.test.id, node.result) for node in found] == results


def test_an_allergy_is_to_each_substance() -> None:
    found = nodes("Known allergy to penicillin, aspirin or latex")
    assert [node.kind for node in found if isinstance(node, Present)] == [Kind.ALLERGY] * 3


def test_an_allergy_to_something_unknown_is_no_allergy_at_large() -> None:
    assert nodes("Hypersensitivity to the tested gel") == []


def test_current_is_now() -> None:
    node = only("Current atrial fibrillation")
    assert isinstance(node, Present)
    assert node.course is Course.CURRENT
    both = only("Current or previous atrial fibrillation")
    assert isinstance(both, Present)
    assert both.course is Course.ANY


@given(
    st.integers(1, 400),
    st.sampled_from(UNITS),
    st.sampled_from(["within {}", "in the last {}", "during the previous {}", "no more than {} ago", "≤ {} ago"]),
)
def test_any_window_reads_back(number: int, unit: str, shape: str) -> None:
    words = shape.format(f"{number} {unit}{'s' if number > 1 else ''}")
    when = window(only(f"Myocardial infarction {words}"))
    assert (when.interval, when.unit) == (Interval(high=Decimal(number)), unit)


PIECES = st.sampled_from(
    [
        *("within", "3", "months", "or", ",", "(", ")", "of", "before", "screening", "stroke", "surgery", "aspirin"),
        *(">", "10", "mg", "/", "day", "for", "at least", "2 weeks", "e.g.", "positive", "negative", "HIV", "to"),
        *("allergy", ".", ":", ";", "and", "2010", "since", "half-lives", "5", "whichever", "longer", "%", "≥"),
        *("history", "last", "next", "ago", "prednisone", "or equivalent", "recent", "such as"),
    ]
)


@given(st.lists(PIECES, max_size=40).map(" ".join))
def test_any_row_of_words_gives_phrases_inside_the_text(text: str) -> None:
    count = len(tokens_of(text))
    for phrase in phrases(text):
        assert 0 <= phrase.first < phrase.last <= count
        assert 0 <= phrase.start < phrase.end <= len(text)
        assert 0 <= phrase.subject[0] < phrase.subject[1] <= len(text)


@given(st.text(max_size=120))
def test_no_text_makes_it_raise(text: str) -> None:
    phrases(text)


def test_a_hostile_line_comes_to_an_end() -> None:
    for piece in (
        "stroke or ",
        "within 3 months ",
        "( ",
        "aspirin > 10 mg, ",
        "allergy to ",
        "5 half-lives or 4 weeks ",
    ):
        phrases(piece * 2000)  # tokens beyond the limit are left alone


@pytest.mark.parametrize(
    ("text", "name", "interval", "unit"),
    [
        ("At least 5 months since the onset of limb pain", "onset of limb pain", Interval(low=Decimal(5)), "month"),
        ("More than 9 weeks from hip surgery", "hip surgery", Interval(low=Decimal(9), low_inclusive=False), "week"),
        (
            "At least 10 days must have elapsed since the last infusion",
            "last infusion",
            Interval(low=Decimal(10)),
            "day",
        ),
        ("At least 4 years since prior chemotherapy", "chemotherapy", Interval(low=Decimal(4)), "year"),
    ],
)
def test_what_follows_since_happened_so_long_ago(text: str, name: str, interval: Interval, unit: str) -> None:
    node = only(text)
    assert isinstance(node, Present)
    assert node.concept.text == name
    assert (window(node).interval, window(node).unit, window(node).side) == (interval, unit, Side.BEFORE)


def test_since_dates_every_member_of_its_list() -> None:
    found = nodes("At least 3 weeks from major surgery, radiotherapy or chemotherapy")
    assert [window(node).interval.low for node in found] == [3, 3, 3]


@pytest.mark.parametrize(
    ("text", "interval", "unit"),
    [
        ("Asthma for at least 2 years but less than 9 years", Interval(Decimal(2), Decimal(9), True, False), "year"),
        ("Duration of disease: > 7 years", Interval(low=Decimal(7), low_inclusive=False), "year"),
        ("Asthma for 3 months or more and 2 years or less", Interval(Decimal(3), Decimal(24)), "month"),
        ("Received 8 weeks of physiotherapy", Interval(low=Decimal(8)), "week"),
        ("Back pain despite a 5-week trial of physiotherapy", Interval(low=Decimal(5)), "week"),
        ("Chronic (more than 9 days) use of ibuprofen", Interval(low=Decimal(9), low_inclusive=False), "day"),
        ("HBsAg positive for more than 6 months", Interval(low=Decimal(6), low_inclusive=False), "month"),
    ],
)
def test_both_bounds_and_courses_are_durations(text: str, interval: Interval, unit: str) -> None:
    lasting = [node.lasting for node in nodes(text) if isinstance(node, Present | Exposure) and node.lasting]
    assert [(each.interval, each.unit) for each in lasting] == [(interval, unit)]


def test_both_bounds_of_a_window_with_one_unit() -> None:
    node = only("≥ 2 and < 8 months after stroke")
    assert window(node).interval == Interval(Decimal(2), Decimal(8), True, False)


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("Transplantation between 3/2/2015 and 11/25/2018", Dates("2015-03-02", "2018-11-25")),
        ("Transplantation between 3/2/2015 and 25/11/2018", Dates("2015-02-03", "2018-11-25")),
        ("Transplantation since the year 2011", Dates(first="2011")),
        ("Transplantation from 2011 to present", Dates(first="2011")),
    ],
)
def test_dates_in_figures(text: str, dates: Dates) -> None:
    assert [node.when for node in nodes(text) if isinstance(node, Present)] == [dates]


def test_a_date_that_may_be_read_in_two_ways_is_left_to_a_person() -> None:
    assert all(getattr(node, "when", None) is None for node in nodes("Transplantation between 3/2/2015 and 4/5/2018"))


def test_a_time_that_the_trial_takes_is_no_duration_of_the_patient() -> None:
    assert all(getattr(node, "lasting", None) is None for node in nodes("Use of a pessary for the 9-week study period"))


def test_survival_is_not_how_long_a_disease_has_lasted() -> None:
    assert all(getattr(node, "lasting", None) is None for node in nodes("Cancer with survival < 3 years"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Relapse of multiple sclerosis within 2 months", "Relapse of multiple sclerosis"),
        ("Treatment for asthma or rhinitis in the past 5 weeks", "Treatment for asthma or rhinitis"),
        ("Clinical trial with medication within 60 days", "Clinical trial with medication"),
        ("Recent history (within 4 months) of pneumonia", "pneumonia"),
    ],
)
def test_the_governing_thing_is_dated(text: str, name: str) -> None:
    dated = [node.concept.text for node in nodes(text) if isinstance(node, Present) and node.when is not None]
    assert dated == [name]


def test_an_exception_does_not_take_the_window_of_its_rule() -> None:
    found = nodes("Substance use disorder except for cannabis use disorder within 6 months of screening")
    assert all(node.when is None for node in found if isinstance(node, Present) and "cannabis" in node.concept.text)


@pytest.mark.parametrize(
    ("text", "name", "interval"),
    [
        ("More than four pulmonary cavities", "pulmonary cavities", Interval(low=Decimal(4), low_inclusive=False)),
        ("At least 3 good quality embryos", "good quality embryos", Interval(low=Decimal(3))),
        ("One or more documented outbreaks", "documented outbreaks", Interval(low=Decimal(1))),
    ],
)
def test_things_the_lexicon_lacks_are_counted_by_their_words(text: str, name: str, interval: Interval) -> None:
    node = only(text)
    assert isinstance(node, Present)
    assert (node.concept.text, node.times) == (name, interval)


@pytest.mark.parametrize(
    "text",
    [
        "Score of at least 4 out of 10",
        "At least 2 of the following",
        "Creatinine ≤ 5 xULN",
        "Pain in at least 2 joints",
    ],
)
def test_what_is_no_count_of_things(text: str) -> None:
    assert all(getattr(node, "times", None) is None for node in nodes(text))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Treatment with aspirin, ibuprofen or naproxen within 9 days", ["aspirin", "ibuprofen", "naproxen"]),
        ("Asthma, treatment with aspirin or ibuprofen within 9 days", ["aspirin", "ibuprofen"]),
        (
            "Major surgery other than tonsillectomy or biopsy within 5 weeks",
            ["Major surgery other than tonsillectomy or biopsy"],
        ),
        ("Cancer including melanoma (apart from local ones) in the past 4 years", ["Cancer"]),
        ("Burn expected to heal within 3 weeks", []),
        ("Biopsy between 15 months and 3 weeks before screening", []),
    ],
)  # fmt: skip
def test_what_a_window_is_shared_by(text: str, names: list[str]) -> None:
    dated = [
        (node.drug if isinstance(node, Exposure) else node.concept).text
        for node in nodes(text)
        if isinstance(node, Present | Exposure) and node.when is not None
    ]
    assert dated == names


@pytest.mark.parametrize(
    ("text", "name", "interval"),
    [
        ("Has completed 4 parachute jumps", "parachute jumps", Interval(low=Decimal(4))),
        ("At least one nodule ≥ 1.7 cm", "nodule", Interval(low=Decimal(1))),
        ("At least one obesity-related complication (such as reflux)", "obesity-related complication", None),
        ("No more than one previous line of chemotherapy", "line of chemotherapy", Interval(high=Decimal(1))),
        ("No more than 3 prior pregnancies", "pregnancies", Interval(high=Decimal(3))),
    ],
)
def test_counts_of_what_was_and_of_what_is_measured(text: str, name: str, interval: Interval | None) -> None:
    counted = [node for node in nodes(text) if isinstance(node, Present) and node.times is not None]
    assert [node.concept.text for node in counted] == [name]
    assert counted[0].times == (interval or Interval(low=Decimal(1)))


def test_a_misspelt_unit_of_time_is_no_thing_that_is_counted() -> None:
    assert all(getattr(node, "times", None) is None for node in nodes("Immunosuppression within one moth of entry"))
