"""Conditions, drugs, windows, lists and persons' answers over a cohort, each answer stated by hand."""

from datetime import date
from decimal import Decimal

import pytest
from answering import DAY, answer, flag, least, most, thing, within

from trialwright.protocol.eligibility.tree import (
    Anchor,
    AnchorKind,
    And,
    AtLeast,
    Compare,
    Concept,
    Consent,
    Course,
    Dates,
    Defined,
    Exposure,
    Implies,
    Interval,
    Judgement,
    Kind,
    Lasting,
    Missing,
    Not,
    Or,
    Present,
    Sex,
    Side,
    Window,
)
from trialwright.screen.person import FactRecord

CANCER, BREAST, BASAL, SOLID = "cancer", "breast-cancer", "basal-cell-carcinoma", "solid-tumor"


def condition(key, **more):
    return Present(Kind.CONDITION, thing(key), **more)


def since(start, end=None, **more):
    return FactRecord(True, start, end, **more)


@pytest.mark.parametrize(
    ("facts", "complete", "said"),
    [
        ({CANCER: flag()}, (), True),
        ({CANCER: flag(False)}, (), False),
        ({}, (), None),
        ({}, (CANCER,), False),
        ({BREAST: flag()}, (), True),
        ({BREAST: flag(False)}, (), None),
        ({CANCER: FactRecord(None)}, (CANCER,), None),
        ({CANCER: (FactRecord(False), FactRecord(True))}, (), True),
        ({CANCER: (FactRecord(False), FactRecord(None))}, (), None),
        ({CANCER: flag(False), BREAST: flag()}, (), True),
    ],
)
def test_a_condition_is_there_or_not_or_not_known(facts, complete, said):
    assert answer(condition(CANCER), facts=facts, complete=complete) is said


@pytest.mark.parametrize(
    ("facts", "complete", "said"),
    [
        ({CANCER: flag()}, (), None),
        ({CANCER: flag(False)}, (), False),
        ({}, (CANCER,), False),
        ({"basal-cell-carcinoma": flag()}, (CANCER,), False),
        ({CANCER: FactRecord(True)}, (CANCER,), None),
    ],
)
def test_what_is_broader_could_be_it_and_its_absence_rules_it_out(facts, complete, said):
    assert answer(condition(BREAST), facts=facts, complete=complete) is said


def test_words_that_the_lexicon_does_not_know():
    leaf = Present(Kind.CONDITION, Concept(None, "Some rare  thing"))
    assert answer(leaf, facts={"some rare thing": flag()}) is True
    assert answer(leaf, facts={CANCER: flag()}) is None


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({BASAL: flag()}, None),
        ({BASAL: flag(), CANCER: flag(False)}, False),
        ({BASAL: flag(), BREAST: flag()}, True),
        ({CANCER: flag()}, None),
        ({BREAST: FactRecord(True)}, True),
    ],
)
def test_an_exception_belongs_to_each_record(facts, said):
    assert answer(condition(CANCER, apart_from=(thing(BASAL),)), facts=facts) is said


def test_an_exception_in_unknown_words_could_be_any_record():
    leaf = condition(CANCER, apart_from=(Concept(None, "adequately treated tumours"),))
    assert answer(leaf, facts={BREAST: flag()}) is None


@pytest.mark.parametrize(
    ("course", "record", "said"),
    [
        (Course.CURRENT, flag(), True),
        (Course.CURRENT, since(date(2020, 1, 1), ongoing=True), True),
        (Course.CURRENT, since(date(2020, 1, 1)), None),
        (Course.CURRENT, since(date(2020, 1, 1), date(2024, 6, 30)), None),
        (Course.CURRENT, since(date(2020, 1, 1), date(2024, 7, 1)), True),
        (Course.PAST, flag(), None),
        (Course.PAST, since(date(2020, 1, 1), date(2024, 6, 30)), True),
        (Course.PAST, since(date(2020, 1, 1), ongoing=False), True),
        (Course.PAST, since(date(2020, 1, 1), ongoing=True), None),
    ],
)
def test_now_or_before(course, record, said):
    assert answer(condition("asthma", course=course), facts={"asthma": record}) is said


