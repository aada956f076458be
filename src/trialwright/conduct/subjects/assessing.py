"""How criteria are answered for a person, by people and from data, and how an investigator signs for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trialwright.conduct.checks import telling
from trialwright.conduct.events.subjects import EligibilityAssessed, EligibilityConfirmed
from trialwright.conduct.rule import Ask, Made
from trialwright.conduct.subjects.asks import AnswerCriteria, ConfirmEligibility, ScreenData
from trialwright.conduct.subjects.eligibility import (
    UNKNOWN,
    check_answers,
    computed,
    criteria_of,
    digest_of_criteria,
    left_open,
)
from trialwright.conduct.subjects.readiness import need_subject
from trialwright.core.errors import StageError, UsageError


def answer_criteria(command: AnswerCriteria, asked: Ask) -> Iterable[Made]:
    """The whole list as it stands with a person's answers in it."""
    if not command.answers:
        raise UsageError(
            "COND-074", "no criterion is answered", expected="one answer or more", mend="say what each answer is"
        )
    check_answers(asked.protocol.eligibility, command.answers, command.evidence)
    yield _assessed(command.subject, command.answers, command.evidence, frozenset(command.answers), asked)


def screen_data(command: ScreenData, asked: Ask) -> Iterable[Made]:
    """The whole list as it stands with what the data answer in it."""
    if not command.source.strip():
        raise UsageError(
            "COND-074",
            "it is not said where the data stand",
            expected="the source: a record, a report, a file",
            mend="name it",
        )
    need_subject(asked, command.subject)
    eligibility = asked.protocol.eligibility
    answers, evidence = computed(eligibility, command.subject, command.patient, command.source)
    answered = {each: answer for each, answer in answers.items() if answer != UNKNOWN}
    yield _assessed(command.subject, answered, evidence, frozenset(), asked)


def _assessed(
    subject: str, answers: Mapping[str, str], evidence: Mapping[str, str], judged: frozenset[str], asked: Ask
) -> Made:
    """The assessment with these answers put over those that stand. A known answer is changed with a reason."""
    person, eligibility = need_subject(asked, subject), asked.protocol.eligibility
    before, digest = person.assessment, digest_of_criteria(eligibility)
    if before is not None and before.criteria != digest:
        before = None
    stood = {} if before is None else dict(before.answers)
    changed = [each for each, answer in answers.items() if stood.get(each, UNKNOWN) not in (UNKNOWN, answer)]
    reason = telling(asked.reason) if changed else asked.reason
    found = {each.id: answers.get(each.id, stood.get(each.id, UNKNOWN)) for each in criteria_of(eligibility)}
    rests = {} if before is None else dict(before.evidence)
    rests.update({each: evidence[each] for each in answers if evidence.get(each)})
    by_hand = (frozenset() if before is None else frozenset(before.judged)) - answers.keys() | judged
    return Made(EligibilityAssessed(subject, digest, found, rests, tuple(sorted(by_hand))), reason)


def confirm_eligibility(command: ConfirmEligibility, asked: Ask) -> Iterable[Made]:
    """The investigator's word for an assessment in which every criterion admits."""
    person = need_subject(asked, command.subject)
    left = tuple(left_open(asked.protocol.eligibility, person.assessment))
    if left or person.assessment is None:
        raise StageError(
            "COND-075",
            f"{command.subject} cannot be confirmed as eligible: " + "; ".join(left),
            expected="every criterion answered, and each admits",
            mend="answer what is unknown; whoever is excluded cannot enter",
        )
    yield Made(EligibilityConfirmed(command.subject, person.assessment.sequence, person.assessment.over), asked.reason)
