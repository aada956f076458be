"""How many of a thing a line asks for, and how often something must happen: what counts, and what only looks so."""

import pytest

from trialwright.protocol.eligibility.compiling import compile_text
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.tree import Compare, Exposure, Interval, Present, leaves


def bounds(interval: Interval) -> str:
    low = "" if interval.low is None else f"{'>=' if interval.low_inclusive else '>'}{interval.low}"
    high = "" if interval.high is None else f"{'<=' if interval.high_inclusive else '<'}{interval.high}"
    return " ".join(f"{low} {high}".split())


def counted(text: str) -> list[str]:
    """The counted things of a line."""
    tree = compile_text(text, Section.INCLUSION).expression
    found = [leaf for leaf in leaves(tree) if isinstance(leaf, Present | Exposure) and leaf.times is not None]
    return [f"{(leaf.concept if isinstance(leaf, Present) else leaf.drug).text} {bounds(leaf.times)}" for leaf in found]


def often(text: str) -> list[str]:
    """The frequencies of a line."""
    tree = compile_text(text, Section.INCLUSION).expression
    found = [leaf for leaf in leaves(tree) if isinstance(leaf, Compare)]
    return [f"{leaf.measure.text} {bounds(leaf.interval)} {leaf.unit}" for leaf in found]


COUNTS = [
    ("at least three prior lines of chemotherapy", ["prior lines of chemotherapy >=3"]),
    ("progressed after one or two previous regimens", ["regimens >=1 <=2"]),
    ("between 2 and 5 brain metastases", ["brain metastases >=2 <=5"]),
    ("10 to 40 papules of the face", ["papules >=10 <=40"]),
    ("more than 1 previous caesarean section", ["previous caesarean section >1"]),
    ("two prior spinal surgeries", ["spinal surgeries >=2"]),
    ("received 3 doses of the vaccine", ["vaccine >=3"]),
    ("presence of at least one asthma-related complication", ["asthma-related complication >=1"]),
    ("at least 10 lymph nodes removed", ["lymph nodes >=10"]),
    ("more than three vertebral levels needing surgery", ["vertebral levels >3"]),
    ("women with two miscarriages", ["miscarriages >=2"]),
    (">= 1 contrast-enhancing lesion", ["lesion >=1"]),
    ("failure of two or more adequate antidepressant trials", ["adequate antidepressant trials >=2"]),
]


@pytest.mark.parametrize(("text", "expected"), COUNTS)
def test_a_number_counts_the_noun_it_stands_with(text: str, expected: list[str]) -> None:
    assert counted(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "grade 2 or 3 fistulas",  # levels
        "two-level fusion",
        "seen in weeks 2 to 4 visits",
        "one or five tablets",  # no range
        "at least one of the following conditions",
        "the mean of 3 electrocardiograms",  # how it is measured
        "absence of at least 2 teeth",  # two are gone, which says nothing of how many are there
        "infection with hepatitis virus 1 or 2",
        "cancer within 5 lunar months except treated ones",
        "more than 8 voids per day",  # so many in a day, not ever
    ],
)
def test_other_numbers_count_nothing(text: str) -> None:
    assert counted(text) == []


FREQUENCIES = [
    ("at least 5 migraine days per month", ["migraine days >=5 1/month"]),
    ("reflux on 3 or more days a week", ["reflux >=3 day/week"]),
    ("swims at least twice weekly", ["swims >=2 1/week"]),
    ("haemodialysis three times per week", ["haemodialysis >=3 <=3 1/week"]),
    ("thrice weekly haemodialysis", ["haemodialysis >=3 <=3 1/week"]),
    ("fewer than 4 bowel movements per week", ["bowel movements <4 1/week"]),
    ("2 to 6 seizures per month", ["seizures >=2 <=6 1/month"]),
    ("more than one attack per year", ["attack >1 1/year"]),
    ("fruit intake below 3 servings per day", ["fruit intake <3 1/day"]),
    ("nocturia more than 2 times per night", ["nocturia >2 1/day"]),
]


@pytest.mark.parametrize(("text", "expected"), FREQUENCIES)
def test_how_often_is_a_number_in_a_stretch_of_time(text: str, expected: list[str]) -> None:
    assert often(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "metformin 850 mg twice daily",  # a dose
        "seen on day 1 and every week",
        "metformin twice daily",
        "brushes the teeth twice daily",
        "a frequency of twice weekly",  # of what is not said
    ],
)
def test_doses_and_visits_are_no_frequency(text: str) -> None:
    assert often(text) == []