def test_over_and_no_other_record_is_no():
    record = since(date(2020, 1, 1), date(2024, 6, 30))
    assert answer(condition("asthma", course=Course.CURRENT), facts={"asthma": record}, complete=("asthma",)) is False
    record = since(date(2020, 1, 1), ongoing=True)
    assert answer(condition("asthma", course=Course.PAST), facts={"asthma": record}, complete=("asthma",)) is False


@pytest.mark.parametrize(
    ("when", "start", "said"),
    [
        (within("6", "month"), date(2023, 12, 30), True),
        (within("6", "month"), date(2023, 12, 29), False),
        (within("6", "month", inclusive=False), date(2023, 12, 30), False),
        (within("4", "month"), date(2024, 2, 29), True),
        (within("4", "month"), date(2024, 2, 28), False),
        (within("1", "year"), date(2023, 6, 30), True),
        (within("4", "week"), date(2024, 6, 2), True),
        (within("4", "week"), date(2024, 6, 1), False),
        (within("28", "day", inclusive=False), date(2024, 6, 2), False),
        (within("1.5", "week"), date(2024, 6, 20), True),
        (within("1.5", "week"), date(2024, 6, 19), False),
        (within("1.5", "month"), date(2024, 5, 15), True),
        (within("1.5", "month"), date(2024, 5, 14), False),
        (within("24", "hour"), DAY, True),
        (within("24", "hour"), date(2024, 6, 29), None),
        (within("24", "hour"), date(2024, 6, 28), False),
        (within("12", "hour"), DAY, None),
        (within(None, "month", low="6"), date(2023, 12, 30), True),
        (within(None, "month", low="6"), date(2023, 12, 31), False),
        (within("12", "month", low="6"), date(2023, 8, 1), True),
        (within("12", "month", low="6"), date(2023, 5, 1), False),
        (within(None, "hour", low="48"), date(2024, 6, 27), True),
        (within(None, "hour", low="48"), date(2024, 6, 28), None),
        (within(None, "hour", low="48"), date(2024, 6, 29), False),
        (within(None, "hour", low="48"), DAY, False),
        (within("30", "day", Side.AFTER), date(2024, 7, 10), True),
        (within("30", "day", Side.AFTER), date(2024, 8, 1), False),
        (within("30", "day", Side.AFTER), date(2024, 6, 1), False),
        (within("30", "day", Side.AROUND), date(2024, 6, 1), True),
        (within("30", "day", Side.AROUND), date(2024, 7, 10), True),
        (within("30", "day", Side.BEFORE), date(2024, 7, 10), False),
        (within("30", "day"), None, None),
        (Dates("2023", "2023-06"), date(2023, 6, 30), True),
        (Dates("2023", "2023-06"), date(2023, 7, 1), False),
        (Dates(None, "2023-12"), date(2023, 12, 31), True),
        (Dates("2024-03-05", None), date(2024, 3, 4), False),
        (Dates("2024-03-05", None), None, None),
    ],
)
def test_windows_by_the_calendar(when, start, said):
    leaf = condition("stroke", when=when)
    assert answer(leaf, facts={"stroke": FactRecord(True, start, wide=True)}, complete=("stroke",)) is said
    assert answer(leaf, facts={"stroke": FactRecord(True, start)}, complete=("stroke",)) is said


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (since(date(2020, 1, 1), date(2024, 6, 10)), True),
        (since(date(2020, 1, 1), date(2024, 5, 10)), False),
        (since(date(2020, 1, 1), ongoing=True), True),
        (since(date(2020, 1, 1)), False),
        (since(None, date(2024, 6, 10)), None),
    ],
)
def test_any_part_of_what_goes_on_lies_in_a_window(record, said):
    leaf = condition("stroke", when=within("30", "day"))
    assert answer(leaf, facts={"stroke": record}, complete=("stroke",)) is said


@pytest.mark.parametrize(("present", "complete"), [(True, ("stroke",)), (True, ()), (False, ())])
def test_what_begins_after_screening_is_not_seen(present, complete):
    facts = {"stroke": FactRecord(present, date(2024, 7, 1))}
    assert answer(condition("stroke"), facts=facts, complete=complete) is (False if complete else None)
    assert answer(condition("stroke"), facts=facts, screening=None) is present


