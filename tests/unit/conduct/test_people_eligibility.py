"""Eligibility: every criterion answered with its evidence, and an investigator's signature over the answers."""

import dataclasses

import pytest

from people_at_desk import CRITERIA, WHY, Trial
from trialwright.conduct.subjects.asks import AnswerCriteria, ConfirmEligibility, RegisterSubject, ScreenData
from trialwright.conduct.subjects.eligibility import check_answers, criteria_of, digest_of_criteria, left_open, lost
from trialwright.core.errors import StageError, UsageError
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section

IDS = ("minimum-age", "healthy", "inclusion-1", "exclusion-1")


@pytest.fixture
def trial(tmp_path):
    made = Trial(tmp_path).opened()
    made.do("cora", RegisterSubject("P-1"))
    made.consent("P-1")
    return made


def refuses(code, act, *args, **how):
    with pytest.raises((StageError, UsageError)) as refused:
        act(*args, **how)
    assert refused.value.code == code, refused.value
    return str(refused.value)


def answer(trial, *, reason="", person="cora", **answers):
    found = {name.replace("_", "-"): said for name, said in answers.items()}
    command = AnswerCriteria("P-1", found, dict.fromkeys(found, "seen in the notes"))
    return trial.do(person, command, reason=reason)


def answers(trial):
    return dict(trial.desk.standing.subjects.known["P-1"].assessment.answers)


def test_what_is_asked_is_the_fields_and_the_items():
    assert tuple(each.id for each in criteria_of(CRITERIA)) == IDS


@pytest.mark.requirement("R22")
@pytest.mark.parametrize("criterion", IDS)
@pytest.mark.parametrize(("said", "words"), [("unknown", "is unknown"), ("excludes", "excludes")])
def test_any_criterion_that_excludes_or_is_unknown_keeps_a_person_out(trial, criterion, said, words):
    trial.answer("P-1", **{criterion: said})
    size = trial.size
    assert f"{criterion} {words}" in refuses("COND-075", trial.do, "ivy", ConfirmEligibility("P-1"))
    assert f"{criterion} {words}" in refuses("COND-075", trial.enrol, "P-1")
    assert trial.size == size


@pytest.mark.requirement("R22")
def test_a_person_whose_criteria_nobody_answered_does_not_enter(trial):
    assert "no criterion was answered" in refuses("COND-075", trial.enrol, "P-1")
    answer(trial, minimum_age="admits")
    assert answers(trial) == dict.fromkeys(IDS, "unknown") | {"minimum-age": "admits"}
    assert "healthy is unknown; inclusion-1 is unknown" in refuses("COND-075", trial.enrol, "P-1")


@pytest.mark.requirement("R22")
def test_only_an_investigator_of_the_site_signs_and_only_with_proof(trial):
    trial.answer("P-1")
    refuses("COND-076", trial.enrol, "P-1")
    refuses("COND-047", trial.do, "cora", ConfirmEligibility("P-1"))
    refuses("COND-069", trial.do, "ivo", ConfirmEligibility("P-1"))
    refuses("COND-045", trial.do, "ivy", ConfirmEligibility("P-1"), words="")
    trial.do("ivy", ConfirmEligibility("P-1"))
    signed = trial.events()[-1]
    assert (signed.person, signed.name, signed.meaning) == ("ivy", "Ivy Example", "eligible")
    trial.enrol("P-1")


@pytest.mark.requirement("R22")
@pytest.mark.requirement("R15")
def test_an_answer_after_the_signature_makes_it_void(trial):
    trial.answer("P-1")
    trial.do("ivy", ConfirmEligibility("P-1"))
    trial.answer("P-1")
    refuses("COND-076", trial.enrol, "P-1")
    trial.do("ivy", ConfirmEligibility("P-1"))
    trial.enrol("P-1")


@pytest.mark.requirement("R02")
@pytest.mark.parametrize("reason", ["", " ", ".", "typo"])
def test_a_known_answer_is_changed_with_a_reason(trial, reason):
    answer(trial, inclusion_1="excludes")
    size = trial.size
    refuses("COND-008", answer, trial, inclusion_1="admits", reason=reason)
    refuses("COND-008", answer, trial, inclusion_1="unknown", reason=reason)
    assert trial.size == size
    answer(trial, inclusion_1="excludes")
    answer(trial, inclusion_1="admits", reason=WHY)
    assert list(trial.ledger.entries())[-1].reason == WHY


