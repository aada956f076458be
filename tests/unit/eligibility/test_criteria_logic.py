"""The logic of criteria: lists, negations, exceptions, conditions, definitions and consent, on lines written here."""

import pytest

from trialwright.protocol.eligibility.compiling import compile_all, compile_item, compile_text
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.protocol.eligibility.tree import (
    And,
    AtLeast,
    Compare,
    Consent,
    Defined,
    Exposure,
    Implies,
    Judgement,
    Missing,
    Not,
    Or,
    Present,
    Sex,
)


def brief(node):
    """A tree in few characters: `&`, `|`, `!`, `>`, keys of things, `?` for a question."""
    match node:
        case And():
            return "(" + " & ".join(brief(part) for part in node.parts) + ")"
        case Or():
            return "(" + " | ".join(brief(part) for part in node.parts) + ")"
        case AtLeast():
            return f"{node.count} of ({', '.join(brief(part) for part in node.parts)})"
        case Not():
            return "!" + brief(node.part)
        case Implies():
            return f"({brief(node.condition)} > {brief(node.then)})"
        case Defined():
            return f"[{brief(node.body)}]"
        case Compare():
            return node.measure.key
        case Present() | Exposure():
            thing = node.concept if isinstance(node, Present) else node.drug
            apart = "".join(f"-{concept.key}" for concept in node.apart_from)
            return thing.key + apart
        case Sex():
            return node.sex[0]
        case Consent():
            return f"consent:{node.by}"
        case Judgement():
            return "?"
    return type(node).__name__.lower()


INCLUDED = [
    ("Male", "M"),
    ("Men or women with asthma", "asthma"),
    ("Diabetes or asthma", "(diabetes | asthma)"),
    ("Diabetes and asthma", "(diabetes & asthma)"),
    ("Diabetes, asthma and epilepsy", "((diabetes | asthma | epilepsy) & ?)"),
    # an alternative with a condition must not hold where the condition does not
    ("QTc < 440 ms in men or < 460 ms in women", "((M & qtc) | (F & qtc))"),
    ("ALT up to 3 x ULN, or up to 6 x ULN if liver metastases are present", "(alt | (liver-metastases & alt))"),
    ("Haemoglobin at least 12 g/dL, or at least 11 g/dL if female", "(hemoglobin | (F & hemoglobin))"),
    ("Bilirubin < 2 x ULN (< 4 x ULN if Gilbert's syndrome)", "(bilirubin | (gilberts-syndrome & bilirubin))"),
    # one sex alone is concerned, whichever way it may meet the demand
    ("Women must use contraception; or women must be postmenopausal", "((F > ?) | (F > menopause))"),
    ("Pregnancy test negative (for women of childbearing potential)", "((F & childbearing-potential) > result)"),
    # a slash between two measures with one limit means both
    ("ALT/AST below 3 x ULN", "(alt & ast)"),
    # permitting demands nothing
    ("Earlier radiotherapy is allowed if it ended 3 weeks before enrolment", "?"),
    ("AST below 3 x ULN NOTE: up to 5 x ULN is acceptable with liver metastases", "(ast & ?)"),
    ("Migraine for more than 1 year, two or more attacks each month", "(migraine & attacks)"),
    ("Diabetes, asthma or epilepsy", "(diabetes | asthma | epilepsy)"),
    ("Diabetes or asthma, and epilepsy", "((diabetes | asthma) & epilepsy)"),
    ("No diabetes", "!diabetes"),
    ("No diabetes or asthma", "!(diabetes | asthma)"),
    ("No diabetes and no asthma", "(!diabetes & !asthma)"),
    ("Patients without asthma", "!asthma"),
    ("Free of epilepsy", "!epilepsy"),
    ("Patients must not have asthma", "!asthma"),
    ("Not pregnant or breastfeeding", "!(pregnancy | breastfeeding)"),
    ("No diabetes, and age of 18 years or older", "(!diabetes & age)"),
    ("Patients with asthma are not eligible", "!asthma"),
    ("At least two of the following: asthma, diabetes, epilepsy", "2 of (asthma, diabetes, epilepsy)"),
    ("At least two of the following: a) asthma; b) diabetes; c) epilepsy", "2 of (asthma, diabetes, epilepsy)"),
    ("One of the following: asthma, epilepsy", "(asthma | epilepsy)"),
    ("All of the following: asthma, epilepsy", "(asthma & epilepsy)"),
    ("If diabetic, HbA1c below 8 %", "(diabetes > hba1c)"),
    ("Women must have hemoglobin > 12 g/dL", "(F > hemoglobin)"),
    ("Hemoglobin > 12 g/dL for women and > 13 g/dL for men", "((F > hemoglobin) & (M > hemoglobin))"),
    ("Women of childbearing potential must use contraception", "((F & childbearing-potential) > ?)"),
    ("Men must agree to use condoms", "(M > ?)"),
    (
        "Women of childbearing potential must use contraception, and men must use condoms",
        "(((F & childbearing-potential) > ?) & (M > ?))",
    ),
    ("Bilirubin < 1.5 x ULN unless the patient has Gilbert syndrome", "(bilirubin | gilberts-syndrome)"),
    ("No cancer except basal cell carcinoma", "!cancer-basal-cell-carcinoma"),
    ("Able to swallow tablets", "?"),
    ("Severe asthma that needs oxygen at home", "(severe-asthma & ?)"),
    ("Written informed consent", "consent:participant"),
    ("Informed consent by the patient or a legal guardian", "(consent:participant | consent:representative)"),
    ("Informed consent of the parents", "consent:representative"),
    ("Relapsed or refractory acute myeloid leukemia", "(acute-myeloid-leukemia & ?)"),
    ("ALT and/or AST < 3 x ULN", "(alt & ast)"),
    ("ALT or AST < 3 x ULN", "2 of (alt, ast, ?)"),
    ("Obesity, i.e. BMI of at least 30 kg/m2", "bmi"),
]