def test_a_window_that_ends_before_the_anchor_asks_for_the_beginning():
    leaf = condition("stroke", when=within(None, "year", low="5"))
    assert answer(leaf, facts={"stroke": since(date(2018, 1, 1), ongoing=True)}) is True
    leaf = condition("stroke", when=within("5", "year", low="1"))
    record = since(date(2018, 1, 1), ongoing=True)
    assert answer(leaf, facts={"stroke": record}, complete=("stroke",)) is False


@pytest.mark.parametrize(
    ("when", "record", "said"),
    [
        (within("28", "day", Side.BEFORE, AnchorKind.FIRST_DOSE), since(date(2024, 5, 1)), False),
        (within("28", "day", Side.BEFORE, AnchorKind.FIRST_DOSE), since(date(2024, 6, 20)), None),
        (within("28", "day", Side.BEFORE, AnchorKind.FIRST_DOSE), since(date(2024, 5, 1), ongoing=True), True),
        (within("28", "day", Side.BEFORE, AnchorKind.FIRST_DOSE), since(date(2024, 5, 1), date(2024, 6, 20)), None),
        (within("24", "hour", Side.BEFORE, AnchorKind.FIRST_DOSE), since(date(2024, 5, 1), ongoing=True), True),
        (within("12", "hour", Side.BEFORE, AnchorKind.FIRST_DOSE), since(date(2024, 5, 1), ongoing=True), None),
        (within(None, "month", Side.BEFORE, AnchorKind.FIRST_DOSE, low="6"), since(date(2023, 12, 1)), True),
        (within(None, "month", Side.BEFORE, AnchorKind.FIRST_DOSE, low="6"), since(date(2024, 6, 1)), None),
        (within("9", "month", Side.BEFORE, AnchorKind.FIRST_DOSE, low="6"), since(date(2023, 12, 1)), None),
        (within("9", "month", Side.BEFORE, AnchorKind.FIRST_DOSE, low="6"), since(date(2023, 1, 1)), False),
        (within("30", "day", Side.AFTER, AnchorKind.FIRST_DOSE), since(date(2024, 6, 20)), False),
        (within("30", "day", Side.AFTER, AnchorKind.FIRST_DOSE), since(date(2024, 7, 20)), None),
        (within("30", "day", Side.AROUND, AnchorKind.FIRST_DOSE), since(date(2024, 5, 1)), False),
        (within("30", "day", Side.AROUND, AnchorKind.FIRST_DOSE), since(date(2024, 6, 20)), None),
    ],
)
def test_an_anchor_that_lies_ahead_answers_only_what_no_day_can_change(when, record, said):
    assert answer(condition("stroke", when=when), facts={"stroke": record}, complete=("stroke",)) is said


def test_a_known_anchor_is_used_and_any_of_several_will_do():
    leaf = condition("stroke", when=within("28", "day", Side.BEFORE, AnchorKind.FIRST_DOSE))
    facts = {"stroke": since(date(2024, 6, 20))}
    assert answer(leaf, facts=facts, first_dose=date(2024, 7, 10)) is True
    assert answer(leaf, facts=facts, first_dose=date(2024, 8, 10), complete=("stroke",)) is False
    either = condition("stroke", when=within("28", "day", Side.BEFORE, AnchorKind.FIRST_DOSE, AnchorKind.BASELINE))
    assert answer(either, facts=facts, first_dose=date(2024, 8, 10), baseline=date(2024, 7, 1)) is True
    assert answer(leaf, facts=facts, screening=None) is None


def test_what_came_after_the_anchor_was_not_before_it():
    leaf = condition("stroke", when=within("28", "day", Side.BEFORE, AnchorKind.BASELINE))
    facts = {"stroke": since(date(2024, 6, 20))}
    assert answer(leaf, facts=facts, baseline=date(2024, 6, 19), complete=("stroke",)) is False
    assert answer(leaf, facts=facts, baseline=date(2024, 6, 20)) is True


def test_any_distance_at_all_is_met_by_any_day():
    leaf = condition("stroke", when=within(None, "day", Side.AROUND, AnchorKind.FIRST_DOSE, low="0"))
    assert answer(leaf, facts={"stroke": since(date(2024, 7, 20))}) is True


