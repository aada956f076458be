"""Ages by a word for persons, years that are no age, lengths of stays, and times since something happened."""

import pytest

from trialwright.protocol.eligibility.compiling import compile_text
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.tree import Compare, Defined, Exposure, Interval, Present, Window, leaves


def bounds(interval: Interval) -> str:
    low = "" if interval.low is None else f"{'>=' if interval.low_inclusive else '>'}{interval.low}"
    high = "" if interval.high is None else f"{'<=' if interval.high_inclusive else '<'}{interval.high}"
    return " ".join(f"{low} {high}".split())


def read(text: str) -> list[str]:
    """What a line compares, and the times of its facts: `when` for how long ago, `for` for how long."""
    out = []
    for leaf in leaves(compile_text(text, Section.INCLUSION).expression):
        if isinstance(leaf, Compare):
            out.append(f"{leaf.measure.key} {bounds(leaf.interval)} {leaf.unit or ''}".strip())
        elif isinstance(leaf, Present | Exposure):
            name = (leaf.concept if isinstance(leaf, Present) else leaf.drug).text
            if isinstance(leaf.when, Window):
                out.append(f"{name} when {bounds(leaf.when.interval)} {leaf.when.unit}")
            if leaf.lasting is not None:
                out.append(f"{name} for {bounds(leaf.lasting.interval)} {leaf.lasting.unit}")
    return out


LINES = [
    ("adults over 60", ["age >60 year"]),
    ("women under 45 with endometriosis", ["age <45 year"]),
    ("history of stroke within 7 y", ["stroke when <=7 year"]),
    ("asthma for at least 3 y", ["asthma for >=3 year"]),
    ("adults (19 - 64)", ["age >=19 <=64 year"]),
    ("clinically stable for at least 5 weeks", ["clinically stable for >=5 week"]),
    ("at least 6 years of education", ["education-years >=6 year"]),
    ("at least 2 years of clinical experience", ["clinical experience for >=2 year"]),
    ("BMI above the 90th percentile", ["bmi >90 percentile"]),
    ("more than 15 pack-years", ["pack-years >15 pack-year"]),
    ("sperm concentration < 20 million/mL", ["sperm-concentration <20 10^6/mL"]),
    ("gestational age of 23 2/7 to 31 5/7 weeks", ["gestational-age >=163 <=222 day"]),
    ("hospitalisation of less than 36 hours", ["hospitalisation for <36 hour"]),
    ("invasive mechanical ventilation < 96 hours", ["invasive mechanical ventilation for <96 hour"]),
    ("surgery < 6 weeks", ["surgery when <6 week"]),  # over at once: so long ago
    ("pain of at least 4 months' duration", ["pain for >=4 month"]),
    ("surgery within a period of 5 months before screening", ["surgery when <=5 month"]),
    ("blood donation in a time frame of 9 weeks", ["blood donation when <=9 week"]),
    ("seizures over a 10-week period before screening", ["seizures when <=10 week"]),
    ("treatment over a period of at least 7 months", ["treatment for >=7 month"]),
    ("time since stroke between 2 and 5 months", ["stroke when >=2 <=5 month"]),
    ("time since transplantation > 1 year", ["transplantation when >1 year"]),
]


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_a_line_states(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "haemoglobin in women under 12",  # no age
        "at least 8 years of schooling and work",
        "best corrected acuity between 20/40 and 20/200",  # no range of the first numbers
        "patients more than 20",
        "3.21-60 years of age",  # the number of an item and an age
        "children (1-2)",
    ],
)
def test_no_age_is_read(text: str) -> None:
    assert not any(line.startswith(("age", "visual", "bcva")) for line in read(text))


def test_a_dose_in_equivalents_of_an_opioid_is_none_of_glucocorticoids() -> None:
    found = compile_text("opioids > 80 mg morphine equivalents per day", Section.EXCLUSION).expression
    assert isinstance(found, Exposure)
    assert (found.per, found.equivalent_to and found.equivalent_to.id) == ("day", "morphine")
    steroid = compile_text("corticosteroids > 15 mg/day prednisone equivalent", Section.EXCLUSION).expression
    assert isinstance(steroid, Defined)
