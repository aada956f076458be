"""The criteria of the five registered trials, read by hand: what each demands as a number, a level or a time, and how
far data can answer it.

The records: NCT04288102, NCT04452097, NCT04456361, NCT04971980, NCT05689008 at ClinicalTrials.gov.

Notation of a constraint: `measure interval unit`, `scale[level..level]`, `thing @days before anchor`, `drug >dose`.
A limit within a question to a person (a promise for the time of the trial) is no constraint on the patient's data.
"""

import pytest

from trialwright.protocol.eligibility.compiling import compile_all
from trialwright.protocol.eligibility.split import draft_eligibility
from trialwright.protocol.eligibility.tree import (
    And,
    AtLeast,
    Compare,
    Computability,
    Consent,
    Defined,
    Exposure,
    Implies,
    Judgement,
    Missing,
    Not,
    Or,
    Ordinal,
    Present,
    Reference,
    Result,
    Sex,
    Window,
    leaves,
)
from trialwright.record.read import read

pytestmark = pytest.mark.corpus

ALL, PART, ASK = Computability.COMPUTABLE, Computability.PARTLY, Computability.JUDGEMENT

# the class of each criterion, and every constraint of it
EXPECTED = {
    "NCT04288102": {
        "minimum-age": (ALL, {"age >=18 year"}),
        "maximum-age": (ALL, {"age <=75 year"}),
        "inclusion-1": (ALL, {"age >=18 <=75 year"}),
        "inclusion-2": (ALL, set()),
        "inclusion-3": (PART, set()),
        "inclusion-4": (PART, set()),
        "inclusion-5": (
            PART,
            {
                "respiratory-rate >=30 1/min",
                "oxygen-saturation <=93 %",
                "pao2-fio2 <=300 mmHg",
                "focus progress >50 %",
            },
        ),
        "inclusion-6": (PART, set()),
        "exclusion-1": (PART, set()),
        "exclusion-2": (PART, set()),
        "exclusion-3": (ALL, set()),
        "exclusion-4": (PART, set()),
        "exclusion-5": (PART, set()),
        "exclusion-6": (ALL, set()),
        "exclusion-7": (ALL, set()),
        "exclusion-8": (PART, set()),
        "exclusion-9": (PART, {"interstitial-lung-disease @<=2 week before unstated"}),
        "exclusion-10": (ASK, set()),
    },
    "NCT04452097": {
        "minimum-age": (ALL, {"age >=18 year"}),
        "maximum-age": (ALL, {"age <=80 year"}),
        "inclusion-1": (ASK, set()),
        "inclusion-2": (PART, {"pao2-fio2 >200 <=300 mmHg", "pao2-fio2 >100 <=200 mmHg", "peep >=5 cmH2O"}),
        "inclusion-3": (ALL, set()),
        "inclusion-4": (ASK, set()),
        "inclusion-5": (PART, set()),
        "exclusion-1": (ASK, set()),
        "exclusion-2": (PART, set()),
        "exclusion-3": (
            PART,
            {
                "corticosteroid >240 mg/day as methylprednisolone @<=3 day before screening or randomisation",
                "systemic-corticosteroid @<=3 day before screening or randomisation",
            },
        ),
        "exclusion-4": (ALL, set()),
        "exclusion-5": (ALL, set()),
        "exclusion-6": (ALL, set()),
    },
    "NCT04456361": {
        "minimum-age": (ALL, {"age >=18 year"}),
        "inclusion-1": (PART, set()),
        "inclusion-2": (
            PART,
            {
                "pao2-fio2 >200 <=300 mmHg",
                "pao2-fio2 >100 <=200 mmHg",
                "pao2-fio2 <=100 mmHg",
                "peep >=5 cmH2O",
                "cpap >=5 cmH2O",
            },
        ),
        "inclusion-3": (ALL, set()),
        "inclusion-4": (ALL, {"age >=18 year"}),
        "inclusion-5": (PART, set()),
        "exclusion-1": (ASK, set()),
        "exclusion-2": (PART, set()),
        "exclusion-3": (PART, set()),
        "exclusion-4": (ALL, set()),
    },
    "NCT04971980": {
        "minimum-age": (ALL, {"age >=18 year"}),
        "maximum-age": (ALL, {"age <=65 year"}),
        "inclusion-1": (ASK, set()),
        "inclusion-2": (ALL, {"acr-eular-2010 >=6"}),
        "inclusion-3": (PART, {"das28 >3.2"}),
        "inclusion-4": (ALL, set()),
        "inclusion-5": (ASK, set()),
        "inclusion-6": (ASK, set()),
        "inclusion-7": (PART, set()),
        "exclusion-1": (ASK, set()),
        "exclusion-2": (
            PART,
            {"hospitalization @<=3 month before screening", "anti-infective @<=3 month before screening"},
        ),
        "exclusion-3": (ALL, set()),
        "exclusion-4": (ALL, {"alt >=2 ULN", "ast >=2 ULN"}),
        "exclusion-5": (ALL, {"creatinine-clearance <45 mL/min"}),
        "exclusion-6": (PART, set()),
        "exclusion-7": (ASK, set()),
        "exclusion-8": (ALL, {"stroke @<=1 year before screening"}),
        "exclusion-9": (PART, {"nyha[III..IV]"}),
        "exclusion-10": (PART, {"surgery @<=14 day before enrolment", "trauma @<=14 day before enrolment"}),
        "exclusion-11": (PART, set()),
        "exclusion-12": (
            PART,
            {
                "corticosteroid @<=28 day before randomisation",
                "systemic-corticosteroid >10 mg/day as prednisone @<=28 day before randomisation",
            },
        ),
        "exclusion-13": (PART, set()),
        "exclusion-14": (ALL, {"clinical-trial-participation @<=3 month before screening"}),
        "exclusion-15": (PART, set()),
        "exclusion-16": (ASK, set()),
    },
    "NCT05689008": {
        "minimum-age": (ALL, {"age >=18 year"}),
        "maximum-age": (ALL, {"age <=85 year"}),
        "inclusion-1": (ALL, {"age >=18 <=85 year"}),
        "inclusion-2": (PART, set()),
        "inclusion-3": (ALL, {"bmi >=20 <=30 kg/m2"}),
        "inclusion-4": (ALL, set()),
        "exclusion-1": (PART, set()),
        "exclusion-2": (PART, set()),
        "exclusion-3": (PART, set()),
        "exclusion-4": (ALL, set()),
        "exclusion-5": (PART, set()),
        "exclusion-6": (PART, {"nyha[III..IV]", "ckd-stage[3..]", "child-pugh-score >7"}),
        "exclusion-7": (ALL, set()),
        "exclusion-8": (PART, set()),
        "exclusion-9": (ASK, set()),
    },
}