EXCLUDED = [
    ("Women:", "?"),
    ("Women", "F"),
    ("Allergy to lidocaine, which serves as a local anesthetic", "(lidocaine & ?)"),
    ("Diabetes, which led to HbA1c > 9 %", "(diabetes & hba1c & ?)"),
    (
        "Bleeding and stroke, or asthma that prevents use of warfarin or heparin",
        "(bleeding | stroke | (asthma & ?))",
    ),
    ("At the discretion of the physician, asthma", "(asthma & ?)"),
    ("Asthma, which in the judgement of the physician may hinder the patient", "(asthma & ?)"),
    ("Heart disease, but excludes heart failure", "heart-disease-heart-failure"),
    ("Prior chemotherapy is allowed", "?"),
    ("Asthma is not an exclusion criterion", "?"),
    # a word before the first of two organs narrows both
    ("Severe heart or kidney disease", "?"),
    ("Uncontrolled diabetes or asthma", "(uncontrolled-diabetes | (asthma & ?))"),
    ("Need of high doses of oral or inhaled steroids", "?"),
    # what only says more, and what stands in a relative clause, excludes nobody by itself
    ("QTc > 480 ms, measured on two days", "(qtc & ?)"),
    ("Heart failure that requires treatment with warfarin or heparin", "(heart-failure & ?)"),
    ("Plan of treatment that includes hormone therapy", "?"),
    ("Any vaccine (unless inactivated)", "(vaccine & ?)"),
    # an exception as wide as the thing is left to a person
    ("Cancer except skin cancer or other cancer treated with success", "(cancer & !((skin-cancer | cancer) & ?))"),
    ("Current use of warfarin or heparin", "(warfarin | heparin)"),
    ("Allergy to penicillin, unobtainium or nickel", "(penicillin | ? | nickel)"),
    ("Diabetes and asthma", "(diabetes | asthma)"),
    ("Both diabetes and asthma", "(diabetes & asthma)"),
    ("Pregnant and breastfeeding women", "(pregnancy | breastfeeding)"),
    ("Creatinine > 2 mg/dL and platelets < 100 x 10^9/L", "2 of (creatinine, platelets, ?)"),
    ("Creatinine > 2 mg/dL or platelets < 100 x 10^9/L", "(creatinine | platelets)"),
    ("Poorly managed asthma", "(asthma & ?)"),
    ("Poorly managed asthma, epilepsy or hypertension", "((asthma | epilepsy | hypertension) & ?)"),
    ("Cancer other than basal cell carcinoma", "cancer-basal-cell-carcinoma"),
    ("Cancer unless cured for five years", "(cancer & !?)"),
    (
        "Cancer, except adequately treated basal cell carcinoma",
        "(cancer-basal-cell-carcinoma | (basal-cell-carcinoma & !?))",
    ),
    ("Patients must not have asthma", "asthma"),
    ("Patients will be excluded if they have asthma", "asthma"),
    ("Patients without asthma", "!asthma"),
    ("No asthma", "?"),
    ("Not willing to consent", "!consent:participant"),
    ("Inability to give informed consent or to follow the protocol", "(!consent:participant | ?)"),
    ("Family history of breast cancer", "?"),
    ("High risk of stroke, bleeding or epilepsy", "?"),
    ("Any illness that, in the opinion of the investigator, would disturb the treatment of asthma", "?"),
    (
        "Asthma, epilepsy, or any other illness that in the investigator's opinion makes the study unsafe",
        "(asthma | epilepsy | ?)",
    ),
    ("Asthma or epilepsy that, in the opinion of the investigator, is dangerous", "((asthma | epilepsy) & ?)"),
    ("Serious illness such as asthma or epilepsy", "?"),
    ("Serious illness, including asthma and epilepsy", "(? | asthma | epilepsy)"),
    ("Lung disease, especially asthma", "lung-disease"),
    ("Pregnant, or unwilling to use contraception, unless sterilized", "(pregnancy | (? & !?))"),
    ("Women who are not pregnant but refuse contraception", "(F & !pregnancy & ?)"),
    ("Women of childbearing potential must use contraception", "(F & childbearing-potential & !?)"),
    ("Asthma. Patients with asthma in childhood only are allowed", "(asthma & !(asthma & ?))"),
    ("Hemoglobin < 12 g/dL for women or < 13 g/dL for men", "((F & hemoglobin) | (M & hemoglobin))"),
]


