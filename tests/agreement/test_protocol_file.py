"""A protocol file read back is the protocol that was written, whatever its texts and numbers hold."""

from decimal import Decimal

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from trialwright.core.problem import Evidence, Problem
from trialwright.core.quantity import Amount, AmountPerKg, AmountPerSquareMetre
from trialwright.protocol import files
from trialwright.protocol.arms import Arm, ArmRole, Treatment
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.dosing import DoseLevel, DoseReading, Dosing
from trialwright.protocol.eligibility.forms.editable import write
from trialwright.protocol.eligibility.items import Criterion, Eligibility
from trialwright.protocol.eligibility.tree import Judgement
from trialwright.protocol.kinds import DltDefinition, Escalation, Parallel, SelectThenCompare, SingleArm, Unsupported
from trialwright.protocol.outcomes import Derivation, IntercurrentEvent, Outcome, Parameter
from trialwright.protocol.protocol import Enrolment, Protocol, Supplied
from trialwright.protocol.schedule import Encounter
from trialwright.protocol.timeframe import TimeFrame

GENERATE = (Phase.explicit, Phase.reuse, Phase.generate)  # a failing protocol is large: shrinking one takes minutes
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    [
        "null",
        "~",
        "yes",
        "true",
        "1",
        "1.0",
        "1e3",
        "0x1F",
        "2020-01-01",
        "- a",
        "a: b",
        "# c",
        "",
        " lead",
        "trail ",
        "a\nb\n",
        "&x",
        "*x",
        "!!int 1",
        "x" * 200 + " y" * 90,
    ]
)
FLOAT = st.floats(allow_nan=False, width=64)
INT = st.integers(-(10**9), 10**9)
VALUE = st.decimals(min_value=0, max_value=Decimal("1E+15"), allow_nan=False, allow_infinity=False, places=6)
DOSE = st.one_of(
    *(st.builds(kind, VALUE, TEXT | st.just("cells")) for kind in (Amount, AmountPerKg, AmountPerSquareMetre))
)

for primitive, strategy in ((str, TEXT), (float, FLOAT), (int, INT), (Decimal, VALUE)):
    st.register_type_strategy(primitive, strategy)


def few(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(strategy, max_size=2).map(tuple)


DOSING = st.builds(
    Dosing,
    readings=few(st.builds(DoseReading, dose=DOSE)),
    volume=st.none() | st.builds(Amount, VALUE, TEXT | st.just("mL")),
    evidence=few(st.from_type(Evidence)),
)
ARM = st.builds(Arm, role=st.sampled_from(ArmRole), treatments=few(st.builds(Treatment, dosing=DOSING)))
ESCALATION = st.builds(
    Escalation, kind=st.just("dose escalation"), arms=few(TEXT) | st.just(("arm-1",) * 3), levels=st.integers(1, 4)
)
PARALLEL = st.builds(Parallel, kind=st.just("parallel groups"), ratio=st.none() | few(INT))
DESIGN = st.one_of(
    ESCALATION,
    PARALLEL,
    st.builds(SingleArm, kind=st.just("single arm")),
    st.builds(Unsupported, kind=st.just("not runnable")),
    st.builds(SelectThenCompare, ESCALATION, PARALLEL, kind=st.just("dose selection, then parallel groups")),
)
LAID_OUT = ["sex male", "  sex male\n\n and\tconsent \n", "\nage >= 18 years\n", "sex male\r\nand consent"]
# a form that cannot be read is refused: the tests of faults hold that
FORM = st.none() | st.sampled_from(LAID_OUT) | st.builds(Judgement, TEXT, prompts=few(TEXT)).map(write)
CRITERIA = few(st.builds(Criterion, form=FORM))
OUTCOME = st.builds(
    Outcome,
    time_frame=st.builds(TimeFrame, days=few(FLOAT)),
    derivation=st.builds(Derivation, parameters=few(st.builds(Parameter, categories=few(st.tuples(INT, TEXT))))),
    intercurrent=few(st.from_type(IntercurrentEvent)),
)
PROTOCOL = st.builds(
    Protocol,
    arms=few(ARM),
    dose_levels=few(st.builds(DoseLevel, dose=st.none() | DOSE)),
    design=DESIGN,
    enrolment=st.from_type(Enrolment),
    dlt=st.none() | st.from_type(DltDefinition),
    eligibility=st.builds(Eligibility, criteria=CRITERIA, known_fields=few(TEXT)),
    outcomes=few(OUTCOME),
    proposed_outcomes=few(OUTCOME),
    schedule=few(st.builds(Encounter, activities=few(TEXT))),
    assumptions=few(st.builds(Assumption, alternatives=few(TEXT))),
    problems=few(st.builds(Problem, evidence=few(st.from_type(Evidence)))),
    truth=few(FLOAT),
    supplied=few(st.from_type(Supplied)),
)


@settings(max_examples=60, deadline=None, phases=GENERATE)
@given(PROTOCOL)
def test_a_file_read_back_is_the_same_protocol(protocol):
    text = files.dump(protocol)
    assert files.load(text) == protocol


@settings(max_examples=25, deadline=None, phases=GENERATE)
@given(PROTOCOL, PROTOCOL)
def test_an_updated_file_is_the_new_protocol(old, new):
    assert files.load(files.update(files.dump(old), new)) == new