def interval(bounds):
    parts = []
    if bounds.low is not None:
        parts.append(f"{'>=' if bounds.low_inclusive else '>'}{bounds.low}")
    if bounds.high is not None:
        parts.append(f"{'<=' if bounds.high_inclusive else '<'}{bounds.high}")
    return " ".join(parts)


def window(when):
    if not isinstance(when, Window):
        return "" if when is None else f" @{when}"
    anchors = " or ".join(anchor.text or anchor.kind.value for anchor in when.anchors)
    return f" @{interval(when.interval)} {when.unit} {when.side.value} {anchors}"


def constraint(leaf):
    """The constraint of a leaf in the notation above, None where it states none."""
    match leaf:
        case Compare():
            unit = {Reference.UPPER_LIMIT: "ULN", Reference.LOWER_LIMIT: "LLN"}.get(leaf.reference, leaf.unit)
            return f"{leaf.measure.key} {interval(leaf.interval)}" + (f" {unit}" if unit else "")
        case Ordinal():
            return f"{leaf.scale.key}[{leaf.low or ''}..{leaf.high or ''}]"
        case Present() if leaf.when is not None:
            return leaf.concept.key + window(leaf.when)
        case Exposure() if leaf.when is not None or leaf.dose is not None:
            dose = f" {interval(leaf.dose)} {leaf.unit}/{leaf.per}" if leaf.dose is not None else ""
            other = leaf.equivalent_to
            return leaf.drug.key + dose + (f" as {other.key}" if other is not None else "") + window(leaf.when)
    return None


@pytest.fixture(scope="module")
def compiled(corpus):
    found = {}
    for path in sorted((corpus / "records").iterdir()):
        record = read(path)
        eligibility, _ = draft_eligibility(record)
        found[record.nct_id] = {one.id: one for one in compile_all(eligibility)}
    return found


CASES = [(nct, name) for nct, criteria in EXPECTED.items() for name in criteria]


@pytest.mark.parametrize("nct", EXPECTED)
def test_every_criterion_of_the_record_is_judged_here(compiled, nct):
    assert list(compiled[nct]) == list(EXPECTED[nct])


@pytest.mark.parametrize(("nct", "name"), CASES)
def test_the_constraints_are_the_ones_stated(compiled, nct, name):
    stated = {constraint(leaf) for leaf in leaves(compiled[nct][name].expression)} - {None}
    assert stated == EXPECTED[nct][name][1]


@pytest.mark.parametrize(("nct", "name"), CASES)
def test_how_far_data_can_answer(compiled, nct, name):
    assert compiled[nct][name].computability is EXPECTED[nct][name][0]