@pytest.mark.parametrize(("text", "expected"), INCLUDED)
def test_an_inclusion_states(text, expected):
    assert brief(compile_text(text, Section.INCLUSION).expression) == expected


@pytest.mark.parametrize(("text", "expected"), EXCLUDED)
def test_an_exclusion_states(text, expected):
    assert brief(compile_text(text, Section.EXCLUSION).expression) == expected


NESTED = [
    (
        Section.INCLUSION,
        "At least two of the following:\n  * asthma\n  * epilepsy\n  * diabetes",
        "2 of (asthma, epilepsy, diabetes)",
    ),
    (Section.INCLUSION, "All of the following:\n  1. asthma\n  2. epilepsy", "(asthma & epilepsy)"),
    (Section.EXCLUSION, "Any of the following:\n  * asthma\n  * epilepsy", "(asthma | epilepsy)"),
    (Section.INCLUSION, "None of the following:\n  * asthma\n  * epilepsy", "!(asthma | epilepsy)"),
    (
        Section.INCLUSION,
        "Relapsed leukemia\n  * Early relapse is defined by blasts 5-20 %\n  * Late relapse is defined as blasts > 9 %",
        "(leukemia & ? & (blasts | blasts))",
    ),
    (
        Section.INCLUSION,
        "Confirmed lung cancer\n  - squamous cell carcinoma\n  - adenocarcinoma\n  - large cell carcinoma",
        "(lung-cancer & (squamous-cell-carcinoma | adenocarcinoma | (cancer & ?)) & ?)",
    ),
    (Section.EXCLUSION, "Any of these (now unless otherwise stated):\n  * asthma\n  * epilepsy", "(asthma | epilepsy)"),
    (Section.EXCLUSION, "Heart disease:\n  * heart failure\n  * obesity", "(heart-failure | obesity)"),
    (Section.EXCLUSION, "Cancer, except:\n  * basal cell carcinoma", "(cancer & !basal-cell-carcinoma)"),
    (
        Section.INCLUSION,
        "Adequate blood counts:\n  - hemoglobin > 9 g/dL\n  - platelets > 100 x 10^9/L",
        "(hemoglobin & platelets)",
    ),
]


@pytest.mark.parametrize(("section", "text", "expected"), NESTED)
def test_nested_items_follow_their_head(section, text, expected):
    assert brief(compile_text(text, section).expression) == expected


def test_bands_of_one_scale_are_alternatives():
    text = "Respiratory failure. Mild: PaO2/FiO2 above 200 mmHg Moderate: PaO2/FiO2 of 100 to 200 mmHg"
    expression = compile_text(text, Section.INCLUSION).expression
    assert brief(expression) == "(respiratory-failure & (pao2-fio2 | pao2-fio2))"


def test_spans_of_nested_items_count_from_the_start_of_the_text():
    text = "Any of the following:\n  * asthma\n  * epilepsy"
    expression = compile_text(text, Section.EXCLUSION).expression
    assert [text[slice(*part.span)] for part in expression.parts] == ["asthma", "epilepsy"]


def test_an_ambiguous_and_is_reported():
    compiled = compile_text("Creatinine > 2 mg/dL and platelets < 100 x 10^9/L", Section.EXCLUSION)
    assert [problem.code for problem in compiled.problems] == ["CRIT-201"]
    compiled = compile_text("No asthma", Section.EXCLUSION)
    assert [problem.code for problem in compiled.problems] == ["CRIT-202"]


def test_definitions_from_outside_are_named():
    ards = compile_text("Moderate ARDS by the Berlin definition", Section.INCLUSION).expression
    found = [part for part in (ards, *getattr(ards, "parts", ())) if isinstance(part, Defined)]
    assert len(found) == 1
    assert "Berlin" in found[0].source
    assert "pao2-fio2" in brief(found[0])


def test_a_lost_item_is_never_known():
    lost = Criterion(Section.INCLUSION, ItemKind.MISSING, "3", "", 0, 0)
    assert compile_item(lost, 3).expression == Missing("3")
    assert compile_item(lost, 3).id == "inclusion-3"


def test_the_structured_limits_come_first_and_headings_are_left_out():
    criteria = (
        Criterion(Section.INCLUSION, ItemKind.NOTE, None, "Inclusion Criteria:", 0, 19),
        Criterion(Section.INCLUSION, ItemKind.TEXT, "1", "asthma", 20, 26),
        Criterion(Section.EXCLUSION, ItemKind.TEXT, "1", "epilepsy", 27, 35),
    )
    found = compile_all(Eligibility(criteria, 18.0, 65.5, "FEMALE", False))
    assert [one.id for one in found] == ["minimum-age", "maximum-age", "sex", "inclusion-1", "exclusion-1"]
    assert [brief(one.expression) for one in found] == ["age", "age", "F", "asthma", "epilepsy"]
    assert [one.id for one in compile_all(Eligibility(sex="ALL"))] == []
