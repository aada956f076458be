"""What a line compares, in small tables: variable, bounds, strict or inclusive, unit and what it is a multiple of."""

import pytest

from trialwright.protocol.eligibility.grammar.comparing import comparisons
from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.tree import Compare, Ordinal, Reference


def read(text: str) -> list[str]:
    tokens = tokens_of(text)
    out = []
    for phrase in comparisons(text, tokens, mentions_of(text, tokens)):
        node = phrase.node
        if isinstance(node, Compare):
            interval = node.interval
            low = "" if interval.low is None else f"{'>=' if interval.low_inclusive else '>'}{interval.low} "
            high = "" if interval.high is None else f"{'<=' if interval.high_inclusive else '<'}{interval.high} "
            of = "" if node.reference is Reference.ABSOLUTE else node.reference.value
            out.append(" ".join(f"{node.measure.key} {low}{high}{node.unit or ''} {of}".split()))
        elif isinstance(node, Ordinal):
            low = "" if node.low is None else f"{'>=' if node.low_inclusive else '>'}{node.low} "
            high = "" if node.high is None else f"{'<=' if node.high_inclusive else '<'}{node.high} "
            of = f"of {node.of.key}" if node.of is not None else ""
            out.append(" ".join(f"{node.scale.key} {low}{high}{of}".split()))
    return out


AGES = [
    ("Age of at least 21 years", ["age >=21 year"]),
    ("21 years of age or older", ["age >=21 year"]),
    ("Older than 21 years", ["age >21 year"]),
    ("Adults aged 21-66", ["age >=21 <=66 year"]),
    ("Aged between 21 and 66 years", ["age >=21 <=66 year"]),
    ("Aged from 21 to less than 66 years", ["age >=21 <66 year"]),
    ("≥ 21 and < 66 years of age", ["age >=21 <66 year"]),
    ("21 < age < 66 years", ["age >21 <66 year"]),
    ("age 21to66 years", ["age >=21 <=66 year"]),
    ("under 21 or over 66 years old", ["age <21 year", "age >66 year"]),
    ("Infants aged 3 to 11 months", ["age >=3 <=11 month"]),
    ("aged 6 months to 5 years", ["age >=0.5 <=5 year"]),
    ("Girls and boys ≤ 17 years", ["age <=17 year"]),
    ("21+ years of age", ["age >=21 year"]),
]
MEASURES = [
    ("Haemoglobin ≥ 95 g/L", ["hemoglobin >=95 g/L"]),
    ("platelets not below 75 x 10^9/L", ["platelets >=75 10^9/L"]),
    ("Platelets > 75,000/mm3", ["platelets >75000 1/uL"]),
    ("BMI 19-31 kg/m²", ["bmi >=19 <=31 kg/m2"]),
    ("BMI < 19 or > 31 kg/m2", ["bmi <19 kg/m2", "bmi >31 kg/m2"]),
    ("eGFR no less than 45 mL/min/1.73 m2", ["egfr >=45 mL/min/1.73m2"]),
    ("creatinine in excess of 1.8 mg/dl", ["creatinine >1.8 mg/dL"]),
    ("AST and ALT ≤ 2.5 x ULN", ["ast <=2.5 upper limit of normal", "alt <=2.5 upper limit of normal"]),
    ("bilirubin > 1.5 times the upper limit of normal", ["bilirubin >1.5 upper limit of normal"]),
    ("lipase above the upper limit of normal", ["serum-lipase >1 upper limit of normal"]),
    ("FEV1 below 60 % of the predicted value", ["fev1 <60 predicted"]),
    ("T-score ≤ -2.5", ["t-score <=-2.5"]),
    ("heart rate less than 45 bpm or greater than 130", ["heart-rate <45 1/min", "heart-rate >130 1/min"]),
    ("blood pressure > 165/95 mmHg", ["systolic-blood-pressure >165 mmHg", "diastolic-blood-pressure >95 mmHg"]),
    ("life expectancy of more than 4 months", ["life-expectancy >4 month"]),
    ("more than 30 weeks of gestation", ["gestational-age >30 week"]),
    ("gestational age from 24 weeks 3 days to 31 weeks 6 days", ["gestational-age >=171 <=223 day"]),
    ("HbA1c (glycated haemoglobin) at screening of ≥ 7,5 %", ["hba1c >=7.5 %"]),
    ("eGFR (CKD-EPI) between 25 and 75", ["egfr >=25 <=75"]),
    ("minimum life expectancy of 14 weeks", ["life-expectancy >=14 week"]),
    ("spherical equivalent ≤ -6.5 D", ["refractive-power <=-6.5 dpt"]),
    (
        "ALT, AST and bilirubin twice higher than normal",
        ["alt >2 upper limit of normal", "ast >2 upper limit of normal", "bilirubin >2 upper limit of normal"],
    ),
    ("Zephyr balance score > 12", ["zephyr balance score >12"]),
    ("a total score ≥ 33 on the Zephyr inventory", ["zephyr inventory >=33"]),
    ("fever (> 38.5 °C)", ["body-temperature >38.5 degC"]),
]
LEVELS = [
    ("ECOG 0-1", ["ecog >=0 <=1"]),
    ("ECOG performance status of 0, 1 or 2", ["ecog >=0 <=2"]),
    ("ASA physical status I-III", ["asa >=I <=III"]),
    ("NYHA class III or IV", ["nyha >=III <=IV"]),
    ("NYHA > II", ["nyha >II"]),
    ("stage IIIB-IV melanoma", ["stage >=IIIB <=IV of melanoma"]),
    ("pneumonitis > grade 2", ["grade >2 of pneumonitis"]),
    ("grade 3 or higher pneumonitis", ["grade >=3 of pneumonitis"]),
    ("Child-Pugh A or B", ["child-pugh >=A <=B"]),
    ("CKD stage 3b or worse", ["ckd-stage >=3b"]),
    ("disease up to stage 2b by the Fontaine classification", ["fontaine <=IIb"]),
]
NOTHING = [
    "COVID-19 or type 2 diabetes",
    "HER2 and CD19 positive disease, version 4.0",
    "mean of 3 readings of blood pressure",
    "at least two prior medicines",
    "prednisone > 15 mg/day",
    "surgery within 4 weeks",
    "a 0-10 numeric rating scale is used",
    "seen between 2009 and 2016",
    "1. Signed consent",
    "transplants less than 2 years old",
    "a wheal of 4 mm greater than the control",
    "wheal diameter ≥ 4 mm greater than that of saline",
]


@pytest.mark.parametrize(("text", "expected"), [*AGES, *MEASURES, *LEVELS])
def test_a_comparison_is_read_as_written(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_comparison_gives_none(text: str) -> None:
    assert read(text) == []
