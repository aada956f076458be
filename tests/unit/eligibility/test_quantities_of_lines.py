"""What looks like a bound and is none, and quantities that are named in other places than before their number."""

import pytest

from trialwright.protocol.eligibility.compiling import compile_text
from trialwright.protocol.eligibility.grammar.comparing import comparisons
from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.tree import And, Compare, Ordinal, Reference, leaves


def read(text: str) -> list[str]:
    """The comparisons of a line: key, bounds, unit, reference."""
    tokens = tokens_of(text)
    out = []
    for phrase in comparisons(text, tokens, mentions_of(text, tokens)):
        node = phrase.node
        if isinstance(node, Compare):
            interval = node.interval
            low = "" if interval.low is None else f"{'>=' if interval.low_inclusive else '>'}{interval.low}"
            high = "" if interval.high is None else f"{'<=' if interval.high_inclusive else '<'}{interval.high}"
            of = "" if node.reference is Reference.ABSOLUTE else node.reference.value
            out.append(" ".join(f"{node.measure.key} {low} {high} {node.unit or ''} {of}".split()))
        elif isinstance(node, Ordinal):
            of = f"of {node.of.key}" if node.of is not None else ""
            low = "" if node.low is None else f"{'>=' if node.low_inclusive else '>'}{node.low}"
            high = "" if node.high is None else f"{'<=' if node.high_inclusive else '<'}{node.high}"
            out.append(" ".join(f"{node.scale.key} {low} {high} {of}".split()))
    return out


NO_BOUNDS = [
    "ANA titre of at least 1:160",  # a ratio
    "pain marked on a scale of 0 to 10",  # the length of the scale
    "severity on a scale ranging from 1 (none) to 7",
    "aPTT > 2 x control",  # a multiple of what is not known
    "liver enzymes > 3 times baseline",
    "wishes for a pregnancy within 9 months",  # no gestational age
    "cardiac death under 45 years of age in a relative",  # not the patient's age
    "an ankle fracture over 3 weeks old",
    "methods that are at least 98% effective",
    "infection with human T-cell leukemia virus 1-2",
    "failed 1-2 previous regimens",
    "eGFR = 141 x min(Scr/k, 1)",
    "Grade within 5 days of treatment",
    "those who donated more than 450 mL",  # a deed and no quantity
    "no more than a 60% reduction in dose",
    "Child-Pugh A or B7",  # half of it is not understood
]
QUANTITIES = [
    ("hemoglobin drop of more than 3 g/dL", ["hemoglobin drop >3 g/dL"]),
    ("BMI percentile above 95", ["bmi-percentile >95"]),
    ("SOFA score increase of at least 2 points", ["sofa score increase >=2 point"]),
    ("transaminases > 2.5N", ["transaminases >2.5 upper limit of normal"]),
    ("bilirubin above the upper limit of normal by 1.5 times", ["bilirubin >1.5 upper limit of normal"]),
    ("WBC at least 2.5 K/uL", ["wbc >=2.5 10^3/uL"]),
    ("platelets above 90 x 10(3)/microL", ["platelets >90 10^3/uL"]),
    ("ANC < 2, 000 cells/uL", ["anc <2000 1/uL"]),
    (
        "blood pressure of 170 mmHg/105 mmHg or more",
        ["systolic-blood-pressure >=170 mmHg", "diastolic-blood-pressure >=105 mmHg"],
    ),
    ("hypotension (TA < 85/50)", ["systolic-blood-pressure <85", "diastolic-blood-pressure <50"]),
    ("PaO2/oxygen fraction (FiO2) ≤ 250 mmHg", ["pao2-fio2 <=250 mmHg"]),
    ("equal to or greater than (≥) 14 on the EASI score", ["easi >=14"]),
    ("EASI score greater than or equal to (≥) 14", ["easi >=14"]),
    ("scoring at least 11 points on the Insomnia Severity Index", ["isi >=11 point"]),
    ("those with (> 15 on the Worry Sensitivity Scale)", ["worry sensitivity scale >15"]),
    ("hand function > 25/90", ["hand function >25"]),
    ("spherical equivalent between -1.5 and -7 D", ["refractive-power >=-7 <=-1.5 dpt"]),
    ("age between ≥35 through ≤ 85 years", ["age >=35 <=85 year"]),
    ("FEV1 of at least 45%", ["fev1 >=45 predicted"]),
    ("more than 12% unintentional weight loss", ["weight-loss-amount >12 %"]),
    ("prothrombin time/INR > 1.6", ["inr >1.6"]),
    ("blood loss > 600 mL", ["blood-loss-volume >600 mL"]),
    ("Zephyr score (0-10) of 6 or higher", ["zephyr score >=6"]),
    ("Zephyr inventory (range 0-63) > 21", ["zephyr inventory >21"]),
    ("Zephyr scale of 12+", ["zephyr scale >=12"]),
]
LEVELS = [
    ("cT2-3N1M0 breast cancer", ["tnm-t >=T2 <=T3", "tnm-n >=N1 <=N1", "tnm-m >=M0 <=M0"]),
    ("tumour stage ≥ pT3", ["tnm-t >=T3"]),
    ("rectal cancer, T3 or T4", ["tnm-t >=T3 <=T4"]),
    ("stage IIA/B", ["stage >=IIA <=IIA", "stage >=IIB <=IIB"]),
    ("toxicity above CTCAE v 5.0 grade 2", ["grade >2"]),
    ("toxicity to grade 1 or less except for alopecia", ["grade <=1"]),
    ("stage IV or recurrent disease", ["stage >=IV <=IV"]),
    ("GOLD 2-3", ["gold >=II <=III"]),
    ("Tanner II-III", ["tanner-stage >=2 <=3"]),
]


@pytest.mark.parametrize("text", NO_BOUNDS)
def test_what_is_no_bound_gives_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(("text", "stated"), QUANTITIES, ids=[text for text, _ in QUANTITIES])
def test_a_quantity_is_found_wherever_it_is_named(text: str, stated: list[str]) -> None:
    assert read(text) == stated


@pytest.mark.parametrize(("text", "stated"), LEVELS, ids=[text for text, _ in LEVELS])
def test_levels(text: str, stated: list[str]) -> None:
    assert read(text) == stated


@pytest.mark.parametrize("text", ["free T4 above 2 ng/dL in thyroid cancer", "T2-weighted lesions", "T1D and cancer"])
def test_other_things_named_like_categories_of_tumours_are_none(text: str) -> None:
    assert not [one for one in read(text) if one.startswith("tnm")]


@pytest.mark.parametrize("section", list(Section))
def test_the_categories_of_one_tumour_hold_together_on_both_sides(section: Section) -> None:
    tree = compile_text("stage T4N2M0", section).expression
    assert isinstance(tree, And)
    assert len(list(leaves(tree))) == 3


def test_a_value_covers_the_scale_that_it_is_read_on() -> None:
    text = "pain of at least 5 on a 0-10 numeric rating scale"
    tokens = tokens_of(text)
    (phrase,) = comparisons(text, tokens, mentions_of(text, tokens))
    assert text[phrase.start : phrase.end] == text