def test_an_anchor_in_the_patients_own_history():
    def after(*kinds):
        window = Window(most("30"), "day", Side.AFTER, (Anchor(AnchorKind.OTHER, "Surgery"),))
        return condition("stroke", when=window)

    stroke = since(date(2024, 3, 10))
    assert answer(after(), facts={"stroke": stroke, "surgery": since(date(2024, 3, 1))}) is True
    assert answer(after(), facts={"stroke": stroke, "major-surgery": since(date(2024, 3, 1))}) is True
    assert answer(after(), facts={"stroke": stroke}, complete=("stroke",)) is None
    assert answer(after(), facts={"stroke": stroke, "surgery": FactRecord(True)}, complete=("stroke",)) is None
    twice = (since(date(2024, 3, 1)), since(date(2024, 1, 1)))
    assert answer(after(), facts={"stroke": stroke, "surgery": twice}, complete=("stroke",)) is None
    twice = (since(date(2024, 3, 1)), since(date(2024, 3, 2)))
    assert answer(after(), facts={"stroke": stroke, "surgery": twice}) is True


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (since(date(2024, 1, 1), date(2024, 4, 1)), True),
        (since(date(2024, 1, 1), date(2024, 3, 31)), False),
        (since(date(2024, 1, 1), ongoing=True), True),
        (since(date(2024, 5, 1), ongoing=True), False),
        (since(date(2024, 1, 1)), None),
        (since(date(2024, 4, 1), date(2024, 1, 1)), None),
    ],
)
def test_how_long_it_lasted(record, said):
    leaf = condition("pain", lasting=Lasting(least("3"), "month"))
    assert answer(leaf, facts={"pain": record}, complete=("pain",)) is said


@pytest.mark.parametrize(
    ("times", "records", "complete", "said"),
    [
        (least("2"), (since(date(2024, 1, 1)), since(date(2024, 2, 1))), (), True),
        (least("2"), (since(date(2024, 1, 1)),), (), None),
        (least("2"), (since(date(2024, 1, 1)),), ("stroke",), False),
        (least("2"), (since(date(2024, 1, 1), count=3),), (), True),
        (most("1"), (since(date(2024, 1, 1)),), (), None),
        (most("1"), (since(date(2024, 1, 1)),), ("stroke",), True),
        (most("1"), (since(date(2024, 1, 1)), FactRecord(None)), ("stroke",), None),
        (most("1"), (since(date(2024, 1, 1), count=2),), (), False),
        (most("1"), (FactRecord(False),), (), True),
        (least("2"), (FactRecord(True, wide=True),), ("stroke",), None),
        (least("2"), (FactRecord(True, count=1, wide=True),), ("stroke",), False),
    ],
)
def test_how_many_times(times, records, complete, said):
    assert answer(condition("stroke", times=times), facts={"stroke": records}, complete=complete) is said


def test_an_allergy_is_no_exposure():
    allergy = Present(Kind.ALLERGY, thing("prednisone"))
    assert answer(allergy, facts={"allergy:prednisone": flag()}) is True
    assert answer(allergy, facts={"prednisone": flag()}) is None
    assert answer(Exposure(thing("prednisone")), facts={"allergy:prednisone": flag()}) is None


def taken(dose=None, unit=None, per=None, route=None):
    return FactRecord(True, date(2024, 6, 1), ongoing=True, dose=dose, unit=unit, per=per, route=route)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (taken(10.0, "mg", "day"), False),
        (taken(11.0, "mg", "day"), True),
        (taken(0.02, "g", "day"), True),
        (taken(77.0, "mg", "week"), True),
        (taken(70.0, "mg", "week"), False),
        (taken(11.0, "mg"), None),
        (taken(11.0, None, "day"), None),
        (taken(11.0, "mmol", "day"), None),
        (taken(), None),
    ],
)
def test_doses_in_the_unit_and_time_of_the_criterion(record, said):
    leaf = Exposure(thing("prednisone"), dose=least("10", inclusive=False), unit="mg", per="day")
    assert answer(leaf, facts={"prednisone": record}, complete=("prednisone",)) is said