def answer(node, facts):
    """Kleene's logic, written anew. `facts`: whether things hold, by their key; `?` answers every question."""
    match node:
        case And():
            found = [answer(part, facts) for part in node.parts]
            return False if False in found else None if None in found else True
        case Or():
            found = [answer(part, facts) for part in node.parts]
            return True if True in found else None if None in found else False
        case AtLeast():
            found = [answer(part, facts) for part in node.parts]
            if found.count(True) >= node.count:
                return True
            return False if len(found) - found.count(False) < node.count else None
        case Not():
            found = answer(node.part, facts)
            return None if found is None else not found
        case Implies():
            return answer(Or((Not(node.condition), node.then)), facts)
        case Defined():
            return answer(node.body, facts)
        case Compare():
            return facts.get(constraint(node).split(" ")[0])
        case Ordinal():
            return facts.get(node.scale.key)
        case Present() | Exposure():
            thing = node.concept if isinstance(node, Present) else node.drug
            known = facts.get(thing.key)
            if node.apart_from and known is not False:
                excepted = {concept.key for concept in node.apart_from}
                other = facts.get(f"{thing.key} apart from {' '.join(sorted(excepted))}")
                return known if other is None else other
            return known
        case Result():
            return facts.get(f"{node.test.key} {node.result}")
        case Sex():
            return facts.get("sex") == node.sex if "sex" in facts else None
        case Judgement():
            return facts.get("?")
        case Consent():
            return facts.get("consent")
        case Missing():
            return None
    raise AssertionError(node)


LOGIC = [
    # pregnancy alone excludes; somebody not pregnant is excluded only without contraception
    ("NCT04288102", "exclusion-1", {"pregnancy": True}, True),
    ("NCT04288102", "exclusion-1", {"pregnancy": False, "breastfeeding": False, "?": True}, True),
    ("NCT04288102", "exclusion-1", {"pregnancy": False, "breastfeeding": False, "?": False}, False),
    # "and" that means or
    ("NCT04288102", "exclusion-2", {"cancer": True}, True),
    ("NCT04288102", "exclusion-2", {"psychosis": True, "cancer": False, "?": False}, True),
    ("NCT05689008", "exclusion-4", {"pregnancy": False, "breastfeeding": True}, True),
    # any one of four
    ("NCT04288102", "inclusion-5", {"oxygen-saturation": True, "?": True}, True),
    # consent that cannot be given excludes, also where the procedures could be followed
    ("NCT04288102", "exclusion-4", {"consent": False, "?": False}, True),
    ("NCT04288102", "exclusion-4", {"consent": True, "?": True}, True),
    ("NCT04288102", "exclusion-4", {"consent": True, "?": False}, False),
    # the exception belongs to its clause: being sterile does not lift being pregnant
    ("NCT04452097", "exclusion-2", {"pregnancy": True, "menopause": True, "?": True}, True),
    ("NCT04971980", "exclusion-11", {"pregnancy": True, "menopause": True}, True),
    (
        "NCT04971980",
        "exclusion-11",
        {"pregnancy": False, "breastfeeding": False, "menopause": True, "?": True},
        False,
    ),
    # the demand on men concerns nobody else
    ("NCT04456361", "inclusion-5", {"sex": "FEMALE", "?": False}, True),
    ("NCT04456361", "inclusion-5", {"sex": "MALE", "?": False}, True),
    ("NCT04456361", "inclusion-5", {"sex": "MALE", "?": True}, True),
    # bands are alternatives
    (
        "NCT04456361",
        "inclusion-2",
        {"acute-respiratory-distress-syndrome": True, "pao2-fio2": True, "peep": True, "cpap": False, "?": True},
        True,
    ),
    # one who consents or whose representative does
    ("NCT04456361", "inclusion-1", {"consent": True, "?": True}, True),
    ("NCT04456361", "exclusion-3", {"?": False, "diabetes": True, "uncontrolled-diabetes": True}, False),
    # i.e. defines: high activity is the score, nothing more
    ("NCT04971980", "inclusion-3", {"das28": False, "?": True}, False),
    ("NCT04971980", "inclusion-4", {"rheumatoid-factor positive": False, "anti-ccp positive": True}, True),
    ("NCT04971980", "exclusion-4", {"alt": False, "ast": True}, True),
    # the exception belongs to each record
    (
        "NCT04971980",
        "exclusion-15",
        {
            "cancer": True,
            "cancer apart from basal-cell-carcinoma cervical-carcinoma-in-situ": True,
            "basal-cell-carcinoma": True,
            "?": True,
        },
        True,
    ),
    (
        "NCT04971980",
        "exclusion-15",
        {
            "cancer": True,
            "cancer apart from basal-cell-carcinoma cervical-carcinoma-in-situ": False,
            "basal-cell-carcinoma": True,
            "?": True,
        },
        False,
    ),
    # "especially" does not narrow: any severe allergy excludes
    ("NCT05689008", "exclusion-3", {"allergic-disease": True, "?": True}, True),
    # each of the complications excludes by itself
    ("NCT05689008", "exclusion-6", {"cancer": True}, True),
    ("NCT05689008", "exclusion-6", {"liver-dysfunction": True, "child-pugh-score": True, "?": True}, True),
]


@pytest.mark.parametrize(("nct", "name", "facts", "expected"), LOGIC)
def test_the_logic_is_the_one_meant(compiled, nct, name, facts, expected):
    assert answer(compiled[nct][name].expression, facts) is expected