@pytest.mark.requirement("R22")
def test_an_answer_names_a_criterion_one_of_three_words_and_its_evidence(trial):
    size = trial.size
    for found, evidence in [
        ({"inclusion-9": "admits"}, {"inclusion-9": "seen"}),
        ({"inclusion-1": "yes"}, {"inclusion-1": "seen"}),
        ({"inclusion-1": "admits"}, {}),
        ({"inclusion-1": "admits"}, {"inclusion-1": " "}),
        ({"inclusion-1": "unknown"}, {"inclusion-9": "seen"}),
        ({}, {}),
    ]:
        refuses("COND-074", trial.do, "cora", AnswerCriteria("P-1", found, evidence))
    assert trial.size == size
    trial.do("cora", AnswerCriteria("P-1", {"inclusion-1": "unknown"}))


@pytest.mark.requirement("R22")
@pytest.mark.parametrize(("age", "said"), [(17, "excludes"), (18, "admits"), (None, "unknown")])
def test_data_answer_what_they_can_and_people_the_rest(trial, age, said):
    trial.do("cora", ScreenData("P-1", {"AGE": age, "SEX": "F"}, "the admission form"))
    assert answers(trial)["minimum-age"] == said
    assert answers(trial)["inclusion-1"] == said
    assert answers(trial)["exclusion-1"] == "unknown"
    person = trial.desk.standing.subjects.known["P-1"]
    if age is not None:
        assert "the admission form" in person.assessment.evidence["minimum-age"]
        assert str(age) in person.assessment.evidence["minimum-age"]
    assert person.assessment.judged == ()
    answer(trial, exclusion_1="admits", healthy="admits", person="ivy")
    assert trial.desk.standing.subjects.known["P-1"].assessment.judged == ("exclusion-1", "healthy")
    if said == "admits":
        trial.do("ivy", ConfirmEligibility("P-1"))
        trial.enrol("P-1")
    else:
        refuses("COND-075", trial.do, "ivy", ConfirmEligibility("P-1"))


@pytest.mark.requirement("R22")
def test_data_do_not_change_what_a_person_answered_without_a_reason_nor_forget_it(trial):
    answer(trial, exclusion_1="admits", minimum_age="admits")
    trial.do("cora", ScreenData("P-1", {"SEX": "F"}, "the admission form"))
    assert answers(trial)["exclusion-1"] == answers(trial)["minimum-age"] == "admits"
    refuses("COND-008", trial.do, "cora", ScreenData("P-1", {"AGE": 12}, "the passport"))
    trial.do("cora", ScreenData("P-1", {"AGE": 12}, "the passport"), reason=WHY)
    person = trial.desk.standing.subjects.known["P-1"]
    assert person.assessment.answers["minimum-age"] == "excludes"
    assert person.assessment.judged == ("exclusion-1",)
    refuses("COND-074", trial.do, "cora", ScreenData("P-1", {"AGE": 12}, " "))


@pytest.mark.requirement("R22")
def test_a_list_with_a_lost_item_makes_nobody_eligible():
    gap = Eligibility((*CRITERIA.criteria, Criterion(Section.INCLUSION, ItemKind.MISSING, "2", "", 0, 0)))
    assert lost(gap) == {"inclusion-2"}
    assert lost(CRITERIA) == frozenset()
    assert lost(Eligibility()) == {"criteria"}
    assert "no criterion was answered" in next(left_open(gap, None))


@pytest.mark.requirement("R22")
def test_nobody_answers_a_criterion_whose_text_was_lost():
    gap = Eligibility((*CRITERIA.criteria, Criterion(Section.INCLUSION, ItemKind.MISSING, "2", "", 0, 0)))
    seen = {"inclusion-2": "seen in the notes"}
    assert "inclusion-2 was lost" in refuses("COND-074", check_answers, gap, {"inclusion-2": "admits"}, seen)
    check_answers(gap, {"inclusion-2": "unknown"}, {})


def test_answers_to_other_criteria_do_not_count():
    changed = dataclasses.replace(CRITERIA.criteria[0], text="Age of 21 years or more")
    other = dataclasses.replace(CRITERIA, criteria=(changed, CRITERIA.criteria[1]))
    assert digest_of_criteria(other) != digest_of_criteria(CRITERIA)
    limits = dataclasses.replace(CRITERIA, minimum_age_years=21)
    assert digest_of_criteria(limits) != digest_of_criteria(CRITERIA)