def test_doses_as_the_equivalent_of_another_drug():
    leaf = Exposure(
        thing("systemic-corticosteroid"),
        dose=least("10", inclusive=False),
        unit="mg",
        per="day",
        equivalent_to=thing("prednisone"),
    )
    complete = ("systemic-corticosteroid",)
    assert answer(leaf, facts={"methylprednisolone": taken(8.0, "mg", "day")}, complete=complete) is False
    assert answer(leaf, facts={"methylprednisolone": taken(8.4, "mg", "day")}) is True
    assert answer(leaf, facts={"systemic-corticosteroid": taken(50.0, "mg", "day")}) is None


@pytest.mark.parametrize(
    ("asked", "route", "said"),
    [
        ("ORAL", "ORAL", True),
        ("ORAL", "TOPICAL", False),
        ("ORAL", None, None),
        ("ORAL", "SYSTEMIC", None),
        ("SYSTEMIC", "INTRAVENOUS", True),
        ("SYSTEMIC", "INHALED", False),
        ("TOPICAL", "SYSTEMIC", False),
    ],
)
def test_routes(asked, route, said):
    leaf = Exposure(thing("prednisone"), route=asked)
    assert answer(leaf, facts={"prednisone": taken(route=route)}, complete=("prednisone",)) is said


YES, NO, OPEN = Judgement("yes"), Judgement("no"), Judgement("open")


def decided(node, **answers):
    return answer(node, answered={f"inclusion-1.{place}": value for place, value in enumerate(answers.values(), 1)})


@pytest.mark.parametrize("first", [True, False, None])
@pytest.mark.parametrize("second", [True, False, None])
def test_lists_follow_kleene(first, second):
    both = {"a": first, "b": second}
    values = (first, second)
    all_hold = False if False in values else None if None in values else True
    any_holds = True if True in values else None if None in values else False
    implied = True if first is False or second is True else None if None in values else False
    assert decided(And((YES, NO)), **both) is all_hold
    assert decided(Or((YES, NO)), **both) is any_holds
    assert decided(AtLeast(1, (YES, NO)), **both) is any_holds
    assert decided(AtLeast(2, (YES, NO)), **both) is all_hold
    assert decided(Implies(YES, NO), **both) is implied
    assert decided(And((Not(YES), Defined("term", "source", NO))), **both) is (
        False if first is True or second is False else None if None in values else True
    )


def test_a_single_judgement_is_answered_by_its_criterion():
    assert answer(And((YES, Sex("MALE"))), answered={"inclusion-1": True}, sex="MALE") is True
    assert answer(YES, answered={"inclusion-1.1": True}) is None
    assert answer(YES, answered={"inclusion-2": True}) is None


def test_sex_consent_and_what_is_missing():
    assert answer(Sex("FEMALE"), sex="FEMALE") is True
    assert answer(Sex("FEMALE"), sex="MALE") is False
    assert answer(Sex("FEMALE")) is None
    assert answer(Missing("3")) is None
    assert answer(Consent(), consent=True) is True
    assert answer(Consent(), consent_date=date(2024, 6, 1)) is True
    assert answer(Consent(), consent=False, consent_date=date(2024, 6, 1)) is False
    assert answer(Consent()) is None
    assert answer(Consent("participant"), consent_by="representative") is None
    assert answer(Consent("participant"), consent=True) is True
    assert answer(Consent("participant"), consent=True, consent_by="representative") is False


def test_a_contraception_rule_concerns_the_sex_it_names():
    rule = Implies(Sex("FEMALE"), condition("contraception"))
    assert answer(rule, sex="MALE") is True
    assert answer(rule, sex="FEMALE") is None
    assert answer(rule, sex="FEMALE", facts={"contraception": flag(False)}) is False


def test_a_whole_criterion_over_numbers_flags_and_dates():
    rule = And(
        (Compare(thing("age"), Interval(Decimal(18), Decimal(75))), Not(condition("stroke", when=within("6", "month"))))
    )
    assert answer(rule, age=50.0, facts={"stroke": since(date(2020, 1, 1))}, complete=("stroke",)) is True
    assert answer(rule, age=50.0, facts={"stroke": since(date(2024, 3, 1))}) is False
    assert answer(rule, age=80.0) is False
